//! Who is let in, in which language, and what a person is told when something is not to be had.

use qingkong::app::Caller;
use qingkong::app::account::NewAccount;
use qingkong::app::caller::Role;
use reqwest::{Method, header};

use super::{Person, account};
use crate::stories::bureau::{Bureau, OFFICER};
use crate::world::World;

both_engines! {
    async fn whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(db: TestDb) {
        let world = World::new(db).await;
        account(world.app(), "zhiban", Role::Officer, Some("值班员")).await;
        let answer = world.stranger().get("/orders?rung=issued").send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let leads = answer.headers()[header::LOCATION].to_str().unwrap();
        assert_eq!(leads, "/sign-in?next=%2Forders%3Frung%3Dissued&expired=false");
        let mut person = Person::at_the_door(world.stranger());
        person.open(leads).await;
        assert!(person.page.contains("name=\"next\" value=\"/orders?rung=issued\""), "{}", person.page);
        person.submit("/sign-in", &[("name", "zhiban"), ("password", "wrong")]).await;
        assert_eq!(person.status, 401);
        assert!(person.page.contains("用户名或密码不正确"), "{}", person.page);
        assert!(person.page.contains("value=\"zhiban\""), "the name stays");
        assert!(!person.page.contains("wrong"), "the password does not");
    }

    async fn a_language_that_was_chosen_stays(db: TestDb) {
        let world = World::new(db).await;
        account(world.app(), "zhiban", Role::Officer, Some("值班员")).await;
        let officer = {
            let mut visitor = world.stranger();
            visitor.sign_in("zhiban", crate::world::PASSWORD).await;
            visitor
        };
        let asked = officer.get("/?lang=en").send().await.unwrap();
        let cookie = asked.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.starts_with("qk_lang=en;"), "{cookie}");
        assert!(asked.text().await.unwrap().contains("<html lang=\"en\">"));
        let plain = officer.get("/").send().await.unwrap();
        assert!(plain.headers().get(header::SET_COOKIE).is_none());
        assert!(plain.text().await.unwrap().contains("<html lang=\"zh-CN\">"));
    }

    async fn what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(db: TestDb) {
        let world = World::new(db).await;
        let stranger = world.stranger();
        let page = stranger.get("/nowhere").header(header::ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(page.status(), 404);
        assert!(page.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
        let page = page.text().await.unwrap();
        assert!(page.contains("没有找到") && page.contains("<code>"), "{page}");
        let problem = stranger.get("/nowhere").send().await.unwrap();
        assert_eq!(problem.headers()[header::CONTENT_TYPE], "application/problem+json");
    }

    async fn a_role_sees_the_moves_that_are_its_own(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        account(bureau.world.app(), "ducha", Role::Inspector, None).await;
        account(bureau.world.app(), "qiye", Role::Administrator, None).await;
        let stranger = bureau.world.stranger();
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        let mut inspector = Person::signed_in(&stranger, "ducha").await;
        inspector.open(&format!("/notices/{notice}")).await;
        assert_eq!(inspector.status, 200);
        let forms = inspector.page.matches("<form").count();
        assert_eq!(forms, 1, "only the way out\n{}", inspector.page);
        inspector.open("/notices/new").await;
        assert_eq!(inspector.status, 403);
        assert!(inspector.page.contains("没有权限"), "{}", inspector.page);
        let mut officer = Person::signed_in(&stranger, OFFICER).await;
        officer.open(&format!("/notices/{notice}")).await;
        assert!(officer.page.contains("formaction"), "{}", officer.page);
        for page in ["/", "/warnings", "/orders", "/dead-letters", "/enterprises/import"] {
            officer.open(page).await;
            assert_eq!(officer.status, 200, "{page}");
        }
    }

    async fn a_county_sees_what_its_city_decided_and_its_own_orders_only(db: TestDb) {
        let bureau = Bureau::new(db, 60).await;
        bureau.carry("start", "orange", "2026-11-25T08:00", "许环委办〔2026〕12号").await;
        let account = NewAccount {
            name: "jingban".to_owned(),
            password: crate::world::PASSWORD.to_owned(),
            role: Role::Clerk,
            region: "411081".parse().unwrap(),
            recipient: None,
            title: None,
        };
        let app = bureau.world.app();
        app.add_account(&Caller::operator(), account, None).await.unwrap();
        let mut clerk = Person::signed_in(&bureau.world.stranger(), "jingban").await;
        clerk.open("/").await;
        assert!(clerk.page.contains("许环委办〔2026〕12号"), "{}", clerk.page);
        assert!(clerk.page.contains("county.411081.issued"), "{}", clerk.page);
        assert!(!clerk.page.contains("county.411082.issued"), "{}", clerk.page);
        let mut tx = bureau.world.db.read().await.unwrap();
        let own: i64 = tx
            .scalar("SELECT COUNT(*) FROM plan_line WHERE county = $1", ("411081",))
            .await
            .unwrap();
        drop(tx);
        clerk.open("/orders").await;
        assert!(clerk.page.contains(&format!("共 {own} 条")), "{}", clerk.page);
        clerk.open("/orders?county=411082").await;
        assert!(clerk.page.contains("没有符合条件的指令"), "{}", clerk.page);
        let warning = clerk.link("许环委办〔2026〕12号");
        clerk.open(&warning).await;
        let notice = clerk.link("/notices/");
        clerk.open(&notice).await;
        assert_eq!(clerk.status, 200);
        assert!(!clerk.page.contains("plan.csv"), "{}", clerk.page);
        clerk.open(&format!("{notice}/plan.csv")).await;
        assert_eq!(clerk.status, 403);
    }

    async fn another_site_cannot_send_our_forms(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let forged = bureau
            .officer
            .request(Method::POST, "/notices")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body("kind=start");
        assert_eq!(forged.send().await.unwrap().status(), 403);
    }
}
