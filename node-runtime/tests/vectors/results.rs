//! What the models computed, exactly, for a comparison between machines: see docs/testing.md, "Recorded results".

use std::path::Path;
use std::{env, fs};

/// Writes a text to the file of this name in the folder that `ILLUMINATOR_RESULTS` names; nothing without it.
pub(crate) fn keep(name: &str, text: &str) {
    assert!(!text.is_empty(), "{name}: nothing was computed");
    if let Some(folder) = env::var_os("ILLUMINATOR_RESULTS") {
        let written = fs::write(Path::new(&folder).join(name).with_extension("txt"), text);
        assert!(written.is_ok(), "{name}: {written:?}");
    }
}
