//! A notice's form: what it begins with, what was typed into it, and what is read out of it.

use std::collections::{BTreeSet, HashMap};

use crate::app::board::NoticeRecord;
use crate::app::desk::{Desk, Followed, Overview, ProposalState};
use crate::app::notices::{DraftIn, GroundsIn};
use crate::domain::id::InstructionId;
use crate::domain::level::WarningLevel;
use crate::domain::notice::{Consultation, Contents, End, Grounds, Levels, NoticeKind};
use crate::domain::time::WrittenTime;
use crate::domain::trigger::{Decision, Proposal};
use crate::domain::warning::{Bound, Suspension, Warning};
use crate::i18n::Language;
use crate::web::pages::form::{Choice, Faults, TimeField};
use crate::web::pages::notice::NoticeForm;

use super::classes::Chosen;
use super::posted::Reading;
use crate::web::shown;

mod areas;

/// The form as typed.
#[derive(Clone, Default)]
pub(super) struct Typed {
    kind: String,
    level: String,
    from: TimeField,
    closed: bool,
    until: TimeField,
    grounds: String,
    reason: String,
    parent: String,
    consulted: TimeField,
    consulted_by: String,
    consultation: String,
    cancels: String,
    adds: String,
    drops: BTreeSet<String>,
    keeps: String,
    resumes: TimeField,
    areas: String,
    classes: Chosen,
}

/// What the form says: the notice, and the consultation where one was filled in.
pub(super) struct Read {
    pub(super) draft: DraftIn,
    pub(super) consultation: Option<Consultation>,
}

/// The words for what a notice may rest on.
const PROPOSAL: &str = "proposal";
const JUDGEMENT: &str = "judgement";
const AS_DRAFTED: &str = "as-drafted";
const INSTRUCTION: &str = "instruction:";

/// How the names of the boxes begin by which something added is taken back.
const DROP: &str = "drop-";

/// What is asked for where a notice is to follow the open proposal.
pub(super) fn on_proposal() -> HashMap<String, String> {
    HashMap::from([("grounds".to_owned(), PROPOSAL.to_owned())])
}

impl Typed {
    /// A form as it was sent.
    pub(super) fn of(mut fields: HashMap<String, String>) -> Self {
        let drops = fields.extract_if(|name, _| name.starts_with(DROP));
        let drops = drops.map(|(_, measure)| measure).collect();
        let mut text = |name: &str| fields.remove(name).unwrap_or_default();
        let mut time = |name: &str| TimeField {
            day: text(&format!("{name}_day")),
            clock: text(&format!("{name}_clock")),
        };
        let (from, until, consulted) = (time("from"), time("until"), time("consulted"));
        let resumes = time("resumes");
        Self {
            kind: text("kind"),
            level: text("level"),
            from,
            closed: text("open_end") == "no",
            until,
            grounds: text("grounds"),
            reason: text("reason"),
            parent: text("parent"),
            consulted,
            consulted_by: text("consulted_by"),
            consultation: text("consultation"),
            cancels: text("cancels"),
            adds: text("adds"),
            drops,
            keeps: text("keeps"),
            areas: text("areas"),
            classes: Chosen::of(&mut text),
            resumes,
        }
    }

