//! Factors on the wire.

use super::own::FactorViews;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::UserResource;
use crate::schema::FactorKind;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, JsonBody, Operation, PathId};
use custos_kernel::policy::actions;
use custos_values::{FactorId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What somebody proves who they are by.
#[derive(Serialize, ToSchema)]
#[schema(as = Factor)]
pub(super) struct FactorBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: FactorId,
    /// What it is.
    kind: FactorKind,
    /// The name its owner gave it.
    name: Option<String>,
    /// When it was added.
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// When it was last used.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used_at: Option<Timestamp>,
}

/// Somebody's own factors.
#[derive(Serialize, ToSchema)]
pub(super) struct Factors {
    /// In the order they were added.
    items: Vec<FactorBody>,
    /// How many recovery codes are left.
    recovery_codes: u64,
}

/// A factor that was added.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedFactor {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: FactorId,
}

/// What an authenticator app needs.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpSetup {
    /// The secret in base 32, to be typed.
    secret: String,
    /// The same as an address apps open.
    otpauth_uri: String,
    /// The address as a QR code, SVG.
    qr_svg: String,
    /// To be handed back with the first code, within five minutes.
    state: String,
}

/// A first code of an authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTotp {
    /// What was given out with the secret.
    state: String,
    /// What the app shows.
    code: String,
    /// A name for it, at most 60 characters.
    #[serde(default)]
    name: String,
}

/// What a browser needs to make or prove a passkey.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyChallenge {
    /// The options of WebAuthn, in their JSON form.
    #[schema(value_type = Object)]
    pub(crate) options: serde_json::Value,
    /// To be handed back with the credential, within five minutes.
    pub(crate) state: String,
}

/// A passkey a browser made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskeyBody {
    /// What was given out with the options.
    state: String,
    /// The credential, in the JSON form of WebAuthn.
    #[schema(value_type = Object)]
    credential: serde_json::Value,
    /// A name for it, at most 60 characters.
    #[serde(default)]
    name: String,
}

/// A change of a factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FactorPatch {
    /// Its name, at most 60 characters; empty for none.
    name: String,
}

/// New recovery codes.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    /// Each stands in for a factor once. Shown this once.
    recovery_codes: Vec<String>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    use Access::Own;
    let grant = Access::to::<actions::Grant, UserResource>();
    vec![
        Operation::new(Method::GET, "/me/factors", "factor_list", Own, list)
            .answers::<Factors>(200),
        Operation::new(
            Method::POST,
            "/me/factors/totp/options",
            "factor_totp_options",
            Own,
            begin_totp,
        )
        .answers::<TotpSetup>(200),
        Operation::new(
            Method::POST,
            "/me/factors/totp",
            "factor_totp_create",
            Own,
            add_totp,
        )
        .body::<NewTotp>()
        .answers::<AddedFactor>(201),
        Operation::new(
            Method::POST,
            "/me/factors/passkey/options",
            "factor_passkey_options",
            Own,
            begin_passkey,
        )
        .answers::<PasskeyChallenge>(200),
        Operation::new(
            Method::POST,
            "/me/factors/passkey",
            "factor_passkey_create",
            Own,
            add_passkey,
        )
        .body::<NewPasskeyBody>()
        .answers::<AddedFactor>(201),
        Operation::new(
            Method::PATCH,
            "/me/factors/{factor_id}",
            "factor_update",
            Own,
            rename,
        )
        .body::<FactorPatch>()
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/me/factors/{factor_id}",
            "factor_delete",
            Own,
            remove,
        )
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/me/recovery-codes",
            "factor_recovery_codes",
            Own,
            renew_recovery_codes,
        )
        .answers::<RecoveryCodes>(200),
        Operation::new(
            Method::DELETE,
            "/users/{id}/factors",
            "user_factor_reset",
            grant,
            reset,
        )
        .answers_nothing(204)
        .approvable(),
        Operation::new(
            Method::DELETE,
            "/users/{id}/factors/{kind}",
            "user_factor_delete",
            grant,
            reset_kind,
        )
        .answers_nothing(204)
        .approvable(),
    ]
}

async fn list(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Factors>, IdentityError> {
    let FactorViews {
        factors,
        recovery_codes,
    } = identity.own_factors(&caller).await?;
    let items = factors.into_iter().map(|view| FactorBody {
        id: view.id,
        kind: view.kind,
        name: view.name,
        created_at: view.created_at,
        last_used_at: view.last_used_at,
    });
    Ok(axum::Json(Factors {
        items: items.collect(),
        recovery_codes,
    }))
}

async fn begin_totp(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<TotpSetup>, IdentityError> {
    let (setup, state) = identity.begin_own_totp(&caller).await?;
    Ok(axum::Json(TotpSetup {
        secret: setup.secret,
        otpauth_uri: setup.otpauth_uri,
        qr_svg: setup.qr_svg,
        state,
    }))
}

async fn add_totp(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewTotp>,
) -> Result<(StatusCode, axum::Json<AddedFactor>), IdentityError> {
    let id = identity
        .add_own_totp(&caller, &body.state, &body.code, &body.name)
        .await?;
    Ok((StatusCode::CREATED, axum::Json(AddedFactor { id })))
}

async fn begin_passkey(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<PasskeyChallenge>, IdentityError> {
    let (options, state) = identity.begin_own_passkey(&caller).await?;
    Ok(axum::Json(PasskeyChallenge { options, state }))
}

async fn add_passkey(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<NewPasskeyBody>,
) -> Result<(StatusCode, axum::Json<AddedFactor>), IdentityError> {
    let id = identity
        .add_own_passkey(&caller, &body.state, body.credential, &body.name)
        .await?;
    Ok((StatusCode::CREATED, axum::Json(AddedFactor { id })))
}

async fn rename(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<FactorId>,
    JsonBody(body): JsonBody<FactorPatch>,
) -> Result<StatusCode, IdentityError> {
    identity.rename_own_factor(&caller, id, &body.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<FactorId>,
) -> Result<StatusCode, IdentityError> {
    identity.remove_own_factor(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn renew_recovery_codes(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<RecoveryCodes>, IdentityError> {
    let recovery_codes = identity.renew_recovery_codes(&caller).await?;
    Ok(axum::Json(RecoveryCodes { recovery_codes }))
}

async fn reset(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(user): PathId<UserId>,
) -> Result<StatusCode, IdentityError> {
    identity.reset_factors(&caller, user, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset_kind(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId((user, kind)): PathId<(UserId, FactorKind)>,
) -> Result<StatusCode, IdentityError> {
    identity.reset_factors(&caller, user, Some(kind)).await?;
    Ok(StatusCode::NO_CONTENT)
}
