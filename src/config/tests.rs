//! Files and variables read, refused by name, and those that `docker-compose.yml` sets.

use std::collections::{BTreeSet, HashMap};

use yaml_rust2::{Yaml, YamlLoader};

use super::*;

fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    Config::parse(text, environment().source(Some(variables)))
}

#[test]
fn no_file_is_a_configuration_that_runs() {
    let config = parse("", &[]).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(
        config.database_url().unwrap(),
        "sqlite:qingkong-data/qingkong.db"
    );
    insta::assert_debug_snapshot!(config);
}

#[test]
fn the_environment_stands_over_the_file() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\nhsts = true\n";
    let variables = [
        ("QINGKONG__SERVER__LISTEN", "0.0.0.0:80"),
        ("QINGKONG__SERVER__STOP_SECONDS", "5"),
        ("QINGKONG__DATABASE__URL", "postgres://localhost/a"),
        ("QINGKONGX__SERVER__HSTS", "not ours"),
    ];
    let config = parse(text, &variables).unwrap();
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.server.stop_seconds, 5);
    assert!(config.server.hsts);
    assert_eq!(config.database_url().unwrap(), "postgres://localhost/a");
}

#[rstest::rstest]
#[case::section("[sever]\nhsts = true", &[], "sever")]
#[case::key("[server]\nlisten_on = \"127.0.0.1:80\"", &[], "listen_on")]
#[case::variable("", &[("QINGKONG__SERVER__LISTEN_ON", "127.0.0.1:80")], "listen_on")]
#[case::value("[server]\nlisten = \"here\"", &[], "server.listen")]
#[case::number("", &[("QINGKONG__SERVER__STOP_SECONDS", "soon")], "soon")]
#[case::not_toml("[server", &[], "line 1")]
fn a_wrong_key_or_value_is_refused_by_its_name(
    #[case] text: &str,
    #[case] variables: &[(&str, &str)],
    #[case] named: &str,
) {
    let error = parse(text, variables).unwrap_err().to_string();
    assert!(error.contains(named), "{error}");
}

#[test]
fn a_secret_may_stand_in_a_file_but_not_in_both_places() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("url");
    std::fs::write(&path, "postgres://qk:secret@db/qk\n").unwrap();
    let mut config = Config::default();
    config.database.url_file = Some(path);
    assert_eq!(config.database_url().unwrap(), "postgres://qk:secret@db/qk");
    config.database.url = Some("sqlite:x.db".to_owned());
    assert!(config.database_url().is_err());
}

#[test]
fn the_address_of_a_source_may_stand_in_a_file_but_not_in_both_places() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("url");
    std::fs::write(&path, "https://a.invalid/?key=secret\n").unwrap();
    let file = format!("url_file = \"{}\"\n", path.display());
    let source = |text: &str| parse(&format!("[[sources]]\nregion = \"411000\"\n{text}"), &[]);
    let read = source(&file).unwrap();
    assert_eq!(read.sources[0].url, "https://a.invalid/?key=secret");
    for wrong in [
        String::new(),
        format!("url = \"https://b.invalid\"\n{file}"),
    ] {
        let refused = source(&wrong).unwrap_err().to_string();
        assert!(refused.contains("either `url` or `url_file`"), "{refused}");
    }
}

#[test]
fn a_region_has_one_source_of_each_series() {
    let source = |series: &str| {
        format!("[[sources]]\nregion = \"411000\"\nurl = \"https://a.invalid\"\n{series}\n")
    };
    let observed = "series = \"observed\"";
    let both = parse(&(source("") + &source(observed)), &[]).unwrap();
    let series: Vec<_> = both.sources.iter().map(|source| source.series).collect();
    assert_eq!(series, [SourceSeries::Forecast, SourceSeries::Observed]);
    let twice = parse(&(source(observed) + &source(observed)), &[]).unwrap_err();
    assert!(twice.to_string().contains("`observed`"), "{twice}");
    let unknown = parse(&source("series = \"guessed\""), &[]).unwrap_err();
    assert!(unknown.to_string().contains("guessed"), "{unknown}");
}

