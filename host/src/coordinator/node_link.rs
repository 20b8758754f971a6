//! One node as the coordinator sees it: its session, its messages, its state.

mod health;

use super::error::{RunError, Tenths};
use super::lights::Word;
use super::schedule::{ImportSource, Schedule, Turn};
use health::Repeats;
use illuminator_node::engine::{Engine, PlacePlan};
use illuminator_node::mailbox::{Mailbox, MessageTooLong};
use illuminator_node::node::LINK_WINDOW;
use illuminator_node::wire::{TooDeep, ValueBuffer};
use illuminator_protocol::initiator::{Event as InitiatorEvent, NODE_SILENT_AFTER};
use illuminator_protocol::{
    BootId, ClusterKey, Control, Datagram, Duration, Entropy, Hello, Initiator, Instant, KeyId, Refusal,
    RunId, ToNode, VERSION,
};

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No session yet.
    Connecting,
    /// It has a session and was given its plan, at the time given.
    Assigned(Instant),
    /// It has taken its plan, and the state that it goes on from.
    Ready,
    /// Its session broke during the run; it was last heard at the time given.
    Away(Instant),
    /// It was away for so long that it counts as lost.
    Lost {
        /// When it was last heard.
        heard: Instant,
        /// Since when it counts as lost.
        since: Instant,
    },
}

/// How long a node that has answered may take for its plan: time for the largest on a slow network.
const PLAN_WITHIN: Duration = Duration::from_secs(60);

/// Light is told while fewer messages than this wait for a node: a node that keeps up has none.
const LIGHT_WAITING_MAX: usize = 256;

/// The link to one node.
pub struct NodeLink {
    label: String,
    key: KeyId,
    initiator: Box<Initiator<LINK_WINDOW>>,
    mailbox: Mailbox,
    state: State,
    plan: Vec<u8>,
    /// Whether it has the run, in a state that its next turns continue.
    has_run: bool,
    /// The state that it is to take after its plan, until it has.
    restoring: bool,
    /// The (step, stage) after the last that it said is done, since it was given the run.
    heard: (u64, usize),
    /// The (step, stage) after the last that it was asked for, since then or since its session began.
    asked_to: (u64, usize),
    /// Since when it has not answered a step, and whether that was found slow.
    asked: Option<(Instant, bool)>,
    /// What the node last said against a session, and when; unauthenticated, so only a hint.
    refusal: Option<(Refusal, Instant)>,
    scratch: Vec<u8>,
    values: ValueBuffer,
    /// It was so slow that it has not been told of some light.
    light_missed: bool,
    /// Version of its program.
    version: Option<String>,
    /// The start of its program that the last session was with.
    boot: Option<BootId>,
    repeats: Repeats,
}

/// What became of a node's session.
pub(super) enum Change {
    /// It is back with its state, but what was under way may be lost.
    Reconnected,
    /// It does not have the run: it has restarted, or is a spare that takes a place.
    Restarted,
}

impl NodeLink {
    /// A link to the node called `label` (name and address), which is to execute `plan`.
    pub fn new(
        label: String,
        key: &ClusterKey,
        hello: Hello,
        plan: &PlacePlan,
        entropy: &mut dyn Entropy,
    ) -> Self {
        Self { plan: plan.to_bytes(), ..Self::spare(label, key, hello, entropy) }
    }

    /// A link to a node that may take the place of another one.
    pub fn spare(label: String, key: &ClusterKey, hello: Hello, entropy: &mut dyn Entropy) -> Self {
        Self {
            label,
            key: key.id(),
            initiator: Box::new(Initiator::new(key.clone(), hello, entropy)),
            mailbox: Mailbox::default(),
            state: State::Connecting,
            plan: Vec::new(),
            has_run: false,
            restoring: false,
            heard: (0, 0),
            asked_to: (0, 0),
            asked: None,
            refusal: None,
            scratch: Vec::new(),
            values: ValueBuffer::default(),
            light_missed: false,
            version: None,
            boot: None,
            repeats: Repeats::default(),
        }
    }

    /// Takes the place of a node that is lost.
    pub(super) fn take_place_of(&mut self, lost: &mut Self, now: Instant) {
        self.plan = std::mem::take(&mut lost.plan);
        self.state = State::Away(now);
    }

