//! A plausible reduction list of 许昌, for the demonstration, the benches and the story tests.
//!
//! The counties are real; every enterprise is made up and says so in its name. Industries, grades
//! and their shares are plausible and nothing more; measures are those of published documents
//! where there are any (cement clinker and flat glass: 环办大气函〔2020〕340号) and filed texts of
//! the kind a plant writes (一企一策) elsewhere. Nobody can be written to or rung up: mailboxes
//! lie at a host that the caller names, and no local number begins with 0.
//!
//! The list depends on its [`Sample`] alone, and a plant on its own place in it: a longer list
//! begins with the shorter one.
//!
//! # Design notes
//!
//! Credit codes have a right check character, as GB 32100 asks, around an organisation code whose
//! own check (GB 11714) is wrong on purpose: such a code can belong to nobody.

use crate::domain::enterprise::{
    Contact, CreditCode, Emission, Exemption, Grade, Industry, ListClass, PermitNumber, Plant,
    PlantStatus, Position, Unit,
};
use crate::domain::level::WarningLevel;
use crate::domain::measure::{Measure, PerLevel};
use crate::domain::region::Regions;

/// What a sample list is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'s> {
    /// Where the names of counties and local units come from.
    pub regions: &'s Regions,
    /// How many plants; at most 999,999.
    pub plants: usize,
    /// Another seed gives another list.
    pub seed: u64,
    /// The host of every mailbox: the demonstration's own sink, or a name under `.invalid`.
    pub mail_host: &'s str,
    /// The address below which one plant in ten takes webhooks, each at its own number.
    pub webhook: Option<&'s str>,
}

/// Draws the list of a sample.
pub fn sample_list(sample: &Sample<'_>) -> Vec<Plant> {
    (1..=sample.plants)
        .map(|serial| sample_plant(sample, serial))
        .collect()
}

/// A county or local unit: code, centre in 10⁻⁷ degrees, townships, share of the plants.
struct Place {
    code: &'static str,
    centre: (i32, i32),
    townships: &'static [&'static str],
    share: u64,
}

const PLACES: [Place; 9] = [
    Place {
        code: "411081",
        centre: (1_134_884_780, 341_407_010),
        townships: &["钧台街道", "神垕镇", "褚河街道", "火龙镇"],
        share: 28,
    },
    Place {
        code: "411082",
        centre: (1_138_137_140, 341_959_200),
        townships: &["大周镇", "老城镇", "后河镇", "长兴路街道"],
        share: 28,
    },
    Place {
        code: "411003",
        centre: (1_138_229_830, 341_246_600),
        townships: &["尚集镇", "苏桥镇", "将官池镇"],
        share: 14,
    },
    Place {
        code: "411025",
        centre: (1_135_058_740, 338_514_590),
        townships: &["库庄镇", "颍桥回族镇", "紫云镇"],
        share: 11,
    },
    Place {
        code: "411024",
        centre: (1_141_773_990, 341_023_320),
        townships: &["安陵镇", "马栏镇", "彭店镇"],
        share: 9,
    },
    Place {
        code: "411002",
        centre: (1_138_226_470, 340_253_410),
        townships: &["高桥营街道", "文峰街道"],
        share: 3,
    },
    Place {
        code: "411000-D01",
        centre: (1_137_900_000, 340_000_000),
        townships: &["长村张街道"],
        share: 4,
    },
    Place {
        code: "411000-D02",
        centre: (1_138_600_000, 340_800_000),
        townships: &["尚集街道"],
        share: 2,
    },
    Place {
        code: "411000-D03",
        centre: (1_138_700_000, 340_200_000),
        townships: &["东城"],
        share: 1,
    },
];

/// What plants of one kind have in common.
struct Trade {
    /// What the plant is called.
    noun: &'static str,
    /// 国民经济行业代码.
    code: &'static str,
    /// 重点行业, where it is one.
    key: Option<&'static str>,
    class: ListClass,
    /// How many plants of a hundred.
    share: u64,
    /// Its lines and processes with the hours they take to come down; a plant has the first ones.
    units: &'static [(&'static str, u16)],
    /// A large plant's day on one line, kg: PM, SO2, NOx, VOCs.
    largest: [i64; 4],
    /// Its grades; where there is no scheme, one row without a grade.
    grades: &'static [Graded],
}

