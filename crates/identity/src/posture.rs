//! What the automated audit looks at: accounts and keys as they are, without names.

use crate::error::IdentityError;
use crate::identity::Identity;
use custos_kernel::policy::{Caller, DataScope, RoleSet};
use custos_values::{ApiKeyId, Timestamp, UserId};

/// Accounts read at once.
const PAGE: usize = 200;

/// An account as it is.
#[derive(Debug, Clone)]
pub struct AccountPosture {
    /// Its id.
    pub id: UserId,
    /// The roles held.
    pub roles: RoleSet,
    /// Which customers the roles reach.
    pub data_scope: DataScope,
    /// Whether it may be used.
    pub active: bool,
    /// Whether it is that of a program.
    pub service: bool,
    /// How many second factors it has.
    pub factors: usize,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it last signed in completely.
    pub last_sign_in_at: Option<Timestamp>,
    /// Its open sessions.
    pub sessions: usize,
}

/// A key of a program as it is.
#[derive(Debug, Clone)]
pub struct KeyPosture {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
    /// Whether it may be used from everywhere.
    pub anywhere: bool,
}

/// Accounts and keys at one moment.
#[derive(Debug, Clone, Default)]
pub struct Posture {
    /// All accounts, disabled ones too.
    pub accounts: Vec<AccountPosture>,
    /// All keys.
    pub keys: Vec<KeyPosture>,
}

impl Identity {
    /// Accounts and keys as they are. Leaves the entries of reading them.
    ///
    /// # Errors
    /// Refused unless the caller may list accounts and keys.
    pub async fn posture(&self, caller: &Caller) -> Result<Posture, IdentityError> {
        let mut posture = Posture {
            keys: self.key_postures(caller).await?,
            ..Posture::default()
        };
        let live = self.live_sessions(caller.org()).await?;
        let mut after = None;
        loop {
            let (accounts, _) = self.accounts(caller, after, PAGE).await?;
            let full = accounts.len() == PAGE;
            after = accounts.last().map(|account| account.id);
            posture.accounts.extend(accounts.into_iter().map(|account| {
                AccountPosture {
                    sessions: live
                        .iter()
                        .filter(|session| session.user == account.id)
                        .count(),
                    made_at: made_at(account.id),
                    id: account.id,
                    roles: account.roles,
                    data_scope: account.data_scope,
                    active: account.active,
                    service: account.service,
                    factors: account.factors.len(),
                    last_sign_in_at: account.last_sign_in_at,
                }
            }));
            if !full {
                return Ok(posture);
            }
        }
    }
}

/// The time within an id (RFC 9562, version 7): its first 48 bits.
fn made_at(id: UserId) -> Timestamp {
    let mut millis = [0; 8];
    millis[2..].copy_from_slice(&id.as_bytes()[..6]);
    Timestamp::from_millis(i64::from_be_bytes(millis))
}
