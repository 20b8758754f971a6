//! The node's side: answers whoever holds the key, serves one host at a time.
//!
//! ```text
//!   Init ---authentic---> Pending (4 at most) ---first sealed frame opens---> the session
//!          '-not served-> Refuse, a hint, rate limited
//! ```
//!
//! An Init alone changes nothing, for it may be a recording: only a sealed frame under the keys of its Accept
//! shows that its sender lives and holds the key. Until then the current session goes on untouched.
//!
//! Who recorded Inits can send them again, as often as he likes. So an Init that was answered before and is not
//! pending takes nobody's place: a host that is alive has drawn a new one.
//!
//! Invariants: everything is bounded; an older handshake never replaces a newer session; no other host takes
//! over while the current one is heard, and one that only watches never does; no answer is larger than its question;
//! a bad frame gets no answer unless it is an Init of another version or key.

use crate::error::{DropCounters, DropReason};
use crate::frame::{Datagram, Header, Kind, VERSION};
use crate::handshake::{self, Entropy, HANDSHAKE_LEN, RANDOM_LEN, Random, Randoms, SessionKeys, Side};
use crate::hello::Hello;
use crate::id::BootId;
use crate::key::ClusterKeys;
use crate::refuse::{RateLimit, Refusal};
use crate::session::Session;
use crate::time::{Duration, Instant};

/// Silence after which the node gives the host up: with that, and the half second that a slow cable board looks away, no flow
/// is shown for longer than two seconds without a host.
pub const HOST_SILENT_AFTER: Duration = Duration::from_millis(1400);

/// Handshakes that may wait for their first sealed frame.
pub const PENDING_MAX: usize = 4;

/// Answered Inits that are known again. A node that is flooded with recordings of more attempts than that may keep
/// a new host waiting.
pub const ANSWERED_MAX: usize = 256;

/// Events kept for the caller; the oldest are dropped if he does not ask.
const EVENTS_MAX: usize = 4;

/// What happened to the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A session begins; anything sent in an earlier one and not acknowledged is lost.
    Connected {
        /// The host.
        hello: Hello,
    },
    /// Nothing was heard for [`HOST_SILENT_AFTER`]; the session is over.
    Silent,
}

/// A handshake that was accepted but not confirmed.
struct Pending<A> {
    randoms: Randoms,
    keys: SessionKeys,
    hello: Hello,
    from: A,
    /// Whether the Accept is still to be sent.
    answer_due: bool,
}

/// The host that is served.
struct Host<A> {
    address: A,
    boot: BootId,
    /// The random bytes of its Init.
    random: Random,
}

struct RefuseDue<A> {
    to: A,
    attempt: u64,
    refusal: Refusal,
}

/// The node's end of the connection, with a window of `W` parts each way (2 to 64).
///
/// `A` is the address type of the caller's transport. About `2 * W` kB large: keep it where it need not be
/// moved.
pub struct Responder<A: Copy, const W: usize> {
    keys: ClusterKeys,
    hello: Hello,
    /// Oldest first.
    pending: heapless::Deque<Pending<A>, PENDING_MAX>,
    /// The attempts that were answered last.
    answered: heapless::HistoryBuf<u64, ANSWERED_MAX>,
    refuse: Option<RefuseDue<A>>,
    refuse_limit: RateLimit,
    host: Option<Host<A>>,
    /// Whether the host keeps others away while it is heard.
    exclusive: bool,
    session: Session<W>,
    events: heapless::Deque<Event, EVENTS_MAX>,
    drops: DropCounters,
}

impl<A: Copy, const W: usize> Responder<A, W> {
    /// Waits for a host that holds one of `keys`.
    pub fn new(keys: impl Into<ClusterKeys>, hello: Hello) -> Self {
        Self {
            keys: keys.into(),
            hello,
            pending: heapless::Deque::new(),
            answered: heapless::HistoryBuf::new(),
            refuse: None,
            refuse_limit: RateLimit::new(),
            host: None,
            exclusive: true,
            session: Session::new(),
            events: heapless::Deque::new(),
            drops: DropCounters::new(),
        }
    }

    /// Whether another host is refused while the present one is heard (so at first), or may take its place at
    /// once because nothing is being done for it. One that only [watches](Hello::is_watch) is refused in either case.
    pub fn set_exclusive(&mut self, exclusive: bool) {
        self.exclusive = exclusive;
    }

