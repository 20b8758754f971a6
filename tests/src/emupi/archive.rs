//! The files of the emulated machine, as the kernel takes them: a cpio archive of the format `newc`.
//!
//! ```text
//!   "070701" | 13 numbers of 8 hexadecimal digits | name, 0 | to 4 bytes | content | to 4 bytes | next file …
//! ```

const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_000;

/// Files and folders. A file's folders are made with it.
#[derive(Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    folders: Vec<String>,
    /// The kernel takes two entries of one number for one file.
    entries: usize,
}

impl Archive {
    /// Adds a folder, and those in which it is. `path` has no `/` in front.
    pub(super) fn folder(&mut self, path: &str) {
        if self.folders.iter().any(|made| made == path) {
            return;
        }
        if let Some((above, _)) = path.rsplit_once('/') {
            self.folder(above);
        }
        self.entry(path, FOLDER, &[]);
        self.folders.push(path.to_owned());
    }

    /// Adds a file with these permissions. `path` has no `/` in front.
    pub(super) fn file(&mut self, path: &str, permissions: u32, content: &[u8]) {
        if let Some((folder, _)) = path.rsplit_once('/') {
            self.folder(folder);
        }
        self.entry(path, FILE | permissions, content);
    }

    /// The whole archive.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn entry(&mut self, path: &str, mode: u32, content: &[u8]) {
        self.entries += 1;
        let (mode, length, name) = (mode as usize, content.len(), path.len() + 1);
        // inode, mode, owner, group, links, time, length, four numbers of devices, length of the name, checksum
        let numbers = [self.entries, mode, 0, 0, 1, 0, length, 0, 0, 0, 0, name, 0];
        self.bytes.extend(b"070701");
        for number in numbers {
            assert!(u32::try_from(number).is_ok(), "{path} is too long for the archive");
            self.bytes.extend(format!("{number:08x}").bytes());
        }
        self.bytes.extend(path.bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn a_file_comes_after_its_folders_which_are_made_once() {
        let mut archive = Archive::default();
        archive.file("etc/node/a", 0o600, b"12345");
        archive.file("etc/node/b", 0o644, b"");
        let bytes = archive.finish();
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8(bytes).unwrap();
        // Every number of the header but the file's own, its mode, its length and that of its name is 0 or 1.
        let header = |number: u32, mode: u32, length: u32, name: u32| {
            let zeros = "0".repeat(8);
            format!(
                "070701{number:08x}{mode:08x}{zeros}{zeros}00000001{zeros}{length:08x}{}{name:08x}{zeros}",
                zeros.repeat(4)
            )
        };
        let expected = [
            header(1, 0o040_755, 0, 4) + "etc\0\0\0",
            header(2, 0o040_755, 0, 9) + "etc/node\0\0",
            header(3, 0o100_600, 5, 11) + "etc/node/a\0\0\0\0" + "12345\0\0\0",
            header(4, 0o100_644, 0, 11) + "etc/node/b\0\0\0\0",
            header(5, 0, 0, 11) + "TRAILER!!!\0\0\0\0",
        ];
        assert_eq!(text, expected.concat());
    }
}
