//! Accounts on the wire.

use super::model::{AccountChange, AccountView, NewAccount};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::Directory;
use crate::resources::UserResource;
use crate::schema::{DataScopeName, FactorKind, RoleName};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{
    Access, Api, ETag, IfMatch, JsonBody, Operation, Page, PageQuery, PathId, Problem, QueryParams,
};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DataScope, Role, RoleSet, actions};
use custos_values::{DepartmentId, Timestamp, UserId};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AccountStatus {
    /// It may.
    Active,
    /// It may not.
    Disabled,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct User {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
    /// The login name.
    login: String,
    /// The roles held.
    roles: Vec<RoleName>,
    /// Which customers the roles reach.
    data_scope: DataScopeName,
    /// The department.
    #[schema(value_type = Option<String>, format = "uuid")]
    department_id: Option<DepartmentId>,
    /// Its name.
    department_name: Option<String>,
    /// Whether it may be used.
    #[schema(inline)]
    status: AccountStatus,
    /// Whether it is the account of a program, which comes with a key and never signs in.
    service: bool,
    /// Whether it has a second factor.
    totp: bool,
    /// Which kinds of factors it has.
    factors: Vec<FactorKind>,
    /// When it last signed in completely.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_sign_in_at: Option<Timestamp>,
    /// The version to base a change on.
    version: i64,
}

/// An account to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    /// The display name, at most 100 characters.
    name: String,
    /// The login name: 2 to 64 letters, digits and `.`, `_`, `-`, `@`. Case does not matter.
    login: String,
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
pub(super) struct NewUserLink {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// A path on this server by which its owner signs in once, within 24 hours. Shown this once.
    sign_in_link: String,
}

/// A one-time link.
#[derive(Serialize, ToSchema)]
pub(super) struct SignInLink {
    /// A path on this server by which the owner signs in once, within 24 hours. Shown this once.
    sign_in_link: String,
}

/// A change of an account; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserPatch {
    /// The display name.
    #[serde(default)]
    name: Option<String>,
    /// The department; null takes the person out of theirs.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(default, deserialize_with = "present")]
    department_id: Option<Option<DepartmentId>>,
    /// Whether it may be used.
    #[schema(inline)]
    #[serde(default)]
    status: Option<AccountStatus>,
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<DepartmentId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Roles and data scope.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Access)]
pub(super) struct AccessBody {
    /// The roles. An administrator's excludes every other.
    #[schema(value_type = Vec<RoleName>)]
    pub(super) roles: Vec<Role>,
    /// Which customers they reach.
    #[schema(value_type = DataScopeName)]
    pub(super) data_scope: DataScope,
}

/// Somebody customers can belong to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DirectoryEntry {
    /// The account's id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The display name.
    name: String,
    /// The department's name.
    department_name: Option<String>,
}

/// The people of the organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Directory)]
pub(super) struct DirectoryBody {
    /// Those whose account is active, oldest first.
    items: Vec<DirectoryEntry>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let update = Access::to::<actions::Update, UserResource>();
    vec![
        Operation::new(
            Method::GET,
            "/users",
            "user_list",
            Access::to::<actions::List, UserResource>(),
            list,
        )
        .query::<PageQuery>()
        .answers_page::<User>(),
        Operation::new(
            Method::POST,
            "/users",
            "user_create",
            Access::to::<actions::Create, UserResource>(),
            create,
        )
        .body::<NewUser>()
        .answers::<NewUserLink>(201),
        Operation::new(
            Method::GET,
            "/users/directory",
            "user_directory",
            Access::to::<actions::Read, UserResource>(),
            directory,
        )
        .answers::<DirectoryBody>(200),
        Operation::new(
            Method::POST,
            "/users/{id}/sign-in-link",
            "user_sign_in_link",
            update,
            issue_link,
        )
        .answers::<SignInLink>(200),
        Operation::new(Method::PATCH, "/users/{id}", "user_update", update, change)
            .needs_header("If-Match")
            .body::<UserPatch>()
            .answers::<User>(200),
        Operation::new(
            Method::PUT,
            "/users/{id}/access",
            "user_access",
            Access::to::<actions::Grant, UserResource>(),
            set_access,
        )
        .needs_header("If-Match")
        .body::<AccessBody>()
        .answers::<User>(200)
        .approvable(),
    ]
}

