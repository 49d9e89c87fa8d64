//! 晴空 Qingkong.

pub use qingkong_domain as domain;

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod i18n;
pub mod jobs;
pub mod keyring;
pub mod list_file;
pub mod notify;
pub mod office_file;
pub mod playbooks;
pub mod service;
pub mod store;
pub mod table;
pub mod web;
