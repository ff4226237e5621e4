//! Service accounts and keys on the wire.

use super::operations::{KeyView, MadeKey, NewKey};
use crate::accounts::ServiceAccount;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::{ApiKeyResource, UserResource};
use crate::schema::{DataScopeName, RoleName};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, JsonBody, Operation, PathId};
use custos_kernel::policy::{DataScope, actions};
use custos_values::{ApiKeyId, DepartmentId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A service account to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewServiceAccount {
    /// What it is for, at most 100 characters.
    name: String,
    /// The department it works for.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default)]
    department_id: Option<DepartmentId>,
    /// Which customers its roles, once granted, reach.
    #[schema(value_type = DataScopeName)]
    data_scope: DataScope,
}

/// A service account just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeServiceAccount {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
}

/// A key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKey {
    /// Its id, which entries of the log name.
    #[schema(value_type = String, format = "uuid")]
    id: ApiKeyId,
    /// Its name.
    name: String,
    /// The actions it is confined to, such as `customer.list`.
    scopes: Vec<String>,
    /// The networks it may be used from, in CIDR form; none means anywhere.
    networks: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// Who made it.
    created_by: Option<String>,
    /// When it ends.
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used_at: Option<Timestamp>,
    /// The address it was last used from.
    last_used_from: Option<String>,
}

/// A service account with its keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceAccount)]
pub(super) struct ServiceAccountBody {
    /// Its id, also as an account.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// What it is for.
    name: String,
    /// Whether it may be used.
    active: bool,
    /// The roles held.
    roles: Vec<RoleName>,
    /// Which customers the roles reach.
    data_scope: DataScopeName,
    /// The name of its department.
    department_name: Option<String>,
    /// Its keys, oldest first; also those that have ended.
    keys: Vec<ApiKey>,
}

/// The service accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceAccounts {
    /// Oldest first.
    items: Vec<ServiceAccountBody>,
    /// The actions a key can be confined to.
    scopes: Vec<String>,
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApiKey {
    /// Its name, at most 100 characters.
    name: String,
    /// The actions it is confined to; at least one.
    scopes: Vec<String>,
    /// The networks it may be used from, in CIDR form; none means anywhere.
    #[serde(default)]
    networks: Vec<String>,
    /// When it ends, within a year.
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
}

/// A key to put in the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyRotation {
    /// For how many days both work, 0 to 7.
    overlap_days: u32,
    /// When the new one ends, within a year.
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeApiKey {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: ApiKeyId,
    /// What a program sends behind `Authorization: Bearer`. Shown this once.
    secret: String,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::GET,
            "/service-accounts",
            "service_account_list",
            Access::to::<actions::List, ApiKeyResource>(),
            list,
        )
        .answers::<ServiceAccounts>(200),
        Operation::new(
            Method::POST,
            "/service-accounts",
            "service_account_create",
            Access::to::<actions::Create, UserResource>(),
            create_account,
        )
        .body::<NewServiceAccount>()
        .answers::<MadeServiceAccount>(201),
        Operation::new(
            Method::POST,
            "/service-accounts/{id}/keys",
            "api_key_create",
            Access::to::<actions::Create, ApiKeyResource>(),
            create,
        )
        .body::<NewApiKey>()
        .answers::<MadeApiKey>(201),
        Operation::new(
            Method::POST,
            "/api-keys/{id}/rotation",
            "api_key_rotate",
            Access::to::<actions::Update, ApiKeyResource>(),
            rotate,
        )
        .body::<ApiKeyRotation>()
        .answers::<MadeApiKey>(201),
        Operation::new(
            Method::DELETE,
            "/api-keys/{id}",
            "api_key_revoke",
            Access::to::<actions::Delete, ApiKeyResource>(),
            revoke,
        )
        .answers_nothing(204),
    ]
}

async fn list(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<ServiceAccounts>, IdentityError> {
    let (accounts, mut keys) = identity.service_accounts(&caller).await?;
    let mut items = Vec::with_capacity(accounts.len());
    for account in accounts {
        let (own, others): (Vec<_>, Vec<_>) =
            keys.into_iter().partition(|key| key.user == account.id);
        keys = others;
        items.push(wire(account, own));
    }
    let scopes = identity.key_scopes().into_iter().collect();
    Ok(axum::Json(ServiceAccounts { items, scopes }))
}

fn wire(account: ServiceAccount, keys: Vec<KeyView>) -> ServiceAccountBody {
    let key = |key: KeyView| ApiKey {
        id: key.id,
        name: key.name,
        scopes: key.scopes.into_iter().collect(),
        networks: key.networks.iter().map(ToString::to_string).collect(),
        created_at: key.created_at,
        created_by: key.created_by,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        last_used_from: key.last_used_from,
    };
    ServiceAccountBody {
        id: account.id,
        name: account.name,
        active: account.active,
        roles: account.roles.iter().map(RoleName::from).collect(),
        data_scope: account.data_scope.into(),
        department_name: account.department,
        keys: keys.into_iter().map(key).collect(),
    }
}

async fn create_account(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewServiceAccount>,
) -> Result<(StatusCode, axum::Json<MadeServiceAccount>), IdentityError> {
    let id = identity
        .create_service_account(&caller, body.name, body.department_id, body.data_scope)
        .await?;
    Ok((StatusCode::CREATED, axum::Json(MadeServiceAccount { id })))
}

async fn create(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    JsonBody(body): JsonBody<NewApiKey>,
) -> Result<(StatusCode, axum::Json<MadeApiKey>), IdentityError> {
    let new = NewKey {
        name: body.name,
        scopes: body.scopes,
        networks: body.networks,
        expires_at: body.expires_at,
    };
    Ok(made(identity.create_key(&caller, id, new).await?))
}

async fn rotate(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ApiKeyId>,
    JsonBody(body): JsonBody<ApiKeyRotation>,
) -> Result<(StatusCode, axum::Json<MadeApiKey>), IdentityError> {
    let key = identity
        .rotate_key(&caller, id, body.overlap_days, body.expires_at)
        .await?;
    Ok(made(key))
}

async fn revoke(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ApiKeyId>,
) -> Result<StatusCode, IdentityError> {
    identity.revoke_key(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn made(key: MadeKey) -> (StatusCode, axum::Json<MadeApiKey>) {
    let body = MadeApiKey {
        id: key.id,
        secret: key.text,
    };
    (StatusCode::CREATED, axum::Json(body))
}
