//! 晴空 Qingkong.

pub use qingkong_domain as domain;

pub mod cli;
pub mod list_file;
pub mod notify;
pub mod playbooks;
pub mod table;
