//! A warning put into the store notice by notice, as an issue leaves it: what answering and
//! sending start from, without the way there.

use chrono::{DateTime, Utc};
use qingkong::domain::enterprise::{Contact, Emission};
use qingkong::domain::id::{
    ContactKey, ListVersion, NoticeId, OrderKey, PlanId, PlanKey, RecipientKey, UserId, WarningId,
    WarningKey,
};
use qingkong::domain::lane::Live;
use qingkong::domain::level::WarningLevel;
use qingkong::domain::notice::{
    Act, Consultation, Contents, End, Grounds, NoticeKind, Person, Signature, Step,
};
use qingkong::domain::plan::{self as drawn, Change, Control, Duty, Tally, UnitDuty};
use qingkong::domain::region::RegionCode;
use qingkong::domain::time::WrittenTime;
use qingkong::domain::warning::Warning;
use qingkong::store::plan::{NewPlan, StagedLine};
use qingkong::store::registry::{NewVersion, Recipient, RecipientKind};
use qingkong::store::{Db, counter, notice, plan, registry};
use uuid::Uuid;

use crate::world::start;

/// One warning of 许昌市, and the plants it binds.
pub(crate) struct Episode {
    db: Db,
    /// The digest of the playbook its notices are judged by.
    playbook: String,
    pub(crate) warning: WarningKey,
    /// The plan of the last notice.
    pub(crate) plan: PlanKey,
    pub(crate) revision: u32,
    state: Option<Warning>,
    pub(crate) plants: Vec<OnList>,
}

/// A plant with its order.
#[derive(Clone, Debug)]
pub(crate) struct OnList {
    pub(crate) recipient: RecipientKey,
    pub(crate) order: OrderKey,
    pub(crate) contact: ContactKey,
    county: RegionCode,
    owed: i32,
}

pub(crate) fn by_mail(plant: usize) -> Contact {
    Contact {
        name: format!("联系人{plant}（虚构）"),
        role: "环保负责人".to_owned(),
        phone: None,
        email: Some(format!("plant-{plant}@example.cn").parse().unwrap()),
        webhook: None,
    }
}

pub(crate) fn by_webhook(url: &str) -> Contact {
    Contact {
        name: "值班系统".to_owned(),
        role: "回调".to_owned(),
        phone: None,
        email: None,
        webhook: Some(url.parse().unwrap()),
    }
}

impl Episode {
    /// Enrols a plant for each contact, in two counties by turns, and issues an orange warning.
    pub(crate) async fn begin(db: &Db, playbook: &str, contacts: Vec<Contact>) -> Self {
        let plants = enrol(db, contacts).await;
        let mut tx = db.begin().await.unwrap();
        let warning = counter::allocate(&mut tx, "warning", 1).await.unwrap();
        notice::add_warning::<Live>(&mut tx, warning, WarningId(id(warning)), region())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut episode = Self {
            db: db.clone(),
            playbook: playbook.to_owned(),
            warning: WarningKey(warning),
            plan: PlanKey(0),
            revision: 0,
            state: None,
            plants,
        };
        episode
            .issue(NoticeKind::Start, WarningLevel::Orange, start(), |_| {
                Some(Change::Begin)
            })
            .await;
        episode
    }

