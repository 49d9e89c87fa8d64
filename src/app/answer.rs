//! Answering an order: acknowledged, in place, objection, help.
//!
//! An [`AnswerIn`] says which revision of the order its giver was shown. It is checked against the
//! record, handed to the group-commit writer, and [`Answered`] once it is durable: the row, the
//! head, the county's count and the journal's entry in one transaction. An answer is never turned
//! away for being late or for being overtaken by a newer notice: it is kept for the revision it
//! answers, marked, and its giver is told what stands now.
//!
//! # Design notes
//!
//! A repeated answer (the same order and nonce) is answered with the first one. The same nonce on
//! other words is refused, since both would otherwise believe to be on record.
//!
//! Reasons are codes, as data below, so that a board can count them. An objection does not loosen
//! the order: it binds until an office decides.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::time::Instant;

use super::journal::{self, Entry, RowTable, Rows};
use super::link::{Link, LinkRole};
use super::{App, Caller, Error, FieldError, Right};
use crate::clock::Ids;
use crate::domain::digest::{Digest, hex};
use crate::domain::id::{AnswerKey, OrderKey};
use crate::domain::order::{AnswerKind, Rung};
use crate::domain::plan::Change;
use crate::store::answer::{self, AnswerRecord, Note};
use crate::store::ladder::{self, Latest, Origins, Step, Turn};
use crate::store::order::{self, IssuedLine};
use crate::store::writer::Batch;
use crate::store::{self, StoreError, Tx, counter};

/// The longest note, in characters.
const LONGEST_NOTE: usize = 2_000;

/// The longest nonce, in characters: that of an `Idempotency-Key`.
const LONGEST_NONCE: usize = 255;

/// Why somebody objects or asks for help: a code, and its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// For programs and rows.
    pub code: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Why a recipient objects. *Assumed*: no rule lists them; they are what disputes are about.
pub const OBJECTIONS: &[Reason] = &[
    Reason::new(
        "not-mine",
        "收错了：不是本企业或地址有误",
        "this order is not for us",
    ),
    Reason::new(
        "not-running",
        "该生产线已停产或已拆除",
        "the line is already stopped or gone",
    ),
    Reason::new("exempt", "已列入保障类或豁免", "we are exempt"),
    Reason::new(
        "other-measure",
        "措施与清单备案不一致",
        "the measure differs from what was filed",
    ),
    Reason::new("other-grade", "绩效等级有误", "our grade is another one"),
    Reason::new("unsafe", "立即执行有安全风险", "doing so at once is unsafe"),
    Reason::new("other", "其他（请说明）", "something else (please explain)"),
];

/// What a recipient needs help with. *Assumed*, like [`OBJECTIONS`].
pub const NEEDS: &[Reason] = &[
    Reason::new(
        "too-short",
        "停炉、降负荷时间不够",
        "too little time to come down",
    ),
    Reason::new(
        "livelihood",
        "涉及供热、供电等民生",
        "heat or power of others depends on us",
    ),
    Reason::new(
        "equipment",
        "治理设施或监测设备故障",
        "our abatement or monitoring has failed",
    ),
    Reason::new("unclear", "不清楚要做什么", "we do not know what to do"),
    Reason::new("other", "其他（请说明）", "something else (please explain)"),
];

/// Who answers.
#[derive(Clone, Debug)]
pub enum Answerer {
    /// Whoever holds the order's link.
    Link(Link),
    /// Somebody with an account.
    Caller(Caller),
}

/// An answer about to be given.
#[derive(Clone, Debug)]
pub struct AnswerIn {
    /// The order.
    pub order: OrderKey,
    /// The revision that was shown.
    pub revision: u32,
    /// What is said.
    pub kind: AnswerKind,
    /// The unit it speaks of, for a report that one is in place.
    pub unit: Option<String>,
    /// The code of a reason; an objection and a request for help need one.
    pub reason: Option<String>,
    /// In the giver's own words.
    pub note: Option<String>,
    /// What makes a repeat of it the same answer: 1 to 255 visible ASCII characters.
    pub nonce: String,
}

