//! Plans, as every route tells of them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::draw::Drawn;
use crate::domain::plan::{Achievement, Part};
use crate::domain::time::rfc3339;

/// A plan that was drawn.
#[derive(Serialize, ToSchema)]
pub(super) struct Plan {
    /// Its id.
    id: String,
    /// SHA-256 over all its lines; issuing names it.
    digest: String,
    /// The version of the reduction list it was drawn from.
    list_version: i64,
    /// How many recipients have a line.
    lines: i64,
    /// Lines by what they mean: begin, replace, tell, release.
    changes: BTreeMap<&'static str, u32>,
    /// Plants by what they do: stop, limit, autonomous, other.
    plants: BTreeMap<&'static str, u32>,
    /// The cut per pollutant against what is required.
    cut: Vec<Cut>,
    /// When it was drawn.
    drawn_at: String,
    /// What each level would come to by the same list, yellow first; empty of a notice that sets none.
    levels: Vec<AtLevel>,
}

/// What a level would come to.
#[derive(Serialize, ToSchema)]
pub(super) struct AtLevel {
    /// yellow, orange or red.
    level: &'static str,
    /// Whether it is the one at which the plan was drawn.
    own: bool,
    /// Plants that would be told.
    told: u32,
    /// Plants by what they would do: stop, limit, autonomous, other.
    plants: BTreeMap<&'static str, u32>,
    /// The cut per pollutant against what the level requires.
    cut: Vec<Cut>,
}

/// The cut of one pollutant, in grams per day.
#[derive(Serialize, ToSchema)]
pub(super) struct Cut {
    /// pm, so2, nox or vocs.
    pollutant: &'static str,
    /// Required, g/d.
    required: i64,
    /// Achieved, g/d.
    achieved: i64,
    /// Missing, g/d; 0 of what is traded.
    shortfall: i64,
    /// Whether SO2 and NOx stand in for one another here: together they are cut as is required.
    traded: bool,
}

impl From<Drawn> for Plan {
    fn from(drawn: Drawn) -> Self {
        let own = drawn.tally.level;
        let changes = drawn.tally.changes.iter();
        let at_levels = drawn.at_levels.into_iter();
        Self {
            id: drawn.plan.to_string(),
            digest: drawn.digest,
            list_version: drawn.list_version.0,
            lines: drawn.lines,
            changes: changes.map(|(c, n)| (c.as_str(), *n)).collect(),
            plants: by_duty(drawn.tally.plants),
            cut: drawn.achieved.into_iter().map(Cut::from).collect(),
            drawn_at: rfc3339(drawn.staged_at),
            levels: at_levels
                .map(|at| AtLevel {
                    level: at.level.as_str(),
                    own: Some(at.level) == own,
                    told: at.plants.plants,
                    plants: by_duty(at.plants),
                    cut: at.achieved.into_iter().map(Cut::from).collect(),
                })
                .collect(),
        }
    }
}

fn by_duty(plants: Part) -> BTreeMap<&'static str, u32> {
    BTreeMap::from([
        ("stop", plants.stop),
        ("limit", plants.limit),
        ("autonomous", plants.autonomous),
        ("other", plants.other),
    ])
}

impl From<Achievement> for Cut {
    fn from(achievement: Achievement) -> Self {
        Self {
            pollutant: achievement.pollutant.as_str(),
            required: achievement.required,
            achieved: achievement.achieved,
            shortfall: achievement.shortfall(),
            traded: achievement.traded,
        }
    }
}
