//! The overview: the outlook, what the machine proposes and why, what stands, how far it has come.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{Days, NaiveDate, TimeDelta};
use serde::Deserialize;

use super::posted::{Reading, faults};
use super::{Seat, advisory, done, information, instruction, warning};
use crate::app::board::WarningBoard;
use crate::app::caller::Right;
use crate::app::decide::Judged;
use crate::app::desk::{self, Desk, Followed, Names, ProposalState};
use crate::app::skill::Scored;
use crate::app::{ingest, proposal};
use crate::domain::notice::NoticeKind;
use crate::domain::outlook::{Agreed, AqiRange, Consensus, Day, Origin};
use crate::domain::time::{WrittenTime, day_of};
use crate::domain::trigger::{Decision, Exclusion, Proposal, Reason, Rules};
use crate::domain::warning::Due;
use crate::i18n::Language;
use crate::web::pages::Section;
use crate::web::pages::chart::outlook::{
    CategoryBand, ChartDay, DayValue, OutlookChart, RuleLine, Window,
};
use crate::web::pages::form::Faults;
use crate::web::pages::overview::{
    self as view, County, DueItem, FillIn, Gap, Instruction, NextLevel, Overview, ProposalAnswer,
    ProposalKind,
};
use crate::web::pages::status::Category;
use crate::web::problem::Problem;
use crate::web::shown;

mod owing;
mod sources;

/// How many days of what was observed stand before today.
const BEFORE: Days = Days::new(10);

/// Only what arrived within a day is said to wait: older ones were dealt with otherwise.
const WAITS_FOR: TimeDelta = TimeDelta::hours(24);

/// How many instructions are listed.
const INSTRUCTIONS: usize = 5;

/// Why nothing is done about a proposal.
#[derive(Deserialize)]
pub(in crate::web) struct Decline {
    reason: String,
}

/// A value for a missing day, as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Filled {
    day: String,
    aqi: String,
    source: String,
}

pub(in crate::web) async fn show(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let nothing_typed = (Filled::default(), Faults::default());
    page(&seat, &desk, StatusCode::OK, nothing_typed).await
}

/// Gives a missing day a value; the region is judged again.
pub(in crate::web) async fn fill_in(
    seat: Seat,
    Form(typed): Form<Filled>,
) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    seat.caller.may(Right::EnterForecasts, desk.region)?;
    let faults = match typed.read(seat.language) {
        Ok((on, aqi, source)) => {
            let (app, caller) = (&seat.app, &seat.caller);
            match ingest::fill_in(app, caller, None, desk.region, on, aqi, &source).await {
                Ok(_) => return Ok(done(&seat.here("/"), "filled-in")),
                Err(error) => faults(seat.language, error, field)?,
            }
        }
        Err(faults) => faults,
    };
    let address = seat.here("/");
    let seat = seat.at(&address);
    let wrong = (typed, faults);
    page(&seat, &desk, StatusCode::UNPROCESSABLE_ENTITY, wrong).await
}

/// Where a refusal or a field of `app` stands in the form of a missing day.
fn field(of: &str) -> Option<&'static str> {
    match of {
        "on" | "not-missing" => Some("day"),
        "source" => Some("source"),
        _ => None,
    }
}

impl Filled {
    fn read(&self, language: Language) -> Result<(NaiveDate, AqiRange, String), Faults> {
        let mut reading = Reading::new(language);
        let day = reading.choice("day", self.day.parse().ok());
        let aqi = self.aqi.trim().parse().ok();
        if aqi.is_none() {
            reading.fault("aqi", "fault-aqi");
        }
        let source = reading.required("source", &self.source);
        let read = (|| Some((day?, aqi?, source?)))();
        reading.done(read)
    }

    /// The form of a day: as typed where it was sent, else empty.
    fn gap(&self, day: NaiveDate) -> Gap {
        let sent = self.day == day.to_string();
        let typed = |text: &str| if sent { text.to_owned() } else { String::new() };
        Gap {
            day,
            aqi: typed(&self.aqi),
            source: typed(&self.source),
        }
    }
}

