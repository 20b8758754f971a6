//! What a loaded scenario holds, and messages that the validation vectors have no case for.

mod cables;
mod story;
mod via;

use super::*;
use illuminator_node::model::Origin;

const HEAD: &str = "\
scenario:
  name: test
  start_time: '2015-05-04 00:00:00'
  end_time: '2015-05-04 01:10:00'
  time_resolution: 900
models:
";

const TAIL: &str = "
monitor:
  file: out.csv
  items: [CX.u]
";

const CSV: &str = "\
- name: CX
  type: CSV
  parameters: {file_path: x.csv, delimiter: ',', date_format: 'YYYY-MM-DD HH:mm:ss'}
  states: {u: , v: }
";

/// Serves `x.csv` with the given rows.
struct Rows(&'static str);

impl Files for Rows {
    fn read(&mut self, path: &str) -> Result<Arc<str>, String> {
        if path == "x.csv" {
            Ok(format!("x\nTime,u,v\n{}", self.0).into())
        } else {
            Err("no such file".to_owned())
        }
    }

    fn directory_exists(&mut self, path: &str) -> bool {
        path == "."
    }
}

const HOUR: &str = "\
2015-05-04 00:00:00,0,10
2015-05-04 00:15:00,1,11
2015-05-04 00:30:00,2,12
2015-05-04 00:45:00,3,13
2015-05-04 01:00:00,4,14
";

fn load_with(models: &str, connections: &str, rows: &'static str) -> Result<Scenario, Diagnostics> {
    load(&format!("{HEAD}{CSV}{models}connections:{connections}{TAIL}"), "s.yaml", &mut Rows(rows))
}

fn loaded(models: &str, connections: &str) -> Scenario {
    load_with(models, connections, HOUR).unwrap_or_else(|messages| panic!("{messages}"))
}

fn refused(models: &str, connections: &str) -> Diagnostics {
    load_with(models, connections, HOUR).map(|_| ()).expect_err("it is refused")
}

fn load_model(name: &str, rest: &str) -> String {
    format!(
        "- name: {name}\n  type: Load\n  parameters: {{houses: 1}}\n  inputs: {{load: 0}}\n\
         \x20 outputs: {{load_dem: }}\n{rest}"
    )
}

const BATTERY: &str = "\
- name: B1
  type: Battery
  parameters: {max_p: 9, min_p: -9, max_energy: 9, charge_efficiency: 95, discharge_efficiency: 95, soc_min: 5, soc_max: 95}
  inputs: {flow2b: 0}
  outputs: {p_out: 0, p_in: 0}
  states: {mod: 0, soc: 50, flag: 0}
";

fn dummy(name: &str) -> String {
    format!(
        "- name: {name}\n  type: Dummy\n  parameters: {{param1: 1}}\n  inputs: {{in1: 7}}\n\
         \x20 outputs: {{out1: 0}}\n  states: {{state1: 0}}\n"
    )
}

#[test]
fn names_become_positions() {
    let models =
        load_model("L1", "  connect: {ip: 10.0.0.7}\n") + &load_model("L2", "  connect: {node: roof}\n");
    let scenario = loaded(&models, "\n- {from: CX.v, to: L2.load}\n- {from: CX.u, to: L1.load}");
    assert_eq!((scenario.steps, scenario.resolution_s), (4, 900), "70 minutes are 4 whole steps");
    assert_eq!(
        scenario.models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(),
        ["CX", "L1", "L2"]
    );
    let attributes: Vec<_> =
        scenario.models[0].attributes.iter().map(|a| (a.name.as_str(), a.origin)).collect();
    assert_eq!(attributes, [("u", Origin::State), ("v", Origin::State)]);
    let first = &scenario.connections[0];
    assert_eq!((first.from_model, first.from_attribute, first.to_model, first.to_input), (0, 1, 2, Some(0)));
    assert_eq!(first.shifted, None);
    let placed: Vec<_> = scenario.models.iter().map(|model| model.connect.clone()).collect();
    let address = Connect::Address { ip: "10.0.0.7".to_owned(), port: 5123 };
    assert_eq!(placed, [None, Some(address), Some(Connect::Node("roof".to_owned()))]);
    assert_eq!(scenario.warnings, []);
}

#[test]
fn collectors_become_recorders() {
    let models = load_model("L1", "")
        + "- name: Extra\n  type: Collector\n  time_step_size: 2\n  parameters:\n    file_path: e.csv\n\
           \x20   delimiter: ;\n    tzinfo: UTC\n    start: '2014-01-01 00:00:00'\n";
    let scenario = loaded(&models, "\n- {from: L1.load_dem, to: Extra.a}\n- {from: CX.u, to: Extra.a}");
    let [monitor, extra] = scenario.recorders.as_slice() else { panic!("two result files") };
    assert_eq!(
        (monitor.file.as_str(), monitor.step_size, monitor.items.as_slice()),
        ("out.csv", 2, &[Item::Attribute { model: 0, attribute: 0 }][..])
    );
    assert_eq!((extra.delimiter.as_str(), extra.zone.as_str(), extra.step_size), (";", "UTC", 2));
    assert_eq!(extra.attributes().collect::<Vec<_>>(), [(1, 0), (0, 0)]);
    assert_eq!(extra.start, jiff::civil::date(2014, 1, 1).at(0, 0, 0, 0));
    assert_eq!((scenario.models.len(), scenario.connections.len()), (2, 0));
    let warnings = Diagnostics(scenario.warnings).to_string();
    assert!(
        warnings.contains("a row every 2 steps: it takes over `time_step_size` of `Extra`"),
        "{warnings}"
    );
}

#[test]
fn the_last_initial_value_holds_for_all_destinations_of_a_source() {
    let models = dummy("D1") + &dummy("D2").replace("in1: 7", "in1: 8");
    let connections = "
- {from: CX.u, to: D1.in1, time_shifted: true}
- {from: CX.u, to: D2.in1, time_shifted: true}";
    let shifted: Vec<_> = loaded(&models, connections).connections.into_iter().map(|c| c.shifted).collect();
    assert_eq!(shifted, [Some(Value::Int(8)), Some(Value::Int(8))]);
}

#[test]
fn a_wrong_value_in_an_inherited_section_is_shown_at_its_owner() {
    let models = load_model("L1", "").replace("houses: 1", "houses: many, input_type: power")
        + "- name: L2\n  type: Load\n";
    let messages = refused(&models, " []");
    assert_eq!(messages.0.iter().filter(|message| message.line == 13).count(), 2, "{messages}");
    let text = messages.to_string();
    assert!(text.contains("`L2` (Load): "), "{text}");
    assert!(text.contains("(without `parameters` of its own it takes over those of `L1`)"), "{text}");
}

#[test]
fn inheritance_that_takes_effect_is_a_warning() {
    let scenario = loaded(&(load_model("L1", "") + "- name: L2\n  type: Load\n"), " []");
    let [warning] = scenario.warnings.as_slice() else { panic!("{}", Diagnostics(scenario.warnings)) };
    assert_eq!(warning.message, "`L2` takes over `parameters` of `L1`, `inputs` of `L1`, `outputs` of `L1`");
    assert_eq!(scenario.models[2].settings.parameters, scenario.models[1].settings.parameters);
}

#[test]
fn columns_of_a_csv_reach_every_owner_of_the_states() {
    let again = CSV.replace("CX", "CY").replace("  states: {u: , v: }\n", "");
    let scenario = loaded(&(dummy("D1") + &again), " []");
    let names =
        |model: usize| scenario.models[model].settings.states.names().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(1), ["state1"], "D1 was built before");
    assert_eq!(names(2), ["state1", "u", "v"]);
}

