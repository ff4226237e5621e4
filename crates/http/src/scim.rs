//! Errors of provisioning, as its clients read them (RFC 7644, section 3.12).

use crate::problem::Told;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde_json::json;

/// The media type of SCIM (RFC 7644, section 8.1).
const MEDIA_TYPE: &str = "application/scim+json";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A problem in the form of SCIM; any other answer as it is. The detail is the problem's code.
pub(crate) fn answer(mut response: Response) -> Response {
    let Some(told) = response.extensions_mut().remove::<Told>() else {
        return response;
    };
    let status = response.status();
    let mut body =
        json!({ "schemas": [ERROR], "status": status.as_u16().to_string(), "detail": told.code });
    if let Some(kind) = told.scim_type {
        body["scimType"] = kind.into();
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    (parts, body.to_string()).into_response()
}
