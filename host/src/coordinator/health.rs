//! How the nodes of a run do: what their links measure, and what they told last.
//!
//! ```text
//!   NodeLink ─▶ state, heard, round trip, loss, clock ┐
//!   Telemetry, MachineReport of the node ─────────────┼─▶ NodeHealth
//!   emergency stop, "it is me" ───────────────────────┘
//! ```

use super::Coordinator;
use super::loss::Stand;
use crate::view::{Asked, LinkState, NodeHealth, Offers, Throttling};
use illuminator_protocol::{Instant, MachineReport, Telemetry};

/// Flags of a Raspberry Pi's firmware: now, and since the start.
const UNDER_VOLTAGE: u32 = 1;
const SLOWED_DOWN: u32 = 0b1110;
const SINCE_BOOT: u32 = 0b1111 << 16;

/// What a node told of itself last, and whether it says "it is me".
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) telemetry: Option<Telemetry>,
    pub(super) machine: Option<MachineReport>,
    pub(super) identifying: bool,
    /// It has said that its program may be started anew; what else it offers follows.
    pub(super) restarts: bool,
    pub(super) offers: Option<Offers>,
    /// What was asked of it last.
    pub(super) asked: Option<Asked>,
}

impl Coordinator {
    /// How every node does, in the order of the plan, and then the spares that wait: each with the number of its link.
    /// Spares are called as their links are. Addresses are the shell's to fill in.
    pub fn health(&self, now: Instant) -> impl Iterator<Item = (usize, NodeHealth)> + '_ {
        let nodes =
            (0..self.seats.len()).map(move |node| (self.seats.link_of(node), self.node_health(node, now)));
        let spares = self.seats.spares().map(|(link, spare)| {
            let name = spare.label().to_owned();
            (link, NodeHealth { name, link: LinkState::Spare, ..NodeHealth::default() })
        });
        nodes.chain(spares)
    }

    fn node_health(&self, node: usize, now: Instant) -> NodeHealth {
        let Told { telemetry, machine, identifying, offers, asked, .. } = &self.told[node];
        let link = self.seats[node].health(now);
        let machine = machine.unwrap_or_default();
        let lit = telemetry.filter(|told| told.frames > 0);
        NodeHealth {
            name: self.names[node].clone(),
            link: if self.stands[node] == Stand::Live { link.link } else { LinkState::Frozen },
            identifying: *identifying,
            emergency_stop: self.stopped_by.contains(&node),
            temperature_c: machine.temperature_mc.map(|mc| f64::from(mc) / 1e3),
            cpu: machine.cpu_permille.map(share),
            memory: machine.memory_permille.map(share),
            process_kib: telemetry.map(|told| told.memory_kib).filter(|kib| *kib > 0),
            throttling: machine.throttled.map(throttling),
            uptime_s: machine.uptime_s,
            mac: machine.mac.map(|mac| mac.map(|byte| format!("{byte:02x}")).join(":")),
            frames_skipped: lit.map(|told| told.frames_skipped),
            strip_errors: lit.map(|told| told.strip_errors),
            offers: offers.clone(),
            asked: asked.clone(),
            ..link
        }
    }
}

/// A share from what a node says, which may be nonsense.
fn share(permille: u16) -> f64 {
    f64::from(permille.min(1000)) / 1e3
}

fn throttling(flags: u32) -> Throttling {
    Throttling {
        under_voltage: flags & UNDER_VOLTAGE != 0,
        throttled: flags & SLOWED_DOWN != 0,
        since_boot: flags & SINCE_BOOT != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{share, throttling};
    use crate::view::Throttling;

    #[test]
    fn flags_of_the_firmware_have_their_meaning() {
        let of = |under_voltage, throttled, since_boot| Throttling { under_voltage, throttled, since_boot };
        for (flags, expected) in [
            (0, of(false, false, false)),
            (0x5_0005, of(true, true, true)),
            (0x5_0000, of(false, false, true)),
            (0x2, of(false, true, false)),
            (0x8, of(false, true, false)),
            (0xfff0_fff0, of(false, false, false)),
        ] {
            assert_eq!(throttling(flags), expected, "{flags:#x}");
        }
    }

    #[test]
    fn a_share_is_a_share_whatever_a_node_says() {
        assert_eq!([share(0), share(250), share(u16::MAX)], [0.0, 0.25, 1.0]);
    }
}
