//! What the strips are to show, as the last words of the host and of the person at the table have it. Pure.

use crate::light::{CableView, StripState};
use illuminator_protocol::CableFlow;

/// What changes the picture of the strips.
#[derive(Clone, Copy, Debug)]
pub(super) enum Update {
    /// The flow through a cable, from now until told otherwise.
    Show(CableFlow),
    /// The flow through this cable holds no more.
    Hide(u16),
    /// No flow holds any more.
    Dark,
    /// Whether the host is silent.
    HostSilent(bool),
    /// Whether this node is to say that it is itself.
    Identify(bool),
    /// Whether something here does not work.
    Fault(bool),
    /// Whether everything here is to stand still.
    EmergencyStop(bool),
    /// The host's clock minus the local one `[µs]`.
    HostClock(i64),
}

/// The state of every segment of every strip.
///
/// Invariants: a flow is forgotten at once when it no longer holds, and hidden while the host is silent, so that
/// no strip shows an old one as if it were true; an emergency stop wins over all, then identifying, then a fault.
#[derive(Debug)]
pub(super) struct Stage {
    strips: Vec<Cue>,
    host_silent: bool,
    identify: bool,
    fault: bool,
    stopped: bool,
    host_offset_us: i64,
}

/// The cable of a strip, and the flow through it as far as it is known.
#[derive(Debug)]
struct Cue {
    cable: u16,
    view: Option<CableView>,
}

impl Stage {
    /// Segments of these cables, before a word of a host.
    pub(super) fn new(cables: impl Iterator<Item = u16>) -> Self {
        Self {
            strips: cables.map(|cable| Cue { cable, view: None }).collect(),
            host_silent: true,
            identify: false,
            fault: false,
            stopped: false,
            host_offset_us: 0,
        }
    }

    /// Takes an update. A flow of a cable without a strip here changes nothing; a flow that cannot be drawn ends
    /// the one before it.
    pub(super) fn apply(&mut self, update: Update) {
        match update {
            Update::Show(flow) => {
                let view = CableView::from_wire(&flow).map(|(_, view)| view);
                for cue in self.strips.iter_mut().filter(|cue| cue.cable == flow.cable) {
                    cue.view = view;
                }
            }
            Update::Hide(cable) => {
                self.strips.iter_mut().filter(|cue| cue.cable == cable).for_each(|cue| cue.view = None);
            }
            Update::Dark => self.strips.iter_mut().for_each(|cue| cue.view = None),
            Update::HostSilent(silent) => self.host_silent = silent,
            Update::Identify(on) => self.identify = on,
            Update::Fault(fault) => self.fault = fault,
            Update::EmergencyStop(pressed) => self.stopped = pressed,
            Update::HostClock(offset_us) => self.host_offset_us = offset_us,
        }
    }

    /// What each segment shows, in their order.
    pub(super) fn states(&self) -> impl Iterator<Item = StripState> {
        self.strips.iter().map(|cue| match cue.view {
            _ if self.stopped => StripState::EmergencyStop,
            _ if self.identify => StripState::Identify,
            _ if self.fault => StripState::Fault,
            _ if self.host_silent => StripState::NoHost,
            Some(view) => StripState::Flow(view),
            None => StripState::Idle,
        })
    }

    /// The host's clock `[µs]` when the local one shows `now_us` `[µs]`.
    pub(super) const fn host_us(&self, now_us: u64) -> u64 {
        now_us.wrapping_add_signed(self.host_offset_us)
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, Update};
    use crate::light::{CableEnd, StripState};
    use illuminator_protocol::CableFlow;

    fn flow(cable: u16, at_sink: bool, power_kw: f64) -> CableFlow {
        let (carrier, colour, anchor_position, anchor_us) = (0, 0, 0, 0);
        CableFlow {
            cable,
            at_sink,
            power_kw,
            full_scale_kw: 10.0,
            carrier,
            colour,
            anchor_position,
            anchor_us,
        }
    }

    /// Strips on the cables 1 and 2, with a host that speaks.
    fn stage() -> Stage {
        let mut stage = Stage::new([1, 2].into_iter());
        stage.apply(Update::HostSilent(false));
        stage
    }

    fn states(stage: &Stage) -> Vec<StripState> {
        stage.states().collect()
    }

