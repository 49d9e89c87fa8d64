//! The pages and interfaces served over HTTP.

pub mod assets;
pub mod pages;
