//! The events file.

use super::*;
use crate::scenario::{Condition, Diagnostic, Phase, Story};
use proptest::prelude::*;

fn event(step: u64, cable: u16, node: Option<&str>, plugged: bool) -> Event {
    let what = Happening::Plug { cable, node: node.map(str::to_owned), plugged };
    Event { step, what }
}

fn mistakes(text: &str) -> Vec<Diagnostic> {
    EventLog::parse(text, "visit.csv", &table(), None).expect_err(text).0
}

const VISIT: &str = "\
step,cable,node,state
0,4,,plugged
8,2,pv,plugged
8,2,grid,plugged
8,0,office,plugged
20,2,,unplugged
";

#[test]
fn a_file_is_read_and_gives_the_same_text() {
    let log =
        EventLog::parse(VISIT, "visit.csv", &table(), None).unwrap_or_else(|messages| panic!("{messages}"));
    assert_eq!(
        log.events(),
        [
            event(0, 4, None, true),
            event(8, 2, Some("pv"), true),
            event(8, 2, Some("grid"), true),
            event(8, 0, Some("office"), true),
            event(20, 2, None, false),
        ]
    );
    assert_eq!(log.to_string(), VISIT);
    let lines: Vec<String> = log.events().iter().map(Event::to_string).collect();
    assert_eq!(VISIT, format!("{}\n{}\n", EventLog::header(), lines.join("\n")), "line by line as well");
}

fn story(names: &[&str]) -> Story {
    let phase = |name: &&str| Phase { name: (*name).to_owned(), when: Condition::ALWAYS, set: Vec::new() };
    Story { phases: names.iter().map(phase).collect(), rules: Vec::new() }
}

fn phase(step: u64, name: Option<&str>) -> Event {
    Event { step, what: Happening::Phase(name.map(str::to_owned)) }
}

#[test]
fn a_phase_is_forced_and_released_by_lines_of_their_own() {
    let story = story(&["winter", "sun, wind, and more", "phase"]);
    let text = "step,cable,node,state\n3,phase,winter,forced\n3,phase,sun, wind, and more,forced\n\
                4,4,,plugged\n9,phase,phase,forced\n9,phase,,released\n";
    let log = EventLog::parse(text, "visit.csv", &table(), Some(&story))
        .unwrap_or_else(|messages| panic!("{messages}"));
    let [winter, sun, odd] = ["winter", "sun, wind, and more", "phase"].map(Some);
    assert_eq!(
        log.events(),
        [phase(3, winter), phase(3, sun), event(4, 4, None, true), phase(9, odd), phase(9, None)]
    );
    assert_eq!(log.to_string(), text);
    let mut log = EventLog::default();
    for name in ["", " a", "a\nb"] {
        let refused = Err(EventError::PhaseName { phase: name.to_owned() });
        assert_eq!(log.push(phase(3, Some(name))), refused);
    }
}

#[test]
fn a_mistake_of_a_phase_is_shown_at_its_place() {
    let story = story(&["winter", "summer, hot"]);
    for (line, column, width, message, help) in [
        ("0,phase,wintr,forced", 9, 5, "the scenario has no phase `wintr`", "did you mean `winter`?"),
        ("0,phase, hot, hot ,forced", 10, 8, "the scenario has no phase `hot, hot`", ""),
        ("0,phase,,forced", 9, 1, "the scenario has no phase ``", ""),
        ("0,phase,winter,released", 9, 6, "whoever releases the phase names none", "leave the cell empty"),
        ("0,phase,a,b,plugged", 13, 7, "`plugged` is not a state of the phase", "`forced` and `released`"),
        ("0,phase,winter", 1, 14, "an event has 4 cells", ""),
        ("x,phase,,released", 1, 1, "`x` is not the number of a step", ""),
    ] {
        let text = format!("step,cable,node,state\n{line}\n");
        let messages = EventLog::parse(&text, "visit.csv", &table(), Some(&story)).expect_err(line).0;
        let [error] = messages.as_slice() else { panic!("{line}: {messages:?}") };
        assert_eq!((error.line, error.column, error.width), (2, column, width), "{error}");
        assert_eq!(error.message, message);
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{error}");
    }
}

