//! How the states of the trade look on a page: the one place where the domain's enums meet the
//! views' own.

use crate::app::board::{Counts, NoticeRecord, WarningBoard};
use crate::app::caller::Role as AppRole;
use crate::app::desk::Names;
use crate::app::order::{AddedView, Mark as AppMark, UnitView};
use crate::app::playbook::Playbook;
use crate::domain::addition::Addition;
use crate::domain::aqi::{Pollutant, PollutantSet};
use crate::domain::level::WarningLevel;
use crate::domain::notice::{
    Act, AreaHour, Consultation, Contents, End, Grounds, Notice, NoticeKind, PaperSignature,
    Signature,
};
use crate::domain::order::Rung as OrderRung;
use crate::domain::plan;
use crate::domain::region::Regions;
use crate::domain::time::WrittenTime;
use crate::domain::warning::{self, Warning};
use crate::i18n::Language;
use crate::web::pages::notice::{self, Step, StepKind};
use crate::web::pages::overview::RungCounts;
use crate::web::pages::status::{Change, Mark, Phase, Rung};
use crate::web::pages::{Role, Standing};

pub(super) const fn role(role: AppRole) -> Role {
    match role {
        AppRole::Officer => Role::Officer,
        AppRole::Approver => Role::Approver,
        AppRole::Coordinator => Role::Coordinator,
        AppRole::Clerk => Role::Clerk,
        AppRole::Inspector => Role::Inspector,
        AppRole::Enterprise => Role::Enterprise,
        AppRole::Administrator => Role::Administrator,
    }
}

pub(super) const fn rung(rung: OrderRung) -> Rung {
    match rung {
        OrderRung::Issued => Rung::Issued,
        OrderRung::HandedOver => Rung::HandedOver,
        OrderRung::Acknowledged => Rung::Acknowledged,
        OrderRung::InPlace => Rung::InPlace,
        OrderRung::LiftAcknowledged => Rung::LiftAcknowledged,
    }
}

pub(super) const fn mark(mark: AppMark) -> Mark {
    match mark {
        AppMark::Overdue => Mark::Late,
        AppMark::Objected => Mark::Objection,
        AppMark::Helped => Mark::Help,
    }
}

pub(super) const fn change(change: plan::Change) -> Change {
    match change {
        plan::Change::Begin => Change::New,
        plan::Change::Replace => Change::Changed,
        plan::Change::Tell => Change::Told,
        plan::Change::Release => Change::Lifted,
        plan::Change::Suspend => Change::Suspended,
        plan::Change::Resume => Change::Resumed,
    }
}

/// Where a warning stands.
pub(super) fn phase(warning: &Warning, now: chrono::DateTime<chrono::Utc>) -> Phase {
    match warning.phase(now) {
        warning::Phase::Withdrawn => Phase::Withdrawn,
        warning::Phase::Over if warning.ran_out(now).is_some() => Phase::RanOut,
        warning::Phase::Over => Phase::Lifted,
        // Once a lift is announced nothing is resumed any more.
        _ if warning.is_ended() => Phase::Ending,
        warning::Phase::Suspended => Phase::Suspended,
        warning::Phase::Announced => Phase::Announced,
        warning::Phase::InForce => Phase::InForce,
    }
}

/// Where a notice stands.
pub(super) fn notice_phase(notice: &Notice, now: chrono::DateTime<chrono::Utc>) -> Phase {
    match notice {
        Notice::Draft(_) => Phase::Draft,
        Notice::Submitted(_) => Phase::Submitted,
        Notice::Approved(_) => Phase::Approved,
        Notice::Abandoned(_) => Phase::Abandoned,
        Notice::Issued(issued) => match issued.contents() {
            contents if contents.effective.at() > now => Phase::Announced,
            contents if contents.kind == NoticeKind::Withdraw => Phase::Withdrawn,
            contents if contents.kind.ends() => Phase::Lifted,
            _ => Phase::InForce,
        },
    }
}

/// The warning that stands, for the strip on every page.
pub(super) fn standing(board: &WarningBoard) -> Option<Standing> {
    let warning = board.head.warning.as_ref()?;
    Some(Standing {
        level: warning.level,
        phase: phase(warning, board.now),
        number: number(board.notices.iter().rev()).unwrap_or_default(),
        from: warning.start,
        until: until(warning),
        suspension: warning.suspension(board.now),
        href: format!("/warnings/{}", board.head.id),
    })
}

