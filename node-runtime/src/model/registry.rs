//! The one list of model types. A new model is a file under `models` and a line here.

use super::ModelType;
use crate::models::{control, data, demand, generation, grid, hydrogen, market, storage, utility};

/// Every model type, by family and then by name.
pub static MODEL_TYPES: &[&ModelType] = &[
    &generation::pv::TYPE,
    &generation::wind::TYPE,
    &demand::ev::TYPE,
    &demand::load::TYPE,
    &demand::load_ev::TYPE,
    &demand::load_heatpump::TYPE,
    &storage::battery::TYPE,
    &hydrogen::compressor::TYPE,
    &hydrogen::electrolyzer::TYPE,
    &hydrogen::fuelcell::TYPE,
    &hydrogen::h2_storage::TYPE,
    &control::controller::TYPE,
    &control::controller_ev::TYPE,
    &control::controller_t3_congestion::TYPE,
    &control::controller_t1::TYPE,
    &control::controller_t4::TYPE,
    &control::story_mode::TYPE,
    &grid::grid_connection::TYPE,
    &market::generation_company::TYPE,
    &market::operator::TYPE,
    &market::justice::TYPE,
    &data::collector::TYPE,
    &data::csv::TYPE,
    &utility::adder::TYPE,
    &utility::dummy::TYPE,
    &utility::led_connection::TYPE,
];

/// The model type of this name.
pub fn find(name: &str) -> Option<&'static ModelType> {
    MODEL_TYPES.iter().copied().find(|model_type| model_type.name == name)
}
