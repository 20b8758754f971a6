//! Which devices there are in a directory, and when that changes.

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Most devices at a time; those that are last by name are not looked at.
pub const DEVICES_MAX: usize = 64;

/// What has changed in a directory of devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A device is there. It may still lack its permissions.
    Appeared(PathBuf),
    /// A device is there no more.
    Vanished(PathBuf),
}

/// Watches a directory for devices whose names begin with one of some prefixes. Links to devices count.
///
/// The kernel tells when something has changed, [`scan`](Self::scan) finds out what. Where it does not tell (it has
/// a limit on watches), a scan now and then does the same, later.
#[derive(Debug)]
pub struct Discovery {
    directory: PathBuf,
    prefixes: Vec<String>,
    known: BTreeSet<PathBuf>,
    /// Readable when the directory has changed.
    watch: Option<OwnedFd>,
}

impl Discovery {
    /// Watches `directory`. An empty prefix stands for every name.
    ///
    /// # Errors
    /// A directory that cannot be read, named in the message.
    pub fn new(directory: &Path, prefixes: &[String]) -> io::Result<Self> {
        fs::read_dir(directory).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot look for boards in {}: {error}", directory.display()),
            )
        })?;
        Ok(Self {
            directory: directory.to_owned(),
            prefixes: prefixes.to_vec(),
            known: BTreeSet::new(),
            // Before the first scan, so that no change falls between them.
            watch: watch(directory).ok(),
        })
    }

    /// What has changed since the last scan; in the first one, all devices have appeared.
    pub fn scan(&mut self) -> Vec<Change> {
        let now = self.list();
        let vanished = self.known.difference(&now).cloned().map(Change::Vanished);
        let changes = vanished.chain(now.difference(&self.known).cloned().map(Change::Appeared)).collect();
        self.known = now;
        changes
    }

    /// The file that is readable when a scan would find something.
    pub(super) const fn watch(&self) -> Option<&OwnedFd> {
        self.watch.as_ref()
    }

    fn list(&self) -> BTreeSet<PathBuf> {
        // A directory that is gone has no devices.
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name());
        let named = |name: &str| self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        let devices = names.filter(|name| name.to_str().is_some_and(named));
        let mut devices: BTreeSet<PathBuf> = devices.map(|name| self.directory.join(name)).collect();
        while devices.len() > DEVICES_MAX {
            devices.pop_last();
        }
        devices
    }
}

/// Asks the kernel to tell of changes. Permissions count: they come after the device.
fn watch(directory: &Path) -> rustix::io::Result<OwnedFd> {
    let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
    let moved = WatchFlags::MOVED_FROM | WatchFlags::MOVED_TO;
    let flags = WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::ATTRIB | moved | WatchFlags::ONLYDIR;
    inotify::add_watch(&watch, directory, flags)?;
    Ok(watch)
}

#[cfg(test)]
mod tests {
    use super::{Change, DEVICES_MAX, Discovery};
    use std::fs;

    fn prefixes() -> Vec<String> {
        vec!["ttyACM".to_owned(), "ttyUSB".to_owned()]
    }

    #[test]
    fn devices_appear_and_vanish_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("ttyUSB1"), "").unwrap();
        fs::write(path("ttyS0"), "").unwrap();
        let mut discovery = Discovery::new(folder.path(), &prefixes()).unwrap();
        assert_eq!(discovery.scan(), [Change::Appeared(path("ttyUSB1"))]);
        assert_eq!(discovery.scan(), []);
        std::os::unix::fs::symlink("/nowhere", path("ttyACM0")).unwrap();
        fs::remove_file(path("ttyUSB1")).unwrap();
        let changes = discovery.scan();
        assert_eq!(changes, [Change::Vanished(path("ttyUSB1")), Change::Appeared(path("ttyACM0"))]);
        fs::remove_file(path("ttyACM0")).unwrap();
        fs::remove_file(path("ttyS0")).unwrap();
        fs::remove_dir(folder.path()).unwrap();
        assert_eq!(discovery.scan(), [Change::Vanished(path("ttyACM0"))]);
    }

    #[test]
    fn there_are_so_many_devices_at_most() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..DEVICES_MAX + 3 {
            fs::write(folder.path().join(format!("ttyACM{number:03}")), "").unwrap();
        }
        let mut discovery = Discovery::new(folder.path(), &prefixes()).unwrap();
        assert_eq!(discovery.scan().len(), DEVICES_MAX);
        fs::remove_file(folder.path().join("ttyACM000")).unwrap();
        assert_eq!(discovery.scan().len(), 2, "one makes room for another");
    }

    #[test]
    fn a_directory_that_is_not_there_is_named() {
        let error = Discovery::new(std::path::Path::new("/no/such"), &prefixes()).unwrap_err();
        assert!(error.to_string().starts_with("cannot look for boards in /no/such: "), "{error}");
    }
}
