//! Size of the static binary that goes to a Raspberry Pi. Slow to build, so only when asked for by name.

use super::Outcome;
use super::programs::{cargo, target_folder};
use super::report::{Figure, Reach, Report};
use std::io::Write;
use std::process::Command;

const NODE: &str = "size_node_aarch64";
const TARGET: &str = "aarch64-unknown-linux-musl";

pub(crate) fn run(report: &mut Report) -> Outcome {
    if !report.names(NODE) {
        return Ok(());
    }
    if !target_is_installed() {
        let _ = writeln!(std::io::stderr(), "{NODE}: skipped: `rustup target add {TARGET}` was not run");
        return Ok(());
    }
    let folder = target_folder()?;
    let status = cargo()
        .args(["build", "--quiet", "--profile", "dist", "-p", "illuminator-node", "--target", TARGET])
        .arg("--target-dir")
        .arg(&folder)
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER", "rust-lld")
        .status()?;
    if !status.success() {
        return Err("cargo build failed".into());
    }
    let bytes = std::fs::metadata(folder.join(TARGET).join("dist/illuminator-node"))?.len();
    let value = bytes as f64 / f64::from(1 << 20);
    report.figure(&Figure { name: NODE, value, unit: "MiB", against: None, reach: Reach::AtMost(4.0) });
    Ok(())
}

fn target_is_installed() -> bool {
    let libraries = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    libraries.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        output.status.success() && std::path::Path::new(folder.trim()).is_dir()
    })
}
