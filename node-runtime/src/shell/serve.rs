//! The node's loop: one socket, one timer, one node.

use super::{Animation, Boards, Clock, RECEIVE_MAX, SystemEntropy, random_id};
use crate::boards::BoardEvent;
use crate::node::{Node, Request};
use illuminator_hal::OutputPin;
use illuminator_protocol::{BootId, Datagram, Hello};
use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use tokio::net::UdpSocket;

/// Datagrams taken from the socket before the node gets to answer: keeps replies prompt in a flood.
const BURST_MAX: usize = 64;

/// Who this process is on the wire: a fresh boot id, its name, its version.
pub fn hello(name: &str) -> Hello {
    Hello::new(BootId(random_id()), name, env!("CARGO_PKG_VERSION"))
}

/// Opens a node's or host's socket.
///
/// # Errors
/// An address that is taken or not this machine's, named in the message.
pub async fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    UdpSocket::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => "; another program uses this port: choose another one with --listen",
            io::ErrorKind::AddrNotAvailable => "; this machine does not have that address",
            _ => "",
        };
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}{hint}"))
    })
}

/// What a node drives on the machine it runs on.
pub struct Machine {
    /// Lit while the node is asked to show which one it is.
    pub status_led: Box<dyn OutputPin>,
    /// The strips; `None` if there are none.
    pub animation: Option<Animation>,
    /// The cable boards; `None` if there can be none.
    pub boards: Option<Boards>,
}

impl Machine {
    fn carry_out(&mut self, request: Request) {
        if let Request::Identify(on) = request
            && let Err(error) = self.status_led.set(on)
        {
            let _ = writeln!(io::stderr(), "{error}");
        }
        if let Some(boards) = &self.boards {
            boards.carry_out(request);
        }
        let Some(animation) = &self.animation else { return };
        match request {
            Request::Identify(on) => animation.identify(on),
            Request::Show(flow) => animation.show(flow),
            Request::Dark => animation.dark(),
            Request::HostSilent(silent) => animation.host_silent(silent),
        }
    }
}

/// Waits for something that the cable boards have to tell; for ever if there are none.
async fn board_event(boards: Option<&Boards>) -> BoardEvent {
    match boards {
        Some(boards) => boards.event().await,
        None => std::future::pending().await,
    }
}

/// Tells what has happened to cable boards: to the person at the node what is to be read.
fn tell(event: &BoardEvent) {
    if let BoardEvent::Notice(text) = event {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Runs a node until `stop` is ready. `clock` is the one that the animation goes by.
///
/// # Errors
/// A socket that no longer works. A datagram that could not be sent is not an error: the link sends again.
pub async fn serve(
    socket: &UdpSocket,
    node: &mut Node<SocketAddr>,
    machine: &mut Machine,
    clock: Clock,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut incoming = [0; RECEIVE_MAX];
    let mut outgoing = Datagram::new();
    let mut offset_us = None;
    tokio::pin!(stop);
    loop {
        while let Some(to) = node.poll_transmit(clock.now(), &mut outgoing) {
            // Unreachable peers and full buffers look like loss, which the link repairs.
            let _ = socket.send_to(&outgoing, to).await;
        }
        while let Some(request) = node.poll_request() {
            machine.carry_out(request);
        }
        if let Some(animation) = &machine.animation {
            let measured_us = node.host_clock_offset_us();
            if measured_us != offset_us {
                offset_us = measured_us;
                animation.host_clock(measured_us.unwrap_or(0));
            }
        }
        let deadline = clock.system(node.poll_timeout()).into();
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            readable = socket.readable() => {
                readable?;
                for _ in 0..BURST_MAX {
                    let Ok((length, from)) = socket.try_recv_from(&mut incoming) else { break };
                    // What is dropped is counted by the node.
                    let _ = node.handle(clock.now(), from, &mut incoming[..length], &mut SystemEntropy);
                }
            }
            event = board_event(machine.boards.as_ref()) => tell(&event),
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}