#[test]
fn a_state_inherited_from_a_csv_may_clash_with_an_output() {
    let wind = "- name: W\n  type: Wind\n  outputs: {wind_gen: , u: }\n";
    let text = refused(wind, " []").to_string();
    assert!(text.contains("s.yaml:13:25: error: `u` is both an output and a state"), "{text}");
    assert!(text.contains("(without `states` of its own it takes over those of `CX`) of `W`"), "{text}");
}

#[test]
fn several_mistakes_are_reported_at_once() {
    let models =
        load_model("L1", "") + "- name: B\n  type: Baterry\n- name: L3\n  type: Load\n  time_step_size: 0\n";
    let messages = refused(
        &models,
        "\n- {from: CX.uu, to: L1.load}\n- {from: CX.u, to: L1.laod}\n- {from: B.soc, to: LL.x}",
    );
    let found: Vec<(u32, &str)> =
        messages.0.iter().map(|m| (m.line, m.help.as_deref().unwrap_or_default())).collect();
    assert!(found.contains(&(17, "did you mean `Battery`?")), "{messages}");
    assert!(found.contains(&(20, "it counts steps of `time_resolution`")), "{messages}");
    assert!(found.contains(&(23, "did you mean `load`?")), "{messages}");
    assert!(
        found.iter().any(|(line, _)| *line == 22) && found.iter().any(|(line, _)| *line == 24),
        "{messages}"
    );
}

#[test]
fn a_loop_is_printed_whole() {
    let models = dummy("A") + &dummy("B") + &dummy("C");
    let messages = refused(
        &models,
        "\n- {from: A.state1, to: B.in1}\n- {from: C.state1, to: A.in1}\n- {from: B.state1, to: C.in1}",
    );
    let [error] = messages.0.as_slice() else { panic!("{messages}") };
    assert_eq!(
        error.message,
        "the models wait for each other: A.state1 -> B.in1, B.state1 -> C.in1, C.state1 -> A.in1"
    );
    assert_eq!(error.line, 32, "the last of the three in the file");
}

