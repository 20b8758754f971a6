//! Whole messages over a session's stream of parts.
//!
//! A session takes as much of a message as its window allows; the mailbox keeps the rest and hands it over
//! when acknowledgements make room. Incoming parts are joined to messages. Invariants: messages leave and
//! arrive in order; a joined message is at most [`MESSAGE_MAX`] bytes.

use illuminator_protocol::Session;
use std::collections::VecDeque;

/// Longest message that is joined `[bytes]`: a plan of some hundred thousand models.
pub const MESSAGE_MAX: usize = 64 << 20;

/// A message that is longer than [`MESSAGE_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message is longer than {} MiB", MESSAGE_MAX >> 20)]
pub struct MessageTooLong;

/// Outgoing and incoming messages of one session.
#[derive(Default)]
pub struct Mailbox {
    waiting: VecDeque<Vec<u8>>,
    /// Bytes of the first waiting message that the session has taken.
    taken: usize,
    joined: Vec<u8>,
}

impl Mailbox {
    /// Sends a message after those that wait. Without a session it is lost: a session begins with nothing waiting.
    pub fn send<const W: usize>(&mut self, session: Option<&mut Session<W>>, message: &[u8]) {
        let Some(session) = session else { return };
        self.flush(session);
        if !self.waiting.is_empty() {
            self.waiting.push_back(message.to_vec());
            return;
        }
        let taken = session.send(message, 0);
        if taken < message.len() {
            self.taken = taken;
            self.waiting.push_back(message.to_vec());
        }
    }

    /// Hands waiting messages to the session as far as its window allows.
    pub fn flush<const W: usize>(&mut self, session: &mut Session<W>) {
        while let Some(message) = self.waiting.front() {
            self.taken = session.send(message, self.taken);
            if self.taken < message.len() {
                return;
            }
            self.waiting.pop_front();
            self.taken = 0;
        }
    }

    /// Puts the next whole message that arrived into `message`; false if there is none yet.
    ///
    /// # Errors
    /// [`MessageTooLong`]; what was joined so far is dropped, and what follows of the message is no message.
    pub fn receive<const W: usize>(
        &mut self,
        session: &mut Session<W>,
        message: &mut Vec<u8>,
    ) -> Result<bool, MessageTooLong> {
        while let Some(part) = session.receive() {
            if self.joined.len() + part.bytes.len() > MESSAGE_MAX {
                self.joined = Vec::new();
                return Err(MessageTooLong);
            }
            self.joined.extend_from_slice(part.bytes);
            if part.last {
                std::mem::swap(&mut self.joined, message);
                self.joined.clear();
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Number of messages that wait for room in the session's window.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets everything: the session is gone, and with it what was under way.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_session_nothing_waits() {
        let mut mailbox = Mailbox::default();
        for _ in 0..1000 {
            mailbox.send::<64>(None, b"lost");
        }
        assert_eq!(mailbox.waiting(), 0);
    }
}
