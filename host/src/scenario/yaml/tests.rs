use super::*;

fn value(text: &str) -> Yaml {
    let mut report = Report::new("t.yaml", lines(text));
    parse(text, &mut report).unwrap_or_else(|| panic!("{text:?} is refused")).value
}

/// The messages about a text that is refused.
fn refusal(text: &str) -> String {
    let mut report = Report::new("t.yaml", lines(text));
    assert!(parse(text, &mut report).is_none(), "{text:?} is accepted");
    report.finish(None::<()>).map(|_| ()).expect_err("there is no scenario").to_string()
}

/// The entry of a key in a mapping.
fn entry<'a>(value: &'a Yaml, key: &str) -> &'a Node {
    let Yaml::Map(entries) = value else { panic!("a mapping") };
    let found = entries.iter().find(|(name, _)| name.value == Yaml::Text(key.to_owned()));
    &found.unwrap_or_else(|| panic!("no key {key}")).1
}

fn keys(value: &Yaml) -> Vec<String> {
    let Yaml::Map(entries) = value else { panic!("a mapping") };
    let name = |node: &Node| if let Yaml::Text(text) = &node.value { text.clone() } else { panic!("a text") };
    entries.iter().map(|(key, _)| name(key)).collect()
}

fn text(text: &str) -> Yaml {
    Yaml::Text(text.to_owned())
}

#[test]
fn a_carriage_return_alone_ends_a_line() {
    let message = refusal("a: 1\r\rb: 2\r\na: 3\rc: 4\n");
    assert!(message.starts_with("t.yaml:4:1: ") && message.contains("     4 | a: 3"), "{message}");
}

#[test]
fn plain_scalars_follow_yaml_1_2() {
    let date = |text: &str| Yaml::Date(text.to_owned());
    let cases = [
        ("true", Yaml::Bool(true)),
        ("False", Yaml::Bool(false)),
        ("TRUE", Yaml::Bool(true)),
        ("tRUE", text("tRUE")),
        ("yes", text("yes")),
        ("on", text("on")),
        ("None", text("None")),
        ("~", Yaml::Null),
        ("NULL", Yaml::Null),
        ("017", Yaml::Int(17)),
        ("0o17", Yaml::Int(15)),
        ("0x1F", Yaml::Int(31)),
        ("-0b11", Yaml::Int(-3)),
        ("1_000", Yaml::Int(1000)),
        ("+5", Yaml::Int(5)),
        ("-9223372036854775808", Yaml::Int(i64::MIN)),
        ("_1", text("_1")),
        ("-", text("-")),
        ("0x", text("0x")),
        ("1.5", Yaml::Float(1.5)),
        (".5", Yaml::Float(0.5)),
        ("5.", Yaml::Float(5.0)),
        ("1e3", Yaml::Float(1000.0)),
        ("1e-3", Yaml::Float(0.001)),
        ("1_0.5", Yaml::Float(10.5)),
        ("1e", text("1e")),
        ("1.2.3", text("1.2.3")),
        (".", text(".")),
        (".inf", Yaml::Float(f64::INFINITY)),
        ("-.Inf", Yaml::Float(f64::NEG_INFINITY)),
        ("inf", text("inf")),
        ("12:30", text("12:30")),
        ("2015-05-04", date("2015-05-04")),
        ("2015-05-04 00:00:00", date("2015-05-04 00:00:00")),
        ("2015-5-4T1:02:03.5 +02:00", date("2015-5-4T1:02:03.5 +02:00")),
        ("2015-05-04t01:02:03Z", date("2015-05-04t01:02:03Z")),
        ("2015-5-4", text("2015-5-4")),
        ("2015-05-04 00:00", text("2015-05-04 00:00")),
        ("'17'", text("17")),
        ("\"true\"", text("true")),
        ("!!str 17", text("17")),
    ];
    for (written, expected) in cases {
        // A dash alone would start a list.
        let found =
            if written == "-" { scalar::resolve(written).ok() } else { Some(value(&format!("[{written}]"))) };
        let expected = if written == "-" {
            expected
        } else {
            Yaml::List(vec![Node { value: expected, mark: Mark::default() }])
        };
        assert_eq!(found, Some(expected), "{written}");
    }
    assert!(matches!(scalar::resolve(".nan"), Ok(Yaml::Float(f)) if f.is_nan()));
    assert_eq!(scalar::resolve("9223372036854775808"), Err(scalar::TooLarge));
}