    /// The state of its place before the first step; `None` if its plan is none.
    pub(super) fn first_state(&self) -> Option<Vec<u8>> {
        let engine = Engine::new(&PlacePlan::from_bytes(&self.plan)?).ok()?;
        Some(engine.snapshot().to_bytes())
    }

    /// Name and address, for messages.
    pub fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// Whether it has a session.
    pub(super) fn is_connected(&self) -> bool {
        self.initiator.current().is_some()
    }

    /// Which start of its program it was heard of last.
    pub(super) fn boot(&self) -> Option<BootId> {
        self.boot
    }

    /// Whether everything sent was acknowledged, or nothing can be.
    pub(super) fn is_idle(&mut self) -> bool {
        let waiting = self.mailbox.waiting();
        self.initiator.session().is_none_or(|session| waiting == 0 && session.in_flight() == 0)
    }

    pub(super) fn is_lost(&self, now: Instant, lost_after: Duration) -> bool {
        matches!(self.state, State::Away(since) if now >= since + lost_after)
    }

    /// Counts as lost from now on, until it is back.
    pub(super) fn give_up(&mut self, now: Instant) {
        if let State::Away(heard) = self.state {
            self.state = State::Lost { heard, since: now };
        }
    }

    /// Whether it has been lost for so long.
    pub(super) fn is_given_up(&self, now: Instant, within: Duration) -> bool {
        matches!(self.state, State::Lost { since, .. } if now >= since + within)
    }

    /// Whether this node had the run at some time.
    pub(super) fn had_run(&self) -> bool {
        self.has_run
    }

    /// How long it has not answered a step though it is there, said once.
    pub(super) fn found_slow(&mut self, now: Instant, after: Duration) -> Option<Duration> {
        let (since, said) = self.asked.get_or_insert((now, false));
        let waited = now.saturating_since(*since);
        let slow = self.state == State::Ready && waited >= after && !*said;
        *said |= slow;
        slow.then_some(waited)
    }

    /// It has answered everything, or as much as makes it not slow.
    pub(super) fn is_prompt(&mut self) {
        self.asked = None;
    }

    /// It said that a turn is done.
    pub(super) fn heard(&mut self, step: u64, stage: usize) {
        self.heard = self.heard.max((step, stage + 1));
        self.asked = None;
    }

    /// The (step, stage) after the last that it said is done: it may not have later ones.
    pub(super) fn heard_to(&self) -> (u64, usize) {
        self.heard
    }

    pub(super) fn handle(&mut self, now: Instant, datagram: &mut [u8]) {
        // What is dropped is counted below.
        let _ = self.initiator.handle(now, datagram);
    }

    pub(super) fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> bool {
        if let Some(session) = self.initiator.session() {
            self.mailbox.flush(session);
            if self.repeats.is_due(now) {
                let stats = session.stats();
                self.repeats.count(now, stats.parts_sent, stats.parts_retransmitted);
            }
        }
        self.initiator.poll_transmit(now, out)
    }

    pub(super) fn poll_timeout(&self, lost_after: Duration) -> Instant {
        let link = self.initiator.poll_timeout();
        match self.state {
            State::Away(since) => link.min(since + lost_after),
            _ => link,
        }
    }

    /// The next thing that became of the session and that a run which is under way (`running`), or whoever has none to
    /// give, must know of. Before a run, a node that comes is given its plan, as often as it comes.
    pub(super) fn poll_change(&mut self, run: RunId, now: Instant, running: bool) -> Option<Change> {
        while let Some(event) = self.initiator.poll_event() {
            match event {
                InitiatorEvent::Connected { rebooted, hello } => {
                    self.version = Some(hello.software.as_str().to_owned());
                    self.boot = Some(hello.boot);
                    self.mailbox.clear();
                    self.refusal = None;
                    // Who was away was not slow.
                    self.asked = None;
                    if running {
                        // One that was given the run and did not say that it has it may lack its state.
                        self.state = State::Ready;
                        let has_run = self.has_run && !rebooted && !self.restoring;
                        return Some(if has_run { Change::Reconnected } else { Change::Restarted });
                    }
                    self.send_assign(run, now);
                }
                InitiatorEvent::Refused(refusal) => self.refusal = Some((refusal, now)),
                InitiatorEvent::Silent => {
                    self.mailbox.clear();
                    let heard_us = now.as_micros().saturating_sub(NODE_SILENT_AFTER.as_micros());
                    let heard = Instant::from_micros(heard_us);
                    self.state = if running { State::Away(heard) } else { State::Connecting };
                }
            }
        }
        None
    }

