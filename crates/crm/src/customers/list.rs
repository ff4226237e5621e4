//! Lists and search.
//!
//! Everything comes from the index in memory, restricted to the caller's scope, except an exact phone number, e-mail
//! address or code, which the blind index in the database answers.

use super::SHAPE;
use super::list_row::ListRow;
use super::model::Customer;
use super::seal::open_fields;
use super::sql;
use crate::crm::OrgKeys;
use crate::fields::{CUSTOMER, FieldSpec, match_key};
use crate::sharing::LabelBody;
use crate::{Crm, CrmError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_http::Problem;
use custos_kernel::policy::{
    Caller, EmergencyReach, Facts, FieldAccess, Marking, Resource, Scope, actions,
};
use custos_search::{Cursor, Filters, Index, Query, RangeFilter, Sort, TextQuery};
use custos_store::StoreError;
use custos_values::{AmountUnit, Date, DepartmentId, Phone, UserId};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Most characters of a search text.
const MAX_QUERY: usize = 100;
/// Most matches of an exact search.
const EXACT_LIMIT: i64 = 200;

/// What a list shows; everything unset is not filtered by. Several codes or ids are separated by commas.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListFilter {
    /// Part of a name, pinyin or initials, the last four digits of a phone, or a whole phone, e-mail or code.
    pub q: Option<String>,
    /// Codes of the status.
    pub status: Option<String>,
    /// Codes of the level.
    pub level: Option<String>,
    /// Codes of the source.
    pub source: Option<String>,
    /// Industries.
    pub industry: Option<String>,
    /// Provinces.
    pub province: Option<String>,
    /// Ids of owners.
    pub owner_id: Option<String>,
    /// Ids of departments.
    pub department_id: Option<String>,
    /// Changed on or after this date.
    pub updated_from: Option<String>,
    /// Changed on or before this date.
    pub updated_to: Option<String>,
}

/// A list's page, order and filter.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Items per page, 1 to 200; 50 if not given.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// A sortable field, `updated_at` or `created_at`; with `-` before it, descending. By name if not given, or by
    /// how well it matches if there is a search text.
    pub sort: Option<String>,
    /// The filter.
    #[serde(flatten)]
    #[param(ignore)]
    pub filter: ListFilter,
}

impl ListQuery {
    fn limit(&self) -> usize {
        self.limit
            .as_deref()
            .and_then(|l| l.parse().ok())
            .unwrap_or(50_usize)
            .clamp(1, 200)
    }
}

/// A page as JSON, ready to send, with what its audit entry says.
pub(crate) struct ListAnswer {
    pub(crate) json: Vec<u8>,
    pub(crate) shown: usize,
}

impl Crm {
    /// One page of a list.
    pub(crate) async fn list_customers(
        &self,
        scope: &Scope<actions::List, Customer>,
        query: &ListQuery,
    ) -> Result<ListAnswer, CrmError> {
        let keys = self.keys(scope.org()).await?;
        let text = query
            .filter
            .q
            .as_deref()
            .map(str::trim)
            .filter(|q| !q.is_empty());
        if text.is_some_and(|text| text.chars().count() > MAX_QUERY) {
            return Err(Problem::bad_request("search.too_long")
                .with("max", MAX_QUERY)
                .into());
        }
        let marks = self.indexes.marks(scope.org());
        let rows: Vec<Listed>;
        let (total, next);
        if let Some(exact) = text.and_then(exact_key) {
            rows = self.find_exact(scope, &keys, &exact).await?;
            (total, next) = (rows.len() as u64, None);
        } else {
            let shared = self.indexes.ready(scope.org())?;
            let page = {
                let index = shared.read();
                let mut request =
                    self.index_query(&index, scope, &query.filter, query.sort.as_deref())?;
                request.limit = query.limit();
                request.cursor = query
                    .cursor
                    .as_deref()
                    .map(|cursor| open_cursor(&keys, cursor))
                    .transpose()?;
                index.query(&request).map_err(query_problem)?
            };
            let hits = page.hits.iter();
            rows = hits
                .map(|hit| {
                    Some(Listed {
                        id: hit.id,
                        row: ListRow::unpack(CUSTOMER, &hit.row)?,
                        marking: marks.marking(hit.mark)?,
                    })
                })
                .collect::<Option<_>>()
                .ok_or_else(|| StoreError::Corrupt("a row of the index".to_owned()))?;
            total = page.total;
            next = page.next.map(|cursor| self.seal_cursor(&keys, &cursor));
        }
        let shown = rows.len();
        Ok(ListAnswer {
            json: self.page_json(scope.caller(), &rows, next, total),
            shown,
        })
    }

