//! The controller of the demonstrator's story. Two models of upstream share the name: the states that a file
//! declares tell which one it means.
//!
//! ```text
//!   states: file_index_Load                         ─▶ dev       switches a data file half way
//!   states: file_index_<X> …, <X>_LED_mapping …     ─▶ cluster   day, night, winter and who is plugged to whom
//! ```

mod cluster;
mod dev;

use crate::model::{
    Build, BuildError, Built, Const, Family, ModelType, Port, SectionKind, Settings, Written,
};
use illuminator_protocol::Unit;

/// `Controller_StoryMode`
pub static TYPE: ModelType = ModelType {
    name: "Controller_StoryMode",
    family: Family::Control,
    summary: "Tells the demonstrator's story: who is plugged to whom sets the level of each component.",
    documentation: DOCUMENTATION,
    parameters: &[],
    inputs: &[Port::optional(
        "physical_connections",
        Unit::Text,
        "ids of the plugs at each LED_connection; required for the story of the table",
        Const::EmptyList,
    )
    .with_sources()],
    outputs: &[],
    states: &[
        Port::written(FILE_STATE, Unit::One, "number of the data file", Const::Int(0), Written::Always),
        level("file_index_Load_EWI", "level of the office building"),
        level("file_index_Load_house", "level of the house"),
        level("file_index_PV", "level of the solar roof"),
        level("file_index_Battery", "level of the battery"),
        level("file_index_Wind", "level of the wind farm"),
        cables("Load_EWI_LED_mapping", "cables at the office building"),
        cables("Grid_Ext_LED_mapping", "cables at the grid connection"),
        cables("Load_house_LED_mapping", "cables at the house"),
        cables("PV_LED_mapping", "cables at the solar roof"),
        cables("Battery_LED_mapping", "cables at the battery"),
        cables("Wind_LED_mapping", "cables at the wind farm"),
    ],
    step_size: 1,
    build: Build::Anywhere(build),
};

const fn level(name: &'static str, meaning: &'static str) -> Port {
    Port::written(name, Unit::One, meaning, Const::Absent, Written::IfDeclared)
}

const fn cables(name: &'static str, meaning: &'static str) -> Port {
    Port::written(name, Unit::Text, meaning, Const::Absent, Written::IfDeclared)
}

const DOCUMENTATION: &str = "\
Two models share this name. Which one is meant follows from `states`.

**With the state `file_index_Load`** (spec/models.md 1.17), in step t:

    file_index_Load = 1 if t > 40, else 0

Steps are counted in units of the scenario's time resolution. `physical_connections` is not read.

**With the eleven states `file_index_<X>` and `<X>_LED_mapping`** (spec/models.md 2.3): each source of
`physical_connections` is an LED_connection called `<X>_LED`, and its value is the list of plugs that it sees. In
step t:

    t is a multiple of 10:  day and night change places; step 0 is day
    a plug 0 anywhere:      winter for five steps, else one step of winter less
    two see the same id:    they are linked by that cable

    link                      at the first    levels
    G  Load_EWI, Grid_Ext     -1              Load_EWI 0.9 by day, 0.3 by night; else 0
    W  Grid_Ext, Wind         -1              Wind 0.6, in winter 0.9; else as before
    H  Load_house, Grid_Ext   -1              Load_house 0.6; else 0
    P  PV, Load_EWI            1              PV 0.6 by day, 0.0 by night and in winter; else 0
    B  Battery, Load_EWI      -1, night 1     Battery 0.6, in winter 0.0; else 0

    G, H and P:               Load_EWI 0.6 by day, 0.9 by night
    G, H, P and B:            Load_EWI 0.3, in winter 0.9

A link adds an item {from, to, connection_id, direction} to the mapping of both its ends, at the second with the
opposite direction. The id `-1` means no plug.

Kept on purpose: the level of Wind stays when its cable is pulled. Settled where upstream leaves it open: of
several common ids the smallest holds (numbers before other texts), null is an empty list, and a single
LED_connection has nobody to be linked with. Corrected: the wind cable is in the mapping of Wind; upstream gives
it to Load_EWI.";

/// The state that makes a model the one of 1.17.
const FILE_STATE: &str = "file_index_Load";

/// Position in [`TYPE`]'s inputs.
const PHYSICAL_CONNECTIONS: usize = 0;

fn build(settings: &Settings) -> Result<Built, BuildError> {
    let of_table = || TYPE.states.iter().map(|port| port.name).filter(|name| *name != FILE_STATE);
    let declared = of_table().find(|name| settings.states.contains(name));
    let refuse = |key, problem| Err(BuildError::new(SectionKind::States, key, problem));
    match (settings.states.contains(FILE_STATE), declared) {
        (true, None) => dev::build(settings, &of_table().collect::<Vec<_>>()),
        (false, Some(_)) => {
            let missing: Vec<&str> = of_table().filter(|name| !settings.states.contains(name)).collect();
            if missing.is_empty() {
                cluster::build(settings)
            } else {
                Err(TYPE.undeclared(SectionKind::States, &missing))
            }
        }
        (true, Some(other)) => refuse(
            other,
            format!(
                "`{other}` and `{FILE_STATE}` belong to two different models called {}: leave one out",
                TYPE.name
            ),
        ),
        (false, None) => refuse(
            FILE_STATE,
            format!(
                "a {} lists `{FILE_STATE}` under `states:` to switch a data file, or `file_index_Load_EWI` and \
                 the ten other names of the story: `illuminator models show {}`",
                TYPE.name, TYPE.name
            ),
        ),
    }
}
