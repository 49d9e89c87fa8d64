//! 晴空 Qingkong.

pub use qingkong_domain as domain;

pub mod cli;
pub mod i18n;
pub mod notify;
pub mod playbooks;
pub mod table;
pub mod web;
