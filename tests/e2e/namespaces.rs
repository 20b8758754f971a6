//! The table in network namespaces: each program on a host of its own, on a switch that loses, duplicates and
//! reorders, and killed while it runs.

use crate::read;
use illuminator_node::shell::Clock;
use illuminator_protocol::Duration;
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::netlab::{Lab, Order, PortCounts, VILLAGE_NODES, villages};
use illuminator_tests::programs::{NodeProcess, command, illuminator, program, rows, stderr, until};
use illuminator_tests::tube::Faults;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command};

/// 10 % loss, 5 % duplication, and a jitter by which frames overtake each other.
const ROUGH: Faults = Faults {
    loss: 0.1,
    duplication: 0.05,
    corruption: 0.0,
    delay_min: Duration::from_millis(1),
    delay_max: Duration::from_millis(5),
};
const STEPS: usize = 2000;
const SEED: u64 = 7;
/// Times that a node is killed during the run, and comes back.
const NODE_KILLS: usize = 10;
/// Times that the host is killed during the run, and goes on.
const HOST_KILLS: usize = 3;
/// The port of every node: each has an address of its own.
const PORT: u16 = 5123;

#[test]
fn forty_nine_nodes_that_are_killed_on_a_network_with_faults_give_the_bytes_of_one_process() {
    let Some(mut lab) = Lab::build(1 + VILLAGE_NODES, SEED) else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    villages(folder.path(), STEPS).expect("the scenario can be written");
    let local =
        illuminator(folder.path(), &["scenario", "run", "scenario.yaml", "--local", "-o", "local.csv"]);
    assert!(local.status.success(), "{}", stderr(&local));
    let expected = read(&folder.path().join("local.csv"));
    assert_eq!(expected.lines().count(), 1 + STEPS);

    let mut nodes = start_nodes(&lab, folder.path());
    let calm_s = run(&lab, folder.path(), "calm.csv");
    assert!(read(&folder.path().join("calm.csv")) == expected, "other bytes on nodes than in one process");
    let calm = lab.order(Order::impair(&ROUGH)).total();
    assert_eq!((calm.lost, calm.duplicated, calm.reordered), (0, 0, 0));

    let before = lab.order(Order::Count).total();
    let rough_s = run_and_kill(&lab, folder.path(), &mut nodes, &expected);
    assert!(read(&folder.path().join("rough.csv")) == expected, "other bytes after kills and faults");
    let counts = lab.order(Order::Count);
    let during = |count: fn(&PortCounts) -> u64| count(&counts.total()) - count(&before);
    let offered = during(|all| all.offered);
    let (lost, duplicated) = (during(|all| all.lost), during(|all| all.duplicated));
    let reordered = during(|all| all.reordered);
    let of_ten_thousand = |count: u64| count * 10_000 / offered;
    assert!((900..1100).contains(&of_ten_thousand(lost)), "{lost} of {offered}");
    assert!(
        (400..500).contains(&of_ten_thousand(duplicated)),
        "{duplicated} of {offered}, lost ones included"
    );
    assert!(of_ten_thousand(reordered) > 100, "{reordered} of {offered}");
    let is_hurt = |port: &PortCounts| port.lost > 0 && port.duplicated > 0 && port.reordered > 0;
    assert!(counts.ports.iter().all(is_hurt), "every host: {counts:?}");
    let _ = writeln!(
        std::io::stderr(),
        "namespaces: {STEPS} steps on {VILLAGE_NODES} nodes: {lost} of {offered} frames lost, {duplicated} duplicated, \
         {reordered} reordered, nodes killed {NODE_KILLS} times and the host {HOST_KILLS} times; {rough_s:.1} s against \
         {calm_s:.1} s undisturbed",
    );
}

