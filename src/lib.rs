//! 晴空 Qingkong.

pub use qingkong_domain as domain;

pub mod cli;
pub mod notify;
pub mod playbooks;
pub mod store;
pub mod table;
