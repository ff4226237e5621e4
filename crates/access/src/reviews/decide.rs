//! Deciding. A decision can be changed until the review ends: nothing is withdrawn before, so that a mistake has no effect
//! that would have to be undone, and all is carried out at one moment and stands in one report.

use super::begin::line_facts;
use super::events::DECIDE;
use super::line::{Decision, Line, Verdict};
use super::model::{Review, State};
use super::sql;
use crate::{Access, AccessError, AccessReviewLineResource};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_values::{ReviewId, ReviewLineId};
use std::collections::BTreeSet;

/// Longest note, in characters.
const NOTE: usize = 200;
/// Most decisions at once.
pub(super) const MOST: usize = 200;

/// A decision to be made; none takes it back.
pub(super) struct Deciding {
    pub(super) line: ReviewLineId,
    pub(super) verdict: Option<Verdict>,
    pub(super) note: String,
}

impl Access {
    /// Decides on lines of a review that are the caller's, all or none.
    ///
    /// # Errors
    /// 404 also for lines of somebody else; 403 `access_review.own` for what is the caller's own; 409
    /// `access_review.closed`; 422 naming `decisions` or `note`.
    pub(super) async fn decide_lines(
        &self,
        caller: &Caller,
        id: ReviewId,
        mut decisions: Vec<Deciding>,
    ) -> Result<(), AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let (org, store) = (caller.org(), self.store());
        if decisions.is_empty() || decisions.len() > MOST {
            let problem = FieldProblem::new("decisions", "number.out_of_range");
            let problem = problem.with("min", 1).with("max", MOST);
            return Err(Problem::invalid(vec![problem]).into());
        }
        let too_long = |it: &Deciding| it.note.trim().chars().count() > NOTE;
        if decisions.iter().any(too_long) {
            let problem = FieldProblem::new("note", "text.too_long").with("max", NOTE);
            return Err(Problem::invalid(vec![problem]).into());
        }
        // Always in the same order, so that no two transactions wait for each other.
        decisions.sort_by_key(|it| it.line);
        let roster = self.roster(org).await?;
        let key = store.keys().get(store, org).await?;
        let now = store.clock().now();
        let mut tx = store.write(caller).await?;
        // Held first: whoever ends the review waits until this is finished, or this finds it ended.
        let row = sql::held(&mut tx, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let ids: BTreeSet<ReviewLineId> = decisions.iter().map(|it| it.line).collect();
        let ids: Vec<ReviewLineId> = ids.into_iter().collect();
        let found = sql::lines_by_id(&mut tx, id, &ids).await?;
        let review = Review::open(&key, &row)?;
        let mut same = BTreeSet::new();
        let mut events = Vec::with_capacity(decisions.len());
        for deciding in &decisions {
            let stored = found.iter().find(|line| line.id == deciding.line);
            let stored = stored.ok_or_else(Problem::not_found)?;
            // Whose it is, the sealed part says.
            let line = Line::open(&key, stored)?;
            let facts = line_facts(org, stored.id, line.reviewer.filter(|_| line.review == id));
            let permit: Permit<actions::Update, _> = self.policy().permit(caller, &facts)?;
            if row.state != State::Open || now >= review.deadline {
                return Err(AccessError::conflict("access_review.closed"));
            }
            let asked = (review.starter, user);
            let may = self.may_decide(&mut tx, org, &roster, asked, &line, &mut same);
            if !may.await? {
                return Err(Problem::new(StatusCode::FORBIDDEN, "access_review.own").into());
            }
            let note = deciding.note.trim().to_owned();
            let decision = deciding.verdict.map(|verdict| Decision {
                verdict,
                by: user,
                note: note.clone(),
                at: now,
            });
            let name = deciding.verdict.map_or("open", Verdict::name);
            let sealed = decision.map(|it| it.seal(&key, stored.id, store.random()));
            if !sql::decide(&mut tx, &permit, (name, sealed)).await? {
                return Err(AccessError::conflict("access_review.closed"));
            }
            let event = Event::own::<AccessReviewLineResource>(
                caller,
                &DECIDE,
                Some(*stored.id.as_bytes()),
            )
            .with("review", Detail::id(*id.as_bytes()))
            .with("decision", Detail::code(name));
            events.push(match note.is_empty() {
                true => event,
                false => {
                    let reason = key.seal_reason(Some(stored.id.as_bytes()), &note, store.random());
                    event.with("reason", Detail::sealed(reason))
                }
            });
        }
        tx.finish_all(events).await?;
        Ok(())
    }
}
