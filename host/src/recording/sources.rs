//! Where a scene's views find what they show, as a recording keeps it.

use crate::scenario::Scenario;
use crate::view::{Places, Scene};
use illuminator_hal::Rgb8;
use illuminator_node::light::Palette;
use serde::{Deserialize, Serialize};

/// For what is shown besides the values, the position of its item in [`Scene::items`], and the colours of the light.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Sources {
    /// The present phase.
    pub phase: Option<usize>,
    /// For each cable its power.
    pub powers: Vec<Option<usize>>,
    /// For each cable whether it is plugged.
    pub cables: Vec<Option<usize>>,
    /// For each token whether it is plugged.
    pub tokens: Vec<Option<usize>>,
    /// For each cable what its colour says: `carrier`, `load`, or always the same, as `#rrggbb`.
    pub colours: Vec<String>,
}

impl Sources {
    /// Of the scene of `scenario`.
    pub fn of(scenario: &Scenario) -> Self {
        let Places { phase, powers, cables, tokens, .. } = Places::of(scenario);
        let colours = scenario.cables.iter().map(|cable| written(cable.palette)).collect();
        Self { phase, powers, cables, tokens, colours }
    }

    /// The palette of a cable.
    pub(super) fn palette(&self, cable: usize) -> Palette {
        self.colours.get(cable).map_or(Palette::Carrier, |text| palette(text))
    }

    /// Whether all positions are in the scene.
    pub(super) fn is_valid(&self, scene: &Scene) -> bool {
        let all = [&self.powers, &self.cables, &self.tokens].into_iter().flatten().chain([&self.phase]);
        all.flatten().all(|position| *position < scene.items.len())
    }
}

fn written(palette: Palette) -> String {
    match palette {
        Palette::Carrier => "carrier".to_owned(),
        Palette::Load => "load".to_owned(),
        Palette::Fixed(Rgb8 { r, g, b }) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

/// What nobody knows is the carrier's.
fn palette(text: &str) -> Palette {
    let fixed = || {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Palette::Fixed(Rgb8::new(r, g, b)))
    };
    match text {
        "load" => Palette::Load,
        _ => fixed().unwrap_or(Palette::Carrier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn palettes_are_read_back() {
        for each in [Palette::Carrier, Palette::Load, Palette::Fixed(Rgb8::new(1, 171, 255))] {
            assert_eq!(palette(&written(each)), each);
        }
        for strange in ["", "#12", "#äö0", "sky"] {
            assert_eq!(palette(strange), Palette::Carrier, "{strange}");
        }
    }
}
