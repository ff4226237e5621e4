//! Bodies of provisioning, in and out.

use super::invalid;
use crate::error::IdentityError;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use custos_http::Problem;
use custos_scim::{Filter, Projection, member};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The media type (RFC 7644, section 8.1).
const MEDIA_TYPE: &str = "application/scim+json";
/// Most resources of a page.
pub(super) const MAX_PAGE: usize = 200;

/// A JSON body under either of its media types.
pub(super) struct ScimBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ScimBody<T> {
    type Rejection = IdentityError;

    async fn from_request(request: Request, state: &S) -> Result<Self, IdentityError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if ![MEDIA_TYPE, "application/json"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
        {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "request.not_json").into());
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large"))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|_| invalid("invalidSyntax"))
    }
}

/// An answer.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let location = body
        .pointer("/meta/location")
        .and_then(Value::as_str)
        .and_then(|path| HeaderValue::from_str(path).ok());
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Some(location) = location {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// A list, or a part of one.
pub(super) fn list(total: usize, start: usize, resources: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(), "Resources": resources,
    })
}

/// What is wanted of resources.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    filter: Option<String>,
    #[serde(default, rename = "startIndex")]
    start_index: Option<i64>,
    #[serde(default)]
    count: Option<i64>,
    #[serde(default)]
    attributes: Option<String>,
    #[serde(default, rename = "excludedAttributes")]
    excluded: Option<String>,
}

impl Wish {
    fn projection(&self) -> Result<Projection, IdentityError> {
        let parsed = Projection::parse(self.attributes.as_deref(), self.excluded.as_deref());
        parsed.map_err(|_| invalid("invalidValue"))
    }

    /// The filter.
    ///
    /// # Errors
    /// 400 `invalidFilter`.
    pub(super) fn filter(&self) -> Result<Option<Filter>, IdentityError> {
        let parsed = self.filter.as_deref().map(Filter::parse).transpose();
        parsed.map_err(|_| invalid("invalidFilter"))
    }

    /// The page of the resources that fit.
    ///
    /// # Errors
    /// 400 `invalidFilter`, `invalidValue`.
    pub(super) fn page(&self, resources: Vec<Value>) -> Result<Value, IdentityError> {
        let (filter, projection) = (self.filter()?, self.projection()?);
        let fits = |resource: &Value| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.matches(resource))
        };
        let found: Vec<Value> = resources.into_iter().filter(fits).collect();
        let total = found.len();
        let start = usize::try_from(self.start_index.unwrap_or(1)).unwrap_or(1);
        let count = self
            .count
            .map_or(MAX_PAGE, |count| usize::try_from(count).unwrap_or(0));
        let page = found
            .into_iter()
            .skip(start.max(1) - 1)
            .take(count.min(MAX_PAGE));
        let page: Vec<Value> = page.map(|resource| projection.of(resource)).collect();
        Ok(list(total, start.max(1), &page))
    }

    /// One resource, as far as it is wanted.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub(super) fn one(&self, resource: Value) -> Result<Value, IdentityError> {
        Ok(self.projection()?.of(resource))
    }
}

/// A member of text that is not empty.
///
/// # Errors
/// 400 `invalidValue` for anything but text and nothing.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> Result<Option<&'v str>, IdentityError> {
    match member(value, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(invalid("invalidValue")),
    }
}

/// `active`, which some clients send as text.
///
/// # Errors
/// 400 `invalidValue` when it is neither.
pub(super) fn active(value: &Value) -> Result<Option<bool>, IdentityError> {
    match member(value, "active") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(active)) => Ok(Some(*active)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(invalid("invalidValue")),
    }
}
