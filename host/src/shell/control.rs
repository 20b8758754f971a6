//! A line to one node: one socket, one timer, one [`Call`]; or to many nodes at once.

use super::distributed::local_address;
use super::{StopFlag, Target};
use crate::control::{Answer, Call, Question};
use crate::coordinator::RunError;
use illuminator_node::shell::{Clock, RECEIVE_MAX, SystemEntropy, bind, hello, runtime};
use illuminator_protocol::{ClusterKey, Control, Datagram};
use std::io;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// How often the stop flag is looked at.
const STOP_POLL: Duration = Duration::from_millis(50);

/// Nodes that are asked at once: each takes a socket.
const AT_ONCE: usize = 64;

/// A node that can be asked for something.
pub struct NodeCaller {
    runtime: Runtime,
    line: Line,
}

struct Line {
    target: Target,
    socket: UdpSocket,
    clock: Clock,
    call: Call,
}

/// Why a node could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum CallFailure {
    /// It does not answer, or not to us.
    #[error(transparent)]
    Node(#[from] RunError),
    /// A socket does not work.
    #[error("{0}")]
    Network(#[from] io::Error),
}

impl NodeCaller {
    /// A line to a node; nothing is sent yet.
    ///
    /// # Errors
    /// A socket that cannot be opened.
    pub fn new(target: Target, key: &ClusterKey) -> io::Result<Self> {
        let runtime = runtime()?;
        let line = runtime.block_on(Line::new(target, key))?;
        Ok(Self { runtime, line })
    }

    /// The node.
    pub fn target(&self) -> &Target {
        &self.line.target
    }

    /// Asks the node for something and waits for its answer: whether it was carried out.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub fn ask(&mut self, control: Control) -> Result<bool, CallFailure> {
        let Self { runtime, line } = self;
        let answer = runtime.block_on(line.ask(Question::Control(control)))?;
        Ok(answer == Answer::Done)
    }

    /// Keeps the line open for a time, or until `stop` is set.
    ///
    /// # Errors
    /// A socket that no longer works.
    pub fn stay(&mut self, time: Duration, stop: &StopFlag) -> Result<(), CallFailure> {
        let Self { runtime, line } = self;
        runtime.block_on(line.stay(time, stop))
    }
}

/// Asks the same of many nodes, as many at once as is reasonable. `each` is told what a node said, by its position, as
/// it says it.
///
/// # Errors
/// A system without what a socket needs at all.
pub fn ask_all(
    targets: &[Target],
    key: &ClusterKey,
    question: &Question,
    mut each: impl FnMut(usize, Result<Answer, CallFailure>),
) -> io::Result<()> {
    runtime()?.block_on(async {
        let mut waiting = targets.iter().cloned().enumerate();
        let mut asking = JoinSet::new();
        loop {
            let room = AT_ONCE - asking.len();
            for (position, target) in waiting.by_ref().take(room) {
                let (key, question) = (key.clone(), question.clone());
                asking.spawn(async move {
                    let answer = match Line::new(target, &key).await {
                        Ok(mut line) => line.ask(question).await,
                        Err(error) => Err(error.into()),
                    };
                    (position, answer)
                });
            }
            match asking.join_next().await {
                Some(Ok((position, answer))) => each(position, answer),
                Some(Err(failure)) => return Err(io::Error::other(failure)),
                None => return Ok(()),
            }
        }
    })
}

impl Line {
    async fn new(target: Target, key: &ClusterKey) -> io::Result<Self> {
        let socket = bind(local_address(&[target.address])).await?;
        let call = Call::new(target.to_string(), key, hello("host"), &mut SystemEntropy);
        Ok(Self { target, socket, clock: Clock::start(), call })
    }

    async fn ask(&mut self, question: Question) -> Result<Answer, CallFailure> {
        self.call.ask(self.clock.now(), question);
        loop {
            self.send().await;
            if let Some(outcome) = self.call.outcome(self.clock.now()) {
                return Ok(outcome?);
            }
            let deadline = self.clock.system(self.call.poll_timeout());
            self.receive(deadline).await?;
        }
    }

    async fn stay(&mut self, time: Duration, stop: &StopFlag) -> Result<(), CallFailure> {
        let until = self.clock.system(self.clock.now()) + time;
        while !stop.is_set() {
            self.send().await;
            let now = self.clock.system(self.clock.now());
            if now >= until {
                break;
            }
            let deadline = self.clock.system(self.call.poll_timeout()).min(until).min(now + STOP_POLL);
            self.receive(deadline).await?;
        }
        Ok(())
    }

    async fn send(&mut self) {
        let mut datagram = Datagram::new();
        while self.call.poll_transmit(self.clock.now(), &mut datagram) {
            // An unreachable node looks like loss, which the link repairs.
            let _ = self.socket.send_to(&datagram, self.target.address).await;
        }
    }

    /// Takes what has arrived, or waits for the deadline.
    async fn receive(&mut self, deadline: std::time::Instant) -> io::Result<()> {
        let mut incoming = [0; RECEIVE_MAX];
        tokio::select! {
            readable = self.socket.readable() => {
                readable?;
                while let Ok((length, from)) = self.socket.try_recv_from(&mut incoming) {
                    if from == self.target.address {
                        self.call.handle(self.clock.now(), &mut incoming[..length]);
                    }
                }
            }
            () = tokio::time::sleep_until(deadline.into()) => {}
        }
        Ok(())
    }
}
