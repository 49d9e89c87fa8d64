//! `[mail]`: through which server mails are sent, and under which name.

use std::path::PathBuf;

use serde::Deserialize;

use super::Secret;

/// `[mail]`: the mail server, and how we appear to it and to the readers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailServer {
    /// The mail server's host name; its certificate is verified against it. Default: `localhost`.
    pub host: String,
    /// Its port: 25 or 587 with `starttls`, 465 with `tls`. Default: 587.
    pub port: u16,
    /// How the connection is encrypted: `starttls`, `tls` or `none`. Default: `starttls`.
    pub encryption: Encryption,
    /// A PEM file with root certificates trusted beside the public ones. Default: none.
    pub root_certificates: Option<PathBuf>,
    /// The account at the mail server; without one nobody signs in. Default: none.
    pub user: Option<String>,
    /// Its password; better in a file. Never printed. Default: none.
    pub password: Option<Secret>,
    /// A file that holds nothing but the password, instead of `password`. Default: none.
    pub password_file: Option<PathBuf>,
    /// The address mails come from, `name@host`. Default: `qingkong@localhost`.
    pub from: String,
    /// The name written before it: the bureau. Default: none.
    pub from_name: Option<String>,
    /// Where answers go, if not to `from`. Default: none.
    pub reply_to: Option<String>,
    /// This node's host name: what `EHLO` says, and the right part of `Message-ID`. It must not
    /// change while messages wait, or their repeats would not be known as repeats. Default:
    /// `localhost`.
    pub node_host: String,
    /// Connections to the mail server at a time. Default: 4.
    pub connections: usize,
    /// A connection idle for longer than this, in seconds, is not used again. Default: 30.
    pub idle_seconds: u64,
    /// After so many mails a connection is closed. Default: 500.
    pub mails_per_connection: u32,
    /// The time limit of one attempt, in seconds, from the wait for a connection to the reply.
    /// Default: 60.
    pub attempt_seconds: u64,
}

impl Default for MailServer {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 587,
            encryption: Encryption::Starttls,
            root_certificates: None,
            user: None,
            password: None,
            password_file: None,
            from: "qingkong@localhost".to_owned(),
            from_name: None,
            reply_to: None,
            node_host: "localhost".to_owned(),
            connections: 4,
            idle_seconds: 30,
            mails_per_connection: 500,
            attempt_seconds: 60,
        }
    }
}

/// How a connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// Not at all: a server on this machine or in a closed network. No password is ever sent so.
    None,
    /// From the `STARTTLS` command on; a server that does not offer it is not spoken to.
    Starttls,
    /// From the first byte.
    Tls,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_configuration_shows_no_password() {
        let config: MailServer = toml::from_str("user = 'u'\npassword = 'opensesame'").unwrap();
        assert!(!format!("{config:?}").contains("opensesame"));
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        assert!(toml::from_str::<MailServer>("pasword = 'p'").is_err());
    }
}