    /// Issues a notice that means `change` to each plant by its place; none leaves it out.
    pub(crate) async fn issue(
        &mut self,
        kind: NoticeKind,
        level: WarningLevel,
        now: DateTime<Utc>,
        change: impl Fn(usize) -> Option<Change>,
    ) {
        let contents = contents(kind, level);
        let next = match self.state.take() {
            None => Warning::begin(&contents),
            Some(warning) => warning.after(&contents, now),
        };
        let mut tx = self.db.begin().await.unwrap();
        let head = notice::lock_warning(&mut tx, self.warning.0).await.unwrap();
        let notice_key = counter::allocate(&mut tx, "notice", 1).await.unwrap();
        let plan_key = counter::allocate(&mut tx, "plan", 1).await.unwrap();
        self.plan = PlanKey(plan_key);
        self.revision += 1;
        let revision = i32::try_from(self.revision).unwrap();

        let steps = steps(contents, self.revision, now);
        let new = notice::NewNotice {
            key: notice_key,
            id: NoticeId(id(notice_key)),
            warning: &head,
            playbook: &self.playbook,
            step: &steps[0],
        };
        notice::add_notice(&mut tx, &new).await.unwrap();
        for (seq, step) in (2..).zip(&steps[1..]) {
            notice::record_step(&mut tx, notice_key, seq, step)
                .await
                .unwrap();
        }

        let count = u32::try_from(self.plants.len()).unwrap();
        let first = counter::allocate(&mut tx, "order", count).await.unwrap();
        let mut lines = Vec::new();
        for (at, plant) in self.plants.iter_mut().enumerate() {
            let Some(change) = change(at) else { continue };
            if change == Change::Begin {
                plant.order = OrderKey(first + i64::try_from(at).unwrap());
            }
            if change.owes_acknowledgement() {
                plant.owed = revision;
            }
            lines.push(staged(plant, change, level));
        }
        let new = NewPlan {
            key: plan_key,
            id: PlanId(id(plan_key)),
            notice_key,
            warning_key: self.warning.0,
            revision,
            previous: head.plan,
            list_version: ListVersion(1),
            acknowledge_within: 120,
            playbook: &self.playbook,
            orders: (OrderKey(first), OrderKey(first + i64::from(count) - 1)),
            staged_at: now,
        };
        plan::add_plan::<Live>(&mut tx, &new).await.unwrap();
        let drawn = plan::add_lines(&mut tx, plan_key, lines).await.unwrap();
        let drawn = i64::try_from(drawn).unwrap();
        plan::set_drawn(&mut tx, plan_key, drawn, "plan", &Tally::default())
            .await
            .unwrap();
        plan::set_issued(&mut tx, plan_key, now).await.unwrap();
        let document = format!(
            "许环委办〔2026〕{}号",
            self.warning.0 * 100 + i64::from(revision)
        );
        notice::set_issued(&mut tx, notice_key, &document, plan_key, now)
            .await
            .unwrap();
        notice::set_warning(
            &mut tx,
            self.warning.0,
            &next,
            !next.is_ended(),
            plan_key,
            now,
        )
        .await
        .unwrap();
        plan::enqueue_messages::<Live>(&mut tx, plan_key, now)
            .await
            .unwrap();
        plan::count_orders(&mut tx, plan_key).await.unwrap();
        tx.commit().await.unwrap();
        self.state = Some(next);
    }
}

async fn enrol(db: &Db, contacts: Vec<Contact>) -> Vec<OnList> {
    let mut tx = db.begin().await.unwrap();
    let count = contacts.len();
    let first = counter::allocate(&mut tx, "recipient", u32::try_from(count).unwrap())
        .await
        .unwrap();
    let first_contact = counter::allocate(&mut tx, "contact", u32::try_from(count).unwrap())
        .await
        .unwrap();
    if registry::find_version(&mut tx, region())
        .await
        .unwrap()
        .is_none()
    {
        let version = NewVersion {
            version: ListVersion(1),
            list_region: region(),
            imported_at: 0,
            imported_by: "test",
            source: "test",
            plants: 1,
            digest: "",
        };
        registry::add_version(&mut tx, &version).await.unwrap();
    }
    let counties: [RegionCode; 2] = ["411081".parse().unwrap(), "411082".parse().unwrap()];
    let plants: Vec<OnList> = (0..i64::try_from(count).unwrap())
        .map(|at| OnList {
            recipient: RecipientKey(first + at),
            order: OrderKey(0),
            contact: ContactKey(first_contact + at),
            county: counties[usize::try_from(at % 2).unwrap()],
            owed: 0,
        })
        .collect();
    let recipients = plants.iter().map(|plant| Recipient {
        key: plant.recipient,
        number: format!("XC-{}", plant.recipient),
        region: plant.county,
        name: format!("示例厂{}（虚构）", plant.recipient),
        active: true,
    });
    let recipients: Vec<_> = recipients.collect();
    registry::set_recipients(
        &mut tx,
        RecipientKind::Plant,
        region(),
        ListVersion(1),
        recipients,
    )
    .await
    .unwrap();
    let contacts: Vec<_> = plants
        .iter()
        .zip(contacts)
        .map(|(plant, contact)| (plant.recipient, 1, contact))
        .collect();
    registry::set_contacts(&mut tx, first_contact, contacts)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    plants
}

