//! Which cables are plugged, from what nodes report and what scripts say.
//!
//! ```text
//!   node: has boards? ─┐
//!   node sees id N ────┼─▶ each end: seen, missing, cannot tell ─▶ cable: plugged or not ─▶ changes
//!   script ────────────┘
//! ```
//!
//! Invariants: what nodes report is kept node by node, so reports of different nodes may come in any order; a cable is
//! never plugged while an end that can tell does not see it. Memory is bounded by the nodes that the caller names and
//! the cables of the scenario, whatever ids are reported.

use super::{Event, Happening, Notice};
use crate::scenario::{Cable, Token};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// So many ids that the scenario does not know are kept of one node: more than it has ports.
const STRANGERS_MAX: usize = 32;
/// So many notices are given in all.
const NOTICES_MAX: usize = 1024;

/// The plugs of a table. It is plain data, which a run that goes on elsewhere takes along.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Topology {
    /// The cables of the scenario, then its tokens.
    plugs: Vec<Plug>,
    /// Positions in `plugs` by id.
    positions: BTreeMap<u16, usize>,
    nodes: BTreeMap<String, Sight>,
    /// Of whom notice was given: node and id.
    noticed: BTreeSet<(String, u16)>,
    notices: Vec<Notice>,
}

/// A cable or token.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Plug {
    id: u16,
    kind: Kind,
    plugged_at_start: bool,
    plugged: bool,
    /// How many times it became plugged.
    insertions: u64,
    /// `plugged` and `insertions` as of the last poll for changes.
    polled: (bool, u64),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Kind {
    /// Joins two nodes. A script sets each end.
    Cable { ends: [String; 2], script: [Option<bool>; 2] },
    /// Is put in anywhere. A script says whether, and perhaps at which node.
    Token { script: Option<(bool, Option<String>)> },
}

/// What a node reports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Sight {
    /// Whether it notices every board that is plugged there: what it does not report is not there.
    boards: bool,
    /// Reports by id.
    seen: BTreeMap<u16, bool>,
    /// What it is going to report, and of how many plugs still.
    coming: Option<(Box<Sight>, u16)>,
}

impl Sight {
    /// Whether it sees the plug; `None` if it cannot tell.
    fn of(&self, id: u16) -> Option<bool> {
        self.seen.get(&id).copied().or(self.boards.then_some(false))
    }

    /// Notes a report. Of plugs that the scenario does not know only those that are there are kept, a few of them.
    fn note(&mut self, id: u16, plugged: bool, is_known: impl Fn(&u16) -> bool) {
        let strangers = || self.seen.keys().filter(|id| !is_known(id)).count();
        if is_known(&id) || plugged && strangers() < STRANGERS_MAX {
            self.seen.insert(id, plugged);
        } else if !plugged {
            self.seen.remove(&id);
        }
    }

    /// Takes over what was coming, if it is all there.
    fn arrive(&mut self) {
        if let Some((coming, _)) = self.coming.take_if(|(_, left)| *left == 0) {
            *self = *coming;
        }
    }
}

impl Topology {
    /// The plugs of a scenario, as they are at the start.
    pub fn new(cables: &[Cable], tokens: &[Token]) -> Self {
        let plug = |id, kind, plugged| Plug {
            id,
            kind,
            plugged_at_start: plugged,
            plugged,
            insertions: 0,
            polled: (plugged, 0),
        };
        let cable = |cable: &Cable| {
            let kind = Kind::Cable { ends: cable.ends.clone(), script: [None; 2] };
            plug(cable.id, kind, cable.plugged_at_start)
        };
        let token = |token: &Token| plug(token.id, Kind::Token { script: None }, token.plugged_at_start);
        let plugs: Vec<Plug> = cables.iter().map(cable).chain(tokens.iter().map(token)).collect();
        let positions = plugs.iter().enumerate().map(|(position, plug)| (plug.id, position)).collect();
        Self { plugs, positions, nodes: BTreeMap::new(), noticed: BTreeSet::new(), notices: Vec::new() }
    }

