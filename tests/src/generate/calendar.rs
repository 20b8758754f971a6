//! The instants of the data files: every quarter of an hour from 2024-06-20 00:00 to 2024-06-22 00:00.
//!
//! Times are local summer time (UTC+2), because people live by it and the Illuminator reads CSV files as
//! wall-clock time of Amsterdam. A Thursday and a Friday, so that the office is at work. Invariant: all
//! instants lie in one month, so that calendar arithmetic is a division.

use std::fmt;

/// First day of the data, as day of June.
const FIRST_DAY_OF_JUNE: usize = 20;
/// Days from the beginning of the leap year 2024 to the end of May.
const DAYS_BEFORE_JUNE: usize = 152;

/// Local time minus UTC `[h]`: Central European Summer Time.
pub const UTC_OFFSET_H: f64 = 2.0;

/// An instant of the data, counted in quarters of an hour from the first one.
///
/// Displayed as the CSV files have it: `2024-06-20 00:15:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuarterHour(usize);

impl QuarterHour {
    /// Quarters of an hour in a day.
    pub const PER_DAY: usize = 96;

    /// Number of instants: two days and the midnight that ends them. That last one is never stepped; a run
    /// over both days so keeps a row in reserve, which the Python Illuminator needs.
    pub const COUNT: usize = 2 * Self::PER_DAY + 1;

    /// All instants, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// Position in [`all`](Self::all), 0 to [`COUNT`](Self::COUNT) − 1.
    pub fn index(self) -> usize {
        self.0
    }

    /// Local time of day `[h]`, 0 to 23.75.
    pub fn hour(self) -> f64 {
        self.quarter_of_day() as f64 / 4.0
    }

    /// Day of the year, 1 on 1 January.
    pub fn day_of_year(self) -> u16 {
        (DAYS_BEFORE_JUNE + self.day_of_june()) as u16
    }

    fn day_of_june(self) -> usize {
        FIRST_DAY_OF_JUNE + self.0 / Self::PER_DAY
    }

    fn quarter_of_day(self) -> usize {
        self.0 % Self::PER_DAY
    }
}

impl fmt::Display for QuarterHour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quarter = self.quarter_of_day();
        write!(f, "2024-06-{:02} {:02}:{:02}:00", self.day_of_june(), quarter / 4, quarter % 4 * 15)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_run_from_the_first_midnight_to_the_third() {
        let texts: Vec<String> = QuarterHour::all().map(|quarter| quarter.to_string()).collect();
        assert_eq!(texts.len(), 193);
        assert_eq!(texts[0], "2024-06-20 00:00:00");
        assert_eq!(texts[95], "2024-06-20 23:45:00");
        assert_eq!(texts[96], "2024-06-21 00:00:00");
        assert_eq!(texts[192], "2024-06-22 00:00:00");
    }

    #[test]
    fn the_first_day_is_the_172nd_of_2024() {
        assert_eq!(QuarterHour(0).day_of_year(), 172);
        assert_eq!(QuarterHour(96).day_of_year(), 173);
    }
}
