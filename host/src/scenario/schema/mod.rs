//! From the tree to raw structs: which keys there are, which must be there, what their values look like.
//!
//! These are the rules of spec/scenario-format.md section 2. What names refer to is not looked at here. Keys
//! of our own: `connect.node`, the name of a node, instead of `connect.ip`; `cables`; `via` of a connection; and
//! `story`.

mod cable;
mod condition;
mod fields;
mod model;
mod story;

use super::report::{Located, Mark, Report, quote};
use super::yaml::{Node, Yaml};
pub(super) use cable::{Plugs, RawCable};
pub(super) use condition::RawCondition;
use fields::Fields;
use illuminator_node::value::Value;
use jiff::civil::DateTime;
pub(super) use model::{Entry, RawModel, RawSection, read_value};
pub(super) use story::{RawPhase, RawSetting, RawStory};

/// A scenario file that keeps the rules of the format.
#[derive(Clone)]
pub(super) struct RawScenario {
    pub(super) name: String,
    pub(super) start: DateTime,
    pub(super) end: DateTime,
    /// Where `end_time` stands.
    pub(super) end_mark: Mark,
    /// `[s]`, at least 1.
    pub(super) resolution_s: u32,
    pub(super) models: Vec<RawModel>,
    pub(super) connections: Vec<RawConnection>,
    pub(super) monitor_file: Located<String>,
    pub(super) monitor_items: Vec<Endpoint>,
    pub(super) plugs: Plugs,
    pub(super) story: Option<RawStory>,
    /// `align_parameters` and its key, if it is there.
    pub(super) align: Option<(Mark, bool)>,
}

/// One entry of `connections`.
#[derive(Clone)]
pub(super) struct RawConnection {
    pub(super) from: Endpoint,
    pub(super) to: Endpoint,
    pub(super) time_shifted: bool,
    pub(super) via: Option<RawVia>,
}

/// The key `via` of a connection.
#[derive(Clone)]
pub(super) struct RawVia {
    /// Where it stands.
    pub(super) mark: Mark,
    pub(super) cable: Located<u16>,
    pub(super) otherwise: Option<Located<Value>>,
}

impl RawScenario {
    /// The first key for sweeps (`align_parameters`, `multi_parameters`), if any.
    pub(super) fn sweep(&self) -> Option<Mark> {
        let axes = self.models.iter().filter_map(|model| model.axes.as_ref());
        self.align.iter().map(|(mark, _)| *mark).chain(axes.map(|axes| axes.mark)).min()
    }
}

/// `model.attribute`.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) model: String,
    pub(super) attribute: String,
    pub(super) mark: Mark,
}

impl Endpoint {
    /// As in the file.
    pub(super) fn text(&self) -> String {
        format!("{}.{}", self.model, self.attribute)
    }
}

struct Period {
    name: String,
    start: DateTime,
    end: DateTime,
    end_mark: Mark,
    resolution_s: u32,
    align: Option<(Mark, bool)>,
}

/// The raw scenario; `None` after reporting every broken rule.
pub(super) fn read(root: &Node, report: &mut Report<'_>) -> Option<RawScenario> {
    let errors = report.errors();
    let keys = ["scenario", "models", "connections", "monitor", "cables", "story"];
    let top = Fields::open(root, root.mark, "a scenario file", &keys, report)?;
    let period = top.required("scenario", report).and_then(|(key, node)| read_period(key.mark, node, report));
    let models = top
        .required("models", report)
        .and_then(|(key, node)| fields::items(node, key.mark, "models", report, model::read));
    let connections = top
        .required("connections", report)
        .and_then(|(key, node)| fields::items(node, key.mark, "connections", report, read_connection));
    let monitor =
        top.required("monitor", report).and_then(|(key, node)| read_monitor(key.mark, node, report));
    let plugs = match top.get("cables") {
        Some((key, node)) => cable::read_all(key.mark, node, report),
        None => Some(Plugs::default()),
    };
    let story = top.get("story").and_then(|(key, node)| story::read(key.mark, node, report));
    if report.errors() > errors {
        return None;
    }
    let (period, models, (monitor_file, monitor_items)) = (period?, models?, monitor?);
    Some(RawScenario {
        name: period.name,
        start: period.start,
        end: period.end,
        end_mark: period.end_mark,
        resolution_s: period.resolution_s,
        models,
        connections: connections?,
        monitor_file,
        monitor_items,
        plugs: plugs?,
        story,
        align: period.align,
    })
}

