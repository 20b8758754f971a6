//! The sockets of a process, as the kernel tells them.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// A socket that other programs can send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSocket {
    /// Its address on this machine.
    pub local: SocketAddr,
    /// Whether it takes connections (TCP); else it takes datagrams (UDP).
    pub tcp: bool,
}

/// State of a TCP socket that takes connections, in the kernel's tables.
const LISTEN: &str = "0A";

/// The UDP sockets of a process, and the TCP sockets on which it takes connections. Empty once it has ended.
pub fn open_sockets(process: u32) -> Vec<OpenSocket> {
    let inodes = inodes(process);
    let tables = [("udp", false), ("udp6", false), ("tcp", true), ("tcp6", true)];
    let mut found = Vec::new();
    for (name, tcp) in tables {
        // The tables of the network that the process sees.
        let table = std::fs::read_to_string(format!("/proc/{process}/net/{name}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [_, local, _, state, _, _, _, _, _, inode, ..] = fields[..] else { continue };
            if !inodes.contains(inode) || (tcp && state != LISTEN) {
                continue;
            }
            let local = address(local).unwrap_or_else(|| panic!("an address of the kernel: {local}"));
            found.push(OpenSocket { local, tcp });
        }
    }
    found
}

/// Datagrams that the kernel dropped at the UDP socket with this address, because nobody took them in time; `None` if
/// there is no such socket. Of the network that this process sees.
pub fn dropped_at(local: SocketAddr) -> Option<u64> {
    let name = if local.is_ipv4() { "udp" } else { "udp6" };
    let table = std::fs::read_to_string(format!("/proc/self/net/{name}")).unwrap_or_default();
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if address(fields.get(1)?)? == local { fields.last()?.parse().ok() } else { None }
    })
}

/// The numbers of all sockets that a process has open.
fn inodes(process: u32) -> BTreeSet<String> {
    let Ok(files) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return BTreeSet::new() };
    let socket = |path: &Path| {
        let target = std::fs::read_link(path).ok()?;
        Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    };
    files.flatten().filter_map(|file| socket(&file.path())).collect()
}

/// `0100007F:1403` is 127.0.0.1:5123: words of 32 bits in the byte order of the machine, then the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::new();
    for word in ip.as_bytes().chunks(8) {
        let word = u32::from_str_radix(str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let ip: IpAddr = match <[u8; 4]>::try_from(&bytes[..]) {
        Ok(four) => Ipv4Addr::from(four).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(&bytes[..]).ok()?).into(),
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::{dropped_at, open_sockets};
    use std::net::{TcpListener, UdpSocket};

    #[test]
    fn the_sockets_of_this_process_are_found() {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let tcp = TcpListener::bind("0.0.0.0:0").unwrap();
        let udp6 = UdpSocket::bind("[::1]:0").ok();
        let mut expected = vec![(udp.local_addr().unwrap(), false), (tcp.local_addr().unwrap(), true)];
        expected.extend(udp6.iter().map(|socket| (socket.local_addr().unwrap(), false)));
        let found = open_sockets(std::process::id());
        for (local, tcp) in expected {
            assert!(found.iter().any(|open| (open.local, open.tcp) == (local, tcp)), "{local}: {found:?}");
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_as_dropped() {
        let deaf = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = deaf.local_addr().unwrap();
        assert_eq!(dropped_at(address), Some(0));
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        // More than any usual buffer holds.
        (0..20_000).for_each(|_| drop(sender.send_to(&[0; 1200], address)));
        assert!(dropped_at(address) > Some(0));
        drop(deaf);
        assert_eq!(dropped_at(address), None);
    }
}
