//! What is plugged into simulated nodes, and what their strips show: the table without hardware, worked by hand.
//!
//! ```text
//!   plug, stop, click ─▶ SimInput ─▶ Inputs (debounce) ─┐
//!                                                       Machine of the node ⇄ Node ⇄ UDP ⇄ host
//!   light ◀─ SimStrip ◀─ Animation (renderer) ──────────┘
//! ```
//!
//! Only the last metre is simulated: whoever plugs a cable here goes the way of a visitor at the table.
//! Invariant: a hand needs no more than a moment; nothing here waits for a node.

use crate::scenario::{Cable, Token};
use crate::view::LEDS;
use illuminator_hal::sim::{SimInput, SimStrip};
use illuminator_hal::{ColourOrder, GpioLine, Rgb8};
use illuminator_node::light::{Limits, Segment};
use illuminator_node::pins::Role;
use illuminator_node::shell::{Animation, Clock, Inputs, LitStrip, Machine, Outputs, Watched};
use std::collections::BTreeMap;
use std::io;

/// LEDs of each strip: the ends of a cable have one each.
pub const STRIP_LEDS: usize = LEDS;
/// Frames of the strips `[1/s]`: more than a terminal shows.
const FRAMES_PER_S: u32 = 30;
/// How long the level of a plug must stay to count `[µs]`, as on a real node.
const SETTLE_US: u64 = 20_000;
/// Enough for all LEDs of a strip `[mA]`.
const BUDGET_MA: u32 = 10_000;

/// The hardware of simulated nodes. Clones are hands at the same table.
#[derive(Clone, Default)]
pub struct SimulatedTable {
    nodes: Vec<Hardware>,
    /// Where each plug is at the start, by id.
    at_start: BTreeMap<u16, bool>,
}

/// What stands at a node.
#[derive(Clone)]
struct Hardware {
    name: String,
    /// A place to plug in each cable that has an end here, and each token.
    plugs: BTreeMap<u16, SimInput>,
    /// The strips, by cable.
    strips: BTreeMap<u16, SimStrip>,
    button: SimInput,
    emergency_stop: SimInput,
}

impl SimulatedTable {
    /// Nodes of these names: at each a socket with a strip for every end of a cable there, a socket for every token, a
    /// button and an emergency stop. All is plugged as at the start.
    pub fn new(names: &[String], cables: &[Cable], tokens: &[Token]) -> Self {
        let tokens_at_start = tokens.iter().map(|token| (token.id, token.plugged_at_start));
        let at_start =
            cables.iter().map(|cable| (cable.id, cable.plugged_at_start)).chain(tokens_at_start).collect();
        let table =
            Self { nodes: names.iter().map(|name| Hardware::new(name, cables, tokens)).collect(), at_start };
        table.reset();
        table
    }

    /// Plugs a cable or token in or out at a node, or at all its ends. Answers whether it has a place there.
    pub fn plug(&self, id: u16, node: Option<&str>, plugged: bool) -> bool {
        let there = self.nodes.iter().filter(|hardware| node.is_none_or(|node| node == hardware.name));
        let plugs = there.filter_map(|hardware| hardware.plugs.get(&id));
        plugs.inspect(|plug| plug.set(plugged)).count() > 0
    }

    /// Plugs everything as at the start. A token that was somewhere is everywhere then, as nobody knows where.
    pub fn reset(&self) {
        self.at_start.iter().for_each(|(&id, &plugged)| {
            self.plug(id, None, plugged);
        });
    }

    /// Whether something is plugged in at a node; `None` if it has no place there.
    pub fn plugged(&self, id: u16, node: &str) -> Option<bool> {
        self.node(node)?.plugs.get(&id).map(SimInput::active)
    }

    /// Whether there is a place for a cable or token anywhere.
    pub fn has_place(&self, id: u16) -> bool {
        self.nodes.iter().any(|hardware| hardware.plugs.contains_key(&id))
    }

    /// Whether something is plugged in anywhere.
    pub fn plugged_anywhere(&self, id: u16) -> bool {
        self.nodes.iter().filter_map(|hardware| hardware.plugs.get(&id)).any(SimInput::active)
    }

    /// What the strip of a cable at a node shows, from that node on; nothing before its first picture.
    pub fn light(&self, cable: u16, node: &str) -> Option<Vec<Rgb8>> {
        self.node(node)?.strips.get(&cable)?.picture()
    }

