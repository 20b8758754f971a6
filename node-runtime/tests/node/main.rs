//! The node state machine, driven by a host's end of the protocol over a perfect network in simulated time.

mod controls;
mod hosts;

use illuminator_node::engine::{InputPlan, ModelPlan, PlacePlan, Snapshot, StagePlan};
use illuminator_node::mailbox::Mailbox;
use illuminator_node::model::{Origin, Section, Settings};
use illuminator_node::node::{LINK_WINDOW, Node, NodeCounters, Request};
use illuminator_node::value::Value;
use illuminator_node::wire::ValueBuffer;
use illuminator_protocol::{
    BootId, CableFlow, ClusterKey, Datagram, Duration, Entropy, Event, Hello, Initiator, Instant, RunId,
    ToHost, ToNode, Value as WireValue,
};

const RUN: RunId = RunId(1);
const OTHER_RUN: RunId = RunId(2);

#[test]
fn a_turn_is_computed_once_and_its_reply_repeated_byte_for_byte() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    let first = bench.step(RUN, 0, 2.0);
    assert_eq!(bench.step(RUN, 0, 99.0), first, "the repeat does not look at its values");
    let second = bench.step(RUN, 1, 2.0);
    assert_ne!(first, second);
    assert_eq!(bench.step(RUN, 0, 0.0), first, "an older one is still there");
    assert_eq!(
        bench.counters(),
        NodeCounters { computed: 2, repeated: 2, stale: 0, unreadable: 0, begun: 1 }
    );
}

#[test]
fn steps_of_another_run_or_out_of_order_change_nothing() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    let first = bench.step(RUN, 0, 2.0);
    let refused = bench.try_step(RunId(2), 1, 50.0);
    assert!(matches!(ToHost::decode(&refused[0]), Ok(ToHost::Forgotten { run: RunId(2) })), "another run");
    assert!(bench.try_step(RUN, 5, 50.0).is_empty(), "a step that is not next");
    assert_eq!(
        bench.counters(),
        NodeCounters { computed: 1, repeated: 0, stale: 2, unreadable: 0, begun: 1 }
    );

    let mut undisturbed = Bench::new(&[]);
    undisturbed.assign(RUN, &battery());
    assert_eq!(undisturbed.step(RUN, 0, 2.0), first);
    assert_eq!(undisturbed.step(RUN, 1, 3.0), bench.step(RUN, 1, 3.0));
}

#[test]
fn a_node_that_is_assigned_another_place_of_its_run_takes_that() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &two_batteries());
    bench.step(RUN, 0, 2.0);
    bench.assign(RUN, &battery());
    let mut other = Bench::new(&[]);
    other.assign(RUN, &battery());
    assert_eq!(bench.step(RUN, 0, 2.0), other.step(RUN, 0, 2.0), "it begins, with that plan");
}

#[test]
fn another_node_goes_on_from_a_snapshot_with_the_same_bytes() {
    let mut first = Bench::new(&[]);
    first.assign(RUN, &battery());
    for step in 0..5 {
        first.step(RUN, step, 2.0);
    }
    let replies = first.ask(&ToNode::SnapshotRequest { run: RUN });
    let Ok(ToHost::Snapshot { run: RUN, step: 5, state }) = ToHost::decode(&replies[0]) else {
        panic!("a snapshot before step 5");
    };
    let mut second = Bench::new(&[]);
    second.assign(RUN, &battery());
    let restored = second.ask(&ToNode::Restore { run: RUN, step: 5, state });
    assert_eq!(ToHost::decode(&restored[0]), Ok(ToHost::Restored { run: RUN, step: 5 }));
    for step in 5..10 {
        assert_eq!(second.step(RUN, step, -1.0), first.step(RUN, step, -1.0), "step {step}");
    }
}

/// Between two stages a state would mean "half a step done": it is given at the end of the step.
#[test]
fn a_snapshot_is_taken_between_two_steps() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &two_batteries());
    bench.step_of(RUN, 0, 0, 2.0);
    assert!(bench.ask(&ToNode::SnapshotRequest { run: RUN }).is_empty(), "not in the middle of a step");
    let told = bench.ask_step(RUN, 0, 1, 3.0);
    let Ok(ToHost::Snapshot { step: 1, state, .. }) = ToHost::decode(&told[1]) else {
        panic!("a snapshot before step 1");
    };
    let mut second = Bench::new(&[]);
    second.assign(RUN, &two_batteries());
    second.ask(&ToNode::Restore { run: RUN, step: 1, state });
    for stage in 0..2 {
        assert_eq!(second.step_of(RUN, 1, stage, 1.0), bench.step_of(RUN, 1, stage, 1.0), "stage {stage}");
    }
}

