//! The second factor by a code sent to a proven address, for accounts that have no factor of their own.
//!
//! A code by mail or text message is weaker than an app or a passkey, so that it never stands beside one: whoever has
//! added a factor is asked for that only. It is open where the security settings allow it, and never to
//! administrators, whatever the settings say.

use super::next::Method;
use super::second_factor::Trial;
use crate::accounts::sql as accounts;
use crate::contact::sql::{self as contacts, proven};
use crate::contact::{Kind, recipient};
use crate::error::IdentityError;
use crate::events::{SEND_CODE, STEP_UP_CODE};
use crate::factors;
use crate::identity::Identity;
use crate::one_time_code::{Holder, Purpose};
use crate::organisation::Directory;
use crate::resources::SessionResource;
use crate::security::Rules;
use crate::sessions::sql::SessionRow;
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Origin, RoleSet, SessionRefusal};
use custos_outbox::{Recipient, Template, Ways};
use custos_store::WriteTx;
use custos_values::{OrgId, UserId};
use std::sync::Arc;

fn unavailable() -> IdentityError {
    Problem::new(StatusCode::CONFLICT, "session.code.unavailable").into()
}

/// What decides, beside the account's own rows, whether codes may be sent. Read before a transaction, within which
/// nothing waits for a second connection.
pub(crate) struct CodePolicy {
    rules: Arc<Rules>,
    ways: Ways,
}

impl CodePolicy {
    /// The kinds of addresses that codes may be sent to, for somebody with these roles and proven addresses.
    pub(crate) fn kinds(&self, roles: RoleSet, proven: &[Kind]) -> Vec<Kind> {
        let open = |kind| match kind {
            Kind::Mail => self.ways.mail,
            Kind::Mobile => self.ways.sms,
        };
        let mut kinds = proven.to_vec();
        kinds.retain(|kind| open(*kind) && self.rules.accepts_codes(roles, *kind));
        kinds
    }

    /// The same under other settings.
    pub(crate) fn under(&self, rules: Arc<Rules>) -> Self {
        let ways = self.ways;
        Self { rules, ways }
    }

    /// As [`Self::kinds`], of an account as it is within a transaction.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn kinds_within(
        &self,
        tx: &mut WriteTx<'_>,
        user: UserId,
    ) -> Result<Vec<Kind>, IdentityError> {
        let Some(account) = accounts::facts(tx, user).await? else {
            return Ok(Vec::new());
        };
        let addresses = contacts::of_user_within(tx, user).await?;
        Ok(self.kinds(account.roles, &proven(&addresses)))
    }
}

