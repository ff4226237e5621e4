use proptest::prelude::*;

use super::memory_log::{MemoryLog, body, signer, small};
use crate::audit::*;

fn submission(log: &MemoryLog, old: u64) -> Submission {
    let size = log.tree.size();
    Submission {
        old,
        proof: consistency_proof(&mut log.clone(), old, size).unwrap(),
        note: log.checkpoints[&size].clone(),
    }
}

fn newest(log: &MemoryLog) -> Checkpoint {
    signer()
        .verifier()
        .verify(&log.checkpoints[&log.tree.size()])
        .unwrap()
}

/// A log with the same sizes, in which one entry is another.
fn rewritten(batches: &[u64], at: u64) -> MemoryLog {
    let mut log = MemoryLog::default();
    for batch in batches {
        let start = log.tree.size();
        for index in start..start + batch {
            let other = if index == at {
                index + 1_000_000
            } else {
                index
            };
            log.entries.insert(index, body(other));
        }
        log.sequence();
    }
    log
}

/// The example of tlog-witness.
const EXAMPLE: &str = "old 20852014\n\
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
    5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
    /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
    \n\
    example.com/behind-the-sofa\n\
    20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
    \n\
    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

#[test]
fn the_example_of_the_specification_is_read_and_written() {
    let read = Submission::parse(EXAMPLE).unwrap();
    assert_eq!((read.old, read.proof.len()), (20_852_014, 4));
    assert_eq!(read.to_body(), EXAMPLE);
    assert_eq!(claimed_checkpoint(&read.note).unwrap().size, 20_852_163);
}

#[test]
fn other_requests_are_malformed() {
    let many = format!(
        "old 1\n{}\nx\n",
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n".repeat(64)
    );
    for body in [
        "",
        "old 1\n",
        "old 01\n\nx\n",
        "old -1\n\nx\n",
        "old +1\n\nx\n",
        "new 1\n\nx\n",
        "old 1\nAAAA\n\nx\n",
        "old 1\nnot base64\n\nx\n",
        &many,
        &format!("old 1\n\n{}", "x".repeat(MAX_SUBMISSION)),
    ] {
        assert_eq!(
            Submission::parse(body),
            Err(WitnessRefusal::Malformed),
            "{body:.60}"
        );
    }
}

#[test]
fn a_request_is_read_up_to_its_largest_size() {
    let of_length = |length: usize| {
        let head = "old 1\n\n";
        Submission::parse(&format!("{head}{}", "x".repeat(length - head.len())))
    };
    assert_eq!(MAX_SUBMISSION, 65_536, "what other witnesses take, too");
    assert_eq!(of_length(65_536).map(|it| it.old), Ok(1));
    assert_eq!(of_length(65_537), Err(WitnessRefusal::Malformed));
}

#[test]
fn a_log_that_grows_is_signed() {
    let verifier = signer().verifier();
    let log = small();
    let first = submission(log, 0).judge(&verifier, None).unwrap();
    assert_eq!(first, newest(log));
    let mut grown = log.clone();
    grown.grow(300);
    let second = submission(&grown, 587)
        .judge(&verifier, Some(&first))
        .unwrap();
    assert_eq!(second.size, 887);
    // The same once more: the answer was lost on the way.
    assert_eq!(
        submission(&grown, 887).judge(&verifier, Some(&second)),
        Ok(second)
    );
}

#[test]
fn each_refusal_has_its_status() {
    let verifier = signer().verifier();
    let log = small();
    let latest = newest(log);
    let other = CheckpointSigner::new("another/log", &[7; 32])
        .unwrap()
        .verifier();
    assert_eq!(
        submission(log, 0).judge(&other, None),
        Err(WitnessRefusal::Unsigned)
    );
    let beyond = Submission {
        old: 600,
        ..submission(log, 0)
    };
    assert_eq!(
        beyond.judge(&verifier, None),
        Err(WitnessRefusal::Malformed)
    );
    let proven_from_nothing = Submission {
        proof: vec![[0; 32]],
        ..submission(log, 0)
    };
    assert_eq!(
        proven_from_nothing.judge(&verifier, None),
        Err(WitnessRefusal::Malformed)
    );
    let stale = submission(log, 10)
        .judge(&verifier, Some(&latest))
        .unwrap_err();
    assert_eq!((stale.status(), stale.body()), (409, "587\n".to_owned()));
    for (refusal, status) in [
        (WitnessRefusal::Malformed, 400),
        (WitnessRefusal::Unsigned, 403),
        (WitnessRefusal::UnknownLog, 404),
        (WitnessRefusal::Forked { size: 1 }, 409),
        (WitnessRefusal::Inconsistent, 422),
    ] {
        assert_eq!(refusal.status(), status);
    }
    assert_eq!(WitnessRefusal::Forked { size: 1 }.body(), "1\n");
    assert_eq!(WitnessRefusal::Inconsistent.body(), "");
}

#[test]
fn a_rolled_back_log_is_refused() {
    let latest = newest(small());
    let older = MemoryLog::with_batches([10, 200, 46, 100]);
    let verifier = signer().verifier();
    assert_eq!(
        submission(&older, 0).judge(&verifier, Some(&latest)),
        Err(WitnessRefusal::OtherSize { size: 587 })
    );
    let pretending = Submission {
        old: 587,
        ..submission(&older, 0)
    };
    assert_eq!(
        pretending.judge(&verifier, Some(&latest)),
        Err(WitnessRefusal::Malformed)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever entry was rewritten, and whether the log grew since: with the log's own key, and the best proof it can make.
    #[test]
    fn a_rewritten_log_is_refused(at in 0_u64..587, grown in 0_u64..400) {
        let latest = newest(small());
        let log = rewritten(&[587, grown], at);
        let refused = submission(&log, 587).judge(&signer().verifier(), Some(&latest));
        let want = match grown {
            0 => WitnessRefusal::Forked { size: 587 },
            _ => WitnessRefusal::Inconsistent,
        };
        prop_assert_eq!(refused, Err(want));
    }

    #[test]
    fn reading_never_panics(body in "(old [0-9]{1,3}\n)?[\\PC\n]{0,200}") {
        if let Ok(read) = Submission::parse(&body) {
            prop_assert_eq!(read.to_body(), body);
        }
    }
}
