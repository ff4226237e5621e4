//! Turning a stored key of a service account and a presented secret into a caller.

use super::caller::Standing;
use super::{
    Assurance, Caller, CallerKind, Circumstances, DataScope, DeviceStanding, Hours, NetworkZone,
    Origin, Risk, RoleSet,
};
use crate::crypto::{Token, TokenHash};
use custos_values::{ApiKeyId, DepartmentId, OrgId, Timestamp, UserId};
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
    /// The account's roles.
    pub roles: RoleSet,
    /// The account's data scope.
    pub data_scope: DataScope,
    /// The account's department.
    pub department: Option<DepartmentId>,
    /// Departments below it.
    pub departments_below: Arc<BTreeSet<DepartmentId>>,
    /// Where the request comes from.
    pub network: NetworkZone,
    /// When it comes.
    pub hours: Hours,
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
        };
        let standing = Standing {
            roles: self.roles,
            data_scope: self.data_scope,
            department: self.department,
            below: Arc::clone(&self.departments_below),
        };
        let kind = CallerKind::Key {
            user: self.user,
            key: self.id,
        };
        let caller = Caller::user(kind, self.org, standing, circumstances, origin);
        Ok(caller.confined_to(Arc::clone(&self.scopes)))
    }
}
