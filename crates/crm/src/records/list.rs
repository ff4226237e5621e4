//! Lists of records, and boards: from the index in memory, restricted to the caller's scope.

use super::filter;
use super::record::Record;
use super::{Object, references};
use crate::customers::{ListRow, open_cursor, query_problem};
use crate::fields::FieldValue;
use crate::sharing::LabelBody;
use crate::{Crm, CrmError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_http::{Page, Problem};
use custos_kernel::policy::{Caller, EmergencyReach, Facts, Scope, actions};
use custos_search::{FieldId, Filters, Hit, Index, Query, Sort, TextQuery};
use custos_store::StoreError;
use custos_values::{RecordId, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::IntoParams;

/// Most characters of a search text.
const MAX_QUERY: usize = 100;
/// Most items of a page.
const MAX_LIMIT: usize = 200;

/// A list's page, order and filter.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordQuery {
    /// Items per page, 1 to 200; 50 if not given.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// A sortable field, `updated_at` or `created_at`; with `-` before it, descending. Newest first if not given, or by
    /// how well it matches if there is a search text.
    pub sort: Option<String>,
    /// Part of a text, pinyin or initials.
    pub q: Option<String>,
    /// Conditions as JSON: `{"all":[…]}`, `{"any":[…]}`, `{"not":…}`, `{"field":"stage","in":["a",null]}`,
    /// `{"field":"amount","from":1,"to":2}`.
    pub filter: Option<String>,
}

impl RecordQuery {
    pub(super) fn limit(&self, usual: usize) -> usize {
        let given = self.limit.as_deref().and_then(|limit| limit.parse().ok());
        given.unwrap_or(usual).clamp(1, MAX_LIMIT)
    }

    pub(super) fn text(&self) -> Result<Option<&str>, CrmError> {
        let text = self.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
        if text.is_some_and(|text| text.chars().count() > MAX_QUERY) {
            let problem = Problem::bad_request("search.too_long");
            return Err(problem.with("max", MAX_QUERY).into());
        }
        Ok(text)
    }
}

/// What a row of the index says of its record.
#[derive(Deserialize)]
struct Row {
    id: RecordId,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    fields: BTreeMap<String, FieldValue>,
}

impl Crm {
    /// One page of a list.
    pub(crate) async fn list_records<R: Object>(
        &self,
        scope: &Scope<actions::List, R>,
        query: &RecordQuery,
    ) -> Result<Page<Record>, CrmError> {
        let keys = self.keys(scope.org()).await?;
        let cursor = query.cursor.as_deref();
        let cursor = cursor
            .map(|cursor| open_cursor(&keys, cursor))
            .transpose()?;
        let shared = self.indexes_of(R::TYPE).ready(scope.org())?;
        let page = {
            let index = shared.read();
            let mut request = self.record_query::<R>(&index, scope, query)?;
            request.limit = query.limit(50);
            request.cursor = cursor;
            index.query(&request).map_err(query_problem)?
        };
        Ok(Page {
            items: self.list_items::<R>(scope.caller(), &page.hits)?,
            next_cursor: page.next.map(|cursor| {
                URL_SAFE_NO_PAD.encode(keys.seal_cursor(&cursor.to_bytes(), self.store.random()))
            }),
            total: Some(page.total),
        })
    }

    /// The index query of what a client asked for.
    pub(super) fn record_query<R: Object>(
        &self,
        index: &Index,
        scope: &Scope<actions::List, R>,
        query: &RecordQuery,
    ) -> Result<Query, CrmError> {
        let text = query.text()?;
        let marks = self.indexes_of(R::TYPE).marks(scope.org());
        let set = R::SPEC.fields;
        let always_shown = |name: &str| {
            set.get(name)
                .is_none_or(|spec| marks.always_shown(scope, spec))
        };
        let sort = match (query.sort.as_deref(), text) {
            (Some(sort), _) => {
                let name = sort.trim_start_matches('-');
                if !always_shown(name) {
                    let hidden = Problem::bad_request("list.sort_hidden");
                    return Err(hidden.with("field", name).into());
                }
                let known = index.schema().field(name);
                let known = known.filter(|_| !R::SPEC.shape().only_searched(name));
                let unknown = || Problem::bad_request("list.sort_unknown").with("field", name);
                Some(Sort {
                    field: known.ok_or_else(unknown)?,
                    descending: sort.starts_with('-'),
                })
            }
            (None, Some(_)) => None,
            (None, None) => Some(Sort {
                field: FieldId::CreatedAt,
                descending: true,
            }),
        };
        let filter = query
            .filter
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let filter = filter
            .map(|text| filter::read::<R>(index, text))
            .transpose()?;
        let (condition, mut by) = filter.map_or((None, Vec::new()), |filter| {
            (Some(filter.condition), filter.fields)
        });
        by.extend(text.map(|_| R::SPEC.title.to_owned()));
        // What is filtered or searched by must be shown where it is found.
        let also = by.iter().filter_map(|name| set.get(name));
        let also = also.filter(|spec| !marks.always_shown(scope, spec));
        let others_shown = set
            .fields
            .iter()
            .filter(|spec| spec.searchable)
            .all(|spec| marks.always_shown(scope, spec));
        let phones_shown = always_shown("phone") && always_shown("landline");
        Ok(Query {
            scope: marks.reach(scope),
            also: also.map(|spec| marks.showing(scope, spec)).collect(),
            filters: Filters::default(),
            condition,
            text: text.map(|text| TextQuery {
                other_texts: others_shown,
                phones: phones_shown,
                ..TextQuery::new(text)
            }),
            sort,
            cursor: None,
            limit: 0,
        })
    }

    /// Records of hits as the caller may see them.
    pub(super) fn list_items<R: Object>(
        &self,
        caller: &Caller,
        hits: &[Hit],
    ) -> Result<Vec<Record>, CrmError> {
        let org = caller.org();
        let marks = self.indexes_of(R::TYPE).marks(org);
        let broken = || StoreError::Corrupt("a row of the index".to_owned());
        let mut items = Vec::with_capacity(hits.len());
        for hit in hits {
            let prepared = ListRow::unpack(R::SPEC.fields, &hit.row).ok_or_else(broken)?;
            let marking = marks.marking(hit.mark).ok_or_else(broken)?;
            let json = [b"{", &prepared.members[..], b"}"].concat();
            let row: Row = serde_json::from_slice(&json).map_err(|_| broken())?;
            // The one record that emergency access reaches is told apart by its id.
            let reached = caller.emergency().map(|it| it.reach());
            let id = match reached == Some(EmergencyReach::Record(hit.id)) {
                true => hit.id,
                false => [0; 16],
            };
            let facts = Facts::<R>::owned(org, id, 0, prepared.owner, prepared.department)
                .marked(Arc::clone(&marking));
            let mut fields = row.fields;
            fields.retain(|name, _| {
                let spec = R::SPEC.fields.get(name);
                spec.is_some_and(|spec| self.shows(caller, &facts, spec))
            });
            items.push(Record {
                id: row.id,
                object: R::TYPE,
                version: row.version,
                owner: self.owner_reference(org, prepared.owner),
                department: self.department_reference(org, prepared.department),
                label: LabelBody::from(marking.label),
                shared: !marking.shares.is_empty(),
                created_at: row.created_at,
                updated_at: row.updated_at,
                fields,
                actions: self.record_actions(caller, &facts),
            });
        }
        references::name_all::<R>(self, caller, items.iter_mut().map(|item| &mut item.fields));
        Ok(items)
    }
}
