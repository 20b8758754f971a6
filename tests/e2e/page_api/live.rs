//! The stream of events: what comes first, what comes again, and that nobody waits for whoever listens.

use super::{result, story};
use crate::read;
use illuminator_tests::page::{Event, Page, PageRun};
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::project;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The kinds of the first three events.
fn first(page: Page, last: Option<u64>) -> (Vec<String>, u64) {
    let mut events: Vec<Event> = page.live(last).take(3).collect();
    let last = events.iter().map(|event| event.id).max().unwrap_or(0);
    events.sort_by(|a, b| a.kind.cmp(&b.kind));
    (events.into_iter().map(|event| event.kind).collect(), last)
}

#[test]
fn who_comes_gets_all_and_who_comes_back_only_what_changes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.05"]);
    let (kinds, last) = first(run.page, None);
    assert_eq!(kinds, ["health", "moment", "scene"]);
    let (kinds, again) = first(run.page, Some(last));
    assert!(!kinds.contains(&"scene".to_owned()) && again > last, "{kinds:?}, {again} after {last}");
    for stranger in [0, 1, u64::MAX] {
        assert!(first(run.page, Some(stranger)).0.contains(&"scene".to_owned()), "{stranger}");
    }
    let ids: Vec<u64> = run.page.live(None).take(20).map(|event| event.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "ids grow: {ids:?}");
    assert!(run.interrupt().success());
}

#[test]
fn open_streams_end_with_the_run_and_do_not_hold_it_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.05"]);
    let streams: Vec<_> = (0..3).map(|_| run.page.live(None)).collect();
    // One who never reads.
    let silent = run.page.live(None);
    run.page.order(r#"{"do": "end"}"#);
    assert!(run.ended().success());
    for stream in streams {
        let last = stream.filter(|event| event.kind == "moment").last().expect("moments");
        assert_eq!(last.data["state"], "ended");
    }
    drop(silent);
}

#[test]
fn twenty_viewers_do_not_change_the_result() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = project("scenarios/table.yaml");
    let table = table.to_str().expect("the project's path is text");
    let alone = illuminator(folder.path(), &["scenario", "run", table, "--local", "-o", "alone.csv"]);
    assert!(alone.status.success(), "{}", stderr(&alone));
    let run = ["scenario", "run", table, "--nodes", "sim:4", "-o", "out.csv", "--web", "0", "--pace", "0.02"];
    let run = PageRun::start(folder.path(), &run);
    let (page, moments) = (run.page, AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for viewer in 0..20 {
            let moments = &moments;
            scope.spawn(move || {
                let seen = page.live(None).filter(|event| event.kind == "moment").count();
                assert!(seen > 0, "viewer {viewer} saw nothing");
                moments.fetch_add(seen, Ordering::Relaxed);
            });
        }
    });
    assert!(run.ended().success());
    assert!(moments.into_inner() >= 40, "all of them saw it going on");
    assert_eq!(read(&result(folder.path())), read(&folder.path().join("alone.csv")));
}
