//! What the cables of the table are to show, and when their ends are told.
//!
//! The values come with every recorded step, as fast as the run goes; the ends of a cable are told of a change
//! at most [`INTERVAL`] apart, and at once when it is plugged in or out. Both ends get the same anchor on this host's
//! clock, so that their light moves as one. Invariants: light never affects a result; a value that is no finite number
//! is no flow; through a cable that is not plugged in nothing flows.

use crate::plan::CablePlan;
use illuminator_node::light::{Anchor, CableEnd, CableView, Flow, Quality};
use illuminator_node::model::Slots;
use illuminator_protocol::{CableFlow, Duration, Instant};

/// Shortest time between two messages about a cable: as short as a person sees.
const INTERVAL: Duration = Duration::from_millis(50);

/// The cables of a run.
pub(super) struct Lights {
    pub(super) cables: Vec<Light>,
    due: Instant,
}

/// A cable of a run.
pub(super) struct Light {
    pub(super) plan: CablePlan,
    flow: Option<Flow>,
    anchor: Anchor,
    plugged: bool,
    /// Whether the ends have not been told of the present flow.
    news: bool,
}

/// What an end of a cable is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word {
    /// This flows through it.
    Flow(CableFlow),
    /// The cable of this number is not plugged in at both ends.
    Unplugged(u16),
}

impl Lights {
    pub(super) fn new(cables: &[CablePlan]) -> Self {
        let light = |plan: &CablePlan| Light {
            plan: plan.clone(),
            flow: None,
            anchor: Anchor::default(),
            plugged: true,
            news: false,
        };
        Self { cables: cables.iter().map(light).collect(), due: Instant::ZERO }
    }

    /// Takes the values of a step that is complete.
    pub(super) fn observe(&mut self, now: Instant, values: &Slots) {
        for light in &mut self.cables {
            let scalar = values.scalar(light.plan.wire);
            let power_kw = if scalar.is_number() { scalar.value() } else { 0.0 };
            let plan = &light.plan;
            // What cannot be shown shows nothing flowing.
            let flow = Flow::new(power_kw, plan.full_scale_kw, plan.carrier, Quality::Live)
                .or_else(|_| Flow::new(0.0, plan.full_scale_kw, plan.carrier, Quality::Live))
                .ok();
            if flow != light.flow {
                if let Some(old) = &light.flow {
                    light.anchor = light.anchor.moved_to(now.as_micros(), old);
                }
                light.flow = flow;
                light.news = true;
            }
        }
    }

    /// Notes whether a cable is plugged in; of one that is not in the run nothing is shown. Its ends are told at once.
    pub(super) fn plug(&mut self, id: u16, plugged: bool) {
        for light in self.cables.iter_mut().filter(|light| light.plan.id == id && light.plugged != plugged) {
            light.plugged = plugged;
            light.news = true;
            self.due = Instant::ZERO;
        }
    }

    /// The ends of a cable are to be told again, at once: one of them may have been out for a moment.
    pub(super) fn renew(&mut self, id: u16) {
        for light in self.cables.iter_mut().filter(|light| light.plan.id == id) {
            light.news = true;
            self.due = Instant::ZERO;
        }
    }

    /// Gives `tell` every end of a cable that is to be told something now: the place of the node, and what.
    pub(super) fn poll(&mut self, now: Instant, mut tell: impl FnMut(usize, Word)) {
        if now < self.due {
            return;
        }
        for light in self.cables.iter_mut().filter(|light| light.news) {
            light.news = false;
            self.due = now + INTERVAL;
            for (place, end) in light.plan.places.into_iter().zip([CableEnd::A, CableEnd::B]) {
                if let (Some(place), Some(word)) = (place, light.word(end)) {
                    tell(place, word);
                }
            }
        }
    }

    /// Everything is to be told again: an end was away.
    pub(super) fn repeat(&mut self) {
        self.cables.iter_mut().for_each(|light| light.news = true);
    }

    /// When [`poll`](Self::poll) has something to tell; `Instant::MAX` if nothing.
    pub(super) fn poll_timeout(&self) -> Instant {
        if self.cables.iter().any(|light| light.news) { self.due } else { Instant::MAX }
    }
}

impl Light {
    fn word(&self, end: CableEnd) -> Option<Word> {
        if !self.plugged {
            return Some(Word::Unplugged(self.plan.id));
        }
        Some(Word::Flow(self.view(end)?.to_wire(self.plan.id)))
    }

