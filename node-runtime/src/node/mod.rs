//! The node as a pure state machine: frames in, steps, frames out.
//!
//! ```text
//!   datagram ─▶ Responder (handshake, seal, link) ─▶ Mailbox ─▶ message ─▶ Run (engine, replies)
//!   datagram ◀─ Responder ◀──────────────────────── Mailbox ◀─ reply  ◀──┘
//! ```
//!
//! The shell hands in datagrams and the time and takes out datagrams, the next deadline and [`Request`]s for
//! the machine it runs on. Rule: after every [`Node::handle`] and at every deadline, [`Node::poll_transmit`]
//! until it says there is nothing. Invariants: a (run, step, stage) is computed once and its reply repeated
//! byte for byte; frames of another run change nothing; nothing here reads a clock or opens anything.

mod board_lines;
mod commands;
mod run;
mod sight;

use crate::engine::{Engine, PlacePlan};
use crate::mailbox::Mailbox;
pub use board_lines::BoardLine;
use commands::Commands;
pub use commands::{ACT_WITHIN, Offers};
use illuminator_protocol::message::OUTPUT_MAX;
use illuminator_protocol::responder::Event as ResponderEvent;
use illuminator_protocol::{
    BootId, CableFlow, ClusterKeys, CommandEnd, Control, Datagram, DropReason, Entropy, Event, Hello,
    Instant, MachineReport, Responder, RunId, Telemetry, ToHost, ToNode,
};
pub use run::STEPS_IN_FLIGHT;
use run::{Reply, Run};
use sight::Sight;
use std::collections::VecDeque;

/// The UDP port on which a node listens unless told otherwise.
pub const PORT: u16 = 5123;

/// Parts in flight in each direction of a session between host and node.
pub const LINK_WINDOW: usize = 64;

/// Replies that may wait for room on the link before the node takes further messages.
const REPLIES_WAITING_MAX: usize = 1024;

/// Requests that wait for the machine.
const REQUESTS_MAX: usize = 256;

/// What a node asks of the machine it runs on.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Show which node this is, or stop showing it.
    Identify(bool),
    /// Switch a relay. Wants to be answered by [`Node::control_done`].
    Relay {
        /// Its number in the node's configuration, from 0.
        relay: u8,
        /// Closed or open.
        on: bool,
    },
    /// The table was stopped (`true`), or goes on.
    EmergencyStop(bool),
    /// Show the flow through a cable, until told otherwise.
    Show(CableFlow),
    /// Nothing flows through a cable, because it is not plugged in at both ends.
    Unplugged(u16),
    /// Tell the boards of these cables these lines, until told otherwise, whatever flows through their cables.
    BoardLines(Vec<BoardLine>),
    /// The run is over: nothing flows through any cable.
    Dark,
    /// The host has fallen silent (`true`), or is heard again.
    HostSilent(bool),
    /// Start the command of a control that is allowed. Wants to be answered by [`Node::command_ended`], but for
    /// [`Control::Restart`]: whoever runs the node is to leave, and to start its program anew.
    Command(Control),
}

/// What a node counted since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeCounters {
    /// Stages computed.
    pub computed: u64,
    /// Steps that were asked for again and answered from the cache.
    pub repeated: u64,
    /// Messages of another run, or out of order, that were ignored.
    pub stale: u64,
    /// Messages that could not be read.
    pub unreadable: u64,
    /// Plans and states that were taken over: how often a run was begun here, or gone on with.
    pub begun: u64,
}

/// How far a node is in its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The run.
    pub run: RunId,
    /// The co-simulation step that comes next, or that is under way.
    pub step: u64,
    /// The stage of it that comes next, from 0.
    pub stage: usize,
    /// Number of stages in every step here.
    pub stages: usize,
}

/// A node. `A` is the address type of the shell.
pub struct Node<A: Copy + Eq> {
    responder: Box<Responder<A, LINK_WINDOW>>,
    mailbox: Mailbox,
    run: Option<Run>,
    /// The host of the session, or of the last one.
    host: Option<BootId>,
    /// Model types this node takes; empty: all.
    only: Vec<String>,
    requests: VecDeque<Request>,
    sight: Sight,
    /// The host was not told all of `sight`, for want of room on the link.
    owes_sight: bool,
    commands: Commands,
    counters: NodeCounters,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
}

impl<A: Copy + Eq> Node<A> {
    /// A node that waits for a host with one of these cluster keys. `only` restricts the model types it takes
    /// (empty: all).
    pub fn new(keys: impl Into<ClusterKeys>, hello: Hello, only: Vec<String>) -> Self {
        Self {
            responder: Box::new(Responder::new(keys, hello)),
            mailbox: Mailbox::default(),
            run: None,
            host: None,
            only,
            requests: VecDeque::new(),
            sight: Sight::default(),
            owes_sight: false,
            commands: Commands::default(),
            counters: NodeCounters::default(),
            incoming: Vec::new(),
            outgoing: Vec::new(),
        }
    }

