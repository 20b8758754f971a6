//! The key `via` of a connection: which cable carries it, and what arrives without.

use super::cables::Ids;
use super::cast::Cast;
use super::inputs::needs_number;
use crate::scenario::report::{Report, quote};
use crate::scenario::schema::{RawConnection, RawVia};
use crate::scenario::{Connection, Via};
use illuminator_node::model::{Origin, Takes};
use illuminator_node::scalar::Scalar;

/// Reports a `via` where a connection leads to a Collector.
pub(super) fn refuse(raw: &RawConnection, report: &mut Report<'_>) {
    if let Some(via) = &raw.via {
        let message = format!("{} is a Collector: its columns are always there", quote(&raw.to.model));
        report.error_help(via.mark, message, "remove `via`");
    }
}

/// The cable that carries `connection`; reports why it cannot.
pub(super) fn resolve(
    cast: &Cast,
    ids: &Ids,
    raw: &RawVia,
    connection: &Connection,
    report: &mut Report<'_>,
) -> Option<Via> {
    let cable = ids.find(&raw.cable, report);
    let to = &cast.models[connection.to_model].entry;
    if let Some(input) = connection.to_input
        && to.model_type.inputs[input].takes == Takes::AnyWithSources
    {
        let input = format!("{}.{}", to.name, connection.to_name);
        let message =
            format!("{} must know who sends to it: no connection to it can come and go", quote(&input));
        report.error_help(raw.cable.mark, message, "remove `via`");
        return None;
    }
    let Some(otherwise) = &raw.otherwise else { return Some(Via { cable: cable?, otherwise: None }) };
    let value = &otherwise.value;
    let is_number = value.as_scalar().is_some_and(Scalar::is_number);
    let is_added = cast.origin(connection.from_model, connection.from_attribute) == Origin::Output;
    if !is_number && (is_added || needs_number(to.model_type, connection)) {
        let input = format!("{}.{}", to.name, connection.to_name);
        let message = format!("{} needs a number, not {}", quote(&input), value.describe());
        report.error_help(otherwise.mark, message, "for example `otherwise: 0`");
    } else if !value.is_bounded() {
        report.error(otherwise.mark, "`otherwise` is too large to be handed from model to model");
    }
    Some(Via { cable: cable?, otherwise: Some(value.clone()) })
}
