//! How the table stands, for who looks at it.

use super::Coordinator;
use super::lights::Lights;
use illuminator_node::light::{CableEnd, CableView};

/// The table as the nodes report it, and what their strips are told to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sight {
    /// Whether an emergency stop is pressed.
    pub stopped: bool,
    /// The cables, in the order of the scenario.
    pub cables: Vec<CableSight>,
    /// The nodes at which each token is seen, in the order of the scenario.
    pub tokens: Vec<Vec<String>>,
}

/// A cable of a [`Sight`].
#[derive(Clone, Debug, PartialEq)]
pub struct CableSight {
    /// Whether it is plugged at each of its ends; an end that cannot tell is taken to agree with the other.
    pub plugged: [bool; 2],
    /// What the strip at its first end shows, on the clock of this host; nothing while there is no flow to show. The other
    /// end shows the same from the other side.
    pub view: Option<CableView>,
}

impl Coordinator {
    /// How the table stands now.
    pub fn sight(&self) -> Sight {
        let topology = self.table.topology();
        let cable = |(id, view): (u16, Option<CableView>)| {
            let is_whole = topology.plugged(id);
            let end = |end: &String| topology.end(end, id).unwrap_or(is_whole);
            let plugged = topology.ends(id).map_or([is_whole; 2], |ends| ends.each_ref().map(end));
            CableSight { plugged, view }
        };
        let tokens = self.table.plugs().map(|(id, _)| id).filter(|&id| topology.ends(id).is_none());
        let seen = |id| {
            self.names.iter().filter(move |name| topology.end(name, id) == Some(true)).cloned().collect()
        };
        Sight {
            stopped: !self.stopped_by.is_empty(),
            cables: self.lights.views().map(cable).collect(),
            tokens: tokens.map(seen).collect(),
        }
    }
}

impl Lights {
    /// What the first end of each cable shows.
    fn views(&self) -> impl Iterator<Item = (u16, Option<CableView>)> {
        self.cables.iter().map(|light| (light.plan.id, light.view(CableEnd::A)))
    }
}
