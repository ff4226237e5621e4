//! From a stored session and a presented token to a caller.

use crate::support::{MINE, Repeatable, session};
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Assurance, Bar, Caller, Circumstances, DataScope, DeviceStanding, Engagement, Hours, LogView,
    Moment, NetworkZone, Origin, Policy, PolicySource, Purpose, Risk, Role, RoleSet, SessionLimits,
    SessionRecord, SessionRefusal, SessionState, Surroundings,
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

#[test]
fn somebody_from_outside_stays_out_once_their_time_is_over() {
    let token = Token::generate(&Repeatable::new(1));
    let mut record = stored(&token);
    record.standing.engagement = Some(Engagement {
        ends_at: Timestamp::from_millis(50),
        from: Timestamp::from_millis(0),
        to: Timestamp::from_millis(10),
    });
    assert_eq!(present(&record, &token, 49).err(), None);
    assert_eq!(
        present(&record, &token, 50).err(),
        Some(SessionRefusal::Disabled)
    );
}

#[test]
fn a_rule_about_roles_keeps_a_request_out_with_its_reason() {
    let token = Token::generate(&Repeatable::new(1));
    let mut record = stored(&token);
    for bar in [Bar::Network, Bar::Hours, Bar::Device] {
        record.surroundings.bar = Some(bar);
        assert_eq!(
            present(&record, &token, 1).err(),
            Some(SessionRefusal::Barred(bar))
        );
    }
    // Whoever does not hold the session is not told.
    let other = Token::generate(&Repeatable::new(2));
    assert_eq!(
        present(&record, &other, 1).err(),
        Some(SessionRefusal::Unknown)
    );
}

#[test]
fn the_circumstances_are_those_of_this_request() {
    let token = Token::generate(&Repeatable::new(1));
    let mut record = stored(&token);
    record.assurance = Assurance::PhishingResistant;
    record.surroundings = Surroundings {
        device: DeviceStanding::Registered,
        network: NetworkZone::Trusted,
        hours: Hours::Outside,
        risk: Risk::Raised,
        moment: Moment {
            weekday: 7,
            hour: 23,
        },
        purpose: Purpose::Service,
        bar: None,
    };
    let caller = present(&record, &token, 21).unwrap();
    let expected = Circumstances {
        assurance: Assurance::PhishingResistant,
        fresh: false,
        device: DeviceStanding::Registered,
        network: NetworkZone::Trusted,
        hours: Hours::Outside,
        risk: Risk::Raised,
        moment: Moment {
            weekday: 7,
            hour: 23,
        },
        purpose: Purpose::Service,
    };
    assert_eq!(caller.circumstances(), Some(&expected));
    assert_eq!(caller.asked_at(), Timestamp::from_millis(21));
}

/// The role alone shows nothing of the log, and without the role an engagement still shows no more than its period.
#[test]
fn how_much_of_the_log_somebody_sees_is_what_they_were_asked_to_look_at() {
    let token = Token::generate(&Repeatable::new(1));
    let (from, to) = (Timestamp::from_millis(3), Timestamp::from_millis(9));
    let asked = Engagement {
        ends_at: Timestamp::from_millis(1_000),
        from,
        to,
    };
    let period = LogView::Between { from, to };
    for (role, engagement, view, outside) in [
        (Role::AuditAdmin, None, LogView::Whole, false),
        (Role::ExternalAuditor, None, LogView::NOTHING, true),
        (Role::ExternalAuditor, Some(asked), period, true),
        (Role::AuditAdmin, Some(asked), period, true),
    ] {
        let mut record = session(
            &token,
            RoleSet::new([role]).unwrap(),
            DataScope::All,
            Some(MINE),
        );
        record.standing.engagement = engagement;
        let caller = present(&record, &token, 1).unwrap();
        assert_eq!(caller.log_view(), view, "{role:?} {engagement:?}");
        assert_eq!(caller.is_external(), outside, "{role:?} {engagement:?}");
        assert_eq!(caller.standing().engagement, engagement);
        // What outsiders reach is a closed list, whatever role brought them in.
        let policy = Policy::load(&[ANYTHING]).unwrap();
        assert_eq!(policy.may_ever(&caller, "customer", "read"), !outside);
        assert!(policy.may_ever(&caller, "audit_entry", "read"));
    }
}

/// A policy that lets everybody do everything.
const ANYTHING: PolicySource = PolicySource::new(
    "test",
    r#"@id("all") permit (principal, action in [Action::"customer.read", Action::"audit_entry.read"], resource);"#,
);
