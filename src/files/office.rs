//! Offices as files: a [`Table`] in, offices and faults out. Nothing is stored.
//!
//! A table of offices has **one row per contact**; the rows of one region are one office, and must
//! agree on its name. The columns, by their Chinese headers or the English synonyms:
//!
//! | column | synonym | |
//! |---|---|---|
//! | 行政区划代码 | `region` | county, township or local unit |
//! | 名称 | `name` | what the office is called |
//! | 联系人 | `contact` | who answers for it |
//! | 职务 | `role` | may be missing |
//! | 手机, 邮箱, 回调地址 | `phone`, `email`, `webhook` | at least one of them in every row |

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::domain::enterprise::{Contact, PersonalError};
use crate::domain::list::is_formula_error;
use crate::domain::office::Office;
use crate::domain::region::{RegionCode, Regions, Tier};
use crate::table::{Fault, Row, Table};

/// What a file held.
#[derive(Debug)]
pub struct Parsed {
    /// The offices, by region; those with a faulty row are left out.
    pub offices: Vec<Office>,
    /// Every faulty cell, by line; `found` may be personal data and belongs in no log.
    pub faults: Vec<Fault>,
}

/// The headers, each with its synonym.
const REGION: &[&str] = &["行政区划代码", "region"];
const NAME: &[&str] = &["名称", "name"];
const CONTACT: &[&str] = &["联系人", "contact"];
const ROLE: &[&str] = &["职务", "role"];
const PHONE: &[&str] = &["手机", "phone"];
const EMAIL: &[&str] = &["邮箱", "email"];
const WEBHOOK: &[&str] = &["回调地址", "webhook"];

/// The column that a header names, for whoever looks for the header of offices.
pub fn known(header: &str) -> Option<&'static str> {
    let columns = [REGION, NAME, CONTACT, ROLE, PHONE, EMAIL, WEBHOOK];
    let named = columns.into_iter().find(|names| names.contains(&header));
    named.map(|names| names[0])
}

/// Reads offices. A table that lacks their columns is refused as a whole.
pub fn read(table: &Table, regions: &Regions) -> Result<Parsed, Fault> {
    let columns = Columns::find(table)?;
    let mut drafts: BTreeMap<RegionCode, Draft> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in table.rows() {
        let mut cells = Cells {
            row,
            faults: Vec::new(),
        };
        let region = region_of(&mut cells, &columns, regions);
        let name = cells.line(columns.name, 100, "the name of the office");
        let contact = contact_of(&mut cells, &columns);
        if let Some(region) = region {
            let draft = drafts
                .entry(region)
                .or_insert_with(|| Draft::new(row, name));
            if draft.name != name {
                let expected = format!(
                    "`{}`, as on line {} of the same office",
                    draft.name, draft.line
                );
                cells.fault(columns.name, expected);
            }
            draft.faulty |= !cells.faults.is_empty();
            draft.contacts.extend(contact);
        }
        faults.append(&mut cells.faults);
    }
    let sound = drafts.into_iter().filter(|(_, draft)| !draft.faulty);
    let offices = sound.map(|(region, draft)| Office {
        region,
        name: draft.name.to_owned(),
        contacts: draft.contacts,
    });
    Ok(Parsed {
        offices: offices.collect(),
        faults,
    })
}

/// An office as its rows come in.
struct Draft<'t> {
    name: &'t str,
    line: u64,
    contacts: Vec<Contact>,
    faulty: bool,
}

impl<'t> Draft<'t> {
    fn new(row: Row<'t>, name: &'t str) -> Self {
        Self {
            name,
            line: row.line(),
            contacts: Vec::new(),
            faulty: false,
        }
    }
}

/// Where a table keeps what we read.
struct Columns {
    region: usize,
    name: usize,
    contact: usize,
    role: Option<usize>,
    phone: Option<usize>,
    email: Option<usize>,
    webhook: Option<usize>,
}

impl Columns {
    fn find(table: &Table) -> Result<Self, Fault> {
        Ok(Self {
            region: table.require(REGION)?,
            name: table.require(NAME)?,
            contact: table.require(CONTACT)?,
            role: table.column(ROLE),
            phone: table.column(PHONE),
            email: table.column(EMAIL),
            webhook: table.column(WEBHOOK),
        })
    }
}

/// One row, and the faults found in it so far.
struct Cells<'t> {
    row: Row<'t>,
    faults: Vec<Fault>,
}

impl<'t> Cells<'t> {
    fn fault(&mut self, column: usize, expected: impl Into<String>) {
        self.faults.push(self.row.fault(column, expected));
    }

    /// A line of text that must not be empty.
    fn line(&mut self, column: usize, longest: usize, expected: &str) -> &'t str {
        let text = self.row.cell(column);
        if text.is_empty() {
            self.fault(column, expected);
        }
        self.short(column, longest)
    }

    /// A line of text.
    fn short(&mut self, column: usize, longest: usize) -> &'t str {
        let text = self.row.cell(column);
        if is_formula_error(text) {
            self.fault(column, "a value: a formula has failed here");
        } else if text.chars().count() > longest || text.contains(char::is_control) {
            self.fault(column, format!("one line of at most {longest} characters"));
        }
        text
    }

    /// A personal text, none for an empty cell.
    fn parse<T: FromStr<Err: PersonalError>>(&mut self, column: Option<usize>) -> Option<T> {
        let column = column?;
        let text = self.row.cell(column);
        if text.is_empty() {
            return None;
        }
        text.parse()
            .map_err(|error: T::Err| self.fault(column, error.expected()))
            .ok()
    }
}

