//! The coordinator against nodes that misbehave, over a perfect network in simulated time.

mod losses;
mod restarts;
mod watching;

use illuminator::coordinator::{Coordinator, NodeLink, OnLoss, RunError, Timing};
use illuminator::plan::{Import, TablePlan, Task};
use illuminator::story::LiveTable;
use illuminator_node::engine::PlacePlan;
use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::{LINK_WINDOW, STEPS_IN_FLIGHT};
use illuminator_node::value::Value;
use illuminator_node::wire::ValueBuffer;
use illuminator_protocol::responder::Event as ResponderEvent;
use illuminator_protocol::{
    BootId, ClusterKey, Datagram, Duration, Entropy, Hello, Instant, Responder, RunId, ToHost, ToNode,
};

const RUN: RunId = RunId(7);
const OTHER: RunId = RunId(8);
const STEPS: u64 = 3;

#[test]
fn only_messages_of_this_run_count() {
    let mut bench = Bench::new();
    bench.until_first_step();
    // What another run's node would say, in a session that is authentic.
    bench.say(&ToHost::Done { run: OTHER, step: 0, stage: 0, values: one_value(99).values() });
    bench.say(&ToHost::Failed { run: OTHER, step: 0, model: "M", reason: "of another run" });
    bench.say(&ToHost::Rejected { run: OTHER, reason: "of another run" });
    bench.say(&ToHost::Ready { run: OTHER });
    bench.exchange();
    assert_eq!(bench.host.complete(), None, "nothing happened");
    bench.done(0, 1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))));
    bench.done(1, 2);
    bench.done(2, 3);
    assert_eq!(bench.take_row(), Some((1, Value::Int(2))));
    assert_eq!(bench.take_row(), Some((2, Value::Int(3))));
    assert_eq!(bench.outcome(), Ok(()));
}

#[test]
fn a_repeated_reply_changes_nothing() {
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.done(0, 1);
    bench.done(0, 50);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))), "the first reply counts");
    bench.done(0, 60);
    bench.done(2, 70);
    assert_eq!(bench.take_row(), None, "the second step is awaited");
}

#[test]
fn the_first_failure_in_simulated_time_counts() {
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.say(&ToHost::Failed { run: RUN, step: 2, model: "Late", reason: "r" });
    bench.say(&ToHost::Failed { run: RUN, step: 1, model: "Early", reason: "r" });
    bench.say(&ToHost::Failed { run: RUN, step: 2, model: "Later", reason: "r" });
    bench.done(0, 1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))), "the step before becomes a row");
    let Err(RunError::Model { step: 1, error, .. }) = bench.outcome() else {
        panic!("the failure of step 1")
    };
    assert_eq!(error.model, "Early");
}

#[test]
fn a_node_that_no_longer_has_the_run_ends_it() {
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.say(&ToHost::Forgotten { run: OTHER });
    bench.exchange();
    assert!(bench.host.outcome().is_none(), "of another run");
    bench.say(&ToHost::Forgotten { run: RUN });
    bench.exchange();
    assert!(matches!(bench.outcome(), Err(RunError::Forgotten { .. })));
    let mut bench = Bench::with(OnLoss::Wait);
    bench.until_first_step();
    bench.say(&ToHost::Rejected { run: RUN, reason: "no such model" });
    bench.exchange();
    assert!(matches!(bench.outcome(), Err(RunError::Rejected { .. })), "to wait is of no use");
}

/// A node that has come back may be ahead of what it was heard to say. If it is lost then, its state is of no use: who went
/// on from there would never say what is awaited.
#[test]
fn a_state_is_not_gone_on_from_before_all_is_heard_that_led_to_it() {
    let mut bench = Bench::with(OnLoss::Restart);
    bench.until_first_step();
    bench.say(&ToHost::Snapshot { run: RUN, step: 1, state: &[1] });
    bench.exchange();
    bench.restart(BootId(2));
    bench.heard.clear();
    bench.pass(Duration::from_secs(3));
    let told: Vec<_> = bench.heard.iter().filter_map(|message| ToNode::decode(message).ok()).collect();
    assert!(told.iter().any(|told| matches!(told, ToNode::Assign { .. })), "{told:?}");
    assert!(told.iter().any(|told| matches!(told, ToNode::Step { step: 0, .. })), "{told:?}");
    assert!(!told.iter().any(|told| matches!(told, ToNode::Restore { .. })), "{told:?}");
    bench.done(0, 1);
    bench.say(&ToHost::Snapshot { run: RUN, step: 1, state: &[1] });
    bench.exchange();
    bench.restart(BootId(3));
    bench.heard.clear();
    bench.pass(Duration::from_secs(3));
    let told: Vec<_> = bench.heard.iter().filter_map(|message| ToNode::decode(message).ok()).collect();
    assert!(told.iter().any(|told| matches!(told, ToNode::Restore { step: 1, .. })), "{told:?}");
}

