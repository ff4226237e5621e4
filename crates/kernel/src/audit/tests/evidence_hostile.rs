//! Evidence files made or damaged by somebody else.

use proptest::prelude::*;
use proptest::sample::Index;

use super::evidence::{export, members, rewrite, verify};
use super::memory_log::{Part, signer, small};
use crate::audit::*;

#[test]
fn members_that_do_not_belong_are_refused() {
    let file = export(small(), 0..u64::MAX);
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
        "tile/0/003.p/75",
        "tile/0/258.p/75",
        "tile/1/001.p/2",
        "tile/entries/003.p/75",
        "announcements/587",
        "announcements/588",
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
    // A bundle holds 256 entries of 16 KiB, each after its length.
    assert!(matches!(
        with("tile/entries/003", 256 * (2 + 16 * 1024) + 1),
        EvidenceError::MemberTooLarge(_)
    ));
    // As large as its kind can be, it is looked at.
    let largest = rewrite(&file, |list| {
        list.push(("checkpoints/11".into(), vec![b'x'; 65_536]));
    });
    let forged = Finding::CheckpointInvalid {
        size: 11,
        reason: "malformed",
    };
    assert!(
        verify(&largest)
            .unwrap()
            .verification
            .findings
            .contains(&forged)
    );

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
    let file = export(small(), 0..u64::MAX);
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
    let file = export(small(), 0..u64::MAX);
    let with = |from: &str, to: &str| {
        verify(&rewrite(&file, |list| {
            let meta = String::from_utf8(list[0].1.clone()).unwrap();
            assert!(meta.contains(from));
            list[0].1 = meta.replace(from, to).into();
        }))
    };
    let enormous = with("\"size\": 587", "\"size\": 18446744073709551615");
    assert!(matches!(enormous, Err(EvidenceError::TooLarge)));
    let most = (1_u64 << 21) * 256;
    for (size, fits) in [(most, true), (most + 255, true), (most + 256, false)] {
        let outcome = with("\"size\": 587", &format!("\"size\": {size}"));
        let too_large = matches!(outcome, Err(EvidenceError::TooLarge));
        assert_eq!(too_large, !fits, "{size}");
    }
    // A part of the log may be all that is given; then no entry beside it is.
    for (from, to) in [
        ("\"to\": 587", "\"to\": 500"),
        ("\"to\": 587", "\"to\": 586"),
        ("\"from\": 0", "\"from\": 1"),
        ("\"from\": 0", "\"from\": 300"),
    ] {
        let hidden = with(from, to);
        assert!(hidden.is_err(), "{to}: {hidden:?}");
    }
    for (from, to) in [
        ("\"to\": 587", "\"to\": 588"),
        ("\"from\": 0", "\"from\": -1"),
        ("\"from\": 0", "\"other\": 0"),
        ("evidence-3", "evidence-4"),
        ("audit/1", "audit/2"),
    ] {
        let refused = with(from, to);
        assert!(
            matches!(refused, Err(EvidenceError::MalformedMember("meta.json"))),
            "{to}: {refused:?}"
        );
    }
    assert!(
        with("evidence-3", "evidence-1").unwrap().is_ok(),
        "files kept from before"
    );
    // A smaller log than was exported has members beyond its end.
    let smaller = with(
        "\"size\": 587,\n  \"from\": 0,\n  \"to\": 587",
        "\"size\": 512,\n  \"from\": 0,\n  \"to\": 512",
    );
    assert!(matches!(smaller, Err(EvidenceError::UnexpectedMember(_))));
}

/// Files from before periods could begin anywhere hold whole bundles, or nothing.
#[test]
fn a_period_of_a_former_file_is_of_whole_bundles() {
    for (range, whole) in [
        (0..587, true),
        (256..512, true),
        (512..587, true),
        (256..256, true),
        (587..587, true),
        (300..300, false),
        (0..300, false),
        (300..512, false),
        (300..587, false),
        (1..2, false),
    ] {
        let mut part = Part(small().clone(), range.clone());
        let verifier = signer().verifier();
        let nothing = Attachments::default();
        let file = write_evidence(&mut part, Vec::new(), &verifier, 0..u64::MAX, &nothing, 0);
        let file = file.unwrap();
        assert!(verify(&file).unwrap().is_ok(), "{range:?}");
        for format in ["evidence-1", "evidence-2"] {
            let former = rewrite(&file, |list| {
                let meta = String::from_utf8(list[0].1.clone()).unwrap();
                list[0].1 = meta.replace("evidence-3", format).into();
            });
            let accepted = match verify(&former) {
                Ok(report) => report.is_ok(),
                Err(EvidenceError::MalformedMember("meta.json")) => false,
                Err(other) => panic!("{range:?}: {other}"),
            };
            assert_eq!(accepted, whole, "{range:?} {format}");
        }
    }
}

/// A bundle that the stated period is no part of would never be looked at.
#[test]
fn an_empty_period_has_no_bundle() {
    let file = export(small(), 256..512);
    for at in [256, 300, 512] {
        let hidden = rewrite(&file, |list| {
            let meta = String::from_utf8(list[0].1.clone()).unwrap();
            let meta = meta
                .replace("\"from\": 256", &format!("\"from\": {at}"))
                .replace("\"to\": 512", &format!("\"to\": {at}"));
            list[0].1 = meta.into();
        });
        assert!(
            matches!(verify(&hidden), Err(EvidenceError::UnexpectedMember(_))),
            "{at}"
        );
    }
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

#[test]
fn a_member_that_is_not_all_there_is_told_as_such() {
    let file = export(small(), 0..u64::MAX);
    for (name, range) in members(&file) {
        for end in [range.end - 1, range.start + 1] {
            let cut = verify(&file[..end]);
            assert!(
                matches!(cut, Err(EvidenceError::NotAnArchive("cut short"))),
                "{name}: {cut:?}"
            );
        }
    }
    // Nothing is told behind the last one.
    let (_, last) = members(&file).pop().unwrap();
    assert!(verify(&file[..last.end]).unwrap().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_flipped_bit_of_a_member_is_found(which in any::<Index>(), at in any::<Index>(), bit in 0_u8..8) {
        let mut file = export(small(), 0..u64::MAX);
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
        let mut file = export(small(), 0..u64::MAX);
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
        let file = export(small(), 0..u64::MAX);
        let end = members(&file).last().unwrap().1.end;
        let cut = cut.index(end);
        prop_assert!(verify(&file[..cut]).map_or(true, |report| !report.is_ok()));
    }

    #[test]
    fn random_bytes_are_no_evidence(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(verify(&bytes).is_err());
    }
}
