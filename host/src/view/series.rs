//! Values over time.

use serde::{Deserialize, Serialize};

/// The ranges of items over the steps `[from, to)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The first step.
    pub from: u64,
    /// The step after the last one.
    pub to: u64,
    /// Steps that are done.
    pub done: u64,
    /// One per item that was asked for, in that order.
    pub series: Vec<ItemSeries>,
}

/// The ranges of an item. All lists are of one length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemSeries {
    /// As in [`ItemScene::item`](super::ItemScene::item).
    pub item: String,
    /// Its unit.
    pub unit: String,
    /// The step with which each part begins.
    pub step: Vec<u64>,
    /// The smallest value of each part; nothing where there is none. It is the greatest where the part is one step.
    pub min: Vec<Option<f64>>,
    /// The greatest.
    pub max: Vec<Option<f64>>,
}
