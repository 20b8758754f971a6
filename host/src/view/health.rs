//! How the nodes do.

use illuminator_protocol::Control;
use illuminator_protocol::message::{ACTION_NAME_MAX, ACTIONS_MAX};
use serde::{Deserialize, Serialize};

/// All nodes of a run, in the order of [`Scene::nodes`](super::Scene::nodes), then the spares.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The nodes.
    pub nodes: Vec<NodeHealth>,
}

/// One node. What it has not told, or cannot tell, is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeHealth {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// How it stands with the host.
    pub link: LinkState,
    /// Why it is not reached, in a sentence, if it has said so lately or nobody can be at its address.
    pub problem: Option<String>,
    /// It says "it is me".
    pub identifying: bool,
    /// Its emergency stop is pressed.
    pub emergency_stop: bool,
    /// Since it was heard last `[s]`.
    pub heard_s: Option<f64>,
    /// Round trip, smoothed `[ms]`.
    pub rtt_ms: Option<f64>,
    /// Share of the host's packets that were sent again, over the last half minute; 0 to 1.
    pub loss: Option<f64>,
    /// Datagrams from its address that were not taken: none of its session, damaged, or taken before. Grows.
    pub dropped: u64,
    /// Its clock minus the host's `[ms]`, where both began to count.
    pub clock_offset_ms: Option<f64>,
    /// Its program's version.
    pub version: Option<String>,
    /// Temperature of its processor `[°C]`.
    pub temperature_c: Option<f64>,
    /// Load of its machine: 0 to 1 over all cores.
    pub cpu: Option<f64>,
    /// Memory of its machine that is in use: 0 to 1.
    pub memory: Option<f64>,
    /// Memory of its process `[KiB]`.
    pub process_kib: Option<u32>,
    /// Whether its processor was slowed down.
    pub throttling: Option<Throttling>,
    /// Since its machine started `[s]`.
    pub uptime_s: Option<u64>,
    /// Hardware address of its network interface, `aa:bb:cc:dd:ee:ff`.
    pub mac: Option<String>,
    /// Frames of its animation that were over before they could be drawn.
    pub frames_skipped: Option<u64>,
    /// Pictures that did not reach a strip.
    pub strip_errors: Option<u64>,
    /// What it lets its host start there.
    pub offers: Option<Offers>,
    /// What was asked of it last, and what became of that.
    pub asked: Option<Asked>,
}

/// What a node lets its host start: its program, anew, and on its machine what its `node.toml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Offers {
    /// Its program may be started anew.
    pub restart: bool,
    /// Its machine may be restarted.
    pub reboot: bool,
    /// Its machine may be halted.
    pub shutdown: bool,
    /// The names of its own actions.
    pub actions: Vec<String>,
}

impl Offers {
    /// Why a node is not asked to start its program anew that does not offer that.
    pub const NO_RESTART: &str =
        "its program does not offer to start anew: it is simulated, or of an earlier version than this host";

    /// From what a node says, and whether it has said before that its program may be started anew: of its actions, each on
    /// a line, no more than it may have.
    pub fn from_node(restart: bool, reboot: bool, shutdown: bool, actions: &str) -> Self {
        let may_be = |name: &&str| (1..=ACTION_NAME_MAX).contains(&name.len());
        let actions = actions.lines().filter(may_be).take(ACTIONS_MAX).map(str::to_owned).collect();
        Self { restart, reboot, shutdown, actions }
    }

    /// The control that starts the action of this name.
    pub fn action(&self, name: &str) -> Option<Control> {
        let number = self.actions.iter().position(|action| action == name)?;
        Some(Control::Action { action: u8::try_from(number).ok()? })
    }
}

/// Something that was asked of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Counts what was asked of this node, from 1: another number is another question.
    pub number: u64,
    /// What: `restart`, `reboot`, `identify on`, or the name of an action.
    pub what: String,
    /// How far it is.
    pub state: AskedState,
    /// The same in words: how it ended, or why it was refused.
    pub text: String,
    /// The last of what the command wrote, at most 300 characters.
    pub output: String,
}

/// How far it is with something that was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedState {
    /// The node has not answered yet.
    #[default]
    Sent,
    /// The node has taken it on.
    Running,
    /// It was done.
    Done,
    /// It was refused, or has failed.
    Failed,
}

/// How a node stands with the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkState {
    /// It is being reached.
    #[default]
    Connecting,
    /// It takes part, or without a run: it is heard.
    Live,
    /// It is heard, but does not answer its steps for long.
    Slow,
    /// It is silent, and waited for.
    Waiting,
    /// It is gone; its values stay as they were.
    Frozen,
    /// It takes a lost node's place if need be.
    Spare,
    /// It works for another host, and is left alone.
    Busy,
}

impl LinkState {
    /// Its word in tables of text, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Slow => "slow",
            Self::Waiting => "waiting",
            Self::Frozen => "frozen",
            Self::Spare => "spare",
            Self::Busy => "busy",
        }
    }
}

/// Why a processor was slowed down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Throttling {
    /// Its supply voltage is too low, now.
    pub under_voltage: bool,
    /// It is slowed down, now.
    pub throttled: bool,
    /// Either was so since the machine started.
    pub since_boot: bool,
}