/// The page, with what was typed into the form of a missing day and what is wrong with it.
async fn page(
    seat: &Seat,
    desk: &Desk,
    status: StatusCode,
    (typed, faults): (Filled, Faults),
) -> Result<Response, Problem> {
    let seen = desk::overview(&seat.app, &seat.caller, desk).await?;
    let may_draft = seat.caller.may(Right::DraftNotices, desk.region).is_ok();
    let may_register = seat
        .caller
        .may(Right::RegisterInstructions, desk.region)
        .is_ok();
    let drawn = Drawn {
        seat,
        desk,
        rules: desk.rules(),
        judged: seen.judged.as_ref(),
        names: &seen.names,
        scored: &seen.scored,
    };
    let outlook = drawn.outlook(&seen.outlook);
    let standing = desk.standing.as_ref().map(|board| board.head.id);
    let view = Overview {
        language: seat.language,
        chrome: seat.chrome(desk, Section::Overview),
        held_since: seen.held_since.map(WrittenTime::of),
        stale_sources: seen
            .stale_sources
            .iter()
            .filter_map(|source| Some((source.series, WrittenTime::of(source.nothing_since?))))
            .collect(),
        due: drawn.due(may_draft),
        owing: drawn.owing(&seen.owing),
        fill_in: drawn.fill_in(outlook.as_ref(), &typed, faults),
        outlook,
        proposal: drawn.proposal(&seen.proposal, may_draft),
        information: seen
            .told
            .as_ref()
            .filter(|told| told.due.is_some())
            .zip(standing)
            .map(|(told, warning)| {
                let page = format!("{}#information", warning::address(warning));
                (information::rhythm(told), page)
            }),
        advisories: advisory::rows(&seen.advisories, desk, seat.language),
        draft_advisory: may_draft.then(|| seat.here(advisory::FORM)),
        instructions: drawn.instructions(seen.instructions),
        register_instruction: may_register.then(|| seat.here(instruction::FORM)),
        counts: desk
            .standing
            .as_ref()
            .map(|board| shown::counts(&board.progress.total())),
        counties: drawn.counties(),
    };
    seat.show(status, &view)
}

pub(in crate::web) async fn decline(
    seat: Seat,
    Path(key): Path<i64>,
    Form(form): Form<Decline>,
) -> Result<Response, Problem> {
    let region = seat.desk().await?.region;
    proposal::decline(&seat.app, &seat.caller, None, region, key, &form.reason).await?;
    Ok(done(&seat.here("/"), "declined"))
}

/// What the parts of the page are drawn from.
struct Drawn<'d> {
    seat: &'d Seat,
    desk: &'d Desk,
    rules: Option<&'d Rules>,
    judged: Option<&'d Judged>,
    names: &'d Names,
    scored: &'d Scored,
}

