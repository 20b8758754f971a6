//! Puts the files of the page into the program: whatever is in `web`, by name.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("web");
    let mut files = Vec::new();
    find(&folder, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&folder)?.to_str().ok_or("names of the page's files are UTF-8")?;
        writeln!(table, "({name:?}, include_bytes!({file:?})),")?;
    }
    table.push(']');
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("web.rs"), table)?;
    // With the folder, so that a new file is noticed.
    writeln!(std::io::stdout(), "cargo::rerun-if-changed=web\ncargo::rerun-if-changed=build.rs")?;
    Ok(())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { find(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
