use std::io::Cursor;
use std::ops::{ControlFlow, Range};

use super::memory_log::{MemoryLog, ORIGIN, body, signer, small};
use crate::audit::*;

pub(super) fn export(log: &MemoryLog, entries: Range<u64>) -> Vec<u8> {
    export_with(log, entries, &Attachments::default())
}

pub(super) fn export_with(
    log: &MemoryLog,
    entries: Range<u64>,
    attachments: &Attachments,
) -> Vec<u8> {
    write_evidence(
        &mut log.clone(),
        Vec::new(),
        &signer().verifier(),
        entries,
        attachments,
        1_790_000_000_123,
    )
    .unwrap()
}

pub(super) fn verify(file: &[u8]) -> Result<EvidenceReport, EvidenceError> {
    verify_with(file, None, None)
}

fn verify_with(
    file: &[u8],
    key: Option<&str>,
    trusted: Option<&str>,
) -> Result<EvidenceReport, EvidenceError> {
    let expected = Expectations {
        key,
        trusted,
        quorum: None,
    };
    verify_evidence(Cursor::new(file), expected, &mut |_, _| {
        ControlFlow::Continue(())
    })
}

fn findings(file: &[u8]) -> Vec<Finding> {
    verify(file).unwrap().verification.findings
}

/// The members of an archive: name and range of the data.
pub(super) fn members(file: &[u8]) -> Vec<(String, Range<usize>)> {
    let mut archive = tar::Archive::new(file);
    let entries = archive.entries().unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let start = entry.raw_file_position() as usize;
            (
                entry.path().unwrap().display().to_string(),
                start..start + entry.size() as usize,
            )
        })
        .collect()
}

