//! What stands around every handler: credential, cross-site protection, the role's gate, the entry of a refusal.

use crate::approval::{Considered, Held, held_up};
use crate::problem::Refused;
use crate::transfer::watched;
use crate::{Access, Problem, scim};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use custos_kernel::crypto::constant_time_eq;
use custos_kernel::policy::{Caller, CallerKind, Denied, Origin, Policy};
use custos_values::{ApprovalId, Random};
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::net::SocketAddr;
use std::sync::Arc;

/// What a request asks for, as far as a credential may be bound to it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query, as sent.
    pub target: &'a str,
}

/// A verified credential.
pub struct Authenticated {
    /// Who it is.
    pub caller: Caller,
    /// What `X-CSRF-Token` must be on requests that change something; none for credentials a browser does not send
    /// by itself.
    pub csrf: Option<String>,
}

/// What the guard needs from the features; implemented once, in the binary.
pub trait Gatekeeper: Send + Sync + 'static {
    /// Verifies the request's credential.
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        asked: Asked<'a>,
        origin: Origin,
    ) -> BoxFuture<'a, Result<Authenticated, Problem>>;

    /// Verifies the provisioning token of an identity provider. Unless said otherwise, there is none.
    fn authenticate_provisioning<'a>(
        &'a self,
        _headers: &'a HeaderMap,
        _origin: Origin,
    ) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(async { Err(Problem::unauthenticated()) })
    }

    /// Whether somebody whose request was admitted before may still be served; if not, that is on disk when it returns.
    /// Asked while an answer leaves.
    fn still_serves<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, bool>;

    /// Records a refusal; when it returns, the entry is on disk.
    fn record_denied(&self, denied: Denied) -> BoxFuture<'_, Result<(), Problem>>;

    /// Looks at a request to an operation that may need the approval of others. Unless said otherwise nothing is
    /// approved, and the policies decide what then.
    fn consider<'a>(
        &'a self,
        held: Held<'a>,
        caller: Caller,
    ) -> BoxFuture<'a, Result<Considered, Problem>> {
        let _ = held;
        Box::pin(async move { Ok(Considered::Pass(caller)) })
    }

    /// Takes down how a request ended that used an approval up.
    fn approval_used(
        &self,
        _caller: Caller,
        _approval: ApprovalId,
        _succeeded: bool,
    ) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async { Ok(()) })
    }

    /// The policy.
    fn policy(&self) -> &Policy;

    /// Randomness for request ids.
    fn random(&self) -> &dyn Random;
}

#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) gatekeeper: Arc<dyn Gatekeeper>,
    pub(crate) access: Access,
    pub(crate) cross_site: bool,
    pub(crate) approvable: Option<(&'static str, usize)>,
}

impl Guard {
    fn provisions(&self) -> bool {
        matches!(self.access, Access::Provisioning { .. })
    }
}

const REQUEST_ID: &str = "x-request-id";

/// The layer around one operation.
pub(crate) async fn guard(
    State(guard): State<Guard>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut id = [0; 12];
    guard.gatekeeper.random().fill(&mut id);
    let request_id = hex::encode(id);
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical());
    let origin = Origin {
        address,
        request_id: request_id.clone(),
    };
    let mut response = match admit(&guard, &mut request, origin).await {
        Ok(()) => {
            let response = match guard.approvable {
                Some(operation) => held_up(&guard, operation, request, next).await,
                None => {
                    let caller = request.extensions().get::<Caller>().cloned();
                    (next.run(request).await, caller)
                }
            };
            match response {
                (response, Some(caller)) => {
                    watched(response, Arc::clone(&guard.gatekeeper), caller)
                }
                (response, None) => response,
            }
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(Refused(denied)) = response.extensions_mut().remove::<Refused>()
        && let Err(problem) = guard.gatekeeper.record_denied(*denied).await
    {
        response = problem.into_response();
    }
    if guard.provisions() {
        response = scim::answer(response);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn admit(guard: &Guard, request: &mut Request, origin: Origin) -> Result<(), Problem> {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if guard.cross_site {
        // Whatever another site's page makes a browser send, it does not send it as anybody.
        request.headers_mut().remove(header::COOKIE);
    } else if changes {
        allow_same_site_only(
            request.headers(),
            request.uri().authority().map(|a| a.as_str()),
        )?;
    }
    if guard.provisions() {
        // Nothing a browser sends by itself is looked at there.
        request.headers_mut().remove(header::COOKIE);
    }
    request.extensions_mut().insert(origin.clone());
    let (resource, action) = match guard.access {
        Access::Public | Access::PreAuth => return Ok(()),
        Access::Own => ("", ""),
        Access::Action { resource, action } | Access::Provisioning { resource, action } => {
            (resource, action)
        }
    };
    let Authenticated { caller, csrf } = if guard.provisions() {
        let proving = guard
            .gatekeeper
            .authenticate_provisioning(request.headers(), origin);
        Authenticated {
            caller: proving.await?,
            csrf: None,
        }
    } else {
        let asked = Asked {
            method: request.method(),
            target: request.uri().path_and_query().map_or("", |it| it.as_str()),
        };
        let proving = guard
            .gatekeeper
            .authenticate(request.headers(), asked, origin);
        proving.await?
    };
    // A provider is for provisioning, and provisioning for a provider.
    if caller.provider_id().is_some() != guard.provisions() {
        return Err(Problem::unauthenticated());
    }
    if changes && let Some(expected) = csrf {
        let given = request
            .headers()
            .get("x-csrf-token")
            .map(HeaderValue::as_bytes)
            .unwrap_or_default();
        if !constant_time_eq(given, expected.as_bytes()) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "request.csrf"));
        }
    }
    // A key is for records. One's own session, password and settings are those of a person.
    if guard.access == Access::Own && matches!(caller.kind(), CallerKind::Key { .. }) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "api_key.own"));
    }
    if guard.access != Access::Own
        && !guard
            .gatekeeper
            .policy()
            .may_ever(&caller, resource, action)
    {
        let action = format!("{resource}.{action}");
        return Err(Denied {
            action,
            resource,
            record: None,
            visible: true,
            remedy: None,
            caller: Box::new(caller),
        }
        .into());
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

/// Refuses a request that changes something and that a browser says was made by another site: `Sec-Fetch-Site` where
/// the browser sends it, `Origin` against the host otherwise. Programs that are not browsers send neither.
///
/// # Errors
/// 403 `request.cross_site`.
pub fn allow_same_site_only(headers: &HeaderMap, authority: Option<&str>) -> Result<(), Problem> {
    let cross_site = || Problem::new(StatusCode::FORBIDDEN, "request.cross_site");
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
    {
        return Err(cross_site());
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or(authority);
        let same = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("https://"))
            .zip(host);
        if same.is_none_or(|(origin, host)| !origin.eq_ignore_ascii_case(host)) {
            return Err(cross_site());
        }
    }
    Ok(())
}
