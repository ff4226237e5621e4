//! Columns of secrets that a rotation seals anew, whatever feature they belong to.

use crate::{ReadTx, Row, StoreError, Value, WriteTx};
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::policy::Caller;
use custos_values::Random;

/// What the secrets of a column were sealed for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// The same for all rows.
    Fixed(&'static str),
    /// A beginning, and what a text column of the row says.
    Named(&'static str, &'static str),
}

/// A column of secrets sealed with [`TenantKey::seal_secret`]. The texts are names in the database and come from the
/// feature whose table it is.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The column with the id of 16 bytes that the secret is bound to.
    pub row: &'static str,
    /// What it is sealed for.
    pub purpose: Purpose,
}

impl SealedColumn {
    /// Its name in a rotation's progress.
    pub fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

/// What came of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Rows looked at.
    pub seen: i64,
    /// Rows sealed anew.
    pub changed: i64,
    /// The row to go on after; none when there are no more.
    pub after: Option<Vec<u8>>,
}

impl WriteTx<'_> {
    /// Has statements of this transaction give up rather than make others wait for long: a rotation comes back, a person
    /// does not.
    ///
    /// # Errors
    /// [`StoreError`], as everywhere below.
    pub async fn give_way(&mut self) -> Result<(), StoreError> {
        if self.engine() == crate::EngineKind::Postgres {
            self.raw_execute("SET LOCAL lock_timeout = '200ms'", &[])
                .await?;
        }
        Ok(())
    }

    /// Seals the secrets of a column anew, of at most `limit` rows after one. A secret that somebody replaces meanwhile is
    /// left as it is: theirs is sealed with the current version.
    ///
    /// # Errors
    /// Also [`StoreError::Crypto`] when a secret does not open.
    pub async fn reseal(
        &mut self,
        key: &TenantKey,
        column: &SealedColumn,
        after: &[u8],
        limit: i64,
    ) -> Result<Resealed, StoreError> {
        let SealedColumn {
            table,
            column: name,
            row,
            purpose,
        } = column;
        let named = match purpose {
            Purpose::Fixed(_) => "''",
            Purpose::Named(_, by) => by,
        };
        // Rows of one id are taken together, so that going on after it misses none.
        let sql = format!(
            "SELECT {row}, {name}, {named} FROM {table} WHERE org_id = $1 AND {row} > $2 AND {row} <= COALESCE(\
             (SELECT {row} FROM {table} WHERE org_id = $1 AND {row} > $2 ORDER BY {row} LIMIT 1 OFFSET $3), $4) \
             ORDER BY {row}"
        );
        let rows = self
            .lookup(
                &sql,
                &[
                    Value::from(after),
                    Value::Int(limit),
                    Value::Bytes(vec![0xFF; 17]),
                ],
            )
            .await?;
        let mut outcome = Resealed {
            seen: rows.len() as i64,
            ..Resealed::default()
        };
        let random = self.random();
        for found in &rows {
            let id = found.id(0)?;
            outcome.after = Some(id.to_vec());
            let Some(old) = found.bytes_opt(1)?.map(<[u8]>::to_vec) else {
                continue;
            };
            let Some(new) = anew(key, *purpose, &id, &old, found, random)? else {
                continue;
            };
            let sql = format!(
                "UPDATE {table} SET {name} = $4 WHERE org_id = $1 AND {row} = $2 AND {name} = $3"
            );
            let org = Value::from(&self.org().as_bytes()[..]);
            let values = [org, Value::from(&id), Value::Bytes(old), Value::Bytes(new)];
            outcome.changed += i64::try_from(self.raw_execute(&sql, &values).await?).unwrap_or(0);
        }
        Ok(outcome)
    }
}

impl ReadTx {
    /// How many rows a column's table has.
    ///
    /// # Errors
    /// [`StoreError`], when the database cannot be read.
    pub async fn count_sealed(
        &mut self,
        caller: &Caller,
        column: &SealedColumn,
    ) -> Result<i64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE org_id = $1", column.table);
        let rows = self.lookup(caller, &sql, &[]).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }
}

fn anew(
    key: &TenantKey,
    purpose: Purpose,
    id: &[u8; 16],
    sealed: &[u8],
    row: &Row,
    random: &dyn Random,
) -> Result<Option<Vec<u8>>, StoreError> {
    let outcome = match purpose {
        Purpose::Fixed(purpose) => key.reseal_secret(purpose, id, sealed, random),
        Purpose::Named(beginning, _) => {
            let purpose = format!("{beginning}{}", row.text(2)?);
            key.reseal_secret(&purpose, id, sealed, random)
        }
    };
    match outcome {
        // Emptied columns hold no secret.
        Err(CryptoError::Malformed) if sealed.is_empty() => Ok(None),
        other => Ok(other?),
    }
}
