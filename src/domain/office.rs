//! Offices (县分局、乡镇、开发区管委会): who is told of its part of every plan, beside the plants.
//!
//! There is one office for a region on a list. Like a plant it has contacts, and only through them
//! is it reached; unlike a plant it owes no measure of its own.

use crate::enterprise::Contact;
use crate::region::RegionCode;

/// An office to be told of its part of every plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Its region: a county, a township, a local unit.
    pub region: RegionCode,
    /// Its name, as printed.
    pub name: String,
    /// Who answers for it, the first responsible one first.
    pub contacts: Vec<Contact>,
}
