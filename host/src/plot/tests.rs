//! Whole figures.

use super::*;
use crate::record::read_date;
use proptest::prelude::*;

fn request(text: &str) -> Request<'_> {
    Request {
        text,
        file: "out.csv",
        columns: &[],
        from: None,
        to: None,
        scenario: None,
        title: "A day",
        width: 960,
        height: None,
        detail: 2.0,
        dark: false,
    }
}

/// The lines of a column.
fn runs<'a>(figure: &'a Figure, column: &str) -> &'a [Vec<Point>] {
    let of_column = |shape: &'a Shape| match shape {
        Shape::Line { runs, name, .. } if name == column => Some(runs.as_slice()),
        _ => None,
    };
    figure.shapes.iter().find_map(of_column).unwrap_or_else(|| panic!("{column} is not drawn"))
}

fn texts(figure: &Figure) -> Vec<&str> {
    let texts = figure.shapes.iter().filter_map(|shape| match shape {
        Shape::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Every minute of more than two months, with one value that is higher than all others and one that is lower.
fn long_result(rows: usize) -> String {
    let row = |row: usize| {
        let at = calendar::civil(1_718_841_600 + row as i64 * 60).strftime("%Y-%m-%d %H:%M:%S");
        let value = match row {
            40_000 => 1000.0,
            40_001 => -1000.0,
            _ => libm::sin(row as f64 / 300.0),
        };
        format!("{at},{value},{}\n", row % 7)
    };
    format!("date,A.x,A.n\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn a_hundred_thousand_rows_are_few_points_that_show_the_same() {
    let text = long_result(100_000);
    let plot = plot(&request(&text)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((plot.rows, plot.columns), (100_000, 2));
    let points: Vec<Point> = runs(&plot.figure, "A.x").concat();
    assert!((500..=4 * 2 * 960).contains(&points.len()), "{}", points.len());
    let ys = points.iter().map(|point| point.1);
    let (top, bottom) = ys.fold((f64::INFINITY, 0f64), |(top, bottom), y| (y.min(top), y.max(bottom)));
    let axis = plot.figure.shapes.iter().filter_map(|shape| match shape {
        Shape::Text { text, at, .. } if text == "1000" || text == "−1000" => Some(at.1 - 11.0 * 0.36),
        _ => None,
    });
    let axis: Vec<f64> = axis.collect();
    assert!(
        matches!(axis.as_slice(), [low, high] if (low - bottom).abs() < 0.01 && (high - top).abs() < 0.01),
        "one minute of two months reaches as high and as low as its value: {top} {bottom} {axis:?}"
    );
}

#[test]
fn whole_numbers_hold_and_gaps_part_lines() {
    let text = "date,A.n,A.x\n2024-06-20,5,1.5\n2024-06-20 01:00:00,7,\n2024-06-20 02:00:00,7,2.5\n";
    let plot = plot(&request(text)).unwrap_or_else(|error| panic!("{error}"));
    let [steps] = runs(&plot.figure, "A.n") else { panic!("one line") };
    let [a, b, c, .., last] = steps.as_slice() else { panic!("{steps:?}") };
    assert!(a.1 == b.1 && b.0 == c.0 && c.1 < b.1, "it holds, then it rises: {steps:?}");
    assert!((last.0 - a.0 - (b.0 - a.0) * 3.0).abs() < 0.01, "the last value holds as long as the others");
    assert_eq!(runs(&plot.figure, "A.x").iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn what_is_not_drawn_is_said() {
    let names: String = (0..30).map(|row| format!("2024-06-20,1.5,name {row},\n")).collect();
    let text = format!("date,A.x,A.name,A.empty\n{names}");
    let plot = plot(&request(&text)).unwrap_or_else(|error| panic!("{error}"));
    let notes = plot.notes.join("\n");
    for part in ["`A.name` is not drawn", "line 2", "`A.empty` is not drawn", "--scenario FILE"] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    assert_eq!(plot.columns, 1);
    assert!(texts(&plot.figure).contains(&"A day"));
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let columns: String = (0..=LINES_MAX).map(|column| format!(",A.x{column}")).collect();
    let cells = ",1.5".repeat(LINES_MAX + 1);
    let many = format!("date{columns}\n2024-06-20{cells}\n");
    let few = "date,A.x\n2024-06-20,1.5\n";
    let told = |request: &Request<'_>| plot(request).map(drop).unwrap_err().to_string();
    assert!(told(&request(&many)).contains("29 columns are too many"), "{}", told(&request(&many)));
    assert!(told(&request("date,A.x\n")).contains("out.csv has no row"));
    let late = Request { from: read_date("2025-01-01"), ..request(few) };
    assert!(told(&late).contains("no row between --from and --to"), "{}", told(&late));
    assert!(told(&request("date,A.x\n2024-06-20,\n")).contains("`A.x` is not drawn: every cell is empty"));
    let flat = Request { width: 300, height: Some(100), ..request(few) };
    assert!(told(&flat).contains("300 x 100 is too small"), "{}", told(&flat));
    // What it asks for is enough.
    let needed =
        told(&flat).split("it needs ").nth(1).and_then(|rest| rest.split(',').next()).map(str::to_owned);
    let (width, height) = needed.as_deref().and_then(|size| size.split_once(" x ")).unwrap();
    let enough = Request { width: width.parse().unwrap(), height: height.parse().ok(), ..request(few) };
    assert!(plot(&enough).is_ok(), "{needed:?}");
}

#[test]
fn twenty_eight_lines_are_told_apart() {
    let columns: String = (0..LINES_MAX).map(|column| format!(",A.x{column}")).collect();
    let cells = ",1.5".repeat(LINES_MAX);
    let text = format!("date{columns}\n2024-06-20{cells}\n2024-06-21{cells}\n");
    let plot = plot(&request(&text)).unwrap_or_else(|error| panic!("{error}"));
    let strokes = plot.figure.shapes.iter().filter_map(|shape| match shape {
        Shape::Line { stroke, name, .. } if !name.is_empty() => Some(format!("{stroke:?}")),
        _ => None,
    });
    assert_eq!(strokes.collect::<std::collections::BTreeSet<_>>().len(), LINES_MAX);
}

/// A cell of any kind.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|number| number.to_string()),
        (-5i64..5).prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        prop::sample::select(vec!["True", "False", "", "nan", "inf", "a", "<b>&", "日本"])
            .prop_map(str::to_owned),
    ]
}

proptest! {
    #[test]
    fn everything_stands_inside_the_figure(
        rows in prop::collection::vec((0i64..40_000_000_000, cell(), cell()), 1..40),
        sorted in any::<bool>(),
        height in prop::option::of(400u32..900),
        width in 300u32..1500,
    ) {
        let mut rows = rows;
        if sorted {
            rows.sort_by_key(|row| row.0);
        }
        let line = |(at_s, one, other): &(i64, String, String)| {
            format!("{},{one},{other}\n", calendar::civil(*at_s).strftime("%Y-%m-%d %H:%M:%S"))
        };
        let text = format!("date,A.one,A.other\n{}", rows.iter().map(line).collect::<String>());
        let drawn = match plot(&Request { width, height, ..request(&text) }) {
            Ok(plot) => plot.figure,
            Err(PlotError::NothingToDraw { .. } | PlotError::TooSmall { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let inside = |(x, y): Point| {
            (-1.0..=drawn.width + 1.0).contains(&x) && (-1.0..=drawn.height + 1.0).contains(&y)
        };
        for shape in &drawn.shapes {
            match shape {
                Shape::Rect { at, size, .. } => prop_assert!(inside(*at) && inside((at.0 + size.0, at.1 + size.1)), "{shape:?}"),
                Shape::Line { runs, .. } => prop_assert!(runs.iter().flatten().all(|point| inside(*point)), "{shape:?}"),
                Shape::Text { at, .. } => prop_assert!(inside(*at), "{shape:?}"),
            }
        }
        prop_assert!(to_svg(&drawn, 1.0).ends_with("</svg>\n"));
    }

    #[test]
    fn no_file_is_a_trap(text in "(date[,;x\"\n])?([a-z0-9,;\"\n\r -]|2024-06-20){0,80}") {
        let _ = plot(&request(&text));
    }
}
