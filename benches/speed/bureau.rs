//! A bureau with a list and a signed notice, not yet issued: where the benches of the line begin.
//!
//! Each part of a bench runs in a process of its own, so that its processor time and peak memory
//! are its own; what one part made, the next reads in [`Prepared`].

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use qingkong::app::account::NewAccount;
use qingkong::app::caller::{Role, Scope, Via};
use qingkong::app::draw::{self, Drawn};
use qingkong::app::enroll::{self, Import};
use qingkong::app::issue::{IssueIn, IssuedOut, issue};
use qingkong::app::notices::{self, DraftIn, GroundsIn, StepIn};
use qingkong::app::signature::Approving;
use qingkong::app::{App, Caller};
use qingkong::cli::demo::list::{Sample, sample_list};
use qingkong::clock::{Clock, Ids};
use qingkong::config::Config;
use qingkong::domain::enterprise::Plant;
use qingkong::domain::id::{NoticeId, UserId};
use qingkong::domain::level::WarningLevel;
use qingkong::domain::notice::{Consultation, End, NoticeKind, Signature};
use qingkong::domain::region::RegionCode;
use qingkong::domain::time::WrittenTime;
use qingkong::keyring::Keyring;
use qingkong::service;
use serde::{Deserialize, Serialize};

/// 许昌.
const REGION: &str = "411000";

/// Where a node lives.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The directory of the node's files
    #[arg(long)]
    pub(crate) home: PathBuf,
    /// The database, if it is not in that directory
    #[arg(long)]
    pub(crate) database: Option<String>,
}

impl Place {
    /// The configuration of its node, with a keyring that is made the first time.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let ring = self.home.join("ring.toml");
        if !ring.exists() {
            Keyring::generate(&Ids::system(), Clock::system().now()).create(&ring)?;
        }
        let mut config = Config {
            data_dir: self.home.clone(),
            ..Config::default()
        };
        config.keyring.file = Some(ring);
        config.database.url.clone_from(&self.database);
        Ok(config)
    }

    /// Its node without the parts that run by themselves.
    pub(crate) async fn open(&self) -> anyhow::Result<App> {
        service::open(self.config()?).await
    }

    /// A part of a bench, to be run on it in a process of its own: `["send", "prepare"]`.
    pub(crate) fn part(&self, part: [&str; 2]) -> anyhow::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(part).arg("--home").arg(&self.home);
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        Ok(command)
    }

    /// Runs a part to its end; answers with what it printed.
    pub(crate) fn run(&self, part: [&str; 2], more: &[&str]) -> anyhow::Result<String> {
        let run = self
            .part(part)?
            .args(more)
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(run.status.success(), "{part:?} ended with {}", run.status);
        Ok(String::from_utf8(run.stdout)?)
    }

    fn note(&self) -> PathBuf {
        self.home.join("prepared.json")
    }
}

/// What was prepared.
#[derive(Serialize, Deserialize)]
pub(crate) struct Prepared {
    notice: NoticeId,
    officer: UserId,
}

impl Prepared {
    /// What an earlier part prepared at a place.
    pub(crate) fn read(place: &Place) -> anyhow::Result<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(place.note())?)?)
    }

    /// Whoever draws and issues.
    pub(crate) fn officer(&self) -> anyhow::Result<Caller> {
        Ok(Caller {
            account: Some(self.officer),
            name: "zhiban".to_owned(),
            role: Role::Officer,
            title: Some("值班员".to_owned()),
            scope: Scope::Region(REGION.parse()?),
            via: Via::CommandLine,
        })
    }

    /// Draws the plan of the notice.
    pub(crate) async fn draw(&self, app: &App) -> anyhow::Result<Drawn> {
        Ok(draw::draw(app, &self.officer()?, self.notice).await?)
    }

    /// Issues it.
    pub(crate) async fn issue(&self, app: &App, drawn: Drawn) -> anyhow::Result<IssuedOut> {
        let seen = IssueIn {
            plan: drawn.plan,
            digest: drawn.digest,
            document: "许环委办〔2026〕1号".to_owned(),
        };
        Ok(issue(app, &self.officer()?, None, self.notice, seen).await?)
    }
}

/// Runs a part to its end.
pub(crate) fn run<T>(part: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(part)
}

/// Imports a list of so many plants, each as it is `changed`, and brings a notice to its signature.
pub(crate) async fn prepare(
    place: &Place,
    plants: u32,
    changed: impl Fn(Plant) -> Plant,
) -> anyhow::Result<()> {
    let app = place.open().await?;
    import(&app, plants, changed).await?;
    let officer = person(&app, "zhiban", Role::Officer, "值班员").await?;
    let approver = person(&app, "fushizhang", Role::Approver, "副市长").await?;
    let region: RegionCode = REGION.parse()?;
    let now = app.now();
    let written = |hours| WrittenTime::of(now + chrono::TimeDelta::hours(hours));
    let draft = DraftIn {
        region,
        kind: NoticeKind::Start,
        level: WarningLevel::Orange,
        effective: written(24),
        ends: End::UntilFurtherNotice,
        grounds: GroundsIn::Judgement("会商认为将达标准".to_owned()),
        parent_document: None,
        cancels: None,
        drops: Vec::new(),
        adds: Vec::new(),
        keeps: Vec::new(),
        resumes: None,
        areas: Vec::new(),
        classes: Vec::new(),
    };
    let notice = notices::draft(&app, &officer, None, draft).await?.notice;
    let consultation = Consultation {
        held_at: written(-1),
        parties: vec!["市生态环境局".to_owned(), "市气象局".to_owned()],
        conclusion: "有重度污染过程".to_owned(),
    };
    let in_system = Approving {
        signature: Signature::InSystem,
        scan: None,
        seen: None,
    };
    for (who, step) in [
        (&officer, StepIn::Consult(consultation)),
        (&officer, StepIn::Submit),
        (&approver, StepIn::Approve(in_system)),
    ] {
        notices::step(&app, who, None, notice, step).await?;
    }
    let prepared = Prepared {
        notice,
        officer: officer.account.context("an officer has an account")?,
    };
    fs::write(place.note(), serde_json::to_string(&prepared)?)?;
    app.db.close().await;
    Ok(())
}

async fn import(app: &App, plants: u32, changed: impl Fn(Plant) -> Plant) -> anyhow::Result<()> {
    let playbook = app.active_playbook().await?;
    let sample = Sample {
        regions: playbook.regions(),
        plants: plants.try_into()?,
        seed: 7,
        mail_host: "plants.invalid",
        webhook: None,
    };
    let list = Import {
        list_region: REGION.parse()?,
        source: "list.csv".to_owned(),
        plants: sample_list(&sample).into_iter().map(changed).collect(),
        replaces: false,
    };
    enroll::import_plants(app, &Caller::operator(), None, list).await?;
    Ok(())
}

async fn person(app: &App, name: &str, role: Role, title: &str) -> anyhow::Result<Caller> {
    let new = NewAccount {
        name: name.to_owned(),
        password: "晴空万里，无云可见。".to_owned(),
        role,
        region: REGION.parse()?,
        recipient: None,
        title: Some(title.to_owned()),
    };
    let account = app.add_account(&Caller::operator(), new, None).await?;
    Ok(Caller {
        account: Some(account.id),
        name: account.name,
        role,
        title: account.title,
        scope: Scope::Region(account.region),
        via: Via::CommandLine,
    })
}