#[test]
fn the_last_step_there_can_be_is_no_trap() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    let told = bench.ask(&ToNode::SnapshotRequest { run: RUN });
    let Ok(ToHost::Snapshot { state, .. }) = ToHost::decode(&told[0]) else { panic!("a snapshot") };
    bench.ask(&ToNode::Restore { run: RUN, step: u64::MAX, state });
    bench.step(RUN, u64::MAX, 1.0);
}

/// A value inside a value, two hundred thousand levels deep: refused, not followed.
#[test]
fn bytes_that_nest_without_end_are_refused() {
    let mut value = Value::Int(1);
    for _ in 0..8 {
        value = Value::List(vec![value]);
    }
    let mut plan = battery();
    plan.models[0].settings.inputs.0.push(("deep".to_owned(), value));
    assert_eq!(PlacePlan::from_bytes(&plan.to_bytes()), Some(plan.clone()), "eight levels are allowed");
    let deep = [6, 1].repeat(200_000);
    assert_eq!(PlacePlan::from_bytes(&deep), None);
    assert!(Snapshot::from_bytes(&deep).is_err());
}

#[test]
fn a_snapshot_that_does_not_fit_is_refused() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    for state in [&b"nonsense"[..], &[]] {
        let reply = bench.ask(&ToNode::Restore { run: RUN, step: 1, state });
        assert!(matches!(ToHost::decode(&reply[0]), Ok(ToHost::Rejected { run: RUN, .. })));
    }
}

#[test]
fn what_cannot_be_run_here_is_refused_with_a_reason() {
    let mut unknown = battery();
    unknown.models[0].model_type = "Nope".to_owned();
    let mut contradictory = battery();
    contradictory.stages[0].exports = vec![99];
    let mut refused_settings = battery();
    refused_settings.models[0].settings.parameters.0.clear();
    let cases = [
        (unknown.to_bytes(), "Nope"),
        (contradictory.to_bytes(), "contradicts itself"),
        (refused_settings.to_bytes(), "max_p"),
        (b"nonsense".to_vec(), "cannot be read"),
    ];
    for (plan, expected) in cases {
        let mut bench = Bench::new(&[]);
        let reply = bench.ask(&ToNode::Assign { run: RUN, plan: &plan });
        let Ok(ToHost::Rejected { run: RUN, reason }) = ToHost::decode(&reply[0]) else {
            panic!("{expected}: not refused");
        };
        assert!(reason.contains(expected), "{reason}");
    }
    let reply = Bench::new(&["PV", "Load"]).ask(&ToNode::Assign { run: RUN, plan: &battery().to_bytes() });
    let Ok(ToHost::Rejected { reason, .. }) = ToHost::decode(&reply[0]) else { panic!("not refused") };
    assert!(reason.contains("takes only PV, Load"), "{reason}");
}

/// Eight bytes that ask for 256 MiB.
#[test]
fn a_short_plan_never_asks_for_much_memory() {
    let plan = PlacePlan { slots: 1 << 24, ..PlacePlan::default() };
    assert_eq!(PlacePlan::from_bytes(&plan.to_bytes()), None);
}

#[test]
fn a_plan_without_stages_has_no_turns() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &PlacePlan::default());
    assert!(bench.try_step(RUN, 0, 1.0).is_empty());
    assert_eq!(bench.counters().stale, 1);
}

#[test]
fn a_model_that_cannot_go_on_is_named_and_the_failure_repeated() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    let reply = bench.ask_value(RUN, 0, 0, &Value::Text("much".to_owned()));
    let Ok(ToHost::Failed { run: RUN, step: 0, model: "B1", reason }) = ToHost::decode(&reply[0]) else {
        panic!("the failure of model B1");
    };
    assert!(reason.contains("flow2b") && reason.contains("a text"), "{reason}");
    assert_eq!(bench.try_step(RUN, 0, 1.0), reply, "asked again, it fails again");
}

#[test]
fn wrong_values_fail_the_step_and_not_the_node() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    let mut values = ValueBuffer::default();
    values.push(&Value::Int(1)).unwrap();
    values.push(&Value::Int(2)).unwrap();
    let step = ToNode::Step { run: RUN, step: 0, stage: 0, values: values.values() };
    let reply = bench.ask(&step);
    assert!(matches!(ToHost::decode(&reply[0]), Ok(ToHost::Failed { run: RUN, step: 0, .. })));
}

