//! The invariants of the architecture, checked by parsing every source of the product.
//!
//! Each [`Rule`] is a value: where it applies, what it forbids, why. Each is proven by planted
//! violations in several spellings, and by innocent sources it leaves alone. What a file mentions
//! is found by [`facts`]; the rules see nothing else.
//!
//! Design notes: `env!` reads the environment of the *build* and is allowed. The schemes
//! `sqlite:` and `postgres:` may stand in texts of `config.rs` and `cli/`, which name them to
//! people; identifiers that name an engine may not.

#[path = "architecture/facts.rs"]
mod facts;

use std::fmt;
use std::path::Path;

use facts::{Fact, What};
use rstest::rstest;

struct Rule {
    name: &'static str,
    why: &'static str,
    applies: fn(&str) -> bool,
    /// What is wrong with a mention, if anything is.
    forbids: fn(&str, &What) -> Option<String>,
}

const RULES: &[Rule] = &[
    Rule {
        name: "domain-is-pure",
        why: "`domain` performs no I/O, never asks the time, never draws a random number, is not \
              async; `now` and new ids are arguments",
        applies: |file| part_of(file) == "domain",
        forbids: impure,
    },
    Rule {
        name: "sql-in-store",
        why: "only `store` contains SQL",
        applies: |file| part_of(file) != "store",
        forbids: |_, what| match what {
            What::Path(path) => starts(path, &[&["sqlx"]]),
            What::Text(text) if looks_like_sql(text) => Some(excerpt(text)),
            _ => None,
        },
    },
    Rule {
        name: "engine-in-db",
        why: "only `store/db.rs` names a database engine",
        applies: |file| !is_in(file, "src/store/db"),
        forbids: engine,
    },
    Rule {
        name: "no-http-below-the-adapters",
        why: "no HTTP in `domain`, `app` or `store`; an error there knows no status code",
        applies: |file| ["domain", "app", "store"].contains(&part_of(file)),
        forbids: http,
    },
    Rule {
        name: "adapters-do-not-meet",
        why: "adapters do not call one another: they meet in `app` or through the outbox",
        applies: |file| ADAPTERS.contains(&part_of(file)),
        forbids: |file, what| {
            let others = ADAPTERS.iter().filter(|other| **other != part_of(file));
            reaches(what, others.copied())
        },
    },
    Rule {
        name: "dependency-direction",
        why: "main → cli → service → adapters → app → {store, notify} → domain; everything beside them is a \
              leaf",
        applies: |_| true,
        forbids: |file, what| reaches(what, above(part_of(file)).iter().copied()),
    },
    Rule {
        name: "environment-in-config",
        why: "only `config.rs` reads the environment",
        applies: |file| !is_in(file, "src/config"),
        forbids: environment,
    },
    Rule {
        name: "stdout-in-print",
        why: "only `cli/print.rs` and `main.rs` write to stdout: it carries results, not chatter",
        applies: |file| !["src/cli/print.rs", "src/main.rs"].contains(&file),
        forbids: stdout,
    },
];

const ADAPTERS: [&str; 4] = ["web", "uplink", "federation", "jobs"];

/// The part of the product a file belongs to; a single file below `src` is a part of its own.
fn part_of(file: &str) -> &str {
    let below = file.strip_prefix("src/").unwrap_or(file);
    let part = below.split('/').next().unwrap_or(below);
    part.strip_suffix(".rs").unwrap_or(part)
}

/// What a part may not know, since it stands above or beside it.
///
/// `service.rs` puts the parts together for `serve`, `demo` and the tests; like `cli` it may know
/// them all.
fn above(part: &str) -> &'static [&'static str] {
    match part {
        "main" | "lib" | "cli" => &[],
        "service" => &["cli"],
        "web" | "uplink" | "federation" | "jobs" => &["cli", "service", "store", "notify"],
        "app" => &["cli", "service", "web", "uplink", "federation", "jobs"],
        "store" => &[
            "cli",
            "service",
            "web",
            "sources",
            "uplink",
            "federation",
            "jobs",
            "app",
            "notify",
        ],
        "notify" => &[
            "cli",
            "service",
            "web",
            "sources",
            "uplink",
            "federation",
            "jobs",
            "app",
            "store",
        ],
        // A leaf of several files: bytes in, values out. What fetches them is a job.
        "sources" => &[
            "cli",
            "service",
            "web",
            "uplink",
            "federation",
            "jobs",
            "app",
            "store",
            "notify",
        ],
        _ => &[
            "cli",
            "service",
            "web",
            "sources",
            "uplink",
            "federation",
            "jobs",
            "app",
            "store",
            "notify",
        ],
    }
}

