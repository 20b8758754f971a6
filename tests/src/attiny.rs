//! A cable board behind a real port: the timing of its sketch at the far end of a pty.
//!
//! ```text
//!   node ─▶ FOLDER/ttyACM0 (a link) ─▶ pty ─▶ thread ─▶ SimBoard
//! ```
//!
//! The pty is left as the system makes it, with echo and line editing: whoever opens the port must see to that.

use illuminator_hal::sim::SimBoard;
use illuminator_node::shell::Clock;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// How long the thread waits before it looks whether it is to end `[µs]`.
const LOOK_US: u64 = 20_000;

/// A board that is plugged in. Dropped, it is unplugged.
pub struct PtyBoard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    link: PathBuf,
    clock: Clock,
}

struct Shared {
    board: Mutex<SimBoard>,
    end: AtomicBool,
}

impl PtyBoard {
    /// Plugs a board of this cable in: its device appears as `name` in `folder`.
    pub fn plug(folder: &Path, name: &str, cable: u16) -> Self {
        // Not for the programs that a test starts: they would keep the board alive.
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let end = openpt(flags).expect("the system has ptys");
        grantpt(&end).and_then(|()| unlockpt(&end)).expect("a new pty can be opened");
        let device = ptsname(&end, Vec::new()).expect("it has a name").into_string().expect("in ASCII");
        // Held open, as the device of a board is there whether or not a program has it open.
        let device_end = File::options().read(true).write(true).open(&device).expect("it can be opened");
        let clock = Clock::start();
        let board = Mutex::new(SimBoard::new(cable, clock.now().as_micros()));
        let shared = Arc::new(Shared { board, end: AtomicBool::new(false) });
        let link = folder.join(name);
        std::os::unix::fs::symlink(device, &link).expect("the device can appear");
        let thread = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                shared.animate(&end, clock);
                drop(device_end);
            })
        };
        Self { shared, thread: Some(thread), link, clock }
    }

    /// Looks at the board, or does something to it, at the present time `[µs]`.
    pub fn with<T>(&self, look: impl FnOnce(&mut SimBoard, u64) -> T) -> T {
        let mut board = self.shared.board.lock().expect("no thread has panicked");
        let now_us = self.clock.now().as_micros();
        board.advance(now_us);
        look(&mut board, now_us)
    }

    /// The three characters that it animates.
    pub fn shows(&self) -> String {
        String::from_utf8_lossy(&self.with(|board, _| board.shows())).into_owned()
    }

    /// Takes the board away and leaves its device: for a moment that is what a vanishing board looks like.
    pub fn hang_up(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the board's thread does not panic");
        }
    }
}

impl Drop for PtyBoard {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.link);
        self.shared.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn animate(&self, end: &OwnedFd, clock: Clock) {
        while !self.end.load(Ordering::Relaxed) {
            let next_us = {
                let mut board = self.board.lock().expect("no test panics while it looks");
                while let Some(answer) = board.answer(clock.now().as_micros()) {
                    rustix::io::write(end, &answer).expect("its device is held open");
                }
                board.next_us()
            };
            let wait_us = next_us.saturating_sub(clock.now().as_micros()).min(LOOK_US);
            let limit = Timespec { tv_sec: 0, tv_nsec: (wait_us * 1_000) as i64 };
            let mut waited = [PollFd::new(end, PollFlags::IN)];
            if poll(&mut waited, Some(&limit)).is_ok_and(|ready| ready > 0) {
                let mut room = [0; 64];
                let length = rustix::io::read(end, &mut room).expect("its device is held open");
                let mut board = self.board.lock().expect("no test panics while it looks");
                board.receive(&room[..length], clock.now().as_micros());
            }
        }
    }
}
