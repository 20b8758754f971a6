//! The entries of `cables`, a key of our own: light strips between two nodes and what they show; and tokens, single
//! plugs that join nothing.

use super::fields::{self, Fields};
use super::{Endpoint, read_endpoint};
use crate::scenario::Token;
use crate::scenario::report::{Located, Mark, Report, quote};
use crate::scenario::yaml::{Node, Yaml};
use illuminator_node::light::{Carrier, Palette};
use std::collections::BTreeMap;

/// The words of `carrier`.
const CARRIERS: [(&str, Carrier); 4] = [
    ("electricity", Carrier::Electricity),
    ("heat", Carrier::Heat),
    ("hydrogen", Carrier::Hydrogen),
    ("other", Carrier::Other),
];
/// The words of `colour`.
const PALETTES: [(&str, Palette); 2] = [("carrier", Palette::Carrier), ("load", Palette::Load)];

/// The keys that only a cable has. An entry without any of them is a token.
const CABLE_KEYS: [&str; 5] = ["ends", "shows", "full_scale", "carrier", "colour"];

/// All entries, with distinct ids.
#[derive(Clone, Default)]
pub(in crate::scenario) struct Plugs {
    pub(in crate::scenario) cables: Vec<RawCable>,
    pub(in crate::scenario) tokens: Vec<Token>,
}

/// A cable as the file describes it.
#[derive(Clone)]
pub(in crate::scenario) struct RawCable {
    /// What it has in common with a token.
    pub(in crate::scenario) plug: Token,
    /// Two different nodes.
    pub(in crate::scenario) ends: [Located<String>; 2],
    pub(in crate::scenario) shows: Endpoint,
    /// `[kW]`, finite and above 0.
    pub(in crate::scenario) full_scale_kw: f64,
    pub(in crate::scenario) carrier: Carrier,
    pub(in crate::scenario) palette: Palette,
}

/// All entries.
pub(super) fn read_all(key: Mark, node: &Node, report: &mut Report<'_>) -> Option<Plugs> {
    // By id: the line where it occurs first, be the rest of that entry right or wrong.
    let mut lines: BTreeMap<u16, u32> = BTreeMap::new();
    let mut plugs = Plugs::default();
    fields::items(node, key, "cables", report, |item, report| read(item, &mut lines, &mut plugs, report))?;
    Some(plugs)
}

fn read(
    node: &Node,
    lines: &mut BTreeMap<u16, u32>,
    plugs: &mut Plugs,
    report: &mut Report<'_>,
) -> Option<()> {
    let keys: Vec<&'static str> = ["id", "name", "plugged"].into_iter().chain(CABLE_KEYS).collect();
    let fields = Fields::open(node, node.mark, "a cable", &keys, report)?;
    let is_token = CABLE_KEYS.iter().all(|key| fields.get(key).is_none());
    let plug = read_plug(&fields, !is_token, lines, report);
    if is_token {
        plugs.tokens.push(plug?);
    } else {
        plugs.cables.push(read_cable(&fields, plug, report)?);
    }
    Some(())
}

/// What cables and tokens have in common.
fn read_plug(
    fields: &Fields<'_>,
    plugged_at_start: bool,
    lines: &mut BTreeMap<u16, u32>,
    report: &mut Report<'_>,
) -> Option<Token> {
    let id = fields.required("id", report).and_then(|(_, node)| read_new_id(node, lines, report));
    let name = match fields.get("name") {
        Some((_, node)) => Some(fields::text(node, "`name`", report)?),
        None => None,
    };
    let plugged_at_start = match fields.get("plugged") {
        Some((_, node)) => fields::boolean(node, "`plugged`", report)?,
        None => plugged_at_start,
    };
    Some(Token { id: id?, name, plugged_at_start })
}

/// The rest of a cable. Its mistakes are reported also where `plug` is missing because of others.
fn read_cable(fields: &Fields<'_>, plug: Option<Token>, report: &mut Report<'_>) -> Option<RawCable> {
    let ends = fields.required("ends", report).and_then(|(_, node)| read_ends(node, report));
    let shows = fields.required("shows", report).and_then(|(_, node)| read_endpoint(node, "`shows`", report));
    let full_scale_kw =
        fields.required("full_scale", report).and_then(|(_, node)| read_full_scale(node, report));
    let carrier = match fields.get("carrier") {
        Some((_, node)) => read_word(node, "carrier", &CARRIERS, report),
        None => Some(Carrier::Electricity),
    };
    let palette = match fields.get("colour") {
        Some((_, node)) => read_word(node, "colour", &PALETTES, report),
        None => Some(Palette::Carrier),
    };
    Some(RawCable {
        plug: plug?,
        ends: ends?,
        shows: shows?,
        full_scale_kw: full_scale_kw?,
        carrier: carrier?,
        palette: palette?,
    })
}

/// The id of a cable or token; `what` is what messages call it.
pub(super) fn read_id(node: &Node, what: &str, report: &mut Report<'_>) -> Option<Located<u16>> {
    let number = fields::integer(node, what, report)?;
    let id = u16::try_from(number).ok();
    if id.is_none() {
        report.error(node.mark, format!("{what} must be between 0 and {}, not {number}", u16::MAX));
    }
    Some(Located { value: id?, mark: node.mark })
}

fn read_new_id(node: &Node, lines: &mut BTreeMap<u16, u32>, report: &mut Report<'_>) -> Option<u16> {
    let id = read_id(node, "`id`", report)?.value;
    if let Some(line) = lines.get(&id) {
        let message = format!("there are two cables with the id {id}; the first one is on line {line}");
        report.error_help(node.mark, message, "give each cable an id of its own");
        return None;
    }
    lines.insert(id, node.mark.line);
    Some(id)
}

fn read_ends(node: &Node, report: &mut Report<'_>) -> Option<[Located<String>; 2]> {
    let nodes = match &node.value {
        Yaml::List(items) => items.as_slice(),
        _ => &[],
    };
    let [first, second] = nodes else {
        report.error_help(
            node.mark,
            "`ends` must be a list of two nodes",
            "for example `ends: [pv, grid]`: the energy of a positive value runs from the first to the second",
        );
        return None;
    };
    let mut end = |node: &Node| {
        Some(Located { value: fields::text(node, "an end of a cable", report)?, mark: node.mark })
    };
    let (first, second) = (end(first), end(second));
    let (first, second) = (first?, second?);
    if first.value == second.value {
        let message = format!("both ends of this cable are at {}", quote(&second.value));
        report.error_help(second.mark, message, "a cable joins two different nodes");
        return None;
    }
    Some([first, second])
}

fn read_full_scale(node: &Node, report: &mut Report<'_>) -> Option<f64> {
    let power_kw = fields::number(node, "`full_scale`", report)?;
    let fits = power_kw.is_finite() && power_kw > 0.0;
    if !fits {
        let message = format!("`full_scale` must be a finite power above 0 kW, not {power_kw:?}");
        report.error_help(node.mark, message, "the light runs fastest at this power, either way");
    }
    fits.then_some(power_kw)
}

/// One of a few words, as the value that it stands for.
fn read_word<T: Copy>(
    node: &Node,
    key: &str,
    words: &[(&'static str, T)],
    report: &mut Report<'_>,
) -> Option<T> {
    let text = fields::text(node, &format!("`{key}`"), report)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let message = format!("unknown {key} {}", quote(&text));
        report.error_unknown(node.mark, message, &text, words.iter().map(|(word, _)| *word));
    }
    found.map(|(_, value)| *value)
}
