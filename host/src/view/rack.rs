//! Where the nodes stand in their rack.

use serde::{Deserialize, Serialize};

/// Most rows and most columns of a rack.
pub const GRID_MAX: u32 = 64;
/// Most places of a stack.
pub const PLACES_MAX: u32 = 64;

/// A rack: stacks of nodes in rows and columns. Where no stack is there is a hole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rack {
    /// Number of rows, 1 to [`GRID_MAX`].
    pub rows: u32,
    /// Number of columns, 1 to [`GRID_MAX`].
    pub columns: u32,
    /// The stacks, no two in one place or of one name.
    pub stacks: Vec<Stack>,
}

/// A stack of a [`Rack`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// What people call it.
    pub name: String,
    /// Its row, from 1 at the top.
    pub row: u32,
    /// Its column, from 1 at the left.
    pub column: u32,
    /// The names of its nodes from the top, 1 to [`PLACES_MAX`] places; nothing where a place is empty.
    pub places: Vec<Option<String>>,
}

impl Rack {
    /// The stack of this name.
    pub fn stack(&self, name: &str) -> Option<&Stack> {
        self.stacks.iter().find(|stack| stack.name == name)
    }

    /// The first stack that another one is in the way of, by place or by name, and why.
    pub(crate) fn clash(&self) -> Option<(usize, String)> {
        let clash = |(number, stack): (usize, &Stack)| {
            let Stack { name, row, column, .. } = stack;
            let before = &self.stacks[..number];
            if *row > self.rows || *column > self.columns {
                let (rows, columns) = (self.rows, self.columns);
                return Some((
                    number,
                    format!("row {row}, column {column} is outside of {rows} × {columns}"),
                ));
            }
            if before.iter().any(|other| other.name == *name) {
                return Some((number, format!("two stacks are called `{name}`")));
            }
            let there = before.iter().find(|other| (other.row, other.column) == (*row, *column))?;
            Some((number, format!("stack `{}` is in row {row}, column {column} already", there.name)))
        };
        self.stacks.iter().enumerate().find_map(clash)
    }
}
