//! Tables as market models hand them on: rows with named columns.
//!
//! ```text
//!   rows (scenario file)  [{Technology: Oil, …}, …]  ─┐
//!   message               {Technology: {0: Oil, …}}  ─┼─▶ Table ─▶ message, rows of a report
//!   tables, one on top of the other                  ─┘
//! ```
//!
//! Invariants: every column has a cell for every row, NaN where none was given; cells are scalars and texts; the
//! numbers of a column are of one kind, floats if one of them is, as in the tables of upstream, whose text depends
//! on it.

use crate::scalar::Scalar;
use crate::value::Value;
use std::collections::BTreeMap;

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: usize,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    cells: Vec<Value>,
}

impl Table {
    /// A table from a list of rows, each a mapping; null is a table without rows.
    pub(super) fn from_rows(value: &Value) -> Result<Self, String> {
        let rows: &[Value] = match value {
            Value::Null => &[],
            Value::List(rows) => rows,
            other => return Err(format!("a list of rows is needed, not {}", other.describe())),
        };
        let mut draft = Draft::new(rows.len());
        for (number, row) in rows.iter().enumerate() {
            let Value::Map(entries) = row else {
                return Err(format!("row {} is {}, not a mapping", number + 1, row.describe()));
            };
            for (name, cell) in entries {
                draft.set(number, name, cell)?;
            }
        }
        Ok(draft.finish())
    }

    /// A table from a message: a mapping of columns, each a mapping from row numbers to cells.
    pub(super) fn from_message(value: &Value) -> Result<Self, String> {
        let Value::Map(columns) = value else {
            return Err(format!("a table is needed, not {}", value.describe()));
        };
        let mut keys: Option<&[(Value, Value)]> = None;
        let mut draft = Draft::new(0);
        for (name, cells) in columns {
            let Value::Map(cells) = cells else {
                return Err(format!("a table's column is {}, not a mapping", cells.describe()));
            };
            let first = *keys.get_or_insert(cells);
            let same = first.len() == cells.len() && first.iter().zip(cells).all(|(a, b)| a.0 == b.0);
            if !same {
                return Err("the columns of a table must have the same rows".to_owned());
            }
            draft.rows = cells.len();
            for (row, (_, cell)) in cells.iter().enumerate() {
                draft.set(row, name, cell)?;
            }
        }
        Ok(draft.finish())
    }

    /// The rows of all `tables`, with the columns of all.
    pub(super) fn stacked(tables: &[Self]) -> Self {
        let mut draft = Draft::new(tables.iter().map(|table| table.rows).sum());
        let mut first = 0;
        for table in tables {
            for column in &table.columns {
                for (row, cell) in column.cells.iter().enumerate() {
                    draft.put(first + row, &column.name, cell);
                }
            }
            first += table.rows;
        }
        draft.finish()
    }

    /// The table with one more column, or with other cells in the column of that name. There are as many cells as
    /// rows, unless there is no column yet.
    pub(super) fn with(mut self, name: &str, mut cells: Vec<Value>) -> Self {
        unify(&mut cells);
        self.rows = cells.len();
        match self.columns.iter_mut().find(|column| column.name == name) {
            Some(column) => column.cells = cells,
            None => self.columns.push(Column { name: name.to_owned(), cells }),
        }
        self
    }

    /// The same for numbers.
    pub(super) fn with_numbers(self, name: &str, numbers: &[Scalar]) -> Self {
        self.with(name, numbers.iter().copied().map(Value::from_scalar).collect())
    }

    /// The table with all columns of another one of as many rows behind its own.
    pub(super) fn beside(self, other: &Self) -> Self {
        other.columns.iter().fold(self, |table, column| table.with(&column.name, column.cells.clone()))
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The cells of a column.
    pub(super) fn column(&self, name: &str) -> Result<&[Value], String> {
        let column = self.columns.iter().find(|column| column.name == name);
        column
            .map(|column| column.cells.as_slice())
            .ok_or_else(|| format!("the table has no column `{name}`"))
    }

    /// The cells of a column of numbers; NaN where there is none.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<Scalar>, String> {
        let number = |(row, cell): (usize, &Value)| match cell {
            Value::Null => Ok(Scalar::float(f64::NAN)),
            cell => cell.as_scalar().ok_or_else(|| {
                format!("`{name}` of row {} must be a number, not {}", row + 1, cell.describe())
            }),
        };
        self.column(name)?.iter().enumerate().map(number).collect()
    }

    /// The table as [`from_message`](Self::from_message) takes it, if it is small enough to be handed on.
    pub(super) fn to_message(&self) -> Result<Value, String> {
        let column = |column: &Column| {
            let rows = (0..).map(Value::Int).zip(column.cells.iter().cloned()).collect();
            (Value::Text(column.name.clone()), Value::Map(rows))
        };
        let message = Value::Map(self.columns.iter().map(column).collect());
        if message.is_bounded() { Ok(message) } else { Err("the table is too large".to_owned()) }
    }

    /// The names of the columns and then the rows, in this order, as the host writes them to a file.
    pub(super) fn report(&self, order: &[usize]) -> Value {
        let header = self.columns.iter().map(|column| Value::Text(column.name.clone())).collect();
        let row =
            |&row: &usize| Value::List(self.columns.iter().map(|column| column.cells[row].clone()).collect());
        Value::List(core::iter::once(Value::List(header)).chain(order.iter().map(row)).collect())
    }
}

/// A table that is being filled; names are found without going through all columns.
struct Draft {
    columns: Vec<Column>,
    positions: BTreeMap<String, usize>,
    rows: usize,
}

impl Draft {
    fn new(rows: usize) -> Self {
        Self { columns: Vec::new(), positions: BTreeMap::new(), rows }
    }