/// A grade, how common it is, and what it files: text and per cent cut for yellow, orange, red.
struct Graded {
    grade: Option<&'static str>,
    share: u64,
    filed: [(&'static str, u8); 3],
}

const fn graded(grade: &'static str, share: u64, filed: [(&'static str, u8); 3]) -> Graded {
    Graded {
        grade: Some(grade),
        share,
        filed,
    }
}

const fn ungraded(filed: [(&'static str, u8); 3]) -> Graded {
    Graded {
        grade: None,
        share: 1,
        filed,
    }
}

/// The document under which a grade of the sample was given.
fn scheme_of(grade: &str) -> &'static str {
    match grade {
        "A+" => "环办大气〔2026〕2号",
        "先进性" => "许昌市绩效分级（2021年）",
        _ => "环办大气函〔2020〕340号",
    }
}

const AUTONOMOUS: [(&str, u8); 3] = [("鼓励结合实际自主采取减排措施", 0); 3];
const BY_ITSELF: [(&str, u8); 3] = [("自主减排", 0); 3];
const STOPPED: [(&str, u8); 3] = [("停产；停止公路运输", 100); 3];

const TRADES: [Trade; 13] = [
    Trade {
        noun: "水泥厂",
        code: "3011",
        key: Some("水泥"),
        class: ListClass::KeyIndustry,
        share: 2,
        units: &[("1号熟料生产线", 24), ("2号熟料生产线", 24)],
        largest: [420_000, 260_000, 1_900_000, 12_000],
        grades: &[
            graded("A", 15, AUTONOMOUS),
            graded(
                "B",
                45,
                [
                    ("停止使用国四及以下重型载货车辆(含燃气)运输", 0),
                    ("限产20%；停止使用国四及以下重型载货车辆(含燃气)运输", 20),
                    ("停产；停止使用国四及以下重型载货车辆(含燃气)运输", 100),
                ],
            ),
            graded(
                "C",
                30,
                [
                    (
                        "停产50%(以生产线计)；停止使用国四及以下重型载货车辆(含燃气)运输",
                        50,
                    ),
                    ("停产；停止使用国四及以下重型载货车辆(含燃气)运输", 100),
                    ("停产；停止使用国四及以下重型载货车辆(含燃气)运输", 100),
                ],
            ),
            graded("D", 10, STOPPED),
        ],
    },
    Trade {
        noun: "玻璃厂",
        code: "3041",
        key: Some("玻璃"),
        class: ListClass::KeyIndustry,
        share: 2,
        units: &[("1号浮法线", 0), ("2号浮法线", 0)],
        largest: [90_000, 210_000, 640_000, 8_000],
        grades: &[
            graded("A", 10, [("不作要求(自主)", 0); 3]),
            graded("B", 40, [("不限产", 0), ("限产10%", 10), ("限产10%", 10)]),
            graded("C", 35, [("不限产", 0), ("限产20%", 20), ("限产20%", 20)]),
            graded("D", 15, [("限产30%", 30); 3]),
        ],
    },
    Trade {
        noun: "铸造厂",
        code: "3391",
        key: Some("铸造"),
        class: ListClass::KeyIndustry,
        share: 11,
        units: &[("熔化工序", 4), ("造型浇注工序", 2), ("抛丸打磨工序", 0)],
        largest: [60_000, 18_000, 30_000, 25_000],
        grades: &[
            graded("A", 4, AUTONOMOUS),
            graded(
                "B",
                26,
                [
                    ("限产20%", 20),
                    ("涉气工序停产", 100),
                    ("涉气工序停产", 100),
                ],
            ),
            graded(
                "C",
                50,
                [
                    ("停产50%(以设备计)", 50),
                    ("涉气工序停产", 100),
                    ("涉气工序停产", 100),
                ],
            ),
            graded("D", 20, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "陶瓷厂",
        code: "3074",
        key: Some("陶瓷"),
        class: ListClass::KeyIndustry,
        share: 9,
        units: &[("1号辊道窑", 12), ("2号辊道窑", 12), ("喷雾干燥塔", 2)],
        largest: [45_000, 60_000, 110_000, 4_000],
        grades: &[
            graded("A", 3, AUTONOMOUS),
            graded("引领性", 4, BY_ITSELF),
            graded(
                "B",
                28,
                [
                    ("限产20%", 20),
                    ("限产50%", 50),
                    ("停产50%(以生产线计)", 50),
                ],
            ),
            graded(
                "C",
                45,
                [
                    ("限产30%", 30),
                    ("停产50%(以生产线计)", 50),
                    ("停止进新坯，自然烧完后停产", 100),
                ],
            ),
            graded("D", 20, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "砖瓦厂",
        code: "3031",
        key: Some("砖瓦窑"),
        class: ListClass::KeyIndustry,
        share: 8,
        units: &[("隧道窑", 24), ("破碎筛分工序", 0)],
        largest: [80_000, 150_000, 120_000, 3_000],
        grades: &[
            graded(
                "B",
                15,
                [("限产20%", 20), ("限产50%", 50), ("停产保窑", 90)],
            ),
            graded(
                "C",
                50,
                [("限产50%", 50), ("停产保窑", 90), ("停产保窑", 90)],
            ),
            graded("D", 35, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "耐火材料厂",
        code: "3089",
        key: Some("耐火材料"),
        class: ListClass::KeyIndustry,
        share: 7,
        units: &[("隧道窑", 24), ("原料破碎工序", 0), ("混碾成型工序", 1)],
        largest: [55_000, 50_000, 90_000, 2_000],
        grades: &[
            graded("A", 3, AUTONOMOUS),
            graded(
                "B",
                27,
                [("限产20%", 20), ("限产30%", 30), ("停产50%(以窑计)", 50)],
            ),
            graded(
                "B-",
                10,
                [("限产20%", 20), ("限产50%", 50), ("停产50%(以窑计)", 50)],
            ),
            graded(
                "C",
                40,
                [("限产30%", 30), ("停产50%(以窑计)", 50), ("停产保窑", 90)],
            ),
            graded("D", 20, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "包装印刷厂",
        code: "2319",
        key: Some("包装印刷"),
        class: ListClass::KeyIndustry,
        share: 6,
        units: &[("印刷工序", 0), ("复合工序", 0)],
        largest: [1_000, 0, 2_000, 95_000],
        grades: &[
            graded("A", 6, AUTONOMOUS),
            graded("先进性", 6, BY_ITSELF),
            graded(
                "B",
                33,
                [("限产20%", 20), ("限产30%", 30), ("涉VOCs工序停产", 100)],
            ),
            graded(
                "C",
                40,
                [
                    ("限产30%", 30),
                    ("涉VOCs工序停产", 100),
                    ("涉VOCs工序停产", 100),
                ],
            ),
            graded("D", 15, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "家具厂",
        code: "2110",
        key: Some("家具"),
        class: ListClass::KeyIndustry,
        share: 6,
        units: &[("喷涂工序", 0), ("木工工序", 0)],
        largest: [9_000, 0, 1_000, 70_000],
        grades: &[
            graded(
                "B",
                25,
                [("限产20%", 20), ("限产30%", 30), ("涉VOCs工序停产", 100)],
            ),
            graded(
                "C",
                50,
                [
                    ("限产30%", 30),
                    ("涉VOCs工序停产", 100),
                    ("涉VOCs工序停产", 100),
                ],
            ),
            graded("D", 25, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "装备制造厂",
        code: "3562",
        key: Some("工业涂装"),
        class: ListClass::KeyIndustry,
        share: 12,
        units: &[("喷漆工序", 0), ("烘干工序", 1), ("焊接下料工序", 0)],
        largest: [12_000, 1_000, 8_000, 60_000],
        grades: &[
            graded("A+", 1, AUTONOMOUS),
            graded("A", 5, AUTONOMOUS),
            graded(
                "B",
                34,
                [("限产20%", 20), ("限产30%", 30), ("涉VOCs工序停产", 100)],
            ),
            graded(
                "C",
                40,
                [
                    ("限产30%", 30),
                    ("涉VOCs工序停产", 100),
                    ("涉VOCs工序停产", 100),
                ],
            ),
            graded("D", 20, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "粉磨站",
        code: "3021",
        key: Some("水泥"),
        class: ListClass::KeyIndustry,
        share: 3,
        units: &[("1号水泥磨", 1), ("2号水泥磨", 1)],
        largest: [70_000, 0, 6_000, 0],
        grades: &[
            graded("引领性", 20, BY_ITSELF),
            graded("非引领性", 80, [("停产", 100); 3]),
        ],
    },
    Trade {
        noun: "商品混凝土站",
        code: "3021",
        key: None,
        class: ListClass::General,
        share: 10,
        units: &[("搅拌生产线", 0)],
        largest: [40_000, 0, 3_000, 0],
        grades: &[ungraded([
            ("停用国四及以下重型载货车(含燃气；特种、危化除外)", 0),
            ("停产(应急抢险、民生配套除外)", 100),
            ("停产(应急抢险除外)", 100),
        ])],
    },
    Trade {
        noun: "机械加工厂",
        code: "3489",
        key: None,
        class: ListClass::SmallEmitter,
        share: 21,
        units: &[("全厂", 0)],
        largest: [3_000, 0, 500, 4_000],
        grades: &[ungraded([
            ("自主减排", 0),
            ("涉气工序停产", 100),
            ("涉气工序停产", 100),
        ])],
    },
    Trade {
        noun: "供热站",
        code: "4430",
        key: None,
        class: ListClass::Essential,
        share: 3,
        units: &[("1号锅炉", 8), ("2号锅炉", 8)],
        largest: [25_000, 70_000, 180_000, 1_000],
        grades: &[ungraded([("以热定产；排放量不得上升", 0); 3])],
    },
];

fn sample_plant(sample: &Sample<'_>, serial: usize) -> Plant {
    let mut dice = Dice::of(sample.seed, serial);
    let place = dice.weighted(&PLACES, |place| place.share);
    let trade = dice.weighted(&TRADES, |trade| trade.share);
    let graded = dice.weighted(trade.grades, |graded| graded.share);
    let status = match dice.below(100) {
        0 => PlantStatus::LongStopped,
        1..4 => PlantStatus::Seasonal,
        _ => PlantStatus::Operating,
    };
    let region = place.code.parse().expect("the places are region codes");
    let county = sample.regions.name(region).unwrap_or(place.code);
    let township = *dice.one_of(place.townships);
    let number = format!("XC-{serial:06}");
    // One owner in some thirty has a second plant; small ones often file without a credit code.
    let second_plant = serial.is_multiple_of(29);
    let owner = if second_plant { serial - 1 } else { serial };
    let files_code = trade.class == ListClass::KeyIndustry || dice.below(100) < 90;
    let credit_code = files_code.then(|| fictional_credit_code(owner));
    let permitted = trade.class != ListClass::SmallEmitter && dice.below(100) < 95;
    let permit = credit_code
        .filter(|_| permitted)
        .map(|code| permit_of(code, if second_plant { 2 } else { 1 }));
    Plant {
        name: format!("示例·{county}{township}{serial:03}号{}（虚构）", trade.noun),
        permit,
        credit_code,
        region,
        county: county.to_owned(),
        township: township.to_owned(),
        address: format!("{county}{township}示例路{}号（虚构）", dice.below(300) + 1),
        position: Some(Position {
            longitude_e7: dice.near(place.centre.0),
            latitude_e7: dice.near(place.centre.1),
        }),
        industry: Industry {
            code: Some(trade.code.parse().expect("the trades have industry codes")),
            key: trade.key.map(str::to_owned),
        },
        grade: graded.grade.map(|code| Grade {
            scheme: scheme_of(code).to_owned(),
            code: code.parse().expect("the trades have grades"),
        }),
        class: trade.class,
        status,
        exemption: (trade.class == ListClass::Essential).then(|| Exemption {
            kind: "民生保障".to_owned(),
            up_to: WarningLevel::Red,
            until_on: None,
            granted_by: "示例市重污染天气应急指挥部办公室（虚构）".to_owned(),
        }),
        units: units(&mut dice, trade, graded, status),
        contacts: contacts(sample, &mut dice, serial, &number),
        number: number
            .parse()
            .expect("a sample's numbers are plant numbers"),
    }
}

fn units(dice: &mut Dice, trade: &Trade, graded: &Graded, status: PlantStatus) -> Vec<Unit> {
    let count = 1 + dice.below(trade.units.len() as u64);
    let idle = status == PlantStatus::LongStopped;
    trade
        .units
        .iter()
        .take(usize::try_from(count).expect("a plant has few units"))
        .map(|(name, ramp_down_hours)| {
            // Most plants are small: the third power of an even draw, in thousandths.
            let size = i64::try_from(dice.below(1_000) + 1).expect("a thousand at most");
            let largest = trade.largest.map(|grams| grams * size / 1_000);
            let base = largest.map(|grams| grams * size / 1_000 * size / 1_000);
            let [pm, so2, nox, vocs] = if idle { [0; 4] } else { base };
            let base = Emission { pm, so2, nox, vocs };
            let [yellow, orange, red] = graded.filed;
            Unit {
                name: (*name).to_owned(),
                ramp_down_hours: *ramp_down_hours,
                measures: PerLevel {
                    yellow: filed(yellow.0, idle),
                    orange: filed(orange.0, idle),
                    red: filed(red.0, idle),
                },
                base,
                cut: PerLevel {
                    yellow: cut(base, yellow.1),
                    orange: cut(base, orange.1),
                    red: cut(base, red.1),
                },
            }
        })
        .collect()
}

fn filed(text: &str, idle: bool) -> Measure {
    let text = if idle {
        "未经批准不得恢复生产"
    } else {
        text
    };
    Measure::filed(text).expect("the filed texts are not empty")
}

/// A share of the base, rounded down: a plant never files more than it emits.
fn cut(base: Emission, percent: u8) -> Emission {
    let share = |grams: i64| grams * i64::from(percent) / 100;
    Emission {
        pm: share(base.pm),
        so2: share(base.so2),
        nox: share(base.nox),
        vocs: share(base.vocs),
    }
}

/// Everybody has somebody on duty; three plants in ten name a second person.
fn contacts(sample: &Sample<'_>, dice: &mut Dice, serial: usize, number: &str) -> Vec<Contact> {
    let mailbox = |who: &str| {
        let text = format!("{}{who}@{}", number.to_ascii_lowercase(), sample.mail_host);
        text.parse().ok()
    };
    let takes_webhooks = dice.below(10) == 0;
    let webhook = sample
        .webhook
        .filter(|_| takes_webhooks)
        .and_then(|address| {
            format!("{}/{number}", address.trim_end_matches('/'))
                .parse()
                .ok()
        });
    let mut contacts = vec![Contact {
        name: format!("示例联系人{serial}"),
        role: "环保负责人".to_owned(),
        phone: format!("0374-0{:06}", serial % 1_000_000).parse().ok(),
        email: mailbox(""),
        webhook,
    }];
    if dice.below(10) < 3 {
        contacts.push(Contact {
            name: format!("示例值班人{serial}"),
            role: "值班".to_owned(),
            phone: None,
            email: mailbox(".night"),
            webhook: None,
        });
    }
    contacts
}

/// A code of nobody: its organisation part carries a wrong check character of GB 11714.
fn fictional_credit_code(owner: usize) -> CreditCode {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let organisation = format!("MA{owner:06}");
    let sum: u32 = organisation
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight)
        .sum();
    // The right character's value is (11 − sum mod 11) mod 11, and 10 is an X. The next value is
    // wrong, and so is 0 in the place of an X.
    let wrong = (12 - sum % 11) % 11 % 10;
    CreditCode::with_check(&format!("91411000{organisation}{wrong}"))
        .expect("the parts of a code have their lengths and letters")
}

fn permit_of(code: CreditCode, site: u8) -> PermitNumber {
    format!("{code}{site:03}P")
        .parse()
        .expect("a credit code, a site and a letter are a permit number")
}

/// Reproducible draws (SplitMix64), a stream of its own for each plant.
struct Dice(u64);

impl Dice {
    fn of(seed: u64, serial: usize) -> Self {
        let mut dice = Self(seed);
        let apart = dice.next();
        Self(apart.wrapping_add((serial as u64).wrapping_mul(0xd1b5_4a32_d192_ed03)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below the bound; its tiny bias does not matter here.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_of<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        self.weighted(choices, |_| 1)
    }

    fn weighted<'t, T>(&mut self, choices: &'t [T], weight: impl Fn(&T) -> u64) -> &'t T {
        let mut left = self.below(choices.iter().map(&weight).sum());
        choices
            .iter()
            .find(|choice| {
                let here = left < weight(choice);
                left = left.saturating_sub(weight(choice));
                here
            })
            .expect("the draw lies below the sum of the weights")
    }

    /// A coordinate within 0.06 degrees, about six kilometres, of a centre.
    fn near(&mut self, centre: i32) -> i32 {
        let off = i32::try_from(self.below(1_200_000)).expect("a small number");
        centre + off - 600_000
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::enterprise::{EmittedPollutant, Phone};
    use crate::domain::list::{self, Layout};
    use crate::playbooks::Files;

    fn regions() -> Regions {
        let files = Files::shipped();
        let table = |path: &str| Regions::parse(&files.get(path).unwrap().text).unwrap();
        let mut regions = table("regions/gbt2260.csv");
        regions.extend(table("regions/local-units.csv"));
        regions
    }

    fn sample(regions: &Regions, plants: usize, seed: u64) -> Vec<Plant> {
        sample_list(&Sample {
            regions,
            plants,
            seed,
            mail_host: "demo.invalid",
            webhook: Some("http://127.0.0.1:9000/hook/"),
        })
    }

    #[test]
    fn a_sample_is_a_list_without_faults() {
        let regions = regions();
        let plants = sample(&regions, 2_000, 1);
        let rows: Vec<_> = plants.iter().flat_map(list::rows).collect();
        let layout = Layout::find(list::header()).unwrap();
        let lines = (2..).zip(rows.iter().map(|row| |at: usize| row[at].as_str()));
        let reading = list::read(&layout, lines, &regions);
        assert_eq!(reading.faults, []);
        assert_eq!(reading.plants, plants);
    }

    #[test]
    fn the_same_seed_gives_the_same_list_and_a_longer_one_begins_alike() {
        let regions = regions();
        let plants = sample(&regions, 300, 7);
        assert_eq!(sample(&regions, 300, 7), plants);
        assert_eq!(sample(&regions, 500, 7)[..300], plants);
        assert_ne!(sample(&regions, 300, 8), plants);
    }

    #[test]
    fn every_plant_says_that_it_is_made_up() {
        for plant in sample(&regions(), 500, 1) {
            assert!(plant.name.starts_with("示例·") && plant.name.ends_with("（虚构）"));
            for contact in &plant.contacts {
                let mailbox = contact.email.as_ref().unwrap().as_str();
                assert!(mailbox.ends_with("@demo.invalid"), "{mailbox}");
                assert!(contact.name.starts_with("示例"));
                let phone = contact.phone.as_ref().map(Phone::as_str);
                assert!(phone.is_none_or(|phone| phone.starts_with("0374-0")));
            }
        }
    }

    #[test]
    fn no_credit_code_can_be_anybodys() {
        for owner in 1..3_000 {
            let code = fictional_credit_code(owner);
            let weights = [3, 7, 9, 10, 5, 8, 4, 2];
            let organisation = &code.as_str()[8..17];
            let sum: u32 = organisation
                .chars()
                .zip(weights)
                .map(|(c, weight)| c.to_digit(36).unwrap() * weight)
                .sum();
            let right = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X"]
                [((11 - sum % 11) % 11) as usize];
            assert_ne!(&organisation[8..], right, "{code}");
        }
    }

    #[test]
    fn the_list_is_as_mixed_as_a_real_one() {
        let plants = sample(&regions(), 2_000, 1);
        let distinct = |of: &dyn Fn(&Plant) -> Option<String>| {
            plants.iter().filter_map(of).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(distinct(&|p| Some(p.region.to_string())), 9);
        assert_eq!(distinct(&|p| Some(p.class.to_string())), 4);
        assert_eq!(
            distinct(&|p| p.grade.as_ref().map(|g| g.code.to_string())),
            9
        );
        assert!(plants.iter().any(|p| p.credit_code.is_none()));
        assert!(plants.iter().any(|p| p.contacts.len() == 2));
        assert!(plants.iter().any(|p| p.contacts[0].webhook.is_some()));
        let owners = distinct(&|p| p.credit_code.map(|code| code.to_string()));
        let coded = plants.iter().filter(|p| p.credit_code.is_some()).count();
        assert!(owners < coded, "some owner has two plants");
        assert!(plants.iter().any(|p| p.is_autonomous(WarningLevel::Orange)));
        assert!(
            plants
                .iter()
                .any(|p| !p.is_autonomous(WarningLevel::Yellow))
        );
    }

    #[test]
    fn a_higher_level_never_cuts_less_and_red_reaches_its_target() {
        let plants = sample(&regions(), 2_000, 1);
        for plant in &plants {
            let [yellow, orange, red] = WarningLevel::WITH_MEASURES.map(|level| plant.cut(level));
            assert!(
                yellow.is_within(orange) && orange.is_within(red) && red.is_within(plant.base())
            );
        }
        let base: Emission = plants.iter().map(Plant::base).sum();
        let red: Emission = plants.iter().map(|p| p.cut(WarningLevel::Red)).sum();
        for pollutant in EmittedPollutant::ALL {
            // The required cut under red is 30 % of the whole society's emissions.
            assert!(
                red.share_of(base, pollutant).unwrap() >= 3_000,
                "{pollutant:?}"
            );
        }
    }
}
