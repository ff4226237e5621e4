//! Writing a batch: customers, entries, rejections and the import's place in one transaction.

use super::details::Duplicates;
use super::events::PROGRESS;
use super::matching::{Filling, Matcher, Resolution, Targets, resolve};
use super::model::{Doubts, Import, Progress};
use super::prepare::{Batch, Candidate, PreparedRow};
use super::signs::Key;
use super::sql::{self, Step};
use crate::crm::OrgKeys;
use crate::customers::{self, Customer, ListRow, SHAPE, StoredCustomer, blind_hash, seal_field};
use crate::fields::{CUSTOMER, FieldSpec, FieldTexts};
use crate::index::Besides;
use crate::sharing::Access;
use crate::{Crm, CrmError};
use custos_kernel::audit::Detail;
use custos_kernel::event::{Event, EventName};
use custos_kernel::policy::{Caller, Permit, actions};
use custos_search::Document;
use custos_store::{EngineKind, SealedFields, StoreError, WriteTx};
use custos_values::{CustomerId, ImportId, Timestamp, UserId};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How often a batch is tried when customers it fills are changed by somebody else meanwhile.
const ATTEMPTS: u32 = 5;

/// One run of an import: from a start or resumption to its end.
pub(super) struct Run {
    pub(super) crm: Arc<Crm>,
    pub(super) caller: Caller,
    pub(super) keys: Arc<OrgKeys>,
    pub(super) permit: Permit<actions::Update, Import>,
    pub(super) id: ImportId,
    pub(super) number: i64,
    pub(super) duplicates: Duplicates,
}

/// What a batch left to be indexed.
#[derive(Default)]
pub(super) struct ToIndex {
    /// New customers.
    pub(super) documents: Vec<Document>,
    /// Changed customers, to be read again.
    pub(super) changed: Vec<CustomerId>,
}

/// Why a batch was not written.
pub(super) enum Refusal {
    /// The import was ended, deleted, or is run by another worker.
    Superseded,
    /// Somebody who was to have customers of the batch has left.
    Left(UserId),
    /// Something broke.
    Failed(CrmError),
}

impl<E: Into<CrmError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Run {
    /// Writes a batch that begins at a row of the file. Rows for somebody who has left are rejected.
    pub(super) async fn write(
        &self,
        batch: &mut Batch,
        from_row: u64,
        bytes_total: u64,
        doubts: &Doubts,
    ) -> Result<ToIndex, Refusal> {
        let mut attempt = 1;
        loop {
            match self.try_write(batch, from_row, bytes_total, doubts).await {
                Err(Refusal::Failed(CrmError::Store(StoreError::Stale))) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                Err(Refusal::Left(user)) => batch.reject_of(user),
                outcome => return outcome,
            }
        }
    }

    async fn try_write(
        &self,
        batch: &Batch,
        from_row: u64,
        bytes_total: u64,
        doubts: &Doubts,
    ) -> Result<ToIndex, Refusal> {
        let mut to_index = ToIndex::default();
        // Looked up within the transaction: what is found stays true until it is written.
        let mut tx = self.crm.store.write(&self.caller).await?;
        for owner in batch.owners() {
            if !self.crm.people.stays(&mut tx, owner).await? {
                return Err(Refusal::Left(owner));
            }
        }
        let (matcher, targets) = self.look_up(&mut tx, batch).await?;
        let policy = &self.crm.policy;
        let plan = resolve(
            policy,
            &self.caller,
            self.duplicates,
            batch,
            matcher,
            &targets,
        );
        let now = self.crm.store.clock().now();
        let counts = counts(batch, &plan, bytes_total);
        let created = self.create(&mut tx, batch, plan.creates, now).await?;
        let mut events: Vec<Event> = created.iter().map(|one| self.created_event(one)).collect();
        for (id, Filling { permit, changes }) in plan.fillings {
            let Some(stored) = targets.get(&id) else {
                continue;
            };
            let event = Event::of(&permit).with("import", Detail::id(*self.id.as_bytes()));
            let access = stored.access.clone();
            let written = self
                .crm
                .apply_changes(&mut tx, &self.keys, &permit, stored, changes, access, event)
                .await?;
            events.push(written.event);
            to_index.changed.push(stored.id());
        }
        sql::reject(&mut tx, &self.permit, &plan.left_out).await?;
        let step = Step {
            run: self.number,
            from_row,
            next_row: batch.next_row,
            add: counts,
            doubts,
        };
        if !sql::advance(&mut tx, &self.permit, &step).await? {
            return Err(Refusal::Superseded);
        }
        if events.is_empty() {
            events.push(self.event(&PROGRESS, &counts));
        }
        tx.finish_all(events).await?;
        to_index.documents = created
            .iter()
            .map(|one| one.document(&self.crm, now))
            .collect();
        Ok(to_index)
    }

    /// An entry about the import itself.
    pub(super) fn event(&self, what: &EventName, counts: &Progress) -> Event {
        Event::own::<Import>(&self.caller, what, Some(*self.id.as_bytes()))
            .with("read", Detail::count(counts.read))
            .with("created", Detail::count(counts.created))
            .with("updated", Detail::count(counts.updated))
            .with("skipped", Detail::count(counts.skipped))
            .with("rejected", Detail::count(counts.rejected))
    }

