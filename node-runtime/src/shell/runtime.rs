//! What a program takes from the operating system before it can begin: a runtime that waits for sockets, timers and
//! signals, and threads. What there is too little of is an error that says so.

use std::fs::File;
use std::io;
use std::thread::JoinHandle;
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
    drop(spare.map_err(|error| explain(&error, "cannot wait for the network", hint(&error)))?);
    Builder::new_current_thread().enable_all().build()
}

/// Starts a thread of this name.
///
/// # Errors
/// What the operating system said, and what to do.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let allow = "; allow this process more memory and threads (`ulimit -v`, `ulimit -u`)";
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map_err(|error| explain(&error, &format!("cannot start the thread `{name}`"), allow))
}

fn explain(error: &io::Error, what: &str, advice: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}{advice}"))
}

/// What to do about an error of the operating system that says nothing of the limit behind it; else nothing.
pub fn hint(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(TOO_MANY_OPEN_FILES) => "; allow this process more open files (`ulimit -n`)",
        _ => "",
    }
}
