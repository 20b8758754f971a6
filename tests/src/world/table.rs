//! One run of the whole table under a plan of faults.

use super::host::{Host, Torn};
use super::machine::{Arrival, Machine, sum};
use super::plan::{Fault, Plan, What};
use super::report::Report;
use super::rival::Rival;
use super::sample::Sample;
use crate::generate::random::SplitMix64;
use crate::tube::{Network, SeededEntropy};
use illuminator::coordinator::{Coordinator, OnLoss, Outcome};
use illuminator::scenario::Cable;
use illuminator::story::{EventLog, Happening};
use illuminator_node::node::NodeCounters;
use illuminator_protocol::{ClusterKey, Datagram, Duration, Instant};
use std::collections::VecDeque;

/// The host's end of the network; those of the nodes follow, and then that of another host.
pub(super) const HOST_END: usize = 0;
/// A run that takes longer has hung.
const TIME_MAX: Duration = Duration::from_secs(900);
/// How long the table is watched after the run, so that all light goes out.
const AFTER: Duration = Duration::from_secs(3);
/// Datagrams of each node that may come again.
const ECHOES_MAX: usize = 48;
/// One datagram of an earlier run comes again after so many that arrive.
const STALE_EVERY: u64 = 3;
/// Steps of the earlier run.
const STALE_STEPS: u64 = 8;
/// A look at memory after so many moments.
const LOOK_EVERY: u64 = 1_024;

/// The table under a plan.
pub struct World<'s> {
    pub(super) sample: &'s Sample,
    pub(super) plan: Plan,
    pub(super) key: ClusterKey,
    pub(super) now: Instant,
    pub(super) network: Network,
    pub(super) entropy: SeededEntropy,
    pub(super) random: SplitMix64,
    pub(super) host: Host<'s>,
    pub(super) machines: Vec<Machine>,
    pub(super) rival: Option<Rival>,
    /// Faults whose row is yet to come, and those that are due at a time.
    pub(super) waiting: Vec<Fault>,
    pub(super) due: Vec<(Instant, What)>,
    /// Of each node, datagrams that it has taken and that the host has taken from it: (from, to, bytes).
    pub(super) taken: Vec<VecDeque<(usize, usize, Vec<u8>)>>,
    /// Of which node they come again, the next one when, and until when.
    pub(super) echo: Option<(usize, Instant, Instant)>,
    pub(super) stale: Vec<(usize, usize, Vec<u8>)>,
    pub(super) arrivals: u64,
    pub(super) report: Report,
}

impl<'s> World<'s> {
    /// Runs a plan to its end.
    ///
    /// # Errors
    /// What was not as it must be.
    pub fn run(
        samples: &'s [Sample],
        plan: &Plan,
        look: &dyn Fn() -> Result<(), String>,
    ) -> Result<Report, String> {
        let mut world = Self::new(&samples[plan.sample], plan);
        if plan.faults.iter().any(|fault| matches!(fault.what, What::Stale)) {
            world.earlier_run()?;
        }
        let end = world.now + TIME_MAX;
        world.begin()?;
        let outcome = world.until_outcome(end, look)?;
        world.judge(outcome)?;
        let dark = world.now + AFTER;
        world.host.crash(Instant::MAX, &mut world.random);
        while world.now < dark {
            world.moment(dark)?;
        }
        Ok(world.finish())
    }

    fn new(sample: &'s Sample, plan: &Plan) -> Self {
        let mut random = SplitMix64::new(plan.seed);
        let key = ClusterKey::from_bytes([7; 32]);
        // Nodes run since long before their host does.
        let now = Instant::from_micros(random.next_u64() % 1_000_000);
        let names = sample.plan.nodes.iter().cloned();
        let names: Vec<String> =
            names.chain((0..plan.spares).map(|number| format!("spare{number}"))).collect();
        let machines: Vec<Machine> =
            names.iter().map(|name| Machine::new(name, &key, Instant::ZERO)).collect();
        Self {
            network: Network::new(plan.network, machines.len() + 2, random.next_u64()),
            entropy: SeededEntropy(SplitMix64::new(random.next_u64())),
            host: Host::new(sample, &key, plan, now),
            taken: vec![VecDeque::new(); machines.len()],
            plan: plan.clone(),
            machines,
            sample,
            key,
            now,
            random,
            rival: None,
            waiting: plan.faults.clone(),
            due: Vec::new(),
            echo: None,
            stale: Vec::new(),
            arrivals: 0,
            report: Report { runs: 1, ..Report::default() },
        }
    }

