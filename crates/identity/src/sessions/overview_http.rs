//! Lists of sessions on the wire.

use super::agent::{Browser, System};
use super::cookie;
use super::overview::SessionView;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::SessionResource;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, Operation, PathId};
use custos_kernel::policy::actions;
use custos_values::{SessionId, Timestamp, UserId};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A sign-in that is in force: a browser on a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedInDevice {
    /// The session's id.
    #[schema(value_type = String, format = "uuid")]
    id: SessionId,
    /// Whether it is the one this answer is given to.
    current: bool,
    /// The browser, as it says itself.
    #[schema(inline)]
    browser: Browser,
    /// The system it runs on, as it says itself.
    #[schema(inline)]
    system: System,
    /// When signing in was begun.
    #[schema(value_type = String, format = "date-time")]
    made_at: Timestamp,
    /// The network address it was made from. Addresses are not looked up: this is all there is of a place.
    made_from: Option<String>,
    /// When it was last used; uses on another node show some minutes later.
    #[schema(value_type = String, format = "date-time")]
    last_used_at: Timestamp,
    /// The network address of the last use.
    last_used_from: Option<String>,
    /// What the caller may do with it: `session.delete`.
    actions: Vec<String>,
}

/// The sessions of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedInDevices {
    /// Those in force, the last used first.
    items: Vec<SignedInDevice>,
}

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let delete = Access::to::<actions::Delete, SessionResource>();
    vec![
        Operation::new(
            Method::GET,
            "/me/sessions",
            "session_list",
            Access::Own,
            own,
        )
        .answers::<SignedInDevices>(200),
        Operation::new(
            Method::DELETE,
            "/me/sessions",
            "session_end_others",
            Access::Own,
            end_others,
        )
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/me/sessions/{session_id}",
            "session_end",
            Access::Own,
            end,
        )
        .answers_nothing(204),
        Operation::new(
            Method::GET,
            "/users/{id}/sessions",
            "user_session_list",
            Access::to::<actions::List, SessionResource>(),
            of_user,
        )
        .answers::<SignedInDevices>(200),
        Operation::new(
            Method::DELETE,
            "/users/{id}/sessions",
            "user_session_end_all",
            delete,
            revoke_all,
        )
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/users/{id}/sessions/{session_id}",
            "user_session_end",
            delete,
            revoke,
        )
        .answers_nothing(204),
    ]
}

fn wire(views: Vec<SessionView>) -> axum::Json<SignedInDevices> {
    let item = |view: SessionView| SignedInDevice {
        id: view.id,
        current: view.current,
        browser: view.agent.browser,
        system: view.agent.system,
        made_at: view.made_at,
        made_from: view.made_from,
        last_used_at: view.last_used_at,
        last_used_from: view.last_used_from,
        actions: view.actions,
    };
    axum::Json(SignedInDevices {
        items: views.into_iter().map(item).collect(),
    })
}

async fn own(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<SignedInDevices>, IdentityError> {
    Ok(wire(identity.own_sessions(&caller).await?))
}

async fn end_others(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<StatusCode, IdentityError> {
    identity.end_own_other_sessions(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(id): PathId<SessionId>,
) -> Result<Response, IdentityError> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if caller.session_id() == Some(id) {
        identity.sign_out(&caller).await?;
        cookie::clear_session(response.headers_mut());
    } else {
        identity.end_own_session(&caller, id).await?;
    }
    Ok(response)
}

async fn of_user(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(user): PathId<UserId>,
) -> Result<axum::Json<SignedInDevices>, IdentityError> {
    Ok(wire(identity.sessions_of(&caller, user).await?))
}

async fn revoke_all(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId(user): PathId<UserId>,
) -> Result<StatusCode, IdentityError> {
    identity.revoke_sessions(&caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn revoke(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    PathId((user, id)): PathId<(UserId, SessionId)>,
) -> Result<StatusCode, IdentityError> {
    identity.revoke_session(&caller, user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