fn read_period(mark: Mark, node: &Node, report: &mut Report<'_>) -> Option<Period> {
    let keys = ["name", "start_time", "end_time", "time_resolution", "align_parameters"];
    let fields = Fields::open(node, mark, "`scenario`", &keys, report)?;
    let name = fields.required("name", report).and_then(|(_, node)| fields::text(node, "`name`", report));
    let start =
        fields.required("start_time", report).and_then(|(_, node)| read_date(node, "`start_time`", report));
    let end = fields.required("end_time", report).and_then(|(_, node)| read_date(node, "`end_time`", report));
    let resolution_s = match fields.get("time_resolution") {
        Some((_, node)) => read_resolution(node, report),
        None => {
            report.error_help(
                mark,
                "`scenario` lacks the key `time_resolution`",
                "add `time_resolution: 900` for steps of 15 minutes [s]",
            );
            None
        }
    };
    let align = fields
        .get("align_parameters")
        .and_then(|(key, node)| Some((key.mark, fields::boolean(node, "`align_parameters`", report)?)));
    if let (Some(start), Some(end)) = (&start, &end)
        && end.value <= start.value
    {
        report.error_help(
            end.mark,
            "`end_time` is not later than `start_time`",
            format!("the run starts at {}", start.value.strftime("%Y-%m-%d %H:%M:%S")),
        );
    }
    let (start, end) = (start?, end?);
    Some(Period {
        name: name?,
        start: start.value,
        end: end.value,
        end_mark: end.mark,
        resolution_s: resolution_s?,
        align,
    })
}

fn read_resolution(node: &Node, report: &mut Report<'_>) -> Option<u32> {
    let seconds = fields::integer(node, "`time_resolution`", report)?;
    let resolution_s = u32::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    if resolution_s.is_none() {
        let message = format!("`time_resolution` must be between 1 and {} seconds, not {seconds}", u32::MAX);
        report.error(node.mark, message);
    }
    resolution_s
}

/// `YYYY-MM-DD HH:MM:SS`, a real date.
fn read_date(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Located<DateTime>> {
    let text = fields::text(node, what, report)?;
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape != "0000-00-00 00:00:00" {
        let message = format!("{} is not of the form 'YYYY-MM-DD HH:MM:SS'", quote(&text));
        report.error_help(
            node.mark,
            message,
            "for example '2012-06-01 00:00:00', with a blank between date and time",
        );
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text[range].parse::<i16>().expect("four digits at most, by the shape above")
    };
    let small = |at: usize| number(at..at + 2) as i8;
    let year = number(0..4);
    match DateTime::new(year, small(5), small(8), small(11), small(14), small(17), 0) {
        Ok(date) if year > 0 => Some(Located { value: date, mark: node.mark }),
        _ => {
            report.error(node.mark, format!("{} is not a date of the calendar", quote(&text)));
            None
        }
    }
}

fn read_connection(node: &Node, report: &mut Report<'_>) -> Option<RawConnection> {
    let keys = ["from", "to", "time_shifted", "via"];
    let fields = Fields::open(node, node.mark, "a connection", &keys, report)?;
    let from = fields.required("from", report).and_then(|(_, node)| read_endpoint(node, "`from`", report));
    let to = fields.required("to", report).and_then(|(_, node)| read_endpoint(node, "`to`", report));
    let time_shifted = match fields.get("time_shifted") {
        Some((_, node)) => fields::boolean(node, "`time_shifted`", report),
        None => Some(false),
    };
    let via = match fields.get("via") {
        Some((key, node)) => Some(read_via(key.mark, node, report)?),
        None => None,
    };
    Some(RawConnection { from: from?, to: to?, time_shifted: time_shifted?, via })
}

fn read_via(mark: Mark, node: &Node, report: &mut Report<'_>) -> Option<RawVia> {
    let fields = Fields::open(node, mark, "`via`", &["cable", "otherwise"], report)?;
    let cable =
        fields.required("cable", report).and_then(|(_, node)| cable::read_id(node, "`cable`", report));
    let otherwise = match fields.get("otherwise") {
        Some((_, node)) => Some(Located { value: model::read_value(node, report)?, mark: node.mark }),
        None => None,
    };
    Some(RawVia { mark, cable: cable?, otherwise })
}

fn read_monitor(
    mark: Mark,
    node: &Node,
    report: &mut Report<'_>,
) -> Option<(Located<String>, Vec<Endpoint>)> {
    let fields = Fields::open(node, mark, "`monitor`", &["file", "items"], report)?;
    let file = match fields.get("file") {
        Some((_, node)) => {
            fields::text(node, "`file`", report).map(|value| Located { value, mark: node.mark })
        }
        None => {
            let message = "`monitor` lacks the key `file`";
            report.error_help(mark, message, "add `file: out.csv`, the name of the result file");
            None
        }
    };
    let items = fields.required("items", report).and_then(|(key, node)| {
        if node.value == Yaml::List(Vec::new()) {
            report.error_help(node.mark, "`items` is empty", "list at least one `model.attribute`");
            return None;
        }
        fields::items(node, key.mark, "items", report, |item, report| read_endpoint(item, "an item", report))
    });
    Some((file?, items?))
}

/// `model.attribute`: word characters and exactly one dot.
fn read_endpoint(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Endpoint> {
    let text = fields::text(node, what, report)?;
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    match text.split_once('.') {
        Some((model, attribute)) if is_word(model) && is_word(attribute) => {
            Some(Endpoint { model: model.to_owned(), attribute: attribute.to_owned(), mark: node.mark })
        }
        _ => {
            report.error_help(
                node.mark,
                format!("{} is not of the form `model.attribute`", quote(&text)),
                "names of letters, digits and underscores, with one dot between model and attribute",
            );
            None
        }
    }
}
