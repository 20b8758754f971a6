//! How the nodes do, as a table of text.

use super::{Health, NodeHealth, Throttling};

/// A column: its title, and what it says of a node.
type Column = (&'static str, fn(&NodeHealth) -> Option<String>);

const COLUMNS: [Column; 11] = [
    ("node", |node| Some(node.name.clone())),
    ("address", |node| Some(node.address.clone())),
    ("state", |node| Some(node.link.word().to_owned())),
    ("temperature", |node| node.temperature_c.map(|c| format!("{c:.0} °C"))),
    ("cpu", |node| node.cpu.map(percent)),
    ("memory", |node| node.memory.map(percent)),
    ("throttling", |node| node.throttling.map(throttling)),
    ("round trip", |node| node.rtt_ms.map(|ms| format!("{ms:.2} ms"))),
    ("loss", |node| node.loss.map(percent)),
    ("version", |node| node.version.clone()),
    ("up for", |node| node.uptime_s.map(span)),
];
/// Stands where a node has told nothing.
const ABSENT: &str = "-";

/// A line for each node, below the titles of the columns, each with a line feed. What a node has not told is `-`.
pub fn status(health: &Health) -> String {
    let titles = COLUMNS.iter().map(|(title, _)| (*title).to_owned()).collect();
    let line = |node: &NodeHealth| -> Vec<String> {
        COLUMNS.iter().map(|(_, say)| say(node).unwrap_or_else(|| ABSENT.to_owned())).collect()
    };
    let mut lines: Vec<Vec<String>> = vec![titles];
    lines.extend(health.nodes.iter().map(line));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn throttling(told: Throttling) -> String {
    let words = [(told.under_voltage, "low voltage"), (told.throttled, "slowed down")];
    let now: Vec<&str> = words.into_iter().filter(|&(is_so, _)| is_so).map(|(_, word)| word).collect();
    match (now.is_empty(), told.since_boot) {
        (false, _) => now.join(", "),
        (true, true) => "was".to_owned(),
        (true, false) => "no".to_owned(),
    }
}

fn span(seconds: u64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match hours {
        0 => format!("{minutes} min"),
        1..48 => format!("{hours} h"),
        _ => format!("{} d", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::super::LinkState;
    use super::*;

    #[test]
    fn each_node_has_a_line_whatever_it_has_told() {
        let live = NodeHealth {
            name: "wind".to_owned(),
            address: "10.0.0.1:5123".to_owned(),
            link: LinkState::Live,
            temperature_c: Some(48.6),
            cpu: Some(0.07),
            memory: Some(1.0),
            throttling: Some(Throttling { under_voltage: true, throttled: true, since_boot: true }),
            rtt_ms: Some(0.412),
            loss: Some(0.0),
            version: Some("0.1.0".to_owned()),
            uptime_s: Some(3 * 86_400),
            ..NodeHealth::default()
        };
        let absent = NodeHealth { name: "pv".to_owned(), ..NodeHealth::default() };
        let told = status(&Health { nodes: vec![live, absent] });
        let expected = "\
node  address        state       temperature  cpu  memory  throttling                round trip  loss  version  up for
wind  10.0.0.1:5123  live        49 °C        7 %  100 %   low voltage, slowed down  0.41 ms     0 %   0.1.0    3 d
pv                   connecting  -            -    -       -                         -           -     -        -
";
        assert_eq!(told, expected);
    }

    #[test]
    fn throttling_and_times_are_short_words() {
        let told =
            |throttled, since_boot| throttling(Throttling { throttled, since_boot, ..Throttling::default() });
        assert_eq!([told(true, true), told(false, true), told(false, false)], ["slowed down", "was", "no"]);
        assert_eq!([span(0), span(3_599), span(3_600), span(172_800)], ["0 min", "59 min", "1 h", "2 d"]);
    }
}
