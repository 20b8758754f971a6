//! A node whose program is to start anew.

use crate::Bench;
use illuminator::coordinator::{NodeLink, OnLoss};
use illuminator::view::{AskedState, Offers};
use illuminator_protocol::{BootId, ClusterKey, Control, Duration, Event, Hello, ToHost, ToNode};

/// A run on a node that says what it offers, with these words before that.
fn run(before: &[Event<'_>]) -> Bench {
    let mut bench = Bench::with(OnLoss::Restart);
    bench.until_first_step();
    for event in before {
        bench.say(&ToHost::Event(*event));
    }
    bench.say(&ToHost::Event(Event::Offers { reboot: true, shutdown: false, actions: "" }));
    bench.exchange();
    bench
}

/// What became of what was asked of the node last.
fn asked(bench: &Bench) -> (AskedState, String) {
    let (_, health) = bench.host.health(bench.now).next().expect("there is one node");
    let asked = health.asked.expect("it was asked");
    assert_eq!(asked.what, "restart");
    (asked.state, asked.text)
}

fn controls(bench: &Bench) -> usize {
    let told = bench.heard.iter().filter_map(|message| ToNode::decode(message).ok());
    told.filter(|told| *told == ToNode::Control(Control::Restart)).count()
}

/// A run whose node has taken on to start anew.
fn taken_on() -> Bench {
    let mut bench = run(&[Event::OffersRestart]);
    assert!(bench.host.control(bench.now, "node", Control::Restart));
    bench.exchange();
    assert_eq!(controls(&bench), 1);
    bench.say(&ToHost::ControlDone { control: Control::Restart, ok: true });
    bench.exchange();
    assert_eq!(asked(&bench), (AskedState::Running, "accepted".to_owned()));
    bench
}

#[test]
fn a_restart_is_done_once_the_node_is_there_again() {
    let mut bench = taken_on();
    bench.cut = true;
    bench.pass(Duration::from_secs(2));
    assert_eq!(asked(&bench).0, AskedState::Running, "it is gone, and not back");
    bench.cut = false;
    bench.restart(BootId(2));
    bench.pass(Duration::from_secs(2));
    assert_eq!(asked(&bench), (AskedState::Done, "it has started anew".to_owned()));
    assert_eq!(controls(&bench), 1, "once");
}

#[test]
fn a_link_that_broke_is_no_restart() {
    let mut bench = taken_on();
    bench.cut = true;
    bench.pass(Duration::from_secs(2));
    bench.cut = false;
    bench.pass(Duration::from_secs(2));
    let (_, health) = bench.host.health(bench.now).next().expect("there is one node");
    assert!(health.heard_s < Some(1.0), "it is heard again");
    assert_eq!(asked(&bench).0, AskedState::Running);
    // Nobody waits for ever.
    bench.pass(Duration::from_secs(15));
    let late = "it has not started anew for too long: look there";
    assert_eq!(asked(&bench), (AskedState::Failed, late.to_owned()));
}

#[test]
fn a_spare_that_takes_its_place_is_not_the_node_that_is_back() {
    let mut bench = taken_on();
    let hello = Hello::new(BootId(9), "host", "test");
    let spare = NodeLink::spare("spare".to_owned(), &ClusterKey::OPEN, hello, &mut bench.entropy);
    bench.host = bench.host.with_spares(vec![spare]);
    bench.cut = true;
    bench.pass(Duration::from_secs(10));
    let told = |text: &str| bench.notices.iter().any(|notice| notice.contains(text));
    assert!(told("spare takes its place"), "{:?}", bench.notices);
    assert!(told("restart: another node took its place before it was back"), "{:?}", bench.notices);
    assert!(!told("it has started anew"));
}

/// One that cannot read it would give up its run.
#[test]
fn a_node_that_does_not_offer_it_is_not_asked() {
    for (before, offered) in [(&[][..], false), (&[Event::OffersRestart], true)] {
        let mut bench = run(before);
        assert_eq!(bench.host.control(bench.now, "node", Control::Restart), offered);
        bench.exchange();
        assert_eq!(controls(&bench), usize::from(offered));
        let refused = (AskedState::Failed, Offers::NO_RESTART.to_owned());
        assert_eq!(asked(&bench) == refused, !offered);
    }
    // What it offered holds no longer once it tells all anew.
    let mut bench = run(&[Event::OffersRestart, Event::Detects { boards: false, cables: 0 }]);
    assert!(!bench.host.control(bench.now, "node", Control::Restart));
}
