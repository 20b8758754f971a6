//! The inputs: a thread watches each, and tells what happened.
//!
//! Invariants: an edge is seen when it comes, and the level is looked at now and then in case one was missed; a pin
//! that fails is told of once and tried again slowly; an emergency stop that cannot be read is pressed; every thread ends when [`Inputs`] is dropped.

use crate::pins::{PinEvent, Reader, Role};
use crate::shell::{Clock, spawn};
use illuminator_hal::{InputPin, PinError};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Longest that a thread waits for an edge before it looks whether it is to end, and whether it missed one.
const LOOK: Duration = Duration::from_millis(200);

/// How long a pin that failed is left alone.
const RETRY: Duration = Duration::from_secs(1);

/// Events that wait to be taken; threads with more wait, too.
const EVENTS_MAX: usize = 64;

/// An input to watch.
pub struct Watched {
    /// What it is for.
    pub role: Role,
    /// The input itself.
    pub pin: Box<dyn InputPin>,
    /// How long a level must stay to count `[µs]`.
    pub settle_us: u64,
}

/// The watched inputs. Dropped, it ends their threads and gives the pins back.
#[derive(Default)]
pub struct Inputs {
    shared: Arc<Shared>,
    /// Nothing, if no input is watched.
    events: Option<Receiver<PinEvent>>,
    threads: Vec<JoinHandle<()>>,
}

/// What the threads share with the rest of the node.
#[derive(Default)]
struct Shared {
    end: Mutex<bool>,
    ended: Condvar,
    /// Inputs that cannot be read now.
    failing: AtomicUsize,
}

impl Inputs {
    /// Watches these inputs. One that is active from the start has become so now; of every plug it is told first that
    /// it is not plugged in, since who can tell has to.
    ///
    /// # Errors
    /// A system without room for a thread.
    pub fn start(watched: Vec<Watched>, clock: Clock) -> io::Result<Self> {
        let mut inputs = Self::default();
        let (tell, events) = channel(EVENTS_MAX);
        inputs.events = (!watched.is_empty()).then_some(events);
        for Watched { role, pin, settle_us } in watched {
            let (shared, events) = (Arc::clone(&inputs.shared), tell.clone());
            if let Role::Plug { cable } = role {
                // There is room: a machine has fewer pins than that.
                let _ = events.try_send(PinEvent::Plug { cable, plugged: false });
            }
            let watcher = Watcher {
                role,
                pin,
                reader: Reader::new(role, settle_us),
                shared,
                events,
                clock,
                failing: false,
            };
            // On an error the threads before it end with `inputs`.
            inputs.threads.push(spawn(&role.to_string(), || watcher.watch())?);
        }
        Ok(inputs)
    }

