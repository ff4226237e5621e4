//! The index: what it holds, and how customers come and go.

use crate::docset::DocSet;
use crate::document::{Document, DocumentError};
use crate::keyed::Keyed;
use crate::order::Order;
use crate::postings::Postings;
use crate::schema::{FieldId, Id, IndexSchema};
use crate::table::{Table, field_of, kept_texts};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Different codes a choice field may have.
const CODES: usize = 65_000;

/// The index over one organisation's customers. Everything is in memory; concurrency is the caller's.
pub struct Index {
    pub(crate) schema: IndexSchema,
    pub(crate) table: Table,
    /// Slots by customer id; ids are in the table.
    slots: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Slots of customers that are gone.
    free: Vec<u32>,
    /// Slots in use.
    pub(crate) live: DocSet,
    pub(crate) owners: Keyed<Id>,
    pub(crate) departments: Keyed<Id>,
    pub(crate) marks: Keyed<u32>,
    pub(crate) choices: Vec<Keyed<String>>,
    pub(crate) postings: Postings,
    pub(crate) orders: Vec<Order>,
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upsert {
    /// The customer is new.
    Inserted,
    /// It replaced an older version, or the same one.
    Replaced,
    /// The index has a newer version; nothing changed.
    Older,
}

/// Size of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Customers in the index.
    pub documents: u64,
    /// About how many bytes of memory it takes.
    pub bytes: u64,
}

impl Index {
    /// An empty index.
    #[must_use]
    pub fn new(schema: IndexSchema) -> Self {
        let mut index = Self::without_orders(schema);
        index.orders = index
            .schema
            .sortable()
            .into_iter()
            .map(Order::new)
            .collect();
        index
    }

    /// An index whose lists are sorted later, all at once.
    pub(crate) fn without_orders(schema: IndexSchema) -> Self {
        let choices = schema.choices.iter().map(|field| {
            let mut choice = Keyed::new();
            for code in &field.codes {
                choice.number(Some(code.as_str()));
            }
            choice
        });
        Self {
            table: Table::new(&schema),
            slots: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            free: Vec::new(),
            live: DocSet::default(),
            owners: Keyed::new(),
            departments: Keyed::new(),
            marks: Keyed::new(),
            choices: choices.collect(),
            postings: Postings::new(&schema),
            orders: Vec::new(),
            schema,
        }
    }

    /// The schema it was made with.
    #[must_use]
    pub fn schema(&self) -> &IndexSchema {
        &self.schema
    }

    /// The version the index has of a customer.
    #[must_use]
    pub fn version(&self, id: &Id) -> Option<i64> {
        self.slot(id).map(|slot| self.table.versions[slot as usize])
    }

    /// Takes a customer in, new or changed. An older version than the index has is ignored, so that a change feed can be
    /// followed from a point before the last one read.
    ///
    /// # Errors
    /// When the document does not fit the schema; the index is unchanged then.
    pub fn upsert(&mut self, document: &Document) -> Result<Upsert, DocumentError> {
        self.check(document)?;
        let Some(slot) = self.slot(&document.id) else {
            let slot = self.put(document, Postings::insert)?;
            self.orders
                .iter_mut()
                .for_each(|order| order.insert(&self.table, slot));
            return Ok(Upsert::Inserted);
        };
        let at = slot as usize;
        if document.version < self.table.versions[at] {
            return Ok(Upsert::Older);
        }
        let texts = kept_texts(document);
        let codes = self.codes(document);
        let moved: Vec<bool> = self
            .orders
            .iter()
            .map(|order| self.moves(order.field, slot, document, &texts, &codes))
            .collect();
        for (order, _) in self
            .orders
            .iter_mut()
            .zip(&moved)
            .filter(|(_, moved)| **moved)
        {
            order.remove(&self.table, slot);
        }
        if *self.table.texts(slot) != *texts {
            self.postings.replace(slot, self.table.texts(slot), &texts);
        }
        self.unlink(slot);
        self.table.write(slot, document, texts);
        self.link(slot, document, &codes);
        for (order, _) in self
            .orders
            .iter_mut()
            .zip(&moved)
            .filter(|(_, moved)| **moved)
        {
            order.insert(&self.table, slot);
        }
        Ok(Upsert::Replaced)
    }

    /// Takes a customer out; whether it was there.
    pub fn remove(&mut self, id: &Id) -> bool {
        let hash = self.hasher.hash_one(id);
        let Ok(entry) = self
            .slots
            .find_entry(hash, |slot| self.table.ids[*slot as usize] == *id)
        else {
            return false;
        };
        let (slot, _) = entry.remove();
        self.orders
            .iter_mut()
            .for_each(|order| order.remove(&self.table, slot));
        self.postings.replace(slot, self.table.texts(slot), "");
        self.unlink(slot);
        self.live.remove(slot);
        self.table.clear(slot);
        self.free.push(slot);
        true
    }

