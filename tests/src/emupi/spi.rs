//! What the kernel of the emulated machine sends to a strip.
//!
//! ```text
//!   node ─ write(2) ─▶ spidev ─▶ driver of the controller ─▶ SPI     the probe copies every transfer whole,
//!                                   ▲                                the trace takes it out over the network
//!                                 probe ─▶ trace ─▶ TCP ─▶ here
//!                                            └───▶ a file, of which the console tells the last line
//! ```
//!
//! The kernel's own events of SPI show the first 64 bytes of a transfer, which is five LEDs; the probe shows all.

use super::EmulatedPi;
use super::feed::Feed;
use std::net::{Ipv4Addr, TcpListener};

/// Where the emulated machine keeps the trace as well.
const COPY: &str = "/tmp/strip";

/// A transfer to a strip.
#[derive(Clone, Debug, PartialEq)]
pub struct SpiTransfer {
    /// When it began: the clock of the emulated machine `[s]`.
    pub at_s: f64,
    /// All that was sent.
    pub bytes: Vec<u8>,
}

/// The transfers to a strip, from the beginning of the probe on.
pub struct SpiTrace {
    feed: Feed,
    length: usize,
}

impl EmulatedPi {
    /// Copies every transfer of `length` bytes on SPI0 from now on. Those of another length are not seen.
    pub fn trace_spi(&mut self, length: usize) -> SpiTrace {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let feed = Feed::of(move || listener.accept().expect("the emulated machine connects").0);
        // `bcm2835_spi_transfer_one(controller, device, transfer)`; a transfer begins with the address of the bytes
        // to send, that of those to receive, and their number. An array of a probe has up to 64 elements.
        let (words, rest) = (length / 8, length % 8);
        assert!((1..=64).contains(&words) && rest > 0, "the probe has no form for {length} bytes");
        let probe = format!(
            "p:strip spi_bcm2835:bcm2835_spi_transfer_one length=+16(%x2):u32 \
             words=+0(+0(%x2)):x64[{words}] rest=+{}(+0(%x2)):x8[{rest}]",
            8 * words
        );
        self.run(&format!("echo '{probe}' > /sys/kernel/tracing/kprobe_events"));
        let event = "/sys/kernel/tracing/events/kprobes/strip";
        self.run(&format!("echo length=={length} > {event}/filter && echo 1 > {event}/enable"));
        self.run(&format!("tee {COPY} < /sys/kernel/tracing/trace_pipe | nc 10.0.2.2 {port} &"));
        SpiTrace { feed, length }
    }

    /// The last transfer of a trace, told by the console. On a busy machine the last line of a trace does not always
    /// arrive over the network, after which nothing else comes: a mark behind it wakes whoever waits for the trace, and
    /// the console is not on the emulated USB.
    pub fn last_transfer(&mut self, trace: &SpiTrace) -> Option<SpiTransfer> {
        let mark = "echo look > /sys/kernel/tracing/trace_marker";
        let text = self.run(&format!("{mark}; tail -c 16384 {COPY} | grep ' strip: ' | tail -n 1"));
        text.lines().rev().find(|line| line.contains(" strip: ")).and_then(parse).inspect(|transfer| {
            assert_eq!(transfer.bytes.len(), trace.length, "another transfer: {text}");
        })
    }
}

impl SpiTrace {
    /// All transfers so far.
    pub fn transfers(&self) -> Vec<SpiTransfer> {
        let text = self.feed.text(0);
        // The last line may still be on its way.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().filter(|line| line.contains(" strip: ")).map(|line| self.transfer(line)).collect()
    }

    fn transfer(&self, line: &str) -> SpiTransfer {
        let transfer = parse(line).filter(|transfer| transfer.bytes.len() == self.length);
        transfer.unwrap_or_else(|| panic!("this is no transfer of {} bytes: {line}", self.length))
    }
}

/// `NAME-PID [CPU] FLAGS SECONDS: strip: (…) length=383 words={0x…,0x…} rest={0x…}`; the words as the machine reads
/// them, the lowest byte first.
fn parse(line: &str) -> Option<SpiTransfer> {
    let at_s = line.split(": strip: ").next()?.split_whitespace().last()?.parse().ok()?;
    let numbers = |name: &str| -> Option<Vec<u64>> {
        let (_, list) = line.split_once(name)?;
        let (list, _) = list.split_once('}')?;
        list.split(',').map(|number| u64::from_str_radix(number.strip_prefix("0x")?, 16).ok()).collect()
    };
    let words = numbers(" words={")?;
    let rest = numbers(" rest={")?;
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
    for byte in rest {
        bytes.push(byte.try_into().ok()?);
    }
    Some(SpiTransfer { at_s, bytes })
}

#[cfg(test)]
mod tests {
    use super::{SpiTransfer, parse};

    #[test]
    fn a_line_of_the_trace_is_the_bytes_of_a_transfer() {
        let line = " illuminator-nod-97      [002] ....1    12.250000: strip: (bcm2835_spi_transfer_one+0x0/0x5c0) length=10 \
                    words={0x8877665544332211} rest={0x99,0x0}";
        let bytes = vec![0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0];
        assert_eq!(parse(line), Some(SpiTransfer { at_s: 12.25, bytes }));
        for broken in [line.replace("0x99", "(fault)"), line.replace(" rest=", " other="), String::new()] {
            assert_eq!(parse(&broken), None, "{broken}");
        }
    }
}