/// When a warning ends, or ended.
pub(super) fn until(warning: &Warning) -> Option<WrittenTime> {
    match (warning.ended, warning.ends) {
        (Some(ended), _) => Some(ended.at),
        (None, ends) => end(ends),
    }
}

/// A stated end.
pub(super) const fn end(ends: End) -> Option<WrittenTime> {
    match ends {
        End::At(time) => Some(time),
        End::UntilFurtherNotice => None,
    }
}

/// The document number of the first of these notices that has one.
pub(super) fn number<'n>(notices: impl IntoIterator<Item = &'n NoticeRecord>) -> Option<String> {
    notices.into_iter().find_map(|record| match &record.notice {
        Notice::Issued(issued) => Some(issued.document.clone()),
        _ => None,
    })
}

/// How far orders have come; each rung counts those that went further, too.
pub(super) fn counts(counts: &Counts) -> RungCounts {
    let shown = |orders: i64| u64::try_from(orders).unwrap_or_default();
    let reached = |rung| shown(counts.reached(rung));
    let on = |rung| counts.rungs.get(&rung).copied().unwrap_or_default();
    RungCounts {
        issued: reached(OrderRung::Issued),
        handed_over: reached(OrderRung::HandedOver),
        acknowledged: reached(OrderRung::Acknowledged),
        in_place: shown(on(OrderRung::InPlace)),
        late: shown(counts.overdue),
        objections: shown(counts.objected),
        help: shown(counts.helped),
    }
}

/// What a notice rests on, in words.
pub(super) fn grounds(contents: &Contents) -> Vec<String> {
    match &contents.grounds {
        Grounds::Rules { because, .. } => because.clone(),
        Grounds::Instruction { number, .. } => vec![number.clone()],
        Grounds::Judgement { reason } => vec![reason.clone()],
    }
}

/// The consultation on record.
pub(super) fn consultation(record: &NoticeRecord) -> Option<&Consultation> {
    record.steps.iter().rev().find_map(|step| match &step.act {
        Act::Consulted(consultation) => Some(consultation),
        _ => None,
    })
}

/// The steps of a notice, the first first.
pub(super) fn steps(record: &NoticeRecord, names: &Names, language: Language) -> Vec<Step> {
    let kind = record.notice.contents().kind;
    let steps = (1..).zip(&record.steps).map(|(at, step)| {
        let (what, document, remark, on_behalf) = match &step.act {
            Act::Drafted { .. } => (StepKind::Drafted, None, None, None),
            Act::Consulted(held) => (
                StepKind::Consulted,
                None,
                Some(held.conclusion.clone()),
                None,
            ),
            Act::Submitted => (StepKind::Submitted, None, None, None),
            Act::Returned { reason } => (StepKind::Returned, None, Some(reason.clone()), None),
            Act::Approved { signature } => (
                StepKind::Approved,
                None,
                None,
                on_behalf(signature, language),
            ),
            Act::Signed(paper) => (StepKind::Signed, None, None, Some(signed(paper, language))),
            Act::Issued { document, .. } => (issued(kind), Some(document.clone()), None, None),
            Act::Abandoned { reason } => (StepKind::Abandoned, None, Some(reason.clone()), None),
        };
        Step {
            kind: what,
            at: WrittenTime::of(step.at),
            person: names.of(&step.by),
            document,
            remark,
            on_behalf,
            scan: step
                .act
                .scan()
                .map(|_| format!("/notices/{}/steps/{at}/scan", record.id)),
        }
    });
    steps.collect()
}

/// Who signed outside of the system, how, and until when the signature itself is to follow.
pub(super) fn on_behalf(signature: &Signature, language: Language) -> Option<String> {
    let Signature::OnBehalf {
        medium,
        title,
        note,
        to_sign_by,
        ..
    } = signature
    else {
        return None;
    };
    let how = language.say(match medium {
        crate::domain::notice::Medium::Paper => "approval-paper",
        crate::domain::notice::Medium::Telephone => "approval-telephone",
    });
    let by = language.written(*to_sign_by);
    let to_sign_by = language.say("step-to-sign-by").with("by", by);
    Some(format!("{title} · {how} · {note} · {to_sign_by}"))
}

/// Who signed on paper afterwards, when, and where the paper lies.
pub(super) fn signed(paper: &PaperSignature, language: Language) -> String {
    let at = language.say("step-signed-at");
    let at = at.with("at", language.written(paper.signed_at));
    format!("{} · {at} · {}", paper.title, paper.note)
}

