//! A desk over HTTP, for one role, on a test installation.
#![allow(
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    reason = "each test file uses its part"
)]

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use custos_audit::{Desk, POLICY};
use custos_http::{Asked, Authenticated, Gatekeeper, Problem, Registry};
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Denied, Job, Origin, Policy, Resource, Role};
use custos_store::SequencerHandle;
use custos_testkit::Installation;
use custos_values::Random;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tower::ServiceExt;

pub const HAPPEN: EventName = EventName::declared("thing.happen", Occasion::Part);

pub enum Thing {}
impl Resource for Thing {
    const TYPE: &'static str = "thing";
}

/// Lets everybody in as the one caller.
struct Door {
    caller: Caller,
    policy: Arc<Policy>,
    store: Arc<custos_store::Store>,
    sink: custos_store::AuditSink,
}

impl Gatekeeper for Door {
    fn authenticate<'a>(
        &'a self,
        _: &'a HeaderMap,
        _: Asked<'a>,
        _: Origin,
    ) -> BoxFuture<'a, Result<Authenticated, Problem>> {
        let caller = self.caller.clone();
        async move { Ok(Authenticated { caller, csrf: None }) }.boxed()
    }

    fn still_serves<'a>(&'a self, _caller: &'a Caller) -> BoxFuture<'a, bool> {
        Box::pin(async { true })
    }

    fn record_denied(&self, denied: Denied) -> BoxFuture<'_, Result<(), Problem>> {
        async move {
            let recorded = self.sink.record_durably(Event::denied(&denied)).await;
            recorded.map_err(|error| error.fault().into())
        }
        .boxed()
    }

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn random(&self) -> &dyn Random {
        self.store.random()
    }
}

/// The desk as one role sees it.
pub fn desk(installation: &Installation, role: Role) -> Router {
    desk_of(
        installation,
        installation.caller(role, DataScope::All, None),
    )
}

/// The desk as one caller sees it.
pub fn desk_of(installation: &Installation, caller: Caller) -> Router {
    desk_and_router(installation, caller).1
}

/// As [`desk_of`], with the desk itself.
pub fn desk_and_router(installation: &Installation, caller: Caller) -> (Arc<Desk>, Router) {
    let store = Arc::clone(installation.store());
    let policy = Arc::new(Policy::load(&[POLICY]).unwrap());
    let sink = installation.sink().clone();
    let sequencer = Arc::new(SequencerHandle::start(Arc::clone(&store)));
    let auditor = *caller.user_id().unwrap().as_bytes();
    let names: custos_audit::Names = Arc::new(move |_, ids| {
        let named = ids
            .into_iter()
            .filter(|id| *id == auditor)
            .map(|id| (id, "Zheng".to_owned()));
        let named: HashMap<_, _> = named.collect();
        async move { named }.boxed()
    });
    let desk = Desk::new(
        Arc::clone(&store),
        Arc::clone(&policy),
        sink.clone(),
        sequencer,
        names,
    );
    desk.announce_actions(BTreeSet::from(["audit_entry.list".to_owned()]));
    let mut registry = Registry::new();
    registry.add(Arc::clone(&desk), custos_audit::operations());
    let door: Arc<dyn Gatekeeper> = Arc::new(Door {
        caller,
        policy,
        store,
        sink,
    });
    (desk, registry.into_router(&door))
}

pub async fn ask(router: &Router, method: &str, path: &str) -> (StatusCode, Bytes) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/audit{path}"))
        .body(Body::empty())
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    (
        status,
        response.into_body().collect().await.unwrap().to_bytes(),
    )
}

/// As [`ask`], with a body and the version it is based on.
pub async fn send(
    router: &Router,
    method: &str,
    path: &str,
    version: Option<i64>,
    body: &Value,
) -> (StatusCode, Bytes) {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/audit{path}"))
        .header("content-type", "application/json");
    if let Some(version) = version {
        request = request.header("if-match", format!("\"{version}\""));
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    (
        status,
        response.into_body().collect().await.unwrap().to_bytes(),
    )
}

pub async fn json(router: &Router, method: &str, path: &str) -> Value {
    let (status, body) = ask(router, method, path).await;
    assert_eq!(
        status,
        StatusCode::OK,
        "{path}: {}",
        String::from_utf8_lossy(&body)
    );
    serde_json::from_slice(&body).unwrap()
}

/// Things done by the system, to have something in the log.
pub async fn happen(installation: &Installation, count: usize) {
    let caller = Caller::system(Job::Operator, installation.org());
    for _ in 0..count {
        installation.clock().advance(1000);
        let event = Event::own::<Thing>(&caller, &HAPPEN, Some([7; 16]));
        installation.sink().record(event).await.unwrap();
    }
}
