//! Which cables are plugged.

use super::*;
use proptest::prelude::*;

#[test]
fn where_nobody_can_tell_a_cable_is_as_at_the_start() {
    let mut table = Topology::new(
        &[cable(1, "a", "b", true), cable(2, "a", "b", false)],
        &[token(3, true), token(4, false)],
    );
    table.detects("a", false, 0);
    assert_eq!([1, 2, 3, 4, 5].map(|id| table.plugged(id)), [true, false, true, false, false]);
    assert_eq!(table.changes(), []);
    assert_eq!((table.end("a", 1), table.end("elsewhere", 1)), (None, None));
    assert_eq!((table.at("a"), table.at("c")), (vec![1], vec![]));
}

#[test]
fn every_end_that_can_tell_must_see_a_cable() {
    let mut table = table();
    table.detects("pv", true, 0);
    table.detects("grid", true, 0);
    assert_eq!((table.plugged(2), table.end("pv", 2)), (false, Some(false)));
    table.seen("pv", 2, true);
    assert!(!table.plugged(2), "the other end hangs loose");
    table.seen("grid", 2, true);
    assert!(table.plugged(2));
    assert_eq!(table.changes(), [(2, true)]);
    table.seen("pv", 2, false);
    assert!(!table.plugged(2));
    assert_eq!((table.changes(), table.changes()), (vec![(2, false)], vec![]));
}

#[test]
fn an_end_that_cannot_tell_has_no_say() {
    let mut table = table();
    table.detects("pv", true, 0);
    table.detects("grid", false, 0);
    table.seen("pv", 2, true);
    assert!(table.plugged(2));
    assert_eq!((table.at("pv"), table.at("grid")), (vec![2], vec![2]), "it must be there, too");
    table.seen("grid", 2, false);
    assert!(!table.plugged(2), "whoever reports can tell");
}

#[test]
fn a_node_that_begins_anew_has_seen_nothing_yet() {
    let mut table = Topology::new(&[cable(2, "pv", "grid", true)], &[]);
    table.detects("pv", true, 0);
    table.seen("pv", 2, true);
    table.detects("pv", true, 0);
    assert!(!table.plugged(2));
    table.detects("pv", false, 0);
    assert!(table.plugged(2), "nobody can tell: as at the start");
}

#[test]
fn a_token_is_plugged_while_any_node_sees_it() {
    let mut table = table();
    for node in ["pv", "grid", "house"] {
        table.detects(node, true, 0);
    }
    assert!(!table.plugged(0));
    table.seen("house", 0, true);
    assert_eq!((table.plugged(0), table.at("house"), table.at("pv")), (true, vec![0], vec![]));
    table.seen("pv", 0, true);
    table.seen("house", 0, false);
    assert!(table.plugged(0), "`pv` sees it still");
    table.seen("pv", 0, false);
    assert!(!table.plugged(0));
    let mut always = Topology::new(&[], &[token(0, true)]);
    assert!(always.plugged(0));
    always.detects("pv", true, 0);
    assert!(!always.plugged(0), "somebody could see it, and nobody does");
}

#[test]
fn a_script_overrides_what_nodes_report() {
    let mut table = table();
    table.detects("pv", true, 0);
    table.seen("pv", 0, true);
    assert!(table.set(2, true) && table.set(0, false));
    assert_eq!((table.plugged(2), table.plugged(0)), (true, false));
    assert_eq!((table.at("pv"), table.at("grid")), (vec![2], vec![2]));
    table.detects("pv", true, 0);
    assert!(table.plugged(2), "a node that comes back changes nothing");
    assert!(table.set_at("pv", 2, false));
    assert_eq!(
        (table.plugged(2), table.end("pv", 2), table.end("grid", 2)),
        (false, Some(false), Some(true))
    );
    assert!(table.set_at("house", 0, true));
    assert_eq!((table.plugged(0), table.at("house"), table.at("pv")), (true, vec![0], vec![]));
    table.release(2);
    table.release(0);
    assert_eq!((table.plugged(2), table.end("grid", 2), table.plugged(0)), (false, None, false));
    assert!(!table.set(9, true) && !table.set_at("pv", 9, true), "there is no cable 9");
    assert_eq!(table.notices(), []);
}

#[test]
fn what_does_not_belong_there_is_noticed_once() {
    let mut table = table();
    for _ in 0..3 {
        table.seen("house", 2, true);
        table.seen("house", 9, true);
        table.seen("house", 9, false);
        table.seen("house", 9, true);
        table.seen("pv", 9, false);
        table.seen("pv", 4, false);
    }
    assert_eq!(table.at("house"), [2, 9]);
    assert!(!table.plugged(2) && !table.plugged(9));
    let notices: Vec<String> = table.notices().iter().map(Notice::to_string).collect();
    assert_eq!(
        notices,
        [
            "node `house` sees cable 2, which joins `pv` and `grid`: plug it in there",
            "node `house` sees a cable 9, which is not in the scenario: add it to `cables`, or take it away",
        ]
    );
    table.seen("house", 9, true);
    assert_eq!(table.notices(), []);
    table.set_at("house", 2, true);
    table.seen("grid", 9, true);
    assert_eq!(table.notices().len(), 1, "another node is another notice");
}

