//! What is known of a run.

use crate::view::{Cell, Command, Component, Health, Moment, NodeHealth, RunState, Scene};
use std::sync::Arc;

/// The last that was heard of a run, and whether it is still so.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What there is to see.
    pub scene: Arc<Scene>,
    /// How the nodes do.
    pub health: Health,
    /// Whether all of this holds now.
    pub contact: Contact,
    /// Who has the table, or where it is: a sentence for the head of the picture.
    pub note: String,
    /// A sentence for its foot while there is no other: where the page is.
    pub foot: String,
    moment: Moment,
    greatest_kw: f64,
}

/// Whether the run is heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Contact {
    /// It is: what is known is so now.
    #[default]
    Live,
    /// It is not, and why: what is known is old.
    Lost(String),
}

impl Seen {
    /// How the run stands.
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// Another moment. The greatest power of a component is remembered for as long as the run is the same.
    pub fn take_moment(&mut self, moment: Moment) {
        if moment.run != self.moment.run {
            self.greatest_kw = 0.0;
        }
        self.moment = moment;
        let powers = self.scene.components.iter().filter_map(|component| self.power_kw(component));
        self.greatest_kw = powers.map(f64::abs).fold(self.greatest_kw, f64::max);
    }

    /// Takes what was asked for as done until the next moment says how it is, so that the next key builds on it.
    pub fn expect(&mut self, command: &Command) {
        match command {
            Command::Pace { seconds } => self.moment.pace_s = *seconds,
            Command::Seek { step } => self.moment.done = step.saturating_add(1),
            Command::Hold { held } => {
                self.moment.state = match (held, self.moment.state) {
                    (true, RunState::Running) => RunState::Paused,
                    (false, RunState::Paused) => RunState::Running,
                    (_, other) => other,
                }
            }
            Command::Plug { id, plugged, .. } => {
                let cables = self.scene.cables.iter().zip(&mut self.moment.cables);
                let cable =
                    cables.filter(|(cable, _)| cable.id == *id).map(|(_, moment)| &mut moment.plugged);
                cable.for_each(|ends| *ends = [*plugged; 2]);
                let tokens = self.scene.tokens.iter().zip(&mut self.moment.tokens);
                let token = tokens.filter(|(token, _)| token.id == *id).map(|(_, moment)| moment);
                token.for_each(|moment| {
                    moment.plugged = *plugged;
                    moment.at.clear();
                });
            }
            _ => {}
        }
    }

    /// Whether what is known is so now.
    pub fn is_live(&self) -> bool {
        self.contact == Contact::Live
    }

    /// Whether anything was heard of a run yet.
    pub fn is_known(&self) -> bool {
        !self.scene.run.is_empty()
    }

    /// The value of an item.
    pub(super) fn value(&self, item: usize) -> &Cell {
        self.moment.values.get(item).unwrap_or(&Cell::None)
    }

    /// The power of a component `[kW]`, positive where it feeds the rest.
    pub(super) fn power_kw(&self, component: &Component) -> Option<f64> {
        let flow = component.flow.as_ref()?;
        match self.value(flow.item) {
            Cell::Number(number) => Some(flow.sign * number),
            Cell::None | Cell::Text(_) => None,
        }
    }

    /// The greatest power of a component so far `[kW]`, at least 1.
    pub(super) const fn greatest_kw(&self) -> f64 {
        self.greatest_kw.max(1.0)
    }

    /// The nodes: those of the run, then the spares.
    pub(super) fn nodes(&self) -> usize {
        self.health.nodes.len().max(self.scene.nodes.len())
    }

    /// How a node does; what nobody has told yet is absent.
    pub(super) fn node(&self, number: usize) -> NodeHealth {
        let unheard = || {
            let scene = self.scene.nodes.get(number);
            scene.map(|node| NodeHealth {
                name: node.name.clone(),
                address: node.address.clone(),
                ..NodeHealth::default()
            })
        };
        self.health.nodes.get(number).cloned().or_else(unheard).unwrap_or_default()
    }
}