    /// A node begins anew: what it reported is forgotten once it has reported of so many `cables`, so that a node that
    /// is heard again unplugs nothing. With `boards` it notices everything that is plugged there, so that a cable with
    /// an end there is missing until it is reported; without, it cannot tell.
    pub fn detects(&mut self, node: &str, boards: bool, cables: u16) {
        let sight = self.nodes.entry(node.to_owned()).or_default();
        sight.coming = Some((Box::new(Sight { boards, ..Sight::default() }), cables));
        sight.arrive();
        (0..self.plugs.len()).for_each(|position| self.refresh(position));
    }

    /// A node reports that it sees a cable or token, or sees it no more. A plug that the scenario does not know, or
    /// that belongs elsewhere, gives a [`Notice`] once per node and id.
    pub fn seen(&mut self, node: &str, cable: u16, plugged: bool) {
        let sight = self.nodes.entry(node.to_owned()).or_default();
        let is_known = |id: &u16| self.positions.contains_key(id);
        match &mut sight.coming {
            Some((coming, left)) => {
                coming.note(cable, plugged, is_known);
                *left = left.saturating_sub(1);
            }
            None => sight.note(cable, plugged, is_known),
        }
        sight.arrive();
        if plugged {
            self.notice(node, cable);
        }
        (0..self.plugs.len()).for_each(|position| self.refresh(position));
    }

    /// A script sets all ends of a cable, whatever nodes report, until [`release`](Self::release). Answers whether
    /// there is such a cable.
    pub fn set(&mut self, cable: u16, plugged: bool) -> bool {
        self.script(cable, |kind| match kind {
            Kind::Cable { script, .. } => *script = [Some(plugged); 2],
            Kind::Token { script } => *script = Some((plugged, None)),
        })
    }

    /// A script sets the end of a cable at one node, whatever that node reports. A token is at one node at a time.
    /// Answers whether there is such a cable; one that has no end at that node gives a [`Notice`] and stays as it is.
    pub fn set_at(&mut self, node: &str, cable: u16, plugged: bool) -> bool {
        let known = self.script(cable, |kind| match kind {
            Kind::Cable { ends, script } => {
                let end = ends.iter().position(|end| end == node);
                end.into_iter().for_each(|end| script[end] = Some(plugged));
            }
            Kind::Token { script } => *script = Some((plugged, Some(node.to_owned()))),
        });
        if known {
            self.notice(node, cable);
        }
        known
    }

    /// No script sets this cable any more: the reports of nodes hold again.
    pub fn release(&mut self, cable: u16) {
        self.script(cable, |kind| match kind {
            Kind::Cable { script, .. } => *script = [None; 2],
            Kind::Token { script } => *script = None,
        });
    }

    /// A scripted event: [`set`](Self::set) or [`set_at`](Self::set_at). Answers false to one that is about no cable.
    pub fn apply(&mut self, event: &Event) -> bool {
        match &event.what {
            Happening::Plug { cable, node: None, plugged } => self.set(*cable, *plugged),
            Happening::Plug { cable, node: Some(node), plugged } => self.set_at(node, *cable, *plugged),
            Happening::Phase(_) => false,
        }
    }

    /// Whether a cable or token is plugged. A cable is if every end that can tell sees it, a token if any node sees it;
    /// if nobody can tell, it is as at the start. One that is not in the scenario is not plugged.
    pub fn plugged(&self, cable: u16) -> bool {
        self.plug(cable).is_some_and(|plug| plug.plugged)
    }

    /// How many times a cable or token became plugged: it tells a short visit from none.
    pub fn insertions(&self, cable: u16) -> u64 {
        self.plug(cable).map_or(0, |plug| plug.insertions)
    }

    /// Whether a plug is seen at a node; `None` if that cannot be told there.
    pub fn end(&self, node: &str, cable: u16) -> Option<bool> {
        let reported = || self.nodes.get(node).and_then(|sight| sight.of(cable));
        match self.plug(cable).map(|plug| &plug.kind) {
            Some(Kind::Cable { ends, script }) => {
                let end = ends.iter().position(|end| end == node);
                end.and_then(|end| script[end]).or_else(reported)
            }
            Some(Kind::Token { script: Some((plugged, at)) }) => {
                Some(*plugged && at.as_deref().is_some_and(|at| at == node))
            }
            Some(Kind::Token { script: None }) | None => reported(),
        }
    }

