//! The notice (通知): the document that starts, changes or ends a warning, from draft to issue.
//!
//! A notice is what its recorded [`Step`]s make of it. Each state is a type, and a move is a method
//! of the state it starts from, so an illegal move cannot be written: a [`Draft`] can be submitted
//! but not issued, an [`Approved`] notice issued but not edited. A move looks at nothing but its
//! arguments and answers with the [`Act`] to record, or with the [`Refusal`] that says why not.
//!
//! What an issued notice means for the warning it belongs to is told in
//! [`warning`](crate::warning).
//!
//! # Design notes
//!
//! A change of a running warning takes the same way as its start: a raise, an extension or a lift
//! is a notice of its own, drafted, approved and issued by persons. Steps hold account ids and
//! titles, never names: names stand where they can be erased.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{UserId, WarningId};
use crate::level::WarningLevel;
use crate::region::RegionCode;
use crate::time::WrittenTime;

mod classes;
mod contents;
mod instruction;
mod signature;

pub use classes::{ClassLevel, Levels, MeasureClass};
pub use contents::{AreaHour, Consultation, Contents, End, Grounds, NoticeKind};
pub use instruction::Instruction;
pub use signature::{Medium, Owed, PaperSignature, Signature, Signed, Unsigned};

/// Who may approve what, from the region's playbook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The titles that may approve each level.
    pub titles: BTreeMap<WarningLevel, Vec<String>>,
    /// The titles that may approve an [advisory](crate::advisory); those of the lowest level where
    /// none are named.
    #[serde(default)]
    pub advisory: Vec<String>,
    /// Whether whoever drafts may also approve.
    #[serde(default)]
    pub one_signature: bool,
}

impl Approval {
    fn entitles(&self, title: &str, level: WarningLevel) -> Result<(), Refusal> {
        let mut titles = self.titles.get(&level).into_iter().flatten();
        if titles.any(|t| t == title) {
            return Ok(());
        }
        Err(Refusal::NotEntitled {
            title: title.to_owned(),
            level,
        })
    }

    pub(crate) fn admits_advisory(&self, title: &str) -> bool {
        self.advisory_titles().iter().any(|t| t == title)
    }

    /// The titles that may approve an advisory.
    pub fn advisory_titles(&self) -> &[String] {
        match self.titles.values().next() {
            Some(lowest) if self.advisory.is_empty() => lowest,
            _ => &self.advisory,
        }
    }
}

/// Who acts: an account, and the title it acts under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The account.
    pub account: UserId,
    /// 职务.
    pub title: String,
}

/// One recorded step of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Person,
    /// What was done.
    pub act: Act,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "act")]
pub enum Act {
    /// Written, or written anew.
    Drafted {
        /// What the notice says.
        contents: Contents,
    },
    /// The consultation was recorded.
    Consulted(Consultation),
    /// Handed in for approval.
    Submitted,
    /// Sent back to the drafter.
    Returned {
        /// Why.
        reason: String,
    },
    /// Signed.
    Approved {
        /// How.
        signature: Signature,
    },
    /// Signed on paper, where the signature had been given outside of the system.
    Signed(PaperSignature),
    /// Issued: from here on it is on record and cannot be taken off.
    Issued {
        /// 文号.
        document: String,
        /// SHA-256 over the plan that goes out with it.
        plan: String,
        /// What it says, word for word, in the language of record; none on record from before it
        /// was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
    },
    /// Given up before issue.
    Abandoned {
        /// Why.
        reason: String,
    },
}

impl Act {
    /// SHA-256 of the scan that came with it.
    pub fn scan(&self) -> Option<&str> {
        match self {
            Self::Approved { signature } => signature.scan(),
            Self::Signed(paper) => paper.scan.as_deref(),
            _ => None,
        }
    }
}

/// A notice word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// 标题, one line.
    pub title: String,
    /// 正文: paragraphs with an empty line between them.
    pub body: String,
}

