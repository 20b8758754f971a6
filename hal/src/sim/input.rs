//! Simulated inputs.

use crate::{GpioLine, InputPin, PinError};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// An input that is worked by hand. Clones share the contact, so that a hand can keep one.
#[derive(Clone, Debug)]
pub struct SimInput {
    line: GpioLine,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    contact: Mutex<Contact>,
    happened: Condvar,
}

#[derive(Debug, Default)]
struct Contact {
    active: bool,
    /// The level after each edge that nobody has seen yet.
    edges: VecDeque<bool>,
    failed: u64,
    to_fail: u32,
}

impl SimInput {
    /// Most edges that wait to be seen; older ones are forgotten.
    pub const EDGES_MAX: usize = 1024;

    /// An inactive input with this number.
    pub fn new(line: GpioLine) -> Self {
        Self { line, shared: Arc::default() }
    }

    /// Makes the input active or inactive: an edge, if it was not.
    pub fn set(&self, active: bool) {
        if self.lock().active != active {
            self.bounce(1);
        }
    }

    /// Whether it is active now.
    pub fn active(&self) -> bool {
        self.lock().active
    }

    /// Turns the level over `edges` times at once, as a contact does that closes or opens: an odd number changes it.
    pub fn bounce(&self, edges: usize) {
        let mut contact = self.lock();
        for _ in 0..edges {
            contact.active = !contact.active;
            if contact.edges.len() == Self::EDGES_MAX {
                contact.edges.pop_front();
            }
            let active = contact.active;
            contact.edges.push_back(active);
        }
        drop(contact);
        self.shared.happened.notify_all();
    }

    /// Lets the next `looks` fail: the pin can be neither read nor watched. One that waits now fails at once.
    pub fn fail_next(&self, looks: u32) {
        self.lock().to_fail = looks;
        self.shared.happened.notify_all();
    }

    /// Looks that were lost to faults so far.
    pub fn failed(&self) -> u64 {
        self.lock().failed
    }

    fn lock(&self) -> MutexGuard<'_, Contact> {
        self.shared.contact.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, contact: &mut Contact) -> Result<(), PinError> {
        let Some(remaining) = contact.to_fail.checked_sub(1) else { return Ok(()) };
        contact.to_fail = remaining;
        contact.failed += 1;
        Err(PinError::Other { line: self.line, reason: "simulated pin error".to_owned() })
    }
}

impl InputPin for SimInput {
    fn is_active(&mut self) -> Result<bool, PinError> {
        let mut contact = self.lock();
        self.fault(&mut contact)?;
        Ok(contact.active)
    }

    fn wait_edge(&mut self, at_most: Duration) -> Result<Option<bool>, PinError> {
        let waiting = |contact: &mut Contact| contact.edges.is_empty() && contact.to_fail == 0;
        let waited = self.shared.happened.wait_timeout_while(self.lock(), at_most, waiting);
        let (mut contact, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.fault(&mut contact)?;
        Ok(contact.edges.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use super::SimInput;
    use crate::{GpioLine, InputPin};
    use core::time::Duration;

    fn input() -> SimInput {
        SimInput::new(GpioLine::new(27).unwrap())
    }

    #[test]
    fn edges_are_seen_one_after_the_other() {
        let hand = input();
        let mut pin = hand.clone();
        hand.set(true);
        hand.set(true);
        hand.bounce(3);
        assert_eq!((pin.is_active(), hand.active()), (Ok(false), false));
        let seen: Vec<_> = (0..4).map(|_| pin.wait_edge(Duration::MAX).unwrap()).collect();
        assert_eq!(seen, [Some(true), Some(false), Some(true), Some(false)]);
        assert_eq!(pin.wait_edge(Duration::ZERO), Ok(None));
    }

    #[test]
    fn a_hand_wakes_who_waits() {
        let hand = input();
        let mut pin = hand.clone();
        let waiting = std::thread::spawn(move || pin.wait_edge(Duration::from_secs(3_600)));
        hand.set(true);
        assert_eq!(waiting.join().unwrap(), Ok(Some(true)));
    }

    #[test]
    fn looks_fail_when_told_and_then_no_more() {
        let mut pin = input();
        pin.fail_next(2);
        assert!(pin.wait_edge(Duration::MAX).is_err() && pin.is_active().is_err());
        assert_eq!((pin.failed(), pin.is_active()), (2, Ok(false)));
    }

    #[test]
    fn edges_that_nobody_sees_are_bounded() {
        let mut pin = input();
        pin.bounce(10 * SimInput::EDGES_MAX);
        let seen = std::iter::from_fn(|| pin.wait_edge(Duration::ZERO).unwrap()).count();
        assert_eq!(seen, SimInput::EDGES_MAX);
    }
}
