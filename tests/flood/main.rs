//! A flood of hostile datagrams at node and host at once, during a run: as many as this machine can send at one that
//! keeps a pace, and a hundred thousand a second at one that is as fast as it can be.
//!
//! The time of the run is compared with that of an undisturbed run, and with that of a run beside which the same flood
//! goes to a socket that nobody reads: that one shares the machine with the attacker as well. A handshake that is under
//! way when recordings come for the first time may be broken by them, which costs a second and a half, once; the run is
//! long enough for that. It is the ratio of times in one test on one machine: neither time alone decides anything. So
//! that nothing else burdens one of the runs, this program holds one test only.

use illuminator_node::shell::Clock;
use illuminator_protocol::ClusterKey;
use illuminator_tests::hostile::{Attacker, End, SORTS, Sort, Wire, recorded_inits, scenario};
use illuminator_tests::programs::{NodeProcess, illuminator, stderr};
use illuminator_tests::sockets::dropped_at;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

/// A run that keeps a pace, as on a table: many times the round trip for a step, far less than what repairs a loss takes.
const PACED: Contest = Contest { steps: 3_000, pace_s: "0.001", rate_max: f64::INFINITY };
/// A run as fast as it can be, which every datagram before its own slows down.
const FAST: Contest = Contest { steps: 12_000, pace_s: "0", rate_max: 100_000.0 };
/// A run takes at most so many times as long under a flood.
const RATIO_MAX: f64 = 2.0;
/// Comparisons of which one must be within that: the machine may have other things to do.
const ATTEMPTS: usize = 3;
/// What is sent to the two programs is at least this part of what the machine can send to nobody: the reciprocal.
const RATE_SHARE: f64 = 5.0;
/// Datagrams of each sort that each end must get for the test to mean something.
const SORT_MIN: u64 = 500;
/// Datagrams between two looks at what is on the wire.
const LOOK_EVERY: usize = 128;
/// Looks between two at what the kernel dropped.
const COUNT_EVERY: u64 = 32;
/// Between two looks at the wire, where nothing is sent.
const PAUSE: Duration = Duration::from_millis(1);
/// Ready-made datagrams of each sort.
const STOCK: usize = 64;

#[test]
fn a_flood_does_not_double_the_time_of_a_run() {
    for contest in [PACED, FAST] {
        within_twice(contest);
    }
}

fn within_twice(contest: Contest) {
    let mut measured = Vec::new();
    while measured.len() < ATTEMPTS {
        let ratios = compare(contest);
        measured.push(ratios);
        if ratios.iter().all(|&ratio| ratio <= RATIO_MAX) {
            return;
        }
    }
    panic!("so many times as long the flood makes the run: {measured:.2?}");
}

/// Runs undisturbed, beside a flood and under one: how many times as long the last takes as the one beside, and as the
/// undisturbed one. All must have the bytes of a run in one process.
fn compare(contest: Contest) -> [f64; 2] {
    let node = NodeProcess::start(&[]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |output, aim| attacked_run(node.address, folder.path(), contest, output, aim);
    let [alone, beside, under] =
        [("alone.csv", Aim::Nowhere), ("beside.csv", Aim::Beside), ("under.csv", Aim::Both)]
            .map(|(output, aim)| run(output, aim));
    let local = illuminator(folder.path(), &["scenario", "run", "s.yaml", "-o", "local.csv", "--local"]);
    assert!(local.status.success(), "{}", stderr(&local));
    let expected = read(&folder.path().join("local.csv"));
    assert_eq!(expected.lines().count(), contest.steps as usize + 1);
    for file in ["alone.csv", "beside.csv", "under.csv"] {
        assert!(read(&folder.path().join(file)) == expected, "{file} differs from the run in one process");
    }
    let taken = [End::Node, End::Host].map(|end| under.taken(end));
    for (sent, taken) in under.sent.iter().zip(taken) {
        let enough = sent.iter().all(|&sent| sent as f64 * taken >= SORT_MIN as f64);
        assert!(enough, "of each sort to node and host: {:?}; they took {taken:.2} of it", under.sent);
    }
    let (under_rate, beside_rate) = (under.rate(), beside.rate());
    assert!(under_rate * RATE_SHARE >= beside_rate, "only {under_rate:.0}/s, and {beside_rate:.0}/s beside");
    let ratios = [beside.run_us, alone.run_us].map(|run_us| under.run_us as f64 / run_us as f64);
    let _ = writeln!(
        std::io::stderr(),
        "flood: {} steps with pace {}: {:.0} hostile datagrams/s (the node took {:.0} %, the host {:.0} %), {:.0}/s \
         beside; {:.2} s under it, {:.2} s beside it, {:.2} s undisturbed: {:.2} and {:.2} times",
        contest.steps,
        contest.pace_s,
        under_rate,
        taken[0] * 100.0,
        taken[1] * 100.0,
        beside_rate,
        under.run_us as f64 / 1e6,
        beside.run_us as f64 / 1e6,
        alone.run_us as f64 / 1e6,
        ratios[0],
        ratios[1],
    );
    ratios
}

/// A run and its attacker.
#[derive(Clone, Copy)]
struct Contest {
    steps: u32,
    /// As the host takes it.
    pace_s: &'static str,
    /// Hostile datagrams a second, at most.
    rate_max: f64,
}

/// Where the flood goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Nowhere,
    Both,
    /// To a socket that nobody reads.
    Beside,
}

