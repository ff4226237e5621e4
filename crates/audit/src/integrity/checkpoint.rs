//! `GET /audit/checkpoint`: what the log's key has signed last.

use crate::{AuditEntry, AuditError, Desk};
use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use custos_http::{Access, Api, Operation};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Scope, actions::Read};
use custos_values::Timestamp;
use http::Method;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The newest signed checkpoint (C2SP tlog-checkpoint).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checkpoint {
    /// The log's name.
    origin: String,
    /// How many entries it covers.
    size: u64,
    /// The root hash of the Merkle tree over them, base64.
    root_hash: String,
    /// The checkpoint as signed: keep it elsewhere, and any later log can be held against it.
    signed_note: String,
    /// The public key, to be compared with one obtained on another way.
    verifier_key: String,
    /// When it was signed.
    #[schema(value_type = String, format = DateTime)]
    signed_at: Timestamp,
}

pub(super) fn operation() -> Operation<Arc<Desk>> {
    Operation::new(
        Method::GET,
        "/audit/checkpoint",
        "audit_checkpoint_read",
        Access::to::<Read, AuditEntry>(),
        read,
    )
    .answers::<Checkpoint>(200)
}

async fn read(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
) -> Result<Json<Checkpoint>, AuditError> {
    let scope: Scope<Read, AuditEntry> = desk.policy.scope(&caller)?;
    let (stored, signed_at) = match desk.store.newest_checkpoint(&scope).await? {
        Some(newest) => newest,
        None => {
            desk.sequencer.flush().await?;
            desk.store
                .newest_checkpoint(&scope)
                .await?
                .ok_or(AuditError::NoCheckpoint)?
        }
    };
    let verifier = desk.store.log_verifier(scope.org()).await?;
    let checkpoint = verifier
        .verify(&stored.note)
        .map_err(|_| AuditError::CheckpointInvalid)?;
    let event = Event::of_scope(&scope)
        .with("part", Detail::code("checkpoint"))
        .with("size", Detail::count(checkpoint.size));
    desk.sink.record(event).await?;
    Ok(Json(Checkpoint {
        origin: checkpoint.origin,
        size: checkpoint.size,
        root_hash: BASE64.encode(checkpoint.root),
        signed_note: stored.note,
        verifier_key: verifier.verifier_key(),
        signed_at,
    }))
}
