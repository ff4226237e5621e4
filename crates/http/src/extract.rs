//! Extractors that answer with problems the web can phrase.

use crate::Problem;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use custos_kernel::policy::Caller;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The caller of the operation, put there by the registry's guard.
pub struct Api(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Api {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Caller>()
            .cloned()
            .map(Self)
            .ok_or_else(Problem::unauthenticated)
    }
}

/// A JSON body. Unknown members are errors where the type says so.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let json = |headers: &HeaderMap| {
            let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
            kind.split(';')
                .next()
                .map(str::trim)
                .filter(|kind| kind.eq_ignore_ascii_case("application/json"))?;
            Some(())
        };
        // Only scripts of the same site can send this type: the check is part of the cross-site protection.
        if json(request.headers()).is_none() {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.not_json",
            ));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(unreadable)?;
        let position = |error: &serde_json::Error| format!("{}:{}", error.line(), error.column());
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            Problem::bad_request("request.malformed").with("position", position(&error))
        })
    }
}

fn unreadable(rejection: BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large")
        }
        _ => Problem::bad_request("request.interrupted"),
    }
}

/// Query parameters.
pub struct QueryParams<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(_) => Err(Problem::bad_request("request.query_malformed")),
        }
    }
}

/// Path parameters that are ids. What does not look like an id is simply not found.
pub struct PathId<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}

/// The row version a change is based on (`If-Match`, RFC 9110). Required: a change without it could undo another's.
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "request.if_match_missing",
            ));
        };
        let version = value
            .to_str()
            .ok()
            .and_then(|v| v.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        version
            .map(Self)
            .ok_or_else(|| Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale"))
    }
}

/// A key by which a repeated creation is recognised (`Idempotency-Key`): 1 to 64 visible ASCII characters.
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        match value.to_str() {
            Ok(key)
                if (1..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Ok(Self(Some(key.to_owned())))
            }
            _ => Err(Problem::bad_request("request.idempotency_key_invalid")),
        }
    }
}

/// A JSON answer with the record's version as entity tag.
pub struct ETag<T>(pub StatusCode, pub i64, pub T);

impl<T: Serialize> IntoResponse for ETag<T> {
    fn into_response(self) -> Response {
        let mut response = (self.0, axum::Json(self.2)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.1)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}
