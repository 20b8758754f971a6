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

mod asking;
mod cut;
mod error;
mod events;
mod health;
mod lights;
mod loss;
mod node_link;
mod orders;
mod schedule;
mod seats;
mod sight;
mod watching;

pub use error::{RunError, Tenths};
pub use loss::OnLoss;
pub use node_link::NodeLink;
pub use sight::{CableSight, Sight};

use crate::checkpoint::{Checkpoint, OtherRun};
use crate::pacer::Pacer;
use crate::plan::{HOST, TablePlan};
use crate::story::LiveTable;
use cut::{Cuts, Kept};
use health::Told;
use illuminator_node::engine::{Engine, EngineError, Snapshot};
use illuminator_node::model::Slots;
use illuminator_node::wire::read_into;
use illuminator_protocol::{Datagram, Duration, Instant, RunId, ToHost};
use lights::Lights;
use loss::Stand;
use node_link::Change;
use orders::Waiting;
use schedule::{ImportSource, Schedule, Turn};
use seats::Seats;
use std::collections::BTreeSet;

/// How a run behaves in time.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a node may take to answer before the run starts.
    pub connect_within: Duration,
    /// How long a node may be silent during the run before it counts as lost.
    pub lost_after: Duration,
    /// What becomes of the run then.
    pub on_loss: OnLoss,
    /// Time from one co-simulation step to the next at the start; zero: as fast as possible.
    pub pace: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let patience = Duration::from_secs(5);
        let on_loss = OnLoss::default();
        Self { connect_within: patience, lost_after: patience, on_loss, pace: Duration::ZERO }
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
    /// There is no run: nodes are kept in touch with, and stay free.
    Watching,
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
    seats: Seats,
    cuts: Cuts,
    /// The last complete cut, until the shell takes it.
    checkpoint: Option<Checkpoint>,
    wants_checkpoint: bool,
    /// By node.
    stands: Vec<Stand>,
    schedule: Schedule,
    lights: Lights,
    table: LiveTable,
    names: Vec<String>,
    /// The nodes whose emergency stop is pressed.
    stopped_by: BTreeSet<usize>,
    /// Whether somebody at the host holds the run.
    held: bool,
    pacer: Pacer,
    /// By node.
    told: Vec<Told>,
    /// By node, the controls that somebody waits for.
    asked: Vec<Vec<Waiting>>,
    /// Steps before this one may start, as far as the pace allows.
    admitted: u64,
    failure: Option<RunError>,
    /// Where the search for datagrams to send goes on, so that no node starves another.
    next_node: usize,
    message: Vec<u8>,
}