    /// Puts the next message into `message`; false if there is none.
    pub(super) fn receive(&mut self, message: &mut Vec<u8>) -> Result<bool, MessageTooLong> {
        match self.initiator.session() {
            Some(session) => self.mailbox.receive(session, message),
            None => Ok(false),
        }
    }

    /// The node has taken its plan.
    pub(super) fn took_plan(&mut self) {
        if matches!(self.state, State::Assigned(_)) && !self.restoring {
            (self.state, self.has_run) = (State::Ready, true);
        }
    }

    /// The node has taken the state that it goes on from.
    pub(super) fn took_state(&mut self) {
        if std::mem::take(&mut self.restoring) {
            (self.state, self.has_run) = (State::Ready, true);
        }
    }

    /// Gives it its plan.
    pub(super) fn send_assign(&mut self, run: RunId, now: Instant) {
        self.state = State::Assigned(now);
        (self.has_run, self.restoring) = (false, false);
        let plan = std::mem::take(&mut self.plan);
        self.send(&ToNode::Assign { run, plan: &plan });
        self.plan = plan;
    }

    pub(super) fn send_start(&mut self, run: RunId) {
        self.send(&ToNode::Start { run });
    }

    /// It begins at `step`, without a state.
    pub(super) fn begins(&mut self, step: u64) {
        self.heard = (step, 0);
        self.ask_from_heard();
    }

    /// The (step, stage) after the last that it was asked for.
    pub(super) fn asked_to(&self) -> (u64, usize) {
        self.asked_to
    }

    /// It is to be asked again for all that it has not answered.
    pub(super) fn ask_from_heard(&mut self) {
        self.asked_to = self.heard;
    }

    /// Gives it the state that it goes on from before `step`.
    pub(super) fn send_restore(&mut self, run: RunId, step: u64, state: &[u8]) {
        (self.has_run, self.restoring) = (false, true);
        self.begins(step);
        self.send(&ToNode::Restore { run, step, state });
    }

    pub(super) fn send_snapshot_request(&mut self, run: RunId) {
        self.send(&ToNode::SnapshotRequest { run });
    }

    /// Tells of light, unless so much waits already that it would be old when it arrives.
    pub(super) fn send_light(&mut self, word: Word) {
        if self.mailbox.waiting() >= LIGHT_WAITING_MAX {
            self.light_missed = true;
            return;
        }
        self.send(&match word {
            Word::Flow(flow) => ToNode::Flow(flow),
            Word::Unplugged(cable) => ToNode::Unplugged { cable },
        });
    }

    /// Whether it has missed light and now keeps up again: then it is to be told anew.
    pub(super) fn wants_light(&mut self) -> bool {
        self.light_missed && self.mailbox.waiting() == 0 && std::mem::take(&mut self.light_missed)
    }

    pub(super) fn send_control(&mut self, control: Control) {
        self.send(&ToNode::Control(control));
    }

    pub(super) fn send_release(&mut self, run: RunId) {
        self.send(&ToNode::Release { run });
    }

    /// Asks the node for a turn, with all that it needs.
    ///
    /// # Errors
    /// A value that is too deep; it counts as asked for.
    pub(super) fn send_step(&mut self, run: RunId, turn: Turn, schedule: &Schedule) -> Result<(), RunError> {
        let task = schedule.task(turn);
        self.asked_to = (turn.step, task.stage + 1);
        let mut values = std::mem::take(&mut self.values);
        values.clear();
        let filled = (0..task.imports.len()).try_for_each(|import| match schedule.import(turn, import) {
            ImportSource::Wire(wires, wire) => values.push_slot(wires, wire),
            ImportSource::Initial(value) => values.push(value),
        });
        if filled.is_ok() {
            let stage = task.stage as u16;
            self.send(&ToNode::Step { run, step: turn.step, stage, values: values.values() });
        }
        self.values = values;
        filled.map_err(|error: TooDeep| RunError::Unreadable {
            node: self.label.clone(),
            what: error.to_string(),
        })
    }

