//! The terminal while the picture has it: raw mode, the alternate screen, frames, keys.
//!
//! Keys are read here and not by crossterm's events: their reader never returns from a terminal that has gone.
//! Invariant: however the program ends, short of SIGKILL, the terminal is as it was before.

use crossterm::cursor::{Hide, Show};
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{Command, queue};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Size of a terminal that does not know its own.
const ROWS_USUAL: u16 = 24;
/// So long the terminal may take to be given back, if it does not take what is written.
const LET_GO_WITHIN: Duration = Duration::from_millis(200);

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal. Dropped, it is given back.
pub(super) struct Screen {
    /// Whether there are keys: the standard input is a terminal.
    keys: bool,
    last: String,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that cannot be changed.
    pub(super) fn take() -> io::Result<Self> {
        let keys = io::stdin().is_terminal();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let_go();
            before(panic);
        }));
        TAKEN.store(true, Ordering::SeqCst);
        let screen = Self { keys, last: String::new() };
        if keys {
            enable_raw_mode()?;
        }
        let mut out = io::stdout().lock();
        queue!(out, EnterAlternateScreen, Hide, DisableLineWrap)?;
        out.flush()?;
        Ok(screen)
    }

    /// Whether there are keys.
    pub(super) const fn has_keys(&self) -> bool {
        self.keys
    }

    /// Rows of the terminal.
    pub(super) fn rows(&self) -> u16 {
        let size = rustix::termios::tcgetwinsize(io::stdout());
        size.map_or(ROWS_USUAL, |size| if size.ws_row == 0 { ROWS_USUAL } else { size.ws_row })
    }

    /// Shows a frame in one write, if it is not there already and the terminal takes anything now.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub(super) fn draw(&mut self, frame: String) -> io::Result<()> {
        if frame == self.last || !takes(Duration::ZERO) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(frame.as_bytes())?;
        out.flush()?;
        self.last = frame;
        Ok(())
    }

    /// What was typed, as soon as something was; nothing after `at_most`.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub(super) fn typed(&self, at_most: Duration) -> io::Result<Vec<u8>> {
        if !self.keys {
            std::thread::park_timeout(at_most);
            return Ok(Vec::new());
        }
        let stdin = io::stdin();
        let mut waited = [PollFd::new(&stdin, PollFlags::IN)];
        match poll(&mut waited, Some(&timespec(at_most))) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut room = [0; 64];
        match rustix::io::read(&stdin, &mut room) {
            Ok(0) => Err(io::ErrorKind::BrokenPipe.into()),
            Ok(length) => Ok(room[..length].to_vec()),
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let_go();
    }
}

/// Gives the terminal back, if it is taken. What cannot be given back is gone.
pub(super) fn let_go() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = disable_raw_mode();
    let mut words = String::from("\x1b[0m");
    for command in [&EnableLineWrap as &dyn Ansi, &Show, &LeaveAlternateScreen] {
        command.say(&mut words);
    }
    // Past the lock of the standard output, which whoever writes may hold, and never for ever.
    if takes(LET_GO_WITHIN) {
        let _ = rustix::io::write(io::stdout(), words.as_bytes());
    }
}

/// A command of the terminal, whatever its type.
trait Ansi {
    fn say(&self, text: &mut String);
}

impl<C: Command> Ansi for C {
    fn say(&self, text: &mut String) {
        let mut said = String::new();
        if self.write_ansi(&mut said).is_ok() {
            let _ = write!(text, "{said}");
        }
    }
}

/// Whether the standard output takes something within this time.
fn takes(at_most: Duration) -> bool {
    let stdout = io::stdout();
    poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], Some(&timespec(at_most))).is_ok_and(|ready| ready > 0)
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: time.as_secs().cast_signed(), tv_nsec: time.subsec_nanos().into() }
}
