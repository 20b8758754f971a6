//! The last that was heard of each kind, until somebody looks.

use crate::terminal::{Contact, Event, Seen};
use crate::view::{Health, Moment, Scene};
use std::sync::Arc;

/// What was heard so long ago is old `[µs]`: a server says something every second.
const OLD_US: u64 = 3_000_000;

/// The inbox.
#[derive(Default)]
pub(super) struct Inbox {
    scene: Option<Arc<Scene>>,
    moment: Option<Moment>,
    health: Option<Health>,
    /// An answer that nobody has read.
    pub(super) answer: Option<String>,
    /// When the last moment came `[µs]`.
    heard_us: Option<u64>,
    /// Why there is no connection, if there is none.
    broken: Option<String>,
}

impl Inbox {
    /// Takes an event that came at `now_us` `[µs]`. Kinds that nobody knows are of a later version.
    ///
    /// # Errors
    /// Data that is none of ours.
    pub(super) fn take(&mut self, event: &Event, now_us: u64) -> Result<(), serde_json::Error> {
        match event.kind.as_str() {
            "scene" => self.scene = Some(Arc::new(serde_json::from_str(&event.data)?)),
            "health" => self.health = Some(serde_json::from_str(&event.data)?),
            "moment" => {
                self.moment = Some(serde_json::from_str(&event.data)?);
                (self.heard_us, self.broken) = (Some(now_us), None);
            }
            _ => {}
        }
        Ok(())
    }

    /// The connection is gone, and why.
    pub(super) fn is_broken(&mut self, why: String) {
        self.broken = Some(why);
    }

    /// Hands over what is new, and says whether what is known is so now.
    pub(super) fn hand_over(&mut self, seen: &mut Seen, now_us: u64, address: &str) {
        if let Some(scene) = self.scene.take() {
            seen.scene = scene;
        }
        if let Some(health) = self.health.take() {
            seen.health = health;
        }
        if let Some(moment) = self.moment.take() {
            seen.take_moment(moment);
        }
        let old_us = self.heard_us.map(|heard_us| now_us.saturating_sub(heard_us));
        seen.contact = match (&self.broken, old_us) {
            (None, Some(old_us)) if old_us < OLD_US => Contact::Live,
            (None, None) => Contact::Lost(format!("connecting to {address}")),
            (why, old_us) => {
                let why = why.as_deref().unwrap_or("it is silent");
                // The age comes first: a narrow terminal cuts off the rest.
                let old = |old_us: u64| format!("what is shown is {} s old: ", old_us / 1_000_000);
                let old = old_us.map_or_else(String::new, old);
                Contact::Lost(format!("{old}{why}; trying {address} again"))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, data: &str) -> Event {
        Event { kind: kind.to_owned(), data: data.to_owned() }
    }

    fn moment(seq: u64) -> Event {
        event("moment", &serde_json::to_string(&Moment { seq, ..Moment::default() }).unwrap())
    }

    #[test]
    fn what_is_old_is_not_live() {
        let (mut inbox, mut seen) = (Inbox::default(), Seen::default());
        let mut contact = |inbox: &mut Inbox, now_us| {
            inbox.hand_over(&mut seen, now_us, "there");
            match seen.contact.clone() {
                Contact::Live => "live".to_owned(),
                Contact::Lost(why) => why,
            }
        };
        assert_eq!(contact(&mut inbox, 0), "connecting to there");
        inbox.take(&moment(1), 1_000_000).unwrap();
        assert_eq!(contact(&mut inbox, 3_900_000), "live");
        assert_eq!(
            contact(&mut inbox, 4_000_000),
            "what is shown is 3 s old: it is silent; trying there again"
        );
        inbox.is_broken("it is gone".to_owned());
        inbox.take(&event("health", "{\"nodes\":[]}"), 5_000_000).unwrap();
        assert!(
            contact(&mut inbox, 5_000_000).contains("it is gone"),
            "only a moment says how the run stands"
        );
        inbox.take(&moment(2), 5_000_000).unwrap();
        assert_eq!(contact(&mut inbox, 5_000_000), "live");
        assert_eq!(seen.moment().seq, 2);
    }

    #[test]
    fn strange_events_are_refused_or_passed_over() {
        let mut inbox = Inbox::default();
        assert!(inbox.take(&event("moment", "{}"), 0).is_err() && inbox.heard_us.is_none());
        assert!(inbox.take(&event("scene", "[1"), 0).is_err());
        assert!(inbox.take(&event("weather", "rain"), 0).is_ok());
    }
}
