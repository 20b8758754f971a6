//! The key `cables`, which the validation vectors do not know.

use super::*;
use illuminator_node::light::{Carrier, Palette};

/// Placed on the nodes `pv` and `grid`; the entries of `cables` begin on line 28.
fn placed() -> String {
    load_model("L1", "  connect: {node: pv}\n") + &load_model("L2", "  connect: {node: grid}\n")
}

fn load_cables(models: &str, cables: &str, rows: &'static str) -> Result<Scenario, Diagnostics> {
    let text = format!("{HEAD}{CSV}{models}connections: []{TAIL}cables:{cables}");
    load(&text, "s.yaml", &mut Rows(rows))
}

fn with_cables(models: &str, cables: &str) -> Scenario {
    load_cables(models, cables, HOUR).unwrap_or_else(|messages| panic!("{messages}"))
}

fn refused_cables(models: &str, cables: &str) -> Vec<Diagnostic> {
    load_cables(models, cables, HOUR).map(|_| ()).expect_err("it is refused").0
}

/// The one entry with a key set to another value, or taken away.
fn entry(key: &str, value: Option<&str>) -> String {
    let mut keys = vec![("id", "7"), ("ends", "[pv, grid]"), ("shows", "L1.load_dem"), ("full_scale", "70")];
    keys.retain(|(name, _)| *name != key);
    keys.extend(value.map(|value| (key, value)));
    let keys: String = keys.iter().map(|(name, value)| format!("\n  {name}: {value}")).collect();
    keys.replacen("\n  ", "\n- ", 1)
}

#[test]
fn a_cable_shows_a_value_by_its_position() {
    let scenario = with_cables(
        &placed(),
        "
- {id: 7, ends: [pv, grid], shows: L1.load_dem, full_scale: 70}
- {id: 0, ends: [grid, pv], shows: CX.v, full_scale: 0.5, carrier: hydrogen, colour: load}",
    );
    assert_eq!(
        scenario.cables,
        [
            Cable {
                id: 7,
                name: None,
                plugged_at_start: true,
                ends: ["pv".to_owned(), "grid".to_owned()],
                shows: (1, 0),
                full_scale_kw: 70.0,
                carrier: Carrier::Electricity,
                palette: Palette::Carrier,
            },
            Cable {
                id: 0,
                name: None,
                plugged_at_start: true,
                ends: ["grid".to_owned(), "pv".to_owned()],
                shows: (0, 1),
                full_scale_kw: 0.5,
                carrier: Carrier::Hydrogen,
                palette: Palette::Load,
            },
        ]
    );
    assert_eq!(scenario.warnings, []);
}

#[test]
fn a_file_without_cables_is_a_plain_one() {
    assert_eq!(loaded(&placed(), " []").cables, []);
    assert_eq!(with_cables(&placed(), " []").cables, []);
}

#[test]
fn every_word_has_its_meaning() {
    for (word, carrier) in [
        ("electricity", Carrier::Electricity),
        ("heat", Carrier::Heat),
        ("hydrogen", Carrier::Hydrogen),
        ("other", Carrier::Other),
    ] {
        assert_eq!(with_cables(&placed(), &entry("carrier", Some(word))).cables[0].carrier, carrier);
    }
    for (word, palette) in [("carrier", Palette::Carrier), ("load", Palette::Load)] {
        assert_eq!(with_cables(&placed(), &entry("colour", Some(word))).cables[0].palette, palette);
    }
}

#[test]
fn a_wrong_value_is_shown_at_its_place() {
    // Key, value, column, message, help. The key that is changed is the last of the entry, on line 31 or 32.
    for (key, value, column, message, help) in [
        ("id", "-1", 7, "`id` must be between 0 and 65535, not -1", ""),
        ("id", "65536", 7, "`id` must be between 0 and 65535, not 65536", ""),
        ("id", "7.0", 7, "`id` must be an integer, not a number with a decimal point", ""),
        ("id", "'7'", 7, "`id` must be an integer, not a text", "remove the quotes: 7"),
        ("ends", "pv", 9, "`ends` must be a list of two nodes", "for example `ends: [pv, grid]`"),
        ("ends", "[pv]", 9, "`ends` must be a list of two nodes", "for example `ends: [pv, grid]`"),
        ("ends", "[pv, grid, pv]", 9, "`ends` must be a list of two nodes", "for example"),
        ("ends", "[pv, 2]", 14, "an end of a cable must be a text, not an integer", "put it in quotes"),
        ("ends", "[pv, pv]", 14, "both ends of this cable are at `pv`", "two different nodes"),
        ("shows", "L1", 10, "`L1` is not of the form `model.attribute`", "names of letters"),
        ("full_scale", "0", 15, "`full_scale` must be a finite power above 0 kW, not 0.0", "either way"),
        ("full_scale", "-70", 15, "`full_scale` must be a finite power above 0 kW, not -70.0", ""),
        ("full_scale", ".inf", 15, "`full_scale` must be a finite power above 0 kW, not inf", ""),
        ("full_scale", ".nan", 15, "`full_scale` must be a finite power above 0 kW, not NaN", ""),
        ("full_scale", "'70'", 15, "`full_scale` must be a number, not a text", "remove the quotes: 70"),
        ("full_scale", "inf", 15, "`full_scale` must be a number, not a text", ""),
        ("full_scale", "true", 15, "`full_scale` must be a number, not a boolean", ""),
        ("carrier", "electrcity", 12, "unknown carrier `electrcity`", "did you mean `electricity`?"),
        ("carrier", "", 3, "`carrier` must be a text, but nothing is written there", ""),
        ("colour", "Load", 11, "unknown colour `Load`", "did you mean `load`?"),
        ("colour", "blue", 11, "unknown colour `blue`", "known here: `carrier` and `load`"),
        ("color", "load", 3, "unknown key `color` in a cable", "did you mean `colour`?"),
    ] {
        let messages = refused_cables(&placed(), &entry(key, Some(value)));
        let [error] = messages.as_slice() else { panic!("{key}: {value}: {messages:?}") };
        let line = if matches!(key, "carrier" | "colour" | "color") { 32 } else { 31 };
        assert_eq!((error.line, error.column), (line, column), "{error}");
        assert_eq!(error.message, message);
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{error}");
    }
}