/// Whether a file is the module itself or lies below it.
fn is_in(file: &str, module: &str) -> bool {
    file.strip_prefix(module)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// The path, where it begins with one of these, or is a glob that would bring one in.
fn starts(path: &[String], forbidden: &[&[&str]]) -> Option<String> {
    let (glob, stem) = match path.split_last() {
        Some((last, stem)) if last == "*" => (true, stem),
        _ => (false, path),
    };
    let begins = |long: &[&str], short: &[&str]| long.starts_with(short);
    let stem: Vec<&str> = stem.iter().map(String::as_str).collect();
    forbidden
        .iter()
        .any(|bad| begins(&stem, bad) || (glob && begins(bad, &stem)))
        .then(|| path.join("::"))
}

fn reaches<'m>(what: &What, modules: impl Iterator<Item = &'m str>) -> Option<String> {
    let What::Path(path) = what else { return None };
    modules
        .map(|module| starts(path, &[&["crate", module]]))
        .find_map(|found| found)
}

fn impure(_: &str, what: &What) -> Option<String> {
    const PATHS: &[&[&str]] = &[
        &["std", "env"],
        &["std", "fs"],
        &["std", "io"],
        &["std", "net"],
        &["std", "os"],
        &["std", "process"],
        &["std", "thread"],
        &["std", "time"],
        &["chrono", "Local"],
        &["chrono", "Utc", "now"],
        &["uuid", "Uuid", "new_v4"],
        &["uuid", "Uuid", "now_v7"],
        &["rand"],
        &["getrandom"],
        &["fastrand"],
        &["tokio"],
        &["futures"],
    ];
    match what {
        What::Path(path) => starts(path, PATHS),
        What::Async => Some("async".to_owned()),
        What::Macro(name) => ["print", "println", "eprint", "eprintln", "dbg"]
            .contains(&name.as_str())
            .then(|| format!("{name}!")),
        _ => None,
    }
}

/// Whether a text is a statement: by its first words in capitals, or in small letters when it also
/// has a sign that sentences lack.
fn looks_like_sql(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let in_capitals = first.chars().all(|c| c.is_ascii_uppercase());
    if !in_capitals && !text.contains(['=', '*', '(', '$', '?']) {
        return false;
    }
    let text = text.to_ascii_uppercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["SELECT", _, ..] => in_capitals || words.contains(&"FROM"),
        ["UPDATE", ..] => words.contains(&"SET"),
        ["WITH", _, ..] => words.contains(&"AS") && words.contains(&"SELECT"),
        ["CREATE" | "DROP" | "ALTER", next, ..] => [
            "TABLE", "INDEX", "UNIQUE", "VIEW", "TRIGGER", "SCHEMA", "DATABASE", "TEMP",
        ]
        .contains(&next),
        ["INSERT", "INTO" | "OR", ..]
        | ["REPLACE" | "MERGE", "INTO", ..]
        | ["DELETE", "FROM", ..]
        | ["PRAGMA" | "TRUNCATE" | "VACUUM", ..]
        | ["BEGIN", "IMMEDIATE" | "EXCLUSIVE" | "TRANSACTION", ..] => true,
        _ => false,
    }
}

fn engine(file: &str, what: &What) -> Option<String> {
    match what {
        What::Name(name) => {
            let small = name.to_ascii_lowercase();
            let of_postgres = name
                .strip_prefix("Pg")
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
            (of_postgres || small.contains("sqlite") || small.contains("postgres"))
                .then(|| name.clone())
        }
        What::Text(text) => {
            let to_people = part_of(file) == "config" || part_of(file) == "cli";
            let scheme = ["sqlite:", "postgres:", "postgresql:"];
            (!to_people && scheme.iter().any(|scheme| text.contains(scheme))).then(|| excerpt(text))
        }
        _ => None,
    }
}

fn http(_: &str, what: &What) -> Option<String> {
    const PATHS: &[&[&str]] = &[
        &["axum"],
        &["axum_extra"],
        &["http"],
        &["http_body"],
        &["hyper"],
        &["hyper_util"],
        &["reqwest"],
        &["tower"],
        &["tower_http"],
        &["utoipa_axum"],
    ];
    match what {
        What::Path(path) => starts(path, PATHS),
        What::Name(name) => (name == "StatusCode").then(|| name.clone()),
        _ => None,
    }
}

