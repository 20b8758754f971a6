//! The examples that `models show` prints, run as they are printed.

use crate::read;
use illuminator_node::model::registry::MODEL_TYPES;
use illuminator_node::model::{Family, ModelType};
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::project;

#[test]
fn every_example_runs_as_it_is_printed() {
    for model_type in MODEL_TYPES {
        let example = example(model_type);
        let result = run(model_type, &example);
        assert!(example.contains(&format!("\n    type: {}\n", model_type.name)), "{example}");
        assert_eq!(result.lines().count(), 5, "{}: a header and four rows:\n{result}", model_type.name);
        // What a market gives may be nothing.
        let whole = |row: &str| !row.split(',').any(str::is_empty);
        assert!(
            model_type.family == Family::Market || result.lines().all(whole),
            "{}: every cell is written:\n{result}",
            model_type.name
        );
    }
}

/// The initial values of an example fit their inputs. An empty table is not yet one that a market can begin with.
#[test]
fn every_example_runs_with_delayed_connections_too() {
    for model_type in MODEL_TYPES.iter().filter(|model_type| model_type.family != Family::Market) {
        let example = example(model_type);
        let (models, rest) = example.split_once("\nconnections:").expect("it has connections");
        let (connections, monitor) = rest.split_once("\nmonitor:").expect("it has a monitor");
        let delayed = connections.replace('}', ", time_shifted: true}");
        run(model_type, &format!("{models}\nconnections:{delayed}\nmonitor:{monitor}"));
    }
}

/// What `models show` prints last.
fn example(model_type: &ModelType) -> String {
    let name = model_type.name;
    let shown = illuminator(&project("."), &["models", "show", name]);
    assert!(shown.status.success(), "{name}: {}", stderr(&shown));
    let shown = String::from_utf8(shown.stdout).expect("it is text");
    let (_, example) =
        shown.split_once("\nexample, a whole scenario\n\n").expect("an example stands at the end");
    example.to_owned()
}

/// Runs a scenario with the data file that its comments hold; its result.
fn run(model_type: &ModelType, scenario: &str) -> String {
    let name = model_type.name;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write =
        |file: &str, text: &str| std::fs::write(folder.path().join(file), text).expect("it can be written");
    write("example.yaml", scenario);
    let data: Vec<&str> = scenario.lines().filter_map(|line| line.strip_prefix("#   ")).collect();
    if !data.is_empty() {
        write("data.csv", &(data.join("\n") + "\n"));
    }
    let done = illuminator(folder.path(), &["scenario", "run", "example.yaml"]);
    assert!(done.status.success(), "{name}: {}\nin\n{scenario}", stderr(&done));
    assert!(!stderr(&done).contains("warning"), "{name}: {}\nin\n{scenario}", stderr(&done));
    read(&folder.path().join("result.csv"))
}
