//! Setting the authenticator app up.

use super::next::Method;
use super::second_factor::Proof;
use super::{Completed, new_recovery_codes};
use crate::accounts::sql;
use crate::error::IdentityError;
use crate::events::{ENROL, ENROLMENT};
use crate::factors::{self, NewFactor, Setup};
use crate::identity::Identity;
use crate::resources::FactorResource;
use crate::schema::FactorKind;
use crate::sessions;
use axum::http::{HeaderMap, StatusCode};
use custos_http::Problem;
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::crypto::{TenantKey, TotpSecret};
use custos_kernel::event::Event;
use custos_kernel::policy::{Facts, Origin, SessionRefusal, actions};
use custos_values::{FactorId, SessionId};

/// The purpose under which a secret is sealed until it is confirmed.
const SEALED_ENROLMENT: &str = "session.enrolment";
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
    ) -> Result<Setup, IdentityError> {
        let (_, row) = self.pending_session(headers, origin.address).await?;
        let next = self.next_of(row.org, row.user).await?;
        if !next.methods().contains(&Method::EnrolTotp) {
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
        Setup::of(&secret, &person.login)
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
        let id = FactorId::new(self.store().clock(), random);
        let new = NewFactor {
            user,
            kind: FactorKind::Totp,
            name: None,
            secret: factors::seal_totp(&trial.key, id, &secret, random),
            credential: None,
            counter: step.0,
            now,
        };
        let (codes, hashes) = new_recovery_codes(user, random);
        let permit = self.credential_permit(org, user, &trial.origin)?;
        let keeper = Self::keeper(org, trial.origin.clone());
        let facts = Facts::<FactorResource>::owned(org, *id.as_bytes(), 0, Some(user), None);
        let may_add = self
            .policy()
            .permit::<actions::Create, _>(&keeper, &facts)?;
        let mut tx = self.store().write(&keeper).await?;
        // Else two who know the password could set up one each.
        sql::hold(&mut tx, &permit).await?;
        if !factors::insert_first(&mut tx, &may_add, new).await? {
            return Err(already_set_up());
        }
        sql::drop_recovery_codes(&mut tx, &permit).await?;
        sql::insert_recovery_codes(&mut tx, &permit, &hashes).await?;
        let event = Event::before_sign_in(
            org,
            Some(user),
            &ENROL,
            Outcome::Allowed,
            trial.origin.clone(),
        );
        let completed = self
            .complete(tx, trial, Proof::multi("enrolment"), vec![event])
            .await?;
        Ok((completed, codes))
    }
}

fn open(key: &TenantKey, session: SessionId, sealed: &[u8]) -> Result<TotpSecret, IdentityError> {
    let opened = key.open_secret(SEALED_ENROLMENT, session.as_bytes(), sealed)?;
    TotpSecret::from_bytes(&opened)
        .ok_or_else(|| Problem::internal("a TOTP secret has the wrong size").into())
}
