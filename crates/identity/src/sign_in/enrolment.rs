//! Setting the authenticator app up.

use super::{Completed, recovery};
use crate::accounts::{SEALED_TOTP, sql};
use crate::error::IdentityError;
use crate::events::{ENROL, ENROLMENT};
use crate::identity::Identity;
use crate::sessions;
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{TenantKey, TotpSecret};
use custos_kernel::event::Event;
use custos_kernel::policy::{Origin, SessionRefusal};
use custos_values::SessionId;
use qrcode::QrCode;
use qrcode::render::svg;

/// The purpose under which a secret is sealed until it is confirmed.
const SEALED_ENROLMENT: &str = "session.enrolment";
/// Who issued the secret, as authenticator apps show it.
const ISSUER: &str = "Custos";
/// Smallest side of the picture, in pixels.
const PICTURE: u32 = 220;

/// What an authenticator app needs.
pub(crate) struct Enrolment {
    /// The secret in base 32.
    pub(crate) secret: String,
    /// The same as an address apps open.
    pub(crate) otpauth_uri: String,
    /// The address as a QR code, SVG.
    pub(crate) qr_svg: String,
}

fn already_set_up() -> IdentityError {
    Problem::new(StatusCode::CONFLICT, "session.totp.set_up").into()
}

impl Identity {
    /// Begins to set the second factor up. Asked again in the same pending session, the secret is the same.
    ///
    /// # Errors
    /// 409 `session.totp.set_up` when the account has a second factor.
    pub(crate) async fn begin_enrolment(
        &self,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<Enrolment, IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        let account = sql::credentials_by_id(&mut self.store().read().await?, row.org, row.user)
            .await?
            .ok_or(SessionRefusal::Unknown)?;
        if account.totp_secret.is_some() {
            return Err(already_set_up());
        }
        let key = self.store().keys().get(self.store(), row.org).await?;
        let secret = match &row.enrolment {
            Some(sealed) => open(&key, row.id, sealed)?,
            None => {
                let secret = TotpSecret::generate(self.store().random());
                let sealed = key.seal_secret(
                    SEALED_ENROLMENT,
                    row.id.as_bytes(),
                    secret.as_bytes(),
                    self.store().random(),
                );
                let permit = self.session_permit(&row, &origin)?;
                let keeper = Self::keeper(row.org, origin.clone());
                let mut tx = self.store().write(&keeper).await?;
                if !sessions::sql::set_enrolment(&mut tx, &permit, sealed).await? {
                    return Err(
                        Problem::new(StatusCode::PRECONDITION_FAILED, "record.stale").into(),
                    );
                }
                let event = Event::before_sign_in(
                    row.org,
                    Some(row.user),
                    &ENROLMENT,
                    Outcome::Allowed,
                    origin,
                );
                tx.finish(event.with("session", Detail::id(*row.id.as_bytes())))
                    .await?;
                secret
            }
        };
        let directory = self.directory(row.org).await?;
        let person = directory.person(row.user).ok_or(SessionRefusal::Unknown)?;
        let secret = secret.to_base32();
        let otpauth_uri = format!(
            "otpauth://totp/{ISSUER}:{}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30",
            percent_encoded(&person.login)
        );
        let qr_svg = QrCode::new(&otpauth_uri)
            .map_err(Problem::internal)?
            .render::<svg::Color<'_>>()
            .min_dimensions(PICTURE, PICTURE)
            .build();
        Ok(Enrolment {
            secret,
            otpauth_uri,
            qr_svg,
        })
    }

    /// Confirms with a first code, which completes the sign-in. Returns the recovery codes, shown this once.
    ///
    /// # Errors
    /// 401 `session.totp.wrong`, 409 `session.totp.not_set_up` when it was not begun, `session.totp.set_up`, 429.
    pub(crate) async fn confirm_enrolment(
        &self,
        headers: &HeaderMap,
        code: &str,
        origin: Origin,
    ) -> Result<(Completed, Vec<String>), IdentityError> {
        let trial = self.attempt(headers, "enrolment", origin).await?;
        let (org, user) = (trial.row.org, trial.row.user);
        let Some(sealed) = &trial.row.enrolment else {
            return Err(Problem::new(StatusCode::CONFLICT, "session.totp.not_set_up").into());
        };
        let secret = open(&trial.key, trial.row.id, sealed)?;
        let now = self.store().clock().now();
        let Some(step) = secret.check(code.trim(), now, None) else {
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "session.totp.wrong");
            return Err(self.wrong_code(trial, "enrolment", problem).await);
        };
        let random = self.store().random();
        let sealed = trial
            .key
            .seal_secret(SEALED_TOTP, user.as_bytes(), secret.as_bytes(), random);
        let codes = recovery::generate(random);
        let hashes: Vec<[u8; 32]> = codes
            .iter()
            .filter_map(|code| recovery::hash(user, code))
            .collect();
        let permit = self.credential_permit(org, user, &trial.origin)?;
        let keeper = Self::keeper(org, trial.origin.clone());
        let mut tx = self.store().write(&keeper).await?;
        if !sql::set_totp(&mut tx, &permit, sealed, step.0, now).await? {
            return Err(already_set_up());
        }
        sql::insert_recovery_codes(&mut tx, &permit, &hashes).await?;
        let event = Event::before_sign_in(
            org,
            Some(user),
            &ENROL,
            Outcome::Allowed,
            trial.origin.clone(),
        );
        let completed = self.complete(tx, trial, "enrolment", vec![event]).await?;
        Ok((completed, codes))
    }
}

fn open(key: &TenantKey, session: SessionId, sealed: &[u8]) -> Result<TotpSecret, IdentityError> {
    let opened = key.open_secret(SEALED_ENROLMENT, session.as_bytes(), sealed)?;
    TotpSecret::from_bytes(&opened)
        .ok_or_else(|| Problem::internal("a TOTP secret has the wrong size").into())
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
