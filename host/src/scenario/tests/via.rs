//! Tokens, names of plugs, and the key `via` of connections.

use super::*;

/// A Load fed through a cable, on the nodes `pv` and `grid`; `via` stands on line 26.
fn text(via: &str, cables: &str) -> String {
    let models = load_model("L1", "  connect: {node: pv}\n") + &load_model("L2", "  connect: {node: grid}\n");
    format!(
        "{HEAD}{CSV}{models}connections:\n- from: CX.v\n  to: L1.load\n  via: {via}\n- {{from: CX.u, to: \
         L2.load}}\n{TAIL}cables:{cables}"
    )
}

fn load_via(via: &str, cables: &str) -> Result<Scenario, Diagnostics> {
    load(&text(via, cables), "s.yaml", &mut Rows(HOUR))
}

fn with_via(via: &str, cables: &str) -> Scenario {
    load_via(via, cables).unwrap_or_else(|messages| panic!("{messages}"))
}

fn refused_via(via: &str, cables: &str) -> Vec<Diagnostic> {
    load_via(via, cables).map(|_| ()).expect_err("it is refused").0
}

const CABLES: &str = "
- {id: 7, ends: [pv, grid], shows: L1.load_dem, full_scale: 70}
- {id: 0, name: winter}
";

#[test]
fn a_cable_carries_a_connection() {
    for (via, cable, otherwise) in [
        ("{cable: 7, otherwise: 0.5}", 7, Value::Float(0.5)),
        ("{cable: 7, otherwise: 0}", 7, Value::Int(0)),
        ("{otherwise: 1, cable: 0}", 0, Value::Int(1)),
    ] {
        let scenario = with_via(via, CABLES);
        assert_eq!(scenario.connections[0].via, Some(Via { cable, otherwise: Some(otherwise) }));
        assert_eq!(scenario.connections[1].via, None);
        assert!(scenario.follows_plugs());
        assert_eq!(scenario.warnings, []);
    }
}

#[test]
fn an_entry_without_ends_is_a_token() {
    let scenario = with_via("{cable: 7, otherwise: 0}", CABLES);
    let winter = Token { id: 0, name: Some("winter".to_owned()), plugged_at_start: false };
    assert_eq!(scenario.tokens, [winter]);
    assert_eq!(scenario.cables.len(), 1);
    assert_eq!(scenario.plugs().collect::<Vec<_>>(), [7, 0]);
    let scenario = with_via("{cable: 3, otherwise: 0}", " [{id: 3, plugged: true}]");
    assert_eq!(scenario.tokens, [Token { id: 3, name: None, plugged_at_start: true }]);
}

#[test]
fn a_cable_may_have_a_name_and_lie_beside_the_table() {
    let cables = "\n- {id: 7, name: sun, plugged: false, ends: [pv, grid], shows: CX.v, full_scale: 1}";
    let cable = &with_via("{cable: 7, otherwise: 0}", cables).cables[0];
    assert_eq!((cable.name.as_deref(), cable.plugged_at_start), (Some("sun"), false));
}

#[test]
fn mistakes_are_shown_at_their_place() {
    let collector = "`via` must be a mapping, not an integer";
    for (via, column, message, help) in [
        ("7", 8, collector, "the keys `cable` and `otherwise`"),
        ("{cabel: 7}", 9, "unknown key `cabel` in `via`", "did you mean `cable`?"),
        ("{cable: 7.5}", 16, "`cable` must be an integer, not a number with a decimal point", ""),
        ("{cable: -1}", 16, "`cable` must be between 0 and 65535, not -1", ""),
        ("{cable: 8, otherwise: 0}", 16, "there is no cable 8", "known here: `0` and `7`"),
        ("{cable: 77, otherwise: 0}", 16, "there is no cable 77", "did you mean `7`?"),
        ("{cable: 7, otherwise: dark}", 30, "`L1.load` needs a number, not a text", "otherwise: 0"),
        ("{cable: 7, otherwise: }", 19, "`L1.load` needs a number, not null", ""),
        ("{cable: 7, otherwise: [1]}", 30, "`L1.load` needs a number, not a list", ""),
    ] {
        let messages = refused_via(via, CABLES);
        let error = messages.iter().find(|error| error.message == message);
        let error = error.unwrap_or_else(|| panic!("{via}: {messages:?}"));
        assert_eq!((error.line, error.column), (26, column), "{error}");
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{error}");
        assert!(error.excerpt.contains(via), "{error}");
    }
    let [error] = &refused_via("{cable: 7, otherwise: 0}", " []")[..] else { panic!("one message") };
    assert_eq!(error.help.as_deref(), Some("`cables` lists the cables of the table, with their ids"));
}

