//! Hosts in network namespaces of their own, around one lossy switch.

use super::orders::{Counts, Order};
use crate::programs::{lines, next_line, not_installed, program, tool};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

/// Begins the name of every namespace; what follows is the process that made it.
const PREFIX: &str = "illab";
/// Where the system keeps named namespaces.
const NAMESPACES: &str = "/run/netns";
/// The last byte of the first host's address.
const FIRST_ADDRESS: usize = 10;
/// Most hosts of a lab.
const HOSTS_MAX: usize = 200;

/// Tells the labs of one process apart.
static LABS: AtomicUsize = AtomicUsize::new(0);

/// A switch and its hosts; taken down when dropped.
///
/// The programs inside belong to whoever starts them. Those that are still there when the lab ends are killed.
pub struct Lab {
    // Dropped in this order: the switch ends before its taps do.
    switch: SwitchProcess,
    namespaces: Namespaces,
}

impl Lab {
    /// Builds a lab, its switch without faults but with one millisecond of delay.
    ///
    /// `None` if this machine has no namespaces or no taps, or the test may not make any; it then says that the test
    /// is skipped. Only root may. In CI that is a failure.
    pub fn build(hosts: usize, seed: u64) -> Option<Self> {
        assert!(hosts <= HOSTS_MAX, "a lab has at most {HOSTS_MAX} hosts");
        tool("ip")?;
        remove(&leftovers());
        let namespaces = match Namespaces::make(hosts) {
            Ok(namespaces) => namespaces,
            Err(reason) => {
                not_installed(&format!("no network namespaces with taps can be made: {reason}"));
                return None;
            }
        };
        let switch = SwitchProcess::start(namespaces.switch(), hosts, seed);
        namespaces.plug_in();
        Some(Self { switch, namespaces })
    }

    /// The address of a host; all are on one network.
    pub fn address(&self, host: usize) -> Ipv4Addr {
        address(host)
    }

    /// The command, to be run on a host. Stdin, stdout and stderr are not taken over.
    pub fn on(&self, host: usize, command: &Command) -> Command {
        let mut inside = in_namespace(self.namespaces.host(host));
        inside.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            inside.current_dir(folder);
        }
        inside
    }

    /// A socket of this process on a host, on any free port.
    pub fn socket(&self, host: usize) -> UdpSocket {
        let namespace = File::open(Path::new(NAMESPACES).join(self.namespaces.host(host)));
        let namespace = namespace.expect("a lab's namespaces have names");
        // A thread has a namespace, and a socket stays in the one in which it was made.
        let bound = std::thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
            UdpSocket::bind((address(host), 0))
        });
        bound.join().expect("no panic").expect("a host has its address")
    }

    /// Gives the switch an order, and returns what has happened up to then; the port of a host has its number.
    pub fn order(&mut self, order: Order) -> Counts {
        self.switch.order(order)
    }
}

fn address(host: usize) -> Ipv4Addr {
    let last = u8::try_from(FIRST_ADDRESS + host).expect("a lab has few hosts");
    Ipv4Addr::new(10, 77, 0, last)
}

/// A running `lossy-switch`; it ends with its stdin, even if this process is killed.
struct SwitchProcess {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<String>,
}

impl SwitchProcess {
    fn start(namespace: &str, ports: usize, seed: u64) -> Self {
        let mut command = in_namespace(namespace);
        command.arg(program("lossy-switch")).args([ports.to_string(), seed.to_string()]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the switch can be started");
        let orders = child.stdin.take().expect("stdin is piped");
        let answers = lines(child.stdout.take().expect("stdout is piped"));
        let switch = Self { child, orders, answers };
        switch.answer();
        switch
    }

    fn order(&mut self, order: Order) -> Counts {
        let mut line = serde_json::to_vec(&order).expect("an order is plain data");
        line.push(b'\n');
        self.orders.write_all(&line).expect("the switch listens");
        self.answer()
    }

    fn answer(&self) -> Counts {
        let line = next_line(&self.answers).expect("the switch answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the switch says {line:?}: {error}"))
    }
}

impl Drop for SwitchProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The namespaces of one lab: that of the switch, then those of the hosts. Removed when dropped.
struct Namespaces(Vec<String>);

impl Namespaces {
    /// Makes them. The error is what `ip` says.
    fn make(hosts: usize) -> Result<Self, String> {
        let lab = format!("{PREFIX}-{}-{}", std::process::id(), LABS.fetch_add(1, Ordering::Relaxed));
        let names = Self((0..=hosts).map(|number| format!("{lab}-{number}")).collect());
        // Of an earlier process with our number.
        remove(&names.0.iter().filter(|name| exists(name)).cloned().collect::<Vec<_>>());
        ip(&[], names.0.iter().map(|name| format!("netns add {name}")))?;
        // What the switch will need: a kernel without taps is known before a program of ours can be blamed.
        let probe = ["tuntap add dev probe mode tap", "tuntap del dev probe mode tap"];
        ip(&["-n", names.switch()], probe.map(str::to_owned))?;
        Ok(names)
    }

