use rstest::rstest;

use super::super::sample;
use super::*;
use crate::domain::notice::NoticeKind;

/// The shipped files with one of them changed; none of the text removes it.
fn with(path: &str, change: impl Fn(&str) -> Option<String>) -> Files {
    let shipped = Files::shipped();
    let before = shipped.get(path).map_or("", |file| file.text.as_str());
    let text = change(before);
    let others = shipped.iter().filter(|file| file.path != path).cloned();
    let file = text.map(|text| File {
        path: path.to_owned(),
        text,
    });
    Files::of(others.chain(file))
}

#[test]
fn the_shipped_playbook_has_no_fault_and_says_what_its_files_say() {
    let playbook = Playbook::read(Files::shipped()).unwrap();
    assert_eq!(playbook.doubts(), []);
    let county = "411081".parse().unwrap();
    let profile = playbook.profile(county).unwrap();
    assert_eq!(profile.region.as_str(), "411000");
    assert_eq!(playbook.rules(&profile.rules).unwrap().id, "mee-2024");
    assert!(playbook.profile("110000".parse().unwrap()).is_none());
    assert_eq!(playbook.regions().name(county), Some("禹州市"));
    let day = "2026-11-24".parse().unwrap();
    assert_eq!(playbook.law_on(day).unwrap().plan_term, "应对预案");
    assert_eq!(
        playbook.standards().in_force_on(day).unwrap().id(),
        "hj633-2026"
    );
}

#[test]
fn a_profile_that_names_no_window_goes_with_any_rules() {
    let both = r#"["natural-day", "rolling-24h"]"#;
    let files = with("triggers/mee-2024.toml", |text| {
        assert!(text.contains(both), "{text}");
        Some(text.replace(both, r#"["rolling-24h"]"#))
    });
    let playbook = Playbook::read(files).unwrap();
    let profile = playbook.profile("411000".parse().unwrap()).unwrap();
    assert_eq!(profile.window, None);
}

const XUCHANG: &str = "regions/410000-henan/411000-xuchang.toml";

#[rstest]
#[case::rules(
    XUCHANG,
    "rules = \"mee-2024\"",
    "rules = \"mee-2042\"",
    "no rules `mee-2042`"
)]
#[case::window(
    XUCHANG,
    "rules = \"mee-2024\"",
    "rules = \"beijing-2023\"\nwindow = \"rolling-24h\"",
    "do not count days by the window rolling-24h"
)]
#[case::old_rules(XUCHANG, "\"mee-2024\"", "\"mee-2017\"", "never in force together")]
#[case::region(
    XUCHANG,
    "region = \"411000\"",
    "region = \"415000\"",
    "no region 415000"
)]
#[case::other_name(
    XUCHANG,
    "region = \"411000\"",
    "region = \"410100\"",
    "begins with 410100"
)]
#[case::dates(
    XUCHANG,
    "in_force_from = \"2024-01-23\"",
    "in_force_from = \"2024-01-23\"\nin_force_to = \"2023-01-01\"",
    "before it begins"
)]
#[case::key(XUCHANG, "organ = ", "organs = ", "unknown field `organs`")]
#[case::rules_name(
    "triggers/mee-2018.toml",
    "id = \"mee-2018\"",
    "id = \"mee-18\"",
    "in triggers/mee-18.toml"
)]
#[case::guide(
    "measures/flat-glass.toml",
    "process = ",
    "proces = ",
    "unknown field `proces`"
)]
#[case::text("texts/zh/order/body.txt", "{{", "{{ nobody }}{{", "undefined")]
#[case::notice("texts/zh/notice/body.txt", "{{", "{{ nobody }}{{", "undefined")]
#[case::shared_text("texts/en/layout.html", "{{", "{% if %}{{", "syntax error")]
#[case::standard(
    "standards/aqi-hj633-2026.toml",
    "\"found\"",
    "\"surely\"",
    "unknown variant"
)]
#[case::region_table(
    "regions/local-units.csv",
    "411000-D01",
    "411000-D1",
    "not a region code"
)]
fn a_wrong_file_is_named_with_its_line(
    #[case] path: &str,
    #[case] right: &str,
    #[case] wrong: &str,
    #[case] expected: &str,
) {
    let files = with(path, |text| {
        assert!(text.contains(right), "{path} has no {right}");
        Some(text.replacen(right, wrong, 1))
    });
    let faults = Playbook::read(files).unwrap_err();
    let said = |fault: &&PlaybookFault| fault.path == path && fault.what.contains(expected);
    let fault = faults.0.iter().find(said);
    let fault = fault.unwrap_or_else(|| panic!("{faults:?}"));
    let text = with(path, |text| Some(text.replacen(right, wrong, 1)));
    let lines = text.get(path).unwrap().text.lines().count();
    assert!((1..=lines).contains(&fault.line), "{faults:?}");
}

