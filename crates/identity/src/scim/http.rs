//! Provisioning on the wire.

use super::body::{ScimBody, Wish, answer};
use super::{discovery, groups, users};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::{ProvisioningResource, UserResource};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, Operation, PathId, Problem, QueryParams};
use custos_kernel::policy::actions;
use custos_scim::Patch;
use custos_values::{GroupId, UserId};
use serde_json::Value;
use std::sync::Arc;

type Shared = State<Arc<Identity>>;
type Answer = Result<Response, IdentityError>;

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    const USERS: &str = "/Users";
    const USER: &str = "/Users/{id}";
    const GROUPS: &str = "/Groups";
    const GROUP: &str = "/Groups/{id}";
    const CONFIG: &str = "/ServiceProviderConfig";
    const TYPES: &str = "/ResourceTypes";
    const TYPE: &str = "/ResourceTypes/{id}";
    const SCHEMAS: &str = "/Schemas";
    const SCHEMA: &str = "/Schemas/{id}";
    let list = Access::provisioning::<actions::List, ProvisioningResource>();
    let keep = Access::provisioning::<actions::Update, ProvisioningResource>();
    let read = Access::provisioning::<actions::Read, UserResource>();
    let create = Access::provisioning::<actions::Create, UserResource>();
    let update = Access::provisioning::<actions::Update, UserResource>();
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let (patch, delete) = (Method::PATCH, Method::DELETE);
    vec![
        Operation::new(get.clone(), USERS, "scim_user_list", list, list_users),
        Operation::new(post.clone(), USERS, "scim_user_create", create, create_user)
            .answers_nothing(201),
        Operation::new(get.clone(), USER, "scim_user_read", read, read_user),
        Operation::new(put.clone(), USER, "scim_user_replace", update, replace_user),
        Operation::new(patch.clone(), USER, "scim_user_update", update, patch_user),
        Operation::new(delete.clone(), USER, "scim_user_delete", update, part_user)
            .answers_nothing(204),
        Operation::new(get.clone(), GROUPS, "scim_group_list", list, list_groups),
        Operation::new(post, GROUPS, "scim_group_create", keep, create_group).answers_nothing(201),
        Operation::new(get.clone(), GROUP, "scim_group_read", list, read_group),
        Operation::new(put, GROUP, "scim_group_replace", keep, replace_group),
        Operation::new(patch, GROUP, "scim_group_update", keep, patch_group),
        Operation::new(delete, GROUP, "scim_group_delete", keep, delete_group).answers_nothing(204),
        Operation::new(Method::POST, "/.search", "scim_search", list, search).answers_nothing(501),
        Operation::new(get.clone(), CONFIG, "scim_config_read", list, config),
        Operation::new(get.clone(), TYPES, "scim_type_list", list, types),
        Operation::new(get.clone(), TYPE, "scim_type_read", list, one_type),
        Operation::new(get.clone(), SCHEMAS, "scim_schema_list", list, schemas),
        Operation::new(get, SCHEMA, "scim_schema_read", list, one_schema),
    ]
}

async fn list_users(
    State(identity): Shared,
    Api(caller): Api,
    QueryParams(wish): QueryParams<Wish>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    let page = identity
        .provisioned_users(&caller, &provider, &wish)
        .await?;
    Ok(answer(StatusCode::OK, &page))
}

async fn read_user(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    QueryParams(wish): QueryParams<Wish>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    let user = identity.provisioned_user(&caller, &provider, id).await?;
    Ok(answer(StatusCode::OK, &wish.one(user)?))
}

async fn create_user(
    State(identity): Shared,
    Api(caller): Api,
    QueryParams(wish): QueryParams<Wish>,
    ScimBody(body): ScimBody<Value>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    let id = identity.provision_user(&caller, &provider, &body).await?;
    let user = identity.provisioned_user(&caller, &provider, id).await?;
    Ok(answer(StatusCode::CREATED, &wish.one(user)?))
}

