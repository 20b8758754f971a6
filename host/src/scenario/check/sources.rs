//! The rules for reading an attribute, be it over a connection, into a result file or for a cable.

use super::cast::{Cast, Role};
use crate::scenario::report::{Report, list, quote};
use crate::scenario::schema::Endpoint;

/// The positions of the model and of its attribute that are to be recorded or shown; reports why there are none.
pub(super) fn value(cast: &Cast, endpoint: &Endpoint, report: &mut Report<'_>) -> Option<(usize, usize)> {
    match cast.find(endpoint, report)? {
        Role::Model(model) => Some((model, attribute(cast, model, endpoint, report)?)),
        Role::Collector(_) => {
            let message = format!("{} is a Collector: it has no values", quote(&endpoint.model));
            report.error(endpoint.mark, message);
            None
        }
        Role::Broken => None,
    }
}

/// The position of the attribute `endpoint` among those that the model writes; reports why there is none.
pub(super) fn attribute(
    cast: &Cast,
    model: usize,
    endpoint: &Endpoint,
    report: &mut Report<'_>,
) -> Option<usize> {
    let member = &cast.models[model];
    let entry = &member.entry;
    let name = endpoint.attribute.as_str();
    let ports = || entry.model_type.outputs.iter().chain(entry.model_type.states);
    let of_table = |name: &str| ports().any(|port| port.of_table && port.name == name);
    let known = (entry.attributes.iter().map(|attribute| attribute.name.as_str()))
        .enumerate()
        .filter(|(_, name)| !of_table(name));
    if let Some((position, _)) = known.clone().find(|(_, written)| *written == name) {
        return Some(position);
    }
    let written: Vec<&str> = known.map(|(_, name)| name).collect();
    let (model_name, type_name) = (quote(&entry.name), entry.model_type.name);
    if !member.declares(name) {
        let message = format!("{model_name} has no attribute {}", quote(name));
        report.error_unknown(endpoint.mark, message, name, written);
    } else {
        let settings = &entry.settings;
        let problem = if settings.outputs.contains(name) || settings.states.contains(name) {
            format!("{model_name} never writes {}", quote(name))
        } else {
            format!("{} is an input of {model_name}: there is nothing to read", quote(name))
        };
        match written.len() {
            0 => report.error(endpoint.mark, problem),
            1..=20 => report.error_help(
                endpoint.mark,
                problem,
                format!("a {type_name} writes {}", list(&written, "and")),
            ),
            _ => report.error_unknown(endpoint.mark, problem, name, written),
        }
    }
    None
}
