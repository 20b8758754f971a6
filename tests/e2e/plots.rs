//! Pictures of results.

use crate::read;
use illuminator_tests::programs::{illuminator, stderr};
use illuminator_tests::samples::project;
use roxmltree::{Document, Node};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;
use tiny_skia::Pixmap;

/// The result of the story with its visit, in a folder of its own.
struct Story {
    folder: TempDir,
}

impl Story {
    fn run() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let result = folder.path().join("story.csv");
        let result = result.to_str().expect("text");
        let events = ["--events", "scenarios/story-events.csv", "--local", "--quiet", "-o", result];
        let run =
            illuminator(&project("."), &[&["scenario", "run", "scenarios/story.yaml"], &events[..]].concat());
        assert!(run.status.success(), "{}", stderr(&run));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `illuminator plot story.csv` with these arguments, in the folder.
    fn plot(&self, arguments: &[&str]) -> Output {
        illuminator(self.folder.path(), &[&["plot", "story.csv"], arguments].concat())
    }

    /// The same, which must succeed.
    fn plotted(&self, arguments: &[&str]) -> Output {
        let plot = self.plot(arguments);
        assert!(plot.status.success(), "{arguments:?}: {}", stderr(&plot));
        plot
    }

    fn png(&self, name: &str) -> Pixmap {
        let bytes = std::fs::read(self.path(name)).expect("it was written");
        Pixmap::decode_png(&bytes).expect("it is a PNG")
    }
}

fn scenario() -> String {
    project("scenarios/story.yaml").to_str().expect("text").to_owned()
}

fn texts<'a>(picture: &'a Document<'_>) -> Vec<&'a str> {
    let elements = picture.descendants().filter(|node| node.has_tag_name("text"));
    elements.filter_map(|node| node.text()).collect()
}

/// What is said where the mouse rests on the elements of a kind.
fn named<'a>(picture: &'a Document<'_>, tag: &str) -> Vec<&'a str> {
    let title = |node: Node<'a, '_>| node.first_element_child().and_then(|title| title.text());
    picture.descendants().filter(|node| node.tag_name().name() == tag).filter_map(title).collect()
}

#[test]
fn a_result_becomes_a_figure_with_units_dates_and_phases() {
    let story = Story::run();
    let plot = story.plotted(&["--scenario", &scenario()]);
    assert!(stderr(&plot).contains("12 columns, 168 rows in story.svg"), "{}", stderr(&plot));
    let svg = read(&story.path("story.svg"));
    let picture = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}"));
    let texts = texts(&picture);
    for text in [
        "The story of the table",
        "Power (kW)",
        "%",
        "story.phase",
        "winter",
        "Wind1.wind_gen",
        "Grid1.flag_warning",
        "20 Jun 2024",
        "22 Jun 2024",
    ] {
        assert!(texts.contains(&text), "{text}: {texts:?}");
    }
    let times: BTreeSet<&&str> = texts.iter().filter(|text| text.ends_with(":00")).collect();
    assert_eq!(times.len(), 4, "every six hours: {times:?}");
    assert_eq!(
        texts.iter().filter(|text| **text == "06:00").count(),
        2,
        "from the first step to the end of the last"
    );
    // A line for each column but the phase, which is a band with every phase in it.
    let header = read(&story.path("story.csv"));
    let columns: BTreeSet<&str> = header.lines().next().unwrap_or_default().split(',').skip(2).collect();
    let lines = named(&picture, "path");
    assert_eq!(lines.len(), 11, "{lines:?}");
    assert_eq!(lines.into_iter().collect::<BTreeSet<_>>(), columns);
    assert_eq!(named(&picture, "rect").into_iter().collect::<BTreeSet<_>>().len(), 10, "ten phases");
}

#[test]
fn a_png_is_the_same_picture_in_pixels() {
    let story = Story::run();
    story.plotted(&["--scenario", &scenario(), "-o", "story.png"]);
    assert_eq!(story.png("story.png").width(), 1920, "two pixels per unit");
    let columns = ["--columns", "story.phase,Wind1.wind_gen,PV1.*,Battery1.soc"];
    let plot = |more: &[&str]| {
        story.plotted(&[&["-o", "small.png", "--size", "700x400@1.5"], &columns[..], more].concat());
        story.png("small.png")
    };
    for (options, paper, lines) in [
        (&[][..], [255, 255, 255], [[0x00, 0x72, 0xb2], [0xd5, 0x5e, 0x00], [0x00, 0x9e, 0x73]]),
        (&["--dark"], [0x14, 0x17, 0x1c], [[0x56, 0xb4, 0xe9], [0xe6, 0x9f, 0x00], [0x00, 0x9e, 0x73]]),
    ] {
        let picture = plot(options);
        assert_eq!((picture.width(), picture.height()), (1050, 600));
        let pixels = |colour: [u8; 3]| {
            let is = |pixel: &&tiny_skia::PremultipliedColorU8| {
                [pixel.red(), pixel.green(), pixel.blue()] == colour
            };
            picture.pixels().iter().filter(is).count()
        };
        let paper = pixels(paper);
        assert!((300_000..600_000).contains(&paper), "mostly paper: {paper}");
        for colour in lines {
            assert!(pixels(colour) > 100, "{options:?} {colour:02x?}: {}", pixels(colour));
        }
        assert!(pixels([0xaa, 0xaa, 0x00]) > 1000, "the sun has set: a band in olive");
    }
}

