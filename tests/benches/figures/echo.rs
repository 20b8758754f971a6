//! The other side of a lockstep step: bare blocking datagrams between processes, with nothing in them.
//!
//! This program starts itself again as the peers, with a hidden argument.

use super::measure::seconds;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// The hidden argument; the number of bytes of an answer follows.
pub(crate) const FLAG: &str = "--echo-peer";

/// A peer that hears nothing for this long was left behind.
const ALONE: Duration = Duration::from_secs(60);

/// Longest datagram of an exchange `[bytes]`.
const DATAGRAM_MAX: usize = 1200;

/// A peer process: answers every datagram with one of `bytes` bytes.
pub(crate) fn serve(bytes: &str) -> ExitCode {
    let served = || -> io::Result<()> {
        let bytes: usize = bytes.parse().map_err(io::Error::other)?;
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(ALONE))?;
        writeln!(io::stdout(), "{}", socket.local_addr()?)?;
        let mut incoming = [0; DATAGRAM_MAX];
        let answer = vec![0; bytes];
        loop {
            let (_, from) = socket.recv_from(&mut incoming)?;
            socket.send_to(&answer, from)?;
        }
    };
    // It ends by being killed or left alone.
    match served() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Peer processes and the socket that reaches them.
pub(crate) struct Peers {
    children: Vec<Child>,
    addresses: Vec<SocketAddr>,
    socket: UdpSocket,
}

impl Peers {
    /// Starts `count` peers that answer with `answer_bytes` bytes.
    pub(crate) fn start(count: usize, answer_bytes: usize) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
        let mut peers = Self { children: Vec::new(), addresses: Vec::new(), socket };
        for _ in 0..count {
            let mut child = Command::new(std::env::current_exe()?)
                .args([FLAG, &answer_bytes.to_string()])
                .stdout(Stdio::piped())
                .spawn()?;
            let stdout = child.stdout.take().expect("stdout is piped");
            peers.children.push(child);
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line)?;
            peers.addresses.push(line.trim().parse().map_err(io::Error::other)?);
        }
        Ok(peers)
    }

    /// Exchanges a datagram of `bytes` bytes with every peer, `rounds` times in lockstep. Returns the time of
    /// a round `[us]`.
    pub(crate) fn exchange(&self, bytes: usize, rounds: u64) -> io::Result<f64> {
        let question = vec![0; bytes];
        let mut incoming = [0; DATAGRAM_MAX];
        let (elapsed_s, result) = seconds(|| -> io::Result<()> {
            for _ in 0..rounds {
                for address in &self.addresses {
                    self.socket.send_to(&question, address)?;
                }
                for _ in &self.addresses {
                    self.socket.recv_from(&mut incoming)?;
                }
            }
            Ok(())
        });
        result.map(|()| elapsed_s * 1e6 / rounds as f64)
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
