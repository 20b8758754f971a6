//! Nothing listens beyond loopback unless it is asked to, and nothing but the one thing that it is for.

use illuminator_tests::hostile::scenario;
use illuminator_tests::programs::{
    NodeProcess, command, illuminator, program, signal, stderr, until, wait_for_rows,
};
use illuminator_tests::sockets::{OpenSocket, open_sockets};
use illuminator_tests::terminal::Terminal;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn a_node_opens_one_socket_where_it_is_told_and_that_is_loopback_at_first() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("node.toml"), "").expect("it can be written");
    let mut defaults = Command::new(program("illuminator-node"));
    let defaults = defaults.args(["check-config", "node.toml"]).current_dir(folder.path()).output();
    let defaults = String::from_utf8(defaults.expect("it starts").stdout).expect("text");
    assert!(defaults.contains("listen 127.0.0.1:5123\n"), "{defaults}");

    let node = NodeProcess::start(&[]);
    assert_eq!(open_sockets(node.id()), [OpenSocket { local: node.address, tcp: false }]);

    // Asked for everything, it takes everything: so this test sees what there is to see.
    let made = illuminator(folder.path(), &["cluster", "init", "c.key"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let mut open = Command::new(program("illuminator-node"));
    open.args(["--listen", "0.0.0.0:0", "--key", "c.key"]).current_dir(folder.path());
    let open = NodeProcess::spawn(open);
    let found = open_sockets(open.id());
    assert!(found.len() == 1 && found[0].local.ip() == Ipv4Addr::UNSPECIFIED, "{found:?}");
}

#[test]
fn a_host_that_runs_on_nodes_of_this_machine_is_heard_on_this_machine_only() {
    let node = NodeProcess::start(&[]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario(node.address, 1000)).expect("it can be written");
    let run = ["scenario", "run", "s.yaml", "-o", "out.csv", "--pace", "0.1"];
    // One socket for its nodes; for simulated ones, one each and one for the host; for none, none.
    let result = folder.path().join("out.csv");
    for (options, sockets) in [(&[][..], 1), (&["--nodes", "sim:1"], 2), (&["--local"], 0)] {
        let _ = std::fs::remove_file(&result);
        let found = sockets_once(folder.path(), &[&run[..], options].concat(), |_| wait_for_rows(&result));
        assert_eq!(found.len(), sockets, "{options:?}: {found:?}");
    }
}

#[test]
fn the_demo_is_heard_on_this_machine_only() {
    for (options, pages) in [(&["--no-web"][..], 0), (&[], 1)] {
        let mut demo = Command::new(program("illuminator"));
        demo.arg("demo").args(options);
        let terminal = Terminal::start(demo, false);
        until("six nodes and their host listen", || open_sockets(terminal.process()).len() >= 7 + pages);
        let (tcp, udp): (Vec<_>, Vec<_>) =
            open_sockets(terminal.process()).into_iter().partition(|open| open.tcp);
        only_here(&udp);
        assert!(tcp.iter().all(|open| open.local.ip().is_loopback()), "{tcp:?}");
        assert_eq!((udp.len(), tcp.len()), (7, pages), "{udp:?} {tcp:?}");
        signal(terminal.process(), "INT");
        assert!(terminal.left().status.success(), "it ends as it should");
    }
}

/// What `illuminator` listens to once its process is `ready`; all of it is loopback and UDP.
fn sockets_once(folder: &Path, arguments: &[&str], ready: impl FnOnce(u32)) -> Vec<OpenSocket> {
    let mut child = command(folder, arguments).stderr(Stdio::null()).spawn().expect("it starts");
    ready(child.id());
    let found = open_sockets(child.id());
    signal(child.id(), "INT");
    until("the program ends", || child.try_wait().expect("it is our child").is_some());
    only_here(&found);
    found
}

fn only_here(found: &[OpenSocket]) {
    assert!(found.iter().all(|open| !open.tcp && open.local.ip().is_loopback()), "{found:?}");
}