#[test]
fn what_crosses_the_switch_is_impaired_and_counted() {
    const BURST: u32 = 50;
    const BURSTS: u32 = 40;
    let Some(mut lab) = Lab::build(3, SEED) else { return };
    let (sender, receiver) = (lab.socket(1), lab.socket(2));
    receiver.set_nonblocking(true).expect("a socket can be asked without waiting");
    let to = receiver.local_addr().expect("it is bound");
    // Until the hosts know each other, what is sent waits for the answer to a question.
    let mut sent = 0;
    until("the receiver hears the sender", || {
        sender.send_to(&0_u32.to_le_bytes(), to).expect("a host can send");
        sent += 1;
        !received(&receiver).is_empty()
    });
    settle(&mut lab);
    received(&receiver);
    let before = lab.order(Order::impair(&ROUGH)).ports[2];
    let mut arrived = Vec::new();
    for burst in 0..BURSTS {
        for number in burst * BURST..(burst + 1) * BURST {
            sender.send_to(&number.to_le_bytes(), to).expect("a host can send");
        }
        // No more than what the receiver's buffer holds.
        settle(&mut lab);
        arrived.extend(received(&receiver));
    }
    let after = lab.order(Order::Count).ports[2];
    let (lost, twice) = (after.lost - before.lost, after.duplicated - before.duplicated);
    let all = u64::from(BURST * BURSTS);
    assert!(after.offered - before.offered >= all && lost > 100 && twice > 40, "{after:?}");
    // ARP crosses the switch too, and may be what was lost.
    let missing =
        |arrived: &[u32]| (0..BURST * BURSTS).filter(|number| !arrived.contains(number)).count() as u64;
    until("what was not lost arrives", || {
        arrived.extend(received(&receiver));
        missing(&arrived) <= lost
    });
    assert!(missing(&arrived) > 100, "{after:?}");
    assert!(arrived.len() as u64 + missing(&arrived) > all, "none came twice: {after:?}");
    assert!(arrived.windows(2).any(|pair| pair[0] > pair[1]), "none was overtaken: {after:?}");
    assert!(after.reordered - before.reordered > 100, "{after:?}");
}

#[test]
fn a_host_whose_cable_is_pulled_is_alone_until_it_is_put_back() {
    let Some(mut lab) = Lab::build(3, SEED) else { return };
    let hosts = [0, 1, 2].map(|host| lab.socket(host));
    for socket in &hosts {
        socket.set_nonblocking(true).expect("a socket can be asked without waiting");
    }
    let hears = |from: &UdpSocket, to: &UdpSocket| {
        received(to);
        until("one hears the other", || {
            from.send_to(&[0; 4], to.local_addr().expect("it is bound")).expect("a host can send");
            !received(to).is_empty()
        });
    };
    hears(&hosts[0], &hosts[1]);
    hears(&hosts[0], &hosts[2]);
    lab.order(Order::Cut(1));
    settle(&mut lab);
    received(&hosts[1]);
    let sent = hosts[0].send_to(&[1; 4], hosts[1].local_addr().expect("it is bound"));
    assert_eq!(sent.expect("the sender does not see it"), 4);
    hears(&hosts[0], &hosts[2]);
    until("what was sent is lost", || lab.order(Order::Count).ports[1].cut > 0);
    settle(&mut lab);
    assert!(received(&hosts[1]).is_empty());
    lab.order(Order::Mend(1));
    hears(&hosts[0], &hosts[1]);
}

