//! Threads that take jobs from one queue. A job that panics ends with its thread, and nothing else does.
//!
//! ```text
//!   queue ─ next id ─▶ thread: job ─── what there is to tell ─▶ the thread that called `run`
//!                        └ panic ─▶ message, and another thread takes its place
//! ```
//!
//! Most jobs have nothing to tell: waking a thread for each of them would cost as much as a small job.
//!
//! Released programs abort where they panic. So the hook that is called first tells of the panic and, in them, never
//! returns: its thread sleeps for the rest of the process. Invariant: a job holds no lock that another job needs.

use illuminator_node::shell::spawn;
use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{self, PanicHookInfo};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Once};
use std::time::Duration;

/// So many panics end a sweep: each leaves a thread behind, and the defect is well known by then.
const PANICS_MAX: usize = 64;

/// What is heard of the jobs.
pub(super) enum Heard<T> {
    /// Nothing for a while, or for longer.
    Nothing,
    /// One has something to tell.
    Told(T),
    /// One panicked: where, and its message.
    Panicked(u64, String),
}

/// How long a while is.
const LOOK: Duration = Duration::from_millis(100);

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
    Told(T),
    Panicked(u64, String),
    /// There is nothing left to do.
    Left,
}

/// What the threads share.
struct Shared<M> {
    ids: Vec<u64>,
    next: AtomicUsize,
    make: M,
}

/// What a panic of this thread is told by.
type Tell = Box<dyn FnOnce(String)>;

thread_local! {
    static TELL: RefCell<Option<Tell>> = const { RefCell::new(None) };
}

/// Does the job of every id, on so many threads. Each thread makes its own job, which returns what is to be told; `hear`
/// is called in this thread.
///
/// # Errors
/// [`PoolError`].
pub(super) fn run<T, J>(
    threads: usize,
    ids: Vec<u64>,
    make: impl Fn() -> J + Send + Sync + 'static,
    mut hear: impl FnMut(Heard<T>),
) -> Result<(), PoolError>
where
    T: Send + 'static,
    J: FnMut(u64) -> Option<T>,
{
    tell_of_panics();
    let shared = Arc::new(Shared { ids, next: AtomicUsize::new(0), make });
    let (events, heard) = channel();
    let start = |number: usize| {
        let (shared, events) = (Arc::clone(&shared), events.clone());
        spawn(&format!("sweep {number}"), move || work(&shared, &mut (shared.make)(), &events))
    };
    let threads = threads.max(1);
    for number in 0..threads {
        start(number)?;
    }
    let (mut left, mut panics) = (0, 0);
    // There is an event for the end of each thread: one of them, or of the one in its place.
    while left < threads {
        match heard.recv_timeout(LOOK) {
            Ok(Event::Left) => left += 1,
            Ok(Event::Told(told)) => hear(Heard::Told(told)),
            Ok(Event::Panicked(id, message)) => {
                hear(Heard::Panicked(id, message));
                panics += 1;
                if panics == PANICS_MAX {
                    return Err(PoolError::Panics);
                }
                start(threads + panics)?;
            }
            Err(_) => hear(Heard::Nothing),
        }
    }
    Ok(())
}

fn work<M, T: Send + 'static>(
    shared: &Shared<M>,
    job: &mut impl FnMut(u64) -> Option<T>,
    events: &Sender<Event<T>>,
) {
    // If nobody listens any more, the program is about to end.
    let current = Rc::new(Cell::new(0));
    let (teller, id) = (events.clone(), Rc::clone(&current));
    let tell = Box::new(move |message| drop(teller.send(Event::Panicked(id.get(), message))));
    TELL.with_borrow_mut(|slot| *slot = Some(tell));
    while let Some(&id) = shared.ids.get(shared.next.fetch_add(1, Ordering::Relaxed)) {
        current.set(id);
        if let Some(told) = job(id) {
            let _ = events.send(Event::Told(told));
        }
    }
    TELL.with_borrow_mut(Option::take);
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
            // Where panics unwind, the thread ends now. One that sleeps here keeps the hook to itself.
            while cfg!(panic = "abort") {
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
        let mut all = BTreeMap::new();
        let whole = run(
            threads,
            (1..=count).collect(),
            move || move |id| Some((id, job(id))),
            |heard| {
                let (id, text) = match heard {
                    Heard::Told((id, outcome)) => (id, outcome.to_string()),
                    Heard::Panicked(id, message) => (id, message),
                    Heard::Nothing => return,
                };
                assert!(all.insert(id, text).is_none(), "{id} is told once");
            },
        );
        (all, whole.is_ok())
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
