//! Signatures of the Standard Webhooks form, symmetric variety: making and checking them.
//!
//! A message is signed over `id.timestamp.body` with HMAC-SHA256 under the receiver's secret
//! (`whsec_` and base64). While a secret is being replaced a message carries one signature per
//! secret, and a receiver accepts it if any of them is right.
//! Source: the Standard Webhooks specification, "Symmetric" signature scheme.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far a receiver lets the clocks differ, as the specification's own libraries do.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// The secret an endpoint shares with us. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// Why a text is not a [`SigningSecret`]; the text is not repeated, since it may be half a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a signing secret: expected `whsec_` and the base64 of 24 to 64 bytes")]
pub struct NotASecret;

/// Why a received message is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The timestamp header is no number of seconds.
    #[error("the timestamp is not a number of seconds since 1970")]
    NotATimestamp,
    /// The message was signed too long ago, or in the future.
    #[error("the timestamp is outside the tolerance")]
    OutsideTolerance,
    /// No signature is ours.
    #[error("no signature matches")]
    NoMatch,
}

impl SigningSecret {
    /// One signature, `v1,…`, as it stands in the `webhook-signature` header.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let code = self.code(id, &timestamp.to_string(), body);
        format!("v1,{}", BASE64.encode(code.finalize().into_bytes()))
    }

    fn code(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut code =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            code.update(part);
        }
        code
    }
}

impl FromStr for SigningSecret {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        let encoded = text.strip_prefix("whsec_").ok_or(NotASecret)?;
        let key = BASE64.decode(encoded).map_err(|_| NotASecret)?;
        (24..=64)
            .contains(&key.len())
            .then_some(Self(key))
            .ok_or(NotASecret)
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// A message as a receiver sees it: the three headers and the body, nothing believed yet.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The `webhook-id` header.
    pub id: &'a str,
    /// The `webhook-timestamp` header: seconds since 1970.
    pub timestamp: &'a str,
    /// The `webhook-signature` header: signatures separated by spaces.
    pub signatures: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Accepts a message signed under `secret` within [`TOLERANCE`] of `now`.
///
/// Signatures are compared in constant time. Versions other than `v1` are passed over, so that a
/// later scheme may be sent beside this one.
pub fn verify(
    received: Received<'_>,
    secret: &SigningSecret,
    now: DateTime<Utc>,
) -> Result<(), Rejected> {
    let timestamp: i64 = received
        .timestamp
        .parse()
        .map_err(|_| Rejected::NotATimestamp)?;
    if now.timestamp().abs_diff(timestamp) > TOLERANCE.as_secs() {
        return Err(Rejected::OutsideTolerance);
    }
    let code = secret.code(received.id, received.timestamp, received.body);
    received
        .signatures
        .split(' ')
        .filter_map(|signature| BASE64.decode(signature.strip_prefix("v1,")?).ok())
        .any(|signature| code.clone().verify_slice(&signature).is_ok())
        .then_some(())
        .ok_or(Rejected::NoMatch)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    // The vector of the reference libraries of Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const ANOTHER: &str = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn secret() -> SigningSecret {
        SECRET.parse().unwrap()
    }

    fn received(signatures: &str) -> Received<'_> {
        Received {
            id: ID,
            timestamp: "1614265330",
            signatures,
            body: BODY,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_known_vector_is_reproduced() {
        assert_eq!(secret().sign(ID, TIMESTAMP, BODY), SIGNATURE);
    }

    #[rstest]
    #[case::alone(SIGNATURE.to_owned())]
    #[case::after_another(format!("{ANOTHER} {SIGNATURE}"))]
    #[case::before_another(format!("{SIGNATURE} {ANOTHER}"))]
    #[case::beside_another_version(format!("v1a,xyz {SIGNATURE}"))]
    fn a_right_signature_is_accepted(#[case] signatures: String) {
        assert_eq!(
            verify(received(&signatures), &secret(), at(TIMESTAMP)),
            Ok(())
        );
    }

    #[rstest]
    #[case::another(ANOTHER)]
    #[case::empty("")]
    #[case::without_version("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    #[case::of_another_version("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    #[case::cut_short("v1,g0hM9SsE+OTPJTGt")]
    #[case::not_base64("v1,晴空")]
    fn a_wrong_signature_is_rejected(#[case] signatures: &str) {
        assert_eq!(
            verify(received(signatures), &secret(), at(TIMESTAMP)),
            Err(Rejected::NoMatch)
        );
    }

    #[rstest]
    #[case::id(Received { id: "msg_another", ..received(SIGNATURE) })]
    #[case::timestamp(Received { timestamp: "1614265331", ..received(SIGNATURE) })]
    #[case::body(Received { body: br#"{"test": 2432232315}"#, ..received(SIGNATURE) })]
    fn whatever_is_changed_breaks_the_signature(#[case] received: Received<'_>) {
        assert_eq!(
            verify(received, &secret(), at(TIMESTAMP)),
            Err(Rejected::NoMatch)
        );
    }

    #[rstest]
    #[case::just_old_enough(300, Ok(()))]
    #[case::too_old(301, Err(Rejected::OutsideTolerance))]
    #[case::just_early_enough(-300, Ok(()))]
    #[case::from_the_future(-301, Err(Rejected::OutsideTolerance))]
    fn a_replay_is_rejected(#[case] seconds_later: i64, #[case] expected: Result<(), Rejected>) {
        let now = at(TIMESTAMP + seconds_later);
        assert_eq!(verify(received(SIGNATURE), &secret(), now), expected);
    }

    #[test]
    fn a_timestamp_that_is_none_is_rejected() {
        let received = Received {
            timestamp: "yesterday",
            ..received(SIGNATURE)
        };
        assert_eq!(
            verify(received, &secret(), at(TIMESTAMP)),
            Err(Rejected::NotATimestamp)
        );
    }

    #[rstest]
    #[case::without_prefix("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    #[case::not_base64("whsec_晴空")]
    #[case::too_short("whsec_AAAA")]
    fn a_secret_that_is_none_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<SigningSecret>(), Err(NotASecret));
    }
}