    /// The index query of a filter; shared by lists and exports.
    pub(crate) fn index_query<A: custos_kernel::policy::Action>(
        &self,
        index: &Index,
        scope: &Scope<A, Customer>,
        filter: &ListFilter,
        sort: Option<&str>,
    ) -> Result<Query, CrmError> {
        let text = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
        let marks = self.indexes.marks(scope.org());
        let always_shown = |name: &str| {
            CUSTOMER
                .get(name)
                .is_none_or(|spec| marks.always_shown(scope, spec))
        };
        let default_sort = match text {
            Some(_) => None,
            None if always_shown("name") => Some("name"),
            None => Some("-created_at"),
        };
        if let Some(name) = sort.map(|sort| sort.trim_start_matches('-'))
            && !always_shown(name)
        {
            return Err(Problem::bad_request("list.sort_hidden")
                .with("field", name)
                .into());
        }
        let sort = sort
            .or(default_sort)
            .map(|sort| sort_of(index, sort))
            .transpose()?;
        // What is filtered or searched by must be shown where it is found.
        let mut by: Vec<&str> = chosen(filter)
            .into_iter()
            .filter(|(_, given)| given.is_some_and(|given| !given.is_empty()))
            .map(|(name, _)| name)
            .collect();
        by.extend(text.map(|_| "name"));
        let also = by.into_iter().filter_map(|name| CUSTOMER.get(name));
        let also = also.filter(|spec| !marks.always_shown(scope, spec));
        Ok(Query {
            scope: marks.reach(scope),
            also: also.map(|spec| marks.showing(scope, spec)).collect(),
            filters: filters_of(index, filter)?,
            condition: None,
            text: text.map(|text| TextQuery {
                other_texts: always_shown("contact_name"),
                phones: always_shown("phone") && always_shown("landline"),
                ..TextQuery::new(text)
            }),
            sort,
            cursor: None,
            limit: 0,
        })
    }

