//! Starts the commands that `node.toml` allows, each in a thread of its own, and tells how they ended.
//!
//! ```text
//!   Machine ── Control ─▶ thread ── program, in a process group of its own
//!   Machine ◀─ Ended ──── thread ◀─ output (its end is kept), status, time limit
//! ```
//!
//! Invariants: neither the network nor the light waits for a program or its disk; a program that takes longer than it
//! may is ended with all that it has started; what it writes takes no more than [`OUTPUT_MAX`] bytes. An own action ends
//! with the node, a restart of the machine does not.

use super::{Clock, spawn};
use crate::config::{ActionsEntry, CommandEntry};
use illuminator_protocol::message::OUTPUT_MAX;
use illuminator_protocol::{CommandEnd, Control, Duration, Instant};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::VecDeque;
use std::io::{self, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tokio::sync::mpsc;

/// What a pipe holds `[bytes]`.
const PIPE_BYTES: usize = 64 * 1024;
/// How often a thread looks whether its program has ended or is to end.
const LOOK_EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
/// How long a program that is asked to end gets for that.
const GRACE: Duration = Duration::from_secs(1);
/// Commands that have ended and of which nobody has heard: one of each kind is under way at most.
const ENDED_MAX: usize = 4;

/// A command that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) control: Control,
    pub(super) end: CommandEnd,
    /// The end of what it wrote to both of its outputs.
    pub(super) output: String,
    /// Whether it wrote more before that.
    pub(super) cut: bool,
}

/// The commands of a machine. By default it has none.
pub struct Commands {
    entry: ActionsEntry,
    ended: (mpsc::Sender<Ended>, mpsc::Receiver<Ended>),
    /// Ends the actions that are under way.
    stop: Arc<AtomicBool>,
    actions: Vec<JoinHandle<()>>,
}

impl Default for Commands {
    fn default() -> Self {
        Self::new(ActionsEntry::default())
    }
}

impl Commands {
    /// These commands, and no others.
    pub fn new(entry: ActionsEntry) -> Self {
        Self { entry, ended: mpsc::channel(ENDED_MAX), stop: Arc::default(), actions: Vec::new() }
    }

    /// Starts the command of a control; how it ends is told later, also if it cannot be started.
    pub(super) fn start(&mut self, control: Control) {
        let sender = self.ended.0.clone();
        let not_started = |why: &str| {
            // There is room: nobody starts a command while one of its kind is under way.
            let _ = sender.try_send(Ended {
                control,
                end: CommandEnd::NotStarted,
                output: why.to_owned(),
                cut: false,
            });
        };
        let Some(entry) = self.entry(control).cloned() else { return not_started("it is not configured") };
        let is_action = matches!(control, Control::Action { .. });
        let stop = if is_action { Arc::clone(&self.stop) } else { Arc::default() };
        let thread = spawn("command", move || {
            let ended = run(control, &entry, &stop);
            // Where nobody listens any more, the node has ended.
            let _ = sender.blocking_send(ended);
        });
        self.actions.retain(|thread| !thread.is_finished());
        match thread {
            Ok(thread) if is_action => self.actions.push(thread),
            Ok(_) => {}
            Err(error) => {
                let (sender, _) = &self.ended;
                let output = error.to_string();
                let _ = sender.try_send(Ended { control, end: CommandEnd::NotStarted, output, cut: false });
            }
        }
    }

    /// The next command that is over. None is lost if the waiting is given up.
    pub(super) async fn ended(&mut self) -> Ended {
        match self.ended.1.recv().await {
            Some(ended) => ended,
            None => unreachable!("a sender is kept"),
        }
    }

    fn entry(&self, control: Control) -> Option<&CommandEntry> {
        match control {
            Control::Reboot => self.entry.reboot.as_ref(),
            Control::Shutdown => self.entry.shutdown.as_ref(),
            Control::Action { action } => self.entry.own.get(usize::from(action)).map(|(_, entry)| entry),
            _ => None,
        }
    }
}

