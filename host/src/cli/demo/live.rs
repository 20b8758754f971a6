//! The demo in a terminal: round after round of the story, and a thread that draws and hears keys.
//!
//! Invariants: the run waits for the picture no longer than a copy of its values takes; nothing grows from round to
//! round; the nodes are the same from the first round to the last.

use super::hands::Hands;
use super::{Demo, Results, embedded, failed};
use crate::cli::Failure;
use crate::cli::options::{Table, with_hardware};
use crate::cli::page::Page;
use crate::cli::recording::{RecordOption, Recorded};
use crate::coordinator::{OnLoss, Timing};
use crate::plan::{self, Placement, TablePlan};
use crate::scenario::Scenario;
use crate::shell::terminal::{Screen, Viewed, let_go, show};
use crate::shell::{
    Attendance, Conductor, Exhibit, LayoutFile, Orders, OutputError, Progress, ResultFiles, RunExhibit,
    RunFailure, SimulatedTable, StepObserver, StopFlag, Watching, run_on_nodes,
};
use crate::story::LiveTable;
use crate::terminal::{Desk, Seen};
use crate::view::{self, Command};
use illuminator_node::model::Slots;
use illuminator_node::shell::Clock;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the run and the picture share.
struct Stage {
    hands: Mutex<Hands>,
    clock: Clock,
    stop: StopFlag,
    /// Whether the picture is to end.
    ended: AtomicBool,
}

impl Stage {
    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
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
    exhibit: &'a RunExhibit,
    recorded: Option<&'a Recorded>,
}

impl Demo {
    /// Rounds of the story until somebody has had enough.
    pub(super) fn live(&self, scenario: &Scenario) -> Result<(), Failure> {
        let placement = Placement::from_connect(scenario).map_err(Failure::wrong_use)?;
        let plan = plan::plan(scenario, &placement, &view::watched(scenario)).map_err(Failure::wrong_use)?;
        let table = SimulatedTable::new(&plan.nodes, &scenario.cables, &scenario.tokens);
        let stop = StopFlag::at_terminal(let_go);
        let hands = Hands::new(table.clone(), embedded::visit(scenario)?, self.pace, stop.clone());
        let (conductor, homes) = (hands.conductor(), hands.homes(scenario));
        let stage = Arc::new(Stage {
            hands: Mutex::new(hands),
            clock: Clock::start(),
            stop,
            ended: AtomicBool::new(false),
        });
        let nodes = with_hardware(&plan.nodes, &table)?;
        let scene = nodes.scene(scenario, &placement, true);
        let layout = LayoutFile::in_memory();
        let orders = stage.orders();
        let exhibit = RunExhibit::new(scenario, scene, Some(table), conductor.clone(), orders, layout);
        let exhibit = Arc::new(exhibit);
        let page = self.web.start(&(Arc::clone(&exhibit) as Arc<dyn Exhibit>))?;
        let record_file = self.record.open()?;
        let screen = Screen::take()?;
        page.iter().for_each(|page| self.web.open(page));
        let recorded = RecordOption::start(record_file, Some(&exhibit), scenario)?;
        let rounds = Rounds {
            demo: self,
            scenario,
            plan,
            nodes,
            conductor,
            stage: &stage,
            exhibit: &exhibit,
            recorded: recorded.as_ref(),
        };
        let page = page.as_ref().map_or_else(String::new, Page::url);
        let desk = Desk::new(screen.has_keys(), homes);
        let (played, shown) = std::thread::scope(|scope| {
            let visitor =
                Visitor { stage: &stage, exhibit: &exhibit, page, has_keys: screen.has_keys(), answer: None };
            let showing = std::thread::Builder::new()
                .name("picture".to_owned())
                .spawn_scoped(scope, move || visitor.watch(screen, desk))?;
            let ending = EndPicture(&stage);
            let played = rounds.play();
            drop(ending);
            let shown = showing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, io::Error>((played, shown))
        })?;
        // The terminal is ours no longer: what is missing can be said.
        drop(recorded);
        played?;
        shown.map_err(|error| Failure::new(4, format_args!("error: cannot write to the terminal: {error}")))
    }
}

impl Stage {
    /// What carries out what is asked for on the page or in the terminal.
    fn orders(self: &Arc<Self>) -> Orders {
        let stage = Arc::clone(self);
        Box::new(move |command| {
            let now_us = stage.now_us();
            stage.hands().obey(command, now_us)
        })
    }
}

