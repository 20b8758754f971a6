//! The node's loop: one socket, one timer, one node.

use super::{Clock, RECEIVE_MAX, SystemEntropy, random_id};
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

/// Runs a node until `stop` is ready.
///
/// # Errors
/// A socket that no longer works. A datagram that could not be sent is not an error: the link sends again.
pub async fn serve(
    socket: &UdpSocket,
    node: &mut Node<SocketAddr>,
    status_led: &mut dyn OutputPin,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let clock = Clock::start();
    let mut incoming = [0; RECEIVE_MAX];
    let mut outgoing = Datagram::new();
    tokio::pin!(stop);
    loop {
        while let Some(to) = node.poll_transmit(clock.now(), &mut outgoing) {
            // Unreachable peers and full buffers look like loss, which the link repairs.
            let _ = socket.send_to(&outgoing, to).await;
        }
        while let Some(Request::Identify(on)) = node.poll_request() {
            if let Err(error) = status_led.set(on) {
                let _ = writeln!(io::stderr(), "{error}");
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
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}
