//! Cable boards in simulated time: the tracker against boards with the timing of their sketch.

#[path = "boards/behaviour.rs"]
mod behaviour;
#[path = "boards/bench.rs"]
mod bench;
#[path = "boards/properties.rs"]
mod properties;
