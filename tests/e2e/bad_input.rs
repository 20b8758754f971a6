//! Wrong scenarios: exit status 2, and a message that says where, what, and what to do.

use illuminator::shell::{DATA_FILE_MAX, TEXT_FILE_MAX};
use illuminator_tests::programs::{illuminator, stderr, tool};
use illuminator_tests::samples::project;
use std::fs::File;
use std::process::Command;

/// A scenario that runs, and its data.
const GOOD: &str = "scenario:
  name: good
  start_time: '2015-05-04 00:00:00'
  end_time: '2015-05-04 01:00:00'
  time_resolution: 900
models:
- name: CX
  type: CSV
  parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}
  states: {u: 0}
- name: L1
  type: Load
  parameters: {houses: 1, input_type: energy, output_type: power}
  inputs: {load: 0}
  outputs: {load_dem: 0}
  states: {unused: 0}
- name: L2
  type: Load
  parameters: {houses: 1, input_type: energy, output_type: power}
  inputs: {load: 0}
  outputs: {load_dem: 0}
  states: {unused: 0}
connections:
- {from: CX.u, to: L1.load}
- {from: L1.load_dem, to: L2.load}
monitor:
  file: out.csv
  items: [L1.load_dem]
";
const DATA: &str = "x
Time,u
2015-05-04 00:00:00,1
2015-05-04 00:15:00,2
2015-05-04 00:30:00,3
2015-05-04 00:45:00,4
";

#[test]
fn the_good_scenario_runs() {
    let (status, message) = run(GOOD, DATA);
    assert_eq!(status, Some(0), "{message}");
}

/// What is replaced in the good scenario, by what, and what the message must say.
const WRONG_SCENARIOS: [(&str, &str, &str, &[&str]); 14] = [
    ("YAML", "connections:\n", "connections\n", &["s.yaml:"]),
    ("tab", "  name: good", "\tname: good", &["s.yaml:2", "tab"]),
    (
        "type",
        "type: Load",
        "type: Laod",
        &["s.yaml:12:9", "unknown model type `Laod`", "did you mean `Load`?"],
    ),
    ("key", "  time_resolution", "  time_resolutoin", &["s.yaml:5:3", "time_resolution"]),
    ("attribute", "from: CX.u", "from: CX.v", &["s.yaml:24", "`v`"]),
    ("model", "from: CX.u", "from: CY.u", &["s.yaml:24", "`CY`"]),
    ("date", "'2015-05-04 01:00:00'", "'2015-02-30 01:00:00'", &["s.yaml:4:13", "2015-02-30"]),
    ("order of dates", "'2015-05-04 01:00:00'", "'2015-05-03 01:00:00'", &["s.yaml:4", "end_time"]),
    (
        "loop",
        "{from: CX.u, to: L1.load}",
        "{from: L2.load_dem, to: L1.load}",
        &["s.yaml:25:10", "L1.load_dem -> L2.load, L2.load_dem -> L1.load", "time_shifted: true"],
    ),
    (
        "split",
        "{from: L1.load_dem, to: L2.load}",
        "{from: L1.load_dem, to: L2.load}\n- {from: L1.load_dem, to: L1.load, time_shifted: true}",
        &["s.yaml:26", "L1.load_dem"],
    ),
    ("missing file", "file_path: x.csv", "file_path: y.csv", &["y.csv"]),
    ("parameter", "houses: 1", "houses: many", &["s.yaml:13", "houses"]),
    ("output folder", "file: out.csv", "file: nowhere/out.csv", &["s.yaml:27", "nowhere"]),
    ("monitor", "items: [L1.load_dem]", "items: [L1.load_den]", &["s.yaml:28", "load_dem"]),
];

#[test]
fn wrong_scenarios_are_refused_before_they_run() {
    for (name, from, to, expected) in WRONG_SCENARIOS {
        let wrong = GOOD.replacen(from, to, 1);
        assert_ne!(wrong, GOOD, "{name}: something is replaced");
        let (status, message) = run(&wrong, DATA);
        assert_eq!(status, Some(2), "{name}: {message}");
        for part in expected {
            assert!(message.contains(part), "{name}: `{part}` is missing in\n{message}");
        }
    }
}

#[test]
fn wrong_data_is_refused_before_it_is_used() {
    let cases: [(&str, String, &[&str]); 6] = [
        ("late", DATA.replace("00:00:00,1", "00:05:00,1"), &["x.csv:3"]),
        ("word", DATA.replace("00:30:00,3", "00:30:00,three"), &["x.csv:5:21", "three"]),
        ("spacing", DATA.replace("00:30:00,3", "00:31:00,3"), &["x.csv:5", "00:30:00"]),
        ("column", DATA.replace("Time,u", "Time,w"), &["`u`"]),
        ("empty", String::new(), &["x.csv"]),
        ("other years", DATA.replace("2015", "2012"), &["x.csv", "2012-05-04 00:45:00"]),
    ];
    for (name, data, expected) in cases {
        let (status, message) = run(GOOD, &data);
        assert_eq!(status, Some(2), "{name}: {message}");
        for part in expected {
            assert!(message.contains(part), "{name}: `{part}` is missing in\n{message}");
        }
    }
}

