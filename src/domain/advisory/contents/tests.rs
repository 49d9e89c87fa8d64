//! What an advisory may say, and what is asked of it.

use rstest::rstest;

use super::*;
use crate::aqi::PollutantSet;
use crate::notice::{self, End, NoticeKind};
use crate::trigger::Run;

/// An advisory that may be published.
pub(in crate::advisory) fn contents(kind: AdvisoryKind) -> Contents {
    Contents {
        kind,
        region: "411000".parse().unwrap(),
        parts: BTreeSet::from(["411081".parse().unwrap()]),
        from: "2026-11-25T08:00".parse().unwrap(),
        until: "2026-11-27T24:00".parse().unwrap(),
        text: "受沙尘影响，空气质量以重度污染为主".to_owned(),
        advice: vec![Advice::new("建议儿童、老年人减少户外活动").unwrap()],
        answers: None,
    }
}

pub(in crate::advisory) fn dust() -> Contents {
    contents(AdvisoryKind::HealthNotice { cause: Cause::Dust })
}

pub(in crate::advisory) fn control() -> Contents {
    contents(AdvisoryKind::TemporaryControl(Grounds::Superior {
        document: "豫环委攻坚办〔2026〕88号".to_owned(),
    }))
}

/// What a city takes on its own, as 晋城 did in 2023.
fn own_control(decided_by: &str, reason: &str) -> Contents {
    contents(AdvisoryKind::TemporaryControl(Grounds::Decision {
        decided_by: decided_by.to_owned(),
        reason: reason.to_owned(),
    }))
}

/// 环大气〔2024〕6号: what starts no colour.
pub(in crate::advisory) fn mee_2024() -> Exclusions {
    use Cause::{BlownDust, CrossBorder, Dust, Ozone, WildfireSmoke};
    Exclusions {
        pollutants: PollutantSet::from_iter([Pollutant::O3]),
        causes: vec![Ozone, Dust, BlownDust, WildfireSmoke, CrossBorder],
        standing: None,
        source: "环大气〔2024〕6号".to_owned(),
    }
}

pub(in crate::advisory) fn at(text: &str) -> DateTime<Utc> {
    text.parse::<WrittenTime>().unwrap().at()
}

pub(in crate::advisory) fn warning(start: &str, ends: Option<&str>) -> Warning {
    let grounds = notice::Grounds::Judgement {
        reason: "会商".to_owned(),
    };
    let ends = ends.map_or(End::UntilFurtherNotice, |end| End::At(end.parse().unwrap()));
    let (start, level) = (start.parse().unwrap(), crate::level::WarningLevel::Orange);
    let start = notice::Contents::new(NoticeKind::Start, level, start, ends, grounds);
    Warning::begin(&start)
}

/// 环大气〔2024〕6号: other causes get a health notice; measures belong to coloured warnings.
#[rstest]
#[case("建议公众绿色出行", None)]
#[case("倡议有条件的企业错峰运输", None)]
#[case("责令工地停止土方作业", Some("责令"))]
#[case("水泥企业停产", Some("停产"))]
#[case("国三柴油车不得上路", Some("不得"))]
// 大气污染防治法 96, from 2026-08-15 生态环境法典 264: the measures, one by one.
#[case("责令有关企业停产或者限产", Some("责令"))]
#[case("有关企业停产或者限产", Some("停产"))]
#[case("限制部分机动车行驶", Some("限制"))]
#[case("禁止燃放烟花爆竹", Some("禁止"))]
#[case("停止工地土石方作业和建筑物拆除施工", Some("停止"))]
#[case("停止露天烧烤", Some("停止"))]
#[case("停止幼儿园和学校组织的户外活动", Some("停止"))]
#[case("应当减少户外活动", Some("应当"))]
#[case("中小学停课", Some("停课"))]
#[case("国四货车限行", Some("限行"))]
#[case("水泥企业减产50%", Some("减产"))]
#[case("关停燃煤锅炉", Some("关停"))]
#[case("暂停土方作业", Some("暂停"))]
#[case("渣土车停运", Some("停运"))]
// What takes an order back is none; another one in the same sentence is.
#[case("企业无须停产，建议错峰运输", None)]
#[case("不得不外出时建议佩戴口罩", None)]
#[case("企业无须停产，工地停工", Some("停工"))]
#[case("无须停产的企业不得增产", Some("不得"))]
fn a_recommendation_orders_nothing(#[case] text: &str, #[case] word: Option<&'static str>) {
    assert_eq!(
        Advice::new(text).err(),
        word.map(Refusal::Compulsory),
        "{text}"
    );
}