fn environment(_: &str, what: &What) -> Option<String> {
    match what {
        What::Path(path) => starts(
            path,
            &[&["std", "env"], &["config", "Environment"], &["dotenvy"]],
        ),
        What::ArgumentFromEnvironment => Some("#[arg(env)]".to_owned()),
        _ => None,
    }
}

fn stdout(_: &str, what: &What) -> Option<String> {
    match what {
        What::Path(path) => starts(
            path,
            &[
                &["std", "io", "stdout"],
                &["std", "io", "Stdout"],
                &["std", "io", "StdoutLock"],
                &["tokio", "io", "stdout"],
                &["tokio", "io", "Stdout"],
            ],
        )
        .filter(|found| !found.ends_with('*')),
        What::Macro(name) => ["print", "println"]
            .contains(&name.as_str())
            .then(|| format!("{name}!")),
        _ => None,
    }
}

fn excerpt(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", one_line.chars().take(40).collect::<String>())
}

struct Violation {
    file: String,
    line: usize,
    found: String,
    rule: &'static Rule,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file, line, found, ..
        } = self;
        let Rule { name, why, .. } = self.rule;
        write!(f, "{file}:{line}: {found}: {name}: {why}")
    }
}

fn violations(file: &str, source: &str) -> Vec<Violation> {
    let facts = facts::facts(file, source);
    let violates = |rule: &'static Rule, fact: &Fact| {
        (rule.forbids)(file, &fact.what).map(|found| Violation {
            file: file.to_owned(),
            line: fact.line,
            found,
            rule,
        })
    };
    RULES
        .iter()
        .filter(|rule| (rule.applies)(file))
        .flat_map(|rule| facts.iter().filter_map(move |fact| violates(rule, fact)))
        .collect()
}

/// Every source below a folder, with its path from the repository's root.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = path
                .strip_prefix(env!("CARGO_MANIFEST_DIR"))
                .expect("the sources lie below the root");
            let source = std::fs::read_to_string(&path).expect("a source is UTF-8");
            found.push((file.display().to_string(), source));
        }
    }
}

#[test]
fn the_sources_keep_every_rule() {
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 10, "the sources were not found");
    let broken: Vec<_> = found
        .iter()
        .flat_map(|(file, source)| violations(file, source))
        .map(|violation| violation.to_string())
        .collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// A rule, a file and a source in it that breaks the rule.
