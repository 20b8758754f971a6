//! How a recorded run stands while its lines are gone through: the same for who writes them and for who reads them.

use super::line::{Change, Steps, TextChange};
use super::{Frame, Sources};
use crate::view::{CableMoment, Cell, Health, Moment, Scene, TokenMoment};

/// How it stands. Light, time and speed are left empty.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) frame: Frame,
}

impl State {
    /// Before the first line of a part.
    pub(super) fn of(scene: &Scene) -> Self {
        let moment = Moment {
            run: scene.run.clone(),
            values: vec![Cell::None; scene.items.len()],
            cables: vec![CableMoment::default(); scene.cables.len()],
            tokens: vec![TokenMoment::default(); scene.tokens.len()],
            ..Moment::default()
        };
        Self { frame: Frame { moment, health: Health::default() } }
    }

    /// Takes a change of which all is in the scene.
    pub(super) fn change(&mut self, change: &Change) {
        let moment = &mut self.frame.moment;
        moment.state = change.state.unwrap_or(moment.state);
        moment.done = change.done.unwrap_or(moment.done);
        moment.pace_s = change.pace_s.unwrap_or(moment.pace_s);
        moment.phase_forced = change.phase_forced.unwrap_or(moment.phase_forced);
        if let Some(phase) = &change.phase {
            moment.phase.clone_from(phase);
        }
        if let Some(notices) = &change.notices {
            moment.notices.clone_from(notices);
        }
        for (at, cell) in &change.values {
            moment.values[*at].clone_from(cell);
        }
        for &(at, plugged, power_kw) in &change.cables {
            (moment.cables[at].plugged, moment.cables[at].power_kw) = (plugged, power_kw);
        }
        for (at, token) in &change.tokens {
            moment.tokens[*at].clone_from(token);
        }
    }

    /// Takes valid steps up to the last one before `before` that is known; what cables and tokens do follows from the values.
    pub(super) fn advance(&mut self, steps: &Steps, before: u64, sources: &Sources) {
        let Some(bucket) = steps.last_known(before) else { return };
        let moment = &mut self.frame.moment;
        moment.done = bucket.to;
        for TextChange(_, position, text) in steps.texts.iter().filter(|change| change.0 < bucket.to) {
            let text = text.clone().map_or(Cell::None, Cell::Text);
            if let Some(cell) = moment.values.get_mut(*position) {
                *cell = text;
            }
        }
        for (cell, values) in moment.values.iter_mut().zip(&steps.min) {
            let number = values.get(bucket.number).copied().flatten();
            match (number, &cell) {
                (Some(number), _) => *cell = Cell::Number(number),
                (None, Cell::Number(_)) => *cell = Cell::None,
                (None, _) => {}
            }
        }
        let cell = |position: Option<usize>| position.and_then(|position| moment.values.get(position));
        let number = |position: Option<usize>| match cell(position) {
            Some(Cell::Number(number)) => Some(*number),
            _ => None,
        };
        if let Some(Cell::Text(phase)) = cell(sources.phase) {
            moment.phase.clone_from(phase);
        }
        let of = |list: &[Option<usize>], at: usize| number(list.get(at).copied().flatten());
        for (at, cable) in moment.cables.iter_mut().enumerate() {
            if let Some(plugged) = of(&sources.cables, at).map(|number| number != 0.0)
                && plugged != (cable.plugged == [true; 2])
            {
                cable.plugged = [plugged; 2];
            }
            let power_kw = of(&sources.powers, at).filter(|_| cable.plugged == [true; 2]);
            cable.power_kw = power_kw.unwrap_or(0.0);
        }
        for (at, token) in moment.tokens.iter_mut().enumerate() {
            token.plugged = of(&sources.tokens, at).map_or(token.plugged, |number| number != 0.0);
            if !token.plugged {
                token.at.clear();
            }
        }
    }
}
