//! Counting what is new in the log.

use super::{DAY_MS, HOUR_MS, SIGHTED};
use crate::{Row, Store, StoreError, Value};
use custos_values::OrgId;
use std::collections::{BTreeMap, BTreeSet};

/// Entries counted in one transaction, for which changes have to wait.
const BATCH: i64 = 1024;

/// What is read of an entry: its place and the columns beside it.
const NEW: &str = "SELECT idx, at, action, outcome, actor_id, resource_type, resource_id, address FROM audit_entry \
                   WHERE org_id = $1 AND idx >= $2 ORDER BY idx LIMIT $3";

impl Store {
    /// The organisations that have a log.
    ///
    /// # Errors
    /// See [`Self::advance_tally`].
    pub async fn log_organisations(&self) -> Result<Vec<OrgId>, StoreError> {
        let mut read = self.read().await?;
        read.follow_log();
        let rows = read
            .raw("SELECT org_id FROM audit_head ORDER BY org_id", &[])
            .await?;
        rows.iter()
            .map(|row| row.id(0).map(OrgId::from_bytes))
            .collect()
    }

    /// Counts the next entries of an organisation's log; true if there may be more. Days begin `day_offset_minutes`
    /// before those of UTC. Several nodes may call it at once: one of them counts.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read or the counts cannot be written.
    pub async fn advance_tally(
        &self,
        org: OrgId,
        day_offset_minutes: i64,
    ) -> Result<bool, StoreError> {
        let org_value = Value::from(&org.as_bytes()[..]);
        let mut read = self.read().await?;
        read.follow_log();
        let sql = "SELECT next FROM audit_tally WHERE org_id = $1";
        let rows = read.raw(sql, std::slice::from_ref(&org_value)).await?;
        let from = rows.first().map_or(Ok(0), |row| row.int(0))?;
        let entries = read
            .raw(
                NEW,
                &[org_value.clone(), Value::Int(from), Value::Int(BATCH)],
            )
            .await?;
        drop(read);
        let Some(last) = entries.last() else {
            return Ok(false);
        };
        let next = last.int(0)? + 1;
        let mut counted = Counted::default();
        for entry in &entries {
            counted.add(entry, day_offset_minutes)?;
        }
        let mut tx = self.write_log(org).await?;
        // Locks the counts against other nodes until the commit.
        let lock = "INSERT INTO audit_tally (org_id, next) VALUES ($1, 0) \
                    ON CONFLICT (org_id) DO UPDATE SET next = audit_tally.next RETURNING next";
        let rows = tx.raw(lock, std::slice::from_ref(&org_value)).await?;
        let place = rows.first().map_or(Ok(-1), |row| row.int(0))?;
        if place != from {
            // Another node was quicker.
            return Ok(true);
        }
        for (sql, rows) in counted.statements(&org_value) {
            tx.raw_execute_many(sql, &rows).await?;
        }
        let touched: Vec<Vec<Value>> = counted
            .saw_customers
            .iter()
            .map(|(actor, day)| vec![org_value.clone(), Value::from(actor), Value::Int(*day)])
            .collect();
        tx.raw_execute_many(RECOUNT, &touched).await?;
        let update = "UPDATE audit_tally SET next = $2 WHERE org_id = $1";
        tx.raw_execute(update, &[org_value, Value::Int(next)])
            .await?;
        tx.finish_bookkeeping().await?;
        Ok(entries.len() as i64 == BATCH)
    }
}

/// Who, on which day.
type ActorDayKey = ([u8; 16], i64);

/// Hour, person, address, action, outcome, type of resource.
type CountKey = (i64, Vec<u8>, String, String, String, String);

#[derive(Default)]
struct DaySums {
    entries: i64,
    refused: i64,
    reads: i64,
    reveals: i64,
    exports: i64,
}

struct SightingSums {
    resource_type: String,
    reads: i64,
    reveals: i64,
    changes: i64,
    refused: i64,
    first_at: i64,
    last_at: i64,
}

/// A batch, summed.
#[derive(Default)]
struct Counted {
    /// Hour → first place, last place, entries.
    hours: BTreeMap<i64, (i64, i64, i64)>,
    actions: BTreeMap<(i64, String, String, String), i64>,
    counts: BTreeMap<CountKey, i64>,
    days: BTreeMap<ActorDayKey, DaySums>,
    sightings: BTreeMap<([u8; 16], [u8; 16], i64), SightingSums>,
    saw_customers: BTreeSet<ActorDayKey>,
}

