//! Reading the counts.

use super::{DAY_MS, HOUR_MS};
use crate::{ReadTx, Row, StoreError, Value};
use custos_kernel::policy::{Action, LogView, Resource, Scope};
use custos_values::{OrgId, Timestamp};

/// How far the log has been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyState {
    /// Entries counted.
    pub counted: i64,
    /// Entries there are.
    pub entries: i64,
}

/// What to count; everything unset is not filtered by. Times count in whole hours.
#[derive(Debug, Clone, Default)]
pub struct TallyFilter {
    /// Only hours that end after.
    pub from: Option<Timestamp>,
    /// Only hours that begin before.
    pub to: Option<Timestamp>,
    /// Only entries of one account.
    pub actor: Option<[u8; 16]>,
    /// Only one action.
    pub action: Option<String>,
    /// Only one type of resource.
    pub resource_type: Option<String>,
    /// `allowed`, `denied` or `failed`.
    pub outcome: Option<String>,
    /// Only one network address.
    pub address: Option<String>,
}

/// Entries of one hour with one outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourCount {
    /// When the hour begins.
    pub at: Timestamp,
    /// `allowed`, `denied` or `failed`.
    pub outcome: String,
    /// How many.
    pub entries: i64,
}

/// Entries of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCount {
    /// The action.
    pub action: String,
    /// How many.
    pub entries: i64,
}

/// What one person did on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorDay {
    /// The day, counted from 1970-01-01.
    pub day: i64,
    /// The person.
    pub actor: [u8; 16],
    /// All entries.
    pub entries: i64,
    /// Those refused or failed.
    pub refused: i64,
    /// Customers opened, each time counted.
    pub reads: i64,
    /// Values revealed.
    pub reveals: i64,
    /// Exports of customers.
    pub exports: i64,
    /// Different customers opened, revealed or changed.
    pub customers: i64,
}

/// Entries of one person from one address with one action and outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessCount {
    /// The person; none when nobody was signed in.
    pub actor: Option<[u8; 16]>,
    /// The address; none for the system's own work.
    pub address: Option<String>,
    /// The action.
    pub action: String,
    /// The outcome.
    pub outcome: String,
    /// How many.
    pub entries: i64,
}

/// That somebody was allowed something and did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionUse {
    /// The person.
    pub actor: [u8; 16],
    /// The action.
    pub action: String,
    /// When the last hour in which they did begins.
    pub last: Timestamp,
}

/// Of which the sightings are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SightingOf {
    /// Who had this record before them?
    Record([u8; 16]),
    /// Which records did this person have before them?
    Person([u8; 16]),
}

/// One person and one record, over the days asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The person.
    pub actor: [u8; 16],
    /// The record.
    pub resource: [u8; 16],
    /// The record's type.
    pub resource_type: String,
    /// On how many days.
    pub days: i64,
    /// Times opened.
    pub reads: i64,
    /// Values revealed.
    pub reveals: i64,
    /// Everything else that was done to it.
    pub changes: i64,
    /// Attempts refused or failed.
    pub refused: i64,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
}

/// Entries that may be uncounted without the counts being of no use for narrowing a search.
const UNCOUNTED: i64 = 4096;

fn org_value(org: OrgId) -> Value {
    Value::from(&org.as_bytes()[..])
}

fn hour(at: Timestamp) -> i64 {
    at.millis().div_euclid(HOUR_MS)
}

/// The hour before which a time lies: the one it is the beginning of, or the next.
fn hour_after(at: Timestamp) -> i64 {
    (at.millis() - 1).div_euclid(HOUR_MS) + 1
}

/// Clocks are at most so far from UTC: a day by whichever clock lies within it and so much on both sides.
const FARTHEST_CLOCK_MS: i64 = 14 * HOUR_MS;

/// The whole hours of a view: the first, and the one after the last.
fn whole_hours(view: LogView) -> Option<(i64, i64)> {
    match view {
        LogView::Whole => None,
        LogView::Between { from, to } => Some((hour_after(from), hour(to))),
    }
}

