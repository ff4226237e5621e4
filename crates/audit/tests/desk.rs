//! The audit desk over HTTP, on both engines.
#![allow(clippy::unwrap_used, missing_docs)]

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use custos_audit::{Desk, MIGRATIONS, POLICY};
use custos_http::{Asked, Authenticated, Gatekeeper, Problem, Registry};
use custos_kernel::audit::{EvidenceReport, Expectations, verify_evidence};
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Denied, Job, Origin, Policy, Resource, Role};
use custos_store::SequencerHandle;
use custos_testkit::{Installation, both};
use custos_values::{Clock, Random};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;
use tower::ServiceExt;

const HAPPEN: EventName = EventName::declared("thing.happen", Occasion::Part);

enum Thing {}
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
fn desk(installation: &Installation, role: Role) -> Router {
    let caller = installation.caller(role, DataScope::All, None);
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
    registry.add(desk, custos_audit::operations());
    let door: Arc<dyn Gatekeeper> = Arc::new(Door {
        caller,
        policy,
        store,
        sink,
    });
    registry.into_router(&door)
}

async fn ask(router: &Router, method: &str, path: &str) -> (StatusCode, Bytes) {
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

async fn json(router: &Router, method: &str, path: &str) -> Value {
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
async fn happen(installation: &Installation, count: usize) {
    let caller = Caller::system(Job::Operator, installation.org());
    for _ in 0..count {
        installation.clock().advance(1000);
        let event = Event::own::<Thing>(&caller, &HAPPEN, Some([7; 16]));
        installation.sink().record(event).await.unwrap();
    }
}

fn indexes(page: &Value) -> Vec<i64> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["index"].as_i64().unwrap())
        .collect()
}

