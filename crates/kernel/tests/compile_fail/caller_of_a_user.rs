//! The caller of a person comes from a session and a token only.
use custos_kernel::policy::{Caller, CallerKind, DataScope, Origin, RoleSet};
use custos_values::{OrgId, SessionId, UserId};

fn main() {
    let kind = CallerKind::User {
        user: UserId::from_bytes([0; 16]),
        session: SessionId::from_bytes([0; 16]),
    };
    let access = (RoleSet::default(), DataScope::All);
    let _ = Caller::user(kind, OrgId::from_bytes([0; 16]), access, None, Default::default(), Origin::default());
}
