//! Simulated outputs.

use crate::{GpioLine, OutputPin, PinError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An output that records its levels. Clones share the record, so that an observer can keep one; it also holds the
/// knob for faults.
#[derive(Clone, Debug)]
pub struct SimPin {
    line: GpioLine,
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    /// The last levels, oldest first.
    levels: VecDeque<bool>,
    changes: u64,
    failed: u64,
    to_fail: u32,
}

impl SimPin {
    /// Most levels remembered; older ones are forgotten.
    pub const LEVELS_MAX: usize = 1024;

    /// A pin with this number, whose level nobody has set yet.
    pub fn new(line: GpioLine) -> Self {
        Self { line, record: Arc::default() }
    }

    /// The levels set lately, oldest first; the same one may follow itself.
    pub fn levels(&self) -> Vec<bool> {
        self.lock().levels.iter().copied().collect()
    }

    /// The level now, if it was ever set.
    pub fn level(&self) -> Option<bool> {
        self.lock().levels.back().copied()
    }

    /// How many times the level became another one so far; the first one counts.
    pub fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// Levels that were lost to faults so far.
    pub fn failed(&self) -> u64 {
        self.lock().failed
    }

    /// Lets the next `levels` fail to be set.
    pub fn fail_next(&self, levels: u32) {
        self.lock().to_fail = levels;
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutputPin for SimPin {
    fn set(&mut self, active: bool) -> Result<(), PinError> {
        let mut record = self.lock();
        if let Some(remaining) = record.to_fail.checked_sub(1) {
            record.to_fail = remaining;
            record.failed += 1;
            let reason = "simulated pin error".to_owned();
            return Err(PinError::Other { line: self.line, reason });
        }
        record.changes += u64::from(record.levels.back() != Some(&active));
        if record.levels.len() == Self::LEVELS_MAX {
            record.levels.pop_front();
        }
        record.levels.push_back(active);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::SimPin;
    use crate::{GpioLine, OutputPin};

    fn pin() -> SimPin {
        SimPin::new(GpioLine::new(17).unwrap())
    }

    #[test]
    fn an_observer_sees_what_the_owner_sets() {
        let observer = pin();
        assert_eq!((observer.level(), observer.changes()), (None, 0));
        let mut pin = observer.clone();
        for level in [true, false, false, true] {
            pin.set(level).unwrap();
        }
        assert_eq!(observer.levels(), [true, false, false, true]);
        assert_eq!((observer.level(), observer.changes()), (Some(true), 3));
    }

    #[test]
    fn the_record_is_bounded() {
        let mut pin = pin();
        for index in 0..2 * SimPin::LEVELS_MAX {
            pin.set(index % 2 == 0).unwrap();
        }
        assert_eq!(pin.levels().len(), SimPin::LEVELS_MAX);
        assert_eq!(pin.changes(), 2 * SimPin::LEVELS_MAX as u64);
    }

    #[test]
    fn levels_fail_when_told_and_then_no_more() {
        let mut pin = pin();
        pin.fail_next(1);
        assert_eq!(pin.set(true).unwrap_err().to_string(), "GPIO 17: simulated pin error");
        assert_eq!((pin.level(), pin.failed()), (None, 1));
        assert_eq!(pin.set(true), Ok(()));
    }
}
