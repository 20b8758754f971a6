//! From a tank's parameters to its layers, pipes, rods and sensors.

use super::tank::{Connection, Layer, Rod, Tank};
use super::{CONNECTIONS_MAX, RODS_MAX};
use crate::model::{BuildError, Settings};
use crate::models::limits::{positive, refused};
use crate::scalar::Scalar;
use crate::value::Value;
use core::f64::consts::PI;

/// Most layers, and most sensors.
const LAYERS_MAX: usize = 100;

/// The heights at which layers begin and end `[mm]`, from bottom to top.
struct Heights(Vec<(f64, f64)>);

/// The tank, and the layer of each sensor.
///
/// # Errors
/// The parameter at fault and what is wrong with it.
pub(super) fn read(settings: &Settings) -> Result<(Tank, Vec<usize>), BuildError> {
    let height_mm = positive(settings, "height")?.value();
    let diameter_mm = diameter_mm(settings, height_mm)?;
    let heights = Heights::read(settings, height_mm)?;
    let temperatures = initial_temperatures(settings, heights.0.len())?;
    let radius_m = diameter_mm / 2e3;
    let last = heights.0.len() - 1;
    let layer = |(number, (&(bottom, top), temperature)): (usize, (&(f64, f64), f64))| {
        let radius_dm = diameter_mm / 200.0;
        let mut surface_m2 = PI * diameter_mm / 1000.0 * (top - bottom) / 1000.0;
        if number == 0 || number == last {
            surface_m2 += PI * (radius_m * radius_m);
        }
        Layer::new(temperature, PI * (radius_dm * radius_dm) * (top - bottom) / 100.0, surface_m2)
    };
    let between_m = diameter_mm / 3e3;
    let tank = Tank {
        layers: heights.0.iter().zip(temperatures).enumerate().map(layer).collect(),
        connections: connections(settings, &heights)?,
        rods: rods(settings, &heights)?,
        surroundings_c: settings.number("T_env")?.value(),
        wall_transfer: settings.number("htc_walls")?.value(),
        layer_transfer: PI * (between_m * between_m) * settings.number("htc_layers")?.value(),
    };
    Ok((tank, sensors(settings, &heights, height_mm)?))
}

/// The diameter as given, or that of a cylinder of this volume.
fn diameter_mm(settings: &Settings, height_mm: f64) -> Result<f64, BuildError> {
    match settings.parameters.get("volume") {
        None | Some(Value::Null) => Ok(positive(settings, "diameter")?.value()),
        Some(_) => {
            let volume_l = positive(settings, "volume")?.value();
            Ok(2.0 * (volume_l * 1e6 / (PI * height_mm)).sqrt())
        }
    }
}

impl Heights {
    fn read(settings: &Settings, height_mm: f64) -> Result<Self, BuildError> {
        let heights = match settings.parameters.get("layers") {
            None | Some(Value::Null) => {
                let count = count(settings, "n_layers", 1)?;
                let each_mm = height_mm / count as f64;
                (0..count).map(|layer| (layer as f64 * each_mm, (layer + 1) as f64 * each_mm)).collect()
            }
            Some(Value::List(layers)) if !layers.is_empty() && layers.len() <= LAYERS_MAX => {
                let ends = |layer| Some((number(field(layer, "bottom")?)?, number(field(layer, "top")?)?));
                layers.iter().map(ends).collect::<Option<Vec<_>>>().unwrap_or_default()
            }
            Some(_) => Vec::new(),
        };
        let adjacent = heights.windows(2).all(|pair| pair[0].1 == pair[1].0);
        let whole = heights.first().is_some_and(|layer| layer.0 == 0.0) && adjacent;
        if whole && heights.iter().all(|(bottom, top)| bottom < top) {
            return Ok(Self(heights));
        }
        let problem =
            "must be a list of `{bottom: mm, top: mm}`, from 0 on, each from the top of the one before";
        Err(refused("layers", problem))
    }

    /// The layer at a height.
    fn at(&self, position_mm: f64) -> Option<usize> {
        self.0.iter().position(|&(bottom, top)| bottom <= position_mm && position_mm < top)
    }
}