    /// The next event. Never ready if no input is watched. Nothing is lost if it is dropped while it waits.
    pub async fn next(&mut self) -> PinEvent {
        let event = match &mut self.events {
            Some(events) => events.recv().await,
            None => None,
        };
        match event {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    /// How many inputs cannot be read now.
    pub fn failing(&self) -> usize {
        self.shared.failing.load(Ordering::Relaxed)
    }
}

impl Drop for Inputs {
    fn drop(&mut self) {
        // A thread that waits for room stops waiting.
        self.events = None;
        *self.shared.end.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.ended.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Waits; false if all is to end.
    fn pause(&self, at_most: Duration) -> bool {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(end, at_most, |end| !*end);
        !*waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// What a thread owns.
struct Watcher {
    role: Role,
    pin: Box<dyn InputPin>,
    reader: Reader,
    shared: Arc<Shared>,
    events: Sender<PinEvent>,
    clock: Clock,
    failing: bool,
}

impl Watcher {
    fn watch(mut self) {
        // The first look is at once.
        let mut wait = Duration::ZERO;
        let mut pause = Duration::ZERO;
        let mut events = Vec::new();
        while self.shared.pause(pause) {
            pause = match self.look(wait) {
                Ok(()) => {
                    events.extend(self.works());
                    Duration::ZERO
                }
                Err(error) => {
                    events.extend(self.reader.unreadable());
                    events.extend(self.fails(&error));
                    RETRY
                }
            };
            let now_us = self.clock.now().as_micros();
            events.extend(std::iter::from_fn(|| self.reader.poll(now_us)));
            for event in events.drain(..) {
                if self.events.blocking_send(event).is_err() {
                    return;
                }
            }
            let due =
                self.reader.poll_timeout().map(|due_us| Duration::from_micros(due_us.saturating_sub(now_us)));
            wait = due.map_or(LOOK, |due| due.min(LOOK));
        }
    }

    /// Waits for an edge; if there is none, looks at the level.
    fn look(&mut self, at_most: Duration) -> Result<(), PinError> {
        match self.pin.wait_edge(at_most)? {
            Some(active) => self.reader.edge(active, self.clock.now().as_micros()),
            None => {
                let active = self.pin.is_active()?;
                self.reader.sample(active, self.clock.now().as_micros());
            }
        }
        Ok(())
    }

    fn works(&mut self) -> Option<PinEvent> {
        std::mem::take(&mut self.failing).then(|| {
            self.shared.failing.fetch_sub(1, Ordering::Relaxed);
            log(self.role, "works again");
            PinEvent::Readable { role: self.role, readable: true }
        })
    }

    fn fails(&mut self, error: &PinError) -> Option<PinEvent> {
        (!std::mem::replace(&mut self.failing, true)).then(|| {
            self.shared.failing.fetch_add(1, Ordering::Relaxed);
            log(self.role, &format!("cannot be read, and is tried again: {error}"));
            PinEvent::Readable { role: self.role, readable: false }
        })
    }
}

/// Tells the person at the table of an input. Where nobody listens, it is lost.
fn log(role: Role, message: &str) {
    let _ = writeln!(io::stderr(), "{role} {message}");
}

#[cfg(test)]
mod tests {
    use super::{Inputs, Watched};
    use crate::pins::{ButtonEvent, PinEvent, Role};
    use crate::shell::Clock;
    use illuminator_hal::GpioLine;
    use illuminator_hal::sim::SimInput;

    fn watched(role: Role, settle_us: u64) -> (SimInput, Watched) {
        let hand = SimInput::new(GpioLine::new(27).unwrap());
        (hand.clone(), Watched { role, pin: Box::new(hand), settle_us })
    }

    fn next(inputs: &mut Inputs) -> PinEvent {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(inputs.next())
    }

    #[test]
    fn a_noisy_press_is_one_event_and_so_is_the_release() {
        let (hand, button) = watched(Role::Button, 20_000);
        let mut inputs = Inputs::start(vec![button], Clock::start()).unwrap();
        hand.bounce(101);
        assert_eq!(next(&mut inputs), PinEvent::Button(ButtonEvent::Pressed));
        hand.bounce(99);
        assert_eq!(next(&mut inputs), PinEvent::Button(ButtonEvent::Released));
    }

    #[test]
    fn what_is_active_from_the_start_is_told() {
        let (stop, stop_watched) = watched(Role::EmergencyStop, 0);
        let (_, plug) = watched(Role::Plug { cable: 2 }, 0);
        stop.set(true);
        let mut inputs = Inputs::start(vec![plug, stop_watched], Clock::start()).unwrap();
        assert_eq!(next(&mut inputs), PinEvent::Plug { cable: 2, plugged: false });
        assert_eq!(next(&mut inputs), PinEvent::EmergencyStop(true));
        stop.set(false);
        assert_eq!(next(&mut inputs), PinEvent::EmergencyStop(false));
    }

    #[test]
    fn a_pin_that_fails_is_tried_again_and_no_change_is_lost() {
        let (hand, plug) = watched(Role::Plug { cable: 2 }, 0);
        let mut inputs = Inputs::start(vec![plug], Clock::start()).unwrap();
        assert_eq!(next(&mut inputs), PinEvent::Plug { cable: 2, plugged: false });
        hand.fail_next(1);
        let role = Role::Plug { cable: 2 };
        assert_eq!(next(&mut inputs), PinEvent::Readable { role, readable: false });
        assert_eq!(inputs.failing(), 1);
        hand.set(true);
        assert_eq!(next(&mut inputs), PinEvent::Readable { role, readable: true });
        assert_eq!(next(&mut inputs), PinEvent::Plug { cable: 2, plugged: true });
        assert_eq!((hand.failed(), inputs.failing()), (1, 0), "tried once, not in a loop");
    }

    #[test]
    fn an_emergency_stop_that_fails_is_pressed_until_it_is_seen_released() {
        let (hand, stop) = watched(Role::EmergencyStop, 0);
        // From the start, and once more when it is tried again.
        hand.fail_next(2);
        let mut inputs = Inputs::start(vec![stop], Clock::start()).unwrap();
        let readable = |readable| PinEvent::Readable { role: Role::EmergencyStop, readable };
        assert_eq!(next(&mut inputs), PinEvent::EmergencyStop(true));
        assert_eq!(next(&mut inputs), readable(false));
        assert_eq!(next(&mut inputs), readable(true));
        assert_eq!(hand.failed(), 2);
        assert_eq!(next(&mut inputs), PinEvent::EmergencyStop(false));
    }

    #[test]
    fn threads_end_even_if_nobody_takes_their_events() {
        let (hand, plug) = watched(Role::Plug { cable: 2 }, 0);
        let inputs = Inputs::start(vec![plug], Clock::start()).unwrap();
        hand.bounce(500);
        drop(inputs);
    }
}
