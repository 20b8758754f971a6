//! From the bytes of a recording to the runs in it, and to what is damaged.

use super::line::{Line, SceneLine};
use super::part::{self, MARK, PartEnd};
use super::{Chapter, UNFOLDED_MAX, VERSION, is_beginning};
use crate::view::{ITEMS_MAX, Scene};
use std::sync::Arc;

/// Faults that are told one by one; there may be as many as parts.
const FAULTS_MAX: usize = 20;
/// Most parts of a recording: half a minute each for three months.
const PARTS_MAX: usize = 250_000;
/// Most runs that have something to show.
const RUNS_MAX: usize = 100_000;
/// Longest title of a run in a list `[characters]`, longest date, and longest reason of a fault.
const TITLE_MAX: usize = 100;
const START_MAX: usize = 40;
const WHY_MAX: usize = 300;

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    bytes: Vec<u8>,
    runs: Vec<Run>,
    faults: Vec<Fault>,
}

/// A run in a recording.
#[derive(Clone, Debug)]
struct Run {
    summary: RunSummary,
    /// Where its scene is, and then its parts in order.
    scene_at: usize,
    parts: Vec<PartAt>,
}

/// A part that was found good.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartAt {
    pub(super) at: usize,
    /// Steps that are done where it begins.
    pub(super) done: u64,
}

/// A run, for a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// Its title.
    pub title: String,
    /// Wall clock of step 0, `YYYY-MM-DDThh:mm:ss`.
    pub start: String,
    /// Steps that it was to have.
    pub steps: u64,
    /// Steps that were done at the end of the recording.
    pub done: u64,
}

/// Bytes of a recording that say nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes {from} to {to}: {why}")]
pub struct Fault {
    /// The first of them.
    pub from: usize,
    /// The one after the last.
    pub to: usize,
    /// What is wrong with them.
    pub why: String,
}

/// A file of which nothing can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRecording {
    /// It was never one.
    #[error("it is no recording: `scenario run --record FILE` makes one")]
    Foreign,
    /// A later version of this program made it.
    #[error("it is of a later version ({0}) of the format than this program knows ({VERSION})")]
    Later(u32),
    /// All of it is damaged, or it was cut off before anything was shown.
    #[error("there is nothing in it to show{}", .0.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default())]
    Empty(Option<Fault>),
}

impl Recording {
    /// Reads all parts, and finds out which are good.
    ///
    /// # Errors
    /// [`NoRecording`] if there is none.
    pub fn read(bytes: Vec<u8>) -> Result<Self, NoRecording> {
        if part::find(&bytes, 0).is_none() {
            return Err(if is_beginning(&bytes) { NoRecording::Empty(None) } else { NoRecording::Foreign });
        }
        let mut scan = Scan {
            recording: Self { bytes: Vec::new(), runs: Vec::new(), faults: Vec::new() },
            scene: None,
            parts: 0,
            unfolded: 0,
            unfolded_max: UNFOLDED_MAX,
        };
        scan.all(&bytes)?;
        let mut recording = scan.recording;
        recording.bytes = bytes;
        recording.runs.pop_if(|run| run.parts.is_empty());
        // Nor has one that never began, where another did.
        if recording.runs.iter().any(|run| run.summary.done > 0) {
            recording.runs.retain(|run| run.summary.done > 0);
        }
        if recording.runs.is_empty() {
            return Err(NoRecording::Empty(recording.faults.into_iter().next()));
        }
        Ok(recording)
    }

    /// The runs, in order.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = &RunSummary> {
        self.runs.iter().map(|run| &run.summary)
    }

    /// What could not be read: the first of it.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Opens a run, by its number; nothing if there is none.
    pub fn open(&self, run: usize) -> Option<Chapter> {
        let Run { scene_at, parts, summary } = self.runs.get(run)?;
        let mut found = None;
        part::read(&self.bytes, *scene_at, |line| {
            found = serde_json::from_slice::<Line>(line).ok().and_then(|line| line.scene);
            found.is_none()
        });
        let SceneLine { scene, sources } = *found?;
        Some(Chapter::new(scene, sources, parts.clone(), summary.done, self))
    }

    /// The lines of a part, each checked against its scene, until one is wrong or nobody wants more.
    pub(super) fn lines(&self, at: usize, scene: &Scene, mut take: impl FnMut(&Line) -> bool) {
        part::read(&self.bytes, at, |bytes| match serde_json::from_slice::<Line>(bytes) {
            Ok(line) => is_valid(&line, scene) && take(&line),
            Err(_) => false,
        });
    }
}

/// Whether all that a line is about is in the scene.
fn is_valid(line: &Line, scene: &Scene) -> bool {
    line.steps.as_ref().is_none_or(|steps| steps.is_valid(scene.items.len()))
        && line.moment.as_ref().is_none_or(|change| change.is_valid(scene))
}

