//! Roles that may be used on registered devices only.
//!
//! On any other device such a role is simply not there: its holder can sign in, see their own account and register the
//! device with a fresh factor, and nothing more. So nobody is ever locked out by the rule, and a cookie without
//! the device's key is worth nothing.

use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::touch;
use crate::resources::DeviceRuleResource;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, DeviceStanding, Facts, Permit, Role, RoleSet, actions};

/// The roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BoundRoles(Vec<Role>);

impl BoundRoles {
    pub(super) fn new(roles: &[Role]) -> Self {
        let wanted = |role: &Role| roles.contains(role);
        Self(Role::ALL.into_iter().filter(wanted).collect())
    }

    pub(super) fn from_stored(text: &str) -> Self {
        Self(text.split(',').filter_map(Role::from_name).collect())
    }

    pub(super) fn to_stored(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|role| role.name()).collect();
        names.join(",")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }

    /// Those of an account's roles that count on a device.
    pub(crate) fn usable(&self, roles: RoleSet, device: DeviceStanding) -> RoleSet {
        if device == DeviceStanding::Registered {
            return roles;
        }
        // A part of a set that may be is one too.
        RoleSet::new(roles.iter().filter(|role| !self.0.contains(role))).unwrap_or_default()
    }
}

impl Identity {
    /// The roles that count on registered devices only.
    ///
    /// # Errors
    /// Refused unless the caller may see the rule.
    pub(super) async fn device_rule(&self, caller: &Caller) -> Result<BoundRoles, IdentityError> {
        let org = caller.org();
        let facts = Facts::<DeviceRuleResource>::shared(org, *org.as_bytes(), 0);
        let permit: Permit<actions::Read, _> = self.policy().permit(caller, &facts)?;
        let roles = self.directory(org).await?.bound_roles().clone();
        self.sink().record(Event::of(&permit)).await?;
        Ok(roles)
    }

    /// Sets them. Whoever does must keep their own roles by it.
    ///
    /// # Errors
    /// Refused, or 409 `device.rule.locks_out`.
    pub(super) async fn set_device_rule(
        &self,
        caller: &Caller,
        roles: BoundRoles,
    ) -> Result<(), IdentityError> {
        let org = caller.org();
        let facts = Facts::<DeviceRuleResource>::shared(org, *org.as_bytes(), 0);
        let permit: Permit<actions::Update, _> = self.policy().permit(caller, &facts)?;
        let device = caller
            .circumstances()
            .map_or(DeviceStanding::Unknown, |circumstances| {
                circumstances.device
            });
        if roles.usable(caller.roles(), device) != caller.roles() {
            return Err(Problem::new(StatusCode::CONFLICT, "device.rule.locks_out").into());
        }
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, org).await?;
        super::sql::set_bound_roles(&mut tx, &permit, &roles).await?;
        let names = Detail::names(roles.iter().map(Role::name));
        tx.finish(Event::of(&permit).with("roles", names)).await?;
        self.directories().changed(org);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_role_counts_on_a_registered_device_only() {
        let rule = BoundRoles::new(&[Role::SecurityAdmin, Role::SalesLead]);
        assert_eq!(BoundRoles::from_stored(&rule.to_stored()), rule);
        let of = |roles: &[Role]| RoleSet::new(roles.iter().copied()).unwrap();
        let lead = of(&[Role::Sales, Role::SalesLead]);
        for standing in [DeviceStanding::Unknown, DeviceStanding::Recognised] {
            assert_eq!(rule.usable(lead, standing), of(&[Role::Sales]));
            let admin = of(&[Role::SecurityAdmin]);
            assert_eq!(rule.usable(admin, standing), RoleSet::default());
        }
        assert_eq!(rule.usable(lead, DeviceStanding::Registered), lead);
    }
}
