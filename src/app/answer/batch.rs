//! The writing of answers: all that have gathered, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;

use super::judged::{Around, Judged};
use super::{Answered, Done, Given, Stands, check_code};
use crate::app::Error;
use crate::app::journal::{self, Entry, RowTable, Rows};
use crate::clock::Ids;
use crate::domain::digest::Digest;
use crate::domain::id::{AnswerKey, OrderKey};
use crate::domain::order::Timeliness;
use crate::store::answer::{self, AnswerRecord, Note};
use crate::store::ladder::{self, Latest, Origins, Step, Turn};
use crate::store::writer::Batch;
use crate::store::{self, StoreError, Tx, counter};

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

    async fn write(&self, tx: &mut Tx, given: &[Given]) -> store::Result<Vec<Done>> {
        let around = Around::read(tx, &self.origins, given).await?;
        let judged = given
            .iter()
            .map(|given| Judged::new(given, &around, &self.ids));
        let judged: Vec<Result<Judged<'_>, Error>> = judged.collect();
        let items: Vec<&Judged<'_>> = judged
            .iter()
            .filter_map(|item| item.as_ref().ok())
            .collect();
        let told = self.enter(tx, &items).await?;
        let mut told = told.into_iter();
        let answers = judged.into_iter().map(|judged| match judged {
            Ok(_) => told
                .next()
                .expect("every answer that may be written is told of"),
            Err(error) => Done::Refused(error),
        });
        Ok(answers.collect())
    }
}

impl AnswerBatch {
    /// Writes the answers that may be; says what became of each.
    async fn enter(&self, tx: &mut Tx, items: &[&Judged<'_>]) -> store::Result<Vec<Done>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let orders = items.iter().map(|item| item.record.order);
        let mut turn = Turn::take(tx, &self.origins, orders).await?;
        let mut book = Book::open(tx, items).await?;
        let count = u32::try_from(items.len()).expect("a group is a few thousand answers");
        let first = counter::allocate(tx, "answer", count).await?;
        book.enter(items, &turn, first);
        answer::record_answers(tx, &book.fresh).await?;
        answer::add_notes(tx, &book.fresh_notes).await?;
        turn.climb(tx, &book.steps).await?;
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
    /// The added ones with their digests, those of a warning together.
    fresh: Vec<(AnswerRecord, Digest)>,
    fresh_notes: Vec<Note>,
    /// What the added ones mean to their orders.
    steps: Vec<Step>,
    /// The places in the batch of the items that were added, each with the answer's digest.
    added: HashMap<usize, Digest>,
}

impl Book {
    async fn open(tx: &mut Tx, items: &[&Judged<'_>]) -> store::Result<Self> {
        let orders: BTreeSet<OrderKey> = items.iter().map(|item| item.record.order).collect();
        let orders: Vec<OrderKey> = orders.into_iter().collect();
        let mut book = Self {
            recorded: HashMap::new(),
            notes: HashMap::new(),
            fresh: Vec::new(),
            fresh_notes: Vec::new(),
            steps: Vec::new(),
            added: HashMap::new(),
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
    fn find(&self, item: &Judged<'_>) -> Option<&AnswerRecord> {
        let recorded = self.recorded.get(&item.record.order)?;
        recorded
            .iter()
            .find(|record| record.nonce == item.record.nonce)
    }

    /// Adds what is not on record yet, under keys from `first` on, warning by warning.
    fn enter(&mut self, items: &[&Judged<'_>], turn: &Turn, first: i64) {
        let mut places: Vec<usize> = (0..items.len()).collect();
        places.sort_by_key(|&at| {
            turn.latest(items[at].record.order)
                .map(|latest| latest.plan)
        });
        let mut keys = first..;
        for at in places {
            let item = &items[at];
            if self.find(item).is_some() {
                continue;
            }
            let key = AnswerKey(keys.next().expect("keys do not run out"));
            let earlier = self.recorded.entry(item.record.order).or_default();
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
            self.steps.push(step(&record, item.timeliness));
            let digest = record.digest();
            self.fresh.push((record, digest));
            self.added.insert(at, digest);
        }
    }

    /// What the giver of an item hears.
    fn tell(&self, at: usize, item: &Judged<'_>, turn: &Turn) -> store::Result<Done> {
        let record = self.find(item).ok_or(StoreError::NotFound)?;
        if !item.says_what(record, self.notes.get(&record.key)) {
            return Ok(Done::Clash);
        }
        let place = turn.place(item.record.order).ok_or(StoreError::NotFound)?;
        let latest = turn.latest(item.record.order).ok_or(StoreError::NotFound)?;
        let added = self.added.get(&at);
        Ok(Done::Kept(Answered {
            key: record.key,
            revision: record.revision,
            at: record.at,
            late: record.late,
            code: check_code(added.map_or_else(|| record.digest(), |digest| *digest)),
            rung: place.status().rung,
            stands: Stands {
                revision: latest.revision,
                change: place.change,
            },
            repeated: added.is_none(),
        }))
    }
}

fn step(record: &AnswerRecord, timeliness: Timeliness) -> Step {
    Step {
        order: record.order,
        event: ladder::answered(record.kind, record.complete, timeliness),
        revision: record.revision,
        at: record.at,
    }
}

/// The added answers of each warning, with the warning.
fn by_warning<'b>(
    fresh: &'b [(AnswerRecord, Digest)],
    turn: &'b Turn,
) -> impl Iterator<Item = (Latest, &'b [(AnswerRecord, Digest)])> {
    let latest = |(record, _): &(AnswerRecord, Digest)| turn.latest(record.order);
    fresh
        .chunk_by(move |a, b| latest(a) == latest(b))
        .filter_map(move |answers| Some((latest(&answers[0])?, answers)))
}

/// The entry that vouches for the answers to the orders of one warning.
fn entry(warning: Latest, answers: &[(AnswerRecord, Digest)]) -> Entry {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (answer, _) in answers {
        *counts.entry(answer.kind.as_str()).or_default() += 1;
    }
    let rows = answers
        .iter()
        .map(|(answer, digest)| (answer.key.0, *digest));
    Entry {
        kind: "orders.answered",
        subject: format!("warning {}", warning.id),
        region: Some(warning.region),
        actor: "recipients".to_owned(),
        at: answers[answers.len() - 1].0.at,
        body: json!({ "answers": counts }),
        rows: Vec::from_iter(Rows::of(RowTable::Answer, rows)),
    }
}
