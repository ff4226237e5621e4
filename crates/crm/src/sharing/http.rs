//! The operations on who may see a record, for every kind alike.

use super::Labelled;
use super::explaining::{Asked, explain_own};
use super::wire::{NewShare, RecordAccess, Viewer, grantee_of, label_of};
use crate::customers::Customer;
use crate::{Crm, CrmError};
use axum::Json;
use axum::extract::State;
use custos_access::ExplanationBody;
use custos_http::{Access, Api, FieldProblem, JsonBody, Operation, PathId};
use custos_kernel::policy::{Resource, Share, actions};
use custos_values::{RecordId, Timestamp, UserId};
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

/// Everybody who may see a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Audience {
    /// Who, in the order of their accounts.
    pub items: Vec<Viewer>,
    /// The names of the organisation's own rules among those named.
    pub names: BTreeMap<String, String>,
}

/// What to explain about oneself: of a customer, or of a record of any kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnExplanationInput {
    /// The customer, if it is about one.
    #[schema(value_type = Option<String>)]
    pub customer_id: Option<RecordId>,
    /// The kind of the record, such as `opportunity`, if no customer is given.
    pub object: Option<String>,
    /// The record, if no customer is given.
    #[schema(value_type = Option<String>)]
    pub record_id: Option<RecordId>,
    /// The action, such as `read` or `update`; of a field `field_read`, `field_write` or `field_clear`.
    pub action: String,
    /// The field, if it is about one.
    pub field: Option<String>,
}

