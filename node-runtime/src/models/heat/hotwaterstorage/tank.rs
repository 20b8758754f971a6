//! The physics of a stratified hot-water tank: layers that water, heat and heating rods move through.
//!
//! ```text
//!          ┌────────────┐ layer N−1 (top)
//!   in ───▶│ by T       │      an inlet feeds the layer whose temperature is next to its own,
//!          ├────────────┤      an outlet draws from the layer at its height
//!          │ rod ▇▇▇    │
//!          ├────────────┤ ↕ flow that does not balance, conduction
//!          │            │──▶ out
//!          └────────────┘ layer 0 (bottom)      walls lose heat to the surroundings
//! ```
//!
//! Source: spec/models.md 4.8. A step whose flow exceeds the volume of a layer is divided; a step that would have to
//! be divided more than [`SUB_STEPS_MAX`] times is refused. Temperatures in °C, flows in kg/s, 1 kg/l.

use crate::model::StepError;
use crate::scalar::Scalar;

/// Heat capacity of water `[J/(kg·K)]`.
const WATER_J_PER_KG_K: f64 = 4180.0;
/// What upstream adds to °C for K.
const ZERO_CELSIUS_K: f64 = 273.0;
/// Below this a layer's flows balance `[kg/s]`.
const BALANCED: f64 = 1e-10;
/// Into how many parts a step may be divided.
pub(super) const SUB_STEPS_MAX: u32 = 100_000;

/// The whole tank.
pub(super) struct Tank {
    /// From bottom to top, at least one.
    pub(super) layers: Vec<Layer>,
    /// Pipes.
    pub(super) connections: Vec<Connection>,
    /// Heating rods.
    pub(super) rods: Vec<Rod>,
    /// Temperature of the surroundings `[°C]`.
    pub(super) surroundings_c: f64,
    /// Heat transfer through the walls `[W/(m²·K)]`.
    pub(super) wall_transfer: f64,
    /// Heat transfer between layers `[W/K]`.
    pub(super) layer_transfer: f64,
}

/// A layer of one temperature.
pub(super) struct Layer {
    /// `[°C]`
    pub(super) temperature: f64,
    /// Volume `[l]`, which is its mass `[kg]`.
    volume_l: f64,
    /// Outer surface `[m²]`.
    surface_m2: f64,
    /// Water that passes in this step: flow (negative: out) and temperature.
    flows: Vec<(f64, f64)>,
    /// Heat that passes in this step `[W]`.
    heats: Vec<f64>,
}

/// A pipe into the tank.
pub(super) struct Connection {
    /// The layer at its height.
    own_layer: usize,
    /// Flow `[kg/s]`, positive into the tank.
    pub(super) flow: f64,
    /// Temperature of the water that comes in, once known.
    pub(super) inlet_c: Option<f64>,
    /// Sum and number of the temperatures that left in the parts of a divided step.
    drawn: (f64, u32),
}

/// A heating rod.
pub(super) struct Rod {
    layer: usize,
    limit_c: f64,
    efficiency: f64,
    /// The powers that it can be set to `[W]`, at least one.
    stages: Vec<Scalar>,
    /// The power that it is asked for `[W]`.
    pub(super) request_w: f64,
    /// Heat that it gives `[W]`.
    pub(super) heat_w: Scalar,
    /// Electrical power, negative as it is used `[W]`.
    pub(super) power_w: Scalar,
}

impl Layer {
    /// A layer of this temperature, volume and outer surface.
    pub(super) fn new(temperature: f64, volume_l: f64, surface_m2: f64) -> Self {
        Self { temperature, volume_l, surface_m2, flows: Vec::new(), heats: Vec::new() }
    }

    /// Water that comes in and goes out in a time `[l]`; the greater of both.
    fn exchange_l(&self, dt_s: f64) -> f64 {
        let sum = |sign: f64| {
            self.flows.iter().map(|(flow, _)| *flow).filter(|flow| flow * sign > 0.0).fold(0.0, |a, b| a + b)
        };
        let (inflow, outflow) = (sum(1.0) * dt_s, (sum(-1.0) * dt_s).abs());
        if outflow > inflow { outflow } else { inflow }
    }

    /// Into how many parts a step must be divided so that no part moves more than the layer holds.
    fn parts(&self, dt_s: f64) -> Option<f64> {
        let exchange_l = self.exchange_l(dt_s);
        if exchange_l.is_infinite() {
            return Some(f64::INFINITY);
        }
        if exchange_l > self.volume_l {
            let rest = exchange_l % self.volume_l;
            let whole = ((exchange_l - rest) / self.volume_l).round_ties_even();
            Some(if rest > 0.0 { whole + 1.0 } else { whole })
        } else {
            None
        }
    }

    fn mix(&mut self, dt_s: f64) {
        let mut gained_j = 0.0;
        for (flow, temperature) in self.flows.drain(..) {
            gained_j += flow * dt_s * (temperature + ZERO_CELSIUS_K) * WATER_J_PER_KG_K;
        }
        for heat_w in self.heats.drain(..) {
            gained_j += heat_w * dt_s;
        }
        self.temperature += gained_j / (self.volume_l * WATER_J_PER_KG_K);
    }
}

impl Connection {
    /// A pipe at the height of a layer, without flow.
    pub(super) fn new(own_layer: usize) -> Self {
        Self { own_layer, flow: 0.0, inlet_c: None, drawn: (0.0, 0) }
    }

    fn layer(&self, layers: &[Layer]) -> usize {
        match self.inlet_c {
            Some(inlet_c) if self.flow > 0.0 => {
                nearest(layers.iter().map(|layer| layer.temperature), inlet_c)
            }
            _ => self.own_layer,
        }
    }

