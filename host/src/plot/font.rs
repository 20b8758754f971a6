//! The letters of pictures: a subset of DejaVu Sans (`host/assets`), for widths in the layout and outlines in a PNG.
//!
//! An SVG names the same font and falls back to others; DejaVu is wider than most, so texts keep their places.

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Fonts of an SVG, in order of preference.
pub(super) const FAMILY: &str = "'DejaVu Sans', Verdana, Geneva, sans-serif";

const BYTES: &[u8] = include_bytes!("../../assets/DejaVuSans-subset.ttf");

/// The font of the program.
pub(super) struct Font(Face<'static>);

impl Font {
    /// The font that is built in.
    pub(super) fn embedded() -> Self {
        Self(Face::parse(BYTES, 0).expect("the font of the program is whole"))
    }

    /// How long a text is with letters of `size` units per em `[units]`.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        let advance = |character| f64::from(self.advance(self.glyph(character)));
        text.chars().map(advance).sum::<f64>() * size / self.units_per_em()
    }

    /// The text, or as much of its beginning as fits into `width` with an ellipsis.
    pub(super) fn fit(&self, text: &str, size: f64, width: f64) -> String {
        if self.width(text, size) <= width {
            return text.to_owned();
        }
        let mut left = width - self.width("…", size);
        let fits = |character: &char| {
            left -= self.width(character.encode_utf8(&mut [0; 4]), size);
            left >= 0.0
        };
        let mut cut: String = text.chars().take_while(fits).collect();
        cut.push('…');
        cut
    }

    /// Gives each letter of a text to `draw`: its outline is to be moved right by so many units of the font.
    pub(super) fn outline<B: OutlineBuilder>(
        &self,
        text: &str,
        mut builder_at: impl FnMut(f64) -> B,
        mut draw: impl FnMut(B),
    ) {
        let mut right = 0.0;
        for glyph in text.chars().map(|character| self.glyph(character)) {
            let mut builder = builder_at(right);
            if self.0.outline_glyph(glyph, &mut builder).is_some() {
                draw(builder);
            }
            right += f64::from(self.advance(glyph));
        }
    }

    /// Units of the font in one em.
    pub(super) fn units_per_em(&self) -> f64 {
        f64::from(self.0.units_per_em())
    }

    /// The glyph of a letter; that of an unknown one shows that there is one.
    fn glyph(&self, character: char) -> GlyphId {
        self.0.glyph_index(character).or_else(|| self.0.glyph_index('\u{fffd}')).unwrap_or_default()
    }

    fn advance(&self, glyph: GlyphId) -> u16 {
        self.0.glyph_hor_advance(glyph).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Font;

    #[test]
    fn widths_are_those_of_the_font() {
        let font = Font::embedded();
        // From the table of the font: 2048 units per em, `0` to `9` have 1303.
        assert!((font.width("00", 2048.0) - 2606.0).abs() < 1e-9);
        assert_eq!(font.width("", 12.0), 0.0);
        assert!(font.width("日", 12.0) > 0.0, "what it does not know takes room, too");
        for character in "azAZ09 .,;:-−×µ°²³€%·…→äöüßéñőžΔηΩα⁻⁰¹⁴⁵⁶⁷⁸⁹".chars()
        {
            assert!(font.0.glyph_index(character).is_some(), "{character}");
        }
    }

    #[test]
    fn texts_are_cut_to_fit() {
        let font = Font::embedded();
        assert_eq!(font.fit("Wind1.wind_gen", 12.0, 500.0), "Wind1.wind_gen");
        let cut = font.fit("Wind1.wind_gen", 12.0, 60.0);
        assert!(cut.ends_with('…') && cut.len() > 6 && font.width(&cut, 12.0) <= 60.0, "{cut}");
    }
}