#[test]
fn positions_are_those_of_the_file() {
    let tree = value("a: 1\nb:\n  - 'é' \n  - {c: xyz}\nd:\n");
    let Yaml::List(items) = &entry(&tree, "b").value else { panic!("a list") };
    assert_eq!(items[0].mark, Mark { line: 3, column: 5, width: 3 });
    assert_eq!(entry(&items[1].value, "c").mark, Mark { line: 4, column: 9, width: 3 });
    assert_eq!(entry(&tree, "d").mark, Mark { line: 5, column: 1, width: 1 }, "an empty value is at its key");
}

#[test]
fn merge_keys_come_first_and_are_overridden() {
    let tree = value("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nown:\n  y: 9\n  <<: [*b, *m]\n  w: 0\n");
    let own = &entry(&tree, "own").value;
    assert_eq!(keys(own), ["x", "y", "z", "w"]);
    assert_eq!(entry(own, "y").value, Yaml::Int(9));
    assert_eq!(entry(own, "x").value, Yaml::Int(1));
    assert!(refusal("a:\n  <<: 5\n").contains("`<<` takes a mapping"));
}

#[test]
fn duplicate_keys_are_all_reported_with_the_first_line() {
    let messages = refusal("a: 1\nb: 2\na: 3\nb: 4\n");
    assert!(messages.contains("t.yaml:3:1: error: the key `a` is there twice; the first one is on line 1"));
    assert!(messages.contains("t.yaml:4:1: error: the key `b` is there twice; the first one is on line 2"));
    assert_eq!(keys(&value("1: x\n'1': y\n").clone_texts()), ["1"], "a number and a text differ");
}

impl Yaml {
    /// Only the entries whose key is a text.
    fn clone_texts(&self) -> Self {
        let Self::Map(entries) = self else { panic!("a mapping") };
        Self::Map(entries.iter().filter(|(key, _)| matches!(key.value, Self::Text(_))).cloned().collect())
    }
}

#[test]
fn what_grows_without_bounds_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![alias; 9].join(", "));
    }
    assert!(refusal(&bomb).contains("aliases repeat too much"));
    assert!(refusal(&("[".repeat(200) + &"]".repeat(200))).contains("nested more than 32 levels"));
    assert!(refusal("a: &a [*a]\n").contains("inside the value that it repeats"));
    assert!(refusal("--- 1\n--- 2\n").contains("a second document"));
    assert!(refusal("# nothing\n").contains("the file is empty"));
    assert!(refusal("? [a]\n: 1\n").contains("a key must be a single word"));
    assert!(refusal("a: !other 1\n").contains("the tag `!other` means nothing here"));
    assert!(refusal("a: 99999999999999999999\n").contains("does not fit 64 bits"));
}

#[test]
fn syntax_errors_guess_at_the_mistake() {
    assert!(refusal("a:\n\tb: 1\n").contains("YAML does not allow tabs"));
    assert!(refusal("a: [1, 2\n").contains("help: close it"));
    assert!(refusal("a: 'b\n").contains("close the quote on its line"));
    assert!(refusal("a: *b\n").contains("must stand before its alias"));
    assert!(refusal("a: @b\n").contains("in quotes"));
    assert!(refusal("a: {b: 1 c: 2}\n").contains("with commas"));
    assert!(refusal("a: b: c\n").contains("in quotes"));
    assert!(refusal("a:\n  b: 1\n c: 2\n").contains("check the indentation"));
    assert!(
        refusal("a:\n  b: 1\n- c: 2\n")
            .contains("its key, such as `models:`, must stand on the line above it")
    );
}

#[test]
fn brackets_may_close_at_the_margin_as_in_the_python_parsers() {
    let tree = value("- a:\n    b: [1,\n2\n]\n    c: 3\n");
    let Yaml::List(items) = &tree else { panic!("a list") };
    assert_eq!(keys(&entry(&items[0].value, "a").value), ["b", "c"]);
}
