//! The type of the recorder, which writes the result file. It has no model: the host's recorder takes the
//! values that it is connected to.

use crate::model::{Build, Const, Family, ModelType, Parameter};
use illuminator_protocol::Unit;

/// `Collector`
pub static TYPE: ModelType = ModelType {
    name: "Collector",
    family: Family::Data,
    summary: "Writes what is connected to it to a result file.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("file_path", Unit::Text, "the file to write", Const::Absent)
            .with_example(Const::Text("./collected.csv")),
        Parameter::optional(
            "delimiter",
            Unit::Text,
            "one character between cells",
            Const::Absent,
            Const::Text(","),
        ),
        Parameter::optional(
            "date_format",
            Unit::Text,
            "how `start` is written",
            Const::Absent,
            Const::Text("YYYY-MM-DD HH:mm:ss"),
        ),
        Parameter::optional(
            "start",
            Unit::Text,
            "date of the first row; null: that of the run",
            Const::Absent,
            Const::Null,
        ),
        Parameter::optional(
            "tzinfo",
            Unit::Text,
            "time zone of the dates",
            Const::Absent,
            Const::Text("Europe/Amsterdam"),
        ),
    ],
    inputs: &[],
    outputs: &[],
    states: &[],
    step_size: 1,
    build: Build::Recorder,
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.2 and spec/scenario-format.md, section 8.

Takes inputs of any name; each becomes a column. Every step adds a row with its date,
start + t·s·R seconds at co-simulation step t, s steps per row and R seconds per step.

One instance named `Collector` is part of every run; more can be declared.

Kept on purpose: t counts co-simulation steps already, so with s ≠ 1 the date advances s times too fast.";
