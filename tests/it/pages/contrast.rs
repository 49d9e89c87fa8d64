//! The colours of the console against WCAG 2.2: text on its ground at least 4.5 : 1, in both themes.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../../src/web/assets/app.css");

/// Text, and the ground it stands on.
const PAIRS: [(&str, &str); 23] = [
    ("ink", "ground"),
    ("ink", "panel"),
    ("ink", "faint"),
    ("soft", "ground"),
    ("soft", "panel"),
    ("soft", "faint"),
    ("accent", "panel"),
    ("accent", "ground"),
    ("accent", "faint"),
    ("on-accent", "accent"),
    ("good", "panel"),
    ("good", "ground"),
    ("watch", "panel"),
    ("watch", "faint"),
    ("alarm", "panel"),
    ("alarm", "faint"),
    ("busy", "panel"),
    ("busy", "faint"),
    ("on-alarm", "alarm"),
    ("on-blue", "blue"),
    ("on-light", "yellow"),
    ("on-light", "orange"),
    ("on-red", "red"),
];

/// The colours of the light theme, and those the dark theme changes.
fn themes() -> [BTreeMap<&'static str, [u8; 3]>; 2] {
    let (light, rest) = STYLE
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let light = colours(light);
    let dark = colours(rest.split_once("\n}\n").unwrap().0);
    let mut night = light.clone();
    night.extend(dark);
    [light, night]
}

fn colours(rules: &'static str) -> BTreeMap<&'static str, [u8; 3]> {
    rules
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
            Some((name, channels(value.trim_end_matches(';'))))
        })
        .collect()
}

fn channels(hex: &str) -> [u8; 3] {
    let step = hex.len() / 3;
    [0, 1, 2].map(|place| {
        let digits = &hex[place * step..(place + 1) * step];
        u8::from_str_radix(&digits.repeat(2 / step), 16).unwrap()
    })
}

/// Relative luminance (WCAG 2.2, glossary).
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn black_on_white_is_twenty_one_to_one() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
}

#[test]
fn every_text_stands_out_from_its_ground_by_day_and_by_night() {
    for (theme, colours) in ["light", "dark"].into_iter().zip(themes()) {
        for (text, ground) in PAIRS {
            let ratio = contrast(colours[text], colours[ground]);
            assert!(
                ratio >= 4.5,
                "{theme}: {text} on {ground} is {ratio:.2} : 1"
            );
        }
    }
}
