//! The officer's path through the pages, from a proposal to acknowledged orders and the lift.

use chrono::NaiveDate;
use qingkong::app::Caller;
use qingkong::app::ingest::{self, DayIn, OutlookIn, Series, ValueIn};
use qingkong::domain::aqi::PollutantSet;
use qingkong::domain::outlook::AqiRange;
use serde_json::json;

use super::Person;
use crate::stories::bureau::{APPROVER, Bureau, OFFICER};
use crate::stories::sinks::{Sinks, until_sent};
use crate::world::REGION;

/// Four days from tomorrow on: orange by mee-2024 (two days over 200).
pub(crate) async fn foresee(bureau: &Bureau, indices: [u16; 4]) {
    foresee_with_gaps(bureau, indices.map(Some)).await;
}

async fn foresee_with_gaps(bureau: &Bureau, indices: [Option<u16>; 4]) {
    let first: NaiveDate = "2026-11-25".parse().unwrap();
    let days = first.iter_days().zip(indices).map(|(on, aqi)| DayIn {
        on,
        value: ValueIn::Index {
            aqi: aqi.map(|aqi| AqiRange::exactly(aqi).unwrap()),
            pm2_5: None,
            primary: PollutantSet::EMPTY,
        },
        cause: None,
        hours: None,
    });
    let outlook = OutlookIn {
        region: REGION.parse().unwrap(),
        source: "市生态环境监测中心".to_owned(),
        series: Series::Forecast {
            issued_at: bureau.world.clock.now(),
        },
        days: days.collect(),
        notes: Vec::new(),
    };
    ingest::take_in(bureau.world.app(), &Caller::operator(), None, outlook)
        .await
        .unwrap();
}

async fn people(bureau: &Bureau) -> (Person, Person) {
    let stranger = bureau.world.stranger();
    (
        Person::signed_in(&stranger, OFFICER).await,
        Person::signed_in(&stranger, APPROVER).await,
    )
}

/// What a page says after a press that came too late to do anything.
const NOT_AGAIN: &str = "本次操作未再执行";

const CONSULTED: [(&str, &str); 2] = [
    ("consulted_by", "市生态环境局、市气象局"),
    (
        "consultation",
        "静稳高湿，25日至26日重度污染，27日夜间转好。",
    ),
];