/// An answer on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its key.
    pub key: AnswerKey,
    /// The revision it answers.
    pub revision: u32,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Whether that was late.
    pub late: bool,
    /// The check code its giver can keep: see [`check_code`].
    pub code: String,
    /// The rung the order stands on.
    pub rung: Rung,
    /// What stands now; another revision when a newer notice was issued meanwhile.
    pub stands: Stands,
    /// Whether it was on record before.
    pub repeated: bool,
}

/// What an order's latest line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// The latest revision of its warning.
    pub revision: u32,
    /// What it last meant to the recipient.
    pub change: Change,
}

impl Reason {
    const fn new(code: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { code, zh, en }
    }

    /// The reasons that may be given with an answer.
    pub const fn of(kind: AnswerKind) -> &'static [Self] {
        match kind {
            AnswerKind::Objection => OBJECTIONS,
            AnswerKind::Help => NEEDS,
            AnswerKind::Acknowledged | AnswerKind::InPlace => &[],
        }
    }
}

/// Eight digits of an answer's digest: with them its giver can show that it is on record.
pub fn check_code(record: &AnswerRecord) -> String {
    let digest = record.digest().to_string().to_uppercase();
    format!("{}-{}", &digest[..4], &digest[4..8])
}

impl App {
    /// Answers an order, and returns once the answer is durable.
    pub async fn answer_order(&self, who: &Answerer, asked: AnswerIn) -> Result<Answered, Error> {
        asked.check()?;
        let now = self.now();
        let shown = self.shown(who, &asked).await?;
        let given = Given::new(who, asked, &shown, now, &self.ids)?;
        let kind = given.record.kind;
        let begun = Instant::now();
        match self.answers.write(given).await? {
            Done::Kept(answered) => {
                metrics::histogram!("qingkong_answer_durable_seconds").record(begun.elapsed());
                self.bell.ring();
                count(kind, &answered);
                Ok(answered)
            }
            Done::Clash => Err(Error::conflict(
                "answer-reused",
                "another answer was given under this nonce",
            )),
        }
    }

    /// The line that was shown to whoever answers, and the one its deadline counts from.
    async fn shown(&self, who: &Answerer, asked: &AnswerIn) -> Result<Shown, Error> {
        let mut tx = self.db.read().await?;
        let warning = self.origins.warning_of(&mut tx, asked.order).await?;
        let line = order::find_issued(&mut tx, warning, asked.order, asked.revision)
            .await?
            .ok_or(Error::NotFound)?;
        match who {
            Answerer::Link(link) => may_answer(&mut tx, link, asked.order, &line).await?,
            Answerer::Caller(caller) => {
                let region = order::find_region(&mut tx, line.recipient).await?;
                caller.may_for(Right::AnswerOrders, line.recipient.0, region)?;
            }
        }
        let owed = if line.owed == line.revision {
            None
        } else {
            order::find_issued(&mut tx, warning, asked.order, line.owed).await?
        };
        Ok(Shown { line, owed })
    }
}

/// Whether a link lets its holder answer an order now.
async fn may_answer(
    tx: &mut Tx,
    link: &Link,
    order: OrderKey,
    line: &IssuedLine,
) -> Result<(), Error> {
    let holder = order::find_holder(tx, link.contact).await?;
    let holds = holder.is_some_and(|holder| holder.active && holder.recipient == line.recipient);
    if link.order != order || !holds {
        return Err(Error::NotFound);
    }
    match link.role {
        LinkRole::Answer => Ok(()),
        LinkRole::Read => Err(Error::Forbidden),
    }
}

fn count(kind: AnswerKind, answered: &Answered) {
    if !answered.repeated {
        let late = if answered.late { "true" } else { "false" };
        metrics::counter!("qingkong_answers_total", "kind" => kind.as_str(), "late" => late)
            .increment(1);
    }
}

