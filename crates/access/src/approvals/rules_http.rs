//! Rules on the wire.

use super::rules::{IfNobody, Rule};
use crate::{Access as State_, AccessError, ApprovalRulesResource};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation};
use custos_kernel::policy::{Approver, Role, Step, Threshold, actions};
use custos_values::UserId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Who may approve: one of `role`, `user_id` and `lead`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalApprover)]
pub(super) struct ApproverBody {
    /// Whoever holds this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// This person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    user_id: Option<UserId>,
    /// The leads of the requester.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lead: bool,
}

impl From<&Approver> for ApproverBody {
    fn from(approver: &Approver) -> Self {
        let (role, user_id, lead) = match approver {
            Approver::Role { role } => (Some(*role), None, false),
            Approver::Person { user } => (None, Some(*user), false),
            Approver::Lead => (None, None, true),
        };
        Self {
            role,
            user_id,
            lead,
        }
    }
}

impl ApproverBody {
    /// What it means; nothing if it means none or several.
    fn read(&self) -> Option<Approver> {
        match (self.role, self.user_id, self.lead) {
            (Some(role), None, false) => Some(Approver::Role { role }),
            (None, Some(user), false) => Some(Approver::Person { user }),
            (None, None, true) => Some(Approver::Lead),
            _ => None,
        }
    }
}

/// A step: those named vote at the same time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalStep)]
pub(super) struct StepBody {
    /// Who may approve.
    pub(super) approvers: Vec<ApproverBody>,
    /// How many of them have to.
    pub(super) needed: u32,
}

impl From<&Step> for StepBody {
    fn from(step: &Step) -> Self {
        Self {
            approvers: step.approvers.iter().map(ApproverBody::from).collect(),
            needed: step.needed,
        }
    }
}

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalRule)]
pub(super) struct RuleBody {
    /// The operation's id.
    operation: String,
    /// Whether it counts.
    enabled: bool,
    /// Only above this many records.
    #[serde(default)]
    records_above: Option<u64>,
    /// Only from this label on, 0 for public upwards.
    #[serde(default)]
    label_from: Option<u8>,
    /// Only above this amount, in minor units.
    #[serde(default)]
    amount_above: Option<i64>,
    /// Whose approval, one step after the other.
    steps: Vec<StepBody>,
    /// For how many hours a request may be decided and carried out: 1 to 720.
    hours: u32,
    /// Whether it goes on when nobody but the requester could approve.
    allow_if_nobody: bool,
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        Self {
            operation: rule.operation,
            enabled: rule.enabled,
            records_above: rule.threshold.records_above,
            label_from: rule.threshold.label_from,
            amount_above: rule.threshold.amount_above,
            steps: rule.steps.iter().map(StepBody::from).collect(),
            hours: rule.hours,
            allow_if_nobody: rule.if_nobody == IfNobody::Allow,
        }
    }
}

impl From<RuleBody> for Rule {
    fn from(body: RuleBody) -> Self {
        // An approver that means nothing leaves a step that is not acceptable.
        let step = |step: &StepBody| Step {
            approvers: step
                .approvers
                .iter()
                .map(ApproverBody::read)
                .collect::<Option<_>>()
                .unwrap_or_default(),
            needed: step.needed,
        };
        Self {
            operation: body.operation,
            enabled: body.enabled,
            threshold: Threshold {
                records_above: body.records_above,
                label_from: body.label_from,
                amount_above: body.amount_above,
            },
            steps: body.steps.iter().map(step).collect(),
            hours: body.hours,
            if_nobody: if body.allow_if_nobody {
                IfNobody::Allow
            } else {
                IfNobody::Refuse
            },
        }
    }
}

/// The rules about what needs approval.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalRules)]
pub(super) struct RulesBody {
    /// One for each operation that may need it.
    rules: Vec<RuleBody>,
    /// The version to base a change on.
    version: i64,
}

/// Rules to set; those not given stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalRulesChange)]
pub(super) struct RulesChange {
    /// The rules.
    pub(super) rules: Vec<RuleBody>,
}

pub(super) fn operations() -> Vec<Operation<Arc<State_>>> {
    vec![
        Operation::new(
            Method::GET,
            "/approvals/rules",
            "approval_rules_read",
            Access::to::<actions::Read, ApprovalRulesResource>(),
            read,
        )
        .answers::<RulesBody>(200),
        Operation::new(
            Method::PUT,
            "/approvals/rules",
            "approval_rules_update",
            Access::to::<actions::Update, ApprovalRulesResource>(),
            update,
        )
        .needs_header("If-Match")
        .body::<RulesChange>()
        .answers_nothing(204)
        .approvable(),
    ]
}

async fn read(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
) -> Result<ETag<RulesBody>, AccessError> {
    let rules = access.rules(&caller).await?;
    let body = RulesBody {
        rules: rules.rules.into_iter().map(RuleBody::from).collect(),
        version: rules.version,
    };
    Ok(ETag(StatusCode::OK, rules.version, body))
}

async fn update(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<RulesChange>,
) -> Result<StatusCode, AccessError> {
    let rules = body.rules.into_iter().map(Rule::from).collect();
    access.set_rules(&caller, version, rules).await?;
    Ok(StatusCode::NO_CONTENT)
}
