//! Passkeys when signing in: instead of a password, as the second factor after one, and to prove a factor again.

use super::Completed;
use super::second_factor::{Proof, Trial};
use super::step_up::{SteppedUp, step_up_event};
use crate::error::IdentityError;
use crate::events::SIGN_IN;
use crate::factors::{self, Assertion, Challenge, Purpose, RelyingParty, Verdict};
use crate::identity::Identity;
use crate::resources::FactorResource;
use crate::schema::FactorKind;
use crate::sessions::sql::SessionRow;
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{TenantKey, Token, sha256};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Origin, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, SessionId, UserId};
use serde_json::Value;
use std::sync::Arc;

/// How it is called in the log.
const METHOD: &str = "passkey";

/// What a browser sent.
pub(crate) struct Answer {
    /// The challenge, as given out.
    pub(crate) state: String,
    /// The credential in the JSON form of WebAuthn.
    pub(crate) credential: Value,
}

/// A right assertion that was the first for its challenge.
struct Used<'t> {
    tx: WriteTx<'t>,
    user: UserId,
}

/// Why an assertion was not accepted, as the log has it.
struct NotUsed {
    user: Option<UserId>,
    reason: &'static str,
}

fn wrong() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "session.passkey.wrong")
}

impl Identity {
    /// Begins signing in without login and password. Says nothing about anybody.
    ///
    /// # Errors
    /// 409 `passkey.unavailable`, `setup.required`.
    pub(crate) async fn begin_passkey_sign_in(&self) -> Result<(Value, String), IdentityError> {
        let org = self.only_organisation().await?;
        self.challenge(org, Purpose::SignIn, None, &[]).await
    }

    /// Signs in without login and password.
    ///
    /// # Errors
    /// 401 `session.passkey.wrong`, `session.challenge.invalid`, 429.
    pub(crate) async fn sign_in_with_passkey(
        &self,
        headers: &HeaderMap,
        answer: Answer,
        origin: Origin,
    ) -> Result<Completed, IdentityError> {
        let org = self.only_organisation().await?;
        let key = self.store().keys().get(self.store(), org).await?;
        let now = self.store().clock().now();
        let codes = &self.throttles().codes;
        let attempt = codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        let challenge = Challenge::open(&key, Purpose::SignIn, None, &answer.state, now)?;
        let used = self
            .use_assertion(&key, org, None, &challenge, answer.credential, &origin)
            .await?;
        let Used { mut tx, user } = match used {
            Ok(used) => used,
            Err(NotUsed { user, reason }) => {
                let event = Event::before_sign_in(org, user, &SIGN_IN, Outcome::Failed, origin)
                    .with("method", Detail::code(METHOD))
                    .with("reason", Detail::code(reason));
                self.sink().record_durably(event).await?;
                return Err(wrong().into());
            }
        };
        let token = Token::generate(self.store().random());
        let id = SessionId::new(self.store().clock(), self.store().random());
        self.insert_session(&mut tx, org, id, user, &token, &origin)
            .await?;
        let row = SessionRow::begun(org, id, user, token.hash(), now);
        let trial = self.trial(row, attempt, headers, origin).await?;
        let proof = Proof::phishing_resistant(METHOD);
        self.complete(tx, trial, proof, Vec::new()).await
    }

