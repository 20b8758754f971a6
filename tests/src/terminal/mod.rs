//! A program in a terminal: what it shows, and the keys that are pressed.
//!
//! ```text
//!   program ⇄ pty ⇄ thread ─▶ vt100: rows of characters with their colours
//! ```

mod svg;

pub use svg::to_svg;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Rows and columns of a terminal that nobody has enlarged.
pub const USUAL_SIZE: (u16, u16) = (24, 80);
/// How long the thread waits before it looks whether it is to end `[ns]`.
const LOOK_NS: i64 = 20_000_000;

/// A terminal and the program in it, which is killed when this is dropped.
pub struct Terminal {
    child: Child,
    /// The program's side.
    device: File,
    before: Termios,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// The other side.
    end: OwnedFd,
    seen: Mutex<Seen>,
    over: AtomicBool,
}

struct Seen {
    parser: vt100::Parser,
    /// Times that something was written.
    writes: u64,
}

/// How a program left its terminal.
#[derive(Debug)]
pub struct Left {
    /// Its exit status.
    pub status: ExitStatus,
    /// Whether the modes of the terminal are as they were before.
    pub modes_restored: bool,
    /// Whether the usual screen is shown, with a cursor.
    pub screen_restored: bool,
}

impl Terminal {
    /// Starts a program in a terminal of [`USUAL_SIZE`]. Without `keys` its standard input is no terminal.
    pub fn start(command: Command, keys: bool) -> Self {
        Self::of_size(USUAL_SIZE, command, keys)
    }

    /// The same in a terminal of so many rows and columns.
    pub fn of_size((rows, columns): (u16, u16), mut command: Command, keys: bool) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let end = openpt(flags).expect("the system has ptys");
        grantpt(&end).and_then(|()| unlockpt(&end)).expect("a new pty can be opened");
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&end, size).expect("a pty has a size");
        let name = ptsname(&end, Vec::new()).expect("it has a name").into_string().expect("in ASCII");
        let device = File::options().read(true).write(true).open(&name).expect("it can be opened");
        let before = tcgetattr(&device).expect("a terminal has modes");
        let copy = || device.try_clone().expect("a file can be copied");
        command.stdin(if keys { Stdio::from(copy()) } else { Stdio::null() }).stdout(copy()).stderr(copy());
        // The desktop of whoever runs the tests is not for them, unless a test wants one.
        for desktop in ["DISPLAY", "WAYLAND_DISPLAY"] {
            if !command.get_envs().any(|(name, _)| name == desktop) {
                command.env_remove(desktop);
            }
        }
        let child = command.env("TERM", "xterm-256color").spawn().expect("the program can be started");
        let seen = Seen { parser: vt100::Parser::new(rows, columns, 0), writes: 0 };
        let shared = Arc::new(Shared { end, seen: Mutex::new(seen), over: AtomicBool::new(false) });
        let thread = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.watch())
        };
        Self { child, device, before, shared, thread: Some(thread) }
    }

    /// The number of the process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Presses keys.
    pub fn press(&self, keys: &str) {
        rustix::io::write(&self.shared.end, keys.as_bytes()).expect("the program's side is held open");
    }

    /// The rows that the terminal shows, without the blanks at their ends.
    pub fn text(&self) -> String {
        self.shared.seen.lock().expect("no test panics while it looks").parser.screen().contents()
    }

    /// The screen as it is now.
    pub fn screen(&self) -> vt100::Screen {
        self.shared.seen.lock().expect("no test panics while it looks").parser.screen().clone()
    }

    /// Whether the modes of the terminal are others than before the program.
    pub fn has_other_modes(&self) -> bool {
        !same(&self.before, &tcgetattr(&self.device).expect("a terminal has modes"))
    }

    /// How many times something was written to the terminal.
    pub fn writes(&self) -> u64 {
        self.shared.seen.lock().expect("no test panics while it looks").writes
    }

    /// Waits until the program has ended.
    pub fn left(mut self) -> Left {
        let status = self.child.wait().expect("it can be waited for");
        // What it wrote last is read before the thread ends.
        self.end_watching();
        let screen = self.screen();
        let after = tcgetattr(&self.device).expect("a terminal has modes");
        Left {
            status,
            modes_restored: same(&self.before, &after),
            screen_restored: !screen.alternate_screen() && !screen.hide_cursor(),
        }
    }

    fn end_watching(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the thread of the terminal does not panic");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.shared.over.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Reads what is written until told that it is over, and then what is still there.
    fn watch(&self) {
        let mut room = [0; 16 * 1024];
        loop {
            let over = self.over.load(Ordering::Relaxed);
            let limit = Timespec { tv_sec: 0, tv_nsec: if over { 0 } else { LOOK_NS } };
            let mut waited = [PollFd::new(&self.end, PollFlags::IN)];
            if poll(&mut waited, Some(&limit)).is_ok_and(|ready| ready > 0) {
                let Ok(length) = rustix::io::read(&self.end, &mut room) else { return };
                let mut seen = self.seen.lock().expect("no test panics while it looks");
                seen.parser.process(&room[..length]);
                seen.writes += 1;
            } else if over {
                return;
            }
        }
    }
}

fn same(before: &Termios, after: &Termios) -> bool {
    let modes = |termios: &Termios| {
        (termios.input_modes, termios.output_modes, termios.control_modes, termios.local_modes)
    };
    modes(before) == modes(after)
}
