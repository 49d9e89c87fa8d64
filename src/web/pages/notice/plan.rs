//! What a notice's plan comes to: whom it reaches, what they must do, what it cuts, some of its lines.

use super::LevelTable;
use crate::domain::time::WrittenTime;
use crate::web::pages::status::Change;

/// The plan before, and after, it is issued.
#[derive(Clone, Debug)]
pub struct PlanPreview {
    /// Its id.
    pub id: String,
    /// The version of the reduction list it was drawn from.
    pub list_version: String,
    /// When it was drawn.
    pub drawn_at: WrittenTime,
    /// SHA-256 over all its orders, in hexadecimal.
    pub digest: String,
    /// Why it can no longer be issued, if so.
    pub stale: Option<String>,
    /// Recipients by what changes for them.
    pub changes: ChangeCounts,
    /// Plants by what they must do.
    pub duties: DutyCounts,
    /// The cut against the target, per pollutant.
    pub cuts: Vec<Cut>,
    /// What each level would come to.
    pub levels: LevelTable,
    /// Some of its lines, as an example.
    pub sample: Vec<PlanLine>,
    /// Where all lines are shown.
    pub all_lines: Option<String>,
    /// What one recipient would read, before anything is issued.
    pub letter: Option<LetterPreview>,
}

/// The words of the playbook as one recipient would read them.
#[derive(Clone, Debug)]
pub struct LetterPreview {
    /// The recipient.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Recipients by what changes for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeCounts {
    /// 新下达.
    pub new: u64,
    /// 变更.
    pub changed: u64,
    /// 仅告知.
    pub told: u64,
    /// 解除.
    pub lifted: u64,
    /// 暂停.
    pub suspended: u64,
    /// 恢复.
    pub resumed: u64,
}

impl ChangeCounts {
    /// Each change with its count.
    pub fn rows(&self) -> [(Change, u64); Change::ALL.len()] {
        Change::ALL.map(|change| {
            let count = match change {
                Change::New => self.new,
                Change::Changed => self.changed,
                Change::Told => self.told,
                Change::Lifted => self.lifted,
                Change::Suspended => self.suspended,
                Change::Resumed => self.resumed,
            };
            (change, count)
        })
    }

    /// The same without the rare ones that the plan does not have.
    pub fn shown(&self) -> impl Iterator<Item = (Change, u64)> {
        let rare = |change| matches!(change, Change::Suspended | Change::Resumed);
        let rows = self.rows().into_iter();
        rows.filter(move |&(change, count)| count > 0 || !rare(change))
    }

    /// Everybody who hears of the notice.
    pub fn total(&self) -> u64 {
        self.rows().iter().map(|(_, count)| count).sum()
    }
}

/// Plants by what they must do, and the offices told with them.
#[derive(Clone, Copy, Debug, Default)]
pub struct DutyCounts {
    /// 停产.
    pub stop: u64,
    /// 限产.
    pub limit: u64,
    /// 自主减排.
    pub autonomous: u64,
    /// Everything else: transport, machinery, rota.
    pub other: u64,
    /// County and township offices.
    pub offices: u64,
}

impl DutyCounts {
    /// Whether nobody has to do anything: a plan that only releases.
    pub fn is_empty(&self) -> bool {
        self.rows().iter().all(|(_, count)| *count == 0)
    }

    /// Each duty's key with its count.
    pub const fn rows(&self) -> [(&'static str, u64); 5] {
        [
            ("duty-stop", self.stop),
            ("duty-limit", self.limit),
            ("duty-autonomous", self.autonomous),
            ("duty-other", self.other),
            ("duty-offices", self.offices),
        ]
    }
}

/// One pollutant's cut.
#[derive(Clone, Debug)]
pub struct Cut {
    /// `PM`, `SO2`, `NOx`, `VOCs`.
    pub pollutant: &'static str,
    /// Emission of the whole society without measures, in kilograms per day.
    pub base_kg: u64,
    /// What the plan cuts, in kilograms per day.
    pub cut_kg: u64,
    /// The same as a percentage of the base, already rounded: `21.4`.
    pub percent: String,
    /// The percentage that the level asks for: `20`; empty where it asks for none.
    pub target: String,
    /// What is missing, in kilograms per day; 0 where the target is met, alone or traded.
    pub shortfall_kg: u64,
    /// Whether the target is met only together with the pollutant that may stand in for it.
    pub traded: bool,
}

impl Cut {
    /// What the plan cuts, in tonnes per day, cut short to a tenth: `28.8`.
    pub fn tonnes(&self) -> String {
        format!("{}.{}", self.cut_kg / 1_000, self.cut_kg % 1_000 / 100)
    }
}

/// One line of a plan.
#[derive(Clone, Debug)]
pub struct PlanLine {
    /// What changes.
    pub change: Change,
    /// The plant or office.
    pub recipient: String,
    /// Its county.
    pub county: String,
    /// Its grade, as its scheme writes it.
    pub grade: String,
    /// What held before; empty where nothing did.
    pub was: String,
    /// What holds now.
    pub now: String,
}
