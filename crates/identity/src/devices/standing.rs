//! What a request's proof says about its session.
//!
//! | session | proof of a device of its account | otherwise |
//! |---|---|---|
//! | not bound | is bound to the device from now on | goes on as it is |
//! | bound to a device | of that device: goes on | refused, and recorded as theft |
//! | ended | of a lost device: its browser is told to forget everything | refused |

use super::model::DeviceState;
use super::proof::{Expected, PROOF_HEADER, Proof, ProofRefusal};
use super::sql::{self, KnownDevice};
use crate::error::IdentityError;
use crate::events::{BIND_SESSION, THEFT};
use crate::identity::Identity;
use crate::resources::{DeviceResource, SessionResource};
use crate::sessions;
use crate::sessions::SessionRow;
use axum::http::{HeaderMap, Method, StatusCode};
use custos_http::{Asked, BASE_PATH, Problem};
use custos_kernel::audit::{Detail, Outcome};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Origin, Permit, SessionState, actions};
use custos_values::{DeviceId, OrgId, Timestamp, UserId};
use parking_lot::Mutex;
use std::collections::HashMap;

/// How often the use of one session, or lost device, without right is recorded, in milliseconds.
const THEFT_EVERY_MS: i64 = 60_000;
/// Most of them remembered between entries.
const THEFTS_KEPT: usize = 10_000;

/// Which thefts were recorded a short while ago, so that whoever repeats a request does not fill the log.
#[derive(Default)]
pub(crate) struct Thefts(Mutex<HashMap<[u8; 16], Timestamp>>);

impl Thefts {
    fn is_due(&self, what: &[u8; 16], now: Timestamp) -> bool {
        let mut last = self.0.lock();
        let recent = |at: &Timestamp| now.millis() - at.millis() < THEFT_EVERY_MS;
        if last.get(what).is_some_and(recent) {
            return false;
        }
        if last.len() >= THEFTS_KEPT {
            last.retain(|_, at| recent(at));
        }
        if last.len() < THEFTS_KEPT {
            last.insert(*what, now);
        }
        true
    }
}

fn barred(refusal: ProofRefusal) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "session.barred.device").with("reason", refusal.code())
}

/// Whether the request is the one that tells the page its CSRF token.
fn is_first(asked: Asked<'_>) -> bool {
    asked.method == Method::GET && asked.target.strip_prefix(BASE_PATH) == Some("/session")
}

impl Identity {
    /// Whether a request of a session comes from its registered device. A session that is not bound yet becomes so with
    /// the first proof of a device of its account.
    ///
    /// # Errors
    /// 401 `session.barred.device` when the session is bound and the request does not show it.
    pub(crate) async fn prove_device(
        &self,
        row: &SessionRow,
        csrf: &str,
        headers: &HeaderMap,
        asked: Asked<'_>,
        origin: &Origin,
    ) -> Result<bool, IdentityError> {
        if row.state != SessionState::Active {
            return Ok(false);
        }
        let expected = Expected {
            asked,
            csrf: Some(csrf),
            first: is_first(asked),
            now: self.store().clock().now(),
        };
        let proven = self.proven(row, headers, &expected).await?;
        match (row.device, proven) {
            (Some(_), Ok(_)) => Ok(true),
            (None, Ok(device)) => self.bind(row, device, origin).await,
            (None, Err(_)) => Ok(false),
            (Some(device), Err(refusal)) => {
                let now = expected.now;
                // The key is at hand where only time or token of the proof are old: a slow clock, or another tab.
                let holder = matches!(refusal, ProofRefusal::Clock | ProofRefusal::Session);
                if !holder && self.thefts().is_due(row.id.as_bytes(), now) {
                    let event = theft(row.org, row.user, device, refusal, origin)
                        .with("session", Detail::id(*row.id.as_bytes()));
                    self.sink().record_durably(event).await?;
                }
                Err(barred(refusal).into())
            }
        }
    }

