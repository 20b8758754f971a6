//! The axis of dates: ticks at round times, from seconds to centuries.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

/// A tick of the axis of dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DateTick {
    /// When `[s since 1970, wall clock]`.
    pub(super) at_s: i64,
    /// What is written under it.
    pub(super) label: String,
    /// What is written under that, where something greater begins, and at the first tick: the day of an hour, the month
    /// of a day, the year of a month.
    pub(super) context: Option<String>,
}

/// How far a tick is from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// So many seconds; those of a day are whole multiples.
    Seconds(i64),
    /// So many days, counted from a Monday.
    Days(i64),
    /// So many months; those of a year are whole multiples.
    Months(i64),
    Years(i64),
}

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;
/// 1970-01-05 was a Monday.
const MONDAY: i64 = 4;
const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

const STEPS: [Step; 30] = [
    Step::Seconds(1),
    Step::Seconds(2),
    Step::Seconds(5),
    Step::Seconds(10),
    Step::Seconds(30),
    Step::Seconds(MINUTE_S),
    Step::Seconds(2 * MINUTE_S),
    Step::Seconds(5 * MINUTE_S),
    Step::Seconds(10 * MINUTE_S),
    Step::Seconds(30 * MINUTE_S),
    Step::Seconds(HOUR_S),
    Step::Seconds(2 * HOUR_S),
    Step::Seconds(3 * HOUR_S),
    Step::Seconds(6 * HOUR_S),
    Step::Seconds(12 * HOUR_S),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(50),
    Step::Years(200),
    Step::Years(1000),
];

impl Step {
    /// Its length, of months and years the shortest `[s]`.
    fn least_s(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Days(days) => days * DAY_S,
            Self::Months(months) => months * 28 * DAY_S,
            Self::Years(years) => years * 365 * DAY_S,
        }
    }

    /// The first tick not before a date, if there is one in the calendar.
    fn first(self, from_s: i64) -> Option<DateTime> {
        let from = civil(from_s);
        let at = match self {
            Self::Seconds(step_s) => civil(up(from_s, step_s)),
            Self::Days(days) => civil((up(up(from_s, DAY_S) / DAY_S - MONDAY, days) + MONDAY) * DAY_S),
            Self::Months(step) => {
                let months = i64::from(from.year()) * 12 + i64::from(from.month()) - 1;
                let begun = from > from.date().first_of_month().at(0, 0, 0, 0);
                month(up(months + i64::from(begun), step))?
            }
            Self::Years(step) => {
                let begun = from > from.date().first_of_year().at(0, 0, 0, 0);
                month(up(i64::from(from.year()) + i64::from(begun), step) * 12)?
            }
        };
        (seconds(at) >= from_s).then_some(at)
    }

    fn next(self, at: DateTime) -> Option<DateTime> {
        let span = match self {
            Self::Seconds(step_s) => step_s.seconds(),
            Self::Days(days) => days.days(),
            Self::Months(months) => months.months(),
            Self::Years(years) => years.years(),
        };
        at.checked_add(span).ok()
    }

    /// What is written under a tick, and what under that where it is another than at the tick before.
    fn labels(self, at: DateTime) -> (String, String) {
        let (label, context) = match self {
            Self::Seconds(step_s) if step_s < MINUTE_S => ("%H:%M:%S", "%-d %b %Y"),
            Self::Seconds(_) => ("%H:%M", "%-d %b %Y"),
            Self::Days(_) => ("%-d", "%b %Y"),
            Self::Months(_) => ("%b", "%Y"),
            Self::Years(_) => ("%Y", ""),
        };
        (at.strftime(label).to_string(), at.strftime(context).to_string())
    }
}

