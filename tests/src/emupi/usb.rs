//! Boards on the USB of the emulated machine, plugged in and out while it runs.

use super::EmulatedPi;
use crate::programs::PATIENCE;
use serde_json::json;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

/// A board with a USB serial adapter (an FTDI): the test is the board. What the machine writes to it is read here,
/// and the other way round.
pub struct SerialBoard {
    id: String,
    line: UnixStream,
}

impl EmulatedPi {
    /// Plugs a serial board in. `serial` is the serial number that it shows.
    pub fn plug(&mut self, serial: &str) -> SerialBoard {
        self.boards += 1;
        let id = format!("board{}", self.boards);
        let path = self.folder.path().join(&id);
        let address = json!({ "type": "unix", "data": { "path": path } });
        let socket = json!({ "addr": address, "server": true, "wait": false });
        let backend = json!({ "type": "socket", "data": socket });
        self.qmp.execute("chardev-add", &json!({ "id": id, "backend": backend }));
        let line = UnixStream::connect(&path).expect("QEMU listens for the board");
        line.set_read_timeout(Some(PATIENCE)).expect("a socket takes a time limit");
        // The adapter is on the bus for as long as its line is open.
        self.qmp.execute(
            "device_add",
            &json!({ "driver": "usb-serial", "id": id, "chardev": id, "serial": serial }),
        );
        SerialBoard { id, line }
    }

    /// Pulls a board out. What was under way on its line is lost.
    pub fn unplug(&mut self, board: &SerialBoard) {
        self.qmp.execute("device_del", &json!({ "id": board.id }));
    }
}

impl SerialBoard {
    /// The board's end of the line once more.
    ///
    /// # Errors
    /// A process without room for another file.
    pub fn try_clone(&self) -> io::Result<UnixStream> {
        self.line.try_clone()
    }
}

impl Read for SerialBoard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.line.read(buffer)
    }
}

impl Write for SerialBoard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.line.flush()
    }
}