/// What no plan can mean is refused, with the line of the key that says so, unless it is on record:
/// what once was in force stays readable.
#[rstest]
#[case::nobody_approves_blue(
    "triggers/mee-2024.toml",
    "[levels]\n",
    "[levels]\nblue = [\"aqi>150 for 24h\"]\n",
    (XUCHANG, "[approval.titles]"),
    "`mee-2024` knows blue: expected at least one title that may approve it"
)]
#[case::a_level_that_is_never_lifted(
    "triggers/mee-2024.toml",
    "yellow = [\"aqi>200 for 24h\", \"aqi>150 for 48h\"]",
    "yellow = [\"aqi>0 for 48h\"]",
    ("triggers/mee-2024.toml", "yellow"),
    "`aqi>0 for 48h` starts yellow above 0, and no air is at or below that, so it is never lifted: \
     expected `aqi>1` or more"
)]
#[case::a_level_leaves_more_time_than_a_lower_one(
    XUCHANG,
    "orange = 120, red = 60",
    "orange = 120, red = 180",
    (XUCHANG, "acknowledge_within_minutes"),
    "a higher level leaves more time to acknowledge: expected no more minutes for red than for \
     orange, and for orange than for yellow"
)]
#[case::a_level_asks_less_than_a_lower_one(
    "targets.toml",
    "red = 30",
    "red = 15",
    ("targets.toml", "percent"),
    "a higher level asks for a smaller cut: expected percents that do not fall from yellow to \
     orange to red"
)]
fn a_contradiction_is_refused_with_its_line_and_stays_readable_on_record(
    #[case] path: &str,
    #[case] right: &str,
    #[case] wrong: &str,
    #[case] (at, key): (&str, &str),
    #[case] what: &str,
) {
    let (files, expected) = planted(path, right, wrong, (at, key), what);
    assert_eq!(Playbook::read(files.clone()).unwrap_err().0, [expected]);
    Playbook::of_record(files).unwrap();
}

/// What may be meant is told with its line, and nothing is refused for it.
#[rstest]
#[case::rules_end_before_their_region(
    "triggers/mee-2024.toml",
    "in_force_from = \"2024-01-23\"\n",
    "in_force_from = \"2024-01-23\"\nin_force_to = \"2026-12-31\"\n",
    (XUCHANG, "rules ="),
    "`mee-2024` is out of force after 2026-12-31, and this file is not: name the rules that follow \
     by then"
)]
#[case::two_rule_sets_of_one_scope(
    "triggers/beijing-2013.toml",
    "in_force_to = \"2015-03-29\"",
    "in_force_to = \"2023-10-25\"",
    ("triggers/beijing-2023.toml", "in_force_from"),
    "`beijing-2013` is in force on 2023-10-25 for the same scope, 北京市: a region is judged by the \
     one it names"
)]
#[case::a_standard_leaves_a_gap(
    "standards/aqi-hj633-2026.toml",
    "in_force_from = \"2026-03-01\"",
    "in_force_from = \"2026-04-01\"",
    ("standards/aqi-hj633-2012.toml", "in_force_to"),
    "ends on 2026-02-28, and a standard from the day after is not known here"
)]
#[case::the_last_standard_ends(
    "standards/aqi-hj633-2026.toml",
    "in_force_from = \"2026-03-01\"",
    "in_force_to = \"2030-12-31\"\nin_force_from = \"2026-03-01\"",
    ("standards/aqi-hj633-2026.toml", "in_force_to"),
    "ends on 2030-12-31, and a standard from the day after is not known here"
)]
#[case::the_law_leaves_a_gap(
    "law.toml",
    "in_force_to = \"2026-08-14\"",
    "in_force_to = \"2026-08-10\"",
    ("law.toml", "in_force_to"),
    "ends on 2026-08-10, and a period from the day after is not known here"
)]
fn a_doubt_is_told_with_its_line_and_refuses_nothing(
    #[case] path: &str,
    #[case] right: &str,
    #[case] wrong: &str,
    #[case] (at, key): (&str, &str),
    #[case] what: &str,
) {
    let (files, expected) = planted(path, right, wrong, (at, key), what);
    let doubts = Playbook::read(files).unwrap().doubts;
    assert!(doubts.contains(&expected), "{doubts:#?}");
}

