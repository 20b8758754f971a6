//! Server-sent events, as they arrive (`text/event-stream`).

/// Longest event `[bytes]`: the scene of the largest scenario has fewer.
pub const EVENT_MAX: usize = 32 << 20;

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its kind; empty if it has none.
    pub kind: String,
    /// Its data; several lines with line breaks between them.
    pub data: String,
}

/// An event that is longer than [`EVENT_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server sends an event of more than {EVENT_MAX} bytes")]
pub struct TooLong;

/// Puts events together from bytes, however these are cut. Lines end with LF or CRLF.
#[derive(Clone, Debug, Default)]
pub struct EventStream {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The id of the last event, for `Last-Event-ID`.
    last_id: String,
}

impl EventStream {
    /// The id that the server gave last; empty if it gave none.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// Bytes of another connection follow: what is half there is forgotten, the last id is not.
    pub fn restart(&mut self) {
        *self = Self { last_id: std::mem::take(&mut self.last_id), ..Self::default() };
    }

    /// Takes bytes, and gives the events that are complete with them.
    ///
    /// # Errors
    /// An event that is too long. Nothing is to be expected of this connection any more.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            if self.line.len() + part.len() + self.event.data.len() > EVENT_MAX {
                return Err(TooLong);
            }
            self.line.extend_from_slice(part);
            if let Some(line) = self.line.strip_suffix(b"\n") {
                let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
                self.line.clear();
                events.extend(self.take(&line));
            }
        }
        Ok(events)
    }

    /// Takes a line. An empty one ends an event.
    fn take(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.kind),
            "id" if is_id(value) => value.clone_into(&mut self.last_id),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // A comment, or a field that concerns nobody here.
            _ => {}
        }
        None
    }
}

/// Whether a header may carry it back to the server.
fn is_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(kind: &str, data: &str) -> Event {
        Event { kind: kind.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn events_are_put_together_and_comments_are_none() {
        let mut stream = EventStream::default();
        let bytes =
            b":\n\nretry: 1000\n\nevent: moment\r\nid: 17\r\ndata: {\"a\":\r\ndata:1}\r\n\r\ndata\n\n";
        assert_eq!(stream.push(bytes), Ok(vec![event("moment", "{\"a\":\n1}"), event("", "")]));
        assert_eq!(stream.last_id(), "17");
    }

    #[test]
    fn what_is_half_there_is_forgotten_with_the_connection() {
        let mut stream = EventStream::default();
        assert_eq!(stream.push(b"id: 4\nevent: scene\ndata: 1\ndat"), Ok(vec![]));
        stream.restart();
        assert_eq!((stream.push(b"data: 2\n\n"), stream.last_id()), (Ok(vec![event("", "2")]), "4"));
        assert_eq!((stream.push(b"id: a\tb\n\n"), stream.last_id()), (Ok(vec![]), "4"), "no header has that");
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let mut stream = EventStream::default();
        let part = vec![b'x'; 1 << 20];
        let taken = (0..100).take_while(|_| stream.push(&part).is_ok()).count();
        assert_eq!(taken, EVENT_MAX >> 20);
        let mut stream = EventStream::default();
        let line = [b"data: ".as_slice(), &part, b"\n"].concat();
        assert!((0..100).any(|_| stream.push(&line) == Err(TooLong)), "nor of many lines");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_bytes_are_cut(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200),
            text in "(event: [a-z]{1,3}\r?\n|id: [0-9]\n|data: ?[a-z]{0,3}\n|\n){0,20}",
            cuts in prop::collection::vec(0_usize..300, 0..8),
        ) {
            let bytes = [text.as_bytes(), &bytes].concat();
            let mut whole = EventStream::default();
            let expected = whole.push(&bytes).unwrap();
            let mut stream = EventStream::default();
            let mut events = Vec::new();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                events.extend(stream.push(&bytes[pair[0]..pair[1]]).unwrap());
            }
            prop_assert_eq!(events, expected);
            prop_assert_eq!(stream.last_id(), whole.last_id());
        }
    }
}