#[test]
fn what_a_cable_must_have_is_missed() {
    for key in ["id", "ends", "shows", "full_scale"] {
        let messages = refused_cables(&placed(), &entry(key, None));
        let [error] = messages.as_slice() else { panic!("{key}: {messages:?}") };
        assert_eq!((error.line, error.message.as_str()), (28, &*format!("a cable lacks the key `{key}`")));
    }
    let messages = refused_cables(&placed(), " {id: 7}");
    assert_eq!(
        (messages[0].line, messages[0].message.as_str()),
        (27, "`cables` must be a list, not a mapping")
    );
}

#[test]
fn an_id_belongs_to_one_cable() {
    // Also where the first is broken in another way.
    let cables = entry("full_scale", Some("0")) + &entry("full_scale", Some("70"));
    let found: Vec<(u32, String)> =
        refused_cables(&placed(), &cables).into_iter().map(|error| (error.line, error.message)).collect();
    assert_eq!(
        found,
        [
            (31, "`full_scale` must be a finite power above 0 kW, not 0.0".to_owned()),
            (32, "there are two cables with the id 7; the first one is on line 28".to_owned()),
        ]
    );
}

#[test]
fn a_cable_shows_what_a_result_file_could_record() {
    let collector = "- name: Extra\n  type: Collector\n  parameters: {file_path: e.csv}\n";
    let models = placed() + collector;
    for (value, message, help) in [
        ("CXX.v", "there is no model `CXX`", "did you mean `CX`?"),
        ("L1.load_den", "`L1` has no attribute `load_den`", "did you mean `load_dem`?"),
        ("L1.load", "`load` is an input of `L1`: there is nothing to read", "a Load writes `load_dem`"),
        ("Extra.load_dem", "`Extra` is a Collector: it has no values", ""),
    ] {
        let messages = refused_cables(&models, &entry("shows", Some(value)));
        let [error] = messages.as_slice() else { panic!("{value}: {messages:?}") };
        assert_eq!((error.line, error.column, error.message.as_str()), (34, 10, message), "{error}");
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{error}");
    }
}

#[test]
fn a_column_that_a_cable_shows_is_read() {
    let short = "2015-05-04 00:00:00,0\n2015-05-04 00:15:00,1,2\n";
    assert!(load_cables(&placed(), &entry("shows", Some("L1.load_dem")), short).is_ok(), "nobody reads `v`");
    let messages = load_cables(&placed(), &entry("shows", Some("CX.v")), short)
        .map(|_| ())
        .expect_err("a cell is missing");
    assert!(messages.to_string().contains("the first row that `CX` reads has no cell for `v`"), "{messages}");
}

#[test]
fn an_end_where_no_model_is_placed_is_a_warning() {
    let warnings = with_cables(&placed(), &entry("ends", Some("[gird, pv]"))).warnings;
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert_eq!((warning.severity, warning.line, warning.column), (Severity::Warning, 31, 10));
    assert_eq!(warning.message, "no model is placed on node `gird`: this end may stay dark");
    assert_eq!(warning.help.as_deref(), Some("did you mean `grid`?"));
    let unplaced = load_model("L1", "  connect: {ip: 10.0.0.7}\n");
    let warnings = with_cables(&unplaced, &entry("ends", Some("[pv, grid]"))).warnings;
    assert_eq!(warnings.len(), 2, "an address is no node by name");
}

#[test]
fn a_broken_model_may_be_the_one_at_a_dark_end() {
    let models = placed() + "- name: B1\n  type: Baterry\n  connect: {node: battery}\n";
    let messages = refused_cables(&models, &entry("ends", Some("[battery, grid]")));
    let [error] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(error.message, "unknown model type `Baterry`");
}
