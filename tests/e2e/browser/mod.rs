//! The pages in a real browser, worked with a mouse.

mod colours;
mod demo;
mod figures;
mod guests;
mod nodes;
mod pictures;
mod plots;
mod replay;
mod serve;
mod stillness;
mod table;

use crate::{cells, read};
use illuminator_tests::browser::Browser;
use illuminator_tests::page::PageRun;
use illuminator_tests::programs::until;
use illuminator_tests::samples::project;
use std::fs::{copy, create_dir, read_dir};
use std::path::Path;
use tempfile::TempDir;

/// A usual window `[px]`.
const WINDOW: (u32, u32) = (1440, 1000);

/// A run and a browser that shows it.
struct Seen {
    browser: Browser,
    run: PageRun,
    /// Where it runs: its result is `out.csv`.
    folder: TempDir,
}

impl Seen {
    /// The story on simulated nodes with hardware, and its table.
    fn story(options: &[&str]) -> Option<Self> {
        let browser = Browser::start(WINDOW)?;
        let folder = story_in_a_folder();
        let run = ["scenario", "run", "story.yaml", "--nodes", "sim", "-o", "out.csv"];
        let options =
            if options.contains(&"--web") { options.to_vec() } else { [options, &["--web", "0"]].concat() };
        let run = PageRun::start(folder.path(), &[&run, options.as_slice()].concat());
        browser.open(run.page.address, "/");
        Some(Self { browser, run, folder })
    }

    /// The same at a usual pace, paused with the mouse after a step or more.
    fn paused_story() -> Option<Self> {
        let seen = Self::story(&["--pace", "0.2"])?;
        seen.browser.until(
            "a step",
            "return !/^step 0 /.test(document.querySelector('[data-value=steps]').innerText)",
        );
        seen.browser.click("[data-do=hold]");
        seen.shows_state("paused");
        let mut done = seen.done();
        until("it stands still", || {
            let before = std::mem::replace(&mut done, seen.done());
            done == before && seen.run.page.moment()["done"].as_u64() == Some(done)
        });
        Some(seen)
    }

    /// Waits until the page says so about the run.
    fn shows_state(&self, state: &str) {
        until(state, || self.browser.text("[data-value=state]") == state);
    }

    /// Steps that are done, as the page says.
    fn done(&self) -> u64 {
        let text = self.browser.text("[data-value=steps]");
        text.split(' ')
            .nth(1)
            .and_then(|done| done.parse().ok())
            .unwrap_or_else(|| panic!("no step: {text:?}"))
    }

    /// Presses Step, and waits until that step is done.
    fn step(&self) {
        let before = self.done();
        self.browser.click("[data-do=step]");
        until("a step more", || self.done() > before);
    }

    /// A column of the result so far, in numbers.
    fn column(&self, name: &str) -> Vec<f64> {
        let csv = read(&self.folder.path().join("out.csv"));
        let rows = cells(&csv);
        let number = rows[0].iter().position(|cell| *cell == name).unwrap_or_else(|| panic!("no {name}"));
        rows[1..].iter().map(|row| row[number].parse().expect("a number")).collect()
    }

    /// Fails if the page made an error or asked anybody else for something.
    fn assert_quiet(&self) {
        self.browser.assert_quiet(self.run.page.address, &[]);
    }
}

/// The story, in a folder of its own: arrangements are kept beside it.
fn story_in_a_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenarios = project("scenarios");
    let data = folder.path().join("data");
    create_dir(&data).expect("it can be made");
    let copied = |from: &Path, to: &Path| copy(from, to).map(drop).expect("it can be copied");
    copied(&scenarios.join("story.yaml"), &folder.path().join("story.yaml"));
    for file in read_dir(scenarios.join("data")).expect("it is there").flatten() {
        copied(&file.path(), &data.join(file.file_name()));
    }
    folder
}
