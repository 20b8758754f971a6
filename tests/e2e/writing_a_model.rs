//! docs/writing-a-model.md, done as it says: in a copy of the project, file by file, command by command.

use crate::read;
use illuminator_tests::programs::{skipped, stderr};
use illuminator_tests::samples::project;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is copied: the workspace.
const SOURCES: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "rustfmt.toml",
    ".cargo",
    "protocol",
    "hal",
    "node-runtime",
    "host",
    "scenarios",
    "tests",
];

/// Read by cargo beside the copy: what runs for a second need not be optimised for minutes.
const QUICK: &str =
    "[profile.dev]\nopt-level = 0\ndebug = false\n[profile.dev.package.\"*\"]\nopt-level = 0\n";

#[test]
fn the_page_builds_a_model_and_prints_what_it_prints() {
    if std::env::var_os("ILLUMINATOR_CI").is_none() && std::env::var_os("ILLUMINATOR_DOCS").is_none() {
        skipped("builds the project once more: with ILLUMINATOR_DOCS=1");
        return;
    }
    let copy = copy();
    let page = read(&project("docs/writing-a-model.md"));
    let (mut files, mut commands) = (0, 0);
    for block in blocks(&page) {
        match block {
            Block::File(path, text) => {
                put(&copy.join(path), &text);
                files += 1;
            }
            Block::Command(line, expected) => {
                let printed = run(&copy, line);
                assert!(
                    expected.is_empty() || printed == expected,
                    "`{line}` prints\n{printed}\nand not\n{expected}"
                );
                commands += 1;
            }
        }
    }
    assert_eq!((files, commands), (4, 7), "the page has other blocks");
}

/// A fenced block of the page.
enum Block<'p> {
    /// Lines for the file that the paragraph before it names.
    File(&'p str, String),
    /// A command, and what it prints; nothing if the page does not say.
    Command(&'p str, String),
}

/// The blocks in their order. A block of commands is one of each.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut named = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(path) =
            line.split('`').skip(1).step_by(2).find(|word| word.contains('.') && !word.contains(' '))
        {
            named = path;
        }
        let Some(kind) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind != "console" {
            blocks.push(Block::File(named, body.join("\n") + "\n"));
            continue;
        }
        for line in body {
            match (line.strip_prefix("$ "), blocks.last_mut()) {
                (Some(command), _) => blocks.push(Block::Command(command, String::new())),
                (None, Some(Block::Command(_, printed))) => *printed += &format!("{line}\n"),
                (None, _) => panic!("`{line}` stands before any command"),
            }
        }
    }
    blocks
}

/// Writes a new file, or puts all lines but the first behind that one in a file that is there.
fn put(path: &Path, text: &str) {
    let text = if path.is_file() {
        let (first, rest) = text.split_once('\n').expect("a line to find");
        let old = read(path);
        let (before, after) = old.split_once(&format!("{first}\n")).unwrap_or_else(|| panic!("no {first}"));
        format!("{before}{first}\n{rest}{after}")
    } else {
        text.to_owned()
    };
    fs::write(path, text).expect("it can be written");
}

/// A command of the page, which must succeed; what it prints.
fn run(copy: &Path, line: &str) -> String {
    let target = copy.with_file_name("target");
    let done = Command::new("sh")
        .args(["-ec", line])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .stdin(Stdio::null())
        .output()
        .expect("a shell is part of every system");
    assert!(done.status.success(), "`{line}`: {}", stderr(&done));
    String::from_utf8(done.stdout).expect("it is text")
}

/// A fresh copy of the sources in the target folder, where a second run finds what the first one built.
fn copy() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own path");
    let target = own.ancestors().nth(3).expect("a test stands in target/PROFILE/deps");
    let folder = target.join("writing-a-model");
    let copy = folder.join("workspace");
    fs::create_dir_all(folder.join(".cargo")).expect("a folder can be made");
    fs::write(folder.join(".cargo/config.toml"), QUICK).expect("it can be written");
    if copy.exists() {
        fs::remove_dir_all(&copy).expect("the last copy can be removed");
    }
    fs::create_dir(&copy).expect("a folder can be made");
    for name in SOURCES {
        copy_all(&project(name), &copy.join(name));
    }
    copy
}

/// Copies a file or folder with its times, by which cargo knows what has changed.
fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).expect("a folder can be made");
        for entry in fs::read_dir(from).expect("the project can be read") {
            let entry = entry.expect("the project can be read");
            if entry.file_name() != "target" {
                copy_all(&entry.path(), &to.join(entry.file_name()));
            }
        }
        return;
    }
    fs::copy(from, to).expect("a file can be copied");
    let changed = fs::metadata(from).and_then(|data| data.modified()).expect("a file has a time");
    File::options().write(true).open(to).and_then(|file| file.set_modified(changed)).expect("it can be set");
}
