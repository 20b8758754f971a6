//! PiRack's `structure_rack.ini`: text to a [`Rack`] whose places are empty. Pure.
//!
//! ```ini
//! [rack]
//! pi_stack = 7        ; places of each stack
//! nbr_stack = 2       ; stacks; there may be more sections
//! rows = 2
//! cols = 2
//!
//! [1]                 ; a stack, by its number
//! id = 1
//! x = 1               ; its row, from 1
//! y = 2               ; its column, from 1
//! ```
//!
//! It is read as Python's `ConfigParser` reads it, but for values that go on in the next line. Invariant: every mistake
//! has its line.

use crate::view::{GRID_MAX, PLACES_MAX, Rack, Stack};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct RackError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

fn error<T>(line: usize, message: impl Into<String>) -> Result<T, RackError> {
    Err(RackError { line, message: message.into() })
}

/// A section of the file.
#[derive(Debug)]
struct Section {
    name: String,
    line: usize,
    /// By key, in lower case: the line and the value.
    values: BTreeMap<String, (usize, String)>,
}

/// Reads a file. Places have no nodes yet: the file says where stacks are.
///
/// # Errors
/// [`RackError`], at the first mistake.
pub fn read_structure(text: &str) -> Result<Rack, RackError> {
    let mut sections = sections(text)?;
    let Some(position) = sections.iter().position(|section| section.name == "rack") else {
        return error(1, "there is no section [rack]");
    };
    let mut rack = sections.remove(position);
    let places = rack.take("pi_stack", 1..=PLACES_MAX)?;
    let (declared_line, declared) = rack.take_at("nbr_stack", 1..=GRID_MAX * GRID_MAX)?;
    let (rows, columns) = (rack.take("rows", 1..=GRID_MAX)?, rack.take("cols", 1..=GRID_MAX)?);
    rack.nothing_else("pi_stack, nbr_stack, rows, cols")?;
    if (sections.len() as u64) < u64::from(declared) {
        let there = sections.len();
        return error(
            declared_line,
            format!("nbr_stack is {declared}, but there are {there} sections of stacks"),
        );
    }
    let lines: Vec<usize> = sections.iter().map(|section| section.line).collect();
    let stack = |section: Section| section.stack(rows, columns, places);
    let stacks = sections.into_iter().map(stack).collect::<Result<_, RackError>>()?;
    let rack = Rack { rows, columns, stacks };
    match rack.clash() {
        Some((number, message)) => error(lines[number], message),
        None => Ok(rack),
    }
}

fn sections(text: &str) -> Result<Vec<Section>, RackError> {
    let mut sections: Vec<Section> = Vec::new();
    for (line, content) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let content = content.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = content.strip_prefix('[') {
            let Some((name, _)) = rest.split_once(']') else { return error(line, "a section has no `]`") };
            if sections.iter().any(|section| section.name == name) {
                return error(line, format!("there are two sections [{name}]"));
            }
            sections.push(Section { name: name.to_owned(), line, values: BTreeMap::new() });
            continue;
        }
        let Some((key, value)) = content.split_once(['=', ':']) else {
            return error(line, format!("expected [section] or key = value, not `{}`", excerpt(content)));
        };
        let Some(section) = sections.last_mut() else {
            return error(line, "a value stands before the first section");
        };
        let (key, value) = (key.trim().to_lowercase(), value.trim().to_owned());
        if section.values.insert(key.clone(), (line, value)).is_some() {
            return error(line, format!("`{}` stands twice in [{}]", excerpt(&key), section.name));
        }
    }
    Ok(sections)
}

/// As much of a text as a message takes.
fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

impl Section {
    fn take(&mut self, key: &str, range: RangeInclusive<u32>) -> Result<u32, RackError> {
        self.take_at(key, range).map(|(_, number)| number)
    }

    /// A number with its line.
    fn take_at(&mut self, key: &str, range: RangeInclusive<u32>) -> Result<(usize, u32), RackError> {
        let Some((line, value)) = self.values.remove(key) else {
            return error(self.line, format!("[{}] has no `{key}`", excerpt(&self.name)));
        };
        match value.parse().ok().filter(|number| range.contains(number)) {
            Some(number) => Ok((line, number)),
            None => {
                let (from, to) = range.into_inner();
                error(line, format!("`{key}` is a number from {from} to {to}, not `{}`", excerpt(&value)))
            }
        }
    }

    fn nothing_else(&self, known: &str) -> Result<(), RackError> {
        match self.values.iter().min_by_key(|(_, (line, _))| *line) {
            Some((key, (line, _))) => {
                error(*line, format!("`{}` is not known here; known are {known}", excerpt(key)))
            }
            None => Ok(()),
        }
    }

