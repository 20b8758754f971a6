//! What was read of a date, and how the parts make a point in time.

use crate::csv::wall;
use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

/// The parts of a date that a text named.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) year: Option<i16>,
    pub(super) month: Option<i8>,
    pub(super) day: Option<i8>,
    pub(super) day_of_year: Option<i16>,
    pub(super) weekday: Option<Weekday>,
    pub(super) iso_week: Option<(i16, i8, i8)>,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    /// Fraction of the second `[us]`, rounded; 1,000,000 carries.
    pub(super) fraction_us: u32,
    /// `Some(true)` for PM.
    pub(super) afternoon: Option<bool>,
    /// A whole date in one number: seconds since 1970-01-01 00:00:00.
    pub(super) timestamp_s: Option<i64>,
}

impl Parts {
    /// Seconds since 1970-01-01 00:00:00; `None` if there is no such date in the years 1 to 9999.
    pub(super) fn seconds(&self) -> Option<i64> {
        let seconds = match self.timestamp_s {
            Some(seconds) => seconds,
            None => self.civil_seconds()?,
        };
        // A date that the calendar cannot hold would come back as its end.
        let date_time = wall::date_time(seconds);
        (date_time.year() >= 1 && wall::seconds(date_time) == seconds).then_some(seconds)
    }

    fn civil_seconds(&self) -> Option<i64> {
        let hour = match (self.afternoon, self.hour) {
            (Some(false), 13..) => return None,
            (Some(false), 12) => 0,
            (Some(true), hour @ ..12) => hour + 12,
            (_, hour) => hour,
        };
        let midnight_at_end = hour == 24;
        if midnight_at_end && (self.minute, self.second, self.fraction_us) != (0, 0, 0) {
            return None;
        }
        let time =
            jiff::civil::Time::new(if midnight_at_end { 0 } else { hour }, self.minute, self.second, 0)
                .ok()?;
        let date = self.date()?;
        let date = if midnight_at_end { date.checked_add(1.day()).ok()? } else { date };
        Some(wall::seconds(date.to_datetime(time)) + i64::from(self.fraction_us / 1_000_000))
    }

    fn date(&self) -> Option<Date> {
        let (mut year, mut month, mut day) = (self.year, self.month, self.day);
        if let Some((iso_year, week, weekday)) = self.iso_week {
            let weekday = Weekday::from_monday_one_offset(weekday).ok()?;
            let date = ISOWeekDate::new(iso_year, week, weekday).ok()?.date();
            (year, month, day) = (Some(date.year()), Some(date.month()), Some(date.day()));
        }
        if let Some(day_of_year) = self.day_of_year {
            // A day of the year needs a year and contradicts a month.
            if month.is_some() {
                return None;
            }
            return Date::new(year?, 1, 1).ok()?.with().day_of_year(day_of_year).build().ok();
        }
        if let (Some(weekday), None) = (self.weekday, day) {
            // A weekday alone means the first such day of the month.
            let first = Date::new(year.unwrap_or(1970), month.unwrap_or(1), 1).ok()?;
            return first.nth_weekday_of_month(1, weekday).ok();
        }
        Date::new(year.unwrap_or(1), month.unwrap_or(1), day.unwrap_or(1)).ok()
    }
}
