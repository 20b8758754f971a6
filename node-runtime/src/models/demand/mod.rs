//! Consumers.

pub mod ev;
pub mod load;
pub mod load_ev;
pub mod load_heatpump;

mod scaled_profile;