    /// Fills a cell with what came from outside.
    fn set(&mut self, row: usize, name: &Value, cell: &Value) -> Result<(), String> {
        let Some(name) = name.as_text() else {
            return Err(format!("the name of a column is {}, not a text", name.describe()));
        };
        if matches!(cell, Value::List(_) | Value::Map(_)) {
            return Err(format!("`{name}` of row {} is {}", row + 1, cell.describe()));
        }
        self.put(row, name, cell);
        Ok(())
    }

    fn put(&mut self, row: usize, name: &str, cell: &Value) {
        let position = match self.positions.get(name) {
            Some(position) => *position,
            None => {
                self.positions.insert(name.to_owned(), self.columns.len());
                self.columns.push(Column { name: name.to_owned(), cells: Vec::new() });
                self.columns.len() - 1
            }
        };
        let cells = &mut self.columns[position].cells;
        cells.resize(row.max(cells.len()), Value::Float(f64::NAN));
        match cells.get_mut(row) {
            Some(present) => present.clone_from(cell),
            None => cells.push(cell.clone()),
        }
    }

    fn finish(mut self) -> Table {
        for column in &mut self.columns {
            column.cells.resize(self.rows, Value::Float(f64::NAN));
            unify(&mut column.cells);
        }
        Table { columns: self.columns, rows: self.rows }
    }
}

/// Makes the numbers of a column floats if one of them is, or if one is missing. Where a text or truth value stands
/// among them, each keeps its kind.
fn unify(cells: &mut [Value]) {
    let whole = cells.iter().all(|cell| matches!(cell, Value::Int(_)));
    let numbers = || {
        cells
            .iter()
            .all(|cell| matches!(cell, Value::Int(_) | Value::Float(_) | Value::Numpy(_) | Value::Null))
    };
    if whole || !numbers() {
        return;
    }
    for cell in cells {
        *cell = Value::Float(match *cell {
            Value::Int(number) => number as f64,
            Value::Float(number) | Value::Numpy(number) => number,
            _ => f64::NAN,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn row(cells: &[(&str, Value)]) -> Value {
        Value::Map(cells.iter().map(|(name, cell)| (text(name), cell.clone())).collect())
    }

    #[test]
    fn a_missing_cell_makes_a_column_of_floats() {
        let rows = [
            row(&[("b", Value::Int(1)), ("a", Value::Int(2))]),
            row(&[("a", Value::Int(3)), ("c", text("x"))]),
        ];
        let table = Table::from_rows(&Value::List(rows.to_vec())).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["b", "a", "c"], "in order of appearance");
        assert_eq!(table.column("a").unwrap(), [Value::Int(2), Value::Int(3)]);
        assert!(
            matches!(table.column("b").unwrap(), [Value::Float(1.0), Value::Float(missing)] if missing.is_nan())
        );
        assert!(matches!(table.column("c").unwrap(), [Value::Float(_), Value::Text(_)]));
        assert!(table.numbers("c").unwrap_err().contains("`c` of row 2"));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let nested = row(&[("a", Value::List(Vec::new()))]);
        for (value, problem) in [
            (text("x"), "a list of rows"),
            (Value::List(vec![Value::Int(1)]), "row 1 is an integer"),
            (Value::List(vec![nested]), "`a` of row 1 is a list"),
            (Value::List(vec![Value::Map(vec![(Value::Int(1), Value::Null)])]), "the name of a column"),
        ] {
            let refused = Table::from_rows(&value).unwrap_err();
            assert!(refused.contains(problem), "{refused}");
        }
        let one = Value::Map(vec![(Value::Int(0), Value::Null)]);
        let ragged = row(&[("a", one.clone()), ("b", Value::Map(Vec::new()))]);
        assert!(Table::from_message(&ragged).unwrap_err().contains("the same rows"));
        assert!(Table::from_message(&row(&[("a", text("x"))])).unwrap_err().contains("column is a text"));
        assert!(Table::from_message(&Value::Null).unwrap_err().contains("a table is needed"));
        assert!(Table::from_message(&row(&[("a", one)])).is_ok());
    }

    #[test]
    fn a_table_that_could_not_travel_is_not_sent() {
        let table = Table::default().with("a", vec![Value::Int(0); crate::value::ITEMS_MAX]);
        assert!(table.to_message().is_err());
    }

    proptest! {
        #[test]
        fn a_message_gives_the_table_back(cells in prop::collection::vec((any::<i32>(), any::<f32>()), 1..20)) {
            let whole: Vec<Value> = cells.iter().map(|(whole, _)| Value::Int((*whole).into())).collect();
            let float = cells.iter().map(|(_, float)| Value::Float((*float).into())).collect();
            let table = Table::default().with("i", whole).with("f", float);
            let message = table.to_message().unwrap();
            let again = Table::from_message(&message).unwrap();
            // NaN is not equal to itself; its text is.
            prop_assert_eq!(format!("{again:?}"), format!("{table:?}"));
        }

        #[test]
        fn stacked_tables_keep_their_rows_in_order(sizes in prop::collection::vec(0_usize..5, 0..5)) {
            let mut next = 0..;
            let tables: Vec<Table> = sizes
                .iter()
                .map(|&size| Table::default().with("n", next.by_ref().take(size).map(Value::Int).collect()))
                .collect();
            let stacked = Table::stacked(&tables);
            let total: usize = sizes.iter().sum();
            prop_assert_eq!(stacked.rows(), total);
            let expected: Vec<Value> = (0..total as i64).map(Value::Int).collect();
            prop_assert_eq!(stacked.column("n").unwrap_or_default(), expected);
        }
    }
}