fn wire(account: AccountView, directory: &Directory) -> User {
    User {
        id: account.id,
        name: account.name,
        login: account.login,
        roles: account.roles.iter().map(RoleName::from).collect(),
        data_scope: account.data_scope.into(),
        department_id: account.department,
        department_name: account
            .department
            .and_then(|id| directory.department_name(id))
            .map(str::to_owned),
        status: if account.active {
            AccountStatus::Active
        } else {
            AccountStatus::Disabled
        },
        totp: !account.factors.is_empty(),
        factors: account.factors.into_iter().collect(),
        service: account.service,
        last_sign_in_at: account.last_sign_in_at,
        version: account.version,
    }
}

async fn list(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    QueryParams(query): QueryParams<PageQuery>,
) -> Result<axum::Json<Page<User>>, IdentityError> {
    let bad_cursor = |_| Problem::bad_request("request.cursor_invalid");
    let after = query
        .cursor
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(bad_cursor)?;
    let limit = query.limit();
    let (mut accounts, total) = identity.accounts(&caller, after, limit + 1).await?;
    let more = accounts.len() > limit;
    accounts.truncate(limit);
    let next_cursor = accounts
        .last()
        .filter(|_| more)
        .map(|last| last.id.to_string());
    let directory = identity.directory(caller.org()).await?;
    let items = accounts
        .into_iter()
        .map(|account| wire(account, &directory))
        .collect();
    Ok(axum::Json(Page {
        items,
        next_cursor,
        total: Some(total),
    }))
}

async fn create(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewUser>,
) -> Result<(StatusCode, axum::Json<NewUserLink>), IdentityError> {
    let new = NewAccount {
        name: body.name,
        login: body.login,
        department: body.department_id,
        data_scope: body.data_scope,
    };
    let (id, link) = identity.create_account(&caller, new).await?;
    let answer = NewUserLink {
        id,
        sign_in_link: link.path(),
    };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

async fn directory(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<DirectoryBody>, IdentityError> {
    let scope = identity
        .policy()
        .scope::<actions::Read, UserResource>(&caller)?;
    let directory = identity.directory(caller.org()).await?;
    let items = directory
        .people()
        .filter(|(_, person)| person.active && !person.service && person.engagement.is_none())
        .map(|(id, person)| DirectoryEntry {
            id,
            name: person.name.clone(),
            department_name: person
                .department
                .and_then(|id| directory.department_name(id))
                .map(str::to_owned),
        })
        .collect();
    identity.sink().record(Event::of_scope(&scope)).await?;
    Ok(axum::Json(DirectoryBody { items }))
}

async fn issue_link(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
) -> Result<axum::Json<SignInLink>, IdentityError> {
    let link = identity.issue_link(&caller, id).await?;
    Ok(axum::Json(SignInLink {
        sign_in_link: link.path(),
    }))
}

async fn change(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<UserPatch>,
) -> Result<ETag<User>, IdentityError> {
    let change = AccountChange {
        name: body.name,
        department: body.department_id,
        active: body.status.map(|status| status == AccountStatus::Active),
    };
    identity
        .change_account(&caller, id, Some(version), change)
        .await?;
    changed(&identity, &caller, id).await
}

async fn set_access(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<AccessBody>,
) -> Result<ETag<User>, IdentityError> {
    let roles = RoleSet::new(body.roles)
        .map_err(|_| IdentityError::invalid_field("roles", "user.roles.exclusive"))?;
    identity
        .set_access(&caller, id, Some(version), roles, body.data_scope)
        .await?;
    changed(&identity, &caller, id).await
}

/// The account as a change left it.
async fn changed(
    identity: &Identity,
    caller: &Caller,
    id: UserId,
) -> Result<ETag<User>, IdentityError> {
    let account = identity.account(caller, id).await?;
    let directory = identity.directory(caller.org()).await?;
    Ok(ETag(
        StatusCode::OK,
        account.version,
        wire(account, &directory),
    ))
}
