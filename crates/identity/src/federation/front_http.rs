//! The way to a provider and back on the wire.

use super::external::Arrived;
use super::front::CallbackAnswer;
use super::model::ProviderKind;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::ProviderResource;
use crate::sessions::cookie;
use crate::sign_in::{begun, completed, to_its_end};
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, JsonBody, Operation, PathId, Problem};
use custos_kernel::event::Event;
use custos_kernel::policy::{Origin, actions};
use custos_saml::MAX_RESPONSE_LENGTH;
use custos_values::{ProviderId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Where to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FederatedSignIn)]
pub(super) struct Begin {
    /// The provider.
    #[schema(value_type = String, format = "uuid")]
    provider_id: ProviderId,
    /// The path of the page to show afterwards; what is not a path of this server becomes `/`.
    #[serde(default)]
    return_to: Option<String>,
}

/// Where the browser has to go.
#[derive(Serialize, ToSchema)]
pub(super) struct Redirect {
    /// An address of the provider.
    redirect: String,
}

/// What the provider sent back with the browser.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Callback {
    /// The state.
    state: String,
    /// The code, or a SAML provider's response; absent when the provider refused.
    #[serde(default)]
    code: Option<String>,
    /// The issuer of the answer.
    #[serde(default)]
    iss: Option<String>,
}

/// The account is connected.
#[derive(Serialize, ToSchema)]
pub(super) struct Connected {
    /// The path of the page to show now.
    return_to: String,
}

/// A connection of one's own account with a provider.
#[derive(Serialize, ToSchema)]
pub(super) struct Connection {
    /// The provider.
    #[schema(value_type = String, format = "uuid")]
    provider_id: ProviderId,
    /// What people know it by.
    name: String,
    /// The protocol.
    kind: ProviderKind,
    /// When it was last used.
    #[schema(value_type = Option<String>, format = "date-time")]
    last_seen_at: Option<Timestamp>,
}

/// The connections of one's own account.
#[derive(Serialize, ToSchema)]
pub(super) struct Connections {
    items: Vec<Connection>,
}

/// The header with the page to show after a sign-in by a provider.
const RETURN_TO: &str = "x-return-to";

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    use Access::{Own, PreAuth};
    let update = Access::to::<actions::Update, ProviderResource>();
    const OWN: &str = "/me/identities";
    const FEDERATION: &str = "/session/federation";
    vec![
        Operation::new(
            Method::POST,
            FEDERATION,
            "session_federation",
            PreAuth,
            begin,
        )
        .body::<Begin>()
        .answers::<Redirect>(200),
        Operation::new(
            Method::POST,
            "/session/federation/callback",
            "session_federation_callback",
            PreAuth,
            callback,
        )
        .body::<Callback>()
        .answers::<crate::sign_in::NextStep>(200),
        Operation::new(
            Method::POST,
            "/identity-providers/{id}/back-channel-logout",
            "identity_provider_logout",
            PreAuth,
            back_channel_logout,
        )
        .upload("application/x-www-form-urlencoded", 64 * 1024)
        .answers_nothing(200),
        Operation::new(
            Method::POST,
            "/identity-providers/{id}/test",
            "identity_provider_test",
            update,
            test,
        )
        .answers_nothing(204),
        Operation::new(Method::GET, OWN, "me_identity_list", Own, list_own)
            .answers::<Connections>(200),
        Operation::new(Method::POST, OWN, "me_identity_create", Own, begin_own)
            .body::<Begin>()
            .answers::<Redirect>(200),
        Operation::new(
            Method::POST,
            "/me/identities/callback",
            "me_identity_callback",
            Own,
            callback_own,
        )
        .body::<Callback>()
        .answers::<Connected>(200),
        Operation::new(
            Method::DELETE,
            "/me/identities/{id}",
            "me_identity_delete",
            Own,
            delete_own,
        )
        .answers_nothing(204),
    ]
}

