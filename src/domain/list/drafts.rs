//! Rows → plants: what belongs together, and where rows contradict one another.

use std::collections::HashMap;

use super::Reading;
use super::cells::CellFault;
use super::columns::Column;
use super::row::ListRow;
use super::written::plant_cells;
use crate::enterprise::{PermitNumber, Plant};

/// Plants as their rows come in.
#[derive(Default)]
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    by_identity: HashMap<String, usize>,
}

#[derive(Default)]
struct Draft {
    /// The first sound row's plant with the units and contacts of all rows.
    plant: Option<Plant>,
    /// The line of that row.
    plant_line: u64,
    /// The lines of its rows, and whether any is faulty.
    lines: Vec<u64>,
    faulty: bool,
    /// For each unit the line it stood on.
    unit_lines: Vec<u64>,
}

impl Drafts {
    fn draft(&mut self, identity: Option<String>, line: u64) -> &mut Draft {
        let fresh = self.drafts.len();
        let at = match identity {
            Some(identity) => *self.by_identity.entry(identity).or_insert(fresh),
            None => fresh,
        };
        if at == fresh {
            self.drafts.push(Draft::default());
        }
        let draft = &mut self.drafts[at];
        draft.lines.push(line);
        draft
    }

    pub(super) fn spoil(&mut self, identity: Option<String>, line: u64) {
        self.draft(identity, line).faulty = true;
    }

    pub(super) fn add(
        &mut self,
        identity: Option<String>,
        row: ListRow,
        faults: &mut Vec<CellFault>,
    ) {
        let draft = self.draft(identity, row.line);
        let before = faults.len();
        draft.add(row, faults);
        draft.faulty |= faults.len() > before;
    }

    pub(super) fn finish(mut self, mut faults: Vec<CellFault>) -> Reading {
        self.check_units(&mut faults);
        self.check_permits(&mut faults);
        let mut reading = Reading::default();
        for draft in self.drafts {
            match draft.plant {
                Some(plant) if !draft.faulty => reading.plants.push(plant),
                _ => reading.faulty_lines.extend(draft.lines),
            }
        }
        faults.sort_by_key(|fault| (fault.line, fault.column));
        reading.faults = faults;
        reading
    }

    /// A plant of contacts alone has nothing to be ordered.
    fn check_units(&mut self, faults: &mut Vec<CellFault>) {
        for draft in &mut self.drafts {
            let empty = draft.plant.as_ref().is_some_and(|p| p.units.is_empty());
            if empty && !draft.faulty {
                draft.faulty = true;
                faults.push(CellFault {
                    line: draft.lines[0],
                    column: Column::Unit,
                    found: String::new(),
                    expected: "at least one line or process of the plant".to_owned(),
                });
            }
        }
    }

    /// A permit is of one site: two plants cannot share it.
    fn check_permits(&mut self, faults: &mut Vec<CellFault>) {
        let mut first: HashMap<PermitNumber, usize> = HashMap::new();
        for at in 0..self.drafts.len() {
            let Some(permit) = self.drafts[at].plant.as_ref().and_then(|p| p.permit) else {
                continue;
            };
            let before = *first.entry(permit).or_insert(at);
            if before == at {
                continue;
            }
            let other = self.drafts[before].lines[0];
            self.drafts[before].faulty = true;
            self.drafts[at].faulty = true;
            faults.push(CellFault {
                line: self.drafts[at].lines[0],
                column: Column::Permit,
                found: permit.to_string(),
                expected: format!("a permit of its own; line {other} has this one"),
            });
        }
    }
}

impl Draft {
    fn add(&mut self, row: ListRow, faults: &mut Vec<CellFault>) {
        let line = row.line;
        let plant = match &mut self.plant {
            None => {
                self.plant_line = line;
                self.plant.insert(row.plant)
            }
            Some(plant) => {
                contradictions(plant, self.plant_line, &row.plant, line, faults);
                plant
            }
        };
        if let Some(unit) = row.unit {
            if let Some(twin) = plant.units.iter().position(|u| u.name == unit.name) {
                faults.push(CellFault {
                    line,
                    column: Column::Unit,
                    found: unit.name.clone(),
                    expected: format!("each unit once; line {} has it", self.unit_lines[twin]),
                });
            }
            plant.units.push(unit);
            self.unit_lines.push(line);
        }
        if let Some(contact) = row.contact
            && !plant.contacts.contains(&contact)
        {
            plant.contacts.push(contact);
        }
    }
}