/// Whether all that a scene refers to is in it, and it is of a size that a run may have.
fn is_sound(scene: &Scene) -> bool {
    let (items, components, nodes) = (scene.items.len(), scene.components.len(), scene.nodes.len());
    let plugs = [scene.cables.len(), scene.tokens.len()];
    items <= ITEMS_MAX
        && scene.start.len() <= START_MAX
        && plugs.iter().all(|plugs| *plugs <= usize::from(u16::MAX) + 1)
        && scene.components.iter().all(|component| {
            component.main.iter().all(|item| *item < items)
                && component.flow.as_ref().is_none_or(|flow| flow.item < items)
                && component.node.is_none_or(|node| node < nodes)
        })
        && scene.cables.iter().flat_map(|cable| cable.ends).flatten().all(|end| end < components)
        && scene.links.iter().all(|link| link.from < components && link.to < components)
        && scene.items.iter().filter_map(|item| item.component).all(|component| component < components)
}

/// Goes through a file from its beginning to its end.
struct Scan {
    recording: Recording,
    /// The scene of the last run.
    scene: Option<Arc<Scene>>,
    parts: usize,
    /// What all parts so far unfolded to `[bytes]`, damaged ones included, and how much that may be.
    unfolded: u64,
    unfolded_max: u64,
}

/// What a part is about.
#[derive(Default)]
struct Contents {
    run: Option<String>,
    scene: Option<Box<SceneLine>>,
    /// Steps that are done at its beginning, and at its end.
    done: Option<(u64, u64)>,
    /// What makes no sense in it.
    wrong: Option<String>,
    later: Option<u32>,
}

impl Scan {
    fn all(&mut self, bytes: &[u8]) -> Result<(), NoRecording> {
        let mut at = 0;
        while at < bytes.len() {
            let Some(begin) = part::find(bytes, at) else {
                // A beginning that was cut off is of a program that ended within it.
                if !MARK.starts_with(&bytes[at..]) {
                    self.fault(at, bytes.len(), "it is no part of a recording");
                }
                return Ok(());
            };
            if begin > at {
                self.fault(at, begin, "it is no part of a recording");
            }
            self.parts += 1;
            if self.parts > PARTS_MAX {
                self.fault(begin, bytes.len(), "there are more parts than a recording may have");
                return Ok(());
            }
            if self.unfolded > self.unfolded_max {
                self.fault(begin, bytes.len(), "there is more in it than a recording may have");
                return Ok(());
            }
            at = self.part(bytes, begin)?;
        }
        Ok(())
    }

    /// Takes the part that begins at `begin`. Returns where to go on.
    fn part(&mut self, bytes: &[u8], begin: usize) -> Result<usize, NoRecording> {
        let mut contents = Contents::default();
        let Self { scene, unfolded, .. } = self;
        let take = |line: &[u8]| contents.take(line, scene.as_deref());
        let end = part::read_counted(bytes, begin, unfolded, take);
        let next = || part::find(bytes, begin + 1).unwrap_or(bytes.len());
        let (to, why) = match end {
            PartEnd::Whole(end) => (end, None),
            PartEnd::CutOff if part::find(bytes, begin + 1).is_none() => (bytes.len(), None),
            PartEnd::CutOff => (next(), Some("it is damaged".to_owned())),
            PartEnd::Damaged(why) => (next(), Some(why)),
        };
        if let Some(version) = contents.later {
            return Err(NoRecording::Later(version));
        }
        if let Some(why) = why.as_ref().or(contents.wrong.as_ref()) {
            self.fault(begin, to, why);
        }
        // What was read of it is good, whatever came then.
        self.commit(begin, to, contents);
        Ok(to)
    }

    fn commit(&mut self, begin: usize, to: usize, contents: Contents) {
        if let Some(scene) = contents.scene {
            let SceneLine { scene, sources } = *scene;
            if !(is_sound(&scene) && sources.is_valid(&scene)) {
                self.scene = None;
                return self.fault(begin, to, "its scene makes no sense");
            }
            // A run of which only the scene is there has nothing to show.
            self.recording.runs.pop_if(|run| run.parts.is_empty());
            if self.recording.runs.len() >= RUNS_MAX {
                self.scene = None;
                return self.fault(begin, to, "there are more runs than a recording may have");
            }
            let title = scene.title.chars().take(TITLE_MAX).collect();
            let summary = RunSummary { title, start: scene.start.clone(), steps: scene.steps, done: 0 };
            self.recording.runs.push(Run { summary, scene_at: begin, parts: Vec::new() });
            self.scene = Some(Arc::new(scene));
            return;
        }
        let Some((first, last)) = contents.done else { return };
        let is_known = self.scene.as_ref().is_some_and(|scene| Some(&scene.run) == contents.run.as_ref());
        match self.recording.runs.last_mut().filter(|_| is_known) {
            Some(run) => {
                run.parts.push(PartAt { at: begin, done: first });
                run.summary.done = run.summary.done.max(last);
            }
            None => self.fault(begin, to, "the scene of its run could not be read"),
        }
    }