    async fn find_exact(
        &self,
        scope: &Scope<actions::List, Customer>,
        keys: &OrgKeys,
        (spec, key): &(&'static FieldSpec, String),
    ) -> Result<Vec<Listed>, CrmError> {
        let Some(index) = spec.blind else {
            return Ok(Vec::new());
        };
        let hashes = keys.blind_all(index, key);
        let mut tx = self.store.read().await?;
        let ids = sql::find_blind(&mut tx, scope.caller(), index, &hashes, EXACT_LIMIT).await?;
        let mut rows = Vec::new();
        for stored in sql::find_many(&mut tx, keys, scope.caller(), &ids).await? {
            let Some(permit) = scope.admit(&stored.facts) else {
                continue;
            };
            // A search must not find by what the caller may not see.
            if !self.shows(scope.caller(), &stored.facts, spec) {
                continue;
            }
            let record_key = keys.tenant.open_record_key(stored.id(), &stored.key)?;
            let row = stored.facts.id;
            let listed = open_fields(
                &permit,
                &record_key,
                CUSTOMER,
                &row,
                &stored.fields,
                |spec| spec.in_list,
            )?;
            rows.push(Listed {
                id: row,
                row: ListRow::prepare(CUSTOMER, &stored.head(0), &listed),
                marking: stored.facts.marking.clone().unwrap_or_default(),
            });
        }
        Ok(rows)
    }

    /// Puts owner, department and actions to prepared rows. All text in them was made by a JSON serialiser.
    fn page_json(
        &self,
        caller: &Caller,
        rows: &[Listed],
        next: Option<String>,
        total: u64,
    ) -> Vec<u8> {
        let org = caller.org();
        let mut owners: HashMap<Option<UserId>, Vec<u8>> = HashMap::new();
        let mut departments: HashMap<Option<DepartmentId>, Vec<u8>> = HashMap::new();
        // What a caller may see and do depends on these only.
        let mut decided: HashMap<_, Decided> = HashMap::new();
        let size = rows
            .iter()
            .map(|listed| listed.row.members.len() + 260)
            .sum::<usize>();
        let mut out = Vec::with_capacity(64 + size);
        out.extend_from_slice(b"{\"items\":[");
        for (position, Listed { id, row, marking }) in rows.iter().enumerate() {
            let (owner, department) = (row.owner, row.department);
            // The one customer that emergency access reaches is told apart.
            let reached = caller.emergency().map(|it| it.reach());
            let id = match reached == Some(EmergencyReach::Record(*id)) {
                true => *id,
                false => [0; 16],
            };
            let decided = decided
                .entry((owner, department, marking, id))
                .or_insert_with(|| {
                    let facts = Facts::owned(org, id, 0, owner, department);
                    let facts = facts.marked(Arc::clone(marking));
                    Decided {
                        hidden: self.hidden_list_fields(caller, &facts),
                        actions: json(&self.actions_on(caller, &facts)),
                    }
                });
            if position > 0 {
                out.push(b',');
            }
            out.push(b'{');
            if decided.hidden.is_empty() {
                out.extend_from_slice(&row.members);
            } else {
                out.extend_from_slice(&without(&row.members, &decided.hidden));
            }
            out.extend_from_slice(b",\"owner\":");
            let named = owners
                .entry(owner)
                .or_insert_with(|| json(&self.owner_reference(org, owner)));
            out.extend_from_slice(named);
            out.extend_from_slice(b",\"department\":");
            let named = departments.entry(department);
            let named = named.or_insert_with(|| json(&self.department_reference(org, department)));
            out.extend_from_slice(named);
            out.extend_from_slice(b",\"label\":");
            out.extend_from_slice(&json(&LabelBody::from(marking.label)));
            let shared = if marking.shares.is_empty() {
                &b",\"shared\":false"[..]
            } else {
                b",\"shared\":true"
            };
            out.extend_from_slice(shared);
            out.extend_from_slice(b",\"actions\":");
            out.extend_from_slice(&decided.actions);
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"next_cursor\":");
        out.extend_from_slice(&json(&next));
        out.extend_from_slice(format!(",\"total\":{total}}}").as_bytes());
        out
    }

    /// A cursor holds the sort key of the last row, which may be a customer's name: it leaves sealed.
    fn seal_cursor(&self, keys: &OrgKeys, cursor: &Cursor) -> String {
        URL_SAFE_NO_PAD.encode(keys.seal_cursor(&cursor.to_bytes(), self.store.random()))
    }

    fn hidden_list_fields(&self, caller: &Caller, facts: &Facts<Customer>) -> Vec<&'static str> {
        CUSTOMER
            .listed()
            .filter(|spec| !self.shows(caller, facts, spec))
            .map(|spec| spec.name)
            .collect()
    }

    /// Whether a field of a record is shown to a caller, be it masked.
    pub(crate) fn shows<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        spec: &FieldSpec,
    ) -> bool {
        self.policy.field_access(caller, facts, spec.rule()) != FieldAccess::Hidden
    }
}

/// A row of a list with what decisions about it depend on.
struct Listed {
    id: [u8; 16],
    row: ListRow,
    marking: Arc<Marking>,
}

/// What was decided about rows that decisions cannot tell apart.
struct Decided {
    hidden: Vec<&'static str>,
    actions: Vec<u8>,
}

fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_else(|_| b"null".to_vec())
}

/// The members of a prepared row without some fields.
fn without(members: &[u8], hidden: &[&'static str]) -> Vec<u8> {
    let object = [b"{", members, b"}"].concat();
    let mut value: serde_json::Value = serde_json::from_slice(&object).unwrap_or_default();
    if let Some(fields) = value
        .get_mut("fields")
        .and_then(serde_json::Value::as_object_mut)
    {
        fields.retain(|name, _| !hidden.contains(&name.as_str()));
    }
    let object = json(&value);
    object
        .get(1..object.len().saturating_sub(1))
        .unwrap_or_default()
        .to_vec()
}

/// Whether a search text is a whole phone number, e-mail address or code, and the key it is found by.
pub(crate) fn exact_key(text: &str) -> Option<(&'static FieldSpec, String)> {
    let parsed = |name: &str| {
        let spec = CUSTOMER.get(name)?;
        let checked = crate::fields::check(
            spec,
            text,
            crate::fields::UsccCheck::Accept,
            AmountUnit::One,
        )
        .ok()?;
        Some((spec, match_key(spec, &checked.canonical)?))
    };
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let phone_like = text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-() .（）－　x#".contains(c));
    if text.contains(['@', '＠']) {
        return parsed("email");
    }
    if text.len() == 18 && digits >= 10 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return parsed("id_number").or_else(|| parsed("uscc"));
    }
    if phone_like && digits >= 7 && Phone::parse(text).is_ok() {
        return parsed("phone");
    }
    None
}

