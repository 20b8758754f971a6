//! A person asks one node for something: `illuminator cluster identify` and `power`.

use illuminator_hal::Rgb8;
use illuminator_tests::lit_node::LitNode;
use illuminator_tests::picture::{lit, white};
use illuminator_tests::programs::{NodeProcess, Running, command, illuminator, stderr};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;

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

/// A node whose strip says "it is me", and who asked for that for an hour.
fn identified() -> (LitNode, Running) {
    let node = LitNode::start(false);
    node.until(no_host, "the light of a node without a host");
    let address = node.address.to_string();
    let arguments = ["cluster", "identify", &address, "--seconds", "3600"];
    let asking = Running::start(command(Path::new("."), &arguments));
    for _ in 0..5 {
        node.until(white, "bright white");
        node.until(|picture| !lit(picture), "darkness between two flashes");
    }
    (node, asking)
}

/// Calm blue.
fn no_host(picture: &[Rgb8]) -> bool {
    lit(picture) && picture.iter().all(|pixel| pixel.b > pixel.r)
}

/// Calm white: a host is there.
fn idle(picture: &[Rgb8]) -> bool {
    lit(picture) && !white(picture) && picture.iter().all(|pixel| pixel.r == pixel.g && pixel.g == pixel.b)
}

fn assert_says_nothing(node: &LitNode) {
    assert!(!node.next_pictures().iter().any(|picture| white(picture)), "it still says that it is itself");
}

/// Who asked says that it is over: the node is calm at once, and not because it hears nothing any more.
#[test]
fn who_identifies_a_node_can_stop_it_with_ctrl_c() {
    let (node, asking) = identified();
    asking.end();
    node.until(idle, "the light of a node that has still heard its host");
    assert_says_nothing(&node);
}

#[test]
fn a_node_whose_asker_was_killed_no_longer_identifies_itself() {
    let (node, asking) = identified();
    asking.kill();
    node.until(no_host, "the light of a node without a host");
    assert_says_nothing(&node);
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
