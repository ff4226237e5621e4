//! Years of the log: sealed when they are over, archived, and removed from the database but for their hashes.

use crate::log::append::append;
use crate::log::tally::{DAY_MS, HOUR_MS};
use crate::{Migration, ReadTx, Row, Store, StoreError, Value, WriteTx};
use custos_kernel::audit::{Entry, Hash, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Resource, Scope};
use custos_values::{OrgId, Timestamp};

/// `audit_year` has one row per sealed year: its places, the root of the log up to its end, the place of the entry that
/// states both. `audit_removed` says up to which place entries are no longer here, and which entry says so: without that
/// entry they count as missing.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0340_audit_year",
    sql: "CREATE TABLE audit_year (
            org_id {bytes} NOT NULL, year BIGINT NOT NULL, first_idx BIGINT NOT NULL, end_idx BIGINT NOT NULL,
            root {bytes} NOT NULL, ends_at BIGINT NOT NULL, sealed_at BIGINT NOT NULL, sealed_idx BIGINT NOT NULL,
            archived_at BIGINT, removed_at BIGINT, PRIMARY KEY (org_id, year));
          CREATE TABLE audit_removed (
            org_id {bytes} PRIMARY KEY, upto BIGINT NOT NULL, idx BIGINT NOT NULL, done BIGINT NOT NULL)",
};

/// The action of an entry that says up to which place entries were removed, and the member of its detail that does.
pub const REMOVAL: (&str, &str) = ("log_year.delete", "upto");
/// Entries that stay when those around them are removed: statements about the log itself.
const KEPT: &str = "'policy.in_force', 'log_year.create', 'log_year.delete', 'log_year.export'";
/// Entries removed in one transaction.
const BATCH: i64 = 2_000;

/// A year that is over and sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedYear {
    /// The year, by the organisation's clock.
    pub year: i64,
    /// The place of its first entry.
    pub first: u64,
    /// The place after its last.
    pub end: u64,
    /// The root of the log up to there.
    pub root: Hash,
    /// When the year ended.
    pub ends_at: Timestamp,
    /// When it was sealed.
    pub sealed_at: Timestamp,
    /// The place of the entry that states size and root.
    pub sealed_index: u64,
    /// When it was last archived.
    pub archived_at: Option<Timestamp>,
    /// When its entries were removed from the database.
    pub removed_at: Option<Timestamp>,
}

/// A year to seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearOver {
    /// The year.
    pub year: i64,
    /// The place of its first entry.
    pub first: u64,
    /// The place after its last.
    pub end: u64,
    /// When it ended.
    pub ends_at: Timestamp,
}

/// When a year begins by a clock that is so many milliseconds ahead of UTC (proleptic Gregorian calendar).
pub fn year_begins(year: i64, ahead_ms: i64) -> Timestamp {
    let before = year - 1;
    let days =
        before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    // From 0001-01-01 to 1970-01-01.
    Timestamp::from_millis((days - 719_162) * DAY_MS - ahead_ms)
}

/// The year of a moment by such a clock.
pub fn year_of(at: Timestamp, ahead_ms: i64) -> i64 {
    let days = (at.millis() + ahead_ms).div_euclid(DAY_MS);
    // 146,097 days in 400 years: off by one at the most.
    let guess = 1970 + (days * 400).div_euclid(146_097);
    let began = |year: i64| year_begins(year, ahead_ms) <= at;
    (guess - 1..=guess + 1)
        .rev()
        .find(|year| began(*year))
        .unwrap_or(guess)
}

fn org_value(org: OrgId) -> Value {
    Value::from(&org.as_bytes()[..])
}

fn sealed_year(row: &Row) -> Result<SealedYear, StoreError> {
    let root: Hash = row
        .bytes(3)?
        .try_into()
        .map_err(|_| StoreError::Corrupt("a root that is none".to_owned()))?;
    Ok(SealedYear {
        year: row.int(0)?,
        first: row.int(1)? as u64,
        end: row.int(2)? as u64,
        root,
        ends_at: row.time(4)?,
        sealed_at: row.time(5)?,
        sealed_index: row.int(6)? as u64,
        archived_at: row.time_opt(7)?,
        removed_at: row.time_opt(8)?,
    })
}

/// The place of the first entry that is still here, if an entry of the log says that those before were removed.
pub(crate) async fn kept_from(tx: &mut ReadTx, org: OrgId) -> Result<u64, StoreError> {
    let sql = "SELECT r.upto, e.body FROM audit_removed r JOIN audit_entry e ON e.org_id = r.org_id AND e.idx = r.idx \
               WHERE r.org_id = $1";
    let rows = tx.raw(sql, &[org_value(org)]).await?;
    let Some(row) = rows.first() else {
        return Ok(0);
    };
    let (upto, body) = (row.int(0)?, row.bytes(1)?);
    Ok(match states_removal(body, upto) {
        true => upto as u64,
        false => 0,
    })
}