    /// The temperature of the water that passes here; unknown for an inlet that was never told.
    pub(super) fn temperature(&self, layers: &[Layer]) -> Option<f64> {
        let (sum, count) = self.drawn;
        if self.flow > 0.0 {
            self.inlet_c
        } else if count > 0 {
            Some(sum / f64::from(count))
        } else {
            Some(layers[self.own_layer].temperature)
        }
    }
}

impl Rod {
    /// A rod in a layer that stops at a temperature, off.
    pub(super) fn new(layer: usize, limit_c: f64, efficiency: f64, stages: Vec<Scalar>) -> Self {
        let (heat_w, power_w) = (Scalar::ZERO, Scalar::ZERO);
        Self { layer, limit_c, efficiency, stages, request_w: 0.0, heat_w, power_w }
    }

    fn switch(&mut self, layer: &mut Layer) {
        (self.heat_w, self.power_w) = (Scalar::ZERO, Scalar::ZERO);
        if layer.temperature < self.limit_c {
            self.heat_w = self.stages[nearest(self.stages.iter().map(|stage| stage.value()), self.request_w)];
            self.power_w = -self.heat_w / self.efficiency;
        }
        layer.heats.push(self.heat_w.value());
    }
}

/// The position of the value next to `wanted`, the first of several; there is at least one.
fn nearest(values: impl Iterator<Item = f64>, wanted: f64) -> usize {
    let mut best = (0, f64::INFINITY);
    for (position, value) in values.enumerate() {
        let distance = (wanted - value).abs();
        if distance < best.1 {
            best = (position, distance);
        }
    }
    best.0
}

impl Tank {
    /// Advances by a time `[s]`.
    ///
    /// # Errors
    /// Water that comes in without a temperature, flows that do not balance, or far more than the tank holds.
    pub(super) fn step(&mut self, dt_s: f64) -> Result<(), StepError> {
        for connection in &mut self.connections {
            connection.drawn = (0.0, 0);
        }
        let mut budget = SUB_STEPS_MAX;
        self.advance(dt_s, &mut budget)
    }

    /// One step, or as many parts of it as the flow needs; each part may have to be divided once more, because
    /// inlets choose their layers anew.
    fn advance(&mut self, dt_s: f64, budget: &mut u32) -> Result<(), StepError> {
        self.let_in()?;
        let parts = self.layers.iter().filter_map(|layer| layer.parts(dt_s)).fold(0.0, f64::max);
        if parts < 2.0 {
            return self.settle(dt_s);
        }
        for layer in &mut self.layers {
            layer.flows.clear();
        }
        if parts > f64::from(*budget) {
            return Err(StepError::Other(format!(
                "the flow is far greater than the tank: the step would need {parts} parts"
            )));
        }
        *budget -= parts as u32;
        for _ in 0..parts as u32 {
            self.advance(dt_s / parts, budget)?;
            self.remember_drawn();
        }
        Ok(())
    }

    fn let_in(&mut self) -> Result<(), StepError> {
        for (number, connection) in (1..).zip(&self.connections) {
            let temperature = connection.temperature(&self.layers).ok_or_else(|| {
                StepError::Other(format!(
                    "water flows in at connection {number}, but `T{number}` is not known"
                ))
            })?;
            let layer = connection.layer(&self.layers);
            self.layers[layer].flows.push((connection.flow, temperature));
        }
        Ok(())
    }

    /// What outlets let out after a part of a step.
    fn remember_drawn(&mut self) {
        for connection in self.connections.iter_mut().filter(|connection| connection.flow <= 0.0) {
            connection.drawn.0 += self.layers[connection.own_layer].temperature;
            connection.drawn.1 += 1;
        }
    }

    /// One part: flows and heats of all layers are collected, then all layers mix.
    fn settle(&mut self, dt_s: f64) -> Result<(), StepError> {
        self.balance()?;
        for layer in &mut self.layers {
            layer
                .heats
                .push((self.surroundings_c - layer.temperature) * layer.surface_m2 * self.wall_transfer);
        }
        for rod in &mut self.rods {
            rod.switch(&mut self.layers[rod.layer]);
        }
        for upper in 1..self.layers.len() {
            let difference = self.layers[upper - 1].temperature - self.layers[upper].temperature;
            let heat_w = difference * self.layer_transfer;
            self.layers[upper].heats.push(heat_w);
            self.layers[upper - 1].heats.push(-heat_w);
        }
        for layer in &mut self.layers {
            layer.mix(dt_s);
        }
        self.stratify();
        Ok(())
    }

    /// Water that a layer has too much of rises, water that it lacks comes from above.
    fn balance(&mut self) -> Result<(), StepError> {
        for lower in 0..self.layers.len() {
            let (below, above) = self.layers.split_at_mut(lower + 1);
            let layer = &mut below[lower];
            let surplus = layer.flows.iter().fold(0.0, |sum, (flow, _)| sum + flow);
            if surplus.abs() <= BALANCED {
                continue;
            }
            let Some(next) = above.first_mut() else {
                return Err(StepError::Other(format!(
                    "the flows into the tank do not balance: {surplus} kg/s are left over"
                )));
            };
            let temperature = if surplus > 0.0 { layer.temperature } else { next.temperature };
            layer.flows.push((-surplus, temperature));
            next.flows.push((surplus, temperature));
        }
        Ok(())
    }

    /// Warm layers rise until none lies below a colder one.
    fn stratify(&mut self) {
        let mut swapped = true;
        while swapped {
            swapped = false;
            for upper in 1..self.layers.len() {
                if self.layers[upper].temperature < self.layers[upper - 1].temperature {
                    let lower = self.layers[upper - 1].temperature;
                    self.layers[upper - 1].temperature = self.layers[upper].temperature;
                    self.layers[upper].temperature = lower;
                    swapped = true;
                }
            }
        }
    }
}
