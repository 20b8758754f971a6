//! A run on nodes: one socket, one timer, one coordinator.

use super::tempo::{self, Listener, Orders, Request, Tempo};
use super::{Attendance, Conductor, RunEnd, RunFailure};
use crate::checkpoint::Checkpoint;
use crate::coordinator::{Coordinator, NodeLink, Timing};
use crate::plan::{HOST, TablePlan};
use crate::story::LiveTable;
use crate::view::{Health, LinkState};
use illuminator_node::shell::{Clock, RECEIVE_MAX, SystemEntropy, bind, hello, random_id, runtime};
use illuminator_protocol::{ClusterKey, Datagram, Instant, RunId};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::runtime::Runtime;

/// Datagrams taken from the socket before the coordinator gets to answer.
const BURST_MAX: usize = 64;
/// How often the stop flag is looked at while nothing arrives.
const STOP_POLL: Duration = Duration::from_millis(50);
/// How often the observer hears how the nodes do.
const HEALTH_EVERY: illuminator_protocol::Duration = illuminator_protocol::Duration::from_millis(500);

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

/// The nodes of a run. No two have one address, and all are of one family: one socket reaches them, and a datagram's
/// sender tells which node it is from.
#[derive(Clone, Copy)]
pub struct Nodes<'a> {
    /// In the order of the plan's places after the host.
    pub targets: &'a [Target],
    /// Those that take the places of lost ones.
    pub spares: &'a [Target],
    /// The key of all of them.
    pub key: &'a ClusterKey,
}

/// Runs a plan on `nodes`, at `table`.
pub fn run_on_nodes(
    plan: &TablePlan,
    nodes: Nodes<'_>,
    timing: Timing,
    table: LiveTable,
    mut attendance: Attendance<'_>,
) -> RunEnd {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return RunEnd::early(error.into()),
    };
    let clock = Clock::start();
    let done = attendance.resume.as_ref().map_or(0, |checkpoint| checkpoint.step);
    match coordinator(plan, nodes, table, timing, clock, attendance.resume.take()) {
        Ok(coordinator) => drive(&runtime, coordinator, nodes, clock, done, attendance),
        Err(failure) => RunEnd::early(failure),
    }
}

/// Keeps in touch with nodes without a run, until it is stopped: the observer hears how they do, and the conductor asks
/// them for things. They stay free for any run, but while they are at a command that was asked for here; with [`WATCH`](illuminator_protocol::WATCH) for `me` none is taken from
/// whoever else asks it for something, with any other name one that has no run is.
pub fn watch_nodes(nodes: Nodes<'_>, me: &str, attendance: Attendance<'_>) -> RunEnd {
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return RunEnd::early(error.into()),
    };
    let clock = Clock::start();
    let me = hello(me);
    let link = |node: &Target| NodeLink::spare(node.to_string(), nodes.key, me.clone(), &mut SystemEntropy);
    let links = nodes.targets.iter().map(link).collect();
    let names = nodes.targets.iter().map(|node| node.name.clone()).collect();
    drive(&runtime, Coordinator::watching(names, links, clock.now()), nodes, clock, 0, attendance)
}

/// Lets a coordinator and its nodes talk until it is at its end.
fn drive(
    runtime: &Runtime,
    coordinator: Coordinator,
    nodes: Nodes<'_>,
    clock: Clock,
    done: u64,
    attendance: Attendance<'_>,
) -> RunEnd {
    let orders = attendance.conductor.map(Conductor::listen);
    let links: Vec<&Target> = nodes.targets.iter().chain(nodes.spares).collect();
    let targets: Vec<SocketAddr> = links.iter().map(|node| node.address).collect();
    let (forced, health_at) = (None, Instant::ZERO);
    let targets = &targets[..];
    let mut driver =
        Driver { links: &links, targets, clock, coordinator, attendance, orders, forced, health_at, done };
    let done = runtime.block_on(async {
        let socket = bind(local_address(targets)).await?;
        driver.run(&socket).await
    });
    let health = driver.health();
    let Driver { coordinator, .. } = driver;
    let telemetry = coordinator.telemetry().map(|(name, told)| (name.to_owned(), told)).collect();
    RunEnd { done, events: coordinator.into_table().into_log(), telemetry, health }
}

