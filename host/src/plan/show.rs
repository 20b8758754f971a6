//! A plan for people and programs: text, JSON, Graphviz.

use super::{HOST, NodeTarget, PlaceId, Placement, TablePlan};
use crate::scenario::{Connect, Scenario};
use illuminator_node::node::PORT;
use serde_json::{Value, json};
use std::fmt::{self, Write};

impl fmt::Display for NodeTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulated(number) => write!(f, "sim{}", number + 1),
            Self::Running(Connect::Node(name)) => f.write_str(name),
            Self::Running(Connect::Address { ip, port: PORT }) => f.write_str(ip),
            Self::Running(Connect::Address { ip, port }) => write!(f, "{ip}:{port}"),
        }
    }
}

/// What a place is called in messages and pictures.
pub(super) fn place_name(placement: &Placement, place: PlaceId) -> String {
    if place == HOST { "host".to_owned() } else { format!("node {}", placement.nodes[place - 1]) }
}

/// One block per place: its stages, and in each the models in the order in which they are stepped. Then the cables.
pub fn to_text(scenario: &Scenario, placement: &Placement, plan: &TablePlan) -> String {
    let mut text = format!(
        "{}: {} models, {} connections, {} steps of {} s from {}\n",
        scenario.name,
        scenario.models.len(),
        scenario.connections.len(),
        scenario.steps,
        scenario.resolution_s,
        scenario.start.strftime("%Y-%m-%d %H:%M:%S"),
    );
    for (place, place_plan) in plan.places.iter().enumerate() {
        let _ = writeln!(text, "{}", place_name(placement, place));
        let mut models = place_plan.models.iter();
        for (number, stage) in place_plan.stages.iter().enumerate() {
            let (imports, exports) = (stage.imports.len(), stage.exports.len());
            let _ = write!(text, "  stage {number} ({imports} values in, {exports} out):");
            for model in models.by_ref().take(stage.models as usize) {
                let _ = write!(text, " {} ({})", model.name, model.model_type);
            }
            text.push('\n');
        }
    }
    for cable in &scenario.cables {
        let ([from, to], full_scale_kw) = (&cable.ends, cable.full_scale_kw);
        let shows = attribute_name(scenario, cable.shows);
        let _ =
            writeln!(text, "cable {}: {from} to {to}, {shows}, {full_scale_kw} kW at full scale", cable.id);
    }
    text
}

fn attribute_name(scenario: &Scenario, (model, attribute): (usize, usize)) -> String {
    let model = &scenario.models[model];
    format!("{}.{}", model.name, model.attributes[attribute].name)
}

/// The same as JSON.
pub fn to_json(scenario: &Scenario, placement: &Placement, plan: &TablePlan) -> String {
    let places = plan.places.iter().enumerate().map(|(place, place_plan)| {
        let mut models = place_plan.models.iter();
        let stages: Vec<Value> = (place_plan.stages.iter())
            .map(|stage| {
                let models: Vec<Value> = (models.by_ref().take(stage.models as usize))
                    .map(|model| json!({ "name": model.name, "type": model.model_type }))
                    .collect();
                json!({ "models": models, "imports": stage.imports.len(), "exports": stage.exports.len() })
            })
            .collect();
        json!({ "place": place_name(placement, place), "stages": stages })
    });
    let cables = scenario.cables.iter().map(|cable| {
        json!({
            "id": cable.id,
            "ends": cable.ends,
            "shows": attribute_name(scenario, cable.shows),
            "full_scale_kw": cable.full_scale_kw,
        })
    });
    let plan = json!({
        "scenario": scenario.name,
        "start": scenario.start.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        "steps": scenario.steps,
        "time_resolution_s": scenario.resolution_s,
        "places": places.collect::<Vec<_>>(),
        "cables": cables.collect::<Vec<_>>(),
    });
    format!("{plan:#}\n")
}

/// The connections as a Graphviz graph, models grouped by place; time-shifted connections are dashed.
pub fn to_dot(scenario: &Scenario, placement: &Placement) -> String {
    let mut dot = String::from("digraph scenario {\n  rankdir=LR;\n  node [shape=box];\n");
    for place in 0..=placement.nodes.len() {
        let name = quoted(&place_name(placement, place));
        let _ = writeln!(dot, "  subgraph cluster_{place} {{\n    label={name};");
        for model in placement.models_of(place) {
            let entry = &scenario.models[model];
            let label = quoted(&format!("{}\n{}", entry.name, entry.model_type.name));
            let _ = writeln!(dot, "    m{model} [label={label}];");
        }
        dot.push_str("  }\n");
    }
    for connection in &scenario.connections {
        let attribute = &scenario.models[connection.from_model].attributes[connection.from_attribute].name;
        let label = if *attribute == connection.to_name {
            attribute.clone()
        } else {
            format!("{attribute} > {}", connection.to_name)
        };
        let style = if connection.shifted.is_some() { ", style=dashed" } else { "" };
        let (from, to, label) = (connection.from_model, connection.to_model, quoted(&label));
        let _ = writeln!(dot, "  m{from} -> m{to} [label={label}{style}];");
    }
    dot.push_str("}\n");
    dot
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
