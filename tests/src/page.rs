//! A run with a page, and a browser that speaks just enough HTTP.

use crate::programs::{command, lines, next_line, signal, until};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};

/// A running `illuminator` with a page; killed when dropped.
pub struct PageRun {
    child: Child,
    /// Its page.
    pub page: Page,
}

impl PageRun {
    /// Starts it in `folder`; the arguments ask for a page on any free port.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = command(folder, arguments).stderr(Stdio::piped()).spawn().expect("it starts");
        let said = lines(child.stderr.take().expect("stderr is piped"));
        let mut before = Vec::new();
        let url = loop {
            let line = next_line(&said).unwrap_or_else(|| panic!("it ended without a page: {before:?}"));
            match line.strip_prefix("the page is at http://") {
                Some(url) => break url.trim_end_matches('/').to_owned(),
                None => before.push(line),
            }
        };
        let mut address: SocketAddr = url.parse().expect("an address");
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        Self { child, page: Page { address } }
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it goes on.
    pub fn is_there(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    /// Waits until it has ended by itself.
    pub fn ended(mut self) -> ExitStatus {
        until("the program ends", || !self.is_there());
        self.child.wait().expect("it is our child")
    }

    /// Ends it as Ctrl-C does.
    pub fn interrupt(self) -> ExitStatus {
        signal(self.id(), "INT");
        self.ended()
    }
}

impl Drop for PageRun {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A page, by its address.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Where it is.
    pub address: SocketAddr,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its head, in lower case.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

impl Page {
    /// The JSON at a path.
    pub fn json(&self, path: &str) -> Value {
        let reply = self.send("GET", path, &[], "");
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.json()
    }

    /// The last moment.
    pub fn moment(&self) -> Value {
        self.json("/api/v1/moment")
    }

    /// Commands; gives the status and what is said about it.
    pub fn command(&self, command: &str) -> (u16, String) {
        let reply = self.send("POST", "/api/v1/command", &[], command);
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    }

    /// Commands what must be possible.
    pub fn order(&self, order: &str) {
        assert_eq!(self.command(order), (204, String::new()), "{order}");
    }

    /// A request, and the whole answer. A body is sent as JSON.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut stream = BufReader::new(self.request(method, path, headers, body));
        let head = head(&mut stream);
        let mut body = Vec::new();
        stream.read_to_end(&mut body).expect("the answer ends");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Reply { status: status.unwrap_or_else(|| panic!("no answer: {head}")), head, body }
    }

    /// The stream of events; `last` is the last id that was heard.
    pub fn live(&self, last: Option<u64>) -> Events {
        let last = last.map(|last| last.to_string());
        let headers: Vec<(&str, &str)> = last.iter().map(|last| ("last-event-id", last.as_str())).collect();
        let mut stream = BufReader::new(self.request("GET", "/api/v1/live", &headers, ""));
        let head = head(&mut stream);
        assert!(head.contains(" 200 ") && head.contains("text/event-stream"), "{head}");
        Events { stream }
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("the page is there");
        stream.set_read_timeout(Some(crate::programs::PATIENCE)).expect("a time limit");
        // Of the older version, so that an answer ends with its connection.
        let mut text = format!("{method} {path} HTTP/1.0\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            let _ = write!(text, "host: {}\r\n", self.address);
        }
        headers.iter().for_each(|(name, value)| {
            let _ = write!(text, "{name}: {value}\r\n");
        });
        if !body.is_empty() {
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                text.push_str("content-type: application/json\r\n");
            }
            let _ = write!(text, "content-length: {}\r\n", body.len());
        }
        let _ = write!(text, "\r\n{body}");
        stream.write_all(text.as_bytes()).expect("the page takes it");
        stream
    }
}

fn head(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).expect("an answer") > 0, "the answer is cut off: {head}");
    }
    head.to_lowercase().replace('\r', "")
}

/// Events as they come.
pub struct Events {
    stream: BufReader<TcpStream>,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// `scene`, `moment` or `health`.
    pub kind: String,
    /// Its id.
    pub id: u64,
    /// Its data.
    pub data: Value,
}

impl Iterator for Events {
    type Item = Event;

    /// The next one; nothing once the stream has ended.
    fn next(&mut self) -> Option<Event> {
        let (mut kind, mut id, mut data) = (String::new(), 0, Value::Null);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).expect("the stream goes on or ends") == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", value)) => value.clone_into(&mut kind),
                Some(("id", value)) => id = value.parse().expect("a number"),
                Some(("data", value)) => data = serde_json::from_str(value).expect("JSON in one line"),
                _ if line == "\n" && !kind.is_empty() => return Some(Event { kind, id, data }),
                _ => {}
            }
        }
    }
}
