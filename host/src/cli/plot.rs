//! `illuminator plot`.

use super::overwriting::identity;
use super::{Failure, note, print, scenario};
use crate::plot::{LENGTHS, Plot, PlotError, Request, plot, to_png, to_svg};
use crate::record::read_date;
use crate::scenario::Scenario;
use crate::shell::{DATA_FILE_MAX, DiskFiles, read_file};
use jiff::civil::DateTime;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

const EXAMPLES: &str = "\
Examples:
  illuminator plot story.csv --scenario scenarios/story.yaml
      story.svg beside it: a panel for each unit, the phases as a band above
  illuminator plot story.csv -o soc.png --columns 'story.phase,Battery1.*'
      these columns, as PNG
  illuminator plot story.csv --from '2024-06-20 18:00:00' --to 2024-06-21 --size 1600x900@2 --dark
      an evening, for a dark page; @2: two pixels per unit

A column of texts is a band, one of 0 and 1 without a unit a lane, whole numbers hold until the next row. However many
rows there are, the lowest and highest value of each column of pixels is drawn.";

/// Draw columns of a result over dates, as SVG or PNG.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlotCommand {
    /// The result of a run.
    #[arg(value_name = "OUT.csv")]
    file: PathBuf,
    /// Where the picture goes: a name that ends in .svg or .png; `-` for SVG on the standard output. Beside the result, as
    /// SVG, unless given.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The scenario of the result: it knows the units, and gives the title.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Which columns, in this order; `*` stands for any letters, `?` for one. All unless given.
    #[arg(long, value_name = "GLOB,...", value_delimiter = ',')]
    columns: Vec<String>,
    /// The first date: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`.
    #[arg(long, value_name = "DATE", value_parser = wall)]
    from: Option<DateTime>,
    /// The last date.
    #[arg(long, value_name = "DATE", value_parser = wall)]
    to: Option<DateTime>,
    /// The title, instead of the scenario's name or the file's.
    #[arg(long, value_name = "T")]
    title: Option<String>,
    /// Width and height in units, and after `@` pixels per unit (1 unless given). 960, as high as needed, and @2 for PNG
    /// if there is no --size.
    #[arg(long, value_name = "WxH[@S]")]
    size: Option<Size>,
    /// Light lines on dark paper.
    #[arg(long)]
    dark: bool,
    /// No notes and no summary.
    #[arg(short, long)]
    quiet: bool,
}

/// How large a picture is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Size {
    width: u32,
    height: Option<u32>,
    /// Pixels per unit.
    scale: f64,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (size, scale) = text.split_once('@').unwrap_or((text, "1"));
        let length = |text: &str| text.parse().ok().filter(|length| LENGTHS.contains(length));
        let lengths = size.split_once('x').and_then(|(width, height)| length(width).zip(length(height)));
        let scale = scale.parse().ok().filter(|scale| (0.25..=8.0).contains(scale));
        let (Some((width, height)), Some(scale)) = (lengths, scale) else {
            let (least, most) = (LENGTHS.start(), LENGTHS.end());
            return Err(format!(
                "expected a width and a height from {least} to {most}, as in 1200x800, perhaps with a scale from 0.25 to \
                 8, as in 1200x800@2"
            ));
        };
        Ok(Self { width, height: Some(height), scale })
    }
}

/// What a picture is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Svg,
    Png,
}

impl Format {
    /// By the end of a file's name.
    fn of(path: &Path) -> Option<Self> {
        let end = path.extension()?.to_str()?.to_ascii_lowercase();
        match end.as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }

    /// The size if none is asked for: a PNG for screens with fine pixels, and for print.
    fn size(self) -> Size {
        let scale = if self == Self::Png { 2.0 } else { 1.0 };
        Size { width: 960, height: None, scale }
    }
}

