//! Who presents the token of an identity provider that keeps accounts here.

use crate::support::{Customer, ME, MINE, ORG, OTHER_ORG, Repeatable};
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Caller, CallerKind, Facts, Origin, Policy, PolicySource, ProvisioningRecord,
    ProvisioningRefusal, RoleSet, actions,
};
use custos_values::{ProviderId, Timestamp};

fn stored(token: &Token) -> ProvisioningRecord {
    ProvisioningRecord {
        org: ORG,
        provider: ProviderId::from_bytes([40; 16]),
        token: token.hash(),
        expires_at: Timestamp::from_millis(100),
        enabled: true,
    }
}

fn present(
    record: &ProvisioningRecord,
    token: &Token,
    at: i64,
) -> Result<Caller, ProvisioningRefusal> {
    record.authenticate(token, Origin::default(), Timestamp::from_millis(at))
}

#[test]
fn the_caller_is_the_provider_and_nobody_with_an_account() {
    let token = Token::generate(&Repeatable::new(1));
    let record = stored(&token);
    let caller = present(&record, &token, 99).unwrap();
    let provider = record.provider;
    assert_eq!(caller.kind(), CallerKind::Provider { provider });
    assert_eq!(caller.provider_id(), Some(provider));
    assert_eq!((caller.user_id(), caller.session_id()), (None, None));
    assert_eq!((caller.org(), caller.roles()), (ORG, RoleSet::default()));
    assert!(!caller.is_person());
}

#[test]
fn each_reason_refuses() {
    let token = Token::generate(&Repeatable::new(1));
    let other = Token::generate(&Repeatable::new(2));
    let record = stored(&token);
    let disabled = ProvisioningRecord {
        enabled: false,
        ..record.clone()
    };
    for (record, token, at, refusal) in [
        (&record, &other, 0, ProvisioningRefusal::Unknown),
        (&record, &token, 100, ProvisioningRefusal::Expired),
        (&disabled, &token, 0, ProvisioningRefusal::Disabled),
    ] {
        assert_eq!(present(record, token, at).err(), Some(refusal));
    }
}

/// To a provider its own are those it keeps, whoever they belong to.
#[test]
fn a_provider_stands_to_what_it_keeps_as_an_owner_does() {
    let text = r#"@id("kept") permit (principal is Provisioner, action in [Action::"customer.update", Action::"customer.list"], resource)
        when { context.relation == "own" };"#;
    let feature = "test";
    let policy = Policy::load(&[PolicySource::new(feature, text)]).unwrap();
    let token = Token::generate(&Repeatable::new(1));
    let caller = present(&stored(&token), &token, 0).unwrap();
    let other = ProviderId::from_bytes([41; 16]);
    for (org, keeper, permitted) in [
        (ORG, caller.provider_id(), true),
        (ORG, Some(other), false),
        (ORG, None, false),
        (OTHER_ORG, caller.provider_id(), false),
    ] {
        let facts = Facts::<Customer>::owned(org, [5; 16], 1, Some(ME), Some(MINE)).kept_by(keeper);
        let permit = policy.permit::<actions::Update, _>(&caller, &facts);
        assert_eq!(permit.is_ok(), permitted, "{keeper:?}");
    }
    // What it keeps cannot be said by owner and departments, so there is no list of it.
    assert!(policy.scope::<actions::List, Customer>(&caller).is_err());
}
