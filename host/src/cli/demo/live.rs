//! The demo in a terminal: round after round of the story, and a thread that draws and hears keys.
//!
//! Invariants: the run waits for the picture no longer than one frame takes to make; nothing grows from round to round;
//! the nodes are the same from the first round to the last.

use super::colours::Colours;
use super::hands::Hands;
use super::keys::{Key, keys};
use super::lines::Line;
use super::picture::{News, Picture};
use super::screen::{self, Screen};
use super::{Demo, Results, embedded, failed};
use crate::cli::Failure;
use crate::cli::options::{Table, with_hardware};
use crate::cli::page::Page;
use crate::coordinator::{OnLoss, Timing};
use crate::plan::{self, Placement, TablePlan};
use crate::scenario::{Item, Scenario};
use crate::shell::{
    Attendance, Conductor, LayoutFile, OutputError, Progress, ResultFiles, RunExhibit, RunFailure,
    SimulatedTable, StepObserver, StopFlag, Watching, run_on_nodes,
};
use crate::story::LiveTable;
use crate::view;
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;
use illuminator_node::value::Value;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time from one frame to the next `[µs]`.
const FRAME_US: u64 = 60_000;

/// What the run and the picture share.
struct Stage {
    both: Mutex<(Hands, News)>,
    clock: Clock,
    stop: StopFlag,
    /// Whether the picture is to end.
    ended: AtomicBool,
}

impl Stage {
    fn lock(&self) -> MutexGuard<'_, (Hands, News)> {
        self.both.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_us(&self) -> u64 {
        self.clock.now().as_micros()
    }
}

/// Ends the picture, also if the run panics.
struct EndPicture<'a>(&'a Stage);

impl Drop for EndPicture<'_> {
    fn drop(&mut self) {
        self.0.ended.store(true, Ordering::Relaxed);
    }
}

/// Everything that stays the same from round to round.
struct Rounds<'a> {
    demo: &'a Demo,
    scenario: &'a Scenario,
    plan: TablePlan,
    nodes: Table,
    conductor: Conductor,
    stage: &'a Stage,
    page: Option<&'a RunExhibit>,
    /// How many of the watched items are for the picture in the terminal; the others are for the page.
    in_picture: usize,
}

impl Demo {
    /// Rounds of the story until somebody has had enough.
    pub(super) fn live(&self, scenario: &Scenario) -> Result<(), Failure> {
        let placement = Placement::from_connect(scenario).map_err(Failure::wrong_use)?;
        let lines = Line::of_table(scenario, &placement);
        let attributes = lines.iter().flat_map(Line::attributes);
        let attributes = attributes.chain(scenario.cables.iter().map(|cable| cable.shows));
        let mut watch: Vec<Item> =
            attributes.map(|(model, attribute)| Item::Attribute { model, attribute }).collect();
        let in_picture = watch.len();
        watch.extend(view::watched(scenario));
        let plan = plan::plan(scenario, &placement, &watch).map_err(Failure::wrong_use)?;
        let table = SimulatedTable::new(&plan.nodes, &scenario.cables, &scenario.tokens);
        let stop = StopFlag::at_terminal(screen::let_go);
        let hands = Hands::new(scenario, table.clone(), embedded::visit(scenario)?, self.pace, stop.clone());
        let conductor = hands.conductor();
        let stage = Arc::new(Stage {
            both: Mutex::new((hands, News::default())),
            clock: Clock::start(),
            stop,
            ended: AtomicBool::new(false),
        });
        let nodes = with_hardware(&plan.nodes, &table)?;
        let page = self.page(scenario, &placement, &nodes, &table, &conductor, &stage)?;
        let exhibit = page.as_ref().map(Page::exhibit);
        let rounds =
            Rounds { demo: self, scenario, plan, nodes, conductor, stage: &stage, page: exhibit, in_picture };
        let address = page.as_ref().map(Page::url);
        let screen = Screen::take()?;
        let picture =
            Picture::new(scenario, lines, table, Colours::of_terminal(), screen.has_keys(), address);
        let (played, drawn) = std::thread::scope(|scope| {
            let stage = &*stage;
            let drawing = std::thread::Builder::new()
                .name("picture".to_owned())
                .spawn_scoped(scope, move || draw(screen, picture, stage))?;
            let ending = EndPicture(stage);
            let played = rounds.play();
            drop(ending);
            let drawn = drawing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, io::Error>((played, drawn))
        })?;
        played?;
        match drawn {
            Err(error) if !is_gone(&error) => {
                Err(Failure::new(4, format_args!("error: cannot write to the terminal: {error}")))
            }
            _ => Ok(()),
        }
    }
}