    /// What a new draft begins with: what is asked for, filled up from what is proposed, ordered
    /// and standing.
    pub(super) fn begin(desk: &Desk, seen: &Overview, asked: &HashMap<String, String>) -> Self {
        let grounds = asked.get("grounds").cloned();
        let mut typed = match (grounds.as_deref(), warned_of(desk, seen)) {
            (Some(PROPOSAL), Some(decision)) => Self::proposed(desk, decision),
            (Some(on), _) if on.starts_with(INSTRUCTION) => {
                let ordered = |followed: &&Followed| on == rests_on(followed);
                let followed = seen.instructions.iter().find(ordered);
                followed.map_or_else(|| Self::judged(desk), |it| Self::ordered(desk, it))
            }
            _ => Self::judged(desk),
        };
        if let Some(kind) = KINDS
            .into_iter()
            .find(|kind| asked.get("kind").is_some_and(|k| k == kind.as_str()))
        {
            kind.as_str().clone_into(&mut typed.kind);
            if let Some(level) = level_after(desk, kind) {
                level.as_str().clone_into(&mut typed.level);
            }
            // What is not to change stays as it stands.
            if kind == NoticeKind::Correct {
                typed.corrects(desk);
            }
            if let Some(planned) = planned(desk).filter(|_| kind == NoticeKind::Resume) {
                typed.from = planned.into();
            }
            if let Some(until) = standing_end(desk).filter(|_| !kind.ends()) {
                typed.closed = true;
                typed.until = until.into();
            }
        }
        typed.fill_classes(desk, seen);
        typed
    }

    /// The classes that keep the level they have, or were ordered at a higher one, where the notice
    /// sets levels.
    fn fill_classes(&mut self, desk: &Desk, seen: &Overview) {
        let (Some(kind), Ok(level)) = (self.kind(), self.level.parse()) else {
            return;
        };
        let keeps = matches!(
            kind,
            NoticeKind::Raise | NoticeKind::Correct | NoticeKind::Resume
        );
        let kept = match (self.classes.read(), standing(desk)) {
            (Some(ordered), _) if !ordered.is_empty() => ordered,
            // What was set above the whole is taken up by a raise of the whole to as much or more.
            (_, Some(standing)) if keeps => standing
                .classes
                .iter()
                .filter(|it| {
                    let above = standing.level < it.level && it.level <= level;
                    kind != NoticeKind::Raise || !above
                })
                .copied()
                .collect(),
            _ => Vec::new(),
        };
        if kind.sets_level() {
            let ordered = seen.bound.as_ref().map(Bound::levels);
            self.classes = Chosen::recorded(&Levels::beside(level, &kept, ordered));
        }
    }

    /// The hours that a correction leaves as they stand.
    fn corrects(&mut self, desk: &Desk) {
        let suspended = suspension(desk).filter(|it| it.until.is_none());
        let from = suspended.map(|it| it.from);
        if let Some(from) = from.or_else(|| standing_start(desk)) {
            self.from = from.into();
        }
        let planned = suspended.and_then(|it| it.planned);
        self.resumes = planned.map(TimeField::from).unwrap_or_default();
    }

    /// A draft that follows the open proposal.
    fn proposed(desk: &Desk, decision: &Decision) -> Self {
        let until = decision.until.map(WrittenTime::ending);
        let level = decision.level.or(standing_level(desk));
        // What the rules would have begun already begins now.
        let from = decision.from.map(|from| from.max(next_hour(desk).at()));
        Self {
            kind: kind_of(desk, decision.proposal)
                .map_or("", NoticeKind::as_str)
                .to_owned(),
            level: level.map_or("", WarningLevel::as_str).to_owned(),
            from: from.map_or_else(|| next_hour(desk), WrittenTime::of).into(),
            closed: until.is_some() && decision.proposal != Proposal::Lift,
            until: until.map(TimeField::from).unwrap_or_default(),
            grounds: PROPOSAL.to_owned(),
            ..Self::consulted_now(desk)
        }
    }

    /// A draft that carries out an instruction.
    fn ordered(desk: &Desk, followed: &Followed) -> Self {
        let said = &followed.record.instruction;
        let kind = match (standing(desk), said.level) {
            (None, _) => NoticeKind::Start,
            (Some(_), None) => NoticeKind::Lift,
            (Some(_), Some(_)) if suspension(desk).is_some() => NoticeKind::Resume,
            (Some(standing), Some(level)) => {
                let ordered = Levels::new(level, &said.classes);
                standing.levels().change_to(ordered)
            }
        };
        let level = said.level.or(standing_level(desk));
        let classes = kind.sets_level().then(|| Chosen::recorded(&said.classes));
        Self {
            kind: kind.as_str().to_owned(),
            level: level.map_or("", WarningLevel::as_str).to_owned(),
            from: said.effective.into(),
            grounds: rests_on(followed),
            parent: said.number.clone(),
            classes: classes.unwrap_or_default(),
            ..Self::consulted_now(desk)
        }
    }

