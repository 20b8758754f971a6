//! Hot-water storage: a stratified tank with pipes, heating rods and sensors.

mod layout;
mod tank;

use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, SectionKind,
    Settings, StepError, Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;
use tank::Tank;

/// `Hotwaterstorage`
pub static TYPE: ModelType = ModelType {
    name: "Hotwaterstorage",
    family: Family::Heat,
    summary: "Stratified hot-water tank with pipes, heating rods and sensors.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("height", Unit::Millimetre, "height H, above 0", Const::Int(2100)),
        Parameter::optional(
            "diameter",
            Unit::Millimetre,
            "diameter d, above 0",
            Const::Int(1200),
            Const::Null,
        ),
        Parameter::optional("volume", Unit::Litre, "in place of `diameter`", Const::Null, Const::Null),
        Parameter::required("T_env", Unit::DegreeCelsius, "temperature outside", Const::Float(20.0)),
        Parameter::required(
            "htc_walls",
            Unit::One,
            "heat transfer of the walls [W/(m²·K)]",
            Const::Float(1.0),
        ),
        Parameter::required(
            "htc_layers",
            Unit::One,
            "heat transfer between layers [W/(m²·K)]",
            Const::Int(20),
        ),
        Parameter::optional(
            "n_layers",
            Unit::One,
            "number of equal layers, 1 to 100",
            Const::Int(3),
            Const::Null,
        ),
        Parameter::optional(
            "layers",
            Unit::One,
            "in place of `n_layers`: a list of `{bottom: mm, top: mm}` from bottom to top",
            Const::Null,
            Const::Null,
        ),
        Parameter::required(
            "T_init",
            Unit::DegreeCelsius,
            "temperature at the start: one for all layers, `[bottom, top]`, or a list with one for each",
            Const::Int(50),
        ),
        Parameter::optional(
            "n_sensors",
            Unit::One,
            "number of sensors, 2 to 100",
            Const::Int(3),
            Const::Null,
        ),
        Parameter::optional(
            "sensors",
            Unit::Millimetre,
            "instead: a list of heights",
            Const::Null,
            Const::Null,
        ),
        Parameter::optional(
            "connections",
            Unit::One,
            "pipes: a mapping from at most 6 names to `{pos: height in mm}`",
            Const::Null,
            Const::Null,
        ),
        Parameter::optional(
            "heating_rods",
            Unit::One,
            "a mapping from at most 3 names to `{pos: mm, T_max: °C, eta: above 0, P_th_stages: [W, …]}`",
            Const::Null,
            Const::Null,
        ),
    ],
    inputs: &[
        flow("F1", "flow of the first of `connections`, + in, − out; open: as before, 0 at the start"),
        flow("F2", "of the second"),
        flow("F3", "of the third"),
        flow("F4", "of the fourth"),
        flow("F5", "of the fifth"),
        flow("F6", "of the sixth"),
        inlet("T1", "temperature of what comes in at the first of `connections`; open: as before"),
        inlet("T2", "at the second"),
        inlet("T3", "at the third"),
        inlet("T4", "at the fourth"),
        inlet("T5", "at the fifth"),
        inlet("T6", "at the sixth"),
        request("P_th_set1", "heat asked of the first of `heating_rods`; open: as before, 0 at the start"),
        request("P_th_set2", "of the second"),
        request("P_th_set3", "of the third"),
    ],
    outputs: &[],
    states: &[
        Port::written("T_mean", Unit::DegreeCelsius, "mean of the layers", Const::Int(0), Written::Always),
        Port::written("T_layers", Unit::DegreeCelsius, "list, bottom to top", Const::Null, Written::Always),
        Port::written("T_sensors", Unit::DegreeCelsius, "list", Const::Null, Written::Always),
        water("T1", "what passes at the first of `connections`"),
        water("T2", "at the second"),
        water("T3", "at the third"),
        water("T4", "at the fourth"),
        water("T5", "at the fifth"),
        water("T6", "at the sixth"),
        power("P_th1", "heat of the first of `heating_rods`"),
        power("P_th2", "of the second"),
        power("P_th3", "of the third"),
        power("P_el1", "electrical power of the first, negative as it is used"),
        power("P_el2", "of the second"),
        power("P_el3", "of the third"),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const fn flow(name: &'static str, meaning: &'static str) -> Port {
    Port::optional(name, Unit::KilogramPerSecond, meaning, Const::Absent)
}

const fn inlet(name: &'static str, meaning: &'static str) -> Port {
    Port::optional(name, Unit::DegreeCelsius, meaning, Const::Absent)
}

const fn request(name: &'static str, meaning: &'static str) -> Port {
    Port::optional(name, Unit::Watt, meaning, Const::Absent)
}

const fn water(name: &'static str, meaning: &'static str) -> Port {
    Port::written(name, Unit::DegreeCelsius, meaning, Const::Absent, Written::IfDeclared)
}

const fn power(name: &'static str, meaning: &'static str) -> Port {
    Port::written(name, Unit::Watt, meaning, Const::Absent, Written::IfDeclared)
}

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.8. Water of 1 kg/l and 4180 J/(kg·K) in layers of one temperature T each. Lengths in mm;
a layer has the volume V = π(d/200)²·(top − bottom)/100 [l] and the outer surface
S = π·d/1000·(top − bottom)/1000 [m²], at bottom and top plus π(d/2000)². A step of length dt:

    1. An outlet (F ≤ 0) draws from the layer at its height. An inlet (F > 0) feeds the layer whose temperature is
       next to its own, the lowest of several.
    2. If more than V passes through a layer, the step is divided into equal parts, at most 100,000; outlets then
       give the mean of the parts.
    3. From bottom to top, what a layer has too much rises, and what it lacks comes from above. What is left at
       the top ends the run: flows must balance to 1e-10 kg/s.
    4. Heat: (T_env − T)·S·htc_walls through the walls; (T_low − T_up)·π(d/3000)²·htc_layers between layers; a rod
       below its T_max gives the stage next to `P_th_set` (the first of several) and uses P_el = −P_th/eta.
    5. T = T + (Σ F·dt·(T_F + 273)·4180 + Σ heat·dt)/(V·4180), then layers swap until none is below a colder one.

Sensors stand at i·H/(n − 1), the last 1 mm below the top. A tank with two pipes and a rod:

    parameters: {…, connections: {cold: {pos: 0}, hot: {pos: 2099}},
                 heating_rods: {rod: {pos: 1800, T_max: 80, eta: 0.98, P_th_stages: [0, 500, 1000]}}}
    inputs: {F1: 0, T1: 10, F2: 0, P_th_set1: 0}
    states: {T_mean: 0, T_layers: null, T_sensors: null, T2: 0, P_el1: 0}

Kept on purpose: layers touch at π(d/3000)², not at their whole cross-section; in a divided step an outlet draws
water of the mean temperature so far, not of the present one, so that heat is not conserved.";

/// Most pipes.
const CONNECTIONS_MAX: usize = 6;
/// Most heating rods.
const RODS_MAX: usize = 3;

const FLOW: usize = 0;
const INLET: usize = CONNECTIONS_MAX;
const REQUEST: usize = 2 * CONNECTIONS_MAX;

const T_MEAN: usize = 0;
const T_LAYERS: usize = 1;
const T_SENSORS: usize = 2;

struct Hotwaterstorage {
    tank: Tank,
    step_s: f64,
    /// The layer of each sensor.
    sensors: Vec<usize>,
    /// Which attribute shows what, for those that are declared.
    shown: Vec<(usize, Shown)>,
}

/// What one of the declared attributes shows, of which connection or rod.
enum Shown {
    Temperature(usize),
    Heat(usize),
    Power(usize),
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let (tank, sensors) = layout::read(settings)?;
    let mut shown = Vec::new();
    for (prefix, count, most, show) in [
        ("T", tank.connections.len(), CONNECTIONS_MAX, Shown::Temperature as fn(usize) -> Shown),
        ("P_th", tank.rods.len(), RODS_MAX, Shown::Heat),
        ("P_el", tank.rods.len(), RODS_MAX, Shown::Power),
    ] {
        for number in 0..most {
            let name = format!("{prefix}{}", number + 1);
            match Attribute::position(&attributes, &name) {
                Some(_) if number >= count => {
                    let problem = format!("`{name}` shows what is not there: there are {count}");
                    return Err(BuildError::new(SectionKind::States, name, problem));
                }
                Some(attribute) => shown.push((attribute, show(number))),
                None => {}
            }
        }
    }
    let step_s = f64::from(settings.resolution_s) * f64::from(settings.step_size);
    Ok(Built { model: Box::new(Hotwaterstorage { tank, step_s, sensors, shown }), attributes })
}

impl Hotwaterstorage {
    fn read(&mut self, io: &Io<'_>) -> Result<(), StepError> {
        for (number, connection) in self.tank.connections.iter_mut().enumerate() {
            connection.flow = io.number_or(FLOW + number, Scalar::float(connection.flow))?.value();
            if io.input(INLET + number).is_some() {
                connection.inlet_c = Some(io.number(INLET + number)?.value());
            }
        }
        for (number, rod) in self.tank.rods.iter_mut().enumerate() {
            rod.request_w = io.number_or(REQUEST + number, Scalar::float(rod.request_w))?.value();
        }
        Ok(())
    }

    fn shown(&self, what: &Shown) -> Scalar {
        match *what {
            Shown::Temperature(number) => {
                let temperature = self.tank.connections[number].temperature(&self.tank.layers);
                temperature.map_or(Scalar::NULL, Scalar::float)
            }
            Shown::Heat(number) => self.tank.rods[number].heat_w,
            Shown::Power(number) => self.tank.rods[number].power_w,
        }
    }
}

impl Model for Hotwaterstorage {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        self.read(io)?;
        self.tank.step(self.step_s)?;
        let layers = &self.tank.layers;
        let sum = layers.iter().fold(0.0, |sum, layer| sum + layer.temperature);
        io.set(T_MEAN, Scalar::float(sum / layers.len() as f64));
        io.set_value(
            T_LAYERS,
            Value::List(layers.iter().map(|layer| Value::Float(layer.temperature)).collect()),
        );
        let sensor = |&layer: &usize| Value::Float(layers[layer].temperature);
        io.set_value(T_SENSORS, Value::List(self.sensors.iter().map(sensor).collect()));
        for (attribute, what) in &self.shown {
            io.set(*attribute, self.shown(what));
        }
        Ok(())
    }

    /// Temperatures of the layers; flow and inlet temperature of each connection; request of each rod.
    fn save(&self) -> Vec<Value> {
        let layers = self.tank.layers.iter().map(|layer| Value::Float(layer.temperature));
        let connections = self.tank.connections.iter().flat_map(|connection| {
            [Value::Float(connection.flow), connection.inlet_c.map_or(Value::Null, Value::Float)]
        });
        let rods = self.tank.rods.iter().map(|rod| Value::Float(rod.request_w));
        layers.chain(connections).chain(rods).collect()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let tank = &mut self.tank;
        let (layers, connections) = (tank.layers.len(), tank.connections.len());
        if kept.len() != layers + 2 * connections + tank.rods.len() {
            return false;
        }
        let is_inlet = |position: usize| (position % 2 == 1) && position < 2 * connections;
        let fits = kept.iter().enumerate().all(|(position, value)| match value {
            Value::Float(_) => true,
            Value::Null => position.checked_sub(layers).is_some_and(is_inlet),
            _ => false,
        });
        let number = |value: &Value| if let Value::Float(number) = value { Some(*number) } else { None };
        if fits {
            let mut numbers = kept.iter().map(number);
            let mut next = || numbers.next().flatten();
            tank.layers.iter_mut().for_each(|layer| layer.temperature = next().unwrap_or(layer.temperature));
            for connection in &mut tank.connections {
                (connection.flow, connection.inlet_c) = (next().unwrap_or(connection.flow), next());
            }
            tank.rods.iter_mut().for_each(|rod| rod.request_w = next().unwrap_or(rod.request_w));
        }
        fits
    }
}
