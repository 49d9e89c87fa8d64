//! Digests: SHA-256 over what must not change unnoticed.
//!
//! A [`Digest`] is printed and stored in [hexadecimal](hex). [`Fields`] takes the columns of a row or
//! the parts of an entry one after another in such a way that no two different rows have one text.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// SHA-256, printed in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of nothing yet: what a chain begins with.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of personal data. The record keeps this; the text and the salt stand where they
    /// can be erased, and without the salt a short text cannot be guessed from it.
    pub fn salted(salt: &[u8], text: &str) -> Self {
        Fields::new("salted").bytes(salt).text(text).finish()
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its second half as a number: enough to tell things apart, too short to be a proof.
    pub fn low_half(&self) -> u128 {
        let (_, low) = self.0.split_at(16);
        u128::from_be_bytes(low.try_into().expect("half of 32 bytes are 16"))
    }
}

impl From<Sha256> for Digest {
    fn from(hash: Sha256) -> Self {
        Self(hash.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    let pairs = bytes.iter().map(|byte| [byte >> 4, byte & 0xf]);
    pairs.flatten().map(digit).collect()
}

/// Why a text is not a [`Digest`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest: expected 64 lower-case hexadecimal digits")]
pub struct NotADigest(pub String);

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let refused = || NotADigest(text.to_owned());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(refused());
        }
        let mut bytes = [0; 32];
        for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = nibble(high).zip(nibble(low)).ok_or_else(refused)?;
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

/// A digest over named columns or parts, each with its kind and length, so that they do not run
/// together and an empty text is not a missing one.
#[derive(Clone, Debug)]
pub struct Fields(Sha256);

impl Fields {
    /// Begins with the name of what is digested.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Sha256::new()).text(name)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.part(b't', text.as_bytes())
    }

    /// Adds a whole number.
    #[must_use]
    pub fn int(self, value: i64) -> Self {
        self.part(b'i', &value.to_be_bytes())
    }

    /// Adds a truth.
    #[must_use]
    pub fn flag(self, value: bool) -> Self {
        self.part(b'f', &[u8::from(value)])
    }

    /// Adds bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.part(b'b', bytes)
    }

    /// Adds a text that may be missing.
    #[must_use]
    pub fn optional_text(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.part(b'n', &[]),
        }
    }

    /// Adds a whole number that may be missing.
    #[must_use]
    pub fn optional_int(self, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.int(value),
            None => self.part(b'n', &[]),
        }
    }

    /// The digest of all of it.
    pub fn finish(self) -> Digest {
        self.0.into()
    }

    fn part(mut self, kind: u8, bytes: &[u8]) -> Self {
        self.0.update([kind]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// FIPS 180-4, as in NIST's example for `abc`.
    #[test]
    fn a_digest_is_sha_256_in_hexadecimal_and_reads_back() {
        let digest = Digest::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), text);
        assert_eq!(text.parse(), Ok(digest));
    }

    #[rstest]
    #[case::short("ba78")]
    #[case::long("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0")]
    #[case::upper_case("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    #[case::no_hexadecimal("zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    fn a_digest_has_one_spelling(#[case] text: &str) {
        assert_eq!(text.parse::<Digest>(), Err(NotADigest(text.to_owned())));
    }

    #[test]
    fn different_rows_never_have_one_text() {
        let row = || Fields::new("row");
        let digests = [
            row().text("ab").text("c").finish(),
            row().text("a").text("bc").finish(),
            row().text("abc").finish(),
            row().text("abc").text("").finish(),
            row().text("abc").optional_text(None).finish(),
            row().bytes(b"abc").finish(),
            row().int(1).finish(),
            row().flag(true).finish(),
            Fields::new("rowa").text("bc").finish(),
        ];
        for (n, digest) in digests.iter().enumerate() {
            assert!(
                !digests[..n].contains(digest),
                "row {n} is taken for another"
            );
        }
    }
}
