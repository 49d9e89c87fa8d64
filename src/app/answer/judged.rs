//! Answers judged: what their givers were shown, whether they may answer, and whether they are late.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::{AnswerIn, Answerer, Given};
use crate::app::link::{Link, LinkRole};
use crate::app::{Error, Right, journal};
use crate::clock::Ids;
use crate::domain::digest::{Digest, hex};
use crate::domain::id::{AnswerKey, ContactKey, OrderKey, RecipientKey, WarningKey};
use crate::domain::order::{AnswerKind, Timeliness};
use crate::domain::region::RegionCode;
use crate::domain::warning::Suspension;
use crate::store::answer::{AnswerRecord, Note};
use crate::store::ladder::Origins;
use crate::store::order::{self, Holder, IssuedLine};
use crate::store::{self, StoreError, Tx, notice};

/// Everything the answers of a batch are judged by.
#[derive(Default)]
pub(super) struct Around {
    /// The warnings of the orders that were issued.
    warnings: HashMap<OrderKey, WarningKey>,
    /// What orders said at the revisions that were shown, or that last asked for an answer.
    lines: HashMap<(OrderKey, u32), IssuedLine>,
    holders: HashMap<ContactKey, Holder>,
    /// Where the recipients of those lie for whom an account answers.
    regions: HashMap<RecipientKey, RegionCode>,
    /// The suspensions of the warnings whose orders are reported to be in place.
    suspensions: HashMap<WarningKey, Suspension>,
}

