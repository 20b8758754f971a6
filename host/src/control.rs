//! A question to one node and its answer, outside of any run. Pure.
//!
//! ```text
//!   Question ─▶ Call ⇄ datagrams ⇄ node
//!                └─▶ Answer: done, refused, how a command ended
//! ```
//!
//! The shell hands in datagrams and the time, and takes out datagrams and the answer. A question is asked once per
//! session and again in the next one, until it is answered or the time is over. A program that starts anew has answered
//! once it is heard with a new boot id. Invariants: a command is asked for in one session only, so that none is started
//! twice; no node is asked for what it cannot read.

use crate::coordinator::{RunError, Tenths};
use crate::view::Offers;
use illuminator_node::mailbox::Mailbox;
use illuminator_node::node::LINK_WINDOW;
use illuminator_protocol::initiator::Event;
use illuminator_protocol::{
    ClusterKey, CommandEnd, Control, Datagram, Duration, Entropy, Event as NodeEvent, Hello, Initiator,
    Instant, KeyId, Refusal, ToHost, ToNode, VERSION,
};

/// How long a node may take to answer.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How long a node that starts its program anew is waited for: it lets all go, starts within a second, and is missed for one
/// and a half.
pub const BACK_WITHIN: Duration = Duration::from_secs(15);
/// How long the command that restarts or halts a machine is waited for: soon after it there is nobody to tell of it.
pub const DOWN_WITHIN: Duration = Duration::from_secs(5);

/// Longest encoded question `[bytes]`.
const QUESTION_MAX: usize = 16;

/// What is asked of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A control.
    Control(Control),
    /// Its own action of this name.
    Action(String),
}

/// What a node says to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was carried out; of a machine that is to go down: it is on its way.
    Done,
    /// It cannot be carried out.
    Failed,
    /// It is not carried out, and why.
    Refused(String),
    /// The command is over.
    Ended {
        /// How.
        end: CommandEnd,
        /// The end of what it wrote.
        output: String,
        /// Whether it wrote more before that.
        cut: bool,
    },
    /// The node fell silent while the command ran.
    Lost,
    /// It took on to start its program anew, and has not within [`BACK_WITHIN`].
    Gone,
}

/// A question under way.
#[derive(Debug)]
struct Asked {
    question: Question,
    since: Instant,
    /// The control that was sent in this session, or in an earlier one.
    sent: Option<Control>,
    /// When the node took its command on.
    taken: Option<Instant>,
    answer: Option<Answer>,
}

