//! Handing lines to another reviewer, ending a review before its time, calling it off.

use super::begin::{facts, line_facts};
use super::events::{CANCEL, CLOSE, REASSIGN};
use super::line::{Line, LineRow};
use super::model::{Cause, End, Review, Row, State};
use super::reviewers::Roster;
use super::sql::{self, LinesOf};
use crate::{Access, AccessError, AccessReviewResource};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::{Event, EventName};
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;
use custos_values::{OrgId, ReviewId, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Lines handed over in one transaction.
const BATCH: i64 = 200;

/// What came of handing lines over.
#[derive(Debug, Default)]
pub(super) struct Handed {
    pub(super) moved: u64,
    /// Those the other may not decide on; they stay where they are.
    pub(super) barred: u64,
}

/// To whom lines go.
#[derive(Clone, Copy)]
enum Taker {
    /// Somebody chosen.
    Chosen(UserId),
    /// Whoever it falls to now.
    Next,
}

impl Access {
    async fn managed(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<(Permit<actions::Update, AccessReviewResource>, Row), AccessError> {
        let permit = self.policy().permit(caller, &facts(caller.org(), id))?;
        let row = sql::one(&mut self.store().read().await?, caller, id).await?;
        Ok((permit, row.ok_or_else(Problem::not_found)?))
    }

    /// Hands the lines of a reviewer that nobody has decided on to somebody else; those of nobody if none is named.
    ///
    /// # Errors
    /// Refused, 404, 409 `access_review.closed`, or 422 naming `to`.
    pub(super) async fn hand_lines_over(
        &self,
        caller: &Caller,
        id: ReviewId,
        from: Option<UserId>,
        to: UserId,
    ) -> Result<Handed, AccessError> {
        let (_, row) = self.managed(caller, id).await?;
        if row.state != State::Open {
            return Err(AccessError::conflict("access_review.closed"));
        }
        let roster = self.roster(caller.org()).await?;
        if roster.reviewing(to).is_none() || from == Some(to) {
            return Err(AccessError::invalid("to", "access_review.reviewer"));
        }
        self.reassign_lines(caller, &row, from, Taker::Chosen(to), &roster)
            .await
    }

    /// Gives the open lines of those who may not review any more to whoever they fall to now.
    pub(super) async fn replace_leavers(
        &self,
        keeper: &Caller,
        row: &Row,
    ) -> Result<(), AccessError> {
        let reviewers = self.asked_still(keeper, row.id).await?;
        if reviewers.is_empty() {
            return Ok(());
        }
        let roster = self.roster(keeper.org()).await?;
        for reviewer in reviewers {
            if roster.reviewing(reviewer).is_none() {
                self.reassign_lines(keeper, row, Some(reviewer), Taker::Next, &roster)
                    .await?;
            }
        }
        Ok(())
    }

    async fn reassign_lines(
        &self,
        caller: &Caller,
        row: &Row,
        from: Option<UserId>,
        taker: Taker,
        roster: &Roster,
    ) -> Result<Handed, AccessError> {
        let (org, store) = (caller.org(), self.store());
        let key = store.keys().get(store, org).await?;
        let review = Review::open(&key, row)?;
        let mut handed = Handed::default();
        let mut of = LinesOf {
            review: row.id,
            reviewer: from,
            open: true,
            after: None,
            limit: BATCH,
        };
        loop {
            let found = sql::lines_of(&mut store.read().await?, caller, &of).await?;
            let Some((subject, last)) = found.last() else {
                return Ok(handed);
            };
            of.after = Some((*subject, *last.id.as_bytes()));
            let mut tx = store.write(caller).await?;
            let held = sql::held(&mut tx, row.id).await?;
            if held.is_none_or(|row| row.state != State::Open) {
                return Err(AccessError::conflict("access_review.closed"));
            }
            let mut same = BTreeSet::new();
            let mut moved = 0;
            for (_, stored) in &found {
                let line = Line::open(&key, stored)?;
                if line.reviewer != from {
                    continue;
                }
                let to = match taker {
                    Taker::Next => {
                        self.ask_somebody(&mut tx, org, &line, &review, roster, &mut same)
                            .await?
                    }
                    Taker::Chosen(to) => {
                        let asked = (review.starter, to);
                        let may = self.may_decide(&mut tx, org, roster, asked, &line, &mut same);
                        if !may.await? {
                            handed.barred += 1;
                            continue;
                        }
                        Some(to)
                    }
                };
                moved += u64::from(self.give_line(&mut tx, org, stored, line, to).await?);
            }
            if moved == 0 {
                continue;
            }
            handed.moved += moved;
            let event =
                Event::own::<AccessReviewResource>(caller, &REASSIGN, Some(*row.id.as_bytes()))
                    .with("lines", Detail::count(moved));
            let with = |event: Event, name, user: Option<UserId>| match user {
                Some(user) => event.with(name, Detail::id(*user.as_bytes())),
                None => event,
            };
            let event = with(event, "from", from);
            let event = match taker {
                Taker::Chosen(to) => with(event, "to", Some(to)),
                Taker::Next => event.with("by", Detail::code("left")),
            };
            tx.finish(event).await?;
        }
    }

    async fn give_line(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        stored: &LineRow,
        line: Line,
        to: Option<UserId>,
    ) -> Result<bool, AccessError> {
        let store = self.store();
        let key = store.keys().get(store, org).await?;
        let keeper = Self::keeper(org);
        let facts = line_facts(org, stored.id, line.reviewer);
        let permit: Permit<actions::Update, _> = self.policy().permit(&keeper, &facts)?;
        let line = Line {
            reviewer: to,
            ..line
        };
        let sealed = line.seal(&key, stored.id, store.random());
        Ok(sql::reassign(tx, &permit, to, sealed).await?)
    }

    /// Ends a review before its time: what was decided is carried out, what was not stays.
    ///
    /// # Errors
    /// Refused, 404, or 409 `access_review.closed`.
    pub(super) async fn end_review(
        self: &Arc<Self>,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<(), AccessError> {
        let (permit, row) = self.managed(caller, id).await?;
        self.stop_review(caller, &permit, &row, (State::Closing, Cause::Hand), &CLOSE)
            .await?;
        let (access, org) = (Arc::clone(self), caller.org());
        let closing = tokio::spawn(async move { access.carry_review_out(org, id).await });
        match closing.await {
            Ok(Err(error)) => tracing::warn!(%error, %id, "a review is carried out later"),
            Err(error) => tracing::error!(%error, %id, "carrying a review out failed"),
            Ok(Ok(())) => {}
        }
        Ok(())
    }

    /// Calls a review off: nothing is withdrawn.
    ///
    /// # Errors
    /// Refused, 404, or 409 `access_review.closed`.
    pub(super) async fn cancel_review(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<(), AccessError> {
        let (permit, row) = self.managed(caller, id).await?;
        let to = (State::Cancelled, Cause::Cancelled);
        self.stop_review(caller, &permit, &row, to, &CANCEL).await
    }

    /// Lets nobody decide any more.
    pub(super) async fn stop_review(
        &self,
        caller: &Caller,
        permit: &Permit<actions::Update, AccessReviewResource>,
        row: &Row,
        (state, cause): (State, Cause),
        event: &'static EventName,
    ) -> Result<(), AccessError> {
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let mut review = Review::open(&key, row)?;
        let running = row.state == State::Open
            || (row.state == State::Preparing && state == State::Cancelled);
        if !running {
            return Err(AccessError::conflict("access_review.closed"));
        }
        review.end = Some(End {
            cause,
            by: caller.user_id(),
            at: store.clock().now(),
        });
        let sealed = review.seal(&key, row.id, store.random());
        let mut tx = store.write(caller).await?;
        if !sql::change_state(&mut tx, permit, (row.state, state), sealed).await? {
            return Err(AccessError::conflict("access_review.closed"));
        }
        let event = Event::own::<AccessReviewResource>(caller, event, Some(*row.id.as_bytes()));
        tx.finish(event.with("cause", Detail::code(cause.name())))
            .await?;
        Ok(())
    }
}
