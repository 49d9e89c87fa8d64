//! The plan on paper: plants weighed, lines worded, counted and digested; nothing is read or written.

use chrono::{DateTime, Utc};

use crate::app::Error;
use crate::app::journal::RowsDigest;
use crate::domain::id::{OrderKey, RecipientKey};
use crate::domain::measure::PerLevel;
use crate::domain::notice::{AreaHour, MeasureClass, NoticeKind};
use crate::domain::plan::{Change, Columns, Drawing, Duty, Line, Parts, Tally, Told};
use crate::domain::region::RegionCode;
use crate::domain::warning::Suspension;
use crate::store::StoreError;
use crate::store::plan::{LineRecord, StagedLine};
use crate::store::registry::{ListRow, ListedPlant, Recipient};

/// The plan on paper: what was drawn so far comes to this.
pub(super) struct Sheet {
    /// The place of the notice: of a list only who lies in it is told.
    region: RegionCode,
    pub(super) drawing: Drawing,
    revision: i32,
    next_order: OrderKey,
    /// By when a release has let its recipient off, where it may be replaced.
    released_by: Option<DateTime<Utc>>,
    /// When the plan before was issued; none of a first one.
    told_at: Option<DateTime<Utc>>,
    pub(super) tally: Tally,
    parts: Parts,
    pub(super) digest: RowsDigest,
    pub(super) lines: i64,
}

impl Sheet {
    pub(super) fn new(
        region: RegionCode,
        drawing: Drawing,
        revision: i32,
        next_order: OrderKey,
    ) -> Self {
        // Under a suspension no level asks for anything, whatever the notice corrects.
        let suspended = drawing.suspension.is_some_and(Suspension::is_open);
        let compares = drawing.notice.kind.sets_level() && !suspended;
        let tally = Tally {
            level: Some(drawing.levels.of(MeasureClass::Industry)),
            at_levels: compares.then(PerLevel::default),
            ..Tally::default()
        };
        Self {
            region,
            drawing,
            revision,
            next_order,
            released_by: None,
            told_at: None,
            tally,
            parts: Parts::default(),
            digest: RowsDigest::default(),
            lines: 0,
        }
    }

    /// The sheet of a plan that follows one issued at an instant; by another, releases have let their
    /// recipients off, where they may be replaced.
    pub(super) fn following(
        mut self,
        told_at: Option<DateTime<Utc>>,
        released_by: Option<DateTime<Utc>>,
    ) -> Self {
        self.told_at = told_at;
        self.released_by = released_by;
        self
    }

    /// What plants owe, counted into the sums and into the parts of their offices.
    pub(super) fn weigh(&mut self, rows: Vec<ListRow>) -> Result<Vec<(Who, Duty)>, Error> {
        let mut owed = Vec::with_capacity(rows.len());
        for row in rows {
            let listed = ListedPlant::try_from(row).map_err(StoreError::from)?;
            if !self.region.contains(listed.plant.region) {
                continue;
            }
            let duty = Duty::of_plant(&listed.plant, &self.drawing);
            let part = self.tally.weigh(&listed.plant, duty.as_ref());
            self.tally.compare(&listed.plant, self.drawing.on);
            self.parts.add(listed.plant.region, part);
            owed.extend(duty.map(|duty| (Who::plant(listed), duty)));
        }
        Ok(owed)
    }

    /// What offices owe, once every plant is weighed.
    pub(super) fn weigh_offices(&self, offices: Vec<Recipient>) -> Vec<(Who, Duty)> {
        let within = |office: &Recipient| self.region.contains(office.region);
        let owed = offices.into_iter().filter(within).filter_map(|office| {
            let duty = Duty::of_office(self.parts.of(office.region), &self.drawing)?;
            Some((Who::office(office), duty))
        });
        owed.collect()
    }

    /// Lines for those who have no order yet; a suspension begins none.
    pub(super) fn begin(&mut self, owed: Vec<(Who, Duty)>) -> Vec<StagedLine> {
        let lines = owed.into_iter().filter_map(|(who, duty)| {
            let change = Change::between(None, Some(&duty))?;
            let order = self.next_order;
            self.next_order.0 += 1;
            let line = Line {
                order,
                recipient: who.key,
                change,
                duty,
            };
            Some(self.stage(&line, self.revision, who.county, who.name))
        });
        lines.collect()
    }

    /// The line of somebody who has an order, if there is something to say.
    pub(super) fn follow(
        &mut self,
        before: LineRecord,
        area: Option<AreaHour>,
        (told, owed): (Told, i32),
        duty: Option<Duty>,
    ) -> Option<StagedLine> {
        let bound = |by| told.released && before.duty.effective.at() > by;
        let left = before.duty.left_at(self.drawing.at);
        let told = Told {
            released: told.released && !self.released_by.is_some_and(bound),
            obligations: left.unwrap_or(told.obligations),
            ..told
        };
        let adds = self.drawing.notice.kind == NoticeKind::AddOn && !told.released;
        let change = Change::between(Some(&told), duty.as_ref())?;
        let corrects = self.drawing.notice.kind == NoticeKind::Correct;
        let duty = duty.map(|duty| match self.told_at {
            _ if told.released => duty,
            // What states another hour instead takes the one it corrects back.
            _ if corrects && duty.effective != before.duty.effective => duty,
            Some(told_at) => duty.after(&before.duty, told_at),
            None => duty,
        });
        let line = Line {
            order: told.order,
            recipient: before.recipient,
            change,
            duty: match duty {
                None => before.duty.released(&self.drawing, area),
                Some(duty) if duty.is_suspended() => before.duty.suspended(&self.drawing),
                Some(duty) if adds => duty.added_to(&before.duty),
                Some(duty) => duty,
            },
        };
        let owed = if change.owes_acknowledgement() {
            self.revision
        } else {
            owed
        };
        Some(self.stage(&line, owed, before.county, before.name))
    }

    fn stage(&mut self, line: &Line, owed: i32, county: String, name: String) -> StagedLine {
        let snapshot = line.snapshot();
        let obligations = line.duty.obligations().to_string();
        let digest = Columns {
            order: line.order,
            recipient: line.recipient,
            change: line.change.as_str(),
            owed,
            county: &county,
            name: &name,
            snapshot: &snapshot,
            obligations: &obligations,
        }
        .digest();
        self.digest.add(line.order.0, &digest.to_string());
        self.tally.count(line.change, &county);
        self.lines += 1;
        StagedLine {
            order: line.order,
            recipient: line.recipient,
            change: line.change,
            owed,
            county,
            name,
            snapshot,
            obligations,
            digest,
        }
    }
}

/// A recipient, as its line names it.
pub(super) struct Who {
    pub(super) key: RecipientKey,
    county: String,
    name: String,
}

impl Who {
    fn plant(listed: ListedPlant) -> Self {
        Self::at(listed.key, listed.plant.region, listed.plant.name)
    }

    fn office(office: Recipient) -> Self {
        Self::at(office.key, office.region, office.name)
    }

    fn at(key: RecipientKey, region: RegionCode, name: String) -> Self {
        let county = region.county_or_self().to_string();
        Self { key, county, name }
    }
}