    /// The ids that are seen at a node, ascending, also those that do not belong there. A cable whose end there cannot
    /// tell is taken to be there while it is plugged.
    pub fn at(&self, node: &str) -> Vec<u16> {
        let mut ids: BTreeSet<u16> = BTreeSet::new();
        for plug in &self.plugs {
            let belongs =
                matches!(&plug.kind, Kind::Cable { ends, .. } if ends.iter().any(|end| end == node));
            if self.end(node, plug.id).unwrap_or(belongs && plug.plugged) {
                ids.insert(plug.id);
            }
        }
        let seen = self.nodes.get(node).into_iter().flat_map(|sight| &sight.seen);
        ids.extend(seen.filter(|(id, _)| !self.positions.contains_key(id)).map(|(id, _)| *id));
        ids.into_iter().collect()
    }

    /// What was plugged and unplugged since the last call, in the order of the scenario. Of a plug that came and went
    /// several times only one visit is told, so that there are at most three changes of each. Set as scripted events of
    /// the same step, these repeat a run.
    pub fn changes(&mut self) -> Vec<(u16, bool)> {
        let mut changes = Vec::new();
        for plug in &mut self.plugs {
            let (mut plugged, insertions) =
                std::mem::replace(&mut plug.polled, (plug.plugged, plug.insertions));
            if plug.insertions > insertions {
                changes.extend(plugged.then_some((plug.id, false)));
                changes.push((plug.id, true));
                plugged = true;
            }
            if plugged && !plug.plugged {
                changes.push((plug.id, false));
            }
        }
        changes
    }

    /// The notices since the last call.
    pub fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// The nodes that a cable joins; `None` for a token and for a cable that is not in the scenario.
    pub fn ends(&self, cable: u16) -> Option<&[String; 2]> {
        match &self.plug(cable)?.kind {
            Kind::Cable { ends, .. } => Some(ends),
            Kind::Token { .. } => None,
        }
    }

    /// Whether the scenario has a cable or token of this id.
    pub fn knows(&self, cable: u16) -> bool {
        self.positions.contains_key(&cable)
    }

    /// The ids of all cables and tokens, ascending.
    pub fn ids(&self) -> impl Iterator<Item = u16> {
        self.positions.keys().copied()
    }

    fn plug(&self, cable: u16) -> Option<&Plug> {
        self.positions.get(&cable).map(|&position| &self.plugs[position])
    }

    fn script(&mut self, cable: u16, change: impl FnOnce(&mut Kind)) -> bool {
        let Some(&position) = self.positions.get(&cable) else { return false };
        change(&mut self.plugs[position].kind);
        self.refresh(position);
        true
    }

    /// Works out whether a plug is plugged.
    fn refresh(&mut self, position: usize) {
        let plugged = self.is_plugged(&self.plugs[position]);
        let plug = &mut self.plugs[position];
        plug.insertions += u64::from(plugged && !plug.plugged);
        plug.plugged = plugged;
    }

    fn is_plugged(&self, plug: &Plug) -> bool {
        let known = match &plug.kind {
            // Both ends must agree, but one that cannot tell has no say.
            Kind::Cable { ends, .. } => {
                ends.iter().filter_map(|end| self.end(end, plug.id)).reduce(|a, b| a && b)
            }
            Kind::Token { script: Some((plugged, _)) } => Some(*plugged),
            Kind::Token { script: None } => {
                self.nodes.values().filter_map(|sight| sight.of(plug.id)).reduce(|a, b| a || b)
            }
        };
        known.unwrap_or(plug.plugged_at_start)
    }

    /// Gives notice of a plug that does not belong where it is seen.
    fn notice(&mut self, node: &str, cable: u16) {
        let notice = match self.plug(cable).map(|plug| &plug.kind) {
            None => Notice::Unknown { node: node.to_owned(), cable },
            Some(Kind::Cable { ends, .. }) if ends.iter().all(|end| end != node) => {
                Notice::WrongNode { node: node.to_owned(), cable, ends: ends.clone() }
            }
            Some(_) => return,
        };
        if self.noticed.len() < NOTICES_MAX && self.noticed.insert((node.to_owned(), cable)) {
            self.notices.push(notice);
        }
    }
}
