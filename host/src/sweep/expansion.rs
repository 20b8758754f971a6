//! Which values each scenario has.

/// How the values of axes make scenarios.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// How many values each axis has, at least 1.
    lengths: Vec<usize>,
    aligned: bool,
}

impl Expansion {
    /// Axes with so many values. `aligned`: the first values of all axes make the first scenario, and so on, and all
    /// lengths are equal; else every combination is one, the last axis varying fastest.
    pub fn new(lengths: Vec<usize>, aligned: bool) -> Self {
        Self { lengths, aligned }
    }

    /// The number of scenarios; one without axes.
    pub fn count(&self) -> u64 {
        if self.aligned {
            self.lengths.first().map_or(1, |length| *length as u64)
        } else {
            self.lengths.iter().map(|length| *length as u64).product()
        }
    }

    /// For each axis the position of its value in scenario `id`, 1 to [`count`](Self::count).
    pub fn chosen(&self, id: u64) -> Vec<usize> {
        let index = id.saturating_sub(1) as usize;
        if self.aligned {
            return vec![index; self.lengths.len()];
        }
        let mut rest = index;
        let mut chosen: Vec<usize> = (self.lengths.iter().rev())
            .map(|length| {
                let position = rest % length;
                rest /= length;
                position
            })
            .collect();
        chosen.reverse();
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_last_axis_varies_fastest() {
        let product = Expansion::new(vec![2, 1, 3], false);
        let all: Vec<Vec<usize>> = (1..=product.count()).map(|id| product.chosen(id)).collect();
        assert_eq!(all, [[0, 0, 0], [0, 0, 1], [0, 0, 2], [1, 0, 0], [1, 0, 1], [1, 0, 2]]);
        let aligned = Expansion::new(vec![2, 2], true);
        assert_eq!((aligned.count(), aligned.chosen(1), aligned.chosen(2)), (2, vec![0, 0], vec![1, 1]));
        let none = Expansion::new(Vec::new(), false);
        assert_eq!((none.count(), none.chosen(1)), (1, Vec::new()));
    }

    proptest! {
        #[test]
        fn every_combination_is_one_scenario(lengths in prop::collection::vec(1_usize..5, 0..5)) {
            let product = Expansion::new(lengths.clone(), false);
            let all: Vec<Vec<usize>> = (1..=product.count()).map(|id| product.chosen(id)).collect();
            prop_assert!(all.is_sorted());
            for chosen in &all {
                prop_assert_eq!(chosen.len(), lengths.len());
                prop_assert!(chosen.iter().zip(&lengths).all(|(position, length)| position < length));
            }
            let distinct: BTreeSet<&Vec<usize>> = all.iter().collect();
            prop_assert_eq!(distinct.len(), all.len());
            prop_assert_eq!(all.len(), lengths.iter().product::<usize>());
        }
    }
}
