//! Sealed fields open in their own place only, and with a permit for their own record only.

use crate::support::{ORG, OTHER_ORG, Repeatable, keys, permit_for, tenant};
use custos_kernel::crypto::{Column, CryptoError, Disclosures, SealedText};
use custos_kernel::policy::{Caller, Facts, Job, Permit, Policy, PolicySource, Resource, actions};
use custos_values::{CustomerId, OrgId};
use proptest::prelude::*;

const CUSTOMER: CustomerId = CustomerId::from_bytes([5; 16]);
const OTHER: CustomerId = CustomerId::from_bytes([6; 16]);
const ROW: [u8; 16] = [5; 16];
const PHONE: Column<'static> = Column {
    table: "customer",
    row: &ROW,
    column: "phone",
    of: None,
};

fn open(
    sealed: &SealedText,
    key: &custos_kernel::crypto::RecordKey,
    column: &Column<'_>,
) -> Result<String, CryptoError> {
    let permit = permit_for(ORG, CUSTOMER);
    let plain = sealed.open(&permit, key, column)?;
    Ok(plain.expose_for_processing().clone())
}

#[test]
fn every_flipped_bit_and_every_truncation_is_refused() {
    let random = Repeatable::new(7);
    let (_, key) = keys(ORG, CUSTOMER, &random);
    let permit = permit_for(ORG, CUSTOMER);
    let sealed = SealedText::seal(&key, &PHONE, "13800001234", &random);
    let bytes = sealed.as_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.to_vec();
        altered[bit / 8] ^= 1 << (bit % 8);
        let outcome = SealedText::from_bytes(altered).open(&permit, &key, &PHONE);
        match outcome.err() {
            Some(CryptoError::UnknownSuite(_)) => assert!(bit < 8),
            other => assert_eq!(other, Some(CryptoError::DoesNotOpen), "bit {bit}"),
        }
    }
    for length in 0..bytes.len() {
        let cut = SealedText::from_bytes(bytes[..length].to_vec());
        assert!(cut.open(&permit, &key, &PHONE).is_err());
    }
}

#[test]
fn an_unknown_suite_is_named() {
    let random = Repeatable::new(7);
    let (_, key) = keys(ORG, CUSTOMER, &random);
    let mut bytes = SealedText::seal(&key, &PHONE, "x", &random)
        .as_bytes()
        .to_vec();
    bytes[0] = 9;
    let outcome = open(&SealedText::from_bytes(bytes), &key, &PHONE);
    assert_eq!(outcome, Err(CryptoError::UnknownSuite(9)));
}

#[test]
fn a_ciphertext_moved_anywhere_else_does_not_open() {
    let random = Repeatable::new(7);
    let (tenant, key) = keys(ORG, CUSTOMER, &random);
    let sealed = SealedText::seal(&key, &PHONE, "13800001234", &random);
    let other_row = [9; 16];
    let places = [
        Column {
            row: &other_row,
            ..PHONE
        },
        Column {
            column: "email",
            ..PHONE
        },
        Column {
            table: "contact",
            ..PHONE
        },
        // The same letters, divided differently between table and column.
        Column {
            table: "customerp",
            column: "hone",
            ..PHONE
        },
    ];
    for place in places {
        assert_eq!(open(&sealed, &key, &place), Err(CryptoError::DoesNotOpen));
    }
    let (other_customer, _) = tenant.new_record_key(OTHER, &random).unwrap();
    let permit = permit_for(ORG, OTHER);
    assert!(sealed.open(&permit, &other_customer, &PHONE).is_err());
    let (same_customer_new_key, _) = tenant.new_record_key(CUSTOMER, &random).unwrap();
    assert_eq!(
        open(&sealed, &same_customer_new_key, &PHONE),
        Err(CryptoError::DoesNotOpen)
    );
}

#[test]
fn the_same_key_under_another_customer_or_organisation_is_another_place() {
    let random = Repeatable::new(7);
    let (keyring, mut sealed) = (
        custos_kernel::crypto::Keyring::generate(&random),
        Vec::new(),
    );
    for (org, customer) in [(ORG, CUSTOMER), (ORG, OTHER), (OTHER_ORG, CUSTOMER)] {
        // The same random bytes, and so the same record key and nonce, for each of them.
        let same = Repeatable::new(8);
        let tenant = tenant(&keyring, org, &same);
        let (key, _) = tenant.new_record_key(customer, &same).unwrap();
        let text = SealedText::seal(&key, &PHONE, "13800001234", &same);
        sealed.push((org, customer, key, text));
    }
    for (i, (org, customer, key, _)) in sealed.iter().enumerate() {
        for (j, (_, _, _, text)) in sealed.iter().enumerate() {
            let opened = text.open(&permit_for(*org, *customer), key, &PHONE);
            assert_eq!(opened.is_ok(), i == j);
        }
    }
}

