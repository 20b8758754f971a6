//! A question to one node and its answer, outside of any run. Pure.
//!
//! ```text
//!   Control ─▶ Call ⇄ datagrams ⇄ node
//!                └─▶ ControlDone: whether it was carried out
//! ```
//!
//! The shell hands in datagrams and the time, and takes out datagrams and the outcome. A question is asked once per
//! session and again in the next one, until it is answered or the time is over.

use crate::coordinator::{RunError, Tenths};
use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::LINK_WINDOW;
use illuminator_protocol::initiator::Event;
use illuminator_protocol::{
    ClusterKey, Control, Datagram, Duration, Entropy, Hello, Initiator, Instant, KeyId, Refusal, ToHost,
    ToNode, VERSION,
};

/// How long a node may take to answer.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Longest encoded question `[bytes]`.
const QUESTION_MAX: usize = 16;

/// A line to one node.
pub struct Call {
    label: String,
    key: KeyId,
    initiator: Box<Initiator<LINK_WINDOW>>,
    mailbox: Mailbox,
    /// What is asked, since when, and the answer once it is there.
    question: Option<(Control, Instant, Option<bool>)>,
    refusal: Option<Refusal>,
    message: Vec<u8>,
}

impl Call {
    /// A line to the node called `label` (name and address).
    pub fn new(label: String, key: &ClusterKey, hello: Hello, entropy: &mut dyn Entropy) -> Self {
        Self {
            label,
            key: key.id(),
            initiator: Box::new(Initiator::new(key.clone(), hello, entropy)),
            mailbox: Mailbox::default(),
            question: None,
            refusal: None,
            message: Vec::new(),
        }
    }

    /// Asks for something; what was asked before is forgotten.
    pub fn ask(&mut self, now: Instant, control: Control) {
        self.question = Some((control, now, None));
        if self.initiator.session().is_some() {
            self.send();
        }
    }

    /// Takes a datagram that came from the node's address.
    pub fn handle(&mut self, now: Instant, datagram: &mut [u8]) {
        // What is dropped was not from the node.
        let _ = self.initiator.handle(now, datagram);
        self.poll_events();
        let mut message = std::mem::take(&mut self.message);
        while let Some(session) = self.initiator.session()
            && self.mailbox.receive(session, &mut message).unwrap_or(false)
        {
            if let (Ok(ToHost::ControlDone { control, ok }), Some((asked, _, answer))) =
                (ToHost::decode(&message), &mut self.question)
                && control == *asked
            {
                *answer = Some(ok);
            }
        }
        self.message = message;
    }

    /// Writes the next datagram to send into `out`; false if there is none now.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Datagram) -> bool {
        if let Some(session) = self.initiator.session() {
            self.mailbox.flush(session);
        }
        let sent = self.initiator.poll_transmit(now, out);
        // That is also where a silent node is noticed.
        self.poll_events();
        sent
    }

    /// When [`poll_transmit`](Self::poll_transmit) wants to be called at the latest.
    pub fn poll_timeout(&self) -> Instant {
        let until = match self.question {
            Some((_, since, None)) => since + ANSWER_WITHIN,
            _ => Instant::MAX,
        };
        self.initiator.poll_timeout().min(until)
    }

    /// Whether the node carried out what was asked; `None` while that is open.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn outcome(&self, now: Instant) -> Option<Result<bool, RunError>> {
        match self.question? {
            (_, _, Some(done)) => Some(Ok(done)),
            (_, since, None) if now >= since + ANSWER_WITHIN => Some(Err(self.no_answer())),
            _ => None,
        }
    }

    fn poll_events(&mut self) {
        while let Some(event) = self.initiator.poll_event() {
            match event {
                Event::Connected { .. } => {
                    self.mailbox.clear();
                    self.refusal = None;
                    self.send();
                }
                Event::Refused(refusal) => self.refusal = Some(refusal),
                Event::Silent => self.mailbox.clear(),
            }
        }
    }

    fn send(&mut self) {
        if let Some((control, _, None)) = self.question {
            let mut bytes = [0; QUESTION_MAX];
            let used = ToNode::Control(control).encode(&mut bytes).expect("a control is a few bytes");
            self.mailbox.send(self.initiator.session(), &bytes[..used]);
        }
    }

    fn no_answer(&self) -> RunError {
        let node = self.label.clone();
        match self.refusal {
            Some(Refusal::Key(theirs)) => RunError::OtherKey { node, theirs, ours: self.key },
            Some(Refusal::Version(theirs)) => RunError::OtherVersion { node, theirs, ours: VERSION },
            Some(Refusal::Busy) => RunError::Busy { node },
            None => RunError::NoAnswer { node, waited_s: Tenths(ANSWER_WITHIN.as_millis() / 100) },
        }
    }
}