/// The ticks from `first_s` to `last_s`: as close as they can be with at most `most` of them.
pub(super) fn date_ticks(first_s: i64, last_s: i64, most: usize) -> Vec<DateTick> {
    let most = most.max(1);
    let fits = |step: &Step| (last_s.saturating_sub(first_s) / step.least_s()) < most as i64 + 1;
    let ticks_of = |step: Step| {
        let mut ticks = Vec::new();
        let mut at = step.first(first_s);
        while let Some(tick) = at.filter(|at| seconds(*at) <= last_s && ticks.len() <= most) {
            ticks.push(tick);
            at = step.next(tick);
        }
        (ticks.len() <= most).then_some((step, ticks))
    };
    let (step, ticks) =
        STEPS.into_iter().filter(fits).find_map(ticks_of).unwrap_or((Step::Years(1), Vec::new()));
    let mut before = String::new();
    let tick = |at: DateTime| {
        let (label, context) = step.labels(at);
        let changed = context != before;
        before.clone_from(&context);
        DateTick { at_s: seconds(at), label, context: changed.then_some(context) }
    };
    ticks.into_iter().map(tick).collect()
}

/// The next multiple of `step`, or the number itself.
fn up(number: i64, step: i64) -> i64 {
    -(-number).div_euclid(step) * step
}

/// The first of a month, counted from the year 0.
fn month(number: i64) -> Option<DateTime> {
    let (year, month) = (i16::try_from(number.div_euclid(12)).ok()?, number.rem_euclid(12) as i8 + 1);
    DateTime::new(year, month, 1, 0, 0, 0, 0).ok()
}

/// Seconds since 1970 of a wall clock.
pub(super) fn seconds(at: DateTime) -> i64 {
    at.duration_since(EPOCH).as_secs()
}

/// The wall clock after so many seconds since 1970; the ends of the calendar for what lies beyond them.
pub(super) fn civil(at_s: i64) -> DateTime {
    EPOCH.saturating_add(jiff::SignedDuration::from_secs(at_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(from: DateTime, to: DateTime, most: usize) -> String {
        let tick = |tick: DateTick| match tick.context {
            Some(context) => format!("{}({context})", tick.label),
            None => tick.label,
        };
        date_ticks(seconds(from), seconds(to), most).into_iter().map(tick).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn spans_have_their_own_ticks() {
        let start = date(2024, 6, 20).at(6, 0, 0, 0);
        let until = |span: jiff::Span| start + span;
        assert_eq!(
            shown(start, until(42.hours()), 8),
            "06:00(20 Jun 2024) 12:00 18:00 00:00(21 Jun 2024) 06:00 12:00 18:00 00:00(22 Jun 2024)"
        );
        assert_eq!(shown(start, until(3.seconds()), 4), "06:00:00(20 Jun 2024) 06:00:01 06:00:02 06:00:03");
        assert_eq!(shown(start, until(6.days()), 8), "21(Jun 2024) 22 23 24 25 26");
        assert_eq!(shown(start, until(30.days()), 6), "24(Jun 2024) 1(Jul 2024) 8 15");
        assert_eq!(shown(start, until(1.years()), 7), "Jul(2024) Sep Nov Jan(2025) Mar May");
        assert_eq!(shown(start, until(5.years()), 6), "2025 2026 2027 2028 2029");
    }

    proptest! {
        #[test]
        fn ticks_are_evenly_spread_over_the_range(
            first_s in -60_000_000_000i64..200_000_000_000,
            span_s in prop_oneof![1i64..1000, 1000i64..10_000_000, 10_000_000i64..50_000_000_000],
            most in 2usize..20,
        ) {
            let last_s = first_s + span_s;
            let ticks: Vec<i64> = date_ticks(first_s, last_s, most).iter().map(|tick| tick.at_s).collect();
            prop_assert!(ticks.len() <= most);
            prop_assert!(ticks.iter().all(|at_s| (first_s..=last_s).contains(at_s)));
            let gaps: Vec<i64> = ticks.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let (least, greatest) = (gaps.iter().min().copied(), gaps.iter().max().copied());
            if let (Some(least), Some(greatest)) = (least, greatest) {
                prop_assert!(least > 0 && greatest * 28 <= least * 31, "as even as months are: {gaps:?}");
                // Nothing is left out at the edges.
                prop_assert!(ticks[0] - first_s <= greatest * 31 / 28 && last_s - ticks[ticks.len() - 1] <= greatest * 31 / 28);
            }
        }

        #[test]
        fn the_ends_of_the_calendar_are_no_trap(first_s in any::<i64>(), last_s in any::<i64>(), most in 0usize..20) {
            prop_assert!(date_ticks(first_s.min(last_s), first_s.max(last_s), most).len() <= most.max(1));
        }
    }
}