/// However many steps a node has to repeat, it must find the reply to each that it may be asked for again.
#[test]
fn a_node_that_repeats_many_steps_is_asked_no_further_ahead_than_it_keeps_replies() {
    const DONE: u64 = 200;
    let ahead = STEPS_IN_FLIGHT as u64;
    let mut bench = Bench::of(OnLoss::Restart, 2 * DONE);
    bench.until_first_step();
    // Faster than states are asked for.
    for step in 0..DONE {
        bench.say(&ToHost::Done { run: RUN, step, stage: 0, values: one_value(1).values() });
        bench.pass(Duration::from_millis(1));
        assert_eq!(bench.host.complete(), Some(step));
        bench.host.recorded(bench.now);
    }
    bench.restart(BootId(2));
    bench.heard.clear();
    bench.pass(Duration::from_secs(3));
    assert_eq!(bench.steps_heard(), (0..=ahead).collect::<Vec<_>>());
    bench.say(&ToHost::Ready { run: RUN });
    for step in 0..100 {
        bench.say(&ToHost::Done { run: RUN, step, stage: 0, values: one_value(1).values() });
    }
    bench.exchange();
    bench.exchange();
    assert_eq!(bench.steps_heard(), (0..=99 + ahead).collect::<Vec<_>>(), "each once, in order");
}

#[test]
fn what_cannot_be_read_ends_the_run() {
    let too_many = {
        let mut values = one_value(1);
        values.push(&Value::Int(2)).expect("a flat value");
        values
    };
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.say(&ToHost::Done { run: RUN, step: 0, stage: 0, values: too_many.values() });
    bench.exchange();
    assert!(matches!(bench.outcome(), Err(RunError::Unreadable { .. })));
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.say_bytes(&[255, 1, 2]);
    bench.exchange();
    assert!(matches!(bench.outcome(), Err(RunError::Unreadable { .. })));
}

#[test]
fn a_node_that_restarts_before_the_run_gets_its_plan_again() {
    let mut bench = Bench::new();
    bench.exchange();
    assert!(bench.heard.iter().any(|message| is_assign(message)), "it was given its plan");
    bench.heard.clear();
    bench.restart(BootId(2));
    bench.pass(Duration::from_secs(3));
    assert!(bench.heard.iter().any(|message| is_assign(message)), "and again");
    bench.say(&ToHost::Ready { run: RUN });
    bench.exchange();
    bench.done(0, 1);
    assert_eq!(bench.take_row(), Some((0, Value::Int(1))));
}

#[test]
fn a_node_that_restarts_during_the_run_ends_it() {
    let mut bench = Bench::new();
    bench.until_first_step();
    bench.restart(BootId(2));
    bench.pass(Duration::from_secs(3));
    assert!(matches!(bench.outcome(), Err(RunError::Restarted { .. })));
}

#[test]
fn a_node_that_answers_and_takes_no_plan_is_named_as_that() {
    let mut bench = Bench::new();
    bench.pass(Duration::from_secs(59));
    assert!(bench.host.outcome().is_none(), "a plan may take its time");
    bench.pass(Duration::from_secs(5));
    assert!(matches!(bench.outcome(), Err(RunError::PlanNotTaken { .. })));
}

fn is_assign(message: &[u8]) -> bool {
    matches!(ToNode::decode(message), Ok(ToNode::Assign { run: RUN, .. }))
}

fn one_value(value: i64) -> ValueBuffer {
    let mut values = ValueBuffer::default();
    values.push(&Value::Int(value)).expect("a flat value");
    values
}

struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}

/// A coordinator and a node that says what the test wants.
struct Bench {
    host: Coordinator,
    node: Box<Responder<u8, LINK_WINDOW>>,
    mailbox: Mailbox,
    /// What the node was told.
    heard: Vec<Vec<u8>>,
    entropy: Counting,
    now: Instant,
    /// Whether the cable to the node is pulled.
    cut: bool,
    /// What the host said to the person at the table.
    notices: Vec<String>,
}

impl Bench {
    /// One node with one stage that fills one wire and needs its own value of the step before.
    fn new() -> Self {
        Self::with(OnLoss::Abort)
    }

