//! Setup on the wire.

use super::operations::{NewOrganisation, NewUser};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::schema::RoleName;
use axum::extract::{Extension, State};
use axum::http::{Method, StatusCode};
use custos_http::{Access, JsonBody, Operation};
use custos_kernel::policy::{Origin, Role};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A first account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetupUser {
    /// Its role.
    #[schema(value_type = RoleName)]
    role: Role,
    /// The display name.
    name: String,
    /// The login name.
    login: String,
    /// The password.
    password: String,
}

/// Everything the first run needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    /// The code the server printed at its first start.
    setup_code: String,
    /// The organisation's name.
    organisation_name: String,
    /// `zh-CN` or `en`.
    language: String,
    /// Each administrator once, and at least one sales lead; at most 20.
    users: Vec<SetupUser>,
}

/// Nothing to tell.
#[derive(Serialize, ToSchema)]
pub(super) struct SetupDone {}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::POST,
            "/setup",
            "setup_create",
            Access::PreAuth,
            set_up,
        )
        .body::<Setup>()
        .answers::<SetupDone>(201),
    ]
}

async fn set_up(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    JsonBody(body): JsonBody<Setup>,
) -> Result<(StatusCode, axum::Json<SetupDone>), IdentityError> {
    let user = |user: SetupUser| NewUser {
        role: user.role,
        name: user.name,
        login: user.login,
        password: user.password,
    };
    let new = NewOrganisation {
        name: body.organisation_name,
        language: body.language,
        users: body.users.into_iter().map(user).collect(),
    };
    identity.set_up(&body.setup_code, new, origin).await?;
    Ok((StatusCode::CREATED, axum::Json(SetupDone {})))
}
