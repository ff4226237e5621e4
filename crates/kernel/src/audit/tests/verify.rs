use std::ops::ControlFlow;

use super::memory_log::{MemoryLog, big, body, signer, small};
use crate::audit::*;

#[test]
fn an_honest_log_has_no_findings() {
    for log in [MemoryLog::default(), small().clone(), big().clone()] {
        let size = log.tree.size();
        let report = log.clone().verify();
        assert_eq!(report.findings, []);
        assert_eq!(
            (report.size, report.entries_checked, report.entries_unsigned),
            (size, size, 0)
        );
        assert_eq!(report.checkpoints_checked, log.checkpoints.len() as u64);
    }
}

#[test]
fn entries_after_the_checkpoint_are_counted_and_must_be_dense() {
    let mut log = small().clone();
    for index in [587, 588, 590] {
        log.entries.insert(index, body(index));
    }
    let report = log.verify();
    assert_eq!(report.entries_unsigned, 3);
    assert_eq!(
        report.findings,
        [Finding::EntriesMissing { from: 589, to: 590 }]
    );
}

#[test]
fn removed_entries_are_found_even_if_the_rest_is_renumbered() {
    for (first, count) in [(0, 1), (3, 1), (255, 1), (100, 20), (250, 10), (256, 1)] {
        let range = first..first + count;
        let missing = Finding::EntriesMissing {
            from: range.start,
            to: range.end,
        };
        let gap =
            small().findings_after(|log| log.entries.retain(|index, _| !range.contains(index)));
        assert_eq!(gap, std::slice::from_ref(&missing));

        let renumbered = small().findings_after(|log| {
            log.entries.retain(|index, _| !range.contains(index));
            log.entries = (0..)
                .zip(std::mem::take(&mut log.entries).into_values())
                .collect();
        });
        assert_eq!(renumbered, [missing]);
    }
}

#[test]
fn an_inserted_entry_is_found() {
    for at in [0, 7, 255, 256, 500] {
        let findings = small().findings_after(|log| {
            let mut bodies: Vec<_> = std::mem::take(&mut log.entries).into_values().collect();
            bodies.insert(at, b"never happened".to_vec());
            log.entries = (0..).zip(bodies).collect();
        });
        assert_eq!(findings, [Finding::EntryUnexpected { index: at as u64 }]);
    }
}

#[test]
fn a_truncated_log_is_found() {
    let truncated = Finding::LogTruncated {
        entries: 300,
        size: 587,
    };
    let entries_only = small().findings_after(|log| drop(log.entries.split_off(&300)));
    assert_eq!(entries_only, [truncated]);

    // Entries, tiles and checkpoints cut back together, but not the newest checkpoint.
    let mut cut = MemoryLog::with_batches([10, 200, 46, 44]);
    let newest = small().checkpoints[&587].clone();
    cut.checkpoints.insert(587, newest);
    let findings = cut.verify().findings;
    assert!(
        findings.contains(&Finding::LogTruncated {
            entries: 300,
            size: 587
        }),
        "{findings:?}"
    );
}

#[test]
fn a_removed_newest_checkpoint_leaves_its_tiles_behind() {
    let mut log = small().clone();
    log.checkpoints.remove(&587);
    let report = log.verify();
    assert_eq!((report.size, report.entries_unsigned), (557, 30));
    assert_eq!(
        report.findings,
        [Finding::TileBeyondCheckpoint { level: 0, index: 2 }]
    );

    log.checkpoints.clear();
    assert_eq!(log.verify().findings, [Finding::NoCheckpoint]);
}

#[test]
fn a_trusted_checkpoint_reveals_rollback_and_rewriting() {
    let verifier = signer().verifier();
    let trusted = |log: &MemoryLog, size| verifier.verify(&log.checkpoints[&size]).unwrap();
    let mut log = small().clone();
    assert!(log.verify_against(Some(&trusted(small(), 210))).is_ok());
    assert!(log.verify_against(Some(&trusted(small(), 587))).is_ok());

    let mut rolled_back = MemoryLog::with_batches([10, 200]);
    assert!(rolled_back.verify().is_ok());
    let findings = rolled_back
        .verify_against(Some(&trusted(small(), 587)))
        .findings;
    assert_eq!(
        findings,
        [Finding::RolledBack {
            size: 210,
            trusted_size: 587
        }]
    );

    // The key's holder rewrites everything from entry 5 on.
    let mut rewritten = MemoryLog {
        entries: small().entries.clone(),
        ..MemoryLog::default()
    };
    rewritten.entries.insert(5, b"rewritten".to_vec());
    rewritten.sequence();
    assert!(rewritten.verify().is_ok());
    let findings = rewritten
        .verify_against(Some(&trusted(small(), 210)))
        .findings;
    assert_eq!(findings, [Finding::HistoryRewritten { trusted_size: 210 }]);
}

#[test]
fn a_log_without_anything_is_measured_against_the_trusted_checkpoint() {
    let trusted = signer()
        .verifier()
        .verify(&small().checkpoints[&587])
        .unwrap();
    let findings = MemoryLog::default().verify_against(Some(&trusted)).findings;
    assert!(findings.contains(&Finding::RolledBack {
        size: 0,
        trusted_size: 587
    }));
    assert!(findings.contains(&Finding::LogTruncated {
        entries: 0,
        size: 587
    }));
}

/// Alters an entry and the hashes over it up to and including `level`.
fn alter_consistently(log: &mut MemoryLog, index: u64, level: u8) {
    let body = log.entries.get_mut(&index).unwrap();
    body[30] ^= 1;
    let mut hash = leaf_hash(body);
    let mut child = index as usize;
    for level in 0..=level {
        let Some(tile) = log.tiles.get_mut(&(level, child as u64 / 256)) else {
            break;
        };
        tile[child % 256 * 32..][..32].copy_from_slice(&hash);
        let mut tree = TreeState::empty();
        tree.append(tile.as_chunks::<32>().0).unwrap();
        hash = tree.root();
        child /= 256;
    }
}

