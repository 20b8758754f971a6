//! Ctrl-C, SIGTERM and a terminal that goes away as a flag that runs look at.

use illuminator_node::shell::{runtime, spawn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

/// The signal of a write beyond the size that files of this process may have, on Linux for x86 and Arm.
const SIGXFSZ: i32 = 25;

/// Set once the program is asked to end. A second request ends it at once.
#[derive(Clone, Debug, Default)]
pub struct StopFlag {
    set: Arc<AtomicBool>,
    /// With it this one is set as well.
    outer: Option<Arc<AtomicBool>>,
}

impl StopFlag {
    /// A flag that the signals of this process set.
    pub fn from_signals() -> Self {
        // A run may outlive its terminal if its user wants that (nohup).
        Self::watching(false, || {})
    }

    /// The same for a program that holds the terminal: it ends with it. `let_go` gives the terminal back, if a second
    /// request ends the program at once.
    pub fn at_terminal(let_go: fn()) -> Self {
        Self::watching(true, let_go)
    }

    fn watching(hangup: bool, let_go: fn()) -> Self {
        let flag = Self::default();
        let set = flag.clone();
        let (watched, ready) = channel();
        let watch = move || watch(&set, hangup, let_go, watched);
        // If the signals cannot be watched, they end the process as they always did.
        if spawn("signals", watch).is_ok() {
            // Nothing is written before: a file that grows too large is to be an error from its first byte.
            let _ = ready.recv();
        }
        flag
    }

    /// A flag for a part of the program, which ends by itself or with the rest.
    #[must_use]
    pub fn within(&self) -> Self {
        Self { set: Arc::default(), outer: Some(Arc::clone(&self.set)) }
    }

    /// Whether the program is asked to end.
    pub fn is_set(&self) -> bool {
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
        is_set(&self.set) || self.outer.as_ref().is_some_and(is_set)
    }

    /// Asks the program to end.
    pub fn set(&self) {
        self.set.store(true, Ordering::Relaxed);
    }
}

/// Watches the signals of this process; drops `watched` once it does.
fn watch(flag: &StopFlag, hangup: bool, let_go: fn(), watched: Sender<()>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = runtime() else { return };
    runtime.block_on(async {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        // Watched, it ends the process no longer: what is too large cannot be written then, and whoever writes says so.
        let _file_too_large = signal(SignalKind::from_raw(SIGXFSZ));
        let mut hung_up = if hangup { signal(SignalKind::hangup()).ok() } else { None };
        drop(watched);
        let mut asked = false;
        loop {
            let asks = tokio::select! {
                _ = interrupt.recv() => true,
                _ = terminate.recv() => true,
                // No second request: whoever used the terminal may have noticed before, and be about to end.
                () = recv(hung_up.as_mut()) => false,
            };
            if asks && std::mem::replace(&mut asked, true) {
                let_go();
                std::process::exit(130);
            }
            flag.set();
        }
    });
}

/// Ready when the signal comes; never, where it is not watched.
async fn recv(signal: Option<&mut tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