#[test]
fn a_permit_for_another_record_is_refused_before_the_cipher_is_asked() {
    let random = Repeatable::new(7);
    let (_, key) = keys(ORG, CUSTOMER, &random);
    let sealed = SealedText::seal(&key, &PHONE, "13800001234", &random);
    for permit in [permit_for(ORG, OTHER), permit_for(OTHER_ORG, CUSTOMER)] {
        let outcome = sealed.open(&permit, &key, &PHONE).err();
        assert_eq!(outcome, Some(CryptoError::WrongRecord));
    }
}

#[derive(Debug)]
enum Deal {}

impl Resource for Deal {
    const TYPE: &'static str = "deal";
}

#[test]
fn what_belongs_to_a_deal_opens_with_a_permit_for_that_deal_only() {
    let random = Repeatable::new(7);
    let (_, key) = keys(ORG, CUSTOMER, &random);
    let (deals, notes) = ([[3; 16], [4; 16]], [[8; 16], [9; 16]]);
    let place = |kind: &'static str, deal: usize, note: usize| Column {
        table: "note",
        row: &notes[note],
        column: "content",
        of: Some((kind, &deals[deal])),
    };
    let sealed = SealedText::seal(&key, &place("deal", 0, 0), "年度采购", &random);
    let rule = r#"@id("deals") permit (principal == Job::"indexer", action == Action::"deal.read", resource);"#;
    let policy = Policy::load(&[PolicySource::new("deals", rule)]).unwrap();
    let permit = |org: OrgId, deal: usize| -> Permit<actions::Read, Deal> {
        let caller = Caller::system(Job::Indexer, org);
        let facts = Facts::owned(org, deals[deal], 1, None, None);
        policy.permit(&caller, &facts).unwrap()
    };
    let open = |permit: &Permit<actions::Read, Deal>, place: &Column<'_>| {
        let opened = sealed.open(permit, &key, place);
        opened.map(|plain| plain.expose_for_processing().clone())
    };
    let own = permit(ORG, 0);
    assert_eq!(open(&own, &place("deal", 0, 0)).unwrap(), "年度采购");
    let wrong = Err(CryptoError::WrongRecord);
    assert_eq!(open(&permit(ORG, 1), &place("deal", 0, 0)), wrong);
    assert_eq!(open(&permit(OTHER_ORG, 0), &place("deal", 0, 0)), wrong);
    assert_eq!(open(&own, &place("contract", 0, 0)), wrong);
    let elsewhere = Err(CryptoError::DoesNotOpen);
    assert_eq!(open(&own, &place("deal", 0, 1)), elsewhere);
    assert_eq!(open(&permit(ORG, 1), &place("deal", 1, 0)), elsewhere);
    // Neither is it the customer's own, whoever may see the customer.
    let plain = Column {
        of: None,
        ..place("deal", 0, 0)
    };
    let of_customer = sealed.open(&permit_for(ORG, CUSTOMER), &key, &plain);
    assert_eq!(of_customer.err(), Some(CryptoError::DoesNotOpen));
    let of_deal = sealed.open(&permit_for(ORG, CUSTOMER), &key, &place("deal", 0, 0));
    assert_eq!(of_deal.err(), Some(CryptoError::WrongRecord));
}

#[test]
fn a_disclosure_is_noted_once_and_a_mask_is_not() {
    let random = Repeatable::new(7);
    let (_, key) = keys(ORG, CUSTOMER, &random);
    let permit = permit_for(ORG, CUSTOMER);
    let sealed = SealedText::seal(&key, &PHONE, "13800001234", &random);
    let mut disclosures = Disclosures::new();
    let opened = || sealed.open(&permit, &key, &PHONE).unwrap();
    let masked = opened().mask(|text| format!("{}****", &text[..3]));
    assert_eq!(masked.into_inner(), "138****");
    assert!(disclosures.fields().is_empty());
    for _ in 0..2 {
        let disclosed = opened().disclose("phone", &mut disclosures);
        assert_eq!(disclosed.into_inner(), "13800001234");
    }
    assert_eq!(disclosures.fields(), ["phone"]);
}

proptest! {
    #[test]
    fn opens_to_what_was_sealed(text in "\\PC{0,200}", seed: u64) {
        let random = Repeatable::new(seed);
        let (_, key) = keys(ORG, CUSTOMER, &random);
        let sealed = SealedText::seal(&key, &PHONE, &text, &random);
        let again = SealedText::seal(&key, &PHONE, &text, &random);
        prop_assert_ne!(sealed.as_bytes(), again.as_bytes());
        if text.len() > 2 {
            let inside = sealed.as_bytes().windows(text.len()).any(|w| w == text.as_bytes());
            prop_assert!(!inside);
        }
        prop_assert_eq!(open(&sealed, &key, &PHONE).unwrap(), text);
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let random = Repeatable::new(1);
        let (_, key) = keys(ORG, CUSTOMER, &random);
        prop_assert!(open(&SealedText::from_bytes(bytes), &key, &PHONE).is_err());
    }
}
