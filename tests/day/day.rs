//! A table with visitors, in simulated time.

use illuminator::coordinator::{Coordinator, NodeLink, Timing};
use illuminator::plan::{self, HOST, Placement, TablePlan};
use illuminator::scenario::Scenario;
use illuminator::story::{EventLog, LiveTable};
use illuminator_node::engine::{Engine, PlacePlan};
use illuminator_node::node::{Node, NodeCounters, Request};
use illuminator_protocol::{BootId, ClusterKey, Datagram, Duration, Hello, Instant, RunId, Telemetry};
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::samples::{Result, scenario};
use illuminator_tests::tube::{Faults, Injected, Network, SeededEntropy};

/// Steps of a visit.
pub(crate) const STEPS: u64 = 168;
/// Simulated time of a step: a visit takes six minutes.
const PACE: Duration = Duration::from_secs(2);
/// How long somebody holds the run, or the emergency stop.
const PAUSE: Duration = Duration::from_secs(20);
/// How long the answers of a node are lost: longer than a session lives.
const MUTE: Duration = Duration::from_secs(3);
/// How far a clock leaps that has slept.
const LEAP: Duration = Duration::from_secs(2 * 3600);
/// Room for the rows of a visit `[bytes]`, so that they do not count as growth.
const ROOM: usize = 128 * 1024;
/// When memory is looked at: all that a visit needs is there, and near its end.
const LOOKS: [u64; 2] = [40, STEPS - 10];

const KEY: ClusterKey = ClusterKey::from_bytes([9; 32]);
const FAULTS: Faults = Faults {
    loss: 0.05,
    duplication: 0.02,
    corruption: 0.001,
    delay_min: Duration::from_millis(1),
    delay_max: Duration::from_millis(40),
};

/// The table and its day.
pub(crate) struct Day {
    scenario: Scenario,
    plan: TablePlan,
    nodes: Vec<Node<usize>>,
    /// How far each node's clock is ahead of the host's.
    ahead: Vec<Duration>,
    network: Network,
    entropy: SeededEntropy,
    visitors: SplitMix64,
    plugged: u64,
    /// How many sessions each node has had.
    sessions: Vec<u64>,
    now: Instant,
    /// When what is held is let go.
    let_go: Option<Instant>,
}

impl Day {
    pub(crate) fn new(seed: u64) -> Self {
        let scenario = scenario("scenarios/story.yaml");
        assert_eq!(scenario.steps, STEPS);
        let placement = Placement::from_connect(&scenario).expect("the table is placed");
        let plan = plan::plan(&scenario, &placement, &[]).expect("few stages");
        let mut random = SplitMix64::new(seed);
        let node = |(number, name): (usize, &String)| {
            Node::new(KEY, Hello::new(BootId(number as u64 + 1), name, "test"), Vec::new())
        };
        let nodes: Vec<Node<usize>> = plan.nodes.iter().enumerate().map(node).collect();
        Self {
            // Far enough that a host that leaps ahead of them does not leave them before their first moment.
            ahead: vec![Duration::from_secs(48 * 3600 * 2); nodes.len()],
            network: Network::new(FAULTS, nodes.len() + 1, random.next_u64()),
            entropy: SeededEntropy(SplitMix64::new(random.next_u64())),
            visitors: SplitMix64::new(random.next_u64()),
            now: Instant::ZERO,
            plugged: 0,
            sessions: vec![0; nodes.len()],
            let_go: None,
            scenario,
            plan,
            nodes,
        }
    }

    /// What each node computes, what it counted, and how many sessions it has had.
    pub(crate) fn counters(&self) -> impl Iterator<Item = (&PlacePlan, NodeCounters, u64)> {
        let counted = self.nodes.iter().map(Node::counters).zip(&self.sessions);
        let places = &self.plan.places[HOST + 1..];
        places.iter().zip(counted).map(|(place, (counters, sessions))| (place, counters, *sessions))
    }

    pub(crate) fn injected(&self) -> Injected {
        self.network.injected()
    }

    /// How often a visitor put something in or took it out.
    pub(crate) fn plugged(&self) -> u64 {
        self.plugged
    }

    /// One visit from its first step to its last; checks that its rows come in order, and that the recorded events
    /// repeat them in one process. Gives what `in_use` said at both [`LOOKS`].
    pub(crate) fn visit(&mut self, number: u64, in_use: impl Fn() -> usize) -> (usize, usize) {
        let hello = Hello::new(BootId(1000 + number), "host", "test");
        let links = self.plan.places[HOST + 1..]
            .iter()
            .zip(&self.plan.nodes)
            .map(|(place, name)| NodeLink::new(name.clone(), &KEY, hello.clone(), place, &mut self.entropy));
        let links = links.collect();
        let live = LiveTable::new(&self.scenario, &self.plan, None).recording();
        let timing = Timing { pace: PACE, ..Timing::default() };
        let mut host = Coordinator::new(&self.plan, RunId(number + 1), links, live, timing, self.now)
            .expect("the plan's models can be built");
        let mut result = Result::new(&self.scenario, &self.plan);
        result.bytes.reserve(ROOM);
        let (mut rows, mut looks) = (0, [0; 2]);
        loop {
            while let Some(step) = host.complete() {
                assert_eq!(step, rows, "visit {number}: rows come in order, each once");
                rows += 1;
                result.row(step, host.values(step));
                host.recorded(self.now);
                self.visitors_and_faults(step, &mut host);
                LOOKS
                    .iter()
                    .zip(&mut looks)
                    .filter(|(at, _)| **at == step)
                    .for_each(|(_, look)| *look = in_use());
            }
            self.transmit(Some(&mut host));
            while host.poll_notice().is_some() {}
            if let Some(outcome) = host.outcome() {
                assert_eq!((outcome, rows), (Ok(()), STEPS), "visit {number}");
                break;
            }
            if host.complete().is_none() {
                self.advance(host.poll_timeout());
                self.let_go(&mut host);
                self.deliver(Some(&mut host));
            }
        }
        assert!(result.bytes.len() < ROOM, "{}", result.bytes.len());
        let repeated = self.repeat(host.into_table().into_log());
        assert!(repeated == result.bytes, "visit {number}: the recording repeats the run");
        (looks[0], looks[1])
    }

