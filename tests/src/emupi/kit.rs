//! What the emulated machine is made of, where `.ci/emupi prepare` has put it.

use crate::programs::{ci_tools, not_installed, skipped};
use std::fs;
use std::path::{Path, PathBuf};

/// The parts of an emulated machine.
pub struct Kit {
    folder: PathBuf,
}

impl Kit {
    /// The parts on this machine. Where there are none the test is skipped, and says so: in CI only if they cannot
    /// be had, for the reason that `.ci/emupi` gave.
    pub fn find() -> Option<Self> {
        let Some(folder) = ci_tools().map(|tools| tools.join("emupi")) else {
            not_installed("no emulated Pi: neither ILLUMINATOR_CI_TOOLS nor HOME is set");
            return None;
        };
        if let Ok(reason) = fs::read_to_string(folder.join("unavailable")) {
            skipped(&format!("no emulated Pi: {}", reason.trim()));
            return None;
        }
        if !folder.join("ready").is_file() {
            not_installed("no emulated Pi: run `.ci/emupi prepare`");
            return None;
        }
        crate::programs::tool("qemu-system-aarch64").map(|_| Self { folder })
    }

    /// The kernel.
    pub(super) fn kernel(&self) -> PathBuf {
        self.folder.join("kernel")
    }

    /// The description of the Pi's board.
    pub(super) fn board(&self) -> PathBuf {
        self.folder.join("board.dtb")
    }

    /// All small programs in one.
    pub(super) fn busybox(&self) -> Vec<u8> {
        read(&self.folder.join("busybox"))
    }

    /// Name and content of the kernel's drivers, in the order in which they are loaded.
    pub(super) fn modules(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let order = fs::read_to_string(self.folder.join("order")).expect("a kit has an order of its drivers");
        let names: Vec<String> = order.lines().map(str::to_owned).collect();
        names.into_iter().map(|name| {
            let content = read(&self.folder.join("modules").join(&name));
            (name, content)
        })
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
