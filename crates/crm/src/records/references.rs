//! References from one record to another: what may be referred to, and the names shown for it.

use super::kinds::{Referred, kind};
use super::settle::{Values, problem};
use super::{Object, OnCustomer};
use crate::customers::{self, Customer, ListRow, SHAPE};
use crate::fields::FieldValue;
use crate::index::{Indexes, Shape};
use crate::{Crm, CrmError};
use custos_http::FieldProblem;
use custos_kernel::policy::{Caller, Resource, actions};
use custos_store::WriteTx;
use custos_values::{CustomerId, RecordId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The name of the kind that is not a record of the mechanism.
pub(crate) const CUSTOMER_KIND: &str = "customer";

/// The field with the lines of a document.
const LINES: &str = "lines";

/// The products that lines name.
fn products(values: &Values) -> BTreeSet<RecordId> {
    let lines = values.get(LINES).map_or("", String::as_str);
    let lines = crate::fields::read_lines(lines).into_iter();
    lines
        .filter_map(|line| line.product?.parse().ok())
        .collect()
}

/// The references among values.
pub(super) fn links<R: Object>(values: &Values) -> Vec<(&'static str, RecordId)> {
    let references = R::SPEC.references();
    let mut links: Vec<_> = references
        .filter_map(|(field, _)| Some((field, values.get(field)?.parse().ok()?)))
        .collect();
    links.extend(products(values).into_iter().map(|id| (LINES, id)));
    links
}

/// Refuses references that are about to change to what the caller may not read, or to what hangs on another customer.
pub(super) async fn check<R: Object>(
    crm: &Crm,
    caller: &Caller,
    tx: &mut WriteTx<'_>,
    before: Option<&Values>,
    after: &Values,
) -> Result<(), CrmError> {
    let mut problems: Vec<FieldProblem> = Vec::new();
    let mut customers = Vec::new();
    for (field, object) in R::SPEC.references() {
        let Some(text) = after.get(field) else {
            continue;
        };
        if before.and_then(|before| before.get(field)) == Some(text) {
            continue;
        }
        let unknown = || problem(field, "reference.unknown");
        let Ok(id) = text.parse::<RecordId>() else {
            problems.push(unknown());
            continue;
        };
        match referred(crm, caller, tx, object, id).await? {
            None => problems.push(unknown()),
            Some(Referred {
                customer: Some(customer),
            }) => customers.push((field, customer)),
            Some(Referred { customer: None }) => {}
        }
    }
    let known = before.map(products).unwrap_or_default();
    for product in products(after).difference(&known) {
        let found = referred(crm, caller, tx, "product", *product).await?;
        if found.is_none() {
            problems.push(problem(LINES, "lines.product_unknown"));
        }
    }
    if R::SPEC.customer == OnCustomer::Required {
        let own = after.get("customer");
        let own: Option<CustomerId> = own.and_then(|text| text.parse().ok());
        let others = customers
            .iter()
            .filter(|(_, customer)| own != Some(*customer));
        problems.extend(others.map(|(field, _)| problem(field, "reference.other_customer")));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(CrmError::Invalid(problems))
    }
}

async fn referred(
    crm: &Crm,
    caller: &Caller,
    tx: &mut WriteTx<'_>,
    object: &str,
    id: RecordId,
) -> Result<Option<Referred>, CrmError> {
    if object != CUSTOMER_KIND {
        let Some(kind) = kind(object) else {
            return Ok(None);
        };
        return kind.referred(crm, caller, tx, id).await;
    }
    let keys = crm.keys(caller.org()).await?;
    let customer = CustomerId::from_bytes(*id.as_bytes());
    let stored = match customers::sql::find(tx, &keys, caller, customer).await {
        Ok(stored) => stored,
        Err(CrmError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let read = crm
        .policy
        .permit::<actions::Read, Customer>(caller, &stored.facts);
    Ok(read.ok().map(|_| Referred {
        customer: Some(customer),
    }))
}

/// Puts names to references, as far as the caller may see them.
pub(super) fn name_all<'a, R: Object>(
    crm: &Crm,
    caller: &Caller,
    rows: impl Iterator<Item = &'a mut BTreeMap<String, FieldValue>>,
) {
    let mut rows: Vec<_> = rows.collect();
    for (field, object) in R::SPEC.references() {
        let ids = rows
            .iter()
            .filter_map(|row| id_in(row, field))
            .collect::<Vec<_>>();
        if ids.is_empty() {
            continue;
        }
        let names = names(crm, caller, object, &ids);
        for row in &mut rows {
            let Some(id) = id_in(row, field) else {
                continue;
            };
            if let Some(FieldValue::Reference { name, .. }) = row.get_mut(field) {
                *name = names.get(&id).cloned();
            }
        }
    }
}

fn id_in(row: &BTreeMap<String, FieldValue>, field: &str) -> Option<RecordId> {
    match row.get(field)? {
        FieldValue::Reference { id, .. } => id.parse().ok(),
        _ => None,
    }
}

fn names(crm: &Crm, caller: &Caller, object: &str, ids: &[RecordId]) -> HashMap<RecordId, String> {
    if object == CUSTOMER_KIND {
        return names_of::<Customer>(crm, &crm.indexes, SHAPE, caller, ids);
    }
    kind(object).map_or_else(HashMap::new, |kind| kind.names(crm, caller, ids))
}

/// Names from the index of one kind: of records within the caller's reach whose title is shown to them.
pub(super) fn names_of<R: Resource>(
    crm: &Crm,
    indexes: &Indexes,
    shape: Shape,
    caller: &Caller,
    ids: &[RecordId],
) -> HashMap<RecordId, String> {
    let Ok(scope) = crm.policy.scope::<actions::List, R>(caller) else {
        return HashMap::new();
    };
    let (Ok(shared), Some(title)) = (indexes.ready(caller.org()), shape.set.get(shape.title))
    else {
        return HashMap::new();
    };
    let marks = indexes.marks(caller.org());
    let reach = marks.reach(&scope);
    let showing = marks.showing(&scope, title);
    let index = shared.read();
    let name = |id: &RecordId| {
        let bytes = id.as_bytes();
        if !index.within(bytes, &reach) || !index.within(bytes, &showing) {
            return None;
        }
        let row = ListRow::unpack(shape.set, &index.get(bytes)?.row)?;
        Some((*id, row.text(shape.title)?))
    };
    ids.iter().filter_map(name).collect()
}
