//! Commands the cable boards of one component: one at each end of a cable, each with a lit strip.
//!
//! ```text
//!   speed, mapping ─▶ wanted animation per cable ─┐
//!   what each board knew before this step ────────┴─▶ board_lines ─▶ (host) ─▶ boards
//!   boards (host): what each answered ─▶ cable ids ─▶ connections
//! ```
//!
//! The model talks to nobody: the host hands it the boards' answers and passes its lines on. A board gets the
//! animation of the cable that it last said to be the end of, so a new cable is lit one step after it is known.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_hal::encode::attiny::{BoardColour, Speed, flow_percent};
use illuminator_protocol::Unit;
use std::collections::BTreeMap;

/// `LED_connection`
pub static TYPE: ModelType = ModelType {
    name: "LED_connection",
    family: Family::Utility,
    summary: "Commands the cable boards of a component and lists the cables that they see.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::optional(
            "min_speed",
            Unit::One,
            "speed up to which the light idles",
            Const::Float(0.0),
            Const::Float(0.0),
        ),
        Parameter::optional(
            "max_speed",
            Unit::One,
            "speed from which it runs fastest",
            Const::Float(1.0),
            Const::Float(MAX_SPEED),
        ),
        Parameter::optional(
            "direction",
            Unit::One,
            "direction unless the mapping says",
            Const::Int(0),
            Const::Int(0),
        ),
    ],
    inputs: &[
        Port::optional("speed", Unit::One, "flow of each source; < 0 turns the light round", Const::Int(0))
            .with_example(Const::Float(0.5))
            .with_sources(),
        Port::required("mapping", Unit::Text, "the cables to light, a list of items", Const::EmptyList)
            .with_yaml_example("[{connection_id: '1', from: PV_LED, to: Grid_LED, direction: 1}]")
            .any(),
        Port::optional(
            "boards",
            Unit::Text,
            "for each board its id as text, `-1` if it does not answer, or null for a port without a board",
            Const::Absent,
        )
        .any()
        .of_table(),
    ],
    outputs: &[],
    states: &[
        Port::written(
            "connections",
            Unit::Text,
            "ids of the cables at the boards",
            Const::EmptyList,
            Written::Always,
        ),
        Port::written(
            "board_lines",
            Unit::Text,
            "for each board [id or null, line] as commanded in this step",
            Const::Absent,
            Written::Always,
        )
        .of_table(),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 2.2. Looks after up to four boards. Each item of `mapping` has `connection_id`, `from`, `to`
and `direction`; a later item for the same cable replaces an earlier one. The sources of `speed` and the ends of an
item are models: `PV` and `PV_LED`.

    v = speed of `from`, else of `to`, else 0; v < 0: v = −v and the direction is 1 − direction
    percent = 0 if v ≤ min_speed, else (v − min_speed)/max(1e-9, max_speed − min_speed)·100
    code = ceil(4·percent/100), from 0 to 4; colour r at 4, else g
    line = code, colour, direction, newline

A board whose cable is in no item, or not known yet, gets percent 0 and the parameter `direction`. Then its answer
is taken in: a cable that is gone is forgotten after eight steps without an answer, or at once if the host sees no
board at the port any more. `connections` lists the cables that are known after that.

Kept on purpose: a direction may be any integer, so that a line can have more than three characters (`3g-1`); boards
get what such a line does to them (`3g0`). If outputs are connected to `speed`, their sum counts for the first
source. Without boards `connections` is empty.";

/// `max_speed` where a `parameters` section lacks it.
const MAX_SPEED: f64 = 0.5;

const SPEED: usize = 0;
const MAPPING: usize = 1;
const BOARDS: usize = 2;

const CONNECTIONS: usize = 0;
const BOARD_LINES: usize = 1;

/// Boards of one model.
const DEVICES: usize = 4;
/// Steps without an answer after which a cable is gone.
const MISSES_MAX: u8 = 8;
/// The answer of a board that gives none.
const SILENT: &str = "-1";

struct LedConnection {
    min_speed: f64,
    max_speed: f64,
    direction: i64,
    /// The models that `speed` comes from, in the order of the values.
    speed_of: Vec<String>,
    devices: [Device; DEVICES],
}

/// What is known of a port.
#[derive(Default)]
struct Device {
    /// The cable that the board there belongs to.
    cable: Option<String>,
    /// Steps since its last answer.
    misses: u8,
}

/// What the host says of a port.
enum Answer {
    NoBoard,
    Silent,
    Cable(String),
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let number = |key, default| match settings.parameters.get(key) {
        Some(_) => settings.number_in(SectionKind::Parameters, key).map(Scalar::value),
        None => Ok(default),
    };
    let sources = settings.sources(TYPE.inputs[SPEED].name);
    let model = LedConnection {
        min_speed: number("min_speed", 0.0)?,
        max_speed: number("max_speed", MAX_SPEED)?,
        direction: settings.parameters.get("direction").and_then(integer).unwrap_or(0),
        speed_of: sources.iter().map(|source| before(source, "-0.").to_owned()).collect(),
        devices: Default::default(),
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for LedConnection {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let mapping = io.value(MAPPING).ok_or(StepError::MissingInput { input: MAPPING })?;
        let speeds = self.speeds(io.value(SPEED));
        let wanted = self.wanted(&mapping, &speeds)?;
        let idle = line(0.0, self.direction);
        let mut lines = Vec::new();
        for (device, answer) in self.devices.iter_mut().zip(answers(io.value(BOARDS))) {
            if !matches!(answer, Answer::NoBoard) {
                let line = device.cable.as_ref().and_then(|cable| wanted.get(cable)).unwrap_or(&idle);
                lines.push(Value::List(vec![device.id(), Value::Text(line.clone())]));
            }
            device.take(answer);
        }
        let known = self.devices.iter().filter_map(|device| device.cable.clone());
        io.set_value(CONNECTIONS, Value::List(known.map(Value::Text).collect()));
        io.set_value(BOARD_LINES, Value::List(lines));
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        self.devices.iter().flat_map(|device| [device.id(), Value::Int(device.misses.into())]).collect()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let (pairs, []) = kept.as_chunks::<2>() else { return false };
        let devices: Option<Vec<Device>> = pairs.iter().map(Device::restored).collect();
        let Some(Ok(devices)) = devices.map(TryInto::try_into) else { return false };
        self.devices = devices;
        true
    }
}

impl LedConnection {
    /// The speed of each model that sends one.
    fn speeds(&self, speed: Option<Value>) -> BTreeMap<&str, f64> {
        let values = match speed {
            None => Vec::new(),
            Some(Value::List(values)) => values,
            Some(value) => vec![value],
        };
        self.speed_of.iter().map(String::as_str).zip(values.iter().map(number)).collect()
    }

    /// The line for each cable.
    fn wanted(
        &self,
        mapping: &Value,
        speeds: &BTreeMap<&str, f64>,
    ) -> Result<BTreeMap<String, String>, StepError> {
        let items = match mapping {
            Value::Null => &[],
            Value::List(items) => items.as_slice(),
            other => return Err(unfit("a list", other)),
        };
        let mut wanted = BTreeMap::new();
        for item in items {
            let Value::Map(entries) = item else { return Err(unfit("mappings in a list", item)) };
            let get = |key: &str| {
                entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
            };
            let cable = text(get("connection_id"));
            if cable.is_empty() {
                continue;
            }
            let speed_at = |end| speeds.get(before(&text(get(end)), "_LED")).copied();
            let speed = speed_at("from").or_else(|| speed_at("to")).unwrap_or(0.0);
            let direction = get("direction").and_then(integer).unwrap_or(self.direction);
            let direction = if speed < 0.0 { 1_i64.saturating_sub(direction) } else { direction };
            wanted.insert(cable, line(flow_percent(speed, self.min_speed, self.max_speed), direction));
        }
        Ok(wanted)
    }
}

impl Device {
    fn id(&self) -> Value {
        self.cable.clone().map_or(Value::Null, Value::Text)
    }

    fn take(&mut self, answer: Answer) {
        match answer {
            Answer::NoBoard => *self = Self::default(),
            Answer::Silent => {
                self.misses = self.misses.saturating_add(1).min(MISSES_MAX);
                if self.misses == MISSES_MAX {
                    self.cable = None;
                }
            }
            Answer::Cable(cable) => *self = Self { cable: Some(cable), misses: 0 },
        }
    }

    fn restored([cable, misses]: &[Value; 2]) -> Option<Self> {
        let cable = match cable {
            Value::Null => None,
            Value::Text(cable) => Some(cable.clone()),
            _ => return None,
        };
        let Value::Int(misses) = misses else { return None };
        let misses = u8::try_from(*misses).ok().filter(|misses| *misses <= MISSES_MAX)?;
        Some(Self { cable, misses })
    }
}

/// What the host says of the ports; those that it does not mention have no board.
fn answers(boards: Option<Value>) -> [Answer; DEVICES] {
    let boards = match boards {
        Some(Value::List(boards)) => boards,
        _ => Vec::new(),
    };
    core::array::from_fn(|port| match boards.get(port) {
        None | Some(Value::Null) => Answer::NoBoard,
        board => match text(board) {
            cable if cable.is_empty() || cable == SILENT => Answer::Silent,
            cable => Answer::Cable(cable),
        },
    })
}

fn line(percent: f64, direction: i64) -> String {
    let speed = Speed::of_percent(percent);
    let colour = BoardColour::of_speed(speed);
    format!("{}{}{direction}\n", char::from(speed.code()), char::from(colour.letter()))
}

/// The part of `text` before the first `end`, or all of it.
fn before<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or(text, |(before, _)| before)
}

/// An id or a name, without blanks around it; empty for what is neither.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::Text(text)) => text.trim().to_owned(),
        Some(Value::Int(whole)) => whole.to_string(),
        Some(Value::Float(number) | Value::Numpy(number)) => format!("{number:?}"),
        _ => String::new(),
    }
}

/// A speed; 0 for what is none.
fn number(value: &Value) -> f64 {
    match value {
        Value::Text(text) => text.trim().parse().unwrap_or(0.0),
        value => value.as_scalar().filter(|scalar| scalar.is_number()).map_or(0.0, Scalar::value),
    }
}

/// A direction, as Python's `int` reads one.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(truth) => Some((*truth).into()),
        Value::Int(whole) => Some(*whole),
        Value::Float(number) | Value::Numpy(number) => number.is_finite().then_some(*number as i64),
        Value::Text(text) => text.trim().parse().ok(),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

#[cold]
fn unfit(wanted: &str, found: &Value) -> StepError {
    StepError::Other(format!("input `mapping` needs {wanted} and got {}", found.describe()))
}