/// Refuses to begin at another address than the one providers send browsers back to: the attempt's cookie would not be
/// there, and the person would learn that only after signing in at the provider.
fn at_public_address(
    identity: &Identity,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<(), IdentityError> {
    let address = identity.address();
    if address.is_asked(headers, uri) {
        return Ok(());
    }
    let elsewhere = Problem::new(StatusCode::CONFLICT, "federation.other_address");
    Err(elsewhere.with("address", address.as_str()).into())
}

async fn begin(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Begin>,
) -> Result<Response, IdentityError> {
    at_public_address(&identity, &headers, &uri)?;
    let return_to = body.return_to.unwrap_or_default();
    let (redirect, cookies) = identity
        .go_to_provider(body.provider_id, &return_to, None, &origin)
        .await?;
    let mut response = axum::Json(Redirect { redirect }).into_response();
    response.headers_mut().extend(cookies);
    Ok(response)
}

fn given(body: Callback) -> CallbackAnswer {
    CallbackAnswer {
        state: body.state,
        code: body
            .code
            .filter(|code| (1..=MAX_RESPONSE_LENGTH).contains(&code.len())),
        issuer: body.iss,
    }
}

async fn callback(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Callback>,
) -> Result<Response, IdentityError> {
    let came = to_its_end(async move {
        identity
            .come_from_provider(&headers, given(body), origin)
            .await
    });
    let (arrived, return_to) = came.await?;
    let mut response = match &arrived {
        Arrived::Begun(step) => begun(step),
        Arrived::Completed(done) => completed(done, crate::sign_in::NextStep::done()),
    };
    cookie::clear_attempt(response.headers_mut());
    if let Ok(path) = return_to.parse() {
        response.headers_mut().insert(RETURN_TO, path);
    }
    Ok(response)
}

async fn back_channel_logout(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    PathId(id): PathId<ProviderId>,
    body: Bytes,
) -> Result<StatusCode, IdentityError> {
    let text = String::from_utf8_lossy(&body);
    // A compact token has no character that the form would have to encode.
    let token = text
        .split('&')
        .find_map(|pair| pair.strip_prefix("logout_token="))
        .unwrap_or_default()
        .to_owned();
    identity.log_out_by_provider(id, token, origin).await?;
    Ok(StatusCode::OK)
}

async fn test(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
) -> Result<StatusCode, IdentityError> {
    identity.test_provider(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_own(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Connections>, IdentityError> {
    let items = identity.connections(&caller).await?;
    let user = caller.user_id().map(|id| *id.as_bytes());
    let event = Event::own::<crate::resources::UserResource>(
        &caller,
        &crate::events::READ_CONNECTIONS,
        user,
    );
    identity.sink().record(event).await?;
    let items = items
        .into_iter()
        .map(|connection| Connection {
            provider_id: connection.provider,
            name: connection.name,
            kind: connection.kind,
            last_seen_at: connection.last_seen_at,
        })
        .collect();
    Ok(axum::Json(Connections { items }))
}

async fn begin_own(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    uri: Uri,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Begin>,
) -> Result<Response, IdentityError> {
    let user = super::front::fresh_person(&caller)?;
    at_public_address(&identity, &headers, &uri)?;
    let return_to = body.return_to.unwrap_or_default();
    let origin = caller.origin();
    let (redirect, cookies) = identity
        .go_to_provider(body.provider_id, &return_to, Some(user), origin)
        .await
        .map_err(super::front::while_signed_in)?;
    let mut response = axum::Json(Redirect { redirect }).into_response();
    response.headers_mut().extend(cookies);
    Ok(response)
}

async fn callback_own(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Callback>,
) -> Result<Response, IdentityError> {
    let return_to = identity.connect(&caller, &headers, given(body)).await?;
    let mut response = axum::Json(Connected { return_to }).into_response();
    cookie::clear_attempt(response.headers_mut());
    Ok(response)
}

async fn delete_own(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<ProviderId>,
) -> Result<StatusCode, IdentityError> {
    identity.disconnect(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
