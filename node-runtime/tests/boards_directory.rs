//! The node's program with a directory of boards that is not there yet, and what its host hears of that.

use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::LINK_WINDOW;
use illuminator_node::shell::{Clock, SystemEntropy, hello};
use illuminator_protocol::{ClusterKey, Datagram, Event, Initiator, ToHost};
use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

/// Whatever takes longer never comes.
const HANG_US: u64 = 60_000_000;

/// A node; killed when dropped.
struct Program {
    child: Child,
    said: BufReader<ChildStderr>,
}

impl Program {
    fn start(config: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_illuminator-node"));
        command.args(["--listen", "127.0.0.1:0", "--hal", "sim", "--config", config]);
        let mut child =
            command.env_remove("ILLUMINATOR_KEY").stderr(Stdio::piped()).spawn().expect("it starts");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        Self { child, said }
    }

    /// The next line that contains `part`.
    fn said(&mut self, part: &str) -> String {
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert!(
                self.said.read_line(&mut line).expect("it says something") > 0,
                "it ended before `{part}`"
            );
        }
        line
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the node at this address says of itself that it reads boards, as the first thing in a session.
fn detects_boards(address: &str) -> bool {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.connect(address).expect("an address");
    socket.set_read_timeout(Some(Duration::from_millis(10))).expect("a time");
    let clock = Clock::start();
    let mut host: Box<Initiator<LINK_WINDOW>> =
        Box::new(Initiator::new(ClusterKey::OPEN, hello("host"), &mut SystemEntropy));
    let (mut mailbox, mut message) = (Mailbox::default(), Vec::new());
    let (mut datagram, mut incoming) = (Datagram::new(), [0; 2048]);
    loop {
        assert!(clock.now().as_micros() < HANG_US, "nothing was said");
        while host.poll_transmit(clock.now(), &mut datagram) {
            socket.send(&datagram).expect("it can be sent");
        }
        if let Ok(length) = socket.recv(&mut incoming) {
            let _ = host.handle(clock.now(), &mut incoming[..length]);
        }
        while let Some(session) = host.session()
            && mailbox.receive(session, &mut message).expect("short messages")
        {
            if let Ok(ToHost::Event(Event::Detects { boards, .. })) = ToHost::decode(&message) {
                return boards;
            }
        }
    }
}

/// A folder with this `node.toml`, and the path of that.
fn configured(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("node.toml");
    std::fs::write(&path, text).expect("it can be written");
    let path = path.to_str().expect("in UTF-8").to_owned();
    (folder, path)
}

fn address(listens: &str) -> &str {
    let (_, rest) = listens.split_once("listens on ").expect("it says where");
    rest.split(' ').next().expect("an address")
}

#[test]
fn a_directory_that_is_not_there_is_named_and_waited_for() {
    let (folder, config) = configured("[boards]\nenabled = true\ndirectory = 'later'\n");
    let mut node = Program::start(&config);
    let listens = node.said("listens on ");
    let directory = folder.path().join("later");
    let said = node.said("cannot look for boards in ");
    assert!(said.contains(directory.to_str().expect("in UTF-8")), "relative to the file: {said}");
    assert!(detects_boards(address(&listens)), "it was written so");
    std::fs::create_dir(&directory).expect("it can be made");
    std::fs::write(directory.join("ttyUSB0"), "no port").expect("it can be written");
    let said = node.said("is no serial port");
    assert!(said.contains("later/ttyUSB0"), "{said}");
}

#[test]
fn who_does_not_say_so_has_no_boards_until_one_is_seen() {
    let (_folder, config) = configured("");
    let mut node = Program::start(&config);
    let listens = node.said("listens on ");
    assert!(!detects_boards(address(&listens)));
}
