//! What was written is read again, step by step, also of a file that is damaged.

use super::*;
use crate::view::Health;
use crate::view::{
    CableMoment, CableScene, Cell, Component, Icon, ItemScene, Moment, NodeHealth, Places, RunState, Scene,
    TokenMoment, TokenScene,
};
use proptest::prelude::*;
use std::sync::Arc;

/// Two items with numbers, a phase, a cable and a token.
fn scene(run: &str) -> Arc<Scene> {
    let item = |name: &str| ItemScene {
        item: name.to_owned(),
        unit: "kW".to_owned(),
        component: Some(0),
        monitored: true,
    };
    let component = Component {
        name: "wind".to_owned(),
        icon: Icon::Wind,
        models: Vec::new(),
        main: vec![0],
        flow: None,
        node: None,
    };
    let cable = CableScene {
        id: 1,
        name: String::new(),
        ends: [Some(0), None],
        carrier: "electricity".to_owned(),
        full_scale_kw: 10.0,
    };
    Arc::new(Scene {
        run: run.to_owned(),
        title: "a day".to_owned(),
        start: "2024-01-01T00:00:00".to_owned(),
        resolution_s: 900,
        steps: 1_000_000,
        pluggable: true,
        components: vec![component],
        cables: vec![cable],
        tokens: vec![TokenScene { id: 2, name: "winter".to_owned() }],
        items: ["Wind.power", "Wind.speed", "phase"].map(item).into(),
        ..Scene::default()
    })
}

fn sources() -> Sources {
    Sources {
        phase: Some(2),
        powers: vec![Some(0)],
        cables: vec![None],
        tokens: vec![None],
        colours: vec!["carrier".to_owned()],
    }
}

/// The phase of a step.
fn phase(step: u64) -> String {
    format!("phase {}", step / 10)
}

/// The power in a step.
fn power_kw(step: u64) -> f64 {
    (step as f64) / 7.0 - 3.0
}

/// How it stands when so many steps are done.
fn moment(run: &str, done: u64) -> Moment {
    let step = done.saturating_sub(1);
    let phase = if done == 0 { String::new() } else { phase(step) };
    let values = match done {
        0 => vec![Cell::None; 3],
        _ => vec![Cell::Number(power_kw(step)), Cell::None, Cell::Text(phase.clone())],
    };
    let power_kw = if done == 0 { 0.0 } else { power_kw(step) };
    Moment {
        run: run.to_owned(),
        state: if done == 0 { RunState::Starting } else { RunState::Running },
        done,
        pace_s: 0.5,
        phase,
        values,
        cables: vec![CableMoment { plugged: [true, true], power_kw, ..CableMoment::default() }],
        tokens: vec![TokenMoment { at: vec![0], plugged: true }],
        notices: vec![format!("notice {}", done / 100)],
        ..Moment::default()
    }
}

/// The steps `[from, to)`, one by one.
fn steps(from: u64, to: u64) -> Steps {
    let powers = (from..to).map(|step| Some(power_kw(step))).collect();
    let none = (from..to).map(|_| None).collect::<Vec<_>>();
    let is_new = |step: u64| step == 0 || phase(step - 1) != phase(step);
    let texts = (from..to).filter(|&step| is_new(step)).map(|step| TextChange(step, 2, Some(phase(step))));
    Steps { from, to, min: vec![powers, none.clone(), none], texts: texts.collect(), ..Steps::default() }
}

/// A recording of looks when so many steps were done.
fn recorded(looks: &[u64]) -> Vec<u8> {
    let mut writer = Writer::new(sources());
    let mut bytes = Vec::new();
    record(&mut writer, "first", looks, &mut bytes);
    bytes.extend(writer.finish());
    bytes
}

