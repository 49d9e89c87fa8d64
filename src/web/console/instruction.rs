//! Registering a superior's instruction.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::classes::Chosen;
use super::posted::{Posted, Reading, faults};
use super::{Seat, done};
use crate::app::caller::Right;
use crate::app::desk::Desk;
use crate::app::instruction::{self, InstructionIn};
use crate::app::scan;
use crate::domain::id::InstructionId;
use crate::domain::level::WarningLevel;
use crate::domain::notice::Instruction;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::Section;
use crate::web::pages::form::{Choice, Faults, TimeField};
use crate::web::pages::instruction::InstructionPage;
use crate::web::problem::Problem;
use crate::web::scan::file;

/// Where the form is shown and sent.
pub(super) const FORM: &str = "/instructions/new";

/// The choice for an instruction that ends a floor.
const LIFTS: &str = "lift";

pub(in crate::web) async fn form(seat: Seat) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    seat.caller.may(Right::RegisterInstructions, desk.region)?;
    let now = WrittenTime::of(desk.now).into();
    let typed = Typed {
        level: WarningLevel::Yellow.as_str().to_owned(),
        received: now,
        ..Typed::default()
    };
    show(&seat, &desk, StatusCode::OK, typed, Faults::default())
}

pub(in crate::web) async fn register(seat: Seat, posted: Posted) -> Result<Response, Problem> {
    let desk = seat.desk().await?;
    let typed = Typed::of(&posted);
    let faults = match typed.read(seat.language, &desk) {
        Ok(instruction) => {
            let scan = posted.file().map(Into::into);
            let arrived = InstructionIn { instruction, scan };
            match instruction::register(&seat.app, &seat.caller, None, arrived).await {
                Ok(_) => return Ok(done(&seat.here("/"), "registered")),
                Err(error) => faults(seat.language, error, field)?,
            }
        }
        Err(faults) => faults,
    };
    show(
        &seat,
        &desk,
        StatusCode::UNPROCESSABLE_ENTITY,
        typed,
        faults,
    )
}

/// The scan of an instruction.
pub(in crate::web) async fn scan(
    seat: Seat,
    Path(id): Path<InstructionId>,
) -> Result<Response, Problem> {
    Ok(file(
        scan::of_instruction(&seat.app, &seat.caller, id).await?,
    ))
}

/// Where a refusal or a field of `app` stands in the form.
fn field(of: &str) -> Option<&'static str> {
    match of {
        "conflict" | "number" => Some("number"),
        "sender" => Some("sender"),
        "received_at" => Some("received"),
        "scan" => Some("scan"),
        "classes" => Some("classes"),
        _ => None,
    }
}

/// The form as typed.
#[derive(Default)]
struct Typed {
    number: String,
    sender: String,
    level: String,
    classes: Chosen,
    from: TimeField,
    received: TimeField,
    remark: String,
}

impl Typed {
    fn of(posted: &Posted) -> Self {
        Self {
            number: posted.text("number"),
            sender: posted.text("sender"),
            level: posted.text("level"),
            classes: Chosen::of(|name| posted.text(name)),
            from: posted.time("from"),
            received: posted.time("received"),
            remark: posted.text("remark"),
        }
    }

    fn read(&self, language: Language, desk: &Desk) -> Result<Instruction, Faults> {
        let mut reading = Reading::new(language);
        let number = reading.required("number", &self.number);
        let sender = reading.required("sender", &self.sender);
        let level = match self.level.as_str() {
            LIFTS => Some(None),
            level => level.parse().ok().map(Some),
        };
        let level = reading.choice("level", level);
        let classes = reading.choice("classes", self.classes.read());
        let effective = reading.time("from", &self.from);
        let received = reading.time("received", &self.received);
        let read = (|| {
            Some(Instruction {
                region: desk.region,
                number: number?,
                sender: sender?,
                level: level?,
                classes: classes?,
                effective: effective?,
                received_at: received?.at(),
                note: self.remark.trim().to_owned(),
                scan: None,
            })
        })();
        reading.done(read)
    }
}

fn show(
    seat: &Seat,
    desk: &Desk,
    status: StatusCode,
    typed: Typed,
    faults: Faults,
) -> Result<Response, Problem> {
    let language = seat.language;
    let level = |level: WarningLevel| Choice {
        value: level.as_str().to_owned(),
        words: language.level(level).to_string(),
        chosen: typed.level == level.as_str(),
    };
    let mut levels: Vec<Choice> = WarningLevel::WITH_MEASURES.into_iter().map(level).collect();
    levels.push(Choice {
        value: LIFTS.to_owned(),
        words: language.say("instruction-lifts").to_string(),
        chosen: typed.level == LIFTS,
    });
    let view = InstructionPage {
        language,
        chrome: seat.chrome(desk, Section::Overview),
        action: seat.here(FORM),
        number: typed.number,
        sender: typed.sender,
        levels,
        classes: typed.classes.fields(language),
        from: typed.from,
        received: typed.received,
        remark: typed.remark,
        faults,
    };
    seat.show(status, &view)
}