impl Drawn<'_> {
    fn outlook(&self, consensus: &Consensus) -> Option<view::Outlook> {
        let (outlook, today) = (consensus.outlook(), day_of(self.desk.now));
        let days: Vec<&Day> = outlook
            .days()
            .as_slice()
            .iter()
            .filter(|day| day.on >= today - BEFORE)
            .collect();
        if days.is_empty() {
            return None;
        }
        let (excluded, standards) = (self.excluded(), self.desk.playbook.standards());
        let chart = OutlookChart {
            days: days
                .iter()
                .map(|day| ChartDay {
                    provenance: self.provenance(consensus.on(day.on)),
                    ..self.day(day, &excluded)
                })
                .collect(),
            bands: CategoryBand::of(standards.of(today)),
            lines: self
                .rules
                .map_or(Vec::new(), |rules| lines(rules, self.seat.language)),
            today,
            window: self.desk.standing.as_ref().and_then(window),
        };
        let issued_at = outlook.issued_at();
        Some(view::Outlook {
            chart,
            source: outlook.source().to_owned(),
            issued_at: issued_at.map(WrittenTime::of),
            stale: consensus.is_stale_from(today),
            differences: sources::differences(consensus, standards, today, self.seat.language),
            skill: sources::skill(self.scored),
        })
    }

    fn provenance(&self, agreed: Option<&Agreed>) -> Option<String> {
        let taken = Some(&agreed?.taken).filter(|taken| taken.value.is_some())?;
        Some(sources::provenance(taken, self.names, self.seat.language))
    }

    fn day(&self, day: &Day, excluded: &BTreeMap<NaiveDate, String>) -> ChartDay {
        let judged = |range: AqiRange| {
            let ranges = self.rules.map(|rules| rules.ranges);
            ranges.map_or(range.middle(), |ranges| ranges.value(range))
        };
        let value = match (day.aqi, &day.origin) {
            (None, _) => DayValue::Missing,
            (Some(aqi), &Origin::Observed { modelled }) => DayValue::Observed {
                aqi: judged(aqi),
                modelled,
            },
            (Some(aqi), Origin::FilledIn { source, .. }) => DayValue::FilledIn {
                aqi: judged(aqi),
                source: source.clone(),
            },
            (Some(aqi), Origin::Forecast { source }) => DayValue::Forecast {
                low: aqi.low(),
                high: aqi.high(),
                judged: judged(aqi),
                source: source.clone(),
            },
        };
        let standard = self.desk.playbook.standards().of(day.on);
        let category = value.judged().map(|aqi| standard.category(aqi));
        ChartDay {
            day: day.on,
            value,
            category: category.map(Category),
            primary: shown::pollutants(day.primary),
            excluded: excluded.get(&day.on).cloned(),
            provenance: None,
        }
    }

    /// The days shown without a value, for whoever may give them one.
    fn fill_in(
        &self,
        outlook: Option<&view::Outlook>,
        typed: &Filled,
        faults: Faults,
    ) -> Option<FillIn> {
        let (caller, region) = (&self.seat.caller, self.desk.region);
        caller.may(Right::EnterForecasts, region).ok()?;
        let days = outlook.iter().flat_map(|outlook| &outlook.chart.days);
        let gaps: Vec<Gap> = days
            .filter(|day| day.value == DayValue::Missing)
            .map(|day| typed.gap(day.day))
            .collect();
        let faults = at_their_gap(faults, &gaps, &typed.day);
        (!gaps.is_empty() || !faults.is_empty()).then(|| FillIn {
            action: self.seat.here("/outlook/fill-in"),
            gaps,
            faults,
        })
    }

    /// The days that the decision does not count, with why.
    fn excluded(&self) -> BTreeMap<NaiveDate, String> {
        let mut days = BTreeMap::new();
        let because = self
            .judged
            .iter()
            .flat_map(|judged| &judged.decision.because);
        for reason in because {
            if let Reason::Excluded { by, run } = reason {
                let why = excluded_by(*by, self.seat.language);
                let length = run.values.len();
                days.extend(
                    run.first
                        .iter_days()
                        .take(length)
                        .map(|day| (day, why.clone())),
                );
            }
        }
        days
    }

    /// What is proposed: the proposal that is open, else what the rules make of things now.
    fn proposal(&self, state: &ProposalState, may_draft: bool) -> Option<view::Proposal> {
        let (rules, judged) = (self.rules?, self.judged?);
        let decision = match state {
            ProposalState::Open(open) => &open.decision,
            _ => &judged.decision,
        };
        let language = self.seat.language;
        let answer = match state {
            ProposalState::Open(open) if may_draft => ProposalAnswer::Open {
                draft: self.seat.here(&format!("/proposals/{}/draft", open.key)),
                decline: self.seat.here(&format!("/proposals/{}/decline", open.key)),
            },
            ProposalState::Open(_) => ProposalAnswer::Waiting,
            ProposalState::Drafted(notice) => ProposalAnswer::Drafted {
                href: format!("/notices/{notice}"),
            },
            ProposalState::Advised(advisory) => ProposalAnswer::Advised {
                href: advisory::address(*advisory),
            },
            ProposalState::Declined { by, at, reason } => ProposalAnswer::Declined {
                person: by.clone(),
                at: WrittenTime::of(*at),
                reason: reason.clone(),
            },
            ProposalState::Nothing => ProposalAnswer::Nothing,
        };
        let because = decision.because.iter();
        Some(view::Proposal {
            kind: kind(decision),
            level: decision.level.or(self.standing_level(decision)),
            from: decision.from.map(WrittenTime::of),
            until: decision.until.map(WrittenTime::ending),
            rule: shown::rule(&self.desk.playbook, &rules.id),
            decide_by: decide_by(decision, rules),
            too_late: decide_by(decision, rules).is_some_and(|by| by.at() < self.desk.now),
            because: because
                .map(|reason| match language {
                    Language::Zh => reason.zh(judged.lift_hours),
                    Language::En => reason.en(judged.lift_hours),
                })
                .collect(),
            next: decision.next.as_ref().map(|next| NextLevel {
                level: next.level,
                missing: match language {
                    Language::Zh => next.zh(),
                    Language::En => next.en(),
                },
            }),
            answer,
        })
    }

    /// A lift names the level that it ends.
    fn standing_level(&self, decision: &Decision) -> Option<crate::domain::level::WarningLevel> {
        let standing = self.desk.standing.as_ref()?.head.warning.as_ref()?;
        (decision.proposal == Proposal::Lift).then_some(standing.level)
    }

    fn instructions(&self, followed: Vec<Followed>) -> Vec<Instruction> {
        let shown = followed.into_iter().take(INSTRUCTIONS).map(|followed| {
            let id = followed.record.id;
            let said = followed.record.instruction;
            let waited = self.desk.now - said.received_at;
            let notice = followed.notice.map(|notice| format!("/notices/{notice}"));
            Instruction {
                level: said.level,
                classes: said.classes,
                from: said.effective,
                received_at: WrittenTime::of(said.received_at),
                waits_minutes: (notice.is_none() && waited < WAITS_FOR)
                    .then(|| waited.num_minutes().max(0)),
                notice,
                scan: said.scan.map(|_| format!("/instructions/{id}/scan")),
                number: said.number,
                sender: said.sender,
            }
        });
        shown.collect()
    }

    /// What has to be decided about the warning that stands. A suspended one is not extended.
    fn due(&self, may_draft: bool) -> Vec<DueItem> {
        let standing = self.desk.standing.as_ref();
        let Some(warning) = standing.and_then(|board| board.head.warning.as_ref()) else {
            return Vec::new();
        };
        let now = self.desk.now;
        let due = warning.due(now).into_iter().map(|due| {
            let (at, kind) = match due {
                Due::End(at) => (at, NoticeKind::Extend),
                Due::Resumption(at) => (at, NoticeKind::Resume),
            };
            let drafts = may_draft && warning.takes(kind, now);
            DueItem {
                due,
                passed: at.at() <= now,
                draft: drafts.then(|| self.seat.here(&format!("/notices/new?kind={kind}"))),
            }
        });
        due.collect()
    }

    fn counties(&self) -> Vec<County> {
        let Some(board) = &self.desk.standing else {
            return Vec::new();
        };
        let regions = self.desk.playbook.regions();
        let warning = board.head.warning.as_ref();
        let counties = board.progress.counties.iter().map(|(code, counts)| County {
            name: shown::county(regions, code),
            code: code.clone(),
            lifted_at: warning.and_then(|warning| warning.lifted_at(code.parse().ok()?)),
            counts: shown::counts(counts),
        });
        counties.collect()
    }
}

