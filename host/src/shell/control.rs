//! A line to one node: one socket, one timer, one [`Call`].

use super::distributed::local_address;
use super::{StopFlag, Target};
use crate::control::Call;
use crate::coordinator::RunError;
use illuminator_node::shell::{Clock, RECEIVE_MAX, SystemEntropy, bind, hello, runtime};
use illuminator_protocol::{ClusterKey, Control, Datagram};
use std::io;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::runtime::Runtime;

/// How often the stop flag is looked at.
const STOP_POLL: Duration = Duration::from_millis(50);

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
        let socket = runtime.block_on(bind(local_address(&[target.address])))?;
        let call = Call::new(target.to_string(), key, hello("host"), &mut SystemEntropy);
        Ok(Self { runtime, line: Line { target, socket, clock: Clock::start(), call } })
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
        line.call.ask(line.clock.now(), control);
        runtime.block_on(line.until_answered())
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

impl Line {
    async fn until_answered(&mut self) -> Result<bool, CallFailure> {
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
