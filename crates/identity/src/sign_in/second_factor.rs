//! The second factor: completing a pending session.

use super::throttle::{Attempt, Source};
use super::{Completed, device, failed, recovery};
use crate::accounts::{SEALED_TOTP, login_hash, sql};
use crate::error::IdentityError;
use crate::events::SIGN_IN;
use crate::identity::Identity;
use crate::sessions;
use crate::sessions::Agent;
use crate::sessions::sql::{Marks, Proven, SessionRow};
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{TenantKey, Token, TotpSecret, TotpStep};
use custos_kernel::event::Event;
use custos_kernel::policy::{Assurance, Origin, SessionRefusal};
use custos_store::WriteTx;
use std::sync::Arc;

/// Wrong codes after which a pending session ends.
const WRONG_CODES: i64 = 5;

/// What is given as second factor.
#[derive(Clone, Copy)]
pub(crate) enum Code<'t> {
    /// A code of the authenticator app.
    Totp(&'t str),
    /// A recovery code.
    Recovery(&'t str),
}

impl Code<'_> {
    fn method(self) -> &'static str {
        match self {
            Self::Totp(_) => "totp",
            Self::Recovery(_) => "recovery",
        }
    }

    fn wrong(self) -> Problem {
        let code = match self {
            Self::Totp(_) => "session.totp.wrong",
            Self::Recovery(_) => "session.recovery.wrong",
        };
        Problem::new(StatusCode::UNAUTHORIZED, code)
    }
}

/// A pending session with an attempt at its second factor under way.
pub(super) struct Pending {
    pub(super) row: SessionRow,
    pub(super) key: Arc<TenantKey>,
    pub(super) login_hash: i64,
    attempt: Attempt,
    recognised: bool,
    agent: Agent,
    pub(super) origin: Origin,
}

impl Identity {
    /// Proves the second factor.
    ///
    /// # Errors
    /// 401 `session.totp.wrong`, `session.recovery.wrong`, or `session.expired` with the last wrong code allowed;
    /// 409 `session.totp.not_set_up`; 429.
    pub(crate) async fn prove_second_factor(
        &self,
        headers: &HeaderMap,
        code: Code<'_>,
        origin: Origin,
    ) -> Result<Completed, IdentityError> {
        let pending = self.attempt(headers, code.method(), origin).await?;
        let (org, user) = (pending.row.org, pending.row.user);
        let account = sql::credentials_by_id(&mut self.store().read().await?, org, user)
            .await?
            .ok_or(SessionRefusal::Unknown)?;
        let Some(sealed) = account.totp_secret else {
            return Err(Problem::new(StatusCode::CONFLICT, "session.totp.not_set_up").into());
        };
        let now = self.store().clock().now();
        let permit = self.credential_permit(org, user, &pending.origin)?;
        let keeper = Self::keeper(org, pending.origin.clone());
        // What is right so far must also be the first to come: the transaction decides.
        let accepted = match code {
            Code::Totp(text) => {
                let opened = pending
                    .key
                    .open_secret(SEALED_TOTP, user.as_bytes(), &sealed)?;
                let secret = TotpSecret::from_bytes(&opened)
                    .ok_or_else(|| Problem::internal("a TOTP secret has the wrong size"))?;
                let step = secret.check(text.trim(), now, account.totp_step.map(TotpStep));
                match step {
                    None => None,
                    Some(step) => {
                        let mut tx = self.store().write(&keeper).await?;
                        let first = sql::use_totp_step(&mut tx, &permit, step.0, now).await?;
                        first.then_some(tx)
                    }
                }
            }
            Code::Recovery(text) => match recovery::hash(user, text) {
                None => None,
                Some(hash) => {
                    let mut tx = self.store().write(&keeper).await?;
                    let first = sql::use_recovery_code(&mut tx, &permit, hash).await?;
                    if first {
                        sql::signed_in(&mut tx, &permit, now).await?;
                    }
                    first.then_some(tx)
                }
            },
        };
        match accepted {
            Some(tx) => self.complete(tx, pending, code.method(), Vec::new()).await,
            None => Err(self.wrong_code(pending, code.method(), code.wrong()).await),
        }
    }

