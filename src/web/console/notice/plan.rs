//! The plan of a notice before it is issued, and after: counts, the cut, some lines, all of them as
//! a file.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::address;
use crate::app::Error;
use crate::app::board::NoticeBoard;
use crate::app::caller::Right;
use crate::app::desk::{self, Desk};
use crate::app::draw::{self, Compared, Drawn};
use crate::app::letter;
use crate::domain::enterprise::Emission;
use crate::domain::id::{NoticeId, OrderKey, PlanId};
use crate::domain::notice::Notice;
use crate::domain::plan::{Achievement, Change, Part};
use crate::domain::region::Regions;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::console::Seat;
use crate::web::pages::notice::{
    Cut, DutyCounts, LetterPreview, LevelTable, PlanLine, PlanPreview,
};
use crate::web::problem::Problem;
use crate::web::{shown, words};

/// How many lines of a plan are shown; all of them are in the file.
const SAMPLE: i64 = 12;

/// How many lines of a plan are read at once for the file.
const PAGE: i64 = 2_000;

/// Every line of the plan last drawn for a notice, as a file for a spreadsheet.
pub(in crate::web) async fn lines(
    seat: Seat,
    Path(id): Path<NoticeId>,
) -> Result<Response, Problem> {
    let (board, _) = desk::notice(&seat.app, &seat.caller, id).await?;
    let plan = board.plan.ok_or(Error::NotFound)?;
    let desk = seat.desk().await?;
    let csv = csv_of(&seat, desk.playbook.regions(), plan.plan).await?;
    let name = format!("attachment; filename=\"plan-{}.csv\"", plan.plan);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, csv).into_response())
}

