//! Who may do what, and where: accounts, roles, rights, scopes.
//!
//! A person or a program has one [`Role`], and that within one [`Scope`]: a region with everything
//! below it, or one recipient of orders. What a role may do stands in one table, [`Right::ROLES`].
//! The module knows neither passwords nor sessions; whether a caller is who it says is decided
//! elsewhere.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::region::RegionCode;

use Role::{Administrator, Approver, Clerk, Coordinator, Enterprise, Inspector, Officer};

/// A person or program that may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// The name it signs in with, in lower case.
    pub name: String,
    /// What it is here for.
    pub role: Role,
    /// The region it belongs to, whose administrators keep it.
    pub region: RegionCode,
    /// The recipient of orders there that it answers for: an enterprise's account only.
    pub recipient: Option<i64>,
    /// The office held (职务), as a document prints it.
    pub title: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it may not sign in.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// What somebody is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// 值班员: watches, drafts, issues what was approved.
    Officer,
    /// 签发人: approves.
    Approver,
    /// 区域协调员: sees and moves a region of several cities.
    Coordinator,
    /// 县分局、乡镇经办: keeps the list, judges objections, answers for an office.
    Clerk,
    /// 网格员、督查: inspects.
    Inspector,
    /// 企业联系人 with an account: sees and answers the enterprise's own orders.
    Enterprise,
    /// 系统管理员: accounts, playbooks, the record's integrity. Issues nothing.
    Administrator,
}

/// Where a role holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Everywhere: the operator at the command line of the node.
    Everywhere,
    /// A region and everything below it.
    Region(RegionCode),
    /// One recipient of orders, by its key.
    Recipient(i64),
}

/// Something a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Read outlooks, proposals, warnings, plans, orders and boards.
    SeeWarnings,
    /// Take in outlooks and observations, and fill in a missing day.
    EnterForecasts,
    /// Register a superior's instruction.
    RegisterInstructions,
    /// Draft, submit and change a notice; decline a proposal.
    DraftNotices,
    /// Approve or return what was submitted.
    ApproveNotices,
    /// Issue what was approved.
    IssueNotices,
    /// Import enterprises and lists.
    EditLists,
    /// Accept or reject an objection.
    JudgeObjections,
    /// Acknowledge and answer orders of one's own scope.
    AnswerOrders,
    /// Record an inspection.
    RecordInspections,
    /// Look at dead letters and send them again.
    RedriveMessages,
    /// Read and verify the journal.
    ReadJournal,
    /// Activate playbooks.
    ActivatePlaybooks,
    /// Add, list and disable accounts and tokens.
    ManageAccounts,
}

impl Right {
    /// Who may do what, with the word a token's scope is written in. *Assumed*: no rule names the
    /// roles of such a system; the division of drafting and approving is the plans' own.
    pub const ROLES: [(Self, &'static str, &'static [Role]); 14] = [
        (
            Self::SeeWarnings,
            "warnings:see",
            &[
                Officer,
                Approver,
                Coordinator,
                Clerk,
                Inspector,
                Administrator,
            ],
        ),
        (
            Self::EnterForecasts,
            "forecasts:enter",
            &[Officer, Administrator],
        ),
        (
            Self::RegisterInstructions,
            "instructions:register",
            &[Officer, Coordinator],
        ),
        (Self::DraftNotices, "notices:draft", &[Officer]),
        (Self::ApproveNotices, "notices:approve", &[Approver]),
        (Self::IssueNotices, "notices:issue", &[Officer, Approver]),
        (
            Self::EditLists,
            "lists:edit",
            &[Officer, Clerk, Administrator],
        ),
        (Self::JudgeObjections, "objections:judge", &[Officer, Clerk]),
        (Self::AnswerOrders, "orders:answer", &[Clerk, Enterprise]),
        (
            Self::RecordInspections,
            "inspections:record",
            &[Clerk, Inspector],
        ),
        (
            Self::RedriveMessages,
            "messages:redrive",
            &[Officer, Administrator],
        ),
        (
            Self::ReadJournal,
            "journal:read",
            &[Officer, Approver, Coordinator, Administrator],
        ),
        (
            Self::ActivatePlaybooks,
            "playbooks:activate",
            &[Administrator],
        ),
        (Self::ManageAccounts, "accounts:manage", &[Administrator]),
    ];

