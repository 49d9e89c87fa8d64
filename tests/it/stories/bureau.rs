//! A bureau at work: what every story does the same way.

use chrono::TimeDelta;
use qingkong::app::account::NewAccount;
use qingkong::app::caller::Role;
use qingkong::app::enroll::{self, Import, Office};
use qingkong::app::link::{Link, LinkRole};
use qingkong::app::{App, Caller};
use qingkong::cli::demo::list::{Sample, sample_list};
use qingkong::domain::enterprise::{Contact, Plant, PlantStatus};
use qingkong::domain::id::{ContactKey, OrderKey, WarningKey};
use qingkong::files::list::ListWriter;
use qingkong::store::ladder;
use reqwest::Method;
use serde_json::{Value, json};

use super::sinks::Sinks;
use crate::database::TestDb;
use crate::world::{PASSWORD, REGION, Visitor, World};

/// A node of 许昌 with a list of plants, offices, an officer and a vice-mayor.
pub(crate) struct Bureau {
    pub(crate) world: World,
    pub(crate) officer: Visitor,
    pub(crate) approver: Visitor,
    /// Who is to be told: the plants that stand not still anyway, and three offices.
    pub(crate) recipients: usize,
}

impl Bureau {
    pub(crate) async fn new(db: TestDb, plants: usize) -> Self {
        Self::over(World::new(db).await, plants).await
    }

    pub(crate) async fn over(world: World, plants: usize) -> Self {
        let recipients = import(world.app(), plants, None).await;
        Self::staffed(world, recipients).await
    }

    /// A bureau whose letters go to these sinks: mails of everybody, and webhooks of some.
    pub(crate) async fn sending(db: TestDb, plants: usize, sinks: &Sinks) -> Self {
        let world = World::with(db, |config| sinks.connect(config)).await;
        Self::over_sinks(world, plants, sinks).await
    }

    /// The same in a world that is connected to the sinks already.
    pub(crate) async fn over_sinks(world: World, plants: usize, sinks: &Sinks) -> Self {
        let recipients = import(world.app(), plants, Some(&sinks.hook())).await;
        Self::staffed(world, recipients).await
    }

    /// The same, with its people, its list and its offices brought in over HTTP. Only the first
    /// administrator is made at the node itself, as everywhere.
    pub(crate) async fn over_http(db: TestDb, plants: usize, sinks: &Sinks) -> Self {
        let world = World::with(db, |config| sinks.connect(config)).await;
        let administrator = world.administrator().await;
        for account in accounts() {
            let account = json!({
                "name": account.name, "password": account.password, "role": account.role.as_str(),
                "region": account.region, "title": account.title,
            });
            let request = administrator.post("/api/v1/accounts", &account);
            assert_eq!(Visitor::json(request).await.0, 201);
        }
        let list = sample(world.app(), plants, Some(&sinks.hook())).await;
        let mut csv = ListWriter::begin(Vec::new()).unwrap();
        csv.add(&list).unwrap();
        let csv = String::from_utf8(csv.finish().unwrap()).unwrap();
        let taken = upload(&administrator, "enterprises", csv).await;
        assert_eq!(taken["added"], plants);
        let mut csv = "region,name,contact,role,email\n".to_owned();
        for office in offices() {
            let (region, name, contact) = (office.region, office.name, &office.contacts[0]);
            let mailbox = contact.email.as_ref().unwrap().as_str();
            let row = [
                region.as_str(),
                &name,
                &contact.name,
                &contact.role,
                mailbox,
            ];
            csv.push_str(&row.join(","));
            csv.push('\n');
        }
        let taken = upload(&administrator, "offices", csv).await;
        assert_eq!(taken["offices"], OFFICES.len());
        Self::signed_in(world, told(&list)).await
    }

    async fn staffed(world: World, recipients: usize) -> Self {
        staff(world.app()).await;
        Self::signed_in(world, recipients).await
    }

