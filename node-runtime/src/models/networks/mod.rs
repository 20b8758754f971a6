//! Networks: gas, heat and electricity between many sources and many users, and the valves before them.

pub mod eledisnetwork;
pub mod elenetwork;
pub mod h2network;
pub mod h2valve;
pub mod heatnetwork;
pub mod qvalve;
