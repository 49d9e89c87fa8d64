//! The part of an advisory's page on whom it was sent to.

use serde::Deserialize;

use super::address;
use crate::app::Error;
use crate::app::advisory::{self, AdvisoryRecord, Audience};
use crate::app::desk::Desk;
use crate::domain::advisory::{Reached, Telling};
use crate::domain::id::RecipientKey;
use crate::domain::time::WrittenTime;
use crate::web::console::Seat;
use crate::web::pages::advisory::telling as view;
use crate::web::pages::status;

/// Which of the audience are listed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    /// Told of which step; the last one where it is not said.
    step: Option<u32>,
    /// Only who was told so far.
    reached: Option<String>,
    /// After whom the page begins.
    after: Option<i64>,
}

/// Whom an advisory was sent to; none while nothing was told.
pub(super) async fn read(
    seat: &Seat,
    desk: &Desk,
    record: &AdvisoryRecord,
    asked: &Asked,
) -> Result<Option<view::Telling>, Error> {
    let (app, caller, id) = (&seat.app, &seat.caller, record.id);
    let all = advisory::told(app, caller, id).await?;
    let step = asked
        .step
        .filter(|step| all.iter().any(|it| it.step == *step));
    let chosen = all.iter().find(|it| Some(it.step) == step).or(all.last());
    let Some(chosen) = chosen else {
        return Ok(None);
    };
    let only = asked.reached.as_deref().and_then(Reached::of);
    let after = asked.after.map(RecipientKey);
    let list = Address {
        of: address(id),
        step: chosen.step,
        only,
    };
    let listed = if chosen.audience() > 0 {
        let page = advisory::audience(app, caller, id, chosen.step, only, after).await?;
        let lifted = chosen.telling == Telling::Lifted;
        Some(listed(page, desk, lifted, after.is_some(), &list))
    } else {
        None
    };
    Ok(Some(view::Telling {
        told: all.iter().map(|told| numbers(told, &list)).collect(),
        listed,
    }))
}

/// The addresses of lists of one advisory.
struct Address {
    of: String,
    step: u32,
    only: Option<Reached>,
}

impl Address {
    fn to(&self, step: u32, only: Option<Reached>, after: Option<RecipientKey>) -> String {
        let only = only.map_or_else(String::new, |only| format!("&reached={}", only.as_str()));
        let after = after.map_or_else(String::new, |after| format!("&after={after}"));
        format!("{}?step={step}{only}{after}#recipients", self.of)
    }

    /// The same list, beginning after somebody.
    fn page(&self, after: Option<RecipientKey>) -> String {
        self.to(self.step, self.only, after)
    }
}

fn numbers(told: &advisory::Told, list: &Address) -> view::Told {
    let counts = Reached::ALL.into_iter().map(|reached| view::Count {
        reached: shown(reached),
        count: told.count(reached),
        href: list.to(told.step, Some(reached), None),
    });
    view::Told {
        lifted: told.telling == Telling::Lifted,
        at: WrittenTime::of(told.at),
        audience: told.audience(),
        href: list.to(told.step, None, None),
        counts: counts.collect(),
    }
}

fn listed(page: Audience, desk: &Desk, lifted: bool, later: bool, list: &Address) -> view::Listed {
    let regions = desk.playbook.regions();
    let rows = page.listed.into_iter().map(|it| view::Row {
        county: regions
            .name(it.addressee.region)
            .unwrap_or(it.addressee.region.as_str())
            .to_owned(),
        name: it.addressee.name,
        reached: shown(it.reached),
        ways: it.ways.into_iter().map(way).collect(),
    });
    view::Listed {
        lifted,
        only: list.only.map(shown),
        rows: rows.collect(),
        first: later.then(|| list.page(None)),
        next: page.next.map(|last| list.page(Some(last))),
    }
}

fn way(way: advisory::Way) -> view::Way {
    view::Way {
        channel: way.channel,
        role: way.role.unwrap_or_default(),
        reached: shown(way.reached),
        attempts: way.attempts,
        last: way.last.map(|(at, reply)| (WrittenTime::of(at), reply)),
    }
}

const fn shown(reached: Reached) -> status::Reached {
    match reached {
        Reached::HandedOver => status::Reached::HandedOver,
        Reached::Waiting => status::Reached::Waiting,
        Reached::Failed => status::Reached::Failed,
        Reached::Overtaken => status::Reached::Overtaken,
        Reached::Unreachable => status::Reached::Unreachable,
    }
}