    /// A draft that rests on a person's own judgement.
    fn judged(desk: &Desk) -> Self {
        let standing = standing_level(desk);
        let kind = match (standing, suspension(desk)) {
            (None, _) => NoticeKind::Start,
            (Some(_), Some(_)) => NoticeKind::Resume,
            (Some(_), None) => NoticeKind::Extend,
        };
        let level = standing.unwrap_or(WarningLevel::Yellow);
        Self {
            kind: kind.as_str().to_owned(),
            level: level.as_str().to_owned(),
            from: next_hour(desk).into(),
            grounds: JUDGEMENT.to_owned(),
            ..Self::consulted_now(desk)
        }
    }

    fn consulted_now(desk: &Desk) -> Self {
        Self {
            consulted: WrittenTime::of(desk.now).into(),
            ..Self::default()
        }
    }

    /// A draft as it stands on record.
    pub(super) fn recorded(record: &NoticeRecord, desk: &Desk) -> Self {
        let contents = record.notice.contents();
        let held = shown::consultation(record);
        let until = shown::end(contents.ends);
        Self {
            kind: contents.kind.as_str().to_owned(),
            level: contents.level.as_str().to_owned(),
            from: contents.effective.into(),
            closed: until.is_some(),
            until: until.map(TimeField::from).unwrap_or_default(),
            grounds: match contents.grounds {
                Grounds::Judgement { .. } => JUDGEMENT.to_owned(),
                Grounds::Rules { .. } | Grounds::Instruction { .. } => AS_DRAFTED.to_owned(),
            },
            reason: match &contents.grounds {
                Grounds::Judgement { reason } => reason.clone(),
                Grounds::Rules { .. } | Grounds::Instruction { .. } => String::new(),
            },
            parent: contents.parent_document.clone().unwrap_or_default(),
            consulted: held
                .map_or_else(|| WrittenTime::of(desk.now), |held| held.held_at)
                .into(),
            consulted_by: held.map(|held| held.parties.join("、")).unwrap_or_default(),
            consultation: held.map(|held| held.conclusion.clone()).unwrap_or_default(),
            cancels: contents.cancels.clone().unwrap_or_default(),
            adds: contents.adds.join("\n"),
            drops: contents.drops.iter().cloned().collect(),
            keeps: contents.keeps.join("\n"),
            resumes: contents.resumes.map(TimeField::from).unwrap_or_default(),
            areas: areas::written(&contents.areas),
            classes: Chosen::recorded(&contents.classes),
        }
    }

    /// What the form says.
    pub(super) fn read(&self, language: Language, desk: &Desk) -> Result<Read, Faults> {
        let (region, regions) = (desk.region, desk.playbook.regions());
        let mut reading = Reading::new(language);
        let kind = reading.choice("kind", self.kind());
        let level = reading.choice("level", self.level.parse().ok());
        let effective = reading.time("from", &self.from);
        let ends = if self.closed && !kind.is_some_and(NoticeKind::ends) {
            reading.time("until", &self.until).map(End::At)
        } else {
            Some(End::UntilFurtherNotice)
        };
        let resumes = if self.resumes == TimeField::default() {
            Some(None)
        } else {
            reading.time("resumes", &self.resumes).map(Some)
        };
        let areas = areas::read(&self.areas, region, regions);
        if areas.is_none() {
            reading.fault("areas", "fault-areas");
        }
        let classes = reading.choice("classes", self.classes.read());
        let grounds = self.read_grounds(&mut reading);
        let consultation = self.read_consultation(&mut reading);
        let read = (|| {
            Some(Read {
                draft: DraftIn {
                    region,
                    kind: kind?,
                    level: level?,
                    effective: effective?,
                    ends: ends?,
                    grounds: grounds?,
                    parent_document: some(&self.parent),
                    cancels: some(&self.cancels),
                    adds: lines(&self.adds),
                    drops: self.drops.iter().cloned().collect(),
                    keeps: lines(&self.keeps),
                    resumes: resumes?,
                    areas: areas?,
                    classes: classes?,
                },
                consultation,
            })
        })();
        reading.done(read)
    }

