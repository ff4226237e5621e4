//! The sealed-row codec: all fields of a row in one column, each sealed on its own.
//!
//! Layout: for every field `name length(1) ‖ name ‖ length(4, big endian) ‖ sealed bytes`. Adding a field needs no
//! migration; a field moved to another name or row does not open, because both are in its additional data.

use crate::StoreError;

/// Upper bound of one row's sealed fields, in bytes.
const MAX_ROW: usize = 1 << 20;

/// The sealed fields of one row, in stored order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedFields(Vec<(String, Vec<u8>)>);

impl SealedFields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the stored column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the bytes are not of the layout above.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt("sealed fields".to_owned());
        if bytes.len() > MAX_ROW {
            return Err(corrupt());
        }
        let mut take = |n: usize| {
            let (head, rest) = bytes.split_at_checked(n)?;
            bytes = rest;
            Some(head)
        };
        let mut fields = Vec::new();
        while let Some(length) = take(1) {
            let name = take(length[0] as usize).ok_or_else(corrupt)?;
            let name = std::str::from_utf8(name).map_err(|_| corrupt())?.to_owned();
            let length = take(4)
                .and_then(|b| b.try_into().ok())
                .map(u32::from_be_bytes)
                .ok_or_else(corrupt)?;
            let sealed = take(length as usize).ok_or_else(corrupt)?;
            fields.push((name, sealed.to_vec()));
        }
        Ok(Self(fields))
    }

    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.iter().map(|(n, s)| n.len() + s.len() + 5).sum());
        for (name, sealed) in &self.0 {
            out.push(name.len() as u8);
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&(sealed.len() as u32).to_be_bytes());
            out.extend_from_slice(sealed);
        }
        out
    }

    /// The sealed bytes of a field.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, sealed)| sealed.as_slice())
    }

    /// Sets or replaces a field. Names are field-registry names of at most 255 bytes.
    pub fn set(&mut self, name: &str, sealed: Vec<u8>) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = sealed,
            None => self.0.push((name.to_owned(), sealed)),
        }
    }

    /// Removes a field.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| n != name);
    }

    /// Names and sealed bytes, in stored order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(name, sealed)| (name.as_str(), sealed.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_it_encoded_and_refuses_every_truncation() {
        let mut fields = SealedFields::new();
        fields.set("name", vec![1, 2, 3]);
        fields.set("phone", vec![]);
        fields.set("name", vec![9; 300]);
        let bytes = fields.encode();
        assert_eq!(SealedFields::decode(&bytes).unwrap(), fields);
        for end in 1..bytes.len() {
            match SealedFields::decode(&bytes[..end]) {
                Err(StoreError::Corrupt(_)) => {}
                Ok(shorter) => assert_eq!(shorter.get("name").map(<[u8]>::len), Some(300)),
                Err(other) => panic!("{other}"),
            }
        }
    }
}