#[test]
fn light_belongs_to_a_run() {
    let flow = CableFlow {
        cable: 7,
        at_sink: true,
        power_kw: 2.0,
        full_scale_kw: 10.0,
        carrier: 0,
        colour: 0,
        anchor_position: 0,
        anchor_us: 0,
    };
    let mut bench = Bench::new(&[]);
    assert_eq!(bench.requests(), [Request::Dark, Request::HostSilent(false)], "a host is heard");
    bench.ask(&ToNode::Flow(flow));
    assert_eq!(bench.requests(), [], "no run, no flow");
    bench.assign(RUN, &battery());
    bench.ask(&ToNode::Flow(flow));
    assert_eq!(bench.requests(), [Request::Dark, Request::Show(flow)]);
    bench.ask(&ToNode::Release { run: OTHER_RUN });
    assert_eq!(bench.requests(), [], "the end of another run");
    bench.ask(&ToNode::Release { run: RUN });
    bench.ask(&ToNode::Flow(flow));
    assert_eq!(bench.requests(), [Request::Dark], "what comes after the end is not shown");
}

/// However long a run was shown, a silent host is noticed within two seconds.
#[test]
fn a_silent_host_is_noticed_in_time_for_the_strips() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    bench.requests();
    let silent_since = bench.now;
    let mut datagram = Datagram::new();
    while bench.requests() != [Request::HostSilent(true)] {
        bench.now = bench.node.poll_timeout().max(bench.now + Duration::from_micros(100));
        assert!(bench.now.saturating_since(silent_since) <= Duration::from_secs(2), "still not noticed");
        while bench.node.poll_transmit(bench.now, &mut datagram).is_some() {}
    }
    assert_eq!(bench.node.run(), Some(RUN), "the run is kept: the host may come back");
}

/// What the host was told of cables, in order.
fn sights(told: &[Vec<u8>]) -> Vec<Event<'_>> {
    told.iter()
        .map(|message| match ToHost::decode(message) {
            Ok(ToHost::Event(event)) => event,
            other => panic!("only events: {other:?}"),
        })
        .collect()
}

#[test]
fn the_host_hears_of_every_cable_and_again_in_every_session() {
    let mut bench = Bench::new(&[]);
    bench.node.detects_boards(true);
    bench.node.cable(3, true);
    bench.node.cable(3, true);
    bench.node.cable(2, true);
    bench.node.cable(2, false);
    let told = bench.exchange();
    assert_eq!(
        sights(&told),
        [
            Event::Detects { boards: true, cables: 0 },
            Event::EmergencyStop { on: false },
            NOTHING_OFFERED,
            Event::Cable { cable: 3, plugged: true },
            Event::Cable { cable: 2, plugged: true },
            Event::Cable { cable: 2, plugged: false },
        ],
        "the same again is no news"
    );
    *bench.host = Initiator::new(ClusterKey::OPEN, Hello::new(BootId(9), "host", "test"), &mut bench.entropy);
    bench.mailbox.clear();
    let told = bench.exchange();
    assert_eq!(
        sights(&told),
        [
            Event::Detects { boards: true, cables: 2 },
            Event::Cable { cable: 2, plugged: false },
            Event::Cable { cable: 3, plugged: true },
            Event::EmergencyStop { on: false },
            NOTHING_OFFERED,
        ]
    );
}

/// What a node says to which nothing is allowed.
const NOTHING_OFFERED: Event<'static> = Event::Offers { reboot: false, shutdown: false, actions: "" };

/// An emergency stop that the host does not hear of would be one at this node only.
#[test]
fn what_the_link_has_no_room_for_is_told_when_there_is() {
    let mut bench = Bench::new(&[]);
    bench.node.cable(2, true);
    bench.exchange();
    for _ in 0..2_000 {
        bench.node.report(Event::Notice { text: "much is going on" });
    }
    bench.node.cable(3, true);
    bench.node.cable(2, false);
    bench.node.emergency_stop(true);
    let told: Vec<Vec<u8>> = (0..100).flat_map(|_| bench.exchange()).collect();
    let sights = sights(&told);
    let notices = sights.iter().filter(|event| matches!(event, Event::Notice { .. })).count();
    assert!((1_000..2_000).contains(&notices), "the link was full: {notices} of 2000");
    for event in [
        Event::Cable { cable: 2, plugged: false },
        Event::Cable { cable: 3, plugged: true },
        Event::EmergencyStop { on: true },
    ] {
        assert_eq!(sights.iter().filter(|told| **told == event).count(), 1, "{event:?}");
    }
}