/// Why a move was refused. None of these is a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A local notice needs its consultation on record.
    #[error("the consultation has not been recorded")]
    NoConsultation,
    /// A reason, conclusion or number that has to be written is empty.
    #[error("{0} must be written")]
    Unwritten(&'static str),
    /// The signature does not hold.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// The title may not approve this level here.
    #[error("`{title}` may not approve a {level} warning here")]
    NotEntitled {
        /// The title that signed.
        title: String,
        /// The level to be approved.
        level: WarningLevel,
    },
    /// The end is not after the beginning.
    #[error("it would end at {end}, not after its start at {start}")]
    EndsBeforeStart {
        /// 启动时刻.
        start: WrittenTime,
        /// The stated end.
        end: WrittenTime,
    },
    /// An add-on without measures.
    #[error("an add-on must add measures")]
    AddsNothing,
    /// A class with two levels.
    #[error("{} has two levels", .0.as_str())]
    ClassTwice(MeasureClass),
    /// Classes on a notice that puts no level in force.
    #[error("a notice to {0} puts no level in force, so none for a class")]
    ClassesOfNoLevel(NoticeKind),
    /// Areas on a notice that lifts nothing.
    #[error("only a lift ends at other hours in some areas")]
    AreasOfNoLift,
    /// An area with two hours.
    #[error("{0} is named twice")]
    AreaTwice(RegionCode),
    /// An area that would go on after the lift itself.
    #[error("{area} would end at {at}, after the lift itself")]
    AreaAfterLift {
        /// The area.
        area: RegionCode,
        /// Its hour.
        at: WrittenTime,
    },
    /// A planned resumption on a notice that suspends nothing.
    #[error("only a suspension plans when duties are resumed")]
    ResumesNothing,
    /// A planned resumption before the suspension, or after the warning's end.
    #[error("it would be resumed at {resumes}: not after {from}, or not before the stated end")]
    ResumesOutside {
        /// From when it is suspended.
        from: WrittenTime,
        /// When it would be resumed.
        resumes: WrittenTime,
    },
}

/// A notice being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it says so far.
    pub contents: Contents,
    /// Who wrote it last.
    pub by: Person,
    /// The consultation, once recorded.
    pub consultation: Option<Consultation>,
    /// Why it was sent back, if it was.
    pub returned: Option<String>,
}

/// A notice waiting for a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted(Draft);

/// A signed notice that has not gone out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    draft: Draft,
    /// Who signed, or recorded the signature.
    pub by: Person,
    /// How it was signed.
    pub signed: Signed,
}

/// A notice on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    approved: Approved,
    /// 文号.
    pub document: String,
    /// 发布时刻.
    pub at: DateTime<Utc>,
    /// SHA-256 over its plan.
    pub plan: String,
    /// What it says, word for word, where that was kept.
    pub text: Option<Text>,
}

/// A notice in whatever state its steps have brought it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Being written.
    Draft(Draft),
    /// Waiting for a signature.
    Submitted(Submitted),
    /// Signed.
    Approved(Approved),
    /// On record.
    Issued(Issued),
    /// Given up.
    Abandoned(Draft),
}

impl Draft {
    /// Begins a notice.
    pub fn begin(contents: Contents) -> Result<Act, Refusal> {
        contents.check()?;
        Ok(Act::Drafted { contents })
    }

    /// Writes it anew.
    pub fn revise(&self, contents: Contents) -> Result<Act, Refusal> {
        Self::begin(contents)
    }

    /// Records the consultation.
    pub fn consult(&self, consultation: Consultation) -> Result<Act, Refusal> {
        written(
            &consultation.conclusion,
            "the conclusion of the consultation",
        )?;
        if consultation.parties.is_empty() {
            return Err(Refusal::Unwritten("who took part in the consultation"));
        }
        Ok(Act::Consulted(consultation))
    }

    /// Hands it in.
    pub fn submit(&self) -> Result<Act, Refusal> {
        self.contents.check()?;
        if self.contents.needs_consultation() && self.consultation.is_none() {
            return Err(Refusal::NoConsultation);
        }
        Ok(Act::Submitted)
    }

    /// Gives it up.
    pub fn abandon(&self, reason: String) -> Result<Act, Refusal> {
        abandoned(reason)
    }
}

impl Submitted {
    /// What waits for a signature.
    pub fn draft(&self) -> &Draft {
        &self.0
    }

    /// Signs it, for this level: [`Warning::level_to_sign`](crate::warning::Warning::level_to_sign).
    pub fn approve(
        &self,
        by: &Person,
        signature: Signature,
        level: WarningLevel,
        rule: &Approval,
    ) -> Result<Act, Refusal> {
        signature.check(by, &self.0.by, rule)?;
        rule.entitles(signature.title(by), level)?;
        Ok(Act::Approved { signature })
    }

    /// Sends it back.
    pub fn send_back(&self, reason: String) -> Result<Act, Refusal> {
        written(&reason, "why it is sent back")?;
        Ok(Act::Returned { reason })
    }

