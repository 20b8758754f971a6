//! The description of a model type: what the registry holds, `models show` prints and checks rely on.

use super::Model;
use super::settings::{BuildError, Settings};
use crate::value::Value;
use illuminator_protocol::Unit;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A model type: everything that can be said of it without an instance.
pub struct ModelType {
    /// The name in `type:`.
    pub name: &'static str,
    /// Where it is listed.
    pub family: Family,
    /// One sentence.
    pub summary: &'static str,
    /// The equations, with units, ranges and source, as Markdown paragraphs.
    pub documentation: &'static str,
    /// Parameters, in the order of the documentation.
    pub parameters: &'static [Parameter],
    /// Inputs that the model reads; a step addresses them by position.
    pub inputs: &'static [Port],
    /// Outputs (messages of several sources are added).
    pub outputs: &'static [Port],
    /// States (messages of several sources form a list).
    pub states: &'static [Port],
    /// Class default of `time_step_size`.
    pub step_size: u32,
    /// How an instance comes to be.
    pub build: Build,
}

/// Groups of model types, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Sources of electrical power.
    Generation,
    /// Consumers.
    Demand,
    /// Storage.
    Storage,
    /// Hydrogen: made, stored, used.
    Hydrogen,
    /// Heat: made, stored, used.
    Heat,
    /// Networks of gas, heat and electricity, and their valves.
    Networks,
    /// Controllers.
    Control,
    /// The public grid.
    Grid,
    /// Markets: bids, what they clear at, and who is paid.
    Market,
    /// Data in and out.
    Data,
    /// Small helpers.
    Utility,
}

/// A parameter of a model type.
pub struct Parameter {
    /// The key.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it means, with its range.
    pub meaning: &'static str,
    /// Its value if no model entry up to this one has a `parameters` section.
    pub class_default: Const,
    /// Its value if the `parameters` section lacks the key.
    pub key_default: KeyDefault,
    /// A value that a model can run with, for the example of `models show`.
    pub example: Example,
}

impl Parameter {
    /// A parameter that a `parameters` section must give.
    pub const fn required(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        class_default: Const,
    ) -> Self {
        let (key_default, example) = (KeyDefault::Required, Example::Value(class_default));
        Self { name, unit, meaning, class_default, key_default, example }
    }

    /// A parameter that a `parameters` section may leave out: it is `key_default` then.
    pub const fn optional(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        class_default: Const,
        key_default: Const,
    ) -> Self {
        let example = match class_default {
            Const::Absent => key_default,
            given => given,
        };
        let (key_default, example) = (KeyDefault::Value(key_default), Example::Value(example));
        Self { name, unit, meaning, class_default, key_default, example }
    }

    /// A parameter that files list and the model never reads.
    pub const fn unused(name: &'static str, unit: Unit, meaning: &'static str, class_default: Const) -> Self {
        let (key_default, example) = (KeyDefault::Unused, Example::Value(class_default));
        Self { name, unit, meaning, class_default, key_default, example }
    }

    /// The same parameter with this value in the example: where nobody would run with the class default.
    pub const fn with_example(self, example: Const) -> Self {
        Self { example: Example::Value(example), ..self }
    }

    /// The same, for a list or mapping: YAML in one line.
    pub const fn with_yaml_example(self, example: &'static str) -> Self {
        Self { example: Example::Yaml(example), ..self }
    }
}

/// What holds when a `parameters` section lacks a key.
pub enum KeyDefault {
    /// The model cannot be built.
    Required,
    /// This value.
    Value(Const),
    /// The model never reads it.
    Unused,
}

/// A constant value in a model type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Const {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(&'static str),
    /// `[]`
    EmptyList,
    /// `{}`
    EmptyMap,
    /// The class does not list this key at all.
    Absent,
}

impl Const {
    /// As a value; `None` for [`Const::Absent`].
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Null => Some(Value::Null),
            Self::Bool(b) => Some(Value::Bool(b)),
            Self::Int(i) => Some(Value::Int(i)),
            Self::Float(f) => Some(Value::Float(f)),
            Self::Text(text) => Some(Value::Text(text.to_owned())),
            Self::EmptyList => Some(Value::List(Vec::new())),
            Self::EmptyMap => Some(Value::Map(Vec::new())),
            Self::Absent => None,
        }
    }
}

/// A value in the example of `models show`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Example {
    /// A constant.
    Value(Const),
    /// Any other value, as YAML in one line.
    Yaml(&'static str),
}

/// The parameter with the directory of the [reports](Port::report) of a model, a text.
pub const RESULTS_DIR: &str = "results_dir";

/// An input, output or state of a model type.
pub struct Port {
    /// The name.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it means, with its sign convention and range.
    pub meaning: &'static str,
    /// Its value in the class's own section; [`Const::Absent`] if the class does not list it.
    pub class_default: Const,
    /// In the example of `models show`: what an input is fed with, what an output or state begins with. `None`: the
    /// class default, and an input that need not be connected stays open.
    pub example: Option<Example>,
    /// For outputs and states: when the model writes it. For inputs: [`Written::Never`].
    pub written: Written,
    /// For inputs: whether a step needs it connected.
    pub required: bool,
    /// For inputs: what may arrive there.
    pub takes: Takes,
    /// Whether it leads to the hardware of the table: the host feeds or reads it, and no scenario file knows it.
    pub of_table: bool,
    /// For states: whether it is a [`report`](Self::report).
    pub report: bool,
}

