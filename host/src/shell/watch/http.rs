//! One request at a time, each on a connection of its own.

use super::ServerAddress;
use axum::body::{Body, to_bytes};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::time::Duration;
use tokio::net::TcpStream;
use zeroize::Zeroizing;

/// An answer begins within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Longest answer that is no stream `[bytes]`.
const ANSWER_MAX: usize = 64 * 1024;

/// A server.
pub(in crate::shell) struct Server {
    address: ServerAddress,
    /// Value of the header `Authorization`.
    authorization: Option<Zeroizing<String>>,
    /// What to say where it answers what nobody understands.
    hint: &'static str,
}

/// Why there is no answer, or not the one that was hoped for.
#[derive(Debug, thiserror::Error)]
pub(in crate::shell) enum Failure {
    /// Nobody was reached, or not to the end.
    #[error("{0}")]
    Network(String),
    /// The server says why not.
    #[error("{why}")]
    Refused {
        /// The status.
        status: u16,
        /// In words.
        why: String,
    },
}

impl Server {
    /// A page, for who has this token.
    pub(super) fn page(address: ServerAddress, token: Option<Zeroizing<String>>) -> Self {
        let authorization = token.map(|token| Zeroizing::new(format!("Bearer {}", *token)));
        Self { hint: ": is this the page of an illuminator?", ..Self::authorized(address, authorization) }
    }

    /// Any server; with the value of the header `Authorization`.
    pub(in crate::shell) const fn authorized(
        address: ServerAddress,
        authorization: Option<Zeroizing<String>>,
    ) -> Self {
        Self { address, authorization, hint: "" }
    }

    /// Asks, and gives an answer whose status says that it went well. Its body may go on for ever.
    pub(in crate::shell) async fn ask(
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
        Err(Failure::Refused { status: status.as_u16(), why: self.why(status, &bytes) })
    }

    /// What a server that refuses says, as ours and others do.
    fn why(&self, status: StatusCode, body: &[u8]) -> String {
        #[derive(Deserialize)]
        struct Told {
            #[serde(alias = "message")]
            error: String,
            #[serde(default)]
            help: String,
        }
        match serde_json::from_slice(body) {
            Ok(Told { error, help }) if help.is_empty() => error,
            Ok(Told { error, help }) => format!("{error}: {help}"),
            Err(_) => format!("it answers {status}{}", self.hint),
        }
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
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.as_str());
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
