//! The machine of a node, as its files of `/proc` and `/sys` tell of it.

use super::{read, route, system};
use illuminator_protocol::MachineReport;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Most thermal zones that are looked at.
const ZONES: usize = 16;
/// Where a Raspberry Pi's firmware says whether it slows the processor down.
const THROTTLED: &str = "sys/devices/platform/soc/soc:firmware/get_throttled";

/// A machine that is watched while there is a host.
#[derive(Debug)]
pub(super) struct Watched {
    /// `/`
    root: PathBuf,
    /// At the last report, or at the beginning of the session.
    before: Option<system::Ticks>,
}

impl Default for Watched {
    fn default() -> Self {
        Self { root: PathBuf::from("/"), before: None }
    }
}

impl Watched {
    /// A host begins to listen: load counts from now on.
    pub(super) fn begin(&mut self) {
        self.before = self.read("proc/stat", system::ticks);
    }

    /// How it does now, for a host at this address.
    pub(super) fn report(&mut self, host: Option<IpAddr>) -> MachineReport {
        let now = self.read("proc/stat", system::ticks);
        let before = std::mem::replace(&mut self.before, now);
        MachineReport {
            temperature_mc: self.temperature_mc(),
            cpu_permille: now.zip(before).and_then(|(now, before)| now.load_since(before)),
            memory_permille: self.read("proc/meminfo", system::memory_permille),
            throttled: self.read(THROTTLED, system::throttled),
            uptime_s: self.read("proc/uptime", system::uptime_s),
            mac: host.and_then(|host| self.mac(host.to_canonical())),
        }
    }

    fn temperature_mc(&self) -> Option<i32> {
        let zones = (0..ZONES).map(|zone| self.root.join(format!("sys/class/thermal/thermal_zone{zone}")));
        let is_of_processor = |kind: &str| system::is_of_processor(kind).then_some(());
        let zone = zones.into_iter().find(|zone| read(&zone.join("type"), is_of_processor).is_some())?;
        read(&zone.join("temp"), system::temperature_mc)
    }

    /// Of the interface by which it reaches a host; loopback has none.
    fn mac(&self, host: IpAddr) -> Option<[u8; 6]> {
        let name = match host {
            _ if host.is_loopback() => None,
            IpAddr::V4(to) => {
                self.read("proc/net/route", |text| route::interface_v4(text, to).map(str::to_owned))
            }
            IpAddr::V6(to) => {
                self.read("proc/net/ipv6_route", |text| route::interface_v6(text, to).map(str::to_owned))
            }
        }?;
        let is_a_name = Path::new(&name).file_name().is_some_and(|only| only.to_str() == Some(&name));
        is_a_name.then(|| self.read(&format!("sys/class/net/{name}/address"), system::mac)).flatten()
    }

    fn read<T>(&self, file: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        read(&self.root.join(file), parse)
    }
}

#[cfg(test)]
mod tests {
    use super::Watched;
    use illuminator_protocol::MachineReport;
    use std::path::Path;

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Every file as a Raspberry Pi 4 has it.
    fn pi(root: &Path) {
        write(root, "proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1\n");
        write(root, "proc/meminfo", "MemTotal:  1000 kB\nMemFree:  1 kB\nMemAvailable:  600 kB\n");
        write(root, "proc/uptime", "77.25 300.00\n");
        write(root, "proc/net/route", "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
        write(root, "sys/class/thermal/thermal_zone0/type", "gpu-thermal\n");
        write(root, "sys/class/thermal/thermal_zone0/temp", "1000\n");
        write(root, "sys/class/thermal/thermal_zone1/type", "cpu-thermal\n");
        write(root, "sys/class/thermal/thermal_zone1/temp", "61834\n");
        write(root, "sys/devices/platform/soc/soc:firmware/get_throttled", "50000\n");
        write(root, "sys/class/net/eth0/address", "dc:a6:32:01:02:03\n");
    }

    #[test]
    fn a_pi_tells_everything() {
        let folder = tempfile::tempdir().unwrap();
        pi(folder.path());
        let mut machine = Watched { root: folder.path().to_owned(), before: None };
        let host = "192.168.1.2".parse().ok();
        machine.begin();
        write(folder.path(), "proc/stat", "cpu  130 0 100 850 20 0 0 0 0 0\n");
        let expected = MachineReport {
            temperature_mc: Some(61_834),
            cpu_permille: Some(300),
            memory_permille: Some(400),
            throttled: Some(0x5_0000),
            uptime_s: Some(77),
            mac: Some([0xdc, 0xa6, 0x32, 1, 2, 3]),
        };
        assert_eq!(machine.report(host), expected);
        let later = MachineReport { cpu_permille: None, ..expected };
        assert_eq!(machine.report("::ffff:192.168.1.2".parse().ok()), later, "no time has passed");
        assert_eq!(machine.report("127.0.0.1".parse().ok()).mac, None);
        assert_eq!(machine.report(None).mac, None);
    }

    #[test]
    fn every_absent_source_is_absent_alone() {
        for (file, absent) in [
            ("proc/stat", 1),
            ("proc/meminfo", 1),
            ("proc/uptime", 1),
            ("proc/net/route", 1),
            ("sys/class/thermal/thermal_zone1/temp", 1),
            ("sys/devices/platform/soc/soc:firmware/get_throttled", 1),
            ("sys/class/net/eth0/address", 1),
            ("nothing", 0),
        ] {
            for garbage in [false, true] {
                let folder = tempfile::tempdir().unwrap();
                pi(folder.path());
                let mut machine = Watched { root: folder.path().to_owned(), before: None };
                machine.begin();
                write(folder.path(), "proc/stat", "cpu  130 0 100 850 20 0 0 0 0 0\n");
                if garbage {
                    std::fs::create_dir_all(folder.path().join(file).parent().unwrap()).unwrap();
                    std::fs::write(folder.path().join(file), b"\xff\xfe / ../.. 9").unwrap();
                } else {
                    let _ = std::fs::remove_file(folder.path().join(file));
                }
                let MachineReport { temperature_mc, cpu_permille, memory_permille, throttled, uptime_s, mac } =
                    machine.report("192.168.1.2".parse().ok());
                let told = [
                    temperature_mc.is_some(),
                    cpu_permille.is_some(),
                    memory_permille.is_some(),
                    throttled.is_some(),
                    uptime_s.is_some(),
                    mac.is_some(),
                ];
                assert_eq!(told.iter().filter(|told| !**told).count(), absent, "{file} {garbage}: {told:?}");
            }
        }
    }

    #[test]
    fn this_machine_tells_what_every_linux_does() {
        let mut machine = Watched::default();
        machine.begin();
        let MachineReport { memory_permille, uptime_s, .. } = machine.report(None);
        assert!(memory_permille.is_some_and(|share| (1..=1000).contains(&share)));
        assert!(uptime_s.is_some());
    }
}