impl OwnExplanationInput {
    /// The kind and the record.
    fn about(&self) -> Result<(&str, RecordId), CrmError> {
        match (self.customer_id, &self.object, self.record_id) {
            (Some(id), None, None) => Ok((Customer::TYPE, id)),
            (None, Some(object), Some(id)) => Ok((object, id)),
            _ => Err(FieldProblem::new("record_id", "explanation.about").into()),
        }
    }
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

/// Paths and names of the operations on who may see a record of a kind. Made by [`named!`].
#[derive(Debug, Clone, Copy)]
pub struct Named {
    access: [&'static str; 2],
    share: [&'static str; 2],
    unshare: [&'static str; 2],
    label: [&'static str; 2],
    audience: [&'static str; 2],
    explain: [&'static str; 2],
}

impl Named {
    /// Path and name of each.
    #[doc(hidden)]
    pub(crate) const fn made(
        [access, share, unshare, label, audience, explain]: [[&'static str; 2]; 6],
    ) -> Self {
        Self {
            access,
            share,
            unshare,
            label,
            audience,
            explain,
        }
    }
}

/// The operations on who may see a record of a kind, from its name and the plural in its path.
macro_rules! named {
    ($name:literal, $segment:literal) => {
        $crate::sharing::Named::made([
            [
                concat!("/", $segment, "/{id}/access"),
                concat!($name, "_access_read"),
            ],
            [
                concat!("/", $segment, "/{id}/shares"),
                concat!($name, "_share"),
            ],
            [
                concat!("/", $segment, "/{id}/shares/{grantee_id}"),
                concat!($name, "_unshare"),
            ],
            [
                concat!("/", $segment, "/{id}/label"),
                concat!($name, "_label"),
            ],
            [
                concat!("/", $segment, "/{id}/audience"),
                concat!($name, "_audience"),
            ],
            [
                concat!("/", $segment, "/{id}/explanations"),
                concat!($name, "_explain"),
            ],
        ])
    };
}
pub(crate) use named;

/// The operations on who may see a record of a kind.
pub(crate) fn operations<R: Labelled>(named: &'static Named) -> Vec<Operation<Arc<Crm>>> {
    let reading = || Access::to::<actions::Read, R>();
    let sharing = || Access::to::<actions::Share, R>();
    let explaining = || Access::to::<actions::Explain, R>();
    let Named {
        access: [access, access_read],
        share: [shares, share_one],
        unshare: [one_share, unshare_one],
        label: [label_of_one, label_one],
        audience: [viewers, audience_read],
        explain: [explanations, explain_one],
    } = *named;
    vec![
        Operation::new(Method::GET, access, access_read, reading(), read::<R>)
            .answers::<RecordAccess>(200),
        Operation::new(Method::POST, shares, share_one, sharing(), share::<R>)
            .body::<ShareInput>()
            .answers::<RecordAccess>(200),
        Operation::new(
            Method::DELETE,
            one_share,
            unshare_one,
            sharing(),
            unshare::<R>,
        )
        .answers::<RecordAccess>(200),
        Operation::new(
            Method::PUT,
            label_of_one,
            label_one,
            Access::to::<actions::Classify, R>(),
            label::<R>,
        )
        .body::<LabelInput>()
        .answers::<RecordAccess>(200),
        Operation::new(
            Method::GET,
            viewers,
            audience_read,
            explaining(),
            audience::<R>,
        )
        .answers::<Audience>(200),
        Operation::new(
            Method::POST,
            explanations,
            explain_one,
            explaining(),
            explain::<R>,
        )
        .body::<ExplanationInput>()
        .answers::<ExplanationBody>(200),
    ]
}

/// The question about oneself, which is about records of any kind.
pub(crate) fn own_operation() -> Operation<Arc<Crm>> {
    Operation::new(
        Method::POST,
        "/me/explanations",
        "customer_explain_own",
        Access::Own,
        explain_to_oneself,
    )
    .body::<OwnExplanationInput>()
    .answers::<ExplanationBody>(200)
}

async fn read<R: Labelled>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
) -> Result<Json<RecordAccess>, CrmError> {
    Ok(Json(crm.access_of::<R>(&caller, id).await?))
}

async fn share<R: Labelled>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    JsonBody(input): JsonBody<ShareInput>,
) -> Result<Json<RecordAccess>, CrmError> {
    let share = Share::from_name(&input.share).filter(|share| *share != Share::None);
    let unknown = || CrmError::from(FieldProblem::new("share", "share.extent"));
    let new = NewShare {
        grantee: grantee_of(&input.kind, &input.grantee_id)?,
        share: share.ok_or_else(unknown)?,
        until: input.until,
    };
    Ok(Json(crm.share_record::<R>(&caller, id, &new).await?))
}

async fn unshare<R: Labelled>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId((id, grantee)): PathId<(RecordId, UserId)>,
) -> Result<Json<RecordAccess>, CrmError> {
    let left = crm.unshare_record::<R>(&caller, id, *grantee.as_bytes());
    Ok(Json(left.await?))
}

async fn label<R: Labelled>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    JsonBody(input): JsonBody<LabelInput>,
) -> Result<Json<RecordAccess>, CrmError> {
    let label = label_of(&input.level, &input.compartments)?;
    Ok(Json(crm.label_record::<R>(&caller, id, label).await?))
}

async fn audience<R: Labelled>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
) -> Result<Json<Audience>, CrmError> {
    let items = crm.audience::<R>(&caller, id).await?;
    let cited = items.iter().flat_map(|it| &it.rules).map(String::as_str);
    let names = crm.people.configuration(caller.org()).names_of(cited);
    Ok(Json(Audience { items, names }))
}

async fn explain<R: Labelled>(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    PathId(id): PathId<RecordId>,
    JsonBody(input): JsonBody<ExplanationInput>,
) -> Result<Json<ExplanationBody>, CrmError> {
    let asked = Asked {
        action: &input.action,
        field: input.field.as_deref(),
    };
    let explained = crm
        .explain_of::<R>(&caller, id, input.user_id, &asked)
        .await?;
    Ok(Json(ExplanationBody::of(
        explained,
        &crm.people.configuration(caller.org()),
    )))
}

async fn explain_to_oneself(
    State(crm): State<Arc<Crm>>,
    Api(caller): Api,
    JsonBody(input): JsonBody<OwnExplanationInput>,
) -> Result<Json<ExplanationBody>, CrmError> {
    let asked = Asked {
        action: &input.action,
        field: input.field.as_deref(),
    };
    let explained = explain_own(&crm, &caller, input.about()?, &asked).await?;
    Ok(Json(ExplanationBody::of(
        explained,
        &crm.people.configuration(caller.org()),
    )))
}