impl Coordinator {
    /// A run of `plan` on `nodes`, which stand in the order of its places after the host, at `table`. The nodes
    /// and then the [spares](Self::with_spares) are the *links* of this coordinator, numbered from 0.
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
            told: vec![Told::default(); nodes.len()],
            asked: vec![Vec::new(); nodes.len()],
            cuts: Cuts::new(nodes.len()),
            checkpoint: None,
            wants_checkpoint: true,
            stands: vec![Stand::Live; nodes.len()],
            seats: Seats::new(nodes),
            schedule: Schedule::new(plan),
            lights: Lights::new(&plan.cables),
            table,
            admitted: 0,
            failure: None,
            next_node: 0,
            message: Vec::new(),
        })
    }

    /// Nodes that take the places of those that are lost, in this order.
    #[must_use]
    pub fn with_spares(mut self, spares: Vec<NodeLink>) -> Self {
        self.seats.add_spares(spares);
        self
    }

    /// Goes on where another coordinator of the same plan was. To be called before anything else.
    ///
    /// # Errors
    /// [`OtherRun`]; the coordinator is then not fit to run.
    pub fn resume(&mut self, checkpoint: Checkpoint) -> Result<(), OtherRun> {
        let Checkpoint { run, step, places, wires, table } = checkpoint;
        let mut places = places.into_iter();
        let host = Snapshot::from_bytes(&places.next().ok_or(OtherRun)?).map_err(|_| OtherRun)?;
        if places.len() != self.seats.len() || !self.table.restore(&table) {
            return Err(OtherRun);
        }
        self.host.restore(host).map_err(|_| OtherRun)?;
        self.run = run;
        self.schedule.resume(step, wires);
        for (node, state) in places.enumerate() {
            self.cuts.keep(node, Kept { step, state: Some(state.into()) });
        }
        Ok(())
    }

    /// Takes a datagram that came from the address of a link. What is not from the node there is dropped.
    pub fn handle(&mut self, now: Instant, link: usize, datagram: &mut [u8]) {
        let Some(node) = self.seats.node_at(link) else { return };
        self.seats[node].handle(now, datagram);
        self.hear(now, node);
        self.work(now);
    }

    /// Writes the next datagram to send into `out` and says on which link; `None` if there is none now.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> Option<usize> {
        self.keep_time(now);
        for _ in 0..self.seats.len() {
            let node = self.next_node;
            if self.seats[node].poll_transmit(now, out) {
                return Some(self.seats.link_of(node));
            }
            self.hear(now, node);
            self.next_node = (node + 1) % self.seats.len();
        }
        None
    }

    /// When [`poll_transmit`](Self::poll_transmit) wants to be called at the latest.
    pub fn poll_timeout(&self) -> Instant {
        let own = match self.phase {
            Phase::Gathering(since) => self.ready_until(since),
            Phase::Running => self.pacer.next_due().min(self.lights.poll_timeout()).min(self.cuts.due()),
            Phase::Releasing(until) => until,
            Phase::Watching | Phase::Ended => Instant::MAX,
        };
        self.seats.iter().map(|node| node.poll_timeout(self.timing.lost_after)).fold(own, Instant::min)
    }

    /// The oldest step, if it is complete and waits to be recorded. At a cut it waits until that is complete.
    pub fn complete(&self) -> Option<u64> {
        self.schedule.complete().filter(|&step| self.cuts.barrier() != Some(step))
    }

    /// Whether the next cut is to become a checkpoint; at first it is. Without one, steps need not wait for it.
    pub fn want_checkpoint(&mut self, wanted: bool) {
        self.wants_checkpoint = wanted;
    }

    /// A state that the run can go on from. Everything before its step is recorded, and nothing else: it is to be taken
    /// before the next step is.
    pub fn take_checkpoint(&mut self) -> Option<Checkpoint> {
        self.checkpoint.take()
    }

    /// The values of a complete step, by wire.
    pub fn values(&self, step: u64) -> &Slots {
        self.schedule.step_values(step)
    }

    /// Notes that the complete step is recorded, and goes on.
    pub fn recorded(&mut self, now: Instant) {
        self.lights.observe(now, self.schedule.step_values(self.schedule.base()));
        self.checkpoint = None;
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

    /// Holds the run, or lets it go on: while it is held no step starts by itself. An emergency stop holds it as well.
    pub fn hold(&mut self, now: Instant, held: bool) {
        self.held = held;
        self.apply_hold(now);
        self.work(now);
    }

    /// Does so many more steps, one row each, and holds the run then. Nothing starts during an emergency stop. Of more
    /// than 64 steps that wait the rest is passed over.
    pub fn step(&mut self, now: Instant, steps: u64) {
        self.held = true;
        self.apply_hold(now);
        if self.stopped_by.is_empty() {
            self.pacer.step(steps, self.schedule.given());
        }
        self.work(now);
    }

    /// Holds the run if anybody wants it held.
    fn apply_hold(&mut self, now: Instant) {
        let stopped = !self.stopped_by.is_empty();
        self.pacer.hold(now, self.held || stopped, self.schedule.started());
        if stopped {
            self.pacer.forget_steps();
        }
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
        let (gathering, watching) =
            (matches!(self.phase, Phase::Gathering(_)), self.phase == Phase::Watching);
        while let Some(change) = self.seats[node].poll_change(self.run, now, !gathering) {
            match change {
                // It is over: whoever comes now is given nothing any more.
                _ if matches!(self.phase, Phase::Releasing(_) | Phase::Ended) => {}
                // Whatever it has, it is not from here.
                _ if watching => self.greet(node),
                Change::Reconnected if self.stands[node] != Stand::Live => self.thaw(node),
                Change::Reconnected => {
                    self.ask_again(node);
                    self.greet(node);
                }
                Change::Restarted => {
                    let label = self.seats[node].label().to_owned();
                    self.returned(node, now, RunError::Restarted { node: label });
                }
            }
        }
        let mut message = std::mem::take(&mut self.message);
        loop {
            let taken = match self.seats[node].receive(&mut message) {
                Ok(false) => break,
                Ok(true) => self.take(node, &message, now),
                Err(error) => Err(self.unreadable(node, &error)),
            };
            match taken {
                Err(error) if watching => self.table.notice(&self.names[node], &error.to_string()),
                Err(error) => self.fail(error, now),
                Ok(()) => {}
            }
        }
        self.message = message;
    }

    fn unreadable(&self, node: usize, what: &dyn std::error::Error) -> RunError {
        RunError::Unreadable { node: self.seats[node].label().to_owned(), what: what.to_string() }
    }

    /// Takes a message; one of another run changes nothing.
    fn take(&mut self, node: usize, message: &[u8], now: Instant) -> Result<(), RunError> {
        let message = ToHost::decode(message).map_err(|error| self.unreadable(node, &error))?;
        let label = self.seats[node].label();
        match message {
            ToHost::Done { run, step, stage, values } if run == self.run => {
                self.seats[node].heard(step, usize::from(stage));
                // A repeat of what is already known is no news.
                let Some(turn) = self.schedule.awaited(node + 1, step, usize::from(stage)) else {
                    return Ok(());
                };
                self.schedule
                    .finish(turn, |slots, wires| read_into(values, slots, wires))
                    .map_err(|error| self.unreadable(node, &error))
            }
            ToHost::Failed { run, step, model, reason } if run == self.run => {
                let error = EngineError { model: model.to_owned(), reason: reason.to_owned() };
                Err(RunError::Model { place: label.to_owned(), step, error })
            }
            ToHost::Rejected { run, reason } if run == self.run => {
                Err(RunError::Rejected { node: label.to_owned(), reason: reason.to_owned() })
            }
            ToHost::Forgotten { run } if run == self.run => {
                let error = RunError::Forgotten { node: label.to_owned() };
                // What was asked before its new plan comes to it is answered so as well.
                if self.is_running() && self.seats[node].is_ready() {
                    self.returned(node, now, error);
                }
                Ok(())
            }
            ToHost::Ready { run } if run == self.run => {
                self.seats[node].took_plan();
                Ok(())
            }
            ToHost::Restored { run, .. } if run == self.run => {
                self.seats[node].took_state();
                Ok(())
            }
            ToHost::Snapshot { run, step, state } if run == self.run => {
                if self.stands[node] == Stand::Live {
                    // A node that comes back may be ahead of what it was heard to say.
                    let unheard = self.schedule.outstanding(node + 1).next();
                    let is_heard = unheard.is_none_or(|turn| turn.step >= step);
                    self.cuts.node(node, step, state, is_heard);
                    self.release_history();
                }
                Ok(())
            }
            other => {
                self.take_apart_from_run(node, other, now);
                Ok(())
            }
        }
    }

    /// Does everything that can be done without further news.
    fn work(&mut self, now: Instant) {
        if let Phase::Gathering(_) = self.phase
            && self.seats.iter().all(NodeLink::is_ready)
        {
            self.start(now);
        }
        if self.is_running() {
            self.admitted = self.pacer.admit(now);
            let Self { lights, seats, table, .. } = self;
            table.plugs().for_each(|(cable, plugged)| lights.plug(cable, plugged));
            if seats.any_wants_light() {
                lights.repeat();
            }
            lights.poll(now, |place, word| seats[place - 1].send_light(word));
            while self.run_ready() {}
            self.cut(now);
            if self.schedule.base() >= self.schedule.limit() {
                self.release(now);
            }
        }
        if let Phase::Releasing(until) = self.phase
            && (now >= until || self.seats.all_idle())
        {
            self.phase = Phase::Ended;
        }
    }

    /// All nodes are ready: they get the states that they go on from, if this run was begun elsewhere.
    fn start(&mut self, now: Instant) {
        for node in 0..self.seats.len() {
            let Kept { step, state } = self.cuts.kept(node).clone();
            if let Some(state) = state {
                self.seats[node].send_restore(self.run, step, &state);
            }
            self.seats[node].send_start(self.run);
        }
        self.repeat_stop(0..self.seats.len());
        self.phase = Phase::Running;
        self.pacer.start(now, self.schedule.base());
        self.cuts.put_off(now);
    }

    /// Gives every place the turns that are ready. Returns whether anything was computed here, so that more
    /// may be ready.
    fn run_ready(&mut self) -> bool {
        let mut computed = false;
        for place in 0..=self.seats.len() {
            while let Some(turn) = self.schedule.ready(place, self.admitted) {
                self.schedule.advance(place);
                if place != HOST && self.is_frozen(place - 1, turn) {
                    computed = true;
                    self.schedule.freeze(turn);
                } else if place == HOST {
                    computed = true;
                    if let Err(error) = self.compute(turn) {
                        let place = "this host".to_owned();
                        self.fail_in(turn.step, RunError::Model { place, step: turn.step, error });
                    }
                }
            }
            if place != HOST && self.stands[place - 1] == Stand::Live {
                self.ask(place - 1);
            }
        }
        computed
    }

    /// Runs one of the host's own stages.
    fn compute(&mut self, turn: Turn) -> Result<(), EngineError> {
        let Self { host, schedule, table, cuts, .. } = self;
        if cuts.lacks_host(turn.step) {
            cuts.host(host.snapshot().to_bytes(), table.memory());
        }
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
        self.give_up_controls(now);
        match self.phase {
            Phase::Gathering(since) if now >= self.ready_until(since) => {
                let error = self.not_ready(now.saturating_since(since));
                self.fail(error, now);
            }
            Phase::Running => self.look_after(now),
            Phase::Watching => self.look_around(now),
            _ => {}
        }
        self.work(now);
    }

    /// Why the run cannot start, for every node that is not ready.
    fn not_ready(&self, waited: Duration) -> RunError {
        let missing = self.seats.iter().filter(|node| !node.is_ready());
        let mut errors: Vec<RunError> = missing.map(|node| node.not_ready(waited)).collect();
        if errors.len() == 1 { errors.remove(0) } else { RunError::Several(errors) }
    }

    /// When the first node that is not ready must be.
    fn ready_until(&self, since: Instant) -> Instant {
        let connect_within = self.timing.connect_within;
        self.seats.iter().map(|node| node.ready_until(since, connect_within)).fold(Instant::MAX, Instant::min)
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
            let run = self.run;
            if self.phase != Phase::Watching {
                self.seats.each(|node| node.send_release(run));
            }
            self.phase = Phase::Releasing(now + RELEASE_WITHIN);
        }
    }
}