impl Counted {
    fn add(&mut self, entry: &Row, day_offset_minutes: i64) -> Result<(), StoreError> {
        let (index, at) = (entry.int(0)?, entry.int(1)?);
        let (action, outcome) = (entry.text(2)?, entry.text(3)?);
        let actor = entry.id_opt(4)?;
        let kind = entry.text_opt(5)?.unwrap_or_default();
        let resource = entry.id_opt(6)?;
        let address = entry.text_opt(7)?.unwrap_or_default();
        let hour = at.div_euclid(HOUR_MS);
        let day = (at + day_offset_minutes * 60_000).div_euclid(DAY_MS);
        let span = self.hours.entry(hour).or_insert((index, index, 0));
        span.1 = index;
        span.2 += 1;
        let key = (hour, action.into(), outcome.into(), kind.into());
        *self.actions.entry(key).or_default() += 1;
        let who = actor.map_or_else(Vec::new, |id| id.to_vec());
        let key = (
            hour,
            who,
            address.into(),
            action.into(),
            outcome.into(),
            kind.into(),
        );
        *self.counts.entry(key).or_default() += 1;
        let Some(actor) = actor else {
            return Ok(());
        };
        let refused = i64::from(outcome != "allowed");
        let done = 1 - refused;
        let verb = action.rsplit('.').next().unwrap_or_default();
        let of_customers = kind == "customer";
        let reads = done * i64::from(verb == "read");
        let reveals = done * i64::from(verb == "reveal");
        let sums = self.days.entry((actor, day)).or_default();
        sums.entries += 1;
        sums.refused += refused;
        if of_customers {
            sums.reads += reads;
            sums.reveals += reveals;
            sums.exports += done * i64::from(verb == "export");
        }
        let Some(resource) = resource.filter(|_| SIGHTED.contains(&kind)) else {
            return Ok(());
        };
        if of_customers {
            self.saw_customers.insert((actor, day));
        }
        let seen = self
            .sightings
            .entry((resource, actor, day))
            .or_insert_with(|| SightingSums {
                resource_type: kind.to_owned(),
                reads: 0,
                reveals: 0,
                changes: 0,
                refused: 0,
                first_at: at,
                last_at: at,
            });
        seen.reads += reads;
        seen.reveals += reveals;
        seen.changes += done - reads - reveals;
        seen.refused += refused;
        seen.first_at = seen.first_at.min(at);
        seen.last_at = seen.last_at.max(at);
        Ok(())
    }

