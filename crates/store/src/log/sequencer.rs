//! The sequencer: takes new entries into the Merkle tree and signs a checkpoint over them.

use crate::log::origin;
use crate::{Store, StoreError, Value};
use custos_kernel::audit::{CheckpointSigner, Hash, SourceError, TileReader, TreeState, leaf_hash};
use custos_values::OrgId;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// An entry is under a signed checkpoint this long after its commit at the latest, plus the time of signing.
const INTERVAL: Duration = Duration::from_millis(500);
/// Entries taken into the tree in one transaction. Changes wait for it: it is to be short.
const BATCH: i64 = 1024;

/// The running sequencer of a node.
pub struct SequencerHandle {
    requests: mpsc::Sender<oneshot::Sender<Result<(), String>>>,
    task: JoinHandle<()>,
}

impl SequencerHandle {
    /// Starts it. One per node; nodes take turns by a row lock.
    pub fn start(store: Arc<Store>) -> Self {
        let (requests, mut receiver) = mpsc::channel::<oneshot::Sender<Result<(), String>>>(16);
        let task = tokio::spawn(async move {
            let mut sequencer = Sequencer {
                store,
                trees: HashMap::new(),
            };
            loop {
                let request = match tokio::time::timeout(INTERVAL, receiver.recv()).await {
                    Ok(Some(request)) => Some(request),
                    Ok(None) => return,
                    Err(_) => None,
                };
                let outcome = sequencer.run().await;
                if let Err(error) = &outcome {
                    tracing::error!(%error, "the log's tree is behind; the next attempt follows");
                }
                if let Some(request) = request {
                    // The asker may have gone; the work is done.
                    let _ = request.send(outcome.map_err(|error| error.to_string()));
                }
            }
        });
        Self { requests, task }
    }

    /// Takes everything committed before this call under a checkpoint.
    ///
    /// # Errors
    /// [`StoreError::Audit`] when it could not.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.requests
            .send(sender)
            .await
            .map_err(|_| StoreError::Closed)?;
        receiver
            .await
            .map_err(|_| StoreError::Closed)?
            .map_err(StoreError::Audit)
    }

    /// Takes everything under a checkpoint and ends.
    ///
    /// # Errors
    /// See [`Self::flush`].
    pub async fn stop(self) -> Result<(), StoreError> {
        let outcome = self.flush().await;
        drop(self.requests);
        self.task.await.map_err(|_| StoreError::Closed)?;
        outcome
    }
}

struct Sequencer {
    store: Arc<Store>,
    trees: HashMap<OrgId, TreeState>,
}

impl Sequencer {
    async fn run(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT h.org_id, h.next, COALESCE(t.size, 0) FROM audit_head h \
                   LEFT JOIN audit_tree t ON t.org_id = h.org_id WHERE h.next > COALESCE(t.size, 0)";
        let mut tx = self.store.read().await?;
        tx.follow_log();
        let behind = tx.raw(sql, &[]).await?;
        drop(tx);
        let mut outcome = Ok(());
        for row in behind {
            let org = OrgId::from_bytes(row.id(0)?);
            // One organisation's damaged log must not keep the others' from being signed.
            outcome = outcome.and(self.catch_up(org).await);
        }
        outcome
    }

    async fn catch_up(&mut self, org: OrgId) -> Result<(), StoreError> {
        while self.advance(org).await? {}
        Ok(())
    }

