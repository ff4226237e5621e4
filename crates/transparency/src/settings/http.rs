//! `GET` and `PUT /log/settings`.

use super::Settings;
use crate::resources::LogSettingsResource;
use crate::{Transparency, TransparencyError};
use axum::extract::State;
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation};
use custos_kernel::policy::actions;
use http::{Method, StatusCode};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Who the log is shown to.
#[derive(Serialize, ToSchema)]
#[schema(as = LogSettingsView)]
struct View {
    /// As set.
    settings: Settings,
    /// The public key of this installation as a witness of other logs.
    witness_key: String,
    /// Whether the operator named a folder in which the newest checkpoint lies as a file.
    folder: bool,
    /// The same as a file for verifiers (C2SP tlog-policy).
    policy: String,
    /// The version to base a change on.
    version: i64,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Transparency>>> {
    vec![
        Operation::new(
            Method::GET,
            "/log/settings",
            "log_settings_read",
            Access::to::<actions::Read, LogSettingsResource>(),
            read,
        )
        .answers::<View>(200),
        Operation::new(
            Method::PUT,
            "/log/settings",
            "log_settings_update",
            Access::to::<actions::Update, LogSettingsResource>(),
            set,
        )
        .needs_header("If-Match")
        .body::<Settings>()
        .answers_nothing(204),
    ]
}

async fn read(
    State(transparency): State<Arc<Transparency>>,
    Api(caller): Api,
) -> Result<ETag<View>, TransparencyError> {
    let (settings, version) = transparency.settings(&caller).await?;
    let verifier = transparency.store().log_verifier(caller.org()).await?;
    let view = View {
        policy: settings.as_policy(&verifier.verifier_key()),
        witness_key: transparency.cosigner(caller.org()).await?.witness_key(),
        folder: transparency.folder().is_some(),
        settings,
        version,
    };
    Ok(ETag(StatusCode::OK, version, view))
}

async fn set(
    State(transparency): State<Arc<Transparency>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(settings): JsonBody<Settings>,
) -> Result<StatusCode, TransparencyError> {
    transparency
        .set_settings(&caller, version, settings)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