impl Around {
    pub(super) async fn read(
        tx: &mut Tx,
        origins: &Origins,
        items: &[Given],
    ) -> store::Result<Self> {
        let mut around = Self::default();
        for item in items {
            let order = item.asked.order;
            match origins.warning_of(tx, order).await {
                Ok(warning) => around.warnings.insert(order, warning),
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error),
            };
        }
        let shown = items
            .iter()
            .map(|item| (item.asked.order, item.asked.revision));
        around.read_lines(tx, shown.collect()).await?;
        let lines = around.lines.iter();
        let owed = lines
            .map(|((order, _), line)| (*order, line.owed))
            .collect();
        around.read_lines(tx, owed).await?;
        around.read_bound(tx).await?;
        let contacts: Vec<i64> = items
            .iter()
            .filter_map(Given::contact)
            .map(|it| it.0)
            .collect();
        around.holders = order::list_holders(tx, &contacts).await?;
        let by_account = items.iter().filter(|item| item.contact().is_none());
        let lines = by_account.filter_map(|item| around.line(&item.asked));
        let recipients: Vec<i64> = lines.map(|line| line.recipient.0).collect();
        around.regions = order::list_regions(tx, &recipients).await?;
        around.read_suspensions(tx, items).await?;
        Ok(around)
    }

    async fn read_suspensions(&mut self, tx: &mut Tx, items: &[Given]) -> store::Result<()> {
        let in_place = items
            .iter()
            .filter(|item| item.asked.kind == AnswerKind::InPlace);
        let warnings = in_place.filter_map(|item| self.warnings.get(&item.asked.order));
        for warning in warnings.copied().collect::<BTreeSet<_>>() {
            let head = notice::find_warning_by_key(tx, warning.0).await?;
            let suspension = head.warning.and_then(|warning| warning.suspension);
            self.suspensions
                .extend(suspension.map(|suspension| (warning, suspension)));
        }
        Ok(())
    }

    /// Reads the lines that are not known yet.
    async fn read_lines(&mut self, tx: &mut Tx, wanted: Vec<(OrderKey, u32)>) -> store::Result<()> {
        let mut by_plan: BTreeMap<(WarningKey, u32), Vec<i64>> = BTreeMap::new();
        for (order, revision) in wanted {
            if let Some(&warning) = self.warnings.get(&order)
                && !self.lines.contains_key(&(order, revision))
            {
                by_plan
                    .entry((warning, revision))
                    .or_default()
                    .push(order.0);
            }
        }
        for ((warning, revision), orders) in by_plan {
            let lines = order::list_issued(tx, warning, revision, &orders).await?;
            let lines = lines
                .into_iter()
                .map(|(order, line)| ((order, revision), line));
            self.lines.extend(lines);
        }
        Ok(())
    }

    /// Reads what bound before the suspensions that are known; a correction may stand between.
    async fn read_bound(&mut self, tx: &mut Tx) -> store::Result<()> {
        let mut known = 0;
        while self.lines.len() > known {
            known = self.lines.len();
            let suspended = self.lines.iter().filter(|(_, it)| it.duty.is_suspended());
            let before = suspended.map(|((order, _), it)| (*order, it.revision.saturating_sub(1)));
            self.read_lines(tx, before.collect()).await?;
            let owed = self.lines.iter();
            let owed = owed.map(|((order, _), it)| (*order, it.owed)).collect();
            self.read_lines(tx, owed).await?;
        }
        Ok(())
    }

    /// The line that last asked for something to be put in place, up to one of an order.
    fn bound<'a>(&'a self, order: OrderKey, mut line: &'a IssuedLine) -> &'a IssuedLine {
        while line.duty.is_suspended()
            && let Some(before) = self.lines.get(&(order, line.revision.saturating_sub(1)))
        {
            line = self.lines.get(&(order, before.owed)).unwrap_or(before);
        }
        line
    }

    /// The suspension of an order's warning, as it stands.
    fn suspension(&self, order: OrderKey) -> Option<Suspension> {
        self.suspensions.get(self.warnings.get(&order)?).copied()
    }

    fn line(&self, asked: &AnswerIn) -> Option<&IssuedLine> {
        self.lines.get(&(asked.order, asked.revision))
    }

    /// The line that was shown to whoever answers, if they may.
    fn shown(&self, given: &Given) -> Result<&IssuedLine, Error> {
        let line = self.line(&given.asked).ok_or(Error::NotFound)?;
        match &given.who {
            Answerer::Link(link) => self.may_answer(link, given.asked.order, line)?,
            Answerer::Caller(caller) => {
                let region = self.regions.get(&line.recipient).ok_or(Error::NotFound)?;
                caller.may_for(Right::AnswerOrders, line.recipient.0, *region)?;
            }
        }
        Ok(line)
    }

    /// Whether a link lets its holder answer an order now.
    fn may_answer(&self, link: &Link, order: OrderKey, line: &IssuedLine) -> Result<(), Error> {
        let holder = self.holders.get(&link.contact);
        let holds =
            holder.is_some_and(|holder| holder.active && holder.recipient == line.recipient);
        if link.order != order || !holds {
            return Err(Error::NotFound);
        }
        match link.role {
            LinkRole::Answer => Ok(()),
            LinkRole::Read => Err(Error::Forbidden),
        }
    }
}

impl Given {
    /// Whose link it came by.
    fn contact(&self) -> Option<ContactKey> {
        match &self.who {
            Answerer::Link(link) => Some(link.contact),
            Answerer::Caller(_) => None,
        }
    }

    /// Who it is from, as the record names them: a role, and which.
    fn by(&self) -> (String, String) {
        match &self.who {
            Answerer::Link(link) => ("contact".to_owned(), link.contact.to_string()),
            Answerer::Caller(caller) => (caller.role.as_str().to_owned(), journal::actor(caller)),
        }
    }
}