struct Attacked {
    run_us: u64,
    /// Datagrams to node and host, of each sort.
    sent: [[u64; SORTS]; 2],
    /// Those that the kernel dropped there, as the programs did not keep up. Of the host, until shortly before its end.
    dropped: [u64; 2],
}

impl Attacked {
    /// Share of the hostile datagrams that the program at this end got.
    fn taken(&self, end: End) -> f64 {
        let sent: u64 = self.sent[end as usize].iter().sum();
        1.0 - self.dropped[end as usize] as f64 / sent.max(1) as f64
    }

    /// Hostile datagrams in a second.
    fn rate(&self) -> f64 {
        self.sent.iter().flatten().sum::<u64>() as f64 * 1e6 / self.run_us as f64
    }
}

/// Runs the scenario with its node behind a wire, and a flood from the first moment to the last.
fn attacked_run(node: SocketAddr, folder: &Path, contest: Contest, output: &str, aim: Aim) -> Attacked {
    let wire = Wire::to(node);
    std::fs::write(folder.join("s.yaml"), scenario(wire.address(), contest.steps))
        .expect("it can be written");
    let clock = Clock::start();
    std::thread::scope(|scope| {
        scope.spawn(|| wire.carry(End::Node));
        scope.spawn(|| wire.carry(End::Host));
        let flood = scope.spawn(|| Flood::new(aim, contest.rate_max).pour(&wire));
        let arguments = ["scenario", "run", "s.yaml", "-o", output, "--pace", contest.pace_s];
        let done = illuminator(folder, &arguments);
        let run_us = clock.now().as_micros();
        wire.stop();
        let Flood { sent, dropped, .. } = flood.join().expect("no panic");
        assert!(done.status.success(), "{}", stderr(&done));
        Attacked { run_us, sent, dropped }
    })
}

struct Flood {
    aim: Aim,
    rate_max: f64,
    attacker: Attacker,
    /// Other addresses of the same network.
    foreign: Vec<UdpSocket>,
    /// Nobody reads it.
    sink: UdpSocket,
    stock: Vec<(Sort, Vec<u8>)>,
    sent: [[u64; SORTS]; 2],
    dropped: [u64; 2],
}

impl Flood {
    fn new(aim: Aim, rate_max: f64) -> Self {
        let mut attacker = Attacker::new(1, ClusterKey::OPEN.id());
        let recorded = recorded_inits();
        let mut stock = Vec::new();
        for number in 0..STOCK {
            stock.push((Sort::RecordedInit, recorded[number % recorded.len()].clone()));
            stock.extend(attacker.of_nothing());
        }
        let bind = |host: u8| {
            UdpSocket::bind((Ipv4Addr::new(127, 66, 0, host), 0)).expect("all of 127.0.0.0/8 is here")
        };
        Self {
            aim,
            rate_max,
            attacker,
            foreign: (1..=8).map(bind).collect(),
            sink: bind(100),
            stock,
            sent: [[0; SORTS]; 2],
            dropped: [0; 2],
        }
    }

    /// Sends as fast as it can and may, until the wire is stopped.
    fn pour(mut self, wire: &Wire) -> Self {
        let dropped = |end| wire.address_of(end).and_then(dropped_at);
        let before = dropped(End::Node).unwrap_or(0);
        let clock = Clock::start();
        for burst in 0_u64.. {
            if wire.stopped() {
                break;
            }
            if burst.is_multiple_of(COUNT_EVERY)
                && let Some(dropped) = dropped(End::Host)
            {
                self.dropped[End::Host as usize] = dropped;
            }
            for end in [End::Node, End::Host] {
                self.burst(wire, end);
            }
            let due_us = self.sent.iter().flatten().sum::<u64>() as f64 * 1e6 / self.rate_max;
            let early_us = (due_us as u64).saturating_sub(clock.now().as_micros());
            std::thread::park_timeout(Duration::from_micros(early_us));
        }
        self.dropped[End::Node as usize] = dropped(End::Node).unwrap_or(0) - before;
        self
    }

    /// One look at the wire, and what follows from it.
    fn burst(&mut self, wire: &Wire, end: End) {
        let mut ammunition = std::mem::take(&mut self.stock);
        let ready = ammunition.len();
        ammunition.extend(self.made_of_the_wire(wire, end));
        let to = match self.aim {
            Aim::Both => wire.address_of(end),
            Aim::Nowhere => return std::thread::park_timeout(PAUSE),
            Aim::Beside => Some(self.sink.local_addr().expect("it is bound")),
        };
        if let Some(to) = to {
            for number in 0..LOOK_EVERY {
                let (sort, datagram) =
                    &ammunition[self.attacker.random.next_u64() as usize % ammunition.len()];
                // Half of it with the address of the real sender.
                let foreign = &self.foreign[number / 2 % self.foreign.len()];
                let from = if number % 2 == 0 { wire.facing(end) } else { foreign };
                let sent = from.send_to(datagram, to).is_ok();
                self.sent[end as usize][*sort as usize] += u64::from(sent);
            }
        }
        ammunition.truncate(ready);
        self.stock = ammunition;
    }

    /// Hostile datagrams that are made of the last real ones.
    fn made_of_the_wire(&mut self, wire: &Wire, end: End) -> Vec<(Sort, Vec<u8>)> {
        let other = if end == End::Node { End::Host } else { End::Node };
        let mut made: Vec<(Sort, Vec<u8>)> =
            wire.seen(other).into_iter().map(|frame| (Sort::Reflected, frame)).collect();
        made.extend(wire.seen(end).iter().flat_map(|real| self.attacker.of_frame(real)));
        made
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
