//! The entries of `connections`: who they join, and the rules for each by itself
//! (spec/scenario-format.md section 5).

use super::cables::Ids;
use super::cast::{Cast, Role};
use super::{sources, via};
use crate::scenario::report::{Mark, Report, quote};
use crate::scenario::schema::{Endpoint, RawConnection};
use crate::scenario::{Connection, Item};
use illuminator_node::model::{Origin, SectionKind};
use illuminator_node::value::Value;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The connections between models.
#[derive(Default)]
pub(super) struct Routes {
    /// Those that work, in file order.
    pub(super) routes: Vec<Route>,
    /// Models that an entry with an error would have fed: what arrives there is unknown.
    pub(super) doubtful: BTreeSet<usize>,
    /// An entry leads to nobody: any model may be meant.
    pub(super) astray: bool,
}

/// A connection and where it comes from.
pub(super) struct Route {
    pub(super) connection: Connection,
    /// As in the file.
    pub(super) from: Endpoint,
    /// As in the file.
    pub(super) to: Endpoint,
}

impl Route {
    /// Whether something arrives in every step.
    pub(super) fn is_steady(&self) -> bool {
        self.connection.via.as_ref().is_none_or(|via| via.otherwise.is_some())
    }
}

/// Joins models as the file says; connections to Collectors become items of their result files.
pub(super) fn resolve(raws: &[RawConnection], ids: &Ids, cast: &mut Cast, report: &mut Report<'_>) -> Routes {
    let mut routes = Routes::default();
    // First line on which a source is used, for the split rule.
    let mut used: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for raw in raws {
        let from = source_model(cast, &raw.from, report);
        let to = cast.find(&raw.to, report);
        match (from, to) {
            (Some(from), Some(Role::Collector(collector))) => {
                via::refuse(raw, report);
                if let Some(attribute) = sources::attribute(cast, from, &raw.from, report) {
                    cast.collectors[collector].items.push(Item::Attribute { model: from, attribute });
                }
            }
            (Some(from), Some(Role::Model(to))) => {
                let line = raw.from.mark.line;
                let first_use = match used.entry((&raw.from.model, &raw.from.attribute)) {
                    Entry::Vacant(unused) => {
                        unused.insert(line);
                        None
                    }
                    Entry::Occupied(first) => Some(*first.get()),
                };
                match route(cast, ids, raw, (from, to), first_use, report) {
                    Some(connection) => {
                        routes.routes.push(Route { connection, from: raw.from.clone(), to: raw.to.clone() });
                    }
                    None => {
                        routes.doubtful.insert(to);
                    }
                }
            }
            (None, Some(Role::Model(to))) => {
                routes.doubtful.insert(to);
            }
            (_, None) => routes.astray = true,
            (_, Some(Role::Broken)) | (None, Some(Role::Collector(_))) => {}
        }
    }
    share_initial_values(cast, &mut routes, report);
    routes
}

/// The model that a connection starts at, if it is one that works.
fn source_model(cast: &Cast, from: &Endpoint, report: &mut Report<'_>) -> Option<usize> {
    let role = cast.find(from, report)?;
    if cast.is_ambiguous(&from.model) {
        let message = format!("several models are called {}: which one is the source?", quote(&from.model));
        report.error_help(from.mark, message, "give each model a name of its own");
        return None;
    }
    match role {
        Role::Model(model) => Some(model),
        Role::Collector(_) => {
            report.error(from.mark, format!("{} is a Collector: it has no values", quote(&from.model)));
            None
        }
        Role::Broken => None,
    }
}

fn route(
    cast: &Cast,
    ids: &Ids,
    raw: &RawConnection,
    (from, to): (usize, usize),
    first_use: Option<u32>,
    report: &mut Report<'_>,
) -> Option<Connection> {
    let errors = report.errors();
    let from_attribute = sources::attribute(cast, from, &raw.from, report);
    let to_input = destination(cast, to, &raw.to, report);
    if from_attribute.is_some()
        && let Some(line) = first_use
    {
        check_split(cast, from, &raw.from, line, report);
    }
    let shifted = if raw.time_shifted { initial_value(cast, raw, from, to, report) } else { None };
    let mut connection = Connection {
        from_model: from,
        from_attribute: from_attribute?,
        to_model: to,
        to_input,
        to_name: raw.to.attribute.clone(),
        shifted: shifted.map(|(value, _)| value.clone()),
        via: None,
    };
    if let Some(raw_via) = &raw.via {
        connection.via = via::resolve(cast, ids, raw_via, &connection, report);
    }
    (report.errors() == errors).then_some(connection)
}

