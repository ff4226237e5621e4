//! Whether records hang together: nothing refers to what is not there, and what is kept beside the sealed fields says the
//! same as they do. Changes nothing; for `custos doctor` and after every test.

use super::model::StoredRecord;
use super::write::values;
use super::{Object, references, sql};
use crate::crm::OrgKeys;
use crate::{CrmError, customers, timeline};
use custos_kernel::policy::{Caller, Job, Policy, Scope, actions};
use custos_store::{ReadTx, Store};
use custos_values::{OrgId, RecordId};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Records read at once.
const BATCH: i64 = 1_000;
/// Most faults told.
const MOST: usize = 1_000;

/// Something that does not hang together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordFault {
    /// What is wrong: `customer_missing`, `reference_missing`, `reference_differs`, `follow_up_orphaned`, `number_twice`,
    /// `unreadable`.
    pub what: &'static str,
    /// The record.
    pub record: RecordId,
}

/// What has been seen on the way.
pub(crate) struct Seen<'a> {
    keys: &'a OrgKeys,
    links: BTreeMap<RecordId, BTreeSet<(String, RecordId)>>,
    faults: Vec<RecordFault>,
}

impl Seen<'_> {
    fn note(&mut self, what: &'static str, record: RecordId) {
        if self.faults.len() < MOST {
            self.faults.push(RecordFault { what, record });
        }
    }
}

/// Looks at all records of an organisation.
///
/// # Errors
/// [`CrmError`] when the database is not to be had.
pub async fn record_faults(
    store: &Store,
    policy: &Policy,
    org: OrgId,
) -> Result<Vec<RecordFault>, CrmError> {
    let keys = OrgKeys::new(store.keys().get(store, org).await?);
    let caller = Caller::system(Job::Indexer, org);
    let mut tx = store.read().await?;
    let mut known: HashSet<[u8; 16]> = customers::sql::ids(&mut tx, &caller).await?;
    let rows = sql::places(&mut tx, &caller).await?;
    let mut seen = Seen {
        keys: &keys,
        links: BTreeMap::new(),
        faults: Vec::new(),
    };
    for (id, customer) in &rows {
        if customer.is_some_and(|customer| !known.contains(customer.as_bytes())) {
            seen.note("customer_missing", *id);
        }
    }
    known.extend(rows.iter().map(|(id, _)| *id.as_bytes()));
    for link in sql::links(&mut tx, &caller).await? {
        if !known.contains(link.target.as_bytes()) || !known.contains(link.source.as_bytes()) {
            seen.note("reference_missing", link.source);
        }
        let of_source = seen.links.entry(link.source).or_default();
        of_source.insert((link.field, link.target));
    }
    for subject in timeline::sql::subjects(&mut tx, &caller).await? {
        if !known.contains(&subject) {
            seen.note("follow_up_orphaned", RecordId::from_bytes(subject));
        }
    }
    for kind in crate::objects::KINDS {
        kind.look_through(policy, &mut tx, org, &mut seen).await?;
    }
    let mut faults = seen.faults;
    faults.sort();
    Ok(faults)
}

/// Opens the records of a kind and compares them with what is kept beside them.
pub(super) async fn look_through<R: Object>(
    policy: &Policy,
    tx: &mut ReadTx,
    org: OrgId,
    seen: &mut Seen<'_>,
) -> Result<(), CrmError> {
    let scope: Scope<actions::Index, R> = policy.scope(&Caller::system(Job::Indexer, org))?;
    let mut numbers = HashSet::new();
    let mut after = None;
    loop {
        let batch: Vec<StoredRecord<R>> = sql::page(tx, seen.keys, &scope, after, BATCH).await?;
        let Some(last) = batch.last() else {
            return Ok(());
        };
        after = Some(last.facts.id);
        for stored in &batch {
            let permit = scope.admit(&stored.facts).ok_or(CrmError::NotFound)?;
            let Ok(opened) = stored.open(seen.keys, &permit) else {
                seen.note("unreadable", stored.id());
                continue;
            };
            let values = values(&opened);
            let said = references::links::<R>(&values).into_iter();
            let said = said.map(|(field, target)| (field.to_owned(), target));
            let kept = seen.links.remove(&stored.id()).unwrap_or_default();
            if said.collect::<BTreeSet<_>>() != kept {
                seen.note("reference_differs", stored.id());
            }
            let number = values.get("number").cloned();
            if number.is_some_and(|number| !numbers.insert(number)) {
                seen.note("number_twice", stored.id());
            }
        }
    }
}
