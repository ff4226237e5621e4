//! `/audit/rules`.

use super::Setting;
use super::catalogue::{Kind, Rule, Severity};
use crate::resources::RuleResource;
use crate::{AuditError, Desk};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, IfMatch, JsonBody, Operation, PathId};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Scope, actions};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        Operation::new(
            Method::GET,
            "/audit/rules",
            "audit_rule_list",
            Access::to::<actions::List, RuleResource>(),
            list,
        )
        .answers::<Rules>(200),
        Operation::new(
            Method::PUT,
            "/audit/rules/{code}",
            "audit_rule_update",
            Access::to::<actions::Update, RuleResource>(),
            set,
        )
        .needs_header("If-Match")
        .body::<RuleBody>()
        .answers_nothing(204),
    ]
}

/// A number that says from when on a rule finds something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRuleParameter)]
struct ParameterView {
    /// Its name.
    code: &'static str,
    /// As set.
    value: i64,
    /// As it is unless set.
    default: i64,
    /// The least it can be.
    min: i64,
    /// The most it can be.
    max: i64,
}

/// A rule of the automated audit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRule)]
struct RuleView {
    /// Its name.
    code: &'static str,
    /// How grave its findings are.
    severity: Severity,
    /// Whether it finds what is so or what happened.
    kind: Kind,
    /// Whether it is looked at.
    enabled: bool,
    /// Its parameters.
    parameters: Vec<ParameterView>,
    /// The version to base a change on.
    version: i64,
}

/// All rules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRules)]
struct Rules {
    /// In their order.
    items: Vec<RuleView>,
}

/// How a rule is to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditRuleBody)]
struct RuleBody {
    /// Whether it is looked at.
    enabled: bool,
    /// Parameters that are not to be as they are by default.
    #[serde(default)]
    parameters: BTreeMap<String, i64>,
}

fn view((rule, setting): (&'static Rule, Setting)) -> RuleView {
    let parameters = rule.parameters.iter().map(|parameter| ParameterView {
        code: parameter.code,
        value: setting
            .parameters
            .get(parameter.code)
            .copied()
            .unwrap_or(parameter.value),
        default: parameter.value,
        min: parameter.least,
        max: parameter.most,
    });
    RuleView {
        code: rule.code,
        severity: rule.severity,
        kind: rule.kind,
        enabled: setting.enabled,
        parameters: parameters.collect(),
        version: setting.version,
    }
}

async fn list(State(desk): State<Arc<Desk>>, Api(caller): Api) -> Result<Json<Rules>, AuditError> {
    let scope: Scope<actions::List, RuleResource> = desk.policy.scope(&caller)?;
    let settings = desk.rule_settings(scope.org()).await?;
    desk.sink
        .record(Event::of_scope(&scope).with("what", Detail::code("rules")))
        .await?;
    Ok(Json(Rules {
        items: settings.into_iter().map(view).collect(),
    }))
}

async fn set(
    State(desk): State<Arc<Desk>>,
    Api(caller): Api,
    PathId(code): PathId<String>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<RuleBody>,
) -> Result<StatusCode, AuditError> {
    let setting = Setting {
        enabled: body.enabled,
        parameters: body.parameters,
        version,
    };
    desk.set_rule(&caller, &code, setting).await?;
    Ok(StatusCode::NO_CONTENT)
}