    /// Takes a datagram that arrived from `from`.
    ///
    /// # Errors
    /// Why it was dropped; it has then changed nothing but a counter.
    pub fn handle(
        &mut self,
        now: Instant,
        from: A,
        datagram: &mut [u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), DropReason> {
        self.responder.handle(now, from, datagram, entropy)?;
        self.poll_events();
        let mut message = std::mem::take(&mut self.incoming);
        while self.receive(&mut message) {
            self.take(&message);
        }
        self.incoming = message;
        self.responder.set_exclusive(self.works_for_its_host());
        Ok(())
    }

    /// Whether it has something to do for the host that it hears: otherwise it is free for any host of the cluster. So
    /// nobody who came while the host of a run was away keeps that one from its node.
    fn works_for_its_host(&self) -> bool {
        self.run.as_ref().map_or(self.commands.is_awaited(), |run| run.host == self.host)
    }

    /// Puts the next message into `message`; false if there is none, or if so many replies wait that the host
    /// must take some first.
    fn receive(&mut self, message: &mut Vec<u8>) -> bool {
        if self.mailbox.waiting() > REPLIES_WAITING_MAX {
            return false;
        }
        let Some(session) = self.responder.session() else { return false };
        match self.mailbox.receive(session, message) {
            Ok(received) => received,
            Err(error) => {
                self.give_up(&error.to_string());
                false
            }
        }
    }

    /// A message of the present run was lost for good: says so and forgets the run.
    fn give_up(&mut self, reason: &str) {
        self.counters.unreadable += 1;
        if let Some(run) = self.run.take() {
            self.request(Request::Dark);
            self.answer(&Reply::Rejected { run: run.id, reason: reason.to_owned() });
        }
    }

    /// Writes the next datagram to send into `out` and says to whom; `None` if there is none now.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> Option<A> {
        if let Some(session) = self.responder.session() {
            self.mailbox.flush(session);
        }
        let answered = self.mailbox.waiting() == 0
            && self.responder.session().is_none_or(|session| session.in_flight() == 0);
        while let Some(control) = self.commands.due(now, answered) {
            self.request(Request::Command(control));
        }
        // All of it fits into half the room, and so cannot be owed again at once.
        if self.owes_sight && self.mailbox.waiting() <= REPLIES_WAITING_MAX / 2 {
            self.report_sight();
        }
        let to = self.responder.poll_transmit(now, out);
        // That is also where a silent host is noticed.
        self.poll_events();
        to
    }

    /// When [`poll_transmit`](Self::poll_transmit) wants to be called at the latest.
    pub fn poll_timeout(&self) -> Instant {
        self.responder.poll_timeout().min(self.commands.poll_timeout())
    }

    /// The next request for the machine.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// Says what this node lets its host start on its machine; nothing unless told.
    pub fn offers(&mut self, offers: Offers) {
        self.commands = Commands::new(offers);
        self.report_sight();
    }

    /// Says whether the boards of cables are read here: then the host takes a cable of which it is not told as not
    /// plugged in.
    pub fn detects_boards(&mut self, boards: bool) {
        if self.sight.detects(boards) {
            self.report_sight();
        }
    }

    /// Says whether a cable is plugged in here. The host is told when that changes, and in every new session.
    pub fn cable(&mut self, cable: u16, plugged: bool) {
        if self.sight.cable(cable, plugged) {
            self.report_seen(Event::Cable { cable, plugged });
        }
    }

    /// Says whether the emergency stop here is pressed. The host is told when that changes, and in every new session.
    pub fn emergency_stop(&mut self, on: bool) {
        if self.sight.emergency_stop(on) {
            self.report_seen(Event::EmergencyStop { on });
        }
    }

    /// Says whether this node says "it is me". The host is told when that changes, and in every new session. Returns
    /// whether it has changed.
    pub fn identifying(&mut self, on: bool) -> bool {
        let news = self.sight.identifying(on);
        if news {
            self.report_seen(Event::Identifying { on });
        }
        news
    }

    /// Tells the host of something that happened, if there is a host to hear it.
    pub fn report(&mut self, event: Event<'_>) {
        self.tell(&ToHost::Event(event));
    }

    /// Tells the host how this node does, if there is a host to hear it.
    pub fn telemetry(&mut self, telemetry: Telemetry) {
        self.tell(&ToHost::Telemetry(telemetry));
    }