/// One temperature for all layers, lowest and highest, or one for each.
fn initial_temperatures(settings: &Settings, layers: usize) -> Result<Vec<f64>, BuildError> {
    let value = settings.parameter("T_init")?;
    let given: Option<Vec<f64>> = match value {
        Value::List(items) => items.iter().map(number).collect(),
        value => number(value).map(|temperature| vec![temperature; layers]),
    };
    match given.as_deref() {
        Some(each) if each.len() == layers => Ok(each.to_vec()),
        Some(&[low, high]) if layers > 1 => {
            let step = |layer| low + layer as f64 * (high - low) / (layers - 1) as f64;
            Ok((0..layers).map(step).collect())
        }
        _ => Err(refused(
            "T_init",
            "must be a temperature, `[bottom, top]`, or a list with one for each layer",
        )),
    }
}

fn connections(settings: &Settings, heights: &Heights) -> Result<Vec<Connection>, BuildError> {
    let problem = "must be a mapping from at most 6 names to `{pos: mm}`, inside the tank";
    let connection = |value: &Value| Some(Connection::new(heights.at(number(field(value, "pos")?)?)?));
    let connections = entries(settings, "connections").map(|entries| entries.into_iter().map(connection));
    connections
        .and_then(Iterator::collect::<Option<Vec<_>>>)
        .filter(|connections| connections.len() <= CONNECTIONS_MAX)
        .ok_or_else(|| refused("connections", problem))
}

fn rods(settings: &Settings, heights: &Heights) -> Result<Vec<Rod>, BuildError> {
    let problem = "must be a mapping from at most 3 names to `{pos: mm, T_max: °C, eta: above 0, \
                   P_th_stages: [W, …]}`, inside the tank";
    let rod = |value: &Value| {
        let layer = heights.at(number(field(value, "pos")?)?)?;
        let efficiency = number(field(value, "eta")?).filter(|eta| *eta > 0.0)?;
        let Value::List(stages) = field(value, "P_th_stages")? else { return None };
        let stages: Vec<Scalar> = stages.iter().map(scalar).collect::<Option<_>>()?;
        let limit_c = number(field(value, "T_max")?)?;
        (!stages.is_empty()).then(|| Rod::new(layer, limit_c, efficiency, stages))
    };
    entries(settings, "heating_rods")
        .and_then(|entries| entries.into_iter().map(rod).collect::<Option<Vec<_>>>())
        .filter(|rods| rods.len() <= RODS_MAX)
        .ok_or_else(|| refused("heating_rods", problem))
}

/// The layers of sensors: at the heights given, or spread evenly, the last a millimetre below the top.
fn sensors(settings: &Settings, heights: &Heights, height_mm: f64) -> Result<Vec<usize>, BuildError> {
    let Some(Value::List(positions)) = settings.parameters.get("sensors") else {
        let count = match settings.parameters.get("n_sensors") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(_) => count(settings, "n_sensors", 2)?,
        };
        let position_mm = |sensor| {
            let end_mm = if sensor + 1 == count { 1.0 } else { 0.0 };
            sensor as f64 * (height_mm / (count - 1) as f64) - end_mm
        };
        let layers = (0..count).map(|sensor| heights.at(position_mm(sensor)));
        return layers.collect::<Option<_>>().ok_or_else(|| refused("n_sensors", "does not fit the layers"));
    };
    let layers = positions.iter().map(|position| heights.at(number(position)?));
    layers
        .collect::<Option<Vec<_>>>()
        .filter(|layers| layers.len() <= LAYERS_MAX)
        .ok_or_else(|| refused("sensors", "must be a list of heights in mm, inside the tank"))
}

fn count(settings: &Settings, key: &'static str, least: usize) -> Result<usize, BuildError> {
    match settings.parameter(key)? {
        Value::Int(count) if (least as i64..=LAYERS_MAX as i64).contains(count) => Ok(*count as usize),
        _ => Err(refused(key, &format!("must be an integer from {least} to {LAYERS_MAX}"))),
    }
}

/// The values of a parameter that is a mapping, in order; none if it is null or not there.
fn entries<'s>(settings: &'s Settings, key: &str) -> Option<Vec<&'s Value>> {
    match settings.parameters.get(key) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Map(entries)) => Some(entries.iter().map(|(_, value)| value).collect()),
        Some(_) => None,
    }
}

fn field<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let Value::Map(entries) = value else { return None };
    entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
}

fn number(value: &Value) -> Option<f64> {
    scalar(value).map(Scalar::value).filter(|number| number.is_finite())
}

fn scalar(value: &Value) -> Option<Scalar> {
    value.as_scalar().filter(|scalar| scalar.is_number())
}
