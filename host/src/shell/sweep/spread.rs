//! Small work on many scenarios, spread over threads: files that are looked at or removed one after the other would take a
//! good part of the time of many small scenarios.

use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::thread::scope;

/// Fewer than this are not worth a thread.
const SHARE_MIN: u64 = 64;

/// Does it for all these numbers, on at most so many threads. Returns what came of each, in their order.
pub(super) fn spread<T: Send>(
    threads: usize,
    ids: RangeInclusive<u64>,
    work: impl Fn(u64) -> T + Sync,
) -> Vec<T> {
    let (first, last) = ids.into_inner();
    let count = (last + 1).saturating_sub(first);
    let share = count.div_ceil(threads.max(1) as u64).max(SHARE_MIN);
    if share >= count {
        return (first..=last).map(work).collect();
    }
    let work = &work;
    scope(|scope| {
        let parts = (first..=last).step_by(share as usize).map(|first| {
            let part = first..=last.min(first + share - 1);
            scope.spawn(move || part.map(work).collect::<Vec<T>>())
        });
        let parts: Vec<_> = parts.collect();
        let done = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::spread;
    use std::collections::BTreeSet;
    use std::thread;

    #[test]
    fn every_number_has_its_turn_in_its_place() {
        for (threads, count) in [(0, 0), (1, 10), (2, 1), (3, 1000), (16, 1025)] {
            let squares: Vec<u64> = (1..=count).map(|id| id * id).collect();
            assert_eq!(spread(threads, 1..=count, |id| id * id), squares, "{threads} threads");
        }
    }

    #[test]
    fn many_are_spread_over_the_threads_and_no_more() {
        for threads in [1, 4] {
            let names = spread(threads, 1..=1000, |_| format!("{:?}", thread::current().id()));
            assert_eq!(names.into_iter().collect::<BTreeSet<_>>().len(), threads);
        }
    }
}
