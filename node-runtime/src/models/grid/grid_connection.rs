//! Connection to the public grid: flags that say how near the import is to the capacity.

use crate::model::{
    Attribute, Build, BuildError, Built, Const, Family, Io, Model, ModelType, Parameter, Port, Settings,
    StepError, Written,
};
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `GridConnection`
pub static TYPE: ModelType = ModelType {
    name: "GridConnection",
    family: Family::Grid,
    summary: "Grid connection that flags an import near or above its capacity.",
    documentation: DOCUMENTATION,
    parameters: &[
        Parameter::required("connection_capacity", Unit::Kilowatt, "capacity C, ≥ 0", Const::Null)
            .with_example(Const::Int(10)),
        Parameter::required("tolerance_limit", Unit::One, "fraction τ of C that warns, 0 to 1", Const::Null)
            .with_example(Const::Float(0.8)),
        Parameter::required(
            "critical_limit",
            Unit::One,
            "fraction κ of C that is critical, 0 to 1",
            Const::Null,
        )
        .with_example(Const::Float(0.9)),
    ],
    inputs: &[
        Port::optional(
            "dump",
            Unit::Kilowatt,
            "power d to the grid, negative: import; 0 if open",
            Const::Null,
        )
        .with_example(Const::Float(-8.5)),
        Port::optional(
            "power_flow",
            Unit::Kilowatt,
            "older name of `dump`, read if that is open",
            Const::Absent,
        ),
    ],
    outputs: &[Port::written(
        "residual",
        Unit::Kilowatt,
        "d once more, for older files",
        Const::Absent,
        Written::IfDeclared,
    )],
    states: &[
        Port::written("flag_critical", Unit::One, "1: import at or above κ·C", Const::Null, Written::Always),
        Port::written("flag_warning", Unit::One, "1: import at or above τ·C", Const::Null, Written::Always),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const DOCUMENTATION: &str = "\
Source: spec/models.md 1.4.

    −d ≥ κ·C:  flag_critical = 1, flag_warning = 1
    −d ≥ τ·C:  flag_critical = 0, flag_warning = 1
    else:      flag_critical = 0, flag_warning = 0

Kept on purpose: only import is ever flagged; with κ < τ the warning follows the critical flag. Files of the
upstream branch `cluster` connect `power_flow` and read `residual`.";

const DUMP: usize = 0;
const POWER_FLOW: usize = 1;

const ON: Scalar = Scalar::int(1);
const OFF: Scalar = Scalar::int(0);

struct GridConnection {
    critical_kw: f64,
    warning_kw: f64,
    residual: Option<usize>,
    /// The number of `flag_critical`; `flag_warning` follows.
    first_flag: usize,
}

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let attributes = TYPE.attributes(settings)?;
    let capacity_kw = settings.number("connection_capacity")?;
    let residual = Attribute::position(&attributes, "residual");
    let model = GridConnection {
        critical_kw: (settings.number("critical_limit")? * capacity_kw).value(),
        warning_kw: (settings.number("tolerance_limit")? * capacity_kw).value(),
        residual,
        first_flag: residual.map_or(0, |output| output + 1),
    };
    Ok(Built { model: Box::new(model), attributes })
}

impl Model for GridConnection {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        let input = if io.input(DUMP).is_some() { DUMP } else { POWER_FLOW };
        let flow = io.number_or(input, Scalar::ZERO)?;
        let import_kw = -flow.value();
        let (critical, warning) = if import_kw >= self.critical_kw {
            (ON, ON)
        } else if import_kw >= self.warning_kw {
            (OFF, ON)
        } else {
            (OFF, OFF)
        };
        if let Some(residual) = self.residual {
            io.set(residual, flow);
        }
        io.set(self.first_flag, critical);
        io.set(self.first_flag + 1, warning);
        Ok(())
    }
}