impl Identity {
    /// What decides whether codes may be sent.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn code_policy(&self, org: OrgId) -> Result<CodePolicy, IdentityError> {
        let rules = self.rules(org).await?;
        let ways = self.queue().ways(org, Template::SignInCode).await?;
        Ok(CodePolicy { rules, ways })
    }

    /// The kinds of addresses an account can be sent codes to. Those who have a factor of their own use that.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(crate) async fn code_kinds(
        &self,
        org: OrgId,
        user: UserId,
    ) -> Result<Vec<Kind>, IdentityError> {
        let directory = self.directory(org).await?;
        let rules = directory.rules();
        let roles = roles_of(&directory, user)?;
        // Where no setting allows codes, nothing else is read.
        if ![Kind::Mail, Kind::Mobile]
            .iter()
            .any(|kind| rules.accepts_codes(roles, *kind))
        {
            return Ok(Vec::new());
        }
        let policy = self.code_policy(org).await?;
        let addresses = contacts::of_user(&mut self.store().read().await?, org, user).await?;
        Ok(policy.kinds(roles, &proven(&addresses)))
    }

    /// Sends a code that completes the request's pending session. Gives the address with its middle hidden.
    ///
    /// # Errors
    /// 409 `session.code.unavailable`, 429 within the pause or above a daily limit.
    pub(super) async fn send_sign_in_code(
        &self,
        headers: &HeaderMap,
        kind: Kind,
        origin: Origin,
    ) -> Result<String, IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        let event = Event::before_sign_in(
            row.org,
            Some(row.user),
            &SEND_CODE,
            Outcome::Allowed,
            origin.clone(),
        );
        self.send_code_to(&row, kind, event, &origin).await
    }

    /// Refuses a code where none can have been sent, without counting it as an attempt: nothing was guessed.
    ///
    /// # Errors
    /// 409 `session.code.unavailable`.
    pub(super) async fn expects_code(
        &self,
        headers: &HeaderMap,
        origin: &Origin,
    ) -> Result<(), IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        let proofs = self.proofs_of(row.org, row.user).await?;
        if proofs.iter().any(|way| matches!(way, Method::Code(_))) {
            Ok(())
        } else {
            Err(unavailable())
        }
    }

    /// Sends a code that proves again who the caller is.
    ///
    /// # Errors
    /// As of [`Self::send_sign_in_code`].
    pub(super) async fn send_step_up_code(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
        kind: Kind,
    ) -> Result<String, IdentityError> {
        let row = self.active_session(headers, caller).await?;
        let session = Some(*row.id.as_bytes());
        let event = Event::own::<SessionResource>(caller, &STEP_UP_CODE, session);
        self.send_code_to(&row, kind, event, caller.origin()).await
    }

    async fn send_code_to(
        &self,
        row: &SessionRow,
        kind: Kind,
        event: Event,
        origin: &Origin,
    ) -> Result<String, IdentityError> {
        let (org, user) = (row.org, row.user);
        let to = self.code_address(org, user, kind).await?;
        let shown = to.mask();
        let permit = self.credential_permit(org, user, origin)?;
        let holder = Holder {
            org,
            user,
            session: row.id,
            origin,
        };
        let mut tx = self
            .store()
            .write(&Self::keeper(org, origin.clone()))
            .await?;
        let queued = self.send_code(&mut tx, &permit, &holder, Purpose::SignIn, to, None);
        let queued = queued.await?;
        let event = event.with("kind", Detail::code(kind.name()));
        tx.finish_all(vec![event, queued]).await?;
        Ok(shown)
    }

    async fn code_address(
        &self,
        org: OrgId,
        user: UserId,
        kind: Kind,
    ) -> Result<Recipient, IdentityError> {
        let proofs = self.proofs_of(org, user).await?;
        if !proofs.contains(&Method::Code(kind)) {
            return Err(unavailable());
        }
        let addresses = contacts::of_user(&mut self.store().read().await?, org, user).await?;
        let mut proven = addresses.iter().filter(|row| row.verified);
        let address = proven.find(|row| row.kind == kind);
        let address = address.ok_or_else(unavailable)?;
        let key = self.store().keys().get(self.store(), org).await?;
        Ok(recipient(&key, user, kind, &address.value)?)
    }

    /// Checks a code that was sent. What is right must also be the first to come: gives the transaction that used it
    /// up. Wrong tries are counted for the session, which the code is bound to.
    pub(super) async fn use_sent_code(
        &self,
        trial: &Trial,
        text: &str,
    ) -> Result<Option<WriteTx<'_>>, IdentityError> {
        let (org, user) = (trial.row.org, trial.row.user);
        let policy = self.code_policy(org).await?;
        let permit = self.credential_permit(org, user, &trial.origin)?;
        let keeper = Self::keeper(org, trial.origin.clone());
        let holder = Holder {
            org,
            user,
            session: trial.row.id,
            origin: &trial.origin,
        };
        let mut tx = self.store().write(&keeper).await?;
        // Else a factor added, or a role given, at the same moment could be got round.
        accounts::hold(&mut tx, &permit).await?;
        let of_their_own = factors::of_user_within(&mut tx, user).await?;
        if !of_their_own.is_empty() || policy.kinds_within(&mut tx, user).await?.is_empty() {
            return Err(unavailable());
        }
        let taken = self
            .take_code(&mut tx, &permit, &holder, Purpose::SignIn, text)
            .await?;
        Ok(taken.map(|_| tx))
    }
}

fn roles_of(directory: &Directory, user: UserId) -> Result<RoleSet, IdentityError> {
    let person = directory.person(user).ok_or(SessionRefusal::Unknown)?;
    Ok(person.roles)
}
