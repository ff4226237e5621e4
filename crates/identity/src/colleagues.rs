//! What the features about access ask of people: what accounts are within a transaction, who is behind them, and how to
//! tell them something.

use crate::accounts;
use crate::api_keys;
use crate::contact;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::lifecycle;
use custos_kernel::event::Event;
use custos_kernel::policy::{Origin, RoleSet};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{OrgId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// What an account is within a transaction.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// Whether it may be used.
    pub active: bool,
    /// Whether it is that of a program.
    pub service: bool,
    /// The roles held.
    pub roles: RoleSet,
}

impl Identity {
    /// What accounts are; until the transaction ends, nobody disables them or changes their roles.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hold_accounts(
        &self,
        tx: &mut WriteTx<'_>,
        users: &BTreeSet<UserId>,
    ) -> Result<BTreeMap<UserId, Held>, StoreError> {
        let mut held = BTreeMap::new();
        // In the order of their ids, so that no two transactions wait for each other.
        for user in users {
            if let Some(facts) = accounts::sql::held_facts(tx, *user).await? {
                let account = Held {
                    active: facts.active,
                    service: facts.service,
                    roles: facts.roles,
                };
                held.insert(*user, account);
            }
        }
        Ok(held)
    }

    /// Who of some accounts is behind another: made the keys of its program, or has the same proven address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn behind(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        account: UserId,
        among: &BTreeSet<UserId>,
    ) -> Result<BTreeSet<UserId>, StoreError> {
        let mut found = api_keys::makers(tx, account).await?;
        found.retain(|user| among.contains(user));
        let key = self.store().keys().get(self.store(), org).await?;
        let own = contact::proven_addresses(tx, &key, account).await?;
        if own.is_empty() {
            return Ok(found);
        }
        for other in among.iter().filter(|other| **other != account) {
            let theirs = contact::proven_addresses(tx, &key, *other).await?;
            if !own.is_disjoint(&theirs) {
                found.insert(*other);
            }
        }
        Ok(found)
    }

    /// The leads of a person's department, or of the nearest above that has one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leads_of(
        &self,
        org: OrgId,
        user: UserId,
    ) -> Result<BTreeSet<UserId>, IdentityError> {
        let directory = self.directory(org).await?;
        let department = directory.person(user).and_then(|it| it.department);
        let leads = lifecycle::leads(&directory, user, department);
        Ok(leads.into_iter().collect())
    }

    /// Tells a person something by mail within the transaction of what it tells of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(
        &self,
        tx: &mut WriteTx<'_>,
        (org, user): (OrgId, UserId),
        origin: &Origin,
        template: Template,
        params: Vec<(&'static str, String)>,
    ) -> Result<Option<Event>, IdentityError> {
        self.notice(tx, org, user, origin, template, params).await
    }
}
