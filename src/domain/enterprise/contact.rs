//! Who is told and answers for a plant (联系人). Personal data: their `Debug` shows nothing of them.

use std::fmt;
use std::str::FromStr;

/// Somebody who is told, and answers (联系人). Personal data: `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// 联系人.
    pub name: String,
    /// 职务, as the list words it; empty where it says nothing.
    pub role: String,
    /// 手机.
    pub phone: Option<Phone>,
    /// 邮箱.
    pub email: Option<Email>,
    /// 回调地址: an endpoint of the enterprise's own system.
    pub webhook: Option<WebhookUrl>,
}

impl Contact {
    /// Whether there is any way to reach this contact.
    pub fn is_reachable(&self) -> bool {
        self.phone.is_some() || self.email.is_some() || self.webhook.is_some()
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(…)")
    }
}

/// Why a personal text is refused, without repeating it.
pub trait PersonalError {
    /// What was expected, as it stands after that word.
    fn expected(&self) -> &'static str;
}

/// A text that is personal: read with `as_str`, never shown by `Debug`, without `Display`.
macro_rules! personal {
    ($($(#[$doc:meta])* $name:ident, $error:ident, $expected:literal, $fits:path;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        #[doc = concat!("PersonalError: the text is not ", $expected, ". The message does not repeat it.")]
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("expected {}", $expected)]
        pub struct $error;

        impl $name {
            /// The text; whoever prints it shows personal data.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl PersonalError for $error {
            fn expected(&self) -> &'static str {
                $expected
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                if $fits(text) { Ok(Self(text.to_owned())) } else { Err($error) }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

personal! {
    /// A mobile number of eleven digits, or a landline with its area code.
    Phone, NotAPhone, "a mobile number of 11 digits or a landline such as 0374-2961234", is_phone;
    /// A mailbox `name@host`.
    Email, NotAnEmail, "an e-mail address such as duty@example.com", is_email;
    /// An endpoint that takes webhooks.
    WebhookUrl, NotAWebhookUrl, "an address that begins with https:// or http:// and names a host", is_webhook_url;
}

fn is_phone(text: &str) -> bool {
    let digits = |text: &str, len: std::ops::RangeInclusive<usize>| {
        len.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    match text.split_once('-') {
        Some((area, number)) => {
            area.starts_with('0') && digits(area, 3..=4) && digits(number, 7..=8)
        }
        None => digits(text, 11..=11) && text.starts_with('1') && &text[1..2] >= "3",
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let name_fits = |c: char| c.is_ascii_alphanumeric() || "._%+-=&'*/!#$?^`{|}~".contains(c);
    text.len() <= 254
        && (1..=64).contains(&name.len())
        && name.chars().all(name_fits)
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && host.contains('.')
        && is_host(host)
}

fn is_webhook_url(text: &str) -> bool {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority
        .rsplit_once(':')
        .filter(|_| !authority.ends_with(']'))
        .unwrap_or((authority, "443"));
    let host_fits = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(v6) => v6.parse::<core::net::Ipv6Addr>().is_ok(),
        None => is_host(host),
    };
    text.len() <= 2_000
        && host_fits
        && port.parse::<u16>().is_ok_and(|port| port > 0)
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"')
}

fn is_host(host: &str) -> bool {
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label_fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::mobile("13800000000", true)]
    #[case::landline("0374-2961234", true)]
    #[case::short("1380000000", false)]
    #[case::no_mobile_range("12000000000", false)]
    #[case::letters("1380000000x", false)]
    #[case::two("13800000000、13900000000", false)]
    fn phones_are_mobiles_or_landlines(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<Phone>().is_ok(), fits);
    }

    #[rstest]
    #[case::plain("duty@example.com", true)]
    #[case::tagged("duty+a.b@mail.example.com", true)]
    #[case::no_host("duty@", false)]
    #[case::no_dot("duty@example", false)]
    #[case::two_dots("du..ty@example.com", false)]
    #[case::header_injection("duty@example.com\r\nBcc: x@example.com", false)]
    #[case::full_width("duty＠example.com", false)]
    fn e_mail_addresses_are_checked(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<Email>().is_ok(), fits);
    }

    #[rstest]
    #[case::https("https://example.com/hook?x=1", true)]
    #[case::loopback("http://127.0.0.1:9000/hook", true)]
    #[case::ipv6("http://[::1]:9000/hook", true)]
    #[case::other_scheme("ftp://example.com/", false)]
    #[case::no_host("https:///hook", false)]
    #[case::credentials("https://user:secret@example.com/", false)]
    #[case::blank("https://example.com/a b", false)]
    #[case::port_zero("https://example.com:0/", false)]
    #[case::port_of_letters("https://example.com:port/", false)]
    fn webhook_addresses_are_checked(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<WebhookUrl>().is_ok(), fits);
    }

    #[test]
    fn debug_shows_nothing_personal() {
        let contact = Contact {
            name: "张三".into(),
            role: "厂长".into(),
            phone: Some("13800000000".parse().unwrap()),
            email: Some("zhang@example.com".parse().unwrap()),
            webhook: Some("https://zhang.example.com".parse().unwrap()),
        };
        let shown = format!("{contact:?} {:?} {:?}", contact.phone, contact.email);
        for personal in ["张三", "厂长", "138", "zhang"] {
            assert!(!shown.contains(personal), "{shown}");
        }
        assert!(
            "12000000000"
                .parse::<Phone>()
                .is_err_and(|e| !e.to_string().contains("120"))
        );
    }

    proptest! {
        #[test]
        fn what_is_read_keeps_its_text(
            phone in "1[3-9][0-9]{9}|0[1-9][0-9]{1,2}-[2-9][0-9]{6,7}",
            email in "[a-z0-9]{1,12}(\\.[a-z0-9]{1,8})?@[a-z]{1,8}\\.(com|cn)",
            url in "https?://[a-z]{1,8}\\.cn(/[a-z0-9]{1,8}){0,2}",
            any in "\\PC{0,24}",
        ) {
            let read = phone.parse::<Phone>();
            prop_assert_eq!(read.as_ref().map(Phone::as_str), Ok(phone.as_str()));
            let read = email.parse::<Email>();
            prop_assert_eq!(read.as_ref().map(Email::as_str), Ok(email.as_str()));
            let read = url.parse::<WebhookUrl>();
            prop_assert_eq!(read.as_ref().map(WebhookUrl::as_str), Ok(url.as_str()));
            let texts = [
                any.parse::<Phone>().map(|it| it.0).ok(),
                any.parse::<Email>().map(|it| it.0).ok(),
                any.parse::<WebhookUrl>().map(|it| it.0).ok(),
            ];
            for text in texts.into_iter().flatten() {
                prop_assert_eq!(&text, &any);
            }
        }
    }
}
