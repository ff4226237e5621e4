use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::audit::*;

const CODE: &str = "[a-z][a-z_.-]{0,30}[0-9]{0,6}";

fn detail() -> impl Strategy<Value = Detail> {
    prop_oneof![
        CODE.prop_map(Detail::code),
        (0..=1_u64 << 53).prop_map(Detail::count),
        any::<Id>().prop_map(Detail::id),
        vec(any::<u8>(), 8..=64).prop_map(Detail::keyed_hash),
        vec(any::<u8>(), 30..=1024).prop_map(Detail::sealed),
        any::<Hash>().prop_map(Detail::digest),
        vec(CODE, 0..5).prop_map(Detail::names),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let actor = prop_oneof![
        (any::<Id>(), option::of(any::<Id>()))
            .prop_map(|(id, session)| Actor::User { id, session }),
        CODE.prop_map(|job| Actor::System { job }),
        Just(Actor::Anonymous),
    ];
    let outcome = prop_oneof![
        Just(Outcome::Allowed),
        Just(Outcome::Denied),
        Just(Outcome::Failed)
    ];
    let resource =
        option::of((CODE, option::of(any::<Id>())).prop_map(|(kind, id)| Resource { kind, id }));
    let whence = (
        option::of(any::<std::net::IpAddr>()),
        option::of("[!-~]{1,64}"),
    );
    (
        any::<[Id; 2]>(),
        any::<i64>(),
        actor,
        CODE,
        outcome,
        resource,
        btree_map(CODE, detail(), 0..8),
        whence,
    )
        .prop_map(
            |([org, id], at, actor, action, outcome, resource, detail, (address, request_id))| {
                Entry {
                    org,
                    id,
                    at,
                    actor,
                    action,
                    outcome,
                    resource,
                    detail,
                    address,
                    request_id,
                }
            },
        )
}

fn sample() -> Entry {
    Entry {
        org: [0x11; 16],
        id: [0x22; 16],
        at: 1_790_000_000_123,
        actor: Actor::User {
            id: [0x33; 16],
            session: Some([0x44; 16]),
        },
        action: "customer.export".into(),
        outcome: Outcome::Allowed,
        resource: Some(Resource {
            kind: "customer".into(),
            id: None,
        }),
        detail: BTreeMap::from([
            ("rows".into(), Detail::count(12)),
            ("format".into(), Detail::code("xlsx")),
            ("columns".into(), Detail::names(["name", "phone"])),
            ("phone".into(), Detail::keyed_hash([0xab; 8])),
            ("import".into(), Detail::id([0x55; 16])),
        ]),
        address: Some([192, 0, 2, 7].into()),
        request_id: Some("req-1".into()),
    }
}

/// The format is for ever: old entries must keep their hashes. If this fails, the version has to change.
#[test]
fn the_body_is_this_exact_text() {
    let body = String::from_utf8(sample().encode().unwrap().body).unwrap();
    let want = concat!(
        r#"{"v":1,"org":"11111111-1111-1111-1111-111111111111","id":"22222222-2222-2222-2222-222222222222","#,
        r#""at":1790000000123,"actor":{"kind":"user","id":"33333333-3333-3333-3333-333333333333","#,
        r#""session":"44444444-4444-4444-4444-444444444444"},"action":"customer.export","outcome":"allowed","#,
        r#""resource":{"type":"customer"},"detail":{"columns":["name","phone"],"format":"xlsx","#,
        r#""import":"55555555-5555-5555-5555-555555555555","phone":"hmac:abababababababab","rows":12},"#,
        r#""address":"192.0.2.7","request_id":"req-1"}"#,
    );
    assert_eq!(body, want);
}

#[test]
fn personal_data_does_not_fit_into_a_detail() {
    let too_many = (0..257).map(|n| format!("n{n}"));
    for value in [
        Detail::code("张伟"),
        Detail::code("13800138000"),
        Detail::code("p13800138000"),
        Detail::code("a@example.cn"),
        Detail::code("Zhang Wei"),
        Detail::code(""),
        Detail::code("a".repeat(65)),
        // A UUID that begins with a letter would read back as an id.
        Detail::code("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
        Detail::names(["phone", "张伟"]),
        Detail::names(too_many),
        Detail::keyed_hash([1; 7]),
        Detail::keyed_hash([1; 65]),
        Detail::sealed([1; 29]),
        Detail::sealed([1; 1025]),
        Detail::count((1 << 53) + 1),
    ] {
        let entry = Entry {
            detail: BTreeMap::from([("key".into(), value.clone())]),
            ..sample()
        };
        let refused = EntryError::InvalidDetail { key: "key".into() };
        assert_eq!(entry.encode(), Err(refused), "{value:?}");
    }
    let key = Entry {
        detail: BTreeMap::from([("张伟".into(), Detail::count(1))]),
        ..sample()
    };
    assert_eq!(
        key.encode(),
        Err(EntryError::InvalidDetail {
            key: "张伟".into()
        })
    );
}

#[test]
fn codes_and_request_ids_are_checked() {
    let action = Entry {
        action: "Read it".into(),
        ..sample()
    };
    assert_eq!(
        action.encode(),
        Err(EntryError::InvalidCode { field: "action" })
    );
    let job = Entry {
        actor: Actor::System { job: String::new() },
        ..sample()
    };
    assert_eq!(job.encode(), Err(EntryError::InvalidCode { field: "job" }));
    let resource = Entry {
        resource: Some(Resource {
            kind: "客户".into(),
            id: None,
        }),
        ..sample()
    };
    assert_eq!(
        resource.encode(),
        Err(EntryError::InvalidCode { field: "resource" })
    );
    for id in ["", "a b", "é", &"x".repeat(65)] {
        let entry = Entry {
            request_id: Some(id.into()),
            ..sample()
        };
        assert_eq!(entry.encode(), Err(EntryError::InvalidRequestId), "{id:?}");
    }
}

#[test]
fn a_body_has_a_largest_size() {
    let names = || Detail::names((0..256).map(|n| format!("{}{n}", "n".repeat(60))));
    let entry = Entry {
        detail: BTreeMap::from([("names".into(), names())]),
        ..sample()
    };
    assert!(
        matches!(entry.encode(), Err(EntryError::TooLarge { length }) if length > MAX_BODY_LENGTH)
    );
    assert!(matches!(
        Entry::decode(&vec![b' '; MAX_BODY_LENGTH + 1]),
        Err(EntryError::TooLarge { .. })
    ));
}

/// The sample with names that make its body so long.
fn of_length(length: usize) -> Entry {
    let with = |lengths: &[usize]| Entry {
        detail: BTreeMap::from([(
            "names".into(),
            Detail::names(lengths.iter().map(|length| "n".repeat(*length))),
        )]),
        ..sample()
    };
    let body = |lengths: &[usize]| with(lengths).encode().unwrap().body.len();
    // Each name costs its letters, two quotation marks and a comma.
    let mut lengths = vec![64; (length - body(&[1])) / 67];
    lengths.push(1);
    let missing = length - body(&lengths);
    match missing {
        0..=63 => *lengths.last_mut().unwrap() += missing,
        _ => lengths.push(missing - 3),
    }
    with(&lengths)
}

#[test]
fn the_largest_body_is_written_and_read() {
    let encoded = of_length(MAX_BODY_LENGTH).encode().unwrap();
    assert_eq!(encoded.body.len(), MAX_BODY_LENGTH);
    assert_eq!(Entry::decode(&encoded.body), Ok(of_length(MAX_BODY_LENGTH)));
    let mut longer = of_length(MAX_BODY_LENGTH);
    longer.action.push('s');
    assert_eq!(
        longer.encode(),
        Err(EntryError::TooLarge {
            length: MAX_BODY_LENGTH + 1
        })
    );
}

#[test]
fn only_the_canonical_spelling_is_read() {
    let body = String::from_utf8(sample().encode().unwrap().body).unwrap();
    for (from, to) in [
        (r#"{"v":1,"#, r#"{"v":2,"#),
        (r#"{"v":1,"#, r#"{ "v":1,"#),
        (r#""rows":12"#, r#""rows":12.0"#),
        (r#""rows":12"#, r#""rows":-12"#),
        (r#""rows":12"#, r#""rows":{"x":12}"#),
        (r#""rows":12"#, r#""rows":1,"rows":12"#),
        (r#""rows":12"#, r#""rows":12,"extra":"张伟""#),
        (r#""rows":12}"#, r#""rows":12},"extra":1"#),
        (r#""org":"1"#, r#""org":"{1"#),
        ("hmac:abab", "hmac:ABAB"),
        (r#""outcome":"allowed""#, r#""outcome":"maybe""#),
    ] {
        assert!(body.contains(from));
        assert!(
            Entry::decode(body.replacen(from, to, 1).as_bytes()).is_err(),
            "{to}"
        );
    }
}

proptest! {
    #[test]
    fn decoding_gives_back_what_was_encoded(entry in entry()) {
        let encoded = entry.encode().unwrap();
        prop_assert_eq!(encoded.leaf_hash, leaf_hash(&encoded.body));
        prop_assert_eq!(Entry::decode(&encoded.body).unwrap(), entry);
    }

    #[test]
    fn decoding_never_panics(body in vec(any::<u8>(), 0..400), entry in entry(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let _ = Entry::decode(&body);
        let mut body = entry.encode().unwrap().body;
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        if let Ok(other) = Entry::decode(&body) {
            prop_assert_ne!(other, entry);
        }
    }
}

#[test]
fn a_detail_is_read_as_what_it_is_and_as_nothing_else() {
    let names = ["phone".to_owned(), "name".to_owned()];
    let all = [
        Detail::count(7),
        Detail::names(names.clone()),
        Detail::digest([3; 32]),
        Detail::sealed([4; 40]),
        Detail::code("seven"),
        Detail::id([5; 16]),
        Detail::keyed_hash([6; 16]),
    ];
    for (number, detail) in all.iter().enumerate() {
        assert_eq!(detail.as_count(), (number == 0).then_some(7));
        assert_eq!(
            detail.as_names(),
            if number == 1 { &names[..] } else { &[] }
        );
        assert_eq!(detail.as_digest(), (number == 2).then_some(&[3; 32]));
        assert_eq!(detail.as_sealed(), (number == 3).then_some(&[4; 40][..]));
    }
}
