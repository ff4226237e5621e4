//! Keeping what an account may do, and whether it may be used at all, as its provider says.

use super::mapping::{Granted, granted};
use super::model::Provider;
use super::sql;
use crate::accounts::{keep_administrators, sql as accounts};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::department_exists;
use crate::resources::UserResource;
use crate::sessions;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Origin, Permit, Role, RoleSet, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, SessionId, UserId};

impl Identity {
    /// A permit on an account as it is within the transaction, for the federation job or for the provider itself.
    pub(crate) async fn account_permit_of_provider<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        provider: &Provider,
        user: UserId,
        facts: &accounts::AccountFacts,
    ) -> Result<Permit<A, UserResource>, IdentityError> {
        let linked = sql::is_linked(tx, provider.id, user).await?;
        let kept = linked && provider.keeps(facts.roles);
        let (department, id) = (facts.department, *user.as_bytes());
        let facts = Facts::owned(caller.org(), id, facts.version, Some(user), department)
            .kept_by(kept.then_some(provider.id));
        Ok(self.policy().permit(caller, &facts)?)
    }

    /// Gives an account what its groups give, and takes what they no longer give. Nothing happens while the security
    /// administrator has not approved the provider's mapping, to a disabled account, and to an administrator's account
    /// whose provider may not give such roles. The last administrator of a kind stays one.
    pub(crate) async fn apply_groups(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        provider: &Provider,
        user: UserId,
        groups: &[String],
    ) -> Result<Vec<Event>, IdentityError> {
        let Some(before) = accounts::facts(tx, user).await? else {
            return Ok(Vec::new());
        };
        if !before.active || !provider.approved || !provider.keeps(before.roles) {
            return Ok(Vec::new());
        }
        let (granted, refused) = match granted(&provider.mappings, groups, provider.privileged) {
            Ok(granted) => (granted, None),
            Err(reason) => {
                let nothing = Granted {
                    roles: RoleSet::default(),
                    data_scope: None,
                    department: None,
                };
                (nothing, Some(reason))
            }
        };
        if keep_administrators(tx, before.roles, granted.roles)
            .await
            .is_err()
        {
            return Ok(Vec::new());
        }
        let now = self.store().clock().now();
        let mut events = Vec::new();
        let data_scope = granted.data_scope.unwrap_or(before.data_scope);
        let mut version = before.version;
        if granted.roles != before.roles || data_scope != before.data_scope {
            let permit = self
                .account_permit_of_provider::<actions::Grant>(tx, caller, provider, user, &before)
                .await?;
            accounts::set_access(tx, &permit, granted.roles, data_scope, now).await?;
            version += 1;
            let names = |roles: RoleSet| Detail::names(roles.iter().map(Role::name));
            let mut event = Event::of(&permit)
                .with("roles_before", names(before.roles))
                .with("roles", names(granted.roles))
                .with("data_scope", Detail::code(data_scope.name()))
                .with("provider", Detail::id(*provider.id.as_bytes()));
            if let Some(reason) = refused {
                event = event.with("reason", Detail::code(reason));
            }
            events.push(event);
        }
        if let Some(department) = granted.department
            && before.department != Some(department)
            && department_exists(tx, department).await?
        {
            let facts = accounts::AccountFacts {
                version,
                roles: granted.roles,
                ..before
            };
            let permit = self
                .account_permit_of_provider::<actions::Update>(tx, caller, provider, user, &facts)
                .await?;
            let update = accounts::AccountUpdate {
                name: None,
                department: Some(department),
                active: facts.active,
                now,
            };
            accounts::update(tx, &permit, update).await?;
            let event = Event::of(&permit)
                .with("changes", Detail::names(["department_id"]))
                .with("provider", Detail::id(*provider.id.as_bytes()));
            events.push(event);
        }
        Ok(events)
    }

    /// Ends sessions a provider began: those of an index, of a user, or both. Gives their ids, for the caches.
    pub(crate) async fn end_federated_sessions(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        provider: &Provider,
        index: Option<i64>,
        user: Option<UserId>,
        origin: &Origin,
    ) -> Result<Vec<SessionId>, IdentityError> {
        let permit = self.federation_permit(org, provider.id, origin)?;
        let mut ended = Vec::new();
        for (session, owner) in sql::sessions(tx, provider.id, index, user).await? {
            let facts = Facts::owned(org, *session.as_bytes(), 0, Some(owner), None);
            let federator = Self::federator(org, origin.clone());
            let end = self.policy().permit(&federator, &facts)?;
            sessions::sql::delete(tx, &end, owner).await?;
            sql::forget_session(tx, &permit, session).await?;
            ended.push(session);
        }
        Ok(ended)
    }
}
