//! `GET /audit/export`: the log as an evidence file that is verified without this server.

use crate::{AuditEntry, AuditError, Desk};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, FieldProblem, Operation, Problem, QueryParams, written_body};
use custos_kernel::audit::{
    Attachments, CheckpointVerifier, Detail, EvidenceError, write_evidence,
};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Policy, Scope, actions::Export};
use custos_store::{AnnouncedPolicy, AuditSink, LogReader, SequencerHandle, Store};
use http::{HeaderValue, Method, header};
use serde::Deserialize;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which entries to export with their contents; of all others the file holds the hashes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// The first entry's index; 0 if not given.
    from_index: Option<u64>,
    /// The index after the last entry's; the end of the log if not given. Widened to whole bundles of 256.
    to_index: Option<u64>,
}

pub(super) fn operation() -> Operation<Arc<Desk>> {
    Operation::new(
        Method::GET,
        "/audit/export",
        "audit_export_read",
        Access::to::<Export, AuditEntry>(),
        export,
    )
    .query::<ExportQuery>()
    .answers_file("application/x-tar")
}

/// A snapshot of the log about to leave as an evidence file. Its entry in the log is on disk, and in the file.
pub struct EvidenceFile {
    log: LogReader,
    verifier: CheckpointVerifier,
    range: Range<u64>,
    attachments: Attachments,
    exported_at: i64,
}

impl EvidenceFile {
    /// Records the export and takes the snapshot. `witnesses` says whose signatures the log's keeper asks for (C2SP
    /// tlog-policy).
    ///
    /// # Errors
    /// [`AuditError::Denied`], or when the log cannot be written, signed or read.
    pub async fn open(
        store: &Arc<Store>,
        policy: &Policy,
        sink: &AuditSink,
        sequencer: &SequencerHandle,
        caller: &Caller,
        range: Range<u64>,
        witnesses: Option<String>,
    ) -> Result<Self, AuditError> {
        let scope: Scope<Export, AuditEntry> = policy.scope(caller)?;
        let mut event = Event::of_scope(&scope).with("from", Detail::count(range.start));
        if range.end != u64::MAX {
            event = event.with("to", Detail::count(range.end));
        }
        sink.record_durably(event).await?;
        sequencer.flush().await?;
        let verifier = store.log_verifier(scope.org()).await?;
        let exported_at = store.clock().now().millis();
        let policies = store.announced_policies(&scope, range.start).await?;
        let log = store.log_reader(&scope).await?;
        Ok(Self {
            log,
            verifier,
            attachments: Attachments {
                witnesses,
                ..attached(policies, &range)
            },
            range,
            exported_at,
        })
    }

    /// Writes the file. Blocks; memory does not grow with the log.
    ///
    /// # Errors
    /// [`EvidenceError`] when the log cannot be read or the file not written.
    pub fn write(mut self, out: impl Write) -> Result<(), EvidenceError> {
        write_evidence(
            &mut self.log,
            out,
            &self.verifier,
            self.range,
            &self.attachments,
            self.exported_at,
        )?
        .flush()?;
        Ok(())
    }
}

/// The policies that were in force during the period.
pub(crate) fn attached(announced: Vec<AnnouncedPolicy>, range: &Range<u64>) -> Attachments {
    let mut attachments = Attachments::default();
    for (nth, AnnouncedPolicy { text, entry }) in announced.into_iter().enumerate() {
        // The first one began before the period, or is the first there is.
        if nth > 0 && entry.index >= range.end {
            break;
        }
        if !attachments.policies.contains(&text) {
            attachments.policies.push(text);
        }
        attachments.announcements.push(entry);
    }
    attachments
}

async fn export(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<ExportQuery>,
) -> Result<Response, AuditError> {
    // Counts in the log are exact in JavaScript up to 2^53; no log is that long.
    let range = query.from_index.unwrap_or(0)..query.to_index.unwrap_or(u64::MAX);
    let countable = |index: u64| index <= 1 << 53 || index == u64::MAX;
    if range.start > range.end
        || range.start == u64::MAX
        || !countable(range.start)
        || !countable(range.end)
    {
        let wrong = FieldProblem::new("from_index", "audit.range_invalid");
        return Err(AuditError::Request(Problem::invalid(vec![wrong])));
    }
    let turn = Arc::clone(&desk.whole_log)
        .try_acquire_owned()
        .map_err(|_| AuditError::Busy)?;
    let witnesses = desk.stated_witnesses(caller.org()).await;
    let file = EvidenceFile::open(
        &desk.store,
        &desk.policy,
        &desk.sink,
        &desk.sequencer,
        &caller,
        range,
        witnesses,
    )
    .await?;
    let body = written_body("evidence", move |out| {
        let _turn = turn;
        file.write(out)
    });
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-tar"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"custos-evidence.tar\""),
    );
    Ok(response)
}
