//! Forms as they arrive: fields by name, with a file where one was chosen.

use std::collections::HashMap;

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};

use crate::app::scan::{self, ScanIn};
use crate::app::{Error, FieldError};
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::Web;
use crate::web::pages::form::{Fault, Faults, TimeField};
use crate::web::problem::Problem;
use crate::web::words;

/// A form that may carry a file (`multipart/form-data`).
pub(in crate::web) struct Posted {
    fields: HashMap<String, String>,
    file: Option<File>,
}

/// A file that was chosen in a form.
pub(super) struct File {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
}

impl From<File> for ScanIn {
    fn from(file: File) -> Self {
        Self {
            name: file.name,
            media_type: file.media_type,
            bytes: file.bytes,
        }
    }
}

/// How much a form with a scan may weigh: the scan, and some words.
const LARGEST: usize = scan::LARGEST + (1 << 20);

impl FromRequest<Web> for Posted {
    type Rejection = Problem;

    async fn from_request(mut request: Request, web: &Web) -> Result<Self, Problem> {
        let upload = web.app.config.server.upload_limit_kib * 1_024;
        DefaultBodyLimit::max(upload.max(LARGEST)).apply(&mut request);
        let refused = |status| Problem::of_status(status);
        let mut form = Multipart::from_request(request, web)
            .await
            .map_err(|rejection| refused(rejection.status()))?;
        let mut posted = Self {
            fields: HashMap::new(),
            file: None,
        };
        while let Some(part) = form.next_field().await.map_err(|e| refused(e.status()))? {
            let name = part.name().unwrap_or_default().to_owned();
            if let Some(file) = part.file_name().map(str::to_owned) {
                let media_type = part.content_type().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(|e| refused(e.status()))?;
                // A form whose file was not chosen sends an empty one without a name.
                if !file.is_empty() {
                    posted.file = Some(File {
                        name: file,
                        media_type,
                        bytes: bytes.into(),
                    });
                }
            } else {
                let text = part.text().await.map_err(|e| refused(e.status()))?;
                posted.fields.insert(name, text);
            }
        }
        Ok(posted)
    }
}

impl Posted {
    /// A field as typed; empty where it was not sent.
    pub(super) fn text(&self, name: &str) -> String {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    /// A time as typed.
    pub(super) fn time(&self, name: &str) -> TimeField {
        TimeField {
            day: self.text(&format!("{name}_day")),
            clock: self.text(&format!("{name}_clock")),
        }
    }

    /// The file that was chosen.
    pub(super) fn file(self) -> Option<File> {
        self.file
    }
}

/// Reads fields one after the other and gathers what is wrong with them.
pub(super) struct Reading {
    language: Language,
    faults: Vec<Fault>,
}

impl Reading {
    pub(super) const fn new(language: Language) -> Self {
        Self {
            language,
            faults: Vec::new(),
        }
    }

    /// A time that has to be there.
    pub(super) fn time(&mut self, field: &str, typed: &TimeField) -> Option<WrittenTime> {
        let time = written(typed);
        if time.is_none() {
            self.fault(field, "fault-time");
        }
        time
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, field: &str, typed: &str) -> Option<String> {
        let text = typed.trim();
        if text.is_empty() {
            self.fault(field, "fault-empty");
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A year that has to be there.
    pub(super) fn year(&mut self, field: &str, typed: &str) -> Option<i32> {
        let year = typed.trim().parse().ok();
        if year.is_none() {
            self.fault(field, "fault-year");
        }
        year
    }

    /// One of a list.
    pub(super) fn choice<T>(&mut self, field: &str, chosen: Option<T>) -> Option<T> {
        if chosen.is_none() {
            self.fault(field, "fault-choose");
        }
        chosen
    }

    /// Something else that is wrong.
    pub(super) fn fault(&mut self, field: &str, key: &'static str) {
        self.faults.push(Fault {
            field: field.to_owned(),
            message: self.language.say(key).to_string(),
        });
    }

    /// What was read, or everything that is wrong with it.
    pub(super) fn done<T>(self, read: Option<T>) -> Result<T, Faults> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(Faults(self.faults)),
        }
    }
}

/// A time that was typed, if it is one.
pub(super) fn written(typed: &TimeField) -> Option<WrittenTime> {
    format!("{}T{}", typed.day.trim(), typed.clock.trim())
        .parse()
        .ok()
}

/// What `app` refused as faults of a form, each at the field that `place` finds for its code or
/// name; what concerns no field of the form is no fault of it.
pub(super) fn faults(
    language: Language,
    error: Error,
    place: impl Fn(&str) -> Option<&'static str>,
) -> Result<Faults, Error> {
    let fault = |field: &str, message| Fault {
        field: field.to_owned(),
        message,
    };
    match error {
        Error::Conflict(refusal) => match place(refusal.code) {
            Some(field) => {
                let message = words::refusal(language, &refusal);
                Ok(Faults(vec![fault(field, message)]))
            }
            None => Err(Error::Conflict(refusal)),
        },
        Error::Invalid(fields) => {
            let told = |error: &FieldError| {
                let field = place(&error.field).unwrap_or_default();
                fault(field, words::fault(language, error))
            };
            Ok(Faults(fields.iter().map(told).collect()))
        }
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::an_hour("2026-11-25", "08:00", Some("2026-11-25T08:00"))]
    #[case::the_end_of_a_day(" 2026-11-25", "24:00 ", Some("2026-11-25T24:00"))]
    #[case::no_hour("2026-11-25", "", None)]
    #[case::no_clock_shows_it("2026-11-25", "24:01", None)]
    fn a_time_is_read_as_it_is_written(
        #[case] day: &str,
        #[case] clock: &str,
        #[case] expected: Option<&str>,
    ) {
        let typed = TimeField {
            day: day.to_owned(),
            clock: clock.to_owned(),
        };
        assert_eq!(written(&typed), expected.map(|time| time.parse().unwrap()));
    }

    #[test]
    fn everything_wrong_with_a_form_is_told_at_once() {
        let mut reading = Reading::new(Language::Zh);
        let time = reading.time("from", &TimeField::default());
        let text = reading.required("number", "  ");
        let faults = reading.done(time.zip(text)).unwrap_err();
        let fields: Vec<_> = faults.0.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["from", "number"]);
    }
}
