//! Who presents the token of an identity provider that keeps accounts here.

use crate::support::{ORG, Repeatable};
use custos_kernel::crypto::Token;
use custos_kernel::policy::{
    Caller, CallerKind, Origin, ProvisioningRecord, ProvisioningRefusal, RoleSet,
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
