//! What became of each row of a batch: made, merged into a customer, or left out.

use super::details::Duplicates;
use super::prepare::{Batch, Candidate};
use super::row::{Note, ROW, Severity};
use super::signs::{Key, Signs};
use crate::customers::{Customer, StoredCustomer};
use crate::fields::FieldSpec;
use custos_kernel::policy::{Caller, Facts, FieldAccess, Permit, Policy, Resource, actions};
use std::collections::HashMap;

/// A customer that a row is a duplicate of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Match {
    /// One in the database.
    Stored([u8; 16]),
    /// One that an earlier row of the same batch makes, by its place in the batch.
    Fresh(usize),
}

/// Finds duplicates in the database (as looked up beforehand) and among the rows of the batch so far.
#[derive(Default)]
pub(super) struct Matcher {
    stored: HashMap<Key, [u8; 16]>,
    fresh: HashMap<Key, usize>,
}

impl Matcher {
    pub(super) fn new(stored: HashMap<Key, [u8; 16]>) -> Self {
        Self {
            stored,
            fresh: HashMap::new(),
        }
    }

    /// The customer that shares the strongest value, and the field it is in.
    pub(super) fn find(&self, signs: &Signs) -> Option<(Match, &'static str)> {
        signs.sought.iter().find_map(|(key, field)| {
            let stored = self.stored.get(key).map(|id| Match::Stored(*id));
            let found = stored.or_else(|| self.fresh.get(key).map(|at| Match::Fresh(*at)))?;
            Some((found, *field))
        })
    }

    /// Makes a row's values known to the rows that follow.
    pub(super) fn learn(&mut self, signs: &Signs, found: Match) {
        for key in &signs.known {
            match found {
                Match::Stored(id) => {
                    self.stored.entry(*key).or_insert(id);
                }
                Match::Fresh(at) => {
                    self.fresh.entry(*key).or_insert(at);
                }
            }
        }
    }
}

/// Customers in the database that rows may be merged into, by id.
pub(super) type Targets = HashMap<[u8; 16], StoredCustomer>;

