//! Surroundings that nobody thought of.

use super::{Bench, PLACES, said};
use crate::read;
use illuminator_tests::programs::{command, program};
use illuminator_tests::ring::Ring;
use std::process::Command;

const RING: Ring = Ring { nodes: 3, steps: 50 };

/// Variables that a system may set to anything.
const ODD: [(&str, &str); 8] = [
    ("TZ", ":/no/such/zone"),
    ("TZ", "UTC+99"),
    ("TZ", "Pacific/Kiritimati"),
    ("LANG", "tr_TR.UTF-8"),
    ("LC_ALL", "de_DE"),
    ("TERM", ""),
    ("COLUMNS", "0"),
    ("HOME", "/no/such/home"),
];

#[test]
fn a_result_depends_on_no_variable_of_the_environment() {
    let bench = Bench::new(RING);
    for place in PLACES {
        let run = |change: &dyn Fn(&mut Command), what: &str| {
            let mut odd = command(bench.path(), &["scenario", "run", "s.yaml", place, "-o", "out.csv"]);
            change(&mut odd);
            let done = odd.output().expect("it starts");
            assert!(done.status.success(), "{place}, {what}: {}", said(&done));
            assert_eq!(read(&bench.path().join("out.csv")), bench.whole, "{place}, {what}");
        };
        for (name, value) in ODD {
            run(
                &|odd| {
                    odd.env(name, value);
                },
                &format!("{name}={value}"),
            );
        }
        run(
            &|odd| {
                odd.env_clear();
            },
            "no variable at all",
        );
    }
}

#[test]
fn a_node_needs_no_variable_of_the_environment() {
    let bench = Bench::new(RING);
    let node = || {
        let mut node = Command::new(program("illuminator-node"));
        node.env_clear().env("TZ", ":/no/such/zone").current_dir("/");
        node
    };
    let _nodes = RING.start(bench.path(), node);
    let arguments = ["scenario", "run", "s.yaml", "--cluster", "c.toml", "-o", "out.csv"];
    let done = command(bench.path(), &arguments).output().expect("it starts");
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(read(&bench.path().join("out.csv")), bench.whole);
}