    /// What the database already has of a batch's values, and the customers that rows may be merged into.
    async fn look_up(
        &self,
        tx: &mut WriteTx<'_>,
        batch: &Batch,
    ) -> Result<(Matcher, Targets), CrmError> {
        if self.duplicates == Duplicates::Keep {
            return Ok((Matcher::default(), Targets::new()));
        }
        let candidates = batch
            .rows
            .iter()
            .filter_map(|row| row.outcome.as_ref().ok());
        let wanted: BTreeSet<Key> = candidates
            .flat_map(|c| c.signs.sought.iter().map(|(key, _)| *key))
            .collect();
        let stored = customers::sql::find_blind_many(tx, &self.caller, &wanted).await?;
        let mut targets = Targets::new();
        if self.duplicates == Duplicates::Merge {
            let ids: BTreeSet<[u8; 16]> = stored.values().copied().collect();
            let ids: Vec<[u8; 16]> = ids.into_iter().collect();
            let found = customers::sql::find_batch(tx, &self.keys, &self.caller, &ids).await?;
            targets = found
                .into_iter()
                .map(|customer| (customer.facts.id, customer))
                .collect();
        }
        Ok((Matcher::new(stored), targets))
    }

    /// Writes new customers and then, in the order of the indexes, what they are found by.
    async fn create<'b>(
        &self,
        tx: &mut WriteTx<'_>,
        batch: &'b Batch,
        creates: Vec<(usize, Vec<(&'static FieldSpec, String)>)>,
        now: Timestamp,
    ) -> Result<Vec<Created<'b>>, CrmError> {
        let mut created = Vec::with_capacity(creates.len());
        let mut entries: Vec<(Key, usize)> = Vec::with_capacity(creates.len() * 4);
        for (at, added) in creates {
            let Some(Ok(candidate)) = batch.rows.get(at).map(|row| &row.outcome) else {
                continue;
            };
            let permit = &candidate.permit;
            let row = permit.record();
            let place = created.len();
            let mut sealed = Cow::Borrowed(&candidate.sealed);
            for (spec, text) in &added {
                let random = self.crm.store.random();
                let bytes = seal_field(&candidate.key, CUSTOMER, row, spec, text, random);
                sealed.to_mut().set(spec.name, bytes);
                entries.extend(blind_hash(&self.keys, spec, text).map(|key| (key, place)));
            }
            entries.extend(candidate.hashes.iter().map(|key| (*key, place)));
            let mut access = candidate.access.clone();
            for (spec, text) in &added {
                access = access.with_attribute(spec.name, text);
            }
            let kept = access.seal::<Customer>(&self.keys, row, self.crm.store.random());
            customers::sql::insert(tx, permit, &kept, now, &candidate.wrapped, &sealed).await?;
            drop(kept);
            created.push(Created {
                candidate,
                access,
                added,
            });
        }
        match self.crm.store.engine() {
            EngineKind::Sqlite => entries.sort_unstable(),
            EngineKind::Postgres => entries.sort_unstable_by_key(|(key, place)| (*place, *key)),
        }
        // Two fields of one index may hold the same value, such as mobile and landline.
        entries.dedup();
        let at_once = match self.crm.store.engine() {
            EngineKind::Sqlite => 1,
            EngineKind::Postgres => usize::MAX,
        };
        let mut hashes = Vec::new();
        for of_one in entries.chunk_by(|a, b| at_once > 1 && a.1 == b.1) {
            hashes.clear();
            hashes.extend(of_one.iter().map(|(key, _)| *key));
            let Some(Created { candidate, .. }) =
                of_one.first().and_then(|(_, place)| created.get(*place))
            else {
                continue;
            };
            let permit = &candidate.permit;
            customers::sql::insert_blind(tx, permit, permit.record(), &hashes, at_once).await?;
        }
        Ok(created)
    }

    fn created_event(&self, created: &Created<'_>) -> Event {
        let Created {
            candidate, added, ..
        } = created;
        let fields = candidate
            .fields
            .iter()
            .chain(added)
            .map(|(spec, _)| spec.name);
        Event::of(&candidate.permit)
            .with("fields", Detail::names(fields))
            .with("import", Detail::id(*self.id.as_bytes()))
    }
}

/// A customer that a batch makes, with what later rows of the batch added.
struct Created<'b> {
    candidate: &'b Candidate,
    access: Access,
    added: Vec<(&'static FieldSpec, String)>,
}

impl Created<'_> {
    fn document(&self, crm: &Crm, now: Timestamp) -> Document {
        let Candidate {
            permit, wrapped, ..
        } = self.candidate;
        let fields = SealedFields::new();
        let stored =
            StoredCustomer::created(permit, self.access.clone(), now, wrapped.clone(), fields);
        let head = stored.head(crm.mark_of(&stored));
        let row = ListRow::prepare(CUSTOMER, &head, self).pack(CUSTOMER);
        let besides = Besides {
            texts: vec![String::new()],
            phones: Vec::new(),
        };
        SHAPE.document(&head, self, besides, row)
    }
}

impl FieldTexts for Created<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let added = || {
            self.added
                .iter()
                .find(|(spec, _)| spec.name == name)
                .map(|(_, text)| text.as_str())
        };
        self.candidate.get(name).or_else(added)
    }
}

fn counts(batch: &Batch, plan: &Resolution, bytes_total: u64) -> Progress {
    Progress {
        bytes_read: batch.bytes_read,
        bytes_total,
        read: batch.rows.len() as u64,
        created: plan.creates.len() as u64,
        updated: plan.updated,
        skipped: plan.skipped,
        rejected: plan.rejected,
    }
}

/// Adds the doubts of a batch to those of the import.
pub(super) fn add_doubts(doubts: &mut Doubts, rows: &[PreparedRow]) {
    let mut kinds: HashMap<(&str, &str), u64> = HashMap::new();
    for (field, code) in rows.iter().flat_map(|row| &row.doubts) {
        *kinds.entry((field, code)).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_unstable();
    for ((field, code), rows) in kinds {
        doubts.count(field, code, rows);
    }
}
