//! Signing in: password or one-time link, then the second factor, without which nobody gets in.
//!
//! A right password (or link) makes a *pending* session, good for nothing but proving the second factor: the code of
//! an authenticator app, a recovery code, a code that is [sent][sent_code], or, the first time, setting the app up. With the second factor the session
//! becomes active under a new token, so that a token planted or seen before is worth nothing. What is proven is fresh
//! for some minutes; for actions that policies want a fresh factor for, [`step_up`] proves one again.
//!
//! # Guessing is slow, and nobody can be locked out
//!
//! An attempt is counted when it begins and given back when it succeeds, so that attempts at the same moment do not
//! slip through together. Refused attempts (429 `session.throttled`, `Retry-After`) are not looked at and cost nothing.
//! *Device* is a browser that completed a sign-in to this account before: it carries a cookie only this server can make.
//!
//! | counted per | allows | applies to |
//! |---|---|---|
//! | account × source (device, or address) | 2 failures at once, then a pause of 1, 2, 4 … 60 s after each; forgotten after an hour | everybody |
//! | address (IPv6: /64) | 60 failures at once, one more every 2 s | all but devices |
//! | account, password | 50 failures at once, one more every 30 s | all but devices |
//! | account, second factor | 10 failures at once, one more every 5 min | all but devices |
//! | session | 5 wrong codes in a row, then it ends | everybody |
//!
//! Whoever floods an account from elsewhere uses up the account's allowance, and its owner still gets in from their own
//! device at once. Logins that do not exist are counted like those that do. Each node counts for itself.

mod by_provider;
mod device;
mod enrolment;
mod hashing;
mod http;
mod link;
mod next;
mod passkey;
mod passkey_http;
mod password;
mod recovery;
mod second_factor;
mod sent_code;
mod sent_code_http;
mod step_up;
mod step_up_http;
mod strength;
mod throttle;

pub(crate) use device::device_source;
pub(crate) use hashing::Hashing;
pub(crate) use http::{NextStep, begun, completed, to_its_end};
pub(crate) use link::LINK_LIFE_MS;
pub use link::LinkToken;
pub(crate) use next::{Method, Next};
pub(crate) use recovery::new_recovery_codes;
pub use strength::Strength;
pub(crate) use strength::{field_problems, strength};
pub(crate) use throttle::{Refusal, Source, Throttles};

use crate::error::IdentityError;
use crate::events::{BEGIN, SIGN_IN};
use crate::identity::Identity;
use crate::resources::{SessionResource, UserResource};
use crate::sessions;
use custos_http::Operation;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{Facts, Origin, Permit, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, SessionId, UserId};
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let mut all = http::operations();
    all.extend(passkey_http::operations());
    all.extend(step_up_http::operations());
    all.extend(sent_code_http::operations());
    all
}

/// A first factor that was right.
pub(crate) struct Begun {
    /// The token of the pending session.
    pub(crate) token: Token,
    /// What is next.
    pub(crate) next: Next,
}

/// A completed sign-in.
pub(crate) struct Completed {
    /// The token of the session.
    pub(crate) token: Token,
    /// The mark of the browser.
    pub(crate) device: String,
    /// Whether the password has to be changed before anything else.
    pub(crate) password_expired: bool,
}

impl Identity {
    /// Makes a pending session within the transaction that used up what it is made for, and finishes it.
    async fn begin_session(
        &self,
        mut tx: WriteTx<'_>,
        org: OrgId,
        user: UserId,
        method: &'static str,
        origin: Origin,
    ) -> Result<Token, IdentityError> {
        let token = Token::generate(self.store().random());
        let id = SessionId::new(self.store().clock(), self.store().random());
        self.insert_session(&mut tx, org, id, user, &token, &origin)
            .await?;
        let event = Event::before_sign_in(org, Some(user), &BEGIN, Outcome::Allowed, origin)
            .with("method", Detail::code(method))
            .with("session", Detail::id(*id.as_bytes()));
        tx.finish(event).await?;
        Ok(token)
    }

    async fn insert_session(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        id: SessionId,
        user: UserId,
        token: &Token,
        origin: &Origin,
    ) -> Result<(), IdentityError> {
        let facts = Facts::<SessionResource>::owned(org, *id.as_bytes(), 0, Some(user), None);
        let keeper = Self::keeper(org, origin.clone());
        let permit = self
            .policy()
            .permit::<actions::Create, _>(&keeper, &facts)?;
        let now = self.store().clock().now();
        Ok(sessions::sql::insert(tx, &permit, user, &token.hash(), now).await?)
    }

    /// A permit to keep an account's credentials.
    pub(crate) fn credential_permit(
        &self,
        org: OrgId,
        user: UserId,
        origin: &Origin,
    ) -> Result<Permit<actions::Update, UserResource>, IdentityError> {
        let facts = Facts::owned(org, *user.as_bytes(), 0, Some(user), None);
        let keeper = Self::keeper(org, origin.clone());
        Ok(self.policy().permit(&keeper, &facts)?)
    }

    /// A permit to keep a session.
    fn session_permit(
        &self,
        row: &sessions::sql::SessionRow,
        origin: &Origin,
    ) -> Result<Permit<actions::Update, SessionResource>, IdentityError> {
        let facts = Facts::owned(row.org, *row.id.as_bytes(), 0, Some(row.user), None);
        let keeper = Self::keeper(row.org, origin.clone());
        Ok(self.policy().permit(&keeper, &facts)?)
    }

    /// Answers a refused attempt. The first since the last one that was looked at is recorded; the rest would only
    /// fill the log.
    async fn refuse(
        &self,
        refusal: Refusal,
        org: OrgId,
        method: &'static str,
        login_hash: i64,
        origin: Origin,
    ) -> IdentityError {
        if refusal.first {
            let event = failed(org, None, method, login_hash, origin)
                .with("reason", Detail::code("throttled"));
            if let Err(error) = self.sink().record_durably(event).await {
                return error.into();
            }
        }
        refusal.problem().into()
    }
}

/// The entry of a sign-in that failed.
fn failed(
    org: OrgId,
    user: Option<UserId>,
    method: &'static str,
    login_hash: i64,
    origin: Origin,
) -> Event {
    Event::before_sign_in(org, user, &SIGN_IN, Outcome::Failed, origin)
        .with("method", Detail::code(method))
        .with("login", Detail::keyed_hash(login_hash.to_be_bytes()))
}
