//! A run to look at.
//!
//! ```text
//!   the run:      step ─▶ Intake (a row, and the rows that nobody has fetched)       a lock for as long as a copy takes
//!   whoever looks: Shown (history, mirror, speed) ◀─ fetch ─┘                        never held by the run, but if
//!                                                                                    nobody fetches for too long
//! ```

use super::{Exhibit, LayoutFile, known, lock, positions};
use crate::coordinator::{CableSight, Sight};
use crate::recording::{Steps, TextChange};
use crate::scenario::Scenario;
use crate::shell::{Conductor, SimulatedTable};
use crate::view::{
    CableMoment, Command, Health, History, ITEMS_MAX, Layout, Mirror, Moment, NodeHealth, NodeScene, Places,
    Refusal, Row, RunState, Scene, Series, Speed, TokenMoment, TokenScene, pixels,
};
use illuminator_node::model::Slots;
use illuminator_node::shell::{Clock, random_id};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// So many values wait to be fetched at most (2 MiB); then the run puts them into the history itself.
const WAITING_MAX: usize = 1 << 18;
/// Notices that are shown.
const NOTICES_MAX: usize = 20;
/// Longest notice `[characters]`.
const NOTICE_MAX: usize = 300;
/// Most texts that wait to be recorded; of more only the last of each item is kept. Invariant: there are fewer items.
const TEXTS_MAX: usize = 1 << 16;
const _: () = assert!(ITEMS_MAX < TEXTS_MAX);

/// What carries out the commands.
pub type Orders = Box<dyn Fn(&Command) -> Result<(), Refusal> + Send + Sync>;

/// A run, or one after the other of the same scenario, for people to look at.
pub struct RunExhibit {
    scene: Mutex<Arc<Scene>>,
    places: Places,
    /// The components by name.
    components: BTreeMap<String, usize>,
    cables: Vec<CableNames>,
    intake: Mutex<Intake>,
    shown: Mutex<Shown>,
    /// What stands at the nodes, where it is simulated.
    table: Option<SimulatedTable>,
    conductor: Conductor,
    orders: Orders,
    layout: LayoutFile,
    clock: Clock,
    /// Whether somebody has looked since the run last told how the table stands.
    wants_sight: AtomicBool,
}

/// A cable and the nodes that it joins.
struct CableNames {
    id: u16,
    ends: [String; 2],
    plugged_at_start: bool,
}

/// What the run hands over.
#[derive(Default)]
struct Intake {
    state: RunState,
    done: u64,
    row: Row,
    /// Rows of numbers that nobody has fetched, one after the other.
    waiting: Vec<f64>,
    /// The step of the first of them.
    first: u64,
    notices: VecDeque<String>,
    /// Whether a person has forced the phase.
    forced: bool,
    /// How the nodes did when they last said so.
    health: Option<Health>,
    /// Texts that nobody has recorded, where that is wanted.
    texts: Option<Vec<TextChange>>,
    /// How the table stood when somebody last wanted to know, and the clock of its light.
    sight: Option<(Sight, Clock)>,
}

/// What whoever looks has made of it.
struct Shown {
    history: History,
    mirror: Mirror,
    speed: Speed,
}

impl RunExhibit {
    /// Runs of `scenario`, seen as `scene`. `table` is what stands at the nodes, where it is simulated; `orders` carry
    /// commands out, and `conductor` says the tempo.
    pub fn new(
        scenario: &Scenario,
        scene: Scene,
        table: Option<SimulatedTable>,
        conductor: Conductor,
        orders: Orders,
        layout: LayoutFile,
    ) -> Self {
        let names = scene.components.iter().enumerate();
        let cable = |cable: &crate::scenario::Cable| CableNames {
            id: cable.id,
            ends: cable.ends.clone(),
            plugged_at_start: cable.plugged_at_start,
        };
        let shown = Shown {
            history: History::new(scene.items.len()),
            mirror: Mirror::new(&scenario.cables),
            speed: Speed::default(),
        };
        let exhibit = Self {
            places: Places::of(scenario),
            components: names.map(|(number, component)| (component.name.clone(), number)).collect(),
            cables: scenario.cables.iter().map(cable).collect(),
            scene: Mutex::new(Arc::new(scene)),
            intake: Mutex::default(),
            shown: Mutex::new(shown),
            table,
            conductor,
            orders,
            layout,
            clock: Clock::start(),
            wants_sight: AtomicBool::new(true),
        };
        exhibit.begin();
        exhibit
    }

