//! The host's side of a distributed run, as a pure state machine.
//!
//! ```text
//!   datagrams ⇄ NodeLink (one per node: handshake, session, messages)
//!                   ⇅ turns and their values
//!               Schedule (which task may run, values in flight) ⇄ Engine (the host's own models)
//!                   ▼ complete steps, in order
//!               rows
//! ```
//!
//! The shell hands in datagrams and the time; it takes out datagrams, complete steps to record, the next
//! deadline and in the end the [`Outcome`]. All nodes must be ready before the first step (a barrier).
//! Invariants: rows come in order and each once; what was recorded stays recorded whatever happens later;
//! nothing here reads a clock or opens anything.

mod error;
mod events;
mod lights;
mod node_link;
mod pacer;
mod schedule;

pub use error::{RunError, Tenths};
pub use node_link::NodeLink;

use crate::plan::{HOST, TablePlan};
use crate::story::LiveTable;
use illuminator_node::engine::{Engine, EngineError};
use illuminator_node::model::Slots;
use illuminator_node::wire::read_into;
use illuminator_protocol::{Datagram, Duration, Instant, RunId, Telemetry, ToHost};
use lights::Lights;
use node_link::Change;
use pacer::Pacer;
use schedule::{ImportSource, Schedule, Turn};
use std::collections::BTreeSet;

/// How a run behaves in time.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a node may take to answer before the run starts.
    pub connect_within: Duration,
    /// How long a node may be silent during the run before it counts as lost.
    pub lost_after: Duration,
    /// Time from one co-simulation step to the next at the start; zero: as fast as possible.
    pub pace: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let patience = Duration::from_secs(5);
        Self { connect_within: patience, lost_after: patience, pace: Duration::ZERO }
    }
}

/// How long the nodes get to acknowledge that the run is over.
const RELEASE_WITHIN: Duration = Duration::from_secs(1);

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nodes are being reached and given their plans, since the time given.
    Gathering(Instant),
    /// Steps are running.
    Running,
    /// The result is complete; nodes are being released, until the time given.
    Releasing(Instant),
    /// Over.
    Ended,
}

/// How a run ended.
pub type Outcome = Result<(), RunError>;

/// The coordinator of one distributed run.
pub struct Coordinator {
    run: RunId,
    timing: Timing,
    phase: Phase,
    host: Engine,
    nodes: Vec<NodeLink>,
    schedule: Schedule,
    lights: Lights,
    table: LiveTable,
    names: Vec<String>,
    /// The nodes whose emergency stop is pressed.
    stopped_by: BTreeSet<usize>,
    /// Whether somebody at the host holds the run.
    held: bool,
    pacer: Pacer,
    telemetry: Vec<Option<Telemetry>>,
    /// Steps before this one may start, as far as the pace allows.
    admitted: u64,
    failure: Option<RunError>,
    /// Where the search for datagrams to send goes on, so that no node starves another.
    next_node: usize,
    message: Vec<u8>,
}

impl Coordinator {
    /// A run of `plan` on `nodes`, which stand in the order of its places after the host, at `table`.
    ///
    /// # Errors
    /// A model of the host that cannot be built.
    pub fn new(
        plan: &TablePlan,
        run: RunId,
        nodes: Vec<NodeLink>,
        table: LiveTable,
        timing: Timing,
        now: Instant,
    ) -> Result<Self, EngineError> {
        assert_eq!(plan.places.len(), nodes.len() + 1, "one link per node of the plan");
        Ok(Self {
            run,
            phase: Phase::Gathering(now),
            host: Engine::new(&plan.places[HOST])?,
            names: plan.nodes.clone(),
            stopped_by: BTreeSet::new(),
            held: false,
            pacer: Pacer::new(timing.pace),
            timing,
            telemetry: vec![None; nodes.len()],
            nodes,
            schedule: Schedule::new(plan),
            lights: Lights::new(&plan.cables),
            table,
            admitted: 0,
            failure: None,
            next_node: 0,
            message: Vec::new(),
        })
    }

    /// Takes a datagram that came from the address of `nodes[node]`. What is not from that node is dropped.
    pub fn handle(&mut self, now: Instant, node: usize, datagram: &mut [u8]) {
        self.nodes[node].handle(now, datagram);
        self.hear(now, node);
        self.work(now);
    }

