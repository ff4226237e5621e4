//! Reading the file: rows become sealed customers, batch by batch, on a thread that may block.

use super::plan::Plan;
use super::row::{Note, OWNER, ROW, ReadRow, Severity, read_row};
use super::signs::{Key, Signs};
use crate::crm::OrgKeys;
use crate::customers::{Customer, blind_hash, seal_field};
use crate::fields::{CUSTOMER, FieldSpec, FieldTexts};
use crate::sharing::Access;
use crate::{Crm, CrmError};
use custos_kernel::crypto::{RecordKey, WrappedKey};
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::SealedFields;
use custos_tabular::{RowError, Rows};
use custos_values::{CustomerId, DepartmentId, UserId};
use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek};
use std::sync::Arc;

/// Rows in one transaction. Blind indexes are in no order, so every batch touches pages all over them: the more rows,
/// the more of them share a page (from 500 to 2,000 rows a third less work). The embedded engine's writer is held about
/// a tenth of a second for these.
pub(super) const BATCH: usize = 2_000;

/// Rows that go into one transaction.
pub(super) struct Batch {
    pub(super) rows: Vec<PreparedRow>,
    /// The row of the file after the batch.
    pub(super) next_row: u64,
    pub(super) bytes_read: u64,
    /// Why the file ends here without its end having been reached.
    pub(super) failure: Option<&'static str>,
}

impl Batch {
    /// Whose the customers of the batch are to become, in the order of their ids.
    pub(super) fn owners(&self) -> BTreeSet<UserId> {
        let candidates = self.rows.iter().filter_map(|row| row.outcome.as_ref().ok());
        candidates
            .filter_map(|candidate| candidate.access.owner)
            .collect()
    }

    /// Rejects the rows that would become somebody's.
    pub(super) fn reject_of(&mut self, owner: UserId) {
        for row in &mut self.rows {
            if row
                .outcome
                .as_ref()
                .is_ok_and(|it| it.access.owner == Some(owner))
            {
                row.outcome = Err(vec![Note::new(OWNER, "owner.left", Severity::Error)]);
            }
        }
    }
}

/// A row and what can become of it.
pub(super) struct PreparedRow {
    pub(super) number: u64,
    pub(super) outcome: Result<Box<Candidate>, Vec<Note>>,
    /// Warnings, to be counted.
    pub(super) doubts: Vec<(String, String)>,
}

/// A customer that may be made, sealed already.
pub(super) struct Candidate {
    pub(super) permit: Permit<actions::Create, Customer>,
    pub(super) access: Access,
    pub(super) fields: Vec<(&'static FieldSpec, String)>,
    pub(super) key: RecordKey,
    pub(super) wrapped: WrappedKey,
    pub(super) sealed: SealedFields,
    /// Everything by which it will be found.
    pub(super) hashes: Vec<Key>,
    /// By what it may be a duplicate of another.
    pub(super) signs: Signs,
}

impl FieldTexts for Candidate {
    fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(spec, _)| spec.name == name)
            .map(|(_, text)| text.as_str())
    }
}

/// Who becomes responsible, and the department that follows from it.
pub(super) type Place = (UserId, Option<DepartmentId>);

/// Whose the customers of a file become: found once per name, decided once per person.
pub(super) struct Owners {
    default: UserId,
    by_name: HashMap<String, Option<UserId>>,
    decided: HashMap<UserId, Option<DepartmentId>>,
    refused: HashMap<UserId, ()>,
}

impl Owners {
    pub(super) fn new(default: UserId) -> Self {
        Self {
            default,
            by_name: HashMap::new(),
            decided: HashMap::new(),
            refused: HashMap::new(),
        }
    }

    /// The owner and department of a row, with a warning where the file's name is not used.
    ///
    /// # Errors
    /// A note, if nobody can own it.
    pub(super) fn place(
        &mut self,
        crm: &Crm,
        caller: &Caller,
        name: Option<&str>,
    ) -> Result<(Place, Option<Note>), Note> {
        let mut warning = None;
        if let Some(name) = name {
            // What a file names is bounded here, because a column mapped by mistake may name as many as it has rows.
            if self.by_name.len() > 10_000 {
                self.by_name.clear();
            }
            let found = match self.by_name.get(name) {
                Some(found) => *found,
                None => {
                    let found = crm.people.find_user(caller.org(), name);
                    self.by_name.insert(name.to_owned(), found);
                    found
                }
            };
            match found.map(|user| self.decide(crm, caller, user)) {
                Some(Some(place)) => return Ok((place, None)),
                Some(None) => warning = Some("owner.not_permitted"),
                None => warning = Some("owner.unknown"),
            }
        }
        let default = self.default;
        let place = self.decide(crm, caller, default);
        let place =
            place.ok_or_else(|| Note::new(OWNER, "owner.not_permitted", Severity::Error))?;
        Ok((
            place,
            warning.map(|code| Note::new(OWNER, code, Severity::Warning)),
        ))
    }