impl Port {
    /// An input that must be connected.
    pub const fn required(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        class_default: Const,
    ) -> Self {
        Self { required: true, ..Self::optional(name, unit, meaning, class_default) }
    }

    /// An input that may be left open.
    pub const fn optional(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        class_default: Const,
    ) -> Self {
        Self::written(name, unit, meaning, class_default, Written::Never)
    }

    /// An output or state.
    pub const fn written(
        name: &'static str,
        unit: Unit,
        meaning: &'static str,
        class_default: Const,
        written: Written,
    ) -> Self {
        Self {
            name,
            unit,
            meaning,
            class_default,
            example: None,
            written,
            required: false,
            takes: Takes::Number,
            of_table: false,
            report: false,
        }
    }

    /// The same port with this value in the example: where nobody would begin with the class default.
    pub const fn with_example(self, example: Const) -> Self {
        Self { example: Some(Example::Value(example)), ..self }
    }

    /// The same, for a list or mapping: YAML in one line.
    pub const fn with_yaml_example(self, example: &'static str) -> Self {
        Self { example: Some(Example::Yaml(example)), ..self }
    }

    /// The same input, for any value and not only for numbers.
    pub const fn any(self) -> Self {
        Self { takes: Takes::Any, ..self }
    }

    /// The same input, for any value, where the model also has to know who sends it.
    pub const fn with_sources(self) -> Self {
        Self { takes: Takes::AnyWithSources, ..self }
    }

    /// The same port, but between the model and the table's hardware: no scenario file knows it.
    pub const fn of_table(self) -> Self {
        Self { of_table: true, ..self }
    }

    /// The same state, but no scenario file knows it: it is a list of rows, each a list of cells, and the host writes
    /// them to the file `<name>_<t>.csv` of the directory that the parameter [`RESULTS_DIR`] names. In a step
    /// without a report the model writes null.
    pub const fn report(self) -> Self {
        Self { report: true, ..self }
    }

    /// Whether no scenario file knows it.
    pub const fn is_hidden(&self) -> bool {
        self.of_table || self.report
    }
}

/// What an input takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A number; several outputs are added, several states are refused.
    Number,
    /// Any value; several states arrive as a list.
    Any,
    /// Any value; [`Settings::sources`](field@Settings::sources) names the models that it comes from.
    AnyWithSources,
}

/// When a model writes one of its outputs or states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// In every step; the resolved section must list the name.
    Always,
    /// Only if the resolved section lists the name (extra states of older scenario files).
    IfDeclared,
    /// Never: a name that files may list and nothing may read.
    Never,
    /// Never, either: a value of the section that the model reads at the start, like a parameter.
    Setting,
}

/// Whether an attribute is an output (added up at an input) or a state (listed at an input).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Origin {
    /// A physical flow.
    Output,
    /// Data.
    State,
}

/// An attribute that a built model writes. Its position in [`Built::attributes`] is its number in
/// [`Io::set`](super::Io::set).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Output or state.
    pub origin: Origin,
}

impl Attribute {
    /// An output.
    pub fn output(name: &str) -> Self {
        Self { name: name.to_owned(), origin: Origin::Output }
    }

    /// A state.
    pub fn state(name: &str) -> Self {
        Self { name: name.to_owned(), origin: Origin::State }
    }
}

/// A model ready to step, and what it writes.
pub struct Built {
    /// The model.
    pub model: Box<dyn Model>,
    /// The attributes it writes with these settings, numbered by position.
    pub attributes: Vec<Attribute>,
}

/// How an instance of a model type comes to be.
pub enum Build {
    /// A model that can run on the host and on any node.
    Anywhere(fn(&Settings) -> Result<Built, BuildError>),
    /// A model that reads files: built and stepped on the host, its values are sent.
    OnHost(fn(&Settings) -> Result<Built, BuildError>),
    /// No model: the host's recorder writes its file.
    Recorder,
}

/// The parsed content of a CSV input file, from the first row on that a run may use.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The file's name, for messages.
    pub file: String,
    /// The header cells as they stand in the file (first: the time column), not trimmed but for the line's ends.
    pub header: Vec<String>,
    /// The rows, in file order.
    pub rows: Vec<Row>,
}

/// One row of a [`Table`].
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u32,
    /// Its date in seconds of wall-clock time since 1970-01-01 00:00:00.
    pub date_s: i64,
    /// Its date printed with the file's date format (only for `send_row`, else empty).
    pub date_text: String,
    /// The cells after the date, as many as the file has.
    pub cells: Cells,
}

/// The cells of a [`Row`] after its date.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Floats, one per column.
    Numbers(Vec<f64>),
    /// Texts as they stand in the file (`send_row`).
    Texts(Vec<String>),
}

/// The tables of a CSV model: one per file of `file_path`, with the run's start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// One table per file.
    pub files: Arc<[Table]>,
    /// The date of step 0 in seconds of wall-clock time since 1970-01-01 00:00:00.
    pub start_s: i64,
}
