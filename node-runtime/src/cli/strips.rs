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
            dark_warning(&opened.entry).iter().for_each(|warning| say(warning));
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
    let limits = opened.entry.limits;
    let dot = level(3, leds, limits);
    let level = level(leds, leds, limits);
    let mut picture = vec![Rgb8::BLACK; leds];
    say("  a white dot walks from the first LED, where the data comes in, to the last");
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

/// The most that each of `channels` channels of a strip of `leds` LEDs may show within the ceiling and the budget, if all
/// others are off.
fn level(channels: usize, leds: usize, limits: Limits) -> u8 {
    let (channels, leds) = (channels as u64, leds as u64);
    let for_light_ma = u64::from(limits.budget_ma).saturating_sub(leds * u64::from(IDLE_MA));
    let level = (for_light_ma * 255).checked_div(channels * u64::from(CHANNEL_MA)).unwrap_or(0);
    level.min(u64::from(limits.ceiling)) as u8
}

/// Warns of a strip that cannot show anything, because its LEDs take the whole budget when they are dark.
pub(crate) fn dark_warning(strip: &StripEntry) -> Option<String> {
    let (leds, budget_ma) = (strip.leds(), strip.limits.budget_ma);
    let idle_ma = leds as u64 * u64::from(IDLE_MA);
    (u64::from(budget_ma) <= idle_ma).then(|| {
        format!(
            "warning: the strip of {} stays dark: its {leds} LEDs take {idle_ma} mA when they are off, and budget_ma is \
             {budget_ma}",
            strip.cables()
        )
    })
}

/// Tells the person at the strip. Where nobody listens, it is lost.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::{dark_warning, level};
    use illuminator_hal::Rgb8;
    use illuminator_node::config::NodeConfig;
    use illuminator_node::light::{Limits, current_ma};

    #[test]
    fn a_test_stays_within_ceiling_and_budget() {
        for leds in [1, 20, 144, 1000] {
            for budget_ma in [0, 20, 500, 20_000] {
                let limits = Limits { ceiling: 200, budget_ma };
                let (all, dot) = (level(leds, leds, limits), level(3, leds, limits));
                assert!(all <= 200 && dot <= 200);
                let mut walking = vec![Rgb8::BLACK; leds];
                walking[0] = Rgb8::new(dot, dot, dot);
                for (level, picture) in [(all, vec![Rgb8::new(all, 0, 0); leds]), (dot, walking)] {
                    let current = current_ma(&picture);
                    assert!(level == 0 || current <= u64::from(budget_ma), "{current} mA of {budget_ma} mA");
                }
            }
        }
        assert_eq!(level(20, 20, Limits { ceiling: 255, budget_ma: 500 }), 255);
    }

    #[test]
    fn the_dot_is_well_seen_on_a_long_strip() {
        assert_eq!(level(3, 300, Limits { ceiling: 255, budget_ma: 500 }), 255);
    }

    #[test]
    fn a_budget_that_the_dark_leds_take_is_warned_of() {
        let strip = |leds, budget_ma| {
            let text = format!("[[strip]]\ncable = 2\nleds = {leds}\nbudget_ma = {budget_ma}\n");
            NodeConfig::parse(&text).unwrap().strips.remove(0)
        };
        assert_eq!(dark_warning(&strip(499, 500)), None);
        let warning = dark_warning(&strip(500, 500)).unwrap();
        assert!(warning.contains("cable 2 stays dark") && warning.contains("500 mA"), "{warning}");
        assert_eq!(level(3, 500, strip(500, 500).limits), 0, "that is so");
    }
}
