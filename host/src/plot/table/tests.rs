use super::*;

const RESULT: &str = "date,story.phase,A.x,A.n,A.on,A.none\n\
                      2024-06-20,start,1.5,1,True,\n\
                      2024-06-20 06:15:00,,nan,-2,False,\n\
                      2024-06-20 06:30:00,\"end, at last\",inf,,True,\n";

fn read(text: &str) -> Result<Results, Diagnostic> {
    let file = ResultFile::open(text, "out.csv")?;
    let all: Vec<usize> = (0..file.names().len()).collect();
    file.read(&all, &(i64::MIN..=i64::MAX))
}

/// Numbers as texts, since NaN is not itself.
fn shown(values: &Values) -> String {
    format!("{values:?}")
}

#[test]
fn columns_are_what_all_their_cells_are() {
    let results = read(RESULT).unwrap_or_else(|error| panic!("{error}"));
    let six = 1_718_841_600 + 6 * 3600;
    assert_eq!(results.dates_s, [six, six + 900, six + 1800], "the first row, too, has a time of day");
    let values: Vec<String> = results.columns.iter().map(|column| shown(&column.values)).collect();
    assert_eq!(
        values,
        [
            "Texts { line: 2, texts: [\"start\", \"end, at last\"], rows: [Some(0), None, Some(1)] }",
            "Numbers([1.5, NaN, NaN])",
            "Whole([1.0, -2.0, NaN])",
            "Switch([1.0, 0.0, 1.0])",
            "Nothing",
        ]
    );
}

#[test]
fn a_first_row_at_midnight_is_there() {
    for (second, third, start_h) in
        [("00:15:00", "00:30:00", 0), ("01:00:00", "03:00:00", 0), ("12:00:00", "18:00:00", 6)]
    {
        let text = format!("date,a\n2024-06-20,1\n2024-06-20 {second},2\n2024-06-20 {third},3\n");
        let dates_s = read(&text).unwrap().dates_s;
        assert_eq!(dates_s[0], 1_718_841_600 + start_h * 3600, "{second}");
    }
}

#[test]
fn only_what_was_asked_for_is_read() {
    let file = ResultFile::open(RESULT, "out.csv").unwrap();
    let from = file.read(&[0], &(i64::MIN..=i64::MAX)).unwrap().dates_s[1];
    let results = file.read(&[2], &(from..=from)).unwrap();
    assert_eq!(results.dates_s, [from]);
    assert_eq!(results.columns, [Column { name: "A.n".to_owned(), values: Values::Whole(vec![-2.0]) }]);
}

#[test]
fn the_delimiter_is_what_follows_the_date() {
    let plain = RESULT.replace("\"end, at last\"", "end");
    for delimiter in [";", "\t", "|", ", "] {
        let results = read(&plain.replace(',', delimiter));
        let results = results.unwrap_or_else(|error| panic!("{delimiter:?}: {error}"));
        assert_eq!(shown(&results.columns[2].values), "Whole([1.0, -2.0, NaN])", "{delimiter:?}");
    }
}

#[test]
fn mistakes_are_located() {
    for (text, expected) in [
        ("", "out.csv: error: this is not the header"),
        ("time,a\n", "out.csv:1:1: error: this is not the header"),
        ("date\n", "out.csv:1:1: error: this is not the header"),
        ("date2,a\n", "out.csv:1:1: error: this is not the header"),
        ("date,a\nyesterday,1\n", "out.csv:2:1: error: `yesterday` is not the date"),
        (
            "date,a,b\n2024-06-20,1,2\n2024-06-20,1\n",
            "out.csv:3:13: error: this row has 2 cells, and the header 3",
        ),
        ("date,a\n2024-06-20,\"1,5\",2\n", "out.csv:2:18: error: this row has 3 cells, and the header 2"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
}

#[test]
fn the_texts_of_a_column_are_few() {
    let rows = |count: usize| {
        let row = |row: usize| format!("2024-06-20,text {row}\n");
        format!("date,a\n2024-06-20,1\n{}", (1..count).map(row).collect::<String>())
    };
    let few = read(&rows(TEXTS_MAX)).unwrap();
    assert!(matches!(&few.columns[0].values, Values::Texts { texts, .. } if texts.len() == TEXTS_MAX));
    let many = read(&rows(TEXTS_MAX + 1)).unwrap();
    assert_eq!(many.columns[0].values, Values::ManyTexts { line: 3 });
}