    /// Gives it up.
    pub fn abandon(&self, reason: String) -> Result<Act, Refusal> {
        abandoned(reason)
    }
}

impl Approved {
    /// What was signed.
    pub fn contents(&self) -> &Contents {
        &self.draft.contents
    }

    /// Issues it with its plan, in these words. Its signature has to cover the level that
    /// [it takes](crate::warning::Warning::level_to_sign) by now: other notices may have come since.
    pub fn issue(
        &self,
        document: String,
        plan: String,
        text: Option<Text>,
        (level, rule): (WarningLevel, &Approval),
    ) -> Result<Act, Refusal> {
        written(&document, "the document number")?;
        rule.entitles(self.signed.signature.title(&self.by), level)?;
        Ok(Act::Issued {
            document,
            plan,
            text,
        })
    }

    /// Gives it up.
    pub fn abandon(&self, reason: String) -> Result<Act, Refusal> {
        abandoned(reason)
    }

    fn followed_by(self, paper: PaperSignature) -> Option<Self> {
        Some(Self {
            signed: self.signed.followed_by(paper)?,
            ..self
        })
    }
}

impl Issued {
    /// What it says, as it holds since its [issue](Contents::told_at).
    pub fn contents(&self) -> &Contents {
        &self.approved.draft.contents
    }
}

/// A recorded step that does not follow from the steps before it: the record has been tampered with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {step} of the notice does not follow from the steps before it")]
pub struct OutOfOrder {
    /// Its number, counted from 1.
    pub step: usize,
}

impl Notice {
    /// What recorded steps have made of a notice.
    pub fn replay(steps: &[Step]) -> Result<Self, OutOfOrder> {
        let mut notice = None;
        for (number, step) in (1..).zip(steps) {
            notice = Some(Self::after(notice, step).ok_or(OutOfOrder { step: number })?);
        }
        notice.ok_or(OutOfOrder { step: 0 })
    }

    /// The state after one more step; none if the step does not follow.
    pub fn after(before: Option<Self>, step: &Step) -> Option<Self> {
        let by = step.by.clone();
        Some(match (before, step.act.clone()) {
            (None, Act::Drafted { contents }) => Self::Draft(Draft {
                contents,
                by,
                consultation: None,
                returned: None,
            }),
            (Some(Self::Draft(draft)), Act::Drafted { contents }) => Self::Draft(Draft {
                contents,
                by,
                ..draft
            }),
            (Some(Self::Draft(draft)), Act::Consulted(consultation)) => Self::Draft(Draft {
                consultation: Some(consultation),
                ..draft
            }),
            (Some(Self::Draft(draft)), Act::Submitted) => Self::Submitted(Submitted(draft)),
            (Some(Self::Submitted(Submitted(draft))), Act::Returned { reason }) => {
                Self::Draft(Draft {
                    returned: Some(reason),
                    ..draft
                })
            }
            (Some(Self::Submitted(Submitted(draft))), Act::Approved { signature }) => {
                Self::Approved(Approved {
                    draft,
                    by,
                    signed: signature.into(),
                })
            }
            (Some(Self::Approved(approved)), Act::Signed(paper)) => {
                Self::Approved(approved.followed_by(paper)?)
            }
            (Some(Self::Issued(issued)), Act::Signed(paper)) => Self::Issued(Issued {
                approved: issued.approved.followed_by(paper)?,
                ..issued
            }),
            (
                Some(Self::Approved(mut approved)),
                Act::Issued {
                    document,
                    plan,
                    text,
                },
            ) => Self::Issued(Issued {
                approved: {
                    approved.draft.contents = approved.draft.contents.told_at(step.at);
                    approved
                },
                document,
                at: step.at,
                plan,
                text,
            }),
            (
                Some(
                    Self::Draft(draft)
                    | Self::Submitted(Submitted(draft))
                    | Self::Approved(Approved { draft, .. }),
                ),
                Act::Abandoned { .. },
            ) => Self::Abandoned(draft),
            _ => return None,
        })
    }

    /// Records that it was signed on paper, where that is owed.
    pub fn sign(
        &self,
        signed_at: WrittenTime,
        note: String,
        scan: Option<String>,
    ) -> Result<Act, Refusal> {
        let signed = self.signed().ok_or(Unsigned::NothingOwed)?;
        Ok(Act::Signed(signed.follow(signed_at, note, scan)?))
    }