async fn csv_of(seat: &Seat, regions: &Regions, plan: PlanId) -> Result<Vec<u8>, Error> {
    let language = seat.language;
    // A spreadsheet takes a file for UTF-8 only when it says so.
    let mut csv = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let header = [
        "order-eyebrow",
        "plan-change",
        "plan-recipient",
        "county",
        "grade",
        "plan-was",
    ];
    let header = header
        .into_iter()
        .chain(["plan-now"])
        .map(|key| language.say(key).to_string());
    csv.write_record(header).map_err(Error::internal)?;
    let mut after = OrderKey(i64::MIN);
    loop {
        let page = draw::compare(&seat.app, &seat.caller, plan, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.line.order;
        for compared in &page {
            let line = plan_line(compared, regions, language);
            let change = line.change.status().word(language).to_string();
            let order = compared.line.order.to_string();
            let row = [
                order,
                change,
                line.recipient,
                line.county,
                line.grade,
                line.was,
                line.now,
            ];
            csv.write_record(row).map_err(Error::internal)?;
        }
    }
    csv.into_inner()
        .map_err(|error| Error::internal(error.to_string()))
}

/// The plan last drawn for a notice.
pub(super) async fn preview(
    seat: &Seat,
    desk: &Desk,
    board: &NoticeBoard,
) -> Result<Option<PlanPreview>, Error> {
    let Some(drawn) = &board.plan else {
        return Ok(None);
    };
    let language = seat.language;
    let (app, caller) = (&seat.app, &seat.caller);
    let first = OrderKey(i64::MIN);
    let whole = seat
        .caller
        .may(Right::SeeWarnings, board.record.region)
        .is_ok();
    let sample = if whole {
        draw::compare(app, caller, drawn.plan, first, SAMPLE).await?
    } else {
        Vec::new()
    };
    let letter = if whole && !matches!(board.record.notice, Notice::Issued(_)) {
        letter::preview(app, caller, drawn.plan).await?
    } else {
        None
    };
    let changes = shown::changes(&drawn.tally);
    let plants = drawn.tally.plants;
    Ok(Some(PlanPreview {
        id: drawn.plan.to_string(),
        list_version: drawn.list_version.to_string(),
        drawn_at: WrittenTime::of(drawn.staged_at),
        digest: drawn.digest.clone(),
        stale: board
            .stale
            .as_ref()
            .map(|why| words::refusal(language, why)),
        duties: DutyCounts {
            stop: plants.stop.into(),
            limit: plants.limit.into(),
            autonomous: plants.autonomous.into(),
            other: plants.other.into(),
            // A plan that releases everybody asks nothing of anybody.
            offices: match plants.plants {
                0 => 0,
                plants => changes.total().saturating_sub(plants.into()),
            },
        },
        changes,
        cuts: match plants.plants {
            // A plan that releases everybody cuts nothing.
            0 => Vec::new(),
            _ => cuts(&drawn.achieved, drawn.tally.base, language),
        },
        levels: levels(drawn, language),
        sample: sample
            .iter()
            .map(|line| plan_line(line, desk.playbook.regions(), language))
            .collect(),
        letter: letter.map(|letter| LetterPreview {
            to: letter.name,
            subject: letter.subject,
            text: letter.text,
        }),
        all_lines: whole.then(|| format!("{}/plan.csv", address(board.record.id))),
    }))
}

fn plan_line(compared: &Compared, regions: &Regions, language: Language) -> PlanLine {
    let line = &compared.line;
    let grade = line.duty.grade.as_ref();
    PlanLine {
        change: shown::change(line.change),
        recipient: line.name.clone(),
        county: shown::county(regions, &line.county),
        grade: grade
            .map(|grade| grade.code.to_string())
            .unwrap_or_default(),
        was: compared
            .before
            .as_ref()
            .map(|before| shown::duty(before, language))
            .unwrap_or_default(),
        now: match line.change {
            Change::Release if line.duty.area.is_some() => {
                let at = language.written(line.duty.effective);
                language.say("plan-lifted-at").with("at", at).to_string()
            }
            Change::Release => language.say("change-lifted").to_string(),
            _ => shown::duty(&line.duty, language),
        },
    }
}

/// What each level would come to, a row for every count and every pollutant.
fn levels(drawn: &Drawn, language: Language) -> LevelTable {
    let levels = &drawn.at_levels;
    let row = |key, count: fn(Part) -> u32| {
        let counts = levels.iter().map(|at| count(at.plants).into());
        (key, counts.collect())
    };
    let columns = levels
        .iter()
        .map(|at| cuts(&at.achieved, drawn.tally.base, language));
    let mut by_pollutant: Vec<(&'static str, Vec<Cut>)> = Vec::new();
    for cut in columns.flatten() {
        let known = by_pollutant
            .iter_mut()
            .find(|(name, _)| *name == cut.pollutant);
        match known {
            Some((_, cuts)) => cuts.push(cut),
            None => by_pollutant.push((cut.pollutant, vec![cut])),
        }
    }
    LevelTable {
        columns: levels
            .iter()
            .map(|at| (at.level, Some(at.level) == drawn.tally.level))
            .collect(),
        counts: vec![
            row("levels-told", |plants| plants.plants),
            row("duty-stop", |plants| plants.stop),
            row("duty-limit", |plants| plants.limit),
            row("duty-autonomous", |plants| plants.autonomous),
            row("duty-other", |plants| plants.other),
        ],
        cuts: by_pollutant,
    }
}

/// The cut of each pollutant against what is required.
fn cuts(achieved: &[Achievement], base: Emission, language: Language) -> Vec<Cut> {
    const GRAMS: i64 = 1_000;
    let kilograms = |grams: i64| u64::try_from(grams / GRAMS).unwrap_or_default();
    let cuts = achieved.iter().map(|achieved| {
        let base = base.get(achieved.pollutant);
        // Cut short, never rounded up: 19.96 % is not 20.
        let tenths = |grams: i64| (grams * 1_000).checked_div(base).unwrap_or_default();
        let reached = tenths(achieved.achieved);
        Cut {
            pollutant: match language {
                Language::Zh => achieved.pollutant.zh(),
                Language::En => achieved.pollutant.symbol(),
            },
            base_kg: kilograms(base),
            cut_kg: kilograms(achieved.achieved),
            percent: format!("{}.{}", reached / 10, reached % 10),
            target: match achieved.required {
                0 => String::new(),
                required => (tenths(required) / 10).to_string(),
            },
            // What is short by less than a kilogram is short all the same.
            shortfall_kg: kilograms(achieved.shortfall() + GRAMS - 1),
            traded: achieved.traded,
        }
    });
    cuts.collect()
}