#[test]
fn strange_ids_do_not_pile_up() {
    let mut table = table();
    for id in 0..=u16::MAX {
        table.seen("pv", id, true);
    }
    assert_eq!(table.at("pv").len(), 32 + 3, "so many strangers, and the three of the table");
    assert_eq!(table.notices().len(), 1024);
    for id in 5..=u16::MAX {
        table.seen("pv", id, false);
    }
    assert_eq!(table.at("pv"), [0, 1, 2, 3, 4]);
}

#[test]
fn a_short_visit_is_a_change() {
    let mut table = table();
    table.set(0, true);
    table.set(0, false);
    table.set(2, true);
    table.set(2, false);
    table.set(2, true);
    assert_eq!(table.changes(), [(2, true), (0, true), (0, false)]);
    assert_eq!((table.insertions(0), table.insertions(2), table.insertions(9)), (1, 2, 0));
    table.set(2, false);
    table.set(2, true);
    assert_eq!(table.changes(), [(2, false), (2, true)], "it was away");
    table.set(2, false);
    table.set(2, true);
    table.set(2, false);
    assert_eq!(table.changes(), [(2, false), (2, true), (2, false)]);
    assert_eq!(table.changes(), []);
}

/// What a node reports.
#[derive(Clone, Debug)]
enum Report {
    Detects(bool),
    Seen(u16, bool),
}

const NODES: [&str; 4] = ["pv", "grid", "house", "office"];

fn report() -> impl Strategy<Value = (usize, Report)> {
    let report = prop_oneof![
        any::<bool>().prop_map(Report::Detects),
        (prop::sample::select(vec![0_u16, 2, 4, 9]), any::<bool>()).prop_map(|(id, on)| Report::Seen(id, on)),
    ];
    (0..NODES.len(), report)
}

fn tell(table: &mut Topology, (node, report): &(usize, Report)) {
    match *report {
        Report::Detects(boards) => table.detects(NODES[*node], boards, 0),
        Report::Seen(id, on) => table.seen(NODES[*node], id, on),
    }
}

proptest! {
    #[test]
    fn reports_of_different_nodes_commute(reports in prop::collection::vec(report(), 0..40)) {
        let mut mixed = table();
        reports.iter().for_each(|report| tell(&mut mixed, report));
        let mut by_node = table();
        let mut sorted = reports.clone();
        // Stable: each node's own reports keep their order.
        sorted.sort_by_key(|(node, _)| std::cmp::Reverse(*node));
        sorted.iter().for_each(|report| tell(&mut by_node, report));
        for id in [0, 2, 4, 9] {
            prop_assert_eq!(mixed.plugged(id), by_node.plugged(id));
            for node in NODES {
                prop_assert_eq!(mixed.end(node, id), by_node.end(node, id));
            }
        }
        for node in NODES {
            prop_assert_eq!(mixed.at(node), by_node.at(node));
        }
    }

    #[test]
    fn a_cable_is_plugged_only_where_every_end_that_can_tell_sees_it(
        reports in prop::collection::vec((report(), prop::option::of(any::<bool>())), 0..40),
        at_start: bool,
    ) {
        let cables = [cable(4, "house", "grid", at_start), cable(2, "pv", "grid", at_start)];
        let mut table = Topology::new(&cables, &[token(0, false)]);
        let mut shown = [(4, at_start), (2, at_start), (0, false)];
        for (report, script) in &reports {
            tell(&mut table, report);
            if let Some(plugged) = script {
                table.set_at(NODES[report.0], 2, *plugged);
            }
            for cable in &cables {
                let ends = cable.ends.each_ref().map(|end| table.end(end, cable.id));
                let expected = match ends {
                    [None, None] => at_start,
                    ends => ends.iter().all(|end| *end != Some(false)),
                };
                prop_assert_eq!(table.plugged(cable.id), expected, "{:?}", ends);
            }
            // Whoever follows the changes knows what is plugged.
            for (id, plugged) in table.changes() {
                let known = shown.iter_mut().find(|(known, _)| *known == id).expect("it is on the table");
                prop_assert_ne!(known.1, plugged);
                known.1 = plugged;
            }
            for (id, plugged) in shown {
                prop_assert_eq!(table.plugged(id), plugged);
            }
        }
    }
}
