//! Memory: its limits, and what the programs take at most. The limits here are those of docs/operations.md.

use super::{Bench, PLACES, said, wrapped};
use crate::read;
use illuminator_protocol::{ClusterKey, Header, Kind, VERSION};
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::memory::{HOST_KIB_MAX, NODE_KIB_MAX, peak_kib};
use illuminator_tests::programs::{NodeProcess, command, program, tool, until};
use illuminator_tests::ring::Ring;
use std::fmt::Write;
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Datagrams that either end must get for a flood to be one.
const FLOOD_MIN: u64 = 20_000;
/// How the kernel ends a process whose stack cannot grow.
const SIGSEGV: i32 = 11;
/// Rows of the data of the run that gets too little memory: of several MiB.
const SERIES_ROWS: u32 = 400_000;
/// Hostile datagrams with every real one.
const PER_FRAME: usize = 64;

/// Runs a host to its end; what it said, and the most memory that it had `[KiB]`.
fn watched(mut host: Command) -> (Output, u64) {
    let mut running: Child = host.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut peak = 0;
    until("the host ends", || {
        peak = peak_kib(running.id()).unwrap_or(peak).max(peak);
        running.try_wait().expect("it is a child of this test").is_some()
    });
    (running.wait_with_output().expect("it has ended"), peak)
}

#[test]
fn forty_nine_nodes_stay_within_the_stated_memory() {
    let ring = Ring { nodes: 49, steps: 400 };
    let bench = Bench::new(ring);
    let nodes = ring.start(bench.path(), || Command::new(program("illuminator-node")));
    for place in [&["--cluster", "c.toml"][..], &["--nodes", "sim:49"]] {
        let arguments = [&["scenario", "run", "s.yaml", "-o", "out.csv", "--pace", "0.005"], place].concat();
        let (done, host_kib) = watched(command(bench.path(), &arguments));
        assert!(done.status.success(), "{place:?}: {}", said(&done));
        assert_eq!(read(&bench.path().join("out.csv")), bench.whole, "{place:?}");
        assert!((500..HOST_KIB_MAX).contains(&host_kib), "{place:?}: the host took {host_kib} KiB");
    }
    for (number, node) in nodes.iter().enumerate() {
        let kib = peak_kib(node.id()).expect("it still runs");
        assert!((500..NODE_KIB_MAX).contains(&kib), "node {number} took {kib} KiB");
    }
}

#[test]
fn a_flood_takes_no_memory() {
    let ring = Ring { nodes: 1, steps: 400 };
    let bench = Bench::new(ring);
    let nodes = ring.start(bench.path(), || Command::new(program("illuminator-node")));
    let flood = Flood::before(&nodes[0]);
    let cluster = format!("[[node]]\nname = 'n0'\naddress = '{}'\n", flood.address());
    std::fs::write(bench.path().join("c.toml"), cluster).expect("it can be written");
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv", "--pace", "0.005"];
    let (done, host_kib) = std::thread::scope(|scope| {
        scope.spawn(|| flood.to_node());
        scope.spawn(|| flood.to_host());
        let watched = watched(command(bench.path(), &arguments));
        flood.over.store(true, Ordering::Relaxed);
        watched
    });
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(read(&bench.path().join("out.csv")), bench.whole);
    for (end, sent) in ["node", "host"].iter().zip(&flood.sent) {
        let sent = sent.load(Ordering::Relaxed);
        assert!(sent >= FLOOD_MIN, "the {end} got {sent} datagrams that are not for it");
    }
    let node_kib = peak_kib(nodes[0].id()).expect("it still runs");
    assert!((500..NODE_KIB_MAX).contains(&node_kib), "the node took {node_kib} KiB");
    assert!((500..HOST_KIB_MAX).contains(&host_kib), "the host took {host_kib} KiB");
}

/// Hands on what host and node say, with noise behind it that looks like a frame.
struct Flood {
    node: SocketAddr,
    host: OnceLock<SocketAddr>,
    facing_host: UdpSocket,
    facing_node: UdpSocket,
    over: AtomicBool,
    /// To the node, to the host.
    sent: [AtomicU64; 2],
}

impl Flood {
    fn before(node: &NodeProcess) -> Self {
        let socket = || {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
            socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket has a time limit");
            socket
        };
        let (facing_host, facing_node) = (socket(), socket());
        let (host, over, sent) = (OnceLock::new(), AtomicBool::new(false), Default::default());
        Self { node: node.address, host, facing_host, facing_node, over, sent }
    }

    fn address(&self) -> SocketAddr {
        self.facing_host.local_addr().expect("it is bound")
    }

