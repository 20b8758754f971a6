//! Which task may run when: the dataflow of all steps in flight.
//!
//! ```text
//!   kept … history │ base … base+WINDOW-1 in flight │ not admitted
//!   values   ring  │  one set of wires per step     │
//! ```
//!
//! A task runs once its imports are there: wires of its own step, and for time-shifted connections wires of
//! the step before. A place runs its tasks strictly in order (step by step, stage by stage). Where no
//! feedback crosses places, later steps therefore start before earlier ones are done. Behind the steps in flight the
//! values of earlier ones are kept, from the oldest state that a node may have to go on from. Invariants: a task runs
//! once per step; a step is retired when all its tasks are done; what a node would need to repeat its steps is never
//! overwritten; memory is bounded by window and history.

use crate::plan::{PlaceId, TablePlan, Task};
use illuminator_node::model::Slots;
use illuminator_node::scalar::Scalar;
use illuminator_node::value::Value;

/// Most steps in flight: as many as a node keeps replies for.
pub(super) const WINDOW: usize = illuminator_node::node::STEPS_IN_FLIGHT;
/// One more than in flight: the oldest step may still need the values of the step before it.
const RING: usize = WINDOW + 1;
/// Memory for the values of earlier steps `[bytes]`, as far as that leaves a history of useful length.
const HISTORY_BYTES: usize = 32 << 20;
/// Shortest and longest history `[steps]`.
const HISTORY: std::ops::RangeInclusive<usize> = WINDOW..=16 * WINDOW;

/// A task in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The co-simulation step.
    pub(super) step: u64,
    /// The task's number in [`TablePlan::tasks`].
    pub(super) task: usize,
}

/// The tasks of all steps in flight and the values that pass between them.
pub(super) struct Schedule {
    tasks: Vec<Task>,
    /// First task of each place, and the end.
    first_task: Vec<usize>,
    values: Vec<Slots>,
    history: usize,
    /// The oldest step that a node may have to repeat.
    kept: u64,
    /// Texts and lists of the steps before this one were let go.
    dropped: u64,
    done: Vec<Vec<bool>>,
    left: Vec<usize>,
    /// The next turn of each place: (step, stage).
    next: Vec<(u64, usize)>,
    base: u64,
    limit: u64,
}

impl Schedule {
    /// The schedule of a planned run, before its first step.
    pub(super) fn new(plan: &TablePlan) -> Self {
        let tasks = plan.tasks.clone();
        let places = plan.places.len();
        let first_task = (0..=places).map(|place| tasks.partition_point(|task| task.place < place)).collect();
        let step_bytes = plan.wires as usize * size_of::<Scalar>();
        let history = (HISTORY_BYTES / step_bytes.max(1)).clamp(*HISTORY.start(), *HISTORY.end());
        Self {
            values: vec![Slots::new(plan.wires as usize); RING + history],
            history,
            kept: 0,
            dropped: 0,
            done: vec![vec![false; tasks.len()]; RING],
            left: vec![tasks.len(); RING],
            next: vec![(0, 0); places],
            base: 0,
            limit: plan.steps,
            first_task,
            tasks,
        }
    }

    /// The oldest step that is not retired.
    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// The first step that no place has started.
    pub(super) fn started(&self) -> u64 {
        self.next.iter().map(|&(step, stage)| step + u64::from(stage > 0)).max().unwrap_or(self.base)
    }

    /// The first step that not every place was given whole: those before it need nothing more to start.
    pub(super) fn given(&self) -> u64 {
        let places = self.first_task.windows(2).zip(&self.next);
        let busy = places.filter(|(tasks, _)| tasks[0] < tasks[1]);
        busy.map(|(_, &(step, _))| step).min().unwrap_or(self.base)
    }

    /// Begins with `step` instead of the first one, after which the wires of the step before were these.
    pub(super) fn resume(&mut self, step: u64, wires: Vec<Option<Value>>) {
        (self.base, self.kept, self.dropped) = (step, step, step.saturating_sub(1));
        self.next.fill((step, 0));
        if let Some(before) = step.checked_sub(1) {
            let position = self.position(before);
            for (wire, value) in (0..).zip(wires) {
                if let Some(value) = value {
                    self.values[position].set_value(wire, value);
                }
            }
        }
    }

