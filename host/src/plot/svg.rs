//! A figure as SVG: text stays text, a line per column, its name where the mouse rests.

use super::figure::{Anchor, Figure, Point, Rgb, Shape, Stroke};
use super::font::FAMILY;
use std::fmt::{self, Display, Write};

/// The figure as an SVG document, drawn `scale` pixels per unit.
pub fn to_svg(figure: &Figure, scale: f64) -> String {
    let mut text = String::new();
    write(figure, scale, &mut text).expect("a String takes any text");
    text
}

fn write(figure: &Figure, scale: f64, out: &mut String) -> fmt::Result {
    let (width, height) = (figure.width, figure.height);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"{FAMILY}\">",
        Length(width * scale),
        Length(height * scale),
        Length(width),
        Length(height),
    )?;
    writeln!(out, "<title id=\"title\">{}</title>", Escaped(&figure.title))?;
    writeln!(out, "<desc id=\"desc\">{}</desc>", Escaped(&figure.description))?;
    writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>", Hex(figure.background))?;
    for shape in &figure.shapes {
        match shape {
            Shape::Rect { at, size, fill, name } => rect(*at, *size, *fill, name, out)?,
            Shape::Line { runs, stroke, name } => line(runs, stroke, name, out)?,
            Shape::Text { at, text, size, colour, anchor, upwards } => {
                let place = (*at, *anchor, *upwards);
                self::text(text, *size, *colour, place, out)?;
            }
        }
    }
    out.push_str("</svg>\n");
    Ok(())
}

fn rect((x, y): Point, (width, height): (f64, f64), fill: Rgb, name: &str, out: &mut String) -> fmt::Result {
    write!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"",
        Length(x),
        Length(y),
        Length(width),
        Length(height),
        Hex(fill)
    )?;
    end("rect", name, out)
}

fn line(runs: &[Vec<Point>], stroke: &Stroke, name: &str, out: &mut String) -> fmt::Result {
    out.push_str("<path");
    if !name.is_empty() {
        out.push_str(" class=\"series\"");
    }
    out.push_str(" d=\"");
    for run in runs {
        for (index, &(x, y)) in run.iter().enumerate() {
            let command = match index {
                0 => "M",
                1 => "L",
                _ => " ",
            };
            write!(out, "{command}{},{}", Length(x), Length(y))?;
        }
        if run.len() == 1 {
            // Round caps make a dot of it.
            out.push_str("h0");
        }
    }
    write!(out, "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"", Hex(stroke.colour), stroke.width)?;
    if !stroke.dash.is_empty() {
        let lengths: Vec<String> = stroke.dash.iter().map(|length| Length(*length).to_string()).collect();
        write!(out, " stroke-dasharray=\"{}\"", lengths.join(" "))?;
    }
    if !name.is_empty() {
        let cap = if stroke.dash.is_empty() { "round" } else { "butt" };
        write!(out, " stroke-linejoin=\"round\" stroke-linecap=\"{cap}\"")?;
    }
    end("path", name, out)
}

/// Ends an element, with what is shown where the mouse rests on it.
fn end(element: &str, name: &str, out: &mut String) -> fmt::Result {
    if name.is_empty() {
        out.push_str("/>\n");
        return Ok(());
    }
    writeln!(out, "><title>{}</title></{element}>", Escaped(name))
}

fn text(
    text: &str,
    size: f64,
    colour: Rgb,
    ((x, y), anchor, upwards): (Point, Anchor, bool),
    out: &mut String,
) -> fmt::Result {
    let (x, y) = (Length(x), Length(y));
    write!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"", Length(size), Hex(colour))?;
    match anchor {
        Anchor::Start => {}
        Anchor::Middle => out.push_str(" text-anchor=\"middle\""),
        Anchor::End => out.push_str(" text-anchor=\"end\""),
    }
    if upwards {
        write!(out, " transform=\"rotate(-90 {x} {y})\"")?;
    }
    writeln!(out, ">{}</text>", Escaped(text))
}

/// A length to a hundredth of a unit.
#[derive(Clone, Copy)]
struct Length(f64);

impl Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round() as i64;
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        f.write_str(if hundredths < 0 { "-" } else { "" })?;
        match rest {
            0 => write!(f, "{whole}"),
            _ if rest % 10 == 0 => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}

struct Hex(Rgb);

impl Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Any text as XML: no letter of it is markup, and those that XML has no word for are gone.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\u{fffe}' | '\u{ffff}' => {}
                _ if character.is_control() => f.write_char(' ')?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Length};

    #[test]
    fn lengths_are_short() {
        let shown = [0.0, -0.001, 1.0, 1.5, 1.25, -1.256, 960.0].map(|length| Length(length).to_string());
        assert_eq!(shown, ["0", "0", "1", "1.5", "1.25", "-1.26", "960"]);
    }

    #[test]
    fn no_text_is_markup() {
        assert_eq!(
            Escaped("<a href=\"x\">&\u{7}\u{ffff}é").to_string(),
            "&lt;a href=&quot;x&quot;&gt;&amp; é"
        );
    }
}
