//! `illuminator watch`: a run somewhere else, in this terminal.

use super::Failure;
use crate::shell::terminal::{Screen, let_go, show};
use crate::shell::watch::{ServerAddress, Watch};
use crate::shell::{StopFlag, WebToken};
use crate::terminal::Desk;
use illuminator_node::shell::{KeyError, read_secret};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Watch and command in this terminal a run that serves a page: `scenario run --web`, or the demo.
#[derive(clap::Args)]
#[command(after_help = KEYS)]
pub(super) struct WatchCommand {
    /// Where the page is, as HOST:PORT, a port of this machine, or http://HOST:PORT/.
    #[arg(value_name = "ADDR", default_value = "127.0.0.1:8080")]
    address: ServerAddress,
    /// File with the token with which people may command from other machines.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

const KEYS: &str = "\
Keys:
  0 to 9   plug the cable or token of that number in or out
  space    pause, go on
  .        one step
  + -      faster, slower
  p        the next phase of the story
  arrows   select a node
  i        the selected node says which one it is
  e        press the emergency stop, or release it; asks first
  Tab      the table, or the nodes
  ?        what the keys do
  q        leave (or Ctrl-C); the run goes on";

impl WatchCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let token = self.token_file.map(|path| {
            let parse = |text: &str| {
                let text = text.trim();
                WebToken::parse(text).map(|_| Zeroizing::new(text.to_owned()))
            };
            read_secret(&path, parse)?.ok_or(KeyError::NoToken { path })
        });
        let token = token.transpose().map_err(Failure::wrong_use)?;
        if !std::io::stdout().is_terminal() {
            let help = "a program reads http://ADDR/api/v1 (see /api/openapi.json)";
            return Err(Failure::wrong_use(format_args!("`watch` needs a terminal\n  help: {help}")));
        }
        let stop = StopFlag::at_terminal(let_go);
        let mut watch = Watch::start(&self.address, token, stop)?;
        let mut screen = Screen::take()?;
        let desk = Desk::new(screen.has_keys(), BTreeMap::new());
        let shown = show(&mut screen, desk, &mut watch);
        drop(screen);
        shown.map_err(|error| Failure::new(4, format_args!("error: cannot write to the terminal: {error}")))
    }
}
