//! Which customers an export takes, or anything else that is done with many.

use crate::crm::OrgKeys;
use crate::customers::{Customer, ListFilter, exact_key, sql};
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Scope};

/// Customers asked of the index at once.
const PAGE: usize = 5_000;
/// Most matches of an exact search.
const EXACT_LIMIT: i64 = 10_000;

impl Crm {
    /// The ids of the customers that filter and scope let through, sorted. Sixteen bytes each: a million take 16 MB.
    pub(crate) async fn filtered_ids<A: Action>(
        &self,
        scope: &Scope<A, Customer>,
        keys: &OrgKeys,
        filter: &ListFilter,
    ) -> Result<Vec<[u8; 16]>, CrmError> {
        let mut ids = match filter.q.as_deref().map(str::trim).and_then(exact_key) {
            Some((spec, key)) => {
                let Some(index) = spec.blind else {
                    return Ok(Vec::new());
                };
                let hashes = keys.blind_all(index, &key);
                let mut tx = self.store.read().await?;
                let found =
                    sql::find_blind(&mut tx, scope.caller(), index, &hashes, EXACT_LIMIT).await?;
                let stored = sql::find_many(&mut tx, keys, scope.caller(), &found).await?;
                let admitted = stored.iter().filter(|customer| {
                    scope.admit(&customer.facts).is_some()
                        && self.shows(scope.caller(), &customer.facts, spec)
                });
                admitted.map(|customer| customer.facts.id).collect()
            }
            None => self.indexed_ids(scope, filter)?,
        };
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn indexed_ids<A: Action>(
        &self,
        scope: &Scope<A, Customer>,
        filter: &ListFilter,
    ) -> Result<Vec<[u8; 16]>, CrmError> {
        let shared = self.indexes.ready(scope.org())?;
        let malformed = |_| Problem::bad_request("list.query_malformed");
        let mut ids = Vec::new();
        let mut cursor = None;
        loop {
            // The lock is let go between pages, so that changes are not held up.
            let index = shared.read();
            let mut query = self.index_query(&index, scope, filter, Some("created_at"))?;
            query.limit = PAGE;
            query.cursor = cursor.take();
            let page = index.query(&query).map_err(malformed)?;
            ids.extend(page.hits.iter().map(|hit| hit.id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(ids),
            }
        }
    }
}

/// Notes by which filters customers were chosen: keyed hashes, because a search may be a telephone number.
pub(super) fn with_filter(mut event: Event, keys: &OrgKeys, filter: &ListFilter) -> Event {
    let given = [
        ("filter.q", &filter.q),
        ("filter.status", &filter.status),
        ("filter.level", &filter.level),
        ("filter.source", &filter.source),
        ("filter.industry", &filter.industry),
        ("filter.province", &filter.province),
        ("filter.owner_id", &filter.owner_id),
        ("filter.department_id", &filter.department_id),
        ("filter.updated_from", &filter.updated_from),
        ("filter.updated_to", &filter.updated_to),
    ];
    let mut names: Vec<&'static str> = Vec::new();
    for (key, value) in given {
        if let Some(value) = value
            .as_deref()
            .map(str::trim)
            .filter(|value| !value.is_empty())
        {
            let hash: Detail = keys.audit_value(key.trim_start_matches("filter."), value);
            event = event.with(key, hash);
            names.push(key.trim_start_matches("filter."));
        }
    }
    event.with("filters", Detail::names(names))
}
