//! The stream of events of one viewer (`text/event-stream`).

use super::hub::{Frame, Live};
use axum::body::{Body, Bytes};
use futures_util::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// A comment after so long without an event keeps the connection open, and finds out whether somebody is there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What a viewer was sent last, by id.
#[derive(Debug, Default)]
struct Sent {
    scene: u64,
    moment: u64,
    health: u64,
}

struct Viewer {
    live: watch::Receiver<Live>,
    sent: Sent,
    queue: VecDeque<Bytes>,
}

/// The events from now on: first the last one of each kind. Who has heard up to `last` before gets the scene only if it is
/// another one.
pub(super) fn events(live: watch::Receiver<Live>, last: Option<u64>) -> Body {
    let sent = Sent::resuming(&live.borrow(), last);
    // How long to wait before connecting again `[ms]`.
    let queue = VecDeque::from([Bytes::from_static(b"retry: 1000\n\n")]);
    Body::from_stream(stream::unfold(Viewer { live, sent, queue }, async |mut viewer| {
        let next = viewer.next().await?;
        Some((Ok::<_, Infallible>(next), viewer))
    }))
}

impl Viewer {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.queue.pop_front() {
                return Some(bytes);
            }
            let over = {
                let live = self.live.borrow_and_update();
                self.queue.extend(self.sent.news(&live));
                live.over
            };
            if !self.queue.is_empty() {
                continue;
            }
            if over {
                return None;
            }
            match tokio::time::timeout(KEEP_ALIVE, self.live.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some(Bytes::from_static(b":\n\n")),
            }
        }
    }
}

impl Sent {
    fn resuming(live: &Live, last: Option<u64>) -> Self {
        // An id that was not given yet is of another server.
        let has_scene = last.is_some_and(|last| (live.scene.id..=live.id).contains(&last));
        Self { scene: if has_scene { live.scene.id } else { 0 }, ..Self::default() }
    }

    fn news(&mut self, live: &Live) -> Vec<Bytes> {
        let take = |sent: &mut u64, frame: &Frame| {
            let is_new = frame.id > *sent;
            *sent = frame.id;
            is_new.then(|| frame.clone())
        };
        let Self { scene, moment, health } = self;
        let news = [take(scene, &live.scene), take(moment, &live.moment), take(health, &live.health)];
        let mut news: Vec<Frame> = news.into_iter().flatten().collect();
        news.sort_by_key(|frame| frame.id);
        news.into_iter().map(|frame| frame.event).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(ids: [u64; 3]) -> Live {
        let frame = |id: u64| Frame { id, event: Bytes::from(id.to_string()), json: Bytes::new() };
        let [scene, moment, health] = ids.map(frame);
        Live { scene, moment, health, id: ids.into_iter().max().unwrap_or(0), over: false }
    }

    #[test]
    fn who_comes_gets_the_last_of_each_and_then_what_is_new() {
        let mut sent = Sent::resuming(&live([5, 8, 7]), None);
        assert_eq!(sent.news(&live([5, 8, 7])), ["5", "7", "8"], "ids grow");
        assert!(sent.news(&live([5, 8, 7])).is_empty());
        assert_eq!(sent.news(&live([5, 9, 7])), ["9"]);
        assert_eq!(sent.news(&live([12, 13, 14])), ["12", "13", "14"]);
    }

    #[test]
    fn who_comes_back_gets_the_scene_only_if_it_is_another_one() {
        let news = |last| Sent::resuming(&live([5, 8, 7]), Some(last)).news(&live([5, 8, 7])).len();
        assert_eq!((news(5), news(8)), (2, 2));
        assert_eq!((news(4), news(9), news(0)), (3, 3, 3), "of another scene, or of another server");
    }
}