impl AnswerIn {
    /// Whether it can be an answer at all.
    fn check(&self) -> Result<(), Error> {
        let mut faults = Vec::new();
        let reasons = Reason::of(self.kind);
        let known = |code: &str| reasons.iter().any(|reason| reason.code == code);
        let words = self.note.as_deref().map_or("", str::trim);
        match self.reason.as_deref() {
            None if !reasons.is_empty() => {
                faults.push(FieldError::new("reason", "missing", "expected why"));
            }
            Some(code) if !known(code) => {
                let codes: Vec<_> = reasons.iter().map(|reason| reason.code).collect();
                let expected = match codes.as_slice() {
                    [] => "expected none with this answer".to_owned(),
                    codes => format!("expected one of {}", codes.join(", ")),
                };
                faults.push(FieldError::new("reason", "unknown", expected));
            }
            Some("other") if words.is_empty() => {
                faults.push(FieldError::new(
                    "note",
                    "missing",
                    "expected an explanation",
                ));
            }
            _ => {}
        }
        if words.chars().count() > LONGEST_NOTE {
            let expected = format!("expected at most {LONGEST_NOTE} characters");
            faults.push(FieldError::new("note", "too-long", expected));
        }
        let visible = self.nonce.bytes().all(|byte| byte.is_ascii_graphic());
        if self.nonce.is_empty() || self.nonce.len() > LONGEST_NONCE || !visible {
            let expected = "expected 1 to 255 visible ASCII characters";
            faults.push(FieldError::new("nonce", "malformed", expected));
        }
        if self.unit.is_some() && self.kind != AnswerKind::InPlace {
            let expected = "expected none: only a report of being in place names a unit";
            faults.push(FieldError::new("unit", "unexpected", expected));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(faults))
        }
    }
}

/// What was answered, and the line that last asked for an answer where that is another.
struct Shown {
    line: IssuedLine,
    owed: Option<IssuedLine>,
}

impl Shown {
    /// Whether an answer at `now` comes after its deadline. Help has none.
    fn is_late(&self, kind: AnswerKind, unit: Option<&str>, now: DateTime<Utc>) -> bool {
        let owed = self.owed.as_ref().unwrap_or(&self.line);
        let (duty, issued_at) = (&owed.duty, owed.issued_at);
        let deadline = match kind {
            AnswerKind::Acknowledged | AnswerKind::Objection => {
                Some(duty.acknowledge_by(issued_at))
            }
            AnswerKind::InPlace => duty
                .units
                .iter()
                .filter(|known| unit.is_none_or(|unit| known.unit == unit))
                .map(|known| duty.in_place_by(known, issued_at))
                .max(),
            AnswerKind::Help => None,
        };
        deadline.is_some_and(|deadline| now > deadline)
    }
}

/// An answer that waits to be written.
pub struct Given {
    order: OrderKey,
    /// Everything but its key, which it gets when it is written.
    record: AnswerRecord,
    /// The salt and the words of its note.
    note: Option<(String, String)>,
    /// The revision since which reports of units count, and the units that are to report.
    owed: u32,
    units: Vec<String>,
}

impl Given {
    fn new(
        who: &Answerer,
        asked: AnswerIn,
        shown: &Shown,
        now: DateTime<Utc>,
        ids: &Ids,
    ) -> Result<Self, Error> {
        let line = &shown.line;
        let units: Vec<String> = line
            .duty
            .units
            .iter()
            .map(|unit| unit.unit.clone())
            .collect();
        if let Some(unit) = asked.unit.as_ref().filter(|unit| !units.contains(unit)) {
            let text = format!("expected a unit of the order, not `{unit}`");
            return Err(Error::invalid("unit", "unknown", text));
        }
        let late = shown.is_late(asked.kind, asked.unit.as_deref(), now);
        let text = asked
            .note
            .map(|note| note.trim().to_owned())
            .filter(|note| !note.is_empty());
        let note = text.map(|text| (hex(&ids.bytes::<16>()), text));
        let by = match who {
            Answerer::Link(link) => ("contact".to_owned(), link.contact.to_string()),
            Answerer::Caller(caller) => (caller.role.as_str().to_owned(), journal::actor(caller)),
        };
        Ok(Self {
            order: asked.order,
            owed: line.owed,
            units,
            record: AnswerRecord {
                key: AnswerKey(0),
                order: asked.order,
                plan: line.plan,
                revision: line.revision,
                kind: asked.kind,
                complete: asked.kind == AnswerKind::InPlace && asked.unit.is_none(),
                unit: asked.unit,
                reason: asked.reason,
                note: note
                    .as_ref()
                    .map(|(salt, text)| Digest::salted(salt.as_bytes(), text)),
                by,
                at: now,
                late,
                nonce: asked.nonce,
            },
            note,
        })
    }