#[test]
fn a_long_chain_is_no_loop() {
    let names: Vec<String> = (0..2_000).map(|index| format!("D{index}")).collect();
    let models: String = names.iter().map(|name| dummy(name)).collect();
    let connections: String = names
        .windows(2)
        .map(|pair| format!("\n- {{from: {}.state1, to: {}.in1}}", pair[0], pair[1]))
        .collect();
    assert_eq!(loaded(&models, &connections).connections.len(), 1_999);
}

#[test]
fn required_inputs_must_be_connected() {
    let battery = "- name: B1
  type: Battery
  parameters:
    {max_p: 1, min_p: -1, max_energy: 1, soc_min: 10, soc_max: 90, charge_efficiency: 9, discharge_efficiency: 9}
  inputs: {flow2b: 0}
  outputs: {p_out: 0, p_in: 0}
  states: {mod: 0, soc: 50, flag: 0}
";
    let messages = refused(battery, " []");
    assert!(
        messages.to_string().contains("nothing is connected to the input `flow2b` of `B1`"),
        "{messages}"
    );
    // A broken connection to it is the one mistake to report.
    let messages = refused(battery, "\n- {from: CX.w, to: B1.flow2b}");
    assert_eq!(messages.0.len(), 1, "{messages}");
}

#[test]
fn mistakes_in_a_data_file_are_shown_there() {
    let gap = "2015-05-04 00:00:00,0,1\n2015-05-04 00:30:00,0,1\n";
    let messages = load_with("", " []", gap).map(|_| ()).expect_err("a gap");
    let [error] = messages.0.as_slice() else { panic!("{messages}") };
    assert_eq!((error.file.as_str(), error.line), ("x.csv", 4));
    assert_eq!(error.excerpt, "2015-05-04 00:30:00,0,1");
    assert!(
        error.message.contains("is 2015-05-04 00:30:00, but `CX` expects 2015-05-04 00:15:00"),
        "{error}"
    );
    let between = "2015-05-03 23:59:00,0,1\n2015-05-04 00:01:00,0,1\n";
    let messages = load_with("", " []", between).map(|_| ()).expect_err("no row for the start");
    assert!(messages.to_string().starts_with("x.csv:4: error: there is no row for the start"), "{messages}");
    let short = "2015-05-04 00:00:00,0\n2015-05-04 00:15:00,1,2\n";
    let messages = load_with(&load_model("L1", ""), "\n- {from: CX.v, to: L1.load}", short)
        .map(|_| ())
        .expect_err("a cell is missing");
    assert!(
        messages.to_string().contains("x.csv:3: error: the first row that `CX` reads has no cell for `v`")
    );
    assert!(load_with("", " []", short).is_ok(), "nobody reads `v`");
    let word = "2015-05-04 00:00:00,0,x\n";
    let messages = load_with("", " []", word).map(|_| ()).expect_err("not a number");
    assert_eq!((messages.0[0].file.as_str(), messages.0[0].line), ("x.csv", 3));
}

#[test]
fn data_that_end_before_the_run_are_a_warning() {
    let scenario =
        load_with("", " []", "2015-05-04 00:00:00,0,1\n").unwrap_or_else(|messages| panic!("{messages}"));
    let [warning] = scenario.warnings.as_slice() else { panic!("{}", Diagnostics(scenario.warnings)) };
    assert_eq!(
        warning.message,
        "the data of `x.csv` end at 2015-05-04 00:00:00, after 1 of 4 rows of the run"
    );
}

#[test]
fn our_own_key_connect_node_excludes_an_address() {
    let both = refused(&load_model("L1", "  connect: {ip: 10.0.0.7, node: roof}\n"), " []");
    assert!(both.to_string().contains("`connect` has both `ip` and `node`"), "{both}");
    let port = refused(&load_model("L1", "  connect: {node: roof, port: 5}\n"), " []");
    assert!(port.to_string().contains("`port` belongs to `ip`"), "{port}");
    let range = refused(&load_model("L1", "  connect: {ip: 10.0.0.7, port: 65536}\n"), " []");
    assert!(range.to_string().contains("`port` must be between 1 and 65535"), "{range}");
}

#[test]
fn a_flood_of_mistakes_is_cut() {
    let connections: String =
        (0..500).map(|index| format!("\n- {{from: N{index}.a, to: N{index}.b}}")).collect();
    let messages = refused("", &connections);
    assert_eq!(messages.0.len(), 101);
    assert_eq!(messages.0[100].message, "900 more messages are not shown");
}
