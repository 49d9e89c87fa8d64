//! Decimal numbers of a cell, exactly: scaled by a power of ten, and back.

/// A decimal number scaled by a power of ten, exactly; none for anything else.
///
/// Further decimals are cut off where `cut_off` says so and refused otherwise.
pub(super) fn decimal(text: &str, decimals: usize, cut_off: bool) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || (part.len() > decimals && !cut_off) {
        return None;
    }
    let part = &part[..part.len().min(decimals)];
    format!("{whole}{part:0<decimals$}").parse().ok()
}

/// A scaled number as its shortest decimal text: 1500 with three decimals is `1.5`.
pub(super) fn decimal_text(scaled: i64, decimals: usize) -> String {
    let digits = format!("{scaled:0>width$}", width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    match part.trim_end_matches('0') {
        "" => whole.to_owned(),
        part => format!("{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn decimals_read_back_as_written(scaled in 0_i64..1_000_000_000_000, places in 1_usize..8) {
            prop_assert_eq!(decimal(&decimal_text(scaled, places), places, false), Some(scaled));
        }
    }
}
