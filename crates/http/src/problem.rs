//! Errors on the wire: `application/problem+json` (RFC 9457) with codes and parameters, never sentences.

use axum::response::{IntoResponse, Response};
use custos_kernel::fault::Fault;
use custos_kernel::policy::{Bar, Denied, Remedy, SessionRefusal};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name.
    pub field: String,
    /// What is wrong, such as `phone.too_short`; the words are in the locale files.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// Values the words may use.
    pub params: BTreeMap<String, String>,
}

impl FieldProblem {
    /// A field problem without parameters.
    pub fn new(field: impl Into<String>, code: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            code: code.into(),
            params: BTreeMap::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// An error answer.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: Cow<'static, str>,
    params: BTreeMap<String, String>,
    fields: Vec<FieldProblem>,
    denied: Option<Denied>,
    retry_after: Option<u64>,
    clear_site_data: bool,
    scim_type: Option<&'static str>,
}

/// The body of an error answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The HTTP status.
    status: u16,
    /// What went wrong, such as `customer.duplicate`.
    #[schema(value_type = String)]
    code: Cow<'static, str>,
    /// Values the words may use.
    params: BTreeMap<String, String>,
    /// What is wrong with which field.
    fields: Vec<FieldProblem>,
}

/// Left in the response for the guard, which records the refusal before the answer leaves.
#[derive(Debug, Clone)]
pub(crate) struct Refused(pub(crate) Box<Denied>);

/// Left in the response for those who are told otherwise than by the body.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) code: Cow<'static, str>,
    pub(crate) scim_type: Option<&'static str>,
}

impl Problem {
    /// Any error.
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            code: code.into(),
            params: BTreeMap::new(),
            fields: Vec::new(),
            denied: None,
            retry_after: None,
            clear_site_data: false,
            scim_type: None,
        }))
    }

    /// The request cannot be understood.
    pub fn bad_request(code: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// The request is understood and its values are not acceptable.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "request.invalid");
        problem.0.fields = fields;
        problem
    }

    /// There is no such thing, or it is not for the caller to know.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "session.missing")
    }

    /// Something broke; the reason goes to the server's log only.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        tracing::error!(%reason, "internal error");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// Tells the client when to try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Tells the browser to forget all it keeps of this site (W3C Clear Site Data).
    #[must_use]
    pub fn clear_site_data(mut self) -> Self {
        self.0.clear_site_data = true;
        self
    }

    /// What clients of provisioning act on (RFC 7644, section 3.12, `scimType`).
    #[must_use]
    pub fn scim_type(mut self, kind: &'static str) -> Self {
        self.0.scim_type = Some(kind);
        self
    }

    /// The error's code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

impl From<Denied> for Problem {
    /// What one may not see is 404; what one may see and not do is 403, with a code of its own where proving a factor
    /// again, working at another label or the approval of others would do.
    fn from(denied: Denied) -> Self {
        let told = denied.visible || denied.record.is_none();
        let mut problem = if told && denied.remedy == Some(Remedy::StepUp) {
            Self::new(StatusCode::FORBIDDEN, "session.step_up").with("action", &denied.action)
        } else if told && denied.remedy == Some(Remedy::WorkingLabel) {
            Self::new(StatusCode::FORBIDDEN, "label.working").with("action", &denied.action)
        } else if told && denied.remedy == Some(Remedy::Approval) {
            Self::new(StatusCode::FORBIDDEN, "approval.needed").with("action", &denied.action)
        } else if told {
            Self::new(StatusCode::FORBIDDEN, "forbidden").with("action", &denied.action)
        } else {
            Self::not_found()
        };
        problem.0.denied = Some(denied);
        problem
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Denied(denied) => denied.into(),
            Fault::NotFound => Self::not_found(),
            Fault::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "record.stale"),
            Fault::InUse => Self::new(StatusCode::CONFLICT, "value.in_use"),
            Fault::Unavailable => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(1)
            }
            Fault::Internal(reason) => Self::internal(reason),
        }
    }
}

impl From<SessionRefusal> for Problem {
    fn from(refusal: SessionRefusal) -> Self {
        let code = match refusal {
            SessionRefusal::Unknown => "session.missing",
            SessionRefusal::Expired => "session.expired",
            SessionRefusal::Pending => "session.second_factor",
            // An account's state is told to nobody who is not signed in to it.
            SessionRefusal::Disabled => "session.missing",
            SessionRefusal::Barred(Bar::Network) => "session.barred.network",
            SessionRefusal::Barred(Bar::Hours) => "session.barred.hours",
            SessionRefusal::Barred(Bar::Device) => "session.barred.device",
        };
        Self::new(StatusCode::UNAUTHORIZED, code)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Inner {
            status,
            code,
            params,
            fields,
            denied,
            retry_after,
            clear_site_data,
            scim_type,
        } = *self.0;
        let told = Told {
            code: code.clone(),
            scim_type,
        };
        let body = ProblemBody {
            kind: "about:blank",
            status: status.as_u16(),
            code,
            params,
            fields,
        };
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, text).into_response();
        response.extensions_mut().insert(told);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if clear_site_data {
            let everything = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
            headers.insert("clear-site-data", everything);
        }
        if let Some(denied) = denied {
            response.extensions_mut().insert(Refused(Box::new(denied)));
        }
        response
    }
}
