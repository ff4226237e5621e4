//! The report of a review: every line with what was decided, by whom, and what came of it, signed by the log's key.
//!
//! One JSON document, `{"report":…,"signature":"…"}` and a line feed: the signature is a signed note over the SHA-256 of
//! the bytes of `report` as they stand there. It is made once, when the review ends, and kept sealed in parts; the digest
//! is in the entry of the end. The PDF is made of it. It names people as they were called then, and customers by their ids only.

use super::begin::facts;
use super::line::{Granted, Line, LineRow};
use super::model::{Review, Row, SEALED_REPORT, State};
use super::paper::Reader;
use super::sql::{self, LinesOf};
use crate::{Access, AccessError, AccessReviewResource, Someone};
use custos_http::Problem;
use custos_kernel::audit::{Detail, sha256};
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;
use custos_values::{ReviewId, UserId};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the signed note says it is about.
const KIND: &str = "custos.access-review/1";
/// Bytes of a part.
const PART: usize = 512 * 1024;
/// Lines read at once.
const BATCH: i64 = 500;

/// A report, as it is given out.
pub(super) struct Report {
    file: Vec<u8>,
    /// The SHA-256 of what is signed.
    pub(super) digest: [u8; 32],
}

struct Names(BTreeMap<UserId, Someone>);

impl Names {
    fn of(&self, id: UserId) -> Value {
        let name = self.0.get(&id).map(|it| it.name.as_str());
        json!({ "id": id, "name": name })
    }

    fn maybe(&self, id: Option<UserId>) -> Value {
        id.map_or(Value::Null, |id| self.of(id))
    }
}

fn grant(granted: &Granted) -> Value {
    let mut grant = match granted {
        Granted::Role { role } => json!({ "role": role }),
        Granted::OwnRole { id, name } => json!({ "id": id, "name": name }),
        Granted::Share {
            customer,
            write,
            until,
            at,
            ..
        } => json!({ "customer_id": customer, "write": write, "until": until, "shared_at": at }),
        Granted::Key {
            id,
            name,
            expires_at,
            ..
        } => json!({ "id": id, "name": name, "until": expires_at }),
    };
    grant["kind"] = json!(granted.kind());
    grant
}

fn entry(key: &TenantKey, stored: &LineRow, names: &Names) -> Value {
    let Ok(line) = Line::open(key, stored) else {
        return json!({ "id": stored.id, "outcome": "tampered" });
    };
    let (last_used_at, unused_since) = line.last_use.told();
    let decision = stored.decision(key).map(
        |it| json!({ "verdict": it.verdict, "by": names.of(it.by), "note": it.note, "at": it.at }),
    );
    let settled = stored.settled(key);
    json!({
        "id": stored.id,
        "subject": {
            "kind": line.to.kind(), "id": UserId::from_bytes(*line.to.id()), "name": line.name,
            "department_id": line.department,
        },
        "grant": grant(&line.granted),
        "last_used_at": last_used_at,
        "unused_since": unused_since,
        "suggestion": if line.suggestion.withdraw { "withdraw" } else { "keep" },
        "reason": line.suggestion.reason,
        "reviewer": names.maybe(line.reviewer),
        "decision": decision,
        "outcome": settled.as_ref().map_or("tampered", |it| it.outcome.name()),
        "settled_at": settled.map(|it| it.at),
    })
}