    fn decide(
        &mut self,
        crm: &Crm,
        caller: &Caller,
        user: UserId,
    ) -> Option<(UserId, Option<DepartmentId>)> {
        if let Some(department) = self.decided.get(&user) {
            return Some((user, *department));
        }
        if self.refused.contains_key(&user) {
            return None;
        }
        let Some(department) = crm.may_import_for(caller, user) else {
            self.refused.insert(user, ());
            return None;
        };
        self.decided.insert(user, department);
        Some((user, department))
    }
}

impl Crm {
    /// The department of somebody into whose hands the caller may import; none if they may not.
    pub(super) fn may_import_for(
        &self,
        caller: &Caller,
        owner: UserId,
    ) -> Option<Option<DepartmentId>> {
        let department = self.department_for(caller.org(), Some(owner)).ok()?;
        let facts =
            Access::made_by(caller, Some(owner), department).facts(caller.org(), [0; 16], 0);
        self.policy
            .permit::<actions::Import, Customer>(caller, &facts)
            .ok()?;
        Some(department)
    }
}

/// Reads rows into batches.
pub(super) struct Preparation {
    pub(super) crm: Arc<Crm>,
    pub(super) caller: Caller,
    pub(super) keys: Arc<OrgKeys>,
    pub(super) plan: Plan,
    pub(super) owners: Owners,
}

impl Preparation {
    /// The next batch; none after the last row.
    pub(super) fn batch<R: Read + Seek>(&mut self, rows: &mut Rows<'_, R>) -> Option<Batch> {
        let mut prepared = Vec::with_capacity(BATCH);
        let mut failure = None;
        while prepared.len() < BATCH {
            match rows.next() {
                None => break,
                Some(Err(error)) if error.fatal => {
                    failure = Some(error.code);
                    break;
                }
                Some(Err(error)) => prepared.push(PreparedRow {
                    number: error.row,
                    outcome: Err(vec![unreadable(&error)]),
                    doubts: Vec::new(),
                }),
                Some(Ok(raw)) => {
                    let read = read_row(&self.plan, &raw.cells, raw.notes);
                    prepared.push(self.prepare(raw.row, read));
                }
            }
        }
        (!prepared.is_empty() || failure.is_some()).then(|| Batch {
            rows: prepared,
            next_row: rows.next_row(),
            bytes_read: rows.bytes_read(),
            failure,
        })
    }

    fn prepare(&mut self, number: u64, mut read: ReadRow) -> PreparedRow {
        let place = self
            .owners
            .place(&self.crm, &self.caller, read.owner_name.as_deref());
        let (owner, department) = match place {
            Ok((place, warning)) => {
                read.notes.extend(warning);
                place
            }
            Err(error) => {
                read.notes.push(error);
                (self.owners.default, None)
            }
        };
        let mut outcome = Err(Vec::new());
        if !read.is_rejected() {
            outcome = self
                .candidate(owner, department, read.fields)
                .map_err(|_| vec![Note::new(OWNER, "owner.not_permitted", Severity::Error)]);
        } else if let Err(reasons) = &mut outcome {
            reasons.extend(
                read.notes
                    .iter()
                    .filter(|note| note.severity == Severity::Error)
                    .cloned(),
            );
        }
        let doubts = read
            .notes
            .into_iter()
            .filter(|note| note.severity == Severity::Warning);
        PreparedRow {
            number,
            doubts: doubts
                .map(|note| (note.field.into_owned(), note.code.into_owned()))
                .collect(),
            outcome,
        }
    }

    fn candidate(
        &self,
        owner: UserId,
        department: Option<DepartmentId>,
        fields: Vec<(&'static FieldSpec, String)>,
    ) -> Result<Box<Candidate>, CrmError> {
        let (clock, random) = (self.crm.store.clock(), self.crm.store.random());
        let id = CustomerId::new(clock, random);
        let mut access = Access::made_by(&self.caller, Some(owner), department);
        let facts = access.facts(self.caller.org(), *id.as_bytes(), 0);
        let permit = self.crm.policy.permit(&self.caller, &facts)?;
        let (key, wrapped) = self.keys.tenant.new_record_key(id, random)?;
        let mut sealed = SealedFields::new();
        let mut hashes = Vec::with_capacity(8);
        for (spec, text) in &fields {
            access = access.with_attribute(spec.name, text);
            sealed.set(
                spec.name,
                seal_field(&key, CUSTOMER, id.as_bytes(), spec, text, random),
            );
            hashes.extend(blind_hash(&self.keys, spec, text));
        }
        let get = |name: &str| {
            fields
                .iter()
                .find(|(spec, _)| spec.name == name)
                .map(|(_, t)| t.as_str())
        };
        let signs = Signs::of(&self.keys, &self.plan, get);
        Ok(Box::new(Candidate {
            permit,
            access,
            key,
            wrapped,
            sealed,
            hashes,
            signs,
            fields,
        }))
    }
}

/// A row that cannot be read as a row.
pub(super) fn unreadable(error: &RowError) -> Note {
    Note::new(ROW, error.code, Severity::Error).with_params(error.params.clone())
}
