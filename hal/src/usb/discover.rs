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
/// a limit on watches, and cannot watch a directory that is not there), a scan now and then does the same, later.
#[derive(Debug)]
pub struct Discovery {
    directory: PathBuf,
    prefixes: Vec<String>,
    known: BTreeSet<PathBuf>,
    /// Why the directory could not be read in the last scan.
    error: Option<io::Error>,
    /// Readable when the directory has changed.
    watch: Option<OwnedFd>,
    /// The kernel's number of the directory that is watched.
    watched: Option<i32>,
}

impl Discovery {
    /// Watches `directory`, which need not be there yet. An empty prefix stands for every name.
    pub fn new(directory: &Path, prefixes: &[String]) -> Self {
        let mut discovery = Self {
            directory: directory.to_owned(),
            prefixes: prefixes.to_vec(),
            known: BTreeSet::new(),
            error: None,
            watch: inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok(),
            watched: None,
        };
        discovery.renew_watch();
        discovery
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Why the directory could not be read in the last scan; nothing if it could.
    pub const fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// What has changed since the last scan; in the first one, all devices have appeared.
    pub fn scan(&mut self) -> Vec<Change> {
        // Before the look, so that no change falls between them.
        self.renew_watch();
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

    fn list(&mut self) -> BTreeSet<PathBuf> {
        let entries = fs::read_dir(&self.directory);
        self.error = entries.as_ref().err().map(|error| io::Error::new(error.kind(), error.to_string()));
        // A directory that is gone has no devices.
        let names = entries.into_iter().flatten().flatten().map(|entry| entry.file_name());
        let named = |name: &str| self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()));
        let devices = names.filter(|name| name.to_str().is_some_and(named));
        let mut devices: BTreeSet<PathBuf> = devices.map(|name| self.directory.join(name)).collect();
        while devices.len() > DEVICES_MAX {
            devices.pop_last();
        }
        devices
    }

    /// Asks the kernel to tell of changes. Permissions count: they come after the device. For a directory that is
    /// watched already that changes nothing; another one by the same name is watched in its place.
    fn renew_watch(&mut self) {
        let Some(watch) = &self.watch else { return };
        let moved = WatchFlags::MOVED_FROM | WatchFlags::MOVED_TO;
        let flags =
            WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::ATTRIB | moved | WatchFlags::ONLYDIR;
        let now = inotify::add_watch(watch, &self.directory, flags).ok();
        let before = std::mem::replace(&mut self.watched, now);
        if let Some(before) = before.filter(|before| Some(*before) != now) {
            // It is an error for a directory that was removed: nothing watches that.
            let _ = inotify::remove_watch(watch, before);
        }
    }
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
        let mut discovery = Discovery::new(folder.path(), &prefixes());
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
        let mut discovery = Discovery::new(folder.path(), &prefixes());
        assert_eq!(discovery.scan().len(), DEVICES_MAX);
        fs::remove_file(folder.path().join("ttyACM000")).unwrap();
        assert_eq!(discovery.scan().len(), 2, "one makes room for another");
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error_until_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("later");
        let mut discovery = Discovery::new(&directory, &prefixes());
        assert_eq!((discovery.scan(), discovery.directory()), (Vec::new(), &*directory));
        assert_eq!(discovery.error().map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
        fs::create_dir(&directory).unwrap();
        let device = directory.join("ttyACM0");
        fs::write(&device, "").unwrap();
        assert_eq!(discovery.scan(), [Change::Appeared(device)]);
        assert!(discovery.error().is_none());
    }
}
