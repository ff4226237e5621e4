//! What others say of the log, kept beside it: signatures of witnesses on checkpoints.

use crate::log::source::checkpoint_row;
use crate::{ReadTx, Store, StoreError, Value, WriteTx};
use custos_kernel::audit::StoredCheckpoint;
use custos_kernel::policy::{Action, Resource, Scope};
use custos_values::OrgId;

/// A witness's signature on a checkpoint, verified by whoever hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCosignature {
    /// The size in the checkpoint.
    pub size: u64,
    /// The witness's name.
    pub witness: String,
    /// When it was made by the witness's clock, in seconds since 1970-01-01 UTC.
    pub seconds: u64,
    /// The signature line of the note, with its line feed.
    pub line: String,
}

impl Store {
    /// The organisations that have a log.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, as below.
    pub async fn logs(&self) -> Result<Vec<OrgId>, StoreError> {
        let mut tx = self.read().await?;
        let rows = tx.raw("SELECT org_id FROM audit_head", &[]).await?;
        rows.iter()
            .map(|row| Ok(OrgId::from_bytes(row.id(0)?)))
            .collect()
    }

    /// Keeps a witness's signature on a checkpoint; one it has made already stays. The scope must reach the whole log.
    ///
    /// # Errors
    /// See [`Self::logs`].
    pub async fn keep_cosignature<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
        cosignature: &StoredCosignature,
    ) -> Result<(), StoreError> {
        if !scope.is_all() {
            return Err(StoreError::Audit(
                "the scope does not reach the whole log".to_owned(),
            ));
        }
        let mut tx = WriteTx::open_for_log(self, scope.org()).await?;
        let sql = "INSERT INTO audit_cosignature (org_id, size, witness, seconds, line) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (org_id, size, witness) DO NOTHING";
        let values = [
            Value::from(&scope.org().as_bytes()[..]),
            Value::Int(cosignature.size as i64),
            Value::Text(cosignature.witness.clone()),
            Value::Int(cosignature.seconds as i64),
            Value::Text(cosignature.line.clone()),
        ];
        tx.raw_execute(sql, &values).await?;
        tx.finish_bookkeeping().await
    }

    /// The newest signature of a witness.
    ///
    /// # Errors
    /// See [`Self::logs`].
    pub async fn newest_cosignature<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
        witness: &str,
    ) -> Result<Option<StoredCosignature>, StoreError> {
        let sql = "SELECT size, seconds, line FROM audit_cosignature WHERE org_id = $1 AND witness = $2 \
                   ORDER BY size DESC LIMIT 1";
        let values = [
            Value::from(&scope.org().as_bytes()[..]),
            Value::from(witness),
        ];
        let rows = self.read().await?.raw(sql, &values).await?;
        rows.first()
            .map(|row| {
                Ok(StoredCosignature {
                    size: row.int(0)? as u64,
                    witness: witness.to_owned(),
                    seconds: row.int(1)? as u64,
                    line: row.text(2)?.to_owned(),
                })
            })
            .transpose()
    }

    /// The newest checkpoint that any witness has signed, with their signatures.
    ///
    /// # Errors
    /// See [`Self::logs`].
    pub async fn newest_cosigned<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
    ) -> Result<Option<StoredCheckpoint>, StoreError> {
        let org = Value::from(&scope.org().as_bytes()[..]);
        let mut tx = self.read().await?;
        tx.follow_log();
        let sql = "SELECT MAX(size) FROM audit_cosignature WHERE org_id = $1";
        let rows = tx.raw(sql, std::slice::from_ref(&org)).await?;
        let Some(size) = rows
            .first()
            .map(|row| row.int_opt(0))
            .transpose()?
            .flatten()
        else {
            return Ok(None);
        };
        let sql = "SELECT size, note FROM audit_checkpoint WHERE org_id = $1 AND size = $2";
        let rows = tx.raw(sql, &[org, Value::Int(size)]).await?;
        let mut found = rows
            .iter()
            .map(checkpoint_row)
            .collect::<Result<Vec<_>, _>>()?;
        cosign(&mut tx, scope.org(), &mut found).await?;
        Ok(found.pop())
    }
}

/// Adds to checkpoints, in ascending order of size, the signatures of their witnesses.
pub(crate) async fn cosign(
    tx: &mut ReadTx,
    org: OrgId,
    checkpoints: &mut [StoredCheckpoint],
) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (checkpoints.first(), checkpoints.last()) else {
        return Ok(());
    };
    let sql = "SELECT size, line FROM audit_cosignature WHERE org_id = $1 AND size >= $2 AND size <= $3 \
               ORDER BY size, witness";
    let range = [
        Value::from(&org.as_bytes()[..]),
        Value::Int(first.size as i64),
        Value::Int(last.size as i64),
    ];
    for row in tx.raw(sql, &range).await? {
        let size = row.int(0)? as u64;
        if let Ok(at) = checkpoints.binary_search_by_key(&size, |checkpoint| checkpoint.size) {
            checkpoints[at].note.push_str(row.text(1)?);
        }
    }
    Ok(())
}
