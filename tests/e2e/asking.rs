//! A person asks one node for something: `illuminator cluster identify` and `power`.

use illuminator_tests::programs::{NodeProcess, command, illuminator, signal, stderr};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_node_is_found_by_its_address_or_its_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = NodeProcess::start(&["--name", "wind"]);
    let address = node.address.to_string();
    let by_address = illuminator(folder.path(), &["cluster", "identify", &address, "--seconds", "1"]);
    assert!(by_address.status.success(), "{}", stderr(&by_address));
    assert!(stderr(&by_address).contains("identifies itself for 1 s"), "{}", stderr(&by_address));

    let cluster = format!("[[node]]\nname = 'wind'\naddress = '{address}'\n");
    std::fs::write(folder.path().join("c.toml"), cluster).expect("it can be written");
    let arguments = ["cluster", "identify", "wind", "--cluster", "c.toml", "--seconds", "1"];
    let by_name = illuminator(folder.path(), &arguments);
    assert!(by_name.status.success(), "{}", stderr(&by_name));
}

#[test]
fn who_identifies_a_node_can_stop_it_with_ctrl_c() {
    let node = NodeProcess::start(&[]);
    let address = node.address.to_string();
    let arguments = ["cluster", "identify", &address, "--seconds", "3600"];
    let mut asking = command(Path::new("."), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut told = BufReader::new(asking.stderr.take().expect("it is piped")).lines();
    let first = told.next().expect("it says what it does").expect("in text");
    assert!(first.contains("identifies itself for 3600 s"), "{first}");
    signal(asking.id(), "INT");
    assert!(asking.wait().expect("it ends").success());
}

#[test]
fn a_relay_that_is_not_there_is_an_error() {
    let node = NodeProcess::start(&["--name", "wind"]);
    let address = node.address.to_string();
    let output = illuminator(Path::new("."), &["cluster", "power", &address, "0", "on"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("cannot switch relay 0"), "{}", stderr(&output));
}

#[test]
fn a_node_that_is_not_there_is_named() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = silent.local_addr().expect("it is bound").to_string();
    let output = illuminator(Path::new("."), &["cluster", "identify", &address]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("node {address} does not answer")), "{}", stderr(&output));
}
