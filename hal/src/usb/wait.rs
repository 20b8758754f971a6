//! Waiting for whatever comes first.

use super::{Discovery, SerialBoard};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// Ends a [`wait()`] from another thread.
#[derive(Debug)]
pub struct Bell(OwnedFd);

impl Bell {
    /// A bell that has not rung.
    ///
    /// # Errors
    /// A process that has no more room for files.
    pub fn new() -> io::Result<Self> {
        Ok(Self(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?))
    }

    /// Ends the wait that is under way or, if there is none, the next one.
    pub fn ring(&self) {
        // The only error is a counter that is full: it rings already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }
}

/// Waits until the bell rings, the directory of the devices changes, a board has sent something or has gone, or the
/// time is over. Says whether the directory has changed.
pub fn wait<'a>(
    bell: &Bell,
    discovery: &Discovery,
    boards: impl Iterator<Item = &'a SerialBoard>,
    limit: Duration,
) -> bool {
    // A time that the kernel cannot count is for ever.
    let limit = Timespec::try_from(limit).ok();
    let watches = discovery.watch().into_iter();
    let mut waited: Vec<PollFd<'_>> = std::iter::once(PollFd::new(&bell.0, PollFlags::IN))
        .chain(watches.map(|watch| PollFd::new(watch, PollFlags::IN)))
        .chain(boards.map(|board| PollFd::new(board, PollFlags::IN)))
        .collect();
    // A signal ends the wait early, which whoever waits takes for the end of the time.
    let _ = poll(&mut waited, limit.as_ref());
    empty(&bell.0);
    discovery.watch().is_some_and(empty)
}

/// Reads all that is there; whether there was something.
fn empty(file: &OwnedFd) -> bool {
    let mut room = [0; 4096];
    let mut some = false;
    while rustix::io::read(file, &mut room).is_ok_and(|length| length > 0) {
        some = true;
    }
    some
}

#[cfg(test)]
mod tests {
    use super::{Bell, wait};
    use crate::usb::{Change, Discovery};
    use std::time::Duration;

    /// Long enough to be sure that it is not the end of the time that ends a wait.
    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_bell_ends_one_wait() {
        let folder = tempfile::tempdir().unwrap();
        let discovery = Discovery::new(folder.path(), &[]);
        let bell = Bell::new().unwrap();
        bell.ring();
        bell.ring();
        assert!(!wait(&bell, &discovery, std::iter::empty(), LONG));
        assert!(!wait(&bell, &discovery, std::iter::empty(), Duration::ZERO));
        std::thread::scope(|scope| {
            scope.spawn(|| wait(&bell, &discovery, std::iter::empty(), LONG));
            bell.ring();
        });
    }

    #[test]
    fn a_new_device_and_its_permissions_end_a_wait() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut discovery = Discovery::new(folder.path(), &["tty".to_owned()]);
        let bell = Bell::new().unwrap();
        let path = folder.path().join("ttyACM0");
        std::fs::write(&path, "").unwrap();
        assert!(wait(&bell, &discovery, std::iter::empty(), LONG));
        assert_eq!(discovery.scan(), [Change::Appeared(path.clone())]);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660)).unwrap();
        assert!(wait(&bell, &discovery, std::iter::empty(), LONG));
        std::fs::remove_file(&path).unwrap();
        assert!(wait(&bell, &discovery, std::iter::empty(), LONG));
        assert_eq!(discovery.scan(), [Change::Vanished(path)]);
    }

    #[test]
    fn a_directory_that_came_back_is_watched_again() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("dev");
        let device = directory.join("ttyACM0");
        let mut discovery = Discovery::new(&directory, &["tty".to_owned()]);
        let bell = Bell::new().unwrap();
        // It comes late; it is replaced between two looks; it is gone at a look; it is moved away.
        let remove = || std::fs::remove_dir_all(&directory).unwrap();
        let acts: [&dyn Fn(&mut Discovery); 4] = [
            &|_| (),
            &|_| remove(),
            &|discovery| {
                remove();
                discovery.scan();
            },
            &|_| std::fs::rename(&directory, folder.path().join("old")).unwrap(),
        ];
        for act in acts {
            act(&mut discovery);
            std::fs::create_dir(&directory).unwrap();
            discovery.scan();
            // What was told of the one before.
            wait(&bell, &discovery, std::iter::empty(), Duration::ZERO);
            std::fs::write(&device, "").unwrap();
            assert!(wait(&bell, &discovery, std::iter::empty(), LONG));
            assert_eq!(discovery.scan(), [Change::Appeared(device.clone())]);
        }
    }
}
