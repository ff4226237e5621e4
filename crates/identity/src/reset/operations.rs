//! Asking for a link, and using it.

use crate::accounts::login_hash;
use crate::accounts::sql::{self as accounts, LinkPurpose};
use crate::contact::sql as contacts;
use crate::contact::{Kind, proven_mail};
use crate::error::IdentityError;
use crate::events::{RESET, RESET_REQUEST};
use crate::identity::Identity;
use crate::organisation::touch;
use crate::sessions;
use crate::sign_in::{Method, device_source};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;
use custos_outbox::{Draft, Recipient, Template};
use custos_values::{OrgId, UserId};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How long a link works, in minutes.
const LIFE_MIN: i64 = 30;
/// Requests that may be under way behind their answers.
const BEHIND: usize = 256;

/// Requests under way behind their answers.
pub(crate) struct Resets {
    /// How many more may come.
    room: Arc<Semaphore>,
    /// One at a time: many at once would be felt by others, and by how much could tell something.
    turn: Arc<Semaphore>,
}

impl Default for Resets {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(BEHIND)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

fn invalid_link() -> IdentityError {
    Problem::new(StatusCode::UNAUTHORIZED, "session.link.invalid").into()
}

impl Identity {
    /// Takes a request for a link. Whether there is such an account is looked up behind the answer.
    ///
    /// # Errors
    /// 429 `session.throttled`, 409 `setup.required`, 503 when too many wait; each whether or not there is an account.
    pub(crate) async fn request_reset(
        &self,
        login: String,
        device: Option<&str>,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        let org = self.only_organisation().await?;
        let key = self.store().keys().get(self.store(), org).await?;
        let hash = login_hash(&key, &login);
        let now = self.store().clock().now();
        let source = device_source(&key, hash, device, origin.address, now);
        // Never given back: every request counts.
        let _counted = match self.throttles().resets.begin(hash, source, now) {
            Ok(attempt) => attempt,
            Err(refusal) => return Err(refusal.problem().into()),
        };
        let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(1);
        let room = Arc::clone(&self.resets().room)
            .try_acquire_owned()
            .map_err(|_| busy())?;
        let shared = self.shared().ok_or_else(busy)?;
        tokio::spawn(async move {
            let turn = Arc::clone(&shared.resets().turn);
            let _turn = turn.acquire().await;
            if let Err(error) = shared.write_reset(org, hash, origin).await {
                tracing::warn!(%error, "a request for a new password could not be served");
            }
            drop(room);
        });
        Ok(())
    }

    /// Writes a link and its message down, or why there is none.
    async fn write_reset(
        &self,
        org: OrgId,
        hash: i64,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let mut read = store.read().await?;
        let account = accounts::credentials_by_login(&mut read, org, hash).await?;
        let found = match account {
            None => Err("unknown"),
            Some(account) if !account.active => Err("disabled"),
            // Who has none comes in by another way, which a password must not get round.
            Some(account) if account.password.is_none() => Err("no_password"),
            Some(account) => {
                let rows = contacts::of_user(&mut read, org, account.user).await?;
                let key = store.keys().get(store, org).await?;
                proven_mail(&key, account.user, &rows)?
                    .map(|recipient| (account.user, recipient))
                    .ok_or("no_address")
            }
        };
        drop(read);
        let found = match found {
            // Else the mailbox alone would open the account.
            Ok((user, _)) if self.signs_in_by_mail(org, user).await? => Err("mail_is_factor"),
            found => found,
        };
        let event = |user, outcome| {
            Event::before_sign_in(org, user, &RESET_REQUEST, outcome, origin.clone())
                .with("login", Detail::keyed_hash(hash.to_be_bytes()))
        };
        let (user, recipient) = match found {
            Ok(found) => found,
            Err(reason) => {
                let event = event(None, Outcome::Failed).with("reason", Detail::code(reason));
                return Ok(self.sink().record_durably(event).await?);
            }
        };
        let token = Token::generate(store.random());
        let draft = self.reset_draft(org, user, recipient, &token).await?;
        let permit = self.credential_permit(org, user, &origin)?;
        let keeper = Self::keeper(org, origin.clone());
        let mut tx = store.write(&keeper).await?;
        let expires_at = store.clock().now().plus_millis(LIFE_MIN * 60_000);
        accounts::put_link(
            &mut tx,
            &permit,
            LinkPurpose::Reset,
            &token.hash(),
            expires_at,
        )
        .await?;
        let queued = self.queue().enqueue(&mut tx, org, &origin, &draft).await?;
        // Whoever asked is not known to be the account's owner.
        let asked = event(None, Outcome::Allowed).with("user", Detail::id(*user.as_bytes()));
        Ok(tx.finish_all(vec![asked, queued]).await?)
    }