    fn switch(&self) -> &str {
        &self.0[0]
    }

    fn host(&self, host: usize) -> &str {
        &self.0[1 + host]
    }

    /// Moves the taps of the switch to the hosts, each of which gets its addresses.
    fn plug_in(&self) {
        let hosts = 0..self.0.len() - 1;
        let moves = hosts.clone().map(|host| format!("link set p{host} netns {}", self.host(host)));
        ip(&["-n", self.switch()], moves).expect("taps can be moved");
        for host in hosts {
            let address = address(host);
            let settings = [
                "link set lo up".to_owned(),
                // No IPv6: nothing but what the programs send crosses the switch, and ARP.
                format!("link set p{host} name eth0 address 02:00:00:00:00:{host:02x} addrgenmode none"),
                format!("addr add {address}/24 dev eth0"),
                "link set eth0 up".to_owned(),
            ];
            ip(&["-n", self.host(host)], settings).expect("a tap can be set up");
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Starts a command that runs in a namespace. The process is the command's own: `ip` becomes it.
fn in_namespace(name: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", name]);
    command
}

/// The namespaces of processes that are gone.
fn leftovers() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(NAMESPACES) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| owner(name).is_some_and(|owner| !Path::new("/proc").join(owner).exists())).collect()
}

/// The process that made a namespace; `None` if that was no lab.
fn owner(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_once('-')?;
    let (owner, _) = rest.split_once('-')?;
    (prefix == PREFIX && owner.parse::<u32>().is_ok()).then_some(owner)
}

fn exists(name: &str) -> bool {
    Path::new(NAMESPACES).join(name).exists()
}

/// Kills what runs in these namespaces, and removes them. What is gone already, or goes meanwhile, is no error.
fn remove(names: &[String]) {
    for name in names {
        let Ok(pids) = Command::new("ip").args(["netns", "pids", name]).output() else { continue };
        for pid in String::from_utf8_lossy(&pids.stdout).split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", pid]).stderr(Stdio::null()).status();
        }
    }
    let _ = ip(&["-force"], names.iter().map(|name| format!("netns del {name}")));
}

/// Has `ip` carry out some commands. The error is what it says.
fn ip(options: &[&str], commands: impl IntoIterator<Item = String>) -> Result<(), String> {
    let mut command = Command::new("ip");
    command.args(options).args(["-batch", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let lines = commands.into_iter().fold(String::new(), |lines, line| lines + &line + "\n");
    // If it ends early it says why.
    let _ = child.stdin.take().expect("stdin is piped").write_all(lines.as_bytes());
    let done = child.wait_with_output().map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_lab_touches_no_namespace_of_others() {
        assert_eq!(owner("illab-123-0-7"), Some("123"));
        for other in ["illab", "illab-123", "illab-x-0-7", "lab-123-0-7", "illab--0"] {
            assert_eq!(owner(other), None, "{other}");
        }
    }

    /// Namespaces for a test, unless it has to be skipped.
    fn made() -> Option<Namespaces> {
        tool("ip")?;
        Namespaces::make(2).map_err(|reason| not_installed(&reason)).ok()
    }

    #[test]
    fn a_test_that_panics_leaves_no_namespace() {
        let Some(namespaces) = made() else { return };
        let names = namespaces.0.clone();
        assert!(names.len() == 3 && names.iter().all(|name| exists(name)), "{names:?}");
        let panicked = std::panic::catch_unwind(move || {
            let _namespaces = namespaces;
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(panicked.is_err());
        assert!(!names.iter().any(|name| exists(name)), "{names:?}");
    }

    #[test]
    fn what_a_killed_test_has_left_is_removed_with_the_programs_in_it() {
        if made().is_none() {
            return;
        }
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let left = format!("{PREFIX}-{}-0-0", gone.id());
        ip(&[], [format!("netns add {left}")]).unwrap();
        let mut program = in_namespace(&left).args(["sleep", "1000"]).spawn().unwrap();
        crate::programs::until("the program is in the namespace", || {
            let pids = Command::new("ip").args(["netns", "pids", &left]).output().unwrap();
            String::from_utf8_lossy(&pids.stdout).trim() == program.id().to_string()
        });
        remove(&leftovers());
        assert_eq!(program.wait().unwrap().signal(), Some(9));
        assert!(!exists(&left));
    }
}
