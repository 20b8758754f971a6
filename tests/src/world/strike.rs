//! What a plan says happens to the table, when its time has come.

use super::host::Torn;
use super::plan::What;
use super::rival::Rival;
use super::table::{HOST_END, World};
use illuminator_protocol::{Duration, Instant, RunId};

/// How often a datagram comes again while they do.
const ECHO_EVERY: Duration = Duration::from_millis(20);

impl World<'_> {
    /// Machines that were down or stalled go on when it is time.
    pub(super) fn wake(&mut self) -> Result<(), String> {
        let now = self.now;
        let over = |until: &mut Instant| *until <= now;
        if self.host.down_until.take_if(over).is_some() {
            self.host.boot(now, &mut self.entropy)?;
        }
        if self.host.stalled_until.take_if(over).is_some() {
            while let Some(arrival) = self.host.next_waiting() {
                self.host.arrive(now, arrival);
            }
        }
        if self.host.held_until.is_some_and(|until| until <= now) {
            self.host.hold(now, None);
        }
        for number in 0..self.machines.len() {
            let machine = &mut self.machines[number];
            if machine.down_until.take_if(over).is_some() {
                machine.boot(&self.key, now);
            }
            if machine.stalled_until.take_if(over).is_some() {
                while let Some(arrival) = self.machines[number].next_waiting(now) {
                    self.arrive(number, arrival)?;
                }
            }
        }
        Ok(())
    }

    /// Faults that are due happen.
    pub(super) fn happen(&mut self) -> Result<(), String> {
        let now = self.now;
        let due: Vec<_> = self.due.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, what) in due {
            if self.strike(what)? {
                *self.report.fired.entry(what.name()).or_default() += 1;
            }
        }
        if let Some((node, _, until)) = self.echo.filter(|(_, next, _)| *next <= now) {
            let echoes = &self.taken[node];
            if !echoes.is_empty() {
                let (from, to, bytes) = &echoes[self.random.next_u64() as usize % echoes.len()];
                self.network.replay(now, *from, *to, bytes);
            }
            self.echo = (now < until).then_some((node, now + ECHO_EVERY, until));
        }
        if self.rival.as_mut().is_some_and(|rival| !rival.work(now)) {
            self.rival = None;
        }
        Ok(())
    }

    /// A fault happens. Returns whether it did: nothing happens to what is down.
    fn strike(&mut self, what: What) -> Result<bool, String> {
        let now = self.now;
        match what {
            What::NodeCrash { node, lasting } => self.machines[node].crash(now + lasting),
            What::NodeStall { node, lasting } if self.machines[node].is_awake() => {
                self.machines[node].stalled_until = Some(now + lasting);
            }
            What::HostCrash { torn: false, lasting } => self.host.crash(now + lasting, &mut self.random),
            What::HostCrash { torn: true, lasting } => {
                // It counts when it comes between.
                self.host.torn = Torn::Asked(lasting);
                return Ok(false);
            }
            What::HostStall { lasting } if self.host.is_awake() => {
                self.host.stalled_until = Some(now + lasting);
            }
            What::Part { node, lasting } => self.network.part(HOST_END, node + 1, now + lasting),
            What::OneWay { node, to_host, loss, lasting } => {
                let (from, to) = if to_host { (node + 1, HOST_END) } else { (HOST_END, node + 1) };
                self.network.worsen(from, to, loss, now + lasting);
            }
            What::Leap { node: None, by } => self.host.clock.leap(now, by),
            What::Leap { node: Some(node), by } => self.machines[node].clock.leap(now, by),
            What::Drift { node: None, ppm } => self.host.clock.set_drift(now, ppm),
            What::Drift { node: Some(node), ppm } => self.machines[node].clock.set_drift(now, ppm),
            // From the beginning: see `deliver`.
            What::Stale => {}
            What::Echo { node, lasting } => self.echo = Some((node, now, now + lasting)),
            What::Taken { node, clean, lasting } if self.rival.is_none() => {
                self.network.part(HOST_END, node + 1, now + lasting);
                let run = RunId((1 << 48) + self.plan.seed);
                let times = (now, now + lasting);
                let rival = Rival::new(self.sample, &self.key, run, node, times, clean, &mut self.entropy)?;
                self.machines[node].taken();
                self.rival = Some(rival);
            }
            What::Hold { lasting } if self.host.is_awake() => self.host.hold(now, Some(now + lasting)),
            What::Plug { number, plugged } => self.plug(number, plugged),
            What::NodeStall { .. } | What::HostStall { .. } | What::Taken { .. } | What::Hold { .. } => {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn plug(&mut self, number: usize, plugged: bool) {
        let cables = &self.sample.scenario.cables;
        let names = &self.sample.plan.nodes;
        match cables.get(number) {
            Some(cable) => {
                let places = self.machines.iter_mut().zip(names);
                places
                    .filter(|(_, name)| cable.ends.contains(name))
                    .for_each(|(machine, _)| machine.plug(cable.id, plugged));
            }
            None => {
                let token = self.sample.scenario.tokens[number - cables.len()].id;
                self.machines[0].plug(token, plugged);
            }
        }
    }
}
