//! A drawing under way: the list read, the sheet filled and its lines written, side by side.

use std::collections::HashMap;

use futures::try_join;
use tokio::sync::mpsc;

use super::sheet::{Sheet, Who};
use crate::app::{App, Error};
use crate::domain::id::{OrderKey, RecipientKey};
use crate::domain::notice::{AreaHour, Contents};
use crate::domain::plan::{Duty, Told};
use crate::domain::region::RegionCode;
use crate::store::order;
use crate::store::plan::{self as store, LineRecord, StagedLine};
use crate::store::registry::{self, ListRow};

/// How many plants are read, drawn and written at once.
const PAGE: u16 = 2_500;

/// A drawing under way: whose list is read, and where its lines go.
#[derive(Clone, Copy)]
pub(super) struct Staging<'a> {
    pub(super) app: &'a App,
    pub(super) list_region: RegionCode,
    pub(super) plan: i64,
    pub(super) previous: Option<i64>,
}

/// What everyone was told by the plan in force, and the revision they owe.
pub(super) type Before = HashMap<RecipientKey, (Told, i32)>;

/// Lines on their way to the store.
type ToWrite = mpsc::Sender<Vec<StagedLine>>;

impl Staging<'_> {
    /// Reads the list, draws and writes, all three at the same time; answers with the sheet when
    /// every line is stored.
    pub(super) async fn run(self, sheet: Sheet, told: Before) -> Result<Sheet, Error> {
        let (to_draw, listed) = mpsc::channel(1);
        let (to_write, drawn) = mpsc::channel(1);
        let ((), sheet, ()) = try_join!(
            self.read(to_draw),
            self.draw(sheet, told, listed, to_write),
            self.write(drawn),
        )?;
        Ok(sheet)
    }

    async fn read(self, to_draw: mpsc::Sender<Vec<ListRow>>) -> Result<(), Error> {
        let mut after = RecipientKey(i64::MIN);
        loop {
            let mut tx = self.app.db.read().await?;
            let region = self.list_region;
            let rows = registry::page_list_rows(&mut tx, region, after, PAGE.into()).await?;
            drop(tx);
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.key;
            to_draw.send(rows).await.map_err(|_| broken_off())?;
        }
    }

    async fn write(self, mut drawn: mpsc::Receiver<Vec<StagedLine>>) -> Result<(), Error> {
        while let Some(lines) = drawn.recv().await {
            let mut tx = self.app.db.begin().await?;
            store::add_lines(&mut tx, self.plan, lines).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn draw(
        self,
        sheet: Sheet,
        told: Before,
        listed: mpsc::Receiver<Vec<ListRow>>,
        to_write: ToWrite,
    ) -> Result<Sheet, Error> {
        if told.is_empty() {
            self.first(sheet, listed, to_write).await
        } else {
            self.later(sheet, told, listed, to_write).await
        }
    }

    /// A first plan: every plant in the order of the list, and the offices above them.
    async fn first(
        self,
        mut sheet: Sheet,
        mut listed: mpsc::Receiver<Vec<ListRow>>,
        to_write: ToWrite,
    ) -> Result<Sheet, Error> {
        while let Some(rows) = listed.recv().await {
            let lines;
            (sheet, lines) = aside(move || {
                let owed = sheet.weigh(rows)?;
                let lines = sheet.begin(owed);
                Ok((sheet, lines))
            })
            .await?;
            to_write.send(lines).await.map_err(|_| broken_off())?;
        }
        let owed = sheet.weigh_offices(self.offices().await?);
        let lines = sheet.begin(owed);
        to_write.send(lines).await.map_err(|_| broken_off())?;
        Ok(sheet)
    }

    /// A later plan. Lines are digested in the order of their orders, and orders are begun in the
    /// order of recipients; so those who have an order already come first.
    async fn later(
        self,
        mut sheet: Sheet,
        mut told: Before,
        mut listed: mpsc::Receiver<Vec<ListRow>>,
        to_write: ToWrite,
    ) -> Result<Sheet, Error> {
        let (mut now, mut begun) = (HashMap::new(), Vec::new());
        let mut sort = |owed: Vec<(Who, Duty)>| {
            for (who, duty) in owed {
                if told.contains_key(&who.key) {
                    now.insert(who.key, duty);
                } else {
                    begun.push((who, duty));
                }
            }
        };
        while let Some(rows) = listed.recv().await {
            let owed;
            (sheet, owed) = aside(move || {
                let owed = sheet.weigh(rows)?;
                Ok((sheet, owed))
            })
            .await?;
            sort(owed);
        }
        sort(sheet.weigh_offices(self.offices().await?));
        let mut after = OrderKey(i64::MIN);
        while let Some(page) = self.previous_lines(after).await? {
            after = page.last().map_or(after, |line| line.order);
            let areas = self.areas(&sheet.drawing.notice, &page).await?;
            let lines = page.into_iter().filter_map(|before| {
                let told = told.remove(&before.recipient)?;
                let duty = now.remove(&before.recipient);
                let area = areas.get(&before.recipient).copied();
                sheet.follow(before, area, told, duty)
            });
            let lines = lines.collect();
            to_write.send(lines).await.map_err(|_| broken_off())?;
        }
        while !begun.is_empty() {
            let rest = begun.split_off(begun.len().min(PAGE.into()));
            let lines = sheet.begin(begun);
            to_write.send(lines).await.map_err(|_| broken_off())?;
            begun = rest;
        }
        Ok(sheet)
    }

    /// The next lines of the plan in force; none after the last.
    async fn previous_lines(self, after: OrderKey) -> Result<Option<Vec<LineRecord>>, Error> {
        let Some(previous) = self.previous else {
            return Ok(None);
        };
        let mut tx = self.app.db.read().await?;
        let page = store::page_lines(&mut tx, previous, after, PAGE.into()).await?;
        Ok((!page.is_empty()).then_some(page))
    }

    /// The hours of their areas, for those whom a staggered lift ends before its own.
    async fn areas(
        self,
        notice: &Contents,
        lines: &[LineRecord],
    ) -> Result<HashMap<RecipientKey, AreaHour>, Error> {
        if notice.areas.is_empty() {
            return Ok(HashMap::new());
        }
        let recipients: Vec<i64> = lines.iter().map(|line| line.recipient.0).collect();
        let mut tx = self.app.db.read().await?;
        let regions = order::list_regions(&mut tx, &recipients).await?;
        let areas = regions.into_iter();
        Ok(areas
            .filter_map(|(recipient, region)| Some((recipient, notice.area_of(region)?)))
            .collect())
    }

    async fn offices(self) -> Result<Vec<registry::Recipient>, Error> {
        let mut tx = self.app.db.read().await?;
        Ok(registry::list_offices(&mut tx, self.list_region).await?)
    }
}

/// Whoever takes the other end has failed, and says why.
fn broken_off() -> Error {
    Error::internal("the drawing was broken off")
}

/// Computes away from the tasks that must not wait.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let computed = tokio::task::spawn_blocking(compute).await;
    computed.map_err(Error::internal)?
}
