//! The smallest plan that still fails.

use super::plan::Plan;
use crate::tube::Faults;
use illuminator_protocol::Duration;

/// Leaves out of `items` whatever can be left out so that `fails` still holds: halves first, then ever smaller parts,
/// until no single one can go. `items` itself must fail.
pub fn fewest<T: Clone>(mut items: Vec<T>, mut fails: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut part = items.len().div_ceil(2);
    while part > 0 && !items.is_empty() {
        let mut start = 0;
        let before = items.len();
        while start < items.len() {
            let end = (start + part).min(items.len());
            let rest = [&items[..start], &items[end..]].concat();
            if fails(&rest) {
                items = rest;
            } else {
                start = end;
            }
        }
        // Single ones are tried until none can go.
        part = if part > 1 { part.div_ceil(2).min(items.len()) } else { usize::from(items.len() < before) };
    }
    items
}

/// The smallest plan that still fails, beginning with one that does: as few faults as possible, on a network as good as
/// possible.
pub fn smallest(plan: &Plan, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut plan = plan.clone();
    let with = |plan: &Plan, faults: &[_]| Plan { faults: faults.to_vec(), ..plan.clone() };
    let faults = plan.faults.clone();
    plan.faults = fewest(faults, |faults| fails(&with(&plan, faults)));
    let simpler: [fn(&mut Plan); 7] = [
        |plan| plan.network = Faults::NONE,
        |plan| plan.network.loss = 0.0,
        |plan| plan.network.duplication = 0.0,
        |plan| plan.network.corruption = 0.0,
        |plan| plan.network.delay_max = plan.network.delay_min,
        |plan| plan.pace = Duration::ZERO,
        |plan| plan.journal_every = Duration::ZERO,
    ];
    for simplify in simpler {
        let mut simple = plan.clone();
        simplify(&mut simple);
        if fails(&simple) {
            plan = simple;
        }
    }
    let faults = plan.faults.clone();
    plan.faults = fewest(faults, |faults| fails(&with(&plan, faults)));
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Fault, Size, What};

    #[test]
    fn only_what_is_needed_is_left() {
        let mut tries = 0;
        let left = fewest((0..100).collect(), |items: &[u32]| {
            tries += 1;
            [13, 14, 77].iter().all(|needed| items.contains(needed))
        });
        assert_eq!(left, [13, 14, 77]);
        assert!(tries < 100, "{tries} tries");
        assert!(fewest(vec![1, 2, 3], |_| true).is_empty());
        // One can go only after another has gone.
        let chain = |items: &[u32]| items.windows(2).all(|pair| pair[0] + 1 == pair[1]) && items.contains(&0);
        assert_eq!(fewest((0..9).collect(), chain), [0]);
        assert!(fewest(Vec::<u32>::new(), |_| true).is_empty());
    }

    #[test]
    fn a_plan_is_reduced_to_the_fault_and_the_loss_that_make_it_fail() {
        let size = Size { nodes: 6, steps: 96, plugs: 0, weight: 1 };
        let crash = |fault: &Fault| matches!(fault.what, What::NodeCrash { .. });
        let fails = |plan: &Plan| plan.faults.iter().any(crash) && plan.network.loss > 0.0;
        let plan = (0..)
            .map(|seed| Plan::draw(seed, &[size]))
            .find(|plan| fails(plan) && plan.faults.len() > 4)
            .expect("there is no end of seeds");
        let small = smallest(&plan, fails);
        assert!(matches!(small.faults[..], [fault] if crash(&fault)), "{small:?}");
        assert_eq!((small.network.loss, small.network.duplication), (plan.network.loss, 0.0));
        assert_eq!((small.pace, small.seed), (Duration::ZERO, plan.seed));
    }
}
