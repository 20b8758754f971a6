//! The host's side of one node: shakes hands until the node answers, and again when it falls silent.
//!
//! ```text
//!            .------- Init every 200 ms -------.
//!            v                                 |
//!       Connecting --- Accept opens ---> Connected
//!            ^                                 |
//!            '--- nothing heard for 1.5 s -----'
//! ```
//!
//! The Init of one attempt is repeated unchanged, so that an Accept fits whichever copy it answers; a new
//! attempt draws new random bytes. After five copies without an answer it is time for one: a node that is flooded
//! with recorded handshakes lets only new ones in. When a session ends, what the node had not acknowledged is gone: the caller
//! sends again what still matters after the next [`Event::Connected`].

use zeroize::Zeroizing;

use crate::error::{DropCounters, DropReason};
use crate::frame::{Datagram, Header, Kind};
use crate::handshake::{self, Entropy, RANDOM_LEN, Random, Side};
use crate::hello::Hello;
use crate::id::{BootId, KeyId};
use crate::key::{self, ClusterKey};
use crate::refuse::Refusal;
use crate::session::Session;
use crate::time::{Duration, Instant};

/// Time between two copies of an Init.
pub const INIT_INTERVAL: Duration = Duration::from_millis(200);

/// Copies of one Init before a new attempt begins.
const INIT_COPIES: u8 = 5;

/// Silence after which the host gives a session up and shakes hands anew.
pub const NODE_SILENT_AFTER: Duration = Duration::from_millis(1500);

/// Events kept for the caller; the oldest are dropped if he does not ask.
const EVENTS_MAX: usize = 4;

/// What happened to the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A session begins; anything sent in an earlier one and not acknowledged is lost.
    Connected {
        /// Who answered.
        hello: Hello,
        /// Whether the node has restarted since the last session, and so lost its state.
        rebooted: bool,
    },
    /// The node, or someone who hears us, says that it cannot answer. A hint; trying goes on. Comes again with
    /// every refusal.
    Refused(Refusal),
    /// Nothing was heard for [`NODE_SILENT_AFTER`]; the session is over.
    Silent,
}

enum State {
    /// Waiting for an Accept; the next copy of the Init leaves at `init_at`, `copies` have left.
    Connecting {
        random: Random,
        init_at: Instant,
        copies: u8,
    },
    Connected,
}

/// The host's end of the connection to one node, with a window of `W` parts each way (2 to 64).
///
/// About `2 * W` kB large: keep it where it need not be moved.
pub struct Initiator<const W: usize> {
    key: ClusterKey,
    key_id: KeyId,
    hello: Hello,
    seed: Zeroizing<Random>,
    attempts: u64,
    state: State,
    session: Session<W>,
    boot_last: Option<BootId>,
    events: heapless::Deque<Event, EVENTS_MAX>,
    drops: DropCounters,
}

impl<const W: usize> Initiator<W> {
    /// Ready to connect; the first `poll_transmit` gives the first Init.
    ///
    /// Draws 32 bytes of entropy, from which the random bytes of all later attempts are derived.
    pub fn new(key: ClusterKey, hello: Hello, entropy: &mut dyn Entropy) -> Self {
        let mut seed = Zeroizing::new([0; RANDOM_LEN]);
        entropy.fill(&mut seed[..]);
        let random = draw(&seed, 0);
        Self {
            key_id: key.id(),
            key,
            hello,
            seed,
            attempts: 1,
            state: State::Connecting { random, init_at: Instant::ZERO, copies: 0 },
            session: Session::new(),
            boot_last: None,
            events: heapless::Deque::new(),
            drops: DropCounters::new(),
        }
    }

    /// Takes a datagram from the node's address; decrypts it in place.
    ///
    /// # Errors
    /// Why it was dropped; counted in [`drops`](Self::drops).
    pub fn handle(&mut self, now: Instant, datagram: &mut [u8]) -> Result<(), DropReason> {
        let result = self.dispatch(now, datagram);
        self.drops.note(result)
    }

