//! A run on nodes: one socket, one timer, one coordinator.

use super::tempo::{self, Tempo};
use super::{Attendance, Conductor, RunEnd, RunFailure};
use crate::coordinator::{Coordinator, NodeLink, Timing};
use crate::plan::{HOST, TablePlan};
use crate::story::LiveTable;
use illuminator_node::shell::{Clock, RECEIVE_MAX, SystemEntropy, bind, hello, random_id, runtime};
use illuminator_protocol::{ClusterKey, Datagram, Instant, RunId};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::watch;

/// Datagrams taken from the socket before the coordinator gets to answer.
const BURST_MAX: usize = 64;
/// How often the stop flag is looked at while nothing arrives.
const STOP_POLL: Duration = Duration::from_millis(50);

/// A node to run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name, for messages.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
}

impl fmt::Display for Target {
    /// Name and address, or only the address where that is its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, address } = self;
        if *name == address.to_string() { write!(f, "{address}") } else { write!(f, "{name} at {address}") }
    }
}

/// Runs a plan on `targets`, which stand in the order of its places after the host, at `table`. No two targets have one
/// address, and all are of one family: one socket reaches them, and a datagram's sender tells which node it is from.
pub fn run_on_nodes(
    plan: &TablePlan,
    targets: &[Target],
    key: &ClusterKey,
    timing: Timing,
    table: LiveTable,
    attendance: Attendance<'_>,
) -> RunEnd {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return RunEnd::early(error.into()),
    };
    let clock = Clock::start();
    let me = hello("host");
    let links = targets
        .iter()
        .zip(&plan.places[HOST + 1..])
        .map(|(target, place)| NodeLink::new(target.to_string(), key, me.clone(), place, &mut SystemEntropy));
    let run = RunId(random_id());
    let coordinator = match Coordinator::new(plan, run, links.collect(), table, timing, clock.now()) {
        Ok(coordinator) => coordinator,
        Err(error) => return RunEnd::early(RunFailure::Build(error)),
    };
    let tempo = attendance.conductor.map(Conductor::listen);
    let mut driver = Driver { targets, clock, coordinator, attendance, tempo, done: 0 };
    let done = runtime.block_on(async {
        let socket = bind(local_address(targets)).await?;
        driver.run(&socket).await
    });
    let Driver { coordinator, .. } = driver;
    let telemetry = coordinator.telemetry().map(|(name, told)| (name.to_owned(), told)).collect();
    RunEnd { done, events: coordinator.into_table().into_log(), telemetry }
}

/// Loopback reaches loopback, and each family its own; beyond that the system chooses.
pub(super) fn local_address(targets: &[Target]) -> SocketAddr {
    let loopback = targets.iter().all(|target| target.address.ip().is_loopback());
    let ip: IpAddr = match (targets.iter().any(|target| target.address.is_ipv6()), loopback) {
        (false, true) => Ipv4Addr::LOCALHOST.into(),
        (false, false) => Ipv4Addr::UNSPECIFIED.into(),
        (true, true) => Ipv6Addr::LOCALHOST.into(),
        (true, false) => Ipv6Addr::UNSPECIFIED.into(),
    };
    SocketAddr::new(ip, 0)
}

struct Driver<'t, 'a> {
    targets: &'t [Target],
    clock: Clock,
    coordinator: Coordinator,
    attendance: Attendance<'a>,
    tempo: Option<watch::Receiver<Tempo>>,
    done: u64,
}

impl Driver<'_, '_> {
    async fn run(&mut self, socket: &UdpSocket) -> Result<u64, RunFailure> {
        let mut incoming = [0; RECEIVE_MAX];
        loop {
            // Nodes first: they compute while the step before is written.
            self.send(socket).await;
            self.record()?;
            self.send(socket).await;
            while let Some(notice) = self.coordinator.poll_notice() {
                self.attendance.progress.note(&notice);
                self.attendance.observer.notice(&notice);
            }
            if let Some(outcome) = self.coordinator.outcome() {
                return outcome.map(|()| self.done).map_err(RunFailure::from);
            }
            if self.attendance.stop.is_set() {
                self.coordinator.stop(self.clock.now());
            }
            let deadline = self.deadline().into();
            tokio::select! {
                biased;
                // Before the socket, so that no traffic holds up a pause.
                Tempo { pace, held } = tempo::next(self.tempo.as_mut()) => {
                    let now = self.clock.now();
                    self.coordinator.set_pace(now, pace);
                    self.coordinator.hold(now, held);
                }
                readable = socket.readable() => {
                    readable?;
                    self.receive(socket, &mut incoming);
                }
                () = tokio::time::sleep_until(deadline) => {}
            }
        }
    }

    /// Hands every complete step to the observer.
    fn record(&mut self) -> Result<(), RunFailure> {
        while let Some(step) = self.coordinator.complete() {
            self.attendance.observer.step(step, self.coordinator.values(step))?;
            self.done = step + 1;
            self.attendance.progress.at(self.done);
            self.coordinator.recorded(self.clock.now());
        }
        Ok(())
    }

    async fn send(&mut self, socket: &UdpSocket) {
        let mut datagram = Datagram::new();
        while let Some(node) = self.coordinator.poll_transmit(self.clock.now(), &mut datagram) {
            // Unreachable peers and full buffers look like loss, which the link repairs.
            let _ = socket.send_to(&datagram, self.targets[node].address).await;
        }
    }

    fn receive(&mut self, socket: &UdpSocket, incoming: &mut [u8; RECEIVE_MAX]) {
        for _ in 0..BURST_MAX {
            let Ok((length, from)) = socket.try_recv_from(incoming) else { return };
            if let Some(node) = self.targets.iter().position(|target| target.address == from) {
                self.coordinator.handle(self.clock.now(), node, &mut incoming[..length]);
            }
        }
    }

    fn deadline(&self) -> std::time::Instant {
        let soon =
            self.clock.now() + illuminator_protocol::Duration::from_micros(STOP_POLL.as_micros() as u64);
        self.clock.system(Instant::min(soon, self.coordinator.poll_timeout()))
    }
}
