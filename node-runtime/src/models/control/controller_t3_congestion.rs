//! Controller of tutorial 3: keeps the import below a limit with a battery and by postponing demand.
//!
//! ```text
//!   load, vehicles, heat pumps − wind − sun ─▶ residual load ◀─ what was postponed, if there is room
//!                                                   ├─▶ battery
//!        warning of the grid, one step old ─▶ cap ──┴─▶ grid; what lies above the limit is postponed
//! ```

use super::battery_share::{BatteryShare, MAX_P, SOC_MAX, SOC_MIN};
use super::ports::{DUMP, FLOW2B, LOAD_DEM, LOAD_EV, PV_GEN, RES_LOAD, SOC, SUN, WIND, WIND_GEN, outputs};
use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings, StepError,
    Written,
};
use crate::scalar::Scalar;
use crate::value::Value;
use illuminator_protocol::Unit;

/// `ControllerT3Congestion`
pub static TYPE: ModelType = ModelType {
    name: "ControllerT3Congestion",
    family: Family::Control,
    summary: "Relieves a congested grid connection with a battery and by postponing demand.",
    documentation: DOCUMENTATION,
    parameters: &[
        SOC_MIN,
        SOC_MAX,
        MAX_P,
        Parameter::required("battery_active", Unit::One, "whether there is a battery", Const::Bool(true)),
        Parameter::required("gridconnect_ctrl", Unit::Kilowatt, "capacity of the grid, > 0", Const::Int(15)),
        Parameter::required("elec_assets", Unit::One, "vehicles and heat pumps are there", Const::Bool(true)),
        Parameter::required(
            "load_shift_active",
            Unit::One,
            "whether demand is postponed on a warning",
            Const::Bool(true),
        ),
    ],
    inputs: &[
        WIND,
        SUN,
        Port::required("load_dem", Unit::Kilowatt, "demand without EV and HP, ≥ 0", Const::Int(0))
            .with_example(Const::Int(5)),
        Port::optional("soc", Unit::Percent, "charge; required with battery or assets", Const::Int(0))
            .with_example(Const::Int(60)),
        Port::optional("load_EV", Unit::Kilowatt, "EV, vehicles; required with assets", Const::Int(0))
            .with_example(Const::Float(3.7)),
        Port::optional("load_HP", Unit::Kilowatt, "HP, heat pumps; required with assets", Const::Int(0))
            .with_example(Const::Float(1.2)),
        Port::optional("flag_warning", Unit::One, "1: warning; required with assets", Const::Null)
            .with_example(Const::Int(0))
            .any(),
    ],
    outputs: &outputs("r, demand not generated", Const::Null),
    states: &[Port::written(
        "limit_grid_connect",
        Unit::Kilowatt,
        "never written",
        Const::Null,
        Written::Never,
    )],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.14. Lim = gridconnect_ctrl·0.7 [kW] is what may be imported; S is the postponed
demand [kW], 0 at first; without assets EV = HP = 0 and there is no warning:

    r = load_dem + EV + HP − wind_gen − pv_gen
    load_shift_active equals true, r < Lim:
        x = min(min(Lim − r, Lim), S), r = r + x, S = S − x
    b = 0
    battery_active:
        r > 0 and soc > soc_min:  b = −min(r, (soc − soc_min)/100·max_p)
        r < 0 and soc < soc_max:  b = min(−r, ((soc_max − soc)/100)·max_p)
    dump = −(r + b)
    load_shift_active equals true, flag_warning = 1:
        o = −dump − Lim, S = S + min(o, HP + EV)
        o > 0:  dump = −Lim
    flow2b = b, res_load = r

Kept on purpose: the warning is that of the step before, so o may be negative: S then shrinks, even below 0, and
lowers r later; `res_load` still holds what is postponed; without a battery its parameters may be anything.";

/// The part of the grid's capacity that is used.
const USED_PART: f64 = 0.7;

const LOAD_HP: usize = 5;
const FLAG_WARNING: usize = 6;

struct ControllerT3Congestion {
    limit_kw: Scalar,
    battery: Option<BatteryShare>,
    has_assets: bool,
    shifts_load: bool,
    postponed_kw: Scalar,
}

/// Vehicles and heat pumps in one step.
struct Assets {
    vehicles: Scalar,
    heat_pumps: Scalar,
    warned: bool,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    for key in ["soc_min", "soc_max", "max_p"] {
        settings.parameter(key)?;
    }
    let has_battery = settings.parameter("battery_active")?.is_truthy();
    let shifts_load = settings.parameter("load_shift_active")?.as_scalar();
    let model = ControllerT3Congestion {
        limit_kw: settings.number("gridconnect_ctrl")? * Scalar::float(USED_PART),
        battery: has_battery.then(|| BatteryShare::from_settings(settings)).transpose()?,
        has_assets: settings.parameter("elec_assets")?.is_truthy(),
        shifts_load: shifts_load.is_some_and(|shifts| shifts == 1.0),
        postponed_kw: Scalar::ZERO,
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Assets {
    fn read(io: &Io<'_>) -> Result<Self, StepError> {
        for input in [SOC, FLAG_WARNING] {
            io.input(input).ok_or(StepError::MissingInput { input })?;
        }
        Ok(Self {
            vehicles: io.number(LOAD_EV)?,
            heat_pumps: io.number(LOAD_HP)?,
            warned: io.input(FLAG_WARNING).is_some_and(|flag| flag == 1.0),
        })
    }
}

impl ControllerT3Congestion {
    /// Adds what was postponed to a residual load that leaves room for it.
    fn catch_up(&mut self, residual: Scalar) -> Scalar {
        if self.shifts_load && residual < self.limit_kw {
            let room = (self.limit_kw - residual).min(self.limit_kw);
            let caught_up = room.min(self.postponed_kw);
            self.postponed_kw = self.postponed_kw - caught_up;
            residual + caught_up
        } else {
            residual
        }
    }

    /// Postpones what lies above the limit. Returns what the grid gets.
    fn postpone(&mut self, dump: Scalar, assets: &Assets) -> Scalar {
        if !self.shifts_load || !assets.warned {
            return dump;
        }
        let overload = -dump - self.limit_kw;
        let shiftable = assets.heat_pumps + assets.vehicles;
        self.postponed_kw = self.postponed_kw + overload.min(shiftable);
        if overload > 0.0 { -self.limit_kw } else { dump }
    }
}

impl Model for ControllerT3Congestion {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let assets = self.has_assets.then(|| Assets::read(io)).transpose()?;
        let mut demand = io.number(LOAD_DEM)?;
        if let Some(assets) = &assets {
            demand = demand + assets.vehicles + assets.heat_pumps;
        }
        let residual = self.catch_up(demand - io.number(WIND_GEN)? - io.number(PV_GEN)?);
        let (to_battery, mut dump) = match &self.battery {
            Some(battery) => {
                let to_battery = battery.power(residual, io.number(SOC)?);
                (to_battery, -(residual + to_battery))
            }
            None => (Scalar::ZERO, -residual),
        };
        if let Some(assets) = &assets {
            dump = self.postpone(dump, assets);
        }
        io.set(FLOW2B, to_battery);
        io.set(RES_LOAD, residual);
        io.set(DUMP, dump);
        Ok(())
    }

    fn save(&self) -> Vec<Value> {
        vec![Value::from_scalar(self.postponed_kw)]
    }

    fn restore(&mut self, kept: &[Value]) -> bool {
        let [postponed] = kept else { return false };
        let Some(postponed) = postponed.as_scalar().filter(|postponed| postponed.is_number()) else {
            return false;
        };
        self.postponed_kw = postponed;
        true
    }
}
