//! The example of `models show`: a whole scenario around one model, that runs as it is printed.
//!
//! ```text
//!   a Dummy for each input that is fed ──▶ the model ──▶ all that it writes, in the monitor
//! ```

use illuminator_node::model::{
    Build, Const, Example, KeyDefault, ModelType, Parameter, Port, SectionKind, Written,
};
use std::fmt::Write;

/// The data file that the example of a model with files reads, as comments that say so.
const DATA: &str = "\
# It reads data.csv, which stands beside it:
#   the power of a house
#   Time,value
#   2024-06-20 00:00:00,0.4
#   2024-06-20 00:15:00,0.3
#   2024-06-20 00:30:00,0.6
#   2024-06-20 00:45:00,0.5
";

/// What stands in the file when the example's model writes nothing that a monitor can take.
const OF_FILE: &str = "value";

/// A scenario of four steps with one model of this type, as YAML. Its models take a line each, but for the one that it
/// is about, which is called by its type and `1`.
pub fn example(model_type: &ModelType) -> String {
    let name = format!("{}1", model_type.name);
    let mut feeds = feeds(model_type);
    let mut items: Vec<String> = written(model_type.outputs)
        .chain(written(model_type.states))
        .filter(|port| port.written == Written::Always)
        .map(|port| format!("{name}.{}", port.name))
        .collect();
    let mut text = String::new();
    match model_type.build {
        Build::Anywhere(_) => {}
        Build::OnHost(_) => {
            text.push_str(DATA);
            items.push(format!("{name}.{OF_FILE}"));
        }
        Build::Recorder => {
            feeds.push((OF_FILE, "1".to_owned()));
            items.push(format!("{OF_FILE}.state1"));
        }
    }
    let _ = writeln!(
        text,
        "scenario:
  name: example
  start_time: '2024-06-20 00:00:00'
  end_time: '2024-06-20 01:00:00'
  time_resolution: 900
models:"
    );
    for (input, value) in &feeds {
        let _ = writeln!(
            text,
            "  - {{name: {input}, type: Dummy, parameters: {{param1: {value}}}, states: {{state1: 0}}}}"
        );
    }
    entry(model_type, &name, &mut text);
    let connections: Vec<String> =
        feeds.iter().map(|(input, _)| format!("  - {{from: {input}.state1, to: {name}.{input}}}")).collect();
    let connections =
        if connections.is_empty() { " []".to_owned() } else { format!("\n{}", connections.join("\n")) };
    let _ = writeln!(
        text,
        "connections:{connections}\nmonitor:\n  file: ./result.csv\n  items:\n    - {}",
        items.join("\n    - ")
    );
    text
}

/// The inputs that are fed, with the YAML of what feeds them: those that a model needs or that have an example. A name
/// that the class does not list is one of older files.
fn feeds(model_type: &ModelType) -> Vec<(&'static str, String)> {
    (model_type.inputs.iter())
        .filter(|port| !port.is_hidden() && port.class_default != Const::Absent)
        .filter(|port| port.required || port.example.is_some())
        .map(|port| (port.name, port.example.map_or_else(|| constant(beginning(port)), yaml)))
        .collect()
}

/// The model's entry, with all sections that it needs.
fn entry(model_type: &ModelType, name: &str, text: &mut String) {
    let parameter = |parameter: &Parameter| (parameter.name, yaml(parameter.example));
    let parameters = (model_type.parameters.iter())
        .filter(|parameter| !matches!(parameter.key_default, KeyDefault::Unused))
        .map(parameter)
        .collect();
    let inputs = (model_type.inputs.iter())
        .filter(|port| port.class_default != Const::Absent)
        .map(|port| (port.name, constant(beginning(port))))
        .collect();
    let begin = |port: &Port| (port.name, port.example.map_or_else(|| constant(beginning(port)), yaml));
    let sections: [(SectionKind, Vec<(&str, String)>); 4] = [
        (SectionKind::Parameters, parameters),
        (SectionKind::Inputs, inputs),
        (SectionKind::Outputs, written(model_type.outputs).map(begin).collect()),
        (SectionKind::States, written(model_type.states).map(begin).collect()),
    ];
    let _ = writeln!(text, "  - name: {name}\n    type: {}", model_type.name);
    for (section, entries) in sections {
        if !entries.is_empty() {
            let _ = writeln!(text, "    {}:", section.key());
        }
        for (key, value) in entries {
            let _ = writeln!(text, "      {key}: {value}");
        }
    }
}

/// Outputs or states that belong in a file.
fn written(ports: &'static [Port]) -> impl Iterator<Item = &'static Port> {
    ports
        .iter()
        .filter(|port| matches!(port.written, Written::Always | Written::Setting) && !port.is_hidden())
}

/// A port's value at the start. A number that is not known yet is 0: null cannot be time-shifted.
fn beginning(port: &Port) -> Const {
    if port.class_default == Const::Null { Const::Int(0) } else { port.class_default }
}

fn yaml(example: Example) -> String {
    match example {
        Example::Value(value) => constant(value),
        Example::Yaml(text) => text.to_owned(),
    }
}

/// A constant as YAML.
pub(crate) fn constant(value: Const) -> String {
    match value {
        Const::Null => "null".to_owned(),
        Const::Bool(b) => b.to_string(),
        Const::Int(i) => i.to_string(),
        Const::Float(f) => f.to_string(),
        Const::Text(text) => format!("'{text}'"),
        Const::EmptyList => "[]".to_owned(),
        Const::EmptyMap => "{}".to_owned(),
        Const::Absent => String::new(),
    }
}
