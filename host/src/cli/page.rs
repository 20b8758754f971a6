//! The page: the options that ask for it, and the server behind it.

use super::{Failure, note};
use crate::shell::{Access, Exhibit, StopFlag, WebServer, WebToken, is_taken};
use illuminator_node::shell::spawn;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The usual port of a page.
const PORT: u16 = 8080;
/// So many ports are tried where any will do.
const PORTS: u16 = 20;
/// How often the stop flag is looked at while the page is kept.
const STOP_POLL: Duration = Duration::from_millis(50);

/// The page of `scenario run`.
#[derive(Default, clap::Args)]
pub(super) struct Web {
    /// Serve a page that shows the run, at ADDRESS:PORT or a port of this machine; it ends with the run.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:8080", value_parser = address)]
    web: Option<SocketAddr>,
    /// File with the token with which people may command from other machines; without a token only this machine is served.
    #[arg(long, value_name = "FILE", requires = "web")]
    web_token: Option<PathBuf>,
    /// Serve the page after the last step as well, until Ctrl-C.
    #[arg(long, requires = "web")]
    web_keep: bool,
}

/// The page of the demo.
#[derive(clap::Args)]
pub(super) struct DemoWeb {
    /// Where the page is, as ADDRESS:PORT or a port of this machine, beside the picture in the terminal; port 8080 of this
    /// machine, or the next one that is free, unless given.
    #[arg(long, value_name = "ADDR", value_parser = address, conflicts_with = "headless")]
    web: Option<SocketAddr>,
    /// File with the token with which people may command from other machines.
    #[arg(long, value_name = "FILE", requires = "web")]
    web_token: Option<PathBuf>,
    /// No page.
    #[arg(long, conflicts_with = "web")]
    no_web: bool,
    /// Do not open the page in the browser of this desktop.
    #[arg(long)]
    no_open: bool,
}

/// The page of a recording.
#[derive(clap::Args)]
pub(super) struct ReplayWeb {
    /// Serve a page that shows it, at ADDRESS:PORT or a port of this machine.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:8080", value_parser = address)]
    web: Option<SocketAddr>,
    /// File with the token with which people may play and pause from other machines.
    #[arg(long, value_name = "FILE", requires = "web")]
    web_token: Option<PathBuf>,
}

/// The page of nodes without a run.
#[derive(clap::Args)]
pub(super) struct StatusWeb {
    /// Serve a page that shows it, and asks nodes for things, until Ctrl-C; at ADDRESS:PORT or a port of this machine.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:8080", value_parser = address)]
    web: Option<SocketAddr>,
    /// File with the token with which people may command from other machines; without a token only this machine is served.
    #[arg(long, value_name = "FILE", requires = "web")]
    web_token: Option<PathBuf>,
}

/// The page that outlives runs.
#[derive(clap::Args)]
pub(super) struct ServeWeb {
    /// Where the page is, as ADDRESS:PORT or a port of this machine.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    web: SocketAddr,
    /// File with the token with which people may command from other machines; without a token only this machine is served.
    #[arg(long, value_name = "FILE")]
    web_token: Option<PathBuf>,
}

/// A page that is served.
pub(super) struct Page {
    server: WebServer,
}

impl Web {
    /// Whether there is to be a page.
    pub(super) const fn is_wanted(&self) -> bool {
        self.web.is_some()
    }

    /// Serves `exhibit`, if a page is wanted, and says where if that is to be `said`.
    pub(super) fn start(&self, said: bool, exhibit: &Arc<dyn Exhibit>) -> Result<Option<Page>, Failure> {
        let Some(address) = self.web else { return Ok(None) };
        let page = Page::serve(std::iter::once(address), self.web_token.as_ref(), exhibit)?;
        if said {
            page.tell();
        }
        Ok(Some(page))
    }

    /// The run is over and all is said: the page goes, unless it is to be kept.
    pub(super) fn keep(&self, page: Page, stop: &StopFlag) {
        while self.web_keep && !stop.is_set() {
            std::thread::park_timeout(STOP_POLL);
        }
        drop(page);
    }
}

impl ReplayWeb {
    /// Whether there is to be a page.
    pub(super) const fn is_wanted(&self) -> bool {
        self.web.is_some()
    }