/// The days, counted from 1970-01-01 by whichever clock, that lie within a view as a whole.
fn whole_days(view: LogView, (first, last): (i64, i64)) -> (i64, i64) {
    match view {
        LogView::Whole => (first, last),
        LogView::Between { from, to } => {
            let begin = (from.millis() + FARTHEST_CLOCK_MS - 1).div_euclid(DAY_MS) + 1;
            let end = (to.millis() - FARTHEST_CLOCK_MS).div_euclid(DAY_MS) - 1;
            (first.max(begin), last.min(end))
        }
    }
}

impl TallyFilter {
    /// Whether it counts everything.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_fine()
            && self.action.is_none()
            && self.resource_type.is_none()
            && self.outcome.is_none()
    }

    /// Whether it needs the counts by person and address.
    fn is_fine(&self) -> bool {
        self.actor.is_some() || self.address.is_some()
    }

    /// The table to count in and the condition. Of what the caller sees a period of, whole hours are counted.
    fn render<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
    ) -> (&'static str, String, Vec<Value>) {
        self.within(scope.org(), whole_hours(scope.caller().log_view()))
    }

    /// The table to count in and the condition: persons and addresses are in the finer one only. Of some hours only, the second
    /// excluded, whatever else the filter says of times.
    pub(crate) fn within(
        &self,
        org: OrgId,
        hours: Option<(i64, i64)>,
    ) -> (&'static str, String, Vec<Value>) {
        let mut values = vec![org_value(org)];
        let mut condition = "org_id = $1".to_owned();
        let mut add = |text: &str, value: Option<Value>| {
            if let Some(value) = value {
                values.push(value);
                condition.push_str(&format!(" AND {text} ${}", values.len()));
            }
        };
        add("hour >=", self.from.map(|at| Value::Int(hour(at))));
        add("hour <", self.to.map(|at| Value::Int(hour_after(at))));
        add("hour >=", hours.map(|(first, _)| Value::Int(first)));
        add("hour <", hours.map(|(_, end)| Value::Int(end)));
        add("actor_id =", self.actor.as_ref().map(Value::from));
        add("address =", self.address.clone().map(Value::from));
        add("action =", self.action.clone().map(Value::from));
        add("outcome =", self.outcome.clone().map(Value::from));
        add(
            "resource_type =",
            self.resource_type.clone().map(Value::from),
        );
        let table = if self.is_fine() {
            "audit_count"
        } else {
            "audit_hour_action"
        };
        (table, condition, values)
    }
}