async fn replace_user(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    QueryParams(wish): QueryParams<Wish>,
    ScimBody(body): ScimBody<Value>,
) -> Answer {
    change_user(&identity, &caller, id, &wish, users::Change::Replace(body)).await
}

async fn patch_user(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
    QueryParams(wish): QueryParams<Wish>,
    ScimBody(patch): ScimBody<Patch>,
) -> Answer {
    change_user(&identity, &caller, id, &wish, users::Change::Patch(patch)).await
}

async fn change_user(
    identity: &Identity,
    caller: &custos_kernel::policy::Caller,
    id: UserId,
    wish: &Wish,
    change: users::Change,
) -> Answer {
    let provider = identity.provisioner(caller).await?;
    identity
        .change_provisioned_user(caller, &provider, id, change)
        .await?;
    let user = identity.provisioned_user(caller, &provider, id).await?;
    Ok(answer(StatusCode::OK, &wish.one(user)?))
}

async fn part_user(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<UserId>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    identity
        .change_provisioned_user(&caller, &provider, id, users::Change::Part)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn list_groups(
    State(identity): Shared,
    Api(caller): Api,
    QueryParams(wish): QueryParams<Wish>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    let page = identity
        .provisioned_groups(&caller, &provider, &wish)
        .await?;
    Ok(answer(StatusCode::OK, &page))
}

async fn read_group(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<GroupId>,
    QueryParams(wish): QueryParams<Wish>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    let group = identity.provisioned_group(&caller, &provider, id).await?;
    Ok(answer(StatusCode::OK, &wish.one(group)?))
}

async fn create_group(
    State(identity): Shared,
    Api(caller): Api,
    QueryParams(wish): QueryParams<Wish>,
    ScimBody(body): ScimBody<Value>,
) -> Answer {
    let id = GroupId::new(identity.store().clock(), identity.store().random());
    let change = groups::Change::Create(body);
    change_group(&identity, &caller, id, &wish, change, StatusCode::CREATED).await
}

async fn replace_group(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<GroupId>,
    QueryParams(wish): QueryParams<Wish>,
    ScimBody(body): ScimBody<Value>,
) -> Answer {
    let change = groups::Change::Replace(body);
    change_group(&identity, &caller, id, &wish, change, StatusCode::OK).await
}

async fn patch_group(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<GroupId>,
    QueryParams(wish): QueryParams<Wish>,
    ScimBody(patch): ScimBody<Patch>,
) -> Answer {
    let change = groups::Change::Patch(patch);
    change_group(&identity, &caller, id, &wish, change, StatusCode::OK).await
}

async fn change_group(
    identity: &Identity,
    caller: &custos_kernel::policy::Caller,
    id: GroupId,
    wish: &Wish,
    change: groups::Change,
    done: StatusCode,
) -> Answer {
    let provider = identity.provisioner(caller).await?;
    identity.keep_group(caller, &provider, id, change).await?;
    let group = identity.provisioned_group(caller, &provider, id).await?;
    Ok(answer(done, &wish.one(group)?))
}

async fn delete_group(
    State(identity): Shared,
    Api(caller): Api,
    PathId(id): PathId<GroupId>,
) -> Answer {
    let provider = identity.provisioner(&caller).await?;
    identity
        .delete_provisioned_group(&caller, &provider, id)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Users and groups are asked for one by one (RFC 7644, section 3.4.3).
async fn search() -> Answer {
    Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "provisioning.refused").into())
}

async fn config() -> Response {
    answer(StatusCode::OK, &discovery::service_provider())
}

async fn types() -> Response {
    answer(StatusCode::OK, &discovery::all_resource_types())
}

async fn one_type(Path(id): Path<String>) -> Answer {
    let found = discovery::resource_type(&id).ok_or_else(Problem::not_found)?;
    Ok(answer(StatusCode::OK, &found))
}

async fn schemas() -> Response {
    answer(StatusCode::OK, &discovery::schemas())
}

async fn one_schema(Path(id): Path<String>) -> Answer {
    let found = discovery::schema(&id).ok_or_else(Problem::not_found)?;
    Ok(answer(StatusCode::OK, &found))
}
