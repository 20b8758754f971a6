//! Markets: bids, what they clear at, and what is owed.

pub mod emarket;
pub mod p2ptrading;
pub mod prosumer;
pub mod rtprice;

mod bid;
mod ledger;