    /// The table without a host.
    pub(crate) fn rest_until(&mut self, since_morning: Duration) {
        let until = Instant::ZERO + since_morning;
        while self.now < until {
            self.transmit(None);
            self.advance(until);
            self.deliver(None);
        }
    }

    /// The rows of a run in one process that is told these events.
    fn repeat(&self, log: EventLog) -> Vec<u8> {
        let plan = plan::plan(&self.scenario, &Placement::local(&self.scenario), &[]).expect("one stage");
        let mut table = LiveTable::new(&self.scenario, &plan, Some(log));
        let mut engine = Engine::new(&plan.places[HOST]).expect("a checked scenario's models can be built");
        let mut result = Result::new(&self.scenario, &plan);
        for step in 0..plan.steps {
            table.advance(step, engine.slots_mut());
            engine.run(step).expect("the models can be stepped");
            result.row(step, engine.slots());
        }
        result.bytes
    }

    /// What happens at the table behind a step.
    fn visitors_and_faults(&mut self, step: u64, host: &mut Coordinator) {
        if self.visitors.next_u64().is_multiple_of(3) {
            self.plug();
        }
        for (number, node) in self.nodes.iter_mut().enumerate() {
            node.telemetry(Telemetry {
                frames: step * 120,
                memory_kib: number as u32,
                ..Telemetry::default()
            });
        }
        let somebody = self.visitors.next_u64() as usize % self.nodes.len();
        match step {
            20 | 100 => {
                for number in 0..self.nodes.len() {
                    self.network.mute(number + 1, self.now + MUTE);
                }
            }
            50 => {
                host.hold(self.now, true);
                self.let_go = Some(self.now + PAUSE);
            }
            70 => {
                self.nodes[somebody].emergency_stop(true);
                self.let_go = Some(self.now + PAUSE);
            }
            // A node has slept, and then the host: seen from there all others stand still.
            120 => self.ahead[somebody] = self.ahead[somebody] + LEAP,
            140 => {
                self.now = self.now + LEAP;
                self.ahead.iter_mut().for_each(|ahead| *ahead = less(*ahead, LEAP));
            }
            _ => {}
        }
    }

    /// A visitor puts a cable or token in at all its places, or takes it out.
    fn plug(&mut self) {
        self.plugged += 1;
        let plugged = self.visitors.next_u64().is_multiple_of(2);
        let cables = &self.scenario.cables;
        match cables.get(self.visitors.next_u64() as usize % (cables.len() + 1)) {
            Some(cable) => {
                for (node, name) in self.nodes.iter_mut().zip(&self.plan.nodes) {
                    if cable.ends.contains(name) {
                        node.cable(cable.id, plugged);
                    }
                }
            }
            None => self.nodes[0].cable(self.scenario.tokens[0].id, plugged),
        }
    }

    fn let_go(&mut self, host: &mut Coordinator) {
        if self.let_go.take_if(|until| self.now >= *until).is_some() {
            host.hold(self.now, false);
            self.nodes.iter_mut().for_each(|node| node.emergency_stop(false));
        }
    }

    fn transmit(&mut self, host: Option<&mut Coordinator>) {
        let mut datagram = Datagram::new();
        if let Some(host) = host {
            while let Some(node) = host.poll_transmit(self.now, &mut datagram) {
                self.network.send(self.now, 0, node + 1, &datagram);
            }
        }
        for (number, node) in self.nodes.iter_mut().enumerate() {
            let own = self.now + self.ahead[number];
            while let Some(to) = node.poll_transmit(own, &mut datagram) {
                self.network.send(self.now, number + 1, to, &datagram);
            }
            while let Some(request) = node.poll_request() {
                self.sessions[number] += u64::from(request == Request::HostSilent(false));
            }
        }
    }

    /// On to the next thing that happens, at `until` at the latest.
    fn advance(&mut self, until: Instant) {
        let due = self.nodes.iter().zip(&self.ahead).map(|(node, ahead)| {
            Instant::from_micros(node.poll_timeout().as_micros().saturating_sub(ahead.as_micros()))
        });
        let next = due.chain(self.network.next_arrival()).chain(self.let_go).fold(until, Instant::min);
        self.now = next.max(self.now + Duration::from_micros(1));
    }

    fn deliver(&mut self, mut host: Option<&mut Coordinator>) {
        while let Some((from, to, mut bytes)) = self.network.receive(self.now) {
            match (to, &mut host) {
                (0, Some(host)) => host.handle(self.now, from - 1, &mut bytes),
                (0, None) => {}
                _ => {
                    // What is dropped is counted by the node.
                    let own = self.now + self.ahead[to - 1];
                    let _ = self.nodes[to - 1].handle(own, from, &mut bytes, &mut self.entropy);
                }
            }
        }
    }
}

fn less(time: Duration, by: Duration) -> Duration {
    Duration::from_micros(
        time.as_micros().checked_sub(by.as_micros()).expect("clocks never show less than zero"),
    )
}