    /// What an end shows while something is plugged in there.
    pub(super) fn view(&self, end: CableEnd) -> Option<CableView> {
        let flow = self.flow.filter(|_| self.plugged)?;
        Some(CableView { flow, end, palette: self.plan.palette, anchor: self.anchor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use illuminator_node::light::{Carrier, Palette};
    use illuminator_node::scalar::Scalar;

    fn lights() -> Lights {
        Lights::new(&[CablePlan {
            id: 7,
            wire: 0,
            places: [Some(1), Some(2)],
            full_scale_kw: 10.0,
            carrier: Carrier::Electricity,
            palette: Palette::Carrier,
        }])
    }

    fn values(power: Scalar) -> Slots {
        let mut slots = Slots::new(1);
        slots.set(0, power);
        slots
    }

    fn told(lights: &mut Lights, now: Instant) -> Vec<(usize, CableFlow)> {
        let mut told = Vec::new();
        lights.poll(now, |place, word| match word {
            Word::Flow(flow) => told.push((place, flow)),
            Word::Unplugged(_) => panic!("the cable is plugged in"),
        });
        told
    }

    #[test]
    fn who_is_unplugged_is_told_at_once_and_shows_no_flow_until_he_is_back() {
        let mut lights = lights();
        let words = |lights: &mut Lights, now| {
            let mut words = Vec::new();
            lights.poll(now, |place, word| words.push((place, word)));
            words
        };
        lights.observe(at(0), &values(Scalar::float(5.0)));
        assert_eq!(words(&mut lights, at(0)).len(), 2);
        lights.plug(7, false);
        assert_eq!(words(&mut lights, at(1)), [(1, Word::Unplugged(7)), (2, Word::Unplugged(7))]);
        lights.observe(at(2), &values(Scalar::float(6.0)));
        let told = words(&mut lights, at(100));
        assert!(told.iter().all(|(_, word)| *word == Word::Unplugged(7)), "{told:?}");
        lights.plug(7, true);
        lights.plug(7, true);
        let told = words(&mut lights, at(101));
        assert!(matches!(told[..], [(1, Word::Flow(flow)), (2, Word::Flow(_))] if flow.power_kw == 6.0));
        lights.plug(8, false);
        assert_eq!(words(&mut lights, at(200)), [], "not of this run");
    }

    fn at(millis: u64) -> Instant {
        Instant::from_micros(millis * 1000)
    }

    #[test]
    fn both_ends_are_told_the_same_but_for_the_end() {
        let mut lights = lights();
        lights.observe(at(10), &values(Scalar::float(-4.0)));
        let told = told(&mut lights, at(10));
        let [(1, source), (2, sink)] = told[..] else { panic!("both ends: {told:?}") };
        assert_eq!((source.cable, source.power_kw, source.full_scale_kw), (7, -4.0, 10.0));
        assert!(!source.at_sink && sink.at_sink);
        assert_eq!(CableFlow { at_sink: true, ..source }, sink);
    }

    #[test]
    fn however_fast_the_run_an_end_is_told_now_and_then() {
        let mut lights = lights();
        let mut messages = 0;
        for millis in 0..1000 {
            lights.observe(at(millis), &values(Scalar::float(millis as f64)));
            messages += told(&mut lights, at(millis)).len();
        }
        assert_eq!(messages, 2 * 20, "two ends, twenty times a second");
        lights.observe(at(1000), &values(Scalar::float(5.0)));
        assert_eq!(told(&mut lights, at(1000)).len(), 2, "the last word is told");
        lights.observe(at(1001), &values(Scalar::float(5.0)));
        assert_eq!(lights.poll_timeout(), Instant::MAX, "the same again is no news");
    }

    #[test]
    fn a_change_of_power_does_not_throw_the_light() {
        let mut lights = lights();
        lights.observe(at(0), &values(Scalar::float(10.0)));
        let first = told(&mut lights, at(0))[0].1;
        lights.observe(at(500), &values(Scalar::float(1.0)));
        let second = told(&mut lights, at(500))[0].1;
        let (_, before) = CableView::from_wire(&first).expect("it can be shown");
        let (_, after) = CableView::from_wire(&second).expect("it can be shown");
        let position = |view: &CableView| view.anchor.position_at(500_000, &view.flow);
        assert!(position(&before).abs_diff(position(&after)) <= 1);
        assert_ne!(first.anchor_us, second.anchor_us);
    }

    #[test]
    fn what_is_no_number_is_no_flow() {
        let mut lights = lights();
        for power in [Scalar::NULL, Scalar::float(f64::NAN), Scalar::float(f64::INFINITY), Scalar::UNSET] {
            lights.observe(at(0), &values(power));
            assert!(told(&mut lights, at(10_000)).iter().all(|(_, flow)| flow.power_kw == 0.0));
        }
    }
}