    /// Takes one batch; true if there may be more.
    async fn advance(&mut self, org: OrgId) -> Result<bool, StoreError> {
        let org_value = Value::from(&org.as_bytes()[..]);
        let signer = signer(&self.store, org).await?;
        // Read and hashed before the turn to write, which everybody waits for; entries never change.
        let (size, leaves) = self.leaves(&org_value).await?;
        if leaves.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.write_log(org).await?;
        // Locks the organisation's tree against other nodes until the commit.
        let lock = "INSERT INTO audit_tree (org_id, size, root) VALUES ($1, 0, $2) \
                    ON CONFLICT (org_id) DO UPDATE SET size = audit_tree.size RETURNING size, root";
        let empty = TreeState::empty().root().to_vec();
        let rows = tx
            .raw(lock, &[org_value.clone(), Value::Bytes(empty)])
            .await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Corrupt("audit tree".to_owned()))?;
        if row.int(0)? != size {
            // Another node was quicker.
            return Ok(true);
        }
        let root: Hash = row
            .bytes(1)?
            .try_into()
            .map_err(|_| StoreError::Corrupt("audit tree root".to_owned()))?;
        let mut tree = match self.trees.remove(&org) {
            Some(tree) if tree.size() == size as u64 && tree.root() == root => tree,
            _ => restore(&mut tx, org, size as u64, &root).await?,
        };
        let tiles = tree
            .append(&leaves)
            .map_err(|error| StoreError::Audit(error.to_string()))?;
        let upsert = "INSERT INTO audit_tile (org_id, level, idx, data) VALUES ($1, $2, $3, $4) \
                      ON CONFLICT (org_id, level, idx) DO UPDATE SET data = excluded.data";
        let rows: Vec<Vec<Value>> = tiles
            .into_iter()
            .map(|t| {
                let place = [
                    Value::Int(t.level.into()),
                    Value::Int(t.index as i64),
                    Value::Bytes(t.data),
                ];
                std::iter::once(org_value.clone()).chain(place).collect()
            })
            .collect();
        tx.raw_execute_many(upsert, &rows).await?;
        let new_size = Value::Int(tree.size() as i64);
        let update = "UPDATE audit_tree SET size = $2, root = $3 WHERE org_id = $1";
        let state = [
            org_value.clone(),
            new_size.clone(),
            Value::Bytes(tree.root().to_vec()),
        ];
        tx.raw_execute(update, &state).await?;
        let note = signer.sign(tree.size(), &tree.root());
        let insert =
            "INSERT INTO audit_checkpoint (org_id, size, signed_at, note) VALUES ($1, $2, $3, $4)";
        let signed_at = Value::from(tx.now());
        tx.raw_execute(insert, &[org_value, new_size, signed_at, Value::Text(note)])
            .await?;
        tx.finish_bookkeeping().await?;
        self.trees.insert(org, tree);
        Ok(leaves.len() as i64 == BATCH)
    }

    /// The tree's size, and the hashes of the entries that follow.
    async fn leaves(&self, org: &Value) -> Result<(i64, Vec<Hash>), StoreError> {
        let mut tx = self.store.read().await?;
        tx.follow_log();
        let sql = "SELECT size FROM audit_tree WHERE org_id = $1";
        let rows = tx.raw(sql, std::slice::from_ref(org)).await?;
        let size = rows.first().map_or(Ok(0), |row| row.int(0))?;
        let sql = "SELECT idx, body FROM audit_entry WHERE org_id = $1 AND idx >= $2 ORDER BY idx LIMIT $3";
        let place = [org.clone(), Value::Int(size), Value::Int(BATCH)];
        let entries = tx.raw(sql, &place).await?;
        let mut leaves = Vec::with_capacity(entries.len());
        for (entry, expected) in entries.iter().zip(size..) {
            if entry.int(0)? != expected {
                return Err(StoreError::Corrupt(format!(
                    "the log has a gap at {expected}"
                )));
            }
            leaves.push(leaf_hash(entry.bytes(1)?));
        }
        Ok((size, leaves))
    }
}

/// The signer of an organisation's checkpoints.
pub(crate) async fn signer(store: &Store, org: OrgId) -> Result<CheckpointSigner, StoreError> {
    let seed = store.keys().get(store, org).await?.checkpoint_seed();
    CheckpointSigner::new(&origin(org), &seed).map_err(|error| StoreError::Audit(error.to_string()))
}

/// Reads the right edge of the stored tree back.
async fn restore(
    tx: &mut crate::WriteTx<'_>,
    org: OrgId,
    size: u64,
    root: &Hash,
) -> Result<TreeState, StoreError> {
    let mut tiles = EdgeTiles(HashMap::new());
    let sql = "SELECT data FROM audit_tile WHERE org_id = $1 AND level = $2 AND idx = $3";
    let mut count = size;
    for level in 0_u8.. {
        if count == 0 {
            break;
        }
        let index = count >> 8;
        let place = [
            Value::from(&org.as_bytes()[..]),
            Value::Int(level.into()),
            Value::Int(index as i64),
        ];
        if let Some(row) = tx.raw(sql, &place).await?.first() {
            tiles.0.insert((level, index), row.bytes(0)?.to_vec());
        }
        count >>= 8;
    }
    TreeState::load(&mut tiles, size, root).map_err(|error| StoreError::Audit(error.to_string()))
}

struct EdgeTiles(HashMap<(u8, u64), Vec<u8>>);

impl TileReader for EdgeTiles {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.0.get(&(level, index)).cloned())
    }
}