both_engines! {
    async fn a_proposal_becomes_orders_that_are_answered_and_lifted(db: TestDb) {
        let sinks = Sinks::start().await;
        let bureau = Bureau::sending(db, 40, &sinks).await;
        foresee(&bureau, [215, 260, 140, 90]).await;
        let (mut officer, mut approver) = people(&bureau).await;

        officer.open("/").await;
        assert!(officer.page.contains("建议发布橙色预警（Ⅱ级）"), "{}", officer.page);
        assert!(officer.page.contains("AQI 215、260，满足橙色条件"), "{}", officer.page);
        assert!(officer.page.contains("红色预警（Ⅰ级）还差"), "{}", officer.page);

        let draft = officer.page.split("action=\"").find(|it| it.contains("/draft")).unwrap();
        let draft = draft.split('"').next().unwrap().to_owned();
        officer.submit(&draft, &[]).await;
        assert!(officer.page.contains("草稿已建立"), "{}", officer.page);
        assert!(officer.page.contains("方案摘要值"), "the plan is drawn with it\n{}", officer.page);
        let notice = officer.address.split('?').next().unwrap().to_owned();
        officer.submit(&format!("{notice}/submit"), &CONSULTED).await;
        assert!(officer.page.contains("已报签"), "{}", officer.page);

        approver.open(&notice).await;
        approver.submit(&format!("{notice}/approve"), &[]).await;
        assert!(approver.page.contains("已签批"), "{}", approver.page);

        officer.open(&notice).await;
        let issue = format!("{notice}/issue");
        officer.submit(&issue, &[("document", "")]).await;
        assert_eq!(officer.status, 409);
        assert!(officer.page.contains("必须填写。") && officer.page.contains("请勾选确认。"), "{}", officer.page);
        officer.submit(&issue, &[("document", "许环委办〔2026〕12号"), ("confirmed", "yes")]).await;
        assert!(officer.page.contains("已发布，指令正在送出"), "{}", officer.page);
        until_sent(&bureau.world).await;

        officer.open("/orders?rung=handed-over").await;
        let everybody = format!("共 {} 条", bureau.recipients);
        assert!(officer.page.contains(&everybody), "{}", officer.page);
        let letters = sinks.letters();
        assert!(letters.len() >= bureau.recipients);

        // One plant answers by its link, and its order says so.
        let token = &letters[0].token;
        let mut plant = Person::at_the_door(bureau.world.stranger());
        plant.open(&format!("/o/{token}")).await;
        let action = plant.page.split("action=\"").find(|it| it.contains("answer=acknowledged")).unwrap();
        let action = super::text(action.split('"').next().unwrap());
        plant.submit(&action, &[]).await;
        assert!(plant.page.contains("已签收"), "{}", plant.page);
        officer.open("/orders?rung=acknowledged").await;
        assert!(officer.page.contains("共 1 条"), "{}", officer.page);
        let order = officer.link("/orders/");
        officer.open(&order).await;
        assert!(officer.page.contains("已知悉并将落实"), "{}", officer.page);
        officer.open("/").await;
        assert!(officer.page.contains("data-live=\"counts.acknowledged\">1<"), "{}", officer.page);

        // The lift takes the same way.
        officer.open("/warnings").await;
        let warning = officer.link("许环委办〔2026〕12号");
        officer.open(&warning).await;
        let lift = officer.link("kind=lift");
        let lower = officer.link("kind=lower");
        officer.open(&lower).await;
        for stays in ["name=\"until_day\" type=\"date\" value=\"2026-11-26\"", "value=\"24:00\""] {
            assert!(officer.page.contains(stays), "the end stays as it stands\n{}", officer.page);
        }
        officer.open(&lift).await;
        let kind = [("kind", "lift"), ("level", "orange"), ("reason", "26日夜间冷空气，持续改善")];
        officer.submit(&format!("/notices?region={REGION}"), &[&kind[..], &CONSULTED[..]].concat()).await;
        let lifting = officer.address.split('?').next().unwrap().to_owned();
        officer.submit(&format!("{lifting}/submit"), &[]).await;
        approver.open(&lifting).await;
        approver.submit(&format!("{lifting}/approve"), &[]).await;
        officer.open(&lifting).await;
        let confirmed = [("document", "许环委办〔2026〕13号"), ("confirmed", "yes")];
        officer.submit(&format!("{lifting}/issue"), &confirmed).await;
        assert!(officer.page.contains("已发布"), "{}", officer.page);
        officer.open(&warning).await;
        assert!(officer.page.contains("已发布解除，待生效"), "{}", officer.page);
        until_sent(&bureau.world).await;
        bureau.world.service.stop().await;
    }

    async fn a_proposal_is_declined_with_a_reason_that_stands_under_a_name(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        foresee(&bureau, [215, 260, 140, 90]).await;
        let (mut officer, mut approver) = people(&bureau).await;
        officer.open(&format!("/?region={REGION}")).await;
        let decline = officer.page.split("action=\"").find(|it| it.contains("/decline")).unwrap();
        let decline = decline.split('"').next().unwrap().to_owned();
        officer.submit(&decline, &[("reason", "25日夜间有冷空气，10时再会商")]).await;
        assert!(officer.page.contains("已署名记录"), "{}", officer.page);
        assert_eq!(officer.address, format!("/?region={REGION}&said=declined"), "the region stays");
        approver.open("/").await;
        assert!(approver.page.contains("zhiban 于"), "{}", approver.page);
        assert!(approver.page.contains("25日夜间有冷空气"), "{}", approver.page);
        assert!(!approver.page.contains("/decline"), "an approver does not decline");
    }

    async fn an_instruction_is_registered_carried_out_and_is_the_floor(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let (mut officer, _) = people(&bureau).await;
        officer.open("/instructions/new").await;
        let ordered = [
            ("number", "豫环攻坚办〔2026〕118号"), ("sender", "省攻坚办"), ("level", "orange"),
            ("from_day", "2026-11-25"), ("from_clock", "08:00"), ("received_clock", "25:00"),
        ];
        officer.submit("/instructions/new", &ordered).await;
        assert_eq!(officer.status, 422);
        assert!(officer.page.contains("请填写日期和时刻"), "{}", officer.page);
        assert!(officer.page.contains("豫环攻坚办〔2026〕118号"), "what was typed stays");
        officer.submit("/instructions/new", &[("received_clock", "19:30")]).await;
        assert!(officer.page.contains("上级指令已登记"), "{}", officer.page);
        assert!(officer.page.contains("已收到 30 分钟，尚无对应通知"), "{}", officer.page);

        officer.open("/notices/new").await;
        let instruction = officer.page.split("value=\"instruction:").nth(1).unwrap();
        let grounds = format!("instruction:{}", instruction.split('"').next().unwrap());
        let carried_out = [("grounds", grounds.as_str()), ("level", "yellow"), ("kind", "start")];
        officer.submit("/notices", &carried_out).await;
        assert_eq!(officer.status, 422);
        assert!(officer.page.contains("低于上级指令要求的级别"), "{}", officer.page);
        officer.submit("/notices", &[("level", "orange")]).await;
        assert!(officer.page.contains("草稿已建立"), "{}", officer.page);
        officer.open("/").await;
        assert!(officer.page.contains("已有对应通知"), "{}", officer.page);
    }

    async fn a_signature_by_telephone_is_recorded_with_a_second_officer(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        foresee(&bureau, [215, 260, 140, 90]).await;
        let (mut officer, _) = people(&bureau).await;
        officer.open("/notices/new?grounds=proposal").await;
        officer.submit("/notices", &CONSULTED).await;
        let notice = officer.address.split('?').next().unwrap().to_owned();
        officer.submit(&format!("{notice}/submit"), &[]).await;
        let approve = format!("{notice}/approve");
        officer.submit(&approve, &[("how", "telephone")]).await;
        assert_eq!(officer.status, 422, "a note is missing");
        let given = [("how", "telephone"), ("note", "17时58分电话，同意按橙色发布")];
        officer.submit(&approve, &given).await;
        assert!(officer.page.contains("已签批"), "{}", officer.page);
        assert!(officer.page.contains("电话签批（代录，需补签）"), "{}", officer.page);
        let (status, view) = crate::world::Visitor::json(
            bureau.officer.get(&format!("/api/v1{notice}")),
        )
        .await;
        assert_eq!((status, &view["state"]), (200, &json!("approved")));
    }

    async fn a_missing_day_is_filled_in_by_whoever_may_and_stays_marked(db: TestDb) {
        const FILL_IN: &str = "/outlook/fill-in";
        let bureau = Bureau::new(db, 10).await;
        foresee_with_gaps(&bureau, [Some(215), None, Some(260), Some(90)]).await;
        let (mut officer, mut approver) = people(&bureau).await;
        let mut colleague = Person::signed_in(&bureau.world.stranger(), OFFICER).await;
        approver.open("/").await;
        assert!(approver.page.contains("无数据 1 天"), "{}", approver.page);
        assert!(!approver.page.contains(FILL_IN), "an approver enters no forecasts");
        colleague.open("/").await;

        // Two days over 200 are no run of two days while the day between them is unknown.
        officer.open("/").await;
        assert!(officer.page.contains("建议发布黄色预警（Ⅲ级）"), "{}", officer.page);
        officer.submit(FILL_IN, &[("aqi", "240-210")]).await;
        assert_eq!(officer.status, 422);
        for wrong in ["0 至 500 的整数或区间", "必须填写。", "value=\"240-210\"", "aqi-2026-11-26"] {
            assert!(officer.page.contains(wrong), "{wrong}\n{}", officer.page);
        }
        let filled = [("aqi", "210-240"), ("source", "邻市实况与人工研判")];
        officer.submit(FILL_IN, &filled).await;
        assert!(officer.page.contains("已补录，来源一并留存"), "{}", officer.page);
        assert!(officer.page.contains("建议发布橙色预警（Ⅱ级）"), "{}", officer.page);
        for marked in ["人工补录 · 邻市实况与人工研判 · AQI 225", "无数据 0 天"] {
            assert!(officer.page.contains(marked), "{marked}\n{}", officer.page);
        }
        assert!(!officer.page.contains(FILL_IN), "no day is missing any more");

        // Whoever was slower changes nothing.
        colleague.submit(FILL_IN, &[("aqi", "90"), ("source", "另一来源")]).await;
        assert_eq!(colleague.status, 422);
        assert!(colleague.page.contains("该日已有数据"), "{}", colleague.page);
        assert!(colleague.page.contains("人工补录 · 邻市实况与人工研判"), "{}", colleague.page);
        let outlook = format!("/api/v1/outlooks?region={REGION}");
        let (_, outlook) = crate::world::Visitor::json(bureau.officer.get(&outlook)).await;
        let day = &outlook["days"][1];
        assert_eq!((&day["aqi"], &day["aqi_high"]), (&json!(210), &json!(240)), "{outlook}");
        assert_eq!(day["origin"], "filled-in");
        assert_eq!(day["provenance"]["source"], "邻市实况与人工研判");
    }

    async fn a_draft_keeps_what_was_typed_and_says_what_is_wrong(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let (mut officer, mut approver) = people(&bureau).await;
        officer.open("/notices/new").await;
        officer.submit("/notices", &[("from_clock", "24:01")]).await;
        assert_eq!(officer.status, 422);
        for wrong in ["请填写日期和时刻", "必须填写。", "24:01"] {
            assert!(officer.page.contains(wrong), "{wrong}\n{}", officer.page);
        }
        let typed = [
            ("from_clock", "24:00"), ("reason", "预报资料中断，会商认为将达标准"),
            ("open_end", "no"), ("until_day", "2026-11-24"), ("until_clock", "23:00"),
        ];
        officer.submit("/notices", &typed).await;
        assert!(officer.page.contains("结束时刻须晚于启动时刻"), "{}", officer.page);
        officer.submit("/notices", &[("until_day", "2026-11-26"), ("until_clock", "24:00")]).await;
        let notice = officer.address.split('?').next().unwrap().to_owned();
        officer.submit(&format!("{notice}/submit"), &[]).await;
        assert_eq!(officer.status, 409);
        assert!(officer.page.contains("须先填写会商记录"), "{}", officer.page);
        let gap = [("from_clock", "24:01")];
        officer.submit(&format!("{notice}/submit"), &gap).await;
        assert_eq!(officer.status, 422);
        officer.open(&officer.link("hreflang=\"en\"")).await;
        assert_eq!(officer.status, 200, "a page that a form led to is there in the other language");
        officer.open(&format!("{notice}?lang=zh")).await;
        officer.submit(&notice, &CONSULTED).await;
        assert!(officer.page.contains("草稿已保存"), "{}", officer.page);
        officer.submit(&format!("{notice}/submit"), &[]).await;
        approver.open(&notice).await;
        assert!(approver.page.contains("未达到启动条件"), "{}", approver.page);
        assert!(approver.page.contains("2026年11月26日24时"), "24时 stays as it was written");
        approver.submit(&format!("{notice}/return"), &[("reason", "依据不足")]).await;
        officer.open(&notice).await;
        assert!(officer.page.contains("依据不足"), "{}", officer.page);
        officer.submit(&format!("{notice}/abandon"), &[("reason", "形势好转")]).await;
        assert!(officer.page.contains("已放弃"), "{}", officer.page);
    }

    async fn a_button_pressed_twice_leads_to_the_notice_and_does_nothing_twice(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        foresee(&bureau, [215, 260, 140, 90]).await;
        let (mut officer, mut approver) = people(&bureau).await;
        let (mut officers_second, mut approvers_second) = people(&bureau).await;
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        let notice = format!("/notices/{notice}");

        officer.open(&notice).await;
        officers_second.open(&notice).await;
        let hand_in = format!("{notice}/submit");
        officer.submit(&hand_in, &CONSULTED).await;
        officers_second.submit(&hand_in, &CONSULTED).await;
        let pages = [&officer, &officers_second].map(|it| it.page.contains(NOT_AGAIN));
        assert_eq!(pages, [false, true], "{}", officers_second.page);

        // At the same moment, as a hasty finger does it.
        let confirmed = [("document", "许环委办〔2026〕12号"), ("confirmed", "yes")];
        let sign = ("approve", &[][..], &mut approver, &mut approvers_second);
        let issue = ("issue", &confirmed[..], &mut officer, &mut officers_second);
        for (button, fields, first, second) in [sign, issue] {
            first.open(&notice).await;
            second.open(&notice).await;
            let action = format!("{notice}/{button}");
            tokio::join!(first.submit(&action, fields), second.submit(&action, fields));
            assert_eq!([first.status, second.status], [200, 200], "{button}");
            let pages = [&*first, &*second].map(|it| it.page.contains(NOT_AGAIN));
            assert_eq!(pages.iter().filter(|not_again| **not_again).count(), 1, "{button}");
        }

        let path = format!("/api/v1{notice}");
        let (_, view) = crate::world::Visitor::json(bureau.officer.get(&path)).await;
        let acts: Vec<_> = view["steps"].as_array().unwrap().iter().map(|it| &it["act"]).collect();
        assert_eq!(acts, ["drafted", "consulted", "submitted", "approved", "issued"], "{view}");
    }

    async fn an_approver_signs_what_was_read_and_not_what_was_written_since(db: TestDb) {
        let bureau = Bureau::new(db, 10).await;
        let (mut officer, mut approver) = people(&bureau).await;
        let notice = bureau.draft("start", "orange", "2026-11-25T08:00").await;
        let notice = format!("/notices/{notice}");
        officer.open(&notice).await;
        officer.submit(&format!("{notice}/submit"), &CONSULTED).await;
        approver.open(&notice).await;

        let (_, mut another) = people(&bureau).await;
        another.open(&notice).await;
        another.submit(&format!("{notice}/return"), &[("reason", "改为红色")]).await;
        officer.open(&notice).await;
        officer.submit(&format!("{notice}/submit"), &[("level", "red")]).await;

        let sign = format!("{notice}/approve");
        approver.submit(&sign, &[]).await;
        assert_eq!(approver.status, 422);
        assert!(approver.page.contains("通知或其方案已改写"), "{}", approver.page);
        assert!(approver.page.contains("红色预警（Ⅰ级）"), "what is shown now is what stands");
        approver.submit(&sign, &[]).await;
        assert!(approver.page.contains("已签批"), "{}", approver.page);
    }
}
