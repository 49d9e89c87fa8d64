//! What a notice says to everybody it reaches: its document, its words, the law of its day.
//!
//! An [`IssuedNotice`] is read once for each plan and kept: nothing of it changes after the issue,
//! and thousands of letters and pages of one warning share it. What it says to one recipient is the
//! line of the plan.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use super::playbook::Playbook;
use super::{App, Error};
use crate::domain::id::{PlanId, PlanKey, WarningKey};
use crate::domain::level::WarningLevel;
use crate::domain::notice::{Consultation, Contents, End, Notice, NoticeKind};
use crate::domain::plan::Part;
use crate::domain::playbook::{LawPeriod, RegionProfile};
use crate::domain::region::RegionCode;
use crate::domain::time::{WrittenTime, day_of};
use crate::domain::warning::Warning;
use crate::notify::render::Words;
use crate::store::Tx;
use crate::store::notice::{self, NoticeRecord};
use crate::store::plan::{self, PlanHead};

/// How many plans are kept; a warning has a handful.
const KEPT: usize = 64;

/// A notice on record, with the plan that went out with it.
#[derive(Debug)]
pub(super) struct IssuedNotice {
    /// The plan's public id.
    pub(super) plan_id: PlanId,
    /// The plan's revision within the warning, from 1.
    pub(super) revision: u32,
    /// The warning.
    pub(super) warning: WarningKey,
    /// The warning's place.
    pub(super) region: RegionCode,
    /// 文号.
    pub(super) document: String,
    /// 发布时刻.
    pub(super) issued_at: DateTime<Utc>,
    /// What it says.
    pub(super) contents: Contents,
    /// From when duties hold under it, and until when; an add-on has a window of its own.
    pub(super) hours: (WrittenTime, End),
    /// The consultation it rests on.
    pub(super) consultation: Option<Consultation>,
    /// The level before it, where it changed one.
    pub(super) previous_level: Option<WarningLevel>,
    /// The number of the notice before it, within the warning.
    pub(super) previous_document: Option<String>,
    /// Whether nobody owes a duty from its hour on: it suspends, or corrects what does.
    pub(super) suspends: bool,
    /// What the plants do.
    pub(super) plants: Part,
    /// SHA-256 over all orders that go out with it.
    pub(super) digest: String,
    /// Who issued it, and how to reach them.
    pub(super) profile: RegionProfile,
    /// The law of its day.
    pub(super) law: LawPeriod,
    /// The playbook it is judged and worded by.
    pub(super) playbook: Arc<Playbook>,
}

/// The notices read so far; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct IssuedNotices(Arc<Mutex<BTreeMap<PlanKey, Arc<IssuedNotice>>>>);

impl IssuedNotice {
    /// `Ⅱ级应对响应`, in the words of its day.
    pub(super) fn response_zh(&self) -> String {
        format!(
            "{}级{}",
            self.contents.level.response(),
            self.law.response_term
        )
    }

    /// `《中华人民共和国生态环境法典》第二百六十四条`: under which measures are ordered.
    pub(super) fn law_zh(&self) -> String {
        format!("《{}》{}", self.law.statute, self.law.measures_article)
    }

    /// The same with the article under which government sets the level and issues.
    pub(super) fn law_of_issuing(&self) -> Words {
        let law = &self.law;
        let zh = format!(
            "《{}》{}、{}",
            law.statute, law.issue_article, law.measures_article
        );
        Words { en: zh.clone(), zh }
    }

    /// The name of the warning's place: `许昌市`.
    pub(super) fn region_name(&self) -> String {
        self.name_of(self.region)
    }

    /// The name of a part of that place, by the tables it was worded with.
    pub(super) fn name_of(&self, area: RegionCode) -> String {
        let name = self.playbook.regions().name(area);
        name.unwrap_or(area.as_str()).to_owned()
    }

    /// The response, in the words of its day.
    pub(super) fn response(&self) -> Words {
        Words {
            zh: self.response_zh(),
            en: format!("Level {} response", self.contents.level.response()),
        }
    }

    /// What it is issued on (依据): the region's plan, and whatever a superior ordered.
    pub(super) fn basis_zh(&self) -> String {
        let plan = format!("《{}》", self.profile.plan);
        match self.contents.superior() {
            Some(number) => format!("{plan}、{number}"),
            None => plan,
        }
    }
}

impl App {
    /// The notice a plan went out with; [`Error::NotFound`] if it never did. Reads in a
    /// transaction of its own, so do not hold another.
    pub(super) async fn issued_notice(&self, plan: PlanKey) -> Result<Arc<IssuedNotice>, Error> {
        if let Some(known) = self.issued.kept().get(&plan) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(self.read_issued(plan).await?);
        let mut kept = self.issued.kept();
        kept.insert(plan, Arc::clone(&read));
        if kept.len() > KEPT {
            kept.pop_first();
        }
        Ok(read)
    }

