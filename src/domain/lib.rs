//! The rules of heavy-pollution response as pure functions.
//!
//! Values go in, decisions come out: nothing in this package performs input or output, asks the
//! time, draws a random number, or is async. `now` and new ids are arguments. What it knows of
//! standards, plans and law it reads from *data* with the dates it holds (see [`playbook`]).
//!
//! The modules stand in groups, in the order in which an episode passes through these.

pub mod digest;
pub mod id;
pub mod lane;
pub mod level;
pub mod time;

pub mod aqi;
pub mod backtest;
pub mod episode;
pub mod outlook;
pub mod skill;
pub mod trigger;

pub mod access;
pub mod region;

pub mod enterprise;
pub mod list;
pub mod measure;
pub mod office;

pub mod addition;
pub mod notice;
pub mod warning;

pub mod advisory;
pub mod information;

pub mod order;
pub mod plan;

pub mod playbook;

pub mod journal;
pub mod record;
