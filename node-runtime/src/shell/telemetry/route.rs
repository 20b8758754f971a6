//! By which network interface an address is reached, from Linux's tables of routes. Pure.
//!
//! Of the routes that lead there the most exact one wins, and of equal ones the first, as in the kernel's own order.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The flags of a route: it can be used, and it refuses what it leads to.
const UP: u32 = 0x1;
const REJECT: u32 = 0x200;

/// The name of the interface by which `to` is reached, from the text of `/proc/net/route`.
pub(super) fn interface_v4(routes: &str, to: Ipv4Addr) -> Option<&str> {
    // The numbers are as they lie in memory.
    let number = |text: &str| u32::from_str_radix(text, 16).ok().map(u32::to_be);
    let route = |line| {
        let [name, destination, _, flags, _, _, _, mask] = fields::<8>(line)?;
        let (destination, mask) = (number(destination)?, number(mask)?);
        let leads = u32::from(to) & mask == destination && is_usable(flags)?;
        leads.then_some((mask.count_ones(), name))
    };
    most_exact(routes.lines().filter_map(route))
}

/// The same for IPv6, from the text of `/proc/net/ipv6_route`.
pub(super) fn interface_v6(routes: &str, to: Ipv6Addr) -> Option<&str> {
    let route = |line| {
        let [destination, length, _, _, _, _, _, _, flags, name] = fields::<10>(line)?;
        let destination = u128::from_str_radix(destination, 16).ok()?;
        let length = u32::from_str_radix(length, 16).ok().filter(|length| *length <= 128)?;
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        // What is this machine's own is listed as well, on its loopback.
        let leads = u128::from(to) & mask == destination && is_usable(flags)? && name != "lo";
        leads.then_some((length, name))
    };
    most_exact(routes.lines().filter_map(route))
}

/// The first fields of a line; `None` if there are fewer.
fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut fields = line.split_ascii_whitespace();
    let mut first = [""; N];
    for field in &mut first {
        *field = fields.next()?;
    }
    Some(first)
}

fn is_usable(flags: &str) -> Option<bool> {
    let flags = u32::from_str_radix(flags, 16).ok()?;
    Some(flags & (UP | REJECT) == UP)
}

fn most_exact<'a>(routes: impl Iterator<Item = (u32, &'a str)>) -> Option<&'a str> {
    let better = |best: (u32, &'a str), next: (u32, &'a str)| if next.0 > best.0 { next } else { best };
    routes.reduce(better).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{interface_v4, interface_v6};
    use proptest::prelude::*;

    const V4: &str = "\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
wlan0	0001A8C0	00000000	0001	0	0	600	00FFFFFF	0	0	0
eth1	0000000A	00000000	0000	0	0	0	000000FF	0	0	0
usb0	0002A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
";

    const V6: &str = "\
fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001    wlan0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003    wlan0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
fd000000000000000000000000000021 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
";

    #[cfg(target_endian = "little")]
    #[test]
    fn the_most_exact_route_wins_and_then_the_first() {
        for (to, name) in [
            ("192.168.1.7", Some("eth0")),
            ("192.168.2.7", Some("usb0")),
            ("10.1.2.3", Some("eth0")),
            ("8.8.8.8", Some("eth0")),
        ] {
            assert_eq!(interface_v4(V4, to.parse().unwrap()), name, "{to}");
        }
        let without_default: String =
            V4.lines().filter(|line| !line.contains("\t0003\t")).collect::<Vec<_>>().join("\n");
        assert_eq!(interface_v4(&without_default, "10.1.2.3".parse().unwrap()), None, "its route is down");
    }

    #[test]
    fn routes_of_version_6_are_read_as_well() {
        for (to, name) in
            [("fd00::7", "eth0"), ("fd00::21", "eth0"), ("fe80::1", "wlan0"), ("2001:db8::1", "wlan0")]
        {
            assert_eq!(interface_v6(V6, to.parse().unwrap()), Some(name), "{to}");
        }
        assert_eq!(interface_v6(&V6.lines().skip(3).collect::<String>(), "fd00::7".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text: String, fields in prop::collection::vec("[0-9a-fA-F]{0,40}|eth0", 0..24)) {
            for text in [text, fields.join(" ")] {
                let _ = (interface_v4(&text, [10, 0, 0, 1].into()), interface_v6(&text, 1.into()));
            }
        }
    }
}
