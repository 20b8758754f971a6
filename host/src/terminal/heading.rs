//! The head of the picture.

use super::picture::{dim, fitted, painted};
use super::{Contact, Seen};
use crate::view::RunState;
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::text::{Line, Span};

/// Between the parts of the first line.
const GAP: &str = "   ";

/// Title, time, step and state; phase; who has the table.
pub(super) fn heading(seen: &Seen, width: usize) -> Vec<Line<'static>> {
    let (scene, moment) = (&seen.scene, seen.moment());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let state = state(seen);
    if !seen.is_known() {
        let reason = match &seen.contact {
            Contact::Lost(reason) => reason.clone(),
            Contact::Live => String::new(),
        };
        return vec![
            Line::from(vec![Span::styled("illuminator watch", bold), GAP.into(), state]),
            reason.into(),
        ];
    }
    let time = format!("{}   step {}/{}", time(seen), moment.done, scene.steps);
    // The title gives way to what changes.
    let rest = 2 * GAP.len() + Span::raw(&*time).width() + state.width();
    let room = width.saturating_sub(rest).max(1);
    let title = fitted(&scene.title, room).trim_end().to_owned();
    let phase = if moment.phase_forced { format!("{} (chosen)", moment.phase) } else { moment.phase.clone() };
    let note = match &seen.contact {
        Contact::Lost(reason) => reason,
        Contact::Live => &seen.note,
    };
    vec![
        Line::from(vec![Span::styled(title, bold), GAP.into(), time.into(), GAP.into(), state]),
        painted(Color::Yellow, phase).into(),
        dim(note.as_str()).into(),
    ]
}

/// The simulated time of the last step, to the minute where it is a whole one.
fn time(seen: &Seen) -> String {
    let time = &seen.moment().time;
    let time = if time.is_empty() { &seen.scene.start } else { time };
    let time = time.replacen('T', " ", 1);
    time.strip_suffix(":00").map_or(time.clone(), str::to_owned)
}

fn state(seen: &Seen) -> Span<'static> {
    let moment = seen.moment();
    match moment.state {
        _ if !seen.is_live() => painted(Color::Red, "NO CONNECTION"),
        _ if !seen.is_known() => "connected".into(),
        RunState::Idle => painted(Color::Yellow, "no run"),
        RunState::Paused if seen.scene.replay => painted(Color::Yellow, "recording, paused"),
        RunState::Running if seen.scene.replay => format!("recording, {} s a step", moment.pace_s).into(),
        RunState::Starting => painted(Color::Yellow, "starting"),
        RunState::Running if moment.pace_s == 0.0 => format!("{:.0} steps/s", moment.steps_per_s).into(),
        RunState::Running => format!("{} s a step", moment.pace_s).into(),
        RunState::Paused => painted(Color::Yellow, "paused"),
        RunState::Stopped => painted(Color::Red, "EMERGENCY STOP"),
        RunState::Ended => "ended".into(),
        RunState::Failed => painted(Color::Red, "failed"),
    }
}
