//! Sealed values and the only ways out of them.
//!
//! `Sealed<T>` is stored. With a permit it opens to `Plain<T>`, which cannot be printed or serialised. What may
//! leave is `Masked`, or `Disclosed<T>`, whose making is noted in [`Disclosures`] for the audit entry.

use super::aead::{CryptoError, sealed_under};
use super::keys::RecordKey;
use crate::policy::{Action, Permit, Resource};
use custos_values::Random;
use serde::Serialize;
use std::marker::PhantomData;
use zeroize::{Zeroize, Zeroizing};

/// Where a sealed value lives; part of its additional data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// The table.
    pub table: &'static str,
    /// The row's id.
    pub row: &'a [u8; 16],
    /// The column or field name.
    pub column: &'static str,
    /// The record it belongs to, with the kind of it, if that is not the customer whose key seals it: decisions about the
    /// value are decisions about that record.
    pub of: Option<Owner<'a>>,
}

/// The kind and id of the record that a row belongs to, or is.
pub type Owner<'a> = (&'static str, &'a [u8; 16]);

impl Column<'_> {
    fn context(&self, key: &RecordKey) -> Vec<u8> {
        context(key, self.table, self.row, self.column, self.of)
    }
}

fn context(
    key: &RecordKey,
    table: &str,
    row: &[u8; 16],
    column: &str,
    of: Option<Owner<'_>>,
) -> Vec<u8> {
    // Lengths before names make the encoding unambiguous: no two columns share a context.
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(b"field");
    out.extend_from_slice(key.org.as_bytes());
    out.extend_from_slice(key.customer.as_bytes());
    out.push(table.len() as u8);
    out.extend_from_slice(table.as_bytes());
    out.extend_from_slice(row);
    out.push(column.len() as u8);
    out.extend_from_slice(column.as_bytes());
    if let Some((kind, record)) = of {
        out.push(kind.len() as u8);
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(record);
    }
    out
}

impl RecordKey {
    /// Seals a stored value anew with the key's suite, for a rotation; none if it is already. Nothing leaves: what comes
    /// out is as sealed as what went in.
    ///
    /// # Errors
    /// [`CryptoError`] when the value does not open.
    pub fn reseal(
        &self,
        (table, row, of): (&str, &[u8; 16], Option<Owner<'_>>),
        column: &str,
        sealed: &[u8],
        random: &dyn Random,
    ) -> Result<Option<Vec<u8>>, CryptoError> {
        if sealed_under(sealed)?.0 == self.suite() {
            return Ok(None);
        }
        let context = context(self, table, row, column, of);
        let plain = Zeroizing::new(self.aead.open(&context, sealed)?);
        Ok(Some(self.aead.seal(1, &context, &plain, random)))
    }
}

/// A value encrypted under a record key. The type parameter says what is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<T> {
    bytes: Vec<u8>,
    kind: PhantomData<fn() -> T>,
}

/// A sealed text, the form of every customer field.
pub type SealedText = Sealed<String>;

impl<T> Sealed<T> {
    /// Takes stored bytes back; nothing is checked until it is opened.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            kind: PhantomData,
        }
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Sealed<String> {
    /// Seals a text under a customer's key for one column.
    pub fn seal(key: &RecordKey, column: &Column<'_>, text: &str, random: &dyn Random) -> Self {
        Self::from_bytes(
            key.aead
                .seal(1, &column.context(key), text.as_bytes(), random),
        )
    }

    /// Opens a text. The permit must be for the record it belongs to: the customer whose key seals it unless the column names
    /// another, such as a deal, which is sealed under its customer's key and decided on by itself.
    ///
    /// # Errors
    /// [`CryptoError`] when the permit is for another record, or the ciphertext was altered or moved.
    pub fn open<A: Action, R: Resource>(
        &self,
        permit: &Permit<A, R>,
        key: &RecordKey,
        column: &Column<'_>,
    ) -> Result<Plain<String>, CryptoError> {
        let decided_on = match column.of {
            None => permit.record() == key.customer.as_bytes(),
            Some((kind, record)) => permit.record() == record && R::TYPE == kind,
        };
        if permit.org() != key.org || !decided_on {
            return Err(CryptoError::WrongRecord);
        }
        let bytes = Zeroizing::new(key.aead.open(&column.context(key), &self.bytes)?);
        let text = std::str::from_utf8(&bytes).map_err(|_| CryptoError::Malformed)?;
        Ok(Plain(text.to_owned()))
    }
}

/// An opened value. No Debug, Display, Serialize, Clone; wiped when dropped.
pub struct Plain<T: Zeroize>(T);

impl<T: Zeroize> Plain<T> {
    /// The value, for work inside the server that shows nothing to anybody: indexing, comparing, validating.
    /// What is handed to a person goes through [`Self::disclose`] or [`Self::mask`].
    pub fn expose_for_processing(&self) -> &T {
        &self.0
    }

    /// Hides all but what the mask keeps.
    pub fn mask(&self, mask: impl FnOnce(&T) -> String) -> Masked {
        Masked(mask(&self.0))
    }

    /// Lets the value leave in clear and notes the field for the audit entry.
    pub fn disclose(mut self, field: &'static str, disclosures: &mut Disclosures) -> Disclosed<T>
    where
        T: Default,
    {
        disclosures.note(field);
        Disclosed(std::mem::take(&mut self.0))
    }
}

impl<T: Zeroize> Drop for Plain<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A value that may leave the server in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Disclosed<T>(T);

impl<T> Disclosed<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A value with its middle hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// The masked text.
    pub fn into_inner(self) -> String {
        self.0
    }
}

/// The fields disclosed while answering one request, for its audit entry.
#[derive(Debug, Default)]
#[must_use = "what was disclosed belongs into the audit entry"]
pub struct Disclosures(Vec<&'static str>);

impl Disclosures {
    /// Nothing disclosed yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn note(&mut self, field: &'static str) {
        if !self.0.contains(&field) {
            self.0.push(field);
        }
    }

    /// The names of the fields disclosed so far.
    pub fn fields(&self) -> &[&'static str] {
        &self.0
    }
}
