//! A column of a Parquet file: what it may hold, and its values until they are written.

use crate::record::read_date;
use crate::sweep::table;
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;
use jiff::civil::date;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedColumnWriter;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// What all values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    /// Wall-clock time.
    Time,
    Text,
}

impl Kind {
    /// What a cell of a result is; `None` for an empty one, which fits every kind.
    pub(super) fn of_cell(cell: &str) -> Option<Self> {
        match cell {
            "" => None,
            "True" | "False" => Some(Self::Bool),
            _ if cell.parse::<i64>().is_ok() => Some(Self::Int),
            _ if cell.parse::<f64>().is_ok() => Some(Self::Float),
            _ if micros(cell).is_some() => Some(Self::Time),
            _ => Some(Self::Text),
        }
    }

    /// What a parameter is.
    pub(super) fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Bool),
            Value::Int(_) => Some(Self::Int),
            Value::Float(_) | Value::Numpy(_) => Some(Self::Float),
            Value::Text(_) | Value::List(_) | Value::Map(_) => Some(Self::Text),
        }
    }

    /// The narrowest kind that holds both.
    pub(super) fn join(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (kind, None) | (None, kind) => kind,
            (Some(one), Some(other)) if one == other => Some(one),
            (Some(Self::Int | Self::Float), Some(Self::Int | Self::Float)) => Some(Self::Float),
            _ => Some(Self::Text),
        }
    }
}

/// A column and the values that are not written yet.
pub(super) struct Column {
    name: String,
    kind: Kind,
    values: Values,
    /// For each row whether there is a value.
    levels: Vec<i16>,
}

enum Values {
    Bool(Vec<bool>),
    /// Also times `[us]` since 1970.
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Vec<ByteArray>),
}

impl Column {
    /// A column without values; one that will hold nothing is one of numbers.
    pub(super) fn new(name: String, kind: Option<Kind>) -> Self {
        let kind = kind.unwrap_or(Kind::Float);
        let values = match kind {
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Int | Kind::Time => Values::Int(Vec::new()),
            Kind::Float => Values::Float(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
        };
        Self { name, kind, values, levels: Vec::new() }
    }

    /// Its place in the schema.
    pub(super) fn schema(&self) -> Result<TypePtr, ParquetError> {
        let (physical, logical) = match self.kind {
            Kind::Bool => (Physical::BOOLEAN, None),
            Kind::Int => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MICROS))),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let builder = Type::primitive_type_builder(&self.name, physical);
        let builder = builder.with_repetition(Repetition::OPTIONAL).with_converted_type(ConvertedType::NONE);
        Ok(Arc::new(builder.with_logical_type(logical).build()?))
    }

    /// Adds the cell of a result. One that is not of the column's kind is null.
    pub(super) fn push_cell(&mut self, cell: &str) {
        let known = !cell.is_empty()
            && match &mut self.values {
                Values::Bool(values) => push(values, Some(cell == "True")),
                Values::Int(values) if self.kind == Kind::Time => push(values, micros(cell)),
                Values::Int(values) => push(values, cell.parse().ok()),
                Values::Float(values) => push(values, cell.parse().ok()),
                Values::Text(values) => push(values, Some(ByteArray::from(cell))),
            };
        self.levels.push(i16::from(known));
    }

    /// Adds the value of a parameter.
    pub(super) fn push_value(&mut self, value: &Value) {
        let number = value.as_scalar().map(Scalar::value);
        let known = *value != Value::Null
            && match (&mut self.values, value) {
                (Values::Bool(values), Value::Bool(value)) => push(values, Some(*value)),
                (Values::Int(values), Value::Int(value)) => push(values, Some(*value)),
                (Values::Float(values), _) => push(values, number),
                (Values::Text(values), _) => {
                    let mut text = Vec::new();
                    table::push_text(value, &mut text);
                    push(values, Some(ByteArray::from(text)))
                }
                _ => false,
            };
        self.levels.push(i16::from(known));
    }

    /// Writes the values, and forgets them.
    pub(super) fn write(&mut self, writer: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Some(&self.levels[..]);
        match &mut self.values {
            Values::Bool(values) => drop(writer.typed::<BoolType>().write_batch(values, levels, None)?),
            Values::Int(values) => drop(writer.typed::<Int64Type>().write_batch(values, levels, None)?),
            Values::Float(values) => drop(writer.typed::<DoubleType>().write_batch(values, levels, None)?),
            Values::Text(values) => drop(writer.typed::<ByteArrayType>().write_batch(values, levels, None)?),
        }
        self.levels.clear();
        match &mut self.values {
            Values::Bool(values) => values.clear(),
            Values::Int(values) => values.clear(),
            Values::Float(values) => values.clear(),
            Values::Text(values) => values.clear(),
        }
        Ok(())
    }
}

/// Adds a value, if there is one; says whether.
fn push<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let known = value.is_some();
    values.extend(value);
    known
}

/// A date of a result as microseconds since 1970, by the wall clock.
fn micros(cell: &str) -> Option<i64> {
    let micros = read_date(cell)?.duration_since(date(1970, 1, 1).at(0, 0, 0, 0)).as_micros();
    i64::try_from(micros).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_narrowest_kind() {
        for (cells, expected) in [
            (&["1", "", "2"][..], Some(Kind::Int)),
            (&["1", "2.5"], Some(Kind::Float)),
            (&["inf", "-1e-05"], Some(Kind::Float)),
            (&["True", "False"], Some(Kind::Bool)),
            (&["True", "1"], Some(Kind::Text)),
            (&["2012-06-01", "2012-06-01 00:15:00"], Some(Kind::Time)),
            (&["2012-06-01", "2012-06-31"], Some(Kind::Text)),
            (&["2012-06-01T00:15:00"], Some(Kind::Text)),
            (&["", ""], None),
        ] {
            assert_eq!(
                cells.iter().map(|cell| Kind::of_cell(cell)).fold(None, Kind::join),
                expected,
                "{cells:?}"
            );
        }
    }

    #[test]
    fn dates_are_microseconds_of_the_wall_clock() {
        assert_eq!(micros("1970-01-02"), Some(86_400_000_000));
        assert_eq!(micros("1970-01-01 00:15:01"), Some(901_000_000));
        assert_eq!(micros("1969-12-31 23:59:59"), Some(-1_000_000));
        assert_eq!(micros("2012-06-01 24:00:00"), None);
    }
}
