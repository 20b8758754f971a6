//! A host that is killed or ended, at any instant: `--resume` gives the result of an undisturbed run.

use super::{
    STEPS, add_collectors, kill_with_journal, resume, scenario, scenario_without_nodes, start, undisturbed,
};
use crate::read;
use illuminator_node::shell::Clock;
use illuminator_tests::generate::random::SplitMix64;
use illuminator_tests::programs::{
    NodeProcess, PATIENCE, command, illuminator, rows, signal, stderr, until, wait_for_rows,
};
use illuminator_tests::samples::{dummy, project, stage};
use std::path::Path;
use std::process::{Child, Stdio};

/// In one process, and on nodes.
const PLACEMENTS: [&[&str]; 2] = [&["--local"], &[]];

#[test]
fn a_host_that_is_killed_at_any_instant_goes_on_with_resume() {
    // Most of the time nobody does anything: steps are paced, and a node misses its host before it takes another one.
    // So there are several tables at once.
    let totals: Vec<(u32, u32)> = std::thread::scope(|scope| {
        let tables: Vec<_> = (0..4).map(|table| scope.spawn(move || kill_five_times(table))).collect();
        tables.into_iter().map(|table| table.join().expect("no panic")).collect()
    });
    let kills: u32 = totals.iter().map(|total| total.0).sum();
    let resumed: u32 = totals.iter().map(|total| total.1).sum();
    assert!(kills == 20 && resumed >= 10, "{kills} kills, {resumed} times gone on");
}

