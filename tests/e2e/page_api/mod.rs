//! The API of the page, over real HTTP: what it shows, what it does, and whom it refuses.

mod access;
mod commands;
mod live;
mod shows;

use illuminator_tests::page::PageRun;
use illuminator_tests::samples::project;
use std::path::{Path, PathBuf};

/// The story on simulated nodes with hardware, with a page; its result is `out.csv`.
fn story(folder: &Path, options: &[&str]) -> PageRun {
    let story = project("scenarios/story.yaml");
    let story = story.to_str().expect("the project's path is text");
    let run = ["scenario", "run", story, "--nodes", "sim", "-o", "out.csv", "--web", "0"];
    PageRun::start(folder, &[&run, options].concat())
}

fn result(folder: &Path) -> PathBuf {
    folder.join("out.csv")
}

/// A column of a result, without its name.
fn column(csv: &str, name: &str) -> Vec<String> {
    let rows = crate::cells(csv);
    let number = rows[0].iter().position(|cell| *cell == name).unwrap_or_else(|| panic!("no {name}"));
    rows[1..].iter().map(|row| row[number].to_owned()).collect()
}
