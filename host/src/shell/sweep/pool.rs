//! Threads that take jobs from one queue. A job that panics ends with its thread, and nothing else does.
//!
//! ```text
//!   queue ─ next id ─▶ thread: job ─▶ outcome ─▶ the thread that called `run`
//!                        └ panic ─▶ message ──▶ another thread takes its place
//! ```
//!
//! Released programs abort where they panic. So the hook that is called first tells of the panic and never returns: its
//! thread sleeps for the rest of the process. Invariant: a job holds no lock that another job needs.

use illuminator_node::shell::spawn;
use std::cell::RefCell;
use std::io;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Once};

/// So many panics end a sweep: each leaves a thread behind, and the defect is well known by then.
const PANICS_MAX: usize = 64;

/// How a job ended.
pub(super) enum Ended<T> {
    /// With this.
    With(T),
    /// By a panic: where, and its message.
    Panicked(String),
}

/// Why not all jobs were done.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// A thread cannot be started.
    #[error(transparent)]
    Thread(#[from] io::Error),
    /// Too many jobs panicked.
    #[error("{PANICS_MAX} scenarios were ended by a defect of this program: that is enough")]
    Panics,
}

enum Event<T> {
    Ended(u64, Ended<T>),
    /// There is nothing left to do.
    Left,
}

/// What a panic of this thread is told by.
type Tell = Box<dyn FnOnce(String)>;

thread_local! {
    static TELL: RefCell<Option<Tell>> = const { RefCell::new(None) };
}

/// Does the job of every id, on so many threads. Each thread makes its own `job`; `each` hears of the outcomes, in this
/// thread.
///
/// # Errors
/// [`PoolError`].
pub(super) fn run<T, J>(
    threads: usize,
    ids: Vec<u64>,
    make: impl Fn() -> J + Send + Sync + 'static,
    mut each: impl FnMut(u64, Ended<T>),
) -> Result<(), PoolError>
where
    T: Send + 'static,
    J: FnMut(u64) -> T,
{
    tell_of_panics();
    let shared = Arc::new((ids, AtomicUsize::new(0), make));
    let (events, heard) = channel();
    let start = |number: usize| {
        let (shared, events) = (Arc::clone(&shared), events.clone());
        spawn(&format!("sweep {number}"), move || {
            let (ids, next, make) = &*shared;
            work(ids, next, &mut make(), &events);
        })
    };
    for number in 0..threads.max(1) {
        start(number)?;
    }
    let (mut left, mut panics) = (0, 0);
    // There is an event for the end of each thread: one of them, or of the one in its place.
    while left < threads.max(1) {
        match heard.recv().expect("this function keeps a sender") {
            Event::Left => left += 1,
            Event::Ended(id, ended) => {
                let panicked = matches!(ended, Ended::Panicked(_));
                each(id, ended);
                if panicked {
                    panics += 1;
                    if panics == PANICS_MAX {
                        return Err(PoolError::Panics);
                    }
                    start(threads + panics)?;
                }
            }
        }
    }
    Ok(())
}

fn work<T: Send + 'static>(
    ids: &[u64],
    next: &AtomicUsize,
    job: &mut impl FnMut(u64) -> T,
    events: &Sender<Event<T>>,
) {
    while let Some(&id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
        let teller = events.clone();
        let tell = Box::new(move |message| drop(teller.send(Event::Ended(id, Ended::Panicked(message)))));
        TELL.with_borrow_mut(|slot| *slot = Some(tell));
        let outcome = job(id);
        TELL.with_borrow_mut(Option::take);
        if events.send(Event::Ended(id, Ended::With(outcome))).is_err() {
            return;
        }
    }
    let _ = events.send(Event::Left);
}

/// From now on panics of threads that say how they are told are told; others are as before.
fn tell_of_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let tell = TELL.try_with(|tell| tell.try_borrow_mut().ok().and_then(|mut tell| tell.take()));
            let Ok(Some(tell)) = tell else { return before(info) };
            tell(message(info));
            loop {
                std::thread::park();
            }
        }));
    });
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let text = info.payload_as_str().unwrap_or("no message");
    match info.location() {
        Some(place) => format!("a defect of this program ended it, at {place}: {text}"),
        None => format!("a defect of this program ended it: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn outcomes(threads: usize, count: u64, job: fn(u64) -> u64) -> (BTreeMap<u64, String>, bool) {
        let mut heard = BTreeMap::new();
        let whole = run(
            threads,
            (1..=count).collect(),
            move || job,
            |id, ended| {
                let text = match ended {
                    Ended::With(outcome) => outcome.to_string(),
                    Ended::Panicked(message) => message,
                };
                assert!(heard.insert(id, text).is_none(), "{id} is told once");
            },
        );
        (heard, whole.is_ok())
    }

    #[test]
    fn every_job_is_done_once_on_any_number_of_threads() {
        for threads in [1, 2, 7, 200] {
            let (heard, whole) = outcomes(threads, 100, |id| id * id);
            assert!(whole && heard.len() == 100, "{threads} threads");
            assert!(heard.iter().all(|(id, outcome)| *outcome == (id * id).to_string()));
        }
    }

    #[test]
    fn a_panic_ends_one_job_and_no_other() {
        for threads in [1, 3] {
            let (heard, whole) =
                outcomes(threads, 50, |id| if id % 10 == 3 { panic!("job {id}") } else { id });
            assert!(whole && heard.len() == 50, "{threads} threads");
            for (id, outcome) in heard {
                let expected = if id % 10 == 3 { format!("job {id}") } else { id.to_string() };
                assert!(
                    outcome.ends_with(&expected) && (id % 10 != 3 || outcome.contains("pool.rs")),
                    "{outcome}"
                );
            }
        }
    }

    #[test]
    fn panics_without_end_end_the_sweep() {
        let (heard, whole) = outcomes(2, 1000, |id| panic!("job {id}"));
        assert!(!whole && heard.len() == PANICS_MAX, "{} jobs", heard.len());
    }
}
