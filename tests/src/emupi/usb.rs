//! Cable boards on the USB of the emulated machine, plugged in and pulled out while it runs.
//!
//! ```text
//!   node ─▶ /dev/ttyUSB0 ─▶ USB of the machine ─▶ serial adapter ─▶ socket ─▶ thread ─▶ SimBoard
//! ```

use super::{Board, EmulatedPi};
use illuminator_hal::sim::SimBoard;
use illuminator_node::shell::Clock;
use serde_json::json;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long the board's thread waits for a byte before it looks whether an answer is due.
const LOOK: Duration = Duration::from_millis(5);

/// A cable board behind a USB serial adapter (an FTDI).
pub struct UsbBoard {
    id: String,
    line: UnixStream,
    board: Arc<Mutex<SimBoard>>,
}

impl EmulatedPi {
    /// Plugs the board of a cable in.
    pub fn plug(&mut self, cable: u16) -> UsbBoard {
        self.boards += 1;
        let id = format!("board{}", self.boards);
        let path = self.folder.path().join(&id);
        let address = json!({ "type": "unix", "data": { "path": path } });
        let socket = json!({ "addr": address, "server": true, "wait": false });
        let backend = json!({ "type": "socket", "data": socket });
        self.qmp.execute("chardev-add", &json!({ "id": id, "backend": backend }));
        let line = UnixStream::connect(&path).expect("QEMU listens for the board");
        line.set_read_timeout(Some(LOOK)).expect("a socket takes a time limit");
        // The adapter is on the bus for as long as its line is open.
        self.qmp.execute("device_add", &json!({ "driver": "usb-serial", "id": id, "chardev": id }));
        let board = Arc::new(Mutex::new(SimBoard::new(cable, 0)));
        let (far, shared) = (line.try_clone().expect("a socket can be shared"), Arc::clone(&board));
        std::thread::spawn(move || animate(far, &shared));
        UsbBoard { id, line, board }
    }

    /// Pulls a board out of a [`Board::Virt`], with whatever is under way on its line. On the USB of its Pi QEMU
    /// ends with a failed assertion when the machine speaks to a device that is gone.
    pub fn unplug(&mut self, board: &UsbBoard) {
        assert_eq!(self.board, Board::Virt, "QEMU does not survive it on a Pi");
        self.qmp.execute("device_del", &json!({ "id": board.id }));
        // Its thread sees that as the end.
        let _ = board.line.shutdown(Shutdown::Both);
    }
}

impl UsbBoard {
    /// The commands that it has read so far, in their order.
    pub fn commands(&self) -> Vec<String> {
        let board = self.board.lock().expect("the board's thread does not panic");
        board.reads().map(|read| String::from_utf8_lossy(&read.characters).into_owned()).collect()
    }
}

/// Is the board until its line ends.
fn animate(mut line: UnixStream, board: &Mutex<SimBoard>) {
    let clock = Clock::start();
    let mut room = [0; 64];
    loop {
        let length = match line.read(&mut room) {
            Ok(0) => return,
            Ok(length) => length,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => 0,
            Err(_) => return,
        };
        let mut board = board.lock().expect("no test panics while it looks");
        let now_us = clock.now().as_micros();
        board.receive(&room[..length], now_us);
        while let Some(answer) = board.answer(now_us) {
            if line.write_all(&answer).is_err() {
                return;
            }
        }
    }
}
