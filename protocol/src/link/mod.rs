//! The link: an ordered, reliable stream of message parts inside a session, over frames that may be lost,
//! doubled and reordered.
//!
//! ```text
//!   send() -> SendRing --fill--> frame body ))) network ))) frame body --insert--> ReceiveRing -> receive()
//!                ^                                                                     |
//!                '------------- taken, received, echo (ride on any frame) -------------'
//! ```
//!
//! - A frame carries as many parts as fit, so that small messages share a datagram.
//! - Acknowledgements ride on whatever is sent anyway. A frame is made for one only after [`ACK_DELAY`]
//!   without such luck, or at once when a part is missing or half a window waits: a lockstep exchange is
//!   exactly one datagram each way.
//! - What is not acknowledged is sent again: after the timeout of `rtt`, or once three later parts arrived.
//! - A probe rides along every [`PROBE_INTERVAL`] and with each retransmission; its echo gives the round trip
//!   and the clock offset. A link that has sent nothing for that long sends a frame for it: the keepalive.
//!
//! Invariants: memory is two rings of `W` parts; every part is delivered once and in order; a malformed body
//! has no effect; after `poll_transmit` returned false, `poll_timeout` lies in the future.

pub(crate) mod body;
mod clock;
pub(crate) mod join;
pub(crate) mod receive;
mod rtt;
mod send;
mod window;

use body::{Echo, Head};
use clock::ClockFilter;
use receive::{Arrival, Part, ReceiveRing};
use rtt::Rtt;
use send::SendRing;

use crate::error::{DecodeError, EncodeError};
use crate::time::{Duration, Instant};
use crate::wire::Writer;

/// How long an acknowledgement waits for a frame to ride on.
pub const ACK_DELAY: Duration = Duration::from_millis(2);

/// Time between probes, and longest time without a frame.
pub const PROBE_INTERVAL: Duration = Duration::from_millis(250);

/// The same until the peer is heard in this session for the first time.
const PROBE_INTERVAL_UNCONFIRMED: Duration = Duration::from_millis(100);

/// Most parts that a window can have: what one 64-bit acknowledgement can name.
pub const WINDOW_MAX: usize = 64;

/// What a link has done and measured since its session began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkStats {
    /// Smoothed round trip `[µs]`; 0 before the first measurement.
    pub rtt_us: u64,
    /// Mean deviation of the round trip `[µs]`.
    pub rtt_var_us: u64,
    /// The peer's clock minus ours `[µs]`; `None` before the first measurement.
    pub clock_offset_us: Option<i64>,
    /// Frames sent.
    pub frames_sent: u64,
    /// Authentic frames received.
    pub frames_received: u64,
    /// Parts sent for the first time.
    pub parts_sent: u64,
    /// Parts sent again.
    pub parts_retransmitted: u64,
    /// Parts received for the first time.
    pub parts_received: u64,
    /// Parts received that were known already.
    pub parts_duplicate: u64,
    /// Parts received beyond the window; the peer sends them again.
    pub parts_beyond_window: u64,
}

/// State of one link with windows of `W` parts.
pub(crate) struct Link<const W: usize> {
    send: SendRing<W>,
    receive: ReceiveRing<W>,
    rtt: Rtt,
    clock: ClockFilter,
    stats: LinkStats,
    /// When an acknowledgement or echo leaves at the latest.
    answer_at: Option<Instant>,
    /// Parts received since a frame was sent.
    unanswered: usize,
    /// The last probe that was not echoed: when it left the peer [µs, its clock] and when it arrived.
    probed: Option<(u64, Instant)>,
    /// When our last probe and our last frame left.
    probe_sent_at: Option<Instant>,
    frame_sent_at: Option<Instant>,
}

impl<const W: usize> Link<W> {
    pub(crate) const fn new() -> Self {
        const { assert!(W >= 2 && W <= WINDOW_MAX, "a window has 2 to 64 parts") };
        Self {
            send: SendRing::new(),
            receive: ReceiveRing::new(),
            rtt: Rtt::new(),
            clock: ClockFilter::new(),
            stats: EMPTY_STATS,
            answer_at: None,
            unanswered: 0,
            probed: None,
            probe_sent_at: None,
            frame_sent_at: None,
        }
    }

    /// Forgets everything, in place.
    pub(crate) fn reset(&mut self) {
        self.send.reset();
        self.receive.reset();
        self.rtt = Rtt::new();
        self.clock = ClockFilter::new();
        self.stats = EMPTY_STATS;
        self.answer_at = None;
        self.unanswered = 0;
        self.probed = None;
        self.probe_sent_at = None;
        self.frame_sent_at = None;
    }