    /// Writes the next datagram to the node into `out`; false if none is due. To be called until it returns
    /// false. Also notices that the node has fallen silent, so look for events afterwards.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> bool {
        if self.session().is_some_and(|session| session.silent_for(now) >= NODE_SILENT_AFTER) {
            self.report(Event::Silent);
            self.connect(now);
        }
        match &mut self.state {
            State::Connected => self.session.poll_transmit(now, out),
            State::Connecting { random, init_at, copies } if *init_at <= now => {
                if *copies == INIT_COPIES {
                    *random = draw(&self.seed, self.attempts);
                    self.attempts += 1;
                    *copies = 0;
                }
                *copies += 1;
                handshake::write_init(&self.key, random, &self.hello, out);
                *init_at = now + INIT_INTERVAL;
                true
            }
            State::Connecting { .. } => false,
        }
    }

    /// When [`poll_transmit`](Self::poll_transmit) is to be called next, at the latest.
    pub fn poll_timeout(&self) -> Instant {
        match self.state {
            State::Connecting { init_at, .. } => init_at,
            State::Connected => self.session.poll_timeout().min(self.session.heard_at() + NODE_SILENT_AFTER),
        }
    }

    /// The next event, if something happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The session, while connected.
    pub fn session(&mut self) -> Option<&mut Session<W>> {
        match self.state {
            State::Connected => Some(&mut self.session),
            State::Connecting { .. } => None,
        }
    }

    /// The session, while connected, to look at its counters.
    pub fn current(&self) -> Option<&Session<W>> {
        match self.state {
            State::Connected => Some(&self.session),
            State::Connecting { .. } => None,
        }
    }

    /// Datagrams dropped, by reason.
    pub fn drops(&self) -> &DropCounters {
        &self.drops
    }

    fn dispatch(&mut self, now: Instant, datagram: &mut [u8]) -> Result<(), DropReason> {
        let header = Header::decode(datagram)?;
        match (&self.state, header.kind) {
            (State::Connecting { random, .. }, Kind::Refuse) => {
                if header.session != handshake::attempt(random) {
                    return Err(DropReason::Session);
                }
                let refusal = Refusal::read(&header, datagram)?;
                self.report(Event::Refused(refusal));
                Ok(())
            }
            (State::Connecting { random, .. }, Kind::Accept) => {
                header.check(self.key_id)?;
                let (randoms, hello) = handshake::open_accept(&self.key, random, datagram)?;
                self.session.reset(randoms.keys(&self.key, Side::Host), now);
                self.state = State::Connected;
                let rebooted = self.boot_last.is_some_and(|boot| boot != hello.boot);
                self.boot_last = Some(hello.boot);
                self.report(Event::Connected { hello, rebooted });
                Ok(())
            }
            (State::Connected, Kind::Sealed) => self.session.handle(now, datagram),
            (State::Connecting { .. }, Kind::Sealed) => Err(DropReason::Session),
            _ => Err(DropReason::Unexpected),
        }
    }

    /// Begins a new attempt, whose first Init is due now.
    fn connect(&mut self, now: Instant) {
        let random = draw(&self.seed, self.attempts);
        self.attempts += 1;
        self.session.end();
        self.state = State::Connecting { random, init_at: now, copies: 0 };
    }

    fn report(&mut self, event: Event) {
        if self.events.is_full() {
            self.events.pop_front();
        }
        // Cannot fail: there is room now.
        let _ = self.events.push_back(event);
    }
}

/// Random bytes of one attempt. The seed never leaves the process, so they are as unpredictable as it is.
fn draw(seed: &Random, attempt: u64) -> Random {
    let mut random = [0; RANDOM_LEN];
    key::derive(seed, &attempt.to_le_bytes(), b"illuminator 1 attempt", &mut random);
    random
}
