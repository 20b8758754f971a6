//! An emulated Raspberry Pi 3B: a whole machine with Debian's kernel, in which a node runs as on a real one.
//!
//! ```text
//!   test ── console ──────▶ init: one command per line, what is said comes back
//!        ── QMP ──────────▶ the hardware: levels of the pins, boards plugged in and out
//!        ◀─ TCP ─────────── the trace of the kernel: the bytes of each transfer to a strip
//!   host program ◀─ UDP ──▶ the node's port, forwarded from a free port of 127.0.0.1
//! ```
//!
//! [`Kit`] finds what `.ci/emupi prepare` has put on this machine. Invariant: one machine runs at a time, and it ends
//! with its [`EmulatedPi`].

mod archive;
mod board;
mod feed;
mod init;
mod kit;
mod qmp;
mod spi;
mod usb;

pub use board::Board;
pub use kit::Kit;
pub use spi::{SpiTrace, SpiTransfer};
pub use usb::UsbBoard;

use crate::programs::until;
use feed::Feed;
use qmp::Qmp;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The port on which a node listens in the emulated machine.
pub const NODE_PORT: u16 = 5123;

/// A machine takes all processors: two at once would only be slower.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A file of the emulated machine.
pub struct File<'a> {
    /// Where, without the first `/`. Its folders are made.
    pub path: &'a str,
    /// Who may do what with it: 0o755 for a program, 0o600 for a key.
    pub permissions: u32,
    /// What is in it.
    pub content: Vec<u8>,
}

/// A running machine; ended when dropped.
pub struct EmulatedPi {
    child: Child,
    input: ChildStdin,
    console: Feed,
    qmp: Qmp,
    board: Board,
    commands: usize,
    boards: usize,
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl EmulatedPi {
    /// Starts a machine with these files, and waits until it takes commands: about ten seconds, longer on a busy
    /// machine.
    pub fn boot(kit: &Kit, board: Board, files: &[File<'_>]) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("initrd"), init::archive(kit, files)).expect("the archive can be written");
        let listener = UnixListener::bind(at("qmp")).expect("a socket in a new folder");
        listener.set_nonblocking(true).expect("a socket can be asked without waiting");
        let mut child = command(kit, board, folder.path()).spawn().expect("QEMU can be started");
        let input = child.stdin.take().expect("stdin is piped");
        let output = child.stdout.take().expect("stdout is piped");
        let console = Feed::of(move || output);
        let mut connection = None;
        until("QEMU connects, or says why not", || {
            connection = listener.accept().ok();
            connection.is_some() || child.try_wait().expect("QEMU can be asked").is_some()
        });
        let Some((stream, _)) = connection else {
            panic!("QEMU does not start: {}", std::fs::read_to_string(at("errors")).unwrap_or_default());
        };
        stream.set_nonblocking(false).expect("a socket can wait");
        let qmp = Qmp::new(stream);
        let pi = Self { child, input, console, qmp, board, commands: 0, boards: 0, folder, _alone: alone };
        pi.console.wait("the machine is up", 0, |text| text.contains(init::UP).then_some(()));
        pi
    }

    /// Runs a command of the shell and returns what the console said meanwhile, that of other programs included. A
    /// command that fails is an error.
    pub fn run(&mut self, command: &str) -> String {
        self.commands += 1;
        let begin = self.console.len();
        writeln!(self.input, "{} {command}", self.commands).expect("the console takes a line");
        let end = format!("{} {} ", init::DONE, self.commands);
        let (said, status) = self.console.wait(command, begin, |text| {
            let (said, rest) = text.split_once(&end)?;
            let (status, _) = rest.split_once('\n')?;
            Some((said.to_owned(), status.trim().to_owned()))
        });
        assert_eq!(status, "0", "`{command}` failed: {said}");
        said
    }

    /// Waits until the console has said this, at any time.
    pub fn wait_for(&self, said: &str) {
        self.console.wait(said, 0, |text| text.contains(said).then_some(()));
    }

    /// Everything that the console has said.
    pub fn console(&self) -> String {
        self.console.text(0)
    }

    /// Where the node's port is reached on this machine.
    pub fn node_address(&mut self) -> SocketAddr {
        // `UDP[HOST_FORWARD]  8  127.0.0.1 40123  10.0.2.15 5123 …`
        let network = self.qmp.human("info usernet");
        let mut words = network.split_whitespace().skip_while(|word| !word.starts_with("UDP[HOST_FORWARD]"));
        let port = words.nth(3).and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("no port is forwarded: {network}"));
        (Ipv4Addr::LOCALHOST, port).into()
    }
}

impl Drop for EmulatedPi {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let errors = std::fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default();
            let console = self.console();
            let _ = writeln!(
                std::io::stderr(),
                "the console of the emulated machine:\n{console}\nQEMU:\n{errors}"
            );
        }
    }
}

/// QEMU with a machine whose files are in `folder`.
fn command(kit: &Kit, board: Board, folder: &Path) -> Command {
    let mut command = Command::new("qemu-system-aarch64");
    command.args(["-display", "none", "-monitor", "none", "-no-reboot"]);
    command.arg("-kernel").arg(kit.kernel()).arg("-initrd").arg(folder.join("initrd"));
    command.arg("-qmp").arg(format!("unix:{}", folder.join("qmp").display()));
    // Port 0: any that is free.
    let forward = format!("user,id=net,hostfwd=udp:127.0.0.1:0-10.0.2.15:{NODE_PORT}");
    command.args(["-netdev", &forward]);
    board.describe(kit, &mut command);
    let errors = std::fs::File::create(folder.join("errors")).expect("the folder is ours");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
    command
}
