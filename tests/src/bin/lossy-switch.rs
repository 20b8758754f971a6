//! A switch with faults for hosts in network namespaces: `lossy-switch PORTS SEED`.
//!
//! Makes the taps `p0`, `p1`, … in its own namespace; whoever started it moves them into those of the hosts. Orders
//! come on stdin and are answered on stdout, a line of JSON each; the first answer comes without an order, when the
//! taps are there. It ends with its stdin, and its taps with it.

use illuminator_node::shell::Clock;
use illuminator_protocol::Instant;
use illuminator_tests::netlab::Switch;
use illuminator_tests::tube::Faults;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, BufRead, StdinLock, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

/// More than the largest frame of an Ethernet.
const FRAME_BYTES: usize = 2048;
/// Frames that are taken from one port before the others have their turn.
const TURN: usize = 32;
/// Longest order.
const ORDER_BYTES: usize = 4096;

fn main() -> ExitCode {
    match arguments().and_then(|(ports, seed)| serve(ports, seed)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "lossy-switch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> io::Result<(usize, u64)> {
    let mut words = std::env::args().skip(1);
    let ports = words.next().and_then(|word| word.parse().ok());
    let seed = words.next().and_then(|word| word.parse().ok());
    match (ports, seed, words.next()) {
        (Some(ports), Some(seed), None) => Ok((ports, seed)),
        _ => Err(io::Error::other("usage: lossy-switch PORTS SEED")),
    }
}

fn serve(ports: usize, seed: u64) -> io::Result<()> {
    let clock = Clock::start();
    let taps = (0..ports).map(tap).collect::<io::Result<Vec<_>>>()?;
    let mut switch = Switch::new(ports, Faults::NONE, seed);
    let mut stdin = io::stdin().lock();
    let mut orders = Vec::new();
    answer(&switch)?;
    loop {
        let now = clock.now();
        while let Some((port, frame)) = switch.poll(now) {
            // A host whose interface is down hears nothing.
            let _ = taps[port].send(&frame);
        }
        let readable = wait(&stdin, &taps, switch.poll_timeout(), &clock)?;
        for (port, tap) in taps.iter().enumerate().filter(|(port, _)| readable[1 + port]) {
            take(&mut switch, port, tap, clock.now())?;
        }
        if readable[0] && !obey(&mut switch, &mut stdin, &mut orders)? {
            return Ok(());
        }
    }
}

fn tap(port: usize) -> io::Result<SyncDevice> {
    let tap = DeviceBuilder::new().name(format!("p{port}")).layer(Layer::L2).enable(false).build_sync()?;
    tap.set_nonblocking(true)?;
    Ok(tap)
}

/// Waits for orders, frames or the next frame that is due; says of stdin and of each tap whether it has something.
fn wait(
    stdin: &StdinLock<'_>,
    taps: &[SyncDevice],
    due: Option<Instant>,
    clock: &Clock,
) -> io::Result<Vec<bool>> {
    let mut files = vec![PollFd::new(stdin, PollFlags::IN)];
    files.extend(taps.iter().map(|tap| PollFd::from_borrowed_fd(tap.as_fd(), PollFlags::IN)));
    let timeout = due.map(|due| {
        let wait_us = due.saturating_since(clock.now()).as_micros() as i64;
        Timespec { tv_sec: wait_us / 1_000_000, tv_nsec: wait_us % 1_000_000 * 1000 }
    });
    match poll(&mut files, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {
            Ok(files.iter().map(|file| !file.revents().is_empty()).collect())
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes some of the frames that wait at a port.
fn take(switch: &mut Switch, port: usize, tap: &SyncDevice, now: Instant) -> io::Result<()> {
    let mut frame = [0; FRAME_BYTES];
    for _ in 0..TURN {
        match tap.recv(&mut frame) {
            Ok(length) => switch.handle(now, port, &frame[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Does what the lines on stdin say, and answers them; whether there may be more.
fn obey(switch: &mut Switch, stdin: &mut StdinLock<'_>, orders: &mut Vec<u8>) -> io::Result<bool> {
    let read = stdin.fill_buf()?;
    let length = read.len();
    orders.extend_from_slice(read);
    stdin.consume(length);
    while let Some(end) = orders.iter().position(|&byte| byte == b'\n') {
        let line: Vec<u8> = orders.drain(..=end).collect();
        switch.obey(serde_json::from_slice(&line)?);
        answer(switch)?;
    }
    if orders.len() > ORDER_BYTES {
        return Err(io::Error::other(format!("an order has at most {ORDER_BYTES} bytes")));
    }
    Ok(length > 0)
}

fn answer(switch: &Switch) -> io::Result<()> {
    let mut line = serde_json::to_vec(&switch.counts())?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}
