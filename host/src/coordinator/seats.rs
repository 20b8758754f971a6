//! Who sits where: the links to the nodes of a run, and to the spare ones that may take a place.
//!
//! A *node* is a number of the plan, a *link* one of an address. At first they are the same; when a spare takes the place
//! of a node, the node's number gets the spare's link, and the old link is heard no more.

use super::node_link::NodeLink;
use illuminator_protocol::Instant;
use std::ops::{Index, IndexMut};

pub(super) struct Seats {
    /// Those of the plan, then the spare ones.
    links: Vec<NodeLink>,
    /// By node, its link.
    seated: Vec<usize>,
    /// The next spare link.
    spare: usize,
}

impl Seats {
    pub(super) fn new(nodes: Vec<NodeLink>) -> Self {
        Self { seated: (0..nodes.len()).collect(), spare: nodes.len(), links: nodes }
    }

    pub(super) fn add_spares(&mut self, spares: Vec<NodeLink>) {
        self.links.extend(spares);
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.seated.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &NodeLink> {
        self.seated.iter().map(|&link| &self.links[link])
    }

    /// The spare links that wait, with their numbers.
    pub(super) fn spares(&self) -> impl Iterator<Item = (usize, &NodeLink)> {
        self.links.iter().enumerate().skip(self.spare)
    }

    /// Says the same to every node.
    pub(super) fn each(&mut self, mut say: impl FnMut(&mut NodeLink)) {
        self.seated.iter().for_each(|&link| say(&mut self.links[link]));
    }

    /// Whether everything that was sent was acknowledged, or nothing can be.
    pub(super) fn all_idle(&mut self) -> bool {
        let mut idle = true;
        self.each(|link| idle &= link.is_idle());
        idle
    }

    /// Whether a node missed light, and wants all of it again.
    pub(super) fn any_wants_light(&mut self) -> bool {
        let mut wants = false;
        self.each(|link| wants |= link.wants_light());
        wants
    }

    /// The link of a node.
    pub(super) fn link_of(&self, node: usize) -> usize {
        self.seated[node]
    }

    /// The node at a link, if one sits there.
    pub(super) fn node_at(&self, link: usize) -> Option<usize> {
        self.seated.iter().position(|&seated| seated == link)
    }

    /// Lets the next spare take the place of a node; false if there is none.
    pub(super) fn replace(&mut self, node: usize, now: Instant) -> bool {
        let (old, new) = (self.seated[node], self.spare);
        let Ok([old, link]) = self.links.get_disjoint_mut([old, new]) else { return false };
        link.take_place_of(old, now);
        self.seated[node] = new;
        self.spare += 1;
        true
    }
}

impl Index<usize> for Seats {
    type Output = NodeLink;

    fn index(&self, node: usize) -> &NodeLink {
        &self.links[self.seated[node]]
    }
}

impl IndexMut<usize> for Seats {
    fn index_mut(&mut self, node: usize) -> &mut NodeLink {
        &mut self.links[self.seated[node]]
    }
}
