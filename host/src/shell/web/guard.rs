//! What every request has to pass, and what every answer says to the browser.

use super::access::{Access, Denied};
use super::problem::Problem;
use super::routes::{Peer, Site};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Nothing but our own files, and no inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Lets a request through, or says why not.
pub(super) async fn guard(
    State(site): State<Arc<Site>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let mut response =
        match check(&site.access, request.method(), request.uri().path(), request.headers(), peer) {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
    let said = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| said.insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_SECURITY_POLICY, POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "no-referrer");
    say(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    said.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(
    access: &Access,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    peer: std::net::IpAddr,
) -> Result<(), Problem> {
    if !access.is_our_name(headers) {
        let help = "open it by the address that the program printed";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "this page has another name", help));
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    if !Access::is_same_origin(headers) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "another page may not command here", ""));
    }
    if !is_json(headers) && !path.ends_with("/logout") {
        let error = "the body must be application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error, ""));
    }
    if matches!(path, "/api/v1/login" | "/api/v1/logout") {
        return Ok(());
    }
    access.may_command(headers, peer).map_err(denied)
}

/// What somebody is told who is not let in.
pub(super) fn denied(denied: Denied) -> Problem {
    match denied {
        Denied::Wrong => Problem::new(
            StatusCode::FORBIDDEN,
            "you may look, and not command",
            "log in with the token of this table",
        ),
        Denied::Wait(seconds) => Problem::wait("there were too many wrong tokens", seconds),
        Denied::Slower(seconds) => Problem::wait("there were too many commands", seconds),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content.and_then(|content| content.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
