//! `range(a,b,c)` with the meaning that Python gives it.

/// Most values of one range, as of all scenarios together.
pub(super) const VALUES_MAX: usize = 1_000_000;

/// The values of `range(first,end,step)`: integers, each a difference of digits (`range(1 - 1, 10-2, 2)`).
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn values(text: &str) -> Result<Vec<i64>, String> {
    let inside = text.strip_prefix("range(").and_then(|rest| rest.strip_suffix(')'));
    let parts: Vec<&str> = inside.unwrap_or_default().split(',').collect();
    let [first, end, step] = parts[..] else {
        return Err("a range has three parts: first, end, step".to_owned());
    };
    let (first, end, step) = (number(first)?, number(end)?, number(step)?);
    if step == 0 {
        return Err("the step of a range must not be 0".to_owned());
    }
    let distance =
        if step > 0 { i128::from(end) - i128::from(first) } else { i128::from(first) - i128::from(end) };
    if distance <= 0 {
        return Err(format!("the range is empty: it goes from {first} to {end} in steps of {step}"));
    }
    let count = (distance as u128).div_ceil(u128::from(step.unsigned_abs()));
    if count > VALUES_MAX as u128 {
        return Err(format!("the range has {count} values; at most {VALUES_MAX} are possible"));
    }
    // The last one lies before the end, so none overflows.
    Ok((0..count as i64).map(|index| first + index * step).collect())
}

/// Digits, with minus signs before and between them.
fn number(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{}` is not an integer", text.trim());
    // A term ends with its digits; each minus sign before it turns it over once.
    let mut sum: i64 = 0;
    let mut rest = text.trim_start();
    loop {
        let mut sign = 1;
        while let Some(behind) = rest.strip_prefix('-') {
            sign = -sign;
            rest = behind.trim_start();
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let term: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        sum = sum.checked_add(sign * term).ok_or_else(wrong)?;
        rest = rest[digits..].trim_start();
        match rest.chars().next() {
            None => return Ok(sum),
            Some('-') => {}
            Some(_) => return Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_python() {
        for (text, expected) in [
            ("range(1,4,1)", vec![1, 2, 3]),
            ("range(1 - 1, 10-2, 2)", vec![0, 2, 4, 6]),
            ("range(3, 0, -1)", vec![3, 2, 1]),
            ("range(-1,--2,1)", vec![-1, 0, 1]),
            ("range(10,40,10)", vec![10, 20, 30]),
            ("range(0,1,100)", vec![0]),
            ("range(9223372036854775806,9223372036854775807,9223372036854775807)", vec![i64::MAX - 1]),
            ("range(-9223372036854775807,9223372036854775807,9223372036854775807)", vec![-i64::MAX, 0]),
        ] {
            assert_eq!(values(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_range_is_told() {
        for (text, part) in [
            ("range(1,5,0)", "must not be 0"),
            ("range(5,1,1)", "empty"),
            ("range(1,1,1)", "empty"),
            ("range(1,5,-1)", "empty"),
            ("range(1 2,5,1)", "not an integer"),
            ("range(-,5,1)", "not an integer"),
            ("range(0,9223372036854775807,1)", "at most"),
            ("range(0,99999999999999999999,1)", "not an integer"),
        ] {
            assert!(values(text).unwrap_err().contains(part), "{text}: {:?}", values(text));
        }
    }
}
