//! Proving a factor again within a session, for what policies want freshly proven factors for.
//!
//! The session goes on under a new token and as made at the place it is used at now, so that what was planted or seen
//! before is worth nothing. Attempts are counted for the session: who guesses in a session they took slows nobody else
//! down, and the session ends with the fifth wrong code in a row.

use super::second_factor::{Code, Proof, Trial};
use super::throttle::Source;
use crate::error::IdentityError;
use crate::events::STEP_UP;
use crate::identity::Identity;
use crate::resources::SessionResource;
use crate::sessions;
use crate::sessions::sql::Marks;
use axum::http::HeaderMap;
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, SessionRefusal};
use custos_store::WriteTx;
use custos_values::Timestamp;

/// A session with a freshly proven factor.
pub(crate) struct SteppedUp {
    /// Its new token.
    pub(crate) token: Token,
    /// Until when the factor counts as fresh.
    pub(crate) fresh_until: Timestamp,
}

impl Identity {
    /// Proves a factor again by a code.
    ///
    /// # Errors
    /// As of the second factor of a sign-in.
    pub(crate) async fn step_up_by_code(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
        code: Code<'_>,
    ) -> Result<SteppedUp, IdentityError> {
        let trial = self.step_up_trial(headers, caller, code.method()).await?;
        match self.use_code(&trial, code).await? {
            Some(tx) => {
                let proof = Proof::multi(code.method());
                self.complete_step_up(tx, trial, caller, proof).await
            }
            None => {
                let event = step_up_event(caller, code.method()).failed();
                Err(self.count_wrong_code(trial, event, code.wrong()).await)
            }
        }
    }

    /// Begins an attempt in the caller's own session.
    pub(super) async fn step_up_trial(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
        method: &'static str,
    ) -> Result<Trial, IdentityError> {
        let row = self.active_session(headers, caller).await?;
        let source = Source::Device(*row.id.as_bytes());
        self.begin_trial(row, Some(source), headers, method, caller.origin().clone())
            .await
    }

    /// Gives the session a new token and place, and finishes the transaction that proved the factor.
    pub(super) async fn complete_step_up(
        &self,
        mut tx: WriteTx<'_>,
        trial: Trial,
        caller: &Caller,
        proof: Proof,
    ) -> Result<SteppedUp, IdentityError> {
        let row = &trial.row;
        let now = self.store().clock().now();
        let random = self.store().random();
        let token = Token::generate(random);
        let permit = self.session_permit(row, &trial.origin)?;
        let marks = Marks::seal(
            &trial.key,
            row.id,
            trial.agent,
            trial.origin.address,
            random,
        );
        let (before, hash) = (&row.token, token.hash());
        let again = sessions::sql::prove_again;
        if !again(&mut tx, &permit, before, &hash, now, proof.assurance, marks).await? {
            return Err(SessionRefusal::Unknown.into());
        }
        tx.finish(step_up_event(caller, proof.method)).await?;
        self.sessions().forget(|kept| kept.id == row.id);
        self.throttles().codes.succeeded(trial.attempt);
        Ok(SteppedUp {
            token,
            fresh_until: now.plus_millis(trial.rules.limits().fresh_ms),
        })
    }
}

/// The entry of proving a factor again.
pub(super) fn step_up_event(caller: &Caller, method: &'static str) -> Event {
    let session = caller.session_id().map(|id| *id.as_bytes());
    Event::own::<SessionResource>(caller, &STEP_UP, session).with("method", Detail::code(method))
}
