//! What meets at one input (spec/scenario-format.md 6.4), and inputs where nothing arrives.

use super::cast::Cast;
use super::connections::{Route, Routes};
use crate::scenario::Connection;
use crate::scenario::report::{Report, quote};
use illuminator_node::model::{ModelType, Origin, Takes};
use illuminator_node::value::Value;
use std::collections::BTreeMap;

/// Checks every input of every model.
pub(super) fn check(cast: &Cast, routes: &Routes, report: &mut Report<'_>) {
    // By destination: model and input.
    let mut arriving: BTreeMap<(usize, &str), Vec<Arrival<'_>>> = BTreeMap::new();
    // Connections into a model come in groups of one source model and one shift, in the order of their first.
    let mut groups: BTreeMap<(usize, usize, bool), usize> = BTreeMap::new();
    for (index, route) in routes.routes.iter().enumerate() {
        let connection = &route.connection;
        let shifted = connection.shifted.is_some();
        let key = (connection.to_model, connection.from_model, shifted);
        let group = *groups.entry(key).or_insert(index);
        let input = (connection.to_model, connection.to_name.as_str());
        arriving.entry(input).or_default().push(Arrival { group, index, route });
    }
    for ((model, _), arrivals) in &mut arriving {
        arrivals.sort_by_key(|arrival| (arrival.group, arrival.index));
        check_input(cast, cast.models[*model].entry.model_type, arrivals, report);
    }
    check_required(cast, routes, &arriving, report);
}

/// A connection at its input.
struct Arrival<'a> {
    group: usize,
    index: usize,
    route: &'a Route,
}

fn check_input(cast: &Cast, model_type: &ModelType, arrivals: &[Arrival<'_>], report: &mut Report<'_>) {
    let origin = |route: &Route| cast.origin(route.connection.from_model, route.connection.from_attribute);
    let remaining = remaining(arrivals, report);
    let Some((first, rest)) = remaining.split_first() else { return };
    if let Some(other) = rest.iter().find(|route| origin(route) != origin(first)) {
        let (output, state) = if origin(first) == Origin::Output { (first, other) } else { (other, first) };
        report.error_help(
            other.to.mark,
            format!(
                "{} gets the output {} and the state {}",
                quote(&other.to.text()),
                quote(&output.from.text()),
                quote(&state.from.text())
            ),
            "several outputs are added and several states are listed, but the two cannot be mixed",
        );
        return;
    }
    if let Some(second) = rest.first()
        && origin(first) == Origin::State
        && needs_number(model_type, &second.connection)
    {
        report.error_help(
            second.to.mark,
            format!(
                "{} needs a number, but the states {} and {} arrive as a list",
                quote(&second.to.text()),
                quote(&first.from.text()),
                quote(&second.from.text())
            ),
            "only outputs are added up: connect one state, or use outputs",
        );
    }
    for route in &remaining {
        if route.connection.shifted == Some(Value::Null)
            && origin(route) == Origin::State
            && needs_number(model_type, &route.connection)
        {
            let message = format!(
                "{} needs a number in the first step, but its initial value is null",
                quote(&route.to.text())
            );
            report.error_help(route.to.mark, message, "write a number behind the name in `inputs:`");
        }
    }
}

/// One connection per source model remains: of two attributes the later one, at the place of the first.
fn remaining<'a>(arrivals: &[Arrival<'a>], report: &mut Report<'_>) -> Vec<&'a Route> {
    let mut remaining: Vec<&Route> = Vec::new();
    let mut position: BTreeMap<usize, usize> = BTreeMap::new();
    for arrival in arrivals {
        let route = arrival.route;
        let place = *position.entry(route.connection.from_model).or_insert(remaining.len());
        let Some(earlier) = remaining.get_mut(place) else {
            remaining.push(route);
            continue;
        };
        if earlier.connection.from_attribute != route.connection.from_attribute {
            report.warning_help(
                route.from.mark,
                format!(
                    "{} takes the place of {} (line {}) at {}: they are neither added nor listed",
                    quote(&route.from.text()),
                    quote(&earlier.from.text()),
                    earlier.from.mark.line,
                    quote(&route.to.text())
                ),
                "of two attributes of one model at one input only the later one arrives",
            );
        }
        *earlier = route;
    }
    remaining
}

/// Whether the model computes with what arrives there.
pub(super) fn needs_number(model_type: &ModelType, connection: &Connection) -> bool {
    connection.to_input.is_some_and(|input| computes(model_type, input))
}

/// Whether models of this type compute with what arrives at an input.
pub(super) fn computes(model_type: &ModelType, input: usize) -> bool {
    model_type.inputs[input].takes == Takes::Number
}

fn check_required(
    cast: &Cast,
    routes: &Routes,
    arriving: &BTreeMap<(usize, &str), Vec<Arrival<'_>>>,
    report: &mut Report<'_>,
) {
    if routes.astray {
        return;
    }
    for (index, member) in cast.models.iter().enumerate() {
        if routes.doubtful.contains(&index) {
            continue;
        }
        for port in member.entry.model_type.inputs.iter().filter(|port| port.required) {
            let name = &member.entry.name;
            let Some(arrivals) = arriving.get(&(index, port.name)) else {
                let message = format!("nothing is connected to the input `{}` of {}", port.name, quote(name));
                let help = format!(
                    "add a connection `to: {name}.{}`; a value under `inputs:` does not replace it",
                    port.name
                );
                report.error_help(member.mark, message, help);
                continue;
            };
            let routes = || arrivals.iter().map(|arrival| arrival.route);
            if !routes().any(Route::is_steady)
                && let Some(route) = routes().next()
            {
                let message = format!(
                    "nothing arrives at the input `{}` of {} while its cables are unplugged",
                    port.name,
                    quote(name)
                );
                report.error_help(route.to.mark, message, "add `otherwise: 0` to `via`");
            }
        }
    }
}
