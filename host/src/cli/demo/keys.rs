//! The keys of the demo.

/// What a visitor wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Plug this cable or token in or out.
    Plug(u16),
    /// Hold the time, or let it go on.
    Pause,
    /// One step, and hold the time.
    Step,
    /// A faster pace.
    Faster,
    /// A slower pace.
    Slower,
    /// The next node is to say which one it is.
    Identify,
    /// Press the emergency stop, or release it.
    EmergencyStop,
    /// End the demo.
    End,
}

/// The keys in what a terminal in raw mode sent at once. What is no key of ours is passed over, the sequences of
/// arrows and function keys as a whole.
pub(super) fn keys(mut bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    while let [byte, rest @ ..] = bytes {
        bytes = if *byte == 0x1b { after_escape(rest) } else { rest };
        keys.extend(key(*byte));
    }
    keys
}

const fn key(byte: u8) -> Option<Key> {
    Some(match byte {
        b'0'..=b'9' => Key::Plug((byte - b'0') as u16),
        b' ' => Key::Pause,
        b'.' => Key::Step,
        // The second of each is on the same key of an American keyboard.
        b'+' | b'=' => Key::Faster,
        b'-' | b'_' => Key::Slower,
        b'i' | b'I' => Key::Identify,
        b'e' | b'E' => Key::EmergencyStop,
        // Ctrl-C is a byte like any other in raw mode.
        b'q' | b'Q' | 0x03 => Key::End,
        _ => return None,
    })
}

/// What follows the rest of an escape sequence.
fn after_escape(bytes: &[u8]) -> &[u8] {
    let end = match bytes {
        [b'[', rest @ ..] => {
            1 + rest.iter().position(|byte| (0x40..0x7f).contains(byte)).map_or(rest.len(), |at| at + 1)
        }
        [b'O', _, ..] => 2,
        // The key Alt with another one; or the key Escape alone.
        [_, ..] => 1,
        [] => 0,
    };
    &bytes[end..]
}

#[cfg(test)]
mod tests {
    use super::{Key, keys};

    #[test]
    fn keys_are_keys_and_sequences_are_none() {
        assert_eq!(keys(b"3 .0"), [Key::Plug(3), Key::Pause, Key::Step, Key::Plug(0)]);
        assert_eq!(keys(b"xq\x03"), [Key::End, Key::End]);
        for sequence in [
            &b"\x1b[A"[..],
            b"\x1b[3~",
            b"\x1b[1;5C",
            b"\x1bOQ",
            b"\x1bq",
            b"\x1b",
            b"\x1b[",
            b"\x1b[12",
            b"\xff\x00",
        ] {
            assert_eq!(keys(sequence), [], "{sequence:?}");
        }
        assert_eq!(keys(b"\x1b[3~4\x1bOP5"), [Key::Plug(4), Key::Plug(5)], "what follows counts");
    }
}