    fn read_grounds(&self, reading: &mut Reading) -> Option<GroundsIn> {
        let instruction = || {
            self.grounds
                .strip_prefix(INSTRUCTION)?
                .parse::<InstructionId>()
                .ok()
        };
        match self.grounds.as_str() {
            PROPOSAL => Some(GroundsIn::Proposal(None)),
            AS_DRAFTED => Some(GroundsIn::AsDrafted),
            JUDGEMENT => {
                let reason = reading.required("reason", &self.reason)?;
                Some(GroundsIn::Judgement(reason))
            }
            _ => reading.choice("grounds", instruction().map(GroundsIn::Instruction)),
        }
    }

    /// The consultation: all of it, or none while neither who nor what was filled in.
    fn read_consultation(&self, reading: &mut Reading) -> Option<Consultation> {
        if self.consulted_by.trim().is_empty() && self.consultation.trim().is_empty() {
            return None;
        }
        let held_at = reading.time("consulted", &self.consulted);
        let parties = reading.required("consulted_by", &self.consulted_by);
        let conclusion = reading.required("consultation", &self.consultation);
        Some(Consultation {
            held_at: held_at?,
            parties: parties?
                .split(['、', '；', ';', ',', '，', '\n'])
                .map(str::trim)
                .filter(|party| !party.is_empty())
                .map(str::to_owned)
                .collect(),
            conclusion: conclusion?,
        })
    }

    /// What the page of a notice that is not begun yet is headed with.
    pub(super) fn heading(&self) -> (NoticeKind, Option<WarningLevel>) {
        let kind = self.kind().unwrap_or(NoticeKind::Start);
        let level = self.level.parse().ok().filter(|_| !kind.ends());
        (kind, level)
    }

    fn kind(&self) -> Option<NoticeKind> {
        KINDS.into_iter().find(|kind| kind.as_str() == self.kind)
    }

    /// The form on its page; `record` is the draft it writes anew.
    pub(super) fn form(
        self,
        language: Language,
        action: &str,
        desk: &Desk,
        seen: &Overview,
        record: Option<&NoticeRecord>,
        faults: Faults,
    ) -> NoticeForm {
        let contents = record.map(|record| record.notice.contents());
        NoticeForm {
            standing: self.standing(language, desk),
            action: action.to_owned(),
            kinds: self.kinds(language, desk),
            levels: self.levels(language, desk),
            grounds: self.grounds(language, desk, seen, contents),
            because: self.because(language, seen, contents),
            reason: self.reason,
            from: self.from,
            open_end: !self.closed,
            until: self.until,
            parent: self.parent,
            consulted: self.consulted,
            consulted_by: self.consulted_by,
            consultation: self.consultation,
            cancels: self.cancels,
            adds: self.adds,
            keeps: self.keeps,
            suspends: self.kind == NoticeKind::Suspend.as_str(),
            resumes: self.resumes,
            areas: self.areas,
            classes: self.classes.fields(language),
            faults,
        }
    }

    /// The kinds that what stands allows.
    fn kinds(&self, language: Language, desk: &Desk) -> Vec<Choice> {
        let kinds = KINDS.into_iter().filter(|kind| match standing(desk) {
            Some(warning) => warning.takes(*kind, desk.now),
            None => *kind == NoticeKind::Start,
        });
        let kinds = kinds.map(|kind| Choice {
            value: kind.as_str().to_owned(),
            words: language.notice_kind(kind).to_string(),
            chosen: self.kind == kind.as_str(),
        });
        kinds.collect()
    }