#[test]
fn a_stretch_of_time_on_the_standard_output() {
    let story = Story::run();
    let range = ["--from", "2024-06-20 18:00:00", "--to", "2024-06-20 23:45:00", "--title", "An <evening>"];
    let plot = story.plotted(&[&["-o", "-"], &range[..]].concat());
    let svg = String::from_utf8(plot.stdout.clone()).expect("text");
    let picture = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}"));
    let texts = texts(&picture);
    assert!(
        texts.contains(&"An <evening>") && texts.contains(&"18:00") && texts.contains(&"23:00"),
        "{texts:?}"
    );
    assert!(!texts.contains(&"Power (kW)") && stderr(&plot).contains("`--scenario FILE` gives them"));
    assert!(!story.path("story.svg").exists());
}

#[test]
fn mistakes_are_said_with_a_status() {
    let story = Story::run();
    let result = read(&story.path("story.csv"));
    let folder = story.folder.path();
    let line = |(index, line): (usize, &str)| format!("{line}{}\n", if index == 3 { ",0" } else { "" });
    let broken: String = result.lines().enumerate().map(line).collect();
    std::fs::write(folder.join("broken.csv"), broken).expect("it can be written");
    std::fs::write(folder.join("odd.svg"), &result).expect("it can be written");
    for (arguments, status, parts) in [
        (
            &["plot", "story.csv", "--columns", "Batery1.soc"][..],
            2,
            &["Batery1.soc", "did you mean `Battery1.soc`"][..],
        ),
        (&["plot", "broken.csv"], 2, &["broken.csv:4:", "this row has 14 cells, and the header 13"]),
        (&["plot", "no.csv"], 2, &["no.csv cannot be read"]),
        (&["plot", "story.csv", "-o", "story.pdf"], 2, &["story.pdf", ".svg or .png"]),
        (&["plot", "odd.svg"], 2, &["would be written over the result"]),
        (&["plot", "story.csv", "-o", "./sub/../story.svg"], 4, &["cannot write the picture"]),
        (&["plot", "story.csv", "--from", "yesterday"], 2, &["2024-06-20 18:00:00"]),
        (&["plot", "story.csv", "--size", "9x9"], 2, &["1200x800"]),
        (&["plot", "story.csv", "--size", "200x200"], 2, &["too small", "it needs"]),
        (&["plot", "story.csv", "-o", "x.png", "--size", "20000x20000"], 2, &["20000 x 20000 pixels"]),
        (&["plot", "story.csv", "--from", "2030-01-01"], 2, &["no row between"]),
        (&["plot", "story.csv", "--scenario", "no.yaml"], 2, &["no.yaml"]),
    ] {
        let run = illuminator(folder, arguments);
        assert_eq!(run.status.code(), Some(status), "{arguments:?}: {}", stderr(&run));
        for part in parts {
            assert!(stderr(&run).contains(part), "{arguments:?}: {part}: {}", stderr(&run));
        }
    }
    assert!(
        read(&story.path("odd.svg")) == result && read(&story.path("story.csv")) == result,
        "nothing is lost"
    );
    let names =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    assert_eq!(names.collect::<BTreeSet<_>>().len(), 3, "and nothing is left over");
}

/// `docs/plot.md` says by which command its picture is made.
#[test]
fn the_picture_of_the_documentation_is_what_the_command_draws() {
    let story = Story::run();
    let page = read(&project("docs/plot.md"));
    let command = page.lines().find_map(|line| line.trim().strip_prefix("illuminator plot story.csv "));
    let command = command.expect("the page has the command");
    let columns = command.split('\'').nth(1).expect("it chooses columns");
    assert_eq!(command, format!("--scenario scenarios/story.yaml --columns '{columns}'"));
    story.plotted(&["--scenario", &scenario(), "--columns", columns]);
    let shown = project("docs/plot.svg");
    assert!(
        read(&story.path("story.svg")) == read(Path::new(&shown)),
        "make docs/plot.svg anew, by its command"
    );
}
