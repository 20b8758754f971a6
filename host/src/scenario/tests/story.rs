//! The key `story`.

use super::*;

/// Models 0 to 3: a CSV model, two Loads and a Battery; cables 4 and 2 and the token 0. `items` stands on line 35.
fn told(items: &str, story: &str) -> Result<Scenario, Diagnostics> {
    let models = load_model("L1", "  connect: {node: pv}\n")
        + &load_model("L2", "  connect: {node: grid}\n")
        + BATTERY;
    let text = format!(
        "{HEAD}{CSV}{models}connections:\n- {{from: CX.v, to: L1.load}}\n- {{from: CX.u, to: L2.load}}\n\
         - {{from: L1.load_dem, to: B1.flow2b}}\nmonitor:\n  file: out.csv\n  items: [{items}]\ncables:\n\
         - {{id: 4, ends: [pv, grid], shows: L1.load_dem, full_scale: 70}}\n\
         - {{id: 2, ends: [grid, pv], shows: L2.load_dem, full_scale: 70}}\n- {{id: 0, name: winter}}\n{story}"
    );
    load(&text, "s.yaml", &mut Rows(HOUR))
}

fn story(text: &str) -> Story {
    told("CX.u", text).unwrap_or_else(|messages| panic!("{messages}")).story.expect("there is a story")
}

/// The messages about a story, each with its column.
fn mistakes(text: &str) -> Vec<(u32, String)> {
    let messages = told("CX.u", text).map(|_| ()).expect_err(text).0;
    messages.into_iter().map(|error| (error.column, error.message)).collect()
}

