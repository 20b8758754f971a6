//! What another program writes, as it comes.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Longest wait for something in a feed: a guard against hanging. An emulated machine on a busy one is slow.
const PATIENCE: Duration = Duration::from_secs(300);

/// Everything that a stream has given so far. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Feed {
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    ended: bool,
}

impl Feed {
    /// Reads the stream that `open` gives, in a thread of its own, to its end.
    pub(super) fn of<R: Read>(open: impl FnOnce() -> R + Send + 'static) -> Self {
        let feed = Self::default();
        let writer = feed.clone();
        std::thread::spawn(move || {
            let mut stream = open();
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                writer.state().bytes.extend(&buffer[..length]);
                writer.shared.1.notify_all();
            }
            writer.state().ended = true;
            writer.shared.1.notify_all();
        });
        feed
    }

    /// The text from byte `from` on.
    pub(super) fn text(&self, from: usize) -> String {
        String::from_utf8_lossy(self.state().bytes.get(from..).unwrap_or_default()).into_owned()
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.state().bytes.len()
    }

    /// Waits until `find` finds something in the text from byte `from` on. Fails, with that text, if the stream ends
    /// before.
    pub(super) fn wait<T>(&self, what: &str, from: usize, find: impl Fn(&str) -> Option<T>) -> T {
        let mut state = self.state();
        loop {
            let text = String::from_utf8_lossy(state.bytes.get(from..).unwrap_or_default());
            if let Some(found) = find(&text) {
                return found;
            }
            assert!(!state.ended, "it ended before {what}:\n{text}");
            let waited = self.shared.1.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            if waited.1.timed_out() {
                let text = String::from_utf8_lossy(state.bytes.get(from..).unwrap_or_default()).into_owned();
                drop(state);
                panic!("nothing came for {PATIENCE:?} before {what}:\n{text}");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