    /// Takes a datagram that came from `from`; decrypts it in place.
    ///
    /// # Errors
    /// Why it was dropped; counted in [`drops`](Self::drops).
    pub fn handle(
        &mut self,
        now: Instant,
        from: A,
        datagram: &mut [u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), DropReason> {
        let result = self.dispatch(now, from, datagram, entropy);
        self.drops.note(result)
    }

    /// Writes the next datagram into `out` and returns its destination; `None` if none is due. To be called
    /// until it returns `None`. Also notices that the host has fallen silent, so look for events afterwards.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> Option<A> {
        if let Some(RefuseDue { to, attempt, refusal }) = self.refuse.take() {
            refusal.write(attempt, self.keys.first_id(), out);
            return Some(to);
        }
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.answer_due) {
            pending.answer_due = false;
            let key = self.keys.get(pending.keys.key).expect("it was accepted with one of our keys");
            handshake::write_accept(key, &pending.randoms, &self.hello, out);
            return Some(pending.from);
        }
        if self.session().is_some_and(|session| session.silent_for(now) >= HOST_SILENT_AFTER) {
            self.host = None;
            self.session.end();
            self.report(Event::Silent);
        }
        let address = self.host.as_ref()?.address;
        self.session.poll_transmit(now, out).then_some(address)
    }

    /// When [`poll_transmit`](Self::poll_transmit) is to be called next, at the latest; [`Instant::MAX`] if
    /// only a datagram can bring something new.
    pub fn poll_timeout(&self) -> Instant {
        if self.refuse.is_some() || self.pending.iter().any(|pending| pending.answer_due) {
            return Instant::ZERO;
        }
        match self.host {
            Some(_) => self.session.poll_timeout().min(self.session.heard_at() + HOST_SILENT_AFTER),
            None => Instant::MAX,
        }
    }

    /// The next event, if something happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The session, while a host is connected.
    pub fn session(&mut self) -> Option<&mut Session<W>> {
        self.host.as_ref().map(|_| &mut self.session)
    }

    /// The session, while a host is connected, to look at its counters.
    pub fn current(&self) -> Option<&Session<W>> {
        self.host.as_ref().map(|_| &self.session)
    }

    /// Address of the host, while one is connected.
    pub fn host_address(&self) -> Option<A> {
        self.host.as_ref().map(|host| host.address)
    }

    /// Datagrams dropped, by reason.
    pub fn drops(&self) -> &DropCounters {
        &self.drops
    }

    fn dispatch(
        &mut self,
        now: Instant,
        from: A,
        datagram: &mut [u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), DropReason> {
        let header = Header::decode(datagram)?;
        match header.kind {
            Kind::Init => self.init(now, from, &header, datagram, entropy),
            Kind::Sealed => self.sealed(now, from, &header, datagram),
            Kind::Accept | Kind::Refuse => Err(DropReason::Unexpected),
        }
    }

    fn init(
        &mut self,
        now: Instant,
        from: A,
        header: &Header,
        datagram: &mut [u8],
        entropy: &mut dyn Entropy,
    ) -> Result<(), DropReason> {
        // Too short to be an Init of any version, and too short to deserve an answer.
        if datagram.len() < HANDSHAKE_LEN {
            return Err(DropReason::Malformed);
        }
        let key = match self.keys.of(header) {
            Ok(key) => key,
            Err(reason) => {
                let refusal = match reason {
                    DropReason::Version => Refusal::Version(VERSION),
                    _ => Refusal::Key(self.keys.first_id()),
                };
                self.refuse(now, from, header, refusal);
                return Err(reason);
            }
        };
        let (random, hello) = handshake::open_init(key, datagram)?;
        if self.host.as_ref().is_some_and(|host| host.random == random) {
            return Err(DropReason::Replayed);
        }
        if self.serves_another(now, &hello) {
            self.refuse(now, from, header, Refusal::Busy);
            return Err(DropReason::Busy);
        }
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.randoms.host == random) {
            pending.from = from;
            pending.answer_due = true;
            return Ok(());
        }
        let attempt = handshake::attempt(&random);
        let known = self.answered.contains(&attempt);
        if known && self.pending.is_full() {
            return Err(DropReason::Replayed);
        }
        if !known {
            self.answered.write(attempt);
        }
        let mut randoms = Randoms { host: random, node: [0; RANDOM_LEN] };
        entropy.fill(&mut randoms.node);
        let keys = randoms.keys(key, Side::Node);
        if self.pending.is_full() {
            self.pending.pop_front();
        }
        // Cannot fail: there is room now.
        let _ = self.pending.push_back(Pending { randoms, keys, hello, from, answer_due: true });
        Ok(())
    }

    fn sealed(
        &mut self,
        now: Instant,
        from: A,
        header: &Header,
        datagram: &mut [u8],
    ) -> Result<(), DropReason> {
        self.keys.of(header)?;
        if let Some(host) = &mut self.host
            && self.session.id().is_some_and(|id| id.0 == header.session)
        {
            self.session.handle(now, datagram)?;
            host.address = from;
            return Ok(());
        }
        let position = self
            .pending
            .iter()
            .position(|pending| pending.keys.session.0 == header.session)
            .ok_or(DropReason::Session)?;
        self.promote(now, from, header, datagram, position)
    }

    /// Makes a pending handshake the session, if `datagram` opens under its keys.
    fn promote(
        &mut self,
        now: Instant,
        from: A,
        header: &Header,
        datagram: &mut [u8],
        position: usize,
    ) -> Result<(), DropReason> {
        let pending = self.pending.get(position).ok_or(DropReason::Session)?;
        let body = pending.keys.open(header, datagram)?;
        if self.serves_another(now, &pending.hello) {
            return Err(DropReason::Busy);
        }
        // Handshakes older than this one go with it: a frame of theirs that comes late must not win.
        for _ in 0..position {
            self.pending.pop_front();
        }
        let Pending { randoms, keys, hello, .. } = self.pending.pop_front().ok_or(DropReason::Session)?;
        self.session.reset(keys, now);
        self.host = Some(Host { address: from, boot: hello.boot, random: randoms.host });
        self.report(Event::Connected { hello });
        self.session.absorb(now, header.packet, body)
    }

    fn serves_another(&self, now: Instant, hello: &Hello) -> bool {
        (self.exclusive || hello.is_watch())
            && self.host.as_ref().is_some_and(|host| host.boot != hello.boot)
            && self.session.silent_for(now) < HOST_SILENT_AFTER
    }

    fn refuse(&mut self, now: Instant, to: A, header: &Header, refusal: Refusal) {
        if self.refuse_limit.take(now) {
            self.refuse = Some(RefuseDue { to, attempt: header.session, refusal });
        }
    }

    fn report(&mut self, event: Event) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        // Cannot fail: there is room now.
        let _ = self.events.push_back(event);
    }
}