#[test]
fn data_that_ends_early_is_held_with_a_warning() {
    let short: String = DATA.lines().take(4).map(|line| format!("{line}\n")).collect();
    let (status, message) = run(GOOD, &short);
    assert_eq!(status, Some(0), "{message}");
    assert!(message.contains("warning") && message.contains("x.csv"), "{message}");
}

#[test]
fn a_file_that_is_no_scenario_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in
        [("binary.yaml", &b"\xff\xfe\x00"[..]), ("empty.yaml", b""), ("list.yaml", b"- a\n- b\n")]
    {
        std::fs::write(folder.path().join(name), bytes).expect("it can be written");
        let done = illuminator(folder.path(), &["scenario", "check", name]);
        assert_eq!(done.status.code(), Some(2), "{name}");
        assert!(stderr(&done).contains(name), "{}", stderr(&done));
    }
    let missing = illuminator(folder.path(), &["scenario", "run", "missing.yaml"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("missing.yaml"), "{}", stderr(&missing));
}

/// A device never ends, and a pipe never begins: neither is opened.
#[test]
fn what_is_no_regular_file_is_refused() {
    let done = illuminator(&project("."), &["scenario", "check", "/dev/zero"]);
    assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
    assert!(stderr(&done).contains("not a regular file"), "{}", stderr(&done));
    for file in ["/dev/zero", "/proc/self/fd/0"] {
        let (status, message) = run(&GOOD.replace("x.csv", file), DATA);
        assert_eq!(status, Some(2), "{message}");
        assert!(message.contains("not a regular file"), "{message}");
    }
    let Some(mkfifo) = tool("mkfifo") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(Command::new(mkfifo).arg(folder.path().join("p")).status().expect("it starts").success());
    std::fs::write(folder.path().join("s.yaml"), GOOD.replace("x.csv", "p")).expect("it can be written");
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
    assert!(stderr(&done).contains("not a regular file"), "{}", stderr(&done));
}

/// Sparse files: nothing is written to the disk.
#[test]
fn what_is_too_large_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let sparse = |name: &str, bytes: u64| {
        File::create(path(name)).and_then(|file| file.set_len(bytes)).expect("it can be made");
    };
    sparse("large.yaml", TEXT_FILE_MAX + 1);
    sparse("x.csv", DATA_FILE_MAX + 1);
    std::fs::write(path("s.yaml"), GOOD).expect("it can be written");
    for (scenario, limit) in [("large.yaml", "larger than 64 MiB"), ("s.yaml", "larger than 256 MiB")] {
        let done = illuminator(folder.path(), &["scenario", "run", scenario]);
        assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
        assert!(stderr(&done).contains(limit), "{}", stderr(&done));
    }
}

#[test]
fn two_names_for_one_node_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table =
        GOOD.replace("type: Load", "type: Load\n  connect: {node: a}").replacen("node: a", "node: b", 1);
    std::fs::write(folder.path().join("s.yaml"), table).expect("it can be written");
    std::fs::write(folder.path().join("x.csv"), DATA).expect("it can be written");
    for (a, expected) in [("localhost:5199", "nodes b and a are the same"), ("[::1]:5199", "IPv6")] {
        let cluster = format!("node = [{{name='a',address='{a}'}},{{name='b',address='127.0.0.1:5199'}}]");
        std::fs::write(folder.path().join("c.toml"), cluster).expect("it can be written");
        let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--cluster", "c.toml"]);
        assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
        assert!(stderr(&done).contains(expected), "{}", stderr(&done));
    }
}

#[test]
fn a_cluster_file_is_read_whenever_it_is_given() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), GOOD).expect("it can be written");
    std::fs::write(folder.path().join("x.csv"), DATA).expect("it can be written");
    for command in ["run", "plan"] {
        let done = illuminator(folder.path(), &["scenario", command, "s.yaml", "--cluster", "no.toml"]);
        assert_eq!(done.status.code(), Some(2), "{command}: {}", stderr(&done));
        assert!(stderr(&done).contains("no.toml"), "{}", stderr(&done));
    }
}

#[test]
fn a_node_by_name_needs_the_cluster_file() {
    let table = project("scenarios/table.yaml");
    let table = table.to_str().expect("the project's path is text");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let done = illuminator(folder.path(), &["scenario", "run", table]);
    assert_eq!(done.status.code(), Some(2));
    let message = stderr(&done);
    assert!(
        message.contains("`wind`") && message.contains("--cluster") && message.contains("--local"),
        "{message}"
    );
    std::fs::write(folder.path().join("c.toml"), "[[node]]\nname = 'pv'\naddress = '127.0.0.1'\n")
        .expect("written");
    for command in ["run", "plan"] {
        let done = illuminator(folder.path(), &["scenario", command, table, "--cluster", "c.toml"]);
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains("which has: pv"), "{}", stderr(&done));
    }
}

fn run(scenario: &str, data: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario).expect("it can be written");
    std::fs::write(folder.path().join("x.csv"), data).expect("it can be written");
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml"]);
    (done.status.code(), stderr(&done))
}