    async fn read_issued(&self, key: PlanKey) -> Result<IssuedNotice, Error> {
        let stored = Stored::read(&mut self.db.read().await?, key).await?;
        let (Notice::Issued(issued), Some(issued_at)) =
            (&stored.record.notice, stored.plan.issued_at)
        else {
            return Err(Error::NotFound);
        };
        let document = issued.document.clone();
        self.as_issued(stored, document, issued_at).await
    }

    /// What a notice under way would say, were it issued now with the plan drawn for it.
    pub(super) async fn unissued_notice(
        &self,
        plan: PlanKey,
        document: &str,
    ) -> Result<IssuedNotice, Error> {
        let stored = Stored::read(&mut self.db.read().await?, plan).await?;
        self.as_issued(stored, document.to_owned(), self.now())
            .await
    }

    async fn as_issued(
        &self,
        stored: Stored,
        document: String,
        issued_at: DateTime<Utc>,
    ) -> Result<IssuedNotice, Error> {
        let (record, head) = (&stored.record, &stored.plan);
        let playbook = self.playbook(&head.playbook).await?;
        let missing = |what: &str| {
            Error::internal(format!(
                "the playbook {} has no {what} for plan {}",
                head.playbook, head.key
            ))
        };
        let profile = playbook
            .profile(record.region)
            .ok_or_else(|| missing("region"))?
            .clone();
        let law = playbook
            .law_on(day_of(issued_at))
            .ok_or_else(|| missing("law"))?
            .clone();
        let contents = record.notice.contents().clone().told_at(issued_at);
        let hours = match &stored.added_to {
            Some(warning) => warning.hours(&contents),
            None => (contents.effective, contents.ends),
        };
        let (previous_level, previous_document) = stored.previous.unzip();
        Ok(IssuedNotice {
            plan_id: head.id,
            revision: u32::try_from(head.revision).map_err(Error::internal)?,
            warning: WarningKey(head.warning_key),
            region: record.region,
            document,
            issued_at,
            consultation: record.notice.consultation().cloned(),
            previous_level: previous_level.filter(|before| *before != contents.level),
            previous_document,
            suspends: stored.suspends,
            plants: head.tally.plants,
            digest: head.digest.clone(),
            hours,
            contents,
            profile,
            law,
            playbook,
        })
    }
}

/// What the store holds of it.
struct Stored {
    plan: PlanHead,
    record: NoticeRecord,
    /// The level of the notice before it, and its number.
    previous: Option<(WarningLevel, String)>,
    suspends: bool,
    /// The warning as it stood before an add-on.
    added_to: Option<Warning>,
}

impl Stored {
    async fn read(tx: &mut Tx, key: PlanKey) -> Result<Self, Error> {
        let plan = plan::find_plan(tx, key.0).await?.ok_or(Error::NotFound)?;
        let record = notice::find_notice_of_plan(tx, key.0).await?;
        let previous = match plan.previous {
            Some(before) => {
                let before = notice::find_notice_of_plan(tx, before).await?;
                match &before.notice {
                    Notice::Issued(issued) => {
                        Some((issued.contents().level, issued.document.clone()))
                    }
                    _ => None,
                }
            }
            None => None,
        };
        let suspends = suspends(tx, record.notice.contents().kind, plan.previous).await?;
        let added_to = match record.notice.contents().kind {
            NoticeKind::AddOn => stood_by(tx, plan.previous).await?,
            _ => None,
        };
        Ok(Self {
            plan,
            record,
            previous,
            suspends,
            added_to,
        })
    }
}

/// Whether a notice suspends, or corrects one that does; a correction may itself be corrected.
async fn suspends(
    tx: &mut Tx,
    mut kind: NoticeKind,
    mut before: Option<i64>,
) -> Result<bool, Error> {
    while let (NoticeKind::Correct, Some(corrected)) = (kind, before) {
        let record = notice::find_notice_of_plan(tx, corrected).await?;
        kind = record.notice.contents().kind;
        let plan = plan::find_plan(tx, corrected).await?;
        before = plan.and_then(|plan| plan.previous);
    }
    Ok(kind == NoticeKind::Suspend)
}

/// The warning as the notices up to a plan had made it.
async fn stood_by(tx: &mut Tx, mut last: Option<i64>) -> Result<Option<Warning>, Error> {
    let mut issued = Vec::new();
    while let Some(key) = last {
        let plan = plan::find_plan(tx, key).await?.ok_or(Error::NotFound)?;
        let record = notice::find_notice_of_plan(tx, key).await?;
        let issued_at = plan.issued_at.ok_or(Error::NotFound)?;
        issued.push((record.notice.contents().clone(), issued_at));
        last = plan.previous;
    }
    let notices = issued.into_iter().rev();
    Ok(notices.fold(None, |standing, (contents, issued_at)| {
        Some(Warning::with(standing, &contents, issued_at))
    }))
}

impl IssuedNotices {
    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<PlanKey, Arc<IssuedNotice>>> {
        self.0
            .lock()
            .expect("nothing panics while it looks up a notice")
    }
}
