//! Where people have put the components of the drawing.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most components with a place.
const COMPONENTS_MAX: usize = 10_000;

/// The places of components by name. Those that are not named stand where the page puts them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// x and y in the drawing, 0 to 1 from its left and upper margins.
    pub components: BTreeMap<String, [f64; 2]>,
}

impl Layout {
    /// Whether all places are in the drawing, and not too many.
    pub fn is_valid(&self) -> bool {
        let inside = |place: &[f64; 2]| place.iter().all(|part| (0.0..=1.0).contains(part));
        self.components.len() <= COMPONENTS_MAX && self.components.values().all(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn places_are_in_the_drawing() {
        let at = |x, y| Layout { components: [("a".to_owned(), [x, y])].into() };
        assert!(at(0.0, 1.0).is_valid() && Layout::default().is_valid());
        for (x, y) in [(-0.1, 0.0), (0.0, 1.1), (f64::NAN, 0.0)] {
            assert!(!at(x, y).is_valid(), "{x} {y}");
        }
    }
}