/// The coordinator of a run, at its beginning or where it goes on.
fn coordinator(
    plan: &TablePlan,
    nodes: Nodes<'_>,
    table: LiveTable,
    timing: Timing,
    clock: Clock,
    resume: Option<Checkpoint>,
) -> Result<Coordinator, RunFailure> {
    let me = hello("host");
    let label = |target: &Target| target.to_string();
    let seated = (nodes.targets.iter().zip(&plan.places[HOST + 1..]))
        .map(|(node, place)| NodeLink::new(label(node), nodes.key, me.clone(), place, &mut SystemEntropy));
    let spares = (nodes.spares.iter())
        .map(|node| NodeLink::spare(label(node), nodes.key, me.clone(), &mut SystemEntropy));
    let run = RunId(random_id());
    let mut coordinator = Coordinator::new(plan, run, seated.collect(), table, timing, clock.now())
        .map_err(RunFailure::Build)?
        .with_spares(spares.collect());
    if let Some(checkpoint) = resume {
        coordinator.resume(checkpoint)?;
    }
    Ok(coordinator)
}

/// Loopback reaches loopback, and each family its own; beyond that the system chooses.
pub(super) fn local_address(targets: &[SocketAddr]) -> SocketAddr {
    let loopback = targets.iter().all(|target| target.ip().is_loopback());
    let ip: IpAddr = match (targets.iter().any(SocketAddr::is_ipv6), loopback) {
        (false, true) => Ipv4Addr::LOCALHOST.into(),
        (false, false) => Ipv4Addr::UNSPECIFIED.into(),
        (true, true) => Ipv6Addr::LOCALHOST.into(),
        (true, false) => Ipv6Addr::UNSPECIFIED.into(),
    };
    SocketAddr::new(ip, 0)
}

struct Driver<'t, 'a> {
    /// The nodes, by link, and their addresses.
    links: &'t [&'t Target],
    targets: &'t [SocketAddr],
    clock: Clock,
    coordinator: Coordinator,
    attendance: Attendance<'a>,
    orders: Option<Listener>,
    /// The phase that is forced, as the observer knows it.
    forced: Option<String>,
    /// When the observer hears next how the nodes do.
    health_at: Instant,
    done: u64,
}

impl Driver<'_, '_> {
    async fn run(&mut self, socket: &UdpSocket) -> Result<u64, RunFailure> {
        let mut incoming = [0; RECEIVE_MAX];
        loop {
            self.coordinator.want_checkpoint(self.attendance.observer.wants_checkpoint());
            // Nodes first: they compute while the step before is written.
            self.send(socket).await;
            if self.record()? {
                // A disk may be slow: whoever was heard meanwhile is not silent.
                tokio::task::yield_now().await;
                self.receive(socket, &mut incoming);
            }
            self.send(socket).await;
            self.attendance.observer.idle()?;
            self.tell_forced();
            self.tell_health();
            while let Some(notice) = self.coordinator.poll_notice() {
                self.attendance.progress.note(&notice);
                self.attendance.observer.notice(&notice);
            }
            if self.attendance.observer.wants_sight() {
                self.attendance.observer.sight(self.coordinator.sight(), self.clock);
            }
            if let Some(outcome) = self.coordinator.outcome() {
                return outcome.map(|()| self.done).map_err(RunFailure::from);
            }
            if self.attendance.stop.is_set() {
                // What was asked for before is still asked.
                if let Some(orders) = self.orders.as_mut().and_then(Listener::poll) {
                    self.obey(orders);
                }
                self.coordinator.stop(self.clock.now());
            }
            let deadline = self.deadline().into();
            tokio::select! {
                biased;
                // Before the socket, so that no traffic holds up a pause.
                orders = tempo::next(self.orders.as_mut()) => self.obey(orders),
                readable = socket.readable() => {
                    readable?;
                    self.receive(socket, &mut incoming);
                }
                () = tokio::time::sleep_until(deadline) => {}
            }
        }
    }