    /// Tells the host how the machine of this node does, if there is a host to hear it.
    pub fn machine(&mut self, machine: MachineReport) {
        self.tell(&ToHost::Machine(machine));
    }

    /// Sends what concerns no run. What finds no session, or a session that does not keep up, is dropped: it would
    /// be old when it arrives. Returns whether it was sent.
    fn tell(&mut self, message: &ToHost<'_>) -> bool {
        let room = self.responder.session().is_some() && self.mailbox.waiting() <= REPLIES_WAITING_MAX;
        if room {
            encode(message, &mut self.outgoing);
            self.mailbox.send(self.responder.session(), &self.outgoing);
        }
        room
    }

    /// Tells the host what was noted as seen. What cannot be told now is owed; a new session is told all in any case.
    fn report_seen(&mut self, event: Event<'_>) {
        let told = self.tell(&ToHost::Event(event));
        self.owes_sight |= !told && self.responder.session().is_some();
    }

    fn report_sight(&mut self) {
        self.owes_sight = false;
        let events: Vec<Event<'static>> = self.sight.events().collect();
        events.into_iter().for_each(|event| self.report_seen(event));
        let commands = std::mem::take(&mut self.commands);
        if commands.restart() {
            self.report_seen(Event::OffersRestart);
        }
        self.report_seen(commands.event());
        self.commands = commands;
    }

    /// Tells the host what the machine did of a control that it was asked for.
    pub fn control_done(&mut self, control: Control, ok: bool) {
        self.answer(&Reply::ControlDone { control, ok });
    }

    /// Tells the host how a command ended that the machine was to start, and the end of what it wrote, which is cut where
    /// it wrote more.
    pub fn command_ended(&mut self, control: Control, end: CommandEnd, output: &str, cut: bool) {
        self.commands.ended(control);
        let (output, cut) = match output.len().checked_sub(OUTPUT_MAX) {
            Some(over) if over > 0 => (&output[output.ceil_char_boundary(over)..], true),
            _ => (output, cut),
        };
        encode(&ToHost::CommandEnded { control, end, output, cut }, &mut self.outgoing);
        self.mailbox.send(self.responder.session(), &self.outgoing);
    }

    /// The host's clock minus this node's `[µs]`, once it was measured.
    pub fn host_clock_offset_us(&mut self) -> Option<i64> {
        self.responder.session()?.stats().clock_offset_us
    }

    /// The run this node works for.
    pub fn run(&self) -> Option<RunId> {
        self.run.as_ref().map(|run| run.id)
    }

    /// How far it is in its run; `None` if it works for none.
    pub fn progress(&self) -> Option<Progress> {
        self.run.as_ref().map(Run::progress)
    }

    /// What it counted.
    pub fn counters(&self) -> NodeCounters {
        self.counters
    }

    /// The handshake and session below, for its counters.
    pub fn responder(&self) -> &Responder<A, LINK_WINDOW> {
        &self.responder
    }

