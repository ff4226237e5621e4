//! Authenticator apps: what setting one up shows, and how its secret is kept.

use super::model::{Factor, SEALED_SECRET};
use crate::error::IdentityError;
use custos_http::Problem;
use custos_kernel::crypto::{TenantKey, TotpSecret};
use custos_values::{FactorId, Random};
use qrcode::QrCode;
use qrcode::render::svg;

/// Who issued the secret, as authenticator apps show it.
const ISSUER: &str = "Custos";
/// Smallest side of the picture, in pixels.
const PICTURE: u32 = 220;

/// What an authenticator app needs.
pub(crate) struct Setup {
    /// The secret in base 32.
    pub(crate) secret: String,
    /// The same as an address apps open.
    pub(crate) otpauth_uri: String,
    /// The address as a QR code, SVG.
    pub(crate) qr_svg: String,
}

impl Setup {
    /// That of a secret for a login.
    ///
    /// # Errors
    /// The login is too long for a picture.
    pub(crate) fn of(secret: &TotpSecret, login: &str) -> Result<Self, IdentityError> {
        let secret = secret.to_base32();
        let otpauth_uri = format!(
            "otpauth://totp/{ISSUER}:{}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30",
            percent_encoded(login)
        );
        let qr_svg = QrCode::new(&otpauth_uri)
            .map_err(Problem::internal)?
            .render::<svg::Color<'_>>()
            .min_dimensions(PICTURE, PICTURE)
            .build();
        Ok(Self {
            secret,
            otpauth_uri,
            qr_svg,
        })
    }
}

/// The secret of an app, from bytes.
pub(super) fn secret_of(bytes: &[u8]) -> Result<TotpSecret, IdentityError> {
    TotpSecret::from_bytes(bytes)
        .ok_or_else(|| Problem::internal("a TOTP secret has the wrong size").into())
}

/// Opens the secret of an app.
pub(crate) fn open_totp(key: &TenantKey, factor: &Factor) -> Result<TotpSecret, IdentityError> {
    secret_of(&key.open_secret(SEALED_SECRET, factor.id.as_bytes(), &factor.secret)?)
}

/// Seals the secret of an app.
pub(crate) fn seal_totp(
    key: &TenantKey,
    id: FactorId,
    secret: &TotpSecret,
    random: &dyn Random,
) -> Vec<u8> {
    key.seal_secret(SEALED_SECRET, id.as_bytes(), secret.as_bytes(), random)
}

/// RFC 3986, section 2.1: all but unreserved characters.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_an_address_cannot_hold() {
        assert_eq!(percent_encoded("wang.fang@x"), "wang.fang%40x");
        assert_eq!(percent_encoded("王"), "%E7%8E%8B");
    }
}