    async fn signs_in_by_mail(&self, org: OrgId, user: UserId) -> Result<bool, IdentityError> {
        let proofs = self.proofs_of(org, user).await?;
        Ok(proofs.contains(&Method::Code(Kind::Mail)))
    }

    async fn reset_draft(
        &self,
        org: OrgId,
        user: UserId,
        recipient: Recipient,
        token: &Token,
    ) -> Result<Draft, IdentityError> {
        let directory = self.directory(org).await?;
        Ok(Draft {
            template: Template::Reset,
            recipient,
            language: self.language_of(org, user).await?,
            params: vec![
                (
                    "name",
                    directory.user_name(user).unwrap_or_default().to_owned(),
                ),
                ("minutes", LIFE_MIN.to_string()),
                ("link", format!("/reset#{}", token.expose())),
            ],
            life_ms: LIFE_MIN * 60_000,
        })
    }

    /// Sets a new password by a link, uses the link up and ends every session of the account.
    ///
    /// # Errors
    /// 401 `session.link.invalid`, 422 naming `password`, 429.
    pub(crate) async fn reset_password(
        &self,
        text: &str,
        password: String,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let now = store.clock().now();
        let attempt = self
            .throttles()
            .codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        let hash = Token::parse(text).ok_or_else(invalid_link)?.hash();
        let mut read = store.read().await?;
        let owner = accounts::link_owner(&mut read, LinkPurpose::Reset, &hash, now).await?;
        let account = match owner {
            Some((org, user)) => accounts::credentials_by_id(&mut read, org, user)
                .await?
                .filter(|account| account.active)
                .map(|account| (org, account)),
            None => None,
        };
        drop(read);
        let Some((org, account)) = account else {
            self.record_bad_reset(origin).await?;
            return Err(invalid_link());
        };
        let user = account.user;
        let directory = self.directory(org).await?;
        let person = directory.person(user).ok_or_else(invalid_link)?;
        let known = vec![
            person.login.clone(),
            person.name.clone(),
            directory.organisation_name().to_owned(),
        ];
        // Before the link is used up: one refused for its password still works for another.
        let hashed = self
            .new_password(org, person.roles, known, "password", password.clone())
            .await?;
        let permit = self.credential_permit(org, user, &origin)?;
        let before = account.password.as_deref();
        self.refuse_reuse(&permit, before, "password", &password)
            .await?;
        let keeper = Self::keeper(org, origin.clone());
        let mut tx = store.write(&keeper).await?;
        touch(self, &mut tx, org).await?;
        let first = accounts::use_link(&mut tx, &permit, LinkPurpose::Reset, &hash, now).await?
            && accounts::set_password(&mut tx, &permit, before, hashed.as_str()).await?;
        if !first {
            drop(tx);
            self.record_bad_reset(origin).await?;
            return Err(invalid_link());
        }
        self.note_password(&mut tx, &permit, before, &hashed)
            .await?;
        let ended = sessions::sql::delete_of_user(&mut tx, &permit, None).await?;
        accounts::drop_link(&mut tx, &permit).await?;
        let mut events = vec![
            Event::before_sign_in(org, Some(user), &RESET, Outcome::Allowed, origin.clone())
                .with("sessions_ended", Detail::count(ended)),
        ];
        let template = Template::PasswordChanged;
        let told = self.notice(&mut tx, org, user, &origin, template, Vec::new());
        events.extend(told.await?);
        tx.finish_all(events).await?;
        self.directories().changed(org);
        self.sessions().forget_user(org, user);
        self.throttles().codes.succeeded(attempt);
        Ok(())
    }

    async fn record_bad_reset(&self, origin: Origin) -> Result<(), IdentityError> {
        // A link that leads to no account belongs to no organisation; with one organisation it is its.
        if let Some(org) = self.organisations().await?.first() {
            let event = Event::before_sign_in(*org, None, &RESET, Outcome::Failed, origin);
            self.sink().record_durably(event).await?;
        }
        Ok(())
    }
}
