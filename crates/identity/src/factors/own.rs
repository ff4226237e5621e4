//! One's own factors and recovery codes.

use super::challenge::{Challenge, Purpose};
use super::model::{Factor, MAX_FACTORS, SEALED_NAME, SEALED_SECRET, check_name};
use super::passkey::credential_of;
use super::sql::{self, NewFactor};
use super::totp::{Setup, seal_totp, secret_of};
use crate::accounts::sql as accounts;
use crate::error::IdentityError;
use crate::events::LIST_FACTORS;
use crate::identity::Identity;
use crate::organisation::open_text;
use crate::resources::FactorResource;
use crate::schema::FactorKind;
use crate::sign_in::new_recovery_codes;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{TenantKey, TotpSecret, sha256};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, actions};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{FactorId, Timestamp, UserId};
use serde_json::Value;

/// A factor as its owner sees it.
pub(super) struct FactorView {
    pub(super) id: FactorId,
    pub(super) kind: FactorKind,
    pub(super) name: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
}

/// Somebody's factors.
pub(super) struct FactorViews {
    pub(super) factors: Vec<FactorView>,
    /// How many recovery codes are left.
    pub(super) recovery_codes: u64,
}

fn conflict(code: &'static str) -> IdentityError {
    Problem::new(StatusCode::CONFLICT, code).into()
}

/// The id of the secret, before it belongs to a factor, is that of the factor it becomes.
struct Began {
    id: FactorId,
    content: Vec<u8>,
}

impl Began {
    fn kept(&self) -> Vec<u8> {
        [&self.id.as_bytes()[..], &self.content].concat()
    }

    fn of(kept: &[u8]) -> Result<Self, IdentityError> {
        let (id, content) = kept
            .split_first_chunk::<16>()
            .ok_or_else(|| Problem::internal("a challenge without an id"))?;
        Ok(Self {
            id: FactorId::from_bytes(*id),
            content: content.to_vec(),
        })
    }
}

