//! Which keys are vouched for, and which between them are not.

use std::collections::BTreeMap;

/// Spans of keys, both ends included; those that touch are one.
#[derive(Debug, Default)]
pub(super) struct Spans(BTreeMap<i64, i64>);

impl Spans {
    pub(super) fn add(&mut self, from: i64, to: i64) {
        if from > to {
            return;
        }
        let (mut from, mut to) = (from, to);
        let touching = self
            .0
            .range(..=to.saturating_add(1))
            .rev()
            .take_while(|&(_, &end)| end.saturating_add(1) >= from)
            .map(|(&start, &end)| (start, end));
        for (start, end) in touching.collect::<Vec<_>>() {
            self.0.remove(&start);
            (from, to) = (from.min(start), to.max(end));
        }
        self.0.insert(from, to);
    }

    /// The spans between them, and before and after.
    pub(super) fn gaps(&self) -> Vec<(i64, i64)> {
        let mut gaps = Vec::new();
        let mut next = Some(i64::MIN);
        for (&from, &to) in &self.0 {
            if let Some(start) = next.filter(|&start| start < from) {
                gaps.push((start, from - 1));
            }
            next = to.checked_add(1);
        }
        gaps.extend(next.map(|start| (start, i64::MAX)));
        gaps
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_that_touch_are_one() {
        let mut spans = Spans::default();
        for (from, to) in [(1, 3), (7, 9), (4, 6), (20, 20), (12, 11)] {
            spans.add(from, to);
        }
        assert_eq!(spans.0, BTreeMap::from([(1, 9), (20, 20)]));
        assert_eq!(spans.gaps(), [(i64::MIN, 0), (10, 19), (21, i64::MAX)]);
    }

    proptest! {
        #[test]
        fn a_key_is_in_a_gap_unless_a_span_holds_it(
            added in prop::collection::vec((0i64..60, 0i64..8), 0..12),
            key in 0i64..70,
        ) {
            let mut spans = Spans::default();
            for &(from, length) in &added {
                spans.add(from, from + length - 1);
            }
            let held = added.iter().any(|&(from, length)| (from..from + length).contains(&key));
            let in_gap = spans.gaps().iter().any(|&(from, to)| (from..=to).contains(&key));
            prop_assert_ne!(held, in_gap);
            for pair in spans.0.iter().collect::<Vec<_>>().windows(2) {
                prop_assert!(pair[0].1 + 1 < *pair[1].0);
            }
        }
    }
}
