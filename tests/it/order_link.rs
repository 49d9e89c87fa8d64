//! The order's page as a phone, a mail scanner and a forger meet it.

use chrono::TimeDelta;
use qingkong::app::link::{Link, LinkRole};
use qingkong::clock::Ids;
use qingkong::domain::level::WarningLevel::Red;
use qingkong::domain::notice::NoticeKind::{Lift, Raise};
use qingkong::domain::order::Rung;
use qingkong::domain::plan::Change::{Release, Replace, Tell};
use qingkong::keyring::Keyring;
use qingkong::store::ladder::{self, Ladder};
use reqwest::{Method, StatusCode, header};

use crate::database::TestDb;
use crate::episode::{Episode, OnList, by_mail};
use crate::world::{Visitor, World, start};

async fn begin(world: &World, plants: usize) -> Episode {
    let playbook = world.app().active_playbook().await.unwrap();
    Episode::begin(
        &world.db,
        playbook.digest(),
        (0..plants).map(by_mail).collect(),
    )
    .await
}

fn path(world: &World, plant: &OnList) -> String {
    let link = Link {
        order: plant.order,
        contact: plant.contact,
        role: LinkRole::Answer,
    };
    format!("/o/{}", link.seal(&world.app().keyring))
}

async fn page(visitor: &Visitor, path: &str) -> (StatusCode, String) {
    let answer = visitor.get(path).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Where the page's form for an answer goes.
pub(crate) fn form(html: &str, answer: &str) -> String {
    let named = format!("answer={answer}&amp;");
    let named_otherwise = format!("answer={answer}&#38;");
    let action = html
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|action| action.contains(&named) || action.contains(&named_otherwise));
    let action = action.unwrap_or_else(|| panic!("no form for {answer}"));
    action.replace("&amp;", "&").replace("&#38;", "&")
}

