//! What people do with their own addresses.

use super::model::open_contact;
use super::{Kind, seal_contact, sql};
use crate::error::IdentityError;
use crate::factors;
use crate::identity::Identity;
use crate::one_time_code::{Holder, Purpose};
use crate::resources::ContactPointResource;
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, actions};
use custos_outbox::{Template, Ways};
use custos_values::{SessionId, UserId};

/// An address of one's own.
pub(super) struct Own {
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) verified: bool,
}

fn wrong_code() -> IdentityError {
    IdentityError::invalid_field("code", "contact.code_wrong")
}

impl Identity {
    /// The caller's addresses, and by which ways a code can be sent.
    pub(super) async fn contacts(
        &self,
        caller: &Caller,
    ) -> Result<(Vec<Own>, Ways), IdentityError> {
        let (permit, user, _) = self.contact_permit::<actions::Read>(caller)?;
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let rows = sql::of_user(&mut store.read().await?, caller.org(), user).await?;
        let mut own = Vec::with_capacity(rows.len());
        for row in rows {
            own.push(Own {
                kind: row.kind,
                value: open_contact(&key, user, row.kind, &row.value)?,
                verified: row.verified,
            });
        }
        let ways = self
            .queue()
            .ways(caller.org(), Template::ContactCode)
            .await?;
        self.sink().record(Event::of(&permit)).await?;
        Ok((own, ways))
    }

    /// Sends a code to an address the caller says is theirs.
    ///
    /// # Errors
    /// Refused; 409 `outbox.not_configured`, 422 naming `value`, 429.
    pub(super) async fn begin_contact(
        &self,
        caller: &Caller,
        kind: Kind,
        text: &str,
    ) -> Result<(), IdentityError> {
        let (permit, user, session) = self.contact_permit::<actions::Update>(caller)?;
        let org = caller.org();
        let recipient = kind.parse(text).map_err(|error| {
            let mut problem = FieldProblem::new("value", error.code);
            problem.params.extend(
                error
                    .params
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone())),
            );
            IdentityError::invalid(vec![problem])
        })?;
        let ways = self.queue().ways(org, Template::ContactCode).await?;
        let open = match kind {
            Kind::Mail => ways.mail,
            Kind::Mobile => ways.sms,
        };
        if !open {
            return Err(Problem::new(StatusCode::CONFLICT, "outbox.not_configured").into());
        }
        let store = self.store();
        let key = store.keys().get(store, org).await?;
        let sealed = seal_contact(&key, user, &recipient, store.random());
        let account = self.credential_permit(org, user, caller.origin())?;
        let holder = Holder {
            org,
            user,
            session,
            origin: caller.origin(),
        };
        let mut tx = store.write(caller).await?;
        let queued = self
            .send_code(
                &mut tx,
                &account,
                &holder,
                purpose(kind),
                recipient,
                Some(sealed),
            )
            .await?;
        let event = Event::of(&permit)
            .with("kind", Detail::code(kind.name()))
            .with("step", Detail::code("code_sent"));
        Ok(tx.finish_all(vec![event, queued]).await?)
    }

    /// Takes an address whose code was typed in.
    ///
    /// # Errors
    /// Refused; 422 naming `code`; 429.
    pub(super) async fn confirm_contact(
        &self,
        caller: &Caller,
        kind: Kind,
        code: &str,
    ) -> Result<(), IdentityError> {
        let (permit, user, session) = self.contact_permit::<actions::Update>(caller)?;
        let org = caller.org();
        let account = self.credential_permit(org, user, caller.origin())?;
        let holder = Holder {
            org,
            user,
            session,
            origin: caller.origin(),
        };
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        let taken = self
            .take_code(&mut tx, &account, &holder, purpose(kind), code)
            .await?;
        let event = Event::of(&permit).with("kind", Detail::code(kind.name()));
        let Some(Some(value)) = taken else {
            tx.finish(event.failed()).await?;
            return Err(wrong_code());
        };
        sql::put(&mut tx, &account, kind, value, Some(now), None).await?;
        Ok(tx.finish(event).await?)
    }

    /// Removes an address, except the last by which codes can be sent to somebody without another second factor.
    ///
    /// # Errors
    /// Refused, 404, or 409 `contact.last`.
    pub(super) async fn remove_contact(
        &self,
        caller: &Caller,
        kind: Kind,
    ) -> Result<(), IdentityError> {
        let (permit, user, _) = self.contact_permit::<actions::Update>(caller)?;
        let account = self.credential_permit(caller.org(), user, caller.origin())?;
        let codes = self.code_policy(caller.org()).await?;
        let mut tx = self.store().write(caller).await?;
        self.hold_account(&mut tx, caller, user).await?;
        if codes.kinds_within(&mut tx, user).await? == [kind]
            && factors::of_user_within(&mut tx, user).await?.is_empty()
        {
            return Err(Problem::new(StatusCode::CONFLICT, "contact.last").into());
        }
        if !sql::delete(&mut tx, &account, kind).await? {
            return Err(Problem::not_found().into());
        }
        let event = Event::of(&permit)
            .with("kind", Detail::code(kind.name()))
            .with("step", Detail::code("removed"));
        Ok(tx.finish(event).await?)
    }

    fn contact_permit<A: Action>(
        &self,
        caller: &Caller,
    ) -> Result<(Permit<A, ContactPointResource>, UserId, SessionId), IdentityError> {
        let (Some(user), Some(session)) = (caller.user_id(), caller.session_id()) else {
            return Err(Problem::unauthenticated().into());
        };
        let facts = Facts::owned(caller.org(), *user.as_bytes(), 0, Some(user), None);
        Ok((self.policy().permit(caller, &facts)?, user, session))
    }
}

fn purpose(kind: Kind) -> Purpose {
    match kind {
        Kind::Mail => Purpose::ContactMail,
        Kind::Mobile => Purpose::ContactMobile,
    }
}
