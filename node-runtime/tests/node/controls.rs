//! What a host asks of a node besides steps.

use crate::{Bench, NOTHING_OFFERED, sights};
use illuminator_node::node::{Offers, Request};
use illuminator_protocol::{Control, Event, ToHost, ToNode};

#[test]
fn controls_reach_the_machine_and_are_answered() {
    let mut bench = Bench::new(&[]);
    let reply = bench.ask(&ToNode::Control(Control::Identify { on: true }));
    let control = Control::Identify { on: true };
    assert_eq!(ToHost::decode(&reply[0]), Ok(ToHost::ControlDone { control, ok: true }));
    assert_eq!(bench.requests().last(), Some(&Request::Identify(true)));
    let reply = bench.ask(&ToNode::Control(Control::Reboot));
    let control = Control::Reboot;
    let why = "`reboot` is not allowed in `[actions]` of its node.toml";
    assert_eq!(ToHost::decode(&reply[0]), Ok(ToHost::Refused { control, why }));
    assert_eq!(bench.node.poll_request(), None);
}

#[test]
fn a_program_that_is_to_start_anew_says_so_first() {
    let mut bench = Bench::new(&[]);
    bench.node.offers(Offers { restart: true, ..Offers::default() });
    let told = bench.exchange();
    assert_eq!(
        sights(&told),
        [
            Event::Detects { boards: false, cables: 0 },
            Event::EmergencyStop { on: false },
            Event::OffersRestart,
            NOTHING_OFFERED
        ],
        "it is told before that which ends what is offered"
    );
    bench.requests();
    let control = Control::Restart;
    let reply = bench.ask(&ToNode::Control(control));
    assert_eq!(ToHost::decode(&reply[0]), Ok(ToHost::ControlDone { control, ok: true }));
    assert_eq!(bench.requests(), [Request::Command(control)]);
}

#[test]
fn what_became_of_a_relay_is_the_machines_answer() {
    let mut bench = Bench::new(&[]);
    bench.requests();
    for (relay, ok) in [(0, true), (9, false)] {
        let control = Control::Relay { relay, on: true };
        assert!(bench.ask(&ToNode::Control(control)).is_empty(), "the machine has not said anything yet");
        assert_eq!(bench.requests(), [Request::Relay { relay, on: true }]);
        bench.node.control_done(control, ok);
        assert_eq!(ToHost::decode(&bench.exchange()[0]), Ok(ToHost::ControlDone { control, ok }));
    }
}

#[test]
fn a_relay_of_a_machine_that_never_looks_is_not_switched() {
    let mut bench = Bench::new(&[]);
    bench.requests();
    let control = Control::Relay { relay: 1, on: false };
    assert!(bench.ask(&ToNode::Control(control)).is_empty());
    let identify = ToNode::Control(Control::Identify { on: true });
    let refused = (0..1_000).any(|_| {
        let told = bench.ask(&identify);
        told.iter().any(|reply| ToHost::decode(reply) == Ok(ToHost::ControlDone { control, ok: false }))
    });
    assert!(refused, "its request was dropped");
    assert!(!bench.requests().contains(&Request::Relay { relay: 1, on: false }));
}
