//! One group of [`town`](super::town) as one would write it by hand: the same models, called one after the
//! other with fixed slots. No plan, no stages, no tables of inputs; this is what the engine is compared with.

use illuminator::scenario::Scenario;
use illuminator_node::model::{Build, Input, Io, Model, Slots, StepError};
use illuminator_node::scalar::Scalar;

// The first slot of each model's attributes.
const WEATHER: u32 = 0;
const BREEZE: u32 = 7;
const USAGE: u32 = 8;
const LOAD: u32 = 9;
const OTHER: u32 = 10;
const PV: u32 = 11;
const WIND: u32 = 12;
const BATTERY: u32 = 15;
const CONTROLLER: u32 = 20;
/// What the controller asked for in the step before.
const REQUEST_BEFORE: u32 = 23;
const SLOTS: usize = 24;

const NO_INPUTS: [Input; 1] = [Input::NONE];
const LOAD_INPUTS: [Input; 1] = [Input::state(USAGE)];
const PV_INPUTS: [Input; 7] = [
    Input::state(WEATHER),
    Input::state(WEATHER + 1),
    Input::state(WEATHER + 2),
    Input::state(WEATHER + 3),
    Input::state(WEATHER + 4),
    Input::state(WEATHER + 5),
    Input::state(WEATHER + 6),
];
const WIND_INPUTS: [Input; 1] = [Input::state(BREEZE)];
const BATTERY_INPUTS: [Input; 1] = [Input::output(REQUEST_BEFORE)];
const CONTROLLER_INPUTS: [Input; 4] =
    [Input::output(WIND), Input::output(PV), Input::output(LOAD), Input::state(BATTERY + 2)];

/// The models of one group and their values.
pub(crate) struct HandLoop {
    slots: Slots,
    weather: Box<dyn Model>,
    breeze: Box<dyn Model>,
    usage: Box<dyn Model>,
    load: Box<dyn Model>,
    other: Box<dyn Model>,
    pv: Box<dyn Model>,
    wind: Box<dyn Model>,
    battery: Box<dyn Model>,
    controller: Box<dyn Model>,
}

impl HandLoop {
    /// Builds the models of the first group of `scenario`.
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, String> {
        let mut slots = Slots::new(SLOTS);
        slots.set(REQUEST_BEFORE, Scalar::ZERO);
        Ok(Self {
            slots,
            weather: build(scenario, "Weather0", &["G_Gh", "G_Dh", "G_Bn", "Ta", "hs", "FF", "Az"])?,
            breeze: build(scenario, "Breeze0", &["u"])?,
            usage: build(scenario, "Usage0", &["load"])?,
            load: build(scenario, "Load0", &["load_dem"])?,
            other: build(scenario, "Other0", &["load_dem"])?,
            pv: build(scenario, "PV0", &["pv_gen"])?,
            wind: build(scenario, "Wind0", &["wind_gen", "u", "u60"])?,
            battery: build(scenario, "Battery0", &["p_out", "p_in", "soc", "flag", "mod"])?,
            controller: build(scenario, "Controller0", &["flow2b", "res_load", "dump"])?,
        })
    }

    /// Computes one step.
    pub(crate) fn step(&mut self, step: u64) -> Result<(), StepError> {
        let slots = &mut self.slots;
        if step > 0 {
            slots.copy(CONTROLLER, REQUEST_BEFORE);
        }
        self.weather.step(&mut Io::new(slots, &NO_INPUTS, WEATHER, step))?;
        self.breeze.step(&mut Io::new(slots, &NO_INPUTS, BREEZE, step))?;
        self.usage.step(&mut Io::new(slots, &NO_INPUTS, USAGE, step))?;
        self.load.step(&mut Io::new(slots, &LOAD_INPUTS, LOAD, step))?;
        self.other.step(&mut Io::new(slots, &LOAD_INPUTS, OTHER, step))?;
        self.pv.step(&mut Io::new(slots, &PV_INPUTS, PV, step))?;
        self.wind.step(&mut Io::new(slots, &WIND_INPUTS, WIND, step))?;
        self.battery.step(&mut Io::new(slots, &BATTERY_INPUTS, BATTERY, step))?;
        self.controller.step(&mut Io::new(slots, &CONTROLLER_INPUTS, CONTROLLER, step))
    }

    /// What the controller decided last: flow to the battery, residual load, flow to the grid `[kW]`.
    pub(crate) fn decided(&self) -> [u64; 3] {
        [0, 1, 2].map(|attribute| self.slots.scalar(CONTROLLER + attribute).value().to_bits())
    }
}

/// Builds the model of this name, whose attributes must be the ones that the slots are laid out for.
fn build(scenario: &Scenario, name: &str, attributes: &[&str]) -> Result<Box<dyn Model>, String> {
    let entry = scenario.models.iter().find(|model| model.name == name).ok_or("a group lacks a model")?;
    let (Build::Anywhere(build) | Build::OnHost(build)) = entry.model_type.build else {
        return Err(format!("{name} is not stepped"));
    };
    let built = build(&entry.settings).map_err(|error| error.problem)?;
    if built.attributes.iter().map(|attribute| attribute.name.as_str()).eq(attributes.iter().copied()) {
        Ok(built.model)
    } else {
        Err(format!("{name} writes other attributes than the hand-written loop expects"))
    }
}
