//! The pages as typed views: one struct per page with everything it shows, already judged.
//!
//! A view holds words, numbers and times; it looks nothing up, decides nothing, and never sees a
//! domain object that could still change. Whoever fills it (the handlers) has asked `app` before.
//! The template of a view is compiled with it, so a page cannot ask for what its view lacks. Every
//! page works without JavaScript; what the scripts add hangs on `data-live` and `data-swap`.
//!
//! The modules stand in the order in which an officer meets them, the enterprise's own page next,
//! then the pages of operation. [`status`] holds what looks alike everywhere.

use crate::config;
use crate::domain::level::WarningLevel;
use crate::domain::time::WrittenTime;
use crate::domain::warning::Suspension;
use crate::i18n::{Language, Phrase};

pub mod advisory;
pub mod approval;
pub mod chart;
pub mod form;
pub mod status;

pub mod sign_in;

pub mod overview;

pub mod instruction;

pub mod notice;

pub mod warning;

pub mod orders;

pub mod phone;

pub mod import;

pub mod compare;

pub mod dead_letters;

pub mod inbox;
pub mod information;

pub mod problem;

pub mod docs;

/// What stands around every console page: who is signed in, where, when, and what is in force.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// The region the person acts for: `许昌市`.
    pub region: String,
    /// The name of the person signed in.
    pub person: String,
    /// In which role.
    pub role: Role,
    /// The service's clock when the page was drawn.
    pub now: WrittenTime,
    /// The entry of the navigation that the page belongs to.
    pub section: Section,
    /// The same page in the other language.
    pub switch_language: String,
    /// The warning that holds or is announced.
    pub standing: Option<Standing>,
    /// What a stranger must be told about this installation.
    pub setting: Setting,
    /// What has just been done, to be said once.
    pub said: Option<String>,
}

/// Roles (`app` decides what each may do; here they are words).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 值班员.
    Officer,
    /// 签发人.
    Approver,
    /// 区域协调员.
    Coordinator,
    /// 县分局、乡镇经办.
    Clerk,
    /// 督查.
    Inspector,
    /// 企业联系人.
    Enterprise,
    /// 系统管理员.
    Administrator,
}

impl Role {
    /// The role's name.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self {
            Self::Officer => "role-officer",
            Self::Approver => "role-approver",
            Self::Coordinator => "role-coordinator",
            Self::Clerk => "role-clerk",
            Self::Inspector => "role-inspector",
            Self::Enterprise => "role-enterprise",
            Self::Administrator => "role-administrator",
        })
    }
}

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// 总览.
    Overview,
    /// 预警与通知.
    Warnings,
    /// 指令.
    Orders,
    /// 应急减排清单.
    List,
    /// 规则对照.
    Rules,
    /// 未送达.
    DeadLetters,
}

impl Section {
    /// Every entry, in reading order.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Warnings,
        Self::Orders,
        Self::List,
        Self::Rules,
        Self::DeadLetters,
    ];

    /// The entry's name.
    pub fn word(self, language: Language) -> Phrase {
        language.say(match self {
            Self::Overview => "section-overview",
            Self::Warnings => "section-warnings",
            Self::Orders => "section-orders",
            Self::List => "section-list",
            Self::Rules => "section-rules",
            Self::DeadLetters => "section-dead-letters",
        })
    }

    /// Where it leads.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Warnings => "/warnings",
            Self::Orders => "/orders",
            Self::List => "/enterprises/import",
            Self::Rules => "/rules/compare",
            Self::DeadLetters => "/dead-letters",
        }
    }
}

/// The warning that holds or is announced, as the strip under the header shows it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its level.
    pub level: WarningLevel,
    /// Where it stands.
    pub phase: status::Phase,
    /// The document number of its latest notice.
    pub number: String,
    /// When it starts (启动时刻), as written.
    pub from: WrittenTime,
    /// When it ends, as written; none for 解除时间另行通知.
    pub until: Option<WrittenTime>,
    /// The suspension that holds or is ahead.
    pub suspension: Option<Suspension>,
    /// The warning's page.
    pub href: String,
}

/// What kind of installation this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// In earnest.
    Live,
    /// 演练: nothing reaches an enterprise.
    Drill,
    /// 演示: fictional enterprises, a past episode under new dates, a sink instead of the world.
    Demo,
}

impl From<config::Setting> for Setting {
    fn from(setting: config::Setting) -> Self {
        match setting {
            config::Setting::Live => Self::Live,
            config::Setting::Demo => Self::Demo,
        }
    }
}

impl Setting {
    /// The sentence of the banner; none in earnest.
    pub fn banner(self, language: Language) -> Option<Phrase> {
        match self {
            Self::Live => None,
            Self::Drill => Some(language.say("setting-drill")),
            Self::Demo => Some(language.say("setting-demo")),
        }
    }
}
