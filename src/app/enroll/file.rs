//! Enrolment from files: what somebody hands in is read, then previewed or taken.
//!
//! A file with a faulty cell changes nothing, unless whoever hands it in accepts the sound plants
//! of it ([`Faulty::HandBack`]); the rows of the others are handed back as a table of their own.
//! What is wrong is told either way. Faults repeat what was filed, personal data included: they
//! belong to whoever filed it, never in a log.

use std::collections::BTreeSet;

use tokio::sync::Semaphore;

use super::{Enrolled, Import, Office, import_offices, import_plants, preview_plants};
use crate::app::{App, Caller, Error, Idempotency, Right};
use crate::domain::enterprise::Plant;
use crate::domain::region::{RegionCode, Regions};
use crate::files::list::HandedBack;
use crate::files::{list, office};
use crate::table::{Fault, Known, Table};

/// A file that was handed in.
#[derive(Debug)]
pub struct Filed {
    /// Its name, as it stands in faults and on record.
    pub name: String,
    /// Its bytes: CSV in UTF-8 or GB 18030, or a workbook (XLSX).
    pub bytes: Vec<u8>,
    /// Whose list it belongs to. Where that is not said, the one prefecture it speaks of.
    pub list_region: Option<RegionCode>,
}

/// What is done about faulty plants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faulty {
    /// With one of them nothing is taken.
    RefuseAll,
    /// They are handed back, and the sound ones taken.
    HandBack,
}

/// A reduction list, read and not yet taken.
#[derive(Debug)]
pub struct ReadList {
    /// The sheet it was read from, of a workbook.
    pub sheet: Option<String>,
    /// How many rows it has, without the header.
    pub rows: usize,
    /// Its sound plants.
    pub plants: Vec<Plant>,
    /// Every faulty cell, by line.
    pub faults: Vec<Fault>,
    /// The rows of the faulty plants, each with what is wrong with it.
    pub handed_back: Option<HandedBack>,
    source: String,
    list_region: Option<RegionCode>,
}

/// Offices, read and not yet taken.
#[derive(Debug)]
pub struct ReadOffices {
    /// The sound ones.
    pub offices: Vec<Office>,
    /// Every faulty cell, by line.
    pub faults: Vec<Fault>,
    list_region: Option<RegionCode>,
}

/// Reads a reduction list.
pub async fn read_list(app: &App, caller: &Caller, file: Filed) -> Result<ReadList, Error> {
    let mut list = ReadList {
        sheet: None,
        rows: 0,
        plants: Vec::new(),
        faults: Vec::new(),
        handed_back: None,
        source: file.name.clone(),
        list_region: file.list_region,
    };
    let read = parse(app, caller, file, list::known, list::read).await?;
    (list.sheet, list.rows) = (read.sheet, read.rows);
    match read.parsed {
        Ok(parsed) => {
            list.plants = parsed.plants;
            list.faults = parsed.faults;
            list.handed_back = parsed.handed_back;
        }
        Err(fault) => list.faults.push(fault),
    }
    Ok(list)
}

impl ReadList {
    /// What taking it would do; nothing where there is nothing to take. Nothing is written.
    pub async fn preview(
        &mut self,
        app: &App,
        caller: &Caller,
        replaces: bool,
    ) -> Result<Option<Enrolled>, Error> {
        let Some(import) = self.import(replaces, Faulty::HandBack)? else {
            return Ok(None);
        };
        preview_plants(app, caller, import).await.map(Some)
    }

    /// Takes it in; nothing where it is faulty, or nothing of it is sound.
    pub async fn take(
        &mut self,
        app: &App,
        caller: &Caller,
        idempotency: Option<&Idempotency>,
        replaces: bool,
        faulty: Faulty,
    ) -> Result<Option<Enrolled>, Error> {
        let Some(import) = self.import(replaces, faulty)? else {
            return Ok(None);
        };
        let enrolled = import_plants(app, caller, idempotency, import).await?;
        Ok(Some(enrolled))
    }

    fn import(&mut self, replaces: bool, faulty: Faulty) -> Result<Option<Import>, Error> {
        let refused = match faulty {
            Faulty::RefuseAll => !self.faults.is_empty(),
            Faulty::HandBack => self.plants.is_empty() && !self.faults.is_empty(),
        };
        if refused {
            return Ok(None);
        }
        let regions = self.plants.iter().map(|plant| plant.region);
        Ok(Some(Import {
            list_region: whose(self.list_region, regions)?,
            source: self.source.clone(),
            plants: std::mem::take(&mut self.plants),
            replaces,
        }))
    }
}

/// Reads offices.
pub async fn read_offices(app: &App, caller: &Caller, file: Filed) -> Result<ReadOffices, Error> {
    let list_region = file.list_region;
    let read = parse(app, caller, file, office::known, office::read).await?;
    let parsed = read.parsed.unwrap_or_else(|fault| office::Parsed {
        offices: Vec::new(),
        faults: vec![fault],
    });
    Ok(ReadOffices {
        offices: parsed.offices,
        faults: parsed.faults,
        list_region,
    })
}

impl ReadOffices {
    /// Takes them in, and answers with how many; nothing where any is faulty.
    pub async fn take(
        self,
        app: &App,
        caller: &Caller,
        idempotency: Option<&Idempotency>,
    ) -> Result<Option<usize>, Error> {
        if !self.faults.is_empty() {
            return Ok(None);
        }
        let regions = self.offices.iter().map(|office| office.region);
        let list_region = whose(self.list_region, regions)?;
        let taken = import_offices(app, caller, idempotency, list_region, self.offices).await?;
        Ok(Some(taken))
    }
}

/// What was read of a file.
struct Read<P> {
    sheet: Option<String>,
    rows: usize,
    parsed: Result<P, Fault>,
}

/// Reads a table away from the tasks that must not wait: a large one takes a second, and a workbook
/// has to be unpacked.
async fn parse<P: Send + 'static>(
    app: &App,
    caller: &Caller,
    file: Filed,
    known: Known,
    read: fn(&Table, &Regions) -> Result<P, Fault>,
) -> Result<Read<P>, Error> {
    /// One file at a time: a large workbook takes much memory while it is read.
    static TURN: Semaphore = Semaphore::const_new(1);
    caller.has(Right::EditLists)?;
    let turn = TURN.acquire().await.map_err(Error::internal)?;
    let playbook = app.active_playbook().await?;
    let parsed = tokio::task::spawn_blocking(move || {
        // Whoever waits for it may go away; the reading does not.
        let _turn = turn;
        match Table::parse_any(&file.name, &file.bytes, known) {
            Ok(table) => Read {
                sheet: table.sheet().map(str::to_owned),
                rows: table.rows().len(),
                parsed: read(&table, playbook.regions()),
            },
            Err(fault) => Read {
                sheet: None,
                rows: 0,
                parsed: Err(fault),
            },
        }
    });
    parsed.await.map_err(Error::internal)
}

/// The region that was named, or else the one prefecture that all of these lie in.
fn whose(
    asked: Option<RegionCode>,
    regions: impl Iterator<Item = RegionCode>,
) -> Result<RegionCode, Error> {
    if let Some(region) = asked {
        return Ok(region);
    }
    let found: BTreeSet<_> = regions.filter_map(RegionCode::prefecture).collect();
    match Vec::from_iter(found)[..] {
        [only] => Ok(only),
        ref found => {
            let text = format!(
                "expected the region whose list this is: the file speaks of {} prefectures",
                found.len()
            );
            Err(Error::invalid("region", "ambiguous", text))
        }
    }
}