    #[test]
    fn a_flow_is_shown_on_its_cable_as_its_end_sees_it() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(2, true, 3.0)));
        let shown = states(&stage);
        assert_eq!(shown[0], StripState::Idle);
        let StripState::Flow(view) = shown[1] else { panic!("{shown:?}") };
        assert_eq!((view.end, view.flow.power_kw()), (CableEnd::B, 3.0));
        stage.apply(Update::Show(flow(1, false, -4.0)));
        let StripState::Flow(view) = states(&stage)[0] else { panic!("{shown:?}") };
        assert_eq!((view.end, view.flow.power_kw()), (CableEnd::A, -4.0));
    }

    #[test]
    fn a_cable_without_a_strip_changes_nothing() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(3, true, 3.0)));
        assert_eq!(states(&stage), [StripState::Idle; 2]);
    }

    #[test]
    fn a_flow_that_cannot_be_drawn_ends_the_one_before() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(1, true, 3.0)));
        stage.apply(Update::Show(flow(1, true, f64::NAN)));
        assert_eq!(states(&stage), [StripState::Idle; 2]);
    }

    #[test]
    fn nothing_stale_is_shown_in_the_dark() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(1, true, 3.0)));
        stage.apply(Update::HostSilent(true));
        stage.apply(Update::Dark);
        assert_eq!(states(&stage), [StripState::NoHost; 2]);
        stage.apply(Update::HostSilent(false));
        assert_eq!(states(&stage), [StripState::Idle; 2]);
    }

    #[test]
    fn a_silent_host_hides_every_flow_until_it_speaks_again() {
        let mut stage = Stage::new([1].into_iter());
        assert_eq!(states(&stage), [StripState::NoHost], "no host has spoken yet");
        stage.apply(Update::Show(flow(1, true, 3.0)));
        assert_eq!(states(&stage), [StripState::NoHost]);
        stage.apply(Update::HostSilent(false));
        assert!(matches!(states(&stage)[0], StripState::Flow(_)));
    }

    #[test]
    fn a_cable_that_is_hidden_hides_no_other() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(1, true, 3.0)));
        stage.apply(Update::Show(flow(2, true, 3.0)));
        stage.apply(Update::Hide(1));
        assert!(matches!(states(&stage)[..], [StripState::Idle, StripState::Flow(_)]));
    }

    #[test]
    fn identify_wins() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(1, true, 3.0)));
        stage.apply(Update::Identify(true));
        assert_eq!(states(&stage), [StripState::Identify; 2]);
        stage.apply(Update::HostSilent(true));
        assert_eq!(states(&stage), [StripState::Identify; 2]);
        stage.apply(Update::HostSilent(false));
        stage.apply(Update::Identify(false));
        assert!(matches!(states(&stage)[..], [StripState::Flow(_), StripState::Idle]));
    }

    #[test]
    fn an_emergency_stop_wins_over_identifying() {
        let mut stage = stage();
        stage.apply(Update::Identify(true));
        stage.apply(Update::EmergencyStop(true));
        assert_eq!(states(&stage), [StripState::EmergencyStop; 2]);
        stage.apply(Update::EmergencyStop(false));
        assert_eq!(states(&stage), [StripState::Identify; 2]);
    }

    #[test]
    fn a_fault_wins_over_flows_and_silence_and_over_nothing_else() {
        let mut stage = stage();
        stage.apply(Update::Show(flow(1, true, 3.0)));
        stage.apply(Update::Fault(true));
        assert_eq!(states(&stage), [StripState::Fault; 2]);
        stage.apply(Update::HostSilent(true));
        assert_eq!(states(&stage), [StripState::Fault; 2]);
        stage.apply(Update::Identify(true));
        assert_eq!(states(&stage), [StripState::Identify; 2]);
        stage.apply(Update::EmergencyStop(true));
        assert_eq!(states(&stage), [StripState::EmergencyStop; 2]);
        for update in [
            Update::EmergencyStop(false),
            Update::Identify(false),
            Update::HostSilent(false),
            Update::Fault(false),
        ] {
            stage.apply(update);
        }
        assert!(matches!(states(&stage)[..], [StripState::Flow(_), StripState::Idle]), "it is over");
    }

    #[test]
    fn the_hosts_clock_is_the_local_one_and_the_offset() {
        let mut stage = stage();
        assert_eq!(stage.host_us(5), 5);
        stage.apply(Update::HostClock(1_000));
        assert_eq!(stage.host_us(5), 1_005);
        stage.apply(Update::HostClock(-3));
        assert_eq!(stage.host_us(5), 2);
        stage.apply(Update::HostClock(i64::MIN));
        assert_eq!(stage.host_us(0), 1 << 63, "a strange offset does no harm");
    }
}
