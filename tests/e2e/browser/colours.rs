//! The colours on the page are the bytes on the wires of the strips.
//!
//! ```text
//!   renderer ─▶ SPI bytes ─▶ decoded ──────────────────────┐
//!                  └▶ decoded ─▶ server ─▶ browser ─ fill ─┴▶ the same pictures, in the same order
//! ```

use super::WINDOW;
use illuminator::plan::{Placement, plan};
use illuminator::shell::{
    Access, Attendance, Conductor, Exhibit, LayoutFile, Nodes, OutputError, Progress, RunExhibit,
    SimulatedNodes, SimulatedTable, StepObserver, StopFlag, Target, Watching, WebServer, run_on_nodes,
};
use illuminator::story::LiveTable;
use illuminator::view::{NodeScene, Scene, pixels, watched};
use illuminator_hal::ColourOrder;
use illuminator_hal::encode::ws2812::decode;
use illuminator_node::model::Slots;
use illuminator_protocol::{ClusterKey, Duration};
use illuminator_tests::browser::Browser;
use illuminator_tests::programs::until;
use illuminator_tests::samples::scenario;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What is watched: the strips of these cables at these ends, and the nodes there.
const STRIPS: [(u16, usize, &str); 4] = [(4, 0, "grid"), (4, 1, "house"), (5, 0, "grid"), (1, 0, "wind")];
/// Keeps the pictures of all strips, whenever one is another one.
const RECORDER: &str = "
  window.pictures = {};
  const look = () => document.querySelectorAll('[data-light] [data-strip]').forEach((strip) => {
    const key = `${strip.parentNode.dataset.light} ${strip.dataset.strip}`;
    const now = [...strip.children].map((led) => led.getAttribute('fill').slice(1)).join('');
    const kept = (window.pictures[key] ??= []);
    if (now !== kept.at(-1)) kept.push(now);
  });
  look();
  new MutationObserver(look).observe(document.querySelector('#stage'), {subtree: true, attributes: true, childList: true});
";

#[test]
fn every_picture_on_the_page_was_on_the_wire_in_that_order() {
    let Some(browser) = Browser::start(WINDOW) else { return };
    let stop = StopFlag::default();
    let story = Story::start();
    let ran = std::thread::scope(|scope| {
        let run = scope.spawn(|| story.run(&stop));
        // Whatever fails, the run ends.
        let ending = Ending(&stop);
        watch(&browser, &story);
        drop(ending);
        run.join().expect("the run does not panic")
    });
    assert!(ran > 0, "steps were done");
}

fn watch(browser: &Browser, story: &Story) {
    for cable in [1, 4, 5] {
        assert!(story.table.plug(cable, None, true), "{cable} has a place");
    }
    let mut wires = Wires::default();
    wires.look(&story.table);
    browser.open(story.server.address(), "/");
    browser.run(RECORDER, json!([]));
    let mut on_page = BTreeMap::new();
    let mut until_all = |what: &str, enough: &dyn Fn(&[String]) -> bool| {
        until(what, || {
            on_page = shown(browser);
            wires.look(&story.table);
            STRIPS
                .iter()
                .all(|(cable, end, _)| on_page.get(&key(*cable, *end)).is_some_and(|all| enough(all)))
        });
    };
    until_all("twenty pictures of each strip", &|all| all.len() >= 20);
    ["grid", "house", "wind"].into_iter().for_each(|node| story.table.click(node));
    until_all("that they say it is them", &|all| all.iter().any(|picture| picture.contains("ffffff")));
    story.table.emergency_stop("grid", true);
    until_all("red", &|all| all.last().is_some_and(|last| last.split("ff0000").all(str::is_empty)));
    for (cable, end, node) in STRIPS {
        let (on_page, wire) = (&on_page[&key(cable, end)], &wires.0[&key(cable, end)]);
        let lit = on_page.iter().filter(|picture| picture.bytes().any(|digit| digit != b'0')).count();
        assert!(lit >= 20 && on_page.iter().all(|picture| !picture.is_empty()), "{cable} at {node}: {lit}");
        let mut rest = wire.iter();
        for (number, picture) in on_page.iter().enumerate() {
            assert!(
                rest.any(|sent| sent == picture),
                "picture {number} of {} of cable {cable} at {node} was never sent, or not in that order: {picture}",
                on_page.len()
            );
        }
    }
    browser.assert_quiet(story.server.address(), &[]);
}

