//! The keyring (密钥环): the secrets that sign order links and derive webhook secrets.
//!
//! A [`Keyring`] is a file of its own, readable by its owner alone and never in the database, so
//! that a copy of the database opens no link. New signatures use the current key; older keys stay
//! in the file and still verify until somebody takes them out, because an order link must work
//! until its order is closed. Losing the file closes every link that is out.
//!
//! The file is TOML:
//!
//! ```toml
//! current = 2
//!
//! [[keys]]
//! id = 2
//! secret = "…"          # 32 bytes, base64
//! created_at = 2026-11-24T12:00:00Z
//! ```

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tempfile::NamedTempFile;

use crate::clock::Ids;
use crate::domain::digest::hex;
use crate::domain::id::ContactKey;
use crate::files::draft;

/// The shortest tag that is accepted, in bytes (128 bits).
const SHORTEST_TAG: usize = 16;

/// What a signature is for. A signature made for one purpose never verifies for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An order link.
    OrderLink,
    /// A webhook secret.
    Webhook,
    /// What tells one key from another of the same number.
    Mark,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::OrderLink => "order-link",
            Self::Webhook => "webhook",
            Self::Mark => "mark",
        }
    }
}

/// The number of a key within its ring; it travels inside what the key has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u16);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which key of a ring, without giving it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMark {
    /// Its number.
    pub id: KeyId,
    /// The first 8 bytes of what it signs of nothing, in hexadecimal.
    pub mark: String,
}

/// An HMAC-SHA256 tag.
pub type Tag = [u8; 32];

/// The keys of this node, the current one among them.
#[derive(Debug)]
pub struct Keyring {
    current: KeyId,
    /// By id, the newest last; never empty, and `current` is one of them.
    keys: Vec<Key>,
}

struct Key {
    id: KeyId,
    secret: [u8; 32],
    created_at: DateTime<Utc>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, of {})", self.id, self.created_at)
    }
}

/// Why there is no keyring to work with.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file cannot be read.
    #[error("keyring `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written; what was there before still is.
    #[error("keyring `{}` cannot be written", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is a file already, which may be the only one of its keys.
    #[error("keyring `{}` is there already: expected a path where nothing is", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Others than its owner may read the file.
    #[error(
        "keyring `{}` may be read by others (mode {mode:o}): expected 600",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is no keyring.
    #[error("keyring `{}`: {why}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without its secrets.
        why: String,
    },
    /// All 65,535 key numbers have been used.
    #[error("keyring has no number left for another key")]
    Full,
}

impl Keyring {
    /// A ring of one new key.
    pub fn generate(ids: &Ids, now: DateTime<Utc>) -> Self {
        let id = KeyId(1);
        Self {
            current: id,
            keys: vec![Key {
                id,
                secret: ids.bytes(),
                created_at: now,
            }],
        }
    }

