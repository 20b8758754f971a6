//! What Linux tells of a whole machine in `/proc` and `/sys`, from its texts. Pure.

/// Time that a machine's processors have spent since its start, in ticks of all cores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ticks {
    /// At work.
    pub(super) busy: u64,
    /// At work or not.
    pub(super) all: u64,
}

impl Ticks {
    /// Load since `before` `[‰]`, 0 to 1000; `None` if no time has passed, or if it went backwards.
    pub(super) fn load_since(self, before: Self) -> Option<u16> {
        let all = self.all.checked_sub(before.all)?;
        // The idle time of a core may be taken back a little: the load is bounded.
        let busy = self.busy.saturating_sub(before.busy).min(all);
        permille(busy, all)
    }
}

/// From the text of `/proc/stat`.
pub(super) fn ticks(stat: &str) -> Option<Ticks> {
    let mut fields = stat.lines().next()?.split_ascii_whitespace();
    fields.next().filter(|name| *name == "cpu")?;
    // user nice system idle iowait irq softirq steal; guests are counted in user and nice already.
    let mut sums = Ticks::default();
    for (index, field) in fields.take(8).enumerate() {
        let spent: u64 = field.parse().ok()?;
        sums.all = sums.all.checked_add(spent)?;
        if !(3..=4).contains(&index) {
            sums.busy += spent;
        }
    }
    (sums.all > 0).then_some(sums)
}

/// Memory in use `[‰]`, 0 to 1000, from the text of `/proc/meminfo`: all but what programs could still have.
pub(super) fn memory_permille(meminfo: &str) -> Option<u16> {
    let kib = |name: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    let (total, available) = (kib("MemTotal")?, kib("MemAvailable")?);
    permille(total.checked_sub(available)?, total)
}

/// Whether a thermal zone is that of the processor, from the text of its `type`.
pub(super) fn is_of_processor(kind: &str) -> bool {
    let kind = kind.trim().to_ascii_lowercase();
    ["cpu", "soc", "x86_pkg_temp"].iter().any(|name| kind.contains(name))
}

/// Temperature `[m°C]`, from the text of a thermal zone's `temp`. What no processor can have is a broken sensor.
pub(super) fn temperature_mc(temp: &str) -> Option<i32> {
    temp.trim().parse().ok().filter(|mc| (-100_000..=250_000).contains(mc))
}

/// Flags of a Raspberry Pi's firmware, from the text of `get_throttled`: hexadecimal, with `0x` or without.
pub(super) fn throttled(text: &str) -> Option<u32> {
    let digits = text.trim();
    u32::from_str_radix(digits.strip_prefix("0x").unwrap_or(digits), 16).ok()
}

/// Time since the machine started `[s]`, from the text of `/proc/uptime`.
pub(super) fn uptime_s(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().next()?.split('.').next()?.parse().ok()
}