    /// The signature that is still to follow on paper; a notice that was given up owes none.
    pub fn owed(&self) -> Option<Owed<'_>> {
        self.signed()?.owed()
    }

    fn signed(&self) -> Option<&Signed> {
        match self {
            Self::Approved(approved) => Some(&approved.signed),
            Self::Issued(issued) => Some(&issued.approved.signed),
            Self::Draft(_) | Self::Submitted(_) | Self::Abandoned(_) => None,
        }
    }

    /// What it says.
    pub fn contents(&self) -> &Contents {
        match self {
            Self::Draft(draft) | Self::Submitted(Submitted(draft)) | Self::Abandoned(draft) => {
                &draft.contents
            }
            Self::Approved(approved) => approved.contents(),
            Self::Issued(issued) => issued.contents(),
        }
    }

    /// The consultation on record.
    pub fn consultation(&self) -> Option<&Consultation> {
        match self {
            Self::Draft(draft) | Self::Submitted(Submitted(draft)) | Self::Abandoned(draft) => {
                draft.consultation.as_ref()
            }
            Self::Approved(approved) => approved.draft.consultation.as_ref(),
            Self::Issued(issued) => issued.approved.draft.consultation.as_ref(),
        }
    }

    /// The machine word of its state.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Draft(_) => "draft",
            Self::Submitted(_) => "submitted",
            Self::Approved(_) => "approved",
            Self::Issued(_) => "issued",
            Self::Abandoned(_) => "abandoned",
        }
    }
}

/// Which warning a notice belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belongs {
    /// The warning.
    pub warning: WarningId,
    /// Its place.
    pub region: RegionCode,
}

fn written(text: &str, what: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        Err(Refusal::Unwritten(what))
    } else {
        Ok(())
    }
}