fn record(writer: &mut Writer, run: &str, looks: &[u64], bytes: &mut Vec<u8>) {
    let scene = scene(run);
    for (number, &done) in looks.iter().enumerate() {
        let known = writer.done(&scene);
        let missed = (done > known + 1).then(|| steps(known, done - 1));
        let node = NodeHealth { name: "wind".to_owned(), rtt_ms: Some(done as f64), ..NodeHealth::default() };
        let look = Look {
            ms: 1_000 * number as u64,
            scene: &scene,
            steps: missed.as_slice(),
            moment: &moment(run, done),
            health: &Health { nodes: vec![node] },
        };
        writer.look(&look);
        bytes.extend(writer.flush());
    }
}

/// What is to be shown when so many steps are done.
fn expected(done: u64, looks: &[u64]) -> Moment {
    // Notices are known from looks alone.
    let seen = looks.iter().copied().filter(|&look| look <= done).max().unwrap_or(0);
    let time = Places {
        resolution_s: 900,
        start: jiff::civil::date(2024, 1, 1).at(0, 0, 0, 0),
        ..Places::default()
    };
    let mut moment = Moment {
        time: time.time(done - 1),
        notices: self::moment("", seen).notices,
        ..moment("first", done)
    };
    // So are other things that no item says; here they are all the same from the first look on that had a step.
    if seen == 0 {
        (moment.state, moment.cables[0].plugged) = (RunState::Starting, [true; 2]);
    }
    moment
}

#[test]
fn every_step_is_shown_as_it_was_however_seldom_somebody_looked() {
    let looks = [0, 1, 2, 3, 40, 41, 500, 501];
    let recording = Recording::read(recorded(&looks)).unwrap();
    assert_eq!((recording.runs().len(), recording.faults()), (1, &[][..]));
    let chapter = recording.open(0).unwrap();
    assert_eq!((chapter.done(), chapter.scene().steps), (501, 501));
    assert!(chapter.scene().replay && !chapter.scene().pluggable);
    for done in 1..=501 {
        assert_eq!(chapter.frame(&recording, done).moment, expected(done, &looks), "{done}");
    }
    assert_eq!(chapter.frame(&recording, 9_999).moment.done, 501);
    let series = chapter.series(&[0], 0, 501, 501);
    assert_eq!((series.from, series.to, series.series[0].step.len()), (0, 501, 501));
    assert!(series.series[0].min.iter().zip(0..).all(|(min, step)| *min == Some(power_kw(step))));
    assert_eq!(chapter.series(&[1], 0, 501, 7).series[0].max, [None; 7]);
}

#[test]
fn a_long_recording_is_of_many_parts_and_every_one_stands_for_itself() {
    let looks: Vec<u64> = (0..20_000).collect();
    let bytes = recorded(&looks);
    let recording = Recording::read(bytes.clone()).unwrap();
    let chapter = recording.open(0).unwrap();
    for done in [1, 2, 777, 12_345, 19_999] {
        assert_eq!(chapter.frame(&recording, done).moment, expected(done, &looks), "{done}");
    }
    // Without a piece out of its middle.
    let (from, to) = (bytes.len() / 2, bytes.len() / 2 + 10);
    let damaged = Recording::read([&bytes[..from], &bytes[to..]].concat()).unwrap();
    let [fault] = damaged.faults() else { panic!("one piece: {:?}", damaged.faults()) };
    assert!(fault.from < from && fault.to > from && fault.to - fault.from < 20_000, "{fault}");
    let chapter = damaged.open(0).unwrap();
    let shown =
        (1..20_000).filter(|&done| chapter.frame(&damaged, done).moment == expected(done, &looks)).count();
    assert!((19_000..19_999).contains(&shown), "{shown}");
    assert_eq!(chapter.done(), 19_999);
}

