//! The operations on what an organisation allows by itself.

use super::catalogue::ObjectItem;
use super::model::{Compartment, FieldLabel, OwnRole, OwnRule, Rules};
use crate::{Access as State_, AccessError, AccessRulesResource};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use custos_http::{Access, Api, ETag, FieldProblem, IfMatch, JsonBody, Operation};
use custos_kernel::policy::actions;
use http::Method;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What an organisation would allow and forbid by itself: the whole of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessRulesInput)]
pub(crate) struct RulesInput {
    /// Its own roles.
    roles: Vec<OwnRole>,
    /// Its rules.
    rules: Vec<OwnRule>,
    /// Names of compartments.
    compartments: Vec<Compartment>,
    /// Labels of fields.
    field_labels: Vec<FieldLabel>,
}

/// The draft a body carries.
pub(crate) fn read_draft(input: RulesInput) -> Rules {
    let RulesInput {
        roles,
        rules,
        compartments,
        field_labels,
    } = input;
    Rules {
        roles,
        rules,
        compartments,
        field_labels,
    }
}

/// What an organisation allows and forbids by itself, and what it could.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessRules)]
struct RulesBody {
    /// The version to base a change on.
    generation: i64,
    /// Its own roles.
    roles: Vec<OwnRole>,
    /// Its rules.
    rules: Vec<OwnRule>,
    /// The Cedar text of each role and rule.
    texts: Vec<TextBody>,
    /// Names of compartments.
    compartments: Vec<Compartment>,
    /// Labels of fields.
    field_labels: Vec<FieldLabel>,
    /// What rules can be about.
    objects: Vec<ObjectItem>,
}

/// The Cedar text of a role or rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessRuleText)]
struct TextBody {
    /// The role's or rule's id.
    id: String,
    /// One policy for a rule; for a role as many as it takes.
    cedar: String,
}

fn texts(rules: &Rules) -> Vec<TextBody> {
    let roles = rules.roles.iter().map(|role| {
        let parts = role.compiled().into_iter().map(|part| part.text);
        TextBody {
            id: role.id.to_string(),
            cedar: parts.collect::<Vec<_>>().join("\n\n"),
        }
    });
    let rules = rules.rules.iter().map(|rule| TextBody {
        id: rule.id.to_string(),
        cedar: rule.cedar(),
    });
    roles.chain(rules).collect()
}

/// What is wrong with a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessRulesChecked)]
struct Checked {
    /// Everything that is wrong; none if it could be set.
    problems: Vec<FieldProblem>,
    /// The Cedar text of each role and rule.
    texts: Vec<TextBody>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<State_>>> {
    vec![
        Operation::new(
            Method::GET,
            "/access/rules",
            "access_rules_read",
            Access::to::<actions::Read, AccessRulesResource>(),
            read,
        )
        .answers::<RulesBody>(200),
        Operation::new(
            Method::PUT,
            "/access/rules",
            "access_rules_update",
            Access::to::<actions::Update, AccessRulesResource>(),
            update,
        )
        .needs_header("If-Match")
        .body::<RulesInput>()
        .answers_nothing(204)
        .approvable(),
        Operation::new(
            Method::POST,
            "/access/rules/check",
            "access_rules_check",
            Access::to::<actions::Read, AccessRulesResource>(),
            check,
        )
        .body::<RulesInput>()
        .answers::<Checked>(200),
    ]
}

async fn read(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
) -> Result<ETag<RulesBody>, AccessError> {
    let (rules, generation) = access.own_rules(&caller).await?;
    let body = RulesBody {
        generation,
        texts: texts(&rules),
        roles: rules.roles,
        rules: rules.rules,
        compartments: rules.compartments,
        field_labels: rules.field_labels,
        objects: access.objects(),
    };
    Ok(ETag(StatusCode::OK, generation, body))
}

async fn update(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<RulesInput>,
) -> Result<StatusCode, AccessError> {
    let rules = read_draft(body);
    access.set_own_rules(&caller, version, &rules).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<RulesInput>,
) -> Result<Json<Checked>, AccessError> {
    let draft = read_draft(body);
    let problems = access.check_rules(&caller, &draft).await?;
    Ok(Json(Checked {
        problems,
        texts: texts(&draft),
    }))
}
