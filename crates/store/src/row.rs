//! Values and rows in the portable subset both engines share.

use crate::StoreError;
use custos_values::{Timestamp, UserId};

/// A bound parameter or a column value. The portable subset has no booleans, floats or native times:
/// flags and times are integers, ids and ciphertexts are bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// 64-bit integer; times are milliseconds since the epoch, flags 0 or 1.
    Int(i64),
    /// Text without NUL characters.
    Text(String),
    /// Bytes; ids are 16 bytes.
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($kind:ty => |$v:ident| $make:expr;)+) => {
        $(impl From<$kind> for Value { fn from($v: $kind) -> Self { $make } })+
    };
}

value_from! {
    i64 => |v| Value::Int(v);
    bool => |v| Value::Int(i64::from(v));
    &str => |v| Value::Text(v.to_owned());
    String => |v| Value::Text(v);
    Vec<u8> => |v| Value::Bytes(v);
    &[u8] => |v| Value::Bytes(v.to_vec());
    &[u8; 16] => |v| Value::Bytes(v.to_vec());
    [u8; 32] => |v| Value::Bytes(v.to_vec());
    Timestamp => |v| Value::Int(v.millis());
    UserId => |v| Value::Bytes(v.as_bytes().to_vec());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of a result, read by position.
#[derive(Debug, Clone)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    fn get(&self, column: usize) -> Result<&Value, StoreError> {
        self.0.get(column).ok_or_else(|| wrong(column, "present"))
    }

    /// An integer.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the column holds something else, as for the other readers.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.get(column)? {
            Value::Int(value) => Ok(*value),
            _ => Err(wrong(column, "an integer")),
        }
    }

    /// An integer or NULL.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn int_opt(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.int(column).map(Some),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.get(column)? {
            Value::Text(value) => Ok(value),
            _ => Err(wrong(column, "a text")),
        }
    }

    /// A text or NULL.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn text_opt(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        match self.get(column)? {
            Value::Bytes(value) => Ok(value),
            _ => Err(wrong(column, "bytes")),
        }
    }

    /// Bytes or NULL.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn bytes_opt(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.bytes(column).map(Some),
        }
    }

    /// A 16-byte id.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn id(&self, column: usize) -> Result<[u8; 16], StoreError> {
        self.bytes(column)?
            .try_into()
            .map_err(|_| wrong(column, "a 16-byte id"))
    }

    /// A 16-byte id or NULL.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn id_opt(&self, column: usize) -> Result<Option<[u8; 16]>, StoreError> {
        match self.get(column)? {
            Value::Null => Ok(None),
            _ => self.id(column).map(Some),
        }
    }

    /// A time.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn time(&self, column: usize) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp::from_millis)
    }

    /// A time or NULL.
    ///
    /// # Errors
    /// See [`Self::int`].
    pub fn time_opt(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.int_opt(column)?.map(Timestamp::from_millis))
    }
}

fn wrong(column: usize, expected: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} is not {expected}"))
}
