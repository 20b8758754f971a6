//! The axis of dates that all panels share.

use super::calendar::{DateTick, date_ticks};
use super::reduce::Columns;

/// Least room from one date to the next `[units]`.
const TICK_ROOM: f64 = 68.0;
/// What one row alone is drawn as wide as `[s]`.
const ALONE_S: i64 = 3600;

/// From which date to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) first_s: i64,
    pub(super) end_s: i64,
}

impl Dates {
    /// From the first of these rows to the end of the last one, which holds as long as the one before; `None` if there is
    /// none.
    pub(super) fn new(rows_s: &[i64]) -> Option<Self> {
        let (first_s, last_s) = (*rows_s.iter().min()?, *rows_s.iter().max()?);
        let step_s = rows_s.windows(2).rev().map(|pair| pair[1] - pair[0]).find(|step_s| *step_s > 0);
        Some(Self { first_s, end_s: last_s + step_s.unwrap_or(ALONE_S) })
    }
}

/// Where dates are in a figure.
#[derive(Clone, Debug)]
pub(super) struct DateAxis {
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) ticks: Vec<DateTick>,
    /// The columns of pixels.
    pub(super) columns: Columns,
    dates: Dates,
}

impl DateAxis {
    /// An axis with so many columns of pixels per unit.
    pub(super) fn new(dates: Dates, left: f64, width: f64, detail: f64) -> Self {
        let ticks = date_ticks(dates.first_s, dates.end_s, (width / TICK_ROOM) as usize);
        let count = (width * detail.max(1.0)).ceil().max(1.0) as u32;
        let columns = Columns { first_s: dates.first_s, span_s: dates.end_s - dates.first_s, count };
        Self { left, width, ticks, columns, dates }
    }

    /// Where a date is.
    pub(super) fn x(&self, date_s: i64) -> f64 {
        let Dates { first_s, end_s } = self.dates;
        self.left + self.width * (date_s - first_s) as f64 / (end_s - first_s) as f64
    }

    /// The right edge.
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Where the row after this one is, or the right edge.
    pub(super) fn x_after(&self, row: usize, rows_s: &[i64]) -> f64 {
        rows_s.get(row + 1).map_or(self.right(), |date_s| self.x(*date_s))
    }
}
