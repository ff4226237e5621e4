//! The caller of a person comes from a session and a token only.
use custos_kernel::policy::{Caller, CallerKind, Circumstances, Origin};
use custos_values::{OrgId, SessionId, UserId};

fn main() {
    let kind = CallerKind::User {
        user: UserId::from_bytes([0; 16]),
        session: SessionId::from_bytes([0; 16]),
    };
    let org = OrgId::from_bytes([0; 16]);
    let _ = Caller::user(kind, org, todo!(), Circumstances::ORDINARY, Origin::default(), todo!());
}
