//! Hydrogen valve: routes hydrogen between electrolyser, storage, fuel cell and network.

use crate::model::{
    Build, BuildError, Built, Const, Family, Io, Model, ModelType, Port, Settings, StepError, Written,
};
use crate::models::terms::sum;
use crate::scalar::Scalar;
use illuminator_protocol::Unit;

/// `H2Valve`
pub static TYPE: ModelType = ModelType {
    name: "H2Valve",
    family: Family::Networks,
    summary: "Hydrogen valve: routes flows between electrolyser, storage, fuel cell and network.",
    documentation: DOCUMENTATION,
    parameters: &[],
    inputs: &[
        flow_in("h2_elec", "flow from the electrolyser E; a list is added up").with_example(Const::Int(2)),
        flow_in("h2_stor", "flow of the storage S, + in, − out; a list is added up")
            .with_example(Const::Float(0.5)),
        flow_in("h2_fc", "flow that the fuel cell needs F; a list is added up").with_example(Const::Int(1)),
    ],
    outputs: &[
        flow_out("h2_elec_net", "electrolyser to network"),
        flow_out("h2_stor_net", "storage to network"),
        flow_out("h2_fc_net", "network to fuel cell"),
        flow_out("h2_elec_stor", "electrolyser to storage"),
        flow_out("h2_stor_fc", "storage to fuel cell"),
    ],
    states: &[],
    step_size: 1,
    build: Build::Anywhere(build),
};

const fn flow_in(name: &'static str, meaning: &'static str) -> Port {
    Port::optional(name, Unit::CubicMetrePerMinute, meaning, Const::Int(0)).any()
}

const fn flow_out(name: &'static str, meaning: &'static str) -> Port {
    Port::written(name, Unit::CubicMetrePerMinute, meaning, Const::Int(0), Written::Always)
}

const DOCUMENTATION: &str = "\
Source: spec/models.md 4.7. The storage fills from the electrolyser, and the fuel cell from the storage; the
network takes or gives the rest.

    S > 0:  h2_stor_fc = 0, h2_fc_net = F
            E ≥ S:   h2_elec_stor = S, h2_elec_net = E − S, h2_stor_net = 0
            else:    h2_elec_stor = E, h2_elec_net = 0, h2_stor_net = E − S      (negative: from the network)
    S ≤ 0:  h2_elec_stor = 0, h2_elec_net = E
            −S ≥ F:  h2_stor_fc = F, h2_stor_net = −S − F, h2_fc_net = 0
            else:    h2_stor_fc = −S, h2_stor_net = 0, h2_fc_net = F + S";

struct H2Valve;

fn build(settings: &Settings) -> Result<Built, BuildError> {
    Ok(Built { model: Box::new(H2Valve), attributes: TYPE.attributes(settings)? })
}

impl Model for H2Valve {
    fn step(&mut self, io: &mut Io<'_>) -> Result<(), StepError> {
        const NONE: Scalar = Scalar::ZERO;
        let (made, stored, used) = (sum(io, 0)?, sum(io, 1)?, sum(io, 2)?);
        let (made_net, stored_net, used_net, made_stored, stored_used);
        if stored > 0.0 {
            (stored_used, used_net) = (NONE, used);
            (made_stored, made_net, stored_net) =
                if made >= stored { (stored, made - stored, NONE) } else { (made, NONE, made - stored) };
        } else {
            (made_stored, made_net) = (NONE, made);
            (stored_used, stored_net, used_net) =
                if -stored >= used { (used, -stored - used, NONE) } else { (-stored, NONE, used + stored) };
        }
        for (attribute, flow) in
            [made_net, stored_net, used_net, made_stored, stored_used].into_iter().enumerate()
        {
            io.set(attribute, flow);
        }
        Ok(())
    }
}