    /// The statements that add the batch to what was counted before, each with its rows.
    fn statements(&self, org: &Value) -> [(&'static str, Vec<Vec<Value>>); 5] {
        let row = |values: Vec<Value>| {
            std::iter::once(org.clone())
                .chain(values)
                .collect::<Vec<_>>()
        };
        let hours = self.hours.iter().map(|(hour, (first, last, entries))| {
            row(vec![
                Value::Int(*hour),
                Value::Int(*first),
                Value::Int(*last),
                Value::Int(*entries),
            ])
        });
        let actions = self
            .actions
            .iter()
            .map(|((hour, action, outcome, kind), entries)| {
                row(vec![
                    Value::Int(*hour),
                    Value::from(action.as_str()),
                    Value::from(outcome.as_str()),
                    Value::from(kind.as_str()),
                    Value::Int(*entries),
                ])
            });
        let counts =
            self.counts
                .iter()
                .map(|((hour, actor, address, action, outcome, kind), entries)| {
                    row(vec![
                        Value::Int(*hour),
                        Value::Bytes(actor.clone()),
                        Value::from(address.as_str()),
                        Value::from(action.as_str()),
                        Value::from(outcome.as_str()),
                        Value::from(kind.as_str()),
                        Value::Int(*entries),
                    ])
                });
        let days = self.days.iter().map(|((actor, day), sums)| {
            row(vec![
                Value::Int(*day),
                Value::from(actor),
                Value::Int(sums.entries),
                Value::Int(sums.refused),
                Value::Int(sums.reads),
                Value::Int(sums.reveals),
                Value::Int(sums.exports),
            ])
        });
        let sightings = self.sightings.iter().map(|((resource, actor, day), seen)| {
            row(vec![
                Value::from(resource),
                Value::from(actor),
                Value::Int(*day),
                Value::from(seen.resource_type.as_str()),
                Value::Int(seen.reads),
                Value::Int(seen.reveals),
                Value::Int(seen.changes),
                Value::Int(seen.refused),
                Value::Int(seen.first_at),
                Value::Int(seen.last_at),
            ])
        });
        [
            (ADD_HOUR, hours.collect()),
            (ADD_ACTION, actions.collect()),
            (ADD_COUNT, counts.collect()),
            (ADD_DAY, days.collect()),
            (ADD_SIGHTING, sightings.collect()),
        ]
    }
}

/// A customer seen twice on a day counts once: after the sightings are in, they are simply counted. The day is a range because
/// SQLite would otherwise not take the index of persons and days, and read every sighting of the organisation instead.
const RECOUNT: &str = "UPDATE audit_actor_day SET customers = (SELECT COUNT(*) FROM audit_sighting s \
    WHERE s.org_id = $1 AND s.actor_id = $2 AND s.day >= $3 AND s.day <= $3 AND s.resource_type = 'customer' \
    AND s.reads + s.reveals + s.changes > 0) WHERE org_id = $1 AND actor_id = $2 AND day = $3";
/// Places only grow: the first of an hour stays.
const ADD_HOUR: &str = "INSERT INTO audit_hour (org_id, hour, first_idx, last_idx, entries) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, hour) \
    DO UPDATE SET last_idx = excluded.last_idx, entries = audit_hour.entries + excluded.entries";
const ADD_ACTION: &str = "INSERT INTO audit_hour_action (org_id, hour, action, outcome, resource_type, entries) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org_id, hour, action, outcome, resource_type) \
    DO UPDATE SET entries = audit_hour_action.entries + excluded.entries";
const ADD_COUNT: &str = "INSERT INTO audit_count (org_id, hour, actor_id, address, action, outcome, resource_type, entries) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
    ON CONFLICT (org_id, hour, actor_id, address, action, outcome, resource_type) \
    DO UPDATE SET entries = audit_count.entries + excluded.entries";
const ADD_DAY: &str = "INSERT INTO audit_actor_day (org_id, day, actor_id, entries, refused, reads, reveals, exports, customers) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT (org_id, day, actor_id) \
    DO UPDATE SET entries = audit_actor_day.entries + excluded.entries, \
    refused = audit_actor_day.refused + excluded.refused, reads = audit_actor_day.reads + excluded.reads, \
    reveals = audit_actor_day.reveals + excluded.reveals, exports = audit_actor_day.exports + excluded.exports";
/// An hour may come after a later one when the clock was set back.
const ADD_SIGHTING: &str = "INSERT INTO audit_sighting (org_id, resource_id, actor_id, day, resource_type, reads, reveals, \
    changes, refused, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    ON CONFLICT (org_id, resource_id, actor_id, day) DO UPDATE SET reads = audit_sighting.reads + excluded.reads, \
    reveals = audit_sighting.reveals + excluded.reveals, changes = audit_sighting.changes + excluded.changes, \
    refused = audit_sighting.refused + excluded.refused, \
    first_at = CASE WHEN excluded.first_at < audit_sighting.first_at THEN excluded.first_at ELSE audit_sighting.first_at END, \
    last_at = CASE WHEN excluded.last_at > audit_sighting.last_at THEN excluded.last_at ELSE audit_sighting.last_at END";

#[cfg(test)]
mod tests {
    use super::RECOUNT;
    use crate::log::tally::MIGRATION;
    use rusqlite::{Connection, params};

    /// Reading all sightings instead would make counting a log take the square of its length.
    #[test]
    fn customers_of_a_day_are_counted_by_index() {
        let tables = MIGRATION
            .sql
            .split(';')
            .filter(|it| it.contains("CREATE TABLE"));
        let indexes = MIGRATION
            .sql
            .split(';')
            .filter(|it| it.contains("ON audit_sighting"));
        let database = Connection::open_in_memory().unwrap();
        for statement in tables.chain(indexes) {
            let statement = statement
                .replace("{bytes}", "BLOB")
                .replace("{clustered}", "WITHOUT ROWID");
            database.execute_batch(&statement).unwrap();
        }
        let explained = format!("EXPLAIN QUERY PLAN {}", RECOUNT.replace('$', "?"));
        let mut plan = database.prepare(&explained).unwrap();
        let steps = plan.query_map(params![[1_u8], [2_u8], 3], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        let counts = "SEARCH s USING INDEX audit_sighting_actor (org_id=? AND actor_id=? AND day>? AND day<?)";
        assert!(steps.iter().any(|step| step == counts), "{steps:?}");
    }
}
