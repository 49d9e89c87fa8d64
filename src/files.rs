//! Files that people hand in and are handed: the list, the offices, and how a file comes to stand in
//! its place.

pub mod draft;
pub mod list;
pub mod office;