#[test]
fn what_nobody_hears_is_not_kept() {
    let mut bench = Bench::new(&[]);
    let mut lonely = Node::<u8>::new(ClusterKey::OPEN, Hello::new(BootId(1), "node", "test"), Vec::new());
    lonely.report(Event::Notice { text: "too early" });
    std::mem::swap(&mut bench.node, &mut lonely);
    *bench.host = Initiator::new(ClusterKey::OPEN, Hello::new(BootId(9), "host", "test"), &mut bench.entropy);
    let told = bench.exchange();
    assert_eq!(
        sights(&told),
        [Event::Detects { boards: false, cables: 0 }, Event::EmergencyStop { on: false }, NOTHING_OFFERED]
    );
}

#[test]
fn messages_without_meaning_are_counted() {
    let mut bench = Bench::new(&[]);
    assert!(bench.ask_bytes(&[250, 1, 2, 3]).is_empty());
    assert_eq!(bench.counters().unreadable, 1);
}

/// Two batteries, each in a stage of its own.
fn two_batteries() -> PlacePlan {
    let one = battery();
    let mut second = one.models[0].clone();
    second.name = "B2".to_owned();
    second.first_slot = 6;
    second.inputs = vec![InputPlan::One { slot: 11, origin: Origin::Output }];
    let stage = StagePlan { models: 1, imports: vec![11], exports: vec![6, 7, 8, 9, 10] };
    PlacePlan {
        slots: 12,
        models: vec![one.models[0].clone(), second],
        stages: vec![one.stages[0].clone(), stage],
        shadows: Vec::new(),
    }
}

