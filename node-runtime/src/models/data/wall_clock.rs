//! Dates for messages: seconds of wall-clock time as people write them.

use core::fmt;

const DAY_S: i64 = 86_400;
/// Days in 400 years of the Gregorian calendar.
const ERA_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

/// Seconds of wall-clock time since 1970-01-01 00:00:00, printed as `YYYY-MM-DD HH:mm:ss`.
pub(super) struct WallClock(pub(super) i64);

impl fmt::Display for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0.div_euclid(DAY_S), self.0.rem_euclid(DAY_S));
        let (year, month, day) = civil(days);
        let (hour, minute) = (second / 3600, second / 60 % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}", second % 60)
    }
}

/// Year, month and day of a day counted from 1970-01-01. Years are counted from March, so that the leap day
/// is the last one.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + EPOCH_DAYS;
    let (era, day_of_era) = (shifted.div_euclid(ERA_DAYS), shifted.rem_euclid(ERA_DAYS));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_printed_as_people_write_them() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_325_376_000, "2012-01-01 00:00:00"),
            (1_330_560_899, "2012-03-01 00:14:59"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(WallClock(seconds).to_string(), text);
        }
    }

    #[test]
    fn any_number_of_seconds_prints() {
        assert!(!WallClock(i64::MAX).to_string().is_empty());
        assert!(!WallClock(i64::MIN).to_string().is_empty());
    }
}
