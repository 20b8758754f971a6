//! `illuminator cluster`: preparing a table, and asking single nodes for something.

mod ask;
mod init;

use super::Failure;
use clap::Subcommand;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a cluster key, and a token for the page: random bytes in files that only their owner can read.
    Init(init::Init),
    /// Let a node show which one it is: its strips blink white, and its status LED blinks.
    Identify(ask::Identify),
    /// Switch a relay of a node.
    Power(ask::Power),
}

impl Command {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Init(init) => init.run(),
            Self::Identify(identify) => identify.run(),
            Self::Power(power) => power.run(),
        }
    }
}