#[rstest]
#[case::as_it_should_be(|_: &mut Contents| {}, None)]
#[case::no_text(|it: &mut Contents| it.text = "  ".to_owned(), Some("must be written"))]
#[case::an_order(|it: &mut Contents| it.text = "一律停工".to_owned(), Some("`一律` orders"))]
#[case::an_order_on_record(
    |it: &mut Contents| it.advice.push(Advice("停止户外活动".to_owned())),
    Some("`停止` orders")
)]
#[case::backwards(|it: &mut Contents| it.until = it.from, Some("not after its start"))]
#[case::elsewhere(
    |it: &mut Contents| it.parts = BTreeSet::from(["410100".parse().unwrap()]),
    Some("410100 is no part")
)]
#[case::itself(
    |it: &mut Contents| it.parts = BTreeSet::from([it.region]),
    Some("411000 is no part")
)]
fn what_does_not_hold_together_is_refused(
    #[case] change: fn(&mut Contents),
    #[case] refused: Option<&str>,
) {
    let mut contents = dust();
    change(&mut contents);
    match (contents.check(), refused) {
        (Ok(()), None) => {}
        (Err(refusal), Some(words)) => {
            assert!(refusal.to_string().contains(words), "{refusal}");
        }
        other => panic!("{other:?}"),
    }
}

const BODY: &str = "市大气污染防治指挥部";

#[rstest]
#[case::no_document(
    contents(AdvisoryKind::TemporaryControl(Grounds::Superior { document: " ".to_owned() })),
    Refusal::Unwritten("the superior's document")
)]
#[case::nobody_decided(
    own_control(" ", "扩散条件不利"),
    Refusal::Unwritten("the body that decided")
)]
#[case::no_reason(
    own_control(BODY, ""),
    Refusal::Unwritten("the reason for the decision")
)]
#[case::ordering(own_control(BODY, "减少排放须停产"), Refusal::Compulsory("停产"))]
fn a_temporary_control_says_what_it_rests_on(#[case] contents: Contents, #[case] refused: Refusal) {
    assert_eq!(contents.check(), Err(refused));
}

#[test]
fn a_city_may_decide_on_a_temporary_control_of_its_own() {
    let own = own_control(BODY, "静稳天气，扩散条件不利");
    assert_eq!(own.check(), Ok(()));
    assert!(own.gives_way(&mee_2024()));
    let read: Contents = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
    assert_eq!(read, own);
}

/// As it was written down before a city could decide for itself.
#[test]
fn a_control_on_record_from_before_rests_on_its_superiors_document() {
    let stored = r#"{"kind":"temporary-control","document":"豫环委攻坚办〔2026〕88号",
        "region":"411000","parts":["411081"],"from":"2026-11-25T08:00","until":"2026-11-27T24:00",
        "text":"受沙尘影响，空气质量以重度污染为主","advice":["建议儿童、老年人减少户外活动"],
        "answers":null}"#;
    assert_eq!(serde_json::from_str::<Contents>(stored).unwrap(), control());
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(stored).unwrap(),
        serde_json::to_value(control()).unwrap()
    );
}

/// The property the type is for: nothing that is written of an advisory names a level, a plan,
/// an order or a measure.
#[test]
fn an_advisory_on_record_has_no_place_for_a_level_or_a_measure() {
    let body = serde_json::to_value(control()).unwrap();
    let fields: Vec<_> = body.as_object().unwrap().keys().collect();
    let expected = [
        "advice", "answers", "document", "from", "kind", "parts", "region", "text", "until",
    ];
    assert_eq!(fields, expected);
}

#[rstest]
#[case::the_part_itself("411081", true)]
#[case::a_township_in_it("411081001", true)]
#[case::the_city("411000", true)]
#[case::another_part("411082", false)]
fn it_concerns_the_parts_it_names(#[case] region: &str, #[case] concerned: bool) {
    let region: RegionCode = region.parse().unwrap();
    assert_eq!(dust().concerns(region), concerned);
    let whole = Contents {
        parts: BTreeSet::new(),
        ..dust()
    };
    assert!(whole.concerns(region));
}

/// A decision on two days of dust and one led by ozone, as a rule set of 2024 reads them.
fn advised() -> Decision {
    let excluded = |by, first: &str, values: &[u16]| Reason::Excluded {
        by,
        run: Run {
            first: first.parse().unwrap(),
            hour: 0,
            values: values.to_vec(),
        },
    };
    let ozone = PollutantSet::from_iter([Pollutant::O3]);
    Decision {
        proposal: Proposal::Advise,
        level: None,
        from: None,
        until: None,
        because: vec![
            excluded(Exclusion::Cause(Cause::Dust), "2026-11-26", &[260, 240]),
            excluded(Exclusion::Pollutants(ozone), "2026-11-25", &[160]),
        ],
        next: None,
    }
}