impl PlotCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let output = self.output.clone().unwrap_or_else(|| self.file.with_extension("svg"));
        let on_stdout = output == Path::new("-");
        let format = if on_stdout { Some(Format::Svg) } else { Format::of(&output) };
        let Some(format) = format else {
            return Err(Failure::wrong_use(format_args!(
                "{}: a picture is called .svg or .png",
                output.display()
            )));
        };
        if !on_stdout {
            self.refuse_overwriting(&output)?;
        }
        let size = self.size.unwrap_or_else(|| format.size());
        let plot = self.plot(size)?;
        let picture = match format {
            Format::Svg => to_svg(&plot.figure, size.scale).into_bytes(),
            Format::Png => to_png(&plot.figure, size.scale).map_err(Failure::wrong_use)?,
        };
        if on_stdout {
            print(&String::from_utf8_lossy(&picture))?;
        } else {
            write_whole(&output, &picture)?;
        }
        if !self.quiet {
            plot.notes.iter().for_each(|text| note(format_args!("note: {text}")));
            let (columns, rows) = (count(plot.columns, "column"), count(plot.rows, "row"));
            note(format_args!("{columns}, {rows} in {}", output.display()));
        }
        Ok(())
    }

    /// Reads the result, and the scenario if it is given.
    fn plot(&self, size: Size) -> Result<Plot, Failure> {
        let file = self.file.display().to_string();
        let text = read_file(&self.file, DATA_FILE_MAX)
            .map_err(|error| Failure::wrong_use(format_args!("{file} cannot be read: {error}")))?;
        let text = String::from_utf8(text).map_err(|error| {
            let byte = error.utf8_error().valid_up_to();
            Failure::wrong_use(format_args!("{file} is not UTF-8 text (byte {byte})"))
        })?;
        let scenario = self.scenario.as_deref().map(read_scenario).transpose()?;
        let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
        let name = scenario.as_ref().map(|scenario| scenario.name.as_str()).filter(|name| !name.is_empty());
        let request = Request {
            text: &text,
            file: &file,
            columns: &self.columns,
            from: self.from,
            to: self.to,
            scenario: scenario.as_ref(),
            title: self.title.as_deref().or(name).unwrap_or(&stem),
            width: size.width,
            height: size.height,
            // An SVG may be looked at closer than it was asked for.
            detail: size.scale.max(2.0),
            dark: self.dark,
        };
        plot(&request).map_err(|error: PlotError| Failure::new(2, error))
    }

    fn refuse_overwriting(&self, output: &Path) -> Result<(), Failure> {
        let inputs = [(Some(&self.file), "the result"), (self.scenario.as_ref(), "the scenario")];
        for (path, what) in inputs {
            if path.is_some_and(|path| identity(path) == identity(output)) {
                return Err(Failure::wrong_use(format_args!(
                    "the picture would be written over {what}: {}; give it another name with -o",
                    output.display()
                )));
            }
        }
        Ok(())
    }
}

/// Reads a scenario whose run is over: nothing is asked of the place of its result.
fn read_scenario(path: &Path) -> Result<Scenario, Failure> {
    scenario::read(path, DiskFiles::beside(path).redirected())
        .map_err(|diagnostics| Failure::new(2, diagnostics))
}

/// Writes a file that is there as a whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error| {
        Failure::new(4, format_args!("error: cannot write the picture to {}: {error}", path.display()))
    };
    // What is there and no file, a pipe or a device, has nothing to be kept.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, bytes).map_err(failed);
    }
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        failed(error)
    })
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A date of the command line: as in a result.
fn wall(text: &str) -> Result<DateTime, String> {
    read_date(text)
        .ok_or_else(|| "expected a date as in the result: 2024-06-20, or '2024-06-20 18:00:00'".to_owned())
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_have_limits() {
        let size = |text: &str| text.parse::<Size>();
        assert_eq!(size("1200x800@2"), Ok(Size { width: 1200, height: Some(800), scale: 2.0 }));
        assert_eq!(size("200x20000"), Ok(Size { width: 200, height: Some(20_000), scale: 1.0 }));
        for wrong in
            ["", "1200", "x", "199x300", "300x20001", "-300x300", "300x300@0", "300x300@nan", "300x300@"]
        {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
