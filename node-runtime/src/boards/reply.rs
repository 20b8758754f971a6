//! The answer of a board, put together from the pieces in which it arrives.

use illuminator_protocol::{Duration, Instant};

/// How long nothing comes before an answer is whole. A board may send its digits one by one, up to 10 ms apart; two
/// answers of one board are further apart.
const GAP: Duration = Duration::from_millis(20);

/// Most digits of a number.
const DIGITS_MAX: u8 = 5;

/// What a board has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The number of its cable.
    Cable(u16),
    /// Anything else: no digits, more than five, or more than 65,535.
    Garbage,
}

/// The answer that is arriving. It ends with a blank or a line end, or when nothing comes for a while.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reply {
    digits: u8,
    value: u32,
    garbage: bool,
    /// When what has come is whole.
    ends: Option<Instant>,
}

impl Reply {
    /// Takes the next byte; the answer that it ends, if any.
    pub(super) fn push(&mut self, byte: u8, now: Instant) -> Option<Answer> {
        if matches!(byte, b' ' | b'\r' | b'\n') {
            return self.take();
        }
        match byte {
            b'0'..=b'9' if self.digits < DIGITS_MAX => {
                self.digits += 1;
                self.value = self.value * 10 + u32::from(byte - b'0');
            }
            _ => self.garbage = true,
        }
        self.ends = Some(now + GAP);
        None
    }

    /// The answer that has become whole by now, if any.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Answer> {
        self.ends.filter(|ends| *ends <= now).and_then(|_| self.take())
    }

    /// When [`poll`](Self::poll) has something.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.ends.unwrap_or(Instant::MAX)
    }

    fn take(&mut self) -> Option<Answer> {
        let Self { value, garbage, ends, .. } = std::mem::take(self);
        ends?;
        Some(match u16::try_from(value) {
            Ok(cable) if !garbage => Answer::Cable(cable),
            _ => Answer::Garbage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, GAP, Reply};
    use illuminator_protocol::Instant;

    fn answers(bytes: &[u8]) -> Vec<Answer> {
        let mut reply = Reply::default();
        let mut answers: Vec<_> = bytes.iter().filter_map(|byte| reply.push(*byte, Instant::ZERO)).collect();
        answers.extend(reply.poll(Instant::ZERO + GAP));
        assert_eq!(reply.poll_timeout(), Instant::MAX);
        answers
    }

    #[test]
    fn a_number_ends_with_a_blank_or_with_time() {
        for bytes in [&b"7"[..], b"7\n", b"7\r\n", b" 7", b"00007"] {
            assert_eq!(answers(bytes), [Answer::Cable(7)], "{bytes:?}");
        }
        assert_eq!(answers(b"1 65535\r\n3"), [1, 65_535, 3].map(Answer::Cable));
        assert_eq!(answers(b"\r\n \n"), []);
    }

    #[test]
    fn everything_else_is_garbage() {
        for bytes in
            [&b"x"[..], b"-7", b"7x", b"x7", b"65536", b"99999", b"000007", b"\0", b"\xff\xff", b"7.0"]
        {
            assert_eq!(answers(bytes), [Answer::Garbage], "{bytes:?}");
        }
        assert_eq!(answers(&[b'1'; 1_000_000]), [Answer::Garbage]);
    }

    #[test]
    fn pieces_belong_together_until_nothing_comes() {
        let mut reply = Reply::default();
        for (byte, at_us) in [(b'1', 0), (b'2', 10_000)] {
            let now = Instant::from_micros(at_us);
            assert_eq!((reply.poll(now), reply.push(byte, now)), (None, None));
        }
        assert_eq!(reply.poll_timeout(), Instant::from_micros(30_000));
        assert_eq!(reply.poll(Instant::from_micros(29_999)), None);
        assert_eq!(reply.poll(Instant::from_micros(30_000)), Some(Answer::Cable(12)));
    }
}