    /// A run whose host vanishes, and whose datagrams are kept.
    fn earlier_run(&mut self) -> Result<(), String> {
        let plan = Plan { seed: self.plan.seed + (1 << 32), faults: Vec::new(), ..self.plan.clone() };
        let earlier = Host::new(self.sample, &self.key, &plan, self.now);
        let later = std::mem::replace(&mut self.host, earlier);
        let waiting = std::mem::take(&mut self.waiting);
        self.network.start_recording();
        self.begin()?;
        let end = self.now + TIME_MAX;
        while self.host.recorded < STALE_STEPS {
            self.moment(end)?;
            if self.now >= end {
                return Err("the earlier run hung".to_owned());
            }
        }
        self.stale = self.network.take_recording();
        self.stale.reverse();
        (self.host, self.waiting) = (later, waiting);
        Ok(())
    }

    fn begin(&mut self) -> Result<(), String> {
        self.host.boot(self.now, &mut self.entropy)?;
        self.arm();
        Ok(())
    }

    fn until_outcome(
        &mut self,
        end: Instant,
        look: &dyn Fn() -> Result<(), String>,
    ) -> Result<Outcome, String> {
        for moment in 1_u64.. {
            self.moment(end)?;
            if moment.is_multiple_of(LOOK_EVERY) {
                look()?;
            }
            if let Some(outcome) = self.host.coordinator.as_mut().and_then(Coordinator::outcome) {
                return Ok(outcome);
            }
            if self.now >= end {
                break;
            }
        }
        Err(format!("the run hung after {} of {} rows", self.host.recorded, self.sample.plan.steps))
    }

    /// Everything that happens now, and on to when something happens next.
    fn moment(&mut self, end: Instant) -> Result<(), String> {
        self.wake()?;
        self.happen()?;
        while self.host.record(self.now)? {
            self.arm();
        }
        if let Torn::Between(lasting) = self.host.torn {
            *self.report.fired.entry(What::HostCrash { torn: true, lasting }.name()).or_default() += 1;
            self.host.crash(self.now + lasting, &mut self.random);
        }
        self.transmit();
        self.machines.iter().try_for_each(|machine| machine.check_dark(self.now))?;
        if self.host.is_awake()
            && self.host.coordinator.as_ref().is_some_and(|host| host.complete().is_some())
        {
            return Ok(());
        }
        self.advance(end);
        self.deliver()
    }

    /// Faults whose row was recorded are due after their delay.
    fn arm(&mut self) {
        let (row, now) = (self.host.recorded, self.now);
        let armed = self.waiting.extract_if(.., |fault| fault.row <= row);
        self.due.extend(armed.map(|fault| (now + fault.delay, fault.what)));
    }

    fn transmit(&mut self) {
        let (now, mut datagram) = (self.now, Datagram::new());
        let arrives = now + self.plan.network.delay_max;
        while let Some(link) = self.host.transmit(now, &mut datagram) {
            if self.network.send(now, HOST_END, link + 1, &datagram) {
                self.machines[link].spoken_to(arrives);
            }
        }
        let rival_end = self.machines.len() + 1;
        if let Some(rival) = &mut self.rival {
            while rival.transmit(now, &mut datagram) {
                if self.network.send(now, rival_end, rival.node + 1, &datagram) {
                    self.machines[rival.node].spoken_to(arrives);
                }
            }
        }
        for (number, machine) in self.machines.iter_mut().enumerate() {
            while let Some(to) = machine.transmit(now, &mut datagram) {
                self.network.send(now, number + 1, to, &datagram);
            }
        }
    }

    /// On to the next thing that happens. Time moves by at least a microsecond, so that nothing can stand still.
    fn advance(&mut self, end: Instant) {
        let machines = self.machines.iter().map(Machine::due);
        let others = [self.host.due(), self.rival.as_ref().map_or(Instant::MAX, Rival::due)];
        let faults = self.due.iter().map(|(at, _)| *at).chain(self.echo.map(|(_, next, _)| next));
        let next =
            machines.chain(others).chain(faults).chain(self.network.next_arrival()).fold(end, Instant::min);
        self.now = next.max(self.now + Duration::from_micros(1));
    }