    /// Reads a keyring; refused when others than its owner may read the file.
    pub fn read(path: &Path) -> Result<Self, KeyringError> {
        let unreadable = |source| KeyringError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyringError::Open {
                path: path.to_owned(),
                mode,
            });
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&text).map_err(|why| KeyringError::Malformed {
            path: path.to_owned(),
            why,
        })
    }

    /// Writes a keyring that was not there before; fails when the file exists.
    pub fn create(&self, path: &Path) -> Result<(), KeyringError> {
        let written = self.written_beside(path);
        let created = written.and_then(|file| Ok(file.persist_noclobber(path)?));
        match created {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let path = path.to_owned();
                Err(KeyringError::Exists { path })
            }
            Err(error) => Err(unwritten(path, error)),
        }
    }

    /// Writes the keyring in the place of an older one: either all of it or none.
    pub fn replace(&self, path: &Path) -> Result<(), KeyringError> {
        let written = self.written_beside(path);
        let replaced = written.and_then(|file| Ok(file.persist(path)?));
        replaced.map(drop).map_err(|error| unwritten(path, error))
    }

    /// A file with this keyring beside `path`, safe on disk, readable by its owner alone.
    fn written_beside(&self, path: &Path) -> io::Result<NamedTempFile> {
        let mut file = draft::beside(path)?;
        file.write_all(self.to_toml().as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    /// The same ring with a new current key; what the others have signed still verifies.
    pub fn rotated(mut self, ids: &Ids, now: DateTime<Utc>) -> Result<Self, KeyringError> {
        let newest = self.keys.last().map_or(0, |key| key.id.0);
        let id = KeyId(newest.checked_add(1).ok_or(KeyringError::Full)?);
        self.keys.push(Key {
            id,
            secret: ids.bytes(),
            created_at: now,
        });
        self.current = id;
        Ok(self)
    }

    /// The key that signs.
    pub fn current(&self) -> KeyId {
        self.current
    }

    /// The number of every key, the oldest first.
    pub fn key_ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|key| key.id)
    }

    /// The mark of every key, the oldest first.
    pub fn marks(&self) -> impl Iterator<Item = KeyMark> {
        self.keys.iter().map(|key| {
            let tag = key.mac(Purpose::Mark, &[]).finalize().into_bytes();
            KeyMark {
                id: key.id,
                mark: hex(&tag[..8]),
            }
        })
    }

    /// Signs with the current key. The caller may cut the tag, to no less than 16 bytes.
    pub fn sign(&self, purpose: Purpose, bytes: &[u8]) -> (KeyId, Tag) {
        let key = self
            .key(self.current)
            .expect("the current key is in the ring");
        (
            key.id,
            key.mac(purpose, bytes).finalize().into_bytes().into(),
        )
    }

    /// Whether `tag`, or what a caller has left of it, was made by the named key of this ring for
    /// this purpose and these bytes. Takes the same time wherever a tag differs.
    pub fn verify(&self, purpose: Purpose, key: KeyId, bytes: &[u8], tag: &[u8]) -> bool {
        tag.len() >= SHORTEST_TAG
            && self
                .key(key)
                .is_some_and(|key| key.mac(purpose, bytes).verify_truncated_left(tag).is_ok())
    }

    /// The Standard Webhooks secrets of a contact, `whsec_…`, that of the current key first.
    ///
    /// They are derived, so that none rests in the database; a receiver is given the first, and
    /// after a rotation messages are signed with all until it has taken over the new one.
    pub fn webhook_secrets(&self, contact: ContactKey) -> Vec<String> {
        let mut keys: Vec<&Key> = self.keys.iter().rev().collect();
        keys.sort_by_key(|key| key.id != self.current);
        keys.into_iter()
            .map(|key| {
                let secret = key
                    .mac(Purpose::Webhook, &contact.0.to_be_bytes())
                    .finalize();
                format!("whsec_{}", STANDARD.encode(secret.into_bytes()))
            })
            .collect()
    }

    fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    fn parse(text: &str) -> Result<Self, String> {
        // The parser's message would quote the line, which may hold a secret.
        let written: Written = toml::from_str(text).map_err(|error| {
            let message = error.message();
            error.span().map_or_else(
                || message.to_owned(),
                |span| {
                    let line = text[..span.start].matches('\n').count() + 1;
                    format!("line {line}: {message}")
                },
            )
        })?;
        let mut keys = written
            .keys
            .into_iter()
            .map(Key::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| key.id);
        if let Some(pair) = keys.windows(2).find(|pair| pair[0].id == pair[1].id) {
            return Err(format!("key {} stands there twice", pair[0].id));
        }
        if !keys.iter().any(|key| key.id == written.current) {
            return Err(format!("the current key {} is missing", written.current));
        }
        Ok(Self {
            current: written.current,
            keys,
        })
    }

    fn to_toml(&self) -> String {
        let written = Written {
            current: self.current,
            keys: self.keys.iter().map(WrittenKey::from).collect(),
        };
        toml::to_string(&written).expect("a keyring is plain numbers and texts")
    }
}

fn unwritten(path: &Path, source: io::Error) -> KeyringError {
    KeyringError::Unwritten {
        path: path.to_owned(),
        source,
    }
}

impl Key {
    /// Purposes are told apart by their length and their name before the bytes.
    fn mac(&self, purpose: Purpose, bytes: &[u8]) -> Hmac<Sha256> {
        let name = purpose.as_str();
        let length = u8::try_from(name.len()).expect("purposes have short names");
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes any key");
        mac.update(&[length]);
        mac.update(name.as_bytes());
        mac.update(bytes);
        mac
    }
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    current: KeyId,
    keys: Vec<WrittenKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    id: KeyId,
    secret: String,
    created_at: toml::value::Datetime,
}

impl From<&Key> for WrittenKey {
    fn from(key: &Key) -> Self {
        let created_at = key.created_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self {
            id: key.id,
            secret: STANDARD.encode(key.secret),
            created_at: created_at.parse().expect("RFC 3339 is TOML's date"),
        }
    }
}

impl TryFrom<WrittenKey> for Key {
    type Error = String;