/// The position of the input in the model type; `None` if the model never reads this name. Any declared name
/// is accepted; another one is reported.
fn destination(cast: &Cast, to: usize, endpoint: &Endpoint, report: &mut Report<'_>) -> Option<usize> {
    let member = &cast.models[to];
    let (model_type, name) = (member.entry.model_type, endpoint.attribute.as_str());
    let input = model_type.inputs.iter().position(|port| port.name == name && !port.of_table);
    let model = quote(&member.entry.name);
    match (member.declares(name), input) {
        (true, Some(_)) => {}
        (true, None) => report.warning_help(
            endpoint.mark,
            format!("{model} never reads {}: this connection has no effect", quote(name)),
            format!("`illuminator models show {}` lists its inputs", model_type.name),
        ),
        (false, Some(_)) => report.error_help(
            endpoint.mark,
            format!("{model} does not list the input {}", quote(name)),
            format!("add `{name}:` under `inputs:` of {model}"),
        ),
        (false, None) => {
            let known = model_type.inputs.iter().filter(|port| !port.of_table).map(|port| port.name);
            report.error_unknown(endpoint.mark, format!("{model} has no input {}", quote(name)), name, known);
        }
    }
    input
}

/// A source may feed a second destination only if its model lists it as a state.
fn check_split(cast: &Cast, from: usize, endpoint: &Endpoint, line: u32, report: &mut Report<'_>) {
    let name = endpoint.attribute.as_str();
    let text = quote(&endpoint.text());
    if cast.own_lists(from, SectionKind::Outputs, name) {
        report.error_help(
            endpoint.mark,
            format!("{text} is an output and already feeds the connection on line {line}"),
            "an output is a physical flow and goes to one place; only states can be read by several models",
        );
    } else if !cast.own_lists(from, SectionKind::States, name) {
        report.error_help(
            endpoint.mark,
            format!("{text} already feeds the connection on line {line}"),
            format!("list `{name}:` under `states:` of {} to connect it twice", quote(&endpoint.model)),
        );
    }
}

/// The value that a time-shifted connection delivers in the first step: that of the input in the destination's
/// own `inputs`.
fn initial_value<'c>(
    cast: &'c Cast,
    raw: &RawConnection,
    from: usize,
    to: usize,
    report: &mut Report<'_>,
) -> Option<(&'c Value, Mark)> {
    let source = raw.from.attribute.as_str();
    let listed = [SectionKind::Outputs, SectionKind::States]
        .into_iter()
        .any(|kind| cast.own_lists(from, kind, source));
    if !listed && cast.models[from].declares(source) {
        report.error_help(
            raw.from.mark,
            format!(
                "the source of a time-shifted connection must be listed in `outputs` or `states` of {}",
                quote(&raw.from.model)
            ),
            format!("add `{source}:` there"),
        );
    }
    let name = raw.to.attribute.as_str();
    let entry = cast.own_entry(to, SectionKind::Inputs, name);
    if entry.is_none() && cast.models[to].declares(name) {
        report.error_help(
            raw.to.mark,
            format!("a time-shifted connection needs an initial value for {}", quote(&raw.to.text())),
            format!("add `{name}: 0` under `inputs:` of {}", quote(&raw.to.model)),
        );
    }
    entry.map(|entry| (&entry.value.value, entry.value.mark))
}

/// Initial values belong to source attributes: where one feeds several time-shifted connections, the last of
/// them gives the value for all.
fn share_initial_values(cast: &Cast, routes: &mut Routes, report: &mut Report<'_>) {
    let mut last: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (index, route) in routes.routes.iter().enumerate() {
        let connection = &route.connection;
        if connection.shifted.is_some() {
            last.insert((connection.from_model, connection.from_attribute), index);
        }
    }
    for (&(model, attribute), &index) in &last {
        let route = &routes.routes[index];
        let Some(value) = &route.connection.shifted else { continue };
        if cast.origin(model, attribute) == Origin::Output
            && value.as_scalar().is_none_or(|value| !value.is_number())
        {
            let entry = cast.own_entry(route.connection.to_model, SectionKind::Inputs, &route.to.attribute);
            report.error_help(
                entry.map_or(route.to.mark, |entry| entry.value.mark),
                format!(
                    "the initial value of {} must be a number, not {}: the output {} arrives time-shifted",
                    quote(&route.to.text()),
                    value.describe(),
                    quote(&route.from.text())
                ),
                "for example 0",
            );
        }
    }
    for index in 0..routes.routes.len() {
        let connection = &routes.routes[index].connection;
        if connection.shifted.is_some()
            && let Some(&source) = last.get(&(connection.from_model, connection.from_attribute))
        {
            let value = routes.routes[source].connection.shifted.clone();
            routes.routes[index].connection.shifted = value;
        }
    }
}
