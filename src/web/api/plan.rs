//! Plans, as every route tells of them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::draw::Drawn;
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
    /// Missing, g/d.
    shortfall: i64,
}

impl From<Drawn> for Plan {
    fn from(drawn: Drawn) -> Self {
        let plants = drawn.tally.plants;
        Self {
            id: drawn.plan.to_string(),
            digest: drawn.digest,
            list_version: drawn.list_version.0,
            lines: drawn.lines,
            changes: drawn
                .tally
                .changes
                .iter()
                .map(|(c, n)| (c.as_str(), *n))
                .collect(),
            plants: BTreeMap::from([
                ("stop", plants.stop),
                ("limit", plants.limit),
                ("autonomous", plants.autonomous),
                ("other", plants.other),
            ]),
            cut: drawn
                .achieved
                .iter()
                .map(|a| Cut {
                    pollutant: a.pollutant.as_str(),
                    required: a.required,
                    achieved: a.achieved,
                    shortfall: a.shortfall(),
                })
                .collect(),
            drawn_at: rfc3339(drawn.staged_at),
        }
    }
}