#[test]
fn an_input_that_a_model_needs_is_never_without_a_value() {
    let models = load_model("L1", "") + &load_model("L2", "") + BATTERY;
    let fed = |first: &str, second: &str| {
        let connections = format!(
            "\n- {{from: L1.load_dem, to: B1.flow2b{first}}}\n- {{from: L2.load_dem, to: B1.flow2b{second}}}"
        );
        let text =
            format!("{HEAD}{CSV}{models}connections:{connections}{TAIL}cables: [{{id: 0}}, {{id: 1}}]");
        load(&text, "s.yaml", &mut Rows(HOUR))
    };
    let messages = fed(", via: {cable: 0}", ", via: {cable: 1}").map(|_| ()).expect_err("both may go").0;
    let [error] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!((error.line, error.column), (28, 27), "{error}");
    assert_eq!(error.message, "nothing arrives at the input `flow2b` of `B1` while its cables are unplugged");
    assert_eq!(error.help.as_deref(), Some("add `otherwise: 0` to `via`"));
    // One source that is always there is enough, and so is one that leaves a value behind.
    assert!(fed(", via: {cable: 0}", "").is_ok());
    assert!(fed(", via: {cable: 0}", ", via: {cable: 1, otherwise: 0}").is_ok());
    // A Load does without.
    assert_eq!(with_via("{cable: 7}", CABLES).connections[0].via, Some(Via { cable: 7, otherwise: None }));
}

#[test]
fn what_nobody_computes_with_may_be_anything() {
    let models = dummy("D1");
    let at_a_dummy = |otherwise: &str| {
        let connection = format!("\n- {{from: CX.u, to: D1.in1, via: {{cable: 0, otherwise: {otherwise}}}}}");
        let text = format!("{HEAD}{CSV}{models}connections:{connection}{TAIL}cables: [{{id: 0}}]");
        load(&text, "s.yaml", &mut Rows(HOUR))
    };
    for (otherwise, value) in [
        ("night", Value::Text("night".to_owned())),
        ("null", Value::Null),
        ("[1, 2]", Value::List(vec![Value::Int(1), Value::Int(2)])),
    ] {
        let scenario = at_a_dummy(otherwise).unwrap_or_else(|messages| panic!("{messages}"));
        assert_eq!(scenario.connections[0].via, Some(Via { cable: 0, otherwise: Some(value) }));
    }
}

#[test]
fn an_output_is_replaced_by_a_number_only() {
    let models = load_model("L1", "") + &dummy("D2");
    let connections = "\n- {from: CX.u, to: L1.load}\n\
                       - {from: L1.load_dem, to: D2.in1, via: {cable: 0, otherwise: night}}";
    let text = format!("{HEAD}{CSV}{models}connections:{connections}{TAIL}cables: [{{id: 0}}]");
    let messages = load(&text, "s.yaml", &mut Rows(HOUR)).map(|_| ()).expect_err("outputs are added");
    assert!(messages.to_string().contains("`D2.in1` needs a number, not a text"), "{messages}");
}

#[test]
fn a_column_of_a_collector_is_always_there() {
    let models =
        load_model("L1", "") + "- name: Extra\n  type: Collector\n  parameters: {file_path: e.csv}\n";
    let connections = "\n- {from: CX.u, to: L1.load}\n- {from: CX.v, to: Extra.a, via: {cable: 0}}";
    let text = format!("{HEAD}{CSV}{models}connections:{connections}{TAIL}cables: [{{id: 0}}]");
    let messages = load(&text, "s.yaml", &mut Rows(HOUR)).map(|_| ()).expect_err("it is refused").0;
    let [error] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(error.message, "`Extra` is a Collector: its columns are always there");
}

#[test]
fn a_delayed_connection_may_be_carried_by_a_cable() {
    let models = dummy("D1");
    let connections = "\n- {from: CX.u, to: D1.in1, time_shifted: true, via: {cable: 0, otherwise: 3}}";
    let text = format!("{HEAD}{CSV}{models}connections:{connections}{TAIL}cables: [{{id: 0}}]");
    let scenario = load(&text, "s.yaml", &mut Rows(HOUR)).unwrap_or_else(|messages| panic!("{messages}"));
    let connection = &scenario.connections[0];
    assert_eq!(connection.shifted, Some(Value::Int(7)));
    assert_eq!(connection.via, Some(Via { cable: 0, otherwise: Some(Value::Int(3)) }));
}

#[test]
fn a_token_with_the_key_of_a_cable_is_an_incomplete_cable() {
    let messages = refused_via("{cable: 7, otherwise: 0}", "\n- {id: 7, colour: load}");
    let found: Vec<&str> = messages.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        found,
        [
            "a cable lacks the key `ends`",
            "a cable lacks the key `shows`",
            "a cable lacks the key `full_scale`"
        ]
    );
    let messages = refused_via("{cable: 7, otherwise: 0}", &format!("{CABLES}- {{id: 7}}"));
    let [error] = messages.as_slice() else { panic!("{messages:?}") };
    assert!(error.message.starts_with("there are two cables with the id 7"), "{error}");
    let messages = refused_via("{cable: 7, otherwise: 0}", "\n- {id: 7, plugged: 1, name: ''}");
    assert_eq!(messages[0].message, "`name` must not be empty");
}