impl Drop for Commands {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.actions.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// Runs a command to its end.
fn run(control: Control, entry: &CommandEntry, stop: &AtomicBool) -> Ended {
    let mut tail = Tail::default();
    let end = match start(entry) {
        Ok((child, output)) => Running { child, output: Some(output), clock: Clock::start(), stop }
            .until_ended(entry.time_limit_s, &mut tail),
        Err(error) => {
            tail.push(format!("{}: {error}", entry.program).as_bytes());
            CommandEnd::NotStarted
        }
    };
    let (output, cut) = tail.into_text();
    Ended { control, end, output, cut }
}

/// Starts a program in a process group of its own; gives it with what it writes.
fn start(entry: &CommandEntry) -> io::Result<(Child, PipeReader)> {
    let (output, input) = io::pipe()?;
    let mut command = std::process::Command::new(&entry.program);
    command.args(&entry.arguments).process_group(0).env_remove("ILLUMINATOR_KEY");
    command.stdin(Stdio::null()).stdout(input.try_clone()?).stderr(input);
    Ok((command.spawn()?, output))
}

/// A program that runs.
struct Running<'a> {
    child: Child,
    /// What it writes; nothing once all of its ends are closed.
    output: Option<PipeReader>,
    clock: Clock,
    stop: &'a AtomicBool,
}

impl Running<'_> {
    fn until_ended(mut self, limit_s: u32, tail: &mut Tail) -> CommandEnd {
        let limit = Instant::ZERO + Duration::from_secs(u64::from(limit_s));
        loop {
            self.read(tail);
            if let Ok(Some(status)) = self.child.try_wait() {
                // What it has written and nobody has read; programs that it leaves behind may hold the pipe open, and
                // write on: no more than a pipe holds.
                for _ in 0..PIPE_BYTES / OUTPUT_MAX {
                    if !self.read_some(tail, Timespec::default()) {
                        break;
                    }
                }
                return end(status);
            }
            if self.clock.now() >= limit || self.stop.load(Ordering::Relaxed) {
                self.kill(tail);
                return CommandEnd::TimedOut { limit_s };
            }
        }
    }

    /// Waits a moment for output, and takes it.
    fn read(&mut self, tail: &mut Tail) {
        self.read_some(tail, LOOK_EVERY);
    }

    /// Whether there was something to read within so long.
    fn read_some(&mut self, tail: &mut Tail, within: Timespec) -> bool {
        let Some(output) = &mut self.output else {
            // Nothing to wait for but the end of the program: an empty wait takes its time.
            let _ = poll(&mut [], Some(&within));
            return false;
        };
        let ready = poll(&mut [PollFd::new(output, PollFlags::IN)], Some(&within));
        if !ready.is_ok_and(|ready| ready > 0) {
            return false;
        }
        let mut room = [0; OUTPUT_MAX];
        match output.read(&mut room) {
            Ok(length) if length > 0 => tail.push(&room[..length]),
            _ => self.output = None,
        }
        self.output.is_some()
    }

    /// Asks the program and all that it has started to end, and ends them if they do not.
    fn kill(&mut self, tail: &mut Tail) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let signal = |signal| group.map(|group| kill_process_group(group, signal));
        signal(Signal::TERM);
        self.reap(tail);
        // Also where the program itself has ended: others of its group may not have.
        signal(Signal::KILL);
        // One that even this does not end waits for a device, and is left to the system.
        self.reap(tail);
    }

    /// Waits a while for its end.
    fn reap(&mut self, tail: &mut Tail) {
        let until = self.clock.now() + GRACE;
        while self.clock.now() < until && matches!(self.child.try_wait(), Ok(None)) {
            self.read(tail);
        }
    }
}

fn end(status: ExitStatus) -> CommandEnd {
    match (status.code(), status.signal()) {
        (Some(status), _) => CommandEnd::Exited { status },
        (None, signal) => CommandEnd::Killed { signal: signal.unwrap_or_default() },
    }
}

/// The end of what was written.
#[derive(Default)]
struct Tail {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let over = self.bytes.len().saturating_sub(OUTPUT_MAX);
        self.bytes.drain(..over);
        self.cut |= over > 0;
    }

    /// As a person can read it, and no terminal obeys it.
    fn into_text(self) -> (String, bool) {
        let bytes: Vec<u8> = self.bytes.into();
        let text = String::from_utf8_lossy(&bytes);
        let shown = |c: &char| *c == '\n' || *c == '\t' || !c.is_control();
        (text.chars().filter(shown).collect::<String>().trim_end().to_owned(), self.cut)
    }
}