/// From the text of a network interface's `address`; one of zeros is none.
pub(super) fn mac(address: &str) -> Option<[u8; 6]> {
    let mut bytes = [0; 6];
    let mut parts = address.trim().split(':');
    for byte in &mut bytes {
        let part = parts.next().filter(|part| part.len() == 2 && !part.starts_with('+'))?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    (parts.next().is_none() && bytes != [0; 6]).then_some(bytes)
}

fn permille(part: u64, whole: u64) -> Option<u16> {
    let permille = u128::from(part) * 1000;
    permille.checked_div(u128::from(whole)).and_then(|permille| u16::try_from(permille).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of a Raspberry Pi 3.
    const STAT: &str =
        "cpu  2255 34 2290 22625563 6290 127 456 0 0 0\ncpu0 1132 34 1441 11311718 3675 127 438\n";

    #[test]
    fn load_is_what_was_neither_idle_nor_waiting() {
        let then = ticks(STAT).expect("it is whole");
        assert_eq!(then, Ticks { busy: 2255 + 34 + 2290 + 127 + 456, all: 22_637_015 });
        let now = Ticks { busy: then.busy + 250, all: then.all + 1000 };
        assert_eq!(now.load_since(then), Some(250));
        assert_eq!(then.load_since(then), None, "no time");
        assert_eq!(then.load_since(now), None, "backwards");
        let strange = Ticks { busy: then.busy + 90, all: then.all + 80 };
        assert_eq!(strange.load_since(then), Some(1000));
    }

    #[test]
    fn memory_in_use_is_what_no_program_could_have() {
        let meminfo =
            "MemTotal:         945512 kB\nMemFree:          213180 kB\nMemAvailable:     709134 kB\n";
        assert_eq!(memory_permille(meminfo), Some(250));
        assert_eq!(memory_permille("MemTotal: 10 kB\nMemAvailable: 11 kB\n"), None);
        assert_eq!(memory_permille("MemTotal: 0 kB\nMemAvailable: 0 kB\n"), None);
        assert_eq!(memory_permille("MemTotal: 10 kB\n"), None, "a kernel before 3.14");
    }

    #[test]
    fn sensors_of_processors_are_known_by_their_names() {
        for kind in ["cpu-thermal\n", "cpu_thermal", "bcm2835_soc", "x86_pkg_temp\n", "soc-thermal", "CPU0"] {
            assert!(is_of_processor(kind), "{kind}");
        }
        for kind in ["acpitz\n", "iwlwifi_1", "gpu-thermal", "pch_skylake", ""] {
            assert!(!is_of_processor(kind), "{kind}");
        }
        assert_eq!((temperature_mc("48312\n"), temperature_mc("-5000\n")), (Some(48_312), Some(-5_000)));
        assert_eq!((temperature_mc("-274000\n"), temperature_mc("2147483647\n")), (None, None));
    }

    #[test]
    fn flags_of_the_firmware_are_hexadecimal() {
        assert_eq!((throttled("0\n"), throttled("50005\n")), (Some(0), Some(0x5_0005)));
        assert_eq!(throttled("0xe0008\n"), Some(0xe_0008));
        assert_eq!((throttled("throttled=0x0\n"), throttled("1ffffffff"), throttled("")), (None, None, None));
    }

    #[test]
    fn uptime_is_in_whole_seconds() {
        assert_eq!((uptime_s("113138.43 226255.63\n"), uptime_s("0.00 0.00\n")), (Some(113_138), Some(0)));
        assert_eq!((uptime_s(""), uptime_s("-1.0 2"), uptime_s("x")), (None, None, None));
    }

    #[test]
    fn an_address_has_six_bytes() {
        assert_eq!(mac("dc:a6:32:00:1f:02\n"), Some([0xdc, 0xa6, 0x32, 0, 0x1f, 2]));
        for text in ["00:00:00:00:00:00\n", "", "dc:a6:32:00:1f", "dc:a6:32:00:1f:02:03", "dc:a6:32:0:1f:02"]
        {
            assert_eq!(mac(text), None, "{text}");
        }
        assert_eq!((mac("zz:a6:32:00:1f:02"), mac("+c:a6:32:00:1f:02")), (None, None));
    }

    #[test]
    fn texts_of_another_kind_say_nothing() {
        for text in ["", "\n", "cpu", "cpu  a b", "cpu0 1 2 3", "cpu 0 0 0 0", "intr 1", "\0\u{ff}"] {
            assert_eq!(ticks(text), None, "{text}");
            assert_eq!((memory_permille(text), temperature_mc(text)), (None, None), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text: String, fields in prop::collection::vec(any::<u64>(), 0..12)) {
            let fields: Vec<_> = fields.iter().map(u64::to_string).collect();
            for text in [text.clone(), format!("cpu {}", fields.join(" ")), format!("cpu {text}")] {
                let _ = (ticks(&text), memory_permille(&text), temperature_mc(&text), throttled(&text));
                let _ = (uptime_s(&text), mac(&text), is_of_processor(&text));
            }
            let text = format!("MemTotal:{} kB\nMemAvailable: {text} kB", fields.join(""));
            prop_assert!(memory_permille(&text).is_none_or(|share| share <= 1000));
        }

        #[test]
        fn a_load_is_a_share(before: (u64, u64), now: (u64, u64)) {
            let ticks = |(busy, all)| Ticks { busy, all };
            prop_assert!(ticks(now).load_since(ticks(before)).is_none_or(|load| load <= 1000));
        }
    }
}