fn states_removal(body: &[u8], upto: i64) -> bool {
    Entry::decode(body).is_ok_and(|entry| {
        let stated = entry.detail.get(REMOVAL.1);
        let stated = stated.and_then(|it| serde_json::to_value(it).ok()?.as_i64());
        entry.action == REMOVAL.0 && entry.outcome == Outcome::Allowed && stated == Some(upto)
    })
}

impl Store {
    /// The sealed years, oldest first. The scope must reach the whole log.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, as below.
    pub async fn sealed_years<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
    ) -> Result<Vec<SealedYear>, StoreError> {
        let sql = "SELECT year, first_idx, end_idx, root, ends_at, sealed_at, sealed_idx, archived_at, removed_at \
                   FROM audit_year WHERE org_id = $1 ORDER BY year";
        let rows = self
            .read()
            .await?
            .raw(sql, &[org_value(scope.org())])
            .await?;
        rows.iter().map(sealed_year).collect()
    }

    /// The oldest year that is over and not sealed, by a clock that is so many milliseconds ahead of UTC.
    ///
    /// # Errors
    /// See [`Self::sealed_years`].
    pub async fn year_over(
        &self,
        org: OrgId,
        ahead_ms: i64,
    ) -> Result<Option<YearOver>, StoreError> {
        let mut tx = self.read().await?;
        let last =
            "SELECT end_idx, ends_at FROM audit_year WHERE org_id = $1 ORDER BY year DESC LIMIT 1";
        let rows = tx.raw(last, &[org_value(org)]).await?;
        let (first, after) = match rows.first() {
            Some(row) => (row.int(0)?, Some(row.time(1)?)),
            None => (0, None),
        };
        let next =
            "SELECT at FROM audit_entry WHERE org_id = $1 AND idx >= $2 ORDER BY idx LIMIT 1";
        let rows = tx.raw(next, &[org_value(org), Value::Int(first)]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        // A clock that went back does not bring a sealed year back.
        let at = after.map_or(row.time(0)?, |after| {
            after.max(row.time(0).unwrap_or(after))
        });
        let year = year_of(at, ahead_ms);
        let ends_at = year_begins(year + 1, ahead_ms);
        if self.clock().now() < ends_at {
            return Ok(None);
        }
        let end = "SELECT idx FROM audit_entry WHERE org_id = $1 AND idx >= $2 AND at >= $3 ORDER BY idx LIMIT 1";
        let values = [org_value(org), Value::Int(first), Value::from(ends_at)];
        let rows = tx.raw(end, &values).await?;
        let end = match rows.first() {
            Some(row) => row.int(0)?,
            None => {
                let head = "SELECT next FROM audit_head WHERE org_id = $1";
                let rows = tx.raw(head, &[org_value(org)]).await?;
                rows.first().map_or(Ok(first), |row| row.int(0))?
            }
        };
        Ok(Some(YearOver {
            year,
            first: first as u64,
            end: end as u64,
            ends_at,
        }))
    }

    /// Seals a year with the entry that states its size and root. False if it is sealed already.
    ///
    /// # Errors
    /// See [`Self::sealed_years`].
    pub async fn seal_year(
        &self,
        over: &YearOver,
        root: &Hash,
        event: Event,
    ) -> Result<bool, StoreError> {
        let org = event.org();
        let mut tx = WriteTx::open_for_log(self, org).await?;
        // Takes the place first: of two nodes one comes second and sees the first.
        append(&mut tx, &[event]).await?;
        let known = "SELECT 1 FROM audit_year WHERE org_id = $1 AND year = $2";
        let year = [org_value(org), Value::Int(over.year)];
        if !tx.raw(known, &year).await?.is_empty() {
            return Ok(false);
        }
        let sql = "INSERT INTO audit_year (org_id, year, first_idx, end_idx, root, ends_at, sealed_at, sealed_idx) \
                   SELECT $1, $2, $3, $4, $5, $6, $7, next - 1 FROM audit_head WHERE org_id = $1";
        let values = [
            org_value(org),
            Value::Int(over.year),
            Value::Int(over.first as i64),
            Value::Int(over.end as i64),
            Value::Bytes(root.to_vec()),
            Value::from(over.ends_at),
            Value::from(tx.now()),
        ];
        tx.raw_execute(sql, &values).await?;
        tx.finish_appended().await?;
        Ok(true)
    }

    /// Notes that a year was archived, with the entry that says so.
    ///
    /// # Errors
    /// See [`Self::sealed_years`].
    pub async fn year_archived(&self, year: i64, event: Event) -> Result<(), StoreError> {
        let org = event.org();
        let mut tx = WriteTx::open_for_log(self, org).await?;
        append(&mut tx, &[event]).await?;
        let sql = "UPDATE audit_year SET archived_at = $3 WHERE org_id = $1 AND year = $2";
        let values = [org_value(org), Value::Int(year), Value::from(tx.now())];
        tx.raw_execute(sql, &values).await?;
        tx.finish_appended().await
    }

    /// Decides that the entries of a year, and all before, go: from then on the log counts as beginning after them. The
    /// event says so, with [`REMOVAL`]'s member. [`Self::remove_further`] takes them away.
    ///
    /// # Errors
    /// See [`Self::sealed_years`].
    pub async fn begin_removal(&self, year: &SealedYear, event: Event) -> Result<(), StoreError> {
        let org = event.org();
        let mut tx = WriteTx::open_for_log(self, org).await?;
        append(&mut tx, &[event]).await?;
        let sql = "INSERT INTO audit_removed (org_id, upto, idx, done) \
                   SELECT $1, $2, next - 1, 0 FROM audit_head WHERE org_id = $1 \
                   ON CONFLICT (org_id) DO UPDATE SET upto = excluded.upto, idx = excluded.idx, done = 0";
        let values = [org_value(org), Value::Int(year.end as i64)];
        tx.raw_execute(sql, &values).await?;
        let sql = "UPDATE audit_year SET removed_at = $3 WHERE org_id = $1 AND year = $2";
        let values = [org_value(org), Value::Int(year.year), Value::from(tx.now())];
        tx.raw_execute(sql, &values).await?;
        tx.finish_appended().await
    }

    /// Takes some of the entries away that are to go, and what was counted of them; true while there are more. Broken off
    /// at any moment, it goes on where it was.
    ///
    /// # Errors
    /// See [`Self::sealed_years`].
    pub async fn remove_further(&self, org: OrgId) -> Result<bool, StoreError> {
        let mut reading = self.read().await?;
        let asked = "SELECT upto FROM audit_removed WHERE org_id = $1 AND done = 0";
        let rows = reading.raw(asked, &[org_value(org)]).await?;
        let Some(upto) = rows.first().map(|row| row.int(0)).transpose()? else {
            return Ok(false);
        };
        // What no entry of the log decided is not done.
        if kept_from(&mut reading, org).await? != upto as u64 {
            return Ok(false);
        }
        drop(reading);
        let mut tx = WriteTx::open_for_log(self, org).await?;
        let sql = format!(
            "DELETE FROM audit_entry WHERE org_id = $1 AND idx IN (SELECT idx FROM audit_entry \
             WHERE org_id = $1 AND idx < $2 AND action NOT IN ({KEPT}) ORDER BY idx LIMIT $3)"
        );
        let values = [org_value(org), Value::Int(upto), Value::Int(BATCH)];
        let gone = tx.raw_execute(&sql, &values).await?;
        if gone > 0 {
            tx.finish_bookkeeping().await?;
            return Ok(true);
        }
        let ended = "SELECT MAX(ends_at) FROM audit_year WHERE org_id = $1 AND end_idx <= $2";
        let values = [org_value(org), Value::Int(upto)];
        let rows = tx.raw(ended, &values).await?;
        let ended = rows
            .first()
            .map_or(Ok(None), |row| row.int_opt(0))?
            .unwrap_or(0);
        for (table, column, before) in [
            ("audit_hour", "hour", ended.div_euclid(HOUR_MS)),
            ("audit_hour_action", "hour", ended.div_euclid(HOUR_MS)),
            ("audit_count", "hour", ended.div_euclid(HOUR_MS)),
            ("audit_actor_day", "day", ended.div_euclid(DAY_MS)),
            ("audit_sighting", "last_at", ended),
        ] {
            let sql = format!("DELETE FROM {table} WHERE org_id = $1 AND {column} < $2");
            tx.raw_execute(&sql, &[org_value(org), Value::Int(before)])
                .await?;
        }
        let sql = "UPDATE audit_removed SET done = 1 WHERE org_id = $1 AND upto = $2";
        tx.raw_execute(sql, &[org_value(org), Value::Int(upto)])
            .await?;
        tx.finish_bookkeeping().await?;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_begin_when_calendars_say() {
        for (year, millis) in [
            (1970, 0),
            (2000, 946_684_800_000),
            (2001, 978_307_200_000),
            (2024, 1_704_067_200_000),
            (2025, 1_735_689_600_000),
            (2027, 1_798_761_600_000),
        ] {
            assert_eq!(year_begins(year, 0).millis(), millis, "{year}");
        }
        let ahead = 8 * HOUR_MS;
        assert_eq!(year_begins(2026, ahead).millis(), 1_767_225_600_000 - ahead);
    }

    #[test]
    fn a_moment_is_of_the_year_that_has_begun_and_not_ended() {
        for year in 1600..2600 {
            for ahead in [-12, 0, 8, 14].map(|hours| hours * HOUR_MS) {
                let begins = year_begins(year, ahead);
                assert_eq!(year_of(begins, ahead), year);
                assert_eq!(year_of(begins.plus_millis(-1), ahead), year - 1);
            }
        }
    }
}