    fn poll_events(&mut self) {
        while let Some(event) = self.responder.poll_event() {
            match event {
                // What was under way in the old session is lost with it; the host asks again.
                ResponderEvent::Connected { hello } => {
                    self.mailbox.clear();
                    self.host = Some(hello.boot);
                    self.commands.await_none();
                    // This may be another host: what the one before wanted to be shown holds no longer.
                    self.request(Request::Dark);
                    self.request(Request::HostSilent(false));
                    self.run.iter_mut().for_each(Run::repeat_board_lines);
                    self.report_sight();
                }
                // The run is kept: the host may come back and go on.
                ResponderEvent::Silent => self.request(Request::HostSilent(true)),
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let Ok(message) = ToNode::decode(bytes) else {
            return self.give_up("a message cannot be read: host and node are of different versions");
        };
        if let Some(reply) = self.message(message) {
            self.answer(&reply);
        }
        if let Some(lines) = self.run.as_mut().and_then(Run::take_board_lines) {
            self.request(Request::BoardLines(lines));
        }
        if let Some(snapshot) = self.run.as_mut().and_then(Run::take_snapshot) {
            self.answer(&snapshot);
        }
    }

    fn message(&mut self, message: ToNode<'_>) -> Option<Reply> {
        match message {
            ToNode::Assign { run, plan } => Some(self.assign(run, plan)),
            ToNode::Control(control) => self.control(control),
            ToNode::Step { run, .. } | ToNode::SnapshotRequest { run } | ToNode::Restore { run, .. }
                if self.run() != Some(run) =>
            {
                self.counters.stale += 1;
                Some(Reply::Forgotten { run })
            }
            ToNode::Step { step, stage, values, .. } => {
                self.run.as_mut()?.step(step, usize::from(stage), values, &mut self.counters)
            }
            ToNode::SnapshotRequest { .. } => {
                self.run.as_mut()?.want_snapshot();
                None
            }
            ToNode::Restore { step, state, .. } => {
                self.counters.begun += 1;
                self.run.as_mut().map(|run| run.restore(step, state))
            }
            ToNode::Release { run } => {
                if self.run() == Some(run) {
                    self.run = None;
                    self.request(Request::Dark);
                }
                None
            }
            ToNode::Flow(flow) => {
                // Light belongs to a run: what comes late, after its end, is not shown.
                if self.run.is_some() {
                    self.request(Request::Show(flow));
                }
                None
            }
            ToNode::Unplugged { cable } => {
                self.request(Request::Unplugged(cable));
                None
            }
            ToNode::Start { .. } => None,
        }
    }

    /// What can be answered at once. A relay is the machine's: it knows what became of it. A command is taken on first.
    fn control(&mut self, control: Control) -> Option<Reply> {
        let ok = match control {
            Control::Identify { on } => {
                self.request(Request::Identify(on));
                true
            }
            Control::EmergencyStop { on } => {
                self.request(Request::EmergencyStop(on));
                true
            }
            Control::Relay { relay, on } => {
                self.request(Request::Relay { relay, on });
                return None;
            }
            Control::Restart | Control::Reboot | Control::Shutdown | Control::Action { .. } => {
                match self.commands.ask(control) {
                    Ok(()) => true,
                    Err(why) => return Some(Reply::Refused { control, why }),
                }
            }
        };
        Some(Reply::ControlDone { control, ok })
    }

    /// Asks the machine for something. One that never looks loses the oldest requests; the host is told of what it waits
    /// for.
    fn request(&mut self, request: Request) {
        if self.requests.len() == REQUESTS_MAX {
            match self.requests.pop_front() {
                Some(Request::Relay { relay, on }) => self.control_done(Control::Relay { relay, on }, false),
                Some(Request::Command(control)) => {
                    self.command_ended(control, CommandEnd::NotStarted, "its machine does not listen", false);
                }
                _ => {}
            }
        }
        self.requests.push_back(request);
    }

    /// Takes over a plan. Also one of the run that it has: the place may be another one, and whoever assigns it begins, or
    /// hands over a state.
    fn assign(&mut self, id: RunId, plan: &[u8]) -> Reply {
        match self.build(plan) {
            Ok(engine) => {
                self.request(Request::Dark);
                self.counters.begun += 1;
                self.run = Some(Run::new(id, self.host, engine));
                Reply::Ready { run: id }
            }
            Err(reason) => Reply::Rejected { run: id, reason },
        }
    }

    fn build(&self, plan: &[u8]) -> Result<Engine, String> {
        let plan = PlacePlan::from_bytes(plan)
            .ok_or("the plan cannot be read: host and node are of different versions")?;
        let refused = |name: &String| !self.only.is_empty() && !self.only.contains(name);
        if let Some(model) = plan.models.iter().find(|model| refused(&model.model_type)) {
            let (name, model_type, only) = (&model.name, &model.model_type, self.only.join(", "));
            return Err(format!("model `{name}` is of type {model_type}; this node takes only {only}"));
        }
        Engine::new(&plan).map_err(|error| error.to_string())
    }

    fn answer(&mut self, reply: &Reply) {
        let run = self.run();
        let message = match reply {
            Reply::Ready { run } => ToHost::Ready { run: *run },
            Reply::Rejected { run, reason } => ToHost::Rejected { run: *run, reason },
            Reply::Forgotten { run } => ToHost::Forgotten { run: *run },
            Reply::ControlDone { control, ok } => ToHost::ControlDone { control: *control, ok: *ok },
            Reply::Refused { control, why } => ToHost::Refused { control: *control, why },
            Reply::Cached(index) => {
                if let Some(bytes) = self.run.as_ref().and_then(|run| run.reply(*index)) {
                    self.mailbox.send(self.responder.session(), bytes);
                }
                return;
            }
            Reply::Snapshot { step, state } => match run {
                Some(run) => ToHost::Snapshot { run, step: *step, state },
                None => return,
            },
            Reply::Restored { step } => match run {
                Some(run) => ToHost::Restored { run, step: *step },
                None => return,
            },
        };
        encode(&message, &mut self.outgoing);
        self.mailbox.send(self.responder.session(), &self.outgoing);
    }
}

/// Encodes a message into a buffer that grows as needed.
fn encode(message: &ToHost<'_>, out: &mut Vec<u8>) {
    out.resize(out.capacity().max(256), 0);
    loop {
        if let Ok(used) = message.encode(out) {
            out.truncate(used);
            return;
        }
        let grown = out.len() * 2;
        out.resize(grown, 0);
    }
}
