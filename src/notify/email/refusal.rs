//! What a failed conversation means for the message: worth another attempt, or never.
//!
//! A reply of the 5xx class is permanent (RFC 5321 §4.2.1) — but for whom? Where it speaks of the
//! *recipient* or the *content*, repeating is useless. Where it speaks of *us* — our account, our
//! standing, our configuration — somebody mends it and every waiting order must then still go out;
//! so it is `Later`, with words an administrator understands.

use super::smtp::{Cause, Failure, Stage};
use crate::notify::Outcome;

/// The outcome of an attempt that failed.
pub(super) fn judge(failure: &Failure) -> Outcome {
    let never = match &failure.cause {
        Cause::Refused { code, enhanced } => is_final(failure.stage, *code, enhanced.as_deref()),
        // An address beyond ASCII, and a server that will not have it.
        Cause::Missing(_) => failure.stage == Stage::Recipient,
        Cause::Lost(_) | Cause::TooSlow => false,
    };
    let why = said(failure);
    if never {
        Outcome::Never { why }
    } else {
        Outcome::Later { after: None, why }
    }
}

/// How far a conversation came and what ended it, in words for an administrator.
pub(super) fn said(failure: &Failure) -> String {
    let stage = words(failure.stage);
    match &failure.cause {
        Cause::Refused { code, enhanced } => {
            let enhanced = enhanced.as_ref().map(|code| format!(" {code}"));
            let enhanced = enhanced.unwrap_or_default();
            format!("the mail server refused {stage}: {code}{enhanced}")
        }
        Cause::Missing(what) => format!("the mail server does not offer {what}"),
        Cause::Lost(why) => format!("the mail server was lost at {stage}: {why}"),
        Cause::TooSlow => format!("time ran out at {stage}"),
    }
}

/// Whether a refusal is about the recipient or the content, and so for good.
fn is_final(stage: Stage, code: u16, enhanced: Option<&str>) -> bool {
    code >= 500 && stage >= Stage::Recipient && !speaks_of_us(code, enhanced)
}

/// Whether a 5xx to the recipient or the content is about the sender, or passes by itself.
fn speaks_of_us(code: u16, enhanced: Option<&str>) -> bool {
    let detail = enhanced
        .and_then(|code| code.split_once('.'))
        .map(|(_, detail)| detail);
    match detail {
        // A message too big for the server stays too big.
        Some("3.4") => false,
        // The enhanced code, where there is one, is the more exact (RFC 3463 §3): a full mailbox,
        // the server's own trouble (x.3), the network's (x.4), or policy (x.7): relaying,
        // blocking, reputation.
        Some(detail) if detail == "2.2" || detail.starts_with(['3', '4', '7']) => true,
        Some(_) => is_about_us(code),
        // Without an enhanced code 552 most often is a full mailbox, and RFC 5321 §4.5.3.1.10 lets
        // servers mean "too many recipients" by it.
        None => code == 552 || is_about_us(code),
    }
}

/// The basic codes that can only be our configuration or our fault: commands unknown or out of
/// order (RFC 5321 §4.2.2), and authentication wanted, too weak or failed (RFC 4954 §6). 501 is not
/// among them: there the server cannot read the recipient's address.
fn is_about_us(code: u16) -> bool {
    matches!(code, 500 | 502..=504 | 530 | 534 | 535 | 538 | 555)
}

fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Queue => "the wait for a connection",
        Stage::Connect => "the connection",
        Stage::Greeting => "the greeting",
        Stage::Encryption => "the encryption",
        Stage::Authentication => "the sign-in",
        Stage::Sender => "the sender",
        Stage::Recipient => "the recipient",
        Stage::Data | Stage::Content => "the content",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn judged(stage: Stage, code: u16, enhanced: Option<&str>) -> Outcome {
        judge(&Failure {
            stage,
            cause: Cause::Refused {
                code,
                enhanced: enhanced.map(str::to_owned),
            },
        })
    }

    // RFC 5321 §4.2.2 and §4.2.3, RFC 3463 §3, RFC 4954 §6.
    #[rstest]
    #[case::mailbox_unknown(Stage::Recipient, 550, Some("5.1.1"))]
    #[case::mailbox_unknown_without_enhanced_code(Stage::Recipient, 550, None)]
    #[case::mailbox_disabled(Stage::Recipient, 550, Some("5.2.1"))]
    #[case::not_local(Stage::Recipient, 551, None)]
    #[case::mailbox_name_not_allowed(Stage::Recipient, 553, None)]
    #[case::address_not_understood(Stage::Recipient, 501, Some("5.1.3"))]
    #[case::no_valid_recipients(Stage::Data, 554, None)]
    #[case::content_refused(Stage::Content, 554, Some("5.6.0"))]
    #[case::message_too_big(Stage::Content, 552, Some("5.3.4"))]
    fn what_is_about_the_recipient_or_the_content_is_never(
        #[case] stage: Stage,
        #[case] code: u16,
        #[case] enhanced: Option<&str>,
    ) {
        assert!(matches!(
            judged(stage, code, enhanced),
            Outcome::Never { .. }
        ));
    }

    #[rstest]
    #[case::no_service(Stage::Greeting, 554, None)]
    #[case::shutting_down(Stage::Greeting, 421, Some("4.3.2"))]
    #[case::tls_not_available(Stage::Encryption, 454, None)]
    #[case::wrong_password(Stage::Authentication, 535, Some("5.7.8"))]
    #[case::mechanism_too_weak(Stage::Authentication, 534, Some("5.7.9"))]
    #[case::authentication_required(Stage::Sender, 530, Some("5.7.0"))]
    #[case::sender_refused(Stage::Sender, 550, Some("5.1.8"))]
    #[case::sender_over_quota(Stage::Sender, 552, None)]
    #[case::authentication_required_late(Stage::Recipient, 530, None)]
    #[case::greylisted(Stage::Recipient, 450, Some("4.2.0"))]
    #[case::busy(Stage::Recipient, 451, None)]
    #[case::relaying_denied(Stage::Recipient, 554, Some("5.7.1"))]
    #[case::mailbox_full(Stage::Recipient, 552, Some("5.2.2"))]
    #[case::mailbox_full_as_550(Stage::Recipient, 550, Some("5.2.2"))]
    #[case::bad_sequence(Stage::Recipient, 503, None)]
    #[case::storage_full(Stage::Data, 452, Some("4.3.1"))]
    #[case::taken_for_spam(Stage::Content, 554, Some("5.7.1"))]
    #[case::not_now(Stage::Content, 451, None)]
    fn what_is_about_us_or_passes_is_later(
        #[case] stage: Stage,
        #[case] code: u16,
        #[case] enhanced: Option<&str>,
    ) {
        assert!(matches!(
            judged(stage, code, enhanced),
            Outcome::Later { .. }
        ));
    }

    #[test]
    fn a_refusal_says_what_was_refused_and_the_codes() {
        assert_eq!(
            judged(Stage::Recipient, 550, Some("5.1.1")),
            Outcome::Never {
                why: "the mail server refused the recipient: 550 5.1.1".to_owned()
            }
        );
    }
}
