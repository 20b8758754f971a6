//! What the scenarios of a sweep differ in.

use super::range;
use crate::scenario::report::{Located, Mark, Report, quote};
use crate::scenario::schema::{RawScenario, read_value};
use crate::scenario::yaml::{Node, Yaml};
use illuminator_node::value::Value;

/// A parameter of a model and the values that it takes: one entry of `multi_parameters`.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The model's name.
    pub model: String,
    /// The parameter.
    pub key: String,
    /// At least one.
    pub values: Vec<Value>,
    /// Where each value stands.
    pub(super) marks: Vec<Mark>,
    /// Position of the model in the file.
    pub(super) position: usize,
    /// Where the values stand.
    pub(super) mark: Mark,
}

/// Takes the axes out of the raw scenario, in the order of the file; `None` after reporting what is wrong with one.
pub(super) fn take(raw: &mut RawScenario, report: &mut Report<'_>) -> Option<Vec<Axis>> {
    let errors = report.errors();
    let mut axes = Vec::new();
    for (position, model) in raw.models.iter_mut().enumerate() {
        let Some(found) = model.axes.take() else { continue };
        for (Located { value: key, .. }, node) in found.entries {
            let (mark, model) = (node.mark, model.name.value.clone());
            if let Some((values, marks)) = values(&node, report) {
                axes.push(Axis { model, key, values, marks, position, mark });
            }
        }
    }
    (report.errors() == errors).then_some(axes)
}

/// The values of an axis and where they stand.
fn values(node: &Node, report: &mut Report<'_>) -> Option<(Vec<Value>, Vec<Mark>)> {
    match &node.value {
        Yaml::List(items) => {
            let values = items.iter().map(|item| read_value(item, report)).collect::<Option<_>>()?;
            Some((values, items.iter().map(|item| item.mark).collect()))
        }
        Yaml::Text(text) => match range::values(text) {
            Ok(values) => {
                let marks = vec![node.mark; values.len()];
                Some((values.into_iter().map(Value::Int).collect(), marks))
            }
            Err(problem) => {
                let message = format!("{} cannot be used: {problem}", quote(text));
                report.error_help(node.mark, message, "for example `range(1, 10, 2)`: 1, 3, 5, 7, 9");
                None
            }
        },
        // The schema has refused the rest.
        _ => None,
    }
}

/// Takes `align_parameters`, and checks that the axes fit it and do not make too many scenarios.
pub(super) fn is_aligned(raw: &mut RawScenario, axes: &[Axis], report: &mut Report<'_>) -> Option<bool> {
    let aligned = raw.align.take();
    let Some((mark, aligned)) = aligned else {
        if axes.len() > 1 {
            let message = "`align_parameters` is not given: every value is combined with every other";
            report.warning_help(
                Mark::default(),
                message,
                "write `align_parameters: false` in `scenario`; with `true` the first values belong together, and so on",
            );
        }
        return check_count(axes, false, report);
    };
    let Some(first) = axes.first() else {
        if aligned {
            let message = "`align_parameters` is true, but no model has `multi_parameters`";
            report.error_help(mark, message, "there is nothing to align: remove it");
            return None;
        }
        return Some(false);
    };
    let uneven = axes.iter().find(|axis| axis.values.len() != first.values.len());
    if let (true, Some(other)) = (aligned, uneven) {
        let message = format!(
            "with `align_parameters: true` all parameters need equally many values, but {} has {} and {} has {}",
            quote(&format!("{}.{}", first.model, first.key)),
            first.values.len(),
            quote(&format!("{}.{}", other.model, other.key)),
            other.values.len()
        );
        report.error_help(
            other.mark,
            message,
            "with `align_parameters: false` every value is combined with every other",
        );
        return None;
    }
    check_count(axes, aligned, report)
}

fn check_count(axes: &[Axis], aligned: bool, report: &mut Report<'_>) -> Option<bool> {
    let count = axes.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len()));
    if !aligned && count.is_none_or(|count| count > range::VALUES_MAX) {
        let message = format!("these are more than {} scenarios", range::VALUES_MAX);
        report.error_help(Mark::default(), message, "give fewer values, or align them");
        return None;
    }
    Some(aligned)
}
