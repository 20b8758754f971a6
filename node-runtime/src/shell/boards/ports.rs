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

/// How soon a device that has hung up for the first time is looked at again: if it is still there, or another one by
/// the same name, a board was unplugged and plugged in between two looks. One that hangs up again waits for [`SCAN`].
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
    /// It was said that the directory of the devices cannot be read.
    missing: bool,
}

/// A device that is there.
struct Device {
    /// Its path, as the tracker knows it.
    name: String,
    /// Nothing if it could not be opened yet, or has hung up.
    port: Option<SerialBoard>,
    appeared: Instant,
    /// When it is opened, or opened again.
    open_at: Instant,
    /// It has hung up before.
    hung_up: bool,
    /// It was said why it cannot be opened.
    refused: bool,
    /// It was said why it cannot be read.
    unreadable: bool,
}

impl Ports {
    pub(super) fn new(shared: Arc<Shared>, discovery: Discovery, clock: Clock) -> Self {
        Self { shared, discovery, clock, devices: BTreeMap::new(), scan_at: Instant::ZERO, missing: false }
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
            self.read();
            self.write();
            // Those that have hung up.
            let waits = |device: &&Device| device.port.is_none() && now < device.open_at;
            let open_at = self.devices.values().filter(waits).map(|device| device.open_at).min();
            self.scan_at = open_at.map_or(self.scan_at, |open_at| self.scan_at.min(open_at));
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
                    self.devices.insert(path, Device::new(name, now));
                }
                Change::Vanished(path) => {
                    if let Some(device) = self.devices.remove(&path) {
                        self.shared.lock().tracker.vanished(&device.name, now);
                    }
                }
            }
        }
        self.check_directory(now);
        for (path, device) in &mut self.devices {
            let due = device.port.is_none() && device.open_at <= now;
            if due && self.shared.lock().tracker.room_for(&device.name, now) {
                device.open(path, now, &self.shared);
            }
        }
    }

    /// Says so if the directory of the devices cannot be read.
    fn check_directory(&mut self, now: Instant) {
        let Some(error) = self.discovery.error() else {
            self.missing = false;
            return;
        };
        if !self.missing {
            let directory = self.discovery.directory().display().to_string();
            let text = format!("cannot look for boards in {directory}, and tries it again: {error}");
            self.missing = self.shared.lock().tracker.notice(&directory, text, now);
        }
    }

    /// Hands over what the boards have sent, and closes the ports of those that have gone.
    fn read(&mut self) {
        let mut room = [0; 64];
        for device in self.devices.values_mut() {
            for _ in 0..READS_MAX {
                let Some(port) = &device.port else { break };
                let now = self.clock.now();
                match port.read(&mut room) {
                    Ok(0) => break,
                    Ok(length) => {
                        self.shared.lock().tracker.received(&device.name, &room[..length], now);
                    }
                    Err(error) => {
                        device.hang_up(&error, now, &self.shared);
                    }
                }
            }
        }
    }

    /// Writes what is due.
    fn write(&mut self) {
        loop {
            let now = self.clock.now();
            let next = self.shared.lock().tracker.poll_write(now);
            let Some((name, line)) = next else { return };
            if let Some(device) = self.devices.get_mut(Path::new(&*name)) {
                device.write(line, now, &self.shared);
            }
        }
    }
}

impl Device {
    fn new(name: String, now: Instant) -> Self {
        Self {
            name,
            port: None,
            appeared: now,
            open_at: now,
            hung_up: false,
            refused: false,
            unreadable: false,
        }
    }

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
                if self.appeared + SETTLE <= now && !self.refused {
                    self.refused = shared.lock().tracker.notice(&self.name, error.to_string(), now);
                }
            }
        }
    }

    fn write(&mut self, line: Line, now: Instant, shared: &Shared) {
        match self.port.as_ref().map(|port| port.write(&line)) {
            Some(Ok(())) | None => {}
            Some(Err(error @ PortError::Gone(_))) => self.hang_up(&error, now, shared),
            Some(Err(error)) => shared.lock().tracker.write_failed(&self.name, &error.to_string(), now),
        }
    }

    /// The board has gone, though its device may stay for a moment. If that happens again with the same device, it has
    /// stayed, and something else is wrong with it.
    fn hang_up(&mut self, error: &PortError, now: Instant, shared: &Shared) {
        self.port = None;
        let mut state = shared.lock();
        state.tracker.vanished(&self.name, now);
        let again = std::mem::replace(&mut self.hung_up, true);
        self.open_at = now + if again { SCAN } else { REOPEN };
        if again && !self.unreadable {
            self.unreadable = state.tracker.read_failed(&self.name, &error.to_string(), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Device, REOPEN, SCAN};
    use crate::boards::{BoardEvent, BoardTracker};
    use crate::shell::boards::{Shared, State};
    use illuminator_hal::usb::{Bell, PortError};
    use illuminator_protocol::{Duration, Instant};
    use std::sync::Mutex;
    use tokio::sync::Notify;

    #[test]
    fn a_device_that_hangs_up_all_the_time_is_opened_again_slowly_and_named_once() {
        let state = Mutex::new(State { tracker: BoardTracker::new([]), end: false });
        let shared = Shared { state, bell: Bell::new().unwrap(), events: Notify::new() };
        let error = PortError::Other { path: "/dev/x".into(), error: std::io::ErrorKind::InvalidData.into() };
        let mut device = Device::new("/dev/x".to_owned(), Instant::ZERO);
        let mut now = Instant::ZERO;
        let mut waited = |device: &mut Device| {
            device.hang_up(&error, now, &shared);
            let span = device.open_at.saturating_since(now);
            now = device.open_at;
            span
        };
        let first: Duration = waited(&mut device);
        assert_eq!(first, REOPEN, "it may have been unplugged and plugged in");
        assert!(shared.lock().tracker.poll_event().is_none());
        for _ in 0..30 {
            assert_eq!(waited(&mut device), SCAN);
        }
        let events: Vec<_> = std::iter::from_fn(|| shared.lock().tracker.poll_event()).collect();
        let [BoardEvent::Notice(text)] = &events[..] else { panic!("{events:?}") };
        assert!(text.starts_with("board /dev/x cannot be read, and is tried again: /dev/x: "), "{text}");
    }
}