    pub(crate) async fn signed_in(world: World, recipients: usize) -> Self {
        let (mut officer, mut approver) = (world.stranger(), world.stranger());
        officer.sign_in(OFFICER, PASSWORD).await;
        approver.sign_in(APPROVER, PASSWORD).await;
        Self {
            world,
            officer,
            approver,
            recipients,
        }
    }

    /// A draft that rests on the officer's judgement; answers with its id.
    pub(crate) async fn draft(&self, kind: &str, level: &str, effective: &str) -> String {
        let grounds = json!({ "on": "judgement", "reason": "预报资料中断，会商认为将达标准" });
        self.draft_on(kind, level, effective, grounds).await
    }

    pub(crate) async fn draft_on(
        &self,
        kind: &str,
        level: &str,
        effective: &str,
        grounds: Value,
    ) -> String {
        let body = json!({
            "region": REGION, "kind": kind, "level": level,
            "effective": effective, "grounds": grounds,
        });
        self.draft_of(&body).await
    }

    /// Draft to issue in one go, for a part of the city.
    pub(crate) async fn carry_in(
        &self,
        region: &str,
        kind: &str,
        level: &str,
        document: &str,
    ) -> (Value, Value) {
        let mut body = said(kind, level, "2026-11-25T08:00");
        body["region"] = json!(region);
        let notice = self.draft_of(&body).await;
        self.sign(&notice).await;
        self.issue(&notice, document).await
    }