    /// Whether a recorded answer says the same; `earlier` are its words, if they were not erased.
    fn says_what(&self, record: &AnswerRecord, earlier: Option<&Note>) -> bool {
        let words = match (&self.note, earlier) {
            (Some((_, text)), Some(earlier)) => earlier.text == *text,
            (Some(_), None) => record.note.is_some(),
            (None, _) => record.note.is_none(),
        };
        let asked = &self.record;
        words
            && (asked.kind, asked.revision, &asked.unit, &asked.reason)
                == (record.kind, record.revision, &record.unit, &record.reason)
    }

    /// Whether every unit is in place once this is on record beside what came earlier.
    fn completes(&self, earlier: &[AnswerRecord]) -> bool {
        let Some(unit) = self.record.unit.as_deref() else {
            return self.record.complete;
        };
        let reported = |wanted: &str| {
            unit == wanted
                || earlier.iter().any(|record| {
                    record.kind == AnswerKind::InPlace
                        && record.revision >= self.owed
                        && record.unit.as_deref() == Some(wanted)
                })
        };
        self.units.iter().all(|unit| reported(unit))
    }
}

/// What became of an answer.
pub enum Done {
    /// It is on record.
    Kept(Answered),
    /// Another is on record under its nonce.
    Clash,
}

/// Writes the answers that have gathered, in one transaction.
pub struct AnswerBatch {
    /// New ids of journal entries.
    pub ids: Ids,
    /// Which warning each order belongs to.
    pub origins: Origins,
}

impl Batch for AnswerBatch {
    type Item = Given;
    type Done = Done;

    async fn write(&self, tx: &mut Tx, items: &[Given]) -> store::Result<Vec<Done>> {
        let mut turn = Turn::take(tx, &self.origins, items.iter().map(|item| item.order)).await?;
        let mut book = Book::open(tx, items).await?;
        let count = u32::try_from(items.len()).expect("a group is a few thousand answers");
        let first = counter::allocate(tx, "answer", count).await?;
        book.enter(items, &turn, first);
        answer::record_answers(tx, &book.fresh).await?;
        answer::add_notes(tx, &book.fresh_notes).await?;
        let steps: Vec<Step> = book.fresh.iter().map(step).collect();
        turn.climb(tx, &steps).await?;
        for (warning, answers) in by_warning(&book.fresh, &turn) {
            journal::record(tx, &self.ids, entry(warning, answers)).await?;
        }
        let told = items
            .iter()
            .enumerate()
            .map(|(at, item)| book.tell(at, item, &turn));
        told.collect()
    }
}

/// The answers on record to the orders of a batch, and those the batch adds.
struct Book {
    recorded: HashMap<OrderKey, Vec<AnswerRecord>>,
    notes: HashMap<AnswerKey, Note>,
    /// The added ones, those of a warning together.
    fresh: Vec<AnswerRecord>,
    fresh_notes: Vec<Note>,
    /// The places in the batch of the items that were added.
    added: HashSet<usize>,
}

