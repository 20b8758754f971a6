//! `illuminator replay`: a recording, on a page and in this terminal.

use super::page::{Page, ReplayWeb};
use super::{Failure, note};
use crate::recording::{RECORDING_MAX, Recording};
use crate::shell::terminal::{Screen, Viewed, let_go, show};
use crate::shell::{Exhibit, LayoutFile, Replay, StopFlag, read_file};
use crate::terminal::{Desk, Seen};
use crate::view::Command;
use illuminator_protocol::Duration;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

/// Show a recording that `--record` made, without nodes: in this terminal, and on a page with a slider over its steps.
#[derive(clap::Args)]
#[command(after_help = KEYS)]
pub(super) struct ReplayCommand {
    /// The recording.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    web: ReplayWeb,
    /// The run with which to begin, where several were recorded.
    #[arg(long, value_name = "N", default_value = "1")]
    run: usize,
    /// Real seconds per step; as in the recording unless given.
    #[arg(long, value_name = "S", value_parser = super::scenario::pace)]
    pace: Option<Duration>,
}

const KEYS: &str = "\
Keys:
  space    pause, play
  .        one step
  ← →      one step back or on
  Home End the first step, the last one
  + -      faster, slower
  arrows   select a node
  Tab      the table, or the nodes
  ?        what the keys do
  q        leave (or Ctrl-C)";

/// How often the stop flag is looked at where there is only a page.
const STOP_POLL: std::time::Duration = std::time::Duration::from_millis(50);

impl ReplayCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let is_terminal = std::io::stdout().is_terminal();
        if !is_terminal && !self.web.is_wanted() {
            return Err(Failure::wrong_use("`replay` needs a terminal, or a page: --web"));
        }
        let replay: Arc<dyn Exhibit> = Arc::new(self.open()?);
        let page = self.web.start(&replay)?;
        if is_terminal {
            return in_terminal(replay, page.as_ref());
        }
        let stop = StopFlag::from_signals();
        page.iter().for_each(Page::tell);
        while !stop.is_set() {
            std::thread::park_timeout(STOP_POLL);
        }
        Ok(())
    }

    /// Reads the recording, and says what of it cannot be shown.
    fn open(&self) -> Result<Replay, Failure> {
        let wrong = |error: &dyn std::fmt::Display| {
            Failure::wrong_use(format_args!("{}: {error}", self.file.display()))
        };
        // What was written last may be longer than the rest.
        let bytes = read_file(&self.file, 2 * RECORDING_MAX).map_err(|error| wrong(&error))?;
        let recording = Recording::read(bytes).map_err(|error| wrong(&error))?;
        for fault in recording.faults() {
            note(format_args!("warning: {}: {fault}; the rest is shown", self.file.display()));
        }
        let runs = recording.runs().len();
        let pace_us = self.pace.map(Duration::as_micros);
        let run = self.run.checked_sub(1);
        run.and_then(|run| Replay::new(recording, run, pace_us, LayoutFile::beside(&self.file)))
            .ok_or_else(|| wrong(&format_args!("it has the runs 1 to {runs}, and no run {}", self.run)))
    }
}

fn in_terminal(replay: Arc<dyn Exhibit>, page: Option<&Page>) -> Result<(), Failure> {
    let stop = StopFlag::at_terminal(let_go);
    let mut screen = Screen::take()?;
    let desk = Desk::new(screen.has_keys(), BTreeMap::new());
    let mut onlooker =
        Onlooker { replay, page: page.map_or_else(String::new, Page::url), stop, answer: None };
    let shown = show(&mut screen, desk, &mut onlooker);
    drop(screen);
    shown.map_err(|error| Failure::new(4, format_args!("error: cannot write to the terminal: {error}")))
}

/// Whoever sits at the terminal.
struct Onlooker {
    replay: Arc<dyn Exhibit>,
    /// Where the page is; empty without one.
    page: String,
    stop: StopFlag,
    answer: Option<String>,
}

impl Viewed for Onlooker {
    fn look(&mut self, seen: &mut Seen, desk: &mut Desk) {
        seen.scene = self.replay.scene();
        seen.take_moment(self.replay.moment());
        seen.health = self.replay.health();
        seen.foot.clone_from(&self.page);
        if let Some(answer) = self.answer.take() {
            desk.answer(&answer);
        }
    }

    fn ask(&mut self, command: Command) {
        if let Err(refusal) = self.replay.command(&command) {
            self.answer = Some(format!("{} {}", refusal.error, refusal.help).trim_end().to_owned());
        }
    }

    fn is_over(&self) -> bool {
        self.stop.is_set()
    }
}