    /// The wires of the step before `step`, for [`resume`](Self::resume).
    pub(super) fn wires_before(&self, step: u64) -> Vec<Option<Value>> {
        let Some(before) = step.checked_sub(1) else { return Vec::new() };
        let values = self.step_values(before);
        (0..values.len() as u32).map(|wire| values.value(wire)).collect()
    }

    /// No node will have to repeat a step before `step`.
    pub(super) fn keep_from(&mut self, step: u64) {
        self.kept = self.kept.max(step);
        self.drop_old();
    }

    /// Lets go of the texts and lists that nobody can need any more; numbers are overwritten.
    fn drop_old(&mut self) {
        // A step still needs the values of the step before it.
        let needed = self.kept.min(self.base).saturating_sub(1);
        for step in std::mem::replace(&mut self.dropped, needed)..needed {
            let position = self.position(step);
            self.values[position].drop_rich();
        }
    }

    /// Whether so many steps were started since the oldest that is kept, that soon no more can be.
    pub(super) fn is_full_soon(&self) -> bool {
        self.started() >= self.kept + self.history as u64 / 2
    }

    /// The (step, stage) that a place is to be given next.
    pub(super) fn next_of(&self, place: PlaceId) -> (u64, usize) {
        self.next[place]
    }

    /// Lets no step from `limit` on start (or go on, where it has not started everywhere).
    pub(super) fn stop_before(&mut self, limit: u64) {
        self.limit = self.limit.min(limit);
    }

    /// The first step that will not run.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// The next turn of a place, if its values are there and its step is admitted (`step < admitted`).
    pub(super) fn ready(&self, place: PlaceId, admitted: u64) -> Option<Turn> {
        let (step, stage) = self.next[place];
        let task = self.first_task[place] + stage;
        if task >= self.first_task[place + 1]
            || step >= self.limit.min(admitted).min(self.base + WINDOW as u64)
            || step >= self.kept + self.history as u64
        {
            return None;
        }
        let has = |step: u64, others: &[usize]| {
            others.iter().all(|&other| self.is_done(Turn { step, task: other }))
        };
        let ready = has(step, &self.tasks[task].after)
            && (step == 0 || has(step - 1, &self.tasks[task].after_previous));
        ready.then_some(Turn { step, task })
    }

    /// Notes that the next turn of a place has been given to it.
    pub(super) fn advance(&mut self, place: PlaceId) {
        let (step, stage) = self.next[place];
        let last = self.first_task[place] + stage + 1 == self.first_task[place + 1];
        self.next[place] = if last { (step + 1, 0) } else { (step, stage + 1) };
    }

