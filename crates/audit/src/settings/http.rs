//! `GET` and `PUT /audit/settings`.

use super::Settings;
use crate::resources::RuleResource;
use crate::{AuditError, Desk};
use axum::extract::State;
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Scope, actions};
use http::{Method, StatusCode};
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/audit/settings",
            "audit_settings_read",
            Access::to::<actions::List, RuleResource>(),
            read,
        )
        .answers::<Settings>(200),
        Operation::new(
            Method::PUT,
            "/audit/settings",
            "audit_settings_update",
            Access::to::<actions::Update, RuleResource>(),
            change,
        )
        .needs_header("If-Match")
        .body::<Settings>()
        .answers_nothing(204),
    ]
}

async fn read(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
) -> Result<ETag<Settings>, AuditError> {
    let scope: Scope<actions::List, RuleResource> = desk.policy.scope(&caller)?;
    let (settings, version) = desk.versioned_settings(scope.org()).await?;
    desk.sink
        .record(Event::of_scope(&scope).with("what", Detail::code("settings")))
        .await?;
    Ok(ETag(StatusCode::OK, version, settings))
}

async fn change(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(settings): JsonBody<Settings>,
) -> Result<StatusCode, AuditError> {
    desk.change_settings(&caller, version, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}
