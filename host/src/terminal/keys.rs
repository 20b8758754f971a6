//! Keys.

/// What a key of the terminal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Plug this cable or token in or out.
    Plug(u16),
    /// Hold the time, or let it go on.
    Hold,
    /// One step.
    Step,
    /// A faster pace.
    Faster,
    /// A slower pace.
    Slower,
    /// The next phase of the story.
    Phase,
    /// The selected node is to say which one it is.
    Identify,
    /// Press the emergency stop, or release it.
    EmergencyStop,
    /// Yes.
    Yes,
    /// The line above.
    Up,
    /// The line below.
    Down,
    /// A step back in a recording.
    Back,
    /// A step on in it.
    Forward,
    /// Its first step.
    First,
    /// Its last step.
    Last,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The other page.
    Turn,
    /// What the keys do.
    Help,
    /// Leave.
    Quit,
    /// A key without a meaning.
    Other,
}

/// The keys in what a terminal in raw mode sent at once: each byte is one, and each escape sequence of arrows and
/// function keys as a whole.
pub fn keys(mut bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    while let [byte, rest @ ..] = bytes {
        let length = if *byte == 0x1b { after_escape(rest) } else { 0 };
        let (sequence, after) = rest.split_at(length);
        keys.push(if *byte == 0x1b { escape(sequence) } else { key(*byte) });
        bytes = after;
    }
    keys
}

const fn key(byte: u8) -> Key {
    match byte {
        b'0'..=b'9' => Key::Plug((byte - b'0') as u16),
        b' ' => Key::Hold,
        b'.' => Key::Step,
        // The second of each is on the same key of an American keyboard.
        b'+' | b'=' => Key::Faster,
        b'-' | b'_' => Key::Slower,
        b'p' | b'P' => Key::Phase,
        b'i' | b'I' => Key::Identify,
        b'e' | b'E' => Key::EmergencyStop,
        b'y' | b'Y' | b'\r' => Key::Yes,
        b'k' => Key::Up,
        b'j' => Key::Down,
        b'\t' => Key::Turn,
        b'?' | b'h' => Key::Help,
        // Ctrl-C is a byte like any other in raw mode.
        b'q' | b'Q' | 0x03 => Key::Quit,
        _ => Key::Other,
    }
}

const fn escape(sequence: &[u8]) -> Key {
    match sequence {
        b"[A" | b"OA" => Key::Up,
        b"[B" | b"OB" => Key::Down,
        b"[D" | b"OD" => Key::Back,
        b"[C" | b"OC" => Key::Forward,
        b"[H" | b"OH" | b"[1~" => Key::First,
        b"[F" | b"OF" | b"[4~" => Key::Last,
        b"[5~" => Key::PageUp,
        b"[6~" => Key::PageDown,
        _ => Key::Other,
    }
}

/// How many bytes after an escape belong to its sequence.
fn after_escape(bytes: &[u8]) -> usize {
    match bytes {
        [b'[', rest @ ..] => {
            1 + rest.iter().position(|byte| (0x40..0x7f).contains(byte)).map_or(rest.len(), |at| at + 1)
        }
        [b'O', _, ..] => 2,
        // The key Alt with another one; or the key Escape alone.
        [_, ..] => 1,
        [] => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, keys};
    use proptest::prelude::*;

    #[test]
    fn keys_are_keys_and_unknown_sequences_are_others() {
        assert_eq!(keys(b"3 0"), [Key::Plug(3), Key::Hold, Key::Plug(0)]);
        assert_eq!(keys(b"xq\x03"), [Key::Other, Key::Quit, Key::Quit]);
        for sequence in
            [&b"\x1b[3~"[..], b"\x1b[1;5C", b"\x1bOQ", b"\x1bq", b"\x1b", b"\x1b[", b"\x1b[12", b"\xff"]
        {
            assert_eq!(keys(sequence), [Key::Other], "{sequence:?}");
        }
        assert_eq!(keys(b"\x1b[3~4\x1bOA5"), [Key::Other, Key::Plug(4), Key::Up, Key::Plug(5)]);
        assert_eq!(keys(b"\x1b[D\x1bOC\x1b[H\x1b[F"), [Key::Back, Key::Forward, Key::First, Key::Last]);
        assert_eq!(keys(b"\x1b[B\x1b[5~\x1b[6~\t"), [Key::Down, Key::PageUp, Key::PageDown, Key::Turn]);
    }

    proptest! {
        #[test]
        fn whatever_a_terminal_sends_is_read_to_its_end(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(keys(&bytes).len() <= bytes.len());
        }
    }
}
