//! The built programs for minutes or hours: a host and many node processes on this machine. Their memory must stay flat,
//! and the result must be that of a run in one process.
//!
//!     cargo build --release && cargo run --release -p illuminator-tests --bin soak -- --minutes 10 --nodes 49

use clap::Parser;
use illuminator_tests::memory::{HOST_KIB_MAX, NODE_KIB_MAX, peak_kib, resident_kib};
use illuminator_tests::programs::{NodeProcess, command, illuminator, program, stderr};
use illuminator_tests::ring::Ring;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// Steps of a second.
const STEPS_PER_S: u64 = 20;
/// Time between two looks at the processes.
const LOOK: Duration = Duration::from_secs(1);
/// Lines of the table.
const LINES: usize = 12;
/// The first part of the time, in which buffers get the size that they keep.
const WARM_UP: f64 = 0.2;
/// How fast memory may grow behind that: a page or two in a minute is noise `[KiB/min]`.
const NODE_SLOPE_MAX: f64 = 8.0;
/// The same for the host, with a link to each node `[KiB/min]`.
const HOST_SLOPE_MAX: f64 = 64.0;

/// Runs host and nodes for a time, and judges their memory and their result.
#[derive(Parser)]
struct Options {
    /// For how long.
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=7 * 1440))]
    minutes: u64,
    /// Node processes.
    #[arg(long, value_name = "NUMBER", default_value_t = 49, value_parser = clap::value_parser!(u16).range(1..=1000))]
    nodes: u16,
}

/// Share of the packets to a node that may be sent again over the last half minute, on loopback.
const LOSS_MAX: f64 = 0.01;

/// Memory at one moment `[KiB]`.
struct Sample {
    minutes: f64,
    host: u64,
    nodes: Vec<u64>,
}

impl Sample {
    fn mean(&self) -> f64 {
        self.nodes.iter().sum::<u64>() as f64 / self.nodes.len() as f64
    }
}

