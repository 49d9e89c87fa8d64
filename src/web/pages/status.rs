//! Statuses: always a word, a shape and a colour, never a colour alone.
//!
//! A [`Status`] is what a template draws; the enums here are what the pages distinguish. They are
//! the pages' own: whoever fills a view maps the domain's states onto them. [`Category`] is the AQI's
//! scale and has colours that the warning levels also use by name, so it always says `AQI` beside.

use std::fmt;

use crate::domain::aqi;
use crate::i18n::{Language, Phrase};

/// How a status looks and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The key of its word in the catalogues.
    pub key: &'static str,
    /// Its colour's meaning.
    pub tone: Tone,
    /// Its shape.
    pub shape: Shape,
}

impl Status {
    const fn new(key: &'static str, tone: Tone, shape: Shape) -> Self {
        Self { key, tone, shape }
    }

    /// The word.
    pub fn word(self, language: Language) -> Phrase {
        language.say(self.key)
    }
}

/// What a colour means, the same on every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to look at.
    Quiet,
    /// Under way.
    Busy,
    /// Done as it should be.
    Good,
    /// Somebody should look.
    Watch,
    /// Something is wrong or overdue.
    Alarm,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quiet => "tone-quiet",
            Self::Busy => "tone-busy",
            Self::Good => "tone-good",
            Self::Watch => "tone-watch",
            Self::Alarm => "tone-alarm",
        })
    }
}

/// The shapes, legible in black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Not yet: an empty ring.
    Ring,
    /// On its way: a half-filled ring.
    Half,
    /// There: a full disc.
    Disc,
    /// Late or dangerous: a triangle.
    Triangle,
    /// A question is open: a diamond.
    Diamond,
    /// Ended or refused: a cross.
    Cross,
    /// For information only: a square.
    Square,
    /// Standing still for a while: two bars.
    Pause,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ring => "shape-ring",
            Self::Half => "shape-half",
            Self::Disc => "shape-disc",
            Self::Triangle => "shape-triangle",
            Self::Diamond => "shape-diamond",
            Self::Cross => "shape-cross",
            Self::Square => "shape-square",
            Self::Pause => "shape-pause",
        })
    }
}

/// AQI 类别, as pages show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category(pub aqi::Category);

impl Category {
    /// Every category, the cleanest first.
    pub fn all() -> [Self; 6] {
        aqi::Category::ALL.map(Self)
    }

    /// Its class in the style sheet.
    pub const fn class(self) -> &'static str {
        match self.0 {
            aqi::Category::Excellent => "aqi-1",
            aqi::Category::Good => "aqi-2",
            aqi::Category::Light => "aqi-3",
            aqi::Category::Moderate => "aqi-4",
            aqi::Category::Heavy => "aqi-5",
            aqi::Category::Severe => "aqi-6",
        }
    }

    /// Its name alone, for a place that has already said `AQI`.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self.0 {
            aqi::Category::Excellent => "aqi-excellent",
            aqi::Category::Good => "aqi-good",
            aqi::Category::Light => "aqi-light",
            aqi::Category::Moderate => "aqi-moderate",
            aqi::Category::Heavy => "aqi-heavy",
            aqi::Category::Severe => "aqi-severe",
        })
    }
}

/// Where a warning stands (预警阶段).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Being prepared; nobody is bound.
    Draft,
    /// Waiting for a signature.
    Submitted,
    /// Signed, not yet issued.
    Approved,
    /// Issued, its start still ahead.
    Announced,
    /// In force.
    InForce,
    /// Suspended: it stands, and nobody owes a duty (暂停).
    Suspended,
    /// Its end is announced and still ahead.
    Ending,
    /// Over at its stated end, with no notice (到期).
    RanOut,
    /// Over.
    Lifted,
    /// Taken back (撤回).
    Withdrawn,
    /// Given up before it was issued (放弃).
    Abandoned,
}

impl Phase {
    /// How it is shown.
    pub const fn status(self) -> Status {
        match self {
            Self::Draft => Status::new("phase-draft", Tone::Quiet, Shape::Ring),
            Self::Submitted => Status::new("phase-submitted", Tone::Watch, Shape::Half),
            Self::Approved => Status::new("phase-approved", Tone::Busy, Shape::Half),
            Self::Announced => Status::new("phase-announced", Tone::Busy, Shape::Half),
            Self::InForce => Status::new("phase-in-force", Tone::Alarm, Shape::Disc),
            Self::Suspended => Status::new("phase-suspended", Tone::Watch, Shape::Pause),
            Self::Ending => Status::new("phase-ending", Tone::Watch, Shape::Half),
            Self::RanOut => Status::new("phase-ran-out", Tone::Quiet, Shape::Cross),
            Self::Lifted => Status::new("phase-lifted", Tone::Quiet, Shape::Cross),
            Self::Withdrawn => Status::new("phase-withdrawn", Tone::Quiet, Shape::Cross),
            Self::Abandoned => Status::new("phase-abandoned", Tone::Quiet, Shape::Cross),
        }
    }
}

/// Where an advisory stands (健康提示、临时管控). It binds nobody: no tone of an alarm, and the square of
/// what is for information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvisoryPhase {
    /// Being written.
    Draft,
    /// Waiting for a signature.
    Submitted,
    /// Signed, not yet public.
    Approved,
    /// Public, its beginning still ahead.
    Announced,
    /// It holds.
    Running,
    /// Ended early by a person.
    Lifted,
    /// A warning has taken its place.
    Cancelled,
    /// It has come to its end.
    RunOut,
    /// Given up before it was public.
    Abandoned,
}

