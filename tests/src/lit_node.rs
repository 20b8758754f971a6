//! A node of this build with a recording strip and the plug of one cable, in this process, on a real socket.
//!
//! ```text
//!   SimInput ─▶ node ⇄ UDP ⇄ the host program
//!                └▶ animation ─▶ SimStrip: the bits on its wire, decoded to pictures
//! ```

use crate::picture::{phase, pulses, wrapped};
use crate::programs::{PATIENCE, Running, command, until};
use crate::samples::dummy;
use illuminator_hal::encode::ws2812::decode;
use illuminator_hal::sim::{SimInput, SimStrip};
use illuminator_hal::{ColourOrder, GpioLine, Rgb8};
use illuminator_node::light::{Limits, Segment};
use illuminator_node::node::Node;
use illuminator_node::pins::Role;
use illuminator_node::shell::{
    Animation, Clock, Inputs, LitStrip, Machine, Outputs, Watched, bind, hello, serve,
};
use illuminator_protocol::ClusterKey;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The cable that the strip is of.
pub const CABLE: u16 = 7;
const LEDS: usize = 24;
/// How long a level at the plug stays until it counts: as at nodes that are not told otherwise `[µs]`.
const SETTLE_US: u64 = 20_000;

/// The node. Dropped, it ends.
pub struct LitNode {
    /// Where it listens.
    pub address: SocketAddr,
    /// Active while its end of the cable is plugged in.
    pub plug: SimInput,
    strip: SimStrip,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LitNode {
    /// With `detects`, the host hears of its plug; the cable is not plugged in then.
    pub fn start(detects: bool) -> Self {
        let strip = SimStrip::new("strip", LEDS, ColourOrder::default());
        let segments = vec![(CABLE, Segment { leds: LEDS, reversed: false })];
        let limits = Limits { ceiling: 255, budget_ma: 2000 };
        let lit = LitStrip { segments, limits, strip: Box::new(strip.clone()) };
        let plug = SimInput::new(GpioLine::new(23).expect("a pin of the header"));
        let role = Role::Plug { cable: CABLE };
        let watched = Watched { role, pin: Box::new(plug.clone()), settle_us: SETTLE_US };
        let watched: Vec<Watched> = detects.then_some(watched).into_iter().collect();
        let (stop, stopped) = oneshot::channel();
        let (send_address, address) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let socket = bind((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
                send_address.send(socket.local_addr().expect("it is bound")).expect("the test waits");
                let clock = Clock::start();
                let animation = Animation::start(vec![lit], 60, clock).expect("a thread");
                let inputs = Inputs::start(watched, clock).expect("a thread");
                let mut machine = Machine::new(Some(animation), None, Outputs::default(), inputs);
                let mut node = Node::new(ClusterKey::OPEN, hello("lit"), Vec::new());
                let stop = async {
                    let _ = stopped.await;
                };
                serve(&socket, &mut node, &mut machine, clock, stop).await.expect("the socket works");
            });
        });
        let address = address.recv_timeout(PATIENCE).expect("the node starts");
        Self { address, plug, strip, stop: Some(stop), thread: Some(thread) }
    }

    /// The pictures that the strip showed lately, decoded from the bits on its wire.
    pub fn pictures(&self) -> Vec<Vec<Rgb8>> {
        let decoded = |bytes: Vec<u8>| decode(&bytes, ColourOrder::default()).expect("whole bits").collect();
        self.strip.transfers().into_iter().map(decoded).collect()
    }

    /// Whether the strip shows pulses now.
    pub fn is_lit(&self) -> bool {
        self.strip.picture().is_some_and(|picture| pulses(&picture))
    }

    /// The direction in which pulses move along the strip while the run goes on: 1 away from the first LED, -1
    /// towards it; `None` if the run ends before they are seen.
    pub fn motion(&self, run: &mut Child) -> Option<f64> {
        let mut phases: Vec<f64> = Vec::new();
        let mut over = false;
        until("moving pulses", || {
            let pictures = self.pictures();
            phases =
                pictures.iter().filter(|picture| pulses(picture)).map(|picture| phase(picture)).collect();
            over = run.try_wait().expect("the run can be asked").is_some();
            phases.len() >= 20 || over
        });
        if over {
            return None;
        }
        let steps: Vec<f64> = phases.windows(2).map(|pair| wrapped(pair[1] - pair[0])).collect();
        let direction = steps.iter().sum::<f64>().signum();
        assert!(steps.iter().all(|step| step * direction > -0.05), "never the wrong way: {phases:?}");
        Some(direction)
    }

    /// The next pictures that the strip shows, as many as it remembers: those of a second and more.
    pub fn next_pictures(&self) -> Vec<Vec<Rgb8>> {
        let enough = self.strip.shown() + SimStrip::TRANSFERS_MAX as u64;
        until("new pictures", || self.strip.shown() >= enough);
        self.pictures()
    }

    /// Waits until the strip shows what is wanted.
    pub fn until(&self, wanted: impl Fn(&[Rgb8]) -> bool, what: &str) {
        until(what, || self.pictures().last().is_some_and(|picture| wanted(picture)));
    }
}

impl Drop for LitNode {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts a run in `folder` that goes on until it is ended, of 14,000 steps 50 ms apart: a connection of 8 kW from
/// `a` to `b` that the cable carries while it is plugged in at both. Its result is in `live.csv`, what happened at
/// the plugs in `live.events`, the scenario in `s.yaml`.
pub fn plugged_run(folder: &Path, a: &LitNode, b: &LitNode) -> Running {
    let scenario = format!(
        "scenario:\n  name: plugs\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-06-29 17:20:00'\n  \
         time_resolution: 60\nmodels:\n{}{}connections:\n\
         - {{from: Source.state1, to: Sink.in1, via: {{cable: {CABLE}, otherwise: 0.0}}}}\n\
         monitor:\n  file: out.csv\n  items: [Source.state1, Sink.state1]\n\
         cables:\n- {{id: {CABLE}, ends: [a, b], shows: Source.state1, full_scale: 10, plugged: false}}\n",
        dummy("Source", "a", 8.0),
        dummy("Sink", "b", 0.0)
    );
    let cluster = format!(
        "[[node]]\nname = 'a'\naddress = '{}'\n[[node]]\nname = 'b'\naddress = '{}'\n",
        a.address, b.address
    );
    std::fs::write(folder.join("s.yaml"), scenario).expect("it can be written");
    std::fs::write(folder.join("c.toml"), cluster).expect("it can be written");
    let mut arguments = vec!["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05"];
    arguments.extend(["-o", "live.csv", "--record-events", "live.events"]);
    Running::start(command(folder, &arguments))
}
