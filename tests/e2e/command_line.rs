//! Help, model lists, plans and checks, as a user reads them.

use illuminator_tests::programs::{illuminator, program, stderr};
use illuminator_tests::samples::project;
use std::path::Path;
use std::process::{Command, Output};

fn here(arguments: &[&str]) -> Output {
    illuminator(&project("."), arguments)
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn help_names_every_command_and_option() {
    let help = stdout(&here(&["--help"]));
    for command in ["demo", "watch", "replay", "serve", "scenario", "sweep", "plot", "models", "cluster"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
    }
    let replay = stdout(&here(&["replay", "--help"]));
    for option in ["--web", "--web-token", "--run", "--pace"] {
        assert!(replay.contains(option), "{option}: {replay}");
    }
    let serve = stdout(&here(&["serve", "--help"]));
    for option in ["--web", "--web-token", "--nodes", "--cluster", "--local", "--key", "--pace"] {
        assert!(serve.contains(option), "{option}: {serve}");
    }
    let run = stdout(&here(&["scenario", "run", "--help"]));
    for option in [
        "--output",
        "--nodes",
        "--cluster",
        "--local",
        "--key",
        "--pace",
        "--record",
        "--format",
        "--quiet",
        "--json",
    ] {
        assert!(run.contains(option), "{option}: {run}");
    }
    let node = Command::new(program("illuminator-node")).arg("--help").output().expect("it starts");
    for option in ["--listen", "--name", "--key", "--only", "--hal"] {
        assert!(stdout(&node).contains(option), "{option}");
    }
}

#[test]
fn no_command_is_wrong_use() {
    assert_eq!(here(&[]).status.code(), Some(2));
    assert_eq!(here(&["scenario", "run", "--nodes", "many"]).status.code(), Some(2));
    assert_eq!(here(&["scenario", "run", "--pace", "-1"]).status.code(), Some(2));
}

#[test]
fn models_are_listed_by_family_and_shown_with_units_and_defaults() {
    let list = stdout(&here(&["models"]));
    for name in
        ["Generation", "PV", "Wind", "Load", "Battery", "Controller_T1", "GridConnection", "Adder", "Dummy"]
    {
        assert!(list.contains(name), "{name}: {list}");
    }
    let battery = stdout(&here(&["models", "show", "Battery"]));
    for part in ["max_energy", "[kWh]", "flow2b", "[kW]", "must be connected", "soc", "[%]", "type: Battery"]
    {
        assert!(battery.contains(part), "{part}: {battery}");
    }
    let unknown = here(&["models", "show", "Baterry"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean `Battery`?"), "{}", stderr(&unknown));
}

#[test]
fn a_plan_shows_places_stages_and_connections() {
    let arguments = ["scenario", "plan", "scenarios/table.yaml", "--nodes", "sim:3"];
    let text = stdout(&here(&arguments));
    assert!(text.contains("host\n  stage 0") && text.contains("node sim3"), "{text}");
    assert!(text.contains("Controller1 (Controller_T1)"), "{text}");
    let json = stdout(&here(&[&arguments[..], &["--format", "json"]].concat()));
    let plan: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(plan["places"].as_array().map(Vec::len), Some(4));
    assert_eq!(plan["steps"], 96);
    assert_eq!(plan["cables"].as_array().map(Vec::len), Some(5));
    assert!(text.contains("cable 2: pv to grid, PV1.pv_gen, 70 kW at full scale\n"), "{text}");
    let dot = stdout(&here(&[&arguments[..], &["--format", "dot"]].concat()));
    assert!(dot.starts_with("digraph") && dot.contains("style=dashed") && dot.ends_with("}\n"), "{dot}");
}

#[test]
fn a_plan_shows_the_addresses_of_a_cluster_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cluster = folder.path().join("c.toml");
    let nodes = ["wind", "pv", "battery", "house", "office", "grid"]
        .map(|name| format!("[[node]]\nname = '{name}'\naddress = '{name}-pi.local'\n"));
    std::fs::write(&cluster, nodes.concat()).expect("the cluster file can be written");
    let cluster = cluster.to_str().expect("a temporary path is text");
    let plan = here(&["scenario", "plan", "scenarios/table.yaml", "--cluster", cluster]);
    assert!(plan.status.success(), "{}", stderr(&plan));
    let text = stdout(&plan);
    let (_, addresses) = text.split_once("\naddresses\n").expect("they stand at the end");
    assert_eq!(addresses.lines().count(), 6);
    assert!(addresses.contains("  wind: wind-pi.local:5123\n"), "{addresses}");
    let without = here(&["scenario", "plan", "scenarios/table.yaml"]);
    assert!(without.status.success() && !stdout(&without).contains("addresses"), "{}", stdout(&without));
}

#[test]
fn a_check_says_that_a_scenario_is_fine() {
    for scenario in ["house", "table", "battery_day", "story"] {
        let done = here(&["scenario", "check", &format!("scenarios/{scenario}.yaml")]);
        assert!(done.status.success(), "{}", stderr(&done));
        assert!(stderr(&done).contains(": ok: ") && stdout(&done).is_empty(), "{}", stderr(&done));
        assert!(!stderr(&done).contains("warning"), "{}", stderr(&done));
    }
    let json = stdout(&here(&["scenario", "check", "scenarios/table.yaml", "--json"]));
    let found: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(found["ok"], true);
}

#[test]
fn a_run_is_quiet_when_asked_and_sums_up_as_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = project("scenarios/table.yaml");
    let table = table.to_str().expect("the project's path is text");
    let quiet = illuminator(folder.path(), &["scenario", "run", table, "--local", "--quiet"]);
    assert!(quiet.status.success() && quiet.stderr.is_empty() && quiet.stdout.is_empty());
    assert!(Path::exists(&folder.path().join("table.csv")), "monitor.file, in the working directory");
    let json = illuminator(folder.path(), &["scenario", "run", table, "--local", "--json", "--quiet"]);
    let summary: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
    assert_eq!((&summary["steps"], &summary["models"]), (&96.into(), &11.into()));
}

#[test]
fn a_key_is_made_once_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = illuminator(folder.path(), &["cluster", "init"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let key = folder.path().join("cluster.key");
    let mode = std::fs::metadata(&key).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = crate::read(&key);
    assert_eq!(before.trim().len(), 64);
    assert!(!stderr(&made).contains(before.trim()), "the key itself is not printed");
    let again = illuminator(folder.path(), &["cluster", "init"]);
    assert_eq!(again.status.code(), Some(4));
    assert_eq!(crate::read(&key), before, "an existing key is never replaced");
    let token = folder.path().join("web.token");
    let mode = std::fs::metadata(&token).expect("it is there").permissions().mode();
    assert_eq!((mode & 0o777, crate::read(&token).trim().len()), (0o600, 32));
}
