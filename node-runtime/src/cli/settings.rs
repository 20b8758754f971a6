//! What a node goes by: its options over its configuration file over the defaults.

use super::strips::dark_warning;
use super::{Failure, print, wrong_use};
use clap::ValueEnum;
use illuminator_hal::{Backend, GpioLine, PinError, SpiPort};
use illuminator_node::config::{BoardsEntry, NodeConfig, SegmentEntry, StripEntry, order_name};
use illuminator_node::light::{Limits, Segment};
use illuminator_node::model::registry::MODEL_TYPES;
use illuminator_node::node::PORT;
use illuminator_protocol::ClusterKey;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Longest configuration file `[bytes]`.
const FILE_MAX: u64 = 1 << 20;

/// Options of a node that serves.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Configuration file, `node.toml`. Options win over it.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address and UDP port to listen on; 127.0.0.1:5123 unless given. Beyond loopback a key is needed.
    #[arg(long, value_name = "ADDR", overrides_with = "listen")]
    pub(crate) listen: Option<SocketAddr>,
    /// Name of this node, shown by the host; the machine's host name unless given.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// File with the cluster's key (64 hexadecimal digits, readable by its owner only). Twice while the key is
    /// changed: the present one, then the next one.
    #[arg(long = "key", value_name = "FILE", env = "ILLUMINATOR_KEY")]
    pub(crate) keys: Vec<PathBuf>,
    /// Take only these model types.
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// What drives strips and pins; `auto` takes for each what this machine has.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) hal: Hal,
}

/// What drives strips and pins.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hal {
    /// What this machine has: rppal where it knows the board, else Linux's devices; the simulation for a strip whose
    /// bus is not there, and for pins where there is no /dev/gpiochip*. Pins of a board that is no Pi are an error.
    Auto,
    /// The simulation.
    Sim,
    /// rppal; what is not there is an error.
    Rpi,
    /// Linux's /dev/spidev* and /dev/gpiochip*; what is not there is an error. On a board that is no Pi, the first chip
    /// by its own line numbers.
    Linux,
}

impl Hal {
    /// What drives a strip on this bus.
    pub(crate) fn of_strip(self, bus: SpiPort) -> Backend {
        self.chosen().unwrap_or_else(|| Backend::of_strip(bus))
    }

    /// What drives the pins, of which `line` is one.
    pub(crate) fn of_pins(self, line: GpioLine) -> Result<Backend, PinError> {
        self.chosen().map_or_else(|| Backend::of_pins(line), Ok)
    }

    const fn chosen(self) -> Option<Backend> {
        match self {
            Self::Auto => None,
            Self::Sim => Some(Backend::Sim),
            Self::Rpi => Some(Backend::Rpi),
            Self::Linux => Some(Backend::Linux),
        }
    }
}

/// A configuration in which nothing is left open.
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) listen: SocketAddr,
    pub(crate) config: NodeConfig,
}

impl Options {
    /// These options over the file that they name, if any.
    pub(crate) fn settings(self) -> Result<(Settings, Hal), Failure> {
        let mut config = read_config(self.config.as_deref())?;
        if !self.only.is_empty() {
            check_only(&self.only).map_err(|error| wrong_use(format!("--only: {error}")))?;
            config.only = self.only;
        }
        config.name = self.name.or(config.name);
        config.listen = self.listen.or(config.listen);
        if !self.keys.is_empty() {
            config.keys = self.keys;
        }
        Ok((Settings::new(config), self.hal))
    }
}

impl Settings {
    fn new(config: NodeConfig) -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
        Self {
            name: config.name.clone().unwrap_or_else(host_name),
            listen: config.listen.unwrap_or(loopback),
            config,
        }
    }
}