    fn try_from(written: WrittenKey) -> Result<Self, String> {
        let secret = STANDARD
            .decode(&written.secret)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| format!("key {}: expected 32 bytes in base64", written.id))?;
        let created_at = written
            .created_at
            .to_string()
            .parse()
            .map_err(|_| format!("key {}: expected an instant with its offset", written.id))?;
        Ok(Self {
            id: written.id,
            secret,
            created_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn ring() -> Keyring {
        Keyring::generate(&Ids::seeded(1), now())
    }

    #[test]
    fn a_signature_holds_for_its_purpose_its_bytes_and_its_key_alone() {
        let ring = ring();
        let (key, tag) = ring.sign(Purpose::OrderLink, b"order 7");
        assert!(ring.verify(Purpose::OrderLink, key, b"order 7", &tag));
        assert!(ring.verify(Purpose::OrderLink, key, b"order 7", &tag[..16]));
        assert!(!ring.verify(Purpose::OrderLink, key, b"order 7", &tag[..15]));
        assert!(!ring.verify(Purpose::OrderLink, key, b"order 7", &[]));
        assert!(!ring.verify(Purpose::OrderLink, key, b"order 8", &tag));
        assert!(!ring.verify(Purpose::Webhook, key, b"order 7", &tag));
        assert!(!ring.verify(Purpose::OrderLink, KeyId(9), b"order 7", &tag));
        let stranger = Keyring::generate(&Ids::seeded(2), now());
        assert!(!stranger.verify(Purpose::OrderLink, key, b"order 7", &tag));
    }

    #[test]
    fn after_a_rotation_new_signatures_use_the_new_key_and_old_ones_still_hold() {
        let ring = ring();
        let (old, tag) = ring.sign(Purpose::OrderLink, b"order 7");
        let ring = ring.rotated(&Ids::seeded(3), now()).unwrap();
        let (new, _) = ring.sign(Purpose::OrderLink, b"order 7");
        assert_eq!((old, new), (KeyId(1), KeyId(2)));
        assert!(ring.verify(Purpose::OrderLink, old, b"order 7", &tag));
    }

    #[test]
    fn webhook_secrets_differ_by_contact_and_the_newest_comes_first() {
        let ring = ring();
        let before = ring.webhook_secrets(ContactKey(7));
        assert_ne!(before, ring.webhook_secrets(ContactKey(8)));
        let ring = ring.rotated(&Ids::seeded(3), now()).unwrap();
        let after = ring.webhook_secrets(ContactKey(7));
        assert_eq!(after.len(), 2);
        assert_eq!(after[1], before[0]);
        // Standard Webhooks asks for 24 to 64 bytes.
        let secret = after[0].strip_prefix("whsec_").unwrap();
        assert_eq!(STANDARD.decode(secret).unwrap().len(), 32);
    }

    #[test]
    fn a_keyring_is_read_back_as_it_was_written_and_by_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keyring.toml");
        let written = ring().rotated(&Ids::seeded(3), now()).unwrap();
        written.create(&path).unwrap();
        let read = Keyring::read(&path).unwrap();
        assert_eq!(read.to_toml(), written.to_toml());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let refused = written.create(&path).unwrap_err();
        assert!(matches!(refused, KeyringError::Exists { .. }));

        read.rotated(&Ids::seeded(4), now())
            .unwrap()
            .replace(&path)
            .unwrap();
        assert_eq!(Keyring::read(&path).unwrap().current(), KeyId(3));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Keyring::read(&path).unwrap_err();
        assert!(matches!(refused, KeyringError::Open { mode: 0o640, .. }));
    }

    #[test]
    fn what_a_crashed_rotation_left_behind_stops_no_later_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keyring.toml");
        ring().create(&path).unwrap();
        fs::write(path.with_extension("new"), "current = ").unwrap();
        let rotated = ring().rotated(&Ids::seeded(3), now()).unwrap();
        rotated.replace(&path).unwrap();
        assert_eq!(Keyring::read(&path).unwrap().current(), KeyId(2));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_error_names_the_keyring_and_what_could_not_be_done() {
        let nowhere = Path::new("/nonexistent/keyring.toml");
        let unread = Keyring::read(nowhere).unwrap_err();
        assert_eq!(
            unread.to_string(),
            "keyring `/nonexistent/keyring.toml` cannot be read"
        );
        for unwritten in [ring().create(nowhere), ring().replace(nowhere)] {
            assert_eq!(
                unwritten.unwrap_err().to_string(),
                "keyring `/nonexistent/keyring.toml` cannot be written"
            );
        }
    }

    #[rstest::rstest]
    #[case::not_toml("current = ", "line 1: ")]
    #[case::no_key("current = 1\nkeys = []", "the current key 1 is missing")]
    #[case::short(
        "current = 1\n[[keys]]\nid = 1\nsecret = \"AAAA\"\ncreated_at = 2026-11-24T12:00:00Z",
        "key 1: expected 32 bytes in base64"
    )]
    #[case::unknown("current = 1\nkeys = []\nnext = 2", "line 3: unknown field `next`")]
    fn a_file_that_is_no_keyring_is_refused_without_quoting_it(
        #[case] text: &str,
        #[case] expected: &str,
    ) {
        let why = Keyring::parse(text).unwrap_err();
        assert!(why.starts_with(expected), "{why}");
    }

    #[test]
    fn a_keyring_prints_no_secret() {
        let ring = ring();
        let secret = STANDARD.encode(ring.keys[0].secret);
        let printed = format!("{ring:?}");
        assert!(!printed.contains(&secret) && !printed.contains("secret"));
    }
}
