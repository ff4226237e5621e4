//! The operations on who may see a customer.

use super::explaining::Asking;
use super::model::Customer;
use super::sharing::{CustomerAccess, NewShare, Viewer, grantee_of, label_of};
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_access::ExplanationBody;
use custos_http::{Access, Api, JsonBody, Operation, PathId};
use custos_kernel::policy::{Share, actions};
use custos_values::{CustomerId, Timestamp, UserId};
use http::Method;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// With whom to share, how far and until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareInput {
    /// `user`, `department` or `team`.
    pub kind: String,
    /// The person, department or team.
    pub grantee_id: String,
    /// `read` or `write`.
    pub share: String,
    /// Until when; without end if not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// A label to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelInput {
    /// `public`, `internal`, `confidential`, `secret` or `top_secret`.
    pub level: String,
    /// The numbers of its compartments.
    #[serde(default)]
    pub compartments: Vec<u8>,
}

/// Everybody who may see a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Audience {
    /// Who, in the order of their accounts.
    pub items: Vec<Viewer>,
    /// The names of the organisation's own rules among those named.
    pub names: BTreeMap<String, String>,
}

/// What to explain about oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnExplanationInput {
    /// The customer.
    #[schema(value_type = String)]
    pub customer_id: CustomerId,
    /// The action, such as `read` or `update`; of a field `field_read`, `field_write` or `field_clear`.
    pub action: String,
    /// The field, if it is about one.
    pub field: Option<String>,
}

/// What to explain about somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplanationInput {
    /// Who.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// The action, such as `read` or `update`; of a field `field_read`, `field_write` or `field_clear`.
    pub action: String,
    /// The field, if it is about one.
    pub field: Option<String>,
}

/// The operations of this feature.
pub(super) fn operations() -> Vec<Operation<Arc<Crm>>> {
    vec![
        Operation::new(
            Method::GET,
            "/customers/{id}/access",
            "customer_access_read",
            Access::to::<actions::Read, Customer>(),
            read,
        )
        .answers::<CustomerAccess>(200),
        Operation::new(
            Method::POST,
            "/customers/{id}/shares",
            "customer_share",
            Access::to::<actions::Share, Customer>(),
            share,
        )
        .body::<ShareInput>()
        .answers::<CustomerAccess>(200),
        Operation::new(
            Method::DELETE,
            "/customers/{id}/shares/{grantee_id}",
            "customer_unshare",
            Access::to::<actions::Share, Customer>(),
            unshare,
        )
        .answers::<CustomerAccess>(200),
        Operation::new(
            Method::PUT,
            "/customers/{id}/label",
            "customer_label",
            Access::to::<actions::Classify, Customer>(),
            label,
        )
        .body::<LabelInput>()
        .answers::<CustomerAccess>(200),
        Operation::new(
            Method::GET,
            "/customers/{id}/audience",
            "customer_audience",
            Access::to::<actions::Explain, Customer>(),
            audience,
        )
        .answers::<Audience>(200),
        Operation::new(
            Method::POST,
            "/customers/{id}/explanations",
            "customer_explain",
            Access::to::<actions::Explain, Customer>(),
            explain,
        )
        .body::<ExplanationInput>()
        .answers::<ExplanationBody>(200),
        Operation::new(
            Method::POST,
            "/me/explanations",
            "customer_explain_own",
            Access::Own,
            explain_own,
        )
        .body::<OwnExplanationInput>()
        .answers::<ExplanationBody>(200),
    ]
}

async fn read(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
) -> Result<Json<CustomerAccess>, CrmError> {
    Ok(Json(crm.access_of(&caller, id).await?))
}

async fn share(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<ShareInput>,
) -> Result<Json<CustomerAccess>, CrmError> {
    let share = Share::from_name(&input.share).filter(|share| *share != Share::None);
    let unknown = || {
        let problem = custos_http::FieldProblem::new("share", "share.extent");
        CrmError::Invalid(vec![problem])
    };
    let new = NewShare {
        grantee: grantee_of(&input.kind, &input.grantee_id)?,
        share: share.ok_or_else(unknown)?,
        until: input.until,
    };
    Ok(Json(crm.share_customer(&caller, id, &new).await?))
}

async fn unshare(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId((id, grantee)): PathId<(CustomerId, UserId)>,
) -> Result<Json<CustomerAccess>, CrmError> {
    let left = crm.unshare_customer(&caller, id, *grantee.as_bytes());
    Ok(Json(left.await?))
}

async fn label(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<LabelInput>,
) -> Result<Json<CustomerAccess>, CrmError> {
    let label = label_of(&input.level, &input.compartments)?;
    Ok(Json(crm.label_customer(&caller, id, label).await?))
}

async fn audience(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
) -> Result<Json<Audience>, CrmError> {
    let items = crm.audience(&caller, id).await?;
    let cited = items.iter().flat_map(|it| &it.rules).map(String::as_str);
    let names = crm.people.configuration(caller.org()).names_of(cited);
    Ok(Json(Audience { items, names }))
}

async fn explain(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<ExplanationInput>,
) -> Result<Json<ExplanationBody>, CrmError> {
    let asking = Asking::read(&input.action, input.field.as_deref())?;
    let explained = crm.explain_of(&caller, id, input.user_id, &asking).await?;
    Ok(Json(ExplanationBody::of(
        explained,
        &crm.people.configuration(caller.org()),
    )))
}

async fn explain_own(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    JsonBody(input): JsonBody<OwnExplanationInput>,
) -> Result<Json<ExplanationBody>, CrmError> {
    let asking = Asking::read(&input.action, input.field.as_deref())?;
    let explained = crm.explain_own(&caller, input.customer_id, &asking).await?;
    Ok(Json(ExplanationBody::of(
        explained,
        &crm.people.configuration(caller.org()),
    )))
}
