//! Datagrams that are not for us change nothing.

use crate::read;
use illuminator_protocol::{Header, KeyId, Kind};
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::programs::{NodeProcess, command, illuminator, stderr, wait_for_rows};
use std::net::{SocketAddr, UdpSocket};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn garbage_truncated_and_foreign_datagrams_do_not_disturb_a_run() {
    let node = NodeProcess::start(&[]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario(&node)).expect("it can be written");
    let arguments = ["scenario", "run", "s.yaml", "-o", "hostile.csv", "--pace", "0.01"];
    let running = command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    wait_for_rows(&folder.path().join("hostile.csv"));
    let stop = AtomicBool::new(false);
    let (done, sent) = std::thread::scope(|scope| {
        let attacker = scope.spawn(|| attack(node.address, &stop));
        let done = running.wait_with_output().expect("it ends");
        stop.store(true, Ordering::Relaxed);
        (done, attacker.join().expect("the attacker does not panic"))
    });
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(sent > 10_000, "{sent} hostile datagrams were sent while the run went on");
    let local = illuminator(folder.path(), &["scenario", "run", "s.yaml", "-o", "local.csv", "--local"]);
    assert!(local.status.success(), "{}", stderr(&local));
    assert_eq!(read(&folder.path().join("hostile.csv")), read(&folder.path().join("local.csv")));
}

/// Sends hostile datagrams until told to stop; returns how many.
fn attack(node: SocketAddr, stop: &AtomicBool) -> u64 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let mut random = SplitMix64::new(1);
    let mut sent = 0;
    while !stop.load(Ordering::Relaxed) {
        let datagram = hostile(&mut random);
        if socket.send_to(&datagram, node).is_ok() {
            sent += 1;
        }
    }
    sent
}

/// Random bytes, or a well-formed header before random bytes: of any kind, version and key.
fn hostile(random: &mut SplitMix64) -> Vec<u8> {
    let length = random.next_u64() as usize % 1500;
    let mut bytes: Vec<u8> = (0..length).map(|_| random.next_u64() as u8).collect();
    if random.next_u64().is_multiple_of(2) {
        let kinds = [Kind::Init, Kind::Accept, Kind::Refuse, Kind::Sealed];
        let header = Header {
            version: 1 + random.next_u64() as u8 % 2,
            kind: kinds[random.next_u64() as usize % kinds.len()],
            key: KeyId((random.next_u64() as u32).to_le_bytes()),
            session: random.next_u64(),
            packet: random.next_u64() % 100,
        };
        for (byte, of_header) in bytes.iter_mut().zip(header.encode()) {
            *byte = of_header;
        }
    }
    bytes
}

fn scenario(node: &NodeProcess) -> String {
    let (ip, port) = (node.address.ip(), node.address.port());
    format!(
        "scenario:
  name: hostile
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 03:20:00'
  time_resolution: 60
models:
- name: B1
  type: Battery
  connect: {{ip: {ip}, port: {port}}}
  parameters: {{max_p: 5, min_p: -5, max_energy: 50, charge_efficiency: 90, discharge_efficiency: 90, soc_min: 10, soc_max: 90}}
  inputs: {{flow2b: 2.5}}
  outputs: {{p_out: 0, p_in: 0}}
  states: {{soc: 20, flag: 0, mod: 0}}
connections:
- {{from: B1.p_out, to: B1.flow2b, time_shifted: true}}
monitor:
  file: out.csv
  items: [B1.soc, B1.p_out]
"
    )
}