async fn send(visitor: &Visitor, action: &str, fields: &str) -> (StatusCode, String) {
    let request = visitor
        .request(Method::POST, action)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(fields.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn stored(world: &World, episode: &Episode) -> Ladder {
    let mut tx = world.db.read().await.unwrap();
    ladder::list_stored(&mut tx, episode.warning).await.unwrap()
}

fn on(ladder: &Ladder, rung: Rung) -> i64 {
    let counts = ladder
        .tally
        .iter()
        .filter(|((_, found), _)| found.rung == rung);
    counts.map(|(_, orders)| orders).sum()
}

both_engines! {
    async fn looking_moves_nothing_by_whatever_method_and_however_often(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let path = path(&world, &episode.plants[0]);
        let visitor = world.stranger();
        let before = stored(&world, &episode).await;
        let head = visitor.request(Method::HEAD, &path).send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(head.headers()[header::CACHE_CONTROL], "no-store");
        for _ in 0..50 {
            let (status, html) = page(&visitor, &path).await;
            assert_eq!(status, 200);
            assert!(html.contains("限产20%") && html.contains("请答复"), "{html}");
        }
        assert_eq!(stored(&world, &episode).await, before);
        let answers: i64 =
            world.db.read().await.unwrap().scalar("SELECT COUNT(*) FROM answer", ()).await.unwrap();
        assert_eq!(answers, 0);
    }

    async fn one_press_acknowledges_and_a_second_changes_nothing(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let path = path(&world, &episode.plants[0]);
        let visitor = world.stranger();
        let (_, html) = page(&visitor, &path).await;
        let action = form(&html, "acknowledged");
        for _ in 0..2 {
            let (status, _) = send(&visitor, &action, "").await;
            assert_eq!(status, StatusCode::SEE_OTHER);
        }
        let (_, html) = page(&visitor, &path).await;
        assert!(html.contains("已签收") && !html.contains("answer=acknowledged"), "{html}");
        assert_eq!(html.matches("class=\"receipt\"").count(), 2, "in the state and in the list");
        assert_eq!(on(&stored(&world, &episode).await, Rung::Acknowledged), 1);

        // The same page also offers what comes next, under a nonce of its own.
        let (status, _) = send(&visitor, &form(&html, "in-place"), "").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(on(&stored(&world, &episode).await, Rung::InPlace), 1);
    }

    async fn an_objection_without_a_reason_comes_back_with_what_is_missing(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let path = path(&world, &episode.plants[0]);
        let visitor = world.stranger();
        let (_, html) = page(&visitor, &path).await;
        let action = form(&html, "objection");
        let (status, html) = send(&visitor, &action, "code=&text=").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("请选择原因"), "{html}");
        let words = "code=unsafe&text=%E7%AA%91%E5%86%85%E6%9C%89%E6%96%99";
        let (status, _) = send(&visitor, &form(&html, "objection"), words).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, html) = page(&visitor, &path).await;
        assert!(html.contains("立即执行有安全风险") && html.contains("请答复"), "the order binds");
    }

    async fn a_page_says_what_a_newer_notice_has_made_of_the_order(db: TestDb) {
        let world = World::new(db).await;
        let mut episode = begin(&world, 2).await;
        let visitor = world.stranger();
        let paths: Vec<_> = episode.plants.iter().map(|plant| path(&world, plant)).collect();
        let (_, before) = page(&visitor, &paths[0]).await;
        send(&visitor, &form(&page(&visitor, &paths[1]).await.1, "acknowledged"), "").await;

        let change = |at| if at == 0 { Replace } else { Tell };
        episode.issue(Raise, Red, start(), |at| Some(change(at))).await;
        let (_, told) = page(&visitor, &paths[1]).await;
        assert!(told.contains("仅告知，无需答复"), "{told}");
        let (status, _) = send(&visitor, &form(&before, "acknowledged"), "").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "an answer to the replaced revision is kept");
        let (_, html) = page(&visitor, &paths[0]).await;
        assert!(html.contains("请答复"), "and the new duty is still owed: {html}");

        episode.issue(Lift, Red, start(), |_| Some(Release)).await;
        let (_, html) = page(&visitor, &paths[0]).await;
        assert!(html.contains("应急减排已解除"), "{html}");
        send(&visitor, &form(&html, "acknowledged"), "").await;
        let (_, html) = page(&visitor, &paths[0]).await;
        assert!(html.contains("已确认解除") && !html.contains("<form"), "{html}");
        let ladder = stored(&world, &episode).await;
        assert_eq!(on(&ladder, Rung::LiftAcknowledged), 1);
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(ladder, ladder::rebuild(&mut tx, episode.warning).await.unwrap());
    }

    async fn a_late_press_is_taken_and_marked(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let path = path(&world, &episode.plants[0]);
        let visitor = world.stranger();
        world.clock.advance(TimeDelta::hours(3));
        let (_, html) = page(&visitor, &path).await;
        assert!(html.contains("已逾期，仍须答复"), "{html}");
        send(&visitor, &form(&html, "acknowledged"), "").await;
        let (_, html) = page(&visitor, &format!("{path}?lang=en")).await;
        assert!(html.contains("<html lang=\"en\""), "{html}");
        let (_, html) = page(&visitor, &path).await;
        assert!(html.contains("逾期答复"), "{html}");
    }

    async fn a_link_with_any_character_changed_leads_nowhere(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let path = path(&world, &episode.plants[0]);
        let visitor = world.stranger();
        for at in "/o/".len()..path.len() {
            let mut forged = path.clone();
            let other = if &path[at..=at] == "A" { "B" } else { "A" };
            forged.replace_range(at..=at, other);
            let (status, html) = page(&visitor, &forged).await;
            assert_eq!(status, 404, "{forged}");
            assert!(html.contains("链接无效") && !html.contains("示例厂"), "{html}");
        }
        let (status, _) = send(&visitor, "/o/x?answer=acknowledged&revision=1&nonce=n", "").await;
        assert_eq!(status, 404);
    }

    async fn whoever_has_left_the_list_holds_a_dead_link(db: TestDb) {
        let world = World::new(db).await;
        let episode = begin(&world, 1).await;
        let path = path(&world, &episode.plants[0]);
        let mut tx = world.db.begin().await.unwrap();
        tx.execute("UPDATE contact SET active = FALSE", ()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(page(&world.stranger(), &path).await.0, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_sealed_before_the_keys_were_rotated_still_works() {
    let world = World::new(TestDb::postgres().await).await;
    let episode = begin(&world, 1).await;
    let path = path(&world, &episode.plants[0]);
    let file = world.config.keyring.file.clone().unwrap();
    let rotated = Keyring::read(&file)
        .unwrap()
        .rotated(&Ids::seeded(9), start())
        .unwrap();
    rotated.replace(&file).unwrap();
    let restarted = world.another().await;
    let visitor = Visitor::at(&restarted);
    let (status, html) = page(&visitor, &path).await;
    assert_eq!(status, 200);
    let (status, _) = send(&visitor, &form(&html, "acknowledged"), "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(on(&stored(&world, &episode).await, Rung::Acknowledged), 1);
    let newer = Link {
        order: episode.plants[0].order,
        contact: episode.plants[0].contact,
        role: LinkRole::Answer,
    };
    assert_ne!(format!("/o/{}", newer.seal(&restarted.app.keyring)), path);
}