fn verify(file: &[u8]) -> EvidenceReport {
    verify_evidence(Cursor::new(file), Expectations::default(), &mut |_, _| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_paged_newest_first_and_every_look_leaves_one_entry() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 9).await;
        let router = desk(installation, Role::AuditAdmin);
        // The organisation's making is entry 0.
        let page = json(&router, "GET", "/entries?limit=4").await;
        assert_eq!(indexes(&page), [9, 8, 7, 6]);
        assert_eq!(page["total"], 10);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = json(&router, "GET", &format!("/entries?limit=4&cursor={cursor}")).await;
        assert_eq!(indexes(&page), [5, 4, 3, 2]);
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = json(&router, "GET", &format!("/entries?limit=4&cursor={cursor}")).await;
        assert_eq!(indexes(&page), [1, 0]);
        assert!(page["next_cursor"].is_null());
        let looks = json(&router, "GET", "/entries?action=audit_entry.list").await;
        assert_eq!(indexes(&looks), [12, 11, 10], "three looks, three entries");
        let look = &looks["items"][0];
        assert_eq!(look["actor"]["name"], "Zheng");
        assert_eq!(look["actor"]["kind"], "user");
        assert_eq!(look["detail"]["entries"], 2);
        assert_eq!(look["hash"].as_str().unwrap().len(), 64);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_and_nonsense_is_named() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 5).await;
        let middle = installation.clock().now();
        happen(installation, 3).await;
        let router = desk(installation, Role::AuditAdmin);
        for (filter, expected) in [
            ("action=thing.happen".to_owned(), 8),
            (
                "resource_type=thing&resource_id=07070707-0707-0707-0707-070707070707".to_owned(),
                8,
            ),
            (format!("action=thing.happen&from={middle}"), 4),
            (format!("action=thing.happen&to={middle}"), 4),
            ("outcome=denied".to_owned(), 0),
            (
                "actor_id=07070707-0707-0707-0707-070707070707".to_owned(),
                0,
            ),
            ("action=thing.happen&address=".to_owned(), 8),
        ] {
            let page = json(&router, "GET", &format!("/entries?{filter}")).await;
            assert_eq!(indexes(&page).len(), expected, "{filter}");
        }
        for (filter, field) in [
            ("from=yesterday", "from"),
            ("actor_id=7", "actor_id"),
            ("outcome=perhaps", "outcome"),
            ("address=localhost", "address"),
            ("cursor=-1", "cursor"),
        ] {
            let (status, body) = ask(&router, "GET", &format!("/entries?{filter}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{filter}");
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["fields"][0]["field"], field);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_comes_near_and_the_attempt_is_recorded() {
    both(&[MIGRATIONS], async |installation| {
        for role in Role::ALL
            .into_iter()
            .filter(|role| *role != Role::AuditAdmin)
        {
            let router = desk(installation, role);
            for (method, path) in [
                ("GET", "/entries"),
                ("GET", "/actions"),
                ("GET", "/checkpoint"),
                ("POST", "/verification"),
                ("GET", "/export"),
            ] {
                let (status, _) = ask(&router, method, path).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{role:?} {method} {path}");
            }
        }
        let router = desk(installation, Role::AuditAdmin);
        let denied = json(&router, "GET", "/entries?outcome=denied").await;
        assert_eq!(indexes(&denied).len(), 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intact_log_verifies_here_and_elsewhere() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 600).await;
        let router = desk(installation, Role::AuditAdmin);
        let verified = json(&router, "POST", "/verification").await;
        assert_eq!(verified["ok"], true, "{verified}");
        assert_eq!(verified["entries_checked"], 601);
        let checkpoint = json(&router, "GET", "/checkpoint").await;
        assert!(checkpoint["size"].as_u64().unwrap() >= 601);
        let (status, file) = ask(&router, "GET", "/export").await;
        assert_eq!(status, StatusCode::OK);
        let report = verify(&file);
        assert!(report.is_ok(), "{report:?}");
        assert_eq!(
            report.verifier_key,
            checkpoint["verifier_key"].as_str().unwrap()
        );
        // Its own entry is in the file.
        assert!(report.verification.size > checkpoint["size"].as_u64().unwrap());
        let (_, part) = ask(&router, "GET", "/export?from_index=300&to_index=310").await;
        let report = verify(&part);
        assert!(report.is_ok(), "{report:?}");
        assert_eq!((report.from, report.to), (256, 512));
        assert!(part.len() < file.len());
        let (status, _) = ask(&router, "GET", "/export?from_index=3&to_index=2").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let exports = json(&router, "GET", "/entries?action=audit_entry.export").await;
        assert_eq!(indexes(&exports).len(), 2);
        let checks = json(&router, "GET", "/entries?action=audit_entry.verify").await;
        assert_eq!(checks["items"][0]["detail"]["result"], "intact");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_altered_byte_is_found_and_located_here_and_elsewhere() {
    both(&[MIGRATIONS], async |installation| {
        happen(installation, 300).await;
        installation.sequencer().flush().await.unwrap();
        let store = installation.store();
        let rows = store
            .tamper_for_tests("SELECT body FROM audit_entry WHERE idx = 77", &[])
            .await
            .unwrap();
        let mut body = rows[0].bytes(0).unwrap().to_vec();
        // The first digit of the time: still an entry, but another one.
        let digit = body.windows(5).position(|w| w == b"\"at\":").unwrap() + 5;
        body[digit] ^= 1;
        let update = "UPDATE audit_entry SET body = $1 WHERE idx = 77";
        store
            .tamper_for_tests(update, &[body.into()])
            .await
            .unwrap();
        let router = desk(installation, Role::AuditAdmin);
        let verified = json(&router, "POST", "/verification").await;
        assert_eq!(verified["ok"], false);
        assert_eq!(verified["findings"][0]["kind"], "entry_altered");
        assert_eq!(verified["findings"][0]["index"], 77);
        assert_eq!(verified["findings"].as_array().unwrap().len(), 1);
        let (_, file) = ask(&router, "GET", "/export").await;
        let report = verify(&file);
        assert_eq!(report.verification.findings.len(), 1, "{report:?}");
        assert_eq!(report.verification.findings[0].index(), Some(77));
        // One that is no entry any more is shown as such, in its place.
        let ruin = "UPDATE audit_entry SET body = $1 WHERE idx = 300";
        store
            .tamper_for_tests(ruin, &[b"{}".to_vec().into()])
            .await
            .unwrap();
        let page = json(&router, "GET", "/entries?limit=200").await;
        let items = page["items"].as_array().unwrap();
        let ruined = items.iter().find(|item| item["index"] == 300).unwrap();
        assert_eq!(ruined["readable"], false);
    })
    .await;
}
