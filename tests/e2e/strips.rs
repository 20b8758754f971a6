//! Strips of a node: its configuration file, and what is said where there is no SPI.

use crate::{node, with_config};
use illuminator_tests::programs::stderr;
use std::path::Path;

#[test]
fn a_good_file_is_shown_as_it_is_used() {
    let folder = with_config("name = 'wind'\n[[strip]]\ncable = 2\norder = 'rgb'\nreversed = true\n");
    let done = node(folder.path(), &["check-config", "node.toml"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(
        text.contains("name wind\nlisten 127.0.0.1:5123\n") && text.contains("frames_per_s 60\n"),
        "{text}"
    );
    let strip = "strip of cable 2 on spi0.0: 20 LEDs, order rgb, reversed, ceiling 255, budget 500 mA\n";
    assert!(text.ends_with(strip), "{text}");
}

#[test]
fn a_strip_that_is_cut_among_cables_is_shown_and_tested_as_one() {
    let segments = "segments = [{cable = 1, leds = 4}, {cable = 2, leds = 3, reversed = true}]";
    let folder = with_config(&format!("[[strip]]\n{segments}\n"));
    let done = node(folder.path(), &["check-config", "node.toml"]);
    let text = String::from_utf8_lossy(&done.stdout);
    let strip = "strip of cables 1, 2 on spi0.0: 7 LEDs, order grb, ceiling 255, budget 500 mA; \
                 cable 1: 4 LEDs; cable 2: 3 LEDs, reversed\n";
    assert!(text.ends_with(strip), "{text}");
    let arguments = ["test-strip", "--config", "node.toml", "--hal", "sim", "--seconds", "0", "--cable", "2"];
    let done = node(folder.path(), &arguments);
    assert!(done.status.success() && stderr(&done).contains("strip of cables 1, 2"), "{}", stderr(&done));
}

#[test]
fn a_bad_file_is_wrong_use_with_its_place() {
    for (text, place) in [
        ("[[strip]]\ncable = 2\nleds = 0\n", "node.toml:3:8: "),
        ("colour = 'grb'\n", "node.toml:1:1: "),
        ("only = ['Wnd']\n", "node.toml: only: "),
    ] {
        let folder = with_config(text);
        for arguments in [&["check-config", "node.toml"][..], &["--config", "node.toml"]] {
            let done = node(folder.path(), arguments);
            assert_eq!(done.status.code(), Some(2), "{text}");
            assert!(stderr(&done).contains(place), "{}", stderr(&done));
        }
    }
    let done = node(Path::new("."), &["check-config", "absent.toml"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("cannot read absent.toml"), "{}", stderr(&done));
}

#[test]
fn where_there_is_no_spi_the_message_says_what_to_do() {
    if Path::new("/dev/spidev1.0").exists() {
        illuminator_tests::programs::skipped("this machine has /dev/spidev1.0");
        return;
    }
    let folder = with_config("[[strip]]\ncable = 2\nbus = 'spi1.0'\n");
    for command in ["serve", "test-strip"] {
        let done = node(folder.path(), &[command, "--config", "node.toml", "--hal", "rpi"]);
        let error = stderr(&done);
        assert_eq!(done.status.code(), Some(1), "{error}");
        for part in ["/dev/spidev1.0 is not there", "dtoverlay=spi1-1cs", "/boot/firmware/config.txt"] {
            assert!(error.contains(part), "{error}");
        }
    }
}

#[test]
fn a_strip_is_tested_with_a_dot_and_three_colours() {
    let folder = with_config("[[strip]]\ncable = 2\nleds = 3\norder = 'rgb'\n");
    let arguments = ["test-strip", "--config", "node.toml", "--hal", "sim", "--seconds", "0"];
    let done = node(folder.path(), &arguments);
    let text = stderr(&done);
    assert!(done.status.success(), "{text}");
    for part in ["cable 2 on spi0.0: simulated", "dot", "red (order rgb", "green", "blue"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let done = node(folder.path(), &[&arguments[..], &["--cable", "3"]].concat());
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("no strip is of cable 3"), "{}", stderr(&done));
}
