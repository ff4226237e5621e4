//! Programs that come with a key.

use super::sql::KeyRow;
use super::uses::{INTERVAL_MS, KeyUse};
use super::{SEALED_USED_FROM, secret, sql};
use crate::error::IdentityError;
use crate::events::KEY_REFUSED;
use crate::identity::Identity;
use crate::resources::ApiKeyResource;
use crate::security::among;
use axum::http::{HeaderMap, StatusCode, header};
use custos_http::{Authenticated, Problem};
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::{
    ApiKeyRecord, ApiKeyRefusal, Caller, Facts, Job, Origin, Purpose, actions,
};
use custos_values::{ApiKeyId, OrgId, UserId};
use std::net::IpAddr;
use std::sync::Arc;

/// What stands behind `Bearer`, if the request carries any.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, rest) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(rest)
}

/// Whose key was refused.
struct Known {
    org: OrgId,
    user: UserId,
    id: ApiKeyId,
}

impl Identity {
    /// Proves a program by its key. Unknown, ended, of a disabled account, or from a wrong place: the answer is the same.
    ///
    /// # Errors
    /// 401 `api_key.refused`, 429 `session.throttled`.
    pub(crate) async fn authenticate_key(
        &self,
        presented: &[u8],
        purpose: Purpose,
        origin: Origin,
    ) -> Result<Authenticated, Problem> {
        let token = std::str::from_utf8(presented)
            .ok()
            .and_then(|text| secret::parse(secret::API_KEY, text));
        let Some(token) = token else {
            return Err(self.refuse_key(None, "unknown", origin).await);
        };
        let found = self.key_record(&token.hash(), &origin).await?;
        let Some(mut record) = found else {
            return Err(self.refuse_key(None, "unknown", origin).await);
        };
        record.purpose = purpose;
        let now = self.store().clock().now();
        match record.authenticate(&token, origin.clone(), now) {
            Ok(caller) => {
                let from = origin.address;
                self.key_uses()
                    .seen(record.org, record.id, KeyUse { at: now, from });
                self.write_key_uses_down_if_due();
                Ok(Authenticated { caller, csrf: None })
            }
            Err(reason) => {
                let reason = match reason {
                    ApiKeyRefusal::Unknown => "unknown",
                    ApiKeyRefusal::Expired => "expired",
                    ApiKeyRefusal::Disabled => "disabled",
                    ApiKeyRefusal::Address => "address",
                };
                let known = Known {
                    org: record.org,
                    user: record.user,
                    id: record.id,
                };
                Err(self.refuse_key(Some(known), reason, origin).await)
            }
        }
    }

    /// The key with what its account may do right now.
    async fn key_record(
        &self,
        hash: &custos_kernel::crypto::TokenHash,
        origin: &Origin,
    ) -> Result<Option<ApiKeyRecord>, IdentityError> {
        let row = sql::by_secret(&mut self.store().read().await?, hash).await?;
        let Some(KeyRow {
            org,
            id,
            user,
            secret,
            scopes,
            networks,
            expires_at,
            ..
        }) = row
        else {
            return Ok(None);
        };
        let directory = self.directory(org).await?;
        let Some(person) = directory.person(user) else {
            return Ok(None);
        };
        let (now, rules) = (self.store().clock().now(), directory.rules());
        let own = networks.is_empty() || among(&networks, origin.address);
        Ok(Some(ApiKeyRecord {
            id,
            org,
            user,
            secret,
            expires_at,
            address_allowed: own && rules.bar(person.roles, origin.address, now).is_none(),
            scopes: Arc::new(scopes),
            account_active: person.active && person.service,
            standing: directory.standing(user, person, person.roles),
            network: rules.zone(origin.address),
            hours: rules.hours(now),
            moment: rules.moment(now),
            purpose: Purpose::Unstated,
        }))
    }

    /// Counts and records a key that was refused.
    async fn refuse_key(
        &self,
        known: Option<Known>,
        reason: &'static str,
        origin: Origin,
    ) -> Problem {
        let address = origin.address;
        let (org, user) = (
            known.as_ref().map(|known| known.org),
            known.as_ref().map(|known| known.user),
        );
        let entry = |org| {
            let event = Event::before_sign_in(org, user, &KEY_REFUSED, Outcome::Failed, origin)
                .with("reason", Detail::code(reason));
            match known {
                Some(known) => event.with("api_key", Detail::id(*known.id.as_bytes())),
                None => event,
            }
        };
        match self.refuse_bearer(org, address, entry).await {
            Ok(()) => Problem::new(StatusCode::UNAUTHORIZED, "api_key.refused"),
            Err(problem) => problem,
        }
    }

    /// Counts and records a credential a program brought that was refused.
    ///
    /// # Errors
    /// 429 `session.throttled`.
    pub(crate) async fn refuse_bearer(
        &self,
        org: Option<OrgId>,
        address: Option<IpAddr>,
        entry: impl FnOnce(OrgId) -> Event,
    ) -> Result<(), Problem> {
        let now = self.store().clock().now();
        // Dropped at once, the attempt counts as failed.
        let counted = self.throttles().keys.begin_anonymous(address, now);
        drop(counted.map_err(|refusal| refusal.problem())?);
        // What leads to nobody belongs to no organisation; with one organisation it is its.
        let first = self.organisations().await?.first().copied();
        match org.or(first) {
            Some(org) => self
                .sink()
                .record_durably(entry(org))
                .await
                .map_err(|error| error.fault().into()),
            None => Ok(()),
        }
    }

    fn write_key_uses_down_if_due(&self) {
        let now = self.store().clock().now();
        let due = self.key_uses().due(now, INTERVAL_MS);
        if let Some(identity) = self.shared().filter(|_| !due.is_empty()) {
            tokio::spawn(async move {
                for (org, uses) in due {
                    if let Err(error) = identity.write_key_uses_down(org, uses).await {
                        tracing::warn!(%error, "uses of keys could not be written down");
                    }
                }
            });
        }
    }

    /// Writes down when keys were last used, before the server ends.
    pub(crate) async fn flush_key_uses(&self) -> Result<(), IdentityError> {
        let now = self.store().clock().now();
        for (org, uses) in self.key_uses().due(now, i64::MIN) {
            self.write_key_uses_down(org, uses).await?;
        }
        Ok(())
    }

    async fn write_key_uses_down(
        &self,
        org: OrgId,
        uses: Vec<(ApiKeyId, KeyUse)>,
    ) -> Result<(), IdentityError> {
        let job = Caller::system(Job::Identity, org);
        let scope = self
            .policy()
            .scope::<actions::Update, ApiKeyResource>(&job)?;
        let count = u64::try_from(uses.len()).unwrap_or(u64::MAX);
        let key = self.store().keys().get(self.store(), org).await?;
        let mut tx = self.store().write(&job).await?;
        for (id, last) in uses {
            let facts = Facts::<ApiKeyResource>::shared(org, *id.as_bytes(), 0);
            let Some(permit) = scope.admit(&facts) else {
                continue;
            };
            let from = last.from.map(|address| {
                let text = address.to_string();
                let random = self.store().random();
                key.seal_secret(SEALED_USED_FROM, id.as_bytes(), text.as_bytes(), random)
            });
            sql::used(&mut tx, &permit, last.at, from).await?;
        }
        let event = Event::of_scope(&scope).with("api_keys", Detail::count(count));
        tx.finish(event).await?;
        Ok(())
    }
}
