//! The light of a cable, from a scenario on the host to the bits on the strips at both ends: the host program,
//! two nodes with recording strips, real UDP between them.

use illuminator_hal::encode::ws2812::decode;
use illuminator_hal::sim::SimStrip;
use illuminator_hal::{ColourOrder, Rgb8};
use illuminator_node::light::{Limits, Segment};
use illuminator_node::node::Node;
use illuminator_node::shell::{Animation, Clock, Inputs, LitStrip, Machine, Outputs, bind, hello, serve};
use illuminator_protocol::ClusterKey;
use illuminator_tests::programs::{PATIENCE, command, stderr, until};
use std::f64::consts::TAU;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Stdio};
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

const CABLE: u16 = 7;
const LEDS: usize = 24;
/// Distance of the pulses of a flow `[LED]`.
const SPACING: f64 = illuminator_node::light::SPACING_LEDS as f64;

#[test]
fn light_runs_from_the_source_to_the_sink_on_both_strips() {
    motion_of(8.0, 1.0);
}

#[test]
fn a_negative_power_runs_back() {
    motion_of(-8.0, -1.0);
}

/// Runs a flow of `power_kw` and looks for light that moves from end A to end B (`toward_b` 1) or back (-1).
fn motion_of(power_kw: f64, toward_b: f64) {
    let (a, b) = (LitNode::start(), LitNode::start());
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("s.yaml"), scenario(power_kw)).expect("it can be written");
    let cluster = format!(
        "[[node]]\nname = 'a'\naddress = '{}'\n[[node]]\nname = 'b'\naddress = '{}'\n",
        a.address, b.address
    );
    std::fs::write(folder.path().join("c.toml"), cluster).expect("it can be written");
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "--pace", "0.05"];
    let mut run = command(folder.path(), &arguments).stderr(Stdio::piped()).spawn().expect("it starts");
    // The first LED is at the node: light toward B runs along the strip at A, and against it at B.
    assert_eq!(a.motion(&mut run), Some(toward_b), "at A");
    assert_eq!(b.motion(&mut run), Some(-toward_b), "at B");
    let done = run.wait_with_output().expect("it ends");
    assert!(done.status.success(), "{}", stderr(&done));
    for node in [&a, &b] {
        node.until(|picture| lit(picture) && !pulses(picture), "calm once the run is over");
    }
}

fn scenario(power_kw: f64) -> String {
    let dummy = |name: &str, node: &str| {
        format!(
            "- {{name: {name}, type: Dummy, connect: {{node: {node}}}, parameters: {{param1: {power_kw}}}, \
             inputs: {{in1: 0}}, outputs: {{out1: 0}}, states: {{state1: 0}}}}\n"
        )
    };
    format!(
        "scenario:\n  name: light\n  start_time: '2024-06-20 00:00:00'\n  end_time: '2024-06-20 02:00:00'\n  \
         time_resolution: 60\nmodels:\n{}{}connections: []\nmonitor:\n  file: out.csv\n  items: [Source.state1]\n\
         cables:\n- {{id: {CABLE}, ends: [a, b], shows: Source.state1, full_scale: 10}}\n",
        dummy("Source", "a"),
        dummy("Sink", "b")
    )
}

/// A node of this build with one recording strip, on a socket of 127.0.0.1.
struct LitNode {
    address: SocketAddr,
    strip: SimStrip,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LitNode {
    fn start() -> Self {
        let strip = SimStrip::new("strip", LEDS, ColourOrder::default());
        let segments = vec![(CABLE, Segment { leds: LEDS, reversed: false })];
        let limits = Limits { ceiling: 255, budget_ma: 2000 };
        let lit = LitStrip { segments, limits, strip: Box::new(strip.clone()) };
        let (stop, stopped) = oneshot::channel();
        let (send_address, address) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let socket = bind((Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
                send_address.send(socket.local_addr().expect("it is bound")).expect("the test waits");
                let clock = Clock::start();
                let animation = Animation::start(vec![lit], 60, clock).expect("a thread");
                let mut machine = Machine::new(Some(animation), None, Outputs::default(), Inputs::default());
                let mut node = Node::new(ClusterKey::OPEN, hello("lit"), Vec::new());
                let stop = async {
                    let _ = stopped.await;
                };
                serve(&socket, &mut node, &mut machine, clock, stop).await.expect("the socket works");
            });
        });
        let address = address.recv_timeout(PATIENCE).expect("the node starts");
        Self { address, strip, stop: Some(stop), thread: Some(thread) }
    }

    /// The pictures that the strip showed lately, decoded from the bits on its wire.
    fn pictures(&self) -> Vec<Vec<Rgb8>> {
        let decoded = |bytes: Vec<u8>| decode(&bytes, ColourOrder::default()).expect("whole bits").collect();
        self.strip.transfers().into_iter().map(decoded).collect()
    }

    /// The direction in which pulses move along the strip while the run goes on: 1 away from the first LED, -1
    /// towards it; `None` if the run ends before they are seen.
    fn motion(&self, run: &mut Child) -> Option<f64> {
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

    /// Waits until the strip shows what is wanted.
    fn until(&self, wanted: impl Fn(&[Rgb8]) -> bool, what: &str) {
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

fn brightness(pixel: &Rgb8) -> f64 {
    f64::from(pixel.r) + f64::from(pixel.g) + f64::from(pixel.b)
}

fn lit(picture: &[Rgb8]) -> bool {
    picture.iter().any(|pixel| brightness(pixel) > 0.0)
}

/// Whether some LEDs are much brighter than others.
fn pulses(picture: &[Rgb8]) -> bool {
    let least = picture.iter().map(brightness).fold(f64::MAX, f64::min);
    let most = picture.iter().map(brightness).fold(0.0, f64::max);
    most > 60.0 && most > 3.0 * least
}

/// Where the pulses are `[turns of the spacing]`, from the first harmonic of the picture.
fn phase(picture: &[Rgb8]) -> f64 {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (led, pixel) in picture.iter().enumerate() {
        let angle = TAU * led as f64 / SPACING;
        sine += brightness(pixel) * libm::sin(angle);
        cosine += brightness(pixel) * libm::cos(angle);
    }
    libm::atan2(sine, cosine) / TAU
}

/// A difference of phases, from -1/2 to 1/2 turn.
fn wrapped(turns: f64) -> f64 {
    turns - libm::round(turns)
}
