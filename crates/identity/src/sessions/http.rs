//! The session on the wire.

use super::cookie;
use super::operations::csrf_token;
use super::working::SessionLabel;
use crate::accounts::sql as accounts;
use crate::contact::Kind;
use crate::error::IdentityError;
use crate::events::READ_SESSION;
use crate::identity::Identity;
use crate::preferences::chosen_language;
use crate::resources::SessionResource;
use crate::schema::{AssuranceName, DataScopeName, Named, RoleName};
use crate::sign_in::Method as Proof;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, Operation, Problem};
use custos_kernel::event::Event;
use custos_values::{DeviceId, Timestamp, UserId};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionUser {
    /// The account's id.
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
    department: Option<Named>,
    /// The language they chose, else their organisation's; a BCP 47 tag.
    language: String,
    /// Whether they chose it themselves, as their preference `language`.
    language_chosen: bool,
    /// Whether its time has passed: nothing else is permitted until it is changed.
    password_expired: bool,
    /// Whether the account has a password; who came in by a one-time link has none yet.
    password: bool,
}

/// By what somebody can prove again who they are.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepUpWay {
    /// A code of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A code sent by mail.
    MailCode,
    /// A code sent by text message.
    SmsCode,
}

impl StepUpWay {
    /// None for what only completes a sign-in.
    fn of(method: Proof) -> Option<Self> {
        match method {
            Proof::Totp => Some(Self::Totp),
            Proof::Passkey => Some(Self::Passkey),
            Proof::Code(Kind::Mail) => Some(Self::MailCode),
            Proof::Code(Kind::Mobile) => Some(Self::SmsCode),
            Proof::Recovery | Proof::EnrolTotp => None,
        }
    }
}

/// What somebody from outside was asked to look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Engagement)]
pub(super) struct EngagementBody {
    /// Whom they come from.
    firm: String,
    /// The beginning of the period of the log that they see.
    #[schema(value_type = String, format = "date-time")]
    from: Timestamp,
    /// Its end, which is not part of it.
    #[schema(value_type = String, format = "date-time")]
    to: Timestamp,
    /// From then on the account opens nothing.
    #[schema(value_type = String, format = "date-time")]
    ends_at: Timestamp,
}

/// Who is signed in, what they may do, and until when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionBody {
    /// The person.
    user: SessionUser,
    /// Their organisation.
    organisation: Named,
    /// What they may do on some record at least, such as `customer.create`.
    permissions: Vec<String>,
    /// What `X-CSRF-Token` must be on requests that change something.
    csrf_token: String,
    /// How surely the person proved who they are.
    assurance: AssuranceName,
    /// By what the person can prove again who they are.
    step_up: Vec<StepUpWay>,
    /// Whether what they proved counts as fresh now, for a request from where this one comes.
    fresh: bool,
    /// The registered device the session is bound to. Every request must then carry a proof of its key.
    #[schema(value_type = Option<String>, format = "uuid")]
    device_id: Option<DeviceId>,
    /// At which labels they may work.
    label: SessionLabel,
    /// Roles held that count on registered devices only, and so not here.
    roles_withheld: Vec<RoleName>,
    /// Until when what they proved counts as fresh. Some actions need a factor proven again after that.
    #[schema(value_type = String, format = "date-time")]
    fresh_until: Timestamp,
    /// For whom comes from outside: what they look at, and until when.
    #[schema(required)]
    engagement: Option<EngagementBody>,
    /// When the session ends unless it is used.
    #[schema(value_type = String, format = "date-time")]
    idle_expires_at: Timestamp,
    /// When the session ends in any case.
    #[schema(value_type = String, format = "date-time")]
    absolute_expires_at: Timestamp,
}

pub(super) fn operations() -> Vec<Operation<Arc<Identity>>> {
    vec![
        Operation::new(Method::GET, "/session", "session_read", Access::Own, read)
            .answers::<SessionBody>(200),
        Operation::new(
            Method::DELETE,
            "/session",
            "session_delete",
            Access::Own,
            sign_out,
        )
        .answers_nothing(204),
    ]
}

async fn read(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    headers: HeaderMap,
) -> Result<axum::Json<SessionBody>, IdentityError> {
    let missing = Problem::unauthenticated;
    let token = cookie::session_token(&headers).ok_or_else(missing)?;
    let address = caller.origin().address;
    let record = identity
        .session_record(&token, &headers, address)
        .await?
        .ok_or_else(missing)?;
    let directory = identity.directory(record.org).await?;
    let person = directory.person(record.user).ok_or_else(missing)?;
    let mut tx = identity.store().read().await?;
    let credentials = accounts::credentials_by_id(&mut tx, record.org, record.user).await?;
    drop(tx);
    let proofs = identity.proofs_of(record.org, record.user).await?;
    let limits = directory.rules().limits();
    let withheld = person.roles.iter();
    let withheld = withheld.filter(|role| !caller.roles().contains(*role));
    let chosen = chosen_language(&identity, &caller).await?;
    let firm = identity.firm_of(&caller).await?;
    let engagement = person.engagement;
    let body = SessionBody {
        engagement: engagement.map(|it| EngagementBody {
            firm: firm.unwrap_or_default(),
            from: it.from,
            to: it.to,
            ends_at: it.ends_at,
        }),
        user: SessionUser {
            id: record.user,
            name: person.name.clone(),
            login: person.login.clone(),
            roles: caller.roles().iter().map(RoleName::from).collect(),
            data_scope: caller.data_scope().into(),
            department: record.standing.profile.department.and_then(|id| {
                Some(Named {
                    id: id.to_string(),
                    name: directory.department_name(id)?.to_owned(),
                })
            }),
            language_chosen: chosen.is_some(),
            language: chosen.unwrap_or_else(|| directory.language().to_owned()),
            password: credentials
                .as_ref()
                .is_some_and(|account| account.password.is_some()),
            password_expired: directory
                .rules()
                .password_expired(person.password_set_at, identity.store().clock().now()),
        },
        organisation: Named {
            id: record.org.to_string(),
            name: directory.organisation_name().to_owned(),
        },
        permissions: identity.permissions_of(&caller),
        csrf_token: csrf_token(&token),
        assurance: record.assurance.into(),
        step_up: proofs.into_iter().filter_map(StepUpWay::of).collect(),
        fresh: caller.circumstances().is_some_and(|around| around.fresh),
        fresh_until: record.fresh_until(&limits),
        idle_expires_at: record.idle_deadline(&limits),
        absolute_expires_at: engagement.map_or(record.absolute_deadline(&limits), |it| {
            it.ends_at.min(record.absolute_deadline(&limits))
        }),
        label: SessionLabel::of(&caller, directory.access()),
        device_id: identity.device_of(&caller).await?,
        roles_withheld: withheld.map(RoleName::from).collect(),
    };
    let event = Event::own::<SessionResource>(&caller, &READ_SESSION, Some(*record.id.as_bytes()));
    identity.sink().record(event).await?;
    Ok(axum::Json(body))
}

async fn sign_out(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<Response, IdentityError> {
    identity.sign_out(&caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookie::clear_session(response.headers_mut());
    Ok(response)
}