impl Book {
    async fn open(tx: &mut Tx, items: &[Given]) -> store::Result<Self> {
        let orders: BTreeSet<OrderKey> = items.iter().map(|item| item.order).collect();
        let orders: Vec<OrderKey> = orders.into_iter().collect();
        let mut book = Self {
            recorded: HashMap::new(),
            notes: HashMap::new(),
            fresh: Vec::new(),
            fresh_notes: Vec::new(),
            added: HashSet::new(),
        };
        for record in answer::list_answers(tx, &orders).await? {
            book.recorded.entry(record.order).or_default().push(record);
        }
        let repeated = items.iter().filter_map(|item| book.find(item));
        let repeated: Vec<AnswerKey> = repeated.map(|record| record.key).collect();
        for note in answer::list_notes(tx, &repeated).await? {
            book.notes.insert(note.answer, note);
        }
        Ok(book)
    }

    /// The answer on record under an item's nonce.
    fn find(&self, item: &Given) -> Option<&AnswerRecord> {
        let recorded = self.recorded.get(&item.order)?;
        recorded
            .iter()
            .find(|record| record.nonce == item.record.nonce)
    }

    /// Adds what is not on record yet, under keys from `first` on, warning by warning.
    fn enter(&mut self, items: &[Given], turn: &Turn, first: i64) {
        let mut places: Vec<usize> = (0..items.len()).collect();
        places.sort_by_key(|&at| turn.latest(items[at].order).map(|latest| latest.plan));
        let mut keys = first..;
        for at in places {
            let item = &items[at];
            if self.find(item).is_some() {
                continue;
            }
            let key = AnswerKey(keys.next().expect("keys do not run out"));
            let earlier = self.recorded.entry(item.order).or_default();
            let record = AnswerRecord {
                key,
                complete: item.completes(earlier),
                ..item.record.clone()
            };
            earlier.push(record.clone());
            if let Some((salt, text)) = &item.note {
                let note = Note {
                    answer: key,
                    salt: salt.clone(),
                    text: text.clone(),
                };
                self.notes.insert(key, note.clone());
                self.fresh_notes.push(note);
            }
            self.fresh.push(record);
            self.added.insert(at);
        }
    }

    /// What the giver of an item hears.
    fn tell(&self, at: usize, item: &Given, turn: &Turn) -> store::Result<Done> {
        let record = self.find(item).ok_or(StoreError::NotFound)?;
        if !item.says_what(record, self.notes.get(&record.key)) {
            return Ok(Done::Clash);
        }
        let place = turn.place(item.order).ok_or(StoreError::NotFound)?;
        let latest = turn.latest(item.order).ok_or(StoreError::NotFound)?;
        Ok(Done::Kept(Answered {
            key: record.key,
            revision: record.revision,
            at: record.at,
            late: record.late,
            code: check_code(record),
            rung: place.status().rung,
            stands: Stands {
                revision: latest.revision,
                change: place.change,
            },
            repeated: !self.added.contains(&at),
        }))
    }
}

fn step(record: &AnswerRecord) -> Step {
    Step {
        order: record.order,
        event: ladder::answered(record.kind, record.late, record.complete),
        revision: record.revision,
        at: record.at,
    }
}

/// The added answers of each warning, with the warning.
fn by_warning<'b>(
    fresh: &'b [AnswerRecord],
    turn: &'b Turn,
) -> impl Iterator<Item = (Latest, &'b [AnswerRecord])> {
    let plan = |record: &AnswerRecord| turn.latest(record.order).map(|latest| latest.plan);
    fresh
        .chunk_by(move |a, b| plan(a) == plan(b))
        .filter_map(move |records| Some((turn.latest(records[0].order)?, records)))
}

/// The entry that vouches for the answers to the orders of one warning.
fn entry(warning: Latest, answers: &[AnswerRecord]) -> Entry {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.kind.as_str()).or_default() += 1;
    }
    let rows = answers.iter().map(|answer| (answer.key.0, answer.digest()));
    Entry {
        kind: "orders.answered",
        subject: format!("warning {}", warning.id),
        region: Some(warning.region),
        actor: "recipients".to_owned(),
        at: answers[answers.len() - 1].at,
        body: json!({ "answers": counts }),
        rows: Vec::from_iter(Rows::of(RowTable::Answer, rows)),
    }
}
