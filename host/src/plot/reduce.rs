//! As few points as show the same: where many rows fall into one column of pixels, its first, lowest, highest and last.
//!
//! Invariants: every value that is lowest or highest in its column of pixels stays; what is left stands in the order of
//! the rows; a row without a value (NaN) parts the lines before and after it.

/// From dates to columns of pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    /// The date at the left edge `[s]`.
    pub(super) first_s: i64,
    /// From edge to edge `[s]`, at least 1.
    pub(super) span_s: i64,
    /// How many columns of pixels there are, at least 1.
    pub(super) count: u32,
}

impl Columns {
    /// The column of a date; of those beyond an edge the one at the edge.
    pub(super) fn of(&self, date_s: i64) -> u32 {
        let passed = i128::from(date_s) - i128::from(self.first_s);
        let column = passed * i128::from(self.count) / i128::from(self.span_s.max(1));
        column.clamp(0, i128::from(self.count.max(1)) - 1) as u32
    }
}

/// The rows to draw, as positions: one list per unbroken line.
pub(super) fn reduce(dates_s: &[i64], values: &[f64], columns: &Columns) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut bucket: Option<Bucket> = None;
    let mut broken = true;
    for (row, (&date_s, &value)) in dates_s.iter().zip(values).enumerate() {
        if value.is_nan() {
            flush(&mut bucket, &mut runs);
            broken = true;
            continue;
        }
        if std::mem::take(&mut broken) {
            runs.push(Vec::new());
        }
        let column = columns.of(date_s);
        match &mut bucket {
            Some(bucket) if bucket.column == column => bucket.add(row, value, values),
            _ => {
                flush(&mut bucket, &mut runs);
                bucket = Some(Bucket { column, first: row, low: row, high: row, last: row });
            }
        }
    }
    flush(&mut bucket, &mut runs);
    runs
}

/// Rows that fall into one column of pixels.
struct Bucket {
    column: u32,
    first: usize,
    low: usize,
    high: usize,
    last: usize,
}

impl Bucket {
    fn add(&mut self, row: usize, value: f64, values: &[f64]) {
        if value < values[self.low] {
            self.low = row;
        }
        if value > values[self.high] {
            self.high = row;
        }
        self.last = row;
    }
}

fn flush(bucket: &mut Option<Bucket>, runs: &mut [Vec<usize>]) {
    if let Some((bucket, run)) = bucket.take().zip(runs.last_mut()) {
        let mut rows = [bucket.first, bucket.low, bucket.high, bucket.last];
        rows.sort_unstable();
        for row in rows {
            if run.last() != Some(&row) {
                run.push(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, reduce};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Lowest and highest value of each column of pixels.
    fn extremes(rows: impl Iterator<Item = (i64, f64)>, columns: &Columns) -> BTreeMap<u32, (f64, f64)> {
        let mut extremes = BTreeMap::new();
        for (date_s, value) in rows.filter(|(_, value)| !value.is_nan()) {
            let (low, high) = extremes.entry(columns.of(date_s)).or_insert((value, value));
            *low = value.min(*low);
            *high = value.max(*high);
        }
        extremes
    }

    proptest! {
        #[test]
        fn every_column_of_pixels_keeps_its_lowest_and_highest(
            rows in prop::collection::vec((0i64..500, prop_oneof![9 => -1e6..1e6, 1 => Just(f64::NAN)]), 0..400),
            sorted in any::<bool>(),
            count in 1u32..60,
        ) {
            let (mut dates_s, values): (Vec<i64>, Vec<f64>) = rows.into_iter().unzip();
            if sorted {
                dates_s.sort_unstable();
            }
            let columns = Columns { first_s: 0, span_s: 500, count };
            let runs = reduce(&dates_s, &values, &columns);
            let kept: Vec<usize> = runs.concat();
            prop_assert!(kept.is_sorted_by(|one, next| one < next), "in order, each once");
            prop_assert_eq!(
                extremes(kept.iter().map(|&row| (dates_s[row], values[row])), &columns),
                extremes(dates_s.iter().copied().zip(values.iter().copied()), &columns)
            );
            for run in &runs {
                let (first, last) = (run[0], run[run.len() - 1]);
                prop_assert!(values[first..=last].iter().all(|value| !value.is_nan()), "no line over a gap");
                if sorted {
                    prop_assert!(run.len() <= 4 * count as usize);
                }
            }
            let present = values.split(|value| value.is_nan()).filter(|run| !run.is_empty()).count();
            prop_assert_eq!(runs.len(), present, "as many lines as there are between gaps");
        }
    }

    #[test]
    fn dates_beyond_the_edges_fall_into_the_columns_at_the_edges() {
        let columns = Columns { first_s: i64::MIN, span_s: i64::MAX, count: 10 };
        assert_eq!([i64::MIN, -1, i64::MAX].map(|date_s| columns.of(date_s)), [0, 9, 9]);
    }
}
