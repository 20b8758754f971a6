//! What all viewers see, serialised once.
//!
//! The publisher looks at the exhibit twenty times a second and says what has changed; whoever listens gets the latest of
//! each kind, and never an older one.

use crate::shell::Exhibit;
use crate::view::{Health, Moment, Scene};
use axum::body::Bytes;
use illuminator_node::shell::random_id;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// From one look at the exhibit to the next.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Health is looked at in one of so many, moments at least so often.
const SELDOM: u64 = 10;
/// A moment is said at least in one of so many looks, whether it has changed or not.
const AT_LEAST: u64 = 20;

/// An event, and its data alone. Both are shared by all who send them.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// Grows from event to event.
    pub(super) id: u64,
    /// As an event stream has it.
    pub(super) event: Bytes,
    /// The JSON in it.
    pub(super) json: Bytes,
}

/// The last event of each kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    pub(super) scene: Frame,
    pub(super) moment: Frame,
    pub(super) health: Frame,
    /// The last id that was given.
    pub(super) id: u64,
    /// There will be no more.
    pub(super) over: bool,
}

/// Where the publisher and all who ask meet.
pub(super) struct Hub {
    live: watch::Sender<Live>,
    /// Whether somebody has asked once since the last look.
    asked: AtomicBool,
}

impl Hub {
    /// The events from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<Live> {
        self.live.subscribe()
    }

    /// The last JSON of a kind. It is fresh for who asks again and again, and for nobody else more than a second old.
    pub(super) fn last(&self, kind: impl Fn(&Live) -> &Frame) -> Bytes {
        self.asked.store(true, Ordering::Relaxed);
        kind(&self.live.borrow()).json.clone()
    }

    fn is_watched(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed) || self.live.receiver_count() > 0
    }
}

/// Looks, and says what has changed.
pub(super) struct Publisher {
    exhibit: Arc<dyn Exhibit>,
    hub: Arc<Hub>,
    looks: u64,
    scene: Arc<Scene>,
    moment: Moment,
    health: Health,
    said_at: u64,
    seq: u64,
}

impl Publisher {
    /// A publisher, and what it has said at first.
    pub(super) fn new(exhibit: Arc<dyn Exhibit>) -> (Self, Arc<Hub>) {
        // Another server counts from elsewhere, so that nobody takes its events for ours.
        let live = Live { id: (random_id() >> 32) << 16, ..Live::default() };
        let hub = Arc::new(Hub { live: watch::Sender::new(live), asked: AtomicBool::new(false) });
        let mut publisher = Self {
            scene: Arc::default(),
            exhibit,
            hub: Arc::clone(&hub),
            looks: 0,
            moment: Moment::default(),
            health: Health::default(),
            said_at: 0,
            seq: 0,
        };
        publisher.look();
        (publisher, hub)
    }

    /// Goes on until `stopped`; then it looks once more, and says that this was all.
    pub(super) async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut interval = tokio::time::interval(LOOK_EVERY);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => break,
                _ = interval.tick() => {}
            }
            self.looks += 1;
            // For nobody it is enough that who asks once finds something that is not old.
            if self.hub.is_watched() || self.looks.is_multiple_of(AT_LEAST) {
                self.look();
            }
        }
        self.looks = 0;
        self.look();
        self.hub.live.send_modify(|live| live.over = true);
    }

    fn look(&mut self) {
        let scene = self.exhibit.scene();
        let new_scene = !Arc::ptr_eq(&scene, &self.scene);
        let moment = self.exhibit.moment();
        let new_moment = new_scene || moment != self.moment || self.looks >= self.said_at + AT_LEAST;
        let health = (new_scene || self.looks.is_multiple_of(SELDOM)).then(|| self.exhibit.health());
        let new_health = health.as_ref().is_some_and(|health| new_scene || *health != self.health);
        if !(new_scene || new_moment || new_health) {
            return;
        }
        let seq = self.seq + 1;
        self.hub.live.send_modify(|live| {
            let mut frame = |kind: &str, data: Vec<u8>| {
                live.id += 1;
                Frame::new(kind, live.id, &data)
            };
            let scene = new_scene.then(|| frame("scene", json(&*scene)));
            let moment = new_moment.then(|| frame("moment", json(&Moment { seq, ..moment.clone() })));
            let health = health.as_ref().filter(|_| new_health).map(|health| frame("health", json(health)));
            live.scene = scene.unwrap_or_else(|| std::mem::take(&mut live.scene));
            live.moment = moment.unwrap_or_else(|| std::mem::take(&mut live.moment));
            live.health = health.unwrap_or_else(|| std::mem::take(&mut live.health));
        });
        if new_moment {
            (self.seq, self.said_at) = (seq, self.looks);
        }
        (self.scene, self.moment) = (scene, moment);
        self.health = health.unwrap_or_else(|| std::mem::take(&mut self.health));
    }
}

impl Frame {
    fn new(kind: &str, id: u64, json: &[u8]) -> Self {
        let head = format!("event: {kind}\nid: {id}\ndata: ");
        let event = Bytes::from([head.as_bytes(), json, b"\n\n"].concat());
        let json = event.slice(head.len()..event.len() - 2);
        Self { id, event, json }
    }
}

/// One line: JSON has no line breaks of its own.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data becomes JSON")
}
