//! The electricity market, peer-to-peer trading, real-time prices and the bids of prosumers.

use crate::bench::{Bench, assert_equal, entries, load, value};
use crate::results;
use illuminator_node::value::Value;
use serde_json::{Value as Json, json};

fn name(case: &Json) -> &str {
    case["name"].as_str().unwrap()
}

#[test]
fn a_market_clears_as_recorded() {
    let cases = load("game_emarket_clear");
    assert_eq!(cases.len(), 11);
    let mut written = String::new();
    for case in &cases {
        let mut bench = Bench::new("Emarket", Vec::new()).unwrap();
        bench.restore();
        let inputs = ["date_time", "supply_bids", "demand_bids"].map(|key| (key, value(&case[key])));
        bench.step(&inputs).unwrap();
        for (key, wanted) in case["result"].as_object().unwrap() {
            assert_equal(&bench.get(key), wanted, &format!("{} {key}", name(case)));
        }
        written += &bench.written();
    }
    results::keep("market", &written);
}

#[test]
fn peers_trade_as_recorded() {
    let cases = load("game_p2p_match");
    assert_eq!(cases.len(), 7);
    let mut written = String::new();
    for case in &cases {
        let mut bench = Bench::new("P2Ptrading", Vec::new()).unwrap();
        let inputs = ["supply_offers", "demand_requests"].map(|key| (key, value(&case[key])));
        bench.step(&inputs).unwrap();
        assert_equal(&bench.get("trades"), &case["trades"], name(case));
        written += &bench.written();
    }
    results::keep("peers", &written);
}

#[test]
fn what_peers_owe_adds_up_over_steps_and_restarts() {
    let mut bench = Bench::new("P2Ptrading", Vec::new()).unwrap();
    let inputs = [
        ("date_time", json!(1)),
        ("supply_offers", json!([["A", [1, 5, 0.1]], ["A", [2, 8, 0.1]]])),
        // Two players arrive as a list of lists.
        ("demand_requests", json!([[["B", [1, 4, 0.5]]], [["C", [2, 8, 0.25]]]])),
    ]
    .map(|(key, json)| (key, value(&json)));
    for step in 1..4 {
        bench.restore();
        bench.step(&inputs).unwrap();
        let times = f64::from(step);
        // A quarter of an hour each.
        assert_equal(&bench.get("quantity_traded"), &json!(4), "the first period only");
        assert_equal(&Value::List(amounts(&bench, "costs")), &json!([0.5 * times]), "costs");
        assert_equal(&Value::List(amounts(&bench, "revenues")), &json!([0.5 * times]), "revenues");
    }
}

fn amounts(bench: &Bench, key: &str) -> Vec<Value> {
    let Value::Map(entries) = bench.get(key) else { panic!("`{key}` is no mapping") };
    entries.into_iter().map(|(_, amount)| amount).collect()
}

#[test]
fn real_time_prices_add_up_as_recorded() {
    let run = |restored| {
        let mut written = String::new();
        let cases = load("game_rtprice");
        assert_eq!(cases.len(), 1);
        let mut bench = Bench::new("RTprice", Vec::new()).unwrap();
        let mut file = "Time,Player,Sell,Buy,Total Costs,Total Revenue\n".to_owned();
        for (number, step) in cases[0]["steps"].as_array().unwrap().iter().enumerate() {
            if restored {
                bench.restore();
            }
            let inputs = ["buy_price", "sell_price", "buy", "sell"].map(|key| (key, value(&step[key])));
            bench.step(&inputs).unwrap();
            for (key, recorded) in [("costs", "TC"), ("revenues", "TR")] {
                let Value::Map(found) = bench.get(key) else { panic!("`{key}` is no mapping") };
                let found = Value::List(found.into_iter().map(|(_, amount)| amount).collect());
                let wanted: Vec<Json> = step[recorded].as_object().unwrap().values().cloned().collect();
                assert_equal(&found, &json!(wanted), &format!("step {number} {key}"));
            }
            file.push_str(&rows(&step["time"], &bench.get("results")));
            assert_eq!(file, step["csv"].as_str().unwrap(), "step {number}");
            written += &bench.written();
        }
        written
    };
    assert_eq!(run(true), run(false));
    results::keep("real_time", &run(false));
}

