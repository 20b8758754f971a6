//! The parts of a recording: members of a gzip file, each with a mark by which it is found again behind damage.
//!
//! A part is flushed again and again while it is written, each time with a line that has the checksum of all lines before
//! it: of a part that is cut off or damaged, all lines up to the last such one are known to be good.

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, Crc, GzBuilder};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// How a part begins: the head of a gzip member (deflate, with an extra field, no time) with our field `IL` of version 0.
pub(super) const MARK: &[u8] = &[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 4, 0, b'I', b'L', 0, 0];
/// How a line with a checksum begins: the CRC-32 of all bytes of the part before it, in decimal, and `}` follow.
const CHECK: &str = "{\"check\":";
/// Most that a part unfolds to `[bytes]`.
pub(super) const PART_MAX: u64 = 8 << 20;
/// Most lines of a part.
pub(super) const LINES_MAX: usize = 4_096;

/// A part that is being written.
pub(super) struct PartWriter {
    encoder: GzEncoder<Vec<u8>>,
    /// Of all that went in.
    crc: Crc,
    /// Whether lines came since the last checksum.
    is_open: bool,
    /// What went in `[bytes]`, and how many lines that was.
    pub(super) length: u64,
    pub(super) lines: usize,
}

impl PartWriter {
    pub(super) fn new() -> Self {
        // A level whose head is always the same.
        let encoder = GzBuilder::new().extra(b"IL\0\0".as_slice()).operating_system(255);
        let encoder = encoder.write(Vec::new(), Compression::new(6));
        Self { encoder, crc: Crc::new(), is_open: false, length: 0, lines: 0 }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, line: &[u8]) {
        for bytes in [line, b"\n"] {
            // Into memory nothing fails.
            let _ = self.encoder.write_all(bytes);
            self.crc.update(bytes);
        }
        self.length += line.len() as u64 + 1;
        self.lines += 1;
        self.is_open = true;
    }

    /// The bytes since the last call; with them all lines so far can be read.
    pub(super) fn flush(&mut self) -> Vec<u8> {
        if self.is_open {
            self.check();
            let _ = self.encoder.flush();
        }
        std::mem::take(self.encoder.get_mut())
    }

    /// The last bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.is_open {
            self.check();
        }
        self.encoder.finish().unwrap_or_default()
    }

    fn check(&mut self) {
        let line = format!("{CHECK}{}}}", self.crc.sum());
        self.line(line.as_bytes());
        self.is_open = false;
    }
}

/// How the reading of a part ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PartEnd {
    /// It is whole, and the next one begins at this byte of the file.
    Whole(usize),
    /// The file ends within it.
    CutOff,
    /// Something in it is wrong.
    Damaged(String),
}

/// Where the next part begins, at `from` or behind it.
pub(super) fn find(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(MARK.len()).position(|window| window == MARK).map(|at| from + at)
}

/// Hands each line of the part that begins at `at` to `take`, once its checksum is known to be right, until it is over or
/// `take` has seen enough.
pub(super) fn read(bytes: &[u8], at: usize, take: impl FnMut(&[u8]) -> bool) -> PartEnd {
    read_counted(bytes, at, &mut 0, take)
}

/// As [`read`], and adds to `unfolded` what was unfolded `[bytes]`.
pub(super) fn read_counted(
    bytes: &[u8],
    at: usize,
    unfolded: &mut u64,
    mut take: impl FnMut(&[u8]) -> bool,
) -> PartEnd {
    let decoder = GzDecoder::new(bytes.get(at..).unwrap_or_default());
    let mut reader = BufReader::new(decoder.take(PART_MAX + 1));
    // Lines whose checksum has not come yet.
    let mut open = Vec::new();
    let mut crc = Crc::new();
    let (mut length, mut lines, mut wants) = (0, 0, true);
    loop {
        let begin = open.len();
        let read = match reader.read_until(b'\n', &mut open) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return PartEnd::CutOff,
            Err(error) => return PartEnd::Damaged(describe(&error)),
        };
        (length, lines) = (length + read as u64, lines + 1);
        *unfolded += read as u64;
        if length > PART_MAX || lines > LINES_MAX {
            return PartEnd::Damaged("it is larger than a part may be".to_owned());
        }
        let line = &open[begin..];
        let Some(sum) = line.strip_prefix(CHECK.as_bytes()).and_then(|rest| rest.strip_suffix(b"}\n")) else {
            crc.update(line);
            continue;
        };
        if *sum != *crc.sum().to_string().as_bytes() {
            return PartEnd::Damaged("its checksum is wrong".to_owned());
        }
        let good = &open[..begin];
        wants = wants && good.split_inclusive(|byte| *byte == b'\n').all(|line| take(line.trim_ascii_end()));
        crc.update(line);
        open.clear();
    }
    let rest = reader.into_inner().into_inner().into_inner();
    PartEnd::Whole(bytes.len() - rest.len())
}

fn describe(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::InvalidData => error.to_string(),
        kind => format!("{kind}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], at: usize) -> (Vec<String>, PartEnd) {
        let mut lines = Vec::new();
        let end = read(bytes, at, |line| {
            lines.push(String::from_utf8_lossy(line).into_owned());
            true
        });
        (lines, end)
    }

    #[test]
    fn a_part_is_whole_or_good_up_to_what_was_flushed() {
        let mut part = PartWriter::new();
        part.line(b"one");
        let mut bytes = part.flush();
        assert!(bytes.starts_with(MARK), "{bytes:?}");
        assert_eq!(lines(&bytes, 0), (vec!["one".to_owned()], PartEnd::CutOff));
        assert!(part.flush().is_empty(), "nothing new");
        part.line(b"two");
        bytes.extend(part.flush());
        let flushed = bytes.len();
        part.line(b"three");
        bytes.extend(part.finish());
        let whole = bytes.len();
        bytes.extend(b"tail");
        assert_eq!((find(&bytes, 0), find(&bytes, 1)), (Some(0), None));
        let (all, end) = lines(&bytes, 0);
        assert_eq!((all, end), (["one", "two", "three"].map(str::to_owned).to_vec(), PartEnd::Whole(whole)));
        for cut in flushed..whole {
            let (some, end) = lines(&bytes[..cut], 0);
            assert!(some.len() >= 2 && end == PartEnd::CutOff, "{cut}: {some:?} {end:?}");
        }
        for at in 0..whole {
            let mut damaged = bytes[..whole].to_vec();
            damaged[at] ^= 4;
            let (some, end) = lines(&damaged, 0);
            assert!(
                ["one", "two", "three"].iter().zip(&some).all(|(line, read)| line == read),
                "{at}: {some:?}"
            );
            // Not all of a gzip member's head says something.
            assert!(at < MARK.len() || end != PartEnd::Whole(whole), "{at}: {some:?}");
        }
    }
}
