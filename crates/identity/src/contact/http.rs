//! One's own addresses on the wire.

use super::Kind;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::ContactPointResource;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, JsonBody, Operation, Problem};
use custos_kernel::policy::actions;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// An address.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnContact)]
pub(super) struct Contact {
    /// The address or number.
    value: String,
    /// Whether it was proven by a code or a link.
    verified: bool,
}

/// One's own addresses.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnContacts)]
pub(super) struct Contacts {
    /// The mail address, if any.
    mail: Option<Contact>,
    /// The mobile number, if any.
    mobile: Option<Contact>,
    /// Whether codes can be sent by mail.
    mail_available: bool,
    /// Whether codes can be sent by text message.
    mobile_available: bool,
}

/// An address to prove.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContact)]
pub(super) struct NewContact {
    /// The address or number.
    value: String,
}

/// The code that was sent there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactCode)]
pub(super) struct ContactCode {
    /// Six digits.
    code: String,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let update = Access::to::<actions::Update, ContactPointResource>();
    vec![
        Operation::new(
            Method::GET,
            "/me/contacts",
            "contact_own_read",
            Access::to::<actions::Read, ContactPointResource>(),
            read,
        )
        .answers::<Contacts>(200),
        Operation::new(
            Method::PUT,
            "/me/contacts/{kind}",
            "contact_own_begin",
            update,
            begin,
        )
        .body::<NewContact>()
        .answers_nothing(202),
        Operation::new(
            Method::POST,
            "/me/contacts/{kind}/verification",
            "contact_own_confirm",
            update,
            confirm,
        )
        .body::<ContactCode>()
        .answers_nothing(204),
        Operation::new(
            Method::DELETE,
            "/me/contacts/{kind}",
            "contact_own_delete",
            update,
            remove,
        )
        .answers_nothing(204),
    ]
}

fn kind_of(name: &str) -> Result<Kind, Problem> {
    Kind::from_name(name).ok_or_else(Problem::not_found)
}

async fn read(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
) -> Result<axum::Json<Contacts>, IdentityError> {
    let (own, ways) = identity.contacts(&caller).await?;
    let mut contacts = Contacts {
        mail: None,
        mobile: None,
        mail_available: ways.mail,
        mobile_available: ways.sms,
    };
    for one in own {
        let contact = Contact {
            value: one.value,
            verified: one.verified,
        };
        match one.kind {
            Kind::Mail => contacts.mail = Some(contact),
            Kind::Mobile => contacts.mobile = Some(contact),
        }
    }
    Ok(axum::Json(contacts))
}

async fn begin(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    Path(kind): Path<String>,
    JsonBody(body): JsonBody<NewContact>,
) -> Result<StatusCode, IdentityError> {
    identity
        .begin_contact(&caller, kind_of(&kind)?, &body.value)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

async fn confirm(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    Path(kind): Path<String>,
    JsonBody(body): JsonBody<ContactCode>,
) -> Result<StatusCode, IdentityError> {
    identity
        .confirm_contact(&caller, kind_of(&kind)?, &body.code)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    Path(kind): Path<String>,
) -> Result<StatusCode, IdentityError> {
    identity.remove_contact(&caller, kind_of(&kind)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