    fn to_node(&self) {
        self.relay(&self.facing_host, &self.facing_node, 0, |sender| {
            self.host.get_or_init(|| sender);
            Some(self.node)
        });
    }

    fn to_host(&self) {
        self.relay(&self.facing_node, &self.facing_host, 1, |_| self.host.get().copied());
    }

    fn relay(
        &self,
        from: &UdpSocket,
        to: &UdpSocket,
        end: usize,
        target: impl Fn(SocketAddr) -> Option<SocketAddr>,
    ) {
        let mut random = SplitMix64::new(end as u64);
        let mut buffer = [0; 2048];
        while !self.over.load(Ordering::Relaxed) {
            let Ok((length, sender)) = from.recv_from(&mut buffer) else { continue };
            let Some(target) = target(sender) else { continue };
            to.send_to(&buffer[..length], target).expect("loopback takes it");
            for _ in 0..PER_FRAME {
                // A buffer that is full is part of a flood.
                let sent = to.send_to(&noise(&mut random), target).is_ok();
                self.sent[end].fetch_add(sent.into(), Ordering::Relaxed);
            }
        }
    }
}

/// A well-formed header of this cluster before random bytes: every session, every handshake is another one.
fn noise(random: &mut SplitMix64) -> Vec<u8> {
    let kinds = [Kind::Init, Kind::Accept, Kind::Refuse, Kind::Sealed];
    let kind = kinds[random.next_u64() as usize % kinds.len()];
    let (session, packet) = (random.next_u64(), random.next_u64() % 1000);
    let header = Header { version: VERSION, kind, key: ClusterKey::OPEN.id(), session, packet };
    let length = random.next_u64() as usize % 1150;
    let body = (0..length.div_ceil(8)).flat_map(|_| random.next_u64().to_le_bytes()).take(length);
    header.encode().into_iter().chain(body).collect()
}

/// Where memory ends, the system ends the program: it cannot go on. What it has written is whole.
#[test]
fn a_process_that_gets_no_memory_leaves_whole_lines_or_says_why() {
    if tool("prlimit").is_none() {
        return;
    }
    let bench = with_series();
    // Closely where a program has just room to start.
    let close = (32..96).map(|quarter| quarter << 18);
    let limits: Vec<u64> =
        close.chain([28, 32, 36, 40, 64, 128, 256, 512, 1024].map(|mib| mib << 20)).collect();
    for place in PLACES {
        let (mut ran, mut refused) = (0, 0);
        for &limit in &limits {
            let _ = std::fs::remove_file(bench.path().join("out.csv"));
            let wrapper = ["prlimit", &format!("--as={limit}")];
            let version = wrapped(bench.path(), &wrapper, &["--version"]).output().expect("it starts");
            if !version.status.success() {
                continue; // not even the program's text has room
            }
            let arguments = ["scenario", "run", "s.yaml", place, "-o", "out.csv"];
            let done = wrapped(bench.path(), &wrapper, &arguments).output().expect("it starts");
            let message = said(&done);
            if done.status.success() {
                ran += 1;
                assert_eq!(read(&bench.path().join("out.csv")), bench.whole, "{place}, {limit} bytes");
            } else {
                refused += 1;
                // Of a stack that cannot grow the kernel tells nobody.
                let said_so = !message.is_empty() || done.status.signal() == Some(SIGSEGV);
                assert!(said_so, "{place}, {limit} bytes: {:?}", done.status);
                if bench.path().join("out.csv").exists() {
                    bench.check_part("out.csv");
                }
            }
        }
        assert!(ran > 0, "{place}: it never ran");
        assert!(refused > 0, "{place}: there always was enough memory");
    }
}

/// A run that needs clearly more memory than the start of the program, in one process as well: its data are read whole.
fn with_series() -> Bench {
    let ring = Ring { nodes: 20, steps: 3000 };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut data = "Series\nTime,power\n".to_owned();
    for second in 0..SERIES_ROWS {
        let (day, hour, minute) = (1 + second / 86_400, second / 3600 % 24, second / 60 % 60);
        let _ = writeln!(data, "2024-01-{day:02} {hour:02}:{minute:02}:{:02},{second}", second % 60);
    }
    std::fs::write(folder.path().join("series.csv"), data).expect("it can be written");
    let model = "models:\n- {name: Series, type: CSV, connect: {node: n0}, parameters: {file_path: series.csv, \
                 delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}, inputs: {unused: 0}, outputs: {unused: 0}, \
                 states: {power: 0}}\n";
    let scenario = ring.scenario().replace("models:\n", model).replace("items: [", "items: [Series.power, ");
    Bench::of(&scenario, ring.steps, folder)
}
