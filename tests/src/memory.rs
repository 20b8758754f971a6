//! The memory of running processes, as Linux tells it.

/// What a node takes at most beside its plan, however many datagrams come `[KiB]`; stated in docs/operations.md.
pub const NODE_KIB_MAX: u64 = 12 * 1024;
/// What a host takes at most for 49 nodes and a scenario without large data, simulated nodes included `[KiB]`; stated
/// in docs/operations.md.
pub const HOST_KIB_MAX: u64 = 32 * 1024;

/// What is in RAM now `[KiB]`; `None` once the process has ended.
pub fn resident_kib(process: u32) -> Option<u64> {
    of_status(process, "VmRSS:")
}

/// The most that ever was in RAM `[KiB]`; `None` once the process has ended.
pub fn peak_kib(process: u32) -> Option<u64> {
    of_status(process, "VmHWM:")
}

fn of_status(process: u32, key: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
