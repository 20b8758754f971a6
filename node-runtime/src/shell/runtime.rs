//! The runtime that waits for sockets, timers and signals.

use std::fs::File;
use std::io;
use tokio::runtime::{Builder, Runtime};

/// File descriptors that a runtime takes, and a few for what is opened next.
const DESCRIPTORS: usize = 12;
/// What Linux calls it that a process has as many files open as it may have (EMFILE).
const TOO_MANY_OPEN_FILES: i32 = 24;

/// A runtime of one thread. Where the process may not open as many files as it takes, that is an error, and not a
/// panic of the runtime.
///
/// # Errors
/// What the operating system said, and what to do.
pub fn runtime() -> io::Result<Runtime> {
    let spare: io::Result<Vec<File>> = (0..DESCRIPTORS).map(|_| File::open("/dev/null")).collect();
    let spare = spare.map_err(|error| explain(&error, "cannot wait for the network"))?;
    drop(spare);
    Builder::new_current_thread().enable_all().build()
}

/// The same error with what could not be done, and what to do about it if that is known.
pub(super) fn explain(error: &io::Error, what: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}{}", hint(error)))
}

/// What to do about an error of the operating system that says nothing of the limit behind it; else nothing.
pub fn hint(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(TOO_MANY_OPEN_FILES) => "; allow this process more open files (`ulimit -n`)",
        _ => "",
    }
}