    /// How large the index is.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let keyed = self.owners.heap()
            + self.departments.heap()
            + self.marks.heap()
            + self.choices.iter().map(Keyed::heap).sum::<usize>();
        let orders = self.orders.iter().map(Order::heap).sum::<usize>();
        let ids = self.slots.capacity() * 8 / 7 * 5 + self.free.capacity() * 4 + self.live.heap();
        let bytes = self.table.heap() + self.postings.heap() + keyed + orders + ids;
        Stats {
            documents: self.live.len() as u64,
            bytes: bytes as u64,
        }
    }

    pub(crate) fn slot(&self, id: &Id) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        self.slots
            .find(hash, |slot| self.table.ids[*slot as usize] == *id)
            .copied()
    }

    /// Puts a customer that is not there into everything but the orders; `add` says how its grams are added.
    pub(crate) fn put(
        &mut self,
        document: &Document,
        add: fn(&mut Postings, u32, &str),
    ) -> Result<u32, DocumentError> {
        if self.free.is_empty() && self.table.slots() == u32::MAX as usize {
            return Err(DocumentError::Full);
        }
        let slot = self.free.pop().unwrap_or_else(|| self.table.grow());
        let texts = kept_texts(document);
        add(&mut self.postings, slot, &texts);
        let codes = self.codes(document);
        self.table.write(slot, document, texts);
        self.link(slot, document, &codes);
        self.live.insert(slot);
        let (hasher, ids) = (&self.hasher, &self.table.ids);
        self.slots
            .insert_unique(hasher.hash_one(document.id), slot, |slot| {
                hasher.hash_one(ids[*slot as usize])
            });
        Ok(slot)
    }

    pub(crate) fn check(&self, document: &Document) -> Result<(), DocumentError> {
        document.check(&self.schema)?;
        let full = self
            .choices
            .iter()
            .zip(&document.choices)
            .any(|(choice, code)| {
                choice.len() >= CODES
                    && code
                        .as_ref()
                        .is_some_and(|code| !choice.knows(code.as_str()))
            });
        if full {
            Err(DocumentError::TooManyCodes)
        } else {
            Ok(())
        }
    }

    /// Gives back what growing left over.
    pub(crate) fn shrink(&mut self) {
        self.table.shrink();
        self.postings.shrink();
        self.owners.shrink();
        self.departments.shrink();
        self.marks.shrink();
        self.choices.iter_mut().for_each(Keyed::shrink);
        let (hasher, ids) = (&self.hasher, &self.table.ids);
        self.slots
            .shrink_to_fit(|slot| hasher.hash_one(ids[*slot as usize]));
    }

    fn codes(&mut self, document: &Document) -> Vec<u16> {
        let codes = self.choices.iter_mut().zip(&document.choices);
        codes
            .map(|(choice, code)| choice.number(code.as_deref()) as u16)
            .collect()
    }

    /// Whether a document puts a customer to another place in the list by this field.
    fn moves(
        &self,
        field: FieldId,
        slot: u32,
        document: &Document,
        texts: &str,
        codes: &[u16],
    ) -> bool {
        match field {
            FieldId::Text(n) => {
                self.table.text(slot, usize::from(n)) != field_of(texts, usize::from(n))
            }
            FieldId::Choice(n) => {
                self.table.choices[usize::from(n)][slot as usize] != codes[usize::from(n)]
            }
            FieldId::Number(n) => {
                self.table.number(slot, field) != document.numbers[usize::from(n)]
            }
            FieldId::CreatedAt => self.table.number(slot, field) != Some(document.created_at),
            FieldId::UpdatedAt => self.table.number(slot, field) != Some(document.updated_at),
        }
    }

    /// Notes owner, department, mark and choices.
    fn link(&mut self, slot: u32, document: &Document, codes: &[u16]) {
        let at = slot as usize;
        self.table.owners[at] = self.owners.number(document.owner.as_ref());
        self.table.departments[at] = self.departments.number(document.department.as_ref());
        self.table.marks[at] = self.marks.number(Some(&document.mark));
        self.owners.insert(self.table.owners[at], slot);
        self.marks.insert(self.table.marks[at], slot);
        self.departments.insert(self.table.departments[at], slot);
        for ((choice, column), code) in self
            .choices
            .iter_mut()
            .zip(&mut self.table.choices)
            .zip(codes)
        {
            column[at] = *code;
            choice.insert(u32::from(*code), slot);
        }
    }

    fn unlink(&mut self, slot: u32) {
        let at = slot as usize;
        self.owners.remove(self.table.owners[at], slot);
        self.departments.remove(self.table.departments[at], slot);
        self.marks.remove(self.table.marks[at], slot);
        for (choice, column) in self.choices.iter_mut().zip(&self.table.choices) {
            choice.remove(u32::from(column[at]), slot);
        }
    }
}
