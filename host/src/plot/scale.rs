//! The axis of values: round limits around all values, and round ticks.

/// Values beyond are drawn as this one.
const VALUE_MAX: f64 = 1e300;
/// Values that are nearer to zero are zero.
const VALUE_MIN: f64 = 1e-280;
/// A range narrower than this share of its values is one value: more digits than a number has.
const NARROWEST: f64 = 1e-12;

/// An axis of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    /// The lower limit, itself a tick.
    pub(super) low: f64,
    /// The upper limit, itself a tick.
    pub(super) high: f64,
    /// The ticks from low to high, two or more, with what is written beside them.
    pub(super) ticks: Vec<(f64, String)>,
    /// The numbers beside the ticks are to be multiplied by this power of ten; 0 if they are not.
    pub(super) exponent: i32,
}

impl Scale {
    /// An axis for values from `low` to `high` with about `steps` steps between ticks, for `whole` numbers at whole ones. Zero
    /// is on it if it is near.
    pub(super) fn new(low: f64, high: f64, steps: usize, whole: bool) -> Self {
        let (low, high) = widened(low.clamp(-VALUE_MAX, VALUE_MAX), high.clamp(-VALUE_MAX, VALUE_MAX));
        let raw = high / steps.max(1) as f64 - low / steps.max(1) as f64;
        let (multiple, power) = if whole && raw < 1.0 { (1, 0) } else { round(raw) };
        let step = multiple as f64 * ten_to(power);
        let (mut first, mut last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
        let value = |tick: i64| of_tick(tick, multiple, power);
        // What rounding took.
        while value(first) > low {
            first -= 1;
        }
        while value(last) < high {
            last += 1;
        }
        let greatest = value(first).abs().max(value(last).abs());
        let exponent = if (1e-3..1e5).contains(&greatest) { 0 } else { thousands(greatest) };
        let decimals = (exponent - power).clamp(0, 17) as usize;
        let label = |tick: i64| {
            let shown = of_tick(tick, multiple, power - exponent);
            format!("{shown:.decimals$}").replace('-', "−")
        };
        let ticks = (first..=last).map(|tick| (value(tick), label(tick))).collect();
        Self { low: value(first), high: value(last), ticks, exponent }
    }

    /// Where a value stands between the limits: 0 at the lower one, 1 at the upper one.
    pub(super) fn share(&self, value: f64) -> f64 {
        // Halves, as the difference of two numbers may be none.
        ((value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)).clamp(0.0, 1.0)
    }
}

/// A range that is wide enough to divide.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let greatest = low.abs().max(high.abs());
    if greatest < VALUE_MIN {
        return (-1.0, 1.0);
    }
    if high / greatest - low / greatest < NARROWEST {
        return (low - greatest * 0.05, high + greatest * 0.05);
    }
    if low > 0.0 && low < high * 0.3 {
        (0.0, high)
    } else if high < 0.0 && high > low * 0.3 {
        (low, 0.0)
    } else {
        (low, high)
    }
}

/// The nearest of 1, 2, 5, 10, 20 …: a multiple and a power of ten.
fn round(raw: f64) -> (i64, i32) {
    let power = libm::log10(raw).floor() as i32;
    match raw / ten_to(power) {
        share if share < 1.5 => (1, power),
        share if share < 3.5 => (2, power),
        share if share < 7.5 => (5, power),
        _ => (1, power + 1),
    }
}

/// `tick × multiple × 10^power`, rounded once where that can be.
fn of_tick(tick: i64, multiple: i64, power: i32) -> f64 {
    let number = (tick * multiple) as f64;
    if power < 0 { number / ten_to(-power) } else { number * ten_to(power) }
}

fn ten_to(power: i32) -> f64 {
    libm::exp10(f64::from(power))
}

/// The power of a thousand below a value, as a power of ten.
fn thousands(value: f64) -> i32 {
    (libm::log10(value).floor() as i32).div_euclid(3) * 3
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use proptest::prelude::*;

    fn labels(low: f64, high: f64, steps: usize) -> String {
        let scale = Scale::new(low, high, steps, false);
        let labels: Vec<String> = scale.ticks.into_iter().map(|(_, label)| label).collect();
        format!("{} e{}", labels.join(" "), scale.exponent)
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(0.0, 97.0, 5), "0 20 40 60 80 100 e0");
        assert_eq!(labels(-13.2, 24.5, 5), "−20 −10 0 10 20 30 e0");
        assert_eq!(labels(10.0, 90.0, 5), "0 20 40 60 80 100 e0");
        assert_eq!(labels(230.1, 231.4, 4), "230.0 230.2 230.4 230.6 230.8 231.0 231.2 231.4 e0");
        assert_eq!(labels(0.0, 0.25, 5), "0.00 0.05 0.10 0.15 0.20 0.25 e0");
    }

    #[test]
    fn large_and_small_values_are_counted_in_powers_of_a_thousand() {
        assert_eq!(labels(0.0, 4e6, 4), "0 1 2 3 4 e6");
        assert_eq!(labels(0.0, 3e-5, 3), "0 10 20 30 e-6");
        assert_eq!(labels(0.0, 99_000.0, 2), "0 50 100 e3");
    }

    #[test]
    fn one_value_has_room_above_and_below() {
        assert_eq!(labels(0.0, 0.0, 2), "−1 0 1 e0");
        let scale = Scale::new(7.0, 7.0, 4, false);
        assert!(scale.low < 7.0 && 7.0 < scale.high);
    }

    #[test]
    fn whole_numbers_have_whole_ticks() {
        let ticks = |low, high| Scale::new(low, high, 5, true).ticks.into_iter().map(|(_, label)| label);
        assert_eq!(ticks(-1.0, 1.0).collect::<Vec<_>>(), ["−1", "0", "1"]);
        assert_eq!(ticks(3.0, 3.0).collect::<Vec<_>>(), ["2", "3", "4"]);
        assert_eq!(ticks(0.0, 50.0).collect::<Vec<_>>(), ["0", "10", "20", "30", "40", "50"]);
    }

    proptest! {
        #[test]
        fn ticks_cover_the_range(one in any::<f64>(), other in any::<f64>(), steps in 1usize..12) {
            prop_assume!(one.is_finite() && other.is_finite());
            let (low, high) = (one.min(other).clamp(-1e300, 1e300), one.max(other).clamp(-1e300, 1e300));
            let scale = Scale::new(one.min(other), one.max(other), steps, false);
            prop_assert!(scale.low <= low && high <= scale.high, "{scale:?}");
            prop_assert!((2..=steps * 7 / 4 + 3).contains(&scale.ticks.len()), "{scale:?}");
            prop_assert!(scale.ticks.is_sorted_by(|one, next| one.0 < next.0), "{scale:?}");
            prop_assert_eq!(scale.ticks[0].0, scale.low);
            prop_assert!(scale.ticks.iter().all(|(_, label)| label.len() < 30), "{scale:?}");
            let mut labels: Vec<&String> = scale.ticks.iter().map(|(_, label)| label).collect();
            labels.dedup();
            prop_assert_eq!(labels.len(), scale.ticks.len(), "no label twice: {:?}", scale);
            prop_assert!((0.0..=1.0).contains(&scale.share(low)) && scale.share(low) <= scale.share(high));
        }
    }
}
