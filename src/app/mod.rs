//! t
pub mod link;