fn region_of(cells: &mut Cells<'_>, columns: &Columns, regions: &Regions) -> Option<RegionCode> {
    const EXPECTED: &str =
        "the code of a county (6 digits), a township (9) or a local unit such as 411000-D01";
    let code: Option<RegionCode> = cells.row.cell(columns.region).parse().ok();
    let Some(code) = code.filter(|code| code.tier() > Tier::Prefecture) else {
        cells.fault(columns.region, EXPECTED);
        return None;
    };
    // Townships are known by their county: the table of names ends there.
    let known = match code.tier() {
        Tier::Township => code.parent().is_some_and(|above| regions.contains(above)),
        _ => regions.contains(code),
    };
    if !known {
        cells.fault(columns.region, "a region the table of regions knows");
    }
    known.then_some(code)
}

fn contact_of(cells: &mut Cells<'_>, columns: &Columns) -> Option<Contact> {
    let name = cells.line(columns.contact, 50, "the name of the contact");
    let role = columns.role.map_or("", |role| cells.short(role, 50));
    let before = cells.faults.len();
    let contact = Contact {
        name: name.to_owned(),
        role: role.to_owned(),
        phone: cells.parse(columns.phone),
        email: cells.parse(columns.email),
        webhook: cells.parse(columns.webhook),
    };
    if cells.faults.len() == before && !contact.is_reachable() {
        let at = columns.phone.or(columns.email).unwrap_or(columns.contact);
        cells.fault(at, "a phone, an e-mail or a webhook address of the contact");
    }
    Some(contact).filter(Contact::is_reachable)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HEADER: &str = "行政区划代码,名称,联系人,职务,手机,邮箱,回调地址\n";

    fn parse(rows: &str) -> Parsed {
        let regions = Regions::parse("code,name\n411002,魏都区\n411081,禹州市\n").unwrap();
        let table = Table::parse("offices.csv", format!("{HEADER}{rows}").as_bytes()).unwrap();
        read(&table, &regions).unwrap()
    }

    #[test]
    fn the_rows_of_one_region_are_one_office_with_its_contacts_in_order() {
        let parsed = parse(
            "411081,禹州分局,示例甲,局长,13900000001,,\n\
             411002,魏都分局,示例乙,,,duty@weidu.invalid,\n\
             411081,禹州分局,示例丙,值班,,,https://yuzhou.invalid/hook\n",
        );
        assert_eq!(parsed.faults, []);
        let shape: Vec<_> = parsed
            .offices
            .iter()
            .map(|office| {
                let contacts = office.contacts.iter().map(|contact| contact.name.as_str());
                (office.name.as_str(), contacts.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(
            shape,
            [
                ("魏都分局", vec!["示例乙"]),
                ("禹州分局", vec!["示例甲", "示例丙"])
            ]
        );
    }

    #[rstest]
    #[case::no_region(
        ",甲局,某,,13900000001,,",
        "行政区划代码",
        "the code of a county (6 digits), a township (9) or a local unit such as 411000-D01"
    )]
    #[case::prefecture(
        "411000,甲局,某,,13900000001,,",
        "行政区划代码",
        "the code of a county (6 digits), a township (9) or a local unit such as 411000-D01"
    )]
    #[case::unknown(
        "411099,甲局,某,,13900000001,,",
        "行政区划代码",
        "a region the table of regions knows"
    )]
    #[case::no_name("411081,,某,,13900000001,,", "名称", "the name of the office")]
    #[case::nobody("411081,甲局,,,13900000001,,", "联系人", "the name of the contact")]
    #[case::unreachable(
        "411081,甲局,某,局长,,,",
        "手机",
        "a phone, an e-mail or a webhook address of the contact"
    )]
    #[case::phone(
        "411081,甲局,某,,139,,",
        "手机",
        "a mobile number of 11 digits or a landline such as 0374-2961234"
    )]
    #[case::email(
        "411081,甲局,某,,,duty,",
        "邮箱",
        "an e-mail address such as duty@example.com"
    )]
    #[case::webhook(
        "411081,甲局,某,,,,yuzhou",
        "回调地址",
        "an address that begins with https:// or http:// and names a host"
    )]
    fn a_faulty_cell_is_named_and_its_office_left_out(
        #[case] row: &str,
        #[case] column: &str,
        #[case] expected: &str,
    ) {
        let parsed = parse(row);
        let faults: Vec<_> = parsed
            .faults
            .iter()
            .map(|fault| (fault.line, fault.column.as_str(), fault.expected.as_str()))
            .collect();
        assert_eq!(faults, [(2, column, expected)]);
        assert_eq!(parsed.offices, []);
    }

    #[test]
    fn rows_that_disagree_on_the_name_leave_the_office_out() {
        let parsed = parse(
            "411081,禹州分局,甲,,13900000001,,\n411081,禹州,乙,,13900000002,,\n411002,魏都,丙,,13900000003,,\n",
        );
        assert_eq!(
            parsed.faults[0].to_string(),
            "offices.csv:3: column `名称`: found `禹州`: \
             expected `禹州分局`, as on line 2 of the same office"
        );
        assert_eq!(parsed.offices.len(), 1);
    }

    #[test]
    fn a_table_without_its_columns_is_refused_as_a_whole() {
        let table = Table::parse("o.csv", "region,contact\n".as_bytes()).unwrap();
        let fault = read(&table, &Regions::default()).unwrap_err();
        assert_eq!(
            (fault.line, fault.expected.as_str()),
            (1, "a column `名称` or `name`")
        );
    }
}
