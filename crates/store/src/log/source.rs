//! The stored log as the verifier reads it: one snapshot, in order, in bounded pieces.

use crate::log::sequencer::signer;
use crate::log::witnessed::cosign;
use crate::log::years::kept_from;
use crate::{EngineKind, ReadTx, Row, Store, StoreError, Value};
use custos_kernel::audit::{
    CheckpointVerifier, LogSource, SourceError, StoredCheckpoint, StoredEntry, TileReader,
};
use custos_kernel::policy::{Action, LogView, Resource, Scope};
use custos_values::{OrgId, Timestamp};
use std::ops::Range;
use tokio::runtime::Handle;

/// A snapshot of one organisation's log. The verifier is synchronous; use it on a thread that may block.
pub struct LogReader {
    tx: ReadTx,
    org: OrgId,
    /// The entries that may be read; of all others, the hashes.
    shown: Range<u64>,
    /// The log as it was at this size, or as it is.
    until: u64,
    /// The first entry that was not removed.
    kept: u64,
    runtime: Handle,
}

impl Store {
    /// Opens a snapshot of the log for verification or export. The scope must reach the whole log; a caller who sees a
    /// period of it gets the entries of that period, and the hashes of all.
    ///
    /// # Errors
    /// [`StoreError`] when no connection is to be had.
    pub async fn log_reader<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
    ) -> Result<LogReader, StoreError> {
        if !scope.is_all() {
            return Err(StoreError::Audit(
                "the scope does not reach the whole log".to_owned(),
            ));
        }
        let mut tx = self.read().await?;
        let begin = match self.engine() {
            EngineKind::Sqlite => "BEGIN",
            EngineKind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        tx.snapshot(begin).await?;
        let mut shown = shown_places(&mut tx, scope.org(), scope.caller().log_view()).await?;
        let kept = kept_from(&mut tx, scope.org()).await?;
        shown.start = shown.start.max(kept);
        shown.end = shown.end.max(shown.start);
        Ok(LogReader {
            tx,
            org: scope.org(),
            shown,
            until: u64::MAX,
            kept,
            runtime: Handle::current(),
        })
    }

    /// The public key that vouches for an organisation's checkpoints.
    ///
    /// # Errors
    /// [`StoreError`] when the organisation's key cannot be opened.
    pub async fn log_verifier(&self, org: OrgId) -> Result<CheckpointVerifier, StoreError> {
        Ok(signer(self, org).await?.verifier())
    }

    /// The signed note of an organisation's log over a document, with the log's name and public key: see
    /// [`custos_kernel::audit::CheckpointSigner::sign_document`].
    ///
    /// # Errors
    /// [`StoreError`] when the organisation's key cannot be opened.
    pub async fn sign_document(
        &self,
        org: OrgId,
        kind: &str,
        digest: &[u8; 32],
    ) -> Result<String, StoreError> {
        Ok(signer(self, org).await?.sign_document(kind, digest))
    }

    /// The newest checkpoint with the time it was signed.
    ///
    /// # Errors
    /// See [`Self::log_reader`].
    pub async fn newest_checkpoint<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
    ) -> Result<Option<(StoredCheckpoint, Timestamp)>, StoreError> {
        let sql = "SELECT size, note, signed_at FROM audit_checkpoint WHERE org_id = $1 ORDER BY size DESC LIMIT 1";
        let mut tx = self.read().await?;
        tx.follow_log();
        let rows = tx
            .raw(sql, &[Value::from(&scope.org().as_bytes()[..])])
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let mut found = [checkpoint_row(row)?];
        cosign(&mut tx, scope.org(), &mut found).await?;
        let [checkpoint] = found;
        Ok(Some((checkpoint, row.time(2)?)))
    }
}

/// The places without a gap whose entries are all of the period: at its edges, where clocks may have jumped, rather too few.
async fn shown_places(
    tx: &mut ReadTx,
    org: OrgId,
    view: LogView,
) -> Result<Range<u64>, StoreError> {
    let LogView::Between { from, to } = view else {
        return Ok(0..u64::MAX);
    };
    let org = Value::from(&org.as_bytes()[..]);
    let before =
        "SELECT idx FROM audit_entry WHERE org_id = $1 AND at < $2 ORDER BY idx DESC LIMIT 1";
    let rows = tx.raw(before, &[org.clone(), Value::from(from)]).await?;
    let start = rows
        .first()
        .map_or(Ok(0), |row| row.int(0).map(|idx| idx + 1))?;
    let after = "SELECT idx FROM audit_entry WHERE org_id = $1 AND idx >= $2 AND at >= $3 ORDER BY idx LIMIT 1";
    let rows = tx
        .raw(after, &[org, Value::Int(start), Value::from(to)])
        .await?;
    let end = rows.first().map_or(Ok(i64::MAX), |row| row.int(0))?;
    Ok(start as u64..end as u64)
}

