//! Nodes that do not answer, or not as they should: exit status 3, and a message that names node and cause.

use illuminator_protocol::{Header, Kind};
use illuminator_tests::programs::{NodeProcess, command, illuminator, program, stderr, wait_for_rows};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn a_node_that_does_not_answer_is_named_with_what_was_tried() {
    // Bound, so that nobody else is there, and silent.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("it has an address");
    let folder = scenario(address);
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains(&address.to_string()), "{message}");
    assert!(message.contains("does not answer: tried for 5.") && message.contains("--local"), "{message}");
    assert!(!folder.path().join("out.csv").exists(), "no row, no file");
}

#[test]
fn every_node_that_does_not_answer_is_named() {
    let silent = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").expect("a free port"));
    let addresses = silent.each_ref().map(|socket| socket.local_addr().expect("it has an address"));
    let folder = scenario(addresses[0]);
    let path = folder.path().join("s.yaml");
    let second = format!(
        "- name: D2\n  type: Dummy\n  connect: {{ip: {}, port: {}}}\n  parameters: {{param1: 0}}\n  \
         inputs: {{in1: 0}}\n  outputs: {{out1: 0}}\n  states: {{state1: 0}}\nconnections: []\n",
        addresses[1].ip(),
        addresses[1].port()
    );
    let text = crate::read(&path).replace("connections: []\n", &second);
    std::fs::write(&path, text).expect("it can be written");
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(addresses.iter().all(|address| message.contains(&address.to_string())), "{message}");
}

#[test]
fn a_node_with_another_key_is_named_as_that() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = illuminator(folder.path(), &["cluster", "init", "other.key"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let key = folder.path().join("other.key");
    let node = NodeProcess::start(&["--key", key.to_str().expect("a temporary path is text")]);
    let folder = scenario(node.address);
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains("another cluster key") && message.contains("same key file"), "{message}");
    assert!(message.contains(&node.address.to_string()), "{message}");
}

#[test]
fn a_node_of_another_version_is_named_as_that() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("it has an address");
    // A node of version 2: it answers every handshake as the wire lays down for a foreign version.
    std::thread::spawn(move || {
        let mut init = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut init) {
            let Some(answer) = refusal_of_version_2(&init[..length]) else { continue };
            let _ = socket.send_to(&answer, from);
        }
    });
    let folder = scenario(address);
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains("speaks version 2 of the protocol, this host version 1"), "{message}");
}

#[test]
fn a_node_that_works_for_another_host_is_named_as_that() {
    let node = NodeProcess::start(&[]);
    let folder = scenario(node.address);
    let arguments = ["scenario", "run", "s.yaml", "-o", "first.csv", "--pace", "1"];
    let mut first = command(folder.path(), &arguments).stderr(Stdio::null()).spawn().expect("it starts");
    wait_for_rows(&folder.path().join("first.csv"));
    let second = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    let _ = first.kill();
    let _ = first.wait();
    let message = stderr(&second);
    assert_eq!(second.status.code(), Some(3), "{message}");
    assert!(message.contains("works for another host"), "{message}");
}

#[test]
fn a_node_that_dies_in_the_run_is_named_and_the_rows_before_are_kept() {
    let mut node = NodeProcess::start(&[]);
    let folder = scenario(node.address);
    let arguments = ["scenario", "run", "s.yaml", "--pace", "0.05", "--on-loss", "abort"];
    let running =
        command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("the program starts");
    wait_for_rows(&folder.path().join("out.csv"));
    node.kill();
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains("was lost in step") && message.contains("rows before"), "{message}");
    whole_rows(&folder.path().join("out.csv"));
}

#[test]
fn a_node_that_restarts_in_the_run_is_named_as_that() {
    let mut node = NodeProcess::start(&[]);
    let address = node.address;
    let folder = scenario(address);
    let arguments = ["scenario", "run", "s.yaml", "--pace", "0.05", "--on-loss", "abort"];
    let running =
        command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("the program starts");
    wait_for_rows(&folder.path().join("out.csv"));
    node.kill();
    let mut again = Command::new(program("illuminator-node"));
    again.args(["--listen", &address.to_string()]);
    let _again = NodeProcess::spawn(again);
    let done = running.wait_with_output().expect("it ends");
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(3), "{message}");
    assert!(message.contains("restarted during the run"), "{message}");
    whole_rows(&folder.path().join("out.csv"));
}

#[test]
fn a_port_in_use_is_named() {
    let node = NodeProcess::start(&[]);
    let second = Command::new(program("illuminator-node"))
        .args(["--listen", &node.address.to_string()])
        .output()
        .expect("it starts");
    let message = stderr(&second);
    assert_eq!(second.status.code(), Some(1), "{message}");
    assert!(message.contains(&node.address.to_string()) && message.contains("another program"), "{message}");
}

#[test]
fn a_node_that_takes_only_some_types_refuses_the_others() {
    let node = NodeProcess::start(&["--only", "PV,Wind"]);
    let folder = scenario(node.address);
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    let message = stderr(&done);
    assert_eq!(done.status.code(), Some(2), "{message}");
    assert!(message.contains("takes only PV, Wind") && message.contains("`D1`"), "{message}");
}

#[test]
fn beyond_loopback_a_node_needs_a_key() {
    let refused = Command::new(program("illuminator-node"))
        .args(["--listen", "0.0.0.0:0"])
        .env_remove("ILLUMINATOR_KEY")
        .output()
        .expect("it starts");
    let message = stderr(&refused);
    assert_eq!(refused.status.code(), Some(2), "{message}");
    assert!(message.contains("--key") && message.contains("cluster init"), "{message}");
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = folder.path().join("loose.key");
    std::fs::write(&key, "00".repeat(32)).expect("it can be written");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    let refused = Command::new(program("illuminator-node"))
        .args(["--listen", "127.0.0.1:0", "--key", key.to_str().expect("a temporary path is text")])
        .output()
        .expect("it starts");
    let message = stderr(&refused);
    assert_eq!(refused.status.code(), Some(2), "{message}");
    assert!(message.contains("chmod 600"), "{message}");
}

/// What a node of version 2 answers to a handshake: its header never changes its layout, then reason 1.
fn refusal_of_version_2(init: &[u8]) -> Option<Vec<u8>> {
    let init = Header::decode(init).ok().filter(|header| header.kind == Kind::Init)?;
    let mut answer = Header { version: 2, kind: Kind::Refuse, ..init }.encode().to_vec();
    answer.push(1);
    Some(answer)
}

/// A scenario with one Dummy on the node at `address`, long enough to be interrupted.
fn scenario(address: SocketAddr) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ip, port) = (address.ip(), address.port());
    let text = format!(
        "scenario:
  name: one node
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-21 00:00:00'
  time_resolution: 60
models:
- name: D1
  type: Dummy
  connect: {{ip: {ip}, port: {port}}}
  parameters: {{param1: 0.25}}
  inputs: {{in1: 0}}
  outputs: {{out1: 0}}
  states: {{state1: 0}}
connections: []
monitor:
  file: out.csv
  items: [D1.state1]
"
    );
    std::fs::write(folder.path().join("s.yaml"), text).expect("it can be written");
    folder
}

/// Every line of the result is whole.
fn whole_rows(path: &Path) {
    let text = crate::read(path);
    assert!(text.ends_with('\n'), "the last line is whole");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "date,D1.state1");
    assert!(rows.len() > 1 && rows[1..].iter().all(|row| row.ends_with(",0.25")), "{rows:?}");
}
