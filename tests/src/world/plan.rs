//! What goes wrong in a run, as plain data drawn from a seed.

use crate::generate::random::SplitMix64;
use crate::tube::Faults;
use illuminator::coordinator::OnLoss;
use illuminator_protocol::Duration;

/// A whole scenario of faults: the same plan gives the same run, datagram by datagram.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it was drawn from, and what all randomness of the run follows from.
    pub seed: u64,
    /// Which of the samples is run.
    pub sample: usize,
    /// Nodes that may take the place of lost ones.
    pub spares: usize,
    /// What becomes of lost nodes when no spare is left.
    pub on_loss: OnLoss,
    /// After so long a silent node is lost.
    pub lost_after: Duration,
    /// Time from one step to the next.
    pub pace: Duration,
    /// How often the host writes its journal at most.
    pub journal_every: Duration,
    /// What the network does all the time.
    pub network: Faults,
    /// What happens besides.
    pub faults: Vec<Fault>,
}

/// Something that happens once.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// It happens after so many rows were recorded,
    pub row: u64,
    /// and then so much later.
    pub delay: Duration,
    /// What it is.
    pub what: What,
}

/// What happens. Nodes are numbered from 0, spare ones last; `lasting` is for how long.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "what the fields of each fault are is said with it")]
pub enum What {
    /// A node's power is cut. It starts anew after that time, and has forgotten everything.
    NodeCrash { node: usize, lasting: Duration },
    /// A node does nothing for that time: its datagrams wait.
    NodeStall { node: usize, lasting: Duration },
    /// The host's program ends. It starts anew after that time and goes on from its journal. `torn`: it ends between
    /// writing its results and its journal, the next time that it does.
    HostCrash { torn: bool, lasting: Duration },
    /// The host does nothing for that time.
    HostStall { lasting: Duration },
    /// Nothing passes between the host and a node.
    Part { node: usize, lasting: Duration },
    /// One direction loses so much more.
    OneWay { node: usize, to_host: bool, loss: f64, lasting: Duration },
    /// The clock of a node, or of the host (`None`), leaps ahead.
    Leap { node: Option<usize>, by: Duration },
    /// The clock of a node, or of the host (`None`), runs too fast or too slow `[µs/s]`.
    Drift { node: Option<usize>, ppm: i32 },
    /// All datagrams of an earlier run come again, one by one.
    Stale,
    /// Datagrams that a node and the host have taken from each other come again and again, whether both are there or not.
    Echo { node: usize, lasting: Duration },
    /// The host does not reach a node, and another host takes it for a run of its own. `clean`: that host ends its run.
    Taken { node: usize, clean: bool, lasting: Duration },
    /// Somebody holds the run.
    Hold { lasting: Duration },
    /// Somebody plugs a cable or a token in at all its places, or takes it out. Only tables whose visitors are live
    /// have such.
    Plug { number: usize, plugged: bool },
}

impl What {
    /// What is counted.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NodeCrash { .. } => "node crashes",
            Self::NodeStall { .. } => "node stalls",
            Self::HostCrash { torn: false, .. } => "host crashes",
            Self::HostCrash { torn: true, .. } => "host crashes between result and journal",
            Self::HostStall { .. } => "host stalls",
            Self::Part { .. } => "partitions",
            Self::OneWay { .. } => "one-way losses",
            Self::Leap { .. } => "clock leaps",
            Self::Drift { .. } => "clock drifts",
            Self::Stale => "stale runs",
            Self::Echo { .. } => "echoes",
            Self::Taken { .. } => "nodes taken by another host",
            Self::Hold { .. } => "holds",
            Self::Plug { .. } => "plugs",
        }
    }

    /// All names.
    pub const NAMES: [&'static str; 14] = [
        "node crashes",
        "node stalls",
        "host crashes",
        "host crashes between result and journal",
        "host stalls",
        "partitions",
        "one-way losses",
        "clock leaps",
        "clock drifts",
        "stale runs",
        "echoes",
        "nodes taken by another host",
        "holds",
        "plugs",
    ];
}

/// What a plan must know of its sample.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Nodes of its placement.
    pub nodes: usize,
    /// Rows of its result.
    pub steps: u64,
    /// How many cables and tokens visitors can plug.
    pub plugs: usize,
    /// How often it is drawn, beside others.
    pub weight: u64,
}

/// Most faults of a plan, beside visitors' plugs and echoes.
const FAULTS_MAX: u64 = 6;
/// Longest time that a fault lasts `[ms]`: all of them together leave a node less than a minute away.
const LASTING_MS_MAX: u64 = 7_500;

