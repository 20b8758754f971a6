//! How the scenarios of a sweep ended, as tables: one for a file, with all of them, and one to look at.
//!
//! Besides its parameters each scenario shows the last row of its result, which says as much of a run as one row can.

use super::Sweep;
use super::table::{end_row, push_cell, push_text};
use std::fmt::Write as _;

/// How one scenario ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Its number.
    pub id: u64,
    /// How.
    pub ending: Ending,
}

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// With a result, whose last row this is: empty if that cannot be told.
    Complete(Vec<String>),
    /// For this reason.
    Failed(String),
    /// Nobody has run it to its end.
    Open,
}

impl Ending {
    /// In one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete(_) => "complete",
            Self::Failed(_) => "failed",
            Self::Open => "open",
        }
    }
}

/// The cells of the first row of a CSV text.
pub fn first_row(csv: &[u8]) -> Vec<String> {
    let line = csv.split(|&byte| byte == b'\n').next().unwrap_or_default();
    // Setting a reader up takes longer than most scenarios do.
    if let Ok(line) = str::from_utf8(line)
        && !line.is_empty()
        && !line.starts_with('\u{feff}')
        && !line.contains(['"', '\r'])
    {
        return line.split(',').map(str::to_owned).collect();
    }
    let rows = csv::ReaderBuilder::new().has_headers(false).from_reader(csv);
    let first = rows.into_records().next().and_then(Result::ok);
    first.iter().flatten().map(str::to_owned).collect()
}

/// The cells of the last row of a CSV text of so many columns, of which this is the end; empty if it cannot be told.
pub fn last_row(end: &[u8], columns: usize) -> Vec<String> {
    let lines = end.strip_suffix(b"\n").unwrap_or(end);
    let start = lines.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let row = first_row(&lines[start..]);
    if row.len() == columns { row } else { Vec::new() }
}

/// The first line of the table of all scenarios; `columns` are those of the results.
pub fn header(sweep: &Sweep, columns: &[String]) -> Vec<u8> {
    let mut out = b"simulationID".to_vec();
    for name in sweep.parameter_names().iter().map(String::as_str).chain(["outcome", "reason"]) {
        push_cell(&mut out, |out| out.extend_from_slice(name.as_bytes()));
    }
    for name in columns {
        push_cell(&mut out, |out| out.extend_from_slice(name.as_bytes()));
    }
    end_row(&mut out);
    out
}

/// Appends the line of one scenario.
pub fn push_line(sweep: &Sweep, outcome: &Outcome, columns: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(outcome.id.to_string().as_bytes());
    for value in sweep.parameters(outcome.id) {
        push_cell(out, |out| push_text(value, out));
    }
    push_cell(out, |out| out.extend_from_slice(outcome.ending.name().as_bytes()));
    let (reason, cells) = match &outcome.ending {
        Ending::Complete(cells) => ("", cells.as_slice()),
        Ending::Failed(reason) => (first_line(reason), &[][..]),
        Ending::Open => ("", &[][..]),
    };
    push_cell(out, |out| out.extend_from_slice(reason.as_bytes()));
    for column in 0..columns {
        let cell = cells.get(column).map_or("", String::as_str);
        push_cell(out, |out| out.extend_from_slice(cell.as_bytes()));
    }
    end_row(out);
}

/// Scenarios that are shown from either end of a long sweep.
const ENDS: u64 = 5;
/// Sweeps of up to so many scenarios are shown whole.
const WHOLE: u64 = 25;
/// So many that failed or were not run are shown in between.
const BAD_MAX: usize = 20;
/// Longest cell [characters].
const CELL_MAX: usize = 24;
/// Widest table [characters].
const WIDTH_MAX: usize = 120;

/// The scenarios that are looked at: all of a few, else the first and last ones, and those that did not end well.
#[derive(Default)]
pub struct Shown {
    outcomes: Vec<Outcome>,
    bad: usize,
}

impl Shown {
    /// Takes the outcome, if it is to be shown. They come in the order of their numbers.
    pub fn take(&mut self, sweep: &Sweep, outcome: &Outcome) {
        let at_an_end = outcome.id <= ENDS || outcome.id > sweep.count().saturating_sub(ENDS);
        let is_bad = !matches!(outcome.ending, Ending::Complete(_));
        if sweep.count() <= WHOLE || at_an_end {
            self.outcomes.push(outcome.clone());
        } else if is_bad && self.bad < BAD_MAX {
            self.bad += 1;
            self.outcomes.push(outcome.clone());
        }
    }

    /// A table of them, a line each; `columns` are those of the results.
    pub fn to_text(&self, sweep: &Sweep, columns: &[String]) -> String {
        let mut head = vec!["scenario".to_owned()];
        head.extend(sweep.parameter_names().iter().map(|name| name.replace(".parameter.", ".")));
        head.push("outcome".to_owned());
        let results = head.len();
        head.extend(columns.iter().skip(1).cloned());
        let rows: Vec<Vec<String>> = self.outcomes.iter().map(|outcome| row(sweep, outcome)).collect();
        let mut widths: Vec<usize> = head.iter().map(|cell| width(cell)).collect();
        for row in &rows {
            widths.iter_mut().zip(row).for_each(|(widest, cell)| *widest = (*widest).max(width(cell)));
        }
        // The columns of the result that do not fit are in the file.
        let mut total = 0;
        let fits = widths.iter().take_while(|&&width| {
            total += width + 2;
            total <= WIDTH_MAX
        });
        let shown = fits.count().max(results);
        let mut text = String::new();
        push_aligned(&head[..shown], &widths, &mut text);
        let mut before = 0;
        for (outcome, row) in self.outcomes.iter().zip(&rows) {
            push_gap(outcome.id - before - 1, &mut text);
            before = outcome.id;
            push_aligned(&row[..shown.min(row.len())], &widths, &mut text);
            if let Ending::Failed(reason) = &outcome.ending {
                text.pop();
                let _ = writeln!(text, "  {}", first_line(reason));
            }
        }
        push_gap(sweep.count() - before, &mut text);
        text
    }
}

