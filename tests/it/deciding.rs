//! From days taken in to a proposal with its reasons, and to a decision against it.

use chrono::{NaiveDate, TimeDelta};
use qingkong::app::caller::{Role, Scope, Via};
use qingkong::app::ingest::{self, DayIn, OutlookIn, Series, ValueIn};
use qingkong::app::instruction::{self, InstructionIn};
use qingkong::app::scan::{self, ScanIn};
use qingkong::app::{Caller, Error, decide, proposal};
use qingkong::domain::aqi::{Concentration, PerPollutant, Pollutant, PollutantSet};
use qingkong::domain::level::WarningLevel;
use qingkong::domain::notice::Instruction;
use qingkong::domain::outlook::{AqiRange, Origin, Outlook};
use qingkong::domain::region::RegionCode;
use qingkong::domain::trigger::{Proposal, Reason};
use qingkong::jobs;

use crate::journal::Ledger;
use crate::world;

fn region() -> RegionCode {
    "411000".parse().unwrap()
}

/// A day of November 2026; the clock shows the 24th.
fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn index(day: u32, aqi: Option<u16>) -> DayIn {
    DayIn {
        on: on(day),
        value: ValueIn::Index {
            aqi: aqi.map(|aqi| AqiRange::exactly(aqi).unwrap()),
            pm2_5: None,
            primary: PollutantSet::EMPTY,
        },
        cause: None,
        hours: None,
    }
}

fn days(first: u32, values: &[u16]) -> Vec<DayIn> {
    let days = (first..).zip(values);
    days.map(|(day, &aqi)| index(day, Some(aqi))).collect()
}

fn observed(days: Vec<DayIn>) -> OutlookIn {
    OutlookIn {
        region: region(),
        source: "市监测站".to_owned(),
        series: Series::Observed,
        days,
        notes: Vec::new(),
    }
}

fn forecast(days: Vec<DayIn>) -> OutlookIn {
    OutlookIn {
        series: Series::Forecast {
            issued_at: world::start(),
        },
        source: "省中心".to_owned(),
        ..observed(days)
    }
}

/// An officer of 许昌 in whose region all of this happens.
fn officer() -> Caller {
    Caller {
        role: Role::Officer,
        scope: Scope::Region(region()),
        via: Via::Session(String::new()),
        ..Caller::operator()
    }
}

async fn ready(db: &qingkong::store::Db) -> Ledger {
    let ledger = Ledger::on(db, 1);
    ledger.app.settle_playbook().await.unwrap();
    ledger
}

async fn take_in(ledger: &Ledger, arrived: OutlookIn) {
    ingest::take_in(&ledger.app, &officer(), None, arrived)
        .await
        .unwrap();
}

async fn outlook(ledger: &Ledger) -> Outlook {
    let consensus = ingest::show(&ledger.app, &officer(), region()).await;
    consensus.unwrap().into_outlook()
}

async fn values(ledger: &Ledger) -> Vec<Option<u16>> {
    let outlook = outlook(ledger).await;
    let days = outlook.days().as_slice().iter();
    days.map(|day| day.aqi.map(AqiRange::middle)).collect()
}

async fn open(ledger: &Ledger) -> Option<(i64, Proposal, Option<WarningLevel>)> {
    let open = proposal::open(&ledger.app, &officer(), region()).await;
    let open = open.unwrap()?.open;
    Some((open.key, open.decision.proposal, open.decision.level))
}

/// The codes of the fields an intake was refused for.
fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<(String, &'static str)> {
    match result {
        Err(Error::Invalid(fields)) => fields
            .into_iter()
            .map(|field| (field.field, field.code))
            .collect(),
        other => panic!("not refused: {other:?}"),
    }
}

fn order(number: &str, level: Option<WarningLevel>) -> InstructionIn {
    InstructionIn {
        instruction: Instruction {
            region: "410000".parse().unwrap(),
            number: number.to_owned(),
            sender: "省攻坚办".to_owned(),
            level,
            classes: Vec::new(),
            effective: "2026-11-25T08:00".parse().unwrap(),
            received_at: world::start(),
            note: String::new(),
            scan: None,
        },
        scan: Some(ScanIn {
            name: "a.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: b"scan".to_vec(),
        }),
    }
}