    /// Begins an attempt at the second factor of the request's pending session.
    pub(super) async fn attempt(
        &self,
        headers: &HeaderMap,
        method: &'static str,
        origin: Origin,
    ) -> Result<Pending, IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        let directory = self.directory(row.org).await?;
        let person = directory.person(row.user).ok_or(SessionRefusal::Unknown)?;
        let key = self.store().keys().get(self.store(), row.org).await?;
        let login_hash = login_hash(&key, &person.login);
        let now = self.store().clock().now();
        let source = sessions::cookie::device(headers)
            .and_then(|mark| device::verify(&key, login_hash, mark, now))
            .map_or_else(|| Source::address(origin.address), Source::Device);
        let recognised = matches!(source, Source::Device(_));
        match self.throttles().codes.begin(login_hash, source, now) {
            Ok(attempt) => Ok(Pending {
                row,
                key,
                login_hash,
                attempt,
                recognised,
                agent: Agent::of(headers),
                origin,
            }),
            Err(refusal) => Err(self
                .refuse(refusal, row.org, method, login_hash, origin)
                .await),
        }
    }

    /// Makes the session active under a new token, and finishes the transaction that proved the second factor.
    pub(super) async fn complete(
        &self,
        mut tx: WriteTx<'_>,
        pending: Pending,
        method: &'static str,
        mut events: Vec<Event>,
    ) -> Result<Completed, IdentityError> {
        let Pending {
            row,
            key,
            login_hash,
            attempt,
            recognised,
            agent,
            origin,
        } = pending;
        let now = self.store().clock().now();
        let token = Token::generate(self.store().random());
        let permit = self.session_permit(&row, &origin)?;
        let random = self.store().random();
        let marks = Marks::seal(&key, row.id, agent, origin.address, random);
        let hash = token.hash();
        let proven = Proven {
            assurance: Assurance::Multi,
            recognised,
        };
        let before = &row.token;
        if !sessions::sql::activate(&mut tx, &permit, before, &hash, now, proven, marks).await? {
            return Err(SessionRefusal::Unknown.into());
        }
        let event =
            Event::before_sign_in(row.org, Some(row.user), &SIGN_IN, Outcome::Allowed, origin)
                .with("method", Detail::code(method))
                .with("session", Detail::id(*row.id.as_bytes()));
        events.push(event);
        tx.finish_all(events).await?;
        self.sessions().forget(|kept| kept.id == row.id);
        self.throttles().codes.succeeded(attempt);
        let device = device::make(&key, login_hash, now, self.store().random());
        Ok(Completed { token, device })
    }

    /// Counts and records a wrong code.
    pub(super) async fn wrong_code(
        &self,
        pending: Pending,
        method: &'static str,
        problem: Problem,
    ) -> IdentityError {
        match self.count_wrong_code(pending, method).await {
            Ok(true) => SessionRefusal::Expired.into(),
            Ok(false) => problem.into(),
            Err(error) => error,
        }
    }

    async fn count_wrong_code(
        &self,
        pending: Pending,
        method: &'static str,
    ) -> Result<bool, IdentityError> {
        let Pending {
            row,
            login_hash,
            origin,
            ..
        } = pending;
        let permit = self.session_permit(&row, &origin)?;
        let keeper = Self::keeper(row.org, origin.clone());
        let mut tx = self.store().write(&keeper).await?;
        let ended = sessions::sql::count_failure(&mut tx, &permit, WRONG_CODES).await?;
        tx.finish(failed(row.org, Some(row.user), method, login_hash, origin))
            .await?;
        if ended {
            self.sessions().forget(|kept| kept.id == row.id);
        }
        Ok(ended)
    }
}
