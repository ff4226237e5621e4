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

/// So many in a row are recognised as put in, wherever the pages that entries are read in end.
#[test]
fn entries_put_in_one_after_the_other_are_found_each() {
    for at in [0, 7, 247, 248, 249, 250, 256, 500] {
        let findings = small().findings_after(|log| {
            let mut bodies: Vec<_> = std::mem::take(&mut log.entries).into_values().collect();
            let invented = (0..8).map(|n| format!("never happened {n}").into_bytes());
            bodies.splice(at..at, invented);
            log.entries = (0..).zip(bodies).collect();
        });
        let at = at as u64;
        let want = (at..at + 8).map(|index| Finding::EntryUnexpected { index });
        assert_eq!(findings, want.collect::<Vec<_>>(), "{at}");
    }
}

/// Where neither the tile nor the numbers help alone, both together do.
#[test]
fn a_removed_entry_is_found_without_its_tile_or_before_unsigned_ones() {
    let findings = small().findings_after(|log| {
        log.entries.remove(&3);
        log.tiles.remove(&(0, 0));
    });
    // Its hash is lost with both, so the checkpoints within the tile do not hold; no other entry is blamed for that.
    assert_eq!(
        findings,
        [
            Finding::TileMissing { level: 0, index: 0 },
            Finding::EntriesMissing { from: 3, to: 4 },
            Finding::RootMismatch { size: 10, from: 0 }
        ]
    );
    // Renumbered as if they had never been there, entries not yet signed, too; one of those is missing as well.
    for (from, to) in [(3, 4), (100, 120), (250, 260), (0, 300), (256, 512)] {
        let mut log = small().clone();
        for index in [587, 588, 590] {
            log.entries.insert(index, body(index));
        }
        let old = std::mem::take(&mut log.entries).into_iter();
        let renumbered = old.filter(|(index, _)| !(from..to).contains(index));
        log.entries = renumbered
            .map(|(index, body)| match index < from {
                true => (index, body),
                false => (index - (to - from), body),
            })
            .collect();
        let report = log.verify();
        assert_eq!(report.entries_unsigned, 3);
        assert_eq!(
            report.findings,
            [
                Finding::EntriesMissing { from, to },
                Finding::EntriesMissing { from: 589, to: 590 }
            ]
        );
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

/// Where a tree has just grown a level or filled a tile, its edge proves what lies below as everywhere else.
#[test]
fn an_edge_of_complete_tiles_proves_what_is_below() {
    let log = MemoryLog::with_batches([512]);
    for (entry, range) in [(3, 0..256), (300, 256..512)] {
        let findings = log.findings_after(|log| alter_consistently(log, entry, 0));
        let altered = Finding::EntriesAltered {
            from: range.start,
            to: range.end,
        };
        assert_eq!(findings, [altered]);
    }
    // A tile that nobody vouches for yet is told as such, whatever is in it.
    for data in [vec![1; 32], vec![1; 31], Vec::new()] {
        let findings = log.findings_after(|log| drop(log.tiles.insert((0, 2), data)));
        assert_eq!(
            findings,
            [Finding::TileBeyondCheckpoint { level: 0, index: 2 }]
        );
    }
}

/// A source that does not keep to the order could hide entries, or keep a verification busy for ever.
struct Disorderly {
    log: MemoryLog,
    entries: bool,
}

impl TileReader for Disorderly {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        self.log.tile(level, index)
    }
}

impl LogSource for Disorderly {
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        let mut page = self.log.entries(from, limit)?;
        if self.entries && page.len() > 20 {
            page.swap(10, 20);
        }
        Ok(page)
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        let mut page = self.log.checkpoints(after, limit)?;
        if !self.entries && page.len() > 2 {
            page.swap(1, 2);
        }
        Ok(page)
    }

    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        self.log.checkpoint_before(below)
    }
}

#[test]
fn a_source_out_of_order_is_no_source() {
    for entries in [true, false] {
        let log = small().clone();
        let mut source = Disorderly { log, entries };
        let outcome = verify_log(&mut source, &signer().verifier(), None, &mut |_, _| {
            ControlFlow::Continue(())
        });
        assert!(
            matches!(outcome, Err(VerificationError::Source(_))),
            "{outcome:?}"
        );
    }
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

/// Where the top of the tree is altered, too, what lies between still tells below which tile entries were altered.
#[test]
fn an_entry_altered_with_its_tile_is_located_by_tiles_no_checkpoint_proves() {
    // The first tile has checkpoints within, which narrow it.
    for (entry, range) in [(700, 512..768), (5, 1..100), (65_400, 65_280..65_536)] {
        let findings = big().findings_after(|log| {
            alter_consistently(log, entry, 0);
            log.tiles.get_mut(&(1, 1)).unwrap()[5] ^= 1;
        });
        let altered = Finding::EntriesAltered {
            from: range.start,
            to: range.end,
        };
        assert!(findings.contains(&altered), "{entry}: {findings:?}");
        let top = Finding::TileAltered {
            level: 1,
            index: 1,
            child: Some(0),
        };
        assert!(findings.contains(&top), "{entry}: {findings:?}");
    }
}

/// The same under the second tile of its level.
#[test]
fn an_entry_far_behind_is_located_as_well() {
    let mut log = MemoryLog::with_batches([2 * 65_536 + 10]);
    alter_consistently(&mut log, 70_000, 0);
    log.tiles.get_mut(&(2, 0)).unwrap()[5] ^= 1;
    let findings = log.verify().findings;
    let altered = Finding::EntriesAltered {
        from: 273 * 256,
        to: 274 * 256,
    };
    assert!(findings.contains(&altered), "{findings:?}");
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

#[test]
fn a_finding_about_entries_tells_the_first() {
    let about = [
        (Finding::EntryAltered { index: 7 }, Some(7)),
        (Finding::EntryUnexpected { index: 8 }, Some(8)),
        (Finding::EntriesAltered { from: 3, to: 9 }, Some(3)),
        (Finding::EntriesMissing { from: 4, to: 9 }, Some(4)),
        (Finding::RootMismatch { size: 9, from: 5 }, Some(5)),
        (
            Finding::LogTruncated {
                entries: 6,
                size: 9,
            },
            Some(6),
        ),
        (Finding::NoCheckpoint, None),
        (Finding::TileMissing { level: 0, index: 1 }, None),
        (Finding::HistoryRewritten { trusted_size: 1 }, None),
    ];
    for (finding, index) in about {
        assert_eq!(finding.index(), index, "{finding:?}");
    }
}
