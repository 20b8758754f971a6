//! Puts the parts of a message together again, in a buffer of fixed size.

use core::fmt;

use super::receive::Part;

/// Joins parts to messages of at most `N` bytes.
///
/// A longer message is skipped to its end and reported once; the next one is not harmed by it.
pub struct Join<const N: usize> {
    message: heapless::Vec<u8, N>,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Joining,
    Skipping,
    /// The buffer holds a message that the caller has seen.
    Complete,
}

impl<const N: usize> Join<N> {
    /// Waits for the first part of a message.
    pub const fn new() -> Self {
        Self { message: heapless::Vec::new(), state: State::Complete }
    }

    /// Forgets a message that was begun. To be called whenever a session ends, or its last half message would
    /// be joined to the first of the next session.
    pub fn reset(&mut self) {
        self.state = State::Complete;
    }

    /// Takes the next part in order; returns the message that it completes.
    ///
    /// # Errors
    /// [`MessageTooLong`] when a message ends that did not fit.
    pub fn push(&mut self, part: Part<'_>) -> Result<Option<&[u8]>, MessageTooLong> {
        if self.state == State::Complete {
            self.message.clear();
            self.state = State::Joining;
        }
        if self.state == State::Joining && self.message.extend_from_slice(part.bytes).is_err() {
            self.state = State::Skipping;
        }
        if !part.last {
            return Ok(None);
        }
        let too_long = self.state == State::Skipping;
        self.state = State::Complete;
        if too_long { Err(MessageTooLong) } else { Ok(Some(&self.message)) }
    }
}

impl<const N: usize> Default for Join<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// A message was longer than the buffer that it was to be joined in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageTooLong;

impl fmt::Display for MessageTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message is longer than its buffer")
    }
}

impl core::error::Error for MessageTooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_messages() {
        let mut join = Join::<4>::new();
        assert_eq!(join.push(Part { last: false, bytes: b"ab" }), Ok(None));
        assert_eq!(join.push(Part { last: true, bytes: b"cd" }), Ok(Some(&b"abcd"[..])));
        assert_eq!(join.push(Part { last: true, bytes: b"e" }), Ok(Some(&b"e"[..])));
    }

    #[test]
    fn a_message_that_is_too_long_is_skipped_to_its_end() {
        let mut join = Join::<4>::new();
        assert_eq!(join.push(Part { last: false, bytes: b"abcde" }), Ok(None));
        assert_eq!(join.push(Part { last: false, bytes: b"f" }), Ok(None));
        assert_eq!(join.push(Part { last: true, bytes: b"g" }), Err(MessageTooLong));
        assert_eq!(join.push(Part { last: true, bytes: b"h" }), Ok(Some(&b"h"[..])));
    }

    #[test]
    fn a_reset_forgets_half_a_message() {
        let mut join = Join::<4>::new();
        join.push(Part { last: false, bytes: b"a" }).unwrap();
        join.reset();
        assert_eq!(join.push(Part { last: true, bytes: b"b" }), Ok(Some(&b"b"[..])));
    }
}
