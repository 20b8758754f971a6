//! Shows something until it is over, and hands on what the keys ask for.

use super::{Screen, colours};
use crate::terminal::{Desk, Seen, Wish, draw, keys};
use crate::view::Command;
use illuminator_node::shell::Clock;
use std::io;
use std::time::Duration;

/// Time from one picture to the next `[µs]`.
const FRAME_US: u64 = 60_000;

/// Something to look at in a terminal.
pub trait Viewed {
    /// Brings what is seen up to date, and says at the desk what there is to answer.
    fn look(&mut self, seen: &mut Seen, desk: &mut Desk);

    /// A person pressed a key, whatever it means.
    fn touch(&mut self) {}

    /// A person asks for something; the answer comes with a later look.
    fn ask(&mut self, command: Command);

    /// Whether there is nothing more to see.
    fn is_over(&self) -> bool;
}

/// Draws and hears keys until it is over, or somebody leaves. A terminal that goes is a reason to leave.
///
/// # Errors
/// A terminal that cannot be written to.
pub fn show(screen: &mut Screen, mut desk: Desk, viewed: &mut dyn Viewed) -> io::Result<()> {
    match showing(screen, &mut desk, viewed) {
        Err(error) if is_gone(&error) => Ok(()),
        other => other,
    }
}

fn showing(screen: &mut Screen, desk: &mut Desk, viewed: &mut dyn Viewed) -> io::Result<()> {
    let (clock, colours) = (Clock::start(), colours());
    let mut seen = Seen::default();
    let mut due_us = 0;
    while !viewed.is_over() {
        let now_us = clock.now().as_micros();
        if now_us >= due_us {
            due_us = now_us + FRAME_US;
            viewed.look(&mut seen, desk);
            screen.draw(draw(&seen, desk, colours, screen.size()))?;
        }
        let wait = Duration::from_micros(due_us.saturating_sub(clock.now().as_micros()));
        for key in keys(&screen.typed(wait)?) {
            viewed.touch();
            match desk.key(key, &mut seen) {
                Some(Wish::Quit) => return Ok(()),
                Some(Wish::Command(command)) => viewed.ask(command),
                None => {}
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