impl Identity {
    /// A permit for a factor of the caller's own.
    fn own_factor<A: Action>(
        &self,
        caller: &Caller,
        id: &[u8; 16],
    ) -> Result<(UserId, Permit<A, FactorResource>), IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        if caller.session_id().is_none() {
            return Err(Problem::unauthenticated().into());
        }
        let facts = Facts::owned(caller.org(), *id, 0, Some(user), None);
        Ok((user, self.policy().permit(caller, &facts)?))
    }

    /// The caller's own factors, in the order they were added.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub(super) async fn own_factors(&self, caller: &Caller) -> Result<FactorViews, IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let org = caller.org();
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().read().await?;
        let rows = sql::of_user(&mut tx, org, user).await?;
        let recovery_codes = accounts::recovery_codes_left(&mut tx, org, user).await?;
        drop(tx);
        let mut factors = Vec::new();
        for row in rows {
            let open = |sealed: &Vec<u8>| open_text(&key, SEALED_NAME, row.id.as_bytes(), sealed);
            factors.push(FactorView {
                id: row.id,
                kind: row.kind,
                name: row.name.as_ref().map(open).transpose()?,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
            });
        }
        let event = Event::own::<FactorResource>(caller, &LIST_FACTORS, None);
        self.sink().record(event).await?;
        Ok(FactorViews {
            factors,
            recovery_codes,
        })
    }

    /// Begins to add an authenticator app. Gives what it needs, and the challenge to hand back.
    ///
    /// # Errors
    /// 403 `session.step_up`.
    pub(super) async fn begin_own_totp(
        &self,
        caller: &Caller,
    ) -> Result<(Setup, String), IdentityError> {
        let id = FactorId::new(self.store().clock(), self.store().random());
        let (user, _) = self.own_factor::<actions::Create>(caller, id.as_bytes())?;
        let secret = TotpSecret::generate(self.store().random());
        let began = Began {
            id,
            content: secret.as_bytes().to_vec(),
        };
        let directory = self.directory(caller.org()).await?;
        let person = directory
            .person(user)
            .ok_or_else(Problem::unauthenticated)?;
        let setup = Setup::of(&secret, &person.login)?;
        Ok((
            setup,
            self.give_out(caller, Purpose::Totp, &began.kept()).await?,
        ))
    }

    /// Adds the app, confirmed by a first code.
    ///
    /// # Errors
    /// 403 `session.step_up`, 401 `session.totp.wrong`, `session.challenge.invalid`, 409 `factor.too_many`, 422 naming
    /// `name`.
    pub(super) async fn add_own_totp(
        &self,
        caller: &Caller,
        state: &str,
        code: &str,
        name: &str,
    ) -> Result<FactorId, IdentityError> {
        let (key, challenge) = self.taken_back(caller, Purpose::Totp, state).await?;
        let began = Began::of(&challenge.content)?;
        let secret = secret_of(&began.content)?;
        let now = self.store().clock().now();
        let Some(step) = secret.check(code.trim(), now, None) else {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "session.totp.wrong").into());
        };
        let sealed = seal_totp(&key, began.id, &secret, self.store().random());
        let added = Added {
            id: began.id,
            kind: FactorKind::Totp,
            secret: sealed,
            credential: None,
            counter: step.0,
        };
        self.add_own(caller, &key, &challenge, added, name).await
    }

    /// Begins to add a passkey. Gives what the browser needs, and the challenge to hand back.
    ///
    /// # Errors
    /// 403 `session.step_up`, 409 `passkey.unavailable`.
    pub(super) async fn begin_own_passkey(
        &self,
        caller: &Caller,
    ) -> Result<(Value, String), IdentityError> {
        let id = FactorId::new(self.store().clock(), self.store().random());
        let (user, _) = self.own_factor::<actions::Create>(caller, id.as_bytes())?;
        let known = self.passkeys_of(caller.org(), user).await?;
        let directory = self.directory(caller.org()).await?;
        let person = directory
            .person(user)
            .ok_or_else(Problem::unauthenticated)?;
        let server = self.relying_party()?;
        let (options, content) = server
            .begin_registration(user, &person.login, &person.name, known)
            .ok_or_else(|| Problem::internal("a passkey could not be begun"))?;
        let began = Began { id, content };
        let state = self
            .give_out(caller, Purpose::Passkey, &began.kept())
            .await?;
        Ok((options, state))
    }

    /// Adds the passkey a browser made.
    ///
    /// # Errors
    /// 403 `session.step_up`, 401 `session.challenge.invalid`, 409 `factor.too_many`, `passkey.known`, 422
    /// `passkey.invalid`, or naming `name`.
    pub(super) async fn add_own_passkey(
        &self,
        caller: &Caller,
        state: &str,
        credential: Value,
        name: &str,
    ) -> Result<FactorId, IdentityError> {
        let (key, challenge) = self.taken_back(caller, Purpose::Passkey, state).await?;
        let began = Began::of(&challenge.content)?;
        let made = self
            .relying_party()?
            .finish_registration(&began.content, credential)
            .ok_or_else(|| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "passkey.invalid"))?;
        let row = began.id.as_bytes();
        let random = self.store().random();
        let added = Added {
            id: began.id,
            kind: FactorKind::Passkey,
            secret: key.seal_secret(SEALED_SECRET, row, &made.stored, random),
            credential: Some(sha256(&made.credential)),
            counter: made.counter,
        };
        self.add_own(caller, &key, &challenge, added, name).await
    }

    async fn add_own(
        &self,
        caller: &Caller,
        key: &TenantKey,
        challenge: &Challenge,
        added: Added,
        name: &str,
    ) -> Result<FactorId, IdentityError> {
        let (user, permit) = self.own_factor::<actions::Create>(caller, added.id.as_bytes())?;
        let name = self.sealed_name(key, added.id, name)?;
        let mut tx = self.store().write(caller).await?;
        self.hold_account(&mut tx, caller, user).await?;
        self.use_up(&mut tx, challenge, caller.org(), user, caller.origin())
            .await?;
        if sql::of_user_within(&mut tx, user).await?.len() >= MAX_FACTORS {
            return Err(Problem::new(StatusCode::CONFLICT, "factor.too_many")
                .with("most", MAX_FACTORS)
                .into());
        }
        let new = NewFactor {
            user,
            kind: added.kind,
            name,
            secret: added.secret,
            credential: added.credential,
            counter: added.counter,
            now: self.store().clock().now(),
        };
        match sql::insert(&mut tx, &permit, new).await {
            Err(StoreError::Duplicate) => return Err(conflict("passkey.known")),
            other => other?,
        }
        let mut events = vec![Event::of(&permit).with("kind", Detail::code(added.kind.name()))];
        let (template, origin) = (Template::FactorAdded, caller.origin());
        let told = self.notice(&mut tx, caller.org(), user, origin, template, Vec::new());
        events.extend(told.await?);
        tx.finish_all(events).await?;
        Ok(added.id)
    }

    /// Gives one of the caller's own factors another name.
    ///
    /// # Errors
    /// 403 `session.step_up`, 404, 422 naming `name`.
    pub(super) async fn rename_own_factor(
        &self,
        caller: &Caller,
        id: FactorId,
        name: &str,
    ) -> Result<(), IdentityError> {
        let (user, permit) = self.own_factor::<actions::Update>(caller, id.as_bytes())?;
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let name = self.sealed_name(&key, id, name)?;
        let mut tx = self.store().write(caller).await?;
        if !sql::rename(&mut tx, &permit, user, name).await? {
            return Err(Problem::not_found().into());
        }
        let event = Event::of(&permit).with("changes", Detail::names(["name"]));
        Ok(tx.finish(event).await?)
    }

    /// Removes one of the caller's own factors, except the last where no code can be sent in its place.
    ///
    /// # Errors
    /// 403 `session.step_up`, 404, 409 `factor.last`, or `federation.last_way` when nothing else would sign in to the
    /// account.
    pub(super) async fn remove_own_factor(
        &self,
        caller: &Caller,
        id: FactorId,
    ) -> Result<(), IdentityError> {
        let (user, permit) = self.own_factor::<actions::Delete>(caller, id.as_bytes())?;
        let codes = self.code_policy(caller.org()).await?;
        let mut tx = self.store().write(caller).await?;
        // Else two removed at once could be the last two.
        self.hold_account(&mut tx, caller, user).await?;
        let factors = sql::of_user_within(&mut tx, user).await?;
        let Some(removed) = factors.iter().find(|factor| factor.id == id) else {
            return Err(Problem::not_found().into());
        };
        let kind = removed.kind;
        if factors.len() == 1 && codes.kinds_within(&mut tx, user).await?.is_empty() {
            return Err(conflict("factor.last"));
        }
        sql::delete(&mut tx, &permit, user).await?;
        // An app is not a way in by itself, and somebody who came by a link or a provider may have no password.
        if kind == FactorKind::Passkey && !self.has_way_in(&mut tx, user).await? {
            return Err(conflict("federation.last_way"));
        }
        let mut events = vec![Event::of(&permit).with("kind", Detail::code(kind.name()))];
        let (template, origin) = (Template::FactorRemoved, caller.origin());
        let told = self.notice(&mut tx, caller.org(), user, origin, template, Vec::new());
        events.extend(told.await?);
        Ok(tx.finish_all(events).await?)
    }

    /// Makes new recovery codes; those before no longer work. They are shown this once.
    ///
    /// # Errors
    /// 403 `session.step_up`.
    pub(super) async fn renew_recovery_codes(
        &self,
        caller: &Caller,
    ) -> Result<Vec<String>, IdentityError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let (user, permit) = self.own_factor::<actions::Update>(caller, user.as_bytes())?;
        let (codes, hashes) = new_recovery_codes(user, self.store().random());
        let account = self.credential_permit(caller.org(), user, caller.origin())?;
        let mut tx = self.store().write(caller).await?;
        accounts::drop_recovery_codes(&mut tx, &account).await?;
        accounts::insert_recovery_codes(&mut tx, &account, &hashes).await?;
        let event = Event::of(&permit).with("changes", Detail::names(["recovery_codes"]));
        tx.finish(event).await?;
        Ok(codes)
    }

    /// The ids of the credentials of an account's passkeys.
    pub(crate) async fn passkeys_of(
        &self,
        org: custos_values::OrgId,
        user: UserId,
    ) -> Result<Vec<Vec<u8>>, IdentityError> {
        let key = self.store().keys().get(self.store(), org).await?;
        let factors = sql::of_user(&mut self.store().read().await?, org, user).await?;
        let mut ids = Vec::new();
        for factor in factors {
            if factor.kind == FactorKind::Passkey {
                ids.extend(credential_of(&factor.open(&key)?));
            }
        }
        Ok(ids)
    }

    fn sealed_name(
        &self,
        key: &TenantKey,
        id: FactorId,
        name: &str,
    ) -> Result<Option<Vec<u8>>, IdentityError> {
        let name = check_name(name).map_err(|code| IdentityError::invalid_field("name", code))?;
        let random = self.store().random();
        Ok(name.map(|name| key.seal_secret(SEALED_NAME, id.as_bytes(), name.as_bytes(), random)))
    }

    /// Makes others who change the ways into an account wait for this transaction.
    pub(crate) async fn hold_account(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        user: UserId,
    ) -> Result<(), IdentityError> {
        let permit = self.credential_permit(caller.org(), user, caller.origin())?;
        if accounts::hold(tx, &permit).await? {
            Ok(())
        } else {
            Err(Problem::unauthenticated().into())
        }
    }

    async fn give_out(
        &self,
        caller: &Caller,
        purpose: Purpose,
        content: &[u8],
    ) -> Result<String, IdentityError> {
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let (now, random) = (self.store().clock().now(), self.store().random());
        let session = caller.session_id();
        Ok(Challenge::seal(
            &key, purpose, session, content, now, random,
        ))
    }

    async fn taken_back(
        &self,
        caller: &Caller,
        purpose: Purpose,
        state: &str,
    ) -> Result<(std::sync::Arc<TenantKey>, Challenge), IdentityError> {
        let key = self.store().keys().get(self.store(), caller.org()).await?;
        let now = self.store().clock().now();
        let challenge = Challenge::open(&key, purpose, caller.session_id(), state, now)?;
        Ok((key, challenge))
    }
}

/// A factor that was proven and is about to be stored.
struct Added {
    id: FactorId,
    kind: FactorKind,
    secret: Vec<u8>,
    credential: Option<[u8; 32]>,
    counter: i64,
}

impl Factor {
    /// What is stored of it, opened.
    ///
    /// # Errors
    /// It does not open.
    pub(crate) fn open(&self, key: &TenantKey) -> Result<Vec<u8>, IdentityError> {
        Ok(key
            .open_secret(SEALED_SECRET, self.id.as_bytes(), &self.secret)?
            .to_vec())
    }

    /// What is stored from now on, sealed.
    pub(crate) fn seal(
        &self,
        key: &TenantKey,
        content: &[u8],
        random: &dyn custos_values::Random,
    ) -> Vec<u8> {
        key.seal_secret(SEALED_SECRET, self.id.as_bytes(), content, random)
    }
}