/// The pictures that the page has shown, by strip.
fn shown(browser: &Browser) -> BTreeMap<String, Vec<String>> {
    serde_json::from_value(browser.run("return window.pictures", json!([]))).expect("pictures")
}

fn key(cable: u16, end: usize) -> String {
    format!("{cable} {end}")
}

/// The pictures that went over the wires, by strip, each as often as it did.
#[derive(Default)]
struct Wires(BTreeMap<String, Vec<String>>);

impl Wires {
    /// Adds what is new. A strip remembers its last transfers: those that are known already are the end of what is.
    fn look(&mut self, table: &SimulatedTable) {
        for (cable, end, node) in STRIPS {
            let decoded = |bytes: &Vec<u8>| {
                pixels(&decode(bytes, ColourOrder::Grb).expect("whole bits").collect::<Vec<_>>())
            };
            let last: Vec<String> = table.transfers(cable, node).iter().map(decoded).collect();
            let all = self.0.entry(key(cable, end)).or_default();
            let known = (0..=last.len()).rev().find(|&known| all.ends_with(&last[..known])).unwrap_or(0);
            all.extend_from_slice(&last[known..]);
        }
    }
}

/// Ends the run, also if the test panics.
struct Ending<'a>(&'a StopFlag);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.set();
    }
}

/// The story on simulated nodes and its page, in this process.
struct Story {
    table: SimulatedTable,
    nodes: SimulatedNodes,
    conductor: Conductor,
    exhibit: Arc<RunExhibit>,
    server: WebServer,
}

impl Story {
    fn start() -> Self {
        let scenario = scenario("scenarios/story.yaml");
        let placement = Placement::from_connect(&scenario).expect("every model has its place");
        let names = plan(&scenario, &placement, &[]).expect("the story can be planned").nodes;
        let table = SimulatedTable::new(&names, &scenario.cables, &scenario.tokens);
        let nodes = SimulatedNodes::of_table(&table, &ClusterKey::OPEN).expect("nodes on loopback");
        let node = |(name, address): (&String, &std::net::SocketAddr)| NodeScene {
            name: name.clone(),
            address: address.to_string(),
        };
        let scene = Scene::of(&scenario, &placement, names.iter().zip(nodes.addresses()).map(node).collect());
        let scene = Scene { pluggable: true, ..scene };
        let conductor = Conductor::new(Duration::from_millis(250));
        let orders = Box::new(|_: &_| Ok(()));
        let exhibit = RunExhibit::new(
            &scenario,
            scene,
            Some(table.clone()),
            conductor.clone(),
            orders,
            LayoutFile::in_memory(),
        );
        let exhibit = Arc::new(exhibit);
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let access = Access::new(address, None).expect("loopback needs no token");
        let server = WebServer::start(address, access, Arc::clone(&exhibit) as Arc<dyn Exhibit>);
        Self { table, nodes, conductor, exhibit, server: server.expect("a free port") }
    }

    /// Runs until it is stopped, or to its end. Returns the steps.
    fn run(&self, stop: &StopFlag) -> u64 {
        let scenario = scenario("scenarios/story.yaml");
        let placement = Placement::from_connect(&scenario).expect("every model has its place");
        let plan = plan(&scenario, &placement, &watched(&scenario)).expect("the story can be planned");
        let names = plan.nodes.iter().zip(self.nodes.addresses());
        let targets: Vec<Target> =
            names.map(|(name, &address)| Target { name: name.clone(), address }).collect();
        let nodes = Nodes { targets: &targets, spares: &[], key: &ClusterKey::OPEN };
        let mut nobody = Nobody;
        let mut observer = Watching::new(&mut nobody, Some(&self.exhibit), &plan.watched);
        let mut progress = Progress::new(plan.steps, true);
        let attendance = Attendance::new(&mut observer, &mut progress, stop);
        let attendance = Attendance { conductor: Some(&self.conductor), ..attendance };
        let live = LiveTable::new(&scenario, &plan, None);
        let timing =
            illuminator::coordinator::Timing { pace: Duration::from_millis(250), ..Default::default() };
        run_on_nodes(&plan, nodes, timing, live, attendance).done.expect("the nodes are here")
    }
}

/// Keeps no result.
struct Nobody;

impl StepObserver for Nobody {
    fn step(&mut self, _step: u64, _values: &Slots) -> Result<(), OutputError> {
        Ok(())
    }
}