fn staged(plant: &OnList, change: Change, level: WarningLevel) -> StagedLine {
    let duty = duty(level);
    let snapshot = serde_json::to_string(&duty).unwrap();
    let (county, name) = (
        plant.county.to_string(),
        format!("示例厂{}（虚构）", plant.recipient),
    );
    let obligations = duty.obligations().to_string();
    let columns = drawn::Columns {
        order: plant.order,
        recipient: plant.recipient,
        change: change.as_str(),
        owed: plant.owed,
        county: &county,
        name: &name,
        snapshot: &snapshot,
        obligations: &obligations,
    };
    StagedLine {
        order: plant.order,
        recipient: plant.recipient,
        change,
        owed: plant.owed,
        digest: columns.digest(),
        county,
        name,
        snapshot,
        obligations,
    }
}

/// The units of every plant.
pub(crate) const UNITS: [&str; 2] = ["1号窑", "2号窑"];

fn unit(name: &str) -> UnitDuty {
    UnitDuty {
        unit: name.to_owned(),
        measure: "限产20%".to_owned(),
        ramp_down_hours: 4,
        by: None,
    }
}

/// 水泥熟料 of grade B, 环办大气函〔2020〕340号; two hours to acknowledge.
fn duty(level: WarningLevel) -> Duty {
    Duty {
        level,
        classes: Vec::new(),
        effective: effective(),
        control: Control::Required,
        grade: None,
        basis: "许昌市2026年应急减排清单第1版".to_owned(),
        units: UNITS.map(unit).into(),
        added: Vec::new(),
        acknowledge_within_minutes: 120,
        base: Emission::ZERO,
        cut: Emission::ZERO,
        area: None,
        suspension: None,
        goes_on: false,
    }
}

fn contents(kind: NoticeKind, level: WarningLevel) -> Contents {
    let grounds = Grounds::Judgement {
        reason: "会商".to_owned(),
    };
    Contents::new(kind, level, effective(), End::UntilFurtherNotice, grounds)
}

fn steps(contents: Contents, revision: u32, at: DateTime<Utc>) -> Vec<Step> {
    let person = |n: u128, title: &str| Person {
        account: UserId(Uuid::from_u128(n)),
        title: title.to_owned(),
    };
    let officer = person(1, "值班员");
    let step = |by: &Person, act| Step {
        at,
        by: by.clone(),
        act,
    };
    let consultation = Consultation {
        held_at: "2026-11-24T15:00".parse().unwrap(),
        parties: vec!["市生态环境局".to_owned(), "市气象局".to_owned()],
        conclusion: "预计重度污染持续两天以上".to_owned(),
    };
    vec![
        step(&officer, Act::Drafted { contents }),
        step(&officer, Act::Consulted(consultation)),
        step(&officer, Act::Submitted),
        step(
            &person(2, "副市长"),
            Act::Approved {
                signature: Signature::InSystem,
            },
        ),
        step(
            &officer,
            Act::Issued {
                document: format!("许环委办〔2026〕{revision}号"),
                plan: String::new(),
                text: None,
            },
        ),
    ]
}

fn region() -> RegionCode {
    "411000".parse().unwrap()
}

fn effective() -> WrittenTime {
    "2026-11-24T24:00".parse().unwrap()
}

fn id(key: i64) -> Uuid {
    Uuid::from_u128(u128::try_from(key).unwrap())
}
