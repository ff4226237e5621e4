//! The customers themselves, column by column. A customer has a slot (a row number), which is used again after it is gone.

use crate::document::Document;
use crate::fold::fold;
use crate::reading::table;
use crate::schema::{FieldId, Id, IndexSchema};
use std::cmp::Ordering;
use std::sync::Arc;

/// Ends a text field within a customer's texts.
const FIELD_END: char = '\u{1f}';
/// Bytes of a text that count for its place in a sorted list, so that a place fits into a cursor.
pub(crate) const SORTED_BYTES: usize = 144;
/// A number field without a value.
const NO_NUMBER: i64 = i64::MIN;

/// What a field is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// No value: comes last whatever the direction.
    Empty,
    /// Folded text, at most [`SORTED_BYTES`] long.
    Text(String),
    /// A number, a time, or the place of a choice.
    Number(i64),
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) ids: Vec<Id>,
    pub(crate) versions: Vec<i64>,
    pub(crate) rows: Vec<Option<Arc<[u8]>>>,
    /// Owner, department and mark as numbers of the index's own; 0 for none.
    pub(crate) owners: Vec<u32>,
    pub(crate) departments: Vec<u32>,
    pub(crate) marks: Vec<u32>,
    /// Per choice field the code's number; 0 for none.
    pub(crate) choices: Vec<Vec<u16>>,
    /// Per choice field how many codes the schema declares.
    declared: Vec<u16>,
    numbers: Vec<Vec<i64>>,
    created: Vec<i64>,
    updated: Vec<i64>,
    texts: Vec<Box<str>>,
    /// Per sortable text field the weights of the first four characters.
    heads: Vec<Option<Vec<u64>>>,
}

impl Table {
    pub(crate) fn new(schema: &IndexSchema) -> Self {
        Self {
            choices: vec![Vec::new(); schema.choices.len()],
            declared: schema
                .choices
                .iter()
                .map(|f| f.codes.len() as u16)
                .collect(),
            numbers: vec![Vec::new(); schema.numbers.len()],
            heads: schema
                .texts
                .iter()
                .map(|f| f.sortable.then(Vec::new))
                .collect(),
            ..Self::default()
        }
    }

    /// Slots there are, in use or not.
    pub(crate) fn slots(&self) -> usize {
        self.ids.len()
    }

    /// Makes a new, empty slot.
    pub(crate) fn grow(&mut self) -> u32 {
        let slot = self.ids.len() as u32;
        self.ids.push(Id::default());
        self.versions.push(0);
        self.rows.push(None);
        self.owners.push(0);
        self.departments.push(0);
        self.marks.push(0);
        self.created.push(0);
        self.updated.push(0);
        self.texts.push(Box::default());
        self.choices.iter_mut().for_each(|column| column.push(0));
        self.numbers
            .iter_mut()
            .for_each(|column| column.push(NO_NUMBER));
        self.heads
            .iter_mut()
            .flatten()
            .for_each(|column| column.push(0));
        slot
    }

    /// Writes everything but owner, department, mark and choices, whose numbers the index gives.
    pub(crate) fn write(&mut self, slot: u32, document: &Document, texts: Box<str>) {
        let at = slot as usize;
        self.ids[at] = document.id;
        self.versions[at] = document.version;
        self.rows[at] = Some(Arc::clone(&document.row));
        self.created[at] = document.created_at;
        self.updated[at] = document.updated_at;
        for (column, value) in self.numbers.iter_mut().zip(&document.numbers) {
            column[at] = value.map_or(NO_NUMBER, |value| value.max(NO_NUMBER + 1));
        }
        for (field, column) in self.heads.iter_mut().enumerate() {
            if let Some(column) = column {
                column[at] = head(field_of(&texts, field));
            }
        }
        self.texts[at] = texts;
    }

    /// Lets go of what a removed customer held.
    pub(crate) fn clear(&mut self, slot: u32) {
        self.rows[slot as usize] = None;
        self.texts[slot as usize] = Box::default();
    }

    /// The folded texts and the last four digits of telephone numbers, as kept.
    pub(crate) fn texts(&self, slot: u32) -> &str {
        &self.texts[slot as usize]
    }

    /// A text field, folded.
    pub(crate) fn text(&self, slot: u32, field: usize) -> &str {
        field_of(&self.texts[slot as usize], field)
    }

    /// How many codes the schema declares of a choice field.
    pub(crate) fn declared(&self, choice: usize) -> u32 {
        u32::from(self.declared[choice])
    }

    /// A number field's or time's value.
    #[inline]
    pub(crate) fn number(&self, slot: u32, field: FieldId) -> Option<i64> {
        let at = slot as usize;
        match field {
            FieldId::CreatedAt => Some(self.created[at]),
            FieldId::UpdatedAt => Some(self.updated[at]),
            FieldId::Number(n) => {
                Some(self.numbers[usize::from(n)][at]).filter(|value| *value != NO_NUMBER)
            }
            FieldId::Choice(n) => match self.choices[usize::from(n)][at] {
                0 => None,
                code => Some(i64::from(code.min(self.declared[usize::from(n)] + 1))),
            },
            FieldId::Text(_) => None,
        }
    }

    /// Whether a field has no value to be sorted by.
    pub(crate) fn is_empty(&self, slot: u32, field: FieldId) -> bool {
        match field {
            // Weights are never 0, so only an empty text has no head; the text itself need not be fetched.
            FieldId::Text(_) => self.head(slot, field) == 0,
            other => self.number(slot, other).is_none(),
        }
    }

