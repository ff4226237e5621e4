//! Devices on the wire.

use super::model::{DeviceKind, DeviceState, DeviceView};
use super::operations::NewDevice;
use super::rule::BoundRoles;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::{DeviceResource, DeviceRuleResource};
use crate::schema::RoleName;
use crate::sessions::{self, Agent, Browser, System};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_http::{Access, Api, JsonBody, Operation, PathId, Problem};
use custos_kernel::crypto::DeviceKey;
use custos_kernel::policy::{Caller, Role, actions};
use custos_values::{DeviceId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A registered device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Device {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DeviceId,
    /// What its owner calls it.
    name: String,
    /// What kind it is.
    #[schema(inline)]
    kind: DeviceKind,
    /// The browser it was registered with, as it says itself.
    #[schema(inline)]
    browser: Browser,
    /// The system, as it says itself.
    #[schema(inline)]
    system: System,
    /// How far the registration has come.
    #[schema(inline)]
    state: DeviceState,
    /// When it was registered.
    #[schema(value_type = String, format = "date-time")]
    registered_at: Timestamp,
    /// When a session last began on it.
    #[schema(value_type = String, format = "date-time")]
    last_used_at: Timestamp,
    /// When it was reported lost or taken off.
    #[schema(value_type = Option<String>, format = "date-time")]
    ended_at: Option<Timestamp>,
    /// Whether this answer is given to it.
    current: bool,
    /// What the caller may do with it: `device.update`, `device.delete`.
    actions: Vec<String>,
}

/// The devices of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Devices {
    /// Those in use first.
    items: Vec<Device>,
}

/// A device to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDevice)]
pub(super) struct NewDeviceBody {
    /// What to call it, at most 60 characters.
    name: String,
    /// What kind it is.
    #[schema(inline)]
    kind: DeviceKind,
    /// The public key: the uncompressed point of P-256, 65 bytes in base64url.
    public_key: String,
    /// ECDSA with SHA-256 by the key over `custos-device:` and the CSRF token, 64 bytes in base64url.
    possession: String,
}

/// A device just registered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisteredDevice {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DeviceId,
}

/// A change of a device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DevicePatch {
    /// What to call it, at most 60 characters.
    name: String,
}

/// What the device needs to open what it keeps.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceSecret {
    /// 32 random bytes in base64url, the same for as long as the device is registered.
    secret: String,
}

/// Roles that may be used on registered devices only.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceRule {
    /// The roles.
    #[schema(value_type = Vec<RoleName>)]
    roles: Vec<Role>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let own = Access::Own;
    let delete = Access::to::<actions::Delete, DeviceResource>();
    vec![
        Operation::new(Method::GET, "/me/devices", "device_list", own, list_own)
            .answers::<Devices>(200),
        Operation::new(
            Method::POST,
            "/me/devices",
            "device_register",
            own,
            register,
        )
        .body::<NewDeviceBody>()
        .answers::<RegisteredDevice>(201),
        Operation::new(
            Method::PATCH,
            "/me/devices/{device_id}",
            "device_rename",
            own,
            rename,
        )
        .body::<DevicePatch>()
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/me/devices/{device_id}",
            "device_remove",
            own,
            remove,
        )
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/me/devices/{device_id}/loss",
            "device_lost",
            own,
            lose,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            "/me/device/secret",
            "device_secret",
            own,
            secret,
        )
        .answers::<DeviceSecret>(200),
        Operation::new(
            Method::GET,
            "/users/{id}/devices",
            "user_device_list",
            Access::to::<actions::List, DeviceResource>(),
            list_of_user,
        )
        .answers::<Devices>(200),
        Operation::new(
            Method::DELETE,
            "/users/{id}/devices/{device_id}",
            "user_device_remove",
            delete,
            remove_of_user,
        )
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/users/{id}/devices/{device_id}/loss",
            "user_device_lost",
            delete,
            lose_of_user,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            "/device-rule",
            "device_rule_read",
            Access::to::<actions::Read, DeviceRuleResource>(),
            read_rule,
        )
        .answers::<DeviceRule>(200),
        Operation::new(
            Method::PUT,
            "/device-rule",
            "device_rule_update",
            Access::to::<actions::Update, DeviceRuleResource>(),
            write_rule,
        )
        .body::<DeviceRule>()
        .answers_nothing(204),
    ]
}

