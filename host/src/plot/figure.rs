//! A figure as a list of shapes, whatever it is written as.

/// A colour: red, green, blue.
pub type Rgb = [u8; 3];

/// A place, from the upper left corner `[units]`.
pub type Point = (f64, f64);

/// What is drawn, in units; one unit is one pixel unless the figure is scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// From left to right `[units]`.
    pub width: f64,
    /// From top to bottom `[units]`.
    pub height: f64,
    /// What it is called.
    pub title: String,
    /// What it shows, in a sentence, for who does not see it.
    pub description: String,
    /// Colour of the paper.
    pub background: Rgb,
    /// What is on it, from the lowest to the uppermost.
    pub shapes: Vec<Shape>,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A filled rectangle.
    Rect {
        /// The upper left corner.
        at: Point,
        /// Width and height `[units]`, not negative.
        size: (f64, f64),
        /// Its colour.
        fill: Rgb,
        /// What it shows; empty if it shows nothing by itself.
        name: String,
    },
    /// Lines through points.
    Line {
        /// The points of each line; one alone is a dot.
        runs: Vec<Vec<Point>>,
        /// How they are drawn.
        stroke: Stroke,
        /// The column that it shows; empty for lines of the frame.
        name: String,
    },
    /// A line of text.
    Text {
        /// Where its baseline begins, has its middle, or ends.
        at: Point,
        /// The text.
        text: String,
        /// Height of its letters `[units per em]`.
        size: f64,
        /// Its colour.
        colour: Rgb,
        /// What of it stands at `at`.
        anchor: Anchor,
        /// Whether it runs upwards.
        upwards: bool,
    },
}

/// How a line is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Rgb,
    /// Its width `[units]`.
    pub width: f64,
    /// Lengths of dash and gap in turn `[units]`, an even number of them; none for a solid line.
    pub dash: &'static [f64],
}

/// What of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}