    fn send(&mut self, message: &ToNode<'_>) {
        self.scratch.resize(self.scratch.capacity().max(256), 0);
        let used = loop {
            match message.encode(&mut self.scratch) {
                Ok(used) => break used,
                Err(_) => {
                    let grown = self.scratch.len() * 2;
                    self.scratch.resize(grown, 0);
                }
            }
        };
        self.mailbox.send(self.initiator.session(), &self.scratch[..used]);
    }

    /// Until when it must be ready, in a run that has gathered its nodes since `since`.
    pub(super) fn ready_until(&self, since: Instant, connect_within: Duration) -> Instant {
        match self.state {
            State::Ready => Instant::MAX,
            State::Assigned(assigned) => assigned + PLAN_WITHIN,
            State::Connecting | State::Away(_) | State::Lost { .. } => since + connect_within,
        }
    }

    /// Why it is not ready: the node's own hint, if it gave one.
    pub(super) fn not_ready(&self, waited: Duration) -> RunError {
        let node = self.label.clone();
        let waited_s = Tenths(waited.as_millis() / 100);
        match (self.state, self.refusal) {
            (State::Assigned(_), _) => RunError::PlanNotTaken { node, bytes: self.plan.len() },
            (_, Some((refusal, _))) => self.refused(refusal),
            (_, None) => RunError::NoAnswer { node, waited_s },
        }
    }

    fn refused(&self, refusal: Refusal) -> RunError {
        let node = self.label.clone();
        match refusal {
            Refusal::Key(theirs) => RunError::OtherKey { node, theirs, ours: self.key },
            Refusal::Version(theirs) => RunError::OtherVersion { node, theirs, ours: VERSION },
            Refusal::Busy => RunError::Busy { node },
        }
    }

    pub(super) fn lost(&self, now: Instant, step: u64) -> RunError {
        let since = match self.state {
            State::Away(heard) | State::Lost { heard, .. } => heard,
            _ => now,
        };
        let silent_s = Tenths(now.saturating_since(since).as_millis() / 100);
        RunError::Lost { node: self.label.clone(), step, silent_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use illuminator_node::node::Node;
    use illuminator_protocol::BootId;

    const RUN: RunId = RunId(1);

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.iter_mut().for_each(|byte| {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            });
        }
    }

    /// Lets both talk until both have nothing to say.
    fn talk(link: &mut NodeLink, node: &mut Node<u8>, now: Instant, entropy: &mut Counting) {
        let (mut datagram, mut message) = (Datagram::new(), Vec::new());
        let mut silent = false;
        while !std::mem::replace(&mut silent, true) {
            while link.poll_transmit(now, &mut datagram) {
                silent = false;
                let _ = node.handle(now, 0, &mut datagram, entropy);
            }
            while node.poll_transmit(now, &mut datagram).is_some() {
                silent = false;
                link.handle(now, &mut datagram);
            }
            while link.poll_change(RUN, now, false).is_some() {}
            while link.receive(&mut message).expect("messages of a node are short") {}
        }
    }

    #[test]
    fn light_for_a_slow_node_is_bounded_and_told_anew_once_it_keeps_up() {
        let (key, now, mut entropy) = (ClusterKey::OPEN, Instant::ZERO, Counting(0));
        let host = Hello::new(BootId(1), "host", "test");
        let mut link = NodeLink::new("slow".to_owned(), &key, host, &PlacePlan::default(), &mut entropy);
        let mut node = Node::new(key, Hello::new(BootId(2), "slow", "test"), Vec::new());
        talk(&mut link, &mut node, now, &mut entropy);
        assert!(link.initiator.session().is_some() && link.mailbox.waiting() == 0);
        for cable in 0..10_000 {
            link.send_light(Word::Unplugged(cable));
        }
        assert_eq!(link.mailbox.waiting(), LIGHT_WAITING_MAX);
        assert!(!link.wants_light(), "not while so much waits");
        talk(&mut link, &mut node, now + Duration::from_millis(1), &mut entropy);
        talk(&mut link, &mut node, now + Duration::from_millis(500), &mut entropy);
        assert_eq!(link.mailbox.waiting(), 0);
        assert!(link.wants_light() && !link.wants_light(), "once");
    }
}
