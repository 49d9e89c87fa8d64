//! Who is told beside the enterprises: an office for every county and local unit of 许昌.
//!
//! The places are real. The offices and the people in them are made up and say so, and lie at a
//! host to which nobody can write.

use crate::domain::enterprise::Contact;
use crate::domain::office::Office;
use crate::domain::region::{RegionCode, Regions};

/// The counties and local units with an office.
const PLACES: [&str; 9] = [
    "411002",
    "411003",
    "411024",
    "411025",
    "411081",
    "411082",
    "411000-D01",
    "411000-D02",
    "411000-D03",
];

/// The offices of the sample, whose mailboxes lie at `mail_host`.
pub(super) fn sample_offices(regions: &Regions, mail_host: &str) -> Vec<Office> {
    PLACES
        .into_iter()
        .map(|code| {
            let region: RegionCode = code.parse().expect("the places are region codes");
            let place = regions.name(region).unwrap_or(code);
            let contact = |who: &str, role: &str, mailbox: &str| Contact {
                name: format!("示例·{place}{who}（虚构）"),
                role: role.to_owned(),
                phone: None,
                email: format!("{mailbox}.{}@{mail_host}", code.to_ascii_lowercase())
                    .parse()
                    .ok(),
                webhook: None,
            };
            Office {
                region,
                name: format!("示例·{place}重污染天气应急值班室（虚构）"),
                contacts: vec![
                    contact("值班室", "值班员", "duty"),
                    contact("分管负责人", "负责人", "head"),
                ],
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbooks::Files;

    #[test]
    fn every_office_has_a_place_by_name_and_people_that_say_they_are_made_up() {
        let files = Files::shipped();
        let table = |path: &str| Regions::parse(&files.get(path).unwrap().text).unwrap();
        let mut regions = table("regions/gbt2260.csv");
        regions.extend(table("regions/local-units.csv"));
        for office in sample_offices(&regions, "demo.invalid") {
            assert!(regions.contains(office.region), "{}", office.region);
            assert!(office.name.starts_with("示例·") && office.name.ends_with("（虚构）"));
            assert_eq!(office.contacts.len(), 2);
            for contact in office.contacts {
                assert!(contact.name.ends_with("（虚构）"));
                let mailbox = contact.email.unwrap();
                assert!(mailbox.as_str().ends_with("@demo.invalid"));
            }
        }
    }
}
