//! The values of a recorded run over time, within a bound. Other than a history of a run it may have gaps, and buckets of
//! different lengths.

use super::line::Steps;
use crate::view::{ItemSeries, POINTS_MAX, Series, VALUES_MAX};

/// The ranges of all items, in buckets one behind the other.
#[derive(Clone, Debug)]
pub(super) struct Traces {
    items: usize,
    /// With which step each bucket begins.
    from: Vec<u64>,
    /// The smallest values, bucket by bucket; NaN where there is none.
    min: Vec<f64>,
    max: Vec<f64>,
    /// The step after the last bucket.
    to: u64,
    values_max: usize,
}

impl Traces {
    pub(super) const fn new(items: usize) -> Self {
        Self { items, from: Vec::new(), min: Vec::new(), max: Vec::new(), to: 0, values_max: VALUES_MAX }
    }

    /// Takes steps that are valid; those that are known already are passed over.
    pub(super) fn take(&mut self, steps: &Steps) {
        let max = if steps.max.is_empty() { &steps.min } else { &steps.max };
        let value =
            |table: &[Vec<Option<f64>>], item: usize, number: usize| table[item][number].unwrap_or(f64::NAN);
        for bucket in (0..steps.len()).map(|number| steps.bucket(number)) {
            if self.begin(bucket.from, bucket.to) {
                self.min.extend((0..self.items).map(|item| value(&steps.min, item, bucket.number)));
                self.max.extend((0..self.items).map(|item| value(max, item, bucket.number)));
            }
        }
    }

    /// Takes the values of the last of `done` steps, if they are of a step that is not known.
    pub(super) fn step(&mut self, done: u64, values: impl Iterator<Item = f64>) {
        if done > 0 && self.begin(done - 1, done) {
            self.min.extend(values);
            let begin = self.min.len() - self.items;
            self.max.extend_from_slice(&self.min[begin..]);
        }
    }

    /// Begins a bucket, behind a gap if there is one; whether it is a new one.
    fn begin(&mut self, from: u64, to: u64) -> bool {
        if self.items == 0 || (from < self.to && !self.from.is_empty()) || to <= from {
            return false;
        }
        while self.min.len() + self.max.len() + 4 * self.items > self.values_max && self.from.len() > 1 {
            self.widen();
        }
        if !self.from.is_empty() && from > self.to {
            self.from.push(self.to);
            let none = self.min.len() + self.items;
            self.min.resize(none, f64::NAN);
            self.max.resize(none, f64::NAN);
        }
        self.from.push(from);
        self.to = to;
        true
    }

    /// Half as many buckets.
    fn widen(&mut self) {
        let of_pairs = |values: &[f64], choose: fn(f64, f64) -> f64| -> Vec<f64> {
            let mut all = Vec::with_capacity(values.len() / 2 + self.items);
            for pair in values.chunks(2 * self.items) {
                let (one, other) = pair.split_at(self.items);
                let other = other.iter().copied().chain(std::iter::repeat(f64::NAN));
                all.extend(one.iter().zip(other).map(|(&one, other)| choose(one, other)));
            }
            all
        };
        (self.min, self.max) = (of_pairs(&self.min, f64::min), of_pairs(&self.max, f64::max));
        self.from = self.from.chunks(2).map(|pair| pair[0]).collect();
    }

    /// The ranges of items, by position, over the steps `[from, to)`, in at most so many parts. Names are left empty.
    pub(super) fn series(&self, items: &[usize], from: u64, to: u64, points: usize) -> Series {
        let first = self.from.first().copied().unwrap_or(0);
        let (from, to) = (from.clamp(first, self.to), to.clamp(first, self.to));
        let begin = self.from.partition_point(|&at| at <= from).saturating_sub(1);
        let end = if from < to { self.from.partition_point(|&at| at < to) } else { begin };
        let buckets = end - begin;
        let parts = buckets.min(points.clamp(1, POINTS_MAX));
        let at = |part: usize| begin + part * buckets / parts.max(1);
        let one = |&item: &usize| {
            let range = |values: &[f64], part: usize, choose: fn(f64, f64) -> f64| {
                let values = (at(part)..at(part + 1)).map(|bucket| values[bucket * self.items + item]);
                Some(values.fold(f64::NAN, choose)).filter(|value| !value.is_nan())
            };
            ItemSeries {
                step: (0..parts).map(|part| self.from[at(part)]).collect(),
                min: (0..parts).map(|part| range(&self.min, part, f64::min)).collect(),
                max: (0..parts).map(|part| range(&self.max, part, f64::max)).collect(),
                ..ItemSeries::default()
            }
        };
        Series { from, to, done: self.to, series: items.iter().map(one).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_buckets_follow_each_other_with_gaps_between_and_none_twice() {
        let mut traces = Traces::new(1);
        traces.step(1, [5.0].into_iter());
        traces.step(1, [6.0].into_iter());
        let column = |values: &[f64]| vec![values.iter().copied().map(Some).collect()];
        let steps = Steps {
            from: 1,
            to: 9,
            at: vec![1, 4],
            min: column(&[1.0, 2.0]),
            max: column(&[3.0, 4.0]),
            texts: Vec::new(),
        };
        traces.take(&steps);
        traces.step(21, [7.0].into_iter());
        let series = traces.series(&[0], 0, u64::MAX, 10);
        assert_eq!((series.from, series.to, series.done), (0, 21, 21));
        let item = &series.series[0];
        assert_eq!(item.step, [0, 1, 4, 9, 20]);
        assert_eq!(item.min, [Some(5.0), Some(1.0), Some(2.0), None, Some(7.0)]);
        assert_eq!(item.max, [Some(5.0), Some(3.0), Some(4.0), None, Some(7.0)]);
        let some = traces.series(&[0], 5, 6, 10);
        assert_eq!((some.series[0].step.as_slice(), some.series[0].max[0]), (&[4][..], Some(4.0)));
        assert!(traces.series(&[0], 7, 7, 10).series[0].step.is_empty());
    }

    #[test]
    fn any_number_of_steps_takes_bounded_room_and_loses_no_peak() {
        let mut traces = Traces { values_max: 1_000, ..Traces::new(3) };
        for done in 1..=100_000 {
            let value = if done == 70_000 { 9.0 } else { 0.0 };
            traces.step(done, [value, -value, f64::NAN].into_iter());
        }
        assert!(traces.min.len() + traces.max.len() <= 1_000);
        let series = traces.series(&[0, 1, 2], 0, u64::MAX, 50).series;
        let greatest = |at: usize| series[at].max.iter().flatten().copied().fold(f64::NAN, f64::max);
        assert_eq!((greatest(0), greatest(1)), (9.0, 0.0));
        assert!(series[2].max.iter().all(Option::is_none) && series[0].step.len() <= 50);
    }
}
