//! Which policies were in force when, so that evidence can carry them.

use crate::log::append::append;
use crate::{Store, StoreError, Value, WriteTx};
use custos_kernel::audit::{Announcement, sha256};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Resource, Scope};

/// A policy that was in force, and the entry that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedPolicy {
    /// Its text.
    pub text: String,
    /// The entry that names its digest.
    pub entry: Announcement,
}

impl Store {
    /// Keeps the text of the policies in force, unless it is the one in force already, together with the entry that names
    /// its digest. True if it is new.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or the event does not fit into the log.
    pub async fn announce_policy(&self, text: &str, event: Event) -> Result<bool, StoreError> {
        let org = Value::from(&event.org().as_bytes()[..]);
        let digest = sha256(text.as_bytes()).to_vec();
        let newest = "SELECT digest FROM audit_policy WHERE org_id = $1 ORDER BY idx DESC LIMIT 1";
        let mut reading = self.read().await?;
        let rows = reading.raw(newest, std::slice::from_ref(&org)).await?;
        drop(reading);
        if let Some(row) = rows.first()
            && row.bytes(0)? == digest
        {
            return Ok(false);
        }
        let mut tx = WriteTx::open_for_log(self, event.org()).await?;
        // Takes the place first: it locks the log's head, so that of two nodes one comes second and sees the first.
        append(&mut tx, &[event]).await?;
        let rows = tx.raw(newest, std::slice::from_ref(&org)).await?;
        if let Some(row) = rows.first()
            && row.bytes(0)? == digest
        {
            return Ok(false);
        }
        let sql = "INSERT INTO audit_policy (org_id, idx, digest, text) \
                   SELECT $1, next - 1, $2, $3 FROM audit_head WHERE org_id = $1";
        let values = [org, Value::Bytes(digest), Value::Text(text.to_owned())];
        tx.raw_execute(sql, &values).await?;
        tx.finish_appended().await?;
        Ok(true)
    }

    /// The policies that were in force at or after an entry, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn announced_policies<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
        from: u64,
    ) -> Result<Vec<AnnouncedPolicy>, StoreError> {
        let sql = "SELECT p.idx, p.text, e.body FROM audit_policy p \
                   JOIN audit_entry e ON e.org_id = p.org_id AND e.idx = p.idx \
                   WHERE p.org_id = $1 AND p.idx >= COALESCE( \
                     (SELECT MAX(b.idx) FROM audit_policy b WHERE b.org_id = $1 AND b.idx <= $2), 0) ORDER BY p.idx";
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let values = [Value::from(&scope.org().as_bytes()[..]), Value::Int(from)];
        let mut tx = self.read().await?;
        tx.follow_log();
        let rows = tx.raw(sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(AnnouncedPolicy {
                    text: row.text(1)?.to_owned(),
                    entry: Announcement {
                        index: row.int(0)? as u64,
                        body: row.bytes(2)?.to_vec(),
                    },
                })
            })
            .collect()
    }
}
