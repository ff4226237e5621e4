use std::io::Cursor;
use std::ops::{ControlFlow, Range};

use proptest::prelude::*;
use proptest::sample::Index;

use super::memory_log::{MemoryLog, ORIGIN, body, signer};
use crate::audit::*;

fn log() -> &'static MemoryLog {
    static LOG: std::sync::LazyLock<MemoryLog> =
        std::sync::LazyLock::new(|| MemoryLog::with_batches([10, 200, 46, 100, 1, 200, 30]));
    &LOG
}

fn export(log: &MemoryLog, entries: Range<u64>) -> Vec<u8> {
    write_evidence(
        &mut log.clone(),
        Vec::new(),
        &signer().verifier(),
        entries,
        1_790_000_000_123,
    )
    .unwrap()
}

fn verify(file: &[u8]) -> Result<EvidenceReport, EvidenceError> {
    verify_with(file, None, None)
}

fn verify_with(
    file: &[u8],
    key: Option<&str>,
    trusted: Option<&str>,
) -> Result<EvidenceReport, EvidenceError> {
    verify_evidence(Cursor::new(file), key, trusted, &mut |_, _| {
        ControlFlow::Continue(())
    })
}

fn findings(file: &[u8]) -> Vec<Finding> {
    verify(file).unwrap().verification.findings
}

/// The members of an archive: name and range of the data.
fn members(file: &[u8]) -> Vec<(String, Range<usize>)> {
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
fn rewrite(file: &[u8], change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
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
    let names: Vec<_> = members(&export(log(), 0..u64::MAX))
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
    let trusted = &log().checkpoints[&210];
    let report = verify_with(&export(log(), 0..u64::MAX), Some(&key), Some(trusted)).unwrap();
    let want = EvidenceReport {
        origin: ORIGIN.into(),
        verifier_key: key,
        key_expected: true,
        from: 0,
        to: 587,
        exported_at: 1_790_000_000_123,
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
        let report = verify(&export(log(), wanted.clone())).unwrap();
        assert_eq!((report.from, report.to), (from, to), "{wanted:?}");
        assert!(report.is_ok(), "{wanted:?}");
        assert_eq!(report.verification.entries_checked, to - from);
    }
    let mut altered = log().clone();
    altered.entries.get_mut(&300).unwrap()[9] ^= 1;
    assert_eq!(
        findings(&export(&altered, 256..512)),
        [Finding::EntryAltered { index: 300 }]
    );
    assert_eq!(findings(&export(&altered, 0..256)), []);
}

#[test]
fn entries_written_after_the_checkpoint_are_left_out() {
    let mut longer = log().clone();
    longer.entries.insert(587, body(587));
    assert_eq!(export(&longer, 0..u64::MAX), export(log(), 0..u64::MAX));
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
        let mut log = log().clone();
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
    let file = export(log(), 0..u64::MAX);
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
        Some(&log().checkpoints[&587]),
    )
    .unwrap();
    let want = Finding::RolledBack {
        size: 210,
        trusted_size: 587,
    };
    assert_eq!(report.verification.findings, [want]);
}

#[test]
fn members_that_do_not_belong_are_refused() {
    let file = export(log(), 0..u64::MAX);
    let with = |name: &str, length: usize| {
        verify(&rewrite(&file, |list| {
            list.push((name.into(), vec![0; length]))
        }))
        .unwrap_err()
    };
    for name in [
        "README.txt",
        "tile/0/003",
        "tile/0/000.p/5",
        "tile/0/002",
        "tile/2/000.p/1",
        "tile/entries/003",
        "tile/entries/002",
        "checkpoints/587",
        "checkpoints/05",
    ] {
        let error = with(name, 32);
        let refused = matches!(
            error,
            EvidenceError::UnexpectedMember(_) | EvidenceError::DuplicateMember(_)
        );
        assert!(refused, "{name}: {error}");
    }
    assert!(matches!(
        with("tile/0/001", 32),
        EvidenceError::DuplicateMember(_)
    ));
    assert!(matches!(
        with("tile/0/003", 256 * 32 + 1),
        EvidenceError::MemberTooLarge(_)
    ));
    assert!(matches!(
        with("checkpoints/11", 65_537),
        EvidenceError::MemberTooLarge(_)
    ));

    // A bundle that the stated period leaves out would never be looked at.
    let hidden = rewrite(&file, |list| {
        list[0].1 = String::from_utf8(list[0].1.clone())
            .unwrap()
            .replace("\"from\": 0", "\"from\": 256")
            .into();
    });
    assert!(matches!(
        verify(&hidden),
        Err(EvidenceError::UnexpectedMember(_))
    ));
}