    /// What stands added for everyone, and whether it is taken back.
    fn standing(&self, language: Language, desk: &Desk) -> Vec<Choice> {
        let added = standing(desk).map_or_else(Vec::new, |warning| warning.additions(desk.now));
        let choices = added.into_iter().map(|added| Choice {
            words: shown::added(&added, language),
            chosen: self.drops.contains(&added.measure),
            value: added.measure,
        });
        choices.collect()
    }

    /// The levels that the rules know.
    fn levels(&self, language: Language, desk: &Desk) -> Vec<Choice> {
        let known = desk
            .rules()
            .map(|rules| rules.levels().map(|(level, _)| level).collect());
        let known: Vec<WarningLevel> = known.unwrap_or_else(|| WarningLevel::WITH_MEASURES.into());
        let levels = known.into_iter().map(|level| Choice {
            value: level.as_str().to_owned(),
            words: language.level(level).to_string(),
            chosen: self.level == level.as_str(),
        });
        levels.collect()
    }

    fn grounds(
        &self,
        language: Language,
        desk: &Desk,
        seen: &Overview,
        contents: Option<&Contents>,
    ) -> Vec<Choice> {
        let choice = |value: String, words: String| Choice {
            chosen: self.grounds == value,
            value,
            words,
        };
        let mut choices = Vec::new();
        match contents.map(|contents| &contents.grounds) {
            Some(Grounds::Rules { rules, .. }) => {
                let rule = shown::rule(&desk.playbook, rules);
                let words = language.say("grounds-as-drafted").with("grounds", rule);
                choices.push(choice(AS_DRAFTED.to_owned(), words.to_string()));
            }
            Some(Grounds::Instruction { number, .. }) => {
                let words = language.say("grounds-as-drafted").with("grounds", number);
                choices.push(choice(AS_DRAFTED.to_owned(), words.to_string()));
            }
            Some(Grounds::Judgement { .. }) | None => {}
        }
        if warned_of(desk, seen).is_some() {
            let words = language.say("grounds-proposal").to_string();
            choices.push(choice(PROPOSAL.to_owned(), words));
        }
        for followed in &seen.instructions {
            let number = &followed.record.instruction.number;
            let words = language.say("grounds-instruction").with("number", number);
            choices.push(choice(rests_on(followed), words.to_string()));
        }
        let words = language.say("grounds-judgement").to_string();
        choices.push(choice(JUDGEMENT.to_owned(), words));
        choices
    }

    /// Why, in the decision's words, where the notice rests on the rules.
    fn because(
        &self,
        language: Language,
        seen: &Overview,
        contents: Option<&Contents>,
    ) -> Vec<String> {
        match (&seen.proposal, &seen.judged, contents) {
            (ProposalState::Open(open), Some(judged), _) if self.grounds == PROPOSAL => {
                let because = open.decision.because.iter();
                because
                    .map(|reason| match language {
                        Language::Zh => reason.zh(judged.lift_hours),
                        Language::En => reason.en(judged.lift_hours),
                    })
                    .collect()
            }
            (_, _, Some(contents)) if self.grounds == AS_DRAFTED => shown::grounds(contents),
            _ => Vec::new(),
        }
    }
}

/// Every kind a notice may be of, in the order of a warning's life.
const KINDS: [NoticeKind; 10] = [
    NoticeKind::Start,
    NoticeKind::Raise,
    NoticeKind::Lower,
    NoticeKind::Extend,
    NoticeKind::AddOn,
    NoticeKind::Suspend,
    NoticeKind::Resume,
    NoticeKind::Lift,
    NoticeKind::Withdraw,
    NoticeKind::Correct,
];