    /// A run begins; the one before is forgotten, but for its notices.
    pub fn begin(&self) {
        let run = format!("{:016x}", random_id());
        let mut shown = lock(&self.shown);
        let mut scene = lock(&self.scene);
        *scene = Arc::new(Scene { run, ..Scene::clone(&scene) });
        shown.history = History::new(scene.items.len());
        let mut intake = lock(&self.intake);
        let notices = std::mem::take(&mut intake.notices);
        let texts = intake.texts.as_ref().map(|_| Vec::new());
        *intake = Intake { notices, texts, ..Intake::default() };
        self.wants_sight.store(true, Ordering::Relaxed);
    }

    /// The run is over: `failure` says why it ended early, if it did.
    pub fn end(&self, failure: Option<&str>) {
        if let Some(failure) = failure {
            self.notice(failure);
        }
        lock(&self.intake).state = if failure.is_some() { RunState::Failed } else { RunState::Ended };
    }

    /// Takes a step of the run; the values that people see stand at `cells`.
    pub fn step(&self, step: u64, values: &Slots, cells: &[u32]) {
        if cells.is_empty() {
            return;
        }
        let mut intake = lock(&self.intake);
        let follows = intake.first + (intake.waiting.len() / cells.len()) as u64 == step;
        if !intake.waiting.is_empty() && (!follows || intake.waiting.len() >= WAITING_MAX) {
            drop(intake);
            drop(self.fetch());
            intake = lock(&self.intake);
        }
        let Intake { state, done, row, waiting, first, texts, .. } = &mut *intake;
        if waiting.is_empty() {
            *first = step;
        }
        row.take(values, cells);
        waiting.extend_from_slice(&row.numbers);
        if let Some(texts) = texts {
            texts.extend(row.changed().map(|(position, text)| TextChange(step, position, text)));
            if texts.len() > TEXTS_MAX {
                keep_last(texts);
            }
        }
        (*state, *done) = (RunState::Running, step + 1);
    }

    /// Whether somebody has looked since the table was last [seen](Self::sight).
    pub fn wants_sight(&self) -> bool {
        self.wants_sight.load(Ordering::Relaxed)
    }

    /// Takes how the table stands; its light moves by `clock`.
    pub fn sight(&self, sight: Sight, clock: Clock) {
        self.wants_sight.store(false, Ordering::Relaxed);
        lock(&self.intake).sight = Some((sight, clock));
    }

    /// Takes how the nodes do.
    pub fn hear(&self, health: &Health) {
        lock(&self.intake).health = Some(health.clone());
    }

    /// Takes whether a person has forced the phase.
    pub fn force(&self, forced: bool) {
        lock(&self.intake).forced = forced;
    }

    /// Takes a notice.
    pub fn notice(&self, text: &str) {
        let notice = text.chars().filter(|c| !c.is_control()).take(NOTICE_MAX).collect();
        let notices = &mut lock(&self.intake).notices;
        if notices.len() == NOTICES_MAX {
            notices.pop_front();
        }
        notices.push_back(notice);
    }

    /// From now on texts are kept until they are [taken](Self::take_texts).
    pub(super) fn keep_texts(&self) {
        lock(&self.intake).texts.get_or_insert_default();
    }

    /// The texts that became others before this step since they were last taken.
    pub(super) fn take_texts(&self, before: u64) -> Vec<TextChange> {
        let mut intake = lock(&self.intake);
        let Some(texts) = &mut intake.texts else { return Vec::new() };
        let taken = texts.partition_point(|change| change.0 < before);
        texts.drain(..taken).collect()
    }

