//! A crowd of senders who all ask one node for a handshake.

use illuminator_protocol::{ClusterKey, Kind};
use illuminator_tests::hostile::{Attacker, recorded_inits};
use illuminator_tests::programs::{NodeProcess, illuminator, stderr, until};
use illuminator_tests::sockets::dropped_at;
use std::io::Write;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;

/// Datagrams before memory is measured for the first time, and in all.
const WARM_UP: u64 = 20_000;
const ALL: u64 = 1_000_000;
/// Senders.
const CROWD: usize = 512;
/// How much the memory of a process moves by itself `[KiB]`: less than a byte for each of the handshakes.
const NOISE_KIB: u64 = 256;

#[test]
fn a_million_handshakes_of_many_senders_leave_a_node_as_large_as_it_was() {
    let node = NodeProcess::start(&[]);
    let mut attacker = Attacker::new(3, ClusterKey::OPEN.id());
    let recorded = recorded_inits();
    let mut datagrams: Vec<Vec<u8>> = Vec::new();
    for number in 0..1_000 {
        datagrams.push(match number % 4 {
            0 => recorded[number % recorded.len()].clone(),
            1 => attacker.handshake_like(Kind::Init, true),
            _ => attacker.handshake_like(Kind::Init, false),
        });
    }
    let mut random = attacker.random;
    // Every address of 127.0.0.0/8 is this machine's.
    let sender =
        |number: usize| UdpSocket::bind((Ipv4Addr::new(127, 70, (number >> 8) as u8, number as u8), 0));
    let crowd: Vec<UdpSocket> = (0..CROWD).map(|number| sender(number).expect("a free port")).collect();
    let mut sent = 0_u64;
    let mut flood = |count: u64| {
        while sent < count {
            let from = &crowd[random.next_u64() as usize % CROWD];
            let datagram = &datagrams[random.next_u64() as usize % datagrams.len()];
            sent += u64::from(from.send_to(datagram, node.address).is_ok());
        }
    };
    flood(WARM_UP);
    let before_kib = resident_kib(node.id());
    flood(ALL);
    let (dropped, after_kib) =
        (dropped_at(node.address).expect("the node's socket"), resident_kib(node.id()));
    let _ = writeln!(
        std::io::stderr(),
        "crowd: {} handshakes taken, {dropped} dropped by the kernel; {before_kib} KiB before, {after_kib} KiB after",
        ALL - dropped
    );
    assert!(ALL - dropped > ALL / 10, "the node took too few for the test to mean something");
    assert!(after_kib <= before_kib + NOISE_KIB, "{before_kib} KiB became {after_kib} KiB");
    // And it still listens.
    let address = node.address.to_string();
    until("the node answers again", || {
        let asked = illuminator(Path::new("."), &["cluster", "identify", &address, "--seconds", "1"]);
        assert!(matches!(asked.status.code(), Some(0 | 3)), "{}", stderr(&asked));
        asked.status.success()
    });
}

/// Memory of a process that is in RAM `[KiB]`.
fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells it");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}
