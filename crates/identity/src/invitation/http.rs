//! Invitations on the wire.

use crate::accounts::NewAccount;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::UserResource;
use crate::schema::DataScopeName;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, JsonBody, Operation, PathId};
use custos_kernel::policy::{DataScope, actions};
use custos_values::{DepartmentId, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    /// The display name, at most 100 characters.
    name: String,
    /// The login name: 2 to 64 letters, digits and `.`, `_`, `-`, `@`. Case does not matter.
    login: String,
    /// The mail address the link is sent to.
    mail: String,
    /// The language of the message; that of the organisation if not given.
    #[serde(default)]
    language: Option<String>,
    /// The department.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    department_id: Option<DepartmentId>,
    /// Which customers the roles, once granted, reach.
    #[schema(value_type = DataScopeName)]
    data_scope: DataScope,
}

/// An account just made.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitedUser {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
}

/// An invitation to send again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationAgain {
    /// The mail address; absent, the one there is.
    #[serde(default)]
    mail: Option<String>,
    /// The language of the message.
    #[serde(default)]
    language: Option<String>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::POST,
            "/users/invitations",
            "user_invite",
            Access::to::<actions::Create, UserResource>(),
            invite,
        )
        .body::<NewInvitation>()
        .answers::<InvitedUser>(201),
        Operation::new(
            Method::POST,
            "/users/{id}/invitation",
            "user_invite_again",
            Access::to::<actions::Update, UserResource>(),
            invite_again,
        )
        .body::<InvitationAgain>()
        .answers_nothing(202),
    ]
}

async fn invite(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewInvitation>,
) -> Result<(StatusCode, axum::Json<InvitedUser>), IdentityError> {
    let new = NewAccount {
        name: body.name,
        login: body.login,
        department: body.department_id,
        data_scope: body.data_scope,
    };
    let id = identity
        .invite(&caller, new, &body.mail, body.language)
        .await?;
    Ok((StatusCode::CREATED, axum::Json(InvitedUser { id })))
}

async fn invite_again(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    JsonBody(body): JsonBody<InvitationAgain>,
) -> Result<StatusCode, IdentityError> {
    identity
        .invite_again(&caller, id, body.mail, body.language)
        .await?;
    Ok(StatusCode::ACCEPTED)
}
