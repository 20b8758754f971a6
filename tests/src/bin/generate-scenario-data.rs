//! Writes the data files of the ready scenarios: `cargo run -p illuminator-tests --bin generate-scenario-data`.

use illuminator_tests::generate::{DIRECTORY, files};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let directory = root.join(DIRECTORY);
    fs::create_dir_all(&directory)?;
    let mut stdout = io::stdout().lock();
    for file in files() {
        fs::write(directory.join(file.name), &file.text)?;
        writeln!(stdout, "{DIRECTORY}/{}: {} lines", file.name, file.text.lines().count())?;
    }
    Ok(())
}