    /// Begins the second factor of a pending session.
    ///
    /// # Errors
    /// 409 `passkey.unavailable`, `session.passkey.not_set_up`.
    pub(crate) async fn begin_passkey_second_factor(
        &self,
        headers: &HeaderMap,
        origin: &Origin,
    ) -> Result<(Value, String), IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        self.challenge_for(row.org, row.user, Purpose::SecondFactor, row.id)
            .await
    }

    /// Proves the second factor of a pending session.
    ///
    /// # Errors
    /// As of a code; 401 `session.passkey.wrong`, `session.challenge.invalid`.
    pub(crate) async fn prove_second_factor_by_passkey(
        &self,
        headers: &HeaderMap,
        answer: Answer,
        origin: Origin,
    ) -> Result<Completed, IdentityError> {
        let trial = self.attempt(headers, METHOD, origin).await?;
        match self.use_in(&trial, Purpose::SecondFactor, answer).await? {
            Ok(used) => {
                let proof = Proof::phishing_resistant(METHOD);
                self.complete(used.tx, trial, proof, Vec::new()).await
            }
            Err(_) => Err(self.wrong_code(trial, METHOD, wrong()).await),
        }
    }

    /// Begins to prove a factor again.
    ///
    /// # Errors
    /// 409 `passkey.unavailable`, `session.passkey.not_set_up`.
    pub(crate) async fn begin_passkey_step_up(
        &self,
        caller: &Caller,
    ) -> Result<(Value, String), IdentityError> {
        let (Some(user), Some(session)) = (caller.user_id(), caller.session_id()) else {
            return Err(Problem::unauthenticated().into());
        };
        self.challenge_for(caller.org(), user, Purpose::StepUp, session)
            .await
    }

    /// Proves a factor again.
    ///
    /// # Errors
    /// See [`Self::prove_second_factor_by_passkey`].
    pub(crate) async fn step_up_by_passkey(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
        answer: Answer,
    ) -> Result<SteppedUp, IdentityError> {
        let trial = self.step_up_trial(headers, caller, METHOD).await?;
        match self.use_in(&trial, Purpose::StepUp, answer).await? {
            Ok(used) => {
                let proof = Proof::phishing_resistant(METHOD);
                self.complete_step_up(used.tx, trial, caller, proof).await
            }
            Err(NotUsed { reason, .. }) => {
                let event = step_up_event(caller, METHOD).with("reason", Detail::code(reason));
                Err(self.count_wrong_code(trial, event.failed(), wrong()).await)
            }
        }
    }

    /// This server as passkeys are bound to it.
    ///
    /// # Errors
    /// 409 `passkey.unavailable`.
    pub(crate) fn relying_party(&self) -> Result<Arc<RelyingParty>, IdentityError> {
        let unavailable = || Problem::new(StatusCode::CONFLICT, "passkey.unavailable");
        Ok(self.passkeys().ok_or_else(unavailable)?)
    }

    async fn challenge_for(
        &self,
        org: OrgId,
        user: UserId,
        purpose: Purpose,
        session: SessionId,
    ) -> Result<(Value, String), IdentityError> {
        let known = self.passkeys_of(org, user).await?;
        if known.is_empty() {
            return Err(Problem::new(StatusCode::CONFLICT, "session.passkey.not_set_up").into());
        }
        self.challenge(org, purpose, Some(session), &known).await
    }

    async fn challenge(
        &self,
        org: OrgId,
        purpose: Purpose,
        session: Option<SessionId>,
        known: &[Vec<u8>],
    ) -> Result<(Value, String), IdentityError> {
        let (options, content) = self
            .relying_party()?
            .begin(known)
            .ok_or_else(|| Problem::internal("a passkey could not be asked for"))?;
        let key = self.store().keys().get(self.store(), org).await?;
        let (now, random) = (self.store().clock().now(), self.store().random());
        let state = Challenge::seal(&key, purpose, session, &content, now, random);
        Ok((options, state))
    }

    async fn use_in(
        &self,
        trial: &Trial,
        purpose: Purpose,
        answer: Answer,
    ) -> Result<Result<Used<'_>, NotUsed>, IdentityError> {
        let now = self.store().clock().now();
        let session = Some(trial.row.id);
        let challenge = Challenge::open(&trial.key, purpose, session, &answer.state, now)?;
        let (org, user) = (trial.row.org, Some(trial.row.user));
        self.use_assertion(
            &trial.key,
            org,
            user,
            &challenge,
            answer.credential,
            &trial.origin,
        )
        .await
    }

    /// Judges an assertion of `expected`, or of whomever it names. What is right must also be the first to come: gives
    /// the transaction that used challenge and counter up.
    async fn use_assertion(
        &self,
        key: &TenantKey,
        org: OrgId,
        expected: Option<UserId>,
        challenge: &Challenge,
        credential: Value,
        origin: &Origin,
    ) -> Result<Result<Used<'_>, NotUsed>, IdentityError> {
        let refused = |user, reason| Ok(Err(NotUsed { user, reason }));
        let server = self.relying_party()?;
        let Some(assertion) = Assertion::parse(credential) else {
            return refused(None, "malformed");
        };
        let hash = sha256(assertion.credential());
        let mut read = self.store().read().await?;
        let factor = factors::by_credential(&mut read, org, hash).await?;
        drop(read);
        let Some(factor) = factor.filter(|factor| factor.kind == FactorKind::Passkey) else {
            return refused(None, "unknown");
        };
        let user = factor.user;
        // Whoever is found by the credential must be whom the authenticator made it for.
        let named = assertion.user();
        if expected.is_some_and(|expected| expected != user)
            || named.map_or(expected.is_none(), |named| named != user)
        {
            return refused(expected.or(Some(user)), "somebody_else");
        }
        let directory = self.directory(org).await?;
        let now = self.store().clock().now();
        if !directory.person(user).is_some_and(|it| it.usable(now)) {
            return refused(Some(user), "disabled");
        }
        let stored = factor.open(key)?;
        let (stored, counter) = match server.judge(&challenge.content, &assertion, &stored) {
            Verdict::Right { stored, counter } => (stored, counter),
            Verdict::CounterWentBack => return refused(Some(user), "counter_went_back"),
            Verdict::Wrong => return refused(Some(user), "wrong"),
        };
        let now = self.store().clock().now();
        let keeper = Self::keeper(org, origin.clone());
        let facts = Facts::<FactorResource>::owned(org, *factor.id.as_bytes(), 0, Some(user), None);
        let permit = self
            .policy()
            .permit::<actions::Update, _>(&keeper, &facts)?;
        let sealed = factor.seal(key, &stored, self.store().random());
        let mut tx = self.store().write(&keeper).await?;
        self.use_up(&mut tx, challenge, org, user, origin).await?;
        let before = factor.counter;
        if !factors::use_passkey(&mut tx, &permit, before, counter, sealed, now).await? {
            return refused(Some(user), "counter_went_back");
        }
        Ok(Ok(Used { tx, user }))
    }
}
