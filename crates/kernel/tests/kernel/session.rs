//! From a stored session and a presented token to a caller.

use crate::support::{MINE, Repeatable, session};
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Caller, DataScope, Origin, Role, RoleSet, SessionLimits, SessionRecord, SessionRefusal,
    SessionState,
};
use custos_values::Timestamp;

const LIMITS: SessionLimits = SessionLimits {
    idle_ms: 100,
    absolute_ms: 1000,
    pending_ms: 50,
    fresh_ms: 20,
};

fn stored(token: &Token) -> SessionRecord {
    let roles = RoleSet::new([Role::Sales]).unwrap();
    session(token, roles, DataScope::Department, Some(MINE))
}

fn present(record: &SessionRecord, token: &Token, now: i64) -> Result<Caller, SessionRefusal> {
    record.authenticate(
        token,
        Origin::default(),
        Timestamp::from_millis(now),
        &LIMITS,
    )
}

#[test]
fn the_caller_is_what_the_session_and_its_account_say() {
    let token = Token::generate(&Repeatable::new(1));
    let record = stored(&token);
    let caller = present(&record, &token, 99).unwrap();
    assert_eq!(caller.org(), record.org);
    assert_eq!(caller.user_id(), Some(record.user));
    assert_eq!(caller.session_id(), Some(record.id));
    assert_eq!(caller.provider_id(), None);
    assert!(caller.is_person());
    assert_eq!(caller.roles(), record.standing.profile.roles);
    assert_eq!(caller.data_scope(), record.standing.profile.data_scope);
    assert_eq!(caller.department(), record.standing.profile.department);
    assert_eq!(caller.departments_below(), &*record.standing.below);
}

#[test]
fn another_token_is_refused_whatever_else_holds() {
    let token = Token::generate(&Repeatable::new(1));
    let other = Token::generate(&Repeatable::new(2));
    let record = stored(&token);
    assert_eq!(
        present(&record, &other, 1).err(),
        Some(SessionRefusal::Unknown)
    );
}

#[test]
fn limits_end_a_session_at_their_very_moment() {
    let token = Token::generate(&Repeatable::new(1));
    let mut record = stored(&token);
    let expired = Some(SessionRefusal::Expired);
    assert_eq!(present(&record, &token, 99).err(), None);
    assert_eq!(present(&record, &token, 100).err(), expired);
    record.last_seen_at = Timestamp::from_millis(950);
    assert_eq!(present(&record, &token, 999).err(), None);
    assert_eq!(present(&record, &token, 1000).err(), expired);
    record.state = SessionState::Pending;
    record.last_seen_at = Timestamp::from_millis(0);
    assert_eq!(
        record.check(&token, Timestamp::from_millis(49), &LIMITS),
        Ok(())
    );
    assert_eq!(
        record.check(&token, Timestamp::from_millis(50), &LIMITS),
        Err(SessionRefusal::Expired)
    );
}

#[test]
fn a_pending_session_is_nobody_and_a_disabled_account_neither() {
    let token = Token::generate(&Repeatable::new(1));
    let mut record = stored(&token);
    record.state = SessionState::Pending;
    assert_eq!(
        present(&record, &token, 1).err(),
        Some(SessionRefusal::Pending)
    );
    record.state = SessionState::Active;
    record.account_active = false;
    assert_eq!(
        present(&record, &token, 1).err(),
        Some(SessionRefusal::Disabled)
    );
}