const PLANTED: &[(&str, &str, &str)] = &[
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "fn f() { std::fs::read(\"x\"); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "fn f() { ::std::thread::yield_now(); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "use std::{fmt, net::TcpStream};",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "use std::time as t; fn f() -> t::Instant { todo!() }",
    ),
    ("domain-is-pure", "src/domain/a.rs", "use std::*;"),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "use chrono::Utc; fn f() { Utc::now(); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "use chrono as c; fn f() { c::Utc::now(); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "fn f() { assert_eq!(chrono::Utc::now(), x); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "use uuid::Uuid; fn f() -> Uuid { Uuid::new_v4() }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "fn f() -> u8 { rand::random() }",
    ),
    ("domain-is-pure", "src/domain/a.rs", "async fn f() {}"),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "fn f() { let _ = async { 1 }; }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "trait T { async fn f(); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "fn f() { eprintln!(\"x\"); }",
    ),
    (
        "domain-is-pure",
        "src/domain/a.rs",
        "macro_rules! m { () => { std::env::var(\"X\") }; }",
    ),
    (
        "sql-in-store",
        "src/app/a.rs",
        "const Q: &str = \"SELECT id\\n  FROM orders\";",
    ),
    (
        "sql-in-store",
        "src/web/a.rs",
        "fn f() { let _ = \"insert into a values (1)\"; }",
    ),
    (
        "sql-in-store",
        "src/jobs/a.rs",
        "fn f() { g(r#\"UPDATE a SET b = 1\"#); }",
    ),
    (
        "sql-in-store",
        "src/cli/a.rs",
        "fn f() { format!(\"DELETE FROM {x}\"); }",
    ),
    (
        "sql-in-store",
        "src/cli/a.rs",
        "const Q: &str = \"WITH a AS (SELECT 1) SELECT * FROM a\";",
    ),
    (
        "sql-in-store",
        "src/cli/a.rs",
        "const Q: &str = \"PRAGMA journal_mode = WAL\";",
    ),
    ("sql-in-store", "src/app/a.rs", "fn f() { sqlx::query(q); }"),
    ("sql-in-store", "src/app/a.rs", "use sqlx as db;"),
    (
        "sql-in-store",
        "src/app/a.rs",
        "#[derive(sqlx::FromRow)] struct A;",
    ),
    ("sql-in-store", "src/app/a.rs", "extern crate sqlx;"),
    (
        "engine-in-db",
        "src/store/orders.rs",
        "fn f(pool: &sqlx::SqlitePool) {}",
    ),
    (
        "engine-in-db",
        "src/store/orders.rs",
        "use sqlx::postgres as p;",
    ),
    (
        "engine-in-db",
        "src/store/mod.rs",
        "use sqlx::{Row, PgConnection as C};",
    ),
    (
        "engine-in-db",
        "src/store/orders.rs",
        "enum Engine { Sqlite, Other }",
    ),
    ("engine-in-db", "src/config.rs", "fn connect_postgres() {}"),
    (
        "engine-in-db",
        "src/app/a.rs",
        "fn f(url: &str) { url.starts_with(\"sqlite:\"); }",
    ),
    (
        "engine-in-db",
        "src/app/a.rs",
        "fn f() { matches!(e, Engine::Postgres) }",
    ),
    (
        "no-http-below-the-adapters",
        "src/app/a.rs",
        "use axum::http::StatusCode as Code;",
    ),
    ("no-http-below-the-adapters", "src/app/a.rs", "use axum::*;"),
    (
        "no-http-below-the-adapters",
        "src/app/a.rs",
        "fn f() -> StatusCode { todo!() }",
    ),
    (
        "no-http-below-the-adapters",
        "src/store/a.rs",
        "fn f() { reqwest::get(u); }",
    ),
    (
        "no-http-below-the-adapters",
        "src/domain/a.rs",
        "use http as h; fn f(r: h::Method) {}",
    ),
    (
        "no-http-below-the-adapters",
        "src/app/a.rs",
        "fn f() { x!(tower::service_fn(g)); }",
    ),
    (
        "adapters-do-not-meet",
        "src/web/a.rs",
        "use crate::federation::Peer;",
    ),
    (
        "adapters-do-not-meet",
        "src/web/api/a.rs",
        "fn f() { super::super::super::jobs::run(); }",
    ),
    (
        "adapters-do-not-meet",
        "src/jobs/mod.rs",
        "use crate::{app, uplink};",
    ),
    (
        "adapters-do-not-meet",
        "src/uplink/mod.rs",
        "use super::web as w;",
    ),
    ("adapters-do-not-meet", "src/uplink/a.rs", "use crate::*;"),
    (
        "adapters-do-not-meet",
        "src/federation/a.rs",
        "fn f() { log!(crate::uplink::count()); }",
    ),
    (
        "dependency-direction",
        "src/app/a.rs",
        "use crate::service::Service;",
    ),
    (
        "dependency-direction",
        "src/app/a.rs",
        "use crate::web::Problem;",
    ),
    (
        "dependency-direction",
        "src/sources/a.rs",
        "use crate::app::ingest;",
    ),
    ("dependency-direction", "src/store/a.rs", "use crate::app;"),
    (
        "dependency-direction",
        "src/notify/a.rs",
        "use crate::store::Tx;",
    ),
    (
        "dependency-direction",
        "src/web/a.rs",
        "use crate::store::Db;",
    ),
    (
        "dependency-direction",
        "src/web/a.rs",
        "mod inner { fn f() { super::super::super::cli::run(); } }",
    ),
    (
        "dependency-direction",
        "src/config.rs",
        "fn f(a: crate::app::App) {}",
    ),
    (
        "dependency-direction",
        "src/table.rs",
        "use qingkong::store;",
    ),
    (
        "environment-in-config",
        "src/app/a.rs",
        "fn f() { std::env::var(\"X\"); }",
    ),
    (
        "environment-in-config",
        "src/main.rs",
        "use std::env::var as read;",
    ),
    (
        "environment-in-config",
        "src/cli/a.rs",
        "use std::{env, io}; fn f() { env::vars(); }",
    ),
    (
        "environment-in-config",
        "src/cli/a.rs",
        "struct A { #[arg(long, env = \"X\")] a: u8 }",
    ),
    (
        "environment-in-config",
        "src/cli/a.rs",
        "struct A { #[arg(env)] a: u8 }",
    ),
    (
        "environment-in-config",
        "src/web/a.rs",
        "fn f() { format!(\"{:?}\", std::env::args()); }",
    ),
    (
        "stdout-in-print",
        "src/cli/aqi.rs",
        "fn f() { println!(\"x\"); }",
    ),
    (
        "stdout-in-print",
        "src/cli/aqi.rs",
        "fn f() { std::print!(\"x\"); }",
    ),
    (
        "stdout-in-print",
        "src/app/a.rs",
        "use std::io; fn f() { io::stdout().lock(); }",
    ),
    (
        "stdout-in-print",
        "src/app/a.rs",
        "use std::io::{stdout as out};",
    ),
    (
        "stdout-in-print",
        "src/app/a.rs",
        "fn f() { vec![tokio::io::stdout()]; }",
    ),
    (
        "stdout-in-print",
        "src/app/a.rs",
        "macro_rules! say { () => { println!() }; }",
    ),
];