    /// The last bytes on the wire of that strip, transfer by transfer, oldest first; see [`SimStrip::transfers`].
    pub fn transfers(&self, cable: u16, node: &str) -> Vec<Vec<u8>> {
        let strip = self.node(node).and_then(|hardware| hardware.strips.get(&cable));
        strip.map_or_else(Vec::new, SimStrip::transfers)
    }

    /// The names of the nodes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|hardware| hardware.name.as_str())
    }

    /// The node with the most cables: its emergency stop is at hand.
    pub fn middle(&self) -> &str {
        let first = self.nodes.iter().rev().max_by_key(|hardware| hardware.strips.len());
        first.map_or("", |hardware| &hardware.name)
    }

    /// Presses and releases the button of a node: it says "it is me" for a while, or no longer.
    pub fn click(&self, node: &str) {
        self.node(node).into_iter().for_each(|hardware| hardware.button.bounce(2));
    }

    /// Presses the emergency stop of a node, or releases it.
    pub fn emergency_stop(&self, node: &str, pressed: bool) {
        self.node(node).into_iter().for_each(|hardware| hardware.emergency_stop.set(pressed));
    }

    /// Whether the emergency stop of any node is pressed.
    pub fn is_stopped(&self) -> bool {
        self.nodes.iter().any(|hardware| hardware.emergency_stop.active())
    }

    /// Whether that of a node is.
    pub fn is_stopped_at(&self, node: &str) -> bool {
        self.node(node).is_some_and(|hardware| hardware.emergency_stop.active())
    }

    fn node(&self, name: &str) -> Option<&Hardware> {
        self.nodes.iter().find(|hardware| hardware.name == name)
    }

    /// The machines of the nodes, in their order, with the clock of each. They are started once: a second set would
    /// take the first one's edges.
    pub(super) fn machines(&self) -> io::Result<Vec<(Machine, Clock)>> {
        self.nodes.iter().map(Hardware::machine).collect()
    }
}

impl Hardware {
    fn new(name: &str, cables: &[Cable], tokens: &[Token]) -> Self {
        let ends: Vec<u16> = cables
            .iter()
            .filter(|cable| cable.ends.iter().any(|end| end == name))
            .map(|cable| cable.id)
            .collect();
        // The lines of the header are for messages only, so that it does no harm if there are too few.
        let mut lines = (0..=GpioLine::MAX).cycle().filter_map(GpioLine::new);
        let mut input = || SimInput::new(lines.next().expect("a header has lines"));
        let strip = |cable: u16| SimStrip::new(format!("{name}-{cable}"), STRIP_LEDS, ColourOrder::Grb);
        Self {
            name: name.to_owned(),
            plugs: ends
                .iter()
                .copied()
                .chain(tokens.iter().map(|token| token.id))
                .map(|id| (id, input()))
                .collect(),
            strips: ends.iter().map(|&cable| (cable, strip(cable))).collect(),
            button: input(),
            emergency_stop: input(),
        }
    }

    fn machine(&self) -> io::Result<(Machine, Clock)> {
        let clock = Clock::start();
        let watched =
            |role, pin: &SimInput, settle_us| Watched { role, pin: Box::new(pin.clone()), settle_us };
        let mut inputs: Vec<Watched> =
            self.plugs.iter().map(|(&cable, pin)| watched(Role::Plug { cable }, pin, SETTLE_US)).collect();
        // A click is shorter than any contact settles, and this one does not bounce.
        inputs.push(watched(Role::Button, &self.button, 0));
        inputs.push(watched(Role::EmergencyStop, &self.emergency_stop, SETTLE_US));
        let lit = |(&cable, strip): (&u16, &SimStrip)| LitStrip {
            segments: vec![(cable, Segment { leds: STRIP_LEDS, reversed: false })],
            limits: Limits { ceiling: 255, budget_ma: BUDGET_MA },
            strip: Box::new(strip.clone()),
        };
        let animation = if self.strips.is_empty() {
            None
        } else {
            Some(Animation::start(self.strips.iter().map(lit).collect(), FRAMES_PER_S, clock)?)
        };
        Ok((Machine::new(animation, None, Outputs::default(), Inputs::start(inputs, clock)?), clock))
    }
}
