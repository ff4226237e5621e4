//! Reviewing emergency access after it ended.

use super::begin::facts;
use super::events::REVIEW;
use super::model::{Conclusion, Grant, Review, State};
use super::sql;
use crate::{Access, AccessError, BreakGlassResource};
use axum::http::StatusCode;
use custos_http::{Problem, reason};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_values::EmergencyId;
use std::collections::BTreeSet;

/// Shortest and longest note of a review, in characters.
const NOTE: std::ops::RangeInclusive<usize> = 4..=1000;

impl Access {
    /// Signs the review of emergency access that has ended.
    ///
    /// # Errors
    /// Refused, also for one's own; 403 `break_glass.own` for another account of the same person; 409
    /// `break_glass.running` or `break_glass.reviewed`; 422 naming `note`.
    pub(super) async fn review_emergency(
        &self,
        caller: &Caller,
        id: EmergencyId,
        conclusion: Conclusion,
        note: &str,
    ) -> Result<(), AccessError> {
        let reviewer = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let (org, store) = (caller.org(), self.store());
        let row = sql::one(&mut store.read().await?, caller, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let key = store.keys().get(store, org).await?;
        // Whose it is, the sealed part says.
        let user = Grant::open(&key, &row)?.user;
        let permit: Permit<actions::Verify, _> =
            self.policy().permit(caller, &facts(org, id, user))?;
        let note = reason("note", note, NOTE)?.to_owned();
        let now = store.clock().now();
        let mut tx = store.write(caller).await?;
        let reviewers = BTreeSet::from([reviewer]);
        let same = self.people().behind(&mut tx, org, user, &reviewers).await?;
        if reviewer == user || !same.is_empty() {
            return Err(Problem::new(StatusCode::FORBIDDEN, "break_glass.own").into());
        }
        let mut events = Vec::new();
        if let Some(active) = sql::active_of(&mut tx, user).await?
            && active.id == id
        {
            if now < active.until {
                return Err(AccessError::conflict("break_glass.running"));
            }
            events.extend(self.end_within(&mut tx, org, &active, now).await?);
        }
        let review = Review {
            by: reviewer,
            conclusion,
            note: note.clone(),
            at: now,
        };
        let sealed = review.seal(&key, id, store.random());
        if row.state == State::Reviewed && Review::open(&key, &row).is_none() {
            // Somebody else than this program said so: it counts for nothing.
            sql::forget_forged(&mut tx, &permit, row.review).await?;
        }
        if !sql::review(&mut tx, &permit, sealed).await? {
            return Err(AccessError::conflict("break_glass.reviewed"));
        }
        let reason = key.seal_reason(Some(id.as_bytes()), &note, store.random());
        events.push(
            Event::own::<BreakGlassResource>(caller, &REVIEW, Some(*id.as_bytes()))
                .with("conclusion", Detail::code(conclusion.name()))
                .with("of", Detail::id(*user.as_bytes()))
                .with("reason", Detail::sealed(reason)),
        );
        tx.finish_all(events).await?;
        self.emergencies().changed(org);
        Ok(())
    }
}
