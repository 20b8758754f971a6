//! The conditions of a story: mappings whose keys must all hold.

use super::cable::read_id;
use super::fields::{self, Fields};
use super::{Endpoint, read_endpoint};
use crate::scenario::Moment;
use crate::scenario::report::{Located, Mark, Report, quote};
use crate::scenario::yaml::{Node, Yaml};

/// A condition as the file describes it; see [`Condition`](crate::scenario::Condition).
#[derive(Clone, Debug)]
pub(in crate::scenario) enum RawCondition {
    All(Vec<RawCondition>),
    Any(Vec<RawCondition>),
    Not(Box<RawCondition>),
    Plugged(Located<u16>),
    Recently { plugged: Located<u16>, steps: u64 },
    Value { of: Endpoint, above: Option<f64>, below: Option<f64> },
    Phase(Located<String>),
    Moment(Moment),
}

/// Reads what stands behind a key.
type Read = fn(Mark, &Node, &mut Report<'_>) -> Option<RawCondition>;

/// The keys of a condition.
const KEYS: [(&str, Read); 11] = [
    ("plugged", read_plugged),
    ("unplugged", read_unplugged),
    ("steps", read_steps),
    ("every", read_every),
    ("hours", read_hours),
    ("months", read_months),
    ("value", read_value),
    ("phase", read_phase),
    ("recently", read_recently),
    ("any", read_any),
    ("all", read_all),
];
/// The key that turns a condition round; apart, because it holds a condition itself.
const NOT: &str = "not";

/// The condition in `node`, which stands behind `key`. The YAML reader bounds how deep this goes.
pub(super) fn read(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let names: Vec<&'static str> = KEYS.iter().map(|(name, _)| *name).chain([NOT]).collect();
    let fields = Fields::open(node, key, "a condition", &names, report)?;
    if node.value == Yaml::Map(Vec::new()) {
        report.error_help(node.mark, "a condition must not be empty", "for example `{plugged: 4}`");
        return None;
    }
    let mut conditions = Vec::new();
    let mut complete = true;
    for (name, read) in KEYS.into_iter().chain([(NOT, read_not as Read)]) {
        if let Some((key, node)) = fields.get(name) {
            match read(key.mark, node, report) {
                Some(condition) => conditions.push(condition),
                None => complete = false,
            }
        }
    }
    complete.then(|| all(conditions))
}

/// All of these, without a level more than needed.
fn all(mut conditions: Vec<RawCondition>) -> RawCondition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        last => {
            conditions.extend(last);
            RawCondition::All(conditions)
        }
    }
}

fn read_not(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    Some(RawCondition::Not(Box::new(read(key, node, report)?)))
}

fn read_any(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    Some(RawCondition::Any(read_list(key, node, "any", report)?))
}

fn read_all(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    Some(all(read_list(key, node, "all", report)?))
}

fn read_list(key: Mark, node: &Node, what: &str, report: &mut Report<'_>) -> Option<Vec<RawCondition>> {
    let errors = report.errors();
    let conditions = fields::items(node, key, what, report, |item, report| read(item.mark, item, report))?;
    if node.value == Yaml::List(Vec::new()) {
        report.error_help(node.mark, format!("`{what}` is empty"), "list at least one condition");
    }
    (report.errors() == errors).then_some(conditions)
}

fn read_plugged(_: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let ids = read_ids(node, "`plugged`", report)?;
    Some(all(ids.into_iter().map(RawCondition::Plugged).collect()))
}

fn read_unplugged(_: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let ids = read_ids(node, "`unplugged`", report)?;
    let unplugged = |id| RawCondition::Not(Box::new(RawCondition::Plugged(id)));
    Some(all(ids.into_iter().map(unplugged).collect()))
}