fn sort_of(index: &Index, sort: &str) -> Result<Sort, CrmError> {
    let (name, descending) = sort
        .strip_prefix('-')
        .map_or((sort, false), |name| (name, true));
    let field = index
        .schema()
        .field(name)
        .filter(|_| !SHAPE.only_searched(name));
    let field =
        field.ok_or_else(|| Problem::bad_request("list.sort_unknown").with("field", name))?;
    Ok(Sort { field, descending })
}

/// The choices a filter may make, by field.
fn chosen(filter: &ListFilter) -> [(&'static str, Option<&str>); 5] {
    [
        ("status", filter.status.as_deref()),
        ("level", filter.level.as_deref()),
        ("source", filter.source.as_deref()),
        ("industry", filter.industry.as_deref()),
        ("province", filter.province.as_deref()),
    ]
}

fn filters_of(index: &Index, filter: &ListFilter) -> Result<Filters, CrmError> {
    let mut filters = Filters::default();
    for (name, given) in chosen(filter) {
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            continue;
        };
        let is_choice = CUSTOMER.get(name).is_some_and(|spec| spec.filterable);
        let field = index.schema().field(name).filter(|_| is_choice);
        let field =
            field.ok_or_else(|| Problem::bad_request("list.filter_unknown").with("field", name))?;
        filters.choices.push((
            field,
            given
                .split(',')
                .map(|code| Some(code.trim().to_owned()))
                .collect(),
        ));
    }
    filters.owners = ids::<UserId>(filter.owner_id.as_deref(), "owner_id", |id| *id.as_bytes())?;
    filters.departments =
        ids::<DepartmentId>(filter.department_id.as_deref(), "department_id", |id| {
            *id.as_bytes()
        })?;
    let from =
        day(filter.updated_from.as_deref(), "updated_from")?.map(|date| date.start_utc().millis());
    let to = day(filter.updated_to.as_deref(), "updated_to")?;
    let to = to
        .and_then(|date| date.plus_days(1))
        .map(|date| date.start_utc().millis() - 1);
    if from.is_some() || to.is_some() {
        filters.ranges.push(RangeFilter {
            field: custos_search::FieldId::UpdatedAt,
            from,
            to,
        });
    }
    Ok(filters)
}

type IdFilter = Option<Vec<Option<[u8; 16]>>>;

fn ids<T: std::str::FromStr>(
    given: Option<&str>,
    name: &str,
    bytes: impl Fn(&T) -> [u8; 16],
) -> Result<IdFilter, CrmError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let malformed = |_| Problem::bad_request("list.filter_malformed").with("field", name);
    let parsed = given.split(',').map(|id| {
        id.trim()
            .parse::<T>()
            .map(|id| Some(bytes(&id)))
            .map_err(malformed)
    });
    Ok(Some(parsed.collect::<Result<_, _>>()?))
}

fn day(given: Option<&str>, name: &str) -> Result<Option<Date>, CrmError> {
    let malformed = |_| {
        Problem::bad_request("list.filter_malformed")
            .with("field", name)
            .into()
    };
    given
        .filter(|given| !given.is_empty())
        .map(|text| text.parse().map_err(malformed))
        .transpose()
}

pub(crate) fn query_problem(error: custos_search::QueryError) -> CrmError {
    let code = match error {
        custos_search::QueryError::CursorMismatch => "list.cursor_malformed",
        _ => "list.query_malformed",
    };
    Problem::bad_request(code).into()
}

pub(crate) fn open_cursor(keys: &OrgKeys, text: &str) -> Result<Cursor, CrmError> {
    let malformed = || Problem::bad_request("list.cursor_malformed");
    let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())?;
    let bytes = keys.open_cursor(&sealed).ok_or_else(malformed)?;
    Cursor::from_bytes(&bytes).ok_or_else(|| malformed().into())
}
