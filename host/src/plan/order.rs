//! Topological order of models.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Orders `count` models so that each comes after those it depends on; among the ready ones the first in
/// file order comes first. `edges` are (before, after).
///
/// # Errors
/// The models that stand on or behind a loop, if there is one.
pub(super) fn topological_order(count: usize, edges: &[(usize, usize)]) -> Result<Vec<usize>, Vec<usize>> {
    let mut waits = vec![0_u32; count];
    let mut followers = vec![Vec::new(); count];
    for &(before, after) in edges {
        waits[after] += 1;
        followers[before].push(after);
    }
    let mut ready: BinaryHeap<_> = (0..count).filter(|&model| waits[model] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(model)) = ready.pop() {
        order.push(model);
        for &follower in &followers[model] {
            waits[follower] -= 1;
            if waits[follower] == 0 {
                ready.push(Reverse(follower));
            }
        }
    }
    if order.len() == count { Ok(order) } else { Err((0..count).filter(|&model| waits[model] > 0).collect()) }
}

#[cfg(test)]
mod tests {
    use super::topological_order;

    #[test]
    fn ties_keep_file_order() {
        assert_eq!(topological_order(4, &[(3, 0)]), Ok(vec![1, 2, 3, 0]));
    }

    #[test]
    fn a_loop_is_named_with_what_stands_behind_it() {
        assert_eq!(topological_order(4, &[(0, 1), (1, 0), (1, 2)]), Err(vec![0, 1, 2]));
    }
}