/// What is wrong with the form of a day, each at its field; at the outlook as a whole where the day
/// is no gap, or no longer one.
fn at_their_gap(Faults(mut faults): Faults, gaps: &[Gap], day: &str) -> Faults {
    let sent = gaps.iter().find(|gap| gap.day.to_string() == day);
    for fault in &mut faults {
        fault.field = match (sent, fault.field.as_str()) {
            (Some(gap), "aqi" | "source") => gap.field(&fault.field),
            _ => "outlook".to_owned(),
        };
    }
    Faults(faults)
}

fn kind(decision: &Decision) -> ProposalKind {
    match decision.proposal {
        Proposal::Issue => ProposalKind::Issue,
        Proposal::Raise => ProposalKind::Raise,
        Proposal::Lower => ProposalKind::Lower,
        Proposal::Extend => ProposalKind::Extend,
        Proposal::Lift => ProposalKind::Lift,
        Proposal::Advise => ProposalKind::Advise,
        Proposal::Hold if decision.level.is_some() => ProposalKind::Hold,
        Proposal::Hold => ProposalKind::Nothing,
    }
}

/// By when the rules would have it published (提前发布): so many hours before its start.
fn decide_by(decision: &Decision, rules: &Rules) -> Option<WrittenTime> {
    let starts = matches!(decision.proposal, Proposal::Issue | Proposal::Raise);
    let notice = TimeDelta::hours(rules.advance_notice_hours.into());
    let from = decision.from.filter(|_| starts && !notice.is_zero())?;
    Some(WrittenTime::of(from - notice))
}

fn excluded_by(by: Exclusion, language: Language) -> String {
    match language {
        Language::Zh => by.zh(),
        Language::En => by.en(),
    }
}

/// The values above which something starts, each with what it starts and after how long.
fn lines(rules: &Rules, language: Language) -> Vec<RuleLine> {
    let named = rules.lines().into_iter().map(|(aqi, starts)| RuleLine {
        aqi,
        name: starts
            .into_iter()
            .map(|(level, hours)| {
                let start = language.say("rule-line").with("hours", u32::from(hours));
                start.with("level", language.level_word(level)).to_string()
            })
            .collect::<Vec<_>>()
            .join(" · "),
    });
    named.collect()
}

fn window(board: &WarningBoard) -> Option<Window> {
    let warning = board.head.warning.as_ref()?;
    Some(Window {
        level: warning.level,
        from: warning.start,
        until: shown::until(warning),
    })
}
