//! Pins of a node: its configuration file, and what is said of pins that are there and pins that are not.

use crate::{node, with_config};
use illuminator_tests::programs::{NodeProcess, skipped, stderr};

const ALL: &str = "\
[status_led]
gpio = 17
[button]
gpio = 27
[emergency_stop]
gpio = 22
active = 'high'
[[plug]]
cable = 2
gpio = 23
settle_ms = 10
[[relay]]
name = 'stack-1'
gpio = 5
safe = 'on'
";

/// Whether this machine shows a GPIO chip.
fn has_gpio() -> bool {
    let names = std::fs::read_dir("/dev").expect("every machine has /dev").flatten();
    names.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("gpiochip"))
}

#[test]
fn every_pin_is_shown_as_it_is_used() {
    let folder = with_config(ALL);
    let done = node(folder.path(), &["check-config", "node.toml"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let text = String::from_utf8_lossy(&done.stdout);
    let pins = "status LED on GPIO 17, active high\n\
                button on GPIO 27, active low, pull up, settles in 20 ms\n\
                emergency stop on GPIO 22, active high, pull down, settles in 20 ms\n\
                plug of cable 2 on GPIO 23, active low, pull up, settles in 10 ms\n\
                relay `stack-1` on GPIO 5, active low, safe on\n";
    assert!(text.ends_with(pins), "{text}");
}

#[test]
fn wrong_pins_are_wrong_use_with_their_place() {
    for (text, place, message) in [
        ("[button]\ngpio = 28\n", "node.toml:2:8: ", "GPIO 0 to 27, not 28"),
        (
            "[button]\ngpio = 4\n[status_led]\ngpio = 4\n",
            "node.toml:2:8: ",
            "GPIO 4 is taken by the status LED",
        ),
        ("[button]\ngpio = 10\n[[strip]]\ncable = 1\n", "node.toml:2:8: ", "taken by the strip on spi0.0"),
        ("[[relay]]\nname = 'a'\ngpio = 4\nsafe = 'shut'\n", "node.toml:4:8: ", "`off` or `on`"),
    ] {
        let folder = with_config(text);
        for arguments in [&["check-config", "node.toml"][..], &["--config", "node.toml"]] {
            let done = node(folder.path(), arguments);
            let error = stderr(&done);
            assert_eq!(done.status.code(), Some(2), "{text}: {error}");
            assert!(error.contains(place) && error.contains(message), "{text}: {error}");
        }
    }
}

#[test]
fn where_there_are_no_pins_they_are_simulated_or_an_error() {
    if has_gpio() {
        skipped("this machine has /dev/gpiochip*");
        return;
    }
    let folder = with_config(ALL);
    let config = folder.path().join("node.toml");
    let config = config.to_str().expect("a plain path");
    let _serving = NodeProcess::start(&["--config", config]);
    for (hal, part) in [("linux", "there is no /dev/gpiochip*"), ("rpi", "GPIO 17: ")] {
        let done = node(folder.path(), &["--listen", "127.0.0.1:0", "--config", "node.toml", "--hal", hal]);
        let error = stderr(&done);
        assert_eq!(done.status.code(), Some(1), "{error}");
        assert!(error.contains(part) && error.contains("--hal "), "{error}");
    }
}

/// Runs only where a chip is there to be taken on purpose: the name of one of its free lines, in the environment.
#[test]
fn the_character_device_is_driven() {
    let Ok(line) = std::env::var("ILLUMINATOR_TEST_GPIO") else {
        skipped("ILLUMINATOR_TEST_GPIO names no free line of /dev/gpiochip*");
        return;
    };
    let folder = with_config(&format!("[[relay]]\nname = 'test'\ngpio = {line}\n"));
    let config = folder.path().join("node.toml");
    let config = config.to_str().expect("a plain path");
    let _serving = NodeProcess::start(&["--config", config, "--hal", "linux"]);
    // The first has the line; the kernel says so to the second.
    let arguments = ["--listen", "127.0.0.1:0", "--config", "node.toml", "--hal", "linux"];
    let done = node(folder.path(), &arguments);
    let error = stderr(&done);
    assert_eq!(done.status.code(), Some(1), "{error}");
    assert!(error.contains(&format!("GPIO {line} is in use by `illuminator-node`")), "{error}");
}