    /// Takes the body of an authentic frame.
    pub(crate) fn handle(&mut self, now: Instant, body: &[u8]) -> Result<(), DecodeError> {
        let (head, parts) = body::decode(body)?;
        let acknowledged =
            self.send.acknowledge(now, head.taken, head.received).ok_or(DecodeError::Malformed)?;
        self.stats.frames_received += 1;
        if acknowledged.progress {
            self.rtt.progress();
        }
        if let Some(round_trip) = acknowledged.round_trip {
            self.rtt.sample(round_trip);
        }
        if let Some(delay) = head.echo.and_then(|echo| self.clock.sample(now, &echo)) {
            self.rtt.sample(delay);
        }
        if let Some(left) = head.probe {
            self.probed = Some((left, now));
            self.answer_by(now + ACK_DELAY);
        }
        for part in parts {
            match self.receive.insert(&part) {
                Arrival::New => {
                    self.stats.parts_received += 1;
                    self.unanswered += 1;
                }
                Arrival::Duplicate => self.stats.parts_duplicate += 1,
                Arrival::Beyond => self.stats.parts_beyond_window += 1,
            }
            let urgent = self.receive.has_gap() || self.unanswered >= W / 2;
            self.answer_by(if urgent { now } else { now + ACK_DELAY });
        }
        Ok(())
    }

    /// See [`Session::send`](crate::Session::send).
    pub(crate) fn send(&mut self, message: &[u8], offset: usize) -> usize {
        self.send.push(message, offset)
    }

    /// See [`Session::receive`](crate::Session::receive).
    pub(crate) fn receive(&mut self) -> Option<Part<'_>> {
        let part = self.receive.take()?;
        // The acknowledgement may have left before the part was taken: the peer waits to hear that it was.
        self.answer_at.get_or_insert(Instant::ZERO);
        Some(part)
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.send.in_flight()
    }

    pub(crate) fn writable(&self) -> usize {
        self.send.free()
    }

    pub(crate) fn stats(&self) -> LinkStats {
        LinkStats {
            rtt_us: self.rtt.smoothed_us(),
            rtt_var_us: self.rtt.deviation_us(),
            clock_offset_us: self.clock.offset_us(),
            ..self.stats
        }
    }

    /// Whether a frame is due.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        if self.send.expire(now, self.rtt.timeout()) {
            self.rtt.back_off();
        }
        self.poll_timeout() <= now
    }

    /// When a frame is due next.
    pub(crate) fn poll_timeout(&self) -> Instant {
        if self.send.is_waiting() {
            return Instant::ZERO;
        }
        let keepalive_at =
            self.frame_sent_at.map_or(Instant::ZERO, |sent_at| sent_at + self.probe_interval());
        let resend_at = self.send.deadline(self.rtt.timeout()).unwrap_or(Instant::MAX);
        keepalive_at.min(resend_at).min(self.answer_at.unwrap_or(Instant::MAX))
    }

    /// Writes the body of a frame that leaves now.
    pub(crate) fn write(&mut self, now: Instant, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let probe_at = self.probe_sent_at.map_or(Instant::ZERO, |sent_at| sent_at + self.probe_interval());
        let probe = (probe_at <= now || self.send.has_lost()).then_some(now.as_micros());
        let echo = self.probed.take().map(|(left, arrived)| Echo {
            left,
            arrived: arrived.as_micros(),
            returned: now.as_micros(),
        });
        let head = Head { taken: self.receive.taken(), received: self.receive.arrived(), probe, echo };
        head.write(writer)?;
        let (again, fresh) = self.send.fill(now, writer)?;
        self.stats.parts_retransmitted += again;
        self.stats.parts_sent += fresh;
        self.stats.frames_sent += 1;
        if probe.is_some() {
            self.probe_sent_at = Some(now);
        }
        self.frame_sent_at = Some(now);
        self.answer_at = None;
        self.unanswered = 0;
        Ok(())
    }

    fn answer_by(&mut self, deadline: Instant) {
        self.answer_at = Some(self.answer_at.map_or(deadline, |earlier| earlier.min(deadline)));
    }

    fn probe_interval(&self) -> Duration {
        if self.stats.frames_received == 0 { PROBE_INTERVAL_UNCONFIRMED } else { PROBE_INTERVAL }
    }
}

const EMPTY_STATS: LinkStats = LinkStats {
    rtt_us: 0,
    rtt_var_us: 0,
    clock_offset_us: None,
    frames_sent: 0,
    frames_received: 0,
    parts_sent: 0,
    parts_retransmitted: 0,
    parts_received: 0,
    parts_duplicate: 0,
    parts_beyond_window: 0,
};

#[cfg(test)]
mod tests;