    /// Serves `exhibit`, if a page is wanted.
    pub(super) fn start(&self, exhibit: &Arc<dyn Exhibit>) -> Result<Option<Page>, Failure> {
        let serve = |address| Page::serve(std::iter::once(address), self.web_token.as_ref(), exhibit);
        self.web.map(serve).transpose()
    }
}

impl StatusWeb {
    /// Whether there is to be a page.
    pub(super) const fn is_wanted(&self) -> bool {
        self.web.is_some()
    }

    /// Serves `exhibit`, if a page is wanted, and says where.
    pub(super) fn start(&self, exhibit: &Arc<dyn Exhibit>) -> Result<Option<Page>, Failure> {
        let serve = |address| Page::serve(std::iter::once(address), self.web_token.as_ref(), exhibit);
        let page = self.web.map(serve).transpose()?;
        page.iter().for_each(Page::tell);
        Ok(page)
    }
}

impl ServeWeb {
    /// Serves `exhibit`.
    pub(super) fn start(&self, exhibit: &Arc<dyn Exhibit>) -> Result<Page, Failure> {
        Page::serve(std::iter::once(self.web), self.web_token.as_ref(), exhibit)
    }
}

/// What opens a page in the browser of a desktop.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
/// One of these is set where there is a desktop.
const DESKTOPS: [&str; 2] = ["WAYLAND_DISPLAY", "DISPLAY"];

impl DemoWeb {
    /// Opens the page where there is a desktop. Where that does not work, people still read where it is.
    pub(super) fn open(&self, page: &Page) {
        let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let desktop = cfg!(target_os = "macos") || DESKTOPS.iter().any(is_set);
        if self.no_open || !desktop {
            return;
        }
        let mut opener = Command::new(OPENER);
        opener.arg(page.url()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Somebody has to wait for its end, and that may take as long as the browser is open.
        let _ = spawn("browser", move || drop(opener.status()));
    }

    /// Serves `exhibit`, unless no page is wanted.
    pub(super) fn start(&self, exhibit: &Arc<dyn Exhibit>) -> Result<Option<Page>, Failure> {
        if self.no_web {
            return Ok(None);
        }
        let any = (PORT..PORT + PORTS).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let page = match self.web {
            Some(address) => Page::serve(std::iter::once(address), self.web_token.as_ref(), exhibit),
            None => Page::serve(any, None, exhibit),
        };
        page.map(Some)
    }
}

impl Page {
    /// Serves at the first of the addresses that is not taken.
    fn serve(
        addresses: impl Iterator<Item = SocketAddr>,
        token: Option<&PathBuf>,
        exhibit: &Arc<dyn Exhibit>,
    ) -> Result<Self, Failure> {
        let token = token.map(|path| WebToken::read(path)).transpose().map_err(Failure::wrong_use)?;
        let mut taken = None;
        for address in addresses {
            let access = Access::new(address, token).map_err(Failure::wrong_use)?;
            match WebServer::start(address, access, Arc::clone(exhibit)) {
                Ok(server) => return Ok(Self { server }),
                Err(error) if is_taken(&error) => taken = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(taken.map_or_else(|| Failure::wrong_use("there is no address for the page"), Failure::from))
    }

    /// Its address for a browser.
    pub(super) fn url(&self) -> String {
        let address = self.server.address();
        format!("http://{address}/")
    }

    /// Says where it is.
    pub(super) fn tell(&self) {
        note(format_args!("the page is at {}", self.url()));
    }
}

/// Where a page is: an address with or without a port, or a port of this machine.
fn address(text: &str) -> Result<SocketAddr, String> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(here, port));
    }
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok(SocketAddr::new(here, port));
    }
    let ip = text.parse().map(|ip| SocketAddr::new(ip, PORT));
    text.parse().or(ip).map_err(|_| {
        "expected ADDRESS:PORT or PORT, as 127.0.0.1:8080; a scenario file goes before `--web`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_page_is_on_this_machine_unless_told_otherwise() {
        for (text, expected) in [
            ("9000", "127.0.0.1:9000"),
            ("0", "127.0.0.1:0"),
            ("localhost:81", "127.0.0.1:81"),
            ("0.0.0.0", "0.0.0.0:8080"),
            ("10.0.0.1:99", "10.0.0.1:99"),
            ("[::1]:80", "[::1]:80"),
            ("::1", "[::1]:8080"),
        ] {
            assert_eq!(address(text).map(|address| address.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for wrong in ["", "s.yaml", "70000", ":80", "10.0.0.1:"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
