//! Turning a stored key of a service account and a presented secret into a caller.

use super::{
    Assurance, Caller, CallerKind, Circumstances, DeviceStanding, Hours, Moment, NetworkZone,
    Origin, Purpose, Risk, Standing,
};
use crate::crypto::{Token, TokenHash};
use custos_values::{ApiKeyId, OrgId, Timestamp, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;

/// Why a presented key is not accepted. A client is told the same in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApiKeyRefusal {
    /// The secret is not that of this key.
    #[error("unknown key")]
    Unknown,
    /// The key's time has passed.
    #[error("key expired")]
    Expired,
    /// The account was disabled.
    #[error("account disabled")]
    Disabled,
    /// The key may not be used from this address.
    #[error("address not allowed")]
    Address,
}

/// A key as stored, joined with what its service account may do right now.
#[derive(Debug, Clone)]
pub struct ApiKeyRecord {
    /// The key's id.
    pub id: ApiKeyId,
    /// Its organisation.
    pub org: OrgId,
    /// Its service account.
    pub user: UserId,
    /// Hash of the secret.
    pub secret: TokenHash,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether the address of the request is one the key may be used from.
    pub address_allowed: bool,
    /// The actions (`resource.verb`) it is confined to.
    pub scopes: Arc<BTreeSet<String>>,
    /// Whether the account may be used.
    pub account_active: bool,
    /// What the account may do right now.
    pub standing: Standing,
    /// Where the request comes from.
    pub network: NetworkZone,
    /// When it comes.
    pub hours: Hours,
    /// The day of the week and the hour, where the organisation is.
    pub moment: Moment,
    /// What the request is said to be for.
    pub purpose: Purpose,
}

impl ApiKeyRecord {
    /// Proves a program. What needs fresh factors of a person was decided when the key was given its scopes, so a key
    /// always counts as fresh; it never counts as more than one factor.
    ///
    /// # Errors
    /// See [`ApiKeyRefusal`].
    pub fn authenticate(
        &self,
        presented: &Token,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Caller, ApiKeyRefusal> {
        if !self.secret.matches(&presented.hash()) {
            return Err(ApiKeyRefusal::Unknown);
        }
        if now >= self.expires_at {
            return Err(ApiKeyRefusal::Expired);
        }
        if !self.account_active {
            return Err(ApiKeyRefusal::Disabled);
        }
        if !self.address_allowed {
            return Err(ApiKeyRefusal::Address);
        }
        let circumstances = Circumstances {
            assurance: Assurance::Single,
            fresh: true,
            device: DeviceStanding::Unknown,
            network: self.network,
            hours: self.hours,
            risk: Risk::Low,
            moment: self.moment,
            purpose: self.purpose,
        };
        let kind = CallerKind::Key {
            user: self.user,
            key: self.id,
        };
        let caller = Caller::user(
            kind,
            self.org,
            self.standing.clone(),
            circumstances,
            origin,
            now,
        );
        Ok(caller.confined_to(Arc::clone(&self.scopes)))
    }
}
