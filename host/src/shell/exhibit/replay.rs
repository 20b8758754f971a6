//! A recording to look at: it plays, pauses, and is moved to any step.

use super::{Exhibit, LayoutFile, lock, positions};
use crate::recording::{Chapter, Frame, PACE_USUAL_US, Player, Recording, RunSummary};
use crate::view::{
    Command, Health, Layout, Mirror, Moment, Offer, Offered, Refusal, RunState, Scene, Series, Speed,
};
use illuminator_node::shell::Clock;
use std::sync::{Arc, Mutex};

/// Longest time from one step to the next `[s]`, as of a run.
const PACE_S_MAX: f64 = 86_400.0;
/// Runs that can be chosen from; all are played.
const OFFERED_MAX: usize = 1_000;
/// Faults of the recording that are told with it, and all notices with them.
const WARNINGS_MAX: usize = 3;
const NOTICES_MAX: usize = 20;

/// A recording that is played.
pub struct Replay {
    recording: Recording,
    now: Mutex<Now>,
    layout: LayoutFile,
    clock: Clock,
    /// What of it cannot be shown.
    warnings: Vec<String>,
}

/// Where it is.
struct Now {
    run: usize,
    chapter: Chapter,
    player: Player,
    /// The pace that somebody wants, instead of the recorded one `[µs]`.
    pace_us: Option<u64>,
    frame: Frame,
    /// The steps done that the frame was asked for: where that was not recorded it is of fewer.
    asked: u64,
    mirror: Mirror,
    speed: Speed,
}

impl Replay {
    /// Plays a recording from the beginning of a run, by number; nothing if there is none. `pace_us` is the time from step
    /// to step `[µs]`, that of the recording unless given.
    pub fn new(recording: Recording, run: usize, pace_us: Option<u64>, layout: LayoutFile) -> Option<Self> {
        let clock = Clock::start();
        let now = Now::open(&recording, run, pace_us, clock.now().as_micros())?;
        let faults = recording.faults().iter().take(WARNINGS_MAX);
        let warnings =
            faults.map(|fault| format!("not all of the recording can be shown: {fault}")).collect();
        Some(Self { recording, now: Mutex::new(now), layout, clock, warnings })
    }

    fn now_us(&self) -> u64 {
        self.clock.now().as_micros()
    }

    /// Goes to another run, and plays it.
    fn turn_to(&self, now: &mut Now, run: usize) -> bool {
        let next = Now::open(&self.recording, run, now.pace_us, self.now_us());
        next.map(|next| *now = next).is_some()
    }
}

impl Now {
    fn open(recording: &Recording, run: usize, pace_us: Option<u64>, now_us: u64) -> Option<Self> {
        let chapter = recording.open(run)?;
        let asked = chapter.done().min(1);
        let frame = chapter.frame(recording, asked);
        let recorded_us = (frame.moment.pace_s * 1e6) as u64;
        let usual_us = if recorded_us == 0 { PACE_USUAL_US } else { recorded_us };
        let player = Player::new(now_us, chapter.done(), pace_us.unwrap_or(usual_us));
        let mirror = chapter.mirror();
        Some(Self { run, chapter, player, pace_us, frame, asked, mirror, speed: Speed::default() })
    }

    /// What is shown now.
    fn moment(&mut self, recording: &Recording, now_us: u64, warnings: &[String]) -> Moment {
        let done = self.player.done(now_us);
        if self.asked != done {
            (self.frame, self.asked) = (self.chapter.frame(recording, done), done);
        }
        let mut moment = self.frame.moment.clone();
        let stopped = moment.state == RunState::Stopped;
        for (number, cable) in moment.cables.iter_mut().enumerate() {
            let power_kw = (cable.plugged == [true; 2]).then_some(cable.power_kw);
            cable.light = self.mirror.show(now_us, number, power_kw, stopped);
        }
        // What cannot be shown is told first, and what was told then behind it.
        let told = moment.notices.len().saturating_sub(NOTICES_MAX.saturating_sub(warnings.len()));
        moment.notices.splice(..told, warnings.iter().cloned());
        moment.state = if self.player.plays(now_us) { RunState::Running } else { RunState::Paused };
        moment.pace_s = self.player.pace_us() as f64 / 1e6;
        moment.steps_per_s = self.speed.at(now_us, moment.done);
        moment
    }
}

