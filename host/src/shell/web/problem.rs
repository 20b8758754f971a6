//! Answers that are none: a status and a sentence.

use crate::view::Refusal;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Something that went wrong with a request.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    refusal: Refusal,
    /// Seconds until it is worth another try.
    retry_after_s: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, error: impl Into<String>, help: impl Into<String>) -> Self {
        Self { status, refusal: Refusal::new(error, help), retry_after_s: None }
    }

    /// The run refuses.
    pub(super) const fn refused(refusal: Refusal) -> Self {
        Self { status: StatusCode::CONFLICT, refusal, retry_after_s: None }
    }

    /// The request has no sense.
    pub(super) const fn malformed(refusal: Refusal) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, refusal, retry_after_s: None }
    }

    /// Too often.
    pub(super) fn wait(error: &str, seconds: u64) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, error, format!("try again in {seconds} s"));
        Self { retry_after_s: Some(seconds), ..problem }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.refusal)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
