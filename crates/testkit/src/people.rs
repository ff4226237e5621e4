//! Callers, made the way the sign-in makes them: from a session and its token.

use crate::Installation;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Assurance, Caller, DataScope, Origin, Role, RoleSet, SessionLimits, SessionRecord,
    SessionState, Standing, Surroundings,
};
use custos_values::{Clock, DepartmentId, OrgId, SessionId, UserId};
use std::net::IpAddr;
use std::sync::Arc;

/// A person, before they sign in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their organisation.
    pub org: OrgId,
    /// Their account.
    pub user: UserId,
    /// Their roles; separation of duties applies.
    pub roles: Vec<Role>,
    /// Their data scope.
    pub data_scope: DataScope,
    /// Their department.
    pub department: Option<DepartmentId>,
    /// The departments below it.
    pub below: Vec<DepartmentId>,
}

impl Person {
    /// What the account may do.
    ///
    /// # Panics
    /// When the roles exclude each other.
    pub fn standing(&self) -> Standing {
        Standing::plain(
            RoleSet::new(self.roles.iter().copied()).expect("roles that can be combined"),
            self.data_scope,
            self.department,
            Arc::new(self.below.iter().copied().collect()),
        )
    }

    /// Signs in.
    ///
    /// # Panics
    /// When the roles exclude each other.
    pub fn sign_in(&self, installation: &Installation) -> Caller {
        self.sign_in_with(installation, self.standing())
    }

    /// Signs in with more than plain roles: labels, teams, roles of the organisation's own.
    ///
    /// # Panics
    /// Never: the session is made for its token.
    pub fn sign_in_with(&self, installation: &Installation, standing: Standing) -> Caller {
        self.sign_in_from(installation, standing, [192, 0, 2, 1].into())
    }

    /// As [`Self::sign_in_with`], from an address of its own.
    ///
    /// # Panics
    /// Never, as there.
    pub fn sign_in_from(
        &self,
        installation: &Installation,
        standing: Standing,
        address: IpAddr,
    ) -> Caller {
        let (clock, random) = (installation.clock(), installation.random());
        let token = Token::generate(random);
        let session = SessionRecord {
            id: SessionId::new(clock, random),
            org: self.org,
            user: self.user,
            token: token.hash(),
            state: SessionState::Active,
            created_at: clock.now(),
            last_seen_at: clock.now(),
            proven_at: clock.now(),
            assurance: Assurance::Multi,
            surroundings: Surroundings::ORDINARY,
            account_active: true,
            standing,
        };
        let origin = Origin {
            address: Some(address),
            request_id: "test-request".to_owned(),
        };
        session
            .authenticate(&token, origin, clock.now(), &SessionLimits::default())
            .expect("the session was made for this token just now")
    }
}

impl Installation {
    /// A new person of the installation's organisation, not signed in.
    pub fn person(&self, role: Role, scope: DataScope, department: Option<DepartmentId>) -> Person {
        Person {
            org: self.org(),
            user: UserId::new(self.clock(), self.random()),
            roles: vec![role],
            data_scope: scope,
            department,
            below: Vec::new(),
        }
    }

    /// A new person of the installation's organisation, signed in.
    pub fn caller(&self, role: Role, scope: DataScope, department: Option<DepartmentId>) -> Caller {
        self.person(role, scope, department).sign_in(self)
    }
}
