//! Wall-clock time as seconds since 1970-01-01 00:00:00, the form in which rows are compared.

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

/// The seconds of a date, fractions dropped towards the past.
pub(super) fn seconds(date_time: DateTime) -> i64 {
    let whole = match date_time.subsec_nanosecond() {
        0 => date_time,
        _ => date_time.with().subsec_nanosecond(0).build().unwrap_or(date_time),
    };
    whole.duration_since(EPOCH).as_secs()
}

/// The date of some seconds; the ends of the calendar (years −9999 and 9999) for what lies beyond them.
pub(super) fn date_time(seconds: i64) -> DateTime {
    EPOCH.saturating_add(SignedDuration::from_secs(seconds))
}

/// The date for a message: `YYYY-MM-DD HH:MM:SS`.
pub(super) fn text(seconds: i64) -> String {
    date_time(seconds).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