    /// The values of all items over the steps `[from, to)`, in at most so many parts; nothing if they are not there.
    pub(super) fn missed(&self, from: u64, to: u64, points: usize) -> Option<Steps> {
        let items = self.scene().items.len();
        let shown = self.fetch();
        let range = shown.history.series(0, from, to, points);
        let (from, to) = (range.from, range.to);
        let mut at: Vec<u64> = range.series.first()?.step.iter().map(|&step| step.max(from)).collect();
        let of = |item| shown.history.series(item, from, to, points).series.into_iter().next();
        let (mut min, mut max) = (Vec::with_capacity(items), Vec::with_capacity(items));
        for series in (0..items).filter_map(of) {
            min.push(series.min);
            max.push(series.max);
        }
        if min == max {
            max.clear();
        }
        if at.len() as u64 == to - from {
            at.clear();
        }
        Some(Steps { from, to, at, min, max, texts: Vec::new() }).filter(|steps| !steps.is_empty())
    }

    /// Puts what waits into the history. Only who holds that takes from the intake, so that no row overtakes another.
    fn fetch(&self) -> MutexGuard<'_, Shown> {
        let mut shown = lock(&self.shown);
        let (first, rows, width) = {
            let mut intake = lock(&self.intake);
            (intake.first, std::mem::take(&mut intake.waiting), intake.row.numbers.len())
        };
        for (step, row) in (first..).zip(rows.chunks(width.max(1))) {
            shown.history.push(step, row);
        }
        shown
    }

    /// Whether cables can be plugged from here.
    fn hands(&self) -> Option<&SimulatedTable> {
        self.table.as_ref().filter(|_| lock(&self.scene).pluggable)
    }

    fn cables(&self, row: &Row, sight: Option<&(Sight, Clock)>, mirror: &mut Mirror) -> Vec<CableMoment> {
        let hands = self.hands();
        let (stopped, own_us) = (self.is_stopped(sight), self.clock.now().as_micros());
        let places = self.places.cables.iter().zip(&self.places.powers);
        let cables = self.cables.iter().zip(places).enumerate();
        let moment = |(number, (cable, (&plugged, &power))): (usize, (&CableNames, _))| {
            // As the run sees it.
            let is_whole = row.number(plugged).map_or(cable.plugged_at_start, |number| number != 0.0);
            let power_kw = row.number(power).filter(|_| is_whole);
            let seen: Option<(&CableSight, &Clock)> =
                sight.and_then(|(sight, clock)| Some((sight.cables.get(number)?, clock)));
            let strip = |end: &String| self.table.as_ref()?.light(cable.id, end);
            let light = match (cable.ends.each_ref().map(strip), seen) {
                // No strip is known to be there.
                ([None, None], None) => mirror.show(own_us, number, power_kw, stopped),
                ([None, None], Some((seen, clock))) => {
                    Mirror::same(clock.now().as_micros(), seen.view, stopped)
                }
                (strips, _) => strips.map(|strip| strip.map_or_else(String::new, |leds| pixels(&leds))),
            };
            let plugged = match (hands, seen) {
                (Some(table), _) => {
                    cable.ends.each_ref().map(|end| table.plugged(cable.id, end).unwrap_or(is_whole))
                }
                (None, Some((seen, _))) => seen.plugged,
                (None, None) => [is_whole; 2],
            };
            CableMoment { plugged, power_kw: power_kw.unwrap_or(0.0), light }
        };
        cables.map(moment).collect()
    }

    fn tokens(&self, row: &Row, sight: Option<&(Sight, Clock)>, scene: &Scene) -> Vec<TokenMoment> {
        let hands = self.hands();
        let tokens = scene.tokens.iter().zip(&self.places.tokens).enumerate();
        let moment = |(number, (token, &place)): (usize, (&TokenScene, _))| {
            let component = |name: &str| self.components.get(name).copied();
            let at: Vec<usize> = match (hands, sight) {
                (Some(table), _) => {
                    let names = table.names().filter(|name| table.plugged(token.id, name) == Some(true));
                    names.filter_map(component).collect()
                }
                (None, Some((sight, _))) => {
                    let names = sight.tokens.get(number).into_iter().flatten();
                    names.filter_map(|name| component(name)).collect()
                }
                (None, None) => Vec::new(),
            };
            let plugged = row.number(place).map_or(!at.is_empty(), |number| number != 0.0);
            TokenMoment { at, plugged }
        };
        tokens.map(moment).collect()
    }

    fn is_stopped(&self, sight: Option<&(Sight, Clock)>) -> bool {
        let by_hand = self.table.as_ref().is_some_and(SimulatedTable::is_stopped);
        by_hand || sight.is_some_and(|(sight, _)| sight.stopped)
    }
}