/// What an issued notice did to its warning.
const fn issued(kind: NoticeKind) -> StepKind {
    match kind {
        NoticeKind::Start => StepKind::Issued,
        NoticeKind::Raise => StepKind::Raised,
        NoticeKind::Lower => StepKind::Lowered,
        NoticeKind::Extend => StepKind::Extended,
        NoticeKind::AddOn => StepKind::AddedOn,
        NoticeKind::Lift => StepKind::Lifted,
        NoticeKind::Withdraw => StepKind::Withdrawn,
        NoticeKind::Correct => StepKind::Corrected,
        NoticeKind::Suspend => StepKind::Suspended,
        NoticeKind::Resume => StepKind::Resumed,
    }
}

/// The level that a notice's heading shows: none where it ends one.
pub(super) fn level(contents: &Contents) -> Option<WarningLevel> {
    (!contents.kind.ends()).then_some(contents.level)
}

/// Pollutants by their symbols: `PM2.5、O3`.
pub(super) fn pollutants(set: PollutantSet) -> String {
    let symbols: Vec<_> = set.iter().map(Pollutant::symbol).collect();
    symbols.join("、")
}

/// What recipients hear by a plan.
pub(super) fn changes(tally: &plan::Tally) -> notice::ChangeCounts {
    let count = |change| {
        tally
            .changes
            .get(&change)
            .copied()
            .unwrap_or_default()
            .into()
    };
    notice::ChangeCounts {
        new: count(plan::Change::Begin),
        changed: count(plan::Change::Replace),
        told: count(plan::Change::Tell),
        lifted: count(plan::Change::Release),
        suspended: count(plan::Change::Suspend),
        resumed: count(plan::Change::Resume),
    }
}

/// A duty in a line: what each unit does, as filed, and what is added for everyone.
pub(super) fn duty(duty: &plan::Duty, language: Language) -> String {
    let units = duty
        .units
        .iter()
        .map(|unit| format!("{}：{}", unit.unit, unit.measure));
    let mut said: Vec<String> = match duty.control {
        plan::Control::Autonomous => vec![language.say("duty-autonomous").to_string()],
        plan::Control::Required => units.collect(),
        plan::Control::Office { part } => vec![office(part, language)],
    };
    said.extend(duty.added.iter().map(|it| added(it, language)));
    let said = said.join("；");
    if duty.is_suspended() {
        let suspended = language.say("duty-suspended").with("duty", said);
        return suspended.to_string();
    }
    said
}

/// Something added for everyone, with the end of its own window.
pub(super) fn added(added: &Addition, language: Language) -> String {
    match added.until {
        Some(until) => {
            let said = language.say("added-until").with("measure", &added.measure);
            said.with("until", language.written(until)).to_string()
        }
        None => added.measure.clone(),
    }
}

/// How long something added lasts, or that it is over, where it has a window of its own.
pub(super) fn window(added: &AddedView, language: Language) -> Option<String> {
    let until = language.written(added.until?);
    let said = if added.over {
        "line-over"
    } else {
        "line-until"
    };
    Some(language.say(said).with("until", until).to_string())
}

/// How long a unit takes to come down safely.
pub(super) fn ramp_down(unit: &UnitView, language: Language) -> String {
    let hours = u32::from(unit.ramp_down_hours);
    language
        .say("line-ramp-down")
        .with("hours", hours)
        .to_string()
}

/// An office's part in a line.
pub(super) fn office(part: plan::Part, language: Language) -> String {
    language
        .say("office-part")
        .with("plants", part.plants)
        .with("stop", part.stop)
        .with("limit", part.limit)
        .with("autonomous", part.autonomous)
        .with("other", part.other)
        .to_string()
}

/// The areas of a staggered lift by name, with their hours.
pub(super) fn areas(areas: &[AreaHour], regions: &Regions) -> Vec<(String, WrittenTime)> {
    let named = areas.iter().map(|named| {
        let name = county(regions, named.area.as_str());
        (name, named.at)
    });
    named.collect()
}

/// What a county or local unit is called; its code where nobody has named it.
pub(super) fn county(regions: &Regions, code: &str) -> String {
    let name = code.parse().ok().and_then(|region| regions.name(region));
    name.unwrap_or(code).to_owned()
}

/// A rule by its title and document, where the playbook knows it.
pub(super) fn rule(playbook: &Playbook, name: &str) -> String {
    match playbook.rules(name) {
        Some(rules) => format!("{} {}", rules.title, rules.document),
        None => name.to_owned(),
    }
}
