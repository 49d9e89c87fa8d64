//! The colours of the console against WCAG 2.2: text on its ground at least 4.5 : 1, in both themes;
//! and the phone page against the console, whose colours it spells out.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../../src/web/assets/app.css");
const PHONE: &str = include_str!("../../../src/web/assets/phone.css");

/// Text, and the ground it stands on.
const PAIRS: [(&str, &str); 28] = [
    ("ink", "ground"),
    ("ink", "panel"),
    ("ink", "faint"),
    ("ink", "good-tint"),
    ("ink", "watch-tint"),
    ("ink", "alarm-tint"),
    ("soft", "ground"),
    ("soft", "panel"),
    ("soft", "faint"),
    ("soft", "good-tint"),
    ("soft", "watch-tint"),
    ("soft", "alarm-tint"),
    ("accent", "ground"),
    ("accent", "panel"),
    ("accent", "faint"),
    ("on-accent", "accent"),
    ("good", "ground"),
    ("good", "panel"),
    ("good", "faint"),
    ("good", "good-tint"),
    ("watch", "panel"),
    ("watch", "faint"),
    ("watch", "watch-tint"),
    ("alarm", "panel"),
    ("alarm", "faint"),
    ("alarm", "alarm-tint"),
    ("on-alarm", "alarm"),
    ("on-blue", "blue"),
];

/// Text on the levels' flags, which are alike in both themes.
const FLAGS: [(&str, &str); 3] = [
    ("on-light", "yellow"),
    ("on-light", "orange"),
    ("on-red", "red"),
];

type Colours = BTreeMap<&'static str, &'static str>;

/// The colours of the light and of the dark theme, by their names.
fn themes() -> [Colours; 2] {
    let root = STYLE.split_once(":root {").unwrap().1;
    let root = root.split_once("\n}\n").unwrap().0;
    let tokens = root.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": ")?;
        let value = value.strip_suffix(';')?;
        let both = value.strip_prefix("light-dark(");
        let both = both.and_then(|both| both.strip_suffix(')')?.split_once(", "));
        let (light, dark) = both.unwrap_or((value, value));
        Some((name, light.strip_prefix('#')?, dark.strip_prefix('#')?))
    });
    let tokens: Vec<_> = tokens.collect();
    [
        tokens
            .iter()
            .map(|(name, light, _)| (*name, *light))
            .collect(),
        tokens
            .iter()
            .map(|(name, _, dark)| (*name, *dark))
            .collect(),
    ]
}

/// Every colour that a style sheet writes as `#…`.
fn written(style: &'static str) -> impl Iterator<Item = &'static str> {
    let after = style.split(['#']).skip(1);
    after.filter_map(|after| {
        let end = after.find(|letter: char| !letter.is_ascii_hexdigit());
        let hex = &after[..end.unwrap_or(after.len())];
        matches!(hex.len(), 3 | 4 | 6 | 8).then_some(hex)
    })
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
        for (text, ground) in PAIRS.into_iter().chain(FLAGS) {
            let ratio = contrast(channels(colours[text]), channels(colours[ground]));
            assert!(
                ratio >= 4.5,
                "{theme}: {text} on {ground} is {ratio:.2} : 1"
            );
        }
    }
}

#[test]
fn the_two_themes_are_told_apart() {
    let [light, dark] = themes();
    assert!(luminance(channels(light["panel"])) > 0.9);
    assert!(luminance(channels(dark["panel"])) < 0.1);
}

#[test]
fn the_phone_page_spells_out_colours_of_the_console_and_no_others() {
    let tokens = themes();
    let known = |hex: &str| {
        let mut colours = tokens.iter().flat_map(BTreeMap::values);
        colours.any(|token| channels(token) == channels(hex))
    };
    let (by_day, by_night) = PHONE
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    assert!(written(by_day).count() > 20 && written(by_night).count() > 10);
    let strange: Vec<_> = written(PHONE).filter(|hex| !known(hex)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}
