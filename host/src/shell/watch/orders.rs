//! Sends commands, one after the other.

use super::Shared;
use super::http::{Failure, Server};
use crate::view::Command;
use tokio::sync::mpsc::Receiver;

/// Carries out what is asked for until nobody asks any more.
pub(super) async fn carry_out(server: &Server, mut waiting: Receiver<Command>, shared: &Shared) {
    while let Some(command) = waiting.recv().await {
        let body = serde_json::to_string(&command).expect("plain data becomes JSON");
        let Err(failure) = server.ask("POST", "/api/v1/command", None, body).await else { continue };
        shared.lock().answer = Some(failure.to_string());
        // Whoever asked before he knew of that did not mean it so.
        if matches!(failure, Failure::Network(_)) {
            while waiting.try_recv().is_ok() {}
        }
    }
}
