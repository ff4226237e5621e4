//! Turning the stored provisioning token of an identity provider and a presented one into a caller.

use super::{Caller, Origin};
use crate::crypto::{Token, TokenHash};
use custos_values::{OrgId, ProviderId, Timestamp};
use thiserror::Error;

/// Why a presented token is not accepted. A client is told the same in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProvisioningRefusal {
    /// It is not that of this provider.
    #[error("unknown token")]
    Unknown,
    /// Its time has passed.
    #[error("token expired")]
    Expired,
    /// The provider was disabled.
    #[error("provider disabled")]
    Disabled,
}

/// A provisioning token as stored, joined with the provider it belongs to.
#[derive(Debug, Clone)]
pub struct ProvisioningRecord {
    /// The organisation.
    pub org: OrgId,
    /// The provider.
    pub provider: ProviderId,
    /// Hash of the token.
    pub token: TokenHash,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether the provider may be used.
    pub enabled: bool,
}

impl ProvisioningRecord {
    /// Proves an identity provider.
    ///
    /// # Errors
    /// See [`ProvisioningRefusal`].
    pub fn authenticate(
        &self,
        presented: &Token,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Caller, ProvisioningRefusal> {
        if !self.token.matches(&presented.hash()) {
            return Err(ProvisioningRefusal::Unknown);
        }
        if now >= self.expires_at {
            return Err(ProvisioningRefusal::Expired);
        }
        if !self.enabled {
            return Err(ProvisioningRefusal::Disabled);
        }
        Ok(Caller::provider(self.provider, self.org, origin))
    }
}
