//! Providers that come with their token.

use super::sql::{self, TokenRow};
use crate::api_keys::{bearer, secret};
use crate::error::IdentityError;
use crate::events::PROVISIONING_REFUSED;
use crate::federation::sql as federation;
use crate::identity::Identity;
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Origin, ProvisioningRecord, ProvisioningRefusal};
use custos_values::{OrgId, ProviderId};

/// Longest life of a token, in days.
pub(crate) const LONGEST_TOKEN_DAYS: u16 = 365;
/// How often it is written down that a token was used, in milliseconds.
const NOTED_MS: i64 = 300_000;

/// The text of a token, for the one moment in which it is handed over.
pub(crate) fn expose(token: &Token) -> String {
    secret::expose(secret::PROVISIONING, token)
}

fn refusal() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "provisioning.refused")
}

impl Identity {
    /// Proves a provider by its provisioning token, which is good for nothing else. Unknown, ended, or of a disabled
    /// provider: the answer is the same.
    ///
    /// # Errors
    /// 401 `provisioning.refused`, 429 `session.throttled`.
    pub async fn authenticate_provisioning(
        &self,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<Caller, Problem> {
        let Some(presented) = bearer(headers) else {
            return Err(refusal());
        };
        let text = std::str::from_utf8(presented).ok();
        let token = text.and_then(|text| secret::parse(secret::PROVISIONING, text));
        let found = match token {
            Some(token) => self.token_row(&token).await?.map(|row| (token, row)),
            None => None,
        };
        let Some((token, (row, record))) = found else {
            return Err(self.refuse_token(None, "unknown", origin).await);
        };
        let now = self.store().clock().now();
        match record.authenticate(&token, origin.clone(), now) {
            Ok(caller) => {
                let noted = row.last_used_at.map_or(i64::MIN, |at| at.millis());
                if noted < now.millis() - NOTED_MS {
                    self.note_use(&record, &origin).await?;
                }
                Ok(caller)
            }
            Err(reason) => {
                let reason = match reason {
                    ProvisioningRefusal::Unknown => "unknown",
                    ProvisioningRefusal::Expired => "expired",
                    ProvisioningRefusal::Disabled => "disabled",
                };
                let known = Some((record.org, record.provider));
                Err(self.refuse_token(known, reason, origin).await)
            }
        }
    }

    /// The token with what its provider may do right now.
    async fn token_row(
        &self,
        token: &Token,
    ) -> Result<Option<(TokenRow, ProvisioningRecord)>, IdentityError> {
        let mut tx = self.store().read().await?;
        let Some(row) = sql::by_token(&mut tx, &token.hash()).await? else {
            return Ok(None);
        };
        let record = ProvisioningRecord {
            org: row.org,
            provider: row.provider,
            token: row.token,
            expires_at: row.expires_at,
            enabled: federation::is_enabled(&mut tx, row.org, row.provider).await?,
        };
        Ok(Some((row, record)))
    }

    async fn refuse_token(
        &self,
        known: Option<(OrgId, ProviderId)>,
        reason: &'static str,
        origin: Origin,
    ) -> Problem {
        let address = origin.address;
        let entry = |org| {
            let failed = Outcome::Failed;
            let event = Event::before_sign_in(org, None, &PROVISIONING_REFUSED, failed, origin)
                .with("reason", Detail::code(reason));
            match known {
                Some((_, provider)) => event.with("provider", Detail::id(*provider.as_bytes())),
                None => event,
            }
        };
        match self
            .refuse_bearer(known.map(|(org, _)| org), address, entry)
            .await
        {
            Ok(()) => refusal(),
            Err(problem) => problem,
        }
    }

    async fn note_use(
        &self,
        record: &ProvisioningRecord,
        origin: &Origin,
    ) -> Result<(), IdentityError> {
        let permit = self.federation_permit(record.org, record.provider, origin)?;
        let now = self.store().clock().now();
        let mut tx = self.store().write(permit.caller()).await?;
        sql::used(&mut tx, &permit, now).await?;
        let event = Event::of(&permit).with("changes", Detail::names(["last_used_at"]));
        Ok(tx.finish(event).await?)
    }
}