impl LogReader {
    /// The same log as it was when it had so many entries, with the contents of some of them.
    #[must_use]
    pub fn at(mut self, size: u64, entries: Range<u64>) -> Self {
        self.until = size;
        let start = entries.start.max(self.shown.start);
        self.shown = start..entries.end.min(self.shown.end).max(start);
        self
    }

    /// How many entries were archived and removed: the log begins after them.
    pub fn removed(&self) -> u64 {
        self.kept
    }

    /// The first checkpoint over at least so many entries.
    ///
    /// # Errors
    /// [`SourceError`] if reading fails.
    pub fn checkpoint_from(&mut self, size: u64) -> Result<Option<StoredCheckpoint>, SourceError> {
        Ok(self.checkpoints(size.checked_sub(1), 1)?.pop())
    }

    fn rows(&mut self, sql: &str, more: &[Value]) -> Result<Vec<Row>, SourceError> {
        let mut values = vec![Value::from(&self.org.as_bytes()[..])];
        values.extend_from_slice(more);
        self.runtime
            .block_on(self.tx.raw(sql, &values))
            .map_err(SourceError::new)
    }

    /// The checkpoints with the signatures of their witnesses.
    fn cosigned(
        &mut self,
        mut found: Vec<StoredCheckpoint>,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        self.runtime
            .block_on(cosign(&mut self.tx, self.org, &mut found))
            .map_err(SourceError::new)?;
        Ok(found)
    }
}

pub(crate) fn checkpoint_row(row: &Row) -> Result<StoredCheckpoint, StoreError> {
    Ok(StoredCheckpoint {
        size: row.int(0)? as u64,
        note: row.text(1)?.to_owned(),
    })
}

fn place(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

impl TileReader for LogReader {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let sql = "SELECT data FROM audit_tile WHERE org_id = $1 AND level = $2 AND idx = $3";
        let rows = self.rows(sql, &[Value::Int(level.into()), place(index)])?;
        rows.first()
            .map(|row| row.bytes(0).map(<[u8]>::to_vec).map_err(SourceError::new))
            .transpose()
    }
}

impl LogSource for LogReader {
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        let sql = "SELECT idx, body FROM audit_entry WHERE org_id = $1 AND idx >= $2 AND idx < $4 ORDER BY idx LIMIT $3";
        let (from, end) = (from.max(self.shown.start), place(self.shown.end));
        let rows = self.rows(sql, &[place(from), place(limit as u64), end])?;
        let entry = |row: &Row| {
            Ok(StoredEntry {
                index: row.int(0)? as u64,
                body: row.bytes(1)?.to_vec(),
            })
        };
        rows.iter()
            .map(entry)
            .collect::<Result<_, StoreError>>()
            .map_err(SourceError::new)
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        let sql = "SELECT size, note FROM audit_checkpoint WHERE org_id = $1 AND size > $2 AND size <= $4 \
                   ORDER BY size LIMIT $3";
        let after = after.map_or(Value::Int(-1), place);
        let rows = self.rows(sql, &[after, place(limit as u64), place(self.until)])?;
        let found = rows.iter().map(checkpoint_row).collect::<Result<_, _>>();
        self.cosigned(found.map_err(SourceError::new)?)
    }

    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        let sql = "SELECT size, note FROM audit_checkpoint WHERE org_id = $1 AND size < $2 ORDER BY size DESC LIMIT 1";
        let below = below.unwrap_or(u64::MAX).min(self.until.saturating_add(1));
        let rows = self.rows(sql, &[place(below)])?;
        let found = rows.iter().map(checkpoint_row).collect::<Result<_, _>>();
        Ok(self.cosigned(found.map_err(SourceError::new)?)?.pop())
    }

    fn entry_range(&self) -> Range<u64> {
        self.shown.clone()
    }
}
