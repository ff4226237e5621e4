//! What reviews of access ask of accounts and keys: which there are, and to take them.

use crate::accounts;
use crate::accounts::keep_administrators;
use crate::api_keys;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::lifecycle;
use crate::organisation::touch;
use crate::resources::ApiKeyResource;
use custos_access::reviews::{ProgramKey, Withdrawal};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Job, Role, RoleSet, actions};
use custos_store::WriteTx;
use custos_values::{ApiKeyId, OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

impl Identity {
    fn reviewing(org: OrgId) -> Caller {
        Caller::system(Job::Access, org)
    }

    /// The keys of service accounts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn program_keys(&self, org: OrgId) -> Result<Vec<ProgramKey>, IdentityError> {
        self.reviewed_keys(&Self::reviewing(org)).await
    }

    /// When people last moved to another department.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_moves(
        &self,
        org: OrgId,
    ) -> Result<BTreeMap<UserId, Timestamp>, IdentityError> {
        let mut tx = self.store().read().await?;
        Ok(lifecycle::moves(&mut tx, &Self::reviewing(org)).await?)
    }

    /// Takes a role from a person within a transaction, which is to be finished with the event; afterwards
    /// [`Self::access_withdrawn`] is to be told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_role(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        user: UserId,
        role: Role,
    ) -> Result<Withdrawal, IdentityError> {
        let caller = Self::reviewing(org);
        touch(self, tx, org).await?;
        if accounts::sql::facts(tx, user).await?.is_none() {
            return Ok(Withdrawal::Gone);
        }
        let (permit, facts) = self
            .account_permit::<actions::Grant>(tx, &caller, user, None)
            .await?;
        if !facts.roles.contains(role) {
            return Ok(Withdrawal::Gone);
        }
        let left = RoleSet::new(facts.roles.iter().filter(|held| *held != role));
        let left = left.unwrap_or_default();
        if facts.active {
            match keep_administrators(tx, facts.roles, left).await {
                Ok(()) => {}
                Err(IdentityError::Store(error)) => return Err(error.into()),
                Err(_) => return Ok(Withdrawal::LastAdministrator),
            }
        }
        let now = self.store().clock().now();
        accounts::sql::set_access(tx, &permit, left, facts.data_scope, now).await?;
        let names = |roles: RoleSet| Detail::names(roles.iter().map(Role::name));
        let event = Event::of(&permit)
            .with("roles_before", names(facts.roles))
            .with("roles", names(left))
            .with("by", Detail::code("access_review"));
        Ok(Withdrawal::Done(Box::new(event)))
    }

    /// Takes a key away within a transaction, which is to be finished with the event.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_key(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        key: ApiKeyId,
    ) -> Result<Withdrawal, IdentityError> {
        let facts = Facts::<ApiKeyResource>::shared(org, *key.as_bytes(), 0);
        let caller = Self::reviewing(org);
        let permit = self.policy().permit(&caller, &facts)?;
        if !api_keys::sql::delete(tx, &permit).await? {
            return Ok(Withdrawal::Gone);
        }
        let event = Event::of(&permit).with("by", Detail::code("access_review"));
        Ok(Withdrawal::Done(Box::new(event)))
    }

    /// Forgets what is kept in memory of an account, for something was just taken from it.
    pub fn access_withdrawn(&self, org: OrgId, user: UserId) {
        self.account_changed(&Self::reviewing(org), user);
    }
}
