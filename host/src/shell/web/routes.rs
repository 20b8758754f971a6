//! What there is to ask for.

use super::access::Access;
use super::hub::{Frame, Hub, Live};
use super::problem::Problem;
use super::{assets, guard, live};
use crate::shell::Exhibit;
use crate::view::{Command, Layout, METRICS_TYPE, Offer, POINTS_MAX, Refusal, metrics};
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Longest body that is taken `[bytes]`.
const BODY_MAX: usize = 1 << 20;
/// So long it may take to come.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// Points of a series unless asked for otherwise.
const POINTS: usize = 800;

/// What the routes share.
pub(super) struct Site {
    pub(super) exhibit: Arc<dyn Exhibit>,
    pub(super) access: Access,
    pub(super) hub: Arc<Hub>,
}

/// Who asks.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

type Answer = Result<Response<Body>, Problem>;
type Shared = State<Arc<Site>>;

/// The whole site.
pub(super) fn router(site: Arc<Site>) -> Router {
    let page = |name: &'static str| get(async move |headers: HeaderMap| assets::file(name, &headers));
    let api = Router::new()
        .route("/scene", get(async |State(site): Shared| frame(&site, |live| &live.scene)))
        .route("/moment", get(async |State(site): Shared| frame(&site, |live| &live.moment)))
        .route("/health", get(async |State(site): Shared| frame(&site, |live| &live.health)))
        .route("/me", get(me))
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/live", get(events))
        .route("/command", post(command))
        .route("/series", get(series))
        .route("/scenarios", get(scenarios))
        .route("/layout", get(layout).put(arrange));
    Router::new()
        .nest("/api/v1", api)
        .route("/metrics", get(prometheus))
        .route("/api/openapi.json", page("openapi.json"))
        .route("/", page("index.html"))
        .route("/nodes", page("nodes.html"))
        .route("/kiosk/{name}", page("kiosk.html"))
        .route("/assets/{*file}", get(asset))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing here", "the table is at /"))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here", "see /api/openapi.json")
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard::guard))
        .with_state(site)
}

async fn asset(uri: Uri, headers: HeaderMap) -> Answer {
    assets::file(uri.path().trim_start_matches('/'), &headers)
}

/// The last JSON of a kind.
fn frame(site: &Site, kind: impl Fn(&Live) -> &Frame) -> Response<Body> {
    ([(header::CONTENT_TYPE, "application/json")], site.hub.last(kind)).into_response()
}

/// How it stands, for who measures.
async fn prometheus(State(site): Shared) -> impl IntoResponse {
    let Site { exhibit, .. } = &*site;
    let text = metrics(exhibit.scene(), exhibit.moment(), exhibit.health());
    ([(header::CONTENT_TYPE, METRICS_TYPE)], text)
}

async fn me(
    State(site): Shared,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let may_command = site.access.may_command(&headers, peer).is_ok();
    let login = site.access.has_token();
    Json(
        serde_json::json!({ "may_command": may_command, "login": login, "version": env!("CARGO_PKG_VERSION") }),
    )
}

/// The body of a login.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    token: String,
}

async fn log_in(State(site): Shared, Extension(Peer(peer)): Extension<Peer>, request: Request) -> Answer {
    let Login { token } = body(request).await?;
    let cookie = site.access.log_in(peer, &token).map_err(guard::denied)?;
    Ok(with_cookie(&cookie))
}

async fn log_out(State(site): Shared, headers: HeaderMap) -> Response<Body> {
    with_cookie(&site.access.log_out(&headers))
}

fn with_cookie(cookie: &str) -> Response<Body> {
    let cookie = HeaderValue::from_str(cookie).expect("a name, digits and attributes");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

async fn events(State(site): Shared, headers: HeaderMap) -> Response<Body> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let events = live::events(site.hub.subscribe(), last);
    ([(header::CONTENT_TYPE, "text/event-stream")], events).into_response()
}

async fn command(State(site): Shared, Extension(Peer(peer)): Extension<Peer>, request: Request) -> Answer {
    let command: Command = body(request).await?;
    // Whatever else somebody asks for without end, everything can be made to stand still.
    if command != (Command::EmergencyStop { pressed: true }) {
        site.access.commands(peer).map_err(guard::denied)?;
    }
    site.exhibit.command(&command).map_err(Problem::refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn series(State(site): Shared, RawQuery(query): RawQuery) -> Answer {
    let (mut items, mut from, mut to, mut points) = (Vec::new(), 0, u64::MAX, POINTS);
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let wrong = |_| Problem::malformed(Refusal::new(format!("`{key}` must be a whole number"), ""));
        match &*key {
            "item" => items.push(value.into_owned()),
            "from" => from = value.parse().map_err(wrong)?,
            "to" => to = value.parse().map_err(wrong)?,
            "points" => points = value.parse::<usize>().map_err(wrong)?.clamp(1, POINTS_MAX),
            _ => {}
        }
    }
    let series = site.exhibit.series(&items, from, to, points).map_err(Problem::malformed)?;
    Ok(Json(series).into_response())
}

async fn scenarios(State(site): Shared) -> Json<Offer> {
    Json(site.exhibit.offer())
}

async fn layout(State(site): Shared) -> Json<Layout> {
    Json(site.exhibit.layout())
}

async fn arrange(State(site): Shared, request: Request) -> Answer {
    let layout: Layout = body(request).await?;
    site.exhibit.arrange(layout).map_err(Problem::refused)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Reads a body, bounded in size and time.
async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let read = tokio::time::timeout(BODY_WITHIN, to_bytes(request.into_body(), BODY_MAX)).await;
    let bytes = read
        .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time", ""))?
        .map_err(|_| {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long, or was cut off", "")
        })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Problem::malformed(Refusal::new(error.to_string(), "see /api/openapi.json")))
}
