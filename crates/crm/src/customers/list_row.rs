//! Rows of lists: prepared once per change, packed, and kept in the index's memory.
//!
//! A row is JSON made when the record was indexed. Most of it is the same in every row (names of members, shapes of
//! times and masks), so that it is kept compressed with LZ4 against a dictionary of just that: about half the memory,
//! and less than a microsecond to unpack.

use crate::fields::{FieldKind, FieldSet, FieldTexts, FieldValue, display, mask};
use crate::index::Head;
use custos_values::{DepartmentId, RecordId, Timestamp, UserId};
use lz4_flex::block::{compress_prepend_size_with_dict, decompress_size_prepended_with_dict};
use parking_lot::RwLock;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

/// What rows of each kind have in common. Rows packed with another dictionary do not unpack, and none outlives the process.
static DICTIONARIES: LazyLock<RwLock<Dictionaries>> = LazyLock::new(RwLock::default);

/// By the table of the kind's fields.
type Dictionaries = HashMap<&'static str, Arc<[u8]>>;

fn dictionary(set: FieldSet) -> Arc<[u8]> {
    if let Some(known) = DICTIONARIES.read().get(set.table) {
        return Arc::clone(known);
    }
    let mut text = String::new();
    for spec in set.listed() {
        let value = match spec.kind {
            FieldKind::Choice(codes) => format!("\"{}\"", codes.join("\",\"")),
            _ if spec.masked => "{\"masked\":\"+86 ****\"}".to_owned(),
            _ => "\"".to_owned(),
        };
        text.push_str(&format!("\"{}\":{value},", spec.name));
    }
    // What is looked for at the beginning of every row comes last, where references are shortest.
    text.push_str(
        "\"}}\"id\":\"01\",\"version\":1,\"created_at\":\"2026-01-01T00:00:00.000Z\",\"updated_at\":\"2026-01-01T00:00:00.000Z\",\"fields\":{\"",
    );
    let made = Arc::from(text.into_bytes());
    Arc::clone(DICTIONARIES.write().entry(set.table).or_insert(made))
}

/// The prepared part of a list row. Names of people and the caller's actions are added when it is shown, because they
/// depend on others than the record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListRow {
    pub(crate) owner: Option<UserId>,
    pub(crate) department: Option<DepartmentId>,
    /// Id, version, times and masked list fields as JSON members, without braces.
    pub(crate) members: Vec<u8>,
}

impl ListRow {
    /// Prepares the row of a record.
    pub(crate) fn prepare(set: FieldSet, head: &Head, opened: &impl FieldTexts) -> Self {
        #[derive(Serialize)]
        struct Prepared<'a> {
            id: RecordId,
            version: i64,
            created_at: Timestamp,
            updated_at: Timestamp,
            fields: BTreeMap<&'a str, FieldValue>,
        }
        let fields = set.listed().filter_map(|spec| {
            let text = opened.get(spec.name)?;
            let value = if spec.masked {
                FieldValue::Masked {
                    masked: mask(spec, text),
                }
            } else {
                display(spec, text)
            };
            Some((spec.name, value))
        });
        let prepared = Prepared {
            id: RecordId::from_bytes(head.id),
            version: head.version,
            created_at: head.created_at,
            updated_at: head.updated_at,
            fields: fields.collect(),
        };
        let json = serde_json::to_vec(&prepared).unwrap_or_default();
        let members = json.get(1..json.len().saturating_sub(1));
        Self {
            owner: head.owner,
            department: head.department,
            members: members.unwrap_or_default().to_vec(),
        }
    }

    /// The row as the index keeps it.
    pub(crate) fn pack(&self, set: FieldSet) -> Vec<u8> {
        let packed = compress_prepend_size_with_dict(&self.members, &dictionary(set));
        let owner = self.owner.map_or([0; 16], |id| *id.as_bytes());
        let department = self.department.map_or([0; 16], |id| *id.as_bytes());
        [&owner[..], &department[..], &packed].concat()
    }

    /// A text of the row by the field's name.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        let json = [b"{", &self.members[..], b"}"].concat();
        let row: serde_json::Value = serde_json::from_slice(&json).ok()?;
        Some(row.get("fields")?.get(field)?.as_str()?.to_owned())
    }

    /// A row of the index; none if it is not one.
    pub(crate) fn unpack(set: FieldSet, packed: &[u8]) -> Option<Self> {
        let (owner, rest) = packed.split_first_chunk::<16>()?;
        let (department, members) = rest.split_first_chunk::<16>()?;
        Some(Self {
            owner: (*owner != [0; 16]).then(|| UserId::from_bytes(*owner)),
            department: (*department != [0; 16]).then(|| DepartmentId::from_bytes(*department)),
            members: decompress_size_prepended_with_dict(members, &dictionary(set)).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::CUSTOMER;

    #[test]
    fn a_row_unpacks_to_itself_and_the_common_part_costs_little() {
        let phone = "{\"masked\":\"+86 138****1234\"}";
        let row = ListRow {
            owner: Some(UserId::from_bytes([7; 16])),
            department: None,
            members: format!(
                "\"id\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"version\":3,\
                 \"created_at\":\"2026-03-04T05:06:07.890Z\",\"updated_at\":\"2026-03-05T15:16:17.180Z\",\
                 \"fields\":{{\"city\":\"Hangzhou\",\"name\":\"Example Ltd\",\"phone\":{phone},\"status\":\"won\"}}"
            )
            .into_bytes(),
        };
        let packed = row.pack(CUSTOMER);
        assert!(
            packed.len() < 32 + row.members.len() * 3 / 4,
            "{}",
            packed.len()
        );
        assert_eq!(ListRow::unpack(CUSTOMER, &packed).as_ref(), Some(&row));
        assert_eq!(ListRow::unpack(CUSTOMER, &packed[..packed.len() - 1]), None);
        assert_eq!(ListRow::unpack(CUSTOMER, &packed[..20]), None);
    }
}
