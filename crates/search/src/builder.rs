//! Making an index of many customers at once: they come in any order and are sorted once.

use crate::document::{Document, DocumentError};
use crate::index::Index;
use crate::order::Order;
use crate::postings::Postings;
use crate::schema::IndexSchema;

/// Takes documents, then gives the index.
pub struct IndexBuilder {
    index: Index,
    /// Customers given more than once: the newest version wins, as with [`Index::upsert`].
    again: Vec<Document>,
}

impl IndexBuilder {
    /// A builder without customers.
    #[must_use]
    pub fn new(schema: IndexSchema) -> Self {
        Self {
            index: Index::without_orders(schema),
            again: Vec::new(),
        }
    }

    /// Takes a customer.
    ///
    /// # Errors
    /// When the document does not fit the schema.
    pub fn push(&mut self, document: &Document) -> Result<(), DocumentError> {
        self.index.check(document)?;
        if self.index.slot(&document.id).is_some() {
            self.again.push(document.clone());
        } else {
            self.index.put(document, Postings::gather)?;
        }
        Ok(())
    }

    /// Sorts and gives the index.
    ///
    /// # Errors
    /// When a document given again does not fit, which cannot happen: [`IndexBuilder::push`] looked.
    pub fn finish(mut self) -> Result<Index, DocumentError> {
        let index = &mut self.index;
        index.postings.flush();
        index.shrink();
        let mut slots = Vec::with_capacity(index.live.len());
        index.live.for_each(|slot| slots.push(slot));
        let sortable = index.schema.sortable();
        index.orders = sortable
            .into_iter()
            .map(|field| Order::build(field, &index.table, slots.iter().copied()))
            .collect();
        for document in &self.again {
            self.index.upsert(document)?;
        }
        Ok(self.index)
    }
}