/// Whether an answer at `now` comes after the deadline that its line sets. Help has none, nothing
/// was to be in place by an hour from which on it was suspended, and nothing is before the hour at
/// which a suspension that the line knows of ends by now.
fn is_late(
    line: &IssuedLine,
    suspension: Option<Suspension>,
    kind: AnswerKind,
    unit: Option<&str>,
    now: DateTime<Utc>,
) -> bool {
    let (duty, issued_at) = (&line.duty, line.issued_at);
    let is_known = |it: &Suspension| duty.suspension.is_some_and(|known| known.from == it.from);
    let overtaken = suspension.filter(|it| !is_known(it));
    let resumed = suspension.filter(is_known).and_then(|it| it.until);
    let deadline = match kind {
        AnswerKind::Acknowledged | AnswerKind::Objection => Some(duty.acknowledge_by(issued_at)),
        AnswerKind::InPlace => duty
            .report_by(unit, issued_at)
            .map(|by| resumed.map_or(by, |until| by.max(until.at())))
            .filter(|by| overtaken.is_none_or(|it| *by < it.from.at())),
        AnswerKind::Help => None,
    };
    deadline.is_some_and(|deadline| now > deadline)
}

/// An answer that may be written.
pub(super) struct Judged<'a> {
    /// Everything but its key, which it gets when it is written.
    pub(super) record: AnswerRecord,
    /// The salt and the words of its note.
    pub(super) note: Option<(String, String)>,
    /// Whether it comes by the hour by which the order was to be acknowledged.
    pub(super) timeliness: Timeliness,
    /// The line that was shown.
    line: &'a IssuedLine,
    /// Whether anything was to be put in place.
    binds: bool,
}

impl<'a> Judged<'a> {
    pub(super) fn new(given: &Given, around: &'a Around, ids: &Ids) -> Result<Self, Error> {
        let line = around.shown(given)?;
        let asked = &given.asked;
        let known = |unit: &String| line.duty.units.iter().any(|it| it.unit == *unit);
        if let Some(unit) = asked.unit.as_ref().filter(|unit| !known(unit)) {
            let text = format!("expected a unit of the order, not `{unit}`");
            return Err(Error::invalid("unit", "unknown", text));
        }
        let owed = around.lines.get(&(asked.order, line.owed)).unwrap_or(line);
        let unit = asked.unit.as_deref();
        let suspended = owed.duty.suspension.filter(|_| owed.duty.is_suspended());
        let (due, suspension) = match (asked.kind, suspended) {
            // What was due before it may be late; what was not is owed no more.
            (AnswerKind::InPlace, Some(_)) => (around.bound(asked.order, owed), suspended),
            _ => (owed, around.suspension(asked.order)),
        };
        let late = is_late(due, suspension, asked.kind, unit, given.at);
        let text = asked
            .note
            .as_deref()
            .map(str::trim)
            .filter(|note| !note.is_empty());
        let note = text.map(|text| (hex(&ids.bytes::<16>()), text.to_owned()));
        let binds = !line.duty.is_suspended_at(given.at);
        Ok(Self {
            timeliness: Timeliness::of(
                given.at,
                line.owed,
                owed.duty.acknowledge_by(owed.issued_at),
            ),
            line,
            binds,
            record: AnswerRecord {
                key: AnswerKey(0),
                order: asked.order,
                plan: line.plan,
                revision: line.revision,
                kind: asked.kind,
                complete: binds && asked.kind == AnswerKind::InPlace && asked.unit.is_none(),
                unit: asked.unit.clone(),
                reason: asked.reason.clone(),
                note: note
                    .as_ref()
                    .map(|(salt, text)| Digest::salted(salt.as_bytes(), text)),
                by: given.by(),
                at: given.at,
                late,
                nonce: asked.nonce.clone(),
            },
            note,
        })
    }

    /// Whether a recorded answer says the same; `earlier` are its words, if they were not erased.
    pub(super) fn says_what(&self, record: &AnswerRecord, earlier: Option<&Note>) -> bool {
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
    pub(super) fn completes(&self, earlier: &[AnswerRecord]) -> bool {
        let Some(unit) = self.record.unit.as_deref().filter(|_| self.binds) else {
            return self.record.complete;
        };
        let reported = |wanted: &str| {
            unit == wanted
                || earlier.iter().any(|record| {
                    record.kind == AnswerKind::InPlace
                        && record.revision >= self.line.owed
                        && record.unit.as_deref() == Some(wanted)
                })
        };
        self.line.duty.units.iter().all(|it| reported(&it.unit))
    }
}
