//! A recording on the page: the slider with mouse and keys, and what plays.

use super::{WINDOW, story_in_a_folder};
use crate::{cells, read};
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::{illuminator, stderr, until};
use illuminator_tests::samples::project;
use serde_json::json;
use std::path::Path;

const SLIDER: &str = "[data-do=seek]";

/// Records the story and its visit as `day.rec`.
pub(super) fn record(folder: &Path) {
    let visit = project("scenarios/story-events.csv");
    let visit = visit.to_str().expect("the project's path is text");
    let run = ["scenario", "run", "story.yaml", "--local", "-o", "out.csv"];
    let recorded = illuminator(folder, &[&run[..], &["--events", visit, "--record", "day.rec"]].concat());
    assert!(recorded.status.success(), "{}", stderr(&recorded));
}

#[test]
fn the_slider_shows_the_values_of_its_instant() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let folder = story_in_a_folder();
    record(folder.path());
    let run = PageRun::start(folder.path(), &["replay", "day.rec", "--web", "0", "--pace", "1"]);
    browser.open(run.page.address, "/");
    let csv = read(&folder.path().join("out.csv"));
    let rows = cells(&csv);
    let of = |name: &str, step: usize| {
        let column = rows[0].iter().position(|cell| *cell == name).unwrap_or_else(|| panic!("no {name}"));
        rows[step + 1][column].parse::<f64>().expect("a number")
    };
    let shown = |name: &str| browser.text(&format!("[data-component] [data-item=\"{name}\"]"));
    // What is shown of the step that the slider says.
    let agrees = || {
        let value = browser.run("return Number(document.querySelector(arguments[0]).value)", json!(SLIDER));
        let step = value.as_f64().expect("a number") as usize;
        until(&format!("step {step}"), || {
            browser.text("[data-value=steps]") == format!("step {} of 168", step + 1)
        });
        for name in ["Wind1.wind_gen", "House1.load_dem"] {
            let expected = format!("{:.1}", of(name, step).abs());
            until(&format!("{name} of step {step} is {expected}, not {}", shown(name)), || {
                shown(name).replace('−', "-").contains(&expected)
            });
        }
        // The story begins at six, and a step is a quarter of an hour.
        let clock = format!("{:02}:{:02}", (6 + step / 4) % 24, 15 * (step % 4));
        assert_eq!(browser.text("[data-value=clock]"), clock);
        step
    };
    browser.click("[data-do=hold]");
    until("it is paused", || browser.text("[data-value=state]") == "recording, paused");
    assert_eq!(browser.text("[data-do=hold]").trim(), "Play");
    // By mouse: to the middle.
    browser.click(SLIDER);
    let middle = agrees();
    assert!((80..88).contains(&middle), "{middle}");
    // By keys, from there.
    browser.press("\u{e014}");
    until("a step on", || agrees() == middle + 1);
    browser.press("\u{e012}");
    browser.press("\u{e012}");
    until("two steps back", || agrees() == middle - 1);
    browser.press("\u{e011}");
    until("the first step", || agrees() == 0);
    browser.press("\u{e010}");
    until("the last step", || agrees() == 167);
    let said = browser.attribute(SLIDER, "aria-valuetext").expect("it says where it is");
    assert!(said.starts_with("step 168 of 168, ") && said.contains("2024"), "{said}");
    assert_eq!(browser.attribute(SLIDER, "aria-label").as_deref(), Some("Step of the recording"));
    // It plays from the beginning, faster when told so, and the slider goes along.
    browser.click("[data-do=hold]");
    browser.click("[data-do=faster]");
    until("another pace", || browser.text("[data-value=pace]") == "0.5 s a step");
    until("it goes on", || {
        let value = browser.run("return Number(document.querySelector(arguments[0]).value)", json!(SLIDER));
        value.as_f64().is_some_and(|step| (2.0..100.0).contains(&step))
    });
    // Light moves though none was recorded; nothing can be plugged.
    assert!(browser.count("[data-led]") > 0);
    assert_eq!(browser.count("[data-do=start]"), 0, "one run: nothing to choose");
    browser.assert_quiet(run.page.address, &[]);
    assert!(run.interrupt().success());
}