/// A line to one node.
pub struct Call {
    label: String,
    key: KeyId,
    initiator: Box<Initiator<LINK_WINDOW>>,
    mailbox: Mailbox,
    asked: Option<Asked>,
    /// The node has told in this session that its program may be started anew; what else it offers follows.
    restarts: bool,
    /// What the node has told in this session that it lets us start.
    offers: Option<Offers>,
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
            asked: None,
            restarts: false,
            offers: None,
            refusal: None,
            message: Vec::new(),
        }
    }

    /// Asks for something; what was asked before is forgotten.
    pub fn ask(&mut self, now: Instant, question: Question) {
        self.asked = Some(Asked { question, since: now, sent: None, taken: None, answer: None });
        self.send();
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
            if let Ok(message) = ToHost::decode(&message) {
                self.take(now, message);
            }
        }
        self.message = message;
    }

    fn take(&mut self, now: Instant, message: ToHost<'_>) {
        if let ToHost::Event(NodeEvent::OffersRestart) = message {
            self.restarts = true;
            return;
        }
        if let ToHost::Event(NodeEvent::Offers { reboot, shutdown, actions }) = message {
            self.offers = Some(Offers::from_node(self.restarts, reboot, shutdown, actions));
            return self.send();
        }
        let Some(asked) = &mut self.asked else { return };
        match message {
            ToHost::ControlDone { control, ok } if asked.sent == Some(control) => match ok {
                true if control.is_command() => asked.taken = Some(now),
                true => asked.answer = Some(Answer::Done),
                false => asked.answer = Some(Answer::Failed),
            },
            ToHost::Refused { control, why } if asked.sent == Some(control) => {
                asked.answer = Some(Answer::Refused(why.to_owned()));
            }
            ToHost::CommandEnded { control, end, output, cut } if asked.sent == Some(control) => {
                asked.answer = Some(Answer::Ended { end, output: output.to_owned(), cut });
            }
            _ => {}
        }
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
        let until = self.asked.as_ref().and_then(Asked::until).unwrap_or(Instant::MAX);
        self.initiator.poll_timeout().min(until)
    }

    /// What the node said; `None` while that is open.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn outcome(&self, now: Instant) -> Option<Result<Answer, RunError>> {
        let asked = self.asked.as_ref()?;
        if let Some(answer) = &asked.answer {
            return Some(Ok(answer.clone()));
        }
        let is_over = asked.until().is_some_and(|until| now >= until);
        is_over.then(|| match (asked.taken, asked.sent) {
            (Some(_), Some(Control::Restart)) => Ok(Answer::Gone),
            (Some(_), _) => Ok(Answer::Done),
            (None, _) => Err(self.no_answer()),
        })
    }

    fn poll_events(&mut self) {
        while let Some(event) = self.initiator.poll_event() {
            match event {
                Event::Connected { rebooted, .. } => {
                    self.lost();
                    if rebooted {
                        self.came_back();
                    }
                    self.mailbox.clear();
                    (self.refusal, self.offers, self.restarts) = (None, None, false);
                    self.send();
                }
                Event::Refused(refusal) => self.refusal = Some(refusal),
                Event::Silent => {
                    self.lost();
                    self.mailbox.clear();
                }
            }
        }
    }

    /// The session is over, and with it what was asked in it.
    fn lost(&mut self) {
        let Some(asked) = &mut self.asked else { return };
        match asked.sent {
            // It is on its way, whether its answer was heard or not.
            Some(Control::Restart) => {}
            Some(control) if control.is_command() => {
                let down = asked.taken.is_some() && !matches!(control, Control::Action { .. });
                asked.answer.get_or_insert(if down { Answer::Done } else { Answer::Lost });
            }
            _ => asked.sent = None,
        }
    }

    /// The node has started anew.
    fn came_back(&mut self) {
        if let Some(asked) = &mut self.asked
            && asked.sent == Some(Control::Restart)
        {
            asked.answer.get_or_insert(Answer::Done);
        }
    }

    /// Asks, if there is a session, the question is open, and what is to be known for it is known.
    fn send(&mut self) {
        let (Some(session), Some(asked)) = (self.initiator.session(), &mut self.asked) else { return };
        if asked.sent.is_some() || asked.answer.is_some() {
            return;
        }
        let control = match (&asked.question, &self.offers) {
            (Question::Control(Control::Restart), None) => return,
            (Question::Control(Control::Restart), Some(offers)) if !offers.restart => {
                asked.answer = Some(Answer::Refused(Offers::NO_RESTART.to_owned()));
                return;
            }
            (Question::Control(control), _) => *control,
            (Question::Action(_), None) => return,
            (Question::Action(name), Some(offers)) => match offers.action(name) {
                Some(control) => control,
                None => {
                    asked.answer = Some(Answer::Refused(unknown(name, &offers.actions)));
                    return;
                }
            },
        };
        asked.sent = Some(control);
        let mut bytes = [0; QUESTION_MAX];
        let used = ToNode::Control(control).encode(&mut bytes).expect("a control is a few bytes");
        self.mailbox.send(Some(session), &bytes[..used]);
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

impl Asked {
    /// Until when there is to be an answer: of an action that was taken on the node tells, whenever that is.
    fn until(&self) -> Option<Instant> {
        match (self.taken, self.sent) {
            (Some(_), Some(Control::Action { .. })) => None,
            (Some(taken), Some(Control::Restart)) => Some(taken + BACK_WITHIN),
            (Some(taken), _) => Some(taken + DOWN_WITHIN),
            (None, _) => Some(self.since + ANSWER_WITHIN),
        }
    }
}

fn unknown(name: &str, actions: &[String]) -> String {
    match actions {
        [] => format!("its node.toml allows no action `{name}`, and no other"),
        _ => format!("its node.toml allows no action `{name}`; it has: {}", actions.join(", ")),
    }
}
