//! One request at a time, each on a connection of its own.

use super::ServerAddress;
use crate::view::Refusal;
use axum::body::{Body, to_bytes};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// An answer begins within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Longest answer that is no stream `[bytes]`.
const ANSWER_MAX: usize = 64 * 1024;

/// A server.
pub(super) struct Server {
    address: ServerAddress,
    token: Option<Zeroizing<String>>,
}

/// Why there is no answer, or not the one that was hoped for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Nobody was reached, or not to the end.
    #[error("{0}")]
    Network(String),
    /// The server says why not.
    #[error("{error}{gap}{help}", error = .0.error, gap = if .0.help.is_empty() { "" } else { ": " }, help = .0.help)]
    Refused(Refusal),
}

impl Server {
    pub(super) const fn new(address: ServerAddress, token: Option<Zeroizing<String>>) -> Self {
        Self { address, token }
    }

    /// Asks, and gives an answer whose status says that it went well. Its body may go on for ever.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        header: Option<(&str, &str)>,
        body: String,
    ) -> Result<Response<Body>, Failure> {
        let asked = tokio::time::timeout(ANSWER_WITHIN, self.request(method, path, header, body)).await;
        let response = asked.map_err(|_| Failure::Network("it does not answer".to_owned()))??;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = tokio::time::timeout(ANSWER_WITHIN, to_bytes(response.into_body(), ANSWER_MAX)).await;
        let bytes = body.ok().and_then(Result::ok).unwrap_or_default();
        Err(Failure::Refused(serde_json::from_slice(&bytes).unwrap_or_else(|_| unexplained(status))))
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        header: Option<(&str, &str)>,
        body: String,
    ) -> Result<Response<Body>, Failure> {
        let authority = self.address.to_string();
        let stream = TcpStream::connect(&authority).await.map_err(|error| network(&error))?;
        // A command should not wait for more of it.
        let _ = stream.set_nodelay(true);
        let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.map_err(|error| network(&error))?;
        // It ends with the answer; whoever reads that learns of what breaks.
        tokio::spawn(async { drop(connection.await) });
        let mut request = Request::builder().method(method).uri(path).header(HOST, authority);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", **token));
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Body::from(body)).map_err(|error| network(&error))?;
        let response = sender.send_request(request).await.map_err(|error| network(&error))?;
        Ok(response.map(Body::new))
    }
}

fn network(error: &dyn std::error::Error) -> Failure {
    Failure::Network(error.to_string())
}

fn unexplained(status: StatusCode) -> Refusal {
    Refusal::new(format!("it answers {status}"), "is this the page of an illuminator?")
}
