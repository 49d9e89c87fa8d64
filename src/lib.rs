//! 晴空 Qingkong: the emergency response to heavy pollution (重污染天气应急响应), from a forecast to
//! the last acknowledgement, and the record of all of it.
//!
//! # Bird's-eye view
//!
//! ```text
//! forecast ──► outlook ──► decision ──► notice ──► plan ──► orders ──► outbox ──► channels
//!    or           │        (reasons)   (persons)   (list)  (snapshot)  (leases)   mail, webhook
//! instruction     └ days with their source  │         │                               │
//!                                        warning    digest ──► journal ◄── answers ◄──┘
//! ```
//!
//! An outlook crosses a line in a dated rule, or a superior's instruction arrives. The machine
//! *proposes* a level and says why; a duty officer drafts a notice, somebody else signs it. A plan
//! is drawn from the reduction list: one line for every recipient, a snapshot under one digest.
//! Issuing is one short transaction. From then on every order is sent, answered and counted, and
//! every act has left an entry in a chain that cannot be changed quietly.
//!
//! Nothing is ever issued, raised or prolonged by the machine alone.
//!
//! # Where to find what
//!
//! In reading order, from the rules outwards:
//!
//! - [`domain`]: the rules as pure functions, a package of its own: [`aqi`](domain::aqi),
//!   [`outlook`](domain::outlook) and [`skill`](domain::skill) (what forecasts were worth),
//!   [`trigger`](domain::trigger) (rules and decisions),
//!   [`episode`](domain::episode) (years of decisions) and [`backtest`](domain::backtest) (what they
//!   were worth), [`notice`](domain::notice) and
//!   [`warning`](domain::warning) (their lawful moves), [`addition`](domain::addition) (what is
//!   added for everyone), [`advisory`](domain::advisory) (what compels
//!   nobody), [`information`](domain::information) (telling the public anew),
//!   [`enterprise`](domain::enterprise), [`list`](domain::list), [`measure`](domain::measure),
//!   [`plan`](domain::plan),
//!   [`order`](domain::order), [`journal`](domain::journal), [`playbook`](domain::playbook).
//! - [`store`]: SQL, one text for two engines; [`store::db`] is the narrow waist.
//! - [`notify`]: channels, and the rendering of what they carry.
//! - [`app`]: the use cases, the only layer that knows both `domain` and `store`. The line above is
//!   [`ingest`](app::ingest) → [`decide`](app::decide) → [`proposal`](app::proposal) →
//!   [`notices`](app::notices) → [`draw`](app::draw) → [`issue`](app::issue) →
//!   [`dispatch`](app::dispatch) → [`answer`](app::answer), with [`journal`](app::journal) under
//!   all of it; [`advisory`](app::advisory) leads off below a colour; [`board`](app::board) and
//!   [`desk`](app::desk) gather what is looked at; [`compare`](app::compare) replays two rule sets
//!   over the days that came;
//!   [`backup`](app::backup) writes all of it to a file and begins a new epoch from one;
//!   [`erase`](app::erase) and [`retention`](app::retention) take people out of it.
//! - [`web`]: HTTP: the JSON interface (`web/api`), the console (`web/console`: a handler and a form
//!   for each move), the order link; [`web::pages`] are the views they fill, one struct per page.
//! - [`jobs`]: one visible table of scheduled work.
//! - [`service`]: the life of a node; [`cli`]: one file per command. `demo` is `serve` with seeded
//!   data and sinks of its own.
//! - [`sources`]: files of days and hours as their makers write them → places with values in our
//!   units; a file for each format, which begins with its mapping.
//! - Leaves: [`config`], [`clock`], [`keyring`], [`i18n`], [`playbooks`], [`table`], [`files`], [`tls`].
//!
//! Beside the code stand `migrations/` (the schema, forward only), `playbooks/` (rules, standards,
//! law, regions, texts: data with the dates it holds), `tests/it/` (one binary; `tests/run` sets up
//! what it needs) and `benches/`.
//!
//! # Invariants
//!
//! `tests/it/architecture.rs` checks 1 to 5 by parsing the sources.
//!
//! 1. `domain` performs no I/O, never asks the time, never draws a random number, is not async.
//!    `now` and new ids are arguments.
//! 2. Only `store` contains SQL; only `store/db.rs` names a database engine.
//! 3. No HTTP in `domain`, `app` or `store`; `app::Error` knows no status code.
//! 4. Adapters do not call one another.
//! 5. Only `config.rs` reads the environment; only `cli/print.rs` and `main.rs` write to stdout.
//! 6. A plan is complete when drawn: executing it makes no further choices.
//! 7. Whatever is said to the outside world passes the outbox, in the transaction that decided it.
//! 8. Types that cross a border (`web::api`, files) are not domain types; `From`/`TryFrom` joins
//!    them.
//! 9. Every rule, table, citation and grade scheme is data with the dates it holds; every warning
//!    and order keeps the version it was judged by.
//! 10. Record tables are append-only: nothing that was issued, sent or answered is updated away or
//!     deleted. Heads, counters and work queues are mutable and can be rebuilt from the record.
//! 11. Every plan, order and message has a lane, live or drill, as a sealed type and in every unique
//!     key; one code path, generic over the lane; no live sender accepts a drill.
//!
//! # Across the layers
//!
//! **Time.** One offset, +08:00. Instants are `DateTime<Utc>` in whole milliseconds; what a document
//! said, `24:00` included, is a [`WrittenTime`](domain::time::WrittenTime). Only [`clock`] asks the
//! system, and tests move it by hand.
//!
//! **Ids.** Public ids are `UUIDv7`; orders, messages and answers have ordinals as keys.
//!
//! **Errors.** The domain *refuses* with a reason and returns incomplete data with its gaps; the
//! store says what a caller can do; [`app::Error`] says it in the trade's words; the border prints
//! the chain once, under a reference that is also in the log.
//!
//! **Turns.** An act is one transaction and is done once under its idempotency key. An issue and the
//! answers to a warning take turns on the warning's row. Small hot writes gather in a
//! [group commit](store::writer). Work is claimed under leases with fencing numbers, so any
//! instance may die at any moment.
//!
//! **Testing.** Units stand at the foot of their files; everything with a database, a port or a
//! browser is in `tests/it`, on SQLite and on a real PostgreSQL; whole episodes are stories through
//! a `World` that is started by the same constructor as `serve`.

pub use qingkong_domain as domain;

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod files;
pub mod i18n;
pub mod jobs;
pub mod keyring;
pub mod notify;
pub mod playbooks;
pub mod service;
pub mod sources;
pub mod store;
pub mod table;
pub mod tls;
pub mod web;
