//! `illuminator cluster`: preparing a table, seeing how its nodes do, and asking them for something.

mod ask;
mod ask_all;
mod init;
mod status;

use super::Failure;
use clap::Subcommand;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a cluster key, and a token for the page: random bytes in files that only their owner can read.
    Init(init::Init),
    /// Show how the nodes do, once or on a page.
    Status(status::Status),
    /// Let a node show which one it is: its strips blink white, and its status LED blinks.
    Identify(ask::Identify),
    /// Switch a relay of a node.
    Power(ask::Power),
    /// Start the programs of nodes anew, and wait until they are back: a new version, if it was put in the place of the old
    /// one. Their machines are left alone.
    Restart(ask_all::Restart),
    /// Restart the machines of nodes, where their node.toml allows it.
    Reboot(ask_all::Reboot),
    /// Halt the machines of nodes, where their node.toml allows it.
    Shutdown(ask_all::Shutdown),
    /// Start an action on nodes that their node.toml names, and print what it writes.
    Exec(ask_all::Exec),
}

impl Command {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Init(init) => init.run(),
            Self::Status(status) => status.run(),
            Self::Identify(identify) => identify.run(),
            Self::Power(power) => power.run(),
            Self::Restart(restart) => restart.run(),
            Self::Reboot(reboot) => reboot.run(),
            Self::Shutdown(shutdown) => shutdown.run(),
            Self::Exec(exec) => exec.run(),
        }
    }
}