/// The kinds that may follow on the warning that stands.
pub(super) fn changes(desk: &Desk) -> impl Iterator<Item = NoticeKind> {
    let follows = |kind: &NoticeKind| {
        standing(desk).is_some_and(|warning| warning.takes(*kind, desk.now))
            && level_after(desk, *kind).is_some()
    };
    KINDS.into_iter().filter(follows)
}

/// The level that a change of the standing warning would leave, where the rules know one.
fn level_after(desk: &Desk, kind: NoticeKind) -> Option<WarningLevel> {
    let standing = standing_level(desk)?;
    let mut levels = desk.rules()?.levels().map(|(level, _)| level);
    match kind {
        NoticeKind::Raise => levels.find(|level| *level > standing),
        NoticeKind::Lower => levels.rfind(|level| *level < standing),
        _ => Some(standing),
    }
}

/// Whether what was drafted already says what is drafted now.
pub(super) fn says(contents: &Contents, draft: &DraftIn) -> bool {
    let same_grounds = match (&draft.grounds, &contents.grounds) {
        (GroundsIn::AsDrafted, _) => true,
        (GroundsIn::Judgement(now), Grounds::Judgement { reason }) => now == reason,
        _ => false,
    };
    same_grounds
        && contents.kind == draft.kind
        && contents.level == draft.level
        && contents.effective == draft.effective
        && contents.ends == draft.ends
        && contents.parent_document == draft.parent_document
        && contents.cancels == draft.cancels
        && contents.adds == draft.adds
        && contents.drops == draft.drops
        && contents.keeps == draft.keeps
        && contents.resumes == draft.resumes
        && contents.areas == draft.areas
        && contents.classes == draft.classes
}

/// The notice that carries a proposal out; on a suspended warning it resumes at what is proposed.
/// None where an advisory does.
fn kind_of(desk: &Desk, proposal: Proposal) -> Option<NoticeKind> {
    Some(match proposal {
        Proposal::Raise | Proposal::Lower | Proposal::Extend if suspension(desk).is_some() => {
            NoticeKind::Resume
        }
        Proposal::Raise => NoticeKind::Raise,
        Proposal::Lower => NoticeKind::Lower,
        Proposal::Extend => NoticeKind::Extend,
        Proposal::Lift => NoticeKind::Lift,
        Proposal::Issue | Proposal::Hold => NoticeKind::Start,
        Proposal::Advise => return None,
    })
}

/// The open proposal, where a notice can follow it.
fn warned_of<'s>(desk: &Desk, seen: &'s Overview) -> Option<&'s Decision> {
    match &seen.proposal {
        ProposalState::Open(open) => kind_of(desk, open.decision.proposal).map(|_| &open.decision),
        _ => None,
    }
}

fn rests_on(followed: &Followed) -> String {
    format!("{INSTRUCTION}{}", followed.record.id)
}

fn standing(desk: &Desk) -> Option<&Warning> {
    desk.standing.as_ref()?.head.warning.as_ref()
}

fn standing_level(desk: &Desk) -> Option<WarningLevel> {
    Some(standing(desk)?.level)
}

fn standing_start(desk: &Desk) -> Option<WrittenTime> {
    Some(standing(desk)?.effective)
}

/// The stated end of the warning that stands.
fn standing_end(desk: &Desk) -> Option<WrittenTime> {
    shown::end(standing(desk)?.ends)
}

/// The suspension of the warning that stands, held or ahead.
fn suspension(desk: &Desk) -> Option<Suspension> {
    standing(desk)?.suspension(desk.now)
}

/// When that is planned to end, where the hour is still ahead.
fn planned(desk: &Desk) -> Option<WrittenTime> {
    let planned = suspension(desk)?.planned;
    planned.filter(|planned| planned.at() > desk.now)
}

/// The next full hour: a notice takes effect at one.
pub(super) fn next_hour(desk: &Desk) -> WrittenTime {
    let now = WrittenTime::of(desk.now);
    let (hour, _) = now.clock();
    WrittenTime::new(now.day(), hour + 1, 0).unwrap_or(now)
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What was typed one to a line.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}
