//! From a stored key of a service account and a presented secret to a caller.

use crate::support::*;
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    ApiKeyRecord, ApiKeyRefusal, Assurance, Caller, CallerKind, Circumstances, DataScope, Facts,
    Hours, NetworkZone, Origin, Policy, PolicySource, Purpose, Role, RoleSet, Standing, actions,
};
use custos_values::{ApiKeyId, Timestamp};
use std::sync::Arc;

const ENDS: Timestamp = Timestamp::from_millis(100);

fn stored(secret: &Token, scopes: &[&str]) -> ApiKeyRecord {
    ApiKeyRecord {
        id: ApiKeyId::from_bytes([40; 16]),
        org: ORG,
        user: ME,
        secret: secret.hash(),
        expires_at: ENDS,
        address_allowed: true,
        scopes: Arc::new(scopes.iter().map(ToString::to_string).collect()),
        account_active: true,
        standing: Standing::plain(
            RoleSet::new([Role::SalesLead]).unwrap(),
            DataScope::All,
            Some(MINE),
            Arc::default(),
        ),
        network: NetworkZone::Trusted,
        hours: Hours::Outside,
        moment: Circumstances::ORDINARY.moment,
        purpose: Purpose::Unstated,
    }
}

fn present(record: &ApiKeyRecord, secret: &Token, now: i64) -> Result<Caller, ApiKeyRefusal> {
    record.authenticate(secret, Origin::default(), Timestamp::from_millis(now))
}

#[test]
fn the_caller_is_what_the_key_and_its_account_say() {
    let secret = Token::generate(&Repeatable::new(1));
    let record = stored(&secret, &["customer.read"]);
    let caller = present(&record, &secret, 99).unwrap();
    assert_eq!(
        caller.kind(),
        CallerKind::Key {
            user: ME,
            key: record.id
        }
    );
    assert_eq!(caller.user_id(), Some(ME));
    assert_eq!((caller.session_id(), caller.provider_id()), (None, None));
    assert!(!caller.is_person());
    assert_eq!(caller.org(), ORG);
    assert_eq!(caller.roles(), record.standing.profile.roles);
    let around = caller.circumstances().unwrap();
    assert!(around.fresh);
    assert_eq!(around.assurance, Assurance::Single);
    assert_eq!(around.network, NetworkZone::Trusted);
    assert_eq!(around.hours, Hours::Outside);
}

#[test]
fn each_reason_refuses() {
    let secret = Token::generate(&Repeatable::new(1));
    let good = stored(&secret, &["customer.read"]);
    let refusal = |record: &ApiKeyRecord, secret: &Token, now| present(record, secret, now).err();
    assert_eq!(refusal(&good, &secret, 99), None);
    let other = Token::generate(&Repeatable::new(2));
    assert_eq!(refusal(&good, &other, 99), Some(ApiKeyRefusal::Unknown));
    assert_eq!(refusal(&good, &secret, 100), Some(ApiKeyRefusal::Expired));
    let mut disabled = good.clone();
    disabled.account_active = false;
    assert_eq!(
        refusal(&disabled, &secret, 1),
        Some(ApiKeyRefusal::Disabled)
    );
    let mut elsewhere = good.clone();
    elsewhere.address_allowed = false;
    assert_eq!(
        refusal(&elsewhere, &secret, 1),
        Some(ApiKeyRefusal::Address)
    );
    // Without the secret nothing else is told.
    disabled.expires_at = Timestamp::from_millis(0);
    assert_eq!(refusal(&disabled, &other, 1), Some(ApiKeyRefusal::Unknown));
}

#[test]
fn it_reaches_the_actions_it_was_made_for_and_no_other() {
    let secret = Token::generate(&Repeatable::new(1));
    let facts = || Facts::<Customer>::owned(ORG, [5; 16], 1, Some(ME), Some(MINE));
    let reader = present(&stored(&secret, &["customer.read"]), &secret, 1).unwrap();
    let policy = sample();
    assert!(policy.permit::<actions::Read, _>(&reader, &facts()).is_ok());
    assert!(
        policy
            .permit::<actions::Update, _>(&reader, &facts())
            .is_err()
    );
    assert!(policy.scope::<actions::List, Customer>(&reader).is_err());
    assert!(!policy.may_ever(&reader, "customer", "export"));
    // Nor does a key reach what its account may not do.
    let all = ["customer.read", "customer.delete"];
    let greedy = present(&stored(&secret, &all), &secret, 1).unwrap();
    assert!(
        policy
            .permit::<actions::Delete, _>(&greedy, &facts())
            .is_err()
    );
    // A name that only begins like an action is none.
    let close = present(&stored(&secret, &["customer.rea", "customer"]), &secret, 1).unwrap();
    assert!(policy.permit::<actions::Read, _>(&close, &facts()).is_err());
}

#[test]
fn what_needs_a_fresh_factor_of_a_person_a_key_may_do() {
    let text = r#"@id("all") permit (principal is User, action == Action::"customer.export", resource);
        @id("fresh") forbid (principal is User, action == Action::"customer.export", resource) when { !context.fresh };"#;
    let policy = Policy::load(&[PolicySource::new("test", text)]).unwrap();
    let secret = Token::generate(&Repeatable::new(1));
    let key = present(&stored(&secret, &["customer.export"]), &secret, 99).unwrap();
    assert!(policy.scope::<actions::Export, Customer>(&key).is_ok());
}
