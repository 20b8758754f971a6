//! Whether a sweep would destroy what it reads.

use super::SweepCommand;
use crate::cli::Failure;
use crate::cli::overwriting::identity;
use crate::scenario::template::numbered;
use crate::shell::DiskFiles;
use crate::shell::sweep::{Ledger, Note};
use crate::sweep::TABLE_FILE;
use std::path::{Path, PathBuf};

impl SweepCommand {
    /// No result of so many scenarios may take the place of what is read, nor be removed.
    pub(super) fn refuse_overwriting(
        &self,
        ledger: &Ledger,
        scenarios: u64,
        files: &DiskFiles,
    ) -> Result<(), Failure> {
        let sweep = ledger.sweep();
        let data = sweep.template().data_files().into_iter().map(|file| files.find(file));
        let read: Vec<PathBuf> =
            data.chain([self.file.clone()]).filter_map(|path| path.canonicalize().ok()).collect();
        let beside = self.file.to_string_lossy();
        // All results stand in one folder, and all scenario files.
        let folders = [sweep.result_file(1), numbered(&beside, 1)].map(|path| folder_of(Path::new(&path)));
        for id in 1..=scenarios {
            let names = [sweep.result_file(id), numbered(&beside, id)];
            for (path, folder) in names.iter().zip(&folders) {
                let name = Path::new(path).file_name().unwrap_or_default();
                if read
                    .iter()
                    .any(|read| read.file_name() == Some(name) && read.parent() == folder.as_deref())
                {
                    return Err(Failure::wrong_use(format_args!(
                        "{path} is read by the sweep, and is the name of its scenario {id}, or of that of the sweep before: \
                         give it another name"
                    )));
                }
            }
        }
        if let Some(path) = &self.gather {
            let path = identity(path);
            let names = (1..=scenarios).flat_map(|id| [sweep.result_file(id), numbered(&beside, id)]);
            let table = Path::new(sweep.template().monitor_file()).with_file_name(TABLE_FILE);
            let others = [table, Note::path(ledger), ledger.summary()];
            let written = names.map(PathBuf::from).chain(others).any(|other| identity(&other) == path);
            if read.contains(&path) || written {
                return Err(Failure::wrong_use(format_args!(
                    "the gathered results would be written over what the sweep reads or writes: {}; give them another name",
                    path.display()
                )));
            }
        }
        Ok(())
    }
}

/// The folder that a file stands in, by its one name.
fn folder_of(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    folder.canonicalize().ok()
}