#[test]
fn an_entry_altered_together_with_its_tile_is_narrowed_by_checkpoints() {
    // Entry 220 lies between the checkpoints 210 and 256, in a full tile; the tile above contradicts.
    let findings = small().findings_after(|log| alter_consistently(log, 220, 0));
    assert_eq!(findings, [Finding::EntriesAltered { from: 210, to: 256 }]);
    // With the tile above altered too, only the checkpoints contradict.
    let findings = small().findings_after(|log| alter_consistently(log, 220, 9));
    assert_eq!(
        findings,
        [Finding::RootMismatch {
            size: 256,
            from: 210
        }]
    );
    // In the last, partial tile there is no tile above.
    let findings = small().findings_after(|log| alter_consistently(log, 580, 0));
    assert_eq!(
        findings,
        [Finding::RootMismatch {
            size: 587,
            from: 557
        }]
    );

    let tile = Finding::EntriesAltered { from: 512, to: 768 };
    assert_eq!(
        big().findings_after(|log| alter_consistently(log, 700, 0)),
        [tile]
    );
    let subtree = Finding::EntriesAltered {
        from: 100,
        to: 60_100,
    };
    assert_eq!(
        big().findings_after(|log| alter_consistently(log, 700, 1)),
        [subtree]
    );
    let nothing_above = Finding::RootMismatch {
        size: 60_100,
        from: 100,
    };
    assert_eq!(
        big().findings_after(|log| alter_consistently(log, 700, 2)),
        [nothing_above]
    );
}

#[test]
fn a_missing_or_malformed_tile_is_found() {
    for &(level, index) in
        big()
            .tiles
            .keys()
            .step_by(20)
            .chain([&(1, 0), &(1, 1), &(2, 0), &(0, 259)])
    {
        let missing = big().findings_after(|log| drop(log.tiles.remove(&(level, index))));
        assert_eq!(missing, [Finding::TileMissing { level, index }]);
        let cut =
            big().findings_after(|log| log.tiles.get_mut(&(level, index)).unwrap().truncate(31));
        assert_eq!(
            cut,
            [Finding::TileAltered {
                level,
                index,
                child: None
            }]
        );
    }
}

#[test]
fn faults_in_different_places_are_told_apart() {
    let findings = big().findings_after(|log| {
        log.entries.get_mut(&10).unwrap()[3] ^= 1;
        log.tiles.get_mut(&(0, 0)).unwrap()[20 * 32] ^= 1;
        log.tiles.get_mut(&(1, 0)).unwrap()[7 * 32] ^= 1;
        log.entries.get_mut(&(8 * 256)).unwrap()[3] ^= 1;
        log.entries.remove(&66_000);
        log.checkpoints
            .get_mut(&100)
            .unwrap()
            .replace_range(..1, "X");
    });
    assert_eq!(
        findings,
        [
            Finding::EntryAltered { index: 10 },
            Finding::TileAltered {
                level: 0,
                index: 0,
                child: Some(20)
            },
            Finding::CheckpointInvalid {
                size: 100,
                reason: "wrong_signature"
            },
            Finding::EntryAltered { index: 8 * 256 },
            Finding::TileAltered {
                level: 1,
                index: 0,
                child: Some(7)
            },
            Finding::EntriesMissing {
                from: 66_000,
                to: 66_001
            },
        ]
    );
}

#[test]
fn findings_are_limited() {
    let mut log = MemoryLog::with_batches([2000]);
    log.entries.values_mut().for_each(|body| body[0] ^= 1);
    let report = log.verify();
    assert_eq!(
        (report.findings.len(), report.findings_omitted),
        (MAX_FINDINGS, 1000)
    );
}

#[test]
fn a_checkpoint_under_another_size_or_for_another_tree_is_found() {
    let moved = small().findings_after(|log| {
        let note = log.checkpoints.remove(&256).unwrap();
        log.checkpoints.insert(255, note);
    });
    assert_eq!(
        moved,
        [Finding::CheckpointInvalid {
            size: 255,
            reason: "wrong_size"
        }]
    );
    let other_tree = small()
        .findings_after(|log| drop(log.checkpoints.insert(300, signer().sign(300, &[1; 32]))));
    assert_eq!(
        other_tree,
        [Finding::RootMismatch {
            size: 300,
            from: 256
        }]
    );
}

#[test]
fn progress_is_told_and_can_stop() {
    let verifier = signer().verifier();
    let mut seen = Vec::new();
    verify_log(&mut small().clone(), &verifier, None, &mut |done, total| {
        seen.push((done, total));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(seen, [(256, 587), (512, 587), (587, 587)]);
    let stopped = verify_log(&mut small().clone(), &verifier, None, &mut |_, _| {
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(VerificationError::Stopped)));
}

#[test]
fn findings_have_a_stable_json_form() {
    let report = VerificationReport {
        size: 3,
        findings: vec![
            Finding::EntryAltered { index: 2 },
            Finding::TileAltered {
                level: 0,
                index: 1,
                child: None,
            },
        ],
        ..VerificationReport::default()
    };
    let want = serde_json::json!({
        "size": 3, "entries_checked": 0, "entries_unsigned": 0, "checkpoints_checked": 0, "findings_omitted": 0,
        "findings": [{"kind": "entry_altered", "index": 2}, {"kind": "tile_altered", "level": 0, "index": 1, "child": null}],
    });
    assert_eq!(serde_json::to_value(report).unwrap(), want);
}
