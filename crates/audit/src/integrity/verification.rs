//! `POST /audit/verification`: compares stored entries, stored tree and signed checkpoints.

use crate::{AuditEntry, AuditError, Desk};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, Operation};
use custos_kernel::audit::{Detail, Finding, VerificationReport, verify_log};
use custos_kernel::event::Event;
use custos_kernel::policy::{Scope, actions::Verify};
use http::Method;
use serde::Serialize;
use serde_json::Value;
use std::ops::ControlFlow;
use std::sync::Arc;
use utoipa::ToSchema;

/// A verification that takes longer is stopped; a log of that size is exported and verified elsewhere.
const LONGEST_MS: i64 = 15 * 60_000;

/// What a verification found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verification {
    /// Whether nothing is wrong.
    ok: bool,
    /// How many entries the newest valid checkpoint covers.
    size: u64,
    /// How many entries were archived and removed: the log begins after them, their hashes are still compared.
    entries_removed: u64,
    /// How many stored entries were compared with the tree.
    entries_checked: u64,
    /// Entries written since that checkpoint, which nothing vouches for yet.
    entries_unsigned: u64,
    /// How many stored checkpoints were checked.
    checkpoints_checked: u64,
    /// What is wrong, at most 1000 findings.
    findings: Vec<FindingItem>,
    /// How many more findings there were.
    findings_omitted: u64,
    /// How long it took.
    took_ms: i64,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingItem {
    /// What, such as `entry_altered`.
    kind: String,
    /// The index of the (first) entry it is about.
    #[schema(required)]
    index: Option<u64>,
    /// Its place in the log's own terms: `from`, `to`, `level`, `child`, `size`, `reason`, …
    #[schema(value_type = Object)]
    detail: serde_json::Map<String, Value>,
}

impl From<&Finding> for FindingItem {
    fn from(finding: &Finding) -> Self {
        let Ok(Value::Object(mut detail)) = serde_json::to_value(finding) else {
            unreachable!("a finding is a JSON object with string keys")
        };
        let kind = match detail.remove("kind") {
            Some(Value::String(kind)) => kind,
            _ => String::new(),
        };
        // The number of a tile is not that of an entry.
        if finding.index().is_some() {
            detail.remove("index");
        }
        Self {
            kind,
            index: finding.index(),
            detail,
        }
    }
}

pub(super) fn operation() -> Operation<Arc<Desk>> {
    Operation::new(
        Method::POST,
        "/audit/verification",
        "audit_verification_create",
        Access::to::<Verify, AuditEntry>(),
        verify,
    )
    .answers::<Verification>(200)
}

async fn verify(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
) -> Result<Json<Verification>, AuditError> {
    let turn = Arc::clone(&desk.whole_log)
        .try_acquire_owned()
        .map_err(|_| AuditError::Busy)?;
    let scope: Scope<Verify, AuditEntry> = desk.policy.scope(&caller)?;
    // On its own task: whoever asked and went away still leaves the entry with the result.
    let work = tokio::spawn(async move {
        let _turn = turn;
        run(&desk, scope).await
    });
    Ok(Json(work.await.map_err(|_| AuditError::Interrupted)??))
}

async fn run(desk: &Desk, scope: Scope<Verify, AuditEntry>) -> Result<Verification, AuditError> {
    let store = Arc::clone(&desk.store);
    let started = store.clock().now().millis();
    desk.sequencer.flush().await?;
    let verifier = store.log_verifier(scope.org()).await?;
    let mut log = store.log_reader(&scope).await?;
    let entries_removed = log.removed();
    let read = tokio::task::spawn_blocking(move || {
        verify_log(&mut log, &verifier, None, &mut |_, _| {
            if store.clock().now().millis() - started > LONGEST_MS {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    });
    let outcome = read.await.map_err(|_| AuditError::Interrupted)?;
    let took_ms = desk.store.clock().now().millis() - started;
    let event = Event::of_scope(&scope);
    let event = match &outcome {
        Ok(report) => told(event, report),
        Err(_) => event.failed().with("result", Detail::code("unfinished")),
    };
    desk.sink.record_durably(event).await?;
    let report = outcome?;
    Ok(Verification {
        ok: report.is_ok(),
        size: report.size,
        entries_removed,
        entries_checked: report.entries_checked,
        entries_unsigned: report.entries_unsigned,
        checkpoints_checked: report.checkpoints_checked,
        findings: report.findings.iter().map(FindingItem::from).collect(),
        findings_omitted: report.findings_omitted,
        took_ms,
    })
}

fn told(event: Event, report: &VerificationReport) -> Event {
    let findings = report.findings.len() as u64 + report.findings_omitted;
    let result = if report.is_ok() { "intact" } else { "altered" };
    event
        .with("result", Detail::code(result))
        .with("size", Detail::count(report.size))
        .with("findings", Detail::count(findings))
}
