//! TLS as a client: one provider (ring), the public roots of the web, and a bureau's own.
//!
//! Government networks run private authorities, so a file of further root certificates may be
//! named; verification itself can never be switched off.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Makes ring the provider of this process; to be called once, before anything else connects.
///
/// The channels here name their provider themselves; this is for libraries that ask the process
/// (reqwest built without a provider of its own panics when nobody has answered). Calling it again
/// changes nothing.
pub fn install_tls() {
    // The only failure is that a provider has been installed already.
    let _ = ring::default_provider().install_default();
}

/// How to verify servers: by the public roots, and by those in `extra_roots` (PEM) if any.
pub fn client_config(extra_roots: Option<&Path>) -> anyhow::Result<ClientConfig> {
    let public = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
    let mut roots: RootCertStore = public.collect();
    for certificate in extra_roots
        .map(certificates)
        .transpose()?
        .unwrap_or_default()
    {
        roots
            .add(certificate)
            .context("a root certificate cannot be used")?;
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .context("ring speaks no TLS version we accept")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// The certificates of a PEM file: at least one, or it is an error.
pub fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("no certificates in `{}`", path.display()))?;
    anyhow::ensure!(
        !certificates.is_empty(),
        "no certificates in `{}`",
        path.display()
    );
    Ok(certificates)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_public_roots_suffice() {
        assert!(client_config(None).is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_refused_by_name() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"no certificate").unwrap();
        let refused = client_config(Some(file.path())).unwrap_err().to_string();
        assert!(refused.contains(&file.path().display().to_string()));
    }
}