    /// The same, with another answer to losses.
    fn with(on_loss: OnLoss) -> Self {
        Self::of(on_loss, STEPS)
    }

    /// The same, in a run of so many steps.
    fn of(on_loss: OnLoss, steps: u64) -> Self {
        let import = Import { wire: 0, shifted: Some(Value::Int(0)) };
        let task = Task {
            place: 1,
            imports: vec![import],
            exports: vec![0],
            after_previous: vec![0],
            ..Task::default()
        };
        let plan = TablePlan {
            places: vec![PlacePlan::default(); 2],
            nodes: vec!["node".to_owned()],
            tasks: vec![task],
            wires: 1,
            cells: Vec::new(),
            watched: Vec::new(),
            reports: Vec::new(),
            cables: Vec::new(),
            story: None,
            steps,
        };
        let mut entropy = Counting(0);
        let hello = Hello::new(BootId(9), "host", "test");
        let link = NodeLink::new("node".to_owned(), &ClusterKey::OPEN, hello, &plan.places[1], &mut entropy);
        let now = Instant::ZERO;
        let timing = Timing { on_loss, ..Timing::default() };
        let host =
            Coordinator::new(&plan, RUN, vec![link], LiveTable::bare(), timing, now).expect("no models");
        let node = Box::new(Responder::new(ClusterKey::OPEN, Hello::new(BootId(1), "node", "test")));
        let (mailbox, heard, notices) = (Mailbox::default(), Vec::new(), Vec::new());
        Self { host, node, mailbox, heard, entropy, now, cut: false, notices }
    }

    fn restart(&mut self, boot: BootId) {
        *self.node = Responder::new(ClusterKey::OPEN, Hello::new(boot, "node", "test"));
        self.mailbox = Mailbox::default();
    }

    /// Lets both talk for ten milliseconds.
    fn exchange(&mut self) {
        self.pass(Duration::from_millis(10));
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut datagram = Datagram::new();
        while self.now < end {
            self.now = self.now + Duration::from_millis(1);
            while self.host.poll_transmit(self.now, &mut datagram).is_some() {
                if !self.cut {
                    // A node that has just restarted does not know the session.
                    let _ = self.node.handle(self.now, 0, &mut datagram, &mut self.entropy);
                }
            }
            while let Some(event) = self.node.poll_event() {
                if let ResponderEvent::Connected { .. } = event {
                    self.mailbox.clear();
                }
            }
            if let Some(session) = self.node.session() {
                self.mailbox.flush(session);
            }
            while self.node.poll_transmit(self.now, &mut datagram).is_some() {
                if !self.cut {
                    self.host.handle(self.now, 0, &mut datagram);
                }
            }
            self.notices.extend(std::iter::from_fn(|| self.host.poll_notice()));
            let mut message = Vec::new();
            while let Some(session) = self.node.session()
                && self.mailbox.receive(session, &mut message).expect("short messages")
            {
                self.heard.push(message.clone());
            }
        }
    }

    /// The steps that the node was asked for.
    fn steps_heard(&self) -> Vec<u64> {
        let told = self.heard.iter().filter_map(|message| ToNode::decode(message).ok());
        told.filter_map(|told| if let ToNode::Step { step, .. } = told { Some(step) } else { None }).collect()
    }

    fn until_first_step(&mut self) {
        self.exchange();
        self.say(&ToHost::Ready { run: RUN });
        self.exchange();
        let last = self.heard.last().expect("the node was told something");
        assert!(matches!(ToNode::decode(last), Ok(ToNode::Step { run: RUN, step: 0, stage: 0, .. })));
    }

    fn say_bytes(&mut self, message: &[u8]) {
        self.mailbox.send(self.node.session(), message);
    }

    fn say(&mut self, message: &ToHost<'_>) {
        let mut bytes = [0; 256];
        let used = message.encode(&mut bytes).expect("small messages");
        self.say_bytes(&bytes[..used]);
    }

    fn done(&mut self, step: u64, value: i64) {
        self.say(&ToHost::Done { run: RUN, step, stage: 0, values: one_value(value).values() });
        self.exchange();
    }

    fn take_row(&mut self) -> Option<(u64, Value)> {
        let step = self.host.complete()?;
        let value = self.host.values(step).value(0).expect("the wire is filled");
        self.host.recorded(self.now);
        self.exchange();
        Some((step, value))
    }

    fn outcome(&mut self) -> Result<(), RunError> {
        self.pass(Duration::from_secs(2));
        self.host.outcome().expect("the run has ended")
    }
}