#[test]
fn required_members_are_required() {
    let file = export(log(), 0..u64::MAX);
    for (position, name) in ["meta.json", "verifier-key.txt", "checkpoint"]
        .into_iter()
        .enumerate()
    {
        let missing = verify(&rewrite(&file, |list| drop(list.remove(position))));
        assert!(matches!(missing, Err(EvidenceError::MissingMember(found)) if found == name));
        let empty = verify(&rewrite(&file, |list| list[position].1.clear()));
        match name {
            "checkpoint" => assert!(!empty.unwrap().is_ok()),
            _ => assert!(
                matches!(empty, Err(EvidenceError::MalformedMember(found)) if found == name)
            ),
        }
    }
}

#[test]
fn the_numbers_in_meta_are_limited() {
    let file = export(log(), 0..u64::MAX);
    let with = |from: &str, to: &str| {
        verify(&rewrite(&file, |list| {
            let meta = String::from_utf8(list[0].1.clone()).unwrap();
            assert!(meta.contains(from));
            list[0].1 = meta.replace(from, to).into();
        }))
    };
    let enormous = with("\"size\": 587", "\"size\": 18446744073709551615");
    assert!(matches!(enormous, Err(EvidenceError::TooLarge)));
    for (from, to) in [
        ("\"to\": 587", "\"to\": 588"),
        ("\"to\": 587", "\"to\": 500"),
        ("\"from\": 0", "\"from\": 1"),
        ("\"from\": 0", "\"from\": -1"),
        ("\"from\": 0", "\"other\": 0"),
        ("evidence-1", "evidence-2"),
        ("audit/1", "audit/2"),
    ] {
        let refused = with(from, to);
        assert!(
            matches!(refused, Err(EvidenceError::MalformedMember("meta.json"))),
            "{to}: {refused:?}"
        );
    }
    // A smaller log than was exported has members beyond its end.
    let smaller = with(
        "\"size\": 587,\n  \"from\": 0,\n  \"to\": 587",
        "\"size\": 512,\n  \"from\": 0,\n  \"to\": 512",
    );
    assert!(matches!(smaller, Err(EvidenceError::UnexpectedMember(_))));
}

#[test]
fn only_regular_files_are_members() {
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Directory,
        tar::EntryType::GNUSparse,
        tar::EntryType::XHeader,
    ] {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(0);
        builder
            .append_data(&mut header, "checkpoint", &[][..])
            .unwrap();
        let refused = verify(&builder.into_inner().unwrap());
        assert!(
            matches!(refused, Err(EvidenceError::NotAnArchive(_))),
            "{kind:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_flipped_bit_of_a_member_is_found(which in any::<Index>(), at in any::<Index>(), bit in 0_u8..8) {
        let mut file = export(log(), 0..u64::MAX);
        // What meta.json says beyond sizes is for information.
        let (_, range) = which.get(&members(&file)[1..]).clone();
        file[range.start + at.index(range.len())] ^= 1 << bit;
        prop_assert!(verify(&file).is_ok_and(|report| !report.is_ok()) || verify(&file).is_err());
    }

    #[test]
    fn no_damage_makes_it_panic(
        flips in prop::collection::vec((any::<Index>(), any::<u8>()), 1..20),
        cut in any::<Index>(),
        moved in any::<(Index, Index)>(),
    ) {
        let mut file = export(log(), 0..u64::MAX);
        for (at, value) in &flips {
            // Prefer the headers and texts at the front, where the structure is.
            let limit = if value % 2 == 0 { file.len() } else { 6000 };
            file[at.index(limit)] = *value;
        }
        let _ = verify(&file);
        let _ = verify(&file[..cut.index(file.len())]);
        let blocks = file.len() / 512;
        let (from, to) = (moved.0.index(blocks) * 512, moved.1.index(blocks) * 512);
        file.copy_within(from..from + 512, to);
        let _ = verify(&file);
    }

    #[test]
    fn a_file_cut_short_does_not_pass(cut in any::<Index>()) {
        let file = export(log(), 0..u64::MAX);
        let end = members(&file).last().unwrap().1.end;
        let cut = cut.index(end);
        prop_assert!(verify(&file[..cut]).map_or(true, |report| !report.is_ok()));
    }

    #[test]
    fn random_bytes_are_no_evidence(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(verify(&bytes).is_err());
    }
}