    /// Writes the next datagram to send into `out` and says to which node; `None` if there is none now.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> Option<usize> {
        self.keep_time(now);
        for _ in 0..self.nodes.len() {
            let node = self.next_node;
            if self.nodes[node].poll_transmit(now, out) {
                return Some(node);
            }
            self.hear(now, node);
            self.next_node = (node + 1) % self.nodes.len();
        }
        None
    }

    /// When [`poll_transmit`](Self::poll_transmit) wants to be called at the latest.
    pub fn poll_timeout(&self) -> Instant {
        let own = match self.phase {
            Phase::Gathering(since) => self.ready_until(since),
            Phase::Running => self.pacer.next_due().min(self.lights.poll_timeout()),
            Phase::Releasing(until) => until,
            Phase::Ended => Instant::MAX,
        };
        self.nodes.iter().map(|node| node.poll_timeout(self.timing.lost_after)).fold(own, Instant::min)
    }

    /// The oldest step, if it is complete and waits to be recorded.
    pub fn complete(&self) -> Option<u64> {
        self.schedule.complete()
    }

    /// The values of a complete step, by wire.
    pub fn values(&self, step: u64) -> &Slots {
        self.schedule.step_values(step)
    }

    /// Notes that the complete step is recorded, and goes on.
    pub fn recorded(&mut self, now: Instant) {
        self.lights.observe(now, self.schedule.step_values(self.schedule.base()));
        self.schedule.retire();
        self.work(now);
    }

    /// Ends the run as soon as possible: no further step is recorded.
    pub fn stop(&mut self, now: Instant) {
        self.schedule.stop_before(self.schedule.base());
        self.release(now);
        self.work(now);
    }

    /// Goes on at another pace: time from one co-simulation step to the next, zero as fast as possible.
    pub fn set_pace(&mut self, now: Instant, pace: Duration) {
        self.pacer.set_pace(now, pace, self.schedule.started());
        self.work(now);
    }

    /// Holds the run, or lets it go on: while it is held no step starts. An emergency stop holds it as well.
    pub fn hold(&mut self, now: Instant, held: bool) {
        self.held = held;
        self.pacer.hold(now, held || !self.stopped_by.is_empty());
        self.work(now);
    }

    /// How the run ended; `None` while it goes on.
    pub fn outcome(&mut self) -> Option<Outcome> {
        (self.phase == Phase::Ended).then(|| self.failure.take().map_or(Ok(()), Err))
    }

    /// Whether every node was ready and steps run.
    fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// Takes what became of a node's session and what it said.
    fn hear(&mut self, now: Instant, node: usize) {
        let running = self.is_running();
        while let Some(change) = self.nodes[node].poll_change(self.run, now, running) {
            match change {
                Change::Reconnected => {
                    self.ask_again(node);
                    self.lights.repeat();
                    self.repeat_stop(node..node + 1);
                }
                Change::Restarted => {
                    let node = self.nodes[node].label().to_owned();
                    self.fail(RunError::Restarted { node }, now);
                }
            }
        }
        let mut message = std::mem::take(&mut self.message);
        loop {
            let taken = match self.nodes[node].receive(&mut message) {
                Ok(false) => break,
                Ok(true) => self.take(node, &message, now),
                Err(error) => Err(self.unreadable(node, &error)),
            };
            if let Err(error) = taken {
                self.fail(error, now);
            }
        }
        self.message = message;
    }

    fn unreadable(&self, node: usize, what: &dyn std::error::Error) -> RunError {
        RunError::Unreadable { node: self.nodes[node].label().to_owned(), what: what.to_string() }
    }

    /// Takes a message; one of another run changes nothing.
    fn take(&mut self, node: usize, message: &[u8], now: Instant) -> Result<(), RunError> {
        let message = ToHost::decode(message).map_err(|error| self.unreadable(node, &error))?;
        let label = self.nodes[node].label();
        match message {
            ToHost::Done { run, step, stage, values } if run == self.run => {
                // A repeat of what is already known is no news.
                let Some(turn) = self.schedule.awaited(node + 1, step, usize::from(stage)) else {
                    return Ok(());
                };
                self.schedule
                    .finish(turn, |slots, wires| read_into(values, slots, wires))
                    .map_err(|error| RunError::Unreadable { node: label.to_owned(), what: error.to_string() })
            }
            ToHost::Failed { run, step, model, reason } if run == self.run => {
                let error = EngineError { model: model.to_owned(), reason: reason.to_owned() };
                Err(RunError::Model { place: label.to_owned(), step, error })
            }
            ToHost::Rejected { run, reason } if run == self.run => {
                let (node, reason) = (label.to_owned(), reason.to_owned());
                Err(if self.is_running() {
                    RunError::Forgotten { node, reason }
                } else {
                    RunError::Rejected { node, reason }
                })
            }
            ToHost::Ready { run } if run == self.run => {
                self.nodes[node].took_plan();
                Ok(())
            }
            ToHost::Done { .. }
            | ToHost::Failed { .. }
            | ToHost::Rejected { .. }
            | ToHost::Ready { .. }
            | ToHost::Snapshot { .. }
            | ToHost::Restored { .. }
            | ToHost::ControlDone { .. } => Ok(()),
            ToHost::Event(event) => {
                self.event(node, event, now);
                Ok(())
            }
            ToHost::Telemetry(telemetry) => {
                self.telemetry[node] = Some(telemetry);
                Ok(())
            }
        }
    }

    /// Everything a node was asked before its session broke may be lost: asks for it again.
    fn ask_again(&mut self, node: usize) {
        let turns: Vec<Turn> = self.schedule.outstanding(node + 1).collect();
        for turn in turns {
            self.ask(node, turn);
        }
    }

    fn ask(&mut self, node: usize, turn: Turn) {
        if let Err(error) = self.nodes[node].send_step(self.run, turn, &self.schedule) {
            self.fail_in(turn.step, error);
        }
    }

    /// Does everything that can be done without further news.
    fn work(&mut self, now: Instant) {
        if let Phase::Gathering(_) = self.phase
            && self.nodes.iter().all(NodeLink::is_ready)
        {
            self.nodes.iter_mut().for_each(|node| node.send_start(self.run));
            self.repeat_stop(0..self.nodes.len());
            self.phase = Phase::Running;
            self.pacer.start(now);
        }
        if self.is_running() {
            self.admitted = self.pacer.admit(now);
            let Self { lights, nodes, table, .. } = self;
            table.plugs().for_each(|(cable, plugged)| lights.plug(cable, plugged));
            if nodes.iter_mut().any(NodeLink::wants_light) {
                lights.repeat();
            }
            lights.poll(now, |place, word| nodes[place - 1].send_light(word));
            while self.run_ready() {}
            if self.schedule.base() >= self.schedule.limit() {
                self.release(now);
            }
        }
        if let Phase::Releasing(until) = self.phase
            && (now >= until || self.nodes.iter_mut().all(NodeLink::is_idle))
        {
            self.phase = Phase::Ended;
        }
    }

    /// Gives every place the turns that are ready. Returns whether anything was computed here, so that more
    /// may be ready.
    fn run_ready(&mut self) -> bool {
        let mut computed = false;
        for place in 0..=self.nodes.len() {
            while let Some(turn) = self.schedule.ready(place, self.admitted) {
                self.schedule.advance(place);
                if place == HOST {
                    computed = true;
                    if let Err(error) = self.compute(turn) {
                        let place = "this host".to_owned();
                        self.fail_in(turn.step, RunError::Model { place, step: turn.step, error });
                    }
                } else {
                    self.ask(place - 1, turn);
                }
            }
        }
        computed
    }

    /// Runs one of the host's own stages.
    fn compute(&mut self, turn: Turn) -> Result<(), EngineError> {
        let Self { host, schedule, table, .. } = self;
        let stage = schedule.task(turn).stage;
        host.import(stage, |slots, imports| {
            for (index, &slot) in imports.iter().enumerate() {
                match schedule.import(turn, index) {
                    ImportSource::Wire(values, wire) => slots.copy_from(values, wire, slot),
                    ImportSource::Initial(value) => slots.set_value(slot, value.clone()),
                }
            }
        });
        if stage == 0 {
            table.advance(turn.step, host.slots_mut());
        }
        host.run_stage(turn.step, stage)?;
        schedule.finish(turn, |values, wires| {
            for (&slot, &wire) in host.exports(stage).iter().zip(wires) {
                values.copy_from(host.slots(), slot, wire);
            }
            Ok(())
        })
    }

    fn keep_time(&mut self, now: Instant) {
        match self.phase {
            Phase::Gathering(since) if now >= self.ready_until(since) => {
                let error = self.not_ready(now.saturating_since(since));
                self.fail(error, now);
            }
            Phase::Running => {
                let lost_after = self.timing.lost_after;
                if let Some(node) = self.nodes.iter().find(|node| node.is_lost(now, lost_after)) {
                    let error = node.lost(now, self.schedule.base());
                    self.fail(error, now);
                }
            }
            _ => {}
        }
        self.work(now);
    }

    /// Why the run cannot start, for every node that is not ready.
    fn not_ready(&self, waited: Duration) -> RunError {
        let missing = self.nodes.iter().filter(|node| !node.is_ready());
        let mut errors: Vec<RunError> = missing.map(|node| node.not_ready(waited)).collect();
        if errors.len() == 1 { errors.remove(0) } else { RunError::Several(errors) }
    }

    /// When the first node that is not ready must be.
    fn ready_until(&self, since: Instant) -> Instant {
        let connect_within = self.timing.connect_within;
        self.nodes.iter().map(|node| node.ready_until(since, connect_within)).fold(Instant::MAX, Instant::min)
    }

    /// Takes an error: one of a model ends the run before its step, any other at once. What is recorded stays.
    fn fail(&mut self, error: RunError, now: Instant) {
        match error {
            RunError::Model { step, .. } if self.is_running() => self.fail_in(step, error),
            _ => {
                self.failure.get_or_insert(error);
                self.schedule.stop_before(self.schedule.base());
                self.release(now);
            }
        }
    }

    /// Lets the steps before `step` become rows, and ends the run then. Of several failures the first in
    /// simulated time counts, whichever was heard of first.
    fn fail_in(&mut self, step: u64, error: RunError) {
        if self.failure.is_none() || step < self.schedule.limit() {
            self.failure = Some(error);
        }
        self.schedule.stop_before(step);
    }

    fn release(&mut self, now: Instant) {
        if !matches!(self.phase, Phase::Releasing(_) | Phase::Ended) {
            self.nodes.iter_mut().for_each(|node| node.send_release(self.run));
            self.phase = Phase::Releasing(now + RELEASE_WITHIN);
        }
    }
}
