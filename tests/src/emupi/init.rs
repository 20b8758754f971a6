//! What the emulated machine finds when it starts: programs, drivers, the test's files, and what to do first.

use super::archive::Archive;
use super::{File, Kit};

/// Said when the machine takes commands.
pub(super) const UP: &str = "emulated Pi: up";
/// Said after every command, with its number and status.
pub(super) const DONE: &str = "emulated Pi: done";

/// The files of a machine as the kernel takes them.
pub(super) fn archive(kit: &Kit, files: &[File<'_>]) -> Vec<u8> {
    let mut archive = Archive::default();
    for folder in ["dev", "proc", "sys", "tmp", "root"] {
        archive.folder(folder);
    }
    archive.file("bin/busybox", 0o755, &kit.busybox());
    // Before busybox is installed there is no other shell.
    archive.file("init", 0o755, include_bytes!("init.sh"));
    let mut order = String::new();
    for (name, content) in kit.modules() {
        archive.file(&format!("lib/modules/{name}"), 0o644, &content);
        order += &name;
        order.push('\n');
    }
    archive.file("etc/modules", 0o644, order.as_bytes());
    for file in files {
        archive.file(file.path, file.permissions, &file.content);
    }
    archive.finish()
}

#[cfg(test)]
mod tests {
    use super::{DONE, UP};

    #[test]
    fn the_machine_says_what_is_waited_for() {
        let script = include_str!("init.sh");
        for said in [UP, DONE] {
            assert!(script.contains(&format!("echo \"{said}")), "{said}");
        }
    }
}
