//! Nodes that are lost, late or stopped: what the run does and says, and for how long it waits.

use super::*;
use illuminator_protocol::{Control, Event};

/// What a node says of its models; opaque to the host.
const STATE: &[u8] = b"state";

#[test]
fn a_node_that_does_not_come_back_within_a_minute_ends_the_run() {
    let mut bench = Bench::with(OnLoss::Restart);
    bench.until_first_step();
    bench.done(0, 1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))));
    bench.cut = true;
    // Five seconds until it counts as lost, and the minute.
    bench.pass(Duration::from_secs(64));
    assert!(bench.said("is lost in step 1: waiting up to 60 s for it"), "{:?}", bench.notices);
    assert_eq!(bench.host.outcome(), None, "it may still come back");
    bench.pass(Duration::from_secs(3));
    let Err(error) = bench.outcome() else { panic!("the run has failed") };
    assert!(matches!(error, RunError::Lost { step: 1, .. }) && error.is_node(), "{error}");
    assert!(error.to_string().contains("silent for 65"), "{error}");
}

#[test]
fn a_node_that_has_lost_all_within_that_minute_repeats_its_steps() {
    let mut bench = Bench::with(OnLoss::Restart);
    bench.until_first_step();
    bench.done(0, 1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))));
    bench.cut = true;
    bench.pass(Duration::from_secs(50));
    bench.comes_back_anew();
    assert!(bench.heard.iter().any(|message| is_assign(message)), "it was given its plan");
    assert_eq!(bench.steps_heard(), [0, 1], "and all that it was asked since its last state, which is none");
    bench.done(0, 1);
    assert_eq!(bench.host.complete(), None, "what is recorded stays recorded");
    bench.finish(1);
}

#[test]
fn a_node_that_has_lost_all_goes_on_from_its_last_state() {
    let mut bench = Bench::with(OnLoss::Restart);
    bench.until_first_step();
    // Meanwhile the first state is due, that before step 1.
    bench.pass(Duration::from_millis(300));
    assert!(bench.heard.iter().any(|message| is_request(message)), "it was asked for its state");
    bench.done(0, 1);
    bench.give_state(1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))));
    bench.comes_back_anew();
    assert!(bench.heard.iter().any(|message| is_assign(message)), "it was given its plan");
    let restores = |message: &Vec<u8>| {
        matches!(ToNode::decode(message), Ok(ToNode::Restore { run: RUN, step: 1, state: STATE }))
    };
    assert!(bench.heard.iter().any(restores), "and its state");
    assert_eq!(bench.steps_heard(), [1], "and what it was asked since then");
    assert!(bench.said("restored to step 1, repeating 1"), "{:?}", bench.notices);
    bench.say(&ToHost::Restored { run: RUN, step: 1 });
    bench.finish(1);
}

#[test]
fn a_run_that_waits_waits_as_long_as_it_takes() {
    let mut bench = Bench::with(OnLoss::Wait);
    bench.until_first_step();
    bench.cut = true;
    bench.pass(Duration::from_secs(15 * 60));
    assert!(bench.said("is lost in step 0: waiting for it"), "{:?}", bench.notices);
    assert_eq!(bench.host.outcome(), None, "it waits");
    bench.heard.clear();
    bench.cut = false;
    bench.pass(Duration::from_secs(2));
    assert!(!bench.said("is slow"), "it was away: {:?}", bench.notices);
    assert!(!bench.heard.iter().any(|message| is_assign(message)), "it has its state still");
    assert_eq!(bench.steps_heard(), [0], "it is asked again for what it has not answered");
    bench.finish(0);
}

#[test]
fn a_node_that_is_there_and_computes_for_long_is_slow_and_not_lost() {
    let mut bench = Bench::with(OnLoss::Abort);
    bench.until_first_step();
    bench.pass(Duration::from_secs(2));
    assert!(bench.notices.is_empty(), "{:?}", bench.notices);
    bench.pass(Duration::from_secs(5 * 60));
    assert_eq!(bench.host.outcome(), None, "it is there");
    assert!(
        matches!(&bench.notices[..], [only] if only.contains("is slow: it is there, and has not answered for 3 s")),
        "said once: {:?}",
        bench.notices
    );
    bench.finish(0);
}

#[test]
fn an_emergency_stop_holds_the_run_until_it_is_released() {
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.say(&ToHost::Event(Event::EmergencyStop { on: true }));
    bench.exchange();
    assert!(bench.said("emergency stop: the run is held"), "{:?}", bench.notices);
    assert!(bench.was_told(Control::EmergencyStop { on: true }), "all nodes are told");
    // What was asked before comes to a row; nothing more is asked.
    bench.done(0, 1);
    bench.give_state(1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))));
    bench.pass(Duration::from_secs(60));
    assert_eq!((bench.steps_heard(), bench.host.outcome()), (vec![0], None), "it is held");
    bench.say(&ToHost::Event(Event::EmergencyStop { on: false }));
    bench.exchange();
    assert!(bench.said("emergency stop released"), "{:?}", bench.notices);
    assert!(bench.was_told(Control::EmergencyStop { on: false }), "all nodes are told");
    assert_eq!(bench.steps_heard(), [0, 1], "it goes on");
    bench.finish(1);
}

#[test]
fn a_node_that_comes_back_is_told_that_the_table_is_stopped() {
    let mut bench = Bench::with(OnLoss::Restart);
    bench.until_first_step();
    bench.say(&ToHost::Event(Event::EmergencyStop { on: true }));
    bench.exchange();
    bench.comes_back_anew();
    assert!(bench.was_told(Control::EmergencyStop { on: true }), "it may not know");
    bench.say(&ToHost::Event(Event::EmergencyStop { on: false }));
    bench.exchange();
    bench.finish(0);
}

fn is_request(message: &[u8]) -> bool {
    matches!(ToNode::decode(message), Ok(ToNode::SnapshotRequest { run: RUN }))
}

impl Bench {
    /// Whether a notice says this.
    fn said(&self, text: &str) -> bool {
        self.notices.iter().any(|notice| notice.contains(text))
    }

    fn was_told(&self, control: Control) -> bool {
        self.heard.iter().any(|message| ToNode::decode(message) == Ok(ToNode::Control(control)))
    }

    fn give_state(&mut self, step: u64) {
        self.say(&ToHost::Snapshot { run: RUN, step, state: STATE });
        self.exchange();
    }

    /// The node's power was off: it has forgotten everything, and takes its plan again.
    fn comes_back_anew(&mut self) {
        self.heard.clear();
        self.restart(BootId(2));
        self.cut = false;
        self.pass(Duration::from_secs(5));
        self.say(&ToHost::Ready { run: RUN });
        self.exchange();
    }

    /// Computes the steps from `first` on, and ends the run.
    fn finish(&mut self, first: u64) {
        for step in first..STEPS {
            self.done(step, step as i64);
            self.give_state(step + 1);
            assert_eq!(self.take_row(), Some((step, Value::Int(step as i64))));
        }
        assert_eq!(self.outcome(), Ok(()));
    }
}