impl Access {
    /// Makes the report of a review of which every line is settled.
    pub(super) async fn make_report(
        &self,
        keeper: &Caller,
        row: &Row,
        review: &Review,
    ) -> Result<Report, AccessError> {
        let (org, store) = (keeper.org(), self.store());
        let key = store.keys().get(store, org).await?;
        let names = Names(self.people().all(org).await?);
        let verifier = store.log_verifier(org).await?;
        let counts = sql::settled_counts(&mut store.read().await?, keeper, row.id).await?;
        let counts: Map<String, Value> = counts
            .into_iter()
            .map(|(outcome, count)| (outcome, json!(count)))
            .collect();
        let end = review.end.as_ref();
        let head = json!({
            "format": KIND,
            "log": verifier.origin(),
            "verifier_key": verifier.verifier_key(),
            "organisation_id": org,
            "review": {
                "id": row.id, "name": review.name, "scope": review.scope,
                "started_by": names.of(review.starter), "started_at": review.started_at,
                "deadline": review.deadline,
                "ended_at": end.map(|end| end.at), "ended_by": end.map(|end| end.cause.name()),
                "ended_by_person": names.maybe(end.and_then(|end| end.by)),
                "lines_written": review.lines,
            },
            "made_at": store.clock().now(),
            "counts": counts,
        });
        let mut report = head.to_string().into_bytes();
        // The lines are the last member: they come one after another.
        report.pop();
        report.extend_from_slice(b",\"lines\":[");
        let mut of = LinesOf {
            review: row.id,
            reviewer: None,
            open: false,
            after: None,
            limit: BATCH,
        };
        let mut first = true;
        loop {
            let found = sql::lines_of(&mut store.read().await?, keeper, &of).await?;
            let Some((subject, last)) = found.last() else {
                break;
            };
            of.after = Some((*subject, *last.id.as_bytes()));
            for (_, stored) in &found {
                if !first {
                    report.push(b',');
                }
                first = false;
                report.extend_from_slice(entry(&key, stored, &names).to_string().as_bytes());
            }
        }
        report.extend_from_slice(b"]}");
        let digest = sha256(&report);
        let note = store.sign_document(org, KIND, &digest).await?;
        let mut file = b"{\"report\":".to_vec();
        file.append(&mut report);
        let signature = Value::String(note);
        file.extend_from_slice(format!(",\"signature\":{signature}}}\n").as_bytes());
        Ok(Report { file, digest })
    }

    /// Stores a report within the transaction that ends its review.
    pub(super) async fn store_report(
        &self,
        tx: &mut WriteTx<'_>,
        key: &TenantKey,
        permit: &Permit<actions::Update, AccessReviewResource>,
        report: &Report,
    ) -> Result<(), AccessError> {
        let store = self.store();
        for (part, bytes) in (0_i64..).zip(report.file.chunks(PART)) {
            let id = *ReviewId::new(store.clock(), store.random()).as_bytes();
            let sealed = key.seal_secret(SEALED_REPORT, &id, bytes, store.random());
            sql::put_part(tx, permit, (id, part), sealed).await?;
        }
        Ok(())
    }

    /// The report of a review that has ended: as a PDF for a reader, or else as the JSON it is made of.
    ///
    /// # Errors
    /// Refused, 404, or 409 `access_review.running`.
    pub(super) async fn read_report(
        &self,
        caller: &Caller,
        id: ReviewId,
        reader: Option<Reader>,
    ) -> Result<Vec<u8>, AccessError> {
        let (org, store) = (caller.org(), self.store());
        let permit: Permit<actions::Export, _> = self.policy().permit(caller, &facts(org, id))?;
        let row = sql::one(&mut store.read().await?, caller, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        if row.state != State::Ended {
            return Err(AccessError::conflict("access_review.running"));
        }
        let key = store.keys().get(store, org).await?;
        let review = Review::open(&key, &row)?;
        let digest = review.report.ok_or_else(Problem::not_found)?;
        let format = if reader.is_some() { "pdf" } else { "json" };
        let event = Event::of(&permit)
            .with("report", Detail::digest(digest))
            .with("format", Detail::code(format));
        self.sink().record_durably(event).await?;
        let mut file = Vec::new();
        for part in 0.. {
            let stored = sql::part(&mut store.read().await?, &permit, part).await?;
            let Some((id, sealed)) = stored else {
                break;
            };
            file.extend_from_slice(&key.open_secret(SEALED_REPORT, &id, &sealed)?);
        }
        match reader {
            Some(reader) => self.on_paper(org, file, digest, reader).await,
            None => Ok(file),
        }
    }
}

/// The name of the file.
pub(super) fn file_name(id: ReviewId, ending: &str) -> String {
    format!("access-review-{id}.{ending}")
}