/// Keeps the last change of each item, in order.
fn keep_last(texts: &mut Vec<TextChange>) {
    let mut last = BTreeMap::new();
    last.extend(texts.iter().enumerate().map(|(number, change)| (change.1, number)));
    let mut number = 0..;
    texts.retain(|change| last.get(&change.1) == number.next().as_ref());
}

impl Exhibit for RunExhibit {
    fn scene(&self) -> Arc<Scene> {
        Arc::clone(&lock(&self.scene))
    }

    fn moment(&self) -> Moment {
        let scene = self.scene();
        let shown = &mut *self.fetch();
        let (state, done, row, notices, sight, phase_forced) = {
            let Intake { state, done, row, notices, sight, forced, .. } = &*lock(&self.intake);
            (*state, *done, row.clone(), notices.iter().cloned().collect(), sight.clone(), *forced)
        };
        self.wants_sight.store(true, Ordering::Relaxed);
        let sight = sight.as_ref();
        let tempo = self.conductor.tempo();
        let state = match state {
            RunState::Ended | RunState::Failed => state,
            _ if self.is_stopped(sight) => RunState::Stopped,
            RunState::Running if tempo.held => RunState::Paused,
            state => state,
        };
        Moment {
            run: scene.run.clone(),
            seq: 0,
            state,
            done,
            time: done.checked_sub(1).map_or_else(String::new, |step| self.places.time(step)),
            pace_s: tempo.pace.as_micros() as f64 / 1e6,
            steps_per_s: shown.speed.at(self.clock.now().as_micros(), done),
            phase: row.text(self.places.phase),
            phase_forced,
            cables: self.cables(&row, sight, &mut shown.mirror),
            tokens: self.tokens(&row, sight, &scene),
            values: row.cells(),
            notices,
        }
    }

    fn health(&self) -> Health {
        let told = lock(&self.intake).health.clone();
        // Before the run has anything to tell, the nodes have their names.
        told.unwrap_or_else(|| {
            let node = |node: &NodeScene| NodeHealth {
                name: node.name.clone(),
                address: node.address.clone(),
                ..NodeHealth::default()
            };
            Health { nodes: self.scene().nodes.iter().map(node).collect() }
        })
    }

    fn series(&self, items: &[String], from: u64, to: u64, points: usize) -> Result<Series, Refusal> {
        let scene = self.scene();
        let items = positions(&scene, items, points)?;
        let shown = self.fetch();
        let mut all = Series { series: Vec::new(), ..shown.history.series(0, from, to, 1) };
        for item in items {
            let series = shown.history.series(item, from, to, points).series;
            let (name, unit) = (&scene.items[item].item, &scene.items[item].unit);
            all.series.extend(series.into_iter().map(|mut series| {
                (series.item, series.unit) = (name.clone(), unit.clone());
                series
            }));
        }
        Ok(all)
    }

    fn command(&self, command: &Command) -> Result<(), Refusal> {
        let scene = self.scene();
        if let Command::Phase { name: Some(name) } = command
            && !scene.phases.contains(name)
        {
            return Err(Refusal::new(
                format!("the story has no phase `{name}`"),
                "see `phases` of the scene",
            ));
        }
        known(&scene, command.nodes().unwrap_or_default())?;
        (self.orders)(command)
    }

    fn layout(&self) -> Layout {
        self.layout.get()
    }

    fn arrange(&self, layout: Layout) -> Result<(), Refusal> {
        self.layout.set(layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_texts_the_last_of_each_item_stays() {
        let change = |step: u64, item| TextChange(step, item, Some(format!("{step}")));
        let mut texts = vec![change(0, 0), change(1, 1), change(2, 0), change(2, 2), change(9, 0)];
        keep_last(&mut texts);
        assert_eq!(texts, [change(1, 1), change(2, 2), change(9, 0)]);
    }
}
