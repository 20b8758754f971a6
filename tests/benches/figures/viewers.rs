//! What a run loses to people who look: 49 nodes as fast as they can, with twenty open streams, with a page at which
//! nobody looks, and without a page.

use super::Outcome;
use super::lockstep::{self, Wiring};
use super::measure::{Stopwatch, median};
use super::report::{Figure, Reach, Report};
use illuminator::plan::plan;
use illuminator::scenario::Scenario;
use illuminator::shell::{
    Access, Attendance, Conductor, Exhibit, LayoutFile, Nodes, Progress, RunExhibit, SimulatedNodes,
    StopFlag, Target, Watching, WebServer, run_on_nodes,
};
use illuminator::story::LiveTable;
use illuminator::view::{Scene, watched};
use illuminator_protocol::{ClusterKey, Duration};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Against a page at which nobody looks.
const NAME: &str = "viewers_20";
/// Against no page: what a page shows has to cross the wire in every step as well.
const PAGE: &str = "viewers_20_and_page";
const NODES: usize = 49;
const VIEWERS: usize = 20;
const STEPS: u64 = 2_000;
const WARM_UP: u64 = 200;
const ROUNDS: usize = 9;

pub(crate) fn run(report: &mut Report) -> Outcome {
    if !report.wants(NAME) && !report.wants(PAGE) {
        return Ok(());
    }
    let scenario = lockstep::batteries(NODES, Wiring::Feedback, STEPS)?;
    let (mut alone_us, mut unseen_us, mut seen_us) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone_us.push(us_per_step(&scenario, None)?);
        let nobody = Viewers::start(&scenario, 0)?;
        unseen_us.push(us_per_step(&scenario, Some(&nobody.exhibit))?);
        nobody.end();
        let viewers = Viewers::start(&scenario, VIEWERS)?;
        seen_us.push(us_per_step(&scenario, Some(&viewers.exhibit))?);
        if viewers.end() < VIEWERS as u64 {
            return Err("the viewers saw nothing".into());
        }
    }
    for (name, against) in [(NAME, &unseen_us), (PAGE, &alone_us)] {
        report.figure(&Figure {
            name,
            value: median(&seen_us),
            unit: "us/step",
            against: Some(median(against)),
            reach: Reach::AtMost(1.05),
        });
    }
    Ok(())
}

/// Runs the scenario on freshly started nodes. Returns the time of a step once it runs `[us]`.
fn us_per_step(scenario: &Scenario, exhibit: Option<&Arc<RunExhibit>>) -> Result<f64, Box<dyn Error>> {
    let watch = if exhibit.is_some() { watched(scenario) } else { Vec::new() };
    let plan = plan(scenario, &lockstep::placement(NODES), &watch)?;
    let nodes = SimulatedNodes::start(&plan.nodes, &ClusterKey::OPEN)?;
    let target = |(name, &address): (&String, &SocketAddr)| Target { name: name.clone(), address };
    let targets: Vec<Target> = plan.nodes.iter().zip(nodes.addresses()).map(target).collect();
    let mut stopwatch = Stopwatch::new(WARM_UP, plan.steps - 1);
    let mut watching = Watching::new(&mut stopwatch, exhibit.map(|exhibit| &**exhibit), &plan.watched);
    let (stop, mut progress) = (StopFlag::default(), Progress::new(plan.steps, true));
    let attendance = Attendance::new(&mut watching, &mut progress, &stop);
    let table = Nodes { targets: &targets, spares: &[], key: &ClusterKey::OPEN };
    run_on_nodes(&plan, table, Default::default(), LiveTable::bare(), attendance).done?;
    Ok(stopwatch.us_per_step())
}

/// A page, and those who look at it.
struct Viewers {
    exhibit: Arc<RunExhibit>,
    server: WebServer,
    threads: Vec<std::thread::JoinHandle<()>>,
    events: Arc<AtomicU64>,
}

impl Viewers {
    fn start(scenario: &Scenario, viewers: usize) -> Result<Self, Box<dyn Error>> {
        let scene = Scene::of(scenario, &lockstep::placement(NODES), Vec::new());
        let (conductor, orders) = (Conductor::new(Duration::ZERO), Box::new(|_: &_| Ok(())));
        let layout = LayoutFile::in_memory();
        let exhibit = Arc::new(RunExhibit::new(scenario, scene, None, conductor, orders, layout));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let shown = Arc::clone(&exhibit) as Arc<dyn Exhibit>;
        let server = WebServer::start(address, Access::new(address, None)?, shown)?;
        let events = Arc::new(AtomicU64::new(0));
        let look = |_| {
            let (address, events) = (server.address(), Arc::clone(&events));
            std::thread::spawn(move || drop(look(address, &events)))
        };
        let threads = (0..viewers).map(look).collect();
        Ok(Self { exhibit, server, threads, events })
    }

    /// Ends the page; how many events all of them saw.
    fn end(self) -> u64 {
        drop(self.server);
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
        self.events.load(Ordering::Relaxed)
    }
}

fn look(address: SocketAddr, events: &AtomicU64) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /api/v1/live HTTP/1.0\r\nhost: {address}\r\n\r\n")?;
    let mut room = vec![0; 64 << 10];
    loop {
        let length = stream.read(&mut room)?;
        if length == 0 {
            return Ok(());
        }
        let found = room[..length].windows(7).filter(|bytes| bytes == b"event: ").count();
        events.fetch_add(found as u64, Ordering::Relaxed);
    }
}