fn own_id(caller: &Caller) -> Result<UserId, IdentityError> {
    Ok(caller.user_id().ok_or_else(Problem::unauthenticated)?)
}

fn wire(views: Vec<DeviceView>) -> axum::Json<Devices> {
    let item = |view: DeviceView| Device {
        id: view.id,
        name: view.name,
        kind: view.kind,
        browser: view.agent.browser,
        system: view.agent.system,
        state: view.state,
        registered_at: view.registered_at,
        last_used_at: view.last_used_at,
        ended_at: view.ended_at,
        current: view.current,
        actions: view.actions,
    };
    axum::Json(Devices {
        items: views.into_iter().map(item).collect(),
    })
}

async fn list_own(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Devices>, IdentityError> {
    Ok(wire(identity.devices(&caller, own_id(&caller)?).await?))
}

async fn register(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
    JsonBody(body): JsonBody<NewDeviceBody>,
) -> Result<(StatusCode, axum::Json<RegisteredDevice>), IdentityError> {
    let csrf = sessions::csrf_of(&headers).ok_or_else(Problem::unauthenticated)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let refused = || IdentityError::invalid_field("public_key", "device.key");
    let key = DeviceKey::parse(&decode(&body.public_key)).ok_or_else(refused)?;
    let signed = format!("custos-device:{csrf}");
    if !key.verify(signed.as_bytes(), &decode(&body.possession)) {
        return Err(refused());
    }
    let new = NewDevice {
        name: body.name,
        kind: body.kind,
        agent: Agent::of(&headers),
        key,
    };
    let id = identity.register_device(&caller, new).await?;
    Ok((StatusCode::CREATED, axum::Json(RegisteredDevice { id })))
}

async fn rename(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<DeviceId>,
    JsonBody(body): JsonBody<DevicePatch>,
) -> Result<StatusCode, IdentityError> {
    identity.rename_device(&caller, id, &body.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<DeviceId>,
) -> Result<Response, IdentityError> {
    let here = identity.device_of(&caller).await? == Some(id);
    let owner = own_id(&caller)?;
    identity
        .end_device(&caller, owner, id, DeviceState::Removed)
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if here {
        sessions::cookie::clear_session(response.headers_mut());
    }
    Ok(response)
}

async fn lose(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<DeviceId>,
) -> Result<StatusCode, IdentityError> {
    let owner = own_id(&caller)?;
    identity
        .end_device(&caller, owner, id, DeviceState::Lost)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn secret(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<DeviceSecret>, IdentityError> {
    let secret = identity.device_secret(&caller).await?;
    Ok(axum::Json(DeviceSecret { secret }))
}

async fn list_of_user(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(owner): PathId<UserId>,
) -> Result<axum::Json<Devices>, IdentityError> {
    Ok(wire(identity.devices(&caller, owner).await?))
}

async fn remove_of_user(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId((owner, id)): PathId<(UserId, DeviceId)>,
) -> Result<StatusCode, IdentityError> {
    identity
        .end_device(&caller, owner, id, DeviceState::Removed)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn lose_of_user(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId((owner, id)): PathId<(UserId, DeviceId)>,
) -> Result<StatusCode, IdentityError> {
    identity
        .end_device(&caller, owner, id, DeviceState::Lost)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn read_rule(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<DeviceRule>, IdentityError> {
    let roles = identity.device_rule(&caller).await?;
    Ok(axum::Json(DeviceRule {
        roles: roles.iter().collect(),
    }))
}

async fn write_rule(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<DeviceRule>,
) -> Result<StatusCode, IdentityError> {
    identity
        .set_device_rule(&caller, BoundRoles::new(&body.roles))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