#[test]
fn events_are_found_by_their_step() {
    let log =
        EventLog::parse(VISIT, "visit.csv", &table(), None).unwrap_or_else(|messages| panic!("{messages}"));
    assert_eq!((0..30).map(|step| log.of_step(step).len()).sum::<usize>(), 5);
    assert_eq!(log.of_step(8), &log.events()[1..4]);
    assert_eq!(log.of_step(9), []);
    let mut table = table();
    assert!(log.of_step(0).iter().all(|event| table.apply(event)));
    assert!(table.plugged(4) && !table.plugged(2));
    log.of_step(8).iter().for_each(|event| assert!(table.apply(event)));
    assert_eq!((table.plugged(2), table.at("office")), (true, vec![0]));
    log.of_step(20).iter().for_each(|event| assert!(table.apply(event)));
    assert!(!table.plugged(2));
}

#[test]
fn comments_blanks_and_line_ends_do_not_matter() {
    let text = "\u{feff}# A visit.\r\n\r\n step, cable ,node,state\r\n  # first\r\n 0 ,4,, plugged \r\n";
    let log =
        EventLog::parse(text, "visit.csv", &table(), None).unwrap_or_else(|messages| panic!("{messages}"));
    assert_eq!(log.events(), [event(0, 4, None, true)]);
    let none = EventLog::parse("step,cable,node,state", "visit.csv", &table(), None);
    assert_eq!(none, Ok(EventLog::default()));
}

#[test]
fn a_mistake_is_shown_at_its_place() {
    for (line, column, width, message, help) in [
        ("0,4,plugged", 1, 11, "an event has 4 cells", "for example `8,2,,plugged`"),
        ("0,4,,plugged,", 1, 13, "an event has 4 cells", ""),
        ("-1,4,,plugged", 1, 2, "`-1` is not the number of a step", ""),
        (" x,4,,plugged", 2, 1, "`x` is not the number of a step", ""),
        ("0,four,,plugged", 3, 4, "`four` is not the id of a cable", ""),
        ("0,65536,,plugged", 3, 5, "`65536` is not the id of a cable", ""),
        ("0,44,,plugged", 3, 2, "the scenario has no cable 44", "did you mean `4`?"),
        ("0,4,,Plugged", 6, 7, "`Plugged` is not a state of a cable", "did you mean `plugged`?"),
        ("0,4,,", 6, 1, "`` is not a state of a cable", ""),
        ("0,4, pv,plugged", 6, 2, "this cable has no end at `pv`", "known here: `house` and `grid`"),
        ("0,4,gird,plugged", 5, 4, "this cable has no end at `gird`", "did you mean `grid`?"),
    ] {
        let messages = mistakes(&format!("step,cable,node,state\n# one\n{line}\n"));
        let [error] = messages.as_slice() else { panic!("{line}: {messages:?}") };
        assert_eq!((error.line, error.column, error.width), (3, column, width), "{error}");
        assert_eq!((error.file.as_str(), error.excerpt.as_str()), ("visit.csv", line));
        assert_eq!(error.message, message);
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{error}");
    }
}

#[test]
fn every_mistake_is_told() {
    let messages = mistakes("step,cable,node,state\n5,4,,plugged\n4,4,,plugged\n5,9,,on\n5,4,,unplugged\n");
    let found: Vec<(u32, &str)> = messages.iter().map(|error| (error.line, error.message.as_str())).collect();
    assert_eq!(
        found,
        [
            (3, "an event of step 4 cannot follow one of step 5"),
            (4, "the scenario has no cable 9"),
            (4, "`on` is not a state of a cable"),
        ]
    );
}

