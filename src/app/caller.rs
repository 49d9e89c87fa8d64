//! Who asks: a [`Caller`] is an argument of every use case.
//!
//! A caller has a role within a scope (see [`domain::access`](crate::domain::access), where the
//! table of rights stands); an API token narrows it further, and never widens it.

use super::Error;
use crate::domain::id::UserId;
use crate::domain::region::RegionCode;

pub use crate::domain::access::{Right, Role, Scope, Scopes};

/// A person or a program that has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account; none for the operator at the command line.
    pub account: Option<UserId>,
    /// The name signed in with.
    pub name: String,
    /// What it is here for.
    pub role: Role,
    /// The office held (职务), as a document prints it.
    pub title: Option<String>,
    /// Where the role holds.
    pub scope: Scope,
    /// How it has proved who it is.
    pub via: Via,
}

/// How a caller has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A session of a browser or program; the SHA-256 of its secret, in hexadecimal.
    Session(String),
    /// An API token, with what it is limited to.
    Token(Scopes),
    /// Access to the node itself: its files and its command line.
    CommandLine,
    /// The node's own schedule, by its configuration.
    Schedule,
}

impl Caller {
    /// What the operator of the node is called in the record.
    pub const OPERATOR: &str = "command line";
    /// What the node itself is called in the record.
    pub const SCHEDULE: &str = "schedule";

    /// The operator of the node, who has its files and may do what an administrator may.
    pub fn operator() -> Self {
        Self {
            account: None,
            name: Self::OPERATOR.to_owned(),
            role: Role::Administrator,
            title: None,
            scope: Scope::Everywhere,
            via: Via::CommandLine,
        }
    }

    /// The node itself, at work on its schedule with what its operator has configured.
    pub fn schedule() -> Self {
        Self {
            name: Self::SCHEDULE.to_owned(),
            via: Via::Schedule,
            ..Self::operator()
        }
    }

    /// Whether the caller has a right at all; where, is for [`may`](Self::may).
    pub fn has(&self, right: Right) -> Result<(), Error> {
        let by_role = right.roles().contains(&self.role);
        let by_token = match &self.via {
            Via::Token(scopes) => scopes.contain(right),
            Via::Session(_) | Via::CommandLine | Via::Schedule => true,
        };
        if by_role && by_token {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Whether the caller has a right in a region.
    pub fn may(&self, right: Right, region: RegionCode) -> Result<(), Error> {
        self.has(right)?;
        if self.scope.covers(region) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Whether the caller may see what is decided for a region: their own, one below it, or one
    /// above it, whose warnings bind them. Whom it binds elsewhere is not theirs to see.
    pub fn may_look_at(&self, region: RegionCode) -> Result<(), Error> {
        self.has(Right::SeeWarnings)?;
        if self.scope.is_concerned_by(region) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Whether the caller has a right over a recipient of orders that lies in a region.
    pub fn may_for(&self, right: Right, recipient: i64, region: RegionCode) -> Result<(), Error> {
        match self.scope {
            Scope::Recipient(own) if own == recipient => self.has(right),
            _ => self.may(right, region),
        }
    }

    /// The region a list is limited to for this caller; none when it is not limited.
    pub fn region(&self, right: Right) -> Result<Option<RegionCode>, Error> {
        self.has(right)?;
        match self.scope {
            Scope::Everywhere => Ok(None),
            Scope::Region(own) => Ok(Some(own)),
            Scope::Recipient(_) => Err(Error::Forbidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn caller(role: Role, scope: Scope, via: Via) -> Caller {
        Caller {
            account: None,
            name: "测试".to_owned(),
            role,
            title: None,
            scope,
            via,
        }
    }

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[rstest]
    #[case::the_region_itself("411000", true)]
    #[case::a_county_below("411081", true)]
    #[case::a_development_zone_below("411000-D01", true)]
    #[case::a_neighbour("410100", false)]
    #[case::the_province_above("410000", false)]
    fn a_role_holds_in_its_region_and_below(#[case] region: &str, #[case] allowed: bool) {
        let officer = caller(
            Role::Officer,
            Scope::Region(code("411000")),
            Via::Session(String::new()),
        );
        assert_eq!(
            officer.may(Right::DraftNotices, code(region)).is_ok(),
            allowed
        );
    }

    #[rstest]
    #[case::the_county_itself("411081", true)]
    #[case::the_city_above("411000", true)]
    #[case::the_province_above("410000", true)]
    #[case::a_neighbour("411082", false)]
    fn a_county_sees_what_is_decided_above_it(#[case] region: &str, #[case] allowed: bool) {
        let clerk = caller(
            Role::Clerk,
            Scope::Region(code("411081")),
            Via::Session(String::new()),
        );
        assert_eq!(clerk.may_look_at(code(region)).is_ok(), allowed);
    }

    #[test]
    fn an_enterprise_answers_its_own_orders_and_nobody_elses() {
        let plant = caller(
            Role::Enterprise,
            Scope::Recipient(7),
            Via::Session(String::new()),
        );
        let region = code("411081");
        assert!(plant.may_for(Right::AnswerOrders, 7, region).is_ok());
        assert!(plant.may_for(Right::AnswerOrders, 8, region).is_err());
        assert!(plant.may(Right::AnswerOrders, region).is_err());
        assert!(plant.may_for(Right::SeeWarnings, 7, region).is_err());
    }

    #[test]
    fn a_token_narrows_a_role_and_never_widens_it() {
        let region = Scope::Region(code("411000"));
        let scopes: Scopes = "warnings:see notices:approve".parse().unwrap();
        let officer = caller(Role::Officer, region, Via::Token(scopes));
        assert!(officer.has(Right::SeeWarnings).is_ok());
        assert!(
            officer.has(Right::DraftNotices).is_err(),
            "not in the token"
        );
        assert!(
            officer.has(Right::ApproveNotices).is_err(),
            "not an officer's"
        );
    }
}
