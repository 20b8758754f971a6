//! One node as the coordinator sees it: its session, its messages, its state.

use super::error::{RunError, Tenths};
use super::schedule::{ImportSource, Schedule, Turn};
use illuminator_node::engine::PlacePlan;
use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::LINK_WINDOW;
use illuminator_node::wire::{TooDeep, ValueBuffer};
use illuminator_protocol::initiator::Event as InitiatorEvent;
use illuminator_protocol::{
    ClusterKey, Datagram, Duration, Entropy, Hello, Initiator, Instant, KeyId, LinkStats, Refusal, RunId,
    ToNode, VERSION,
};

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// No session yet.
    Connecting,
    /// It has a session and was given its plan.
    Assigned,
    /// It has taken its plan.
    Ready,
    /// Its session broke during the run, at the time given.
    Away(Instant),
}

/// The link to one node.
pub struct NodeLink {
    label: String,
    key: KeyId,
    initiator: Box<Initiator<LINK_WINDOW>>,
    mailbox: Mailbox,
    state: NodeState,
    plan: Vec<u8>,
    /// What the node last said against a session; unauthenticated, so only a hint.
    refusal: Option<Refusal>,
    hello: Option<Hello>,
    scratch: Vec<u8>,
    values: ValueBuffer,
}

/// What became of a node's session.
pub(super) enum Change {
    /// It is back with its state, but what was under way may be lost.
    Reconnected,
    /// It is back without its state.
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
        Self {
            label,
            key: key.id(),
            initiator: Box::new(Initiator::new(key.clone(), hello, entropy)),
            mailbox: Mailbox::default(),
            state: NodeState::Connecting,
            plan: plan.to_bytes(),
            refusal: None,
            hello: None,
            scratch: Vec::new(),
            values: ValueBuffer::default(),
        }
    }

    /// Name and address, for messages.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Where it stands.
    pub fn state(&self) -> NodeState {
        self.state
    }

    /// Who it said it is; `None` before the first session.
    pub fn hello(&self) -> Option<&Hello> {
        self.hello.as_ref()
    }

    /// Counters of the session, if there is one.
    pub fn stats(&mut self) -> Option<LinkStats> {
        self.initiator.session().map(|session| session.stats())
    }

    pub(super) fn is_ready(&self) -> bool {
        self.state == NodeState::Ready
    }

    /// Whether everything sent was acknowledged, or nothing can be.
    pub(super) fn is_idle(&mut self) -> bool {
        let waiting = self.mailbox.waiting();
        self.initiator.session().is_none_or(|session| waiting == 0 && session.in_flight() == 0)
    }

    pub(super) fn is_lost(&self, now: Instant, lost_after: Duration) -> bool {
        matches!(self.state, NodeState::Away(since) if now >= since + lost_after)
    }

    pub(super) fn handle(&mut self, now: Instant, datagram: &mut [u8]) {
        // What is dropped is counted below.
        let _ = self.initiator.handle(now, datagram);
    }

    pub(super) fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> bool {
        if let Some(session) = self.initiator.session() {
            self.mailbox.flush(session);
        }
        self.initiator.poll_transmit(now, out)
    }

    pub(super) fn poll_timeout(&self, lost_after: Duration) -> Instant {
        let link = self.initiator.poll_timeout();
        match self.state {
            NodeState::Away(since) => link.min(since + lost_after),
            _ => link,
        }
    }

    /// The next thing that became of the session and that the run must know of.
    pub(super) fn poll_change(&mut self, run: RunId, now: Instant) -> Option<Change> {
        while let Some(event) = self.initiator.poll_event() {
            match event {
                InitiatorEvent::Connected { hello, rebooted } => {
                    self.mailbox.clear();
                    self.hello = Some(hello);
                    let was_away = matches!(self.state, NodeState::Away(_));
                    self.state = NodeState::Assigned;
                    if was_away && rebooted {
                        return Some(Change::Restarted);
                    }
                    self.send_assign(run);
                    if was_away {
                        self.state = NodeState::Ready;
                        return Some(Change::Reconnected);
                    }
                }
                InitiatorEvent::Refused(refusal) => self.refusal = Some(refusal),
                InitiatorEvent::Silent => {
                    self.mailbox.clear();
                    self.state = match self.state {
                        NodeState::Ready => NodeState::Away(now),
                        NodeState::Assigned => NodeState::Connecting,
                        other => other,
                    };
                }
            }
        }
        None
    }

    /// Puts the next message into `message`; false if there is none.
    pub(super) fn receive(&mut self, message: &mut Vec<u8>) -> bool {
        self.initiator.session().is_some_and(|session| self.mailbox.receive(session, message))
    }

    /// The node has taken its plan.
    pub(super) fn took_plan(&mut self) {
        if self.state == NodeState::Assigned {
            self.state = NodeState::Ready;
        }
    }

    fn send_assign(&mut self, run: RunId) {
        let plan = std::mem::take(&mut self.plan);
        self.send(&ToNode::Assign { run, plan: &plan });
        self.plan = plan;
    }

    pub(super) fn send_start(&mut self, run: RunId) {
        self.send(&ToNode::Start { run });
    }

    pub(super) fn send_release(&mut self, run: RunId) {
        self.send(&ToNode::Release { run });
    }

    /// Asks the node for a turn, with all that it needs.
    pub(super) fn send_step(&mut self, run: RunId, turn: Turn, schedule: &Schedule) -> Result<(), RunError> {
        let task = schedule.task(turn);
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

    /// Why there is no session: the node's own hint, if it gave one.
    pub(super) fn no_answer(&self, waited: Duration) -> RunError {
        let node = self.label.clone();
        match self.refusal {
            Some(Refusal::Key(theirs)) => RunError::OtherKey { node, theirs, ours: self.key },
            Some(Refusal::Version(theirs)) => RunError::OtherVersion { node, theirs, ours: VERSION },
            Some(Refusal::Busy) => RunError::Busy { node },
            None => RunError::NoAnswer { node, waited_s: Tenths(waited.as_millis() / 100) },
        }
    }

    pub(super) fn lost(&self, now: Instant, step: u64) -> RunError {
        let since = match self.state {
            NodeState::Away(since) => since,
            _ => now,
        };
        let silent_s = Tenths(now.saturating_since(since).as_millis() / 100);
        RunError::Lost { node: self.label.clone(), step, silent_s }
    }
}
