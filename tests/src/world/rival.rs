//! Another host of the same cluster, which takes a node while its own host does not reach it.

use super::sample::Sample;
use crate::tube::SeededEntropy;
use illuminator::coordinator::{Coordinator, NodeLink, Timing};
use illuminator::plan::HOST;
use illuminator::story::LiveTable;
use illuminator_protocol::{BootId, ClusterKey, Datagram, Duration, Hello, Instant, RunId};

/// How fast it steps: slowly enough that it is not done before it leaves.
const PACE: Duration = Duration::from_millis(40);

/// The other host.
pub(super) struct Rival {
    coordinator: Coordinator,
    /// The node that it wants.
    pub(super) node: usize,
    since: Instant,
    until: Instant,
    /// Whether it ends its run, or vanishes.
    clean: bool,
}

impl Rival {
    /// A host that wants a node until then.
    pub(super) fn new(
        sample: &Sample,
        key: &ClusterKey,
        run: RunId,
        node: usize,
        (since, until): (Instant, Instant),
        clean: bool,
        entropy: &mut SeededEntropy,
    ) -> Result<Self, String> {
        let hello = Hello::new(BootId(run.0), "rival", "test");
        let place = &sample.alone.places[HOST + 1];
        let link = NodeLink::new("taken".to_owned(), key, hello, place, entropy);
        let timing = Timing { connect_within: Duration::from_secs(60), pace: PACE, ..Timing::default() };
        let table = LiveTable::new(&sample.scenario, &sample.alone, None);
        let coordinator = Coordinator::new(&sample.alone, run, vec![link], table, timing, Instant::ZERO)
            .map_err(|error| error.to_string())?;
        Ok(Self { coordinator, node, since, until, clean })
    }

    fn own(&self, now: Instant) -> Instant {
        Instant::ZERO + now.saturating_since(self.since)
    }

    /// Goes on. Returns whether it is still there.
    pub(super) fn work(&mut self, now: Instant) -> bool {
        let own = self.own(now);
        while self.coordinator.complete().is_some() {
            self.coordinator.recorded(own);
        }
        if now >= self.until {
            if !std::mem::take(&mut self.clean) {
                // It has vanished, or had its time to say goodbye.
                return false;
            }
            self.coordinator.stop(own);
            self.until = now + Duration::from_secs(1);
        }
        self.coordinator.outcome().is_none()
    }

    /// The next datagram that it sends to its node.
    pub(super) fn transmit(&mut self, now: Instant, out: &mut Datagram) -> bool {
        self.coordinator.poll_transmit(self.own(now), out).is_some()
    }

    /// A datagram arrives from its node.
    pub(super) fn arrive(&mut self, now: Instant, bytes: &mut [u8]) {
        self.coordinator.handle(self.own(now), 0, bytes);
    }

    /// When it wants to do something.
    pub(super) fn due(&self) -> Instant {
        let own = self.coordinator.poll_timeout().saturating_since(Instant::ZERO);
        self.until.min(self.since + own)
    }
}
