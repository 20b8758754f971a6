//! From looks at a run to the bytes of a recording.

use super::Sources;
use super::line::{Change, Line, PartHead, SceneLine, Steps};
use super::part::{LINES_MAX, PART_MAX, PartWriter};
use super::state::State;
use super::{RECORDING_MAX, UNFOLDED_MAX, VERSION};
use crate::view::{Health, Moment, NodeHealth, Scene};
use std::sync::Arc;

/// A part is ended when so much has gone into it `[bytes]`, or so many lines, or after this time `[ms]`: the more, the
/// smaller the recording; the less, the faster a step is found, and the less is lost to damage.
const PART_BYTES: u64 = 256 << 10;
const PART_LINES: usize = 1_000;
const PART_MS: u64 = 30_000;
/// How the nodes do is recorded so often at most `[ms]`, unless one of them comes or goes.
const HEALTH_MS: u64 = 5_000;

/// A look at a run.
pub struct Look<'a> {
    /// Real time since the recording began `[ms]`.
    pub ms: u64,
    /// What there is to see; another `Arc` is another run.
    pub scene: &'a Arc<Scene>,
    /// Steps between the last look and the last step of `moment`.
    pub steps: &'a [Steps],
    /// How it stands.
    pub moment: &'a Moment,
    /// How the nodes do.
    pub health: &'a Health,
}

/// Writes a recording.
pub struct Writer {
    sources: Sources,
    scene: Option<Arc<Scene>>,
    state: State,
    part: Option<PartWriter>,
    began_ms: u64,
    health_ms: u64,
    /// Bytes of ended parts that nobody has fetched.
    out: Vec<u8>,
    written: u64,
    /// What ended parts unfold to `[bytes]`.
    unfolded: u64,
    /// Why nothing more is recorded.
    full: Option<&'static str>,
}

impl Writer {
    /// Of runs whose scenes have these sources.
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            scene: None,
            state: State::default(),
            part: None,
            began_ms: 0,
            health_ms: 0,
            out: Vec::new(),
            written: 0,
            unfolded: 0,
            full: None,
        }
    }

    /// Why nothing more is recorded, if nothing is.
    pub const fn is_full(&self) -> Option<&'static str> {
        self.full
    }

    /// The steps that are recorded of this run.
    pub fn done(&self, scene: &Arc<Scene>) -> u64 {
        let is_same = self.scene.as_ref().is_some_and(|known| Arc::ptr_eq(known, scene));
        if is_same { self.state.frame.moment.done } else { 0 }
    }

    /// Takes a look: only what is another than before is recorded.
    pub fn look(&mut self, look: &Look<'_>) {
        if self.full.is_some() {
            return;
        }
        let is_same = self.scene.as_ref().is_some_and(|known| Arc::ptr_eq(known, look.scene));
        if !is_same {
            self.begin(look);
        }
        for steps in look.steps.iter().filter(|steps| steps.is_valid(look.scene.items.len())) {
            self.write(look, &Line { steps: Some(steps.clone()), ..Line::default() });
            self.state.advance(steps, u64::MAX, &self.sources);
        }
        if let Some(change) = Change::between(&self.state.frame.moment, look.moment, look.ms) {
            self.state.change(&change);
            self.write(look, &Line { moment: Some(Box::new(change)), ..Line::default() });
        }
        let known = &self.state.frame.health;
        let is_due = look.ms >= self.health_ms + HEALTH_MS || !alike(known, look.health);
        if known != look.health && is_due {
            self.state.frame.health.clone_from(look.health);
            self.health_ms = look.ms;
            self.write(look, &Line { health: Some(look.health.clone()), ..Line::default() });
        }
    }

    /// The bytes that go behind those before; with them all that was looked at can be read.
    pub fn flush(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.out);
        bytes.extend(self.part.as_mut().map(PartWriter::flush).unwrap_or_default());
        self.written += bytes.len() as u64;
        if self.written >= RECORDING_MAX && self.full.is_none() {
            self.full = Some("it is as large as a recording may be, 128 MiB");
        }
        bytes
    }

    /// The last bytes.
    pub fn finish(&mut self) -> Vec<u8> {
        self.end_part();
        self.flush()
    }

    /// Another run: its scene is a part of its own.
    fn begin(&mut self, look: &Look<'_>) {
        self.end_part();
        self.scene = Some(Arc::clone(look.scene));
        self.state = State::of(look.scene);
        let scene = SceneLine { scene: Scene::clone(look.scene), sources: self.sources.clone() };
        self.write(look, &Line { scene: Some(Box::new(scene)), ..Line::default() });
        self.end_part();
    }

    fn write(&mut self, look: &Look<'_>, line: &Line) {
        let is_over = |part: &PartWriter| {
            part.length >= PART_BYTES || part.lines >= PART_LINES || look.ms >= self.began_ms + PART_MS
        };
        if self.part.as_ref().is_some_and(is_over) {
            self.end_part();
        }
        let bytes = json(line);
        if bytes.len() as u64 + PART_BYTES > PART_MAX {
            self.full = Some("there is too much to see in this run");
            return;
        }
        if self.part.is_none() {
            self.begin_part(look, line.scene.is_some());
        }
        if let Some(part) = &mut self.part {
            part.line(&bytes);
        }
    }

    /// A part that needs nothing of those before it but the scene.
    fn begin_part(&mut self, look: &Look<'_>, is_scene: bool) {
        const { assert!(PART_LINES + 8 < LINES_MAX) };
        self.began_ms = look.ms;
        let program = concat!("illuminator ", env!("CARGO_PKG_VERSION")).to_owned();
        let head = PartHead { version: VERSION, program, run: look.scene.run.clone() };
        let mut part = PartWriter::new();
        part.line(&json(&Line { part: Some(head), ..Line::default() }));
        let nothing = State::of(look.scene);
        let frame = &self.state.frame;
        if !is_scene && let Some(whole) = Change::between(&nothing.frame.moment, &frame.moment, look.ms) {
            part.line(&json(&Line { moment: Some(Box::new(whole)), ..Line::default() }));
        }
        if !is_scene && !frame.health.nodes.is_empty() {
            part.line(&json(&Line { health: Some(frame.health.clone()), ..Line::default() }));
        }
        self.part = Some(part);
    }

    fn end_part(&mut self) {
        if let Some(part) = self.part.take() {
            self.unfolded += part.length;
            self.out.extend(part.finish());
            if self.unfolded + PART_MAX > UNFOLDED_MAX && self.full.is_none() {
                self.full = Some("there is as much in it as a recording may have, 4 GiB");
            }
        }
    }
}

/// Whether the same nodes take part in the same way.
fn alike(one: &Health, other: &Health) -> bool {
    let way = |node: &NodeHealth| (node.link, node.identifying, node.emergency_stop);
    one.nodes.iter().map(way).eq(other.nodes.iter().map(way))
}

fn json(line: &Line) -> Vec<u8> {
    serde_json::to_vec(line).expect("plain data becomes JSON")
}