#[test]
fn each_cause_asks_for_the_days_that_it_excludes() {
    let asked = |cause, from, until| Asked {
        cause: Some(cause),
        from: at(from),
        until: at(until),
    };
    let expected = [
        asked(Cause::Dust, "2026-11-26T00:00", "2026-11-27T24:00"),
        asked(Cause::Ozone, "2026-11-25T00:00", "2026-11-25T24:00"),
    ];
    assert_eq!(Asked::by(&advised()), expected);
    let sentences = expected.map(|asked| asked.zh());
    let public = [
        "受沙尘影响，预计11月26日至27日有污染过程。",
        "受臭氧影响，预计11月25日有污染过程。",
    ];
    assert_eq!(sentences, public);
    let issue = Decision {
        proposal: Proposal::Issue,
        ..advised()
    };
    assert_eq!(Asked::by(&issue), []);
}

#[rstest]
#[case::as_asked(|_: &mut Contents| {}, true)]
#[case::shorter(|it: &mut Contents| it.until = "2026-11-27T23:00".parse().unwrap(), false)]
#[case::of_another_cause(
    |it: &mut Contents| it.kind = AdvisoryKind::HealthNotice { cause: Cause::Ozone },
    false
)]
#[case::a_control(|it: &mut Contents| it.kind = control().kind, false)]
#[case::of_a_part(|it: &mut Contents| it.parts = dust().parts, false)]
#[case::from_the_first_day(|it: &mut Contents| it.from = "2026-11-26T00:00".parse().unwrap(), true)]
#[case::from_a_later_day(|it: &mut Contents| it.from = "2026-11-27T00:00".parse().unwrap(), false)]
fn a_health_notice_of_the_cause_to_the_last_day_says_what_is_asked(
    #[case] change: fn(&mut Contents),
    #[case] said: bool,
) {
    let mut contents = Contents {
        parts: BTreeSet::new(),
        ..dust()
    };
    change(&mut contents);
    let asked = Asked::by(&advised())[0];
    assert_eq!(asked.is_said_by(&contents, at("2026-11-24T20:00")), said);
}

#[test]
fn where_the_first_day_has_begun_the_next_hour_is_early_enough() {
    let asked = Asked::by(&advised())[0];
    let begun = Contents {
        parts: BTreeSet::new(),
        from: "2026-11-26T11:00".parse().unwrap(),
        ..dust()
    };
    assert!(asked.is_said_by(&begun, at("2026-11-26T10:05")));
    assert!(!asked.is_said_by(&begun, at("2026-11-26T09:00")));
}

#[rstest]
#[case::over_before("2026-11-24T08:00", Some("2026-11-25T08:00"), None)]
#[case::still_standing("2026-11-24T08:00", Some("2026-11-25T08:01"), Some("2026-11-25T08:00"))]
#[case::open_end("2026-11-24T08:00", None, Some("2026-11-25T08:00"))]
#[case::begins_within("2026-11-26T08:00", None, Some("2026-11-26T08:00"))]
#[case::begins_when_it_ends("2026-11-28T00:00", None, None)]
#[case::begins_before_it_ends("2026-11-27T23:00", None, Some("2026-11-27T23:00"))]
fn a_control_never_holds_beside_a_colour_and_a_health_notice_may(
    #[case] start: &str,
    #[case] ends: Option<&str>,
    #[case] from: Option<&str>,
) {
    let warning = warning(start, ends);
    let evening = at("2026-11-24T20:00");
    let with = |contents: Contents| contents.collision(&warning, &mee_2024(), evening);
    assert_eq!(with(control()), from.map(at));
    assert_eq!(with(dust()), None);
}

/// 区域传输 of PM2.5 is what colours are for; a health notice of it stands below the lowest one.
#[rstest]
#[case(Cause::Local, true)]
#[case(Cause::RegionalTransport, true)]
#[case(Cause::Fireworks, true)]
#[case(Cause::Ozone, false)]
#[case(Cause::BlownDust, false)]
#[case(Cause::CrossBorder, false)]
fn a_health_notice_gives_way_where_its_cause_starts_colours(
    #[case] cause: Cause,
    #[case] gives_way: bool,
) {
    let notice = contents(AdvisoryKind::HealthNotice { cause });
    assert_eq!(notice.gives_way(&mee_2024()), gives_way);
}

#[test]
fn what_is_past_is_no_collision_and_what_begins_at_once_is_one_from_now() {
    let warning = warning("2026-11-25T08:00", Some("2026-11-26T08:00"));
    let noon = at("2026-11-25T12:00");
    let from = |now| control().collision(&warning, &mee_2024(), now);
    assert_eq!(from(noon), Some(noon));
    assert_eq!(from(at("2026-11-26T08:00")), None);
}

/// Announced for the 26th and withdrawn on the 25th: it never held.
#[test]
fn a_warning_withdrawn_before_it_starts_is_in_nobodys_way() {
    let ended = crate::warning::Ended {
        by: NoticeKind::Withdraw,
        at: "2026-11-25T20:00".parse().unwrap(),
    };
    let withdrawn = Warning {
        ended: Some(ended),
        ..warning("2026-11-26T08:00", None)
    };
    let evening = at("2026-11-24T20:00");
    assert_eq!(control().collision(&withdrawn, &mee_2024(), evening), None);
}
