//! The host in its machine: a coordinator, and a disk that outlives it.
//!
//! ```text
//!   Coordinator ─▶ rows ─▶ file (what is flushed ─ what is synced) ┐
//!        ▲     └─▶ checkpoint ─▶ journal ──────────────────────────┴─▶ after a crash: resume, or begin anew
//! ```

use super::clock::Clock;
use super::machine::{Arrival, INBOX_MAX};
use super::plan::Plan;
use super::sample::Sample;
use crate::generate::random::SplitMix64;
use crate::samples::Result as Rows;
use crate::tube::SeededEntropy;
use illuminator::checkpoint::Checkpoint;
use illuminator::coordinator::{Coordinator, NodeLink, Timing};
use illuminator::plan::HOST;
use illuminator::record::{Fingerprint, JournalEntry, ResultFormat};
use illuminator_node::engine::PlacePlan;
use illuminator_protocol::{BootId, ClusterKey, Datagram, Duration, Hello, Instant, RunId};
use std::collections::VecDeque;

/// Whether a host that is to crash between its results and its journal has come that far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Torn {
    No,
    /// It crashes when it is between them, for so long.
    Asked(Duration),
    /// It is between them.
    Between(Duration),
}

/// The host's machine.
pub(super) struct Host<'s> {
    sample: &'s Sample,
    key: ClusterKey,
    plan: Plan,
    fingerprint: Fingerprint,
    pub(super) coordinator: Option<Coordinator>,
    pub(super) clock: Clock,
    boots: u64,
    rows: Rows,
    /// Rows that are recorded.
    pub(super) recorded: u64,
    /// Bytes of the file that survive a crash.
    synced: usize,
    journal: Option<Vec<u8>>,
    journal_due: Instant,
    pub(super) torn: Torn,
    pub(super) down_until: Option<Instant>,
    pub(super) stalled_until: Option<Instant>,
    pub(super) held_until: Option<Instant>,
    inbox: VecDeque<Arrival>,
    /// From which step on the result depends on a loss, as it has said.
    pub(super) frozen_from: Option<u64>,
    /// How often it went on from its journal, and how often it began anew.
    pub(super) resumed: u64,
    pub(super) begun: u64,
}

impl<'s> Host<'s> {
    /// A host that is yet to start.
    pub(super) fn new(sample: &'s Sample, key: &ClusterKey, plan: &Plan, now: Instant) -> Self {
        Self {
            sample,
            key: key.clone(),
            plan: plan.clone(),
            fingerprint: Fingerprint::of(&sample.scenario, &sample.plan, ResultFormat::Dev, None, false),
            coordinator: None,
            clock: Clock::new(now),
            boots: 0,
            rows: Rows::new(&sample.scenario, &sample.plan),
            recorded: 0,
            synced: 0,
            journal: None,
            journal_due: Instant::ZERO,
            torn: Torn::No,
            down_until: None,
            stalled_until: None,
            held_until: None,
            inbox: VecDeque::new(),
            frozen_from: None,
            resumed: 0,
            begun: 0,
        }
    }

    /// Starts its program: goes on from the journal, or begins anew where there is none.
    pub(super) fn boot(&mut self, now: Instant, entropy: &mut SeededEntropy) -> Result<(), String> {
        self.boots += 1;
        self.down_until = None;
        self.clock = Clock::new(now);
        self.journal_due = now + self.plan.journal_every;
        let hello = Hello::new(BootId((1 << 40) + self.boots), "host", "test");
        let link = |(name, place): (&String, &PlacePlan)| {
            NodeLink::new(name.clone(), &self.key, hello.clone(), place, entropy)
        };
        let links =
            self.sample.plan.nodes.iter().zip(&self.sample.plan.places[HOST + 1..]).map(link).collect();
        let spare =
            |number| NodeLink::spare(format!("spare{number}"), &self.key, hello.clone(), &mut *entropy);
        let spares = (0..self.plan.spares).map(spare).collect();
        let timing = Timing {
            connect_within: Duration::from_secs(120),
            lost_after: self.plan.lost_after,
            on_loss: self.plan.on_loss,
            pace: self.plan.pace,
        };
        let run = RunId(self.plan.seed * 1000 + self.boots);
        let own = self.clock.shows(now);
        let table = self.sample.table();
        let mut coordinator = Coordinator::new(&self.sample.plan, run, links, table, timing, own)
            .map_err(|error| error.to_string())?
            .with_spares(spares);
        let file = std::mem::take(&mut self.rows.bytes);
        self.rows = Rows::new(&self.sample.scenario, &self.sample.plan);
        match self.read_journal()? {
            Some(JournalEntry { lengths, checkpoint, .. }) => {
                let length = lengths.first().copied().flatten().ok_or("the journal has no length")? as usize;
                let kept = file.get(..length).ok_or("the file is shorter than its journal says")?;
                self.rows.bytes = kept.to_vec();
                self.recorded = checkpoint.step;
                coordinator.resume(checkpoint).map_err(|error| error.to_string())?;
                self.resumed += 1;
            }
            None => {
                self.recorded = 0;
                self.frozen_from = None;
                self.begun += 1;
            }
        }
        self.synced = self.rows.bytes.len();
        self.coordinator = Some(coordinator);
        Ok(())
    }

