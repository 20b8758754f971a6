//! Heat, a low-voltage network and a market of neighbours in one scenario, in one process and on nodes.

use crate::alike_on_nodes;

#[test]
fn heat_network_and_market_run_alike_on_nodes_and_in_one_process() {
    let result = alike_on_nodes("tests/scenarios/multi_energy");
    // Lists stand in quotes, so the numbers before them can be split off.
    let rows: Vec<&str> = result.lines().skip(1).collect();
    let column = |place: usize| -> Vec<f64> {
        let number = |row: &&str| row.split(',').nth(place).and_then(|cell| cell.parse().ok());
        rows.iter().map(number).collect::<Option<_>>().expect("numbers in each row")
    };
    let (on, tank, grid, voltage) = (column(1), column(2), column(3), column(4));
    assert_eq!(on, [0.4, 0.6, 1.0, 1.0, 0.8, 0.0], "what the heat pump is asked for");
    assert!(tank[..5].is_sorted() && tank[5] < tank[4], "heated, and then only cooling: {tank:?}");
    assert!(grid[0] > 365.0 && grid[0] < 400.0, "its own 360 kW, 5 kW more, and losses: {grid:?}");
    assert!(grid[1..].is_sorted_by(|a, b| a > b) && voltage[1..].is_sorted(), "the sun rises: {voltage:?}");

    for (step, row) in rows.iter().enumerate() {
        let anna_sells = [0, 1, 4, 5].contains(&step);
        assert_eq!(row.contains(",0.12,\"[[") && row.contains(", 0.12]]\""), anna_sells, "{row}");
        assert!(row.contains(if anna_sells { "]]\",1," } else { ",,,1," }), "{row}");
    }
    let last = rows.last().expect("a row");
    assert!(last.ends_with("\"{'Anna': 0.22, 'Ben': 0.125}\""), "{last}");
}
