//! Callers, made the way the sign-in makes them: from a session and its token.

use crate::Installation;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Assurance, Caller, DataScope, Origin, Role, RoleSet, SessionLimits, SessionRecord,
    SessionState, Surroundings,
};
use custos_values::{Clock, DepartmentId, OrgId, SessionId, UserId};
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
    /// Signs in.
    ///
    /// # Panics
    /// When the roles exclude each other.
    pub fn sign_in(&self, installation: &Installation) -> Caller {
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
            roles: RoleSet::new(self.roles.iter().copied()).expect("roles that can be combined"),
            data_scope: self.data_scope,
            department: self.department,
            departments_below: Arc::new(self.below.iter().copied().collect()),
        };
        let origin = Origin {
            address: Some([192, 0, 2, 1].into()),
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
