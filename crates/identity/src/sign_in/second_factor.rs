//! The second factor: completing a pending session.

use super::throttle::{Attempt, Source};
use super::{Completed, device, failed, recovery};
use crate::accounts::{login_hash, sql};
use crate::error::IdentityError;
use crate::events::SIGN_IN;
use crate::factors;
use crate::identity::Identity;
use crate::resources::FactorResource;
use crate::schema::FactorKind;
use crate::security::{Room, Rules};
use crate::sessions;
use crate::sessions::Agent;
use crate::sessions::sql::{Marks, Proven, SessionRow};
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{TenantKey, Token, TotpStep};
use custos_kernel::event::Event;
use custos_kernel::policy::{Assurance, Facts, Origin, RoleSet, SessionRefusal, actions};
use custos_store::WriteTx;
use custos_values::Timestamp;
use std::sync::Arc;

/// Wrong codes in a row after which a session ends.
const WRONG_CODES: i64 = 5;

/// What is given as second factor.
#[derive(Clone, Copy)]
pub(crate) enum Code<'t> {
    /// A code of the authenticator app.
    Totp(&'t str),
    /// A recovery code.
    Recovery(&'t str),
    /// A code that was sent.
    Sent(&'t str),
}

impl Code<'_> {
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Totp(_) => "totp",
            Self::Recovery(_) => "recovery",
            Self::Sent(_) => "sent_code",
        }
    }

    pub(super) fn wrong(self) -> Problem {
        let code = match self {
            Self::Totp(_) => "session.totp.wrong",
            Self::Recovery(_) => "session.recovery.wrong",
            Self::Sent(_) => "session.code.wrong",
        };
        Problem::new(StatusCode::UNAUTHORIZED, code)
    }
}

/// What was proven, and how it is called in the log.
#[derive(Clone, Copy)]
pub(super) struct Proof {
    pub(super) method: &'static str,
    pub(super) assurance: Assurance,
}

impl Proof {
    /// A second factor that could be given to another site.
    pub(super) fn multi(method: &'static str) -> Self {
        Self {
            method,
            assurance: Assurance::Multi,
        }
    }

    /// A factor that answers this site only.
    pub(super) fn phishing_resistant(method: &'static str) -> Self {
        Self {
            method,
            assurance: Assurance::PhishingResistant,
        }
    }
}

/// An attempt at proving a factor, and the session it is made in.
pub(super) struct Trial {
    pub(super) row: SessionRow,
    pub(super) key: Arc<TenantKey>,
    pub(super) login_hash: i64,
    pub(super) attempt: Attempt,
    recognised: bool,
    pub(super) agent: Agent,
    /// What counts for the account, read before the transaction that completes the sign-in: within it, nothing waits for
    /// a second connection.
    roles: RoleSet,
    pub(super) rules: Arc<Rules>,
    password_expired: bool,
    pub(super) origin: Origin,
}

impl Identity {
    /// Proves the second factor.
    ///
    /// # Errors
    /// 401 `session.totp.wrong`, `session.recovery.wrong`, `session.code.wrong`, or `session.expired` with the last
    /// wrong code allowed; 409 `session.totp.not_set_up`, `session.code.unavailable`; 429.
    pub(crate) async fn prove_second_factor(
        &self,
        headers: &HeaderMap,
        code: Code<'_>,
        origin: Origin,
    ) -> Result<Completed, IdentityError> {
        let trial = self.attempt(headers, code.method(), origin).await?;
        match self.use_code(&trial, code).await? {
            Some(tx) => {
                let proof = Proof::multi(code.method());
                self.complete(tx, trial, proof, Vec::new()).await
            }
            None => Err(self.wrong_code(trial, code.method(), code.wrong()).await),
        }
    }

