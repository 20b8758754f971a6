//! How a node stands with the host, from its link.

use super::{NodeLink, State};
use crate::view::{LinkState, NodeHealth};
use illuminator_protocol::{Duration, Instant, Refusal, Session};
use std::collections::VecDeque;

/// How often the packets of a link are counted, and how many counts are kept: half a minute.
const COUNT_EVERY: Duration = Duration::from_secs(2);
const COUNTS: usize = 16;

/// How long a refusal holds: a node that is there says it again several times a second.
const REFUSED_FOR: Duration = Duration::from_secs(2);

/// What was sent and sent again lately. The counters of a link begin anew with every session; these go on.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// When it is time to count; nothing before the first time.
    due: Option<Instant>,
    /// As the session counted last: sent for the first time, sent again.
    session: (u64, u64),
    total: (u64, u64),
    /// The totals as they were, oldest first.
    counts: VecDeque<(u64, u64)>,
}

impl Repeats {
    /// Whether it is time to count.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| now >= due)
    }

    /// Takes the counters of the present session: parts sent for the first time, and again.
    pub(super) fn count(&mut self, now: Instant, sent: u64, again: u64) {
        self.due = Some(now + COUNT_EVERY);
        // Fewer than before: the session is another one.
        let before = if sent < self.session.0 || again < self.session.1 { (0, 0) } else { self.session };
        self.session = (sent, again);
        self.total = (self.total.0 + sent - before.0, self.total.1 + again - before.1);
        if self.counts.len() == COUNTS {
            self.counts.pop_front();
        }
        self.counts.push_back(self.total);
    }

    /// Of all that was sent lately, the share that was sent again; `None` if nothing was.
    fn share(&self) -> Option<f64> {
        let (first, last) = (self.counts.front()?, self.counts.back()?);
        let (sent, again) = (last.0 - first.0, last.1 - first.1);
        (sent + again > 0).then(|| again as f64 / (sent + again) as f64)
    }
}

impl NodeLink {
    /// What is known from the link alone. Its names, its address and what it told of itself are for others to fill in.
    pub(in crate::coordinator) fn health(&self, now: Instant) -> NodeHealth {
        let session = self.initiator.current();
        let stats = session.map(Session::stats).unwrap_or_default();
        let away = match self.state {
            State::Away(heard) | State::Lost { heard, .. } => Some(now.saturating_since(heard)),
            State::Connecting | State::Assigned(_) | State::Ready => None,
        };
        let silent = session.map(|session| session.silent_for(now)).or(away);
        let fresh = |&(_, at): &(Refusal, Instant)| now.saturating_since(at) < REFUSED_FOR;
        let refusal = self.refusal.filter(fresh).map(|(refusal, _)| refusal);
        // The first line says what is the matter, the others what to do at the host.
        let first_line = |refusal| self.refused(refusal).to_string().lines().next().map(str::to_owned);
        NodeHealth {
            link: if refusal == Some(Refusal::Busy) { LinkState::Busy } else { self.link_state() },
            problem: refusal.and_then(first_line),
            heard_s: silent.map(|silent| silent.as_micros() as f64 / 1e6),
            rtt_ms: (stats.rtt_us > 0).then_some(stats.rtt_us as f64 / 1e3),
            clock_offset_ms: stats.clock_offset_us.map(|offset_us| offset_us as f64 / 1e3),
            loss: self.repeats.share(),
            dropped: self.initiator.drops().total(),
            version: self.version.clone(),
            ..NodeHealth::default()
        }
    }

    fn link_state(&self) -> LinkState {
        match self.state {
            State::Connecting | State::Assigned(_) => LinkState::Connecting,
            State::Ready if self.asked.is_some_and(|(_, said)| said) => LinkState::Slow,
            State::Ready => LinkState::Live,
            State::Away(_) | State::Lost { .. } => LinkState::Waiting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{COUNT_EVERY, COUNTS, Repeats};
    use illuminator_protocol::Instant;

    #[test]
    fn the_share_is_of_the_last_half_minute_and_outlives_sessions() {
        let mut repeats = Repeats::default();
        let mut now = Instant::ZERO;
        let mut count = |repeats: &mut Repeats, sent, again| {
            assert!(repeats.is_due(now));
            repeats.count(now, sent, again);
            assert!(!repeats.is_due(now));
            now = now + COUNT_EVERY;
        };
        count(&mut repeats, 0, 0);
        assert_eq!(repeats.share(), None, "nothing was sent");
        count(&mut repeats, 90, 10);
        assert_eq!(repeats.share(), Some(0.1));
        count(&mut repeats, 60, 40);
        assert_eq!(repeats.share(), Some(0.25), "another session");
        for sent in 0..COUNTS as u64 {
            count(&mut repeats, 60 + sent, 40);
        }
        assert_eq!((repeats.share(), repeats.counts.len()), (Some(0.0), COUNTS), "that was long ago");
    }
}
