//! Follows the events of a server for ever.

use super::Shared;
use super::http::{Failure, Server};
use crate::terminal::EventStream;
use futures_util::StreamExt;
use std::time::Duration;

/// From a connection that breaks to the next one, at first and at most.
const AGAIN_FIRST: Duration = Duration::from_millis(250);
const AGAIN_MAX: Duration = Duration::from_secs(5);
/// A server that says nothing for so long is gone: it says something every second.
const SILENT: Duration = Duration::from_secs(6);

/// Follows, and connects again and again.
pub(super) async fn follow(server: &Server, shared: &Shared) {
    let mut stream = EventStream::default();
    let mut again = AGAIN_FIRST;
    loop {
        stream.restart();
        let mut heard = false;
        let failure = connection(server, shared, &mut stream, &mut heard).await;
        shared.lock().is_broken(failure.to_string());
        again = if heard { AGAIN_FIRST } else { (again * 2).min(AGAIN_MAX) };
        tokio::time::sleep(again).await;
    }
}

/// Follows one connection to its end, and gives the reason.
async fn connection(server: &Server, shared: &Shared, stream: &mut EventStream, heard: &mut bool) -> Failure {
    let id = stream.last_id().to_owned();
    let last = (!id.is_empty()).then_some(("last-event-id", id.as_str()));
    let mut body = match server.ask("GET", "/api/v1/live", last, String::new()).await {
        Ok(response) => response.into_body().into_data_stream(),
        Err(failure) => return failure,
    };
    let network = |why: &dyn ToString| Failure::Network(why.to_string());
    loop {
        let bytes = match tokio::time::timeout(SILENT, body.next()).await {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(Some(Err(error))) => return network(&error),
            Ok(None) => return network(&"the server has ended"),
            Err(_) => return network(&"it is silent"),
        };
        let events = match stream.push(&bytes) {
            Ok(events) => events,
            Err(error) => return network(&error),
        };
        for event in events {
            if let Err(error) = shared.lock().take(&event, shared.now_us()) {
                return network(&format_args!("it speaks another version: {}: {error}", event.kind));
            }
            *heard = true;
        }
    }
}
