//! Ctrl-C and SIGTERM as a flag that runs look at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once the program is asked to end. A second request ends it at once.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// A flag that the signals of this process set.
    pub fn from_signals() -> Self {
        let flag = Self::default();
        let set = flag.clone();
        // If the signals cannot be watched, they end the process as they always did.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || watch(&set));
        flag
    }

    /// Whether the program is asked to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Asks the program to end.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn watch(flag: &StopFlag) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if flag.is_set() {
                std::process::exit(130);
            }
            flag.set();
        }
    });
}
