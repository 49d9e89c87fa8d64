//! The accounts of the demonstration, one for each role and a second officer, with passwords that
//! are drawn anew at every start.

use chrono::TimeDelta;
use futures::future::try_join_all;

use crate::app::account::{NewAccount, NewToken};
use crate::app::caller::{Role, Scopes};
use crate::app::{App, Caller, Error};
use crate::domain::id::{RecipientKey, UserId};

/// How long a token of the demonstration lasts.
const TOKEN_LASTS: TimeDelta = TimeDelta::days(30);

/// An account of the demonstration.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// The region in which the role holds.
    pub(super) region: &'static str,
    /// The office held (职务); what may approve a red warning is the playbook's to say.
    pub(super) title: &'static str,
}

/// Every account, in the order in which a visitor meets them.
pub(super) const POSTS: [Post; 8] = [
    post("zhiban", Role::Officer, "411000", "值班员"),
    post("qianfa", Role::Approver, "411000", "副市长"),
    // Whoever records a signature given by telephone needs a second officer as a witness.
    post("fuban", Role::Officer, "411000", "副班"),
    post("xietiao", Role::Coordinator, "410000", "区域协调员"),
    post("jingban", Role::Clerk, "411081", "禹州市经办员"),
    post("ducha", Role::Inspector, "411000", "督查员"),
    post("qiye", Role::Enterprise, "411000", "企业联系人"),
    post("guanli", Role::Administrator, "411000", "系统管理员"),
];

const fn post(name: &'static str, role: Role, region: &'static str, title: &'static str) -> Post {
    Post {
        name,
        role,
        region,
        title,
    }
}

/// What a visitor is told of an account, this once.
pub(super) struct Told {
    pub(super) post: &'static Post,
    pub(super) password: String,
    /// Drawn only where somebody can take it up.
    pub(super) token: Option<String>,
}

impl Told {
    fn of(post: &'static Post, password: String) -> Self {
        Self {
            post,
            password,
            token: None,
        }
    }
}

/// Makes every account, told with its id; `enterprise` is the recipient of orders that the
/// enterprise's account answers for.
pub(super) async fn hire(
    app: &App,
    enterprise: RecipientKey,
) -> Result<Vec<(UserId, Told)>, Error> {
    // Hashing a password takes its time by design, so they are hashed side by side.
    try_join_all(POSTS.iter().map(|post| async move {
        let password = app.generate_password();
        let new = NewAccount {
            name: post.name.to_owned(),
            password: password.clone(),
            role: post.role,
            region: post.region.parse().expect("the posts have region codes"),
            recipient: (post.role == Role::Enterprise).then_some(enterprise.0),
            title: Some(post.title.to_owned()),
        };
        let account = app.add_account(&Caller::operator(), new, None).await?;
        Ok((account.id, Told::of(post, password)))
    }))
    .await
}

/// Gives every account a new password; whoever was signed in is signed out.
pub(super) async fn return_to_work(app: &App) -> Result<Vec<Told>, Error> {
    try_join_all(POSTS.iter().map(|post| async move {
        let password = app.generate_password();
        app.set_password(&Caller::operator(), post.name, &password)
            .await?;
        Ok(Told::of(post, password))
    }))
    .await
}

/// Draws a token for every account.
pub(super) async fn draw_tokens(app: &App, told: &mut [Told]) -> Result<(), Error> {
    for told in told {
        let new = NewToken {
            account: told.post.name.to_owned(),
            label: "demo".to_owned(),
            scopes: "*".parse::<Scopes>().map_err(Error::internal)?,
            lasts: Some(TOKEN_LASTS),
        };
        let token = app.add_token(&Caller::operator(), new).await?;
        told.token = Some(token.secret);
    }
    Ok(())
}
