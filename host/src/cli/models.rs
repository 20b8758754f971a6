//! `illuminator models`: what can stand in a scenario.

use super::{Failure, print};
use crate::scenario::{constant, example};
use illuminator_node::model::registry::{MODEL_TYPES, find};
use illuminator_node::model::{Build, Family, KeyDefault, ModelType, Parameter, Port, Written};
use std::fmt::Write;

/// List the model types, or show one.
#[derive(clap::Args)]
pub(super) struct Models {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show a model type: parameters, ports, units, defaults, equations.
    Show {
        /// Its name, as in `type:`.
        #[arg(value_name = "TYPE")]
        model_type: String,
    },
}

impl Models {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.command {
            None => print(&list()),
            Some(Command::Show { model_type }) => match find(&model_type) {
                Some(model_type) => print(&show(model_type)),
                None => Err(unknown(&model_type)),
            },
        }
    }
}

fn unknown(name: &str) -> Failure {
    let nearest = (MODEL_TYPES.iter())
        .max_by(|a, b| strsim::jaro_winkler(a.name, name).total_cmp(&strsim::jaro_winkler(b.name, name)))
        .filter(|nearest| strsim::jaro_winkler(nearest.name, name) > 0.7)
        .map_or_else(String::new, |nearest| format!("; did you mean `{}`?", nearest.name));
    Failure::wrong_use(format_args!("no model type is called `{name}`{nearest}"))
}

fn list() -> String {
    let mut text = String::new();
    let mut family = None;
    for model_type in MODEL_TYPES {
        if family.replace(model_type.family) != Some(model_type.family) {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", family_name(model_type.family));
        }
        let _ = writeln!(text, "  {:<22} {}", model_type.name, model_type.summary);
    }
    text
}

fn family_name(family: Family) -> &'static str {
    match family {
        Family::Generation => "Generation",
        Family::Demand => "Demand",
        Family::Storage => "Storage",
        Family::Hydrogen => "Hydrogen",
        Family::Heat => "Heat",
        Family::Networks => "Networks",
        Family::Control => "Control",
        Family::Grid => "Grid",
        Family::Market => "Market",
        Family::Data => "Data",
        Family::Utility => "Utility",
    }
}

fn show(model_type: &ModelType) -> String {
    let mut text = format!("{}: {}\n", model_type.name, model_type.summary);
    let place = match model_type.build {
        Build::Anywhere(_) => "runs on the host or on any node",
        Build::OnHost(_) => "reads files, so it runs on the host; its values are sent",
        Build::Recorder => "writes a file, so it runs on the host",
    };
    let _ = writeln!(text, "{place}; time_step_size {} unless given", model_type.step_size);
    if !model_type.parameters.is_empty() {
        text.push_str("\nparameters\n");
        model_type.parameters.iter().for_each(|parameter| show_parameter(parameter, &mut text));
    }
    for (title, ports) in
        [("inputs", model_type.inputs), ("outputs", model_type.outputs), ("states", model_type.states)]
    {
        let mut ports = ports.iter().filter(|port| !port.is_hidden()).peekable();
        if ports.peek().is_some() {
            let _ = writeln!(text, "\n{title}");
            ports.for_each(|port| show_port(title == "inputs", port, &mut text));
        }
    }
    let _ = writeln!(text, "\n{}", model_type.documentation.trim());
    let _ = write!(text, "\nexample, a whole scenario\n\n{}", example(model_type));
    text
}

fn show_parameter(parameter: &Parameter, text: &mut String) {
    let default = match parameter.key_default {
        KeyDefault::Required => "required".to_owned(),
        KeyDefault::Value(value) => format!("default {}", constant(value)),
        KeyDefault::Unused => "not used".to_owned(),
    };
    line(text, parameter.name, parameter.unit.symbol(), &format!("{} ({default})", parameter.meaning));
}

fn show_port(input: bool, port: &Port, text: &mut String) {
    let note = match (input, port.required, port.written) {
        (true, true, _) => " (must be connected)",
        (true, false, _) | (false, _, Written::Always) => "",
        (false, _, Written::IfDeclared) => " (written if the section lists it)",
        (false, _, Written::Never) => " (never written; nothing may read it)",
        (false, _, Written::Setting) => " (a setting; never written, nothing may read it)",
    };
    line(text, port.name, port.unit.symbol(), &format!("{}{note}", port.meaning));
}

fn line(text: &mut String, name: &str, unit: &str, meaning: &str) {
    let unit = if unit.is_empty() { String::new() } else { format!("[{unit}]") };
    let _ = writeln!(text, "  {name:<22} {unit:<8} {meaning}");
}