    /// A draft that says this.
    pub(crate) async fn draft_of(&self, body: &Value) -> String {
        let (status, answer) = Visitor::json(self.officer.post("/api/v1/notices", &body)).await;
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Takes a draft through consultation and signature.
    pub(crate) async fn sign(&self, notice: &str) {
        let consultation = json!({
            "held_at": "2026-11-24T16:00", "parties": ["市生态环境局", "市气象局"],
            "conclusion": "25日至27日有重度污染过程",
        });
        self.step(&self.officer, notice, "consultation", &consultation)
            .await;
        self.step(&self.officer, notice, "submission", &json!({}))
            .await;
        self.step(&self.approver, notice, "approval", &json!({}))
            .await;
    }

    /// One step that is expected to be taken.
    pub(crate) async fn step(
        &self,
        who: &Visitor,
        notice: &str,
        step: &str,
        body: &Value,
    ) -> Value {
        let path = format!("/api/v1/notices/{notice}/{step}");
        let (status, answer) = Visitor::json(who.post(&path, body)).await;
        assert_eq!(status, 200, "{step}: {answer}");
        answer
    }

    /// The id of an account.
    pub(crate) async fn account(&self, name: &str) -> String {
        let accounts = self
            .world
            .app()
            .list_accounts(&Caller::operator())
            .await
            .unwrap();
        let account = accounts
            .into_iter()
            .find(|account| account.name == name)
            .unwrap();
        account.id.to_string()
    }

    /// Draws the plan of a signed notice and issues it; answers with both.
    pub(crate) async fn issue(&self, notice: &str, document: &str) -> (Value, Value) {
        let plan = self.step(&self.officer, notice, "plan", &json!({})).await;
        let (status, issued) = self.try_to_issue(notice, &plan, document).await;
        assert_eq!(status, 200, "{issued}");
        (plan, issued)
    }

    /// Asks to issue a signed notice with a plan that was drawn; the status, and what was answered.
    pub(crate) async fn try_to_issue(
        &self,
        notice: &str,
        plan: &Value,
        document: &str,
    ) -> (u16, Value) {
        let seen = json!({ "plan": plan["id"], "digest": plan["digest"], "document": document });
        let path = format!("/api/v1/notices/{notice}/issue");
        Visitor::json(self.officer.post(&path, &seen)).await
    }

    /// The code with which the issue of a signed notice is refused.
    pub(crate) async fn not_issued(&self, notice: &str, plan: &Value) -> String {
        let (status, refused) = self
            .try_to_issue(notice, plan, "许环委办〔2026〕99号")
            .await;
        assert_eq!(status, 409, "{refused}");
        refused["code"].as_str().unwrap().to_owned()
    }

    /// Draft to issue in one go.
    pub(crate) async fn carry(
        &self,
        kind: &str,
        level: &str,
        effective: &str,
        document: &str,
    ) -> (Value, Value) {
        let notice = self.draft(kind, level, effective).await;
        self.sign(&notice).await;
        self.issue(&notice, document).await
    }

    /// The same for a notice that says more than its kind, level and hour.
    pub(crate) async fn carry_with(
        &self,
        (kind, level, effective): (&str, &str, &str),
        document: &str,
        more: Value,
    ) -> (Value, Value) {
        let mut body = said(kind, level, effective);
        let Value::Object(more) = more else {
            panic!("what a notice says is an object: {more}")
        };
        body.as_object_mut().unwrap().extend(more);
        let notice = self.draft_of(&body).await;
        self.sign(&notice).await;
        self.issue(&notice, document).await
    }

    /// The code with which a draft is refused.
    pub(crate) async fn refused(&self, body: &Value) -> String {
        let (status, refused) = Visitor::json(self.officer.post("/api/v1/notices", body)).await;
        assert_eq!(status, 409, "{refused}");
        refused["code"].as_str().unwrap().to_owned()
    }

    /// The field that a draft is refused for.
    pub(crate) async fn faulty(&self, body: &Value) -> Value {
        let (status, refused) = Visitor::json(self.officer.post("/api/v1/notices", body)).await;
        assert_eq!(status, 422, "{refused}");
        refused["errors"][0]["field"].clone()
    }

    /// An order as the API has it.
    pub(crate) async fn order(&self, key: OrderKey) -> Value {
        let (status, order) =
            Visitor::json(self.officer.get(&format!("/api/v1/orders/{key}"))).await;
        assert_eq!(status, 200, "{order}");
        order
    }

    /// The orders of a warning on a list, in the order of their keys.
    pub(crate) async fn orders(&self, warning: &Value) -> Vec<Value> {
        let path = format!("/api/v1/warnings/{}/orders", warning.as_str().unwrap());
        let (status, page) = Visitor::json(self.officer.get(&path)).await;
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().clone()
    }

    /// The page of an order's first contact, as it is asked for.
    pub(crate) async fn link(&self, order: OrderKey) -> String {
        let mut tx = self.world.db.read().await.unwrap();
        let contact: i64 = tx
            .scalar(
                "SELECT MIN(c.contact_key)
                   FROM plan_line l
                   JOIN contact c ON c.recipient_key = l.recipient_key
                  WHERE l.order_key = $1
                    AND c.active",
                (order.0,),
            )
            .await
            .unwrap();
        let link = Link {
            order,
            contact: ContactKey(contact),
            role: LinkRole::Answer,
        };
        format!("/o/{}", link.seal(&self.world.app().keyring))
    }

    /// The text of a page.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.officer.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// The stored heads and counts of a warning are what the record says they should be.
    pub(crate) async fn adds_up(&self, warning: &Value) {
        let mut tx = self.world.db.read().await.unwrap();
        let key: i64 = tx
            .scalar(
                "SELECT warning_key FROM warning WHERE warning_id = $1",
                (warning.as_str().unwrap(),),
            )
            .await
            .unwrap();
        let stored = ladder::list_stored(&mut tx, WarningKey(key)).await.unwrap();
        let rebuilt = ladder::rebuild(&mut tx, WarningKey(key)).await.unwrap();
        assert_eq!(stored, rebuilt);
    }

    pub(crate) async fn warning(&self, id: &Value) -> Value {
        let path = format!("/api/v1/warnings/{}", id.as_str().unwrap());
        let (status, answer) = Visitor::json(self.officer.get(&path)).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Hours pass, and whoever was signed in signs in again: sessions do not last a night.
    pub(crate) async fn hours_pass(&mut self, hours: i64) {
        self.world.fast_forward(TimeDelta::hours(hours)).await;
        self.officer.sign_in(OFFICER, PASSWORD).await;
        self.approver.sign_in(APPROVER, PASSWORD).await;
    }
}

/// What a notice says that rests on the officer's judgement.
pub(crate) fn said(kind: &str, level: &str, effective: &str) -> Value {
    json!({
        "region": REGION, "kind": kind, "level": level, "effective": effective,
        "grounds": { "on": "judgement", "reason": "会商认为扩散条件已有变化" },
    })
}

/// The account that drafts and issues.
pub(crate) const OFFICER: &str = "zhiban";

/// The account that signs.
pub(crate) const APPROVER: &str = "fushizhang";

/// The accounts of a bureau, with their titles.
fn accounts() -> impl Iterator<Item = NewAccount> {
    let accounts = [
        (OFFICER, Role::Officer, "值班员"),
        // The second officer of the night, who witnesses.
        ("fuban", Role::Officer, "副班"),
        (APPROVER, Role::Approver, "副市长"),
    ];
    accounts.into_iter().map(|(name, role, title)| NewAccount {
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        role,
        region: REGION.parse().unwrap(),
        recipient: None,
        title: Some(title.to_owned()),
    })
}

/// Adds the accounts of a bureau.
pub(crate) async fn staff(app: &App) {
    for account in accounts() {
        let operator = Caller::operator();
        app.add_account(&operator, account, None).await.unwrap();
    }
}

/// Takes in a sample list and three offices; answers with how many of them are to be told.
/// With an address for webhooks, one plant in ten takes them below it.
pub(crate) async fn import(app: &App, plants: usize, webhook: Option<&str>) -> usize {
    let operator = Caller::operator();
    let plants = sample(app, plants, webhook).await;
    let recipients = told(&plants);
    let region = REGION.parse().unwrap();
    let import = Import {
        list_region: region,
        source: "list.csv".to_owned(),
        plants,
        replaces: false,
    };
    enroll::import_plants(app, &operator, None, import)
        .await
        .unwrap();
    enroll::import_offices(app, &operator, None, region, offices().collect())
        .await
        .unwrap();
    recipients
}

pub(crate) async fn sample(app: &App, plants: usize, webhook: Option<&str>) -> Vec<Plant> {
    let playbook = app.active_playbook().await.unwrap();
    sample_list(&Sample {
        regions: playbook.regions(),
        plants,
        seed: 7,
        mail_host: "plants.invalid",
        webhook,
    })
}

/// How many are told of a warning: the plants that stand not still anyway, and the offices.
fn told(plants: &[Plant]) -> usize {
    let stands_still = |plant: &&Plant| plant.status == PlantStatus::LongStopped;
    plants.len() - plants.iter().filter(stands_still).count() + OFFICES.len()
}

const OFFICES: [(&str, &str); 3] = [
    ("411002", "许昌市生态环境局魏都分局"),
    ("411081", "许昌市生态环境局禹州分局"),
    ("411082", "许昌市生态环境局长葛分局"),
];

fn offices() -> impl Iterator<Item = Office> {
    OFFICES.into_iter().map(|(code, name)| Office {
        region: code.parse().unwrap(),
        name: name.to_owned(),
        contacts: vec![Contact {
            name: "值班室".to_owned(),
            role: "值班员".to_owned(),
            phone: None,
            email: Some(format!("{code}@office.invalid").parse().unwrap()),
            webhook: None,
        }],
    })
}

/// Uploads a file that is expected to be taken in.
async fn upload(visitor: &Visitor, what: &str, csv: String) -> Value {
    let request = visitor
        .request(Method::POST, &format!("/api/v1/imports/{what}"))
        .header("content-type", "text/csv")
        .body(csv);
    let (status, answer) = Visitor::json(request).await;
    assert_eq!(status, 200, "{what}: {answer}");
    answer
}
