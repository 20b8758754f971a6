//! The simulated tables catch what they are there to catch: each of a few deliberately broken variants of the code fails
//! within 500 seeds, and the code as it is does not.
//!
//! ```text
//!   sources ─▶ copy in the target folder ─▶ one text is replaced ─▶ cargo test --test seeds ─▶ must fail
//! ```
//!
//! The variants are replaced texts, so that the code that is shipped knows nothing of them. A text that is no longer
//! there is a failure: then the variant is to be made anew. As every variant is built, this takes minutes, and is done
//! only with `ILLUMINATOR_MUTANTS=1`, and in CI.

mod variants;

use illuminator_tests::programs::skipped;
use illuminator_tests::samples::project;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use variants::{VARIANTS, Variant};

/// Within so many seeds each variant is to be caught.
const SEEDS: &str = "500";
/// What a build of the seeds needs of the project.
const PARTS: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", ".cargo", "protocol", "hal", "node-runtime", "host", "tests", "scenarios"];

#[test]
fn every_broken_variant_is_caught_and_the_code_as_it_is_passes() {
    if ["ILLUMINATOR_MUTANTS", "ILLUMINATOR_CI"].iter().all(|name| std::env::var_os(name).is_none()) {
        return skipped("broken variants are built and run with ILLUMINATOR_MUTANTS=1, which takes minutes");
    }
    let copy = Copy::new();
    let untouched = copy.seeds();
    assert!(untouched.status.success(), "the code as it is: {}", text(&untouched));
    let escaped: Vec<&str> =
        VARIANTS.iter().filter(|variant| !copy.catches(variant)).map(|variant| variant.name).collect();
    assert!(escaped.is_empty(), "not caught within {SEEDS} seeds: {escaped:?}");
}

#[test]
fn every_variant_still_fits_the_code() {
    for Variant { name, changes } in VARIANTS {
        for change in *changes {
            let text = fs::read_to_string(project(change.file)).expect("a source of the project");
            let times = text.matches(change.from).count();
            assert_eq!(times, 1, "{name}: found {times} times in {}: {}", change.file, change.from);
        }
    }
}

/// A copy of the sources, in the target folder of this test; what is built of it is kept there between runs.
struct Copy {
    folder: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let own = std::env::current_exe().expect("a test knows its own path");
        let target = own.ancestors().nth(3).expect("a test stands in target/PROFILE/deps");
        let copy = Self { folder: target.join("mutants") };
        copy.refresh();
        copy
    }

    fn sources(&self) -> PathBuf {
        self.folder.join("sources")
    }

    /// Makes the copy that of the sources as they are. What is so already is not touched, and so not built again.
    fn refresh(&self) {
        fs::create_dir_all(self.sources()).expect("the copy can be written");
        for part in PARTS {
            mirror(&project(part), &self.sources().join(part));
        }
    }

    fn catches(&self, variant: &Variant) -> bool {
        for change in variant.changes {
            let path = self.sources().join(change.file);
            let text = fs::read_to_string(&path).expect("a source of the project");
            fs::write(path, text.replacen(change.from, change.to, 1)).expect("the copy can be written");
        }
        let output = self.seeds();
        self.refresh();
        let said = text(&output);
        let seed = said.lines().find(|line| line.starts_with("seed "));
        let _ = writeln!(std::io::stderr(), "{}: {}", variant.name, seed.unwrap_or("not caught"));
        // Not every failure is one of a seed.
        !output.status.success() && seed.is_some()
    }

    /// Builds the seeds and runs them.
    fn seeds(&self) -> Output {
        let built = self.cargo(&["--no-run"]);
        assert!(built.status.success(), "it cannot be built: {}", text(&built));
        self.cargo(&["whatever"])
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["test", "--offline", "--locked", "-p", "illuminator-tests", "--test", "seeds"]);
        command.args(arguments).current_dir(self.sources()).env("CARGO_TARGET_DIR", &self.folder);
        command.env("ILLUMINATOR_SEEDS", SEEDS).env_remove("ILLUMINATOR_SEED").env("RUST_BACKTRACE", "0");
        command.output().expect("cargo runs this test, and so can be run")
    }
}

/// Makes `copy` the same as `original`, a file or a folder.
fn mirror(original: &Path, copy: &Path) {
    if original.is_dir() {
        fs::create_dir_all(copy).expect("the copy can be written");
        for name in names(original).filter(|name| name != "target") {
            mirror(&original.join(&name), &copy.join(&name));
        }
        // A file that was moved would be there twice.
        for name in names(copy).filter(|name| !original.join(name).exists()) {
            let copy = copy.join(name);
            let removed = if copy.is_dir() { fs::remove_dir_all(&copy) } else { fs::remove_file(&copy) };
            removed.expect("the copy can be written");
        }
        return;
    }
    let bytes = fs::read(original).expect("the sources can be read");
    if fs::read(copy).is_ok_and(|present| present == bytes) {
        return;
    }
    fs::write(copy, bytes).expect("the copy can be written");
}

/// The names of what is in a folder.
fn names(folder: &Path) -> impl Iterator<Item = OsString> {
    let entries = fs::read_dir(folder).expect("a folder of the sources or of their copy");
    entries.map(|entry| entry.expect("it can be read").file_name()).collect::<Vec<_>>().into_iter()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}