    /// The device whose key the sender of a request holds, if it is one the session can be on.
    async fn proven(
        &self,
        row: &SessionRow,
        headers: &HeaderMap,
        expected: &Expected<'_>,
    ) -> Result<Result<DeviceId, ProofRefusal>, IdentityError> {
        let Some(header) = headers.get(PROOF_HEADER) else {
            return Ok(Err(ProofRefusal::Missing));
        };
        let proof = match Proof::parse(header.as_bytes()) {
            Ok(proof) => proof,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let id = proof.device();
        if row.device.is_some_and(|bound| bound != id) {
            return Ok(Err(ProofRefusal::Device));
        }
        let known = match row.known_device {
            Some(known) => Some(known),
            None => sql::known(&mut self.store().read().await?, id).await?,
        };
        let fits = |known: &KnownDevice| known.org == row.org && known.owner == row.user;
        let Some(known) = known.filter(fits) else {
            return Ok(Err(ProofRefusal::Device));
        };
        Ok(proof.check(&known.key, expected).and_then(|()| {
            match known.state {
                DeviceState::Active => {}
                DeviceState::Lost => return Err(ProofRefusal::Lost),
                DeviceState::Removed => return Err(ProofRefusal::Device),
            }
            if self.shown().first(id, proof.mark(), expected.now) {
                Ok(id)
            } else {
                Err(ProofRefusal::Replayed)
            }
        }))
    }

    /// Binds a session to a device. False if either ended meanwhile.
    async fn bind(
        &self,
        row: &SessionRow,
        device: DeviceId,
        origin: &Origin,
    ) -> Result<bool, IdentityError> {
        let keeper = Self::keeper(row.org, origin.clone());
        let owner = Some(row.user);
        let facts = Facts::<SessionResource>::owned(row.org, *row.id.as_bytes(), 0, owner, None);
        let session: Permit<actions::Update, _> = self.policy().permit(&keeper, &facts)?;
        let used = self.keeper_device(&keeper, row.user, device)?;
        let mut tx = self.store().write(&keeper).await?;
        if !sql::used(&mut tx, &used, self.store().clock().now()).await?
            || !sessions::sql::bind(&mut tx, &session, device).await?
        {
            return Ok(false);
        }
        let event = Event::own::<SessionResource>(&keeper, &BIND_SESSION, Some(*row.id.as_bytes()))
            .with("user", Detail::id(*row.user.as_bytes()))
            .with("device", Detail::id(*device.as_bytes()));
        tx.finish(event).await?;
        self.sessions().forget(|known| known.id == row.id);
        Ok(true)
    }

    /// The keeper's permit for what a device of an account needs.
    pub(super) fn keeper_device(
        &self,
        keeper: &Caller,
        owner: UserId,
        device: DeviceId,
    ) -> Result<Permit<actions::Read, DeviceResource>, IdentityError> {
        let facts = Facts::owned(keeper.org(), *device.as_bytes(), 0, Some(owner), None);
        Ok(self.policy().permit(keeper, &facts)?)
    }

    /// What a request is answered that has no session: that nobody is signed in; or, if it proves to come from a device
    /// that was reported lost, that its browser must forget all it keeps.
    pub(crate) async fn without_session(
        &self,
        headers: &HeaderMap,
        asked: Asked<'_>,
        origin: &Origin,
    ) -> Problem {
        match self.lost_device(headers, asked, origin).await {
            Ok(true) => barred(ProofRefusal::Lost).clear_site_data(),
            Ok(false) => Problem::unauthenticated(),
            Err(error) => error.into(),
        }
    }

    async fn lost_device(
        &self,
        headers: &HeaderMap,
        asked: Asked<'_>,
        origin: &Origin,
    ) -> Result<bool, IdentityError> {
        let proof = headers
            .get(PROOF_HEADER)
            .and_then(|header| Proof::parse(header.as_bytes()).ok());
        let Some(proof) = proof else { return Ok(false) };
        let id = proof.device();
        let known = sql::known(&mut self.store().read().await?, id).await?;
        let Some(known) = known.filter(|known| known.state == DeviceState::Lost) else {
            return Ok(false);
        };
        let now = self.store().clock().now();
        let expected = Expected {
            asked,
            csrf: None,
            first: false,
            now,
        };
        if proof.check(&known.key, &expected).is_err() {
            return Ok(false);
        }
        if self.thefts().is_due(id.as_bytes(), now) {
            let event = theft(known.org, known.owner, id, ProofRefusal::Lost, origin);
            self.sink().record_durably(event).await?;
        }
        Ok(true)
    }

    /// The device a session is bound to, as its key is verified by.
    pub(crate) async fn known_device(
        &self,
        id: DeviceId,
    ) -> Result<Option<KnownDevice>, IdentityError> {
        Ok(sql::known(&mut self.store().read().await?, id).await?)
    }
}

fn theft(
    org: OrgId,
    user: UserId,
    device: DeviceId,
    refusal: ProofRefusal,
    origin: &Origin,
) -> Event {
    Event::before_sign_in(org, Some(user), &THEFT, Outcome::Denied, origin.clone())
        .with("device", Detail::id(*device.as_bytes()))
        .with("reason", Detail::code(refusal.code()))
}
