//! A plant → rows: what is read back as the same plant.

use super::columns::Column;
use super::decimal::decimal_text;
use crate::enterprise::{
    Contact, Email, Emission, EmittedPollutant, Phone, Plant, Unit, WebhookUrl,
};

/// Writes a plant as rows, cells in the order of [`Column::ALL`].
pub fn rows(plant: &Plant) -> Vec<Vec<String>> {
    let shared = plant_cells(plant);
    (0..plant.units.len().max(plant.contacts.len()))
        .map(|at| {
            let mut row = shared.clone();
            row.extend(unit_cells(plant.units.get(at)));
            row.extend(contact_cells(plant.contacts.get(at)));
            row
        })
        .collect()
}

/// The header line, in the order of [`Column::ALL`].
pub fn header() -> impl Iterator<Item = &'static str> {
    Column::ALL.iter().map(|column| column.zh())
}

pub(super) fn plant_cells(plant: &Plant) -> Vec<String> {
    fn text(value: Option<&impl ToString>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    let degrees = |e7: Option<i32>| e7.map_or(String::new(), |e7| decimal_text(e7.into(), 7));
    let exemption = plant.exemption.as_ref();
    let cell = |column: &Column| match column {
        Column::Number => plant.number.to_string(),
        Column::Permit => text(plant.permit.as_ref()),
        Column::Name => plant.name.clone(),
        Column::CreditCode => text(plant.credit_code.as_ref()),
        Column::Region => plant.region.to_string(),
        Column::County => plant.county.clone(),
        Column::Township => plant.township.clone(),
        Column::Address => plant.address.clone(),
        Column::Longitude => degrees(plant.position.map(|p| p.longitude_e7)),
        Column::Latitude => degrees(plant.position.map(|p| p.latitude_e7)),
        Column::IndustryCode => text(plant.industry.code.as_ref()),
        Column::KeyIndustry => text(plant.industry.key.as_ref()),
        Column::GradeScheme => text(plant.grade.as_ref().map(|g| &g.scheme)),
        Column::Grade => text(plant.grade.as_ref().map(|g| &g.code)),
        Column::Class => plant.class.to_string(),
        Column::Status => plant.status.to_string(),
        Column::ExemptionKind => text(exemption.map(|e| &e.kind)),
        Column::ExemptUpTo => exemption.map_or(String::new(), |e| e.up_to.zh().to_owned()),
        Column::ExemptUntil => text(exemption.and_then(|e| e.until_on.as_ref())),
        Column::ExemptBy => text(exemption.map(|e| &e.granted_by)),
        other => unreachable!("{other} is no column of the plant"),
    };
    Column::of_the_plant().iter().map(cell).collect()
}

fn unit_cells(unit: Option<&Unit>) -> Vec<String> {
    let Some(unit) = unit else {
        return vec![String::new(); Column::Contact as usize - Column::Unit as usize];
    };
    let masses = |emission: Emission| {
        EmittedPollutant::ALL.map(|pollutant| decimal_text(emission.get(pollutant), 3))
    };
    let mut cells = vec![unit.name.clone(), unit.ramp_down_hours.to_string()];
    cells.extend(unit.measures.iter().map(|(_, m)| m.text().to_owned()));
    cells.extend(masses(unit.base));
    cells.extend(unit.cut.iter().flat_map(|(_, cut)| masses(*cut)));
    cells
}

fn contact_cells(contact: Option<&Contact>) -> Vec<String> {
    let Some(contact) = contact else {
        return vec![String::new(); Column::ALL.len() - Column::Contact as usize];
    };
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    vec![
        contact.name.clone(),
        contact.role.clone(),
        text(contact.phone.as_ref().map(Phone::as_str)),
        text(contact.email.as_ref().map(Email::as_str)),
        text(contact.webhook.as_ref().map(WebhookUrl::as_str)),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;
    use crate::enterprise::{Exemption, Grade, Industry, ListClass, PlantStatus, Position};
    use crate::level::WarningLevel;
    use crate::list::samples::{faults, read_rows};
    use crate::measure::{Measure, PerLevel};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn writing_and_reading_again_changes_nothing(plant in plant()) {
            let reading = read_rows(&rows(&plant));
            prop_assert_eq!(faults(&reading), Vec::<String>::new());
            prop_assert_eq!(reading.plants, vec![plant]);
        }
    }

    fn text() -> impl Strategy<Value = String> {
        "[示例厂窑炉甲乙丙A-Z0-9]{1,8}"
    }

    fn emission() -> impl Strategy<Value = Emission> {
        let grams = 0_i64..1_000_000_000_000;
        (grams.clone(), grams.clone(), grams.clone(), grams)
            .prop_map(|(pm, so2, nox, vocs)| Emission { pm, so2, nox, vocs })
    }

    fn unit() -> impl Strategy<Value = Unit> {
        let measure = text().prop_map(|text| Measure::filed(&text).unwrap());
        (
            any::<u16>(),
            vec(measure, 3),
            emission(),
            vec(0_u8..=100, 3),
        )
            .prop_map(|(ramp_down_hours, measures, base, shares)| {
                let share =
                    |percent: u8| Emission::from_fn(|p| base.get(p) / 100 * i64::from(percent));
                let mut measures = measures.into_iter();
                Unit {
                    name: String::new(),
                    ramp_down_hours,
                    measures: PerLevel::from_fn(|_| measures.next().unwrap()),
                    base,
                    cut: PerLevel {
                        yellow: share(shares[0]),
                        orange: share(shares[1]),
                        red: share(shares[2]),
                    },
                }
            })
    }

    fn contact() -> impl Strategy<Value = Contact> {
        let phone = "1[3-9][0-9]{9}".prop_map(|text| text.parse().unwrap());
        let email = "[a-z]{1,9}@[a-z]{1,9}\\.invalid".prop_map(|text| text.parse().unwrap());
        let webhook = "https://[a-z]{1,9}\\.invalid/[a-z]{0,5}".prop_map(|t| t.parse().unwrap());
        (text(), of(text()), phone, of(email), of(webhook)).prop_map(
            |(name, role, phone, email, webhook)| Contact {
                name,
                role: role.unwrap_or_default(),
                phone: Some(phone),
                email,
                webhook,
            },
        )
    }

    fn plant() -> impl Strategy<Value = Plant> {
        let of_whom = (
            "[A-Z]{2}-[0-9]{4}",
            of(Just("916400007106647920")),
            text(),
            prop::sample::select(vec!["411081", "411081001", "411000-D01"]),
            of(text()),
            of((730_000_000_i32..1_360_000_000, 30_000_000_i32..540_000_000)),
        );
        let of_what = (
            of("[0-4][1-9][0-9]{2}"),
            of(text()),
            of((text(), prop::sample::select(vec!["A+", "B-", "引领性"]))),
            prop::sample::select(ListClass::ALL),
            of((text(), 1_usize..4, of(0_i32..9_000), of(text()))),
            (vec(unit(), 1..4), vec(contact(), 0..5)),
        );
        (of_whom, of_what).prop_map(
            |(
                (number, credit_code, name, region, township, position),
                (code, key, grade, class, exemption, (mut units, mut contacts)),
            )| {
                for (at, unit) in units.iter_mut().enumerate() {
                    unit.name = format!("{}号线", at + 1);
                }
                for (at, contact) in contacts.iter_mut().enumerate() {
                    contact.name = format!("联系人{at}");
                }
                Plant {
                    number: number.parse().unwrap(),
                    permit: credit_code.map(|code| format!("{code}001P").parse().unwrap()),
                    name,
                    credit_code: credit_code.map(|code| code.parse().unwrap()),
                    region: region.parse().unwrap(),
                    county: "禹州市".into(),
                    township: township.unwrap_or_default(),
                    address: String::new(),
                    position: position.map(|(longitude_e7, latitude_e7)| Position {
                        longitude_e7,
                        latitude_e7,
                    }),
                    industry: Industry {
                        code: code.map(|code| code.parse().unwrap()),
                        key,
                    },
                    grade: grade.map(|(scheme, code)| Grade {
                        scheme,
                        code: code.parse().unwrap(),
                    }),
                    class,
                    status: PlantStatus::Seasonal,
                    exemption: exemption.map(|(kind, level, until, by)| Exemption {
                        kind,
                        up_to: WarningLevel::ALL[level],
                        until_on: until.and_then(chrono::NaiveDate::from_epoch_days),
                        granted_by: by.unwrap_or_default(),
                    }),
                    units,
                    contacts,
                }
            },
        )
    }
}