/// The configuration of a file, or the defaults.
pub(crate) fn read_config(path: Option<&Path>) -> Result<NodeConfig, Failure> {
    let Some(path) = path else { return Ok(NodeConfig::default()) };
    let shown = path.display();
    let text = read_text(path).map_err(|error| wrong_use(format!("cannot read {shown}: {error}")))?;
    let mut config = NodeConfig::parse(&text).map_err(|error| wrong_use(format!("{shown}:{error}")))?;
    check_only(&config.only).map_err(|error| wrong_use(format!("{shown}: only: {error}")))?;
    if let Some(folder) = path.parent() {
        config.keys.iter_mut().for_each(|key| *key = folder.join(&*key));
        config.boards.directory = folder.join(&config.boards.directory);
        for command in config.actions.commands_mut() {
            // A name is looked for where the system keeps its programs.
            if command.program.contains('/') {
                command.program = folder.join(&command.program).display().to_string();
            }
        }
    }
    Ok(config)
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let length = File::open(path)?.take(FILE_MAX + 1).read_to_string(&mut text)? as u64;
    if ClusterKey::looks_like(text.as_bytes()) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds a key, and no configuration"));
    }
    if length > FILE_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("longer than {FILE_MAX} bytes")));
    }
    Ok(text)
}

/// Whether all these model types exist.
fn check_only(only: &[String]) -> Result<(), String> {
    let known = |name: &String| MODEL_TYPES.iter().any(|model_type| model_type.name == name);
    match only.iter().find(|name| !known(name)) {
        Some(unknown) => Err(format!("no model type is called `{unknown}`; see `illuminator-node models`")),
        None => Ok(()),
    }
}

/// Prints what a node with this file would go by.
pub(crate) fn check_config(path: &Path) -> Result<(), Failure> {
    let Settings { name, listen, config } = Settings::new(read_config(Some(path))?);
    let keys: Vec<String> = config.keys.iter().map(|key| key.display().to_string()).collect();
    let key = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
    let only = if config.only.is_empty() { "all".to_owned() } else { config.only.join(", ") };
    let mut text = format!(
        "name {name}\nlisten {listen}\nkey {key}\nmodels {only}\nframes_per_s {}\n",
        config.frames_per_s
    );
    text += &boards_line(&config.boards);
    for strip in &config.strips {
        text += &format!("{}\n", strip_line(strip));
    }
    text += &config.pins.to_string();
    for (name, command) in config.actions.named() {
        let words: Vec<&str> =
            std::iter::once(&command.program).chain(&command.arguments).map(String::as_str).collect();
        text += &format!("action {name}: {words:?}, at most {} s\n", command.time_limit_s);
    }
    for warning in config.strips.iter().filter_map(dark_warning) {
        let _ = writeln!(io::stderr(), "{warning}");
    }
    print(&text)
}

/// A strip, as it is used.
fn strip_line(strip: &StripEntry) -> String {
    let (cables, bus, order) = (strip.cables(), strip.bus, order_name(strip.order));
    let Limits { ceiling, budget_ma } = strip.limits;
    let segment = |entry: &SegmentEntry| {
        let Segment { leds, reversed } = entry.segment;
        (format!("{leds} LEDs"), if reversed { ", reversed" } else { "" })
    };
    if let [only] = &strip.segments[..] {
        let (leds, reversed) = segment(only);
        return format!(
            "strip of {cables} on {bus}: {leds}, order {order}{reversed}, ceiling {ceiling}, budget {budget_ma} mA"
        );
    }
    let segments = strip.segments.iter().map(|entry| {
        let (leds, reversed) = segment(entry);
        format!("; cable {}: {leds}{reversed}", entry.cable)
    });
    let segments: String = segments.collect();
    format!(
        "strip of {cables} on {bus}: {} LEDs, order {order}, ceiling {ceiling}, budget {budget_ma} mA{segments}",
        strip.leds()
    )
}

/// Where a node with this section looks for cable boards.
fn boards_line(boards: &BoardsEntry) -> String {
    let BoardsEntry { enabled, directory, devices, reversed } = boards;
    if *enabled == Some(false) {
        return "boards off\n".to_owned();
    }
    let numbers = reversed.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "boards in {}: {}{}\n",
        directory.display(),
        devices.join(", "),
        if reversed.is_empty() { String::new() } else { format!("; reversed {numbers}") },
    )
}

/// The machine's name, for want of a better one.
fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "node".to_owned())
}
