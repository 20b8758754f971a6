//! The node's loop: one socket, one timer, one node, one machine, and what the host is told of both.

use super::commands::Ended;
use super::machine::MachineEvent;
use super::telemetry::Reporter;
use super::{Clock, Machine, RECEIVE_MAX, SystemEntropy, hint, random_id};
use crate::boards::BoardEvent;
use crate::node::{Node, Request};
use crate::pins::{ButtonEvent, PinEvent, Role};
use illuminator_protocol::{BootId, Control, Datagram, Event, Hello, Instant};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use tokio::net::UdpSocket;

/// Datagrams taken from the socket before the node gets to answer: keeps replies prompt in a flood.
const BURST_MAX: usize = 64;

/// Room for datagrams that wait while this process computes or is not scheduled `[bytes]`. The system grants at most
/// what it permits: on most machines twice its default. More would not help: in a flood that never ends, what is real
/// would only wait longer.
const RECEIVE_BUFFER: usize = 1 << 20;

/// Who this process is on the wire: a fresh boot id, its name, its version.
pub fn hello(name: &str) -> Hello {
    Hello::new(BootId(random_id()), name, env!("CARGO_PKG_VERSION"))
}

/// Opens a node's or host's socket.
///
/// # Errors
/// An address that is taken or not this machine's, named in the message.
pub async fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => "; another program uses this port: choose another one with --listen",
            io::ErrorKind::AddrNotAvailable => "; this machine does not have that address",
            _ => hint(&error),
        };
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}{hint}"))
    })?;
    // Without it everything works, but a burst of strangers displaces what is real.
    let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER);
    Ok(socket)
}

/// Why a node is not served any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// It was to stop.
    Stopped,
    /// Its host wants its program to start anew, and has been told that it will.
    Restart,
}

/// Runs a node until `stop` is ready, or its host wants its program to start anew. `clock` is the one that animation and
/// inputs go by. The machine is as it was last: dropped, its relays are safe and its strips black.
///
/// # Errors
/// A socket that no longer works. A datagram that could not be sent is not an error: the link sends again.
pub async fn serve(
    socket: &UdpSocket,
    node: &mut Node<SocketAddr>,
    machine: &mut Machine,
    clock: Clock,
    stop: impl Future<Output = ()>,
) -> io::Result<Served> {
    let mut incoming = [0; RECEIVE_MAX];
    let mut outgoing = Datagram::new();
    let mut offset_us = None;
    let mut reporter = Reporter::default();
    tokio::pin!(stop);
    loop {
        while let Some(to) = node.poll_transmit(clock.now(), &mut outgoing) {
            // Unreachable peers and full buffers look like loss, which the link repairs.
            let _ = socket.send_to(&outgoing, to).await;
        }
        let asked = match carry_out(node, machine, &mut reporter, clock) {
            Asked::Restart => return Ok(Served::Restart),
            asked => asked == Asked::Something,
        };
        let now_us = clock.now().as_micros();
        let host = node.responder().host_address().map(|host| host.ip());
        let told = reporter.poll(machine.animation(), host, now_us);
        if let Some((telemetry, of_machine)) = told {
            node.telemetry(telemetry);
            node.machine(of_machine);
        }
        let machine_due_us = machine.tick(now_us);
        if node.identifying(machine.identifies()) || asked || told.is_some() {
            // Answers of the machine, or news of it, wait to be sent.
            continue;
        }
        let measured_us = node.host_clock_offset_us();
        if measured_us != offset_us {
            offset_us = measured_us;
            machine.host_clock(measured_us.unwrap_or(0));
        }
        let due = [machine_due_us, reporter.due_us()].into_iter().flatten().map(Instant::from_micros);
        let deadline = due.fold(node.poll_timeout(), Instant::min);
        let deadline = clock.system(deadline).into();
        tokio::select! {
            biased;
            () = &mut stop => return Ok(Served::Stopped),
            // Before the socket, so that no flood of datagrams holds up an emergency stop. Every event passes here.
            event = machine.next_event() => {
                machine.event(&event, clock.now().as_micros());
                report(node, event);
            }
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

/// Tells the host what happened at the machine.
fn report(node: &mut Node<SocketAddr>, event: MachineEvent) {
    match event {
        MachineEvent::Pin(event) => report_pin(node, event),
        MachineEvent::Board(BoardEvent::Seen(cable)) => {
            // Where one board was seen the others would be: a cable without one is not plugged in.
            node.detects_boards(true);
            node.cable(cable, true);
        }
        MachineEvent::Board(BoardEvent::Gone(cable)) => node.cable(cable, false),
        MachineEvent::Board(BoardEvent::Notice(text)) => node.report(Event::Notice { text: &text }),
        MachineEvent::Command(Ended { control, end, output, cut }) => {
            node.command_ended(control, end, &output, cut);
        }
    }
}

fn report_pin(node: &mut Node<SocketAddr>, event: PinEvent) {
    match event {
        PinEvent::Plug { cable, plugged } => node.cable(cable, plugged),
        PinEvent::EmergencyStop(on) => node.emergency_stop(on),
        PinEvent::Readable { readable: true, .. } => {}
        PinEvent::Readable { role: Role::EmergencyStop, .. } => node.report(Event::Notice {
            text: "its emergency stop cannot be read, and counts as pressed until it can",
        }),
        PinEvent::Readable { role, .. } => {
            node.report(Event::Notice { text: &format!("its {role} cannot be read, and is tried again") });
        }
        PinEvent::Button(ButtonEvent::Pressed) => node.report(Event::Button { pressed: true }),
        PinEvent::Button(ButtonEvent::Released) => node.report(Event::Button { pressed: false }),
        PinEvent::Button(ButtonEvent::Held) => {
            node.report(Event::Notice {
                text: "its button has been held for 5 s: is something leaning on it?",
            });
        }
    }
}

/// What a node has asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    Something,
    /// That its program starts anew: what it has asked for after that is of no use any more.
    Restart,
}

/// Lets the machine do what the node asks for.
fn carry_out(
    node: &mut Node<SocketAddr>,
    machine: &mut Machine,
    reporter: &mut Reporter,
    clock: Clock,
) -> Asked {
    let mut asked = Asked::Nothing;
    while let Some(request) = node.poll_request() {
        if request == Request::Command(Control::Restart) {
            return Asked::Restart;
        }
        asked = Asked::Something;
        if let Request::HostSilent(silent) = request {
            reporter.host_silent(silent, machine.animation(), clock.now().as_micros());
        }
        if let Some((control, ok)) = machine.carry_out(&request, clock.now().as_micros()) {
            node.control_done(control, ok);
        }
    }
    asked
}