impl Plan {
    /// The plan of a seed.
    pub fn draw(seed: u64, sizes: &[Size]) -> Self {
        let mut dice = Dice(SplitMix64::new(seed));
        let sample = dice.weighted(sizes);
        let size = sizes[sample];
        let spares = [0, 0, 0, 1, 2][dice.below(5) as usize];
        let mut plan = Self {
            seed,
            sample,
            spares,
            on_loss: match dice.below(15) {
                0 => OnLoss::Abort,
                1 => OnLoss::Freeze,
                2 | 3 => OnLoss::Wait,
                _ => OnLoss::Restart,
            },
            lost_after: Duration::from_millis(1_000 + dice.below(4_000)),
            pace: Duration::from_millis([0, 0, 0, 20, 100][dice.below(5) as usize]),
            journal_every: Duration::from_millis(dice.below(1_000)),
            network: dice.network(),
            faults: Vec::new(),
        };
        for _ in 0..dice.below(FAULTS_MAX + 1) {
            let fault = dice.fault(size, size.nodes + spares, plan.faults.last().copied());
            // An attacker repeats what he has heard while the host is away.
            if let What::HostCrash { lasting, .. } | What::Part { lasting, .. } = fault.what
                && dice.below(2) == 0
            {
                let node = match fault.what {
                    What::Part { node, .. } => node,
                    _ => dice.below(size.nodes as u64) as usize,
                };
                plan.faults.push(Fault { what: What::Echo { node, lasting }, ..fault });
            }
            plan.faults.push(fault);
        }
        for _ in 0..(size.plugs as u64 * 3) {
            let number = dice.below(size.plugs as u64) as usize;
            let plugged = dice.below(3) > 0;
            plan.faults.push(Fault { what: What::Plug { number, plugged }, ..dice.moment(size) });
        }
        plan
    }
}

struct Dice(SplitMix64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end.max(1)
    }

    fn weighted(&mut self, sizes: &[Size]) -> usize {
        let mut left = self.below(sizes.iter().map(|size| size.weight).sum());
        let fits = |size: &Size| match left.checked_sub(size.weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        };
        sizes.iter().position(fits).expect("it is below the sum")
    }

    fn lasting(&mut self) -> Duration {
        // As many short ones as long ones.
        let bits = 5 + self.below(8);
        Duration::from_millis((1 << bits) * (100 + self.below(84)) / 100)
    }

    fn network(&mut self) -> Faults {
        let quick = Faults { delay_max: Duration::from_millis(3), ..Faults::NONE };
        match self.below(4) {
            0 => Faults::NONE,
            1 => Faults { loss: 0.01, duplication: 0.01, ..quick },
            _ => Faults {
                loss: self.0.next_unit() * 0.3,
                duplication: self.0.next_unit() * 0.2,
                corruption: self.0.next_unit() * 0.02,
                delay_min: Duration::from_millis(1),
                delay_max: Duration::from_millis(1 + self.below(120)),
            },
        }
    }

    /// When something happens: at any instant of the run.
    fn moment(&mut self, size: Size) -> Fault {
        let bits = self.below(11);
        let delay = Duration::from_micros(self.below(1_000 << bits));
        // Now and then before there is a row.
        let row = if self.below(10) == 0 { 0 } else { self.below(size.steps) };
        Fault { row, delay, what: What::Stale }
    }

    fn fault(&mut self, size: Size, nodes: usize, last: Option<Fault>) -> Fault {
        let node = self.below(nodes as u64) as usize;
        let machine = [None, Some(node)][usize::from(self.below(2) > 0)];
        let lasting = self.lasting();
        debug_assert!(lasting <= Duration::from_millis(LASTING_MS_MAX), "{lasting:?}");
        let what = match self.below(20) {
            0..=4 => What::NodeCrash { node, lasting },
            5 => What::NodeStall { node, lasting },
            6..=8 => What::HostCrash { torn: false, lasting },
            9 => What::HostCrash { torn: true, lasting },
            10 => What::HostStall { lasting },
            11 | 12 => What::Part { node, lasting },
            13 => {
                let (to_host, loss) = (self.below(2) > 0, [0.5, 0.9, 1.0][self.below(3) as usize]);
                What::OneWay { node, to_host, loss, lasting }
            }
            14 => What::Leap { node: machine, by: lasting },
            15 => What::Drift { node: machine, ppm: self.below(1_000) as i32 - 500 },
            16 => What::Stale,
            17 => What::Echo { node, lasting },
            18 => {
                let clean = self.below(2) > 0;
                What::Taken { node, clean, lasting: lasting + Duration::from_millis(2_000) }
            }
            _ => What::Hold { lasting },
        };
        // Troubles come together.
        match last.filter(|_| self.below(3) == 0) {
            Some(last) => Fault { what, ..last },
            None => Fault { what, ..self.moment(size) },
        }
    }
}
