//! The node for the Pi on an emulated Pi: its kernel, its SPI.

use illuminator_hal::encode::ws2812::{decode, encoded_len};
use illuminator_hal::{ColourOrder, Rgb8};
use illuminator_tests::emupi::{EmulatedPi, File, Kit, NODE_PORT, SpiTrace};
use illuminator_tests::programs::{aarch64_node, illuminator, stderr, until};
use std::path::Path;

const CABLE: u16 = 7;
const LEDS: usize = 20;

#[test]
fn the_light_of_a_run_on_a_pi() {
    let Some(kit) = Kit::find() else { return };
    let Some(program) = aarch64_node() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = illuminator(folder.path(), &["cluster", "init", "cluster.key"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let config = format!(
        "listen = '0.0.0.0:{NODE_PORT}'\nkey = 'cluster.key'\nframes_per_s = 30\n\
         [[strip]]\ncable = {CABLE}\nbus = 'spi0.0'\nleds = {LEDS}\n"
    );
    let mut pi = EmulatedPi::boot(
        &kit,
        &[
            File { path: "bin/illuminator-node", permissions: 0o755, content: bytes(&program) },
            File {
                path: "etc/cluster.key",
                permissions: 0o600,
                content: bytes(&folder.path().join("cluster.key")),
            },
            File { path: "etc/node.toml", permissions: 0o644, content: config.into_bytes() },
        ],
    );
    let trace = pi.trace_spi(encoded_len(LEDS));
    eprintln!(
        "{}",
        pi.run("cat /sys/kernel/tracing/error_log; grep -i spidev /proc/kallsyms; grep -c . /proc/kallsyms")
    );
    pi.run("illuminator-node --config /etc/node.toml --hal rpi &");
    pi.wait_for("listens on");
    until("blue, as without a host", || pictures(&trace).iter().any(|(_, picture)| no_host(picture)));
}

fn no_host(picture: &[Rgb8]) -> bool {
    picture.iter().all(|pixel| pixel.b > pixel.r && pixel.b > pixel.g)
}

fn pictures(trace: &SpiTrace) -> Vec<(f64, Vec<Rgb8>)> {
    let decoded = |bytes: &[u8]| decode(bytes, ColourOrder::default()).expect("whole bits").collect();
    trace.transfers().iter().map(|sent| (sent.at_s, decoded(&sent.bytes))).collect()
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
