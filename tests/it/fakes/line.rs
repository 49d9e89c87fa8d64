//! A line to a server that can be cut and mended: what lies behind it is away, and comes back.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A port of its own whose connections lead to a server, as long as the line is not cut.
pub(crate) struct Line {
    pub(crate) address: SocketAddr,
    whole: watch::Sender<bool>,
    carrying: JoinHandle<()>,
}

impl Line {
    /// A line to a server, by its `host:port`.
    pub(crate) async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (whole, state) = watch::channel(true);
        Self {
            address: listener.local_addr().unwrap(),
            whole,
            carrying: spawn(carry(listener, server.to_owned(), state)),
        }
    }

    /// Ends every connection, and every new one at once.
    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(listener: TcpListener, server: String, state: watch::Receiver<bool>) {
    while let Ok((mut near, _)) = listener.accept().await {
        let mut state = state.clone();
        if !*state.borrow_and_update() {
            continue;
        }
        let server = server.clone();
        spawn(async move {
            let mut far = TcpStream::connect(server).await.unwrap();
            let carried = tokio::io::copy_bidirectional(&mut near, &mut far);
            tokio::select! {
                _ = carried => {}
                _ = state.wait_for(|whole| !whole) => {}
            }
        });
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the line is no part of a service; it ends with the test"
)]
fn spawn(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(task)
}