#[rstest]
#[case::zh("texts/zh/advisory/temporary-control/body.txt")]
#[case::en("texts/en/advisory/temporary-control/body.html")]
fn a_text_of_a_control_that_leaves_out_who_decided_is_a_doubt(#[case] path: &str) {
    let files = with(path, |text| {
        let silent = text.replace("{{ decision.by }}", "");
        assert_ne!(silent, text, "{path} says who decided");
        Some(silent)
    });
    let what = "does not say who decided on a control of the city's own: expected `decision.by` \
                where there is no `superior`";
    assert_eq!(
        Playbook::read(files).unwrap().doubts,
        [found(path, 1, what)]
    );
}

#[test]
fn two_standards_at_once_are_refused() {
    let (files, expected) = planted(
        "standards/aqi-hj633-2012.toml",
        "in_force_to = \"2026-02-28\"",
        "in_force_to = \"2026-03-01\"",
        ("standards/aqi-hj633-2026.toml", "in_force_from"),
        "`hj633-2012` and `hj633-2026` are both in force on 2026-03-01",
    );
    assert_eq!(Playbook::read(files).unwrap_err().0, [expected]);
}

/// The shipped files with one of them changed, and what is found of it at the line of a key.
fn planted(
    path: &str,
    right: &str,
    wrong: &str,
    (at, key): (&str, &str),
    what: &str,
) -> (Files, PlaybookFault) {
    let files = with(path, |text| {
        assert!(text.contains(right), "{path} has no {right}");
        Some(text.replacen(right, wrong, 1))
    });
    let text = &files.get(at).unwrap().text;
    let line = 1 + text.lines().position(|line| line.starts_with(key)).unwrap();
    (files, found(at, line, what))
}

#[test]
fn the_line_named_is_the_line_of_the_fault() {
    let files = with(XUCHANG, |text| {
        Some(text.replacen("rules = \"mee-2024\"", "rules = \"mee-2042\"", 1))
    });
    let faults = Playbook::read(files).unwrap_err().to_string();
    assert_eq!(
        faults,
        "regions/410000-henan/411000-xuchang.toml:7: no rules `mee-2042` in triggers/: \
         expected one of beijing-2013, beijing-2023, chengdu-2024, harbin-2023, hebei-2024, \
         jiangsu-2026, liaocheng-2019, liaocheng-2024, mee-2017, mee-2018, mee-2024, \
         shijiazhuang-2017, taiyuan-2019, wusu-2024"
    );
}

#[rstest]
#[case::law("law.toml")]
#[case::text("texts/en/lift/subject.txt")]
#[case::notice("texts/en/notice/body.txt")]
#[case::regions("regions/gbt2260.csv")]
fn a_missing_file_is_named(#[case] path: &str) {
    let faults = Playbook::read(with(path, |_| None)).unwrap_err();
    let missing = |fault: &PlaybookFault| fault.path == path && fault.what == "expected this file";
    assert!(faults.0.iter().any(missing), "{faults:?}");
}

#[test]
fn files_from_before_notices_had_a_text_write_them_with_the_shipped_one() {
    let older = Files::shipped();
    let older = older.iter().filter(|file| !file.path.contains("/notice/"));
    let older = Files::of(older.cloned());
    let refused = Playbook::read(older.clone()).unwrap_err();
    assert_eq!(
        refused.0[0].path, "texts/en/notice/body.txt",
        "to put in force, they need one"
    );
    let older = Playbook::of_record(older).unwrap();
    let text = older
        .notice(Language::Zh)
        .write(&sample::bare_notice(NoticeKind::Lift));
    assert_eq!(
        text.unwrap().title,
        "关于解除重污染天气橙色预警（样例）的通知"
    );
    let half = Playbook::of_record(with("texts/zh/notice/title.txt", |_| None)).unwrap_err();
    assert_eq!(half.0[0].what, "expected this file");
}

#[test]
fn files_from_before_advisories_were_sent_tell_of_one_in_the_shipped_words() {
    let older = Files::shipped();
    let older = older
        .iter()
        .filter(|file| !file.path.contains("/advisory/"));
    let older = Files::of(older.cloned());
    let refused = Playbook::read(older.clone()).unwrap_err();
    assert_eq!(
        refused.0[0].path, "texts/en/advisory/health-notice-lifted/body.html",
        "to put in force, they need them"
    );
    let older = Playbook::of_record(older).unwrap();
    let message = AdvisoryMessage::TemporaryControl;
    let text = older.advisory(message, Language::Zh);
    let mail = text.mail(&sample::bare_advisory(message)).unwrap();
    assert_eq!(
        mail.subject,
        "【样例市】临时管控：2026年11月24日24时至2026年11月24日24时"
    );
    let half = with("texts/zh/advisory/layout.txt", |_| None);
    let half = Playbook::of_record(half).unwrap_err();
    assert_eq!(half.0[0].what, "expected this file");
}