#[test]
fn a_header_is_needed() {
    for (text, line) in [("", 0), ("# nothing\n", 0), ("0,4,,plugged\n", 1), ("\nstep,cable,state\n", 2)] {
        let messages = mistakes(text);
        let [error] = messages.as_slice() else { panic!("{text}: {messages:?}") };
        assert_eq!(error.line, line);
        assert!(error.help.as_deref().unwrap_or_default().contains("step,cable,node,state"), "{error}");
    }
}

#[test]
fn a_log_takes_what_a_file_can_hold() {
    let mut log = EventLog::default();
    assert_eq!(log.push(event(3, 4, Some("the house"), true)), Ok(()));
    assert_eq!(log.push(event(3, 4, None, false)), Ok(()));
    assert_eq!(log.push(event(2, 4, None, true)), Err(EventError::StepBack { step: 2, last: 3 }));
    for node in ["", " a", "a,b", "a\nb", "a\u{85}b"] {
        let refused = Err(EventError::NodeName { node: node.to_owned() });
        assert_eq!(log.push(event(3, 4, Some(node), true)), refused);
    }
    assert_eq!(log.events().len(), 2);
}

/// Names that a log takes, some of them odd.
fn node() -> impl Strategy<Value = String> {
    "[^,\\pC]{1,8}".prop_filter("as in `EventLog::push`", |node| node.trim() == node && !node.is_empty())
}

proptest! {
    #[test]
    fn a_written_log_is_read_as_it_was(
        ends in prop::array::uniform2(node()),
        raw in prop::collection::vec((0_u64..=3, 0_u16..3, 0_usize..4, any::<bool>(), node()), 0..30),
        first in prop_oneof![Just(0_u64), Just(u64::MAX - 100)],
    ) {
        let table = Topology::new(&[cable(0, &ends[0], &ends[1], true)], &[token(1, false), token(2, true)]);
        let mut log = EventLog::default();
        let mut step = first;
        for (gap, id, at, plugged, anywhere) in raw {
            step += gap;
            let node = match at {
                0 | 1 => Some(ends[at].as_str()),
                2 if id > 0 => Some(anywhere.as_str()),
                _ => None,
            };
            prop_assert_eq!(log.push(event(step, id, node, plugged)), Ok(()));
        }
        let read = EventLog::parse(&log.to_string(), "log", &table, None);
        prop_assert_eq!(read, Ok(log));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(step,cable,node,state\n)?([0-9a-z,# ]{0,12}\n){0,6}\\PC{0,40}") {
        if let Err(messages) = EventLog::parse(&text, "log", &table(), None) {
            prop_assert!(!messages.0.is_empty());
            for error in &messages.0 {
                prop_assert!(error.line as usize <= text.lines().count());
            }
        }
    }

    #[test]
    fn recorded_changes_repeat_what_was_plugged(
        visits in prop::collection::vec((0_u64..20, prop::sample::select(vec![0_u16, 2, 4]), any::<bool>()), 0..60),
    ) {
        let mut visits = visits;
        visits.sort_by_key(|(step, _, _)| *step);
        let (mut live, mut log) = (table(), EventLog::default());
        let mut seen = Vec::new();
        for step in 0..20 {
            for (_, id, plugged) in visits.iter().filter(|(at, _, _)| *at == step) {
                let nodes = live.ends(*id).cloned().unwrap_or_else(|| ["pv".to_owned(), "pv".to_owned()]);
                nodes.iter().for_each(|node| live.seen(node, *id, *plugged));
            }
            for (id, plugged) in live.changes() {
                prop_assert_eq!(log.push(event(step, id, None, plugged)), Ok(()));
            }
            seen.push([0, 2, 4].map(|id| live.plugged(id)));
        }
        let mut again = table();
        for (step, seen) in (0..).zip(seen) {
            log.of_step(step).iter().for_each(|event| { again.apply(event); });
            prop_assert_eq!([0, 2, 4].map(|id| again.plugged(id)), seen);
        }
    }
}
