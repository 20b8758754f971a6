//! The values of the last step, as a run hands them over: cheap to take, turned into cells only when somebody looks.

use super::Cell;
use illuminator_node::model::Slots;
use illuminator_node::scalar::Kind;
use illuminator_node::value::Value;

/// The values of a step, in the order of [`Scene::items`](super::Scene::items).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The numbers; NaN where there is none.
    pub numbers: Vec<f64>,
    /// What is no number.
    texts: Vec<Option<Value>>,
    /// Where such a value became another one in this step, or ended.
    changed: Vec<usize>,
}

impl Row {
    /// Takes the values that stand at these cells. What is no number is copied only where it is another than before.
    pub fn take(&mut self, values: &Slots, cells: &[u32]) {
        self.numbers.clear();
        self.changed.clear();
        self.texts.resize(cells.len(), None);
        for (position, (&cell, text)) in cells.iter().zip(&mut self.texts).enumerate() {
            let scalar = values.scalar(cell);
            let is_number = !matches!(scalar.kind(), Kind::Null | Kind::Rich | Kind::Unset);
            self.numbers.push(if is_number { scalar.value() } else { f64::NAN });
            let rich = values.rich(cell);
            if rich != text.as_ref() {
                *text = rich.cloned();
                self.changed.push(position);
            }
        }
    }

    /// The number at a position, if there is a finite one.
    pub fn number(&self, position: Option<usize>) -> Option<f64> {
        self.numbers.get(position?).copied().filter(|number| number.is_finite())
    }

    /// The text at a position; empty if there is none.
    pub fn text(&self, position: Option<usize>) -> String {
        position.and_then(|position| self.text_at(position)).unwrap_or_default()
    }

    /// Where there is another text than in the step before, or none any more, and which.
    pub fn changed(&self) -> impl Iterator<Item = (usize, Option<String>)> {
        self.changed.iter().map(|&position| (position, self.text_at(position)))
    }

    fn text_at(&self, position: usize) -> Option<String> {
        match Cell::of_value(self.texts.get(position)?.as_ref()?) {
            Cell::Text(text) => Some(text),
            Cell::None | Cell::Number(_) => None,
        }
    }

    /// All values, as people see them.
    pub fn cells(&self) -> Vec<Cell> {
        let cell = |(number, text): (&f64, &Option<Value>)| match text {
            Some(value) => Cell::of_value(value),
            None if number.is_finite() => Cell::Number(*number),
            None => Cell::None,
        };
        self.numbers.iter().zip(&self.texts).map(cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use illuminator_node::scalar::Scalar;

    #[test]
    fn values_become_cells_and_what_is_none_stays_none() {
        let mut slots = Slots::new(5);
        slots.set(0, Scalar::float(1.5));
        slots.set(1, Scalar::NULL);
        slots.set(2, Scalar::float(f64::INFINITY));
        slots.set_value(3, Value::Text("winter".to_owned()));
        let mut row = Row::default();
        let cells = [4, 3, 2, 1, 0];
        row.take(&slots, &cells);
        let winter = Cell::Text("winter".to_owned());
        assert_eq!(row.cells(), [Cell::None, winter, Cell::None, Cell::None, Cell::Number(1.5)]);
        assert_eq!((row.number(Some(4)), row.number(Some(2)), row.number(None)), (Some(1.5), None, None));
        assert_eq!((row.text(Some(1)), row.text(Some(4))), ("winter".to_owned(), String::new()));
        slots.set(3, Scalar::int(2));
        row.take(&slots, &cells);
        assert_eq!(row.cells()[1], Cell::Number(2.0), "a text that is gone is forgotten");
    }
}