/// Kills the host of a table five times. Returns how often it was alive then, and how often it had gone on before.
fn kill_five_times(table: usize) -> (u32, u32) {
    let (first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let folder = scenario(first.address, second.address);
    let expected = undisturbed(folder.path());
    let out = folder.path().join("out.csv");
    let mut random = SplitMix64::new(table as u64);
    let placement = PLACEMENTS[table % 2];
    let arguments = [placement, &["--pace", "0.01", "--resume"]].concat();
    let (mut kills, mut resumed) = (0, 0);
    for _ in 0..5 {
        let mut running = start(folder.path(), &arguments);
        // A run that goes on loses its rows since the last checkpoint, and gets them again.
        let (before, more) = (rows(&out), random.next_u64() as usize % 140);
        until("more rows, or the end", || rows(&out) >= before + more || has_ended(&mut running));
        kills += u32::from(!has_ended(&mut running));
        let said = kill(running);
        resumed += u32::from(said.contains("going on with step"));
        let left = read(&out);
        assert!(
            expected.starts_with(&left) && left.len() < expected.len(),
            "rows of the same bytes are left"
        );
    }
    let done = illuminator(folder.path(), &[&["scenario", "run", "s.yaml", "--resume"], placement].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(read(&out), expected);
    assert!(!folder.path().join("out.csv.journal").exists(), "what is complete has no journal");
    (kills, resumed)
}

#[test]
fn a_host_that_is_killed_while_it_starts_to_go_on_destroys_nothing() {
    const STARTING_US: u64 = 50_000;
    let (first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    for placement in PLACEMENTS {
        let folder = scenario(first.address, second.address);
        let expected = undisturbed(folder.path());
        let (out, journal) = (folder.path().join("out.csv"), folder.path().join("out.csv.journal"));
        let arguments = [placement, &["--pace", "0.01", "--resume"]].concat();
        kill_with_journal(folder.path(), start(folder.path(), &arguments));
        let mut random = SplitMix64::new(50);
        for _ in 0..20 {
            let (clock, at_us) = (Clock::start(), random.next_u64() % STARTING_US);
            let mut running = start(folder.path(), &arguments);
            while clock.now().as_micros() < at_us {
                std::thread::yield_now();
            }
            assert!(!has_ended(&mut running), "it is killed before it ends");
            kill(running);
            assert!(expected.starts_with(&read(&out)) && journal.is_file(), "it can go on still");
        }
        resume(folder.path(), placement);
        assert_eq!(read(&out), expected);
    }
}

#[test]
fn a_host_that_is_killed_while_it_writes_its_journal_goes_on_from_the_one_before() {
    /// Times that it must be seen in the midst of writing.
    const CAUGHT: u32 = 3;
    let folder = scenario_without_nodes();
    // A large state, so that writing it takes a while.
    let many: String = (0..2000).map(|number| dummy(&format!("D{number}"), "nobody", 1.5)).collect();
    super::change(folder.path(), "connections:\n", &format!("{many}connections:\n"));
    let expected = undisturbed(folder.path());
    let out = folder.path().join("out.csv");
    let (journal, unfinished) =
        (folder.path().join("out.csv.journal"), folder.path().join("out.csv.journal.new"));
    let (mut caught, mut tries) = (0, 0);
    while caught < CAUGHT {
        tries += 1;
        assert!(tries <= 45, "{caught} times caught in {tries} tries");
        let had_journal = journal.is_file();
        let _ = std::fs::remove_file(&unfinished);
        let mut running = start(folder.path(), &["--local", "--pace", "0.02", "--resume"]);
        let clock = Clock::start();
        // Writing takes less time than a sleep would.
        while !unfinished.exists() {
            assert!(!has_ended(&mut running), "it is killed before it ends");
            assert!(u128::from(clock.now().as_micros()) < PATIENCE.as_micros(), "no journal");
            std::thread::yield_now();
        }
        let said = kill(running);
        assert_eq!(said.contains("going on with step"), had_journal, "{said}");
        assert!(expected.starts_with(&read(&out)), "rows of the same bytes are left");
        caught += u32::from(unfinished.exists());
    }
    let done = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--local", "--resume"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert_eq!(read(&out), expected);
    assert!(!journal.exists() && !unfinished.exists(), "nothing of a journal is left");
}

#[test]
fn a_run_that_is_ended_by_hand_goes_on_with_resume() {
    let (first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    for placement in PLACEMENTS {
        let folder = scenario(first.address, second.address);
        let out = folder.path().join("out.csv");
        let running = start(folder.path(), &[placement, &["--pace", "0.01"]].concat());
        // In one process the state is written when the run is ended; on nodes the last one that was written counts.
        if placement.is_empty() {
            until("a journal", || folder.path().join("out.csv.journal").is_file());
        } else {
            wait_for_rows(&out);
        }
        signal(running.id(), "INT");
        let ended = running.wait_with_output().expect("it ends");
        let message = stderr(&ended);
        assert!(ended.status.success(), "{message}");
        assert!(message.contains("stopped early") && message.contains("`--resume` goes on"), "{message}");
        resume(folder.path(), placement);
        assert_eq!(read(&out), undisturbed(folder.path()));
    }
}

#[test]
fn all_result_files_go_on_from_the_same_step() {
    let (first, second) = (NodeProcess::start(&[]), NodeProcess::start(&[]));
    let files = ["out.csv", "extra.csv", "seldom.csv"];
    let whole = scenario_without_nodes();
    add_collectors(whole.path());
    let done = illuminator(whole.path(), &["scenario", "run", "s.yaml", "--local"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let lines = files.map(|file| read(&whole.path().join(file)).lines().count());
    assert_eq!(lines, [1 + STEPS, 1 + STEPS, 1 + STEPS.div_ceil(7)]);
    for placement in PLACEMENTS {
        let folder = scenario(first.address, second.address);
        add_collectors(folder.path());
        kill_with_journal(folder.path(), start(folder.path(), &[placement, &["--pace", "0.01"]].concat()));
        resume(folder.path(), placement);
        for file in files {
            assert!(
                read(&folder.path().join(file)) == read(&whole.path().join(file)),
                "{placement:?}: {file}"
            );
        }
    }
}

#[test]
fn a_visit_and_its_recording_go_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let arguments = |placement: &[&'static str], name: &str| -> Vec<String> {
        let fixed = ["scenario", "run", "scenarios/story.yaml", "--events", "scenarios/story-events.csv"];
        let files =
            ["-o".to_owned(), path(name), "--record-events".to_owned(), path(&format!("{name}.events"))];
        fixed.iter().chain(placement).map(|&word| word.to_owned()).chain(files).collect()
    };
    let whole = illuminator(&project("."), &arguments(&["--local"], "whole"));
    assert!(whole.status.success(), "{}", stderr(&whole));
    for (name, placement) in [("local", &["--local"][..]), ("nodes", &["--nodes", "sim:6"])] {
        let paced = [arguments(placement, name), vec!["--pace".to_owned(), "0.03".to_owned()]].concat();
        let mut running =
            command(&project("."), &paced).stderr(Stdio::piped()).spawn().expect("the program starts");
        let journal = folder.path().join(format!("{name}.journal"));
        until("a journal", || journal.is_file());
        assert!(!has_ended(&mut running), "it goes on");
        kill(running);
        assert!(!Path::new(&path(&format!("{name}.events"))).exists(), "events are written at the end");
        let done =
            illuminator(&project("."), &[arguments(placement, name), vec!["--resume".to_owned()]].concat());
        assert!(done.status.success() && stderr(&done).contains("going on with step"), "{}", stderr(&done));
        for (file, like) in [(name.to_owned(), "whole"), (format!("{name}.events"), "whole.events")] {
            assert!(read(Path::new(&path(&file))) == read(Path::new(&path(like))), "{file}");
        }
    }
}

#[test]
fn reports_of_models_go_on() {
    let market = || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        stage(&project("tests/vectors/engine/market_and_justice"), folder.path());
        folder
    };
    let arguments = ["scenario", "run", "scenario.yaml", "-o", "out.csv"];
    let whole = market();
    assert!(illuminator(whole.path(), &[&arguments[..], &["--local"]].concat()).status.success());
    for placement in [&["--local"][..], &["--nodes", "sim:3"]] {
        let folder = market();
        let paced = [&arguments[..], placement, &["--pace", "1.2"]].concat();
        let running =
            command(folder.path(), &paced).stderr(Stdio::piped()).spawn().expect("the program starts");
        kill_with_journal(folder.path(), running);
        assert!(
            all_files(folder.path()).len() < all_files(whole.path()).len(),
            "some reports are missing yet"
        );
        let done = illuminator(folder.path(), &[&arguments[..], placement, &["--resume"]].concat());
        assert!(done.status.success() && stderr(&done).contains("going on with step"), "{}", stderr(&done));
        assert!(all_files(folder.path()) == all_files(whole.path()), "{placement:?}");
    }
}

/// Every file in a folder and in those inside it, by name, with what it says; but for journals.
fn all_files(folder: &Path) -> std::collections::BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    entries
        .flat_map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("text").to_owned();
            if path.is_dir() {
                all_files(&path).into_iter().map(|(file, text)| (format!("{name}/{file}"), text)).collect()
            } else if name.contains(".journal") {
                Vec::new()
            } else {
                vec![(name, read(&path))]
            }
        })
        .collect()
}

fn has_ended(running: &mut Child) -> bool {
    running.try_wait().expect("it is ours").is_some()
}

/// Kills a host without warning, and gives what it has said.
fn kill(mut running: Child) -> String {
    let _ = running.kill();
    stderr(&running.wait_with_output().expect("it ends"))
}
