//! Providers on the wire: operations.

use super::model::Provider;
use super::providers::{Approval, NewProvider, ProviderChange};
use super::wire::{
    AccessBody, NewProviderBody, NewProvisioningToken, ProviderBody, ProviderPatch, Providers,
    ProvisioningToken, SignInProvider, SignInProviders,
};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::ProviderResource;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, ETag, IfMatch, JsonBody, Operation, PathId};
use custos_kernel::event::Event;
use custos_kernel::policy::actions;
use custos_values::ProviderId;
use std::sync::Arc;

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let list_access = Access::to::<actions::List, ProviderResource>();
    let create_access = Access::to::<actions::Create, ProviderResource>();
    let update_access = Access::to::<actions::Update, ProviderResource>();
    let delete_access = Access::to::<actions::Delete, ProviderResource>();
    let grant_access = Access::to::<actions::Grant, ProviderResource>();
    const ALL: &str = "/identity-providers";
    const ONE: &str = "/identity-providers/{id}";
    const TOKEN: &str = "/identity-providers/{id}/provisioning-token";
    vec![
        Operation::new(
            Method::GET,
            "/session/providers",
            "session_provider_list",
            Access::PreAuth,
            for_sign_in,
        )
        .answers::<SignInProviders>(200),
        Operation::new(
            Method::GET,
            ALL,
            "identity_provider_list",
            list_access,
            list,
        )
        .answers::<Providers>(200),
        Operation::new(
            Method::POST,
            ALL,
            "identity_provider_create",
            create_access,
            create,
        )
        .body::<NewProviderBody>()
        .answers::<ProviderBody>(201),
        Operation::new(
            Method::PATCH,
            ONE,
            "identity_provider_update",
            update_access,
            change,
        )
        .needs_header("If-Match")
        .body::<ProviderPatch>()
        .answers::<ProviderBody>(200),
        Operation::new(
            Method::DELETE,
            ONE,
            "identity_provider_delete",
            delete_access,
            delete,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
        Operation::new(
            Method::PUT,
            "/identity-providers/{id}/access",
            "identity_provider_access",
            grant_access,
            approve,
        )
        .needs_header("If-Match")
        .body::<AccessBody>()
        .answers::<ProviderBody>(200)
        .approvable(),
        Operation::new(
            Method::POST,
            TOKEN,
            "identity_provider_token",
            update_access,
            issue_token,
        )
        .needs_header("If-Match")
        .body::<NewProvisioningToken>()
        .answers::<ProvisioningToken>(200),
        Operation::new(
            Method::DELETE,
            TOKEN,
            "identity_provider_token_delete",
            update_access,
            withdraw_token,
        )
        .needs_header("If-Match")
        .answers_nothing(204),
    ]
}

fn answer(status: StatusCode, provider: Provider) -> ETag<ProviderBody> {
    ETag(status, provider.version, provider.into())
}

async fn for_sign_in(
    State(identity): State<Arc<Identity>>,
) -> Result<axum::Json<SignInProviders>, IdentityError> {
    let mut items = Vec::new();
    if let Some(org) = identity.organisations().await?.first() {
        let enabled = identity.providers(*org).await?;
        items = enabled
            .into_iter()
            .filter(|provider| provider.enabled)
            .map(|provider| SignInProvider {
                id: provider.id,
                kind: provider.kind,
                name: provider.name,
            })
            .collect();
    }
    Ok(axum::Json(SignInProviders { items }))
}

async fn list(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Providers>, IdentityError> {
    let scope = identity
        .policy()
        .scope::<actions::List, ProviderResource>(&caller)?;
    let providers = identity.providers(caller.org()).await?;
    identity.sink().record(Event::of_scope(&scope)).await?;
    let items = providers.into_iter().map(ProviderBody::from).collect();
    let address = identity.address().as_str().to_owned();
    Ok(axum::Json(Providers { items, address }))
}

async fn create(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewProviderBody>,
) -> Result<ETag<ProviderBody>, IdentityError> {
    let new = NewProvider {
        kind: body.kind,
        name: body.name,
        config: body.config,
        secret: body.secret,
        accounts: body.accounts,
        department: body.department_id,
    };
    let provider = identity.create_provider(&caller, new).await?;
    Ok(answer(StatusCode::CREATED, provider))
}

async fn change(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<ProviderPatch>,
) -> Result<ETag<ProviderBody>, IdentityError> {
    let change = ProviderChange {
        name: body.name,
        config: body.config,
        secret: body.secret,
        enabled: body.enabled,
        accounts: body.accounts,
        department: body.department_id,
    };
    let provider = identity
        .change_provider(&caller, id, version, change)
        .await?;
    Ok(answer(StatusCode::OK, provider))
}

async fn delete(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, IdentityError> {
    identity.delete_provider(&caller, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn approve(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<AccessBody>,
) -> Result<ETag<ProviderBody>, IdentityError> {
    let approval = Approval {
        mappings: body.mappings,
        privileged: body.privileged,
        two_factors: body.two_factors,
    };
    let provider = identity
        .approve_provider(&caller, id, version, approval)
        .await?;
    Ok(answer(StatusCode::OK, provider))
}

async fn issue_token(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<NewProvisioningToken>,
) -> Result<axum::Json<ProvisioningToken>, IdentityError> {
    let (token, expires_at) = identity
        .issue_provisioning(&caller, id, version, body.days)
        .await?;
    Ok(axum::Json(ProvisioningToken { token, expires_at }))
}

async fn withdraw_token(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, IdentityError> {
    identity.withdraw_provisioning(&caller, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
