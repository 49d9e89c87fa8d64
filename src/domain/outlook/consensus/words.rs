//! Whose value was taken, as a sentence in both languages, and how far the others are from it.

use crate::outlook::Origin;
use crate::time::WrittenTime;

use super::{Agreed, Given, Voice};

impl Agreed {
    /// In Chinese: `取市站 11-27 08:00 预报；open-meteo 低 40`.
    pub fn zh(&self) -> String {
        let taken = &self.taken;
        let (source, made) = (&taken.given.source, made(&taken.given));
        let first = match taken.given.day.origin {
            Origin::Observed { modelled: false } => format!("取{source} 实测"),
            Origin::Observed { modelled: true } => format!("取{source} 模式计算"),
            Origin::FilledIn { .. } => format!("取人工补录（{source}）"),
            Origin::Forecast { .. } if taken.stale => {
                format!("取{source} {made} 预报，已过时效，别无更新的预报")
            }
            Origin::Forecast { .. } => format!("取{source} {made} 预报"),
        };
        self.listed(first, "；", |voice, apart| {
            let source = &voice.given.source;
            let mut text = match apart {
                0 => format!("{source} 相同"),
                1.. => format!("{source} 高 {apart}"),
                _ => format!("{source} 低 {}", -apart),
            };
            if voice.stale {
                text.push_str("（已过时效）");
            }
            text
        })
    }

    /// In English: `taken from 市站, forecast of 11-27 08:00; open-meteo is 40 lower`.
    pub fn en(&self) -> String {
        let taken = &self.taken;
        let (source, made) = (&taken.given.source, made(&taken.given));
        let first = match taken.given.day.origin {
            Origin::Observed { modelled: false } => format!("measured by {source}"),
            Origin::Observed { modelled: true } => format!("computed by {source}"),
            Origin::FilledIn { .. } => format!("filled in by hand, from {source}"),
            Origin::Forecast { .. } if taken.stale => format!(
                "taken from {source}, forecast of {made}: out of date, and there is no newer one"
            ),
            Origin::Forecast { .. } => format!("taken from {source}, forecast of {made}"),
        };
        self.listed(first, "; ", |voice, apart| {
            let source = &voice.given.source;
            let mut text = match apart {
                0 => format!("{source} says the same"),
                1.. => format!("{source} is {apart} higher"),
                _ => format!("{source} is {} lower", -apart),
            };
            if voice.stale {
                text.push_str(" (out of date)");
            }
            text
        })
    }

    /// A sentence, and one part for each of the others by how much it is above the value taken.
    fn listed(&self, first: String, joint: &str, part: impl Fn(&Voice, i32) -> String) -> String {
        let taken = self.taken.value;
        let others = self.others.iter().filter_map(|voice| {
            let apart = i32::from(voice.value?) - i32::from(taken?);
            Some(part(voice, apart))
        });
        let parts: Vec<_> = std::iter::once(first).chain(others).collect();
        parts.join(joint)
    }
}

/// When a forecast was made, without its year: `11-27 08:00`.
fn made(given: &Given) -> String {
    let made = WrittenTime::of(given.made_at());
    let (hour, minute) = made.clock();
    format!("{} {hour:02}:{minute:02}", made.day().format("%m-%d"))
}
