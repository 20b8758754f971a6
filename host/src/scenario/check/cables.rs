//! Cables: the value that each shows, and whether its ends are where models run. Ids, where others name them.

use super::cast::Cast;
use super::sources;
use crate::scenario::report::{Located, Report, quote};
use crate::scenario::schema::{Plugs, RawCable};
use crate::scenario::{Cable, Connect, PLUG};
use std::collections::BTreeSet;

/// The ids of cables and tokens.
pub(super) struct Ids {
    ids: BTreeSet<u16>,
    /// Their names in `monitor.items`, ascending by id; made once, for messages.
    names: Vec<String>,
}

impl Ids {
    /// Those of a file.
    pub(super) fn of(plugs: &Plugs) -> Self {
        let cables = plugs.cables.iter().map(|cable| cable.plug.id);
        let ids: BTreeSet<u16> = cables.chain(plugs.tokens.iter().map(|token| token.id)).collect();
        let names = ids.iter().map(|id| format!("{PLUG}{id}")).collect();
        Self { ids, names }
    }

    /// Whether there is a cable or token of this id.
    pub(super) fn contains(&self, id: u16) -> bool {
        self.ids.contains(&id)
    }

    /// Their names in `monitor.items`.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The id of a cable or token; reports an unknown one.
    pub(super) fn find(&self, id: &Located<u16>, report: &mut Report<'_>) -> Option<u16> {
        let known = self.contains(id.value);
        if !known {
            let message = format!("there is no cable {}", id.value);
            if self.ids.is_empty() {
                report.error_help(id.mark, message, "`cables` lists the cables of the table, with their ids");
            } else {
                let ids = self.names().map(|name| &name[PLUG.len()..]);
                report.error_unknown(id.mark, message, &id.value.to_string(), ids);
            }
        }
        known.then_some(id.value)
    }
}

/// The cables whose values exist.
pub(super) fn resolve(cast: &Cast, raws: Vec<RawCable>, report: &mut Report<'_>) -> Vec<Cable> {
    warn_of_dark_ends(cast, &raws, report);
    let resolve = |raw: RawCable| {
        Some(Cable {
            id: raw.plug.id,
            name: raw.plug.name,
            plugged_at_start: raw.plug.plugged_at_start,
            ends: raw.ends.map(|end| end.value),
            shows: sources::value(cast, &raw.shows, report)?,
            full_scale_kw: raw.full_scale_kw,
            carrier: raw.carrier,
            palette: raw.palette,
        })
    };
    raws.into_iter().filter_map(resolve).collect()
}

/// Names the ends at nodes that no model is placed on.
fn warn_of_dark_ends(cast: &Cast, raws: &[RawCable], report: &mut Report<'_>) {
    // It may be a broken model that is placed there.
    if cast.has_broken() {
        return;
    }
    let placed = cast.models.iter().filter_map(|member| member.entry.connect.as_ref());
    let nodes: BTreeSet<&str> = placed
        .filter_map(|connect| match connect {
            Connect::Node(name) => Some(name.as_str()),
            Connect::Address { .. } => None,
        })
        .collect();
    for end in raws.iter().flat_map(|raw| &raw.ends) {
        let name = end.value.as_str();
        if !nodes.contains(name) {
            let message = format!("no model is placed on node {}: this end may stay dark", quote(name));
            report.warning_unknown(end.mark, message, name, nodes.iter().copied());
        }
    }
}
