//! What Linux tells of a process in `/proc`, from its texts. Pure.

/// How long a tick of `/proc/PID/stat` is `[µs]`: a hundredth of a second on every machine that runs Rust's Linux.
const TICK_US: u64 = 10_000;

/// Processor time of a thread `[µs]`, from the text of its `schedstat`.
pub(super) fn thread_us(schedstat: &str) -> Option<u64> {
    let run_ns: u64 = schedstat.split_ascii_whitespace().next()?.parse().ok()?;
    Some(run_ns / 1000)
}

/// Processor time of a process and all threads that it ever had `[µs]`, in steps of 10 ms, from the text of its
/// `stat`.
pub(super) fn process_us(stat: &str) -> Option<u64> {
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    // Of these the first is the third: fields 14 and 15 are the time in user and in kernel mode.
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let (user, kernel): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(kernel)?.checked_mul(TICK_US)
}

/// Memory of a process that is in RAM `[KiB]`, from the text of its `status`. Unlike `statm` it does not count in
/// pages, whose size differs among Pis.
pub(super) fn resident_kib(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{process_us, resident_kib, thread_us};
    use proptest::prelude::*;

    #[test]
    fn processor_time_of_a_thread_is_the_first_number() {
        assert_eq!(thread_us("150503999 178746 2\n"), Some(150_503));
        assert_eq!(thread_us("0 0 0\n"), Some(0), "a system that does not count");
    }

    #[test]
    fn processor_time_of_a_process_is_that_of_user_and_kernel() {
        let rest = "R 1 7 7 0 -1 4194304 99 0 0 0 250 50 3 4 20 0 3 0 540731 3133440 360";
        for name in ["illuminator-nod", "a b", ") R 1 (", ""] {
            assert_eq!(process_us(&format!("7 ({name}) {rest}")), Some(3_000_000), "{name}");
        }
    }

    #[test]
    fn memory_is_in_kib() {
        let status = "Name:\tVmRSS\nVmHWM:\t    2999 kB\nVmRSS:\t    2160 kB\nRssAnon:\t 1 kB\n";
        assert_eq!(resident_kib(status), Some(2160));
    }

    #[test]
    fn texts_of_another_kind_say_nothing() {
        for text in ["", "\n", "7", "7 (x)", "7 (x) R 1 7 7 0 -1 4194304 99 0 0 0 250", "VmRSS: 1 MB", "x 1"]
        {
            assert_eq!((process_us(text), resident_kib(text)), (None, None), "{text}");
        }
        assert_eq!((thread_us(""), thread_us("x 1")), (None, None));
    }

    #[test]
    fn this_process_can_be_read() {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/thread-self/{file}")).unwrap();
        assert!(thread_us(&read("schedstat")).is_some());
        assert!(process_us(&read("stat")).is_some());
        assert!(resident_kib(&read("status")).is_some_and(|kib| kib > 100));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text: String, fields in prop::collection::vec(any::<u64>(), 0..20)) {
            let fields: Vec<_> = fields.iter().map(u64::to_string).collect();
            for text in [text.clone(), format!("1 ({text}) R {}", fields.join(" ")), format!("VmRSS:{text}kB")] {
                let _ = (thread_us(&text), process_us(&text), resident_kib(&text));
            }
        }
    }
}