    /// Checks a code. What is right must also be the first to come: gives the transaction that used it up.
    ///
    /// # Errors
    /// 409 `session.totp.not_set_up`, `session.code.unavailable`.
    pub(super) async fn use_code(
        &self,
        trial: &Trial,
        code: Code<'_>,
    ) -> Result<Option<WriteTx<'_>>, IdentityError> {
        match code {
            Code::Totp(text) => self.use_totp(trial, text.trim()).await,
            Code::Recovery(text) => self.use_recovery(trial, text).await,
            Code::Sent(text) => self.use_sent_code(trial, text).await,
        }
    }

    async fn use_totp(
        &self,
        trial: &Trial,
        text: &str,
    ) -> Result<Option<WriteTx<'_>>, IdentityError> {
        let (org, user) = (trial.row.org, trial.row.user);
        let mut read = self.store().read().await?;
        let mut apps = factors::of_user(&mut read, org, user).await?;
        drop(read);
        apps.retain(|factor| factor.kind == FactorKind::Totp);
        if apps.is_empty() {
            return Err(Problem::new(StatusCode::CONFLICT, "session.totp.not_set_up").into());
        }
        let now = self.store().clock().now();
        let keeper = Self::keeper(org, trial.origin.clone());
        for app in apps {
            let secret = factors::open_totp(&trial.key, &app)?;
            let Some(step) = secret.check(text, now, Some(TotpStep(app.counter))) else {
                continue;
            };
            let id = *app.id.as_bytes();
            let facts = Facts::<FactorResource>::owned(org, id, 0, Some(user), None);
            let permit = self
                .policy()
                .permit::<actions::Update, _>(&keeper, &facts)?;
            let mut tx = self.store().write(&keeper).await?;
            let first = factors::use_totp_step(&mut tx, &permit, step.0, now).await?;
            return Ok(first.then_some(tx));
        }
        Ok(None)
    }

    async fn use_recovery(
        &self,
        trial: &Trial,
        text: &str,
    ) -> Result<Option<WriteTx<'_>>, IdentityError> {
        let (org, user) = (trial.row.org, trial.row.user);
        if self.proofs_of(org, user).await?.is_empty() {
            // A recovery code stands in for a factor; without one, the next step is to set one up.
            return Err(Problem::new(StatusCode::CONFLICT, "session.totp.not_set_up").into());
        }
        let Some(hash) = recovery::hash(user, text) else {
            return Ok(None);
        };
        let permit = self.credential_permit(org, user, &trial.origin)?;
        let keeper = Self::keeper(org, trial.origin.clone());
        let mut tx = self.store().write(&keeper).await?;
        let first = sql::use_recovery_code(&mut tx, &permit, hash).await?;
        Ok(first.then_some(tx))
    }

    /// Begins an attempt at the second factor of the request's pending session.
    pub(super) async fn attempt(
        &self,
        headers: &HeaderMap,
        method: &'static str,
        origin: Origin,
    ) -> Result<Trial, IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        self.begin_trial(row, None, headers, method, origin).await
    }

    /// Begins an attempt in a session, counted for `source`, or for the device or address the request comes from.
    pub(super) async fn begin_trial(
        &self,
        row: SessionRow,
        source: Option<Source>,
        headers: &HeaderMap,
        method: &'static str,
        origin: Origin,
    ) -> Result<Trial, IdentityError> {
        let (key, login_hash) = self.login_of(&row).await?;
        let now = self.store().clock().now();
        let device = known_device(headers, &key, login_hash, now);
        let source = source.unwrap_or_else(|| {
            device.map_or_else(|| Source::address(origin.address), Source::Device)
        });
        match self.throttles().codes.begin(login_hash, source, now) {
            Ok(attempt) => self.trial(row, attempt, headers, origin).await,
            Err(refusal) => Err(self
                .refuse(refusal, row.org, method, login_hash, origin)
                .await),
        }
    }

    /// An attempt that is counted already.
    pub(super) async fn trial(
        &self,
        row: SessionRow,
        attempt: Attempt,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<Trial, IdentityError> {
        let (key, login_hash) = self.login_of(&row).await?;
        let now = self.store().clock().now();
        let directory = self.directory(row.org).await?;
        let person = directory.person(row.user).ok_or(SessionRefusal::Unknown)?;
        let rules = Arc::clone(directory.rules());
        Ok(Trial {
            roles: person.roles,
            password_expired: rules.password_expired(person.password_set_at, now),
            rules,
            recognised: known_device(headers, &key, login_hash, now).is_some(),
            row,
            key,
            login_hash,
            attempt,
            agent: Agent::of(headers),
            origin,
        })
    }

    async fn login_of(&self, row: &SessionRow) -> Result<(Arc<TenantKey>, i64), IdentityError> {
        let directory = self.directory(row.org).await?;
        let person = directory.person(row.user).ok_or(SessionRefusal::Unknown)?;
        let key = self.store().keys().get(self.store(), row.org).await?;
        let login_hash = login_hash(&key, &person.login);
        Ok((key, login_hash))
    }

    /// Makes the session active under a new token, and finishes the transaction that proved the second factor.
    pub(super) async fn complete(
        &self,
        mut tx: WriteTx<'_>,
        trial: Trial,
        proof: Proof,
        mut events: Vec<Event>,
    ) -> Result<Completed, IdentityError> {
        let Trial {
            row,
            key,
            login_hash,
            attempt,
            recognised,
            agent,
            roles,
            rules,
            password_expired,
            origin,
        } = trial;
        let now = self.store().clock().now();
        let token = Token::generate(self.store().random());
        let permit = self.session_permit(&row, &origin)?;
        let random = self.store().random();
        let marks = Marks::seal(&key, row.id, agent, origin.address, random);
        let hash = token.hash();
        let proven = Proven {
            assurance: proof.assurance,
            recognised,
        };
        let account = self.credential_permit(row.org, row.user, &origin)?;
        let ended = match self
            .make_room(&mut tx, &account, &rules, roles, &origin)
            .await?
        {
            Room::Made(ended) => ended,
            Room::None(problem) => {
                drop(tx);
                self.throttles().codes.succeeded(attempt);
                let event = failed(row.org, Some(row.user), proof.method, login_hash, origin)
                    .with("reason", Detail::code("too_many_sessions"));
                self.sink().record_durably(event).await?;
                return Err(problem.into());
            }
        };
        if !sql::signed_in(&mut tx, &account, now).await? {
            return Err(SessionRefusal::Disabled.into());
        }
        let before = &row.token;
        if !sessions::sql::activate(&mut tx, &permit, before, &hash, now, proven, marks).await? {
            return Err(SessionRefusal::Unknown.into());
        }
        if !recognised {
            let told = self.new_sign_in(&mut tx, &row, agent, &origin);
            events.extend(told.await?);
        }
        let event =
            Event::before_sign_in(row.org, Some(row.user), &SIGN_IN, Outcome::Allowed, origin)
                .with("method", Detail::code(proof.method))
                .with("session", Detail::id(*row.id.as_bytes()));
        let count = u64::try_from(ended.len()).unwrap_or(u64::MAX);
        events.push(event.with("sessions_ended", Detail::count(count)));
        tx.finish_all(events).await?;
        self.sessions()
            .forget(|kept| kept.id == row.id || ended.contains(&kept.id));
        self.throttles().codes.succeeded(attempt);
        let device = device::make(&key, login_hash, now, self.store().random());
        Ok(Completed {
            token,
            device,
            password_expired,
        })
    }

    /// Counts and records a wrong code of a sign-in.
    pub(super) async fn wrong_code(
        &self,
        trial: Trial,
        method: &'static str,
        problem: Problem,
    ) -> IdentityError {
        let (row, origin) = (&trial.row, trial.origin.clone());
        let event = failed(row.org, Some(row.user), method, trial.login_hash, origin);
        self.count_wrong_code(trial, event, problem).await
    }

    /// Counts a wrong code and records it by `event`; gives what to answer.
    pub(super) async fn count_wrong_code(
        &self,
        trial: Trial,
        event: Event,
        problem: Problem,
    ) -> IdentityError {
        match self.count_failure(&trial, event).await {
            Ok(true) => SessionRefusal::Expired.into(),
            Ok(false) => problem.into(),
            Err(error) => error,
        }
    }

    async fn count_failure(&self, trial: &Trial, event: Event) -> Result<bool, IdentityError> {
        let row = &trial.row;
        let permit = self.session_permit(row, &trial.origin)?;
        let keeper = Self::keeper(row.org, trial.origin.clone());
        let mut tx = self.store().write(&keeper).await?;
        let ended = sessions::sql::count_failure(&mut tx, &permit, WRONG_CODES).await?;
        tx.finish(event).await?;
        if ended {
            self.sessions().forget(|kept| kept.id == row.id);
        }
        Ok(ended)
    }
}

/// The mark of the browser, if it completed a sign-in to the account before.
fn known_device(
    headers: &HeaderMap,
    key: &TenantKey,
    login_hash: i64,
    now: Timestamp,
) -> Option<[u8; 16]> {
    sessions::cookie::device(headers).and_then(|mark| device::verify(key, login_hash, mark, now))
}