impl Rounds<'_> {
    fn play(&self) -> Result<(), Failure> {
        loop {
            self.stage.hands().begin(self.stage.now_us());
            self.exhibit.begin();
            let done = self.round()?;
            self.recorded.iter().for_each(|recorded| recorded.catch_up());
            // Whoever counts steps wants an end.
            if self.stage.stop.is_set() || self.demo.steps.is_some() {
                return Ok(());
            }
            match done {
                Err(RunFailure::Output(error)) if error.is_closed_pipe() => return Ok(()),
                // A machine that slept loses its nodes. It wakes up to a new round.
                Err(failure @ RunFailure::Nodes(_)) if failure.exit_status() == 3 => {
                    self.exhibit.notice(&format!("{failure}; the story begins again"));
                }
                other => other.map_err(|failure| failed(&failure)).map(drop)?,
            }
        }
    }

    fn round(&self) -> Result<Result<u64, RunFailure>, Failure> {
        let Self { demo, scenario, plan, nodes, conductor, stage, exhibit, recorded: _ } = self;
        let results = Results(demo.results(scenario, plan)?);
        let mut observer = Observer { results, stage };
        let mut watching = Watching::new(&mut observer, Some(*exhibit), &plan.watched);
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

/// Writes the result, and lets the visit go on.
struct Observer<'a> {
    results: Results,
    stage: &'a Stage,
}

impl StepObserver for Observer<'_> {
    fn step(&mut self, step: u64, values: &Slots) -> Result<(), OutputError> {
        self.results.step(step, values)?;
        self.stage.hands().step(step);
        Ok(())
    }

    fn idle(&mut self) -> Result<(), OutputError> {
        self.results.idle()
    }
}

/// Whoever sits at the terminal.
struct Visitor<'a> {
    stage: &'a Stage,
    exhibit: &'a RunExhibit,
    /// Where the page is; empty without one.
    page: String,
    has_keys: bool,
    /// What was answered to him, if he has not been told.
    answer: Option<String>,
}

/// Ends the rounds, also if the picture panics.
struct EndRounds<'a>(&'a Stage);

impl Drop for EndRounds<'_> {
    fn drop(&mut self) {
        self.0.stop.set();
    }
}

impl Visitor<'_> {
    /// Watches until the rounds are over; a visitor who leaves, or a terminal that goes, ends them.
    fn watch(mut self, mut screen: Screen, desk: Desk) -> io::Result<()> {
        let _ending = EndRounds(self.stage);
        show(&mut screen, desk, &mut self)
    }

    /// Who has the table, and which node says that it is itself.
    fn note(&self, identifying: Option<&str>, is_visitors: bool) -> String {
        let who = match (is_visitors, self.has_keys) {
            (true, _) => "you have the table",
            (false, true) => "a visit plays by itself: press a key, and you have the table",
            (false, false) => "a visit plays by itself",
        };
        identifying.map_or_else(|| who.to_owned(), |node| format!("{who}; {node} says: it is me"))
    }
}

impl Viewed for Visitor<'_> {
    fn look(&mut self, seen: &mut Seen, desk: &mut Desk) {
        let now_us = self.stage.now_us();
        let identifying = {
            let mut hands = self.stage.hands();
            hands.tick(now_us);
            let identifying = hands.identifying(now_us).map(str::to_owned);
            seen.note = self.note(identifying.as_deref(), hands.is_visitors());
            identifying
        };
        seen.scene = self.exhibit.scene();
        seen.take_moment(self.exhibit.moment());
        seen.health = self.exhibit.health();
        for node in &mut seen.health.nodes {
            node.identifying = identifying.as_ref() == Some(&node.name);
        }
        seen.foot.clone_from(&self.page);
        if let Some(answer) = self.answer.take() {
            desk.answer(&answer);
        }
    }

    fn touch(&mut self) {
        self.stage.hands().touch(self.stage.now_us());
    }

    fn ask(&mut self, command: Command) {
        if let Err(refusal) = self.exhibit.command(&command) {
            self.answer = Some(format!("{} {}", refusal.error, refusal.help).trim_end().to_owned());
        }
    }

    fn is_over(&self) -> bool {
        self.stage.ended.load(Ordering::Relaxed)
    }
}