/// A change of a customer in the database.
pub(super) struct Filling {
    pub(super) permit: Permit<actions::Update, Customer>,
    pub(super) changes: Vec<(&'static str, String)>,
}

/// What to do with a batch.
#[derive(Default)]
pub(super) struct Resolution {
    /// Rows that make customers, by their place in the batch, with what later rows fill in.
    pub(super) creates: Vec<(usize, Vec<(&'static FieldSpec, String)>)>,
    /// Changes by customer.
    pub(super) fillings: Vec<([u8; 16], Filling)>,
    /// Rows merged into another.
    pub(super) updated: u64,
    /// Rows left out: number, whether rejected or skipped, and reasons.
    pub(super) left_out: Vec<(u64, &'static str, String)>,
    pub(super) skipped: u64,
    pub(super) rejected: u64,
}

/// A row that is a customer already.
pub(super) fn duplicate(field: &'static str, code: &'static str) -> Note {
    Note::new(ROW, code, Severity::Warning).with_params(vec![("on", field.to_owned())])
}

/// Decides what to do with each row, in order.
pub(super) fn resolve(
    policy: &Policy,
    caller: &Caller,
    duplicates: Duplicates,
    batch: &Batch,
    mut matcher: Matcher,
    targets: &Targets,
) -> Resolution {
    let mut out = Resolution::default();
    for (at, row) in batch.rows.iter().enumerate() {
        let candidate = match &row.outcome {
            Ok(candidate) => candidate,
            Err(reasons) => {
                out.rejected += 1;
                out.left_out.push((row.number, "rejected", json(reasons)));
                continue;
            }
        };
        let found = match duplicates {
            Duplicates::Keep => None,
            Duplicates::Skip | Duplicates::Merge => matcher.find(&candidate.signs),
        };
        let Some((found, field)) = found else {
            matcher.learn(&candidate.signs, Match::Fresh(at));
            out.creates.push((at, Vec::new()));
            continue;
        };
        let refusal = match duplicates {
            Duplicates::Merge => {
                merge(policy, caller, batch, candidate, found, targets, &mut out).err()
            }
            Duplicates::Skip | Duplicates::Keep => Some("row.duplicate"),
        };
        match refusal {
            Some(code) => {
                out.skipped += 1;
                out.left_out
                    .push((row.number, "skipped", json(&[duplicate(field, code)])));
            }
            None => {
                out.updated += 1;
                matcher.learn(&candidate.signs, found);
            }
        }
    }
    out
}

/// Fills empty fields of the customer a row is a duplicate of; nothing that is there is overwritten.
///
/// # Errors
/// The code of why the row is left out.
fn merge(
    policy: &Policy,
    caller: &Caller,
    batch: &Batch,
    candidate: &Candidate,
    found: Match,
    targets: &Targets,
    out: &mut Resolution,
) -> Result<(), &'static str> {
    match found {
        Match::Fresh(at) => {
            let first = batch.rows.get(at).and_then(|row| row.outcome.as_ref().ok());
            let first = first.ok_or("row.duplicate")?;
            let facts = first.access.facts(caller.org(), *first.permit.record(), 1);
            permitted(policy, caller, &facts)?;
            let (_, added) = out
                .creates
                .iter_mut()
                .find(|(place, _)| *place == at)
                .ok_or("row.duplicate")?;
            let has = |name: &str, added: &[(&'static FieldSpec, String)]| {
                first
                    .fields
                    .iter()
                    .chain(added)
                    .any(|(spec, _)| spec.name == name)
            };
            let before = added.len();
            for (spec, text) in &candidate.fields {
                if !has(spec.name, added) && writable(policy, caller, &facts, spec) {
                    added.push((*spec, text.clone()));
                }
            }
            if added.len() == before {
                Err("row.duplicate_nothing_new")
            } else {
                Ok(())
            }
        }
        Match::Stored(id) => {
            // A customer that went away meanwhile is looked up anew with the next attempt.
            let stored = targets.get(&id).ok_or("row.duplicate")?;
            let permit = permitted(policy, caller, &stored.facts)?;
            let known = out.fillings.iter().position(|(filled, _)| *filled == id);
            let filled: &[(&'static str, String)] =
                known.map_or(&[], |at| &out.fillings[at].1.changes);
            let empty = |name: &str| {
                stored.fields.get(name).is_none()
                    && !filled.iter().any(|(filled, _)| *filled == name)
            };
            let fresh: Vec<(&'static str, String)> = candidate
                .fields
                .iter()
                .filter(|(spec, _)| {
                    empty(spec.name) && writable(policy, caller, &stored.facts, spec)
                })
                .map(|(spec, text)| (spec.name, text.clone()))
                .collect();
            if fresh.is_empty() {
                return Err("row.duplicate_nothing_new");
            }
            match known {
                Some(at) => out.fillings[at].1.changes.extend(fresh),
                None => out.fillings.push((
                    id,
                    Filling {
                        permit,
                        changes: fresh,
                    },
                )),
            }
            Ok(())
        }
    }
}

/// Whether the caller may change a customer. The answer to "no" tells nothing of whose it is.
pub(super) fn permitted(
    policy: &Policy,
    caller: &Caller,
    facts: &Facts<Customer>,
) -> Result<Permit<actions::Update, Customer>, &'static str> {
    policy
        .permit(caller, facts)
        .map_err(|_| "row.duplicate_not_yours")
}

fn writable<R: Resource>(
    policy: &Policy,
    caller: &Caller,
    facts: &Facts<R>,
    spec: &FieldSpec,
) -> bool {
    policy.field_access(caller, facts, spec.rule()) == FieldAccess::Write
}

fn json(notes: &[Note]) -> String {
    serde_json::to_string(notes).unwrap_or_else(|_| "[]".to_owned())
}
