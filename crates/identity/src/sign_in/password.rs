//! The first factor by password, and changing one's password.

use super::throttle::Source;
use super::{Begun, device, failed};
use crate::accounts::{login_hash, sql};
use crate::error::IdentityError;
use crate::events::PASSWORD;
use crate::identity::Identity;
use crate::organisation::touch;
use crate::resources::{PasswordResource, UserResource};
use crate::sessions;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::PasswordHash;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Origin, actions};
use custos_outbox::Template;

/// Longest password looked at when signing in, in bytes; a new one is at most 128 characters.
const MAX_BYTES: usize = 1024;

fn wrong() -> IdentityError {
    Problem::new(StatusCode::UNAUTHORIZED, "session.credentials.wrong").into()
}

impl Identity {
    /// Proves the first factor. Whether the account is unknown, disabled, has no password or another one: work and
    /// answer are the same.
    ///
    /// # Errors
    /// 401 `session.credentials.wrong`, 429 `session.throttled`, 409 `setup.required`.
    pub(crate) async fn sign_in_with_password(
        &self,
        login: &str,
        password: String,
        device: Option<&str>,
        origin: Origin,
    ) -> Result<Begun, IdentityError> {
        let org = self.only_organisation().await?;
        let key = self.store().keys().get(self.store(), org).await?;
        let hash = login_hash(&key, login);
        let now = self.store().clock().now();
        let source = device
            .and_then(|mark| device::verify(&key, hash, mark, now))
            .map_or_else(|| Source::address(origin.address), Source::Device);
        let attempt = match self.throttles().passwords.begin(hash, source, now) {
            Ok(attempt) => attempt,
            Err(refusal) => return Err(self.refuse(refusal, org, "password", hash, origin).await),
        };
        let account = sql::credentials_by_login(&mut self.store().read().await?, org, hash).await?;
        let user = account.as_ref().map(|account| account.user);
        let directory = self.directory(org).await?;
        let in_time = |user| directory.person(user).is_some_and(|it| it.usable(now));
        let usable = account.filter(|account| account.active && in_time(account.user));
        let stored = usable
            .as_ref()
            .and_then(|account| account.password.clone())
            .map(PasswordHash::from_stored);
        let password = if password.len() <= MAX_BYTES {
            password
        } else {
            String::new()
        };
        let own = stored.is_some() || (user.is_some() && usable.is_none());
        let right = match self.hashing().verify(password.clone(), stored).await {
            Ok(right) => right,
            Err(busy) => {
                self.throttles().passwords.succeeded(attempt);
                return Err(busy);
            }
        };
        let Some(account) = usable.filter(|_| right) else {
            let shown = Some(password.as_str()).filter(|_| !own);
            if let Some(begun) = self
                .sign_in_by_directory(org, login, shown, &origin)
                .await?
            {
                self.throttles().passwords.succeeded(attempt);
                return Ok(begun);
            }
            self.sink()
                .record_durably(failed(org, user, "password", hash, origin.clone()))
                .await?;
            self.watch_failure(org, hash, &origin).await?;
            return Err(wrong());
        };
        self.throttles().passwords.succeeded(attempt);
        let next = self.next_of(org, account.user).await?;
        let keeper = Self::keeper(org, origin.clone());
        let tx = self.store().write(&keeper).await?;
        let token = self
            .begin_session(tx, org, account.user, "password", origin)
            .await?;
        Ok(Begun { token, next })
    }

    /// Changes the caller's own password and ends their other sessions. `current` may be absent only while there is
    /// no password.
    ///
    /// # Errors
    /// 403 `session.step_up`, 422 naming the field: `current`, `new`; 429.
    pub(crate) async fn change_password(
        &self,
        caller: &Caller,
        current: Option<String>,
        new: String,
    ) -> Result<(), IdentityError> {
        let (Some(user), Some(session)) = (caller.user_id(), caller.session_id()) else {
            return Err(Problem::unauthenticated().into());
        };
        let org = caller.org();
        let facts = Facts::<PasswordResource>::owned(org, *user.as_bytes(), 0, Some(user), None);
        self.policy().permit::<actions::Update, _>(caller, &facts)?;
        let directory = self.directory(org).await?;
        let person = directory
            .person(user)
            .ok_or_else(Problem::unauthenticated)?;
        let key = self.store().keys().get(self.store(), org).await?;
        let hash = login_hash(&key, &person.login);
        let account = sql::credentials_by_id(&mut self.store().read().await?, org, user)
            .await?
            .ok_or_else(Problem::unauthenticated)?;
        if let Some(stored) = account.password.clone() {
            let now = self.store().clock().now();
            let source = Source::Device(*session.as_bytes());
            let attempt = match self.throttles().passwords.begin(hash, source, now) {
                Ok(attempt) => attempt,
                Err(refusal) => return Err(refusal.problem().into()),
            };
            let current = current.unwrap_or_default();
            let stored = Some(PasswordHash::from_stored(stored));
            if current.len() > MAX_BYTES || !self.hashing().verify(current, stored).await? {
                let event = Event::own::<UserResource>(caller, &PASSWORD, Some(*user.as_bytes()));
                self.sink().record_durably(event.failed()).await?;
                return Err(IdentityError::invalid_field("current", "password.wrong"));
            }
            self.throttles().passwords.succeeded(attempt);
        }
        let known = [
            person.login.clone(),
            person.name.clone(),
            directory.organisation_name().to_owned(),
        ];
        let roles = person.roles;
        let hashed = self
            .new_password(org, roles, known.to_vec(), "new", new.clone())
            .await?;
        let permit = self.credential_permit(org, user, caller.origin())?;
        let before = account.password.as_deref();
        self.refuse_reuse(&permit, before, "new", &new).await?;
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, org).await?;
        if !sql::set_password(&mut tx, &permit, before, hashed.as_str()).await? {
            return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale").into());
        }
        self.note_password(&mut tx, &permit, before, &hashed)
            .await?;
        let ended = sessions::sql::delete_of_user(&mut tx, &permit, Some(session)).await?;
        let event = Event::own::<UserResource>(caller, &PASSWORD, Some(*user.as_bytes()))
            .with("sessions_ended", Detail::count(ended));
        let mut events = vec![event];
        let (template, origin) = (Template::PasswordChanged, caller.origin());
        let told = self.notice(&mut tx, org, user, origin, template, Vec::new());
        events.extend(told.await?);
        tx.finish_all(events).await?;
        self.directories().changed(org);
        self.sessions()
            .forget(|row| row.user == user && row.id != session);
        Ok(())
    }
}
