//! The dates of the rows of a result file (spec/scenario-format.md 8).

use super::csv::ResultFormat;
use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use std::io::Write as _;

/// A time zone that the database does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{0}`; use a name such as Europe/Amsterdam or UTC")]
pub struct UnknownZone(pub String);

/// Dates the rows of one result file.
pub(super) struct RowDates {
    start: DateTime,
    step_s: u64,
    /// The zone in whose wall clock the dates exist; `None` if dates are naive.
    zone: Option<TimeZone>,
}

impl RowDates {
    /// The dates of a run that starts at `start` (wall clock) and has `resolution_s` seconds per co-simulation
    /// step; `zone` and `step_size` are those of the recorder.
    ///
    /// # Errors
    /// An unknown zone, in the format that uses one.
    pub(super) fn new(
        format: ResultFormat,
        start: DateTime,
        resolution_s: u32,
        step_size: u32,
        zone: &str,
    ) -> Result<Self, UnknownZone> {
        let resolution_s = u64::from(resolution_s);
        match format {
            ResultFormat::Dev => {
                let zone = TimeZoneDatabase::bundled().get(zone).map_err(|_| UnknownZone(zone.to_owned()))?;
                // The steps already count co-simulation steps, so a step size counts twice: results in the
                // field look like this.
                Ok(Self { start, step_s: resolution_s * u64::from(step_size), zone: Some(zone) })
            }
            ResultFormat::Main => Ok(Self { start, step_s: resolution_s, zone: None }),
        }
    }

    /// Writes the date of co-simulation step `step`: without the time of day in the first row (dev) or at
    /// midnight (main). A date after the year 9999 is written as the last one of that year.
    pub(super) fn push(&self, step: u64, out: &mut Vec<u8>) {
        let elapsed_s = i64::try_from(step.saturating_mul(self.step_s)).unwrap_or(i64::MAX);
        let wall = self.start.saturating_add(SignedDuration::from_secs(elapsed_s));
        let (shown, date_only) = match &self.zone {
            Some(zone) => (existing(wall, zone), step == 0),
            None => (wall, wall.time() == Time::midnight()),
        };
        let (year, month, day) = (shown.year(), shown.month(), shown.day());
        let (hour, minute, second) = (shown.hour(), shown.minute(), shown.second());
        let written = if date_only {
            write!(out, "{year:04}-{month:02}-{day:02}")
        } else {
            write!(out, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        };
        written.expect("a Vec takes any bytes");
    }
}

/// The wall clock, moved forward by the gap if it lies in one (the hour that is skipped in spring).
fn existing(wall: DateTime, zone: &TimeZone) -> DateTime {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Gap { before, after } => {
            let gap_s = i64::from(after.seconds()) - i64::from(before.seconds());
            wall.saturating_add(SignedDuration::from_secs(gap_s))
        }
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => wall,
    }
}

/// The wall clock that a date of a result says: `YYYY-MM-DD` or `YYYY-MM-DD HH:mm:ss`. `None` for any other text.
pub fn read_date(cell: &str) -> Option<DateTime> {
    let bytes = cell.as_bytes();
    let number = |at: usize, digits: usize| {
        let digits = bytes.get(at..at + digits).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        std::str::from_utf8(digits).ok()?.parse::<i16>().ok()
    };
    let small = |at: usize| number(at, 2).and_then(|number| i8::try_from(number).ok());
    let marks = |marks: &[(usize, u8)]| marks.iter().all(|&(at, mark)| bytes.get(at) == Some(&mark));
    let (hour, minute, second) = match bytes.len() {
        10 => (0, 0, 0),
        19 if marks(&[(10, b' '), (13, b':'), (16, b':')]) => (small(11)?, small(14)?, small(17)?),
        _ => return None,
    };
    if !marks(&[(4, b'-'), (7, b'-')]) {
        return None;
    }
    DateTime::new(number(0, 4)?, small(5)?, small(8)?, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::{ResultFormat, RowDates, UnknownZone};
    use jiff::civil::{DateTime, date};

    fn dates(format: ResultFormat, start: DateTime, zone: &str, steps: &[u64]) -> Vec<String> {
        let dates = RowDates::new(format, start, 1800, 1, zone).unwrap();
        let text = |&step: &u64| {
            let mut out = Vec::new();
            dates.push(step, &mut out);
            String::from_utf8(out).unwrap()
        };
        steps.iter().map(text).collect()
    }

    #[test]
    fn dev_shortens_the_first_row_only() {
        let start = date(2012, 6, 21).at(23, 30, 0, 0);
        let shown = dates(ResultFormat::Dev, start, "UTC", &[0, 1, 2]);
        assert_eq!(shown, ["2012-06-21", "2012-06-22 00:00:00", "2012-06-22 00:30:00"]);
    }

    #[test]
    fn main_shortens_every_midnight_and_knows_no_zone() {
        let start = date(2012, 3, 25).at(1, 30, 0, 0);
        let shown = dates(ResultFormat::Main, start, "Nowhere", &[0, 1, 45, 46]);
        assert_eq!(
            shown,
            ["2012-03-25 01:30:00", "2012-03-25 02:00:00", "2012-03-26", "2012-03-26 00:30:00"]
        );
    }

    #[test]
    fn dev_moves_the_skipped_hour() {
        let start = date(2012, 3, 25).at(1, 30, 0, 0);
        let shown = dates(ResultFormat::Dev, start, "Europe/Amsterdam", &[1, 2, 3]);
        assert_eq!(shown, ["2012-03-25 03:00:00", "2012-03-25 03:30:00", "2012-03-25 03:00:00"]);
        let start = date(2012, 10, 28).at(2, 0, 0, 0);
        assert_eq!(dates(ResultFormat::Dev, start, "Europe/Amsterdam", &[1]), ["2012-10-28 02:30:00"]);
    }

    #[test]
    fn ends_of_the_calendar_and_unknown_zones() {
        let start = date(2012, 1, 1).at(0, 0, 0, 0);
        assert_eq!(dates(ResultFormat::Main, start, "", &[u64::MAX]), ["9999-12-31 23:59:59"]);
        let error = RowDates::new(ResultFormat::Dev, start, 900, 1, "Europe/Atlantis").err();
        assert_eq!(error, Some(UnknownZone("Europe/Atlantis".to_owned())));
    }
}
