//! Reading the log for people.

use super::narrow::Search;
use crate::{ReadTx, StoreError, Value};
use custos_kernel::audit::{Hash, leaf_hash};
use custos_kernel::policy::{Action, Resource, Scope};
use custos_values::Timestamp;
use std::collections::HashSet;

/// What to show of the log; everything unset is not filtered by.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Only entries at or after.
    pub from: Option<Timestamp>,
    /// Only entries before.
    pub to: Option<Timestamp>,
    /// Only entries of one account.
    pub actor: Option<[u8; 16]>,
    /// Only one action, such as `customer.reveal`.
    pub action: Option<String>,
    /// Only one type of resource.
    pub resource_type: Option<String>,
    /// Only one resource.
    pub resource: Option<[u8; 16]>,
    /// `allowed`, `denied` or `failed`.
    pub outcome: Option<String>,
    /// Only one network address.
    pub address: Option<String>,
    /// Only one hour of the week, 0 (Monday, midnight) to 167, where the clock is so many milliseconds ahead of UTC.
    pub week_hour: Option<(i64, i64)>,
    /// Leave out ordinary reads.
    pub without_reads: bool,
    /// Only entries before this place, for paging from the newest backwards.
    pub before: Option<i64>,
}

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its place in the log.
    pub index: i64,
    /// Its canonical JSON.
    pub body: Vec<u8>,
}

impl StoredEntry {
    /// The entry's leaf hash (RFC 6962).
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.body)
    }
}

/// A resource that an entry speaks of: its type and id.
pub type Changed = (&'static str, [u8; 16]);

impl ReadTx {
    /// The newest entries that pass the filter, newest first. The scope must reach the whole log; a caller who sees a
    /// period of it gets nothing else.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn log_entries<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        filter: &EntryFilter,
        limit: i64,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        if !scope.is_all() {
            return Ok(Vec::new());
        }
        self.follow_log();
        let mut places = (0, i64::MAX);
        let view = scope.caller().log_view();
        let (from, to) = view.narrowed(filter.from, filter.to);
        if from.is_some() || to.is_some() {
            match self.tally_places(scope.org(), from, to).await? {
                Some(found) => places = found,
                None => return Ok(Vec::new()),
            }
        }
        let mut values = vec![Value::from(&scope.org().as_bytes()[..])];
        let mut sql = "SELECT idx, body FROM audit_entry WHERE org_id = $1".to_owned();
        let mut add = |condition: &str, value: Option<Value>| {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {condition} ${}", values.len()));
            }
        };
        add("at >=", from.map(Value::from));
        add("at <", to.map(Value::from));
        add("actor_id =", filter.actor.as_ref().map(Value::from));
        add("action =", filter.action.clone().map(Value::from));
        add(
            "resource_type =",
            filter.resource_type.clone().map(Value::from),
        );
        add("resource_id =", filter.resource.as_ref().map(Value::from));
        add("outcome =", filter.outcome.clone().map(Value::from));
        add("address =", filter.address.clone().map(Value::from));
        if filter.outcome.as_deref().is_some_and(|it| it != "allowed") {
            // Says no more than the above; the engines' partial index wants it spelled out.
            sql.push_str(" AND outcome <> 'allowed'");
        }
        if let Some((hour, ahead)) = filter.week_hour {
            values.extend([Value::Int(ahead), Value::Int(hour)]);
            let (ahead, hour) = (values.len() - 1, values.len());
            // The count of hours began on a Thursday.
            sql.push_str(&format!(
                " AND ((at + CAST(${ahead} AS BIGINT)) / 3600000 + 72) % 168 = ${hour}"
            ));
        }
        if filter.without_reads {
            sql.push_str(" AND ordinary = 0");
        }
        // Entries are in the order of their places, nearly in that of their times: between these two all of a time lie.
        let end = places.1.saturating_add(1);
        let search = Search {
            sql,
            values,
            places: (
                places.0,
                filter.before.map_or(end, |before| before.min(end)),
            ),
            limit: usize::try_from(limit).unwrap_or_default(),
        };
        if filter.is_narrowed_by_counts()
            && let Some(counted) = self.tally_counted(scope.org()).await?
        {
            return self
                .search_by_counts(scope.org(), filter, &search, counted)
                .await;
        }
        let mut found = Vec::new();
        self.take(&search, search.places.0..search.places.1, &mut found)
            .await?;
        Ok(found)
    }

    /// The history of one record: entries other than ordinary reads, newest first, before a place in the log.
    ///
    /// # Errors
    /// See [`Self::log_entries`].
    pub async fn log_of<A: Action, R: Resource>(
        &mut self,
        permit: &custos_kernel::policy::Permit<A, R>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let sql = "SELECT idx, body FROM audit_entry WHERE org_id = $1 AND resource_id = $2 AND ordinary = 0 \
                   AND idx < $3 ORDER BY idx DESC LIMIT $4";
        let more = [Value::Int(before.unwrap_or(i64::MAX)), Value::Int(limit)];
        let rows = self.of(permit, sql, &more).await?;
        rows.iter()
            .map(|row| {
                Ok(StoredEntry {
                    index: row.int(0)?,
                    body: row.bytes(1)?.to_vec(),
                })
            })
            .collect()
    }

    /// The resources of some types that entries at or after a place speak of, with the place after the last entry seen: the
    /// log as change feed. Ordinary reads are passed over.
    ///
    /// # Errors
    /// See [`Self::log_entries`].
    pub async fn log_changes<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
        types: &[&'static str],
        from: i64,
        limit: i64,
    ) -> Result<(Vec<Changed>, i64), StoreError> {
        // Read before the entries: places are given in the order of commits, so everything below it is visible.
        let head = self.log_next(scope).await?;
        let sql = "SELECT idx, resource_id, resource_type FROM audit_entry \
                   WHERE org_id = $1 AND idx >= $2 AND idx < $3 AND ordinary = 0 ORDER BY idx LIMIT $4";
        let values = [
            Value::from(&scope.org().as_bytes()[..]),
            Value::Int(from),
            Value::Int(head),
            Value::Int(limit),
        ];
        let rows = self.raw(sql, &values).await?;
        let full = rows.len() as i64 == limit;
        let next = match rows.last() {
            Some(last) if full => last.int(0)? + 1,
            _ => head.max(from),
        };
        let mut changed = Vec::new();
        let mut seen = HashSet::new();
        for row in &rows {
            let spoken_of = row.text_opt(2)?;
            if let Some(kind) = types.iter().find(|kind| spoken_of == Some(**kind))
                && let Some(id) = row.id_opt(1)?
                && seen.insert((*kind, id))
            {
                changed.push((*kind, id));
            }
        }
        Ok((changed, next))
    }

    /// The place the next entry will get.
    ///
    /// # Errors
    /// See [`Self::log_entries`].
    pub async fn log_next<A: Action, R: Resource>(
        &mut self,
        scope: &Scope<A, R>,
    ) -> Result<i64, StoreError> {
        self.follow_log();
        let sql = "SELECT next FROM audit_head WHERE org_id = $1";
        let rows = self
            .raw(sql, &[Value::from(&scope.org().as_bytes()[..])])
            .await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }
}
