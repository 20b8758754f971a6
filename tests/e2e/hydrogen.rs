//! The chain from power to power: hydrogen is made, compressed, stored and used, and none is lost.

use crate::{alike_on_nodes, cells};

/// Of the tank in the scenario.
const CAPACITY_KG: f64 = 2.0;
const CHARGE_EFFICIENCY: f64 = 0.98;
const DISCHARGE_EFFICIENCY: f64 = 0.97;

#[test]
fn the_tank_holds_what_was_made_and_not_used() {
    let result = alike_on_nodes("tests/scenarios/hydrogen");
    let rows = cells(&result);
    let column = |name: &str| {
        let place = rows[0].iter().position(|title| title.contains(name)).expect("a column of the monitor");
        rows[1..].iter().map(move |row| row[place]).collect::<Vec<_>>()
    };
    let numbers =
        |name| column(name).into_iter().map(|cell| cell.parse().expect("a number")).collect::<Vec<f64>>();
    for (name, status) in [
        ("el_status", &["warm_up", "on", "ramp_down", "hold", "off"][..]),
        ("fc_status", &["on", "off"]),
        ("mod", &["charge", "discharge", "idle"]),
    ] {
        let missing = status.iter().find(|status| !column(name).contains(status));
        assert_eq!(missing, None, "{name}: {:?}", column(name));
    }

    let taken_kg: f64 = numbers("h2_in").iter().sum();
    let given_kg: f64 = numbers("h2_flow2f").iter().sum();
    assert!(taken_kg > 0.05 && given_kg > 0.05, "taken {taken_kg} kg, given {given_kg} kg");
    let stored_kg = taken_kg * CHARGE_EFFICIENCY - given_kg / DISCHARGE_EFFICIENCY;
    let expected = 50.0 + stored_kg / CAPACITY_KG * 100.0;
    let soc = *numbers("h2_soc").last().expect("a row");
    // In each row one of the masses is written, to 5 decimals; the charge is, to 3.
    let tolerance = (rows.len() - 1) as f64 * 0.5e-5 / DISCHARGE_EFFICIENCY / CAPACITY_KG * 100.0 + 0.5e-3;
    assert!((soc - expected).abs() <= tolerance, "{soc} % instead of {expected} %");
}
