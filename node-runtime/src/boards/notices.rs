//! What a person at the table should read, in the order in which it happened.

use std::collections::VecDeque;

/// Most notices that wait to be read; older ones are forgotten.
const NOTICES_MAX: usize = 64;

/// Notices that wait to be read.
#[derive(Debug, Default)]
pub(super) struct Notices(VecDeque<String>);

impl Notices {
    pub(super) fn push(&mut self, text: String) {
        if self.0.len() == NOTICES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(text);
    }

    pub(super) fn pop(&mut self) -> Option<String> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