/// The archive with its list of members changed.
pub(super) fn rewrite(file: &[u8], change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut list: Vec<_> = members(file)
        .into_iter()
        .map(|(name, range)| (name, file[range].to_vec()))
        .collect();
    change(&mut list);
    let mut builder = tar::Builder::new(Vec::new());
    for (name, data) in list {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        builder.append_data(&mut header, name, &data[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn the_layout_is_that_of_the_specification() {
    let names: Vec<_> = members(&export(small(), 0..u64::MAX))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "meta.json",
            "verifier-key.txt",
            "checkpoint",
            "checkpoints/10",
            "checkpoints/210",
            "checkpoints/256",
            "checkpoints/356",
            "checkpoints/357",
            "checkpoints/557",
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/75",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/75",
        ]
    );
}

#[test]
fn an_honest_log_passes() {
    let key = signer().verifier_key();
    let trusted = &small().checkpoints[&210];
    let report = verify_with(&export(small(), 0..u64::MAX), Some(&key), Some(trusted)).unwrap();
    let want = EvidenceReport {
        origin: ORIGIN.into(),
        verifier_key: key,
        key_expected: true,
        from: 0,
        to: 587,
        exported_at: 1_790_000_000_123,
        policies: Vec::new(),
        witnessed: None,
        verification: VerificationReport {
            size: 587,
            entries_checked: 587,
            checkpoints_checked: 7,
            ..VerificationReport::default()
        },
    };
    assert_eq!(report, want);

    let empty = MemoryLog::with_batches([0]);
    assert!(verify(&export(&empty, 0..u64::MAX)).unwrap().is_ok());
    let none = write_evidence(
        &mut MemoryLog::default(),
        Vec::new(),
        &signer().verifier(),
        0..1,
        &Attachments::default(),
        0,
    );
    assert!(matches!(none, Err(EvidenceError::NoCheckpoint)));
}

#[test]
fn a_period_is_widened_to_whole_bundles_and_checked() {
    for (wanted, from, to) in [
        (300..301, 256, 512),
        (0..256, 0, 256),
        (255..257, 0, 512),
        (520..530, 512, 587),
        (100..100, 0, 256),
        (600..700, 512, 587),
        (9000..9001, 587, 587),
    ] {
        let report = verify(&export(small(), wanted.clone())).unwrap();
        assert_eq!((report.from, report.to), (from, to), "{wanted:?}");
        assert!(report.is_ok(), "{wanted:?}");
        assert_eq!(report.verification.entries_checked, to - from);
    }
    let mut altered = small().clone();
    altered.entries.get_mut(&300).unwrap()[9] ^= 1;
    assert_eq!(
        findings(&export(&altered, 256..512)),
        [Finding::EntryAltered { index: 300 }]
    );
    assert_eq!(findings(&export(&altered, 0..256)), []);
}

#[test]
fn entries_written_after_the_checkpoint_are_left_out() {
    let mut longer = small().clone();
    longer.entries.insert(587, body(587));
    assert_eq!(export(&longer, 0..u64::MAX), export(small(), 0..u64::MAX));
}

#[test]
fn evidence_of_a_tampered_log_shows_what_the_log_itself_shows() {
    let tampering: [fn(&mut MemoryLog); 8] = [
        |log| drop(log.entries.remove(&3)),
        |log| log.entries.retain(|index, _| !(200..300).contains(index)),
        |log| drop(log.entries.split_off(&300)),
        |log| drop(log.entries.insert(5, vec![b'x'; 100_000])),
        |log| drop(log.tiles.remove(&(0, 1))),
        |log| drop(log.tiles.insert((1, 0), vec![1; 33])),
        |log| drop(log.checkpoints.insert(256, "forged".into())),
        |log| log.tiles.get_mut(&(0, 2)).unwrap()[40] ^= 1,
    ];
    for (number, tamper) in tampering.iter().enumerate() {
        let mut log = small().clone();
        tamper(&mut log);
        let direct = log.verify().findings;
        assert!(!direct.is_empty());
        assert_eq!(
            findings(&export(&log, 0..u64::MAX)),
            direct,
            "tampering {number}"
        );
    }
}

#[test]
fn another_key_or_log_is_refused() {
    let file = export(small(), 0..u64::MAX);
    let other = CheckpointSigner::new(ORIGIN, &[9; 32]).unwrap();
    assert!(matches!(
        verify_with(&file, Some(&other.verifier_key()), None),
        Err(EvidenceError::OtherKey)
    ));
    assert!(matches!(
        verify_with(&file, Some("nonsense"), None),
        Err(EvidenceError::Key(_))
    ));
    let note = other.sign(10, &[0; 32]);
    assert!(matches!(
        verify_with(&file, None, Some(&note)),
        Err(EvidenceError::Trusted(_))
    ));
    assert!(!verify(&file).unwrap().key_expected);

    let replaced = rewrite(&file, |list| {
        list[1].1 = format!("{}\n", other.verifier_key()).into()
    });
    assert!(!verify(&replaced).unwrap().is_ok());
}

#[test]
fn an_older_file_than_the_trusted_checkpoint_is_a_rollback() {
    let old = MemoryLog::with_batches([10, 200]);
    let report = verify_with(
        &export(&old, 0..u64::MAX),
        None,
        Some(&small().checkpoints[&587]),
    )
    .unwrap();
    let want = Finding::RolledBack {
        size: 210,
        trusted_size: 587,
    };
    assert_eq!(report.verification.findings, [want]);
}

/// Whatever stands behind the newest checkpoint, or in no entry at all, makes no member.
#[test]
fn nothing_is_written_that_the_checkpoint_does_not_cover() {
    let names = |log: &MemoryLog| -> Vec<String> {
        let file = export(log, 0..u64::MAX);
        let names = members(&file).into_iter().map(|(name, _)| name);
        names.filter(|name| name.starts_with("tile/")).collect()
    };
    let mut back = small().clone();
    back.checkpoints.retain(|size, _| *size <= 256);
    assert_eq!(
        names(&back),
        ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]
    );
    let mut cut = small().clone();
    cut.entries.retain(|index, _| !(256..512).contains(index));
    assert!(!names(&cut).contains(&"tile/entries/001".to_owned()));
    assert!(names(&cut).contains(&"tile/entries/002.p/75".to_owned()));
    let modified: Vec<u64> = tar::Archive::new(&export(small(), 0..0)[..])
        .entries()
        .unwrap()
        .map(|member| member.unwrap().header().mtime().unwrap())
        .collect();
    assert!(modified.iter().all(|seconds| *seconds == 1_790_000_000));
}

#[test]
fn an_entry_is_proven_out_of_the_file() {
    let opened = || Evidence::open(Cursor::new(export(small(), 0..0)), None).unwrap();
    for index in [0, 255, 256, 586] {
        let proof = opened().prove(index).unwrap();
        assert_eq!(proof.index, index);
        assert_eq!(proof.leaf, hex::encode(leaf_hash(&body(index))));
        let note = &small().checkpoints[&587];
        assert!(proof.proof.ends_with(&format!("\n\n{note}")));
    }
    assert!(matches!(
        opened().prove(587),
        Err(EvidenceError::Divergence(_))
    ));
}

#[test]
fn two_files_of_one_log_are_compared_and_those_of_two_keys_are_not() {
    let opened = |log: &MemoryLog| Evidence::open(Cursor::new(export(log, 0..0)), None).unwrap();
    let mut longer = small().clone();
    longer.grow(20);
    let same = compare_evidence(opened(small()), opened(small())).unwrap();
    assert_eq!(same, Relation::Same { size: 587 });
    for (first, second) in [(small(), &longer), (&longer, small())] {
        let relation = compare_evidence(opened(first), opened(second)).unwrap();
        assert!(
            matches!(
                relation,
                Relation::Continues {
                    old: 587,
                    new: 607,
                    ..
                }
            ),
            "{relation:?}"
        );
    }
    let mut other = MemoryLog {
        entries: small().entries.clone(),
        ..MemoryLog::default()
    };
    other.entries.insert(5, b"rewritten".to_vec());
    other.sequence();
    let relation = compare_evidence(opened(small()), opened(&other)).unwrap();
    assert!(
        matches!(&relation, Relation::Divergent { first, second } if first.index == 5 && second.index == 5),
        "{relation:?}"
    );
    // Whose key is another's has another log, whatever is in it.
    let foreign = CheckpointSigner::new(ORIGIN, &[9; 32]).unwrap();
    let file = rewrite(&export(small(), 0..0), |list| {
        list[1].1 = format!("{}\n", foreign.verifier_key()).into();
    });
    let foreign = || Evidence::open(Cursor::new(file.clone()), None).unwrap();
    for outcome in [
        compare_evidence(opened(small()), foreign()),
        compare_evidence(foreign(), opened(small())),
    ] {
        assert!(matches!(outcome, Err(EvidenceError::OtherKey)));
    }
}