    fn stack(mut self, rows: u32, columns: u32, places: u32) -> Result<Stack, RackError> {
        if self.name.parse::<u32>().is_err() {
            return error(
                self.line,
                format!("[{}] is neither [rack] nor a stack's number", excerpt(&self.name)),
            );
        }
        if let Some((line, id)) = self.values.remove("id")
            && id != self.name
        {
            return error(line, format!("`id` is `{}` in the section [{}]", excerpt(&id), self.name));
        }
        let (row, column) = (self.take("x", 1..=rows)?, self.take("y", 1..=columns)?);
        self.nothing_else("id, x, y")?;
        Ok(Stack { name: self.name, row, column, places: vec![None; places as usize] })
    }
}

#[cfg(test)]
mod tests {
    use super::{RackError, read_structure};
    use crate::view::{Rack, Stack};
    use proptest::prelude::*;

    /// As PiRack ships it.
    const SHIPPED: &str = "[rack]\n\npi_stack = 2\nnbr_stack = 1\nrows = 1\ncols = 2\n\n\
                           [1]\n\nid = 1\nx = 1\ny = 1\n\n[2]\n\nid = 2\nx = 1\ny = 2\n\n";

    #[test]
    fn the_file_that_pirack_ships_is_read() {
        let stack =
            |name: &str, column| Stack { name: name.to_owned(), row: 1, column, places: vec![None; 2] };
        let expected = Rack { rows: 1, columns: 2, stacks: vec![stack("1", 1), stack("2", 2)] };
        assert_eq!(read_structure(SHIPPED), Ok(expected.clone()));
        let other = SHIPPED.replace(" = ", ":").replace("pi_stack", "; a comment\r\nPI_Stack");
        assert_eq!(read_structure(&other), Ok(expected));
    }

    #[test]
    fn mistakes_have_their_line() {
        for (from, to, line, message) in [
            ("[rack]", "[reck]", 1, "no section [rack]"),
            ("rows = 1", "rows = 0", 5, "`rows` is a number from 1 to 64, not `0`"),
            ("rows = 1", "", 1, "[rack] has no `rows`"),
            ("rows = 1", "rows", 5, "expected [section] or key = value"),
            ("nbr_stack = 1", "nbr_stack = 3", 4, "there are 2 sections"),
            ("cols = 2", "cols = 2\nroof = 1", 7, "`roof` is not known here"),
            ("[2]", "[1]", 14, "two sections [1]"),
            ("[2]", "[two]", 14, "neither [rack] nor"),
            ("[2]", "[2", 14, "no `]`"),
            ("id = 2", "id = 3", 16, "`id` is `3` in the section [2]"),
            ("y = 2", "y = 3", 18, "from 1 to 2, not `3`"),
            ("y = 2", "y = 1", 14, "stack `1` is in row 1, column 1 already"),
            ("y = 2", "y = 2\nx = 1", 19, "`x` stands twice"),
            ("[rack]", "a = 1\n[rack]", 1, "before the first section"),
        ] {
            let RackError { line: found, message: said } =
                read_structure(&SHIPPED.replacen(from, to, 1)).unwrap_err();
            assert!(found == line && said.contains(message), "{to}: {found}: {said}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_located(text in "(\\[(rack|[0-9]{1,3})\\]\n|(rows|cols|pi_stack|nbr_stack|id|x|y) ?[=:] ?[0-9]{0,4}\n|.{0,9}\n){0,30}") {
            match read_structure(&text) {
                Ok(rack) => prop_assert_eq!(rack.clash(), None),
                Err(RackError { line, .. }) => prop_assert!(line >= 1 && line <= text.lines().count().max(1)),
            }
        }

        #[test]
        fn what_is_written_is_read(rows in 1u32..9, columns in 1u32..9, places in 1u32..9, holes in any::<u64>()) {
            let cells = (1..=rows).flat_map(|row| (1..=columns).map(move |column| (row, column)));
            let cells: Vec<_> = cells.enumerate().filter(|(n, _)| holes >> (n % 64) & 1 == 0).collect();
            let stacks: Vec<Stack> = cells.iter().map(|&(n, (row, column))| {
                Stack { name: n.to_string(), row, column, places: vec![None; places as usize] }
            }).collect();
            prop_assume!(!stacks.is_empty());
            let mut text = format!("[rack]\npi_stack={places}\nnbr_stack={}\nrows={rows}\ncols={columns}\n", stacks.len());
            for Stack { name, row, column, .. } in &stacks {
                text += &format!("[{name}]\nid={name}\nx={row}\ny={column}\n");
            }
            prop_assert_eq!(read_structure(&text), Ok(Rack { rows, columns, stacks }));
        }
    }
}