/// Starts a node on each host but the first, and writes `cluster.toml`.
fn start_nodes(lab: &Lab, folder: &Path) -> Vec<NodeProcess> {
    let made = illuminator(folder, &["cluster", "init", "table.key"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let mut cluster = String::from("key_file = \"table.key\"\n");
    let start = |number: usize| {
        let address = format!("{}:{PORT}", lab.address(1 + number));
        cluster += &format!("[[node]]\nname = \"node{number}\"\naddress = \"{address}\"\n");
        let mut node = Command::new(program("illuminator-node"));
        node.args(["--listen", &address, "--key", "table.key", "--name", &format!("node{number}")]);
        NodeProcess::spawn(lab.on(1 + number, node.current_dir(folder)))
    };
    let nodes = (0..VILLAGE_NODES).map(start).collect();
    std::fs::write(folder.join("cluster.toml"), cluster).expect("the cluster file can be written");
    nodes
}

/// Runs the scenario from the first host, and returns how long that took `[s]`.
fn run(lab: &Lab, folder: &Path, output: &str) -> f64 {
    let arguments = ["scenario", "run", "scenario.yaml", "--cluster", "cluster.toml", "-o", output];
    let clock = Clock::start();
    let done = lab.on(0, &command(folder, &arguments)).output().expect("the program can be started");
    assert!(done.status.success(), "{}", stderr(&done));
    clock.now().as_micros() as f64 / 1e6
}

/// Runs the scenario, and kills nodes and the host meanwhile; they start again at once, the host with `--resume`.
/// Returns how long the run took in all `[s]`.
fn run_and_kill(lab: &Lab, folder: &Path, nodes: &mut [NodeProcess], expected: &str) -> f64 {
    let mut random = SplitMix64::new(SEED);
    let mut below = |end: usize| random.next_u64() as usize % end;
    let (output, said) = (folder.join("rough.csv"), folder.join("said"));
    let said_so = |what: &str| read(&said).matches(what).count();
    let clock = Clock::start();
    let mut host = start_host(lab, folder, &said);
    let mut host_kills = 0;
    for kill in 0..NODE_KILLS + HOST_KILLS {
        // By rows, not by time: kills are spread over the run however fast it is, and all come before its end.
        let share = STEPS * 9 / 10 / (NODE_KILLS + HOST_KILLS);
        let row = kill * share + below(share);
        until("the run is so far", || {
            assert!(host.try_wait().expect("a child can be asked").is_none(), "the host ended by itself");
            rows(&output) > row
        });
        if kill % 4 == 3 {
            host.kill().expect("a child can be killed");
            host.wait().expect("a child can be waited for");
            let left = read(&output);
            assert!(
                left.len() < expected.len() && expected.starts_with(&left),
                "rows of the same bytes are left"
            );
            host = start_host(lab, folder, &said);
            host_kills += 1;
        } else {
            let restored = said_so(RESTORED);
            nodes[below(VILLAGE_NODES)].restart();
            until("the node has its state again", || said_so(RESTORED) > restored);
        }
    }
    let ended = host.wait().expect("a child can be waited for");
    assert!(ended.success(), "{}", read(&said));
    assert_eq!((host_kills, said_so("going on with step")), (HOST_KILLS, HOST_KILLS), "{}", read(&said));
    clock.now().as_micros() as f64 / 1e6
}

/// What the host says of a node that had lost all that it knew.
const RESTORED: &str = "restored to step";

/// Starts or goes on with a run from the first host. What it says is added to the file `said`.
fn start_host(lab: &Lab, folder: &Path, said: &Path) -> Child {
    let arguments =
        ["scenario", "run", "scenario.yaml", "--cluster", "cluster.toml", "-o", "rough.csv", "--resume"];
    let said = File::options().create(true).append(true).open(said).expect("it can be written");
    let mut host = lab.on(0, &command(folder, &arguments));
    host.stderr(said).spawn().expect("the program can be started")
}

/// Waits until the switch has nothing under way.
fn settle(lab: &mut Lab) {
    until("all frames have arrived", || lab.order(Order::Count).under_way == 0);
}

/// The numbers in the datagrams that have arrived.
fn received(socket: &UdpSocket) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut datagram = [0; 4];
    loop {
        match socket.recv(&mut datagram) {
            Ok(4) => numbers.push(u32::from_le_bytes(datagram)),
            Ok(length) => panic!("{length} bytes were never sent"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return numbers,
            Err(error) => panic!("{error}"),
        }
    }
}
