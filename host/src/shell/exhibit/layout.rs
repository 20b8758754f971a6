//! The side file of a scenario: where people have put the components of its drawing.

use crate::shell::read_file;
use crate::view::{Layout, Refusal};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Longest side file `[bytes]`.
const FILE_MAX: u64 = 1 << 20;

/// A layout, kept in a file if there is one.
pub struct LayoutFile {
    path: Option<PathBuf>,
    layout: Mutex<Layout>,
}

impl LayoutFile {
    /// The layout of the scenario at `scenario`, in `<scenario without ending>.layout.json` beside it. A file that is not
    /// there, or is none of ours, is as if nobody had put anything anywhere.
    pub fn beside(scenario: &Path) -> Self {
        let path = scenario.with_extension("layout.json");
        let read = read_file(&path, FILE_MAX).ok();
        let layout = read.and_then(|bytes| serde_json::from_slice::<Layout>(&bytes).ok());
        let layout = layout.filter(Layout::is_valid).unwrap_or_default();
        Self { path: Some(path), layout: Mutex::new(layout) }
    }

    /// A layout that is forgotten with the program.
    pub fn in_memory() -> Self {
        Self { path: None, layout: Mutex::default() }
    }

    /// The layout.
    pub fn get(&self) -> Layout {
        self.lock().clone()
    }

    /// Keeps a layout: in the file as a whole, or not at all.
    ///
    /// # Errors
    /// Places outside of the drawing; a file that cannot be written, whose former content then stays.
    pub fn set(&self, layout: Layout) -> Result<(), Refusal> {
        if !layout.is_valid() {
            return Err(Refusal::new("places are from 0 to 1, for at most 10,000 components", ""));
        }
        let mut kept = self.lock();
        if let Some(path) = &self.path {
            write(path, &layout).map_err(|error| {
                let path = path.display();
                Refusal::new(
                    format!("the layout cannot be written to {path}: {error}"),
                    "it holds until the program ends",
                )
            })?;
        }
        *kept = layout;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Layout> {
        self.layout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(path: &Path, layout: &Layout) -> std::io::Result<()> {
    let beside = path.with_extension("json.new");
    let mut file = std::fs::File::create(&beside)?;
    let written = file.write_all(&serde_json::to_vec_pretty(layout)?).and_then(|()| file.sync_all());
    written.and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_there_again_and_a_wrong_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = folder.path().join("town.yaml");
        let file = LayoutFile::beside(&scenario);
        assert_eq!(file.get(), Layout::default());
        let layout = Layout { components: [("pv".to_owned(), [0.25, 1.0])].into() };
        file.set(layout.clone()).unwrap();
        assert_eq!(LayoutFile::beside(&scenario).get(), layout);
        let outside = Layout { components: [("pv".to_owned(), [2.0, 0.0])].into() };
        assert!(file.set(outside).is_err());
        assert_eq!((file.get(), std::fs::read_dir(folder.path()).unwrap().count()), (layout, 1));
        std::fs::write(folder.path().join("town.layout.json"), "{").unwrap();
        assert_eq!(LayoutFile::beside(&scenario).get(), Layout::default());
    }
}