/// A battery whose request is imported and whose outputs and states are exported.
fn battery() -> PlacePlan {
    let section = |entries: &[(&str, Value)]| {
        Section(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let int = Value::Int;
    let settings = Settings {
        parameters: section(&[
            ("max_p", int(5)),
            ("min_p", int(-5)),
            ("max_energy", int(10)),
            ("charge_efficiency", int(90)),
            ("discharge_efficiency", int(90)),
            ("soc_min", int(10)),
            ("soc_max", int(90)),
        ]),
        inputs: section(&[("flow2b", int(0))]),
        outputs: section(&[("p_out", int(0)), ("p_in", int(0))]),
        states: section(&[("soc", Value::Float(50.0)), ("flag", int(0)), ("mod", int(0))]),
        step_size: 1,
        resolution_s: 900,
        ..Settings::default()
    };
    PlacePlan {
        slots: 6,
        models: vec![ModelPlan {
            name: "B1".to_owned(),
            model_type: "Battery".to_owned(),
            settings,
            first_slot: 0,
            inputs: vec![InputPlan::One { slot: 5, origin: Origin::Output }],
            knobs: Vec::new(),
        }],
        stages: vec![StagePlan { models: 1, imports: vec![5], exports: vec![0, 1, 2, 3, 4] }],
        shadows: Vec::new(),
    }
}

/// Numbers in order: handshakes that repeat.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}

/// A node and the host's end of its link.
#[test]
fn what_strangers_send_is_counted_as_dropped_and_as_nothing_else() {
    let mut bench = Bench::new(&[]);
    bench.assign(RUN, &battery());
    bench.step(RUN, 0, 1.0);
    bench.requests();
    let before = bench.counters();
    // A frame of this session, kept back.
    bench.mailbox.send(bench.host.session(), b"later");
    let mut real = Datagram::new();
    assert!(bench.host.poll_transmit(bench.now, &mut real));
    let flipped = |bit: usize| {
        let mut frame = real.to_vec();
        frame[bit / 8] ^= 1 << (bit % 8);
        frame
    };
    let mut frames: Vec<Vec<u8>> = (0..real.len() * 8).map(flipped).collect();
    frames.extend((0..real.len()).map(|length| real[..length].to_vec()));
    let count = frames.len() as u64;
    for mut frame in frames {
        bench.node.handle(bench.now, 9, &mut frame, &mut bench.entropy).expect_err("it is not authentic");
    }
    assert_eq!(bench.node.responder().drops().total(), count);
    assert_eq!(bench.counters(), before);
    assert!(bench.requests().is_empty(), "nothing is asked of the machine");
    assert_eq!(bench.node.run(), Some(RUN));
}

/// Another host may look at a node whose own host is away, and does not keep that one from its run.
struct Bench {
    node: Node<u8>,
    host: Box<Initiator<LINK_WINDOW>>,
    mailbox: Mailbox,
    entropy: Counting,
    now: Instant,
}

impl Bench {
    fn new(only: &[&str]) -> Self {
        let mut entropy = Counting(0);
        let only = only.iter().map(|&name| name.to_owned()).collect();
        let hello = |name| Hello::new(BootId(1), name, "test");
        let mut bench = Self {
            node: Node::new(ClusterKey::OPEN, hello("node"), only),
            host: Box::new(Initiator::new(ClusterKey::OPEN, hello("host"), &mut entropy)),
            mailbox: Mailbox::default(),
            entropy,
            now: Instant::ZERO,
        };
        bench.exchange();
        assert!(bench.host.session().is_some(), "host and node are connected");
        bench
    }

    /// Lets both ends talk for ten milliseconds; gives what the host was told.
    fn exchange(&mut self) -> Vec<Vec<u8>> {
        let mut told = Vec::new();
        let mut datagram = Datagram::new();
        for _ in 0..100 {
            self.now = self.now + Duration::from_micros(100);
            while self.host.poll_transmit(self.now, &mut datagram) {
                self.node.handle(self.now, 0, &mut datagram, &mut self.entropy).expect("a host's datagram");
            }
            while let Some(to) = self.node.poll_transmit(self.now, &mut datagram) {
                if to == 0 {
                    self.host.handle(self.now, &mut datagram).expect("a node's datagram");
                }
            }
            let mut message = Vec::new();
            while let Some(session) = self.host.session()
                && self.mailbox.receive(session, &mut message).expect("short messages")
            {
                told.push(message.clone());
            }
        }
        told
    }

    fn ask_bytes(&mut self, message: &[u8]) -> Vec<Vec<u8>> {
        self.mailbox.send(self.host.session(), message);
        self.exchange()
    }

    fn ask(&mut self, message: &ToNode<'_>) -> Vec<Vec<u8>> {
        let mut bytes = vec![0; 4096];
        let used = message.encode(&mut bytes).expect("small messages");
        self.ask_bytes(&bytes[..used])
    }

    fn assign(&mut self, run: RunId, plan: &PlacePlan) {
        let told = self.ask(&ToNode::Assign { run, plan: &plan.to_bytes() });
        assert_eq!(ToHost::decode(&told[0]), Ok(ToHost::Ready { run }));
    }

    fn ask_value(&mut self, run: RunId, step: u64, stage: u16, value: &Value) -> Vec<Vec<u8>> {
        let mut values = ValueBuffer::default();
        values.push(value).expect("a flat value");
        self.ask(&ToNode::Step { run, step, stage, values: values.values() })
    }

    fn ask_step(&mut self, run: RunId, step: u64, stage: u16, flow2b: f64) -> Vec<Vec<u8>> {
        self.ask_value(run, step, stage, &Value::Float(flow2b))
    }

    fn try_step(&mut self, run: RunId, step: u64, flow2b: f64) -> Vec<Vec<u8>> {
        self.ask_step(run, step, 0, flow2b)
    }

    fn step(&mut self, run: RunId, step: u64, flow2b: f64) -> Vec<u8> {
        self.step_of(run, step, 0, flow2b)
    }

    /// Steps a battery and gives the reply, which must hold its five values.
    fn step_of(&mut self, run: RunId, step: u64, stage: u16, flow2b: f64) -> Vec<u8> {
        let mut told = self.ask_step(run, step, stage, flow2b);
        assert_eq!(told.len(), 1, "one reply");
        let Ok(ToHost::Done { values, .. }) = ToHost::decode(&told[0]) else { panic!("the step is done") };
        assert_eq!(values.count(), 5);
        assert!(values.iter().all(|value| matches!(value, Ok(WireValue::Float(_) | WireValue::Int(_)))));
        told.remove(0)
    }

    /// What the node has asked of its machine.
    fn requests(&mut self) -> Vec<Request> {
        std::iter::from_fn(|| self.node.poll_request()).collect()
    }

    fn counters(&self) -> NodeCounters {
        self.node.counters()
    }
}