/// Where two rows of one plant say different things of it.
fn contradictions(
    first: &Plant,
    first_line: u64,
    other: &Plant,
    line: u64,
    faults: &mut Vec<CellFault>,
) {
    let (before, now) = (plant_cells(first), plant_cells(other));
    for ((column, before), now) in Column::of_the_plant().iter().zip(before).zip(now) {
        if before != now {
            faults.push(CellFault {
                line,
                column: *column,
                found: now,
                expected: format!("`{before}`, as on line {first_line} of the same plant"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::list::samples::{faults, read_rows, row};

    #[test]
    fn rows_of_one_number_are_one_plant_even_when_they_stand_apart() {
        let reading = read_rows(&[
            row(&[]),
            row(&[(Column::Number, "XC-0002"), (Column::Permit, "")]),
            row(&[(Column::Unit, "2号窑"), (Column::Contact, "示例副手")]),
        ]);
        assert_eq!(faults(&reading), [""; 0]);
        let shape: Vec<_> = reading
            .plants
            .iter()
            .map(|p| (p.number.as_str(), p.units.len(), p.contacts.len()))
            .collect();
        assert_eq!(shape, [("XC-0001", 2, 2), ("XC-0002", 1, 1)]);
    }

    #[test]
    fn a_row_without_a_unit_adds_a_contact() {
        let only_a_contact: Vec<_> = Column::ALL[Column::Unit as usize..Column::Contact as usize]
            .iter()
            .map(|column| (*column, ""))
            .chain([
                (Column::Contact, "示例夜班"),
                (Column::Phone, "13900000000"),
            ])
            .collect();
        let reading = read_rows(&[row(&[]), row(&only_a_contact)]);
        assert_eq!(faults(&reading), [""; 0]);
        assert_eq!(reading.plants[0].units.len(), 1);
        assert_eq!(reading.plants[0].contacts.len(), 2);
        let alone = read_rows(&[row(&only_a_contact)]);
        assert_eq!(
            faults(&alone),
            ["2 生产线/工序: at least one line or process of the plant"]
        );
    }

    #[test]
    fn rows_that_contradict_one_another_name_both_lines() {
        let reading = read_rows(&[
            row(&[]),
            row(&[
                (Column::Unit, "2号窑"),
                (Column::Name, "另一家"),
                (Column::Region, "411082"),
            ]),
        ]);
        assert_eq!(
            faults(&reading),
            [
                "3 企业名称: `示例水泥厂（虚构）`, as on line 2 of the same plant",
                "3 行政区划代码: `411081`, as on line 2 of the same plant",
            ]
        );
        assert_eq!(reading.faulty_lines, BTreeSet::from([2, 3]));
    }

    #[test]
    fn a_unit_stands_once_in_its_plant() {
        let reading = read_rows(&[row(&[]), row(&[])]);
        assert_eq!(
            faults(&reading),
            ["3 生产线/工序: each unit once; line 2 has it"]
        );
    }

    #[test]
    fn a_permit_belongs_to_one_plant() {
        let reading = read_rows(&[row(&[]), row(&[(Column::Number, "XC-0002")])]);
        assert_eq!(
            faults(&reading),
            ["3 排污许可证编号: a permit of its own; line 2 has this one"]
        );
        assert_eq!(reading.plants, []);
    }

    #[test]
    fn one_faulty_row_hands_back_its_whole_plant_and_no_other() {
        let reading = read_rows(&[
            row(&[]),
            row(&[(Column::Number, "XC-0002"), (Column::Permit, "")]),
            row(&[(Column::Unit, "2号窑"), (Column::MeasureRed, "")]),
        ]);
        assert_eq!(reading.faulty_lines, BTreeSet::from([2, 4]));
        let taken: Vec<_> = reading.plants.iter().map(|p| p.number.as_str()).collect();
        assert_eq!(taken, ["XC-0002"]);
    }
}
