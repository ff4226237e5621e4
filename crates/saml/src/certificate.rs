//! Certificates as carriers of keys: what the metadata lists is trusted because it is listed there, not because somebody
//! signed it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_kernel::crypto::{ForeignSignature, sha256};
use custos_values::Timestamp;
use thiserror::Error;
use x509_parser::prelude::{FromDer, X509Certificate};

const MAX_LENGTH: usize = 16 * 1024;

/// Why a certificate cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a certificate")]
pub struct CertificateError;

/// A certificate of an identity provider.
///
/// Its validity is not enforced (SAML V2.0 Metadata Interoperability Profile, 2.6.1): the key is trusted as long as it
/// is configured. [`Certificate::not_after`] is for a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    key: Vec<u8>,
    fingerprint: [u8; 32],
    not_after: Timestamp,
}

impl Certificate {
    /// Reads the Base64 of a DER certificate, with or without white space and PEM lines.
    ///
    /// # Errors
    /// [`CertificateError`] if it is none, or longer than 16 KiB.
    pub fn from_base64(text: &str) -> Result<Self, CertificateError> {
        if text.len() > 2 * MAX_LENGTH {
            return Err(CertificateError);
        }
        let text: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("-----"))
            .flat_map(|line| line.chars().filter(|c| !c.is_ascii_whitespace()))
            .collect();
        let der = STANDARD.decode(text).map_err(|_| CertificateError)?;
        let (rest, parsed) = X509Certificate::from_der(&der).map_err(|_| CertificateError)?;
        if !rest.is_empty() {
            return Err(CertificateError);
        }
        let not_after = parsed.validity().not_after.timestamp();
        Ok(Self {
            key: parsed.public_key().raw.to_vec(),
            fingerprint: sha256(&der),
            not_after: Timestamp::from_millis(not_after.saturating_mul(1000)),
        })
    }

    /// SHA-256 of the certificate, by which an administrator compares it.
    pub fn fingerprint(&self) -> String {
        hex::encode(self.fingerprint)
    }

    /// The end of its validity.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    pub(crate) fn verifies(
        &self,
        algorithm: ForeignSignature,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        algorithm.verify(&self.key, message, signature).is_ok()
    }
}
