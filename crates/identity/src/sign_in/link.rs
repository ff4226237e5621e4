//! The first factor by a one-time link.

use super::Begun;
use crate::accounts::sql::{self, LinkPurpose};
use crate::contact::sql as contacts;
use crate::error::IdentityError;
use crate::events::SIGN_IN;
use crate::identity::Identity;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;

/// How long a link works, in milliseconds.
pub(crate) const LINK_LIFE_MS: i64 = 24 * 3_600_000;

/// The secret of a one-time sign-in link, shown once. No Debug.
pub struct LinkToken(Token);

impl LinkToken {
    pub(crate) fn new(token: Token) -> Self {
        Self(token)
    }

    pub(crate) fn token(&self) -> &Token {
        &self.0
    }

    /// The path of the page it belongs to, to be put behind the address of the server. The secret stands behind `#`,
    /// which browsers send to no server.
    pub fn path(&self) -> String {
        format!("/link#{}", self.0.expose())
    }
}

impl Identity {
    /// Uses a link up.
    ///
    /// # Errors
    /// 401 `session.link.invalid` when it never was, is used up, withdrawn or expired; 429.
    pub(crate) async fn sign_in_with_link(
        &self,
        text: &str,
        origin: Origin,
    ) -> Result<Begun, IdentityError> {
        let invalid = || Problem::new(StatusCode::UNAUTHORIZED, "session.link.invalid");
        let now = self.store().clock().now();
        let attempt = self
            .throttles()
            .codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        let hash = Token::parse(text).ok_or_else(invalid)?.hash();
        let mut tx = self.store().read().await?;
        let owner = sql::link_owner(&mut tx, LinkPurpose::SignIn, &hash, now).await?;
        let account = match owner {
            Some((org, user)) => {
                let directory = self.directory(org).await?;
                let in_time = directory.person(user).is_some_and(|it| it.usable(now));
                sql::credentials_by_id(&mut tx, org, user)
                    .await?
                    .filter(|account| account.active && in_time)
                    .map(|account| (org, account))
            }
            None => None,
        };
        drop(tx);
        let Some((org, account)) = account else {
            self.record_bad_link(origin).await?;
            return Err(invalid().into());
        };
        let permit = self.credential_permit(org, account.user, &origin)?;
        let keeper = Self::keeper(org, origin.clone());
        let mut tx = self.store().write(&keeper).await?;
        if !sql::use_link(&mut tx, &permit, LinkPurpose::SignIn, &hash, now).await? {
            drop(tx);
            self.record_bad_link(origin).await?;
            return Err(invalid().into());
        }
        contacts::prove_by_link(&mut tx, &permit, &hash, now).await?;
        let token = self
            .begin_session(tx, org, account.user, "link", origin)
            .await?;
        self.throttles().codes.succeeded(attempt);
        let next = self.next_of(org, account.user).await?;
        Ok(Begun { token, next })
    }

    async fn record_bad_link(&self, origin: Origin) -> Result<(), IdentityError> {
        // A link that leads to no account belongs to no organisation; with one organisation it is its.
        if let Some(org) = self.organisations().await?.first() {
            let event = Event::before_sign_in(*org, None, &SIGN_IN, Outcome::Failed, origin)
                .with("method", Detail::code("link"));
            self.sink().record_durably(event).await?;
        }
        Ok(())
    }
}