    fn obey(&mut self, Orders { tempo: Tempo { pace, held }, steps, asked }: Orders) {
        let now = self.clock.now();
        for request in asked {
            // What cannot be done is told by a notice.
            match request {
                Request::Phase(name) => self.coordinator.force_phase(name.as_deref()),
                Request::Node(node, control) => self.coordinator.control(now, &node, control),
                Request::Action(node, name) => self.coordinator.action(now, &node, &name),
            };
        }
        self.coordinator.set_pace(now, pace);
        self.coordinator.hold(now, held);
        // Whoever let the run go on meanwhile wants no single steps any more.
        if held && steps > 0 {
            self.coordinator.step(now, steps);
        }
    }

    /// How the nodes do, by name and address.
    fn health(&self) -> Health {
        let nodes = self.coordinator.health(self.clock.now()).map(|(link, mut health)| {
            let Target { name, address } = self.links[link];
            if health.link == LinkState::Spare {
                health.name.clone_from(name);
            }
            health.address = address.to_string();
            health
        });
        Health { nodes: nodes.collect() }
    }

    fn tell_health(&mut self) {
        let now = self.clock.now();
        if now >= self.health_at {
            self.health_at = now + HEALTH_EVERY;
            let health = self.health();
            self.attendance.observer.health(&health);
        }
    }

    /// Says which phase is forced, when that changes.
    fn tell_forced(&mut self) {
        let forced = self.coordinator.table().forced_phase();
        if forced != self.forced.as_deref() {
            self.forced = forced.map(str::to_owned);
            self.attendance.observer.forced(forced);
        }
    }

    /// Hands every complete step to the observer, and every checkpoint that it wants; whether it got one.
    fn record(&mut self) -> Result<bool, RunFailure> {
        let mut kept = self.keep()?;
        while let Some(step) = self.coordinator.complete() {
            self.attendance.observer.step(step, self.coordinator.values(step))?;
            self.done = step + 1;
            self.attendance.progress.at(self.done);
            self.coordinator.recorded(self.clock.now());
            kept |= self.keep()?;
        }
        Ok(kept)
    }

    fn keep(&mut self) -> Result<bool, RunFailure> {
        let checkpoint = self.coordinator.take_checkpoint();
        let Some(checkpoint) = checkpoint.filter(|_| self.attendance.observer.wants_checkpoint()) else {
            return Ok(false);
        };
        if let Some(notice) = self.attendance.observer.checkpoint(checkpoint)? {
            self.attendance.progress.note(&notice);
        }
        Ok(true)
    }

    async fn send(&mut self, socket: &UdpSocket) {
        let mut datagram = Datagram::new();
        while let Some(link) = self.coordinator.poll_transmit(self.clock.now(), &mut datagram) {
            // Unreachable peers and full buffers look like loss, which the link repairs.
            let _ = socket.send_to(&datagram, self.targets[link]).await;
        }
    }

    fn receive(&mut self, socket: &UdpSocket, incoming: &mut [u8; RECEIVE_MAX]) {
        for _ in 0..BURST_MAX {
            let Ok((length, from)) = socket.try_recv_from(incoming) else { return };
            if let Some(link) = self.targets.iter().position(|target| *target == from) {
                self.coordinator.handle(self.clock.now(), link, &mut incoming[..length]);
            }
        }
    }

    fn deadline(&self) -> std::time::Instant {
        let soon =
            self.clock.now() + illuminator_protocol::Duration::from_micros(STOP_POLL.as_micros() as u64);
        self.clock.system(Instant::min(soon, self.coordinator.poll_timeout()))
    }
}
