//! The first rows of an import as they will be stored.

use super::details::{Duplicates, ImportOptions};
use super::matching::{Match, Matcher, duplicate, permitted};
use super::model::{Import, StoredImport};
use super::plan::Plan;
use super::prepare::{Owners, unreadable};
use super::row::{OWNER, ReadRow, read_row};
use super::signs::{Key, Signs};
use super::upload::{self, file_gone};
use super::wire::{Outcome, Preview, PreviewRow};
use crate::crm::OrgKeys;
use crate::customers;
use crate::fields::{FieldValue, display};
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_tabular::{Limits, Table};
use custos_values::{ImportId, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows shown.
const ROWS: usize = 50;

impl Crm {
    /// Reads the first rows under options and says what would become of them.
    pub(super) async fn preview_import(
        &self,
        caller: &Caller,
        id: ImportId,
        options: ImportOptions,
    ) -> Result<Preview, CrmError> {
        let (import, permit) = self.import_for::<actions::Read>(caller, id).await?;
        let plan = self.import_plan(caller, &import, &options)?;
        let owner = options
            .owner_id
            .or_else(|| caller.user_id())
            .ok_or(CrmError::NotFound)?;
        let rows = self.first_rows(import, plan.clone()).await?;
        let keys = self.keys(caller.org()).await?;
        let preview = self.outcomes(caller, &keys, &plan, owner, rows).await?;
        self.record_read(previewed(&permit, preview.rows.len()))
            .await?;
        Ok(preview)
    }

    async fn first_rows(
        &self,
        import: StoredImport,
        plan: Plan,
    ) -> Result<Vec<(u64, ReadRow)>, CrmError> {
        let file = self.open_upload(import.id()).map_err(|_| file_gone())?;
        let detection = import.details.detection;
        let reading = move || {
            let mut table = Table::open(file, &detection, Limits::default())?;
            let mut read = Vec::with_capacity(ROWS);
            for row in table.rows()?.take(ROWS) {
                match row {
                    Ok(raw) => read.push((raw.row, read_row(&plan, &raw.cells, raw.notes))),
                    Err(error) => {
                        let notes = vec![unreadable(&error)];
                        read.push((
                            error.row,
                            ReadRow {
                                notes,
                                ..ReadRow::default()
                            },
                        ));
                    }
                }
            }
            Ok(read)
        };
        let read = tokio::task::spawn_blocking(reading)
            .await
            .map_err(Problem::internal)?;
        Ok(read.map_err(upload::unreadable)?)
    }

    async fn outcomes(
        &self,
        caller: &Caller,
        keys: &OrgKeys,
        plan: &Plan,
        owner: UserId,
        rows: Vec<(u64, ReadRow)>,
    ) -> Result<Preview, CrmError> {
        let signs = rows
            .iter()
            .map(|(_, row)| Signs::of(keys, plan, |name| row.get(name)));
        let signs: Vec<Signs> = signs.collect();
        let wanted: BTreeSet<Key> = signs
            .iter()
            .flat_map(|s| &s.sought)
            .map(|(key, _)| *key)
            .collect();
        let mut tx = self.store.read().await?;
        let stored = customers::sql::find_blind_many(&mut tx, caller, &wanted).await?;
        let ids: BTreeSet<[u8; 16]> = stored.values().copied().collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let found = customers::sql::find_many(&mut tx, keys, caller, &ids).await?;
        let targets: HashMap<_, _> = found
            .into_iter()
            .map(|customer| (customer.facts.id, customer))
            .collect();
        let mut matcher = Matcher::new(stored);
        let mut owners = Owners::new(owner);
        let mut preview = Preview {
            rows: Vec::with_capacity(rows.len()),
            duplicates_in_sample: 0,
        };
        for (at, (number, mut row)) in rows.into_iter().enumerate() {
            match owners.place(self, caller, row.owner_name.as_deref()) {
                Ok((_, warning)) => row.notes.extend(warning),
                Err(error) => row.notes.push(error),
            }
            let rejected = row.is_rejected();
            let hit = matcher.find(&signs[at]).filter(|_| !rejected);
            preview.duplicates_in_sample += usize::from(hit.is_some());
            let outcome = match (rejected, hit, plan.duplicates) {
                (true, ..) => Outcome::Reject,
                (false, Some((_, field)), Duplicates::Skip) => {
                    row.notes.push(duplicate(field, "row.duplicate"));
                    Outcome::Skip
                }
                (false, Some((Match::Stored(id), field)), Duplicates::Merge) => {
                    let refused = targets.get(&id).map(|customer| {
                        let fills = row
                            .fields
                            .iter()
                            .any(|(spec, _)| customer.fields.get(spec.name).is_none());
                        permitted(&self.policy, caller, &customer.facts)
                            .map(drop)
                            .and(if fills {
                                Ok(())
                            } else {
                                Err("row.duplicate_nothing_new")
                            })
                    });
                    match refused.unwrap_or(Err("row.duplicate")) {
                        Ok(()) => Outcome::Update,
                        Err(code) => {
                            row.notes.push(duplicate(field, code));
                            Outcome::Skip
                        }
                    }
                }
                (false, Some((Match::Fresh(_), _)), Duplicates::Merge) => {
                    let facts = Facts::owned(caller.org(), [0; 16], 1, Some(owner), None);
                    if permitted(&self.policy, caller, &facts).is_ok() {
                        Outcome::Update
                    } else {
                        Outcome::Skip
                    }
                }
                (false, _, _) => Outcome::Create,
            };
            if !rejected {
                matcher.learn(&signs[at], hit.map_or(Match::Fresh(at), |(found, _)| found));
            }
            preview.rows.push(shown(number, outcome, row));
        }
        Ok(preview)
    }
}

fn previewed(permit: &Permit<actions::Read, Import>, rows: usize) -> Event {
    Event::of(permit).with("previewed", Detail::count(rows as u64))
}

fn shown(row: u64, outcome: Outcome, read: ReadRow) -> PreviewRow {
    let mut fields: BTreeMap<String, String> = read
        .fields
        .iter()
        .map(|(spec, text)| (spec.name.to_owned(), text_of(display(spec, text), text)))
        .collect();
    let unknown = |code: &str| {
        read.notes
            .iter()
            .any(|note| note.field == OWNER && note.code == code)
    };
    if let Some(owner) = read.owner_name.clone()
        && !unknown("owner.unknown")
        && !unknown("owner.not_permitted")
    {
        fields.insert(OWNER.to_owned(), owner);
    }
    PreviewRow {
        row,
        outcome,
        fields,
        notes: read.notes.into_iter().map(Into::into).collect(),
    }
}

/// A value as people read it.
fn text_of(value: FieldValue, canonical: &str) -> String {
    match value {
        FieldValue::Text(text) | FieldValue::Masked { masked: text } => text,
        FieldValue::Reference { id, .. } => id,
        FieldValue::Lines { .. } => canonical.to_owned(),
        FieldValue::Money { .. } => crate::fields::money_text(canonical),
    }
}
