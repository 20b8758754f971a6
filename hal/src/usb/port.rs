//! A serial port with a board behind it.

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::Errno;
use rustix::termios::{
    ControlModes, OptionalActions, QueueSelector, SpecialCodeIndex, ioctl_tiocexcl, ioctl_tiocnxcl, tcflush,
    tcgetattr, tcsetattr,
};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Why a port cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The device is not there, or no longer.
    #[error("{} is gone", .0.display())]
    Gone(PathBuf),
    /// This user may not open it.
    #[error(
        "no permission for {}: run `sudo usermod -aG dialout USER` with the name of this user, and log in again",
        .0.display()
    )]
    Denied(PathBuf),
    /// Another program has it open.
    #[error("{} is in use by another program: end that one", .0.display())]
    Busy(PathBuf),
    /// It is a file of another kind.
    #[error("{} is no serial port", .0.display())]
    NotSerial(PathBuf),
    /// It does not take what is written, for now.
    #[error("{} takes nothing more: what was written before has not left", .0.display())]
    Full(PathBuf),
    /// Anything else.
    #[error("{}: {error}", .path.display())]
    Other {
        /// The device.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

impl PortError {
    fn new(path: &Path, error: Errno) -> Self {
        let path = path.to_owned();
        match error {
            Errno::NOENT | Errno::IO | Errno::NXIO | Errno::NODEV => Self::Gone(path),
            Errno::ACCESS | Errno::PERM => Self::Denied(path),
            Errno::BUSY => Self::Busy(path),
            Errno::NOTTY | Errno::ISDIR => Self::NotSerial(path),
            Errno::AGAIN => Self::Full(path),
            error => Self::Other { path, error: error.into() },
        }
    }
}

/// An open port. No other program can open it meanwhile.
///
/// No modem line is asked for or set, and none falls when the port is closed: what a board makes of them is not
/// known, and a port that stands in for one may have none. The speed is left alone, because boards ignore it.
#[derive(Debug)]
pub struct SerialBoard {
    path: PathBuf,
    tty: OwnedFd,
}

impl SerialBoard {
    /// Opens a port for raw bytes. What a board has sent before is forgotten.
    ///
    /// # Errors
    /// [`PortError`], which says what to do.
    pub fn open(path: &Path) -> Result<Self, PortError> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let failed = |error| PortError::new(path, error);
        let tty = rustix::fs::open(path, flags, Mode::empty()).map_err(failed)?;
        let mut mode = tcgetattr(&tty).map_err(failed)?;
        // The lock keeps out those who ask for one, even as root; exclusive use keeps out the others.
        flock(&tty, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            Errno::AGAIN => PortError::Busy(path.to_owned()),
            error => PortError::new(path, error),
        })?;
        ioctl_tiocexcl(&tty).map_err(failed)?;
        let board = Self { path: path.to_owned(), tty };
        mode.make_raw();
        mode.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
        mode.control_modes &= !ControlModes::HUPCL;
        // An empty port is then told from one that is gone.
        mode.special_codes[SpecialCodeIndex::VMIN] = 1;
        mode.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&board.tty, OptionalActions::Now, &mode).map_err(failed)?;
        tcflush(&board.tty, QueueSelector::IFlush).map_err(failed)?;
        Ok(board)
    }

    /// The path under which it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line to the board, in one write. Never waits.
    ///
    /// # Errors
    /// [`PortError::Gone`] if the board is; any other error if it is there and did not get the line.
    pub fn write(&self, line: &[u8]) -> Result<(), PortError> {
        match rustix::io::write(&self.tty, line) {
            Ok(written) if written < line.len() => Err(PortError::Full(self.path.clone())),
            Ok(_) => Ok(()),
            Err(error) => Err(PortError::new(&self.path, error)),
        }
    }

    /// Reads what has arrived, and says how many bytes; 0 if nothing has. Never waits.
    ///
    /// # Errors
    /// [`PortError::Gone`] if the board is.
    pub fn read(&self, room: &mut [u8]) -> Result<usize, PortError> {
        match rustix::io::read(&self.tty, room) {
            // The end of a serial port is that of its device.
            Ok(0) => Err(PortError::Gone(self.path.clone())),
            Ok(length) => Ok(length),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(error) => Err(PortError::new(&self.path, error)),
        }
    }
}

impl AsFd for SerialBoard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tty.as_fd()
    }
}

impl Drop for SerialBoard {
    fn drop(&mut self) {
        // It outlives this file where another end, such as that of a pty, stays open. A device that is gone refuses.
        let _ = ioctl_tiocnxcl(&self.tty);
    }
}

#[cfg(test)]
mod tests {
    use super::{PortError, SerialBoard};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::os::fd::OwnedFd;
    use std::path::{Path, PathBuf};

