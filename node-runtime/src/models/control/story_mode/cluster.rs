//! The story of the demonstrator: day and night, winter, and what is plugged to what.
//!
//! ```text
//!   plugs seen at each LED_connection ─▶ links ─┬─▶ levels of the components
//!                         step ─▶ day ──────────┤
//!                  plug 0 ─▶ winter ────────────┴─▶ what the boards at both ends of each cable show
//! ```

use super::{FILE_STATE, PHYSICAL_CONNECTIONS, TYPE};
use crate::model::{BuildError, Built, Io, Model, Settings, StepError};
use crate::scalar::Scalar;
use crate::value::Value;
use std::collections::BTreeSet;

/// Steps from dawn to dusk, and from dusk to dawn.
const HALF_DAY_STEPS: u64 = 10;
/// Steps of winter after the winter plug was last seen.
const WINTER_STEPS: i64 = 5;
/// What a port without a plug is called.
const NO_PLUG: &str = "-1";

/// A component of the table, in the order of the mappings among the states.
#[derive(Clone, Copy)]
enum Part {
    LoadEwi,
    GridExt,
    LoadHouse,
    Pv,
    Battery,
    Wind,
}

impl Part {
    const ALL: [Self; 6] =
        [Self::LoadEwi, Self::GridExt, Self::LoadHouse, Self::Pv, Self::Battery, Self::Wind];

    /// The full id of its LED_connection.
    const fn source(self) -> &'static str {
        match self {
            Self::LoadEwi => "Load_EWI_LED-0.time-based_0",
            Self::GridExt => "Grid_Ext_LED-0.time-based_0",
            Self::LoadHouse => "Load_house_LED-0.time-based_0",
            Self::Pv => "PV_LED-0.time-based_0",
            Self::Battery => "Battery_LED-0.time-based_0",
            Self::Wind => "Wind_LED-0.time-based_0",
        }
    }
}

/// The parts that have a level, in the order of the levels among the states, which come first.
const LEVELS: usize = 5;

/// What a plug is called: its digits as a rule, but a state may hold any text or number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PlugId<'a> {
    Whole(i64),
    Text(&'a str),
}

impl<'a> PlugId<'a> {
    /// None if the value is the id of no plug.
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Text(text) => (text != NO_PLUG).then_some(Self::Text(text)),
            Value::Int(whole) => Some(Self::Whole(*whole)),
            Value::Float(number) | Value::Numpy(number) => {
                (*number as i64 as f64 == *number).then_some(Self::Whole(*number as i64))
            }
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Numbers in their order, then other texts in theirs.
    fn rank(self) -> (bool, Option<i64>, Self) {
        let number = match self {
            Self::Whole(whole) => Some(whole),
            Self::Text(text) => text.parse().ok(),
        };
        (number.is_none(), number, self)
    }

    fn is_winter(self) -> bool {
        matches!(self, Self::Whole(0) | Self::Text("0"))
    }

    fn value(self) -> Value {
        match self {
            Self::Whole(whole) => Value::Int(whole),
            Self::Text(text) => Value::Text(text.to_owned()),
        }
    }
}

/// The ids of the plugs at one LED_connection.
type Plugs<'a> = BTreeSet<PlugId<'a>>;

struct TableStory {
    /// How many models feed `physical_connections`.
    sources: usize,
    /// Which of them is the LED_connection of each part.
    source_of: [Option<usize>; Part::ALL.len()],
    day: bool,
    /// Steps of winter that are left; winter is while it is above 0.
    winter: i64,
    wind: Scalar,
}