impl ReadTx {
    /// How far the log has been counted.
    ///
    /// # Errors
    /// [`StoreError`] when the counts cannot be read, as below. A scope that does not reach the whole log counts nothing.
    pub async fn tally_state<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
    ) -> Result<TallyState, StoreError> {
        if let Some((first, end)) = whole_hours(scope.caller().log_view()) {
            let sql = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM audit_hour \
                       WHERE org_id = $1 AND hour >= $2 AND hour < $3";
            let values = [org_value(scope.org()), Value::Int(first), Value::Int(end)];
            let rows = self.raw(sql, &values).await?;
            let entries = rows.first().map_or(Ok(0), |row| row.int(0))?;
            return Ok(TallyState {
                counted: entries,
                entries,
            });
        }
        let entries = self.log_next(scope).await?;
        let sql = "SELECT next FROM audit_tally WHERE org_id = $1";
        let rows = self.raw(sql, &[org_value(scope.org())]).await?;
        let counted = rows.first().map_or(Ok(0), |row| row.int(0))?;
        Ok(TallyState { counted, entries })
    }

    /// Entries by hour and outcome, oldest first.
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn tally_hours<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        filter: &TallyFilter,
    ) -> Result<Vec<HourCount>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        let (table, condition, values) = filter.render(scope);
        let sql = format!(
            "SELECT hour, outcome, CAST(SUM(entries) AS BIGINT) FROM {table} WHERE {condition} \
             GROUP BY hour, outcome ORDER BY hour, outcome"
        );
        let rows = self.raw(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(HourCount {
                    at: Timestamp::from_millis(row.int(0)? * HOUR_MS),
                    outcome: row.text(1)?.to_owned(),
                    entries: row.int(2)?,
                })
            })
            .collect()
    }

    /// Entries by action, most first.
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn tally_actions<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        filter: &TallyFilter,
    ) -> Result<Vec<ActionCount>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        let (table, condition, values) = filter.render(scope);
        let sql = format!(
            "SELECT action, CAST(SUM(entries) AS BIGINT) AS total FROM {table} WHERE {condition} \
             GROUP BY action ORDER BY total DESC, action"
        );
        let rows = self.raw(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(ActionCount {
                    action: row.text(0)?.to_owned(),
                    entries: row.int(1)?,
                })
            })
            .collect()
    }

    /// What each person did on each of the days from `from` to `to`, both counted from 1970-01-01 and both included.
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn tally_actor_days<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        from: i64,
        to: i64,
    ) -> Result<Vec<ActorDay>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        let (from, to) = whole_days(scope.caller().log_view(), (from, to));
        let sql = "SELECT day, actor_id, entries, refused, reads, reveals, exports, customers FROM audit_actor_day \
                   WHERE org_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, actor_id";
        let values = [org_value(scope.org()), Value::Int(from), Value::Int(to)];
        let rows = self.raw(sql, &values).await?;
        rows.iter()
            .map(|row| {
                Ok(ActorDay {
                    day: row.int(0)?,
                    actor: row.id(1)?,
                    entries: row.int(2)?,
                    refused: row.int(3)?,
                    reads: row.int(4)?,
                    reveals: row.int(5)?,
                    exports: row.int(6)?,
                    customers: row.int(7)?,
                })
            })
            .collect()
    }

    /// Entries by person, address, action and outcome.
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn tally_access<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        filter: &TallyFilter,
    ) -> Result<Vec<AccessCount>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        let (_, condition, values) = filter.render(scope);
        let sql = format!(
            "SELECT actor_id, address, action, outcome, CAST(SUM(entries) AS BIGINT) FROM audit_count \
             WHERE {condition} GROUP BY actor_id, address, action, outcome \
             ORDER BY actor_id, address, action, outcome"
        );
        let rows = self.raw(&sql, &values).await?;
        rows.iter()
            .map(|row| {
                let address = row.text(1)?;
                Ok(AccessCount {
                    // Empty stands for nobody.
                    actor: row.bytes(0)?.try_into().ok(),
                    address: (!address.is_empty()).then(|| address.to_owned()),
                    action: row.text(2)?.to_owned(),
                    outcome: row.text(3)?.to_owned(),
                    entries: row.int(4)?,
                })
            })
            .collect()
    }

    /// When the first hour begins that was counted.
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn tally_begin<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
    ) -> Result<Option<Timestamp>, StoreError> {
        if !scope.is_all() {
            return Ok(None);
        }
        let sql = "SELECT MIN(hour) FROM audit_hour WHERE org_id = $1";
        let rows = self.raw(sql, &[org_value(scope.org())]).await?;
        let first = rows.first().map_or(Ok(None), |row| row.int_opt(0))?;
        Ok(first.map(|hour| Timestamp::from_millis(hour * HOUR_MS)))
    }

    /// What each person was allowed and did since a moment.
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn tally_uses<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        from: Timestamp,
    ) -> Result<Vec<ActionUse>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        let sql = "SELECT actor_id, action, MAX(hour) FROM audit_count \
                   WHERE org_id = $1 AND hour >= $2 AND outcome = 'allowed' GROUP BY actor_id, action";
        let values = [org_value(scope.org()), Value::Int(hour(from))];
        let rows = self.raw(sql, &values).await?;
        let mut uses = Vec::with_capacity(rows.len());
        for row in &rows {
            // Empty stands for nobody.
            let Ok(actor) = row.bytes(0)?.try_into() else {
                continue;
            };
            uses.push(ActionUse {
                actor,
                action: row.text(1)?.to_owned(),
                last: Timestamp::from_millis(row.int(2)? * HOUR_MS),
            });
        }
        Ok(uses)
    }

    /// Who had a record before them, or which records a person had, latest first; days from `from` to `to` as in
    /// [`Self::tally_actor_days`].
    ///
    /// # Errors
    /// See [`Self::tally_state`].
    pub async fn sightings<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        of: SightingOf,
        days: (i64, i64),
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Sighting>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        let (column, id) = match of {
            SightingOf::Record(id) => ("resource_id", id),
            SightingOf::Person(id) => ("actor_id", id),
        };
        let (first, end) = scope.caller().log_view().narrowed(None, None);
        let sql = format!(
            "SELECT actor_id, resource_id, resource_type, CAST(COUNT(*) AS BIGINT), CAST(SUM(reads) AS BIGINT), \
             CAST(SUM(reveals) AS BIGINT), CAST(SUM(changes) AS BIGINT), CAST(SUM(refused) AS BIGINT), \
             MIN(first_at), MAX(last_at) AS latest FROM audit_sighting \
             WHERE org_id = $1 AND {column} = $2 AND day >= $3 AND day <= $4 AND first_at >= $7 AND last_at < $8 \
             GROUP BY actor_id, resource_id, resource_type ORDER BY latest DESC, actor_id, resource_id LIMIT $5 OFFSET $6"
        );
        let values = [
            org_value(scope.org()),
            Value::from(&id),
            Value::Int(days.0),
            Value::Int(days.1),
            Value::Int(limit),
            Value::Int(offset),
            Value::Int(first.map_or(i64::MIN, Timestamp::millis)),
            Value::Int(end.map_or(i64::MAX, Timestamp::millis)),
        ];
        let rows = self.raw(&sql, &values).await?;
        rows.iter().map(sighting).collect()
    }

    /// The place up to which the log has been counted; none while much of it is still to be.
    pub(crate) async fn tally_counted(&mut self, org: OrgId) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT t.next, h.next FROM audit_tally t JOIN audit_head h ON h.org_id = t.org_id \
                   WHERE t.org_id = $1";
        let rows = self.raw(sql, &[org_value(org)]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let counted = row.int(0)?;
        Ok((row.int(1)? - counted <= UNCOUNTED).then_some(counted))
    }

    /// The places between which everything of a time lies; none when nothing of it is in the log. Does not narrow while
    /// much of the log is still to be counted.
    pub(crate) async fn tally_places(
        &mut self,
        org: OrgId,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let Some(counted) = self.tally_counted(org).await? else {
            return Ok(Some((0, i64::MAX)));
        };
        let sql = "SELECT MAX(hour) FROM audit_hour WHERE org_id = $1";
        let rows = self.raw(sql, &[org_value(org)]).await?;
        let newest = rows.first().map_or(Ok(None), |row| row.int_opt(0))?;
        let newest = newest.unwrap_or(i64::MIN);
        let sql = "SELECT MIN(first_idx), MAX(last_idx) FROM audit_hour \
                   WHERE org_id = $1 AND hour >= $2 AND hour < $3";
        let end = to.map_or(i64::MAX, hour_after);
        let values = [
            org_value(org),
            Value::Int(from.map_or(i64::MIN, hour)),
            Value::Int(end),
        ];
        let rows = self.raw(sql, &values).await?;
        let (first, last) = match rows.first() {
            Some(row) => (row.int_opt(0)?, row.int_opt(1)?),
            None => (None, None),
        };
        // What is not counted yet is newer than what is: it belongs to a time that does not end before.
        if end > newest {
            return Ok(Some((first.unwrap_or(counted), i64::MAX)));
        }
        Ok(first.zip(last))
    }
}

fn sighting(row: &Row) -> Result<Sighting, StoreError> {
    Ok(Sighting {
        actor: row.id(0)?,
        resource: row.id(1)?,
        resource_type: row.text(2)?.to_owned(),
        days: row.int(3)?,
        reads: row.int(4)?,
        reveals: row.int(5)?,
        changes: row.int(6)?,
        refused: row.int(7)?,
        first_at: row.time(8)?,
        last_at: row.time(9)?,
    })
}
