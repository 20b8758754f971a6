//! The terminal while the picture has it: raw mode, the alternate screen, frames, keys.
//!
//! Keys are read here and not by crossterm's events: their reader never returns from a terminal that has gone.
//! Invariant: however the program ends, short of SIGKILL, the terminal is as it was before.

use crate::terminal::encode;
use crossterm::cursor::{Hide, Show};
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{Command, queue};
use ratatui_core::buffer::Buffer;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Columns and rows of a terminal that does not know its own.
const SIZE_USUAL: (u16, u16) = (80, 24);
/// So long the terminal may take to be given back, if it does not take what is written.
const LET_GO_WITHIN: Duration = Duration::from_millis(200);

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal. Dropped, it is given back.
pub struct Screen {
    /// Whether there are keys: the standard input is a terminal.
    keys: bool,
    /// What the terminal shows; nothing before the first picture.
    last: Option<Buffer>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// A terminal that cannot be changed.
    pub fn take() -> io::Result<Self> {
        let keys = io::stdin().is_terminal();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let_go();
            before(panic);
        }));
        TAKEN.store(true, Ordering::SeqCst);
        let screen = Self { keys, last: None };
        if keys {
            enable_raw_mode()?;
        }
        let mut out = io::stdout().lock();
        queue!(out, EnterAlternateScreen, Hide, DisableLineWrap)?;
        out.flush()?;
        Ok(screen)
    }

    /// Whether there are keys.
    pub const fn has_keys(&self) -> bool {
        self.keys
    }

    /// Columns and rows of the terminal.
    pub fn size(&self) -> (u16, u16) {
        let size = rustix::termios::tcgetwinsize(io::stdout());
        let size = size.map(|size| (size.ws_col, size.ws_row));
        size.ok().filter(|&(columns, rows)| columns > 0 && rows > 0).unwrap_or(SIZE_USUAL)
    }

    /// Shows a picture in one write of what has changed, if something has and the terminal takes anything now.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn draw(&mut self, picture: Buffer) -> io::Result<()> {
        let text = encode(self.last.as_ref(), &picture);
        if text.is_empty() || !takes(Duration::ZERO) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        self.last = Some(picture);
        Ok(())
    }

    /// What was typed, as soon as something was; nothing after `at_most`.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn typed(&self, at_most: Duration) -> io::Result<Vec<u8>> {
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
pub fn let_go() {
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