both_engines! {
    async fn observed_days_lead_into_the_latest_forecast_without_a_seam(db: TestDb) {
        let ledger = ready(&db).await;
        take_in(&ledger, observed(days(21, &[90, 130, 160]))).await;
        take_in(&ledger, forecast(days(23, &[300, 210, 220]))).await;
        assert_eq!(values(&ledger).await, [90, 130, 160, 210, 220].map(Some));

        // A forecast made earlier that comes in later does not stand before a newer one.
        let late = OutlookIn {
            series: Series::Forecast { issued_at: world::start() - TimeDelta::hours(12) },
            ..forecast(days(24, &[100, 100, 100]))
        };
        take_in(&ledger, late).await;
        assert_eq!(values(&ledger).await, [90, 130, 160, 210, 220, 100].map(Some));

        // What is measured again stands before what was measured.
        take_in(&ledger, observed(days(22, &[140]))).await;
        assert_eq!(values(&ledger).await[1], Some(140));

        // What a model computed of days that came stands only where nobody measured.
        let model = OutlookIn {
            source: "CAMS".to_owned(),
            series: Series::Modelled,
            ..observed(days(20, &[400, 400, 400, 400]))
        };
        take_in(&ledger, model).await;
        assert_eq!(values(&ledger).await, [400, 90, 140, 160, 210, 220, 100].map(Some));
    }

    async fn of_several_forecasts_the_trusted_one_is_judged_while_it_is_fresh(db: TestDb) {
        let ledger = ready(&db).await;
        let made = |source: &str, hours_ago, value| OutlookIn {
            source: source.to_owned(),
            series: Series::Forecast { issued_at: world::start() - TimeDelta::hours(hours_ago) },
            ..forecast(days(25, &[value, value, 90]))
        };
        take_in(&ledger, made("市站", 26, 210)).await;
        take_in(&ledger, made("open-meteo", 1, 120)).await;
        // 许昌 trusts its station for thirty hours.
        assert_eq!(values(&ledger).await, [210, 210, 90].map(Some));
        let issue = Some((1, Proposal::Issue, Some(WarningLevel::Orange)));
        assert_eq!(open(&ledger).await, issue);

        // Nobody takes anything in, and the station's word grows old: the model stands.
        ledger.app.clock.advance(TimeDelta::hours(5));
        decide::review(&ledger.app, region()).await.unwrap();
        assert_eq!(values(&ledger).await, [120, 120, 90].map(Some));
        assert_eq!(open(&ledger).await, None);

        // What is better trusted still stands before both, and what was measured before all.
        take_in(&ledger, made("省站会商", 2, 160)).await;
        take_in(&ledger, OutlookIn { source: "国控站".to_owned(), ..observed(days(24, &[300])) }).await;
        assert_eq!(values(&ledger).await, [300, 160, 160, 90].map(Some));
    }

    async fn that_a_forecast_grows_old_is_remarked_and_proposes_nothing_new(db: TestDb) {
        let ledger = ready(&db).await;
        let made = OutlookIn {
            source: "市站".to_owned(),
            series: Series::Forecast { issued_at: world::start() - TimeDelta::hours(26) },
            ..forecast(days(26, &[210, 220, 90]))
        };
        take_in(&ledger, made).await;
        let issue = Some((1, Proposal::Issue, Some(WarningLevel::Orange)));
        assert_eq!(open(&ledger).await, issue);
        let (first, last) = (on(26), on(28));
        let remark = Reason::Stale { first, last };
        let judged = decide::show(&ledger.app, &officer(), region()).await.unwrap();
        assert!(!judged.decision.because.contains(&remark));

        // 许昌 trusts its station for thirty hours.
        ledger.app.clock.advance(TimeDelta::hours(5));
        let judged = decide::review(&ledger.app, region()).await.unwrap();
        assert_eq!(judged.because.last(), Some(&remark));
        assert_eq!(open(&ledger).await, issue);
    }

    async fn a_day_nobody_gave_stays_a_gap_until_an_officer_fills_it_in(db: TestDb) {
        let ledger = ready(&db).await;
        let mut arrived = days(21, &[90]);
        arrived.extend([index(22, None), index(24, Some(80))]);
        take_in(&ledger, observed(arrived)).await;
        assert_eq!(values(&ledger).await, [Some(90), None, None, Some(80)]);

        let fill = async |day, aqi| {
            let aqi = AqiRange::exactly(aqi).unwrap();
            ingest::fill_in(&ledger.app, &officer(), None, region(), on(day), aqi, "邻市数据").await
        };
        fill(22, 210).await.unwrap();
        let outlook = outlook(&ledger).await;
        assert!(matches!(outlook.days().as_slice()[1].origin, Origin::FilledIn { .. }));
        let again = fill(22, 100).await.unwrap_err();
        assert!(matches!(again, Error::Conflict(refusal) if refusal.code == "not-missing"));
        assert_eq!(refused(fill(29, 100).await), [("on".to_owned(), "no-such-day")]);

        // A measured value is better than a filled-in one.
        take_in(&ledger, observed(days(22, &[150]))).await;
        assert_eq!(values(&ledger).await, [Some(90), Some(150), None, Some(80)]);
    }

    async fn concentrations_are_judged_by_the_standard_in_force_on_their_day(db: TestDb) {
        let ledger = ready(&db).await;
        let micrograms = |value| Concentration::from_micrograms(value);
        // 150 µg/m³ of PM2.5 are 200 by HJ 633-2012 and more by the standard of 2026.
        let sample = PerPollutant::from_fn(|pollutant| match pollutant {
            Pollutant::Pm25 => micrograms(150),
            _ => micrograms(10),
        });
        let value = ValueIn::Sample(Box::new(sample));
        let day = |on| DayIn { on, value, cause: None, hours: None };
        take_in(&ledger, observed(vec![day(on(23))])).await;
        let outlook = outlook(&ledger).await;
        let day = &outlook.days().as_slice()[0];
        let playbook = ledger.app.active_playbook().await.unwrap();
        let standard = playbook.standards().in_force_on(on(23)).unwrap();
        let expected = standard.assess(qingkong::domain::aqi::Period::Day, &sample);
        assert_eq!(day.aqi.map(AqiRange::middle), expected.aqi);
        assert_eq!(day.pm2_5, day.aqi);
        assert!(day.primary.contains(Pollutant::Pm25));
    }

    async fn what_cannot_be_is_refused_by_its_field_and_nothing_is_kept(db: TestDb) {
        let ledger = ready(&db).await;
        let refuse = async |arrived| {
            refused(ingest::take_in(&ledger.app, &officer(), None, arrived).await)
        };
        let field = |field: &str, code| [(field.to_owned(), code)];
        assert_eq!(refuse(observed(days(25, &[90]))).await, field("days[0].on", "out-of-range"));
        let twice = vec![index(20, Some(1)), index(20, Some(2))];
        assert_eq!(refuse(observed(twice)).await, field("days[1].on", "twice"));
        assert_eq!(refuse(observed(Vec::new())).await, field("days", "count"));
        let nobody = OutlookIn { source: " ".to_owned(), ..observed(days(20, &[1])) };
        assert_eq!(refuse(nobody).await, field("source", "malformed"));
        let from_the_future = OutlookIn {
            series: Series::Forecast { issued_at: world::start() + TimeDelta::hours(1) },
            ..forecast(days(25, &[90]))
        };
        assert_eq!(refuse(from_the_future).await, field("issued_at", "future"));
        let far = DayIn { on: on(25) + chrono::Days::new(400), ..index(25, None) };
        assert_eq!(refuse(forecast(vec![far])).await, field("days[0].on", "out-of-range"));
        let nowhere = OutlookIn { region: "411099".parse().unwrap(), ..observed(days(20, &[1])) };
        assert_eq!(refuse(nowhere).await, field("region", "unknown"));
        assert_eq!(values(&ledger).await, []);

        let elsewhere = OutlookIn { region: "410100".parse().unwrap(), ..observed(days(20, &[1])) };
        let foreign = ingest::take_in(&ledger.app, &officer(), None, elsewhere).await;
        assert!(matches!(foreign, Err(Error::Forbidden)));
    }

    async fn an_outlook_over_the_line_opens_one_proposal_and_a_new_one_takes_its_place(db: TestDb) {
        let ledger = ready(&db).await;
        take_in(&ledger, forecast(days(24, &[120, 130]))).await;
        assert_eq!(open(&ledger).await, None);
        // More than 200 for two days: orange by 环大气〔2024〕6号.
        take_in(&ledger, forecast(days(25, &[210, 220, 90]))).await;
        let issue = |key| Some((key, Proposal::Issue, Some(WarningLevel::Orange)));
        assert_eq!(open(&ledger).await, issue(1));
        decide::review(&ledger.app, region()).await.unwrap();
        assert_eq!(open(&ledger).await, issue(1), "the same answer is no news");
        take_in(&ledger, forecast(days(25, &[210, 220, 230, 90]))).await;
        assert_eq!(open(&ledger).await, issue(2));
        // The forecast of bad air is taken back.
        take_in(&ledger, forecast(days(25, &[80, 80, 80, 80]))).await;
        assert_eq!(open(&ledger).await, None);
        ledger.seal().await;
        assert_eq!(ledger.faults().await, [""; 0]);
    }

    async fn a_declined_proposal_comes_back_only_with_news(db: TestDb) {
        let ledger = ready(&db).await;
        take_in(&ledger, forecast(days(25, &[210, 220, 90]))).await;
        let decline = async |key, reason| {
            proposal::decline(&ledger.app, &officer(), None, region(), key, reason).await
        };
        assert_eq!(refused(decline(1, " ").await), [("reason".to_owned(), "empty")]);
        decline(1, "市气象局会商认为扩散转好").await.unwrap();
        decide::review(&ledger.app, region()).await.unwrap();
        assert_eq!(open(&ledger).await, None);
        let gone = decline(1, "再次").await.unwrap_err();
        assert!(matches!(gone, Error::Conflict(refusal) if refusal.code == "proposal-closed"));
        take_in(&ledger, forecast(days(25, &[310, 320, 330, 90]))).await;
        assert_eq!(open(&ledger).await, Some((2, Proposal::Issue, Some(WarningLevel::Red))));
    }

    async fn a_superiors_instruction_proposes_its_level_without_any_forecast(db: TestDb) {
        let ledger = ready(&db).await;
        let operator = Caller {
            role: Role::Coordinator,
            ..Caller::operator()
        };
        let register = async |arrived| {
            instruction::register(&ledger.app, &operator, None, arrived).await
        };
        register(order("豫环委攻坚办〔2026〕88号", Some(WarningLevel::Orange))).await.unwrap();
        let issue = Some((1, Proposal::Issue, Some(WarningLevel::Orange)));
        assert_eq!(open(&ledger).await, issue);
        let twice = register(order("豫环委攻坚办〔2026〕88号", None)).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");

        // A later one lifts the floor.
        let mut lifting = order("豫环委攻坚办〔2026〕89号", None);
        lifting.instruction.received_at += TimeDelta::minutes(5);
        ledger.app.clock.advance(TimeDelta::minutes(5));
        register(lifting).await.unwrap();
        assert_eq!(open(&ledger).await, None);

        let mut huge = order("90", None);
        huge.scan = Some(ScanIn { bytes: vec![0; scan::LARGEST + 1], ..huge.scan.unwrap() });
        assert_eq!(refused(register(huge).await), [("scan".to_owned(), "too-large")]);
        ledger.seal().await;
        let report = ledger.verify().await;
        assert_eq!(report.faults, []);
    }

    async fn time_alone_has_a_region_judged_again(db: TestDb) {
        let ledger = ready(&db).await;
        take_in(&ledger, forecast(days(25, &[210, 220, 90]))).await;
        assert!(open(&ledger).await.is_some());
        // The bad days have passed, and nobody took anything in.
        ledger.app.clock.advance(TimeDelta::days(4));
        jobs::run_due(&ledger.app, ledger.app.now()).await;
        assert_eq!(open(&ledger).await, None);
    }
}
