//! A run of a recording, opened: how it stood at any step, and the values of all.

use super::line::Line;
use super::reader::PartAt;
use super::state::State;
use super::traces::Traces;
use super::{Recording, Sources};
use crate::view::{CableScene, Cell, Health, Mirror, Moment, Places, Scene, Series};
use illuminator_node::light::Carrier;
use jiff::civil::DateTime;
use std::sync::Arc;

/// How a run stood after a step. Light, speed and `seq` are left empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// How it stood.
    pub moment: Moment,
    /// How the nodes did.
    pub health: Health,
}

/// An opened run.
#[derive(Clone, Debug)]
pub struct Chapter {
    scene: Arc<Scene>,
    sources: Sources,
    times: Places,
    parts: Vec<PartAt>,
    done: u64,
    traces: Traces,
}

impl Chapter {
    pub(super) fn new(
        scene: Scene,
        sources: Sources,
        parts: Vec<PartAt>,
        done: u64,
        recording: &Recording,
    ) -> Self {
        let start = scene.start.parse().unwrap_or(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        let times = Places { start, resolution_s: scene.resolution_s, ..Places::default() };
        let traces = Traces::new(scene.items.len());
        let scene = Scene { replay: true, pluggable: false, steps: done, ..scene };
        let mut chapter = Self { scene: Arc::new(scene), sources, times, parts, done, traces };
        chapter.trace(recording);
        chapter
    }

    /// What there is to see; its steps are those that were recorded.
    pub fn scene(&self) -> &Arc<Scene> {
        &self.scene
    }

    /// Steps that are done at the end.
    pub const fn done(&self) -> u64 {
        self.done
    }

    /// What draws its light.
    pub fn mirror(&self) -> Mirror {
        let light = |(number, cable): (usize, &CableScene)| {
            (cable.full_scale_kw, carrier(&cable.carrier), self.sources.palette(number))
        };
        Mirror::of_lights(self.scene.cables.iter().enumerate().map(light))
    }

    /// How it stood when so many steps were done: the last that was recorded of that, or else of the step before.
    pub fn frame(&self, recording: &Recording, done: u64) -> Frame {
        let after = self.parts.partition_point(|part| part.done <= done);
        let mut state = State::of(&self.scene);
        let Some(part) = self.parts.get(after.saturating_sub(1)) else { return state.frame };
        // Where the beginning is lost, the first that is there.
        let done = done.max(part.done);
        recording.lines(part.at, &self.scene, |line| self.advance(&mut state, line, done));
        let mut frame = state.frame;
        frame.moment.time = match frame.moment.done {
            0 => String::new(),
            done => self.times.time(done - 1),
        };
        frame
    }

    /// The values of items, by position, over the steps `[from, to)`.
    pub fn series(&self, items: &[usize], from: u64, to: u64, points: usize) -> Series {
        self.traces.series(items, from, to, points)
    }

    /// Takes a line unless it is of later than when `done` steps were done; whether to go on.
    fn advance(&self, state: &mut State, line: &Line, done: u64) -> bool {
        if let Some(steps) = &line.steps {
            state.advance(steps, done, &self.sources);
            return steps.to <= done;
        }
        if let Some(change) = &line.moment {
            if change.done.is_some_and(|of| of > done) {
                return false;
            }
            state.change(change);
        }
        if let Some(health) = &line.health {
            state.frame.health.clone_from(health);
        }
        true
    }

    /// Gathers the values of all steps.
    fn trace(&mut self, recording: &Recording) {
        let Self { scene, sources, parts, traces, .. } = self;
        for part in parts.iter() {
            let mut state = State::of(scene);
            recording.lines(part.at, scene, |line| {
                if let Some(steps) = &line.steps {
                    traces.take(steps);
                    state.advance(steps, u64::MAX, sources);
                }
                if let Some(change) = &line.moment {
                    state.change(change);
                    let moment = &state.frame.moment;
                    traces.step(moment.done, moment.values.iter().map(number));
                }
                true
            });
        }
    }
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Number(number) => *number,
        Cell::None | Cell::Text(_) => f64::NAN,
    }
}

fn carrier(name: &str) -> Carrier {
    match name {
        "electricity" => Carrier::Electricity,
        "heat" => Carrier::Heat,
        "hydrogen" => Carrier::Hydrogen,
        _ => Carrier::Other,
    }
}
