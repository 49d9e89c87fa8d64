//! Telling: which steps of an advisory its audience hears of, and how far each of them was told.

use super::Act;

/// What a step tells those the advisory was published to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Telling {
    /// It is public.
    Published,
    /// It ends before its time: lifted by a person, or by the start of a coloured warning.
    Lifted,
}

impl Telling {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Published, Self::Lifted];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Lifted => "lifted",
        }
    }
}

impl Act {
    /// What it tells the audience; most acts are nobody's business outside.
    pub const fn tells(&self) -> Option<Telling> {
        match self {
            Self::Published { .. } => Some(Telling::Published),
            Self::Lifted { .. } | Self::Cancelled { .. } => Some(Telling::Lifted),
            Self::Drafted { .. }
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Approved { .. }
            | Self::Signed(_)
            | Self::Abandoned { .. } => None,
        }
    }
}

/// How far one of the audience was told of a step, over all messages to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reached {
    /// At least one was taken over by the next system.
    HandedOver,
    /// None yet, and at least one is still to be sent.
    Waiting,
    /// None, and at least one was given up.
    Failed,
    /// None before a later step was told in its place, or the advisory had run out.
    Overtaken,
    /// There is none: no contact with a mailbox or an endpoint.
    Unreachable,
}

impl Reached {
    /// Every one, the good news first.
    pub const ALL: [Self; 5] = [
        Self::HandedOver,
        Self::Waiting,
        Self::Failed,
        Self::Overtaken,
        Self::Unreachable,
    ];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HandedOver => "handed-over",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Overtaken => "overtaken",
            Self::Unreachable => "unreachable",
        }
    }

    /// The one of a machine word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