impl AdvisoryPhase {
    /// How it is shown.
    pub const fn status(self) -> Status {
        match self {
            Self::Draft => Phase::Draft.status(),
            Self::Submitted => Phase::Submitted.status(),
            Self::Approved => Phase::Approved.status(),
            Self::Announced => Status::new("advisory-announced", Tone::Busy, Shape::Half),
            Self::Running => Status::new("advisory-running", Tone::Busy, Shape::Square),
            Self::Lifted => Status::new("advisory-lifted", Tone::Quiet, Shape::Cross),
            Self::Cancelled => Status::new("advisory-cancelled", Tone::Quiet, Shape::Cross),
            Self::RunOut => Status::new("advisory-run-out", Tone::Quiet, Shape::Cross),
            Self::Abandoned => Phase::Abandoned.status(),
        }
    }
}

/// A rung of an order's ladder (指令阶梯), the first first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// 已下达: on record.
    Issued,
    /// 已送出: taken over by a mail server, a gateway, an endpoint.
    HandedOver,
    /// 已送达: the receiver's side confirmed.
    Delivered,
    /// 已打开: the link was opened; acknowledges nothing.
    Opened,
    /// 已签收: a person acknowledged.
    Acknowledged,
    /// 已落实: every line in place.
    InPlace,
    /// 解除已确认.
    LiftAcknowledged,
    /// 已办结.
    Closed,
}

impl Rung {
    /// Every rung, the first first.
    pub const ALL: [Self; 8] = [
        Self::Issued,
        Self::HandedOver,
        Self::Delivered,
        Self::Opened,
        Self::Acknowledged,
        Self::InPlace,
        Self::LiftAcknowledged,
        Self::Closed,
    ];

    /// The word in addresses and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::HandedOver => "handed-over",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Acknowledged => "acknowledged",
            Self::InPlace => "in-place",
            Self::LiftAcknowledged => "lift-acknowledged",
            Self::Closed => "closed",
        }
    }

    /// How it is shown.
    pub const fn status(self) -> Status {
        match self {
            Self::Issued => Status::new("rung-issued", Tone::Quiet, Shape::Ring),
            Self::HandedOver => Status::new("rung-handed-over", Tone::Busy, Shape::Half),
            Self::Delivered => Status::new("rung-delivered", Tone::Busy, Shape::Half),
            Self::Opened => Status::new("rung-opened", Tone::Busy, Shape::Half),
            Self::Acknowledged => Status::new("rung-acknowledged", Tone::Good, Shape::Disc),
            Self::InPlace => Status::new("rung-in-place", Tone::Good, Shape::Disc),
            Self::LiftAcknowledged => {
                Status::new("rung-lift-acknowledged", Tone::Good, Shape::Disc)
            }
            Self::Closed => Status::new("rung-closed", Tone::Quiet, Shape::Cross),
        }
    }
}

/// What stands out about an order beside its rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// 逾期: a deadline has passed.
    Late,
    /// 异议: an objection waits for the county office.
    Objection,
    /// 求助: help was asked for.
    Help,
    /// 无法送达: no way to the contacts is left.
    Unreachable,
    /// 暂停: the duty is not owed for a while.
    Suspended,
}

impl Mark {
    /// How it is shown.
    pub const fn status(self) -> Status {
        match self {
            Self::Late => Status::new("mark-late", Tone::Alarm, Shape::Triangle),
            Self::Objection => Status::new("mark-objection", Tone::Watch, Shape::Diamond),
            Self::Help => Status::new("mark-help", Tone::Alarm, Shape::Diamond),
            Self::Unreachable => Status::new("mark-unreachable", Tone::Alarm, Shape::Cross),
            Self::Suspended => Status::new("mark-suspended", Tone::Watch, Shape::Pause),
        }
    }
}

/// How far one of those an advisory was sent to was told, or a message to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// 已送出: the next system has taken it over.
    HandedOver,
    /// 待发送: still to be sent.
    Waiting,
    /// 未送达: given up.
    Failed,
    /// 不再发送: a later step is told in its place, or it has run out.
    Overtaken,
    /// 无法送达: no mailbox and no endpoint on the list.
    Unreachable,
}

impl Reached {
    /// How it is shown.
    pub const fn status(self) -> Status {
        match self {
            Self::HandedOver => Status::new("rung-handed-over", Tone::Good, Shape::Disc),
            Self::Waiting => Status::new("reached-waiting", Tone::Busy, Shape::Half),
            Self::Failed => Status::new("reached-failed", Tone::Alarm, Shape::Triangle),
            Self::Overtaken => Status::new("reached-overtaken", Tone::Quiet, Shape::Square),
            Self::Unreachable => Status::new("mark-unreachable", Tone::Alarm, Shape::Cross),
        }
    }
}

/// What a plan changes for one recipient (方案差异).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// 新下达: a duty where there was none.
    New,
    /// 变更: another duty than before.
    Changed,
    /// 仅告知: the level changes, the duty does not.
    Told,
    /// 解除: the duty ends.
    Lifted,
    /// 暂停: the duty is not owed for a while.
    Suspended,
    /// 恢复: the duty is owed again.
    Resumed,
}

impl Change {
    /// Every change, as tables list them.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Changed,
        Self::Told,
        Self::Lifted,
        Self::Suspended,
        Self::Resumed,
    ];

    /// How it is shown.
    pub const fn status(self) -> Status {
        match self {
            Self::New => Status::new("change-new", Tone::Alarm, Shape::Disc),
            Self::Changed => Status::new("change-changed", Tone::Watch, Shape::Half),
            Self::Told => Status::new("change-told", Tone::Quiet, Shape::Square),
            Self::Lifted => Status::new("change-lifted", Tone::Good, Shape::Cross),
            Self::Suspended => Status::new("change-suspended", Tone::Watch, Shape::Pause),
            Self::Resumed => Status::new("change-resumed", Tone::Alarm, Shape::Disc),
        }
    }
}
