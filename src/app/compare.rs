//! Comparing two rule sets on the same history: what each would have made of the days that came.
//!
//! The history is what the database keeps of a region's days, measured or, where nobody measured,
//! computed by a model; natural days, since hours are kept of few of them. Both rule sets are
//! [replayed](crate::domain::episode) over it with the days after each day as a perfect forecast.
//! Nothing is written. Years take a core a good while, so that one comparison is made at a time, away
//! from the tasks that must not wait; whoever comes meanwhile waits for a moment, and is then told.

use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::{App, Caller, Error, FieldError};
use crate::app::playbook::Playbook;
use crate::domain::backtest::{Difference, Score};
use crate::domain::episode::{Episode, replay};
use crate::domain::outlook::{Consensus, Forecasts, Origin, Outlook};
use crate::domain::region::RegionCode;
use crate::domain::time::day_of;
use crate::domain::trigger::{Ranges, Rules, Window};
use crate::store::outlook as store;

/// How many years are compared at once.
pub const MOST_YEARS: i32 = 10;

/// How many days ahead the perfect forecast reaches.
pub const HORIZON: usize = 7;

/// How long a comparison waits for the one before it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct Question {
    /// Over whose days.
    pub region: RegionCode,
    /// By which rules, by their names.
    pub rules: [String; 2],
    /// From the beginning of this year.
    pub from: i32,
    /// To the end of this one, or to yesterday.
    pub to: i32,
}

/// Two rule sets over the same days.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The days, from the first that is known to the last.
    pub history: Outlook,
    /// How many of them a model computed.
    pub modelled: usize,
    /// What came of each rule set.
    pub replayed: [Replayed; 2],
    /// On how many days they differ.
    pub difference: Difference,
}

/// What one rule set would have made of the days.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The rules.
    pub rules: Rules,
    /// SHA-256 of their file.
    pub digest: String,
    /// The warnings.
    pub warnings: Vec<Episode>,
    /// What these were worth in hindsight.
    pub score: Score,
}

/// Replays both rule sets over the days of a region, and tells what came of it in words or pictures.
pub async fn compare<T: Send + 'static>(
    app: &App,
    caller: &Caller,
    question: Question,
    tell: impl FnOnce(&Comparison) -> T + Send + 'static,
) -> Result<T, Error> {
    /// One at a time: anybody who has signed in may ask.
    static TURN: Semaphore = Semaphore::const_new(1);
    caller.may_look_at(question.region)?;
    let (playbook, now) = (app.active_playbook().await?, app.now());
    let yesterday = day_of(now) - Days::new(1);
    let ([first, second], (from, to)) = check(&question, &playbook, yesterday)?;
    let turn = turn(&TURN, PATIENCE).await?;
    let given = {
        let mut tx = app.db.read().await?;
        store::list_observed(&mut tx, question.region, from, to).await?
    };
    let compared = tokio::task::spawn_blocking(move || {
        // Whoever waits for it may go away; the work does not.
        let _turn = turn;
        let known = Consensus::of(given, &Forecasts::default(), Ranges::Middle, now);
        let history = known.map_err(Error::internal)?.into_outlook();
        let mut days = history.days().as_slice().iter();
        if days.all(|day| day.aqi.is_none()) {
            let text = format!("no day of {} is known from {from} to {to}", question.region);
            return Err(Error::conflict("no-history", text));
        }
        Ok(tell(&Comparison::over(history, [first, second])))
    });
    compared.await.map_err(Error::internal)?
}

/// The turn of one comparison, if it comes in time.
async fn turn(
    turns: &'static Semaphore,
    patience: Duration,
) -> Result<SemaphorePermit<'static>, Error> {
    let Ok(turn) = timeout(patience, turns.acquire()).await else {
        let text =
            "another comparison is being made: ask again when it is done, or for fewer years";
        return Err(Error::conflict("comparing", text));
    };
    turn.map_err(Error::internal)
}

impl Comparison {
    fn over(history: Outlook, rules: [Named; 2]) -> Self {
        let replayed = rules.map(|(rules, digest)| Replayed::over(rules, digest, &history));
        let [first, second] = &replayed;
        let modelled = Origin::Observed { modelled: true };
        let days = history.days().as_slice().iter();
        Self {
            modelled: days.filter(|day| day.origin == modelled).count(),
            difference: Difference::between(&first.warnings, &second.warnings),
            replayed,
            history,
        }
    }
}

impl Replayed {
    fn over(rules: Rules, digest: String, history: &Outlook) -> Self {
        let warnings = replay(&rules, history.days(), HORIZON, |_, _| {});
        Self {
            score: Score::of(&rules, history.days(), &warnings),
            rules,
            digest,
            warnings,
        }
    }
}

/// Rules with the digest of their file.
type Named = (Rules, String);

/// The rules that are meant, and the first and the last day.
fn check(
    question: &Question,
    playbook: &Playbook,
    yesterday: NaiveDate,
) -> Result<([Named; 2], (NaiveDate, NaiveDate)), Error> {
    let mut wrong = Vec::new();
    let [first, second] = &question.rules;
    let found = [("first", first), ("second", second)].map(|(field, name)| {
        let rules = named(playbook, field, name);
        rules.map_err(|fault| wrong.push(fault)).ok()
    });
    if first == second {
        let text = "expected two different rule sets";
        wrong.push(FieldError::new("second", "same", text));
    }
    let Question { from, to, .. } = *question;
    let years = YEARS_FROM..=yesterday.year();
    for (field, year) in [("from", from), ("to", to)] {
        if !years.contains(&year) {
            let text = format!("expected a year from {} to {}", years.start(), years.end());
            wrong.push(FieldError::new(field, "year", text));
        }
    }
    if wrong.is_empty() && !(from..from + MOST_YEARS).contains(&to) {
        let text = format!(
            "expected {from} to {}: {MOST_YEARS} years at most",
            from + MOST_YEARS - 1
        );
        wrong.push(FieldError::new("to", "span", text));
    }
    let days = NaiveDate::from_ymd_opt(from, 1, 1).zip(NaiveDate::from_ymd_opt(to, 12, 31));
    match (found, days) {
        ([Some(first), Some(second)], Some((from, to))) if wrong.is_empty() => {
            Ok(([first, second], (from, to.min(yesterday))))
        }
        _ => Err(Error::Invalid(wrong)),
    }
}

/// The first year of which somebody could have an index of PM2.5.
const YEARS_FROM: i32 = 2000;

fn named(playbook: &Playbook, field: &str, name: &str) -> Result<Named, FieldError> {
    let found = playbook.rules(name).zip(playbook.rules_digest(name));
    let (rules, digest) = found.ok_or_else(|| {
        let known: Vec<_> = playbook
            .all_rules()
            .map(|rules| rules.id.as_str())
            .collect();
        let text = format!("no rules `{name}`: expected one of {}", known.join(", "));
        FieldError::new(field, "unknown", text)
    })?;
    if !rules.windows.contains(&Window::NaturalDay) {
        let text = format!("`{name}` does not judge natural days, which is what is kept");
        return Err(FieldError::new(field, "window", text));
    }
    Ok((rules.clone(), digest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_for_a_turn_is_told_that_another_has_it() {
        static TURN: Semaphore = Semaphore::const_new(1);
        let first = turn(&TURN, Duration::ZERO).await.unwrap();
        let refused = turn(&TURN, Duration::ZERO).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Conflict(refusal) if refusal.code == "comparing"),
            "{refused:?}"
        );
        drop(first);
        assert!(turn(&TURN, Duration::ZERO).await.is_ok());
    }
}
