//! Information updates: what the public is told while a warning is in force.

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::posted::{Reading, faults};
use super::{Seat, done, warning};
use crate::app::desk::Names;
use crate::app::information::{self, Told, UpdateIn};
use crate::domain::id::WarningId;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::form::Faults;
use crate::web::pages::information::{Information, InformationForm, Rhythm, Update};
use crate::web::problem::Problem;

/// An update as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Typed {
    aqi: String,
    text: String,
    outlook: String,
}

/// Tells the public how things stand.
pub(in crate::web) async fn give(
    seat: Seat,
    Path(id): Path<WarningId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let faults = match typed.read(seat.language) {
        Ok(update) => match information::give(&seat.app, &seat.caller, None, id, update).await {
            Ok(_) => return Ok(done(&warning::address(id), "informed")),
            Err(error) => faults(seat.language, error, field)?,
        },
        Err(faults) => faults,
    };
    warning::again(seat, id, typed.form(id, faults)).await
}

/// Where a field of `app` stands in the form.
fn field(of: &str) -> Option<&'static str> {
    ["aqi", "text", "outlook"].into_iter().find(|it| *it == of)
}

impl Typed {
    fn read(&self, language: Language) -> Result<UpdateIn, Faults> {
        let mut reading = Reading::new(language);
        let aqi = match self.aqi.trim() {
            "" => Some(None),
            aqi => aqi.parse().ok().filter(|aqi| *aqi <= 500).map(Some),
        };
        if aqi.is_none() {
            reading.fault("aqi", "fault-aqi-now");
        }
        let text = reading.required("text", &self.text);
        let outlook = reading.required("outlook", &self.outlook);
        let read = (|| {
            Some(UpdateIn {
                aqi: aqi?,
                text: text?,
                outlook: outlook?,
            })
        })();
        reading.done(read)
    }

    fn form(self, id: WarningId, faults: Faults) -> InformationForm {
        InformationForm {
            aqi: self.aqi,
            text: self.text,
            outlook: self.outlook,
            faults,
            ..blank(id)
        }
    }
}

/// The form before anything is typed.
pub(super) fn blank(id: WarningId) -> InformationForm {
    InformationForm {
        action: format!("{}/information", warning::address(id)),
        ..InformationForm::default()
    }
}

/// When the public was last told, and by when it is to be told anew.
pub(super) fn rhythm(told: &Told) -> Rhythm {
    Rhythm {
        last: told.updates.first().map(|last| WrittenTime::of(last.at)),
        due: told.due.map(WrittenTime::of),
        overdue: told.is_overdue(),
    }
}

/// The updates on the page of their warning.
pub(super) fn shown(told: &Told, names: &Names, form: Option<InformationForm>) -> Information {
    let updates = told.updates.iter().map(|update| Update {
        at: WrittenTime::of(update.at),
        person: names.of(&update.by),
        aqi: update.aqi,
        text: update.text.clone(),
        outlook: update.outlook.clone(),
    });
    Information {
        rhythm: rhythm(told),
        updates: updates.collect(),
        form,
    }
}
