//! Preferences on the wire.

use super::sql;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::PreferenceResource;
use crate::setup::LANGUAGES;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, JsonBody, Operation, Problem};
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{OrgId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest value as JSON, in bytes.
const MAX_VALUE: usize = 16 * 1024;
/// Most preferences of one person.
const MAX_COUNT: i64 = 200;
/// Longest key, in characters.
const MAX_KEY: usize = 64;

/// A preference.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Preference {
    /// Any JSON of at most 16 KiB; null when there is none.
    #[schema(value_type = Value)]
    value: Value,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(
            Method::GET,
            "/me/preferences/{key}",
            "preference_read",
            Access::Own,
            read,
        )
        .answers::<Preference>(200),
        Operation::new(
            Method::PUT,
            "/me/preferences/{key}",
            "preference_update",
            Access::Own,
            update,
        )
        .body::<Preference>()
        .answers_nothing(204),
    ]
}

/// A permit for the caller's own preferences, if the key could be one.
fn permit<A: Action>(
    identity: &Identity,
    caller: &Caller,
    key: &str,
) -> Result<Permit<A, PreferenceResource>, IdentityError> {
    let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if !(1..=MAX_KEY).contains(&key.len()) || !key.chars().all(allowed) {
        return Err(Problem::not_found().into());
    }
    let facts = Facts::owned(caller.org(), *user.as_bytes(), 0, Some(user), None);
    Ok(identity.policy().permit(caller, &facts)?)
}

/// The preference that is the language of the page.
const LANGUAGE: &str = "language";

/// The language a person chose; none if they chose none, or have no role and so no preferences.
pub(crate) async fn chosen_language(
    identity: &Identity,
    caller: &Caller,
) -> Result<Option<String>, IdentityError> {
    let Ok(permit) = permit(identity, caller, LANGUAGE) else {
        return Ok(None);
    };
    let value = value(identity, &permit, LANGUAGE).await?;
    Ok(value.as_str().map(str::to_owned))
}

/// The language a person chose, for messages to somebody who may not be signed in.
pub(crate) async fn language_before_sign_in(
    identity: &Identity,
    org: OrgId,
    user: UserId,
) -> Result<Option<String>, IdentityError> {
    let store = identity.store();
    let sealed = sql::of_user(&mut store.read().await?, org, user, LANGUAGE).await?;
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let key = store.keys().get(store, org).await?;
    opened_language(&key, user, &sealed)
}

/// As [`language_before_sign_in`], within a transaction.
pub(crate) async fn language_within(
    tx: &mut WriteTx<'_>,
    key: &TenantKey,
    user: UserId,
) -> Result<Option<String>, IdentityError> {
    match sql::of_user_within(tx, user, LANGUAGE).await? {
        Some(sealed) => opened_language(key, user, &sealed),
        None => Ok(None),
    }
}

fn opened_language(
    key: &TenantKey,
    user: UserId,
    sealed: &[u8],
) -> Result<Option<String>, IdentityError> {
    let opened = key.open_secret(&purpose(LANGUAGE), user.as_bytes(), sealed)?;
    let value: Value = serde_json::from_slice(&opened).unwrap_or_default();
    Ok(value.as_str().map(str::to_owned))
}

/// A language there are words for, or null for none: the page has to understand it.
fn check_language(value: &Value) -> Result<(), IdentityError> {
    let known = |value: &Value| value.as_str().is_some_and(|tag| LANGUAGES.contains(&tag));
    if value.is_null() || known(value) {
        Ok(())
    } else {
        Err(IdentityError::invalid_field("value", "choice.unknown"))
    }
}

/// What a value is sealed for.
fn purpose(key: &str) -> String {
    format!("preference/{key}")
}

/// The value of a preference; null when there is none.
async fn value(
    identity: &Identity,
    permit: &Permit<actions::Read, PreferenceResource>,
    key: &str,
) -> Result<Value, IdentityError> {
    let store = identity.store();
    let sealed = sql::get(&mut store.read().await?, permit, key).await?;
    let Some(sealed) = sealed else {
        return Ok(Value::Null);
    };
    let tenant = store.keys().get(store, permit.caller().org()).await?;
    let opened = tenant.open_secret(&purpose(key), permit.record(), &sealed)?;
    let read = serde_json::from_slice(&opened);
    Ok(read.map_err(|_| StoreError::Corrupt("a preference is not JSON".to_owned()))?)
}

async fn read(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    Path(key): Path<String>,
) -> Result<axum::Json<Preference>, IdentityError> {
    let permit = permit::<actions::Read>(&identity, &caller, &key)?;
    let value = value(&identity, &permit, &key).await?;
    identity.sink().record(Event::of(&permit)).await?;
    Ok(axum::Json(Preference { value }))
}

async fn update(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    Path(key): Path<String>,
    JsonBody(body): JsonBody<Preference>,
) -> Result<StatusCode, IdentityError> {
    let permit = permit::<actions::Update>(&identity, &caller, &key)?;
    let text = serde_json::to_vec(&body.value).map_err(Problem::internal)?;
    if key == LANGUAGE {
        check_language(&body.value)?;
    }
    if text.len() > MAX_VALUE {
        return Err(IdentityError::invalid_field("value", "text.too_long"));
    }
    let store = identity.store();
    let tenant = store.keys().get(store, caller.org()).await?;
    let sealed = tenant.seal_secret(&purpose(&key), permit.record(), &text, store.random());
    let mut tx = store.write(&caller).await?;
    if sql::count_others(&mut tx, &permit, &key).await? >= MAX_COUNT {
        let full = Problem::new(StatusCode::CONFLICT, "preference.too_many");
        return Err(full.with("max", MAX_COUNT).into());
    }
    sql::put(&mut tx, &permit, &key, sealed, store.clock().now()).await?;
    tx.finish(Event::of(&permit)).await?;
    Ok(StatusCode::NO_CONTENT)
}