#[test]
fn every_planted_violation_is_found() {
    for (rule, file, source) in PLANTED {
        let found = violations(file, source);
        let names: Vec<_> = found.iter().map(|violation| violation.rule.name).collect();
        assert!(
            names.contains(rule),
            "{file}: `{source}`: {rule} missed, found {names:?}"
        );
    }
}

#[test]
fn every_rule_is_proven_by_planted_violations() {
    for rule in RULES {
        let planted = PLANTED
            .iter()
            .filter(|(name, ..)| *name == rule.name)
            .count();
        assert!(
            planted >= 4,
            "{} has {planted} planted violations",
            rule.name
        );
    }
}

#[rstest]
#[case::pure_std(
    "src/domain/a.rs",
    "use std::{fmt, collections::BTreeMap}; use core::time::Duration;"
)]
#[case::now_is_an_argument(
    "src/domain/a.rs",
    "use chrono::{DateTime, Utc}; fn f(now: DateTime<Utc>) {}"
)]
#[case::a_word_that_is_no_path(
    "src/domain/a.rs",
    "fn f(time: u8, io: u8) { let process = time + io; }"
)]
#[case::tests_may(
    "src/domain/a.rs",
    "#[cfg(test)] mod tests { use std::fs; fn f() { println!(); } }"
)]
#[case::documentation(
    "src/domain/a.rs",
    "/// `SELECT a FROM b`, `std::fs`, sqlite:x\nfn f() {}"
)]
#[case::sql_in_store("src/store/orders.rs", "const Q: &str = \"SELECT id FROM orders\";")]
#[case::a_sentence(
    "src/cli/a.rs",
    "const T: &str = \"select the plants, then update them\";"
)]
#[case::another_sentence(
    "src/cli/a.rs",
    "const T: &str = \"Delete from the list what is gone\";"
)]
#[case::engine_at_the_waist("src/store/db.rs", "use sqlx::{Postgres, Sqlite};")]
#[case::scheme_in_help(
    "src/cli/a.rs",
    "const HELP: &str = \"sqlite:PATH or postgres://HOST\";"
)]
#[case::http_in_web("src/web/a.rs", "use axum::http::StatusCode;")]
#[case::an_adapter_in_itself("src/web/a.rs", "use crate::web::Problem; use super::pages;")]
#[case::an_adapter_asks_app("src/jobs/mod.rs", "use crate::{app, clock, domain};")]
#[case::a_module_of_the_same_name("src/app/a.rs", "use super::web_link; use crate::app::jobs_due;")]
#[case::cli_knows_all("src/cli/serve.rs", "use crate::{app, jobs, store, web};")]
#[case::the_service_is_put_together("src/service.rs", "use crate::{app, jobs, store, web};")]
#[case::config_reads_it("src/config.rs", "fn f() { std::env::var(\"X\"); }")]
#[case::of_the_build("src/cli/a.rs", "const V: &str = env!(\"CARGO_PKG_VERSION\");")]
#[case::print_prints("src/cli/print.rs", "use std::io; fn f() { io::stdout(); }")]
#[case::into_a_string("src/cli/a.rs", "use std::fmt::Write; fn f() { writeln!(s, \"x\"); }")]
fn what_is_allowed_is_left_alone(#[case] file: &str, #[case] source: &str) {
    let found: Vec<_> = violations(file, source)
        .iter()
        .map(Violation::to_string)
        .collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_violation_names_file_line_rule_and_reason() {
    let found = violations("src/app/a.rs", "fn f() {\n    println!(\"x\");\n}\n");
    assert_eq!(
        found[0].to_string(),
        "src/app/a.rs:2: println!: stdout-in-print: only `cli/print.rs` and `main.rs` write to \
         stdout: it carries results, not chatter"
    );
}
