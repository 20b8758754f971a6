//! Ports that controllers have in common, and the positions of those around a battery and the grid.
//!
//! Invariant: a type that uses these positions of inputs lists its inputs in their order, from the first one on; one
//! that uses those of outputs has [`outputs`].

use crate::model::{Const, Port, Written};
use illuminator_protocol::Unit;

pub(super) const WIND: Port =
    Port::required("wind_gen", Unit::Kilowatt, "wind generation, ≥ 0", Const::Int(0))
        .with_example(Const::Float(1.5));
pub(super) const SUN: Port = Port::required("pv_gen", Unit::Kilowatt, "solar generation, ≥ 0", Const::Int(0))
    .with_example(Const::Int(2));
/// Where the vehicles have an input of their own.
pub(super) const DEMAND: Port =
    Port::required("load_dem", Unit::Kilowatt, "demand without vehicles, ≥ 0", Const::Int(0))
        .with_example(Const::Int(5));
pub(super) const CHARGE: Port =
    Port::required("soc", Unit::Percent, "state of charge of the battery", Const::Int(0))
        .with_example(Const::Int(60));
pub(super) const VEHICLES: Port =
    Port::required("load_EV", Unit::Kilowatt, "demand of the vehicles, ≥ 0", Const::Int(0))
        .with_example(Const::Float(3.7));

pub(super) const WIND_GEN: usize = 0;
pub(super) const PV_GEN: usize = 1;
pub(super) const LOAD_DEM: usize = 2;
pub(super) const SOC: usize = 3;
pub(super) const LOAD_EV: usize = 4;

/// What goes to the battery, the residual load with its meaning, and what is left for the grid.
pub(super) const fn outputs(residual: &'static str, class_default: Const) -> [Port; 3] {
    [
        output("flow2b", "b, positive charges", class_default),
        output("res_load", residual, class_default),
        output("dump", "to the grid; negative: import", class_default),
    ]
}

const fn output(name: &'static str, meaning: &'static str, class_default: Const) -> Port {
    Port::written(name, Unit::Kilowatt, meaning, class_default, Written::Always)
}

pub(super) const FLOW2B: usize = 0;
pub(super) const RES_LOAD: usize = 1;
pub(super) const DUMP: usize = 2;
