//! The progress bar: steps or scenarios, how many per second, time left. Silent where nobody looks.

use illuminator_node::shell::Clock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt;
use std::io::{IsTerminal, Write};

/// How often the bar is looked at, at most `[us]`.
const INTERVAL_US: u64 = 50_000;

/// A progress bar on stderr, shown only if that is a terminal.
pub struct Progress {
    bar: ProgressBar,
    quiet: bool,
    clock: Clock,
    next_us: u64,
    /// The clock is looked at once in so many calls.
    stride: u64,
}

impl Progress {
    /// A bar of `steps` steps; hidden if `quiet` or if stderr is not a terminal.
    pub fn new(steps: u64, quiet: bool) -> Self {
        // Looking at the clock costs more than a small step; every 64th is often enough.
        Self::counting(steps, "steps", 64, quiet)
    }

    /// The same for the scenarios of a sweep.
    pub fn of_scenarios(scenarios: u64, quiet: bool) -> Self {
        Self::counting(scenarios, "scenarios", 1, quiet)
    }

    fn counting(total: u64, what: &str, stride: u64, quiet: bool) -> Self {
        let hidden = quiet || !std::io::stderr().is_terminal();
        let target =
            if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let template = format!("{{bar:40}} {{pos}}/{{len}} {what}, {{rate}} {what}/s, {{eta}} left{{msg}}");
        let style = ProgressStyle::with_template(&template)
            .expect("the template is well formed")
            .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{:.0}", state.per_sec());
            })
            .progress_chars("━╸ ");
        bar.set_style(style);
        Self { bar, quiet, clock: Clock::start(), next_us: 0, stride }
    }

    /// Does not count what was done before: it says nothing of the speed.
    pub fn skip(&mut self, done: u64) {
        self.bar.set_position(done);
        self.bar.reset_eta();
    }

    /// Whether anybody sees it.
    pub fn is_shown(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Notes how many of those that are done were done by others.
    pub fn others(&mut self, count: u64) {
        if count > 0 && self.is_shown() {
            self.bar.set_message(format!(" ({count} by other processes)"));
        }
    }

    /// Notes that all before `done` are done.
    pub fn at(&mut self, done: u64) {
        if !done.is_multiple_of(self.stride) && done > self.stride {
            return;
        }
        let now = self.clock.now().as_micros();
        if now >= self.next_us {
            self.next_us = now + INTERVAL_US;
            self.bar.set_position(done);
        }
    }

    /// Says something as [`note`](Self::note) does, from any thread.
    pub fn voice(&self) -> impl Fn(&str) + Send + 'static {
        let (bar, quiet) = (self.bar.clone(), self.quiet);
        move |text| say(&bar, quiet, text)
    }

    /// Says something without spoiling the bar; silent if the run is to be quiet.
    pub fn note(&self, text: &str) {
        say(&self.bar, self.quiet, text);
    }

    /// Seconds since the start.
    pub fn elapsed_s(&self) -> f64 {
        self.clock.now().as_micros() as f64 / 1e6
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn say(bar: &ProgressBar, quiet: bool, text: &str) {
    if !quiet {
        bar.suspend(|| {
            // Where nobody listens any more, that is no reason to fail.
            let _ = writeln!(std::io::stderr(), "{}", printable(text));
        });
    }
}

/// A text without what a terminal would obey: words of a node, or of a file, may be in it.
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn no_terminal_obeys_a_text() {
        assert_eq!(printable("a\x1b[2J\tb\r\u{9b}31mc\n\u{7}é"), "a[2J\tb31mc\né");
    }
}
