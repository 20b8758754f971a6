//! Target `recording`: what people saw of a run, read from a file that anybody may have made.

use illuminator::recording::{Chapter, Recording, pack};
use illuminator::terminal::{Colours, Desk, Seen, draw};
use std::sync::Arc;

/// Runs that are looked at.
const RUNS: usize = 3;
/// Parts of a series.
const POINTS: usize = 20;

/// Reads bytes as a recording, and as the lines of one.
///
/// Promise: no panic; faults lie in the file; a run that is listed can be opened; what it shows at any step fits its
/// scene, and can be drawn; series are within what was asked for, in order.
pub fn recording(data: &[u8]) {
    read(data.to_vec());
    read(pack(data));
}

fn read(bytes: Vec<u8>) {
    let length = bytes.len();
    let Ok(recording) = Recording::read(bytes) else { return };
    assert!(recording.faults().iter().all(|fault| fault.from < fault.to && fault.to <= length));
    for run in 0..recording.runs().len().min(RUNS) {
        let chapter = recording.open(run).expect("what is listed is there");
        let end = chapter.done();
        for done in [0, 1, 2, end / 2, end, u64::MAX] {
            frame(&recording, &chapter, done);
        }
        series(&chapter);
    }
}

fn frame(recording: &Recording, chapter: &Chapter, done: u64) {
    let scene = chapter.scene();
    let frame = chapter.frame(recording, done);
    let moment = frame.moment;
    let lengths = (moment.values.len(), moment.cables.len(), moment.tokens.len());
    assert_eq!(lengths, (scene.items.len(), scene.cables.len(), scene.tokens.len()));
    assert!(moment.done <= chapter.done());
    let mut mirror = chapter.mirror();
    for (number, cable) in moment.cables.iter().enumerate() {
        mirror.show(done, number, Some(cable.power_kw), false);
    }
    let mut seen = Seen::default();
    (seen.scene, seen.health) = (Arc::clone(scene), frame.health);
    seen.take_moment(moment);
    draw(&seen, &mut Desk::default(), Colours::None, (80, 24));
}

fn series(chapter: &Chapter) {
    let items: Vec<usize> = (0..chapter.scene().items.len().min(2)).collect();
    for (from, to) in [(0, u64::MAX), (1, 2), (u64::MAX, 0)] {
        let all = chapter.series(&items, from, to, POINTS);
        assert_eq!(all.series.len(), items.len());
        for one in all.series {
            assert!(one.step.is_sorted() && one.step.len() <= POINTS);
            assert!(one.step.len() == one.min.len() && one.step.len() == one.max.len());
        }
    }
}
