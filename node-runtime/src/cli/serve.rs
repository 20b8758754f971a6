//! `illuminator-node serve`: waits for a host, and lights the strips.

use super::pins::open_pins;
use super::restart::Origin;
use super::settings::{Hal, Options, Settings};
use super::strips::{OpenedStrip, open_strips};
use super::{Failure, wrong_use};
use illuminator_node::config::BoardsEntry;
use illuminator_node::node::{Node, Offers};
use illuminator_node::shell::{
    Animation, Boards, Clock, Commands, Inputs, LitStrip, Machine, Served, bind, hello, read_keys, runtime,
    serve,
};
use illuminator_protocol::{ClusterKey, ClusterKeys};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How long a signal that came while all was let go may take to be noticed.
const NOTICE_WITHIN: Duration = Duration::from_millis(1);

/// How a node leaves.
enum Leave {
    /// It ends.
    End,
    /// Its program starts anew, and listens there if an address is given.
    Restart(Option<SocketAddr>),
}

/// Serves until the process is asked to end; starts its program anew when a host asks for that.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let origin = Origin::note();
    match serve_once(options)? {
        Leave::End => Ok(()),
        Leave::Restart(listen) => Err(origin.start_anew(listen)),
    }
}

/// Serves until the process is asked to end or to start anew; all that it has opened is closed then.
fn serve_once(options: Options) -> Result<Leave, Failure> {
    let (Settings { name, listen, config }, hal) = options.settings()?;
    let keys = keys(&config.keys, listen)?;
    let named: Vec<String> = keys.ids().map(|id| id.to_string()).collect();
    let strips = open_strips(config.strips, hal)?;
    let pins = open_pins(&config.pins, hal)?;
    runtime()?.block_on(async {
        let socket = bind(listen).await?;
        let address = socket.local_addr()?;
        let _ = writeln!(
            io::stderr(),
            "illuminator-node {name} listens on {address} (key {}, strips {})",
            if config.keys.is_empty() { "none: loopback only".to_owned() } else { named.join(" and ") },
            strips.len(),
        );
        let clock = Clock::start();
        let animation = animate(strips, config.frames_per_s, clock)?;
        let _ = write!(io::stderr(), "{pins}");
        let inputs = Inputs::start(pins.inputs, clock)?;
        let boards = look_for_boards(&config.boards, hal, clock)?;
        let commands = Commands::new(config.actions.clone());
        let mut machine = Machine::new(animation, boards, pins.outputs, inputs).with_commands(commands);
        let mut node = Node::new(keys, hello(&name), config.only);
        node.offers(Offers { restart: true, ..config.actions.offers() });
        if config.boards.enabled == Some(true) {
            // Who writes so has boards: a cable of which none tells is not plugged in, even before the first is seen.
            node.detects_boards(true);
        }
        let mut stop = std::pin::pin!(stop_signal());
        if serve(&socket, &mut node, &mut machine, clock, stop.as_mut()).await? == Served::Stopped {
            return Ok(Leave::End);
        }
        drop(machine);
        // Relays are safe and strips black. That may have taken a while, and who wanted an end meanwhile still does.
        if tokio::time::timeout(NOTICE_WITHIN, stop).await.is_ok() {
            return Ok(Leave::End);
        }
        Ok(Leave::Restart((listen.port() == 0).then_some(address)))
    })
}

/// The keys of these files; without any, the one that everybody knows, if only this machine is listened to.
fn keys(files: &[PathBuf], listen: SocketAddr) -> Result<ClusterKeys, Failure> {
    match read_keys(files).map_err(wrong_use)? {
        Some(keys) => Ok(keys),
        None if listen.ip().is_loopback() => Ok(ClusterKey::OPEN.into()),
        None => Err(wrong_use(format!(
            "--listen {listen}: beyond loopback a node needs the cluster's key: --key FILE \
             (make one with `illuminator cluster init`)"
        ))),
    }
}

/// Starts the animation of the strips, and says what drives each.
fn animate(strips: Vec<OpenedStrip>, frames_per_s: u32, clock: Clock) -> io::Result<Option<Animation>> {
    if strips.is_empty() {
        return Ok(None);
    }
    let lit = strips.into_iter().map(|opened| {
        let _ = writeln!(io::stderr(), "{opened}");
        let segments = opened.entry.segments.iter().map(|entry| (entry.cable, entry.segment)).collect();
        LitStrip { segments, limits: opened.entry.limits, strip: opened.strip }
    });
    Animation::start(lit.collect(), frames_per_s, clock).map(Some)
}

/// Starts to look for cable boards, unless there are to be none.
fn look_for_boards(entry: &BoardsEntry, hal: Hal, clock: Clock) -> io::Result<Option<Boards>> {
    let enabled = entry.enabled.unwrap_or(hal != Hal::Sim);
    enabled.then(|| Boards::start(entry, clock)).transpose()
}

/// Ready when the process is asked to end.
pub(crate) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    // A terminal that goes away ends the node in good order, too: relays are safe then.
    match (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
        (Ok(mut terminate), Ok(mut hangup)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        _ => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