    fn fault(&mut self, from: usize, to: usize, why: &str) {
        if self.recording.faults.len() < FAULTS_MAX {
            self.recording.faults.push(Fault { from, to, why: why.chars().take(WHY_MAX).collect() });
        }
    }
}

impl Contents {
    /// Takes a line; false if the rest cannot be read.
    fn take(&mut self, bytes: &[u8], scene: Option<&Scene>) -> bool {
        let line: Line = match serde_json::from_slice(bytes) {
            Ok(line) => line,
            Err(error) => return self.is_wrong(format!("it has a line that makes no sense: {error}")),
        };
        if self.run.is_none() {
            return match line.part {
                Some(head) if head.version > VERSION => {
                    self.later = Some(head.version);
                    false
                }
                Some(head) => {
                    self.run = Some(head.run);
                    true
                }
                None => self.is_wrong("it does not say what it is of".to_owned()),
            };
        }
        if let Some(scene) = line.scene {
            self.scene = Some(scene);
            return false;
        }
        let Some(scene) = scene.filter(|scene| Some(&scene.run) == self.run.as_ref()) else {
            // Whose scene is not known is no part of anything; that is said once the part has been read.
            self.done = Some((0, 0));
            return false;
        };
        if !is_valid(&line, scene) {
            return self.is_wrong("it has a line that is about nothing in its scene".to_owned());
        }
        let of_steps = line.steps.map(|steps| (steps.from, steps.to));
        let of_moment = line.moment.map(|change| change.done.map(|done| (done, done)));
        // A moment that does not say so begins a run.
        let done = of_steps.or(of_moment.map(|done| done.unwrap_or(self.done.unwrap_or_default())));
        if let Some((from, to)) = done {
            let (first, last) = self.done.unwrap_or((from, to));
            self.done = Some((first, last.max(to)));
        }
        true
    }

    fn is_wrong(&mut self, why: String) -> bool {
        self.wrong = Some(why);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::pack;
    use super::*;

    fn scan(unfolded_max: u64, bytes: &[u8]) -> Recording {
        let recording = Recording { bytes: Vec::new(), runs: Vec::new(), faults: Vec::new() };
        let mut scan = Scan { recording, scene: None, parts: 0, unfolded: 0, unfolded_max };
        scan.all(bytes).unwrap();
        scan.recording
    }

    /// A run of this title, and a step of it.
    fn run(title: String, start: &str) -> String {
        let scene = Scene { title, run: "a".to_owned(), start: start.to_owned(), ..Scene::default() };
        let part = r#"{"part":{"version":1,"program":"","run":"a"}}"#;
        let scene = serde_json::to_string(&scene).unwrap();
        format!(
            "{part}\n{{\"scene\":{{\"scene\":{scene},\"sources\":{{}}}}}}\n\n{part}\n{{\"moment\":{{\"done\":1}}}}"
        )
    }

    #[test]
    fn what_is_kept_of_a_run_is_short_and_of_one_without_steps_nothing() {
        let whole = run("long ".repeat(100_000), "");
        let (scene, _) = whole.split_once("\n\n").unwrap();
        let scenes = vec![scene; 20].join("\n\n");
        let recording = scan(UNFOLDED_MAX, &pack(format!("{scenes}\n\n{whole}").as_bytes()));
        assert_eq!((recording.runs.len(), recording.faults.len()), (1, 0));
        assert_eq!(recording.runs[0].summary.title.len(), TITLE_MAX);
        let strange = scan(UNFOLDED_MAX, &pack(run(String::new(), &"9".repeat(100)).as_bytes()));
        assert_eq!((strange.runs.len(), strange.faults[0].why.as_str()), (0, "its scene makes no sense"));
    }

    #[test]
    fn a_file_that_unfolds_to_more_than_a_recording_is_read_up_to_there() {
        let runs = vec![run("x".repeat(10_000), ""); 50].join("\n\n");
        let bytes = pack(runs.as_bytes());
        assert_eq!(scan(UNFOLDED_MAX, &bytes).runs.len(), 50);
        let some = scan(105_000, &bytes);
        let [fault] = some.faults.as_slice() else { panic!("{:?}", some.faults) };
        assert!(
            (1..12).contains(&some.runs.len()) && fault.to == bytes.len(),
            "{}: {fault}",
            some.runs.len()
        );
    }
}