fn main() -> io::Result<ExitCode> {
    let Options { minutes, nodes } = Options::parse();
    let ring = Ring { nodes: nodes.into(), steps: minutes * 60 * STEPS_PER_S };
    let folder = tempfile::tempdir()?;
    ring.write(folder.path());
    let local = illuminator(folder.path(), &["scenario", "run", "s.yaml", "--local", "-o", "whole.csv"]);
    if !local.status.success() {
        return Err(io::Error::other(stderr(&local)));
    }
    let nodes = ring.start(folder.path(), || Command::new(program("illuminator-node")));
    let mut host = start_host(folder.path())?;
    let (samples, host_peak) = watch(&mut host, &nodes)?;
    let status = host.wait()?;

    let mut out = io::stdout().lock();
    table(&mut out, &samples)?;
    let peaks: Vec<u64> = nodes.iter().filter_map(|node| peak_kib(node.id())).collect();
    let told: serde_json::Value =
        serde_json::from_reader(File::open(folder.path().join("told.json"))?).unwrap_or_default();
    let read = |name: &str| std::fs::read(folder.path().join(name));
    let settled = &samples[(samples.len() as f64 * WARM_UP) as usize..];
    let of_node =
        |number: usize| slope(settled, |sample| sample.nodes.get(number).copied().unwrap_or(0) as f64);
    let host_slope = slope(settled, |sample| sample.host as f64);
    let node_slope = (0..nodes.len()).map(of_node).fold(0.0, f64::max);
    let links: Vec<&serde_json::Value> = told["health"].as_array().into_iter().flatten().collect();
    let live = links.iter().filter(|node| node["link"] == "live").count();
    let loss = links.iter().filter_map(|node| node["loss"].as_f64()).fold(0.0, f64::max);
    let node_peak = peaks.iter().copied().max().unwrap_or(u64::MAX);
    let telling = told["nodes"].as_object().map_or(0, serde_json::Map::len);
    let findings = [
        (format!("the host ended with {status}"), status.success()),
        ("the result is that of one process".to_owned(), read("out.csv")? == read("whole.csv")?),
        (format!("{} of {} steps", told["steps"], ring.steps), told["steps"] == ring.steps),
        (format!("{telling} of {} nodes report telemetry", ring.nodes), telling == ring.nodes),
        (format!("{} of {} nodes are alive", peaks.len(), ring.nodes), peaks.len() == ring.nodes),
        (format!("{live} of {} nodes were live to the end", ring.nodes), live == ring.nodes),
        (format!("{:.2} % sent again to a node at most", loss * 100.0), loss <= LOSS_MAX),
        (format!("host: {host_peak} KiB at most, allowed {HOST_KIB_MAX}"), host_peak <= HOST_KIB_MAX),
        (format!("nodes: {node_peak} KiB at most, allowed {NODE_KIB_MAX}"), node_peak <= NODE_KIB_MAX),
        (format!("host: {host_slope:+.2} KiB/min, allowed {HOST_SLOPE_MAX}"), host_slope <= HOST_SLOPE_MAX),
        (format!("nodes: {node_slope:+.2} KiB/min, allowed {NODE_SLOPE_MAX}"), node_slope <= NODE_SLOPE_MAX),
    ];
    for (finding, good) in &findings {
        writeln!(out, "{} {finding}", if *good { "ok  " } else { "BAD " })?;
    }
    let good = findings.iter().all(|(_, good)| *good);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn start_host(folder: &Path) -> io::Result<Child> {
    let pace = (1.0 / STEPS_PER_S as f64).to_string();
    let arguments =
        ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv", "--json", "--pace", &pace];
    command(folder, &arguments)
        .stdout(File::create(folder.join("told.json"))?)
        .stderr(Stdio::inherit())
        .spawn()
}

/// Looks at all processes until the host has ended; the most memory that the host has had, too `[KiB]`.
#[expect(clippy::disallowed_methods, reason = "looks at processes now and then while they live")]
fn watch(host: &mut Child, nodes: &[NodeProcess]) -> io::Result<(Vec<Sample>, u64)> {
    let (mut samples, mut host_peak) = (Vec::new(), 0);
    while host.try_wait()?.is_none() {
        host_peak = peak_kib(host.id()).unwrap_or(host_peak);
        if let Some(of_host) = resident_kib(host.id()) {
            samples.push(Sample {
                minutes: samples.len() as f64 * LOOK.as_secs_f64() / 60.0,
                host: of_host,
                nodes: nodes.iter().filter_map(|node| resident_kib(node.id())).collect(),
            });
        }
        std::thread::sleep(LOOK);
    }
    Ok((samples, host_peak))
}

fn table(out: &mut impl Write, samples: &[Sample]) -> io::Result<()> {
    writeln!(out, "minutes   host [KiB]   nodes [KiB]: least     mean     most")?;
    for sample in samples.iter().step_by(samples.len().div_ceil(LINES).max(1)).chain(samples.last()) {
        let Sample { minutes, host, nodes } = sample;
        let (least, most) = (nodes.iter().min().unwrap_or(&0), nodes.iter().max().unwrap_or(&0));
        writeln!(out, "{minutes:7.2} {host:12} {least:20} {:8.0} {most:8}", sample.mean())?;
    }
    Ok(())
}

/// How fast something grows, by least squares `[1/min]`.
fn slope(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    let count = samples.len() as f64;
    let mean = |value: &dyn Fn(&Sample) -> f64| samples.iter().map(value).sum::<f64>() / count;
    let (time_mean, value_mean) = (mean(&|sample| sample.minutes), mean(&|sample| value(sample)));
    let (mut products, mut squares) = (0.0, 0.0);
    for sample in samples {
        let time = sample.minutes - time_mean;
        products += time * (value(sample) - value_mean);
        squares += time * time;
    }
    products / squares
}
