//! All results of a sweep as one Parquet file: a row for each row of each result, with the scenario's parameters.
//!
//! ```text
//!   res_1.csv, res_2.csv, … ─▶ Shape (what the columns hold) ─▶ schema
//!   res_1.csv, res_2.csv, … ─▶ Gatherer ─▶ row groups ─▶ sink
//! ```
//!
//! Columns: `simulationID`, the parameters as the table of the sweep names them, `date`, and the items of the results. A
//! column is as narrow as its values allow: whole numbers, numbers, booleans, dates, else texts; an empty cell is null.
//! Invariant: at most [`GROUP_ROWS`] rows and one result are in memory.

mod column;

use super::Sweep;
use column::{Column, Kind};
use parquet::basic::Repetition;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// Rows in a group of the file; readers skip and share work by groups.
pub const GROUP_ROWS: usize = 131_072;

/// Why results cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// A result is not what a run of the sweep writes.
    #[error("the result of scenario {id} cannot be read: {problem}")]
    Result {
        /// The scenario.
        id: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no result.
    #[error("there is no complete result to gather")]
    Nothing,
    /// The file cannot be written.
    #[error("{0}")]
    Written(#[from] ParquetError),
}

/// What the columns of the results hold, as far as they were looked at.
#[derive(Default)]
pub struct Shape {
    names: Vec<String>,
    kinds: Vec<Option<Kind>>,
}

impl Shape {
    /// Looks at the result of scenario `id`.
    ///
    /// # Errors
    /// A result with other columns than those before it, or none.
    pub fn observe(&mut self, id: u64, csv: &[u8]) -> Result<(), GatherError> {
        let mut rows = rows(csv);
        let header = record(id, rows.next())?;
        if self.names.is_empty() {
            self.names = header.iter().map(str::to_owned).collect();
            self.kinds = vec![None; self.names.len()];
        } else if !header.iter().eq(self.names.iter().map(String::as_str)) {
            return Err(problem(id, &"its columns are not those of the others"));
        }
        for row in rows {
            let row = record(id, Some(row))?;
            for (kind, cell) in self.kinds.iter_mut().zip(&row) {
                *kind = Kind::join(*kind, Kind::of_cell(cell));
            }
        }
        Ok(())
    }
}

/// Writes one Parquet file.
pub struct Gatherer<'a, W: Write + Send> {
    sweep: &'a Sweep,
    writer: SerializedFileWriter<W>,
    parameters: usize,
    columns: Vec<Column>,
    rows: usize,
}

impl<'a, W: Write + Send> Gatherer<'a, W> {
    /// Begins a file of results that look like `shape`.
    ///
    /// # Errors
    /// [`GatherError::Nothing`]; what the sink says.
    pub fn new(sweep: &'a Sweep, shape: Shape, sink: W) -> Result<Self, GatherError> {
        if shape.names.is_empty() {
            return Err(GatherError::Nothing);
        }
        let names = sweep.parameter_names();
        let axes = sweep.columns().into_iter().map(|axis| &sweep.template.axes()[axis].values);
        let kinds = axes.map(|values| values.iter().map(Kind::of_value).fold(None, Kind::join));
        let mut columns = vec![Column::new("simulationID".to_owned(), Some(Kind::Int))];
        let parameters = names.len();
        columns.extend(names.into_iter().zip(kinds).map(|(name, kind)| Column::new(name, kind)));
        columns.extend(shape.names.into_iter().zip(shape.kinds).map(|(name, kind)| Column::new(name, kind)));
        let fields = columns.iter().map(Column::schema).collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder("results").with_repetition(Repetition::REQUIRED);
        let schema = Arc::new(schema.with_fields(fields).build()?);
        let properties = WriterProperties::builder().set_created_by("illuminator".to_owned()).build();
        let writer = SerializedFileWriter::new(sink, schema, Arc::new(properties))?;
        Ok(Self { sweep, writer, parameters, columns, rows: 0 })
    }

    /// Adds the result of scenario `id`.
    ///
    /// # Errors
    /// A result that does not look like the shape; what the sink says.
    pub fn add(&mut self, id: u64, csv: &[u8]) -> Result<(), GatherError> {
        let parameters = self.sweep.parameters(id);
        for row in rows(csv).skip(1) {
            let row = record(id, Some(row))?;
            if row.len() != self.columns.len() - 1 - self.parameters {
                return Err(problem(id, &"a row has too many or too few cells"));
            }
            let (numbers, rest) = self.columns.split_at_mut(1);
            let (of_parameters, of_cells) = rest.split_at_mut(self.parameters);
            numbers[0].push_cell(&id.to_string());
            for (column, value) in of_parameters.iter_mut().zip(&parameters) {
                column.push_value(value);
            }
            for (column, cell) in of_cells.iter_mut().zip(&row) {
                column.push_cell(cell);
            }
            self.rows += 1;
            if self.rows == GROUP_ROWS {
                self.end_group()?;
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the sink says.
    pub fn finish(mut self) -> Result<(), GatherError> {
        self.end_group()?;
        self.writer.close()?;
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            let mut writer =
                group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
            column.write(&mut writer)?;
            writer.close()?;
        }
        group.close().map(drop)
    }
}

fn rows(csv: &[u8]) -> csv::StringRecordsIntoIter<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).from_reader(csv).into_records()
}