#[test]
fn a_configuration_prints_no_secret() {
    let mut config = Config::default();
    config.database.url = Some("postgres://qk:secret@db/qk".to_owned());
    let source = "[[sources]]\nregion = \"411000\"\nurl = \"https://a.invalid/?key=secret@\"\n";
    config.sources = parse(source, &[]).unwrap().sources;
    assert_eq!(config.sources.len(), 1);
    assert!(!format!("{config:?}").contains("secret@"));
}

/// What `docker-compose.yml` says.
fn compose() -> Yaml {
    let text = include_str!("../../docker-compose.yml");
    YamlLoader::load_from_str(text).unwrap().remove(0)
}

/// The entries of a mapping, by name; none where there is no such mapping.
fn entries(mapping: &Yaml) -> Vec<(&str, &Yaml)> {
    let entries = mapping.as_hash().into_iter().flatten();
    entries
        .map(|(key, value)| (key.as_str().unwrap(), value))
        .collect()
}

fn texts(list: &Yaml) -> Vec<&str> {
    let list = list.as_vec().into_iter().flatten();
    list.map(|text| text.as_str().unwrap()).collect()
}

/// A span such as `40s`, in seconds.
fn seconds(span: &Yaml) -> u64 {
    let span = span.as_str().and_then(|span| span.strip_suffix('s'));
    span.unwrap().parse().unwrap()
}

#[test]
fn the_composed_node_is_configured_by_variables_it_knows() {
    let compose = compose();
    let node = &compose["services"]["qingkong"];
    let variables: Vec<_> = entries(&node["environment"])
        .into_iter()
        .map(|(name, value)| (name, value.as_str().unwrap()))
        .collect();
    let config = parse("", &variables).unwrap();

    // What is asked, published and waited for fits what is configured.
    let port = config.server.listen.port();
    assert!(texts(&node["ports"]).contains(&format!("127.0.0.1:{port}:{port}").as_str()));
    let health = texts(&node["healthcheck"]["test"]).join(" ");
    assert!(
        health.ends_with(&format!("http://127.0.0.1:{port}/readyz")),
        "{health}"
    );
    assert!(seconds(&node["stop_grace_period"]) > config.server.stop_seconds);
    let mail = config.mail.as_ref().unwrap();
    assert!(!compose["services"][mail.host.as_str()].is_badvalue());

    // Whatever is kept, and every file that is read, lies on a volume.
    let mounts = texts(&node["volumes"]);
    let targets: Vec<_> = mounts
        .iter()
        .map(|it| it.split(':').nth(1).unwrap())
        .collect();
    let files = [
        config.database.url_file.as_ref(),
        config.keyring.file.as_ref(),
    ];
    for path in files
        .into_iter()
        .map(Option::unwrap)
        .chain([&config.data_dir])
    {
        assert!(
            targets.iter().any(|target| path.starts_with(target)),
            "{path:?}: {targets:?}"
        );
    }
}

#[test]
fn composed_services_wait_for_one_another_and_share_declared_volumes() {
    let compose = compose();
    let services = entries(&compose["services"]);
    let names: Vec<_> = services.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["qingkong", "postgres", "mail", "secrets"]);
    let mut used = BTreeSet::new();
    for (name, service) in &services {
        assert!(service["image"].as_str().is_some(), "{name}: no image");
        for (other, awaited) in entries(&service["depends_on"]) {
            let awaits = awaited["condition"].as_str().unwrap();
            let other_service = &compose["services"][other];
            assert!(!other_service.is_badvalue(), "{name} waits for {other}");
            let is_asked = !other_service["healthcheck"]["test"].is_badvalue();
            assert!(
                is_asked || awaits != "service_healthy",
                "{other} is never healthy"
            );
        }
        let mounts = texts(&service["volumes"]).into_iter();
        used.extend(mounts.map(|mount| mount.split(':').next().unwrap()));
    }
    let declared: BTreeSet<_> = entries(&compose["volumes"])
        .into_iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(used, declared);
}
