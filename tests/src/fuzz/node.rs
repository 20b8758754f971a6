//! Target `node`: a node, and a host that holds the key and knows no manners.

use super::pair::{Counting, HOST, key};
use super::sketch::{PlanSketch, ValueSketch};
use arbitrary::{Arbitrary, Unstructured};
use illuminator_node::engine::PlacePlan;
use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::{LINK_WINDOW, Node};
use illuminator_node::value::Value;
use illuminator_node::wire::ValueBuffer;
use illuminator_protocol::{
    BootId, CableFlow, Control, Datagram, Duration, Hello, Initiator, Instant, RunId, Telemetry, ToHost,
    ToNode, Values,
};

/// Operations of one run.
const OPS_MAX: usize = 100;
/// Turns that are asked for at once.
const TURNS_MAX: u8 = 20;
/// Moments in which a message and its answers must get across.
const MOMENTS_MAX: usize = 2_000;
/// A moment: longer than an acknowledgement waits.
const MOMENT: Duration = Duration::from_millis(3);
/// Requests for the machine that may wait.
const REQUESTS_MAX: usize = 256;

/// Bytes of something valid that are overwritten: where, and by what.
type Edits = Vec<(u16, u8)>;

/// What happens next.
#[derive(Debug, Arbitrary)]
enum Op<'a> {
    Assign(PlanSketch),
    AssignEdited(PlanSketch, Edits),
    AssignBytes(&'a [u8]),
    /// The turn that is next, with as many values as it needs, these first.
    Step(Vec<ValueSketch>),
    /// So many turns, with any numbers.
    Steps(u8),
    /// Any turn of the run.
    Turn {
        step: u64,
        stage: u16,
        values: &'a [u8],
    },
    /// A turn of another run.
    Stale {
        run: u64,
        step: u64,
    },
    /// The state is handed over, taken back and handed over again.
    ThereAndBack,
    /// The state goes on in another run of the same plan.
    Elsewhere,
    RestoreEdited(u64, Edits),
    RestoreBytes(u64, &'a [u8]),
    Start,
    Release,
    Control {
        which: u8,
        number: u8,
        on: bool,
    },
    Flow {
        cable: u16,
        power_kw: f64,
        full_scale_kw: f64,
    },
    Unplugged(u16),
    Bytes(&'a [u8]),
    Cable(u16, bool),
    Stop(bool),
    Detects(bool),
    Tell,
    RelaysDone(bool),
    /// Time passes `[ms]`.
    Wait(u16),
}

/// Lets a host say anything to a node.
///
/// Promise: the node does not panic and is not busy without end; every message that it sends can be read; a plan is
/// answered; a turn that is asked for again gives the same bytes; a state that it hands over is taken back, here and by
/// another run of the same plan, and is the same then.
pub fn node(data: &[u8]) {
    let mut bench = Bench::new();
    let mut input = Unstructured::new(data);
    // A plan comes first, and is followed a little: most of what a node can do wrong needs one.
    if let Ok(plan) = input.arbitrary() {
        bench.carry_out(Op::Assign(plan));
        bench.carry_out(Op::Steps(2));
    }
    for _ in 0..OPS_MAX {
        if input.is_empty() {
            break;
        }
        let Ok(op) = input.arbitrary() else { break };
        bench.carry_out(op);
    }
}

struct Bench {
    node: Node<u8>,
    host: Box<Initiator<LINK_WINDOW>>,
    mailbox: Mailbox,
    entropy: Counting,
    now: Instant,
    plan: PlacePlan,
    run: RunId,
    /// The turn that is next, if the node keeps to its word.
    next: (u64, u16),
    /// What the node has said since it was asked.
    said: Vec<Vec<u8>>,
}

impl Bench {
    fn new() -> Self {
        let mut entropy = Counting::default();
        let host = Initiator::new(key(), Hello::new(BootId(1), "host", "0.1.0"), &mut entropy);
        let node = Node::new(key(), Hello::new(BootId(2), "node", "0.1.0"), Vec::new());
        let mut bench = Self {
            node,
            host: Box::new(host),
            mailbox: Mailbox::default(),
            entropy,
            now: Instant::from_micros(1_000),
            plan: PlacePlan::default(),
            run: RunId(1),
            next: (0, 0),
            said: Vec::new(),
        };
        bench.exchange();
        bench
    }

    fn carry_out(&mut self, op: Op<'_>) {
        match op {
            Op::Assign(sketch) => self.assign(&sketch.plan().to_bytes()),
            Op::AssignEdited(sketch, edits) => self.assign(&edited(sketch.plan().to_bytes(), &edits)),
            Op::AssignBytes(bytes) => self.assign(bytes),
            Op::Step(values) => self.step(&values),
            Op::Steps(turns) => (0..turns % TURNS_MAX).for_each(|_| self.step(&[])),
            Op::Turn { step, stage, values } => {
                let (run, values) = (self.run, Values::from_bytes(values));
                self.ask(&ToNode::Step { run, step, stage, values });
            }
            Op::Stale { run, step } => {
                let values = Values::EMPTY;
                self.ask(&ToNode::Step { run: RunId(run), step, stage: 0, values });
            }
            Op::ThereAndBack => {
                if let Some((step, state)) = self.snapshot() {
                    self.restored(step, &state);
                }
            }
            Op::Elsewhere => {
                if let Some((step, state)) = self.snapshot() {
                    let before = self.run;
                    self.assign(&self.plan.to_bytes());
                    assert_ne!(self.run, before, "a plan that was taken once is taken again");
                    self.restored(step, &state);
                }
            }
            Op::RestoreEdited(step, edits) => {
                let state = self.snapshot().map(|(_, state)| edited(state, &edits)).unwrap_or_default();
                self.restore(step, &state);
            }
            Op::RestoreBytes(step, state) => self.restore(step, state),
            Op::Start => self.ask(&ToNode::Start { run: self.run }),
            Op::Release => self.ask(&ToNode::Release { run: self.run }),
            Op::Control { which, number, on } => self.ask(&ToNode::Control(control(which, number, on))),
            Op::Flow { cable, power_kw, full_scale_kw } => {
                let (at_sink, carrier, colour) = (false, 0, 0);
                let (anchor_position, anchor_us) = (0, 0);
                self.ask(&ToNode::Flow(CableFlow {
                    cable,
                    at_sink,
                    power_kw,
                    full_scale_kw,
                    carrier,
                    colour,
                    anchor_position,
                    anchor_us,
                }));
            }
            Op::Unplugged(cable) => self.ask(&ToNode::Unplugged { cable }),
            Op::Bytes(bytes) => self.say(bytes),
            op => {
                self.on_site(&op);
                self.exchange();
            }
        }
        let requests = std::iter::from_fn(|| self.node.poll_request()).count();
        assert!(requests <= REQUESTS_MAX);
    }

    /// What does not come from the host.
    fn on_site(&mut self, op: &Op<'_>) {
        match *op {
            Op::Cable(cable, plugged) => self.node.cable(cable, plugged),
            Op::Stop(on) => self.node.emergency_stop(on),
            Op::Detects(boards) => self.node.detects_boards(boards),
            Op::Tell => self.node.telemetry(Telemetry::default()),
            Op::RelaysDone(ok) => self.node.control_done(control(3, 0, ok), ok),
            Op::Wait(span_ms) => self.now = self.now + Duration::from_millis(span_ms.into()),
            _ => {}
        }
    }

    /// Gives the node a plan, for a run of its own.
    fn assign(&mut self, plan: &[u8]) {
        let run = RunId(self.run.0 + 1);
        self.ask(&ToNode::Assign { run, plan });
        let answered = self.messages().any(|message| match message {
            ToHost::Ready { run: ready } => ready == run,
            ToHost::Rejected { run: rejected, .. } => rejected == run,
            _ => false,
        });
        assert!(answered, "a plan is answered");
        if self.node.run() == Some(run) {
            self.plan = PlacePlan::from_bytes(plan).expect("a plan that was taken can be read");
            (self.run, self.next) = (run, (0, 0));
        }
    }

    /// Asks for the turn that is next, twice.
    fn step(&mut self, given: &[ValueSketch]) {
        let (step, stage) = self.next;
        let imports = self.plan.stages.get(usize::from(stage)).map_or(0, |stage| stage.imports.len());
        let mut values = ValueBuffer::default();
        for import in 0..imports {
            let value = given.get(import).map_or(Value::Float(import as f64), ValueSketch::value);
            values.push(&value).expect("a bounded value fits the wire");
        }
        let message = ToNode::Step { run: self.run, step, stage, values: values.values() };
        self.ask(&message);
        let first = self.turn();
        self.ask(&message);
        assert!(first == self.turn(), "a turn that is asked for again gives the same bytes");
        if let Some(Ok(ToHost::Done { .. })) = first.as_deref().map(ToHost::decode) {
            let last = usize::from(stage) + 1 >= self.plan.stages.len();
            self.next = if last { (step.saturating_add(1), 0) } else { (step, stage + 1) };
        }
    }

    /// The state of the node's models, if it gives it now.
    fn snapshot(&mut self) -> Option<(u64, Vec<u8>)> {
        self.ask(&ToNode::SnapshotRequest { run: self.run });
        self.messages().find_map(|message| match message {
            ToHost::Snapshot { step, state, .. } => Some((step, state.to_vec())),
            _ => None,
        })
    }

    fn restore(&mut self, step: u64, state: &[u8]) {
        self.ask(&ToNode::Restore { run: self.run, step, state });
        if self.messages().any(|message| message == ToHost::Restored { run: self.run, step }) {
            self.next = (step, 0);
        }
    }

    /// Gives back a state that the node has handed over.
    fn restored(&mut self, step: u64, state: &[u8]) {
        self.restore(step, state);
        assert_eq!(self.next, (step, 0), "a state that was handed over is taken back: {:?}", self.plan);
        let again = self.snapshot();
        assert!(
            again == Some((step, state.to_vec())),
            "a state that was taken back is the same: {:?}",
            self.plan
        );
    }

    fn ask(&mut self, message: &ToNode<'_>) {
        let mut bytes = vec![0; 1 << 10];
        while message.encode(&mut bytes).is_err() {
            bytes.resize(bytes.len() * 2, 0);
        }
        let len = message.encode(&mut bytes).expect("it did just now");
        self.say(&bytes[..len]);
    }

    /// Sends bytes to the node, and waits for all that it has to say to that.
    fn say(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return; // an empty message is nothing
        }
        self.said.clear();
        self.mailbox.send(self.host.session(), bytes);
        self.exchange();
    }

    /// Lets both ends speak until neither has anything to say to the other.
    fn exchange(&mut self) {
        for _ in 0..MOMENTS_MAX {
            let heard = self.cross();
            let waits = self.host.session().is_none_or(|session| session.in_flight() > 0);
            if !heard && !waits && self.mailbox.waiting() == 0 {
                return;
            }
            self.now = self.now + MOMENT;
        }
        panic!("host and node are busy without end");
    }

    /// Brings over what both ends say at this moment; returns whether the host heard any of it.
    fn cross(&mut self) -> bool {
        let mut out = Datagram::new();
        let mut quiet = false;
        let parts =
            |host: &mut Initiator<LINK_WINDOW>| host.session().map(|session| session.stats().parts_received);
        let before = parts(&mut self.host);
        while !std::mem::replace(&mut quiet, true) {
            if let Some(session) = self.host.session() {
                self.mailbox.flush(session);
            }
            while self.host.poll_transmit(self.now, &mut out) {
                quiet = false;
                // What is dropped is counted by the node.
                let _ = self.node.handle(self.now, HOST, &mut out, &mut self.entropy);
            }
            while self.node.poll_transmit(self.now, &mut out).is_some() {
                quiet = false;
                let _ = self.host.handle(self.now, &mut out);
            }
            while self.host.poll_event().is_some() {
                // Whatever it is, what was under way belongs to no session that goes on.
                self.mailbox.clear();
            }
            self.listen();
        }
        assert!(
            self.host.poll_timeout().min(self.node.poll_timeout()) > self.now,
            "an end is busy without end"
        );
        parts(&mut self.host) != before
    }

    /// Takes the node's messages.
    fn listen(&mut self) {
        let Some(session) = self.host.session() else { return };
        let mut message = Vec::new();
        while self.mailbox.receive(session, &mut message).expect("a node's message is not too long") {
            assert!(ToHost::decode(&message).is_ok(), "what a node says can be read");
            self.said.push(std::mem::take(&mut message));
        }
    }

    fn messages(&self) -> impl Iterator<Item = ToHost<'_>> {
        self.said.iter().filter_map(|said| ToHost::decode(said).ok())
    }

    /// The reply to a turn, among what was said.
    fn turn(&self) -> Option<Vec<u8>> {
        let is_turn =
            |said: &&Vec<u8>| matches!(ToHost::decode(said), Ok(ToHost::Done { .. } | ToHost::Failed { .. }));
        self.said.iter().find(is_turn).cloned()
    }
}

fn edited(mut bytes: Vec<u8>, edits: &Edits) -> Vec<u8> {
    for (at, byte) in edits {
        if let Some(len) = Some(bytes.len()).filter(|len| *len > 0) {
            bytes[usize::from(*at) % len] = *byte;
        }
    }
    bytes
}

fn control(which: u8, number: u8, on: bool) -> Control {
    match which % 7 {
        0 => Control::Identify { on },
        1 => Control::Reboot,
        2 => Control::Shutdown,
        3 => Control::Relay { relay: number, on },
        4 => Control::Action { action: number },
        5 => Control::EmergencyStop { on },
        _ => Control::Restart,
    }
}
