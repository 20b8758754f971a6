//! Simulated pins.

use crate::{OutputPin, PinError};
use std::sync::{Arc, Mutex, PoisonError};

/// A pin that records its levels. Clones share the record, so that an observer can keep one.
#[derive(Clone, Debug, Default)]
pub struct SimPin {
    levels: Arc<Mutex<Vec<bool>>>,
}

impl SimPin {
    /// Most levels remembered; older ones are forgotten.
    pub const LEVELS_MAX: usize = 1024;

    /// The levels set so far, oldest first.
    pub fn levels(&self) -> Vec<bool> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl OutputPin for SimPin {
    fn set(&mut self, active: bool) -> Result<(), PinError> {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if levels.len() == Self::LEVELS_MAX {
            levels.remove(0);
        }
        levels.push(active);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::SimPin;
    use crate::OutputPin;

    #[test]
    fn an_observer_sees_what_the_owner_sets() {
        let observer = SimPin::default();
        let mut pin = observer.clone();
        for level in [true, false, true] {
            pin.set(level).unwrap();
        }
        assert_eq!(observer.levels(), [true, false, true]);
    }

    #[test]
    fn the_record_is_bounded() {
        let mut pin = SimPin::default();
        for index in 0..2 * SimPin::LEVELS_MAX {
            pin.set(index % 2 == 0).unwrap();
        }
        assert_eq!(pin.levels().len(), SimPin::LEVELS_MAX);
    }
}
