//! Order links (指令链接): what a person without an account holds to see and answer one order.
//!
//! A [`Link`] names an order, a contact and what the contact may do there; sealed with the
//! [`Keyring`] it becomes 48 characters that can stand in a URL. It is a capability, not a
//! secret to be stored: it is sealed when a message is rendered and opened when a page is asked
//! for, and rests neither in the outbox nor in a log. Whether the order still stands, and whether
//! the contact still holds the part, is for the use case to ask.
//!
//! ```text
//! 0        1         3           11            19     20                36
//! ├ version ┼ key id ─┼ order key ┼ contact key ┼ role ┼ HMAC-SHA256/128 ┤
//! ```
//!
//! 36 bytes are 48 characters without padding or spare bits, so every link has one spelling.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::id::{ContactKey, OrderKey};
use crate::keyring::{KeyId, Keyring, Purpose};

const VERSION: u8 = 1;
const SIGNED: usize = 20;
const TAG: usize = 16;

/// The length of a sealed link, in characters.
pub const LENGTH: usize = (SIGNED + TAG) / 3 * 4;

/// What the holder of a link may do with the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRole {
    /// Answer for the recipient: acknowledge, object, ask for help, report in place.
    Answer,
    /// Read the order, and nothing else.
    Read,
}

/// An order, a contact, and what the contact may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The order.
    pub order: OrderKey,
    /// Whoever was sent the link.
    pub contact: ContactKey,
    /// What the contact may do.
    pub role: LinkRole,
}

impl Link {
    /// The link as it stands in a URL, signed with the current key.
    pub fn seal(self, keyring: &Keyring) -> String {
        let signed = self.signed(keyring.current());
        let (_, tag) = keyring.sign(Purpose::OrderLink, &signed);
        URL_SAFE_NO_PAD.encode([&signed[..], &tag[..TAG]].concat())
    }

    /// The link a text spells, when a key of the ring has sealed it.
    pub fn open(text: &str, keyring: &Keyring) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (signed, tag) = bytes.split_first_chunk::<SIGNED>()?;
        let key = KeyId(u16::from_be_bytes([signed[1], signed[2]]));
        if signed[0] != VERSION || !keyring.verify(Purpose::OrderLink, key, signed, tag) {
            return None;
        }
        let (order, rest) = signed[3..].split_first_chunk()?;
        let (contact, role) = rest.split_first_chunk()?;
        Some(Self {
            order: OrderKey(i64::from_be_bytes(*order)),
            contact: ContactKey(i64::from_be_bytes(*contact)),
            role: LinkRole::from_byte(role[0])?,
        })
    }

    fn signed(self, key: KeyId) -> [u8; SIGNED] {
        let mut bytes = [0; SIGNED];
        bytes[0] = VERSION;
        bytes[1..3].copy_from_slice(&key.0.to_be_bytes());
        bytes[3..11].copy_from_slice(&self.order.0.to_be_bytes());
        bytes[11..19].copy_from_slice(&self.contact.0.to_be_bytes());
        bytes[19] = self.role.byte();
        bytes
    }
}

impl LinkRole {
    const fn byte(self) -> u8 {
        match self {
            Self::Answer => b'a',
            Self::Read => b'r',
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'a' => Some(Self::Answer),
            b'r' => Some(Self::Read),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Ids;

    fn ring() -> Keyring {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        Keyring::generate(&Ids::seeded(1), now)
    }

    fn links() -> impl Strategy<Value = Link> {
        let role = prop_oneof![Just(LinkRole::Answer), Just(LinkRole::Read)];
        (any::<i64>(), any::<i64>(), role).prop_map(|(order, contact, role)| Link {
            order: OrderKey(order),
            contact: ContactKey(contact),
            role,
        })
    }

    proptest! {
        #[test]
        fn a_sealed_link_opens_to_itself_and_stands_in_a_url(link in links()) {
            let ring = ring();
            let text = link.seal(&ring);
            prop_assert_eq!(text.len(), LENGTH);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Link::open(&text, &ring), Some(link));
        }

        #[test]
        fn any_flipped_character_is_refused(link in links(), place in 0..LENGTH, with in any::<char>()) {
            let ring = ring();
            let text = link.seal(&ring);
            let flipped: String = text
                .chars()
                .enumerate()
                .map(|(at, c)| if at == place { with } else { c })
                .collect();
            prop_assume!(flipped != text);
            prop_assert_eq!(Link::open(&flipped, &ring), None);
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            prop_assert_eq!(Link::open(&text, &ring()), None);
        }
    }

    #[test]
    fn every_other_character_in_every_place_is_refused() {
        let ring = ring();
        let link = Link {
            order: OrderKey(10_234),
            contact: ContactKey(77),
            role: LinkRole::Answer,
        };
        let text = link.seal(&ring).into_bytes();
        for place in 0..text.len() {
            for with in 0..128 {
                let mut flipped = text.clone();
                flipped[place] = with;
                let flipped = String::from_utf8(flipped).unwrap();
                let opened = Link::open(&flipped, &ring);
                assert_eq!(opened.is_some(), flipped.as_bytes() == text, "{flipped}");
            }
        }
    }

    #[test]
    fn a_link_sealed_before_a_rotation_still_opens_and_a_foreign_one_never_does() {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let link = Link {
            order: OrderKey(1),
            contact: ContactKey(2),
            role: LinkRole::Read,
        };
        let ring = ring();
        let text = link.seal(&ring);
        let rotated = ring.rotated(&Ids::seeded(5), now).unwrap();
        assert_ne!(link.seal(&rotated), text);
        assert_eq!(Link::open(&text, &rotated), Some(link));
        let foreign = Keyring::generate(&Ids::seeded(6), now);
        assert_eq!(Link::open(&text, &foreign), None);
    }
}
