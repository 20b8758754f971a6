//! Colours and dashes. Lines are in the colours of Okabe and Ito, bands in the light ones of Paul Tol: both are made to be
//! told apart with every kind of colour vision, and dashes tell lines apart without any.

use super::figure::{Rgb, Stroke};

/// Colours of a figure.
pub(super) struct Theme {
    /// The paper.
    pub(super) background: Rgb,
    /// Title, names and axes.
    pub(super) ink: Rgb,
    /// What is written beside ticks.
    pub(super) muted: Rgb,
    /// Edges of panels.
    pub(super) edge: Rgb,
    /// Lines at ticks.
    pub(super) grid: Rgb,
    /// Zero, and where a greater span of time begins.
    pub(super) grid_strong: Rgb,
    /// Lines of columns, in turn.
    pub(super) lines: [Rgb; 7],
}

/// On white paper.
pub(super) const LIGHT: Theme = Theme {
    background: [0xff, 0xff, 0xff],
    ink: [0x1a, 0x1c, 0x1f],
    muted: [0x55, 0x5a, 0x62],
    edge: [0x9a, 0xa0, 0xa8],
    grid: [0xea, 0xec, 0xef],
    grid_strong: [0xc4, 0xc9, 0xd0],
    lines: [
        [0x00, 0x72, 0xb2], // blue
        [0xd5, 0x5e, 0x00], // vermilion
        [0x00, 0x9e, 0x73], // green
        [0xcc, 0x79, 0xa7], // purple
        [0xe6, 0x9f, 0x00], // orange
        [0x56, 0xb4, 0xe9], // sky blue
        [0x00, 0x00, 0x00],
    ],
};

/// On dark paper: the same colours, without the dark ones.
pub(super) const DARK: Theme = Theme {
    background: [0x14, 0x17, 0x1c],
    ink: [0xe8, 0xea, 0xed],
    muted: [0xa6, 0xad, 0xb7],
    edge: [0x5c, 0x63, 0x6e],
    grid: [0x26, 0x2b, 0x33],
    grid_strong: [0x43, 0x4a, 0x55],
    lines: [
        [0x56, 0xb4, 0xe9], // sky blue
        [0xe6, 0x9f, 0x00], // orange
        [0x00, 0x9e, 0x73], // green
        [0xcc, 0x79, 0xa7], // purple
        [0xf0, 0xe4, 0x42], // yellow
        [0xd5, 0x5e, 0x00], // vermilion
        [0xff, 0xff, 0xff],
    ],
};

/// Bands, in turn; what is written on them is [`ON_BANDS`].
pub(super) const BANDS: [Rgb; 9] = [
    [0x77, 0xaa, 0xdd], // light blue
    [0xee, 0xdd, 0x88], // light yellow
    [0xff, 0xaa, 0xbb], // pink
    [0x44, 0xbb, 0x99], // mint
    [0xee, 0x88, 0x66], // orange
    [0x99, 0xdd, 0xff], // light cyan
    [0xbb, 0xcc, 0x33], // pear
    [0xdd, 0xdd, 0xdd], // pale grey
    [0xaa, 0xaa, 0x00], // olive
];

/// Letters on bands, and the bar under those of the second round.
pub(super) const ON_BANDS: Rgb = [0x1a, 0x1c, 0x1f];

/// Dashes, in turn `[units]`.
const DASHES: [&[f64]; 4] = [&[], &[6.5, 2.5], &[2.0, 2.0], &[8.0, 2.5, 2.0, 2.5]];
/// Width of a column's line `[units]`.
const LINE_WIDTH: f64 = 1.6;
/// Width of a line with more values than points: it is to show where it goes, and not to cover others `[units]`.
const DENSE_WIDTH: f64 = 1.0;

/// Most lines that can be told apart: every colour with every kind of dash.
pub const LINES_MAX: usize = LIGHT.lines.len() * DASHES.len();

impl Theme {
    /// The stroke of the line that is number `in_figure` of all and number `in_panel` of its panel. Lines that are so dense
    /// that dashes would hide values are solid.
    pub(super) fn line(&self, in_figure: usize, in_panel: usize, dense: bool) -> Stroke {
        let colour = self.lines[in_figure % self.lines.len()];
        if dense {
            return Stroke { colour, width: DENSE_WIDTH, dash: DASHES[0] };
        }
        // Numbers of colours and of dashes have no common factor: every pair of them comes before one comes again.
        Stroke { colour, width: LINE_WIDTH, dash: DASHES[in_panel % DASHES.len()] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What is left of a colour without one kind of cones (Viénot, Brettel and Mollon 1999): linear light in, linear
    /// light out.
    fn seen([red, green, blue]: [f64; 3], kind: &str) -> [f64; 3] {
        match kind {
            "protan" => {
                let both = 0.11238 * red + 0.88762 * green;
                [both, both, 0.00401 * red - 0.00401 * green + blue]
            }
            "deutan" => {
                let both = 0.29275 * red + 0.70725 * green;
                [both, both, -0.02234 * red + 0.02234 * green + blue]
            }
            _ => [red, green, blue],
        }
    }

    fn linear(colour: Rgb) -> [f64; 3] {
        colour.map(|part| libm::pow(f64::from(part) / 255.0, 2.2))
    }

    /// How far apart two colours look, 0 to about 1.7.
    fn distance(one: Rgb, other: Rgb, kind: &str) -> f64 {
        let encoded =
            |colour| seen(linear(colour), kind).map(|part| libm::pow(part.clamp(0.0, 1.0), 1.0 / 2.2));
        let (one, other) = (encoded(one), encoded(other));
        one.iter().zip(other).map(|(one, other)| (one - other) * (one - other)).sum::<f64>().sqrt()
    }

    #[test]
    fn colours_differ_for_every_kind_of_colour_vision() {
        for kind in ["all", "protan", "deutan"] {
            for colours in [&LIGHT.lines[..], &DARK.lines, &BANDS] {
                for (index, &one) in colours.iter().enumerate() {
                    for &other in &colours[index + 1..] {
                        let distance = distance(one, other, kind);
                        assert!(distance > 0.12, "{kind}: {one:02x?} {other:02x?}: {distance}");
                    }
                }
            }
        }
        // The measure is not blind itself: a red and a green of the same brightness are one colour to some.
        assert!(distance([0xb0, 0x40, 0x20], [0x5f, 0x6c, 0x20], "deutan") < 0.12);
    }

    #[test]
    fn lines_stand_out_from_the_paper() {
        for theme in [&LIGHT, &DARK] {
            for colour in theme.lines.into_iter().chain([theme.ink, theme.muted]) {
                assert!(distance(colour, theme.background, "all") > 0.45, "{colour:02x?}");
            }
        }
    }

    #[test]
    fn every_line_of_a_figure_is_drawn_in_its_own_way() {
        let strokes: BTreeSet<String> =
            (0..LINES_MAX).map(|line| format!("{:?}", LIGHT.line(line, line, false))).collect();
        assert_eq!(strokes.len(), LINES_MAX);
    }
}