/// An id, or a list of at least one.
fn read_ids(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Vec<Located<u16>>> {
    match &node.value {
        Yaml::List(items) if items.is_empty() => {
            report.error_help(node.mark, format!("{what} is empty"), "give the id of a cable, or several");
            None
        }
        Yaml::List(items) => {
            let ids: Vec<_> =
                items.iter().map(|item| read_id(item, &format!("an id in {what}"), report)).collect();
            ids.into_iter().collect()
        }
        _ => Some(vec![read_id(node, what, report)?]),
    }
}

/// `steps: [from, to]`
fn read_steps(_: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let Some([from, to]) = pair(node) else {
        let help = "for example `steps: [0, 96]`: from step 0 on, before step 96";
        report.error_help(node.mark, "`steps` must be a list of two steps", help);
        return None;
    };
    let (from, end) = (read_count(from, "a step", 0, report), read_count(to, "a step", 0, report));
    let (from, end) = (from?, end?);
    if end <= from {
        let message = format!("no step is at or after {from} and before {end}");
        report.error_help(to.mark, message, "the second step is the first one that does not count");
        return None;
    }
    Some(RawCondition::Moment(Moment::Steps { from, to: end }))
}

/// `every: {steps: 20, from: 0, to: 10}`
fn read_every(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let fields = Fields::open(node, key, "`every`", &["steps", "from", "to"], report)?;
    let period =
        fields.required("steps", report).and_then(|(_, node)| read_count(node, "`steps`", 1, report));
    let from = match fields.get("from") {
        Some((_, node)) => read_count(node, "`from`", 0, report),
        None => Some(0),
    };
    let (_, to_node) = fields.required("to", report)?;
    let to = read_count(to_node, "`to`", 1, report);
    let (period, from, to) = (period?, from?, to?);
    if from >= to || to > period {
        let message = format!("of every {period} steps none runs from {from} to {to}");
        report.error_help(to_node.mark, message, "`to` must be above `from` and at most `steps`");
        return None;
    }
    Some(RawCondition::Moment(Moment::Every { period, from, to }))
}

/// `hours: ['20:00', '06:00']`
fn read_hours(_: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let Some([from, to]) = pair(node) else {
        let help = "for example `hours: ['20:00', '06:00']`: from 20:00 on, before 6:00";
        report.error_help(node.mark, "`hours` must be a list of two times of day", help);
        return None;
    };
    let (from_s, to_s) = (read_time(from, report), read_time(to, report));
    let (from_s, to_s) = (from_s?, to_s?);
    if from_s == to_s {
        report.error_help(to.mark, "these hours begin where they end", "for a whole day leave out `hours`");
        return None;
    }
    Some(RawCondition::Moment(Moment::Hours { from_s, to_s }))
}

/// `HH:MM`, in seconds since midnight.
fn read_time(node: &Node, report: &mut Report<'_>) -> Option<u32> {
    let text = fields::text(node, "a time of day", report)?;
    let time = match text.as_bytes() {
        &[h1 @ b'0'..=b'2', h0 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', m0 @ b'0'..=b'9'] => {
            let number = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
            Some((number(h1, h0), number(m1, m0))).filter(|(hours, _)| *hours < 24)
        }
        _ => None,
    };
    if time.is_none() {
        let message = format!("{} is not a time of day", quote(&text));
        report.error_help(node.mark, message, "hours and minutes as 'HH:MM', from '00:00' to '23:59'");
    }
    time.map(|(hours, minutes)| hours * 3600 + minutes * 60)
}

/// `months: [12, 1, 2]`
fn read_months(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let errors = report.errors();
    let months = fields::items(node, key, "months", report, |item, report| {
        let number = fields::integer(item, "a month", report)?;
        let month = usize::try_from(number).ok().filter(|month| (1..=12).contains(month));
        if month.is_none() {
            report.error(item.mark, format!("a month must be between 1 and 12, not {number}"));
        }
        month
    })?;
    if node.value == Yaml::List(Vec::new()) {
        report.error_help(node.mark, "`months` is empty", "for example `months: [12, 1, 2]`");
    }
    let mut holds = [false; 12];
    months.iter().for_each(|month| holds[month - 1] = true);
    (report.errors() == errors).then_some(RawCondition::Moment(Moment::Months(holds)))
}

/// `value: {of: Battery1.soc, above: 50, below: 80}`
fn read_value(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let fields = Fields::open(node, key, "`value`", &["of", "above", "below"], report)?;
    let of = fields.required("of", report).and_then(|(_, node)| read_endpoint(node, "`of`", report));
    let [above, below] = ["above", "below"].map(|name| {
        let Some((_, node)) = fields.get(name) else { return Some(None) };
        let bound = fields::number(node, &format!("`{name}`"), report)?;
        if bound.is_nan() {
            report.error(node.mark, format!("`{name}` must be a number"));
        }
        Some(Some(bound)).filter(|_| !bound.is_nan())
    });
    let (above, below) = (above?, below?);
    match (above, below) {
        (None, None) => {
            let help = "for example `{of: Battery1.soc, above: 50}`";
            report.error_help(key, "`value` needs `above`, `below` or both", help);
            return None;
        }
        (Some(above), Some(below)) if above >= below => {
            let message = format!("no number is above {above} and below {below}");
            report.error_help(key, message, "both bounds must hold: `any` takes one of two conditions");
            return None;
        }
        _ => {}
    }
    Some(RawCondition::Value { of: of?, above, below })
}

/// `phase: NAME`
fn read_phase(_: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let value = fields::text(node, "`phase`", report)?;
    Some(RawCondition::Phase(Located { value, mark: node.mark }))
}

/// `recently: {plugged: ID, steps: N}`
fn read_recently(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawCondition> {
    let fields = Fields::open(node, key, "`recently`", &["plugged", "steps"], report)?;
    let plugged = fields.required("plugged", report).and_then(|(_, node)| read_id(node, "`plugged`", report));
    let steps = fields.required("steps", report).and_then(|(_, node)| read_count(node, "`steps`", 1, report));
    Some(RawCondition::Recently { plugged: plugged?, steps: steps? })
}

/// The two items of a list of two.
fn pair(node: &Node) -> Option<&[Node; 2]> {
    match &node.value {
        Yaml::List(items) => items.as_slice().try_into().ok(),
        _ => None,
    }
}

/// A whole number of at least `least`.
fn read_count(node: &Node, what: &str, least: u64, report: &mut Report<'_>) -> Option<u64> {
    let number = fields::integer(node, what, report)?;
    let count = u64::try_from(number).ok().filter(|count| *count >= least);
    if count.is_none() {
        report.error(node.mark, format!("{what} must be {least} or more, not {number}"));
    }
    count
}
