//! The text form of a data file, as the Illuminator's CSV model reads it.
//!
//! Line 1 is a title, line 2 the header, then one row per instant: `YYYY-MM-DD HH:mm:ss`, comma, values with
//! a fixed number of decimals. Lines end with `\n`; there is no quoting (spec/scenario-format.md 7).

use super::calendar::QuarterHour;
use std::fmt::Write as _;

/// A data column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    name: &'static str,
    decimals: usize,
}

impl Column {
    /// A column with its name, which must contain no comma, and the number of decimals written.
    pub const fn new(name: &'static str, decimals: usize) -> Self {
        Self { name, decimals }
    }
}

/// The text of a file with one row per [`QuarterHour`], whose values `row` computes.
pub fn render<const N: usize>(
    title: &str,
    columns: [Column; N],
    mut row: impl FnMut(QuarterHour) -> [f64; N],
) -> String {
    let mut text = format!("{title}\nTime");
    for column in columns {
        text.push(',');
        text.push_str(column.name);
    }
    text.push('\n');
    for quarter in QuarterHour::all() {
        let never_fails = "writing to a String cannot fail";
        write!(text, "{quarter}").expect(never_fails);
        for (column, value) in columns.iter().zip(row(quarter)) {
            write!(text, ",{:.*}", column.decimals, value).expect(never_fails);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_title_header_and_one_row_per_quarter() {
        let text =
            render("Title", [Column::new("a", 1), Column::new("b", 0)], |quarter| [quarter.hour(), 7.4]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..4],
            ["Title", "Time,a,b", "2024-06-20 00:00:00,0.0,7", "2024-06-20 00:15:00,0.2,7"]
        );
        assert_eq!(lines.len(), 2 + QuarterHour::COUNT);
        assert!(text.ends_with(",7\n"));
    }
}