#[rstest]
#[case(
    MessageKind::Suspended,
    "【样例市】暂停重污染天气橙色预警响应（样例〔2026〕1号）"
)]
#[case(
    MessageKind::Resumed,
    "【样例市】恢复重污染天气橙色预警响应（样例〔2026〕1号）"
)]
fn files_from_before_there_were_suspensions_tell_of_one_in_the_shipped_words(
    #[case] kind: MessageKind,
    #[case] subject: &str,
) {
    let folder = format!("/{}/", kind.as_str());
    let older = Files::shipped();
    let older = older.iter().filter(|file| !file.path.contains(&folder));
    let older = Files::of(older.cloned());
    assert!(
        Playbook::read(older.clone()).is_err(),
        "to put in force, they need them"
    );
    let older = Playbook::of_record(older).unwrap();
    let mail = older.message(kind, Language::Zh).mail(&sample::bare());
    assert_eq!(mail.unwrap().subject, subject);
    let path = format!("texts/zh/{}/body.txt", kind.as_str());
    let half = Playbook::of_record(with(&path, |_| None)).unwrap_err();
    assert_eq!(half.0[0].what, "expected this file");
}

#[rstest]
#[case::title("title.txt")]
#[case::body("body.txt")]
fn a_notice_text_from_before_there_were_suspensions_takes_none_for_a_withdrawal(
    #[case] file: &str,
) {
    let path = format!("texts/zh/notice/{file}");
    let older = with(&path, |text| {
        let older = text.replace("kind == \"suspend\"", "false");
        Some(older.replace("kind == \"resume\"", "false"))
    });
    let faults = Playbook::read(older.clone()).unwrap_err();
    let told: Vec<_> = faults.0.iter().map(|fault| fault.what.as_str()).collect();
    assert_eq!(
        told,
        ["suspend", "resume"]
            .map(|kind| format!("expected words for a notice to {kind}: it reads as a withdrawal"))
    );
    let older = Playbook::of_record(older).unwrap();
    let resumed = older
        .notice(Language::Zh)
        .write(&sample::bare_notice(NoticeKind::Resume));
    let resumed = resumed.unwrap();
    assert_eq!(
        resumed.title,
        "关于恢复重污染天气橙色预警响应（样例）的通知"
    );
    assert!(!resumed.body.contains("撤回"), "{}", resumed.body);
}

#[rstest]
#[case::folder("trigger/mee-2024.toml")]
#[case::extension("measures/cement.tml")]
#[case::language("texts/fr/order/subject.txt")]
fn a_file_nobody_would_read_is_a_fault(#[case] path: &str) {
    let faults = Playbook::read(with(path, |_| Some(String::new()))).unwrap_err();
    assert_eq!(faults.0.len(), 1, "{faults:?}");
    assert_eq!(faults.0[0].path, path);
}

#[test]
fn two_files_for_one_region_or_one_industry_contradict_one_another() {
    let xuchang = Files::shipped().get(XUCHANG).unwrap().text.clone();
    let files = with("regions/411000-again.toml", |_| Some(xuchang.clone()));
    let faults = Playbook::read(files).unwrap_err().to_string();
    assert!(faults.contains("has another file already"), "{faults}");

    let glass = Files::shipped();
    let glass = glass.get("measures/flat-glass.toml").unwrap().text.clone();
    let files = with("measures/glass.toml", |_| Some(glass.clone()));
    let faults = Playbook::read(files).unwrap_err().to_string();
    assert!(faults.contains("in force for"), "{faults}");
}

#[test]
fn every_fault_is_told_not_only_the_first() {
    let mut files = with("law.toml", |_| None);
    files = Files::of(files.iter().map(|file| match file.path.as_str() {
        "targets.toml" => File {
            path: file.path.clone(),
            text: String::new(),
        },
        _ => file.clone(),
    }));
    let faults = Playbook::read(files).unwrap_err();
    let paths: Vec<_> = faults.0.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["law.toml", "targets.toml"]);
}

#[test]
fn an_explanation_beside_the_files_changes_nothing() {
    let files = with("README.md", |_| Some("words".to_owned()));
    assert_eq!(files.digest(), Files::shipped().digest());
    let files = with("targets.toml", |text| Some(format!("{text}\n")));
    assert_ne!(files.digest(), Files::shipped().digest());
}