impl Exhibit for Replay {
    fn scene(&self) -> Arc<Scene> {
        Arc::clone(lock(&self.now).chapter.scene())
    }

    fn moment(&self) -> Moment {
        let now_us = self.now_us();
        let mut now = lock(&self.now);
        if now.player.is_over(now_us) {
            let next = now.run + 1;
            self.turn_to(&mut now, next);
        }
        now.moment(&self.recording, now_us, &self.warnings)
    }

    fn health(&self) -> Health {
        lock(&self.now).frame.health.clone()
    }

    fn series(&self, items: &[String], from: u64, to: u64, points: usize) -> Result<Series, Refusal> {
        let now = lock(&self.now);
        let scene = now.chapter.scene();
        let positions = positions(scene, items, points)?;
        let mut all = now.chapter.series(&positions, from, to, points);
        for (series, position) in all.series.iter_mut().zip(positions) {
            let item = &scene.items[position];
            (series.item, series.unit) = (item.item.clone(), item.unit.clone());
        }
        Ok(all)
    }

    fn command(&self, command: &Command) -> Result<(), Refusal> {
        let now_us = self.now_us();
        let mut now = lock(&self.now);
        match command {
            Command::Hold { held } => now.player.hold(now_us, *held),
            Command::Step => now.player.step(now_us),
            Command::Seek { step } => now.player.seek(now_us, *step),
            Command::Pace { seconds } if (0.0..=PACE_S_MAX).contains(seconds) => {
                let pace_us = (seconds * 1e6) as u64;
                now.pace_us = Some(pace_us);
                now.player.pace(now_us, pace_us);
            }
            Command::Pace { .. } => return Err(Refusal::new("a pace is from 0 to 86,400 seconds", "")),
            Command::Start { scenario } => {
                let run = scenario.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                if !run.is_some_and(|run| self.turn_to(&mut now, run)) {
                    let error = format!("the recording has no run `{scenario}`");
                    return Err(Refusal::new(error, "see /api/v1/scenarios"));
                }
            }
            _ => {
                let help = "it can be played, paused and moved to another step";
                return Err(Refusal::new("this is a recording: nothing can be changed in it", help));
            }
        }
        Ok(())
    }

    fn layout(&self) -> Layout {
        self.layout.get()
    }

    fn arrange(&self, layout: Layout) -> Result<(), Refusal> {
        self.layout.set(layout)
    }

    fn offer(&self) -> Offer {
        let runs = self.recording.runs();
        if runs.len() < 2 {
            return Offer::default();
        }
        let offered = |(number, run): (usize, &RunSummary)| {
            let RunSummary { title, start, done, .. } = run;
            let title = format!("{number}: {title}, {done} steps from {}", start.replacen('T', " ", 1));
            Offered { name: number.to_string(), title }
        };
        let shown = (lock(&self.now).run + 1).to_string();
        let scenarios = (1..).zip(runs.take(OFFERED_MAX)).map(offered).collect();
        Offer { scenarios, shown: Some(shown), ..Offer::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::pack;

    #[test]
    fn a_step_that_was_not_recorded_is_looked_for_once() {
        let part = r#"{"part":{"version":1,"program":"","run":"a"}}"#;
        let scene = serde_json::to_string(&Scene { run: "a".to_owned(), ..Scene::default() }).unwrap();
        let scene = format!(r#"{{"scene":{{"scene":{scene},"sources":{{}}}}}}"#);
        let moments = r#"{"moment":{"done":1}}"#.to_owned() + "\n" + r#"{"moment":{"done":9}}"#;
        let recording =
            Recording::read(pack(format!("{part}\n{scene}\n\n{part}\n{moments}").as_bytes())).unwrap();
        let mut now = Now::open(&recording, 0, None, 0).unwrap();
        now.player.hold(0, true);
        now.player.seek(0, 4);
        assert_eq!(now.moment(&recording, 1, &[]).done, 1, "the last one that was recorded");
        // What is shown next is that very frame, and not one that was read once more.
        now.frame.moment.phase = "that very frame".to_owned();
        assert_eq!(now.moment(&recording, 2, &[]).phase, "that very frame");
        now.player.seek(2, 8);
        assert_eq!((now.moment(&recording, 3, &[]).done, now.frame.moment.phase.as_str()), (9, ""));
    }
}
