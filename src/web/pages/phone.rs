//! The enterprise's page (`/o/{token}`): one order on a phone, readable in an old `WebView`.
//!
//! Opening it acknowledges nothing; every answer is a form that a person sends. It shows the order
//! as issued, and says first when the order no longer stands. It asks for no account, keeps no
//! script, and with its style sheet stays under 30 kB.

use askama::Template;

use crate::domain::level::WarningLevel;
use crate::domain::notice::ClassLevel;
use crate::domain::time::WrittenTime;
use crate::domain::warning::Suspension;
use crate::i18n::Language;
use crate::web::pages::Setting;
use crate::web::pages::form::{Choice, Faults};

/// The page of one order for the enterprise.
#[derive(Clone, Debug, Template)]
#[template(path = "phone.html", config = ".askama.toml")]
pub struct PhonePage {
    /// The language of the page.
    pub language: Language,
    /// The same page in the other language.
    pub switch_language: String,
    /// What kind of installation this is.
    pub setting: Setting,
    /// Who issued the order: `许昌市人民政府`.
    pub issuer: String,
    /// The plant.
    pub plant: String,
    /// The order's number.
    pub number: String,
    /// The level it was issued under.
    pub level: WarningLevel,
    /// When it takes effect, as written.
    pub from: WrittenTime,
    /// When it ends, as written; none for 另行通知.
    pub until: Option<WrittenTime>,
    /// Compulsory measures, or 自主减排.
    pub kind: OrderKind,
    /// Where the order stands for this reader.
    pub state: PhoneState,
    /// The level at which its measures are carried out, where it is another one.
    pub measures_level: Option<WarningLevel>,
    /// The level of every class of measures, for an office, where they differ.
    pub classes: Vec<ClassLevel>,
    /// The suspension that holds or is ahead.
    pub suspension: Option<Suspension>,
    /// What each production line must do.
    pub lines: Vec<PhoneLine>,
    /// On what the measures rest: list, grade, notice.
    pub basis: String,
    /// The legal sentence.
    pub law: String,
    /// The office to ask, with its public telephone.
    pub office: String,
    /// Where answers go.
    pub actions: PhoneActions,
    /// Reason codes of an objection.
    pub objections: Vec<Choice>,
    /// Reason codes of a request for help.
    pub needs: Vec<Choice>,
    /// What was answered before, the newest first.
    pub answers: Vec<PhoneAnswer>,
    /// What is wrong with what was sent.
    pub faults: Faults,
}

impl PhonePage {
    /// Whether the order binds its reader now.
    pub fn binds(&self) -> bool {
        matches!(
            self.state,
            PhoneState::Waiting { .. }
                | PhoneState::Answered { .. }
                | PhoneState::InPlace { .. }
                | PhoneState::Told { .. }
                | PhoneState::Suspended { begun: false, .. }
        )
    }

    /// Whether a suspension is told of that the state does not tell of.
    fn tells_of_suspension(&self) -> bool {
        self.binds() && !matches!(self.state, PhoneState::Suspended { .. })
    }
}

/// What kind of duty an order carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// Measures filed in the reduction list.
    Measures,
    /// 自主减排: the plant decides how, and says that it knows.
    Autonomous,
    /// 属地任务: an office sees to it that its plants follow theirs.
    Office,
}

/// The words of the page that differ by kind.
impl OrderKind {
    const fn title(self) -> &'static str {
        match self {
            Self::Measures => "phone-title",
            Self::Autonomous => "phone-title-autonomous",
            Self::Office => "phone-title-office",
        }
    }

    const fn safety(self) -> &'static str {
        match self {
            Self::Measures | Self::Autonomous => "phone-safety-text",
            Self::Office => "phone-safety-text-office",
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Measures => "phone-measures",
            Self::Autonomous => "phone-autonomous",
            Self::Office => "phone-part",
        }
    }

    const fn acknowledge(self) -> &'static str {
        match self {
            Self::Measures => "phone-acknowledge",
            Self::Autonomous => "phone-acknowledge-autonomous",
            Self::Office => "phone-acknowledge-office",
        }
    }

    const fn in_place(self) -> &'static str {
        match self {
            Self::Measures | Self::Autonomous => "phone-report-in-place",
            Self::Office => "phone-report-in-place-office",
        }
    }
}

/// Where an order stands for its reader.
#[derive(Clone, Debug)]
pub enum PhoneState {
    /// Not answered.
    Waiting {
        /// By when an answer is due.
        answer_by: WrittenTime,
        /// Whether that has passed.
        late: bool,
    },
    /// Acknowledged.
    Answered(Receipt),
    /// Acknowledged and reported in place.
    InPlace(Receipt),
    /// The level has changed and the duty has not: nothing to answer.
    Told {
        /// The level before.
        before: WarningLevel,
    },
    /// The duty is not owed for a while.
    Suspended {
        /// Whether its hour has come; until then the duty binds.
        begun: bool,
        /// The confirmation, once given.
        confirmed: Option<Receipt>,
    },
    /// Over at the stated end: nothing to answer.
    RanOut {
        /// The end, as written.
        at: WrittenTime,
    },
    /// The duty has ended.
    Lifted {
        /// When, as written.
        at: WrittenTime,
        /// What may not be resumed at once.
        keeps: Option<String>,
        /// The confirmation, once given.
        confirmed: Option<Receipt>,
    },
    /// A newer order stands in its place.
    Replaced {
        /// The newer order's number.
        by: String,
        /// Its page, where this link may lead there.
        href: Option<String>,
    },
    /// Taken back.
    Withdrawn {
        /// When, as written.
        at: WrittenTime,
        /// Why.
        reason: String,
    },
}

/// The proof of an answer that its giver can keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// When it was recorded.
    pub at: WrittenTime,
    /// The check code.
    pub code: String,
    /// Whether it came after its deadline.
    pub late: bool,
}

/// One production line's part.
#[derive(Clone, Debug)]
pub struct PhoneLine {
    /// The line or process.
    pub unit: String,
    /// What it must do.
    pub measure: String,
    /// By when it must be in place, as written; none while nothing is owed.
    pub by: Option<WrittenTime>,
    /// Ramp-down and safety on the way.
    pub remark: Option<String>,
}

/// Where each answer goes; none where it is not open.
#[derive(Clone, Debug, Default)]
pub struct PhoneActions {
    /// 我已知悉并将落实.
    pub acknowledge: Option<String>,
    /// 各线已落实到位.
    pub in_place: Option<String>,
    /// 情况说明/异议.
    pub object: Option<String>,
    /// 请求帮助.
    pub help: Option<String>,
    /// 确认解除.
    pub confirm_lift: Option<String>,
    /// 确认暂停.
    pub confirm_suspension: Option<String>,
}

/// An answer given before.
#[derive(Clone, Debug)]
pub struct PhoneAnswer {
    /// What it said: `情况说明/异议`.
    pub words: String,
    /// The proof of it.
    pub receipt: Receipt,
    /// What the office has made of it; empty where nothing is to be decided.
    pub ruling: String,
}

/// The page behind a link that is not, or no longer, one of ours. It names nobody.
#[derive(Clone, Debug, Template)]
#[template(path = "phone_invalid.html", config = ".askama.toml")]
pub struct InvalidLink {
    /// The language of the page.
    pub language: Language,
    /// The same page in the other language.
    pub switch_language: String,
}
