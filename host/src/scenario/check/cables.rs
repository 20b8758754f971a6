//! Cables: the value that each shows, and whether its ends are where models run.

use super::cast::Cast;
use super::sources;
use crate::scenario::report::{Report, quote};
use crate::scenario::schema::RawCable;
use crate::scenario::{Cable, Connect};
use std::collections::BTreeSet;

/// The cables whose values exist.
pub(super) fn resolve(cast: &Cast, raws: Vec<RawCable>, report: &mut Report<'_>) -> Vec<Cable> {
    warn_of_dark_ends(cast, &raws, report);
    let resolve = |raw: RawCable| {
        Some(Cable {
            id: raw.id,
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