/// The lines that upstream adds to its file in a step.
fn rows(time: &Json, results: &Value) -> String {
    let Value::List(rows) = results else { panic!("not a list") };
    let row = |row: &Value| {
        let Value::List(cells) = row else { panic!("not a list") };
        let cell = |cell: &Value| match cell {
            Value::Text(text) => text.clone(),
            other => format!("{:?}", other.as_scalar().unwrap().value()),
        };
        let cells: Vec<String> = cells.iter().map(cell).collect();
        format!("{},{}\n", time.as_str().unwrap(), cells.join(","))
    };
    rows.iter().map(row).collect()
}

#[test]
fn prosumers_bid_as_recorded() {
    let cases = load("agent_prosumer_bids");
    assert_eq!(cases.len(), 6);
    let mut written = String::new();
    for case in &cases {
        let keys = ["dates", "generators", "demands", "MC", "MB"];
        let mut parameters: Vec<_> = keys.iter().map(|key| ((*key).to_owned(), value(&case[key]))).collect();
        parameters.push(("player".to_owned(), Value::Text("A".to_owned())));
        let mut bench = Bench::new("Prosumer", parameters).unwrap();
        bench.restore();
        bench.step(&[]).unwrap();
        assert_equal(&bench.get("supply_bids"), &case["supply_bids"], name(case));
        assert_equal(&bench.get("demand_bids"), &case["demand_bids"], name(case));
        written += &bench.written();
    }
    results::keep("prosumers", &written);
}

#[test]
fn a_prosumer_asks_peers_its_other_prices_and_a_market_takes_its_bids() {
    let forecast = json!({
        "player": "A", "dates": [1, 2], "generators": [[5, 1]], "demands": [[2, 4]],
        "MC": [0.1], "MB": [0.4], "MO": [0.2], "MR": [0.3],
    });
    let mut prosumer = Bench::new("Prosumer", entries(&forecast)).unwrap();
    prosumer.step(&[]).unwrap();
    assert_equal(&prosumer.get("supply_offers"), &json!([["A", [1, 3, 0.2]]]), "offers");
    assert_equal(&prosumer.get("demand_requests"), &json!([["A", [2, 3, 0.3]]]), "requests");

    let mut market = Bench::new("Emarket", Vec::new()).unwrap();
    let demand = value(&json!([[[1, 2, 0.5], [1, 1, 0.05]], null]));
    market
        .step(&[
            ("date_time", Value::Float(1.0)),
            ("supply_bids", prosumer.get("supply_bids")),
            ("demand_bids", demand),
        ])
        .unwrap();
    assert_equal(&market.get("market_price"), &json!(0.1), "price");
    assert_equal(&market.get("market_quantity"), &json!(2), "quantity");
}

#[test]
fn what_is_no_bid_ends_the_run_with_a_reason() {
    for bad in [json!(1), json!([["now", "much", 0.1]]), json!([["now", -1, 0.1]]), json!({"a": 1})] {
        for (game, input) in [("Emarket", "supply_bids"), ("P2Ptrading", "supply_offers")] {
            let mut bench = Bench::new(game, Vec::new()).unwrap();
            let error = bench.step(&[(input, value(&bad))]).unwrap_err().to_string();
            assert!(error.contains("bids must be lists of"), "{game} {bad}: {error}");
        }
    }
    let mut bench = Bench::new("RTprice", Vec::new()).unwrap();
    let inputs = [("buy_price", json!(1)), ("sell_price", json!(1)), ("buy", json!([{"A": "x"}]))];
    let error = bench.step(&inputs.map(|(key, json)| (key, value(&json)))).unwrap_err().to_string();
    assert!(error.contains("`buy` must be a mapping"), "{error}");
}
