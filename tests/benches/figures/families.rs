//! Model-steps per second of each family: the examples of `models show`, with many models of each type.
//!
//! ```text
//!   example of a type:  feeds ──▶ model        a family's scenario:  feeds ──▶ 100 models, for each type
//! ```

use super::Outcome;
use super::engine::local;
use super::measure::{median, seconds};
use super::report::{Figure, Reach, Report};
use illuminator::plan::HOST;
use illuminator::scenario::{Files, example, load};
use illuminator_node::engine::Engine;
use illuminator_node::model::registry::MODEL_TYPES;
use illuminator_node::model::{Build, Family, ModelType};
use std::sync::Arc;

/// Models of each type in a scenario.
const COPIES: usize = 100;
/// Steps of a run: ten days.
const STEPS: u64 = 960;
const ROUNDS: usize = 5;

pub(crate) fn run(report: &mut Report) -> Outcome {
    let mut families: Vec<Family> = MODEL_TYPES.iter().map(|model_type| model_type.family).collect();
    families.dedup();
    for family in families {
        let name = format!("family_{}_model_steps_per_s", format!("{family:?}").to_lowercase());
        let types: Vec<&ModelType> = (MODEL_TYPES.iter().copied())
            .filter(|of| of.family == family && matches!(of.build, Build::Anywhere(_)))
            .collect();
        // Files are read by the host: what a row of one costs is in the figures of the engine.
        if !types.is_empty() && report.wants(&name) {
            measure(report, &name, &types)?;
        }
    }
    Ok(())
}

fn measure(report: &Report, name: &str, types: &[&ModelType]) -> Outcome {
    let text = scenario(types);
    let scenario = load(&text, name, &mut NoFiles).map_err(|mistakes| mistakes.to_string())?;
    let plan = local(&scenario);
    let mut samples_s = Vec::new();
    for _ in 0..ROUNDS {
        let mut engine = Engine::new(&plan.places[HOST])?;
        let (elapsed_s, result) = seconds(|| (0..STEPS).try_for_each(|step| engine.run(step)));
        result?;
        samples_s.push(elapsed_s);
    }
    // The feeds are models as well.
    let model_steps = scenario.models.len() as f64 * STEPS as f64;
    report.figure(&Figure {
        name,
        value: model_steps / median(&samples_s),
        unit: "model-steps/s",
        against: None,
        reach: Reach::Open,
    });
    Ok(())
}

/// The examples of these types in one scenario, with many models of each.
fn scenario(types: &[&ModelType]) -> String {
    let (mut models, mut connections, mut items) = (String::new(), String::new(), String::new());
    for model_type in types {
        let name = model_type.name;
        let text = example(model_type);
        let part = |from: &str, to: &str| {
            let (_, rest) = text.split_once(from).expect("an example has these parts");
            rest.split_once(to).map_or(rest, |(part, _)| part).to_owned()
        };
        let feeds_end = format!("  - name: {name}1\n");
        // Types of a family have inputs of the same names: a feed is one of its type.
        for feed in part("models:\n", &feeds_end).lines() {
            models += &feed.replacen("{name: ", &format!("{{name: {name}_"), 1);
            models.push('\n');
        }
        let entry = part(&feeds_end, "\nconnections:");
        let wires = part("\nconnections:", "\nmonitor:").replace("{from: ", &format!("{{from: {name}_"));
        for copy in 1..=COPIES {
            models += &format!("  - name: {name}{copy}\n{entry}\n");
            if wires.trim() != "[]" {
                connections +=
                    wires.replace(&format!("to: {name}1."), &format!("to: {name}{copy}.")).trim_end();
            }
        }
        items += part("items:\n", "\n\n").trim_end();
        items.push('\n');
    }
    let connections = if connections.is_empty() { " []" } else { &connections };
    format!(
        "scenario:\n  name: figures\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-06-30 00:00:00'\n  \
         time_resolution: 900\nmodels:\n{models}connections:{connections}\nmonitor:\n  file: out.csv\n  items:\n{items}"
    )
}

struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        Err(format!("no file is read here: {path}"))
    }

    fn directory_exists(&mut self, _path: &str) -> bool {
        true
    }
}