/// The condition of a rule.
fn condition(text: &str) -> Condition {
    let rules = format!("story:\n  rules:\n  - when: {text}\n    set: {{L1.load: 1}}\n");
    story(&rules).rules[0].when.clone()
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

const WHOLE: &str = "\
story:
  phases:
  - name: empty table
  - name: house
    when: {plugged: [4]}
  - name: house and sun
    when: {plugged: [4, 2]}
    set: {L1.load: 0.4, B1.max_p: 50}
  rules:
  - when: {hours: ['20:00', '06:00'], phase: house}
    set: {CX.file_index: 0}
  - when: {recently: {plugged: 0, steps: 5}}
    set: {B1.max_p: 10}
";

#[test]
fn a_story_is_read_with_all_names_resolved() {
    let told = story(WHOLE);
    let load = Target::Input { model: 1, input: 0 };
    let power = Target::Parameter { model: 3, name: "max_p".to_owned() };
    let file = Target::Input { model: 0, input: 0 };
    let setting = |target: &Target, value| Setting { target: target.clone(), value };
    let phase = |name: &str, when, set| Phase { name: name.to_owned(), when, set };
    let sun = Condition::All(vec![Condition::Plugged(4), Condition::Plugged(2)]);
    let in_sun = vec![setting(&load, Value::Float(0.4)), setting(&power, Value::Int(50))];
    let night = Moment::Hours { from_s: 20 * 3600, to_s: 6 * 3600 };
    assert_eq!(
        told.phases,
        [
            phase("empty table", Condition::ALWAYS, vec![]),
            phase("house", Condition::Plugged(4), vec![]),
            phase("house and sun", sun, in_sun),
        ]
    );
    assert_eq!(
        told.rules,
        [
            Rule {
                when: Condition::All(vec![Condition::Moment(night), Condition::Phase(1)]),
                set: vec![setting(&file, Value::Int(0))],
            },
            Rule {
                when: Condition::Recently { plugged: 0, steps: 5 },
                set: vec![setting(&power, Value::Int(10))],
            },
        ]
    );
    assert_eq!(told.targets(), [load, power, file]);
}

#[test]
fn a_file_without_a_story_has_none() {
    let scenario = told("CX.u", "").unwrap_or_else(|messages| panic!("{messages}"));
    assert_eq!(scenario.story, None);
    assert!(!scenario.follows_plugs());
    let recorded = told("CX.u, story.cable_2", "").unwrap_or_else(|messages| panic!("{messages}"));
    assert!(recorded.follows_plugs(), "its result depends on a cable");
}

#[test]
fn every_condition_has_its_meaning() {
    let plugged = Condition::Plugged;
    let mut winter = [false; 12];
    [11, 0, 1].into_iter().for_each(|month: usize| winter[month] = true);
    for (text, meant) in [
        ("{plugged: 4}", plugged(4)),
        ("{plugged: [4, 0]}", Condition::All(vec![plugged(4), plugged(0)])),
        ("{unplugged: 4}", not(plugged(4))),
        ("{unplugged: [4, 2]}", Condition::All(vec![not(plugged(4)), not(plugged(2))])),
        ("{steps: [0, 96]}", Condition::Moment(Moment::Steps { from: 0, to: 96 })),
        ("{every: {steps: 20, to: 10}}", Condition::Moment(Moment::Every { period: 20, from: 0, to: 10 })),
        (
            "{every: {steps: 20, from: 10, to: 20}}",
            Condition::Moment(Moment::Every { period: 20, from: 10, to: 20 }),
        ),
        (
            "{hours: ['00:00', '23:59']}",
            Condition::Moment(Moment::Hours { from_s: 0, to_s: 23 * 3600 + 59 * 60 }),
        ),
        ("{months: [12, 1, 2]}", Condition::Moment(Moment::Months(winter))),
        (
            "{value: {of: B1.soc, above: 50, below: 80.5}}",
            Condition::Value { of: (3, 2), above: Some(50.0), below: Some(80.5) },
        ),
        (
            "{value: {of: L1.load_dem, below: -1}}",
            Condition::Value { of: (1, 0), above: None, below: Some(-1.0) },
        ),
        ("{any: [{plugged: 4}, {unplugged: 2}]}", Condition::Any(vec![plugged(4), not(plugged(2))])),
        ("{all: [{plugged: 4}, {plugged: 2}]}", Condition::All(vec![plugged(4), plugged(2)])),
        ("{not: {plugged: 4}}", not(plugged(4))),
        ("{not: {not: {plugged: 4}}}", not(not(plugged(4)))),
    ] {
        let met = condition(text);
        if let (Condition::Value { of, .. }, "{value: {of: B1.soc, above: 50, below: 80.5}}") = (&met, text) {
            let scenario = told("CX.u", WHOLE).expect("it is right");
            assert_eq!(scenario.models[of.0].attributes[of.1].name, "soc");
        }
        assert_eq!(met, meant, "{text}");
    }
}

#[test]
fn a_wrong_condition_is_shown_at_its_place() {
    for (text, column, message) in [
        ("{}", 11, "a condition must not be empty"),
        ("now", 11, "a condition must be a mapping, not a text"),
        ("{pluged: 4}", 12, "unknown key `pluged` in a condition"),
        ("{plugged: []}", 21, "`plugged` is empty"),
        ("{plugged: [4, 5]}", 25, "there is no cable 5"),
        ("{unplugged: [four]}", 24, "an id in `unplugged` must be an integer, not a text"),
        ("{plugged: 65536}", 21, "`plugged` must be between 0 and 65535, not 65536"),
        ("{steps: 5}", 19, "`steps` must be a list of two steps"),
        ("{steps: [5, 5]}", 23, "no step is at or after 5 and before 5"),
        ("{steps: [-1, 5]}", 20, "a step must be 0 or more, not -1"),
        ("{every: {steps: 0, to: 1}}", 27, "`steps` must be 1 or more, not 0"),
        ("{every: {steps: 20, to: 21}}", 35, "of every 20 steps none runs from 0 to 21"),
        ("{every: {steps: 20, from: 3, to: 3}}", 44, "of every 20 steps none runs from 3 to 3"),
        ("{every: {steps: 20}}", 12, "`every` lacks the key `to`"),
        ("{hours: ['8:00', '09:00']}", 20, "`8:00` is not a time of day"),
        ("{hours: ['24:00', '09:00']}", 20, "`24:00` is not a time of day"),
        ("{hours: ['08:60', '09:00']}", 20, "`08:60` is not a time of day"),
        ("{hours: ['08:00', '08:00']}", 29, "these hours begin where they end"),
        ("{hours: ['08:00']}", 19, "`hours` must be a list of two times of day"),
        ("{months: []}", 20, "`months` is empty"),
        ("{months: [0]}", 21, "a month must be between 1 and 12, not 0"),
        ("{months: [1, 13]}", 24, "a month must be between 1 and 12, not 13"),
        ("{months: 1}", 20, "`months` must be a list, not an integer"),
        ("{value: {of: B1.soc}}", 12, "`value` needs `above`, `below` or both"),
        ("{value: {of: B1.soc, above: .nan}}", 39, "`above` must be a number"),
        ("{value: {of: B1.soc, above: 5, below: 5}}", 12, "no number is above 5 and below 5"),
        ("{value: {of: B1.sok, above: 5}}", 24, "`B1` has no attribute `sok`"),
        ("{value: {of: L1.load, above: 5}}", 24, "`load` is an input of `L1`: there is nothing to read"),
        ("{value: {of: B.soc, above: 5}}", 24, "there is no model `B`"),
        ("{phase: garden}", 19, "there is no phase `garden`"),
        ("{recently: {plugged: 0}}", 12, "`recently` lacks the key `steps`"),
        ("{recently: {plugged: 9, steps: 1}}", 32, "there is no cable 9"),
        ("{recently: {plugged: 0, steps: 0}}", 42, "`steps` must be 1 or more, not 0"),
        ("{any: []}", 17, "`any` is empty"),
        ("{any: {plugged: 4}}", 17, "`any` must be a list, not a mapping"),
        ("{all: [{plugged: 4}, {}]}", 32, "a condition must not be empty"),
        ("{not: }", 12, "a condition must be a mapping, not empty"),
    ] {
        let rules = format!("story:\n  rules:\n  - when: {text}\n    set: {{L1.load: 1}}\n");
        assert_eq!(mistakes(&rules), [(column, message.to_owned())], "{text}");
    }
}

#[test]
fn several_mistakes_are_told_at_once() {
    let rules =
        "story:\n  rules:\n  - when: {plugged: 5, value: {of: B1.sok, above: 5}}\n    set: {L1.laod: 1}\n";
    let found: Vec<String> = mistakes(rules).into_iter().map(|(_, message)| message).collect();
    assert_eq!(
        found,
        ["there is no cable 5", "`B1` has no attribute `sok`", "`L1` has no input and no parameter `laod`"]
    );
}

#[test]
fn conditions_do_not_nest_without_bound() {
    let nested = |depth: usize| {
        let when = format!("{}{{plugged: 4}}{}", "{not: ".repeat(depth), "}".repeat(depth));
        format!("story:\n  rules:\n  - when: {when}\n    set: {{L1.load: 1}}\n")
    };
    assert!(told("CX.u", &nested(20)).is_ok());
    let (_, message) = &mistakes(&nested(4000))[0];
    assert!(message.contains("nested more than"), "{message}");
}

#[test]
fn phases_have_names_and_an_order() {
    for (text, column, message) in [
        ("story:", 1, "`story` must be a mapping, not empty"),
        ("story: {}", 1, "`story` is empty"),
        ("story: {phase: []}", 9, "unknown key `phase` in `story`"),
        ("story: {phases: {}}", 17, "`phases` must be a list, not a mapping"),
        ("story: {phases: [{when: {plugged: 4}, name: a}]}", 19, "the first phase must always hold"),
        ("story: {phases: [{name: a}, {name: b}]}", 29, "a phase lacks the key `when`"),
        ("story: {phases: [{}]}", 18, "a phase lacks the key `name`"),
        ("story: {phases: [{name: 4}]}", 25, "`name` must be a text, not an integer"),
        (
            "story:\n  phases:\n  - name: a\n  - {name: b, when: {phase: a}}",
            29,
            "a phase cannot depend on the present phase",
        ),
        (
            "story:\n  phases:\n  - name: a\n  - name: a\n    when: {plugged: 4}",
            11,
            "there are two phases `a`; the first one is on line 42",
        ),
        ("story: {rules: [{set: {L1.load: 1}}]}", 17, "a rule lacks the key `when`"),
        ("story: {rules: [{when: {plugged: 4}}]}", 17, "a rule lacks the key `set`"),
    ] {
        let found = mistakes(text);
        assert!(found.contains(&(column, message.to_owned())), "{text}: {found:?}");
    }
}

#[test]
fn what_is_set_must_be_there_and_fit() {
    for (set, column, message) in [
        ("{}", 10, "`set` must be a mapping with at least one name, but it is empty"),
        ("5", 10, "`set` must be a mapping with at least one name, but it is an integer"),
        ("{load: 1}", 11, "`load` is not of the form `model.attribute`"),
        ("{L3.load: 1}", 11, "there is no model `L3`"),
        ("{L1.load_dem: 1}", 11, "`L1` has no input and no parameter `load_dem`"),
        ("{L1.load: dark}", 20, "the input `load` of `L1` needs a number, not a text"),
        ("{L1.load: null}", 11, "the input `load` of `L1` needs a number, not null"),
        ("{L1.houses: many}", 22, "`L1` (Load): `houses` must be a number, not a text"),
        ("{B1.max_p: [1]}", 21, "`B1` (Battery): `max_p` must be a number, not a list"),
        (
            "{CX.delimiter: ';'}",
            11,
            "`CX` reads its files before the run: `delimiter` cannot change any more",
        ),
    ] {
        let rules = format!("story:\n  rules:\n  - when: {{plugged: 4}}\n    set: {set}\n");
        assert_eq!(mistakes(&rules), [(column, message.to_owned())], "{set}");
    }
    let collector = "- name: Extra\n  type: Collector\n  parameters: {file_path: e.csv}\n";
    let rules = "story:\n  rules: [{when: {steps: [0, 1]}, set: {Extra.delimiter: ';'}}]\n";
    let text = format!("{HEAD}{CSV}{collector}connections: []{TAIL}{rules}");
    let messages = load(&text, "s.yaml", &mut Rows(HOUR)).map(|_| ()).expect_err("it is refused");
    assert!(messages.to_string().contains("`Extra` is a Collector: a story sets models only"), "{messages}");
}

#[test]
fn a_story_cannot_change_what_a_model_writes() {
    let controller = "\
- name: C1
  type: Controller_T1
  parameters: {soc_min: 10, soc_max: 90, max_p: 50, battery_active: true}
  inputs: {wind_gen: 0, pv_gen: 0, load_dem: 0, soc: 0}
  outputs: {flow2b: 0, res_load: 0, dump: 0}
  states: {unused: 0}
";
    let connections = "\n- {from: CX.u, to: C1.wind_gen}\n- {from: CX.u, to: C1.pv_gen}\n\
                       - {from: CX.u, to: C1.load_dem}\n- {from: CX.u, to: C1.soc}";
    let told = |set: &str| {
        let rules = format!("story:\n  rules: [{{when: {{steps: [0, 1]}}, set: {set}}}]\n");
        let text = format!("{HEAD}{CSV}{controller}connections:{connections}{TAIL}{rules}");
        load(&text, "s.yaml", &mut Rows(HOUR))
    };
    assert!(told("{C1.max_p: 0}").is_ok());
    let messages = told("{C1.battery_active: false}").map(|_| ()).expect_err("`flow2b` would go").to_string();
    assert!(messages.contains("with these parameters `C1` writes other values: `flow2b`"), "{messages}");
}

#[test]
fn a_check_ends_for_a_story_of_any_size() {
    let states: String = (0..2000).map(|state| format!("s{state}: 0, ")).collect();
    let models = load_model("L1", &format!("  states: {{{states}}}\n"));
    let rule = "  - {when: {steps: [0, 1]}, set: {L1.houses: 2}}\n";
    let told = |rules: usize| {
        let story = format!("story:\n  rules:\n{}", rule.repeat(rules));
        let text = format!("{HEAD}{CSV}{models}connections: [{{from: CX.u, to: L1.load}}]{TAIL}{story}");
        load(&text, "s.yaml", &mut Rows(HOUR))
    };
    assert!(told(100).is_ok());
    let messages = told(2100).map(|_| ()).expect_err("4,200,000 entries").0;
    let [error] = messages.as_slice() else { panic!("{messages:?}") };
    assert!(error.message.starts_with("the story sets parameters of large models too often"), "{error}");
}

#[test]
fn a_result_file_records_the_story() {
    let scenario = told("story.phase, L1.load_dem, story.cable_0, story.cable_4", WHOLE);
    let scenario = scenario.unwrap_or_else(|messages| panic!("{messages}"));
    let items = &scenario.recorders[0].items;
    let load = Item::Attribute { model: 1, attribute: 0 };
    assert_eq!(*items, [Item::Phase, load, Item::Plugged(0), Item::Plugged(4)]);
    let names: Vec<String> = items.iter().map(|&item| scenario.item_name(item)).collect();
    assert_eq!(names, ["story.phase", "L1.load_dem", "story.cable_0", "story.cable_4"]);
    for (item, story, message, help) in [
        ("story.fase", WHOLE, "the story has no value `fase`", "did you mean `phase`?"),
        ("story.cable_7", WHOLE, "the story has no value `cable_7`", "did you mean `cable_"),
        ("story.cable_04", WHOLE, "the story has no value `cable_04`", "did you mean `cable_"),
        ("story.phase", "", "the story has no value `phase`", "known here"),
    ] {
        let messages = told(item, story).map(|_| ()).expect_err(item).0;
        let [error] = messages.as_slice() else { panic!("{messages:?}") };
        assert_eq!((error.line, error.column, error.message.as_str()), (35, 11, message), "{error}");
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{error}");
    }
    let plain = load_with(&load_model("L1", ""), "\n- {from: story.phase, to: L1.load}", HOUR);
    let message = plain.map(|_| ()).expect_err("only result files know the story").to_string();
    assert!(message.contains("there is no model `story`"), "{message}");
}

#[test]
fn a_model_may_be_called_story_where_there_is_none() {
    let models = load_model("story", "");
    let text = |rest: &str| {
        let connections = "\n- {from: CX.u, to: story.load}";
        let tail = TAIL.replace("CX.u", "story.load_dem");
        format!("{HEAD}{CSV}{models}connections:{connections}{tail}{rest}")
    };
    let scenario = load(&text("cables: [{id: 0}]\n"), "s.yaml", &mut Rows(HOUR));
    let scenario = scenario.unwrap_or_else(|messages| panic!("{messages}"));
    assert_eq!(scenario.recorders[0].items, [Item::Attribute { model: 1, attribute: 0 }]);
    let messages = load(&text("story: {phases: [{name: a}]}\n"), "s.yaml", &mut Rows(HOUR));
    let messages = messages.map(|_| ()).expect_err("it is refused").0;
    let [error] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(error.message, "`story` is the name of the story in `monitor.items`");
}

#[test]
fn a_column_that_a_condition_asks_for_is_read() {
    let rules = "story:\n  rules: [{when: {value: {of: CX.v, above: 1}}, set: {L1.houses: 2}}]\n";
    let short = "2015-05-04 00:00:00,0\n2015-05-04 00:15:00,1,2\n";
    let text = |story: &str| {
        let models = load_model("L1", "");
        format!("{HEAD}{CSV}{models}connections: [{{from: CX.u, to: L1.load}}]{TAIL}{story}")
    };
    assert!(load(&text(""), "s.yaml", &mut Rows(short)).is_ok(), "nobody reads `v`");
    let messages = load(&text(rules), "s.yaml", &mut Rows(short)).map(|_| ()).expect_err("a cell is missing");
    assert!(messages.to_string().contains("the first row that `CX` reads has no cell for `v`"), "{messages}");
}

#[test]
fn what_a_condition_watches_is_listed_once() {
    let told = story(
        "story:\n  phases:\n  - name: a\n  - {name: b, when: {not: {value: {of: B1.soc, above: 5}}}}\n  rules:\n  \
         - {when: {any: [{value: {of: L1.load_dem, above: 5}}, {value: {of: B1.soc, below: 5}}]}, set: {L1.load: 1}}\n",
    );
    assert_eq!(told.watched().len(), 2);
    assert_eq!(told.watched()[1], (1, 0));
}