#[test]
fn runs_follow_each_other_and_each_has_its_own_scene() {
    let mut writer = Writer::new(sources());
    let mut bytes = Vec::new();
    for (run, last) in [("one", 3), ("two", 5)] {
        record(&mut writer, run, &(0..=last).collect::<Vec<_>>(), &mut bytes);
    }
    // The program was killed here.
    let recording = Recording::read(bytes).unwrap();
    assert_eq!(recording.runs().map(|run| run.done).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(recording.open(1).unwrap().scene().run, "two");
    assert_eq!(
        recording.open(1).unwrap().frame(&recording, 2).moment,
        Moment { run: "two".to_owned(), ..expected(2, &[0, 1, 2]) }
    );
    assert!(recording.open(2).is_none());
}

#[test]
fn what_is_no_recording_is_told_apart() {
    let read = |bytes: &[u8]| Recording::read(bytes.to_vec()).unwrap_err();
    for foreign in [&b""[..], b"scenario:\n", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3], &[7; 1000]] {
        assert_eq!(read(foreign), NoRecording::Foreign);
    }
    let bytes = recorded(&[0, 1]);
    assert_eq!(read(&bytes[..7]), NoRecording::Empty(None), "cut off at once");
    assert_eq!(read(&bytes[..40]), NoRecording::Empty(None));
    let mut part = super::part::PartWriter::new();
    part.line(br#"{"part":{"version":2,"program":"","run":""}}"#);
    assert_eq!(read(&part.finish()), NoRecording::Later(2));
}

#[test]
fn hostile_lines_are_faults_and_nothing_worse() {
    let head = r#"{"part":{"version":1,"program":"","run":"first"}}"#;
    let line = |scene: &Scene| {
        let sources = serde_json::to_string(&sources()).unwrap();
        format!(r#"{{"scene":{{"scene":{},"sources":{sources}}}}}"#, serde_json::to_string(scene).unwrap())
    };
    let parts = |parts: &[&[&str]]| {
        let part = |lines: &&[&str]| {
            let mut part = super::part::PartWriter::new();
            [&[head], *lines].concat().iter().for_each(|line| part.line(line.as_bytes()));
            part.finish()
        };
        Recording::read(parts.iter().flat_map(part).collect())
    };
    let good = line(&scene("first"));
    for wrong in [
        r#"{"moment":{"values":[[3,1.0]]}}"#,
        r#"{"moment":{"cables":[[1,[true,true],1.0]]}}"#,
        r#"{"moment":{"tokens":[[0,{"at":[1],"plugged":true}]]}}"#,
        r#"{"steps":{"from":5,"to":4,"min":[[],[],[]]}}"#,
        r#"{"steps":{"from":0,"to":18446744073709551615,"min":[[1.0],[1.0],[1.0]]}}"#,
        r#"{"steps":{"from":0,"to":9,"at":[0,0],"min":[[1.0,1.0],[1.0,1.0],[1.0,1.0]]}}"#,
        r#"{"steps":{"from":0,"to":1,"min":[[1.0]]}}"#,
        "{",
    ] {
        let recording =
            parts(&[&[&good], &[r#"{"moment":{"done":1}}"#, wrong, r#"{"moment":{"done":2}}"#]]).unwrap();
        assert_eq!((recording.faults().len(), recording.runs().next().unwrap().done), (1, 1), "{wrong}");
        assert_eq!(recording.open(0).unwrap().frame(&recording, 9).moment.done, 1, "{wrong}");
    }
    let far = parts(&[&[&good], &[r#"{"moment":{"done":18446744073709551615}}"#]]).unwrap();
    assert_eq!(far.open(0).unwrap().frame(&far, u64::MAX).moment.done, u64::MAX);
    let other = Scene { items: Vec::new(), ..Scene::clone(&scene("first")) };
    assert!(matches!(
        parts(&[&[&line(&other)], &[r#"{"moment":{"done":1}}"#]]),
        Err(NoRecording::Empty(Some(_)))
    ));
}

/// The steps `[from, to)` in buckets of these lengths in turn; texts are those since `texts_from`.
fn buckets(from: u64, to: u64, lengths: &[u64], texts_from: u64) -> Steps {
    let begins = lengths.iter().cycle().scan(from, |at, length| {
        *at += length;
        Some(*at)
    });
    let at: Vec<u64> = std::iter::once(from).chain(begins.take_while(|at| *at < to)).collect();
    let ends = at.iter().copied().skip(1).chain([to]);
    let none = vec![None; at.len()];
    let min = vec![at.iter().map(|&step| Some(power_kw(step))).collect(), none.clone(), none.clone()];
    let max = vec![ends.map(|end| Some(power_kw(end - 1))).collect(), none.clone(), none];
    let mut steps = Steps { from, to, at, min, max, texts: steps(texts_from, to).texts };
    let known = known(&steps).last().copied().unwrap_or(0);
    steps.texts.retain(|change| change.0 < known);
    steps
}

/// The steps done of which it is known how all stood.
fn known(steps: &Steps) -> Vec<u64> {
    let all = (0..steps.len()).map(|number| steps.bucket(number));
    all.filter(|bucket| bucket.to == bucket.from + 1).map(|bucket| bucket.to).collect()
}

#[test]
fn a_range_of_several_steps_is_shown_as_none_of_them() {
    let scene = scene("first");
    for lengths in [&[7][..], &[7, 1], &[1, 7], &[40, 1], &[1]] {
        let mut writer = Writer::new(sources());
        let mut look = |ms, done, steps: &[Steps]| {
            let (moment, health) = (moment("first", done), Health::default());
            writer.look(&Look { ms, scene: &scene, steps, moment: &moment, health: &health });
        };
        look(0, 1, &[]);
        let one = buckets(1, 51, lengths, 1);
        let seen = known(&one).last().copied().unwrap_or(1);
        let other = buckets(51, 99, lengths, seen);
        let known = [vec![1], known(&one), known(&other), vec![100]].concat();
        assert_eq!(known.len() < 100, lengths != [1]);
        look(50, 100, &[one, other]);
        let recording = Recording::read(writer.finish()).unwrap();
        assert_eq!(recording.faults(), []);
        let chapter = recording.open(0).unwrap();
        for done in 1..=100 {
            let shown = chapter.frame(&recording, done).moment;
            let last = known.iter().copied().filter(|known| *known <= done).max().unwrap();
            assert_eq!(shown.done, last, "{lengths:?}: {done}");
            let expected = moment("first", last);
            assert_eq!(
                (shown.values, shown.phase, shown.cables[0].power_kw),
                (expected.values, expected.phase, expected.cables[0].power_kw),
                "{lengths:?}: {done}"
            );
        }
        let range = &chapter.series(&[0], 0, 100, 1).series[0];
        assert_eq!((range.min[0], range.max[0]), (Some(power_kw(0)), Some(power_kw(99))), "plots have all");
    }
    // The end of a range of several steps, as it is cut off where a line begins.
    let cut = Steps { max: vec![vec![Some(2.0)]], min: vec![vec![Some(1.0)]], to: 1, ..Steps::default() };
    assert_eq!(cut.last_known(1), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_shown_of_a_damaged_recording_was_so(
        gaps in prop::collection::vec(1_u64..30, 1..60),
        at in 0.0..1.0_f64,
        bit in 0_u32..8,
        cut in any::<bool>(),
    ) {
        let gaps = std::iter::once(&0).chain(&gaps);
        let looks: Vec<u64> = gaps.scan(0, |done, gap| { *done += gap; Some(*done) }).collect();
        let mut bytes = recorded(&looks);
        let at = (at * bytes.len() as f64) as usize;
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        if let Ok(recording) = Recording::read(bytes) {
            let chapter = recording.open(0).unwrap();
            // Where the beginning is lost, the first that is there is shown in its place.
            let first = chapter.frame(&recording, 1).moment.done;
            for done in 1..=chapter.done() {
                let Moment { done: shown, values, cables, .. } = chapter.frame(&recording, done).moment;
                prop_assert!(shown <= done.max(first));
                let moment = moment("first", shown);
                prop_assert_eq!(values, moment.values);
                prop_assert_eq!(cables[0].power_kw, moment.cables[0].power_kw);
            }
        }
    }
}