fn record(id: u64, row: Option<csv::Result<csv::StringRecord>>) -> Result<csv::StringRecord, GatherError> {
    match row {
        Some(Ok(row)) => Ok(row),
        Some(Err(error)) => Err(problem(id, &error)),
        None => Err(problem(id, &"it is empty")),
    }
}

fn problem(id: u64, problem: &dyn ToString) -> GatherError {
    GatherError::Result { id, problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::template::Template;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    /// Two scenarios of a model that is not looked at here.
    fn sweep() -> Sweep {
        let text = "scenario: {name: s, start_time: '2024-01-01 00:00:00', end_time: '2024-01-01 01:00:00', \
                    time_resolution: 900}\n\
                    models:\n- {name: L1, type: Load, multi_parameters: {houses: [1, 2.5], kind: [~, a]}}\n\
                    connections: []\nmonitor: {file: res.csv, items: [L1.x]}\n";
        Sweep::new(Template::read(text, "s.yaml").unwrap_or_else(|error| panic!("{error}")))
    }

    /// The rows of a gathered file, as text.
    fn gathered(results: &[(u64, &str)]) -> Result<Vec<String>, GatherError> {
        let sweep = sweep();
        let mut shape = Shape::default();
        for (id, csv) in results {
            shape.observe(*id, csv.as_bytes())?;
        }
        let file = tempfile::tempfile().expect("a temporary file");
        let mut gatherer = Gatherer::new(&sweep, shape, file.try_clone().expect("it is open"))?;
        for (id, csv) in results {
            gatherer.add(*id, csv.as_bytes())?;
        }
        gatherer.finish()?;
        let reader = SerializedFileReader::new(file)?;
        let rows = reader.get_row_iter(None)?;
        rows.map(|row| Ok(row?.to_string())).collect()
    }

    #[test]
    fn every_row_has_the_parameters_of_its_scenario() {
        let one = "date,L1.x,L1.y,L1.z\n2024-01-01,1,True,\"[1, 'a']\"\n2024-01-01 00:15:00,,False,\n";
        let four = "date,L1.x,L1.y,L1.z\n2024-01-01,0.5,True,text\n";
        let rows = gathered(&[(1, one), (4, four)]).unwrap_or_else(|error| panic!("{error}"));
        let expected = [
            r#"{simulationID: 1, L1.parameter.houses: 1.0, L1.parameter.kind: null, date: 2024-01-01 00:00:00.000000 +00:00, L1.x: 1.0, L1.y: true, L1.z: "[1, 'a']"}"#,
            r#"{simulationID: 1, L1.parameter.houses: 1.0, L1.parameter.kind: null, date: 2024-01-01 00:15:00.000000 +00:00, L1.x: null, L1.y: false, L1.z: null}"#,
            r#"{simulationID: 4, L1.parameter.houses: 2.5, L1.parameter.kind: "a", date: 2024-01-01 00:00:00.000000 +00:00, L1.x: 0.5, L1.y: true, L1.z: "text"}"#,
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn rows_beyond_a_group_are_in_the_next_one() {
        let count = GROUP_ROWS + 5;
        let csv: String = (0..count).map(|row| format!("2024-01-01,{row}\n")).collect();
        let rows = gathered(&[(2, &format!("date,L1.x\n{csv}"))]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(rows.len(), count);
        assert!(rows[count - 1].contains(&format!("L1.x: {}", count - 1)), "{}", rows[count - 1]);
    }

    #[test]
    fn what_is_no_result_of_the_sweep_is_named() {
        let good = "date,L1.x\n2024-01-01,1\n";
        for (other, part) in [
            ("date,L1.y\n2024-01-01,1\n", "columns are not those"),
            ("", "empty"),
            ("date,L1.x\n2024-01-01\n", "scenario 2"),
        ] {
            let told =
                gathered(&[(1, good), (2, other)]).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(told.contains(part) && told.contains("scenario 2"), "{other:?}: {told}");
        }
        assert!(matches!(gathered(&[]), Err(GatherError::Nothing)));
    }
}