    fn read_journal(&self) -> Result<Option<JournalEntry>, String> {
        let Some(bytes) = &self.journal else { return Ok(None) };
        let entry = JournalEntry::from_bytes(bytes).map_err(|error| format!("the journal: {error}"))?;
        if entry.fingerprint != self.fingerprint {
            return Err("the journal is of another run".to_owned());
        }
        Ok(Some(entry))
    }

    /// Its program ends at once. Of what was not synced, some bytes are on the disk and some are not.
    pub(super) fn crash(&mut self, until: Instant, random: &mut SplitMix64) {
        self.coordinator = None;
        self.stalled_until = None;
        self.held_until = None;
        self.torn = Torn::No;
        self.inbox.clear();
        self.down_until = self.down_until.max(Some(until));
        let unsure = (self.rows.bytes.len() - self.synced) as u64;
        self.rows.bytes.truncate(self.synced + (random.next_u64() % (unsure + 1)) as usize);
    }

    /// Records what is complete. Returns whether there was a row.
    pub(super) fn record(&mut self, now: Instant) -> Result<bool, String> {
        if self.stalled_until.is_some() {
            return Ok(false);
        }
        // As the shell does: between two checkpoints that are wanted, nodes give their states alone.
        let wanted = now >= self.journal_due || self.torn != Torn::No;
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.want_checkpoint(wanted);
        }
        self.keep_checkpoint(now);
        let Some(coordinator) = &mut self.coordinator else { return Ok(false) };
        let Some(step) = coordinator.complete() else { return Ok(false) };
        if step != self.recorded {
            return Err(format!("row {step} comes where row {} belongs", self.recorded));
        }
        self.rows.row(step, coordinator.values(step));
        self.recorded += 1;
        coordinator.recorded(self.clock.shows(now));
        self.keep_checkpoint(now);
        Ok(true)
    }

    fn keep_checkpoint(&mut self, now: Instant) {
        let Some(checkpoint) = self.coordinator.as_mut().and_then(Coordinator::take_checkpoint) else {
            return;
        };
        if now < self.journal_due && self.torn == Torn::No {
            return;
        }
        self.synced = self.rows.bytes.len();
        match self.torn {
            Torn::Asked(lasting) => self.torn = Torn::Between(lasting),
            Torn::Between(_) => {}
            Torn::No => self.write_journal(checkpoint, now),
        }
    }

    fn write_journal(&mut self, checkpoint: Checkpoint, now: Instant) {
        let lengths = vec![Some(self.synced as u64)];
        let entry = JournalEntry { fingerprint: self.fingerprint, lengths, checkpoint };
        self.journal = Some(entry.to_bytes());
        self.journal_due = now + self.plan.journal_every;
    }

    /// Whether it runs and does something.
    pub(super) fn is_awake(&self) -> bool {
        self.coordinator.is_some() && self.stalled_until.is_none()
    }

    /// A datagram arrives on a link.
    pub(super) fn arrive(&mut self, now: Instant, arrival: Arrival) {
        if self.stalled_until.is_some() {
            if self.inbox.len() < INBOX_MAX {
                self.inbox.push_back(arrival);
            }
            return;
        }
        let own = self.clock.shows(now);
        if let Some(coordinator) = &mut self.coordinator {
            let Arrival { from, mut bytes, .. } = arrival;
            coordinator.handle(own, from - 1, &mut bytes);
        }
    }

    /// The next datagram that waited while it stalled.
    pub(super) fn next_waiting(&mut self) -> Option<Arrival> {
        if self.stalled_until.is_none() { self.inbox.pop_front() } else { None }
    }

    /// The next datagram that it sends, and on which link.
    pub(super) fn transmit(&mut self, now: Instant, out: &mut Datagram) -> Option<usize> {
        if self.stalled_until.is_some() {
            return None;
        }
        let coordinator = self.coordinator.as_mut()?;
        let link = coordinator.poll_transmit(self.clock.shows(now), out);
        while let Some(notice) = coordinator.poll_notice() {
            let said = notice
                .split_once(": from step ")
                .filter(|(_, rest)| rest.ends_with("keeps the values it had"));
            let step = said.and_then(|(_, rest)| rest.split_once(' ')?.0.parse().ok());
            self.frozen_from = [self.frozen_from, step].into_iter().flatten().min();
        }
        link
    }

    /// Holds the run, with a few single steps, or lets it go on.
    pub(super) fn hold(&mut self, now: Instant, until: Option<Instant>) {
        self.held_until = until;
        let own = self.clock.shows(now);
        if let Some(coordinator) = &mut self.coordinator {
            coordinator.hold(own, until.is_some());
            if until.is_some() {
                coordinator.step(own, 3);
            }
        }
    }

    /// When it wants to do something.
    pub(super) fn due(&self) -> Instant {
        let own = match (&self.coordinator, self.down_until.or(self.stalled_until)) {
            (_, Some(until)) => until,
            (Some(coordinator), None) => self.clock.when(coordinator.poll_timeout()),
            (None, None) => Instant::MAX,
        };
        own.min(self.held_until.unwrap_or(Instant::MAX))
    }

    /// The result file.
    pub(super) fn file(&self) -> &[u8] {
        &self.rows.bytes
    }
}
