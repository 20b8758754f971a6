//! Opening the strips, and `illuminator-node test-strip`.

use super::serve::stop_signal;
use super::settings::{Hal, read_config};
use super::{Failure, wrong_use};
use illuminator_hal::{Backend, OpenError, Rgb8, Strip, StripError};
use illuminator_node::config::{StripEntry, order_name};
use illuminator_node::light::{CHANNEL_MA, IDLE_MA, Limits};
use illuminator_node::shell::runtime;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

/// Options of the test of the strips.
#[derive(clap::Args)]
pub(crate) struct TestStrip {
    /// Configuration file, `node.toml`, with the strips.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Test the strip of this cable only.
    #[arg(long, value_name = "N")]
    cable: Option<u16>,
    /// How long the dot takes along a strip, and how long each colour stands `[s]`.
    #[arg(long, value_name = "S", default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=3600))]
    seconds: u64,
    /// What drives the strips; `auto` takes for each what this machine has.
    #[arg(long, value_enum, default_value = "auto")]
    hal: Hal,
}

/// A strip that is ready, and what drives it.
pub(crate) struct OpenedStrip {
    pub(crate) entry: StripEntry,
    pub(crate) strip: Box<dyn Strip>,
    backend: Backend,
}

impl fmt::Display for OpenedStrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bus = self.entry.bus;
        write!(f, "strip of {} on {bus}: {}", self.entry.cables(), self.backend)?;
        match self.backend {
            Backend::Sim => Ok(()),
            Backend::Rpi | Backend::Linux => write!(f, ", {}", bus.device().display()),
        }
    }
}

/// Opens the strips.
pub(crate) fn open_strips(entries: Vec<StripEntry>, hal: Hal) -> Result<Vec<OpenedStrip>, OpenError> {
    entries.into_iter().map(|entry| open(entry, hal)).collect()
}

fn open(entry: StripEntry, hal: Hal) -> Result<OpenedStrip, OpenError> {
    let backend = hal.of_strip(entry.bus);
    let strip = backend.strip(entry.bus, entry.leds(), entry.order)?;
    Ok(OpenedStrip { entry, strip, backend })
}

/// Shows on each strip a dot that walks from its first LED to its last, then red, green and blue; leaves it black.
pub(crate) fn test_strip(options: &TestStrip) -> Result<(), Failure> {
    let mut entries = read_config(Some(&options.config))?.strips;
    entries.retain(|entry| {
        let shows = |cable| entry.segments.iter().any(|segment| segment.cable == cable);
        options.cable.is_none_or(shows)
    });
    if entries.is_empty() {
        let file = options.config.display();
        return Err(wrong_use(match options.cable {
            Some(cable) => format!("{file}: no strip is of cable {cable}"),
            None => format!("{file}: there is no [[strip]]"),
        }));
    }
    let strips = open_strips(entries, options.hal)?;
    let span = Duration::from_secs(options.seconds);
    runtime()?.block_on(async {
        for mut opened in strips {
            say(&opened.to_string());
            let shown = tokio::select! {
                shown = walk_and_colours(&mut opened, span) => Some(shown),
                () = stop_signal() => None,
            };
            // Whatever happened, nothing is left alight.
            opened.strip.show(&vec![Rgb8::BLACK; opened.strip.len()])?;
            let Some(shown) = shown else { break };
            shown?;
        }
        Ok(())
    })
}

async fn walk_and_colours(opened: &mut OpenedStrip, span: Duration) -> Result<(), StripError> {
    let (leds, order) = (opened.strip.len(), order_name(opened.entry.order));
    let level = level(leds, opened.entry.limits);
    let mut picture = vec![Rgb8::BLACK; leds];
    say("  a white dot walks from the first LED, where the data comes in, to the last");
    let dot = level / 3;
    for led in 0..leds {
        picture.fill(Rgb8::BLACK);
        picture[led] = Rgb8::new(dot, dot, dot);
        opened.strip.show(&picture)?;
        tokio::time::sleep(span / leds as u32).await;
    }
    let colours = [
        ("red", Rgb8::new(level, 0, 0)),
        ("green", Rgb8::new(0, level, 0)),
        ("blue", Rgb8::new(0, 0, level)),
    ];
    for (name, colour) in colours {
        say(&format!("  all LEDs are {name} (order {order}: if they are not, change `order`)"));
        picture.fill(colour);
        opened.strip.show(&picture)?;
        tokio::time::sleep(span).await;
    }
    Ok(())
}

/// The most that one channel of all LEDs may show within the ceiling and the budget.
fn level(leds: usize, limits: Limits) -> u8 {
    let leds = leds as u64;
    let for_light_ma = u64::from(limits.budget_ma).saturating_sub(leds * u64::from(IDLE_MA));
    let level = (for_light_ma * 255).checked_div(leds * u64::from(CHANNEL_MA)).unwrap_or(0);
    level.min(u64::from(limits.ceiling)) as u8
}

/// Tells the person at the strip. Where nobody listens, it is lost.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::level;
    use illuminator_hal::Rgb8;
    use illuminator_node::light::{Limits, current_ma};

    #[test]
    fn a_test_stays_within_ceiling_and_budget() {
        for leds in [1, 20, 144, 1000] {
            for budget_ma in [0, 20, 500, 20_000] {
                let level = level(leds, Limits { ceiling: 200, budget_ma });
                assert!(level <= 200);
                let current = current_ma(&vec![Rgb8::new(level, 0, 0); leds]);
                assert!(level == 0 || current <= u64::from(budget_ma), "{current} mA of {budget_ma} mA");
            }
        }
        assert_eq!(level(20, Limits { ceiling: 255, budget_ma: 500 }), 255);
    }
}
