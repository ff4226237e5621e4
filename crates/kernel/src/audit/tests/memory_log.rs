//! A log in memory that tests can tamper with, written the way the sequencer writes one.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use crate::audit::*;

pub(super) const ORIGIN: &str = "crm.example.cn/audit/1";

pub(super) fn signer() -> CheckpointSigner {
    CheckpointSigner::new(ORIGIN, &[7; 32]).unwrap()
}

pub(super) fn body(index: u64) -> Vec<u8> {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&index.to_be_bytes());
    Entry {
        org: [1; 16],
        id,
        at: 1_790_000_000_000 + index as i64,
        actor: Actor::User {
            id: [2; 16],
            session: Some([3; 16]),
        },
        action: "customer.read".into(),
        outcome: Outcome::Allowed,
        resource: Some(Resource {
            kind: "customer".into(),
            id: Some([4; 16]),
        }),
        detail: BTreeMap::from([("fields".into(), Detail::names(["phone", "email"]))]),
        address: Some([192, 0, 2, 1].into()),
        request_id: Some("r-1".into()),
    }
    .encode()
    .unwrap()
    .body
}

#[derive(Clone, Default)]
pub(super) struct MemoryLog {
    pub(super) entries: BTreeMap<u64, Vec<u8>>,
    pub(super) tiles: BTreeMap<(u8, u64), Vec<u8>>,
    pub(super) checkpoints: BTreeMap<u64, String>,
    pub(super) tree: TreeState,
}

/// Every level but the top has full and partial tiles; three levels take a while to build, so once.
pub(super) fn big() -> &'static MemoryLog {
    static LOG: std::sync::LazyLock<MemoryLog> = std::sync::LazyLock::new(|| {
        MemoryLog::with_batches([1, 99, 60_000, 5_700, 300, 255, 2, 1])
    });
    &LOG
}

/// Two levels, the lower with two full tiles and a partial one.
pub(super) fn small() -> &'static MemoryLog {
    static LOG: std::sync::LazyLock<MemoryLog> =
        std::sync::LazyLock::new(|| MemoryLog::with_batches([10, 200, 46, 100, 1, 200, 30]));
    &LOG
}

impl MemoryLog {
    /// A log made in batches, with a checkpoint after each.
    pub(super) fn with_batches(batches: impl IntoIterator<Item = u64>) -> Self {
        let mut log = Self::default();
        for batch in batches {
            log.grow(batch);
        }
        log
    }

    pub(super) fn grow(&mut self, batch: u64) {
        let start = self.tree.size();
        self.entries
            .extend((start..start + batch).map(|index| (index, body(index))));
        self.sequence();
    }

    /// Integrates the entries that are not in the tree yet.
    pub(super) fn sequence(&mut self) {
        let leaves: Vec<Hash> = self
            .entries
            .range(self.tree.size()..)
            .map(|(_, body)| leaf_hash(body))
            .collect();
        for update in self.tree.append(&leaves).unwrap() {
            self.tiles.insert((update.level, update.index), update.data);
        }
        self.checkpoints.insert(
            self.tree.size(),
            signer().sign(self.tree.size(), &self.tree.root()),
        );
    }

    pub(super) fn verify(&mut self) -> VerificationReport {
        self.verify_against(None)
    }

    pub(super) fn verify_against(&mut self, trusted: Option<&Checkpoint>) -> VerificationReport {
        verify_log(self, &signer().verifier(), trusted, &mut |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap()
    }

    /// What the verification finds after some tampering.
    pub(super) fn findings_after(&self, tamper: impl FnOnce(&mut Self)) -> Vec<Finding> {
        let mut log = self.clone();
        tamper(&mut log);
        log.verify().findings
    }
}

impl TileReader for MemoryLog {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.tiles.get(&(level, index)).cloned())
    }
}

impl LogSource for MemoryLog {
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        let entries = self.entries.range(from..).take(limit);
        Ok(entries
            .map(|(&index, body)| StoredEntry {
                index,
                body: body.clone(),
            })
            .collect())
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        let checkpoints = self
            .checkpoints
            .range(after.map_or(0, |after| after + 1)..)
            .take(limit);
        Ok(checkpoints
            .map(|(&size, note)| StoredCheckpoint {
                size,
                note: note.clone(),
            })
            .collect())
    }

    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        let last = self
            .checkpoints
            .range(..below.unwrap_or(u64::MAX))
            .next_back();
        Ok(last.map(|(&size, note)| StoredCheckpoint {
            size,
            note: note.clone(),
        }))
    }
}

/// A log of which only the entries of a period are there, with the hashes of all.
pub(super) struct Part(pub(super) MemoryLog, pub(super) Range<u64>);

impl TileReader for Part {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        self.0.tile(level, index)
    }
}

impl LogSource for Part {
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        let mut entries = self.0.entries(from.max(self.1.start), limit)?;
        entries.retain(|entry| self.1.contains(&entry.index));
        Ok(entries)
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        self.0.checkpoints(after, limit)
    }

    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        self.0.checkpoint_before(below)
    }

    fn entry_range(&self) -> Range<u64> {
        self.1.clone()
    }
}
