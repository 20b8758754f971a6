//! What is plugged, events, and the story step by step.

mod events;
mod live;
mod play;
mod topology;

use super::*;
use crate::scenario::{Cable, Token};
use illuminator_node::light::{Carrier, Palette};

fn cable(id: u16, first: &str, second: &str, plugged_at_start: bool) -> Cable {
    Cable {
        id,
        name: None,
        plugged_at_start,
        ends: [first.to_owned(), second.to_owned()],
        shows: (0, 0),
        full_scale_kw: 1.0,
        carrier: Carrier::Electricity,
        palette: Palette::Carrier,
    }
}

fn token(id: u16, plugged_at_start: bool) -> Token {
    Token { id, name: None, plugged_at_start }
}

/// Cable 2 joins `pv` and `grid`, cable 4 `house` and `grid`; 0 is a token. Nothing is plugged.
fn table() -> Topology {
    Topology::new(&[cable(4, "house", "grid", false), cable(2, "pv", "grid", false)], &[token(0, false)])
}
