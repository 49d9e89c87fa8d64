//! Typed ids. A public id is a UUIDv7 in its hyphenated form; a key is an ordinal of the store.
//!
//! One kind each, in alphabetical order; new ids are always arguments, never made here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// An advisory (健康提示、临时管控).
    AdvisoryId;
    /// One entry of the journal.
    EntryId;
    /// A superior's instruction (调度指令、预警函).
    InstructionId;
    /// A notice (通知) that starts, changes or ends a warning.
    NoticeId;
    /// An outlook taken in.
    OutlookId;
    /// A plan drawn for a notice.
    PlanId;
    /// A user account.
    UserId;
    /// A warning (预警).
    WarningId;
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, std::num::ParseIntError> {
                text.parse().map(Self)
            }
        }
    )*};
}

keys! {
    /// An advisory, as the store's other rows name it.
    AdvisoryKey;
    /// An answer of an enterprise or office.
    AnswerKey;
    /// One attempt to deliver a message.
    AttemptKey;
    /// A contact of a plant or an office; its personal data stand in an erasable table.
    ContactKey;
    /// A version of a region's reduction list.
    ListVersion;
    /// A message of the outbox.
    MessageKey;
    /// An order to one recipient within one warning.
    OrderKey;
    /// A plan; each notice that was issued has one.
    PlanKey;
    /// Who receives orders: a plant (厂区) or an office (县分局、乡镇).
    RecipientKey;
    /// A warning, as the store's other rows name it.
    WarningKey;
}