fn row(sweep: &Sweep, outcome: &Outcome) -> Vec<String> {
    let mut row = vec![outcome.id.to_string()];
    for value in sweep.parameters(outcome.id) {
        let mut text = Vec::new();
        push_text(value, &mut text);
        row.push(cut(&String::from_utf8_lossy(&text)));
    }
    row.push(outcome.ending.name().to_owned());
    if let Ending::Complete(cells) = &outcome.ending {
        // The date is that of the end in all of them.
        row.extend(cells.iter().skip(1).map(|cell| cut(cell)));
    }
    row
}

fn push_aligned(cells: &[String], widths: &[usize], text: &mut String) {
    for (column, (cell, widest)) in cells.iter().zip(widths).enumerate() {
        let gap = if column + 1 < cells.len() { widest + 2 - width(cell) } else { 0 };
        let _ = write!(text, "{}{:gap$}", cell, "");
    }
    text.push('\n');
}

fn push_gap(left_out: u64, text: &mut String) {
    if left_out > 0 {
        let _ = writeln!(text, "… {left_out} more");
    }
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

/// A cell as it is shown: on one line, and cut where it is long.
fn cut(cell: &str) -> String {
    let mut short: String =
        cell.chars().take(CELL_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if width(cell) > CELL_MAX {
        short.pop();
        short.push('…');
    }
    short
}

fn first_line(reason: &str) -> &str {
    reason.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::template::Template;

    fn sweep(houses: &str) -> Sweep {
        let text = format!(
            "scenario: {{name: s, start_time: '2024-01-01 00:00:00', end_time: '2024-01-01 01:00:00', \
             time_resolution: 900}}\n\
             models:\n- {{name: L1, type: Load, multi_parameters: {{houses: {houses}}}}}\n\
             connections: []\nmonitor: {{file: res.csv, items: [L1.x]}}\n"
        );
        Sweep::new(Template::read(&text, "s.yaml").unwrap_or_else(|error| panic!("{error}")))
    }

    fn complete(id: u64, last: &str) -> Outcome {
        Outcome { id, ending: Ending::Complete(vec!["2024-01-01".to_owned(), last.to_owned()]) }
    }

    fn columns() -> Vec<String> {
        vec!["date".to_owned(), "L1.x".to_owned()]
    }

    #[test]
    fn the_last_row_is_found_in_the_end_of_a_result() {
        for (end, expected) in [
            ("date,x\n1,2\n3,4\n", vec!["3", "4"]),
            ("3,\"a, b\"\n", vec!["3", "a, b"]),
            ("lf of a row\n5,6\n", vec!["5", "6"]),
            ("half of a row", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(last_row(end.as_bytes(), 2), expected, "{end:?}");
        }
        assert_eq!(first_row(b"date,L1.x\n1,2\n"), ["date", "L1.x"]);
    }

    #[test]
    fn the_file_has_every_scenario_with_its_end() {
        let sweep = sweep("[1, 2.5, 'a,b']");
        let mut out = header(&sweep, &columns());
        let failed = Ending::Failed("error: it is \"dry\"\n  help: wait".to_owned());
        for outcome in
            [complete(1, "0.5"), Outcome { id: 2, ending: failed }, Outcome { id: 3, ending: Ending::Open }]
        {
            push_line(&sweep, &outcome, 2, &mut out);
        }
        let expected = "simulationID,L1.parameter.houses,outcome,reason,date,L1.x\r\n\
                        1,1,complete,,2024-01-01,0.5\r\n\
                        2,2.5,failed,\"error: it is \"\"dry\"\"\",,\r\n\
                        3,\"a,b\",open,,,\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_few_are_shown_whole_and_of_many_the_ends_and_the_bad_ones() {
        let few = sweep("[1, 20, 3]");
        let mut shown = Shown::default();
        let failed = Outcome { id: 2, ending: Ending::Failed("error: no\n  help".to_owned()) };
        for outcome in [complete(1, "0.5"), failed.clone(), complete(3, "-1")] {
            shown.take(&few, &outcome);
        }
        let expected = "scenario  L1.houses  outcome   L1.x\n\
                        1         1          complete  0.5\n\
                        2         20         failed  error: no\n\
                        3         3          complete  -1\n";
        assert_eq!(shown.to_text(&few, &columns()), expected);

        let many = sweep("'range(0, 1000, 1)'");
        let mut shown = Shown::default();
        for id in 1..=1000 {
            let ending =
                if (500..600).contains(&id) { failed.ending.clone() } else { complete(id, "1").ending };
            shown.take(&many, &Outcome { id, ending });
        }
        let text = shown.to_text(&many, &columns());
        assert_eq!(text.lines().count(), 1 + 5 + 1 + BAD_MAX + 1 + 5, "{text}");
        assert!(text.contains("… 494 more\n500 ") && text.contains("… 476 more\n996 "), "{text}");
    }

    #[test]
    fn columns_that_do_not_fit_are_left_to_the_file() {
        let one = sweep("[1]");
        let names: Vec<String> = (0..40).map(|number| format!("Model{number}.value")).collect();
        let mut shown = Shown::default();
        shown.take(&one, &Outcome { id: 1, ending: Ending::Complete(vec!["1".to_owned(); 40]) });
        let text = shown.to_text(&one, &names);
        assert!(text.lines().all(|line| width(line) <= WIDTH_MAX), "{text}");
        assert!(text.contains("Model1.value") && !text.contains("Model39"), "{text}");
    }
}
