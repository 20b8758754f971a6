//! A session: sealed frames between two peers who have shaken hands, and the link inside.
//!
//! ```text
//!   datagram -> header -> open -> replay window -> link -> receive()
//!   send() -> link -> seal -> poll_transmit()
//! ```
//!
//! The caller feeds datagrams and calls `poll_transmit` until it returns false, then waits for the next
//! datagram or for `poll_timeout`, whichever comes first. Invariant: nothing that is not authentic, or was
//! seen before, reaches the link.

use crate::error::DropReason;
use crate::frame::{DATAGRAM_MAX, Datagram, HEADER_LEN, Header, Kind, TAG_LEN, VERSION};
use crate::handshake::SessionKeys;
use crate::id::SessionId;
use crate::link::receive::Part;
use crate::link::{Link, LinkStats};
use crate::replay::ReplayWindow;
use crate::time::{Duration, Instant};
use crate::wire::Writer;

/// One session with a window of `W` parts each way (2 to 64).
///
/// A session is about `2 * W` kB large. It lives inside an [`Initiator`](crate::Initiator) or a
/// [`Responder`](crate::Responder) and is reset in place, never moved.
pub struct Session<const W: usize> {
    /// `None` before the first handshake and after the end; nothing is sent or received then.
    keys: Option<SessionKeys>,
    replay: ReplayWindow,
    link: Link<W>,
    packet_next: u64,
    heard_at: Instant,
}

impl<const W: usize> Session<W> {
    pub(crate) const fn new() -> Self {
        Self {
            keys: None,
            replay: ReplayWindow::new(),
            link: Link::new(),
            packet_next: 0,
            heard_at: Instant::ZERO,
        }
    }

    /// Begins anew, in place, with the keys of a handshake that the peer took part in just now.
    pub(crate) fn reset(&mut self, keys: SessionKeys, now: Instant) {
        self.keys = Some(keys);
        self.replay = ReplayWindow::new();
        self.link.reset();
        self.packet_next = 0;
        self.heard_at = now;
    }

    /// The session is over: its keys are erased.
    pub(crate) fn end(&mut self) {
        self.keys = None;
    }

    /// The session's id, if a handshake was made.
    pub(crate) fn id(&self) -> Option<SessionId> {
        self.keys.as_ref().map(|keys| keys.session)
    }

    /// Takes a datagram from the peer; decrypts it in place.
    ///
    /// # Errors
    /// Why it was dropped. It then had no effect, but that the replay window remembers an authentic one.
    pub fn handle(&mut self, now: Instant, datagram: &mut [u8]) -> Result<(), DropReason> {
        let header = Header::decode(datagram)?;
        let keys = self.keys.as_ref().ok_or(DropReason::Session)?;
        let body = keys.open(&header, datagram)?;
        self.absorb(now, header.packet, body)
    }

    /// Takes the body of a frame that was opened with the session's keys.
    pub(crate) fn absorb(&mut self, now: Instant, packet: u64, body: &[u8]) -> Result<(), DropReason> {
        self.replay.accept(packet)?;
        self.link.handle(now, body).map_err(|_| DropReason::Malformed)?;
        self.heard_at = now;
        Ok(())
    }

    /// Accepts as many parts of `message`, from `offset` on, as the window has room for.
    ///
    /// Returns the new offset: `message.len()` when the message was wholly accepted, `offset` when the window
    /// is full. Go on with the same message at that offset once [`writable`](Self::writable) is above zero, and
    /// begin no other before. What was accepted arrives exactly once and in order, or the session ends. An
    /// empty message is nothing and sends nothing.
    pub fn send(&mut self, message: &[u8], offset: usize) -> usize {
        self.link.send(message, offset)
    }

    /// The next part from the peer, in order; `None` if there is none.
    ///
    /// Taking parts opens the peer's window. Parts of a message follow each other until one is `last`.
    pub fn receive(&mut self) -> Option<Part<'_>> {
        self.link.receive()
    }

    /// Writes the next frame that is due into `out`; false if none is. To be called until it returns false.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> bool {
        let Some(keys) = &self.keys else { return false };
        if !self.link.is_due(now) {
            return false;
        }
        let header = Header {
            version: VERSION,
            kind: Kind::Sealed,
            key: keys.key,
            session: keys.session.0,
            packet: self.packet_next,
        };
        let mut frame = [0; DATAGRAM_MAX];
        frame[..HEADER_LEN].copy_from_slice(&header.encode());
        let mut writer = Writer::new(&mut frame[HEADER_LEN..DATAGRAM_MAX - TAG_LEN]);
        self.link.write(now, &mut writer).expect("parts are written only where they fit");
        let len = HEADER_LEN + writer.len() + TAG_LEN;
        keys.transmit.seal(header.packet, &mut frame[..len], HEADER_LEN);
        out.clear();
        out.extend_from_slice(&frame[..len]).expect("a datagram has room for a frame");
        self.packet_next += 1;
        true
    }

    /// When [`poll_transmit`](Self::poll_transmit) has something to do next; [`Instant::MAX`] if never.
    pub fn poll_timeout(&self) -> Instant {
        if self.keys.is_some() { self.link.poll_timeout() } else { Instant::MAX }
    }

    /// Counts and measurements since the session began.
    pub fn stats(&self) -> LinkStats {
        self.link.stats()
    }

    /// Time since the peer was last heard.
    pub fn silent_for(&self, now: Instant) -> Duration {
        now.saturating_since(self.heard_at)
    }

    /// When the peer was last heard.
    pub(crate) fn heard_at(&self) -> Instant {
        self.heard_at
    }

    /// Parts accepted by [`send`](Self::send) and not yet taken by the peer.
    pub fn in_flight(&self) -> usize {
        self.link.in_flight()
    }

    /// Parts that [`send`](Self::send) would accept now.
    pub fn writable(&self) -> usize {
        self.link.writable()
    }
}

impl SessionKeys {
    /// Opens a sealed frame of this session in place.
    pub(crate) fn open<'f>(&self, header: &Header, datagram: &'f mut [u8]) -> Result<&'f [u8], DropReason> {
        header.check(self.key)?;
        if header.kind != Kind::Sealed {
            return Err(DropReason::Unexpected);
        }
        if header.session != self.session.0 {
            return Err(DropReason::Session);
        }
        self.receive.open(header.packet, datagram, HEADER_LEN)
    }
}
