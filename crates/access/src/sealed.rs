//! Values as they are sealed in this crate's tables: JSON, bound to what they are for and to the id of their row.

use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_values::Random;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Seals a value for a row.
pub(crate) fn seal<T: Serialize>(
    key: &TenantKey,
    purpose: &str,
    row: &[u8; 16],
    value: &T,
    random: &dyn Random,
) -> Vec<u8> {
    let text = serde_json::to_vec(value).unwrap_or_default();
    key.seal_secret(purpose, row, &text, random)
}

/// Opens what [`seal`] gave.
///
/// # Errors
/// [`CryptoError`] for what was not sealed for this purpose and row, or is no such value.
pub(crate) fn open<T: DeserializeOwned>(
    key: &TenantKey,
    purpose: &str,
    row: &[u8; 16],
    sealed: &[u8],
) -> Result<T, CryptoError> {
    let text = key.open_secret(purpose, row, sealed)?;
    serde_json::from_slice(&text).map_err(|_| CryptoError::Malformed)
}
