//! Files in the manner of the Python Illuminator's samples. Those that it runs, run. Each that it cannot run is refused
//! with the place and the reason, and runs once it is mended as the messages say, and no further.
//!
//! ```text
//!   sample ─check─▶ findings, one for each mend ─apply─▶ sample ─check─▶ … ─▶ all rows are there
//! ```

mod data;
mod samples;

use data::FILES;
use illuminator_tests::programs::{illuminator, stderr};
use samples::{PERIOD, RUNNING, SAMPLES};
use std::collections::BTreeSet;
use std::path::Path;

/// A file of upstream's kind.
struct Sample {
    /// The samples that have this mistake, or do without one.
    name: &'static str,
    /// What follows the period.
    text: &'static str,
    /// How it is run.
    how: How,
    /// What each check finds, and what is then mended, until there is nothing left.
    mends: &'static [&'static [Mend]],
}

/// How a sample is run, and what it must leave.
#[derive(Clone, Copy)]
enum How {
    /// By `scenario run`: `out.csv` with all rows.
    Run,
    /// By `sweep`: as many results, each with all rows.
    Sweep(usize),
}

/// One finding and what it makes a person do.
struct Mend {
    /// How the finding begins, with its place.
    said: &'static str,
    /// What is replaced.
    from: &'static str,
    /// By what. Words that no message can know stand in `«»`; all other new ones are the finding's.
    to: &'static str,
}

impl Mend {
    /// Replaces the first occurrence; the change says nothing that the finding does not.
    fn apply(&self, text: &str, finding: &str) -> String {
        assert!(text.contains(self.from), "`{}` is not in\n{text}", self.from);
        let mut told = self.to.to_owned();
        while let Some((before, rest)) = told.split_once('«') {
            let (_, after) = rest.split_once('»').expect("a word that is opened is closed");
            told = format!("{before} {after}");
        }
        let (old, new, said) = (words(self.from), words(&told), words(finding));
        let mut added = new.difference(&old).peekable();
        if added.peek().is_none() {
            assert!(old.difference(&new).any(|word| said.contains(word)), "{:?}\nin\n{finding}", self.from);
        }
        for word in added {
            assert!(said.contains(word), "nothing says `{word}` in\n{finding}");
        }
        text.replacen(self.from, &self.to.replace(['«', '»'], ""), 1)
    }
}

/// The names in a text: all but punctuation and numbers.
fn words(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.contains(|c: char| c.is_alphabetic())).collect()
}

#[test]
fn files_that_upstream_cannot_run_are_refused_with_a_reason_and_run_once_mended_as_it_says() {
    for Sample { name, text, how, mends } in SAMPLES {
        let mut text = format!("{PERIOD}{text}");
        for (round, mends) in mends.iter().enumerate() {
            let (status, said) = run(*how, &text);
            assert_eq!(status, Some(2), "{name}, round {round}: {said}\nof\n{text}");
            let findings = findings(&said);
            assert_eq!(findings.len(), mends.len(), "{name}, round {round}: {said}\nof\n{text}");
            for (finding, mend) in findings.iter().zip(*mends) {
                assert!(
                    finding.starts_with(mend.said),
                    "{name}, round {round}: {finding}\nnot\n{}",
                    mend.said
                );
                text = mend.apply(&text, finding);
            }
        }
        let (status, said) = run(*how, &text);
        assert_eq!(status, Some(0), "{name}, mended: {said}\nof\n{text}");
    }
}

#[test]
fn files_that_upstream_runs_run() {
    for Sample { name, text, how, mends } in RUNNING {
        assert!(mends.is_empty(), "{name}");
        let (status, said) = run(*how, &format!("{PERIOD}{text}"));
        assert_eq!(status, Some(0), "{name}: {said}");
    }
}

/// The errors among what was said, each with its excerpt and help.
fn findings(said: &str) -> Vec<String> {
    let mut findings: Vec<String> = Vec::new();
    for line in said.lines() {
        if line.starts_with("s.yaml:") {
            findings.push(String::new());
        }
        if let Some(last) = findings.last_mut() {
            *last += line;
            last.push('\n');
        }
    }
    findings.retain(|finding| finding.lines().next().is_some_and(|line| line.contains(": error: ")));
    findings
}

/// Runs a scenario; one that succeeds must have written all its rows.
fn run(how: How, scenario: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    let arguments: &[&str] = match how {
        How::Run => &["scenario", "run", "s.yaml", "--local"],
        How::Sweep(_) => &["sweep", "s.yaml"],
    };
    let done = illuminator(folder.path(), arguments);
    if done.status.success() {
        match how {
            How::Run => check_rows(&folder.path().join("out.csv")),
            How::Sweep(scenarios) => {
                (1..=scenarios).for_each(|id| check_rows(&folder.path().join(format!("out_{id}.csv"))));
                assert!(!folder.path().join(format!("out_{}.csv", scenarios + 1)).exists());
            }
        }
    }
    (done.status.code(), stderr(&done))
}

fn check_rows(path: &Path) {
    let result = crate::read(path);
    assert_eq!(result.lines().count(), 5, "a header and four rows: {result}");
    assert!(result.lines().skip(1).all(|row| !row.ends_with(',')), "a value in each row: {result}");
}