    /// The end of a pty that stands for the board, and the path of the other.
    fn pty() -> (OwnedFd, PathBuf) {
        let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&end).unwrap();
        unlockpt(&end).unwrap();
        let path = ptsname(&end, Vec::new()).unwrap().into_string().unwrap();
        (end, path.into())
    }

    #[test]
    fn bytes_pass_as_they_are_in_both_directions() {
        let (end, path) = pty();
        let board = SerialBoard::open(&path).unwrap();
        let mut room = [0; 64];
        assert_eq!(board.read(&mut room).unwrap(), 0, "nothing has come, and the board is there");
        let odd = b"\0\n\r\x03\x04\x11\x13\x7f\xff7";
        assert_eq!(rustix::io::write(&end, odd), Ok(odd.len()));
        let length = board.read(&mut room).unwrap();
        assert_eq!(&room[..length], odd);
        board.write(b"3g1\n").unwrap();
        let length = rustix::io::read(&end, &mut room).unwrap();
        assert_eq!(&room[..length], b"3g1\n", "one write, and no echo of what came before");
    }

    #[test]
    fn what_a_board_sent_before_is_forgotten() {
        let (end, path) = pty();
        drop(SerialBoard::open(&path).unwrap());
        // Without it the pty would drop the bytes for want of a reader.
        let held = rustix::fs::open(&path, rustix::fs::OFlags::RDWR, rustix::fs::Mode::empty()).unwrap();
        rustix::io::write(&end, b"99").unwrap();
        let board = SerialBoard::open(&path).unwrap();
        assert_eq!(board.read(&mut [0; 8]).unwrap(), 0);
        drop(held);
    }

    #[test]
    fn a_second_program_is_refused() {
        let (_end, path) = pty();
        let board = SerialBoard::open(&path).unwrap();
        let error = SerialBoard::open(&path).unwrap_err();
        assert!(matches!(&error, PortError::Busy(_)), "{error}");
        assert!(error.to_string().contains("in use by another program"), "{error}");
        drop(board);
        SerialBoard::open(&path).unwrap();
    }

    #[test]
    fn a_board_that_has_gone_is_gone_for_reader_and_writer() {
        let (end, path) = pty();
        let board = SerialBoard::open(&path).unwrap();
        drop(end);
        assert!(matches!(board.read(&mut [0; 8]), Err(PortError::Gone(_))));
        assert!(matches!(board.write(b"0g0\n"), Err(PortError::Gone(_))));
        assert!(matches!(SerialBoard::open(&path), Err(PortError::Gone(_))));
    }

    #[test]
    fn a_board_that_goes_amid_writes_is_gone() {
        let (end, path) = pty();
        let board = SerialBoard::open(&path).unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut room = [0; 100];
                let read: usize = (0..10).map(|_| rustix::io::read(&end, &mut room).unwrap()).sum();
                drop(end);
                read
            });
            let outcomes = std::iter::repeat_with(|| board.write(b"0g0\n"));
            let (mut written, mut gone) = (0, None);
            for outcome in outcomes {
                match outcome {
                    Ok(()) => written += 4,
                    Err(PortError::Full(_)) => {}
                    Err(error) => {
                        gone = Some(error);
                        break;
                    }
                }
            }
            assert!(matches!(gone, Some(PortError::Gone(_))), "{gone:?}");
            let read = reader.join().unwrap();
            assert!(read > 0 && written >= read, "it went after {read} of {written} bytes");
        });
    }

    #[test]
    fn a_board_that_reads_nothing_never_makes_a_writer_wait() {
        let (_end, path) = pty();
        let board = SerialBoard::open(&path).unwrap();
        let full = (0..1_000_000).find_map(|_| board.write(b"0g0\n").err());
        assert!(matches!(full, Some(PortError::Full(_))), "{full:?}");
    }

    #[test]
    fn other_files_are_no_ports() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = SerialBoard::open(file.path()).unwrap_err();
        assert!(matches!(error, PortError::NotSerial(_)), "{error}");
        let error = SerialBoard::open(Path::new("/dev")).unwrap_err();
        assert!(matches!(error, PortError::NotSerial(_)), "{error}");
    }

    #[test]
    fn errors_say_what_to_do() {
        let error = PortError::new(Path::new("/dev/ttyACM0"), rustix::io::Errno::ACCESS).to_string();
        assert!(error.contains("/dev/ttyACM0") && error.contains("usermod -aG dialout"), "{error}");
        let error = PortError::new(Path::new("/dev/ttyACM0"), rustix::io::Errno::BUSY).to_string();
        assert!(error.contains("/dev/ttyACM0 is in use"), "{error}");
    }
}