impl Demo {
    /// The page, if it is wanted.
    fn page(
        &self,
        scenario: &Scenario,
        placement: &Placement,
        nodes: &Table,
        table: &SimulatedTable,
        conductor: &Conductor,
        stage: &Arc<Stage>,
    ) -> Result<Option<Page>, Failure> {
        let stage = Arc::clone(stage);
        let orders = Box::new(move |command: &view::Command| {
            let now_us = stage.now_us();
            stage.lock().0.obey(command, now_us)
        });
        let scene = nodes.scene(scenario, placement, true);
        let exhibit = || {
            let table = Some(table.clone());
            RunExhibit::new(scenario, scene, table, conductor.clone(), orders, LayoutFile::in_memory())
        };
        self.web.start(exhibit)
    }
}

impl Rounds<'_> {
    fn play(&self) -> Result<(), Failure> {
        loop {
            self.stage.lock().0.begin(self.stage.now_us());
            self.page.into_iter().for_each(RunExhibit::begin);
            let done = self.round()?;
            // Whoever counts steps wants an end.
            if self.stage.stop.is_set() || self.demo.steps.is_some() {
                return Ok(());
            }
            match done {
                Err(RunFailure::Output(error)) if error.is_closed_pipe() => return Ok(()),
                // A machine that slept loses its nodes. It wakes up to a new round.
                Err(failure @ RunFailure::Nodes(_)) if failure.exit_status() == 3 => {
                    self.stage.lock().1.notice(&format!("{failure}; the story begins again"));
                }
                other => other.map_err(|failure| failed(&failure)).map(drop)?,
            }
        }
    }

    fn round(&self) -> Result<Result<u64, RunFailure>, Failure> {
        let Self { demo, scenario, plan, nodes, conductor, stage, page, in_picture } = self;
        let results = Results(demo.results(scenario, plan)?);
        let items = scenario.recorders[0].items.iter().zip(&plan.cells[0]);
        let phase = items.filter(|(item, _)| **item == Item::Phase).map(|(_, &cell)| cell).next();
        let (in_picture, on_page) = plan.watched.split_at(*in_picture);
        let mut observer = Observer { results, stage, watched: in_picture, phase };
        let mut watching = Watching::new(&mut observer, *page, on_page);
        let mut progress = Progress::new(plan.steps, true);
        let live = LiveTable::new(scenario, plan, None);
        // Its nodes are in this process: what loses them is a machine that slept.
        let timing = Timing { pace: conductor.tempo().pace, on_loss: OnLoss::Abort, ..Timing::default() };
        let attendance = Attendance::new(&mut watching, &mut progress, &stage.stop);
        let attendance = Attendance { conductor: Some(conductor), ..attendance };
        let end = run_on_nodes(plan, nodes.nodes(), timing, live, attendance);
        progress.finish();
        Ok(end.and(observer.results.0.map_or(Ok(()), ResultFiles::finish)).done)
    }
}

/// Writes the result, and says what it saw.
struct Observer<'a> {
    results: Results,
    stage: &'a Stage,
    watched: &'a [u32],
    /// Where the name of the phase stands.
    phase: Option<u32>,
}

impl StepObserver for Observer<'_> {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        self.results.step(step, values)?;
        let number = |&cell: &u32| {
            let scalar = values.scalar(cell);
            if scalar.is_number() { scalar.value() } else { 0.0 }
        };
        let (hands, news) = &mut *self.stage.lock();
        news.step = step;
        news.values.clear();
        news.values.extend(self.watched.iter().map(number));
        if let Some(Value::Text(phase)) = self.phase.and_then(|cell| values.value(cell)) {
            news.phase = phase;
        }
        hands.step(step);
        Ok(())
    }

    fn notice(&mut self, text: &str) {
        self.stage.lock().1.notice(text);
    }
}

/// Ends the rounds, also if the picture panics.
struct EndRounds<'a>(&'a Stage);

impl Drop for EndRounds<'_> {
    fn drop(&mut self) {
        self.0.stop.set();
    }
}

/// Draws and hears keys until the rounds are over; a terminal that goes ends them.
fn draw(mut screen: Screen, mut picture: Picture, stage: &Stage) -> io::Result<()> {
    let _ending = EndRounds(stage);
    drawing(&mut screen, &mut picture, stage)
}

fn drawing(screen: &mut Screen, picture: &mut Picture, stage: &Stage) -> io::Result<()> {
    let mut due_us = 0;
    while !stage.ended.load(Ordering::Relaxed) {
        let now_us = stage.now_us();
        if now_us >= due_us {
            due_us = now_us + FRAME_US;
            let rows = screen.rows();
            let frame = {
                let (hands, news) = &mut *stage.lock();
                hands.tick(now_us);
                picture.frame(news, hands, now_us, rows)
            };
            screen.draw(frame)?;
        }
        let wait = Duration::from_micros(due_us.saturating_sub(stage.now_us()));
        let typed: Vec<Key> = keys(&screen.typed(wait)?);
        let now_us = stage.now_us();
        for key in typed {
            if stage.lock().0.key(key, now_us) {
                stage.stop.set();
            }
            // What a key does is seen at once.
            due_us = 0;
        }
    }
    Ok(())
}

/// Whether the terminal is not there any more: then nobody is left to be told.
fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
        || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}
