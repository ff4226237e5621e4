//! Where a page ended: the last customer's sort key and id, so that coming and going customers do not move it.

use crate::order::Place;
use crate::query::Sort;
use crate::schema::FieldId;
use crate::table::{Key, SORTED_BYTES};

const FORMAT: u8 = 1;
const DESCENDING: u8 = 1;
const RANKED: u8 = 2;

/// The place after which the next page begins. It holds the beginning of a customer's value: give it only to callers
/// who saw that customer, and authenticate what comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) sort: Sort,
    /// In a list of best matches: the class of the last hit.
    pub(crate) class: Option<u8>,
    pub(crate) place: Place,
}

impl Cursor {
    /// Bytes of this cursor, at most 200.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, field) = match self.sort.field {
            FieldId::Text(n) => (0, n),
            FieldId::Choice(n) => (1, n),
            FieldId::Number(n) => (2, n),
            FieldId::CreatedAt => (3, 0),
            FieldId::UpdatedAt => (4, 0),
        };
        let flags =
            u8::from(self.sort.descending) * DESCENDING + u8::from(self.class.is_some()) * RANKED;
        let mut bytes = vec![FORMAT, flags, self.class.unwrap_or(0), kind];
        bytes.extend_from_slice(&field.to_le_bytes());
        bytes.extend_from_slice(&self.place.id);
        match &self.place.key {
            Key::Empty => bytes.push(0),
            Key::Text(text) => {
                bytes.push(1);
                bytes.extend_from_slice(text.as_bytes());
            }
            Key::Number(number) => {
                bytes.push(2);
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what [`Cursor::to_bytes`] wrote; `None` if it is not that.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, key) = bytes.split_at_checked(23)?;
        let [FORMAT, flags @ 0..=3, class, kind, low, high, id @ .., tag] = head else {
            return None;
        };
        let n = u16::from_le_bytes([*low, *high]);
        let field = match kind {
            0 => FieldId::Text(n),
            1 => FieldId::Choice(n),
            2 => FieldId::Number(n),
            3 => FieldId::CreatedAt,
            4 => FieldId::UpdatedAt,
            _ => return None,
        };
        let text = matches!(field, FieldId::Text(_));
        let key = match tag {
            0 if key.is_empty() => Key::Empty,
            1 if text && key.len() <= SORTED_BYTES => {
                Key::Text(std::str::from_utf8(key).ok()?.to_owned())
            }
            2 if !text => Key::Number(i64::from_le_bytes(key.try_into().ok()?)),
            _ => return None,
        };
        Some(Self {
            sort: Sort {
                field,
                descending: flags & DESCENDING != 0,
            },
            class: (flags & RANKED != 0).then_some(*class),
            place: Place {
                key,
                id: id.try_into().ok()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, FieldId, Key, Place, Sort};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_what_it_wrote(text in "[a-z北京]{1,36}", number: i64, id: [u8; 16], n: u16, descending: bool, kind in 0..4) {
            let (field, key) = match kind {
                0 => (FieldId::Text(n), Key::Text(text)),
                1 => (FieldId::Number(n), Key::Number(number)),
                2 => (FieldId::Choice(n), Key::Empty),
                _ => (FieldId::UpdatedAt, Key::Number(number)),
            };
            let class = (kind == 0).then_some(3);
            let cursor = Cursor { sort: Sort { field, descending }, class, place: Place { key, id } };
            let bytes = cursor.to_bytes();
            prop_assert!(bytes.len() <= 200);
            prop_assert_eq!(Cursor::from_bytes(&bytes), Some(cursor));
        }

        #[test]
        fn refuses_noise_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(cursor) = Cursor::from_bytes(&bytes) {
                prop_assert_eq!(cursor.to_bytes().len(), bytes.len());
            }
        }
    }
}