pub(super) fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes_but(settings, &[FILE_STATE])?;
    let sources = settings.sources(TYPE.inputs[PHYSICAL_CONNECTIONS].name);
    let model = TableStory {
        sources: sources.len(),
        source_of: Part::ALL.map(|part| sources.iter().position(|source| source == part.source())),
        day: false,
        winter: 0,
        wind: Scalar::ZERO,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for TableStory {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let seen =
            io.value(PHYSICAL_CONNECTIONS).ok_or(StepError::MissingInput { input: PHYSICAL_CONNECTIONS })?;
        let plugs = self.plugs(&seen)?;
        if io.step().is_multiple_of(HALF_DAY_STEPS) {
            self.day = !self.day;
        }
        let winter_plug = plugs.iter().flatten().any(|id| id.is_winter());
        self.winter = if winter_plug { WINTER_STEPS } else { self.winter.saturating_sub(1) };
        let links = Links::find(|part| plugs.get(self.source_of[part as usize]?));
        for (attribute, level) in self.levels(&links).into_iter().enumerate() {
            io.set(attribute, level);
        }
        for (mapping, attribute) in links.mappings(self.day).into_iter().zip(LEVELS..) {
            io.set_value(attribute, Value::List(mapping));
        }
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![Value::Bool(self.day), Value::Int(self.winter), Value::from_scalar(self.wind)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [Value::Bool(day), Value::Int(winter), wind] = kept else { return false };
        let Some(wind) = wind.as_scalar().filter(|wind| wind.is_number()) else { return false };
        (self.day, self.winter, self.wind) = (*day, *winter, wind);
        true
    }
}

impl TableStory {
    /// What each source sees. The value of a single source arrives as it is, that of several as a list.
    fn plugs<'a>(&self, seen: &'a Value) -> Result<Vec<Plugs<'a>>, StepError> {
        match seen {
            Value::List(lists) if self.sources > 1 => lists.iter().map(plugs_at).collect(),
            list => Ok(vec![plugs_at(list)?]),
        }
    }

    fn levels(&mut self, links: &Links<'_>) -> [Scalar; LEVELS] {
        let winter = self.winter > 0;
        let (grid, house, pv, battery) =
            (links.grid.is_some(), links.house.is_some(), links.pv.is_some(), links.battery.is_some());
        if links.wind.is_some() {
            self.wind = Scalar::float(if winter { 0.9 } else { 0.6 });
        }
        let office = match (grid, house && pv, battery) {
            (false, ..) => None,
            (true, true, true) => Some(if winter { 0.9 } else { 0.3 }),
            (true, true, false) => Some(if self.day { 0.6 } else { 0.9 }),
            (true, false, _) => Some(if self.day { 0.9 } else { 0.3 }),
        };
        let sun = pv.then_some(if self.day && !winter { 0.6 } else { 0.0 });
        let stored = battery.then_some(if winter { 0.0 } else { 0.6 });
        let level = |level: Option<f64>| level.map_or(Scalar::ZERO, Scalar::float);
        [level(office), level(house.then_some(0.6)), level(sun), level(stored), self.wind]
    }
}

fn plugs_at(value: &Value) -> Result<Plugs<'_>, StepError> {
    match value {
        Value::Null => Ok(Plugs::new()),
        Value::List(ids) => Ok(ids.iter().filter_map(PlugId::of).collect()),
        other => Err(StepError::Other(format!(
            "input `{}` needs a list of plugs from each of its sources and got {}",
            TYPE.inputs[PHYSICAL_CONNECTIONS].name,
            other.describe()
        ))),
    }
}

/// The cables of the story that are plugged in at both ends.
struct Links<'a> {
    grid: Option<PlugId<'a>>,
    wind: Option<PlugId<'a>>,
    house: Option<PlugId<'a>>,
    pv: Option<PlugId<'a>>,
    battery: Option<PlugId<'a>>,
}

impl<'a> Links<'a> {
    fn find<'s>(plugs: impl Fn(Part) -> Option<&'s Plugs<'a>>) -> Self
    where
        'a: 's,
    {
        let link = |a, b| plugs(a)?.intersection(plugs(b)?).copied().min_by_key(|id| id.rank());
        Self {
            grid: link(Part::LoadEwi, Part::GridExt),
            wind: link(Part::GridExt, Part::Wind),
            house: link(Part::LoadHouse, Part::GridExt),
            pv: link(Part::Pv, Part::LoadEwi),
            battery: link(Part::Battery, Part::LoadEwi),
        }
    }

    /// What the boards at each part show, by [`Part`]. Both ends show a cable, in opposite directions.
    fn mappings(&self, day: bool) -> [Vec<Value>; Part::ALL.len()] {
        let cables = [
            (self.grid, Part::LoadEwi, Part::GridExt, -1),
            (self.wind, Part::GridExt, Part::Wind, -1),
            (self.house, Part::LoadHouse, Part::GridExt, -1),
            (self.pv, Part::Pv, Part::LoadEwi, 1),
            (self.battery, Part::Battery, Part::LoadEwi, if day { -1 } else { 1 }),
        ];
        let mut mappings = Part::ALL.map(|_| Vec::new());
        for (id, first, second, direction) in cables {
            let Some(id) = id else { continue };
            mappings[first as usize].push(item(second, first, id, direction));
            mappings[second as usize].push(item(first, second, id, -direction));
        }
        mappings
    }
}

fn item(from: Part, to: Part, id: PlugId<'_>, direction: i64) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    Value::Map(vec![
        (text("from"), text(from.source())),
        (text("to"), text(to.source())),
        (text("connection_id"), id.value()),
        (text("direction"), Value::Int(direction)),
    ])
}
