//! The values of all steps of a run, within a bound: for plots.
//!
//! ```text
//!   rows of values ─▶ columns of buckets ─▶ series: the smallest and greatest value of each part of a range
//!                     one step each at first; where that becomes too much, twice as many, and so on
//! ```
//!
//! Invariants: memory is bounded by [`VALUES_MAX`], however long the run; no peak is lost, as each bucket keeps the
//! smallest and the greatest of its values.

use super::{ItemSeries, Series};
use std::ops::Range;

/// Most values that are kept: 32 MiB, and twice that while a column grows.
pub const VALUES_MAX: usize = 4 << 20;
/// Most points of a series.
pub const POINTS_MAX: usize = 4_000;

/// The values of a run so far.
#[derive(Clone, Debug)]
pub struct History {
    columns: Vec<Column>,
    values_max: usize,
    /// The first step.
    first: u64,
    /// The step after the last one.
    next: u64,
    /// Steps per bucket.
    width: u64,
}

/// The values of an item, by bucket; NaN where there is none.
#[derive(Clone, Debug, Default)]
struct Column {
    min: Vec<f64>,
    /// Empty as long as each bucket is one step.
    max: Vec<f64>,
}

impl History {
    /// No step yet, of so many items.
    pub fn new(items: usize) -> Self {
        Self::bounded(items, VALUES_MAX)
    }

    fn bounded(items: usize, values_max: usize) -> Self {
        Self { columns: vec![Column::default(); items], values_max, first: 0, next: 0, width: 1 }
    }

    /// Takes the values of a step, one per item, NaN for none. A step that does not follow the last one begins anew.
    pub fn push(&mut self, step: u64, values: &[f64]) {
        if step != self.next || self.next == self.first {
            *self = Self { first: step, ..Self::bounded(self.columns.len(), self.values_max) };
        }
        self.next = step.saturating_add(1);
        let is_new = (step - self.first).is_multiple_of(self.width);
        for (column, &value) in self.columns.iter_mut().zip(values) {
            column.push(value, is_new, self.width);
        }
        while is_new && self.values() > self.values_max && self.buckets(self.first, self.next).len() > 1 {
            self.widen();
        }
    }

    /// Steps before this one are in the history.
    pub const fn done(&self) -> u64 {
        self.next
    }

    /// The range of an item's values over the steps `[from, to)`, in at most `points` parts of the same length. Only what
    /// is there is in it.
    pub fn series(&self, item: usize, from: u64, to: u64, points: usize) -> Series {
        let (from, to) = (from.clamp(self.first, self.next), to.clamp(self.first, self.next));
        let buckets = self.buckets(from, to);
        let parts = buckets.len().min(points.clamp(1, POINTS_MAX));
        let mut series = ItemSeries::default();
        for part in 0..parts {
            let at = |part: usize| buckets.start + part * buckets.len() / parts;
            let (min, max) = self
                .columns
                .get(item)
                .map_or((f64::NAN, f64::NAN), |column| column.range(at(part)..at(part + 1)));
            series.step.push(self.first + at(part) as u64 * self.width);
            series.min.push((!min.is_nan()).then_some(min));
            series.max.push((!max.is_nan()).then_some(max));
        }
        Series { from, to, done: self.next, series: vec![series] }
    }

    /// The buckets that have any of these steps.
    fn buckets(&self, from: u64, to: u64) -> Range<usize> {
        if from >= to {
            return 0..0;
        }
        ((from - self.first) / self.width) as usize..((to - self.first).div_ceil(self.width)) as usize
    }

    fn values(&self) -> usize {
        let one = self.columns.first().map_or(0, |column| column.min.len() + column.max.len());
        one * self.columns.len()
    }

    /// Twice as many steps in each bucket.
    fn widen(&mut self) {
        self.columns.iter_mut().for_each(Column::widen);
        self.width *= 2;
    }
}

impl Column {
    fn push(&mut self, value: f64, is_new: bool, width: u64) {
        if is_new {
            self.min.push(value);
            if width > 1 {
                self.max.push(value);
            }
        } else if let (Some(min), Some(max)) = (self.min.last_mut(), self.max.last_mut()) {
            // Of a value and none it is the value.
            (*min, *max) = (min.min(value), max.max(value));
        }
    }

