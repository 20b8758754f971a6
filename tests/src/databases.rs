//! Real time-series databases on free ports of this machine, each in a folder of its own; they end with their value.

use crate::page::{Page, Reply};
use crate::programs::{tool, until};
use serde_json::Value;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A running database.
pub struct Database {
    child: Child,
    _folder: TempDir,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Database {
    /// InfluxDB 1 with an empty database `table`. `None`: the test is skipped.
    pub fn influx() -> Option<Self> {
        let influxd = tool("influxd")?;
        let database = Self::start(free_address(), |address, folder| {
            let [meta, data, wal] = ["meta", "data", "wal"].map(|part| folder.join(part));
            let config = format!(
                "reporting-disabled = true\nbind-address = \"{}\"\n[meta]\ndir = {meta:?}\n[data]\ndir = {data:?}\n\
                 wal-dir = {wal:?}\n[http]\nbind-address = \"{address}\"\nlog-enabled = false\n\
                 [monitor]\nstore-enabled = false\n",
                free_address()
            );
            let path = folder.join("influx.conf");
            fs::write(&path, config).expect("it can be written");
            let mut command = Command::new(influxd);
            command.arg("-config").arg(path);
            command
        });
        database.ready("/ping");
        let made = database.ask("POST", "/query?q=CREATE+DATABASE+table");
        assert_eq!(made.status, 200, "{made:?}");
        Some(database)
    }

    /// VictoriaMetrics, which takes what is written to InfluxDB 2, at this address. `None`: the test is skipped.
    pub fn victoria(address: SocketAddr) -> Option<Self> {
        let victoria = tool("victoria-metrics")?;
        let database = Self::start(address, |address, folder| {
            let mut command = Command::new(victoria);
            command.arg(format!("-storageDataPath={}", folder.display()));
            // Results may be of any year.
            command.args(["-retentionPeriod=100y", &format!("-httpListenAddr={address}")]);
            command
        });
        database.ready("/health");
        Some(database)
    }

    /// Prometheus, which looks at the page there once a second. `None`: the test is skipped.
    pub fn prometheus(page: SocketAddr) -> Option<Self> {
        let prometheus = tool("prometheus")?;
        let database = Self::start(free_address(), |address, folder| {
            let config = folder.join("prometheus.yml");
            let text = format!(
                "global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: illuminator, static_configs: [{{targets: \
                 ['{page}']}}]}}]\n"
            );
            fs::write(&config, text).expect("it can be written");
            let mut command = Command::new(prometheus);
            command.arg(format!("--config.file={}", config.display()));
            command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
            command.arg(format!("--web.listen-address={address}"));
            command
        });
        database.ready("/-/ready");
        Some(database)
    }

    fn start(address: SocketAddr, command: impl FnOnce(SocketAddr, &Path) -> Command) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = command(address, folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("it starts");
        Self { child, _folder: folder, address }
    }

    fn ready(&self, path: &str) {
        until("the database answers", || {
            TcpStream::connect(self.address).is_ok() && (200..300).contains(&self.ask("GET", path).status)
        });
    }

    /// Its answer.
    pub fn ask(&self, method: &str, path: &str) -> Reply {
        Page { address: self.address }.send(method, path, &[], "")
    }

    /// Its answer as JSON.
    pub fn json(&self, path: &str) -> Value {
        Page { address: self.address }.json(path)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address where nobody listens.
///
/// # Panics
/// If there is none.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound")
}
