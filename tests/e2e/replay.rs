//! Recordings: what a run showed is shown again, step by step, and what is damaged is said.

use crate::{cells, read};
use illuminator_tests::page::{Page, PageRun};
use illuminator_tests::programs::{command, illuminator, program, rows, signal, stderr, until};
use illuminator_tests::samples::project;
use illuminator_tests::terminal::Terminal;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the story with a recording to `story.rec`, beside its result `out.csv`.
fn record(folder: &Path, options: &[&str]) {
    let story = project("scenarios/story.yaml");
    let story = story.to_str().expect("the project's path is text");
    let run = ["scenario", "run", story, "-o", "out.csv", "--record", "story.rec"];
    let done = illuminator(folder, &[&run, options].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(!stderr(&done).contains("warning"), "{}", stderr(&done));
}

fn visit() -> String {
    project("scenarios/story-events.csv").to_str().expect("the project's path is text").to_owned()
}

/// Replays `story.rec`, paused.
fn replay(folder: &Path) -> PageRun {
    let run = PageRun::start(folder, &["replay", "story.rec", "--web", "0"]);
    run.page.order(r#"{"do": "hold", "held": true}"#);
    run
}

/// What is shown of a step.
fn at(page: Page, step: u64) -> Value {
    page.order(&format!(r#"{{"do": "seek", "step": {step}}}"#));
    let mut moment = Value::Null;
    until(&format!("step {step}"), || {
        moment = page.moment();
        moment["done"] == step + 1
    });
    moment
}

/// Fails if what is shown in these steps is not what stands in the result.
fn assert_shows_result(page: Page, folder: &Path, steps: impl Iterator<Item = u64>) {
    let csv = read(&folder.join("out.csv"));
    let rows = cells(&csv);
    let scene = page.json("/api/v1/scene");
    let items: Vec<&str> =
        scene["items"].as_array().expect("a list").iter().filter_map(|item| item["item"].as_str()).collect();
    for step in steps {
        let moment = at(page, step);
        let row = &rows[step as usize + 1];
        let mut compared = 0;
        for (name, cell) in rows[0].iter().zip(row) {
            let Some(position) = items.iter().position(|item| item == name) else { continue };
            let shown = &moment["values"][position];
            match cell.parse::<f64>() {
                Ok(number) => assert_eq!(shown.as_f64(), Some(number), "{name} in step {step}"),
                Err(_) => assert_eq!(shown.as_str().unwrap_or(""), *cell, "{name} in step {step}"),
            }
            compared += 1;
        }
        assert!(compared > 5, "{:?}", rows[0]);
        let time = moment["time"].as_str().expect("text").replace('T', " ");
        // The first one of a result has no time of day.
        assert!(time.starts_with(row[0]), "{time} in step {step}, not {}", row[0]);
    }
}

#[test]
fn every_step_of_a_run_that_nobody_could_follow_is_in_its_recording() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    record(folder.path(), &["--local", "--events", &visit()]);
    let run = replay(folder.path());
    let page = run.page;
    let scene = page.json("/api/v1/scene");
    assert_eq!(
        (&scene["replay"], &scene["steps"], &scene["pluggable"]),
        (&true.into(), &168.into(), &false.into())
    );
    assert_shows_result(page, folder.path(), [0, 167, 40, 41, 100].into_iter());
    // The visit plugs, and the phases follow: as in the events' file, and not as at the end.
    let plugged = |step| at(page, step)["cables"][0]["plugged"].clone();
    assert_ne!(plugged(0), plugged(30));
    assert_ne!(at(page, 0)["phase"], at(page, 30)["phase"]);
    // Histories are those of all steps.
    let csv = read(&folder.path().join("out.csv"));
    let rows = cells(&csv);
    let column = rows[0].iter().position(|name| *name == "Wind1.wind_gen").expect("it is monitored");
    let series = page.json("/api/v1/series?item=Wind1.wind_gen&points=4000");
    let shown: Vec<f64> =
        series["series"][0]["max"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    let computed: Vec<f64> = rows[1..].iter().map(|row| row[column].parse().expect("a number")).collect();
    assert_eq!(shown, computed);
    assert!(run.interrupt().success());
}

#[test]
fn a_recording_plays_pauses_steps_and_refuses_the_rest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    record(folder.path(), &["--nodes", "sim"]);
    let run = PageRun::start(folder.path(), &["replay", "story.rec", "--web", "0", "--pace", "0.05"]);
    let page = run.page;
    until("it plays", || page.moment()["done"].as_u64() > Some(3));
    assert_eq!(page.moment()["state"], "running");
    page.order(r#"{"do": "hold", "held": true}"#);
    until("it is paused", || page.moment()["state"] == "paused");
    let before = at(page, 20)["done"].as_u64().expect("a number");
    page.order(r#"{"do": "step"}"#);
    until("a step more", || page.moment()["done"] == before + 1);
    page.order(r#"{"do": "pace", "seconds": 0}"#);
    page.order(r#"{"do": "hold", "held": false}"#);
    until("its end", || page.moment()["done"] == 168 && page.moment()["state"] == "paused");
    for order in [
        r#"{"do": "plug", "id": 4, "plugged": true}"#,
        r#"{"do": "phase", "name": null}"#,
        r#"{"do": "emergency-stop", "pressed": true}"#,
        r#"{"do": "restart", "nodes": ["wind"]}"#,
        r#"{"do": "reboot", "nodes": ["wind"]}"#,
        r#"{"do": "end"}"#,
        r#"{"do": "start", "scenario": "2"}"#,
        r#"{"do": "pace", "seconds": -1}"#,
    ] {
        let (status, said) = page.command(order);
        assert_eq!(status, 409, "{order}: {said}");
    }
    let health = page.json("/api/v1/health");
    assert_eq!(health["nodes"].as_array().expect("a list").len(), 6, "{health}");
    // Light is drawn, though none is recorded.
    let light = page.moment()["cables"][0]["light"][0].as_str().expect("text").to_owned();
    assert_eq!(light.len(), 6 * 32);
    assert!(run.interrupt().success());
}

#[test]
fn a_recording_is_worked_with_keys_in_a_terminal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    record(folder.path(), &["--local"]);
    let mut replay = Command::new(program("illuminator"));
    replay.args(["replay", "story.rec", "--web", "0"]).current_dir(folder.path());
    let terminal = Terminal::start(replay, true);
    let shows = |what: &str| until(what, || terminal.text().contains(what));
    shows("recording, 0.25 s a step");
    shows("http://127.0.0.1:");
    terminal.press(" ");
    shows("recording, paused");
    for (key, step) in [("\x1b[H", 1), ("\x1b[C", 2), (".", 3), ("\x1b[F", 168), ("\x1b[D", 167)] {
        terminal.press(key);
        shows(&format!("step {step}/168"));
    }
    terminal.press("1");
    shows("this is a recording");
    terminal.press("q");
    assert!(terminal.left().status.success());
}

#[test]
fn a_demo_of_many_rounds_is_played_round_by_round() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut demo = Command::new(program("illuminator"));
    demo.args(["demo", "--no-web", "--pace", "0.002", "--record", "story.rec"]).current_dir(folder.path());
    let terminal = Terminal::start(demo, true);
    let recording = folder.path().join("story.rec");
    let scenes = || {
        let bytes = fs::read(&recording).unwrap_or_default();
        illuminator::recording::Recording::read(bytes).map_or(0, |recording| recording.runs().len())
    };
    until("three rounds", || scenes() >= 3);
    terminal.press("q");
    assert!(terminal.left().status.success());
    let run =
        PageRun::start(folder.path(), &["replay", "story.rec", "--web", "0", "--run", "2", "--pace", "0"]);
    let page = run.page;
    let offer = || page.json("/api/v1/scenarios");
    let runs = offer()["scenarios"].as_array().expect("a list").len();
    assert!(runs >= 3, "{runs}");
    // One after the other to the last, and then whichever is asked for.
    let last = runs.to_string();
    until("the last round", || offer()["shown"] == last.as_str());
    until("its end", || page.moment()["state"] == "paused");
    page.order(r#"{"do": "start", "scenario": "1"}"#);
    assert_eq!(offer()["shown"], "1");
    for strange in ["0", "99999", "-1", "one", ""] {
        assert_eq!(
            page.command(&format!(r#"{{"do": "start", "scenario": "{strange}"}}"#)).0,
            409,
            "{strange}"
        );
    }
}

#[test]
fn a_visit_at_simulated_nodes_is_recorded_as_people_saw_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let story = project("scenarios/story.yaml");
    let story = story.to_str().expect("the project's path is text");
    let run =
        ["scenario", "run", story, "--nodes", "sim", "-o", "out.csv", "--web", "0", "--record", "story.rec"];
    let run = PageRun::start(folder.path(), &[&run[..], &["--pace", "0.05"]].concat());
    let flows = |moment: &Value| moment["cables"][3]["power_kw"].as_f64() > Some(0.0);
    run.page.order(r#"{"do": "plug", "id": 4, "plugged": true}"#);
    until("power flows", || flows(&run.page.moment()));
    run.page.order(r#"{"do": "end"}"#);
    assert!(run.ended().success());
    let steps = rows(&folder.path().join("out.csv")) as u64;
    let shown = replay(folder.path());
    assert_eq!(shown.page.json("/api/v1/scene")["steps"], steps);
    assert_shows_result(shown.page, folder.path(), 0..steps);
    assert!(!flows(&at(shown.page, 0)) && flows(&at(shown.page, steps - 1)));
}

#[test]
fn the_demo_is_recorded_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let done = illuminator(folder.path(), &["demo", "--headless", "-o", "out.csv", "--record", "story.rec"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let run = replay(folder.path());
    assert_shows_result(run.page, folder.path(), [0, 80, 167].into_iter());
}

#[test]
fn a_run_that_is_killed_leaves_all_but_its_last_second() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let story = project("scenarios/story.yaml");
    let story = story.to_str().expect("the project's path is text");
    let run = [
        "scenario",
        "run",
        story,
        "--local",
        "-o",
        "out.csv",
        "--record",
        "story.rec",
        "--pace",
        "0.02",
        "-q",
    ];
    let mut child = command(folder.path(), &run).spawn().expect("it starts");
    let recording = folder.path().join("story.rec");
    let length = || fs::metadata(&recording).map_or(0, |metadata| metadata.len());
    // The scene, and then more than once.
    let mut lengths = std::collections::BTreeSet::new();
    until("it is written for the third time", || {
        lengths.insert(length());
        lengths.range(1..).count() >= 3
    });
    signal(child.id(), "KILL");
    child.wait().expect("it is our child");
    let shown = replay(folder.path());
    let steps = shown.page.json("/api/v1/scene")["steps"].as_u64().expect("a number");
    assert!(steps > 20, "{steps}");
    assert_shows_result(shown.page, folder.path(), [0, steps / 2].into_iter());
}

#[test]
fn a_disk_that_is_full_is_told_and_the_result_is_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let story = project("scenarios/story.yaml");
    let story = story.to_str().expect("the project's path is text");
    let run = |output: &str, options: &[&str]| {
        let run = ["scenario", "run", story, "--local", "-o", output];
        illuminator(folder.path(), &[&run, options].concat())
    };
    assert!(run("without.csv", &[]).status.success());
    let full = run("with.csv", &["--record", "/dev/full"]);
    assert!(full.status.success(), "{}", stderr(&full));
    assert!(
        stderr(&full).contains("the recording /dev/full is not whole: No space left"),
        "{}",
        stderr(&full)
    );
    let read = |name: &str| read(&folder.path().join(name));
    assert_eq!(read("with.csv"), read("without.csv"));
    let nowhere = run("no.csv", &["--record", "no/such/folder.rec"]);
    assert_eq!(nowhere.status.code(), Some(4), "{}", stderr(&nowhere));
    assert!(!folder.path().join("no.csv").exists(), "that is found out before the run");
}

#[test]
fn a_recording_takes_the_place_of_nothing_else_that_the_run_needs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let story = folder.path().join("story.yaml");
    fs::copy(project("scenarios/table.yaml"), &story).expect("it can be copied");
    let before = read(&story);
    for path in ["story.yaml", "./out.csv", "out.csv.journal"] {
        let run = ["scenario", "run", "story.yaml", "--local", "-o", "out.csv", "--record", path];
        let done = illuminator(folder.path(), &run);
        assert_eq!(done.status.code(), Some(2), "{path}: {}", stderr(&done));
    }
    assert_eq!(read(&story), before);
    // Nor of anything that is no recording, whatever it is for; the layout is not even there yet.
    let key = folder.path().join("cluster.key");
    fs::write(&key, "key").expect("it can be written");
    for path in ["cluster.key", "story.layout.json"] {
        let run = ["scenario", "run", "story.yaml", "--local", "-o", "out.csv", "--record", path];
        let done = illuminator(folder.path(), &run);
        assert_eq!(done.status.code(), Some(2), "{path}: {}", stderr(&done));
    }
    assert_eq!(read(&key), "key");
    let demo = illuminator(folder.path(), &["demo", "--headless", "--record", "cluster.key"]);
    assert_eq!((demo.status.code(), read(&key).as_str()), (Some(2), "key"), "{}", stderr(&demo));
}

#[test]
fn a_run_that_is_refused_leaves_the_older_recording() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    record(folder.path(), &["--local"]);
    let bytes = || fs::read(folder.path().join("story.rec")).expect("it is there");
    let before = bytes();
    let story = project("scenarios/table.yaml").display().to_string();
    for wrong in [
        &["-o", "-", "--resume"][..],
        &["-o", "out.csv", "--influx", "http://127.0.0.1:9/?db=x", "--influx-token", "none"],
    ] {
        let run = [&["scenario", "run", &story, "--local", "--record", "story.rec"][..], wrong].concat();
        let done = illuminator(folder.path(), &run);
        assert_eq!(done.status.code(), Some(2), "{wrong:?}: {}", stderr(&done));
        assert!(bytes() == before, "{wrong:?}");
    }
    record(folder.path(), &["--local", "--pace", "0.001"]);
    assert!(bytes() != before, "one that is not takes its place");
}

#[test]
fn what_is_damaged_is_said_with_its_place_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    record(folder.path(), &["--local", "--pace", "0.01"]);
    let path = folder.path().join("story.rec");
    let whole = fs::read(&path).expect("it is there");
    // Cut off: as a recording of a program that was killed.
    fs::write(&path, &whole[..whole.len() - 50]).expect("it can be written");
    let shown = replay(folder.path());
    assert!(shown.page.json("/api/v1/scene")["steps"].as_u64() > Some(20));
    assert_shows_result(shown.page, folder.path(), [0, 10].into_iter());
    drop(shown);
    // Damaged near its end.
    let mut damaged = whole.clone();
    let at = whole.len() - 200;
    damaged[at] ^= 0x55;
    fs::write(&path, &damaged).expect("it can be written");
    let shown = replay(folder.path());
    assert_shows_result(shown.page, folder.path(), [0, 10].into_iter());
    let told = shown.page.moment()["notices"][0].as_str().expect("a notice").to_owned();
    assert!(told.contains(&format!("to {}", whole.len())) && told.contains("bytes "), "{told}");
    drop(shown);
    for (content, why) in [
        (&b"scenario: {}\n"[..], "is no recording"),
        (&b""[..], "is no recording"),
        (&whole[..30], "nothing in it to show"),
    ] {
        fs::write(&path, content).expect("it can be written");
        let refused = illuminator(folder.path(), &["replay", "story.rec", "--web", "0"]);
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(
            stderr(&refused).contains("story.rec: ") && stderr(&refused).contains(why),
            "{}",
            stderr(&refused)
        );
    }
    let missing = illuminator(folder.path(), &["replay", "none.rec", "--web", "0"]);
    assert_eq!(missing.status.code(), Some(2), "{}", stderr(&missing));
    fs::write(&path, &whole).expect("it can be written");
    let other = illuminator(folder.path(), &["replay", "story.rec", "--web", "0", "--run", "2"]);
    assert!(
        other.status.code() == Some(2) && stderr(&other).contains("the runs 1 to 1"),
        "{}",
        stderr(&other)
    );
    let nowhere = illuminator(folder.path(), &["replay", "story.rec"]);
    assert!(nowhere.status.code() == Some(2) && stderr(&nowhere).contains("--web"), "{}", stderr(&nowhere));
}
