//! What the light of a cable is to show.

use serde::{Deserialize, Serialize};

/// The flow through a cable, as one of its two ends has to show it.
///
/// Numbers come as they were sent: who draws them rejects what is not finite. What the codes of `carrier` and
/// `colour` mean is agreed between the programs at both ends; an unknown one is drawn as code 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CableFlow {
    /// Number of the cable.
    pub cable: u16,
    /// Whether the receiver is at the end to which a positive power flows.
    pub at_sink: bool,
    /// Power `[kW]`.
    pub power_kw: f64,
    /// Power that is drawn at full speed and brightness `[kW]`.
    pub full_scale_kw: f64,
    /// Code of the energy carrier.
    pub carrier: u8,
    /// Code of the rule by which the light is coloured.
    pub colour: u8,
    /// Where the moving light was at `anchor_us` of the host's clock `[spacing/2³²]`: with it both ends of a cable
    /// move as one.
    pub anchor_position: u32,
    /// See `anchor_position` `[µs]`.
    pub anchor_us: u64,
}