    /// The word of a token's scope: `notices:draft`.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// Who has it.
    pub fn roles(self) -> &'static [Role] {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static [Role]) {
        Self::ROLES
            .iter()
            .find(|(right, _, _)| *right == self)
            .expect("every right has its row")
    }
}

impl Account {
    /// Where its role holds.
    pub fn scope(&self) -> Scope {
        self.recipient
            .map_or(Scope::Region(self.region), Scope::Recipient)
    }
}

impl Scope {
    /// Whether it reaches a region.
    pub fn covers(self, region: RegionCode) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Region(own) => own.contains(region),
            Self::Recipient(_) => false,
        }
    }

    /// Whether what is decided for a region concerns it: a region it covers, or one above it.
    pub fn is_concerned_by(self, region: RegionCode) -> bool {
        match self {
            Self::Region(own) => self.covers(region) || region.contains(own),
            Self::Everywhere | Self::Recipient(_) => self.covers(region),
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Officer,
        Approver,
        Coordinator,
        Clerk,
        Inspector,
        Enterprise,
        Administrator,
    ];

    /// The machine word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Officer => "officer",
            Approver => "approver",
            Coordinator => "coordinator",
            Clerk => "clerk",
            Inspector => "inspector",
            Enterprise => "enterprise",
            Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text is not a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a role: expected officer, approver, coordinator, clerk, inspector, enterprise or administrator"
)]
pub struct NotARole(pub String);

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| NotARole(text.to_owned()))
    }
}

/// The rights a token is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scopes {
    /// All that its account has: `*`.
    All,
    /// These, so far as its account has them.
    Only(BTreeSet<Right>),
}

impl Scopes {
    /// Whether a right is among them.
    pub fn contain(&self, right: Right) -> bool {
        match self {
            Self::All => true,
            Self::Only(rights) => rights.contains(&right),
        }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Only(rights) => {
                let words: Vec<_> = rights.iter().map(|right| right.as_str()).collect();
                f.write_str(&words.join(" "))
            }
        }
    }
}

/// Why a text is not a token's scopes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope: expected `*` or words such as `warnings:see`, separated by spaces")]
pub struct NotAScope(pub String);

impl FromStr for Scopes {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        if text.trim() == "*" {
            return Ok(Self::All);
        }
        let rights = text
            .split_whitespace()
            .map(|word| {
                let row = Right::ROLES.iter().find(|(_, known, _)| *known == word);
                row.map(|(right, _, _)| *right)
                    .ok_or_else(|| NotAScope(word.to_owned()))
            })
            .collect::<Result<BTreeSet<_>, _>>()?;
        if rights.is_empty() {
            return Err(NotAScope(text.to_owned()));
        }
        Ok(Self::Only(rights))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn whoever_keeps_the_system_does_not_issue_and_whoever_drafts_does_not_approve() {
        let has = |right: Right, role| right.roles().contains(&role);
        for right in [
            Right::DraftNotices,
            Right::ApproveNotices,
            Right::IssueNotices,
        ] {
            assert!(!has(right, Administrator), "{right:?}");
        }
        assert!(has(Right::DraftNotices, Officer) && !has(Right::ApproveNotices, Officer));
        assert!(has(Right::ApproveNotices, Approver) && !has(Right::DraftNotices, Approver));
    }

    #[rstest]
    #[case("*")]
    #[case("warnings:see")]
    #[case("warnings:see notices:draft orders:answer")]
    fn scopes_are_read_back_as_they_are_written(#[case] text: &str) {
        assert_eq!(text.parse::<Scopes>().unwrap().to_string(), text);
    }

    #[rstest]
    #[case("")]
    #[case("everything")]
    #[case("warnings:see *")]
    fn unknown_scopes_are_refused(#[case] text: &str) {
        assert!(text.parse::<Scopes>().is_err());
    }
}
