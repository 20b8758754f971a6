//! Controller of a battery and an electrolyser with fuel cell.

use super::ports::{CHARGE, LOAD_DEM, PV_GEN, SOC, SUN, WIND, WIND_GEN};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `Controller`
pub static TYPE: ModelType = ModelType {
    name: "Controller",
    family: Family::Control,
    summary: "Sends a surplus to the battery, then to hydrogen, then away; covers a deficit in turn.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("soc_min", Unit::Percent, "the battery is empty at", Const::Int(0)),
        Parameter::required("soc_max", Unit::Percent, "the battery is full at", Const::Int(100)),
        Parameter::required("h2_soc_min", Unit::Percent, "not read, but must be there", Const::Int(0)),
        Parameter::required("h2_soc_max", Unit::Percent, "the hydrogen storage is full at", Const::Int(100)),
        Parameter::required("fc_eff", Unit::Percent, "divisor of `h2_out`, not 0", Const::Int(100)),
    ],
    inputs: &[
        WIND,
        SUN,
        Port::required("load_dem", Unit::Kilowatt, "demand, ≥ 0", Const::Int(0)).with_example(Const::Int(5)),
        CHARGE,
        Port::optional("h2_soc", Unit::Percent, "charge of the hydrogen storage; 0 if open", Const::Int(0)),
        Port::optional("u60", Unit::MetrePerSecond, "not read", Const::Absent),
    ],
    outputs: &[
        Port::written("flow2b", Unit::Kilowatt, "to the battery", Const::Int(0), Written::Always),
        Port::written("flow2e", Unit::Kilowatt, "to the electrolyser, ≥ 0", Const::Int(0), Written::Always),
        Port::written("dump", Unit::Kilowatt, "nowhere to go, ≥ 0", Const::Int(0), Written::Always),
        Port::written("h2_out", Unit::One, "hydrogen drawn, ≤ 0", Const::Int(0), Written::Always),
    ],
    states: &[Port::written("flow", Unit::Kilowatt, "the balance F", Const::Int(0), Written::Always)],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.12. The four outputs are kept from step to step, 0 at first:

    F = wind_gen + pv_gen − load_dem, state flow = F
    F < 0: soc > soc_min:  flow2b = F, flow2e = 0, h2_out = 0
           else:           flow2b = 0, h2_out = (F/39.4)/fc_eff
    F > 0: soc < soc_max:  flow2b = F, flow2e = 0, h2_out = 0
           soc = soc_max:  flow2b = 0
                           h2_soc < h2_soc_max:  flow2e = F, dump = 0, h2_out = 0
                           h2_soc = h2_soc_max:  flow2e = 0, dump = F, h2_out = 0

39.4 kWh/kg is the higher heating value of hydrogen.

Kept on purpose: what a branch does not assign keeps the value of an earlier step (F = 0 and soc > soc_max
assign nothing); `fc_eff` is a plain divisor, 100 means 100; h2_out is negative.";

const H2_SOC: usize = 4;

const FLOW2B: usize = 0;
const FLOW2E: usize = 1;
const DUMP: usize = 2;
const H2_OUT: usize = 3;
const FLOW: usize = 4;

struct Controller {
    soc_min: Scalar,
    soc_max: Scalar,
    h2_soc_max: Scalar,
    fuel_cell_divisor: Scalar,
    /// The outputs, in order.
    kept: [Scalar; 4],
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    settings.parameter("h2_soc_min")?;
    let model = Controller {
        soc_min: settings.number("soc_min")?,
        soc_max: settings.number("soc_max")?,
        h2_soc_max: settings.number("h2_soc_max")?,
        fuel_cell_divisor: settings.number("fc_eff")?,
        kept: [Scalar::ZERO; 4],
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Controller {
    fn cover_deficit(&mut self, flow: Scalar, soc: Scalar) -> Result<(), StepError> {
        if soc > self.soc_min {
            self.use_battery(flow);
        } else {
            let hydrogen = (flow / 39.4).checked_div(self.fuel_cell_divisor);
            self.kept[FLOW2B] = Scalar::ZERO;
            self.kept[H2_OUT] = hydrogen.ok_or(StepError::DivisionByZero("fc_eff is 0"))?;
        }
        Ok(())
    }

    fn spend_surplus(&mut self, flow: Scalar, soc: Scalar, h2_soc: Scalar) {
        if soc < self.soc_max {
            self.use_battery(flow);
        } else if soc == self.soc_max {
            self.kept[FLOW2B] = Scalar::ZERO;
            if h2_soc < self.h2_soc_max {
                (self.kept[FLOW2E], self.kept[DUMP], self.kept[H2_OUT]) = (flow, Scalar::ZERO, Scalar::ZERO);
            } else if h2_soc == self.h2_soc_max {
                (self.kept[FLOW2E], self.kept[DUMP], self.kept[H2_OUT]) = (Scalar::ZERO, flow, Scalar::ZERO);
            }
        }
    }

    fn use_battery(&mut self, flow: Scalar) {
        (self.kept[FLOW2B], self.kept[FLOW2E], self.kept[H2_OUT]) = (flow, Scalar::ZERO, Scalar::ZERO);
    }
}

impl Model for Controller {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let flow = io.number(WIND_GEN)? + io.number(PV_GEN)? - io.number(LOAD_DEM)?;
        let soc = io.number(SOC)?;
        let h2_soc = io.number_or(H2_SOC, Scalar::ZERO)?;
        if flow < 0.0 {
            self.cover_deficit(flow, soc)?;
        } else if flow > 0.0 {
            self.spend_surplus(flow, soc, h2_soc);
        }
        for (attribute, value) in self.kept.into_iter().enumerate() {
            io.set(attribute, value);
        }
        io.set(FLOW, flow);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        self.kept.map(Value::from_scalar).to_vec()
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let number = |value: &Value| value.as_scalar().filter(|scalar| scalar.is_number());
        let numbers: Option<Vec<Scalar>> = kept.iter().map(number).collect();
        let Some(kept) = numbers.and_then(|numbers| numbers.try_into().ok()) else { return false };
        self.kept = kept;
        true
    }
}
