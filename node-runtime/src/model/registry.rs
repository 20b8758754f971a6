//! The one list of model types. A new model is a file under `models` and a line here.

use super::ModelType;
use crate::models::{
    control, data, demand, generation, grid, heat, hydrogen, market, networks, storage, utility,
};

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
    &hydrogen::electrolyser::TYPE,
    &hydrogen::fuelcell_legacy::TYPE,
    &hydrogen::h2demand::TYPE,
    &hydrogen::h2product::TYPE,
    &hydrogen::h2storage::TYPE,
    &heat::eboiler::TYPE,
    &heat::eboiler_old::TYPE,
    &heat::heatdemand::TYPE,
    &heat::heatproduct::TYPE,
    &heat::heatpump::TYPE,
    &heat::heatstorage::TYPE,
    &heat::hotwaterstorage::TYPE,
    &networks::eledisnetwork::TYPE,
    &networks::elenetwork::TYPE,
    &networks::h2network::TYPE,
    &networks::h2valve::TYPE,
    &networks::heatnetwork::TYPE,
    &networks::qvalve::TYPE,
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
    &market::emarket::TYPE,
    &market::p2ptrading::TYPE,
    &market::prosumer::TYPE,
    &market::rtprice::TYPE,
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
