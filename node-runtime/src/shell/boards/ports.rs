//! The thread of the boards: devices, ports, and the tracker between them.

use super::Shared;
use crate::boards::Line;
use crate::shell::Clock;
use illuminator_hal::usb::{Change, Discovery, PortError, SerialBoard, wait};
use illuminator_protocol::{Duration, Instant};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How often the devices are looked at even if nothing has changed, and ports that cannot be opened are tried again.
const SCAN: Duration = Duration::from_secs(1);

/// How soon a device that has hung up is looked at again: if it is still there, or another one by the same name, a
/// board was unplugged and plugged in between two looks.
const REOPEN: Duration = Duration::from_millis(50);

/// How long a device may take until it can be opened: its permissions come after it.
const SETTLE: Duration = Duration::from_secs(1);

/// How long boards may take to become idle at the end. The slowest looks at USB once in half a second.
const FAREWELL: Duration = Duration::from_millis(1_500);

/// Reads from one port before the others get their turn.
const READS_MAX: usize = 4;

/// What the thread owns.
pub(super) struct Ports {
    shared: Arc<Shared>,
    discovery: Discovery,
    clock: Clock,
    devices: BTreeMap<PathBuf, Device>,
    /// When the devices are looked at again.
    scan_at: Instant,
}

/// A device that is there.
struct Device {
    /// Its path, as the tracker knows it.
    name: String,
    /// Nothing if it could not be opened yet, or has hung up.
    port: Option<SerialBoard>,
    appeared: Instant,
    /// It was said why it cannot be opened.
    refused: bool,
}

impl Ports {
    pub(super) fn new(shared: Arc<Shared>, discovery: Discovery, clock: Clock) -> Self {
        Self { shared, discovery, clock, devices: BTreeMap::new(), scan_at: Instant::ZERO }
    }

    /// Serves the boards until it is told to end.
    pub(super) fn serve(mut self) {
        let mut farewell = None;
        loop {
            let now = self.clock.now();
            if self.scan_at <= now {
                self.scan_at = now + SCAN;
                self.scan(now);
            }
            if self.read() | self.write() {
                self.scan_at = self.scan_at.min(now + REOPEN);
            }
            let mut state = self.shared.lock();
            if state.end {
                state.tracker.host_silent(true);
                let ends = *farewell.get_or_insert(now + FAREWELL);
                if state.tracker.is_idle() || ends <= now {
                    return;
                }
            }
            if state.tracker.has_event() {
                self.shared.events.notify_one();
            }
            let deadline = state.tracker.poll_timeout().min(self.scan_at);
            drop(state);
            let limit = deadline.saturating_since(self.clock.now()).as_micros();
            let ports = self.devices.values().filter_map(|device| device.port.as_ref());
            let limit = std::time::Duration::from_micros(limit);
            if wait(&self.shared.bell, &self.discovery, ports, limit) {
                self.scan_at = Instant::ZERO;
            }
        }
    }

    /// Finds out which devices have come and gone, and opens those that are not open.
    fn scan(&mut self, now: Instant) {
        for change in self.discovery.scan() {
            match change {
                Change::Appeared(path) => {
                    let name = path.display().to_string();
                    let device = Device { name, port: None, appeared: now, refused: false };
                    self.devices.insert(path, device);
                }
                Change::Vanished(path) => {
                    if let Some(device) = self.devices.remove(&path) {
                        self.shared.lock().tracker.vanished(&device.name);
                    }
                }
            }
        }
        for (path, device) in &mut self.devices {
            if device.port.is_none() && self.shared.lock().tracker.room_for(&device.name) {
                device.open(path, now, &self.shared);
            }
        }
    }

    /// Hands over what the boards have sent, and closes the ports of those that have gone. Whether one has.
    fn read(&mut self) -> bool {
        let mut room = [0; 64];
        let mut gone = false;
        for device in self.devices.values_mut() {
            for _ in 0..READS_MAX {
                let Some(port) = &device.port else { break };
                match port.read(&mut room) {
                    Ok(0) => break,
                    Ok(length) => {
                        let now = self.clock.now();
                        self.shared.lock().tracker.received(&device.name, &room[..length], now);
                    }
                    Err(_) => {
                        device.hang_up(&self.shared);
                        gone = true;
                    }
                }
            }
        }
        gone
    }

    /// Writes what is due. Whether a board turned out to have gone.
    fn write(&mut self) -> bool {
        let mut gone = false;
        loop {
            let next = self.shared.lock().tracker.poll_write(self.clock.now());
            let Some((name, line)) = next else { return gone };
            if let Some(device) = self.devices.get_mut(Path::new(&*name)) {
                device.write(line, &self.shared);
                gone |= device.port.is_none();
            }
        }
    }
}

impl Device {
    /// Opens the port, or says why not if that lasts.
    fn open(&mut self, path: &Path, now: Instant, shared: &Shared) {
        match SerialBoard::open(path) {
            Ok(port) => {
                self.port = Some(port);
                self.refused = false;
                shared.lock().tracker.appeared(&self.name, now);
            }
            // It is about to vanish.
            Err(PortError::Gone(_)) => {}
            Err(error) => {
                if self.appeared + SETTLE <= now && !std::mem::replace(&mut self.refused, true) {
                    shared.lock().tracker.notice(error.to_string());
                }
            }
        }
    }

    fn write(&mut self, line: Line, shared: &Shared) {
        match self.port.as_ref().map(|port| port.write(&line)) {
            Some(Ok(())) | None => {}
            Some(Err(PortError::Gone(_))) => self.hang_up(shared),
            Some(Err(error)) => shared.lock().tracker.write_failed(&self.name, &error.to_string()),
        }
    }

    /// The board has gone, though its device may stay for a moment.
    fn hang_up(&mut self, shared: &Shared) {
        self.port = None;
        shared.lock().tracker.vanished(&self.name);
    }
}