    /// The turns that a place was given and has not finished, in order.
    pub(super) fn outstanding(&self, place: PlaceId) -> impl Iterator<Item = Turn> + '_ {
        let (end_step, end_stage) = self.next[place];
        let tasks = self.first_task[place]..self.first_task[place + 1];
        (self.base..=end_step)
            .flat_map(move |step| tasks.clone().map(move |task| Turn { step, task }))
            .filter(move |turn| turn.step < end_step || turn.task < self.first_task[place] + end_stage)
            .filter(|&turn| !self.is_done(turn))
    }

    /// The turn of a place at this (step, stage), if it was given to it; a stage after the last is the first of the next
    /// step.
    pub(super) fn given_at(&self, place: PlaceId, (step, stage): (u64, usize)) -> Option<Turn> {
        let tasks = self.first_task[place]..self.first_task[place + 1];
        let (step, stage) = if stage < tasks.len() { (step, stage) } else { (step + 1, 0) };
        ((step, stage) < self.next[place]).then(|| Turn { step, task: tasks.start + stage })
    }

    /// Whether a (step, stage) of a place is not before `step`.
    pub(super) fn is_past(&self, place: PlaceId, at: (u64, usize), step: u64) -> bool {
        let stages = self.first_task[place + 1] - self.first_task[place];
        at.0 + u64::from(at.1 >= stages) >= step
    }

    /// Whether a turn is the last of its place in its step.
    pub(super) fn ends_step(&self, turn: Turn) -> bool {
        self.first_task.binary_search(&(turn.task + 1)).is_ok()
    }

    /// The task of a turn.
    pub(super) fn task(&self, turn: Turn) -> &Task {
        &self.tasks[turn.task]
    }

    /// The turn of `stage` of `place` in `step`, if it is one that is awaited.
    pub(super) fn awaited(&self, place: PlaceId, step: u64, stage: usize) -> Option<Turn> {
        let task = self.first_task[place] + stage;
        let turn = Turn { step, task };
        let given = (step, stage) < self.next[place] && task < self.first_task[place + 1];
        (given && step >= self.base && !self.is_done(turn)).then_some(turn)
    }

    /// Where import number `import` of a turn's task finds its value: the slots and the wire, or an initial
    /// value.
    pub(super) fn import(&self, turn: Turn, import: usize) -> ImportSource<'_> {
        let import = &self.tasks[turn.task].imports[import];
        match &import.shifted {
            None => ImportSource::Wire(self.step_values(turn.step), import.wire),
            Some(_) if turn.step > 0 => ImportSource::Wire(self.step_values(turn.step - 1), import.wire),
            Some(initial) => ImportSource::Initial(initial),
        }
    }

    /// The wires of a step in flight.
    pub(super) fn step_values(&self, step: u64) -> &Slots {
        &self.values[self.position(step)]
    }

    /// Where the wires of a step are.
    fn position(&self, step: u64) -> usize {
        (step % self.values.len() as u64) as usize
    }

    /// Finishes a turn of a place that is not there: what it exports stays as it was in the step before.
    pub(super) fn freeze(&mut self, turn: Turn) {
        let exports = &self.tasks[turn.task].exports;
        match turn.step.checked_sub(1).map(|before| [self.position(before), self.position(turn.step)]) {
            Some(positions) => {
                let [before, now] = (self.values.get_disjoint_mut(positions))
                    .expect("two steps in a row have two places in the ring");
                exports.iter().for_each(|&wire| now.copy_from(before, wire, wire));
            }
            None => exports.iter().for_each(|&wire| self.values[0].set(wire, Scalar::UNSET)),
        }
        self.note_done(turn);
    }

    /// Finishes a turn: lets `fill` write its exports, given the wires of its step and the wires it fills in
    /// the order of its exports. If that fails, the turn stays unfinished.
    ///
    /// # Errors
    /// That of `fill`.
    pub(super) fn finish<E>(
        &mut self,
        turn: Turn,
        fill: impl FnOnce(&mut Slots, &[u32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let position = self.position(turn.step);
        fill(&mut self.values[position], &self.tasks[turn.task].exports)?;
        self.note_done(turn);
        Ok(())
    }

    fn note_done(&mut self, turn: Turn) {
        let ring = (turn.step % RING as u64) as usize;
        debug_assert!(!self.done[ring][turn.task], "a turn is finished once");
        self.done[ring][turn.task] = true;
        self.left[ring] -= 1;
    }

    /// The oldest step, if all its tasks are done: its wires may be recorded.
    pub(super) fn complete(&self) -> Option<u64> {
        (self.base < self.limit && self.left[(self.base % RING as u64) as usize] == 0).then_some(self.base)
    }

    /// Forgets the step before the oldest one, which is done, and admits a new one.
    pub(super) fn retire(&mut self) {
        debug_assert!(self.complete().is_some(), "only a complete step is retired");
        self.base += 1;
        self.drop_old();
        let ring = ((self.base + WINDOW as u64 - 1) % RING as u64) as usize;
        self.done[ring].fill(false);
        self.left[ring] = self.tasks.len();
    }

    fn is_done(&self, turn: Turn) -> bool {
        turn.step < self.base || self.done[(turn.step % RING as u64) as usize][turn.task]
    }
}

/// Where the value of an import is found.
pub(super) enum ImportSource<'a> {
    /// On this wire of these values.
    Wire(&'a Slots, u32),
    /// It is the initial value of a time-shifted connection.
    Initial(&'a Value),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Import;
    use illuminator_node::engine::PlacePlan;
    use illuminator_node::scalar::Scalar;

    const SOURCE: PlaceId = 0;
    const READER: PlaceId = 1;

    /// A source whose value a reader at another place gets, of the same step or of the step before.
    fn plan(shifted: bool, steps: u64) -> TablePlan {
        let source = Task { place: SOURCE, exports: vec![0], ..Task::default() };
        let import = Import { wire: 0, shifted: shifted.then_some(Value::Int(-1)) };
        let mut reader = Task { place: READER, imports: vec![import], ..Task::default() };
        if shifted { &mut reader.after_previous } else { &mut reader.after }.push(0);
        TablePlan {
            places: vec![PlacePlan::default(); 2],
            nodes: vec!["node".to_owned()],
            tasks: vec![source, reader],
            wires: 1,
            cells: Vec::new(),
            watched: Vec::new(),
            reports: Vec::new(),
            cables: Vec::new(),
            story: None,
            steps,
        }
    }

    /// Gives the source every turn that is ready; it makes the number of its step.
    fn run_source(schedule: &mut Schedule) -> usize {
        let mut turns = 0;
        while let Some(turn) = schedule.ready(SOURCE, u64::MAX) {
            schedule.advance(SOURCE);
            let step = turn.step as i64;
            let filled: Result<(), ()> = schedule.finish(turn, |values, wires| {
                values.set(wires[0], Scalar::int(step));
                Ok(())
            });
            filled.expect("nothing fails");
            turns += 1;
        }
        turns
    }

    fn read(schedule: &Schedule, turn: Turn) -> Option<Value> {
        match schedule.import(turn, 0) {
            ImportSource::Wire(values, wire) => values.value(wire),
            ImportSource::Initial(value) => Some(value.clone()),
        }
    }

    /// A source that is as far ahead as it may be never overwrites what a slow reader still needs.
    #[test]
    fn a_slow_reader_finds_every_value_round_the_ring() {
        for shifted in [false, true] {
            let steps = 5 * RING as u64;
            let mut schedule = Schedule::new(&plan(shifted, steps));
            assert_eq!(run_source(&mut schedule), WINDOW, "as many steps as may be in flight");
            for step in 0..steps {
                let turn = schedule.ready(READER, u64::MAX).expect("its value is there");
                assert_eq!(turn.step, step);
                schedule.advance(READER);
                let expected = step as i64 - i64::from(shifted);
                assert_eq!(
                    read(&schedule, turn),
                    Some(Value::Int(expected)),
                    "step {step}, shifted {shifted}"
                );
                assert_eq!(schedule.complete(), None, "not before the reader is done");
                schedule.finish(turn, |_, _| Ok::<(), ()>(())).expect("nothing fails");
                assert_eq!(schedule.complete(), Some(step));
                schedule.retire();
                run_source(&mut schedule);
            }
            assert_eq!(schedule.base(), schedule.limit());
            assert_eq!(schedule.ready(SOURCE, u64::MAX), None, "the run is over");
        }
    }

    #[test]
    fn only_turns_that_were_given_and_are_not_done_are_awaited() {
        let mut schedule = Schedule::new(&plan(false, 10));
        run_source(&mut schedule);
        assert_eq!(schedule.awaited(READER, 0, 0), None, "not given yet");
        schedule.advance(READER);
        schedule.advance(READER);
        let outstanding: Vec<u64> = schedule.outstanding(READER).map(|turn| turn.step).collect();
        assert_eq!(outstanding, [0, 1]);
        let turn = schedule.awaited(READER, 0, 0).expect("given and not done");
        schedule.finish(turn, |_, _| Ok::<(), ()>(())).expect("nothing fails");
        assert_eq!(schedule.awaited(READER, 0, 0), None, "done");
        assert_eq!(schedule.awaited(READER, 1, 1), None, "no such stage");
        assert_eq!(schedule.outstanding(READER).map(|turn| turn.step).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn no_step_starts_behind_the_limit_or_before_it_is_admitted() {
        let mut schedule = Schedule::new(&plan(false, 10));
        assert_eq!(schedule.ready(SOURCE, 0), None);
        schedule.stop_before(1);
        assert_eq!(run_source(&mut schedule), 1);
        schedule.stop_before(5);
        assert_eq!(schedule.limit(), 1, "a limit is never raised");
    }
}
