//! Holding a request up until it is known whether it needs the approval of others.
//!
//! What is approved is the request as it would have been carried out: operation, path, query, version and body. Whoever
//! asks for approval sends the request with `X-Approval-Reason` in addition; it is taken down and not carried out. Once
//! approved, the same request with `X-Approval` carries it out, once. A request that differs in anything is another one.

use crate::guard::Guard;
use crate::{Access, BASE_PATH, Problem};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use custos_kernel::policy::Caller;
use custos_values::ApprovalId;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::json;
use std::str::FromStr;

/// The header that asks for approval: why, percent-encoded UTF-8.
pub const APPROVAL_REASON: &str = "x-approval-reason";
/// The header that names the approval to be used up.
pub const APPROVAL: &str = "x-approval";

/// Everything a handler sees of a request, apart from who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The operation's id.
    pub operation: String,
    /// The method.
    pub method: Method,
    /// Path and query below [`BASE_PATH`].
    pub target: String,
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body.
    pub body: Bytes,
}

impl Content {
    /// As bytes in which no two contents are alike: each part behind its length.
    pub fn canonical(&self) -> Vec<u8> {
        let optional = |value: &Option<String>| match value {
            Some(value) => [b"+", value.as_bytes()].concat(),
            None => Vec::new(),
        };
        let parts = [
            self.operation.as_bytes().to_vec(),
            self.method.as_str().as_bytes().to_vec(),
            self.target.as_bytes().to_vec(),
            optional(&self.if_match),
            optional(&self.content_type),
            optional(&self.idempotency_key),
            self.body.to_vec(),
        ];
        let mut all = Vec::new();
        for part in parts {
            all.extend_from_slice(&(part.len() as u64).to_be_bytes());
            all.extend_from_slice(&part);
        }
        all
    }
}

/// What a held request is to lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// To be carried out if it needs no approval.
    Passage,
    /// To be taken down as a request for approval.
    Request {
        /// Why.
        reason: String,
    },
    /// To be carried out with an approval.
    Use(ApprovalId),
}

/// A request that is held up.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Resource and action of the operation.
    pub action: (&'static str, &'static str),
    /// The request.
    pub content: &'a Content,
    /// What it is to lead to.
    pub wanted: &'a Wanted,
}

/// What becomes of a held request.
pub enum Considered {
    /// The handler has it, as this caller.
    Pass(Caller),
    /// The handler has it, and the approval is used up.
    Use(Caller, ApprovalId),
    /// It was taken down, to be approved.
    Requested(ApprovalId),
}

fn wanted(headers: &HeaderMap) -> Result<Wanted, Problem> {
    let malformed = || Problem::bad_request("approval.malformed");
    let text = |name| headers.get(name).map(|value| value.to_str());
    match (text(APPROVAL_REASON), text(APPROVAL)) {
        (None, None) => Ok(Wanted::Passage),
        (Some(Ok(encoded)), None) => {
            let reason = percent_decoded(encoded).ok_or_else(malformed)?;
            let reason = crate::reason("reason", &reason, 2..=500)
                .map_err(|problem| Problem::invalid(vec![problem]))?;
            Ok(Wanted::Request {
                reason: reason.to_owned(),
            })
        }
        (None, Some(Ok(id))) => ApprovalId::from_str(id)
            .map(Wanted::Use)
            .map_err(|_| malformed()),
        _ => Err(malformed()),
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.extend(hex::decode(digits).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Path and query below the API's base path.
fn target(request: &Request) -> String {
    let whole = request.uri().path_and_query().map_or("", |it| it.as_str());
    whole.strip_prefix(BASE_PATH).unwrap_or(whole).to_owned()
}

/// Lets the request through as what is found about its approval says; gives the answer, and the caller who is served.
pub(crate) async fn held_up(
    guard: &Guard,
    (operation, max_body): (&'static str, usize),
    request: Request,
    next: Next,
) -> (Response, Option<Caller>) {
    match consider(guard, (operation, max_body), request).await {
        Err(problem) => (problem.into_response(), None),
        Ok((_, Considered::Requested(id))) => {
            let told = Json(json!({ "approval": id.to_string() }));
            ((StatusCode::ACCEPTED, told).into_response(), None)
        }
        Ok((mut request, Considered::Pass(caller))) => {
            request.extensions_mut().insert(caller.clone());
            (next.run(request).await, Some(caller))
        }
        Ok((mut request, Considered::Use(caller, id))) => {
            request.extensions_mut().insert(caller.clone());
            let response = next.run(request).await;
            let succeeded = response.status().is_success();
            let noted = guard
                .gatekeeper
                .approval_used(caller.clone(), id, succeeded)
                .await;
            // What was done is done, and in the log; the next sweep closes the approval.
            if let Err(problem) = noted {
                tracing::error!(code = problem.code(), "an approval could not be closed");
            }
            (response, Some(caller))
        }
    }
}

async fn consider(
    guard: &Guard,
    (operation, max_body): (&'static str, usize),
    request: Request,
) -> Result<(Request, Considered), Problem> {
    let (Access::Action { resource, action }, Some(caller)) =
        (guard.access, request.extensions().get::<Caller>().cloned())
    else {
        return Err(Problem::unauthenticated());
    };
    let wanted = wanted(request.headers())?;
    let target = target(&request);
    let (parts, body) = request.into_parts();
    let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large");
    let body = to_bytes(body, max_body).await.map_err(too_large)?;
    let text = |name: &str| {
        let value = parts.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let content = Content {
        operation: operation.to_owned(),
        method: parts.method.clone(),
        target,
        if_match: text(header::IF_MATCH.as_str()),
        content_type: text(header::CONTENT_TYPE.as_str()),
        idempotency_key: text("idempotency-key"),
        body: body.clone(),
    };
    let held = Held {
        action: (resource, action),
        content: &content,
        wanted: &wanted,
    };
    let considered = guard.gatekeeper.consider(held, caller).await?;
    Ok((Request::from_parts(parts, Body::from(body)), considered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read_as_they_were_written() {
        assert_eq!(percent_decoded("%E5%91%A8 a"), Some("周 a".to_owned()));
        for broken in ["%", "%4", "%zz", "%ff", "%+1"] {
            assert_eq!(percent_decoded(broken), None, "{broken}");
        }
    }

    #[test]
    fn contents_that_differ_in_anything_have_other_bytes() {
        let content = Content {
            operation: "a".to_owned(),
            method: Method::POST,
            target: "/b".to_owned(),
            if_match: None,
            content_type: None,
            idempotency_key: None,
            body: Bytes::from_static(b"c"),
        };
        let shifted = Content {
            operation: "aPOST".to_owned(),
            target: "/".to_owned(),
            body: Bytes::from_static(b"bc"),
            ..content.clone()
        };
        let matched = Content {
            if_match: Some(String::new()),
            ..content.clone()
        };
        let swapped = Content {
            body: Bytes::from_static(b"C"),
            ..content.clone()
        };
        for other in [shifted, matched, swapped] {
            assert_ne!(content.canonical(), other.canonical());
        }
        assert_eq!(content.canonical(), content.clone().canonical());
    }
}
