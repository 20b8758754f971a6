//! The files of the page, inside the program.

use super::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

/// All files of `host/web`, by name, in its order.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// The file of this name. Who has it already is told so.
pub(super) fn file(name: &str, headers: &HeaderMap) -> Result<Response<Body>, Problem> {
    let found = FILES.binary_search_by_key(&name, |(name, _)| name);
    let (name, content) = found
        .map(|at| FILES[at])
        .map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such page", "the table is at /"))?;
    let tag = tag(content);
    let known = headers.get_all(header::IF_NONE_MATCH).into_iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag))
    });
    let status = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response =
        Response::new(if known { Body::empty() } else { Body::from(Bytes::from_static(content)) });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hexadecimal digits in quotes"));
    // Kept, and asked for whether it is still the same: another version of the program has other files.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn tag(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let digits: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_and_found() {
        assert!(FILES.is_sorted_by_key(|(name, _)| name));
        for (name, _) in FILES {
            let response = file(name, &HeaderMap::new()).unwrap();
            let tag = response.headers()[header::ETAG].clone();
            let again = file(name, &[(header::IF_NONE_MATCH, tag)].into_iter().collect()).unwrap();
            assert_eq!(
                (response.status(), again.status()),
                (StatusCode::OK, StatusCode::NOT_MODIFIED),
                "{name}"
            );
            assert_ne!(content_type(name), "application/octet-stream", "{name}");
        }
        assert!(file("../Cargo.toml", &HeaderMap::new()).is_err());
    }
}