#[cfg(test)]
mod tests {
    use super::{ActionsEntry, CommandEntry, Commands, Ended};
    use crate::shell::Clock;
    use illuminator_protocol::message::OUTPUT_MAX;
    use illuminator_protocol::{CommandEnd, Control};

    fn commands(program: &str, arguments: &[&str], time_limit_s: u32) -> Commands {
        let arguments = arguments.iter().copied().map(str::to_owned).collect();
        let entry = CommandEntry { program: program.to_owned(), arguments, time_limit_s };
        let own = vec![("a".to_owned(), entry)];
        Commands::new(ActionsEntry { own, ..ActionsEntry::default() })
    }

    fn shell(script: &str, time_limit_s: u32) -> Commands {
        commands("sh", &["-c", script], time_limit_s)
    }

    fn ended(mut commands: Commands) -> Ended {
        commands.start(Control::Action { action: 0 });
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(commands.ended())
    }

    #[test]
    fn status_and_output_are_told() {
        let Ended { end, output, cut, .. } =
            ended(shell("echo out; echo err >&2; printf '\\033[2J'; exit 3", 60));
        assert_eq!((end, output.as_str(), cut), (CommandEnd::Exited { status: 3 }, "out\nerr\n[2J", false));
        assert_eq!(ended(shell("kill -9 $$", 60)).end, CommandEnd::Killed { signal: 9 });
    }

    #[test]
    fn no_shell_reads_a_command() {
        let Ended { end, output, .. } = ended(commands("echo", &["a;b", "$HOME", "*"], 60));
        assert_eq!((end, output.as_str()), (CommandEnd::Exited { status: 0 }, "a;b $HOME *"));
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        let Ended { end, output, .. } = ended(commands("/nowhere/at-all", &[], 60));
        assert_eq!(end, CommandEnd::NotStarted);
        assert!(output.starts_with("/nowhere/at-all: No such file"), "{output}");
        assert_eq!(ended(Commands::default()).end, CommandEnd::NotStarted);
    }

    #[test]
    fn the_end_of_much_output_is_kept() {
        let Ended { end, output, cut, .. } = ended(shell("yes 12345678 | head -c 1000000; echo end", 60));
        assert_eq!((end, cut), (CommandEnd::Exited { status: 0 }, true));
        assert!(output.len() <= OUTPUT_MAX && output.len() > OUTPUT_MAX / 2 && output.ends_with("end"));
    }

    #[test]
    fn what_hangs_is_ended_with_all_that_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        // Neither end on being asked.
        let script =
            "trap '' TERM; sh -c \"trap '' TERM; echo \\$\\$ > $0; while :; do sleep 1; done\" & wait; wait";
        let path = file.to_str().unwrap();
        let Ended { end, .. } = ended(commands("sh", &["-c", script, path], 1));
        assert_eq!(end, CommandEnd::TimedOut { limit_s: 1 });
        let child: u32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        let clock = Clock::start();
        // Gone, or not yet taken from the list of processes.
        let gone = || {
            let state = std::fs::read_to_string(format!("/proc/{child}/stat"));
            state.map_or(true, |state| state.contains(") Z "))
        };
        while !gone() {
            assert!(clock.now().as_micros() < 60_000_000, "process {child} goes on");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_program_that_stays_behind_is_not_waited_for() {
        let clock = Clock::start();
        let Ended { end, output, .. } = ended(shell("echo there; sleep 600 & echo $! >&2", 300));
        assert_eq!(end, CommandEnd::Exited { status: 0 });
        assert!(output.starts_with("there\n"), "{output}");
        assert!(clock.now().as_micros() < 300_000_000, "it was not the time limit");
        let left: i32 = output.lines().nth(1).unwrap().parse().unwrap();
        let left = rustix::process::Pid::from_raw(left).unwrap();
        rustix::process::kill_process(left, rustix::process::Signal::KILL).unwrap();
    }

    #[test]
    fn actions_end_with_the_node() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let mut commands =
            commands("sh", &["-c", "echo $$ > $0; exec sleep 600", file.to_str().unwrap()], 3600);
        commands.start(Control::Action { action: 0 });
        let clock = Clock::start();
        let pid = loop {
            assert!(clock.now().as_micros() < 60_000_000, "it never started");
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if let Some(pid) = text.strip_suffix('\n') {
                break pid.to_owned();
            }
            std::thread::yield_now();
        };
        drop(commands);
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    }
}