fn abandoned(reason: String) -> Result<Act, Refusal> {
    written(&reason, "why it is given up")?;
    Ok(Act::Abandoned { reason })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::contents::tests::contents;
    use super::*;
    use crate::id::InstructionId;
    use crate::warning::Warning;

    fn person(n: u128, title: &str) -> Person {
        Person {
            account: UserId(Uuid::from_u128(n)),
            title: title.to_owned(),
        }
    }

    fn consultation() -> Consultation {
        Consultation {
            held_at: "2026-11-24T16:00".parse().unwrap(),
            parties: vec!["市生态环境局".to_owned(), "市气象局".to_owned()],
            conclusion: "25日至27日重度污染".to_owned(),
        }
    }

    fn rule() -> Approval {
        Approval {
            titles: BTreeMap::from([
                (
                    WarningLevel::Orange,
                    vec!["副市长".to_owned(), "市长".to_owned()],
                ),
                (WarningLevel::Red, vec!["市长".to_owned()]),
            ]),
            advisory: Vec::new(),
            one_signature: false,
        }
    }

    /// Plays acts of one person into a notice.
    fn notice(acts: impl IntoIterator<Item = Act>) -> Notice {
        let at = "2026-11-24T09:00:00Z".parse().unwrap();
        let steps: Vec<Step> = acts
            .into_iter()
            .map(|act| Step {
                at,
                by: person(1, "值班员"),
                act,
            })
            .collect();
        Notice::replay(&steps).unwrap()
    }

    fn submitted(level: WarningLevel) -> Submitted {
        let draft = Act::Drafted {
            contents: contents(level),
        };
        match notice([draft, Act::Consulted(consultation()), Act::Submitted]) {
            Notice::Submitted(submitted) => submitted,
            other => panic!("not submitted: {other:?}"),
        }
    }

    #[test]
    fn a_local_notice_without_consultation_cannot_be_submitted() {
        let Notice::Draft(draft) = notice([Act::Drafted {
            contents: contents(WarningLevel::Orange),
        }]) else {
            panic!("not a draft")
        };
        assert_eq!(draft.submit(), Err(Refusal::NoConsultation));
    }

    #[test]
    fn a_superiors_instruction_stands_for_the_consultation() {
        let contents = Contents {
            grounds: Grounds::Instruction {
                id: InstructionId(Uuid::from_u128(9)),
                number: "豫环委攻坚办〔2026〕88号".to_owned(),
            },
            ..contents(WarningLevel::Orange)
        };
        let Notice::Draft(draft) = notice([Act::Drafted { contents }]) else {
            panic!("not a draft")
        };
        assert_eq!(draft.submit(), Ok(Act::Submitted));
    }

    #[rstest]
    #[case::deputy_mayor_orange(2, "副市长", WarningLevel::Orange, None)]
    #[case::mayor_red(2, "市长", WarningLevel::Red, None)]
    #[case::deputy_mayor_red(2, "副市长", WarningLevel::Red, Some(Refusal::NotEntitled {
        title: "副市长".to_owned(), level: WarningLevel::Red,
    }))]
    #[case::own_draft(1, "市长", WarningLevel::Orange, Some(Unsigned::OwnDraft.into()))]
    fn only_the_titles_of_the_playbook_approve_a_level_and_never_their_own_draft(
        #[case] account: u128,
        #[case] title: &str,
        #[case] level: WarningLevel,
        #[case] refused: Option<Refusal>,
    ) {
        let approved =
            submitted(level).approve(&person(account, title), Signature::InSystem, level, &rule());
        assert_eq!(approved.err(), refused);
    }

    #[rstest]
    #[case::of_the_notice(WarningLevel::Orange, WarningLevel::Red, "副市长", false)]
    #[case::of_the_class(WarningLevel::Orange, WarningLevel::Red, "市长", true)]
    #[case::of_a_lower_class(WarningLevel::Red, WarningLevel::Orange, "副市长", false)]
    fn the_highest_level_of_all_classes_is_approved(
        #[case] level: WarningLevel,
        #[case] industry: WarningLevel,
        #[case] title: &str,
        #[case] entitled: bool,
    ) {
        let mut submitted = submitted(level);
        submitted.0.contents.classes = vec![ClassLevel {
            class: MeasureClass::Industry,
            level: industry,
        }];
        let level = Warning::level_to_sign(None, &submitted.0.contents);
        let approved = submitted.approve(&person(2, title), Signature::InSystem, level, &rule());
        assert_eq!(approved.is_ok(), entitled);
    }

    #[test]
    fn one_signature_is_enough_where_the_playbook_says_so() {
        let rule = Approval {
            one_signature: true,
            ..rule()
        };
        let approved = submitted(WarningLevel::Orange).approve(
            &person(1, "副市长"),
            Signature::InSystem,
            WarningLevel::Orange,
            &rule,
        );
        assert!(approved.is_ok());
    }

    #[rstest]
    #[case::another_witness(3, "市长", None)]
    #[case::own_witness(1, "市长", Some(Unsigned::OwnWitness.into()))]
    #[case::title(3, "科长", Some(Refusal::NotEntitled {
        title: "科长".to_owned(), level: WarningLevel::Red,
    }))]
    fn a_telephone_signature_needs_an_entitled_signer_and_a_second_officer(
        #[case] witness: u128,
        #[case] title: &str,
        #[case] refused: Option<Refusal>,
    ) {
        let signature = Signature::OnBehalf {
            medium: Medium::Telephone,
            title: title.to_owned(),
            note: "03:10 电话请示，同意启动".to_owned(),
            scan: None,
            witness: UserId(Uuid::from_u128(witness)),
            to_sign_by: "2026-11-25T12:00".parse().unwrap(),
        };
        let by = person(1, "值班员");
        let approved =
            submitted(WarningLevel::Red).approve(&by, signature, WarningLevel::Red, &rule());
        assert_eq!(approved.err(), refused);
    }

    #[test]
    fn acting_without_the_rules_needs_a_written_reason() {
        let contents = Contents {
            grounds: Grounds::Judgement {
                reason: "  ".to_owned(),
            },
            ..contents(WarningLevel::Yellow)
        };
        assert!(matches!(Draft::begin(contents), Err(Refusal::Unwritten(_))));
    }

    #[test]
    fn a_record_whose_steps_do_not_follow_is_not_replayed() {
        let at = "2026-11-24T09:00:00Z".parse().unwrap();
        let step = |act| Step {
            at,
            by: person(1, "值班员"),
            act,
        };
        let issued = Act::Issued {
            document: "许环委办〔2026〕1号".to_owned(),
            plan: String::new(),
            text: None,
        };
        let steps = [
            step(Act::Drafted {
                contents: contents(WarningLevel::Red),
            }),
            step(issued),
        ];
        assert_eq!(Notice::replay(&steps), Err(OutOfOrder { step: 2 }));
        assert_eq!(Notice::replay(&[]), Err(OutOfOrder { step: 0 }));
    }
}
