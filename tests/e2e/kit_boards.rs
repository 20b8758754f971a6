//! The demonstrator's own scenario on nodes with real boards: LED_connection commands them, Controller_StoryMode follows
//! their plugs.

use illuminator_tests::attiny::PtyBoard;
use illuminator_tests::programs::{NodeProcess, command, until};
use illuminator_tests::samples::project;
use std::path::Path;
use std::process::{Child, Stdio};

/// Two components of the kit, as the scenario's addresses have them, and as nodes here.
const NODES: [(&str, &str); 2] = [("192.168.10.12", "house"), ("192.168.10.16", "grid")];
const CABLE: u16 = 7;

#[test]
fn boards_that_are_joined_are_told_what_the_story_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let nodes = NODES.map(|(_, name)| node(folder.path(), name));
    let mut run = run(folder.path(), &nodes);
    let plug = |name: &str| PtyBoard::plug(&folder.path().join(name), "ttyACM0", CABLE);
    let house = plug("house");
    nodes[0].said(&format!("is cable {CABLE}"));
    assert_eq!(house.shows(), "0g0", "one end alone is no cable");
    {
        let grid = plug("grid");
        // The level of the house is 0.6; its line has four characters, of which the board takes these.
        until("the house's board shows its flow", || house.shows() == "3g0");
        until("the grid's board shows the same flow leaving", || grid.shows() == "3g1");
    }
    until("calm without the other end", || house.shows() == "0g0");
    assert!(run.try_wait().expect("it can be asked").is_none(), "the run goes on");
    let _ = run.kill();
    let _ = run.wait();
}

/// A node that looks for boards in a folder of its own.
fn node(folder: &Path, name: &str) -> NodeProcess {
    let devices = folder.join(name);
    std::fs::create_dir(&devices).expect("it can be made");
    let config = folder.join(format!("{name}.toml"));
    let text = format!("name = '{name}'\n[boards]\ndirectory = '{}'\n", devices.display());
    std::fs::write(&config, text).expect("it can be written");
    NodeProcess::start(&["--config", config.to_str().expect("in UTF-8")])
}

/// The kit's scenario, with these components on nodes and the others on the host, until it is ended.
fn run(folder: &Path, nodes: &[NodeProcess; 2]) -> Child {
    let kit = std::fs::read_to_string(project("tests/scenarios/kit_story.yaml")).expect("it is there");
    let kit = kit.replace("end_time: '2024-06-20", "end_time: '2024-07-20");
    let place = |line: &str| match NODES.iter().find(|(address, _)| line.contains(address)) {
        Some((_, name)) => Some(format!("  connect: {{node: {name}}}\n")),
        None => (!line.contains("connect:")).then(|| format!("{line}\n")),
    };
    let scenario: String = kit.lines().filter_map(place).collect();
    let cluster = NODES
        .iter()
        .zip(nodes)
        .map(|((_, name), node)| format!("[[node]]\nname = '{name}'\naddress = '{}'\n", node.address));
    std::fs::write(folder.join("kit.yaml"), scenario).expect("it can be written");
    std::fs::write(folder.join("c.toml"), cluster.collect::<String>()).expect("it can be written");
    let arguments = ["scenario", "run", "kit.yaml", "--cluster", "c.toml", "--pace", "0.05", "-o", "kit.csv"];
    let mut host = command(folder, &arguments);
    host.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}