    fn range(&self, buckets: Range<usize>) -> (f64, f64) {
        let least = |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::min);
        let greatest = |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::max);
        let max = if self.max.is_empty() { &self.min } else { &self.max };
        (least(&self.min[buckets.clone()]), greatest(&max[buckets]))
    }

    fn widen(&mut self) {
        let of_pairs = |values: &[f64], least: bool| -> Vec<f64> {
            let one =
                |pair: &[f64]| pair.iter().copied().fold(f64::NAN, if least { f64::min } else { f64::max });
            values.chunks(2).map(one).collect()
        };
        let max = if self.max.is_empty() { &self.min } else { &self.max };
        let max = of_pairs(max, false);
        self.min = of_pairs(&self.min, true);
        self.max = max;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn history(values: &[f64], values_max: usize) -> History {
        let mut history = History::bounded(1, values_max);
        (0..).zip(values).for_each(|(step, &value)| history.push(step, &[value]));
        history
    }

    fn one(series: Series) -> ItemSeries {
        let [item] = <[ItemSeries; 1]>::try_from(series.series).unwrap();
        item
    }

    #[test]
    fn every_step_is_there_until_there_are_too_many() {
        let history = history(&[3.0, f64::NAN, 1.0], 100);
        let series = one(history.series(0, 0, u64::MAX, 10));
        assert_eq!(series.step, [0, 1, 2]);
        assert_eq!((&series.min, &series.max), (&vec![Some(3.0), None, Some(1.0)], &series.min));
        assert_eq!(one(history.series(0, 1, 2, 10)).step, [1]);
        for (from, to) in [(2, 2), (5, 9), (2, 1)] {
            assert_eq!(one(history.series(0, from, to, 10)).step, [0_u64; 0], "{from} to {to}");
        }
        assert_eq!(one(history.series(7, 0, 3, 1)).min, [None], "no such item");
    }

    #[test]
    fn a_peak_is_seen_however_coarse_the_picture() {
        let mut values = vec![0.0; 100_000];
        values[77_777] = 9.0;
        values[12_345] = -9.0;
        let history = history(&values, 1_000);
        let series = one(history.series(0, 0, 100_000, 100));
        assert!(series.step.len() <= 100);
        assert_eq!(series.max.iter().flatten().copied().fold(0.0, f64::max), 9.0);
        assert_eq!(series.min.iter().flatten().copied().fold(0.0, f64::min), -9.0);
        let at = series.max.iter().position(|&max| max == Some(9.0)).unwrap();
        assert!(series.step[at] <= 77_777 && series.step.get(at + 1).is_none_or(|&next| next > 77_777));
    }

    #[test]
    fn another_run_begins_anew_and_one_that_goes_on_begins_where_it_is() {
        let mut history = history(&[1.0, 2.0], 100);
        history.push(0, &[5.0]);
        assert_eq!((history.done(), one(history.series(0, 0, 9, 9)).min), (1, vec![Some(5.0)]));
        history.push(u64::MAX / 2, &[6.0]);
        let series = history.series(0, 0, u64::MAX, 9);
        assert_eq!((series.from, one(series).step), (u64::MAX / 2, vec![u64::MAX / 2]));
    }

    proptest! {
        #[test]
        fn parts_cover_the_range_and_hold_its_extremes(
            values in prop::collection::vec(-1e6..1e6_f64, 1..300),
            values_max in 8_usize..400,
            (from, to) in (0_u64..300, 0_u64..300),
            points in 1_usize..50,
        ) {
            let history = history(&values, values_max);
            prop_assert!(history.values() <= values_max);
            let series = history.series(0, from, to, points);
            let (from, to) = (series.from as usize, series.to as usize);
            let item = one(series);
            prop_assert!(item.step.len() <= points);
            prop_assert!(item.step.is_sorted());
            if from < to {
                let least = values[from..to].iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = values[from..to].iter().copied().fold(f64::NEG_INFINITY, f64::max);
                // Buckets at the margins may have more than was asked for, never less.
                prop_assert!(item.min.iter().flatten().copied().fold(f64::INFINITY, f64::min) <= least);
                prop_assert!(item.max.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max) >= greatest);
            }
        }
    }
}