    /// What a field is sorted by.
    pub(crate) fn key(&self, slot: u32, field: FieldId) -> Key {
        match field {
            FieldId::Text(n) => match sorted_part(self.text(slot, usize::from(n))) {
                "" => Key::Empty,
                text => Key::Text(text.to_owned()),
            },
            other => self.number(slot, other).map_or(Key::Empty, Key::Number),
        }
    }

    /// The beginning of a key as a number, so that most comparisons end there.
    #[inline]
    pub(crate) fn head(&self, slot: u32, field: FieldId) -> u64 {
        match field {
            FieldId::Text(n) => self.heads[usize::from(n)]
                .as_ref()
                .map_or(0, |column| column[slot as usize]),
            other => number_head(self.number(slot, other).unwrap_or(NO_NUMBER)),
        }
    }

    /// Order of two customers with values in this field: by value, then by id.
    #[inline]
    pub(crate) fn compare(&self, field: FieldId, a: u32, b: u32) -> Ordering {
        self.head(a, field)
            .cmp(&self.head(b, field))
            .then_with(|| match field {
                FieldId::Text(n) => {
                    compare_texts(self.text(a, usize::from(n)), self.text(b, usize::from(n)))
                }
                _ => Ordering::Equal,
            })
            .then_with(|| self.ids[a as usize].cmp(&self.ids[b as usize]))
    }

    /// Order of a customer and a place in the list.
    pub(crate) fn compare_place(&self, field: FieldId, slot: u32, key: &Key, id: &Id) -> Ordering {
        let by_key = match (field, key) {
            (FieldId::Text(n), Key::Text(text)) => self
                .head(slot, field)
                .cmp(&head(text))
                .then_with(|| compare_texts(self.text(slot, usize::from(n)), text)),
            (_, Key::Number(number)) => self.number(slot, field).cmp(&Some(*number)),
            _ => Ordering::Equal,
        };
        by_key.then_with(|| self.ids[slot as usize].cmp(id))
    }

    /// Bytes held, the rows' included.
    pub(crate) fn heap(&self) -> usize {
        let slots = self.ids.capacity();
        let columns =
            16 + 8 + 16 + 4 + 4 + 8 + 8 + 16 + self.choices.len() * 2 + self.numbers.len() * 8;
        let heads = self
            .heads
            .iter()
            .flatten()
            .map(|column| column.capacity() * 8)
            .sum::<usize>();
        // An allocation costs the allocator a word or two; an Arc has two counters.
        let texts = self.texts.iter().map(|text| text.len() + 8).sum::<usize>();
        let rows = self
            .rows
            .iter()
            .flatten()
            .map(|row| row.len() + 24)
            .sum::<usize>();
        slots * columns + heads + texts + rows
    }

    /// Gives back what growing left over.
    pub(crate) fn shrink(&mut self) {
        self.ids.shrink_to_fit();
        self.versions.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.owners.shrink_to_fit();
        self.departments.shrink_to_fit();
        self.marks.shrink_to_fit();
        self.created.shrink_to_fit();
        self.updated.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.choices.iter_mut().for_each(Vec::shrink_to_fit);
        self.numbers.iter_mut().for_each(Vec::shrink_to_fit);
        self.heads.iter_mut().flatten().for_each(Vec::shrink_to_fit);
    }
}

/// The texts of a document as they are kept: each field folded and ended, then the last four digits of each number.
pub(crate) fn kept_texts(document: &Document) -> Box<str> {
    let mut kept = String::new();
    for text in &document.texts {
        kept.push_str(&fold(text));
        kept.push(FIELD_END);
    }
    for phone in &document.phones {
        if let Some(four) = phone
            .len()
            .checked_sub(4)
            .and_then(|from| phone.get(from..))
            && four.bytes().all(|b| b.is_ascii_digit())
        {
            kept.push_str(four);
            kept.push(FIELD_END);
        }
    }
    kept.into_boxed_str()
}

/// One field of kept texts; after the schema's text fields come the telephone numbers.
pub(crate) fn field_of(texts: &str, field: usize) -> &str {
    texts.split(FIELD_END).nth(field).unwrap_or_default()
}

/// The last four digits of the telephone numbers in kept texts.
pub(crate) fn last_fours(texts: &str, text_fields: usize) -> impl Iterator<Item = u16> {
    texts
        .split_terminator(FIELD_END)
        .skip(text_fields)
        .filter_map(|four| four.parse().ok())
}

fn sorted_part(text: &str) -> &str {
    &text[..text.floor_char_boundary(SORTED_BYTES)]
}

/// Weights of the first four characters; after one beyond the BMP only zeros, since its weight is not its own.
fn head(text: &str) -> u64 {
    let mut head = 0;
    let mut open = true;
    let mut chars = text.chars();
    for _ in 0..4 {
        let weight = chars
            .next()
            .filter(|_| open)
            .map_or(0, |c| table().weight(c));
        open &= weight != u16::MAX;
        head = head << 16 | u64::from(weight);
    }
    head
}

fn number_head(number: i64) -> u64 {
    number as u64 ^ (1 << 63)
}

fn compare_texts(a: &str, b: &str) -> Ordering {
    let weighed = |c: char| (table().weight(c), c);
    sorted_part(a)
        .chars()
        .map(weighed)
        .cmp(sorted_part(b).chars().map(weighed))
}
