use super::memory_log::signer;
use crate::audit::*;

fn cosigner(number: u8) -> Cosigner {
    Cosigner::new(&format!("w{number}.example.cn"), &[number; 32]).unwrap()
}

fn policy(rest: &str) -> String {
    let lines = (1..=4).map(|n| format!("witness w{n} {}\n", cosigner(n).witness_key()));
    format!(
        "# whose word is enough\nlog {}\n\n{}{rest}",
        signer().verifier_key(),
        lines.collect::<String>()
    )
}

fn note(signed_by: &[u8]) -> String {
    let note = signer().sign(5, &[1; 32]);
    let lines = signed_by
        .iter()
        .map(|n| cosigner(*n).cosign(&note, 100 + u64::from(*n)).unwrap());
    let lines: String = lines.collect();
    note.clone() + &lines
}

#[test]
fn enough_is_what_the_policy_says() {
    for (rest, met, missed) in [
        ("quorum none\n", &[&[][..]][..], &[][..]),
        (
            "quorum w2\n",
            &[&[2][..], &[1, 2]][..],
            &[&[][..], &[1]][..],
        ),
        (
            "group g 2 w1 w2 w3\nquorum g\n",
            &[&[1, 2][..], &[2, 3], &[1, 2, 3]],
            &[&[1][..], &[1, 4], &[]],
        ),
        (
            "group g any w1 w2\nquorum g\n",
            &[&[1][..], &[2]],
            &[&[3][..], &[]],
        ),
        (
            "group g all w1 w2\nquorum g\n",
            &[&[1, 2][..]],
            &[&[1][..], &[2]],
        ),
        (
            "group a any w1 w2\ngroup b all w3 w4\ngroup c all a b\nquorum c\n",
            &[&[1, 3, 4][..]],
            &[&[1, 3][..], &[3, 4], &[1, 2]],
        ),
    ] {
        let quorum = Quorum::parse(&policy(rest)).unwrap();
        assert_eq!(quorum.logs(), [signer().verifier()]);
        for signed in met {
            assert!(quorum.look(&note(signed)).enough, "{rest} {signed:?}");
        }
        for signed in missed {
            assert!(!quorum.look(&note(signed)).enough, "{rest} {signed:?}");
        }
    }
}

#[test]
fn who_signed_is_told_with_the_time_and_forgeries_do_not_count() {
    let keys = (1..=2).map(|n| WitnessKey::parse(&cosigner(n).witness_key()).unwrap());
    let quorum = Quorum::of(keys.collect(), 2);
    let looked = quorum.look(&note(&[1, 2]));
    let told: Vec<_> = looked
        .signed
        .iter()
        .map(|s| (s.witness.as_str(), s.seconds))
        .collect();
    assert_eq!(told, [("w1.example.cn", 101), ("w2.example.cn", 102)]);
    let moved = cosigner(2)
        .cosign(&signer().sign(6, &[2; 32]), 102)
        .unwrap();
    let looked = quorum.look(&format!("{}{moved}", note(&[1])));
    assert!(!looked.enough);
    assert_eq!(looked.forged, ["w2.example.cn"]);
}

#[test]
fn a_policy_that_is_not_one_is_refused_with_its_line() {
    let key = cosigner(9).witness_key();
    for (rest, line) in [
        ("", 8),
        ("quorum unknown\n", 8),
        ("quorum w1\nquorum w2\n", 9),
        ("group g 0 w1\nquorum g\n", 8),
        ("group g 3 w1 w2\nquorum g\n", 8),
        ("group g x w1 w2\nquorum g\n", 8),
        ("group g 1\nquorum g\n", 8),
        ("group g any none\nquorum g\n", 8),
        ("group w1 any w2\nquorum g\n", 8),
        (&format!("witness w1 {key}\n"), 8),
        (&format!("witness none {key}\n"), 8),
        (&format!("witness w9 {}\n", cosigner(1).witness_key()), 8),
        ("witness w9 nonsense\n", 8),
        ("log nonsense\n", 8),
        ("something else\n", 8),
    ] {
        let refused = Quorum::parse(&policy(rest)).unwrap_err();
        assert_eq!(refused.line, line, "{rest}");
    }
    let longest = |length: usize| {
        let policy = policy("quorum w1\n");
        let rest = length - policy.len() - 1;
        Quorum::parse(&format!("{policy}#{}", "x".repeat(rest)))
    };
    assert!(longest(1 << 16).is_ok());
    assert_eq!(longest((1 << 16) + 1), Err(QuorumError { line: 1 }));
    let doubling: String = (1..30)
        .map(|n| format!("group g{n} all g{} g{}\n", n - 1, n - 1))
        .collect();
    let bomb = policy(&format!("group g0 all w1 w2\n{doubling}quorum g29\n"));
    assert!(Quorum::parse(&bomb).is_err(), "groups of groups stay small");
    assert!(
        Quorum::parse(&format!(
            "{}#{}",
            policy("quorum w1\n"),
            "x".repeat(1 << 16)
        ))
        .is_err()
    );
}

/// Groups of groups are counted with all that is in them, so that none is deeper or wider than can be looked through.
#[test]
fn so_many_witnesses_and_groups_make_a_policy_and_no_more() {
    let witnesses = |count: u8| {
        let lines = (1..=count).map(|n| format!("witness w{n} {}\n", cosigner(n).witness_key()));
        lines.collect::<String>()
    };
    let all = |count: u8| {
        let names: String = (1..=count).map(|n| format!(" w{n}")).collect();
        format!("{}group g all{names}\nquorum g\n", witnesses(count))
    };
    assert!(Quorum::parse(&all(63)).is_ok());
    assert_eq!(Quorum::parse(&all(64)), Err(QuorumError { line: 65 }));
    assert!(Quorum::parse(&format!("{}quorum w64\n", witnesses(64))).is_ok());
    assert_eq!(
        Quorum::parse(&format!("{}quorum w1\n", witnesses(65))),
        Err(QuorumError { line: 65 })
    );
    let nested = |depth: usize| {
        let lines = (1..=depth).map(|n| format!("group g{n} all g{}\n", n - 1));
        let chain: String = lines.collect();
        Quorum::parse(&format!(
            "{}group g0 all w1\n{chain}quorum g{depth}\n",
            witnesses(1)
        ))
    };
    // The witness is one, and each group one more.
    assert!(nested(62).is_ok());
    assert_eq!(nested(63), Err(QuorumError { line: 65 }));
}