    fn deliver(&mut self) -> Result<(), String> {
        let rival_end = self.machines.len() + 1;
        while let Some((from, to, bytes)) = self.network.receive(self.now) {
            if to == HOST_END {
                if self.host.is_awake() {
                    self.keep(from - 1, (from, to, bytes.clone()));
                }
                self.host.arrive(self.now, Arrival { from, bytes });
            } else if to == rival_end {
                let mut bytes = bytes;
                if let Some(rival) = self.rival.as_mut().filter(|rival| rival.node + 1 == from) {
                    rival.arrive(self.now, &mut bytes);
                }
            } else {
                self.arrive(to - 1, Arrival { from, bytes })?;
            }
            self.arrivals += 1;
            if self.arrivals.is_multiple_of(STALE_EVERY)
                && let Some((from, to, bytes)) = self.stale.pop()
            {
                self.network.replay(self.now, from, to, &bytes);
                // It may have been lost before: then it is a word that comes late.
                if from == HOST_END {
                    self.machines[to - 1].spoken_to(self.now + self.plan.network.delay_max);
                }
            }
        }
        Ok(())
    }

    /// A datagram arrives at a node. One that it takes may come again.
    pub(super) fn arrive(&mut self, number: usize, arrival: Arrival) -> Result<(), String> {
        let taken = self.machines[number].arrive(self.now, arrival, &mut self.entropy)?;
        if let Some(Arrival { from: HOST_END, bytes }) = taken {
            self.keep(number, (HOST_END, number + 1, bytes));
        }
        Ok(())
    }

    fn keep(&mut self, number: usize, echo: (usize, usize, Vec<u8>)) {
        let echoes = &mut self.taken[number];
        if echoes.len() == ECHOES_MAX {
            echoes.pop_front();
        }
        echoes.push_back(echo);
    }

    /// Whether the run ended as it must, with the result that it must have.
    fn judge(&mut self, outcome: Outcome) -> Result<(), String> {
        let coordinator = self.host.coordinator.take().ok_or("the host is down")?;
        let log = coordinator.into_table().into_log();
        self.visitors_did(&log)?;
        self.report.heard += log.events().len() as u64;
        let expected = self.sample.expected(log);
        match outcome {
            Ok(()) if self.host.file() == expected => Ok(()),
            Ok(()) if self.plan.on_loss == OnLoss::Freeze => self.judge_frozen(&expected),
            Ok(()) => Err("the result differs from that of one process".to_owned()),
            Err(error) if self.plan.on_loss == OnLoss::Abort && error.is_node() => {
                if self.report.fired.is_empty() {
                    return Err(format!("nothing had happened, and yet the run ended: {error}"));
                }
                self.report.aborted += 1;
                let rows = expected.starts_with(self.host.file());
                if rows { Ok(()) } else { Err(format!("rows differ in a run that ended so: {error}")) }
            }
            Err(error) => Err(format!("the run ended: {error}")),
        }
    }

    /// Values that stood still differ, from the step on of which the host has said so; the rows are there.
    fn judge_frozen(&mut self, expected: &[u8]) -> Result<(), String> {
        self.report.frozen += 1;
        let from = self.host.frozen_from.ok_or("the result differs, and the host has frozen nothing")?;
        let rows = |file: &[u8]| file.iter().filter(|byte| **byte == b'\n').count();
        if rows(self.host.file()) != rows(expected) {
            return Err("rows are missing in a run with a frozen node".to_owned());
        }
        // The header stands before the row of step 0.
        let before = usize::try_from(from).unwrap_or(usize::MAX).saturating_add(1);
        let lines = |file: &[u8]| -> Vec<u8> {
            file.split_inclusive(|byte| *byte == b'\n').take(before).flatten().copied().collect()
        };
        if lines(self.host.file()) == lines(expected) {
            Ok(())
        } else {
            Err(format!("rows before step {from} differ, from which on a node was frozen"))
        }
    }

    /// When a plug is seen depends on the network, and the coordinator's log says it; what it says was plugged must have
    /// been plugged by a visitor, or from the start.
    fn visitors_did(&self, log: &EventLog) -> Result<(), String> {
        let nobody = log.events().iter().find(|event| match event.what {
            Happening::Plug { cable, plugged: true, .. } => !self.was_plugged(cable),
            _ => false,
        });
        nobody.map_or(Ok(()), |event| Err(format!("nobody plugged in what the log tells of: {event}")))
    }

    fn was_plugged(&self, id: u16) -> bool {
        let at_start = |cable: &Cable| cable.plugged_at_start;
        let cable = self.sample.scenario.cables.iter().find(|cable| cable.id == id);
        cable.is_some_and(at_start) || self.machines.iter().any(|machine| machine.was_plugged(id))
    }

    fn finish(mut self) -> Report {
        self.report.injected = self.network.injected();
        self.report.resumed = self.host.resumed;
        let counted = self.machines.iter().map(Machine::counters);
        self.report.counted = counted.fold(NodeCounters::default(), sum);
        self.report
    }
}
