//! Which columns are drawn.

use super::PlotError;
use crate::scenario::report::suggestion;

/// The positions of the names that any of the patterns means, in the order of the patterns; all names if there is none.
/// In a pattern `*` stands for any letters and `?` for one.
///
/// # Errors
/// A pattern that means no name.
pub(super) fn choose(names: &[String], patterns: &[String]) -> Result<Vec<usize>, PlotError> {
    if patterns.is_empty() {
        return Ok((0..names.len()).collect());
    }
    let mut chosen: Vec<usize> = Vec::new();
    for pattern in patterns {
        let meant = names.iter().enumerate().filter(|(_, name)| matches(pattern, name));
        let meant: Vec<usize> = meant.map(|(index, _)| index).collect();
        if meant.is_empty() {
            let known = names.iter().map(String::as_str);
            let help =
                suggestion(pattern, known).unwrap_or_else(|| "the first line names them all".to_owned());
            return Err(PlotError::UnknownColumn { pattern: pattern.clone(), help });
        }
        for index in meant {
            if !chosen.contains(&index) {
                chosen.push(index);
            }
        }
    }
    Ok(chosen)
}

/// Whether a pattern means a name. Takes no more steps than their lengths multiplied.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut of) = (0, 0);
    // Behind the last `*`, and where in the name it was tried last.
    let mut star: Option<(usize, usize)> = None;
    while of < name.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                star = Some((at, of));
            }
            Some(letter) if *letter == '?' || *letter == name[of] => {
                at += 1;
                of += 1;
            }
            _ => match &mut star {
                Some((behind, tried)) => {
                    *tried += 1;
                    (at, of) = (*behind, *tried);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> Vec<String> {
        ["Wind1.wind_gen", "PV1.pv_gen", "Battery1.soc", "Battery1.p_out"].map(str::to_owned).to_vec()
    }

    fn chosen(patterns: &[&str]) -> Result<Vec<usize>, PlotError> {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        choose(&names(), &patterns)
    }

    #[test]
    fn patterns_choose_in_their_order_and_each_column_once() {
        assert_eq!(chosen(&[]).unwrap(), [0, 1, 2, 3]);
        assert_eq!(chosen(&["Battery1.*", "*_gen", "Battery1.soc"]).unwrap(), [2, 3, 0, 1]);
        assert_eq!(chosen(&["?V1.pv_gen"]).unwrap(), [1]);
    }

    #[test]
    fn what_nothing_is_called_has_a_suggestion() {
        let error = chosen(&["Batery1.soc"]).unwrap_err().to_string();
        assert!(error.contains("`Batery1.soc`") && error.contains("did you mean `Battery1.soc`?"), "{error}");
    }

    proptest! {
        #[test]
        fn a_pattern_means_what_its_definition_says(pattern in "[ab*?]{0,8}", name in "[ab]{0,8}") {
            fn defined(pattern: &[u8], name: &[u8]) -> bool {
                match (pattern, name) {
                    ([], name) => name.is_empty(),
                    ([b'*', rest @ ..], name) => (0..=name.len()).any(|taken| defined(rest, &name[taken..])),
                    ([b'?', rest @ ..], [_, name @ ..]) => defined(rest, name),
                    ([letter, rest @ ..], [first, name @ ..]) => letter == first && defined(rest, name),
                    _ => false,
                }
            }
            prop_assert_eq!(matches(&pattern, &name), defined(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
