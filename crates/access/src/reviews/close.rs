//! Carrying reviews out: in the background, a line at a time, each in one transaction with the withdrawal itself, so that it
//! goes on where it was broken off, on whichever node, and nothing is done twice.

use super::begin::{facts, line_facts};
use super::events::{CLOSE, END, KEEP, REMIND, WITHDRAW};
use super::grants::Withdrawal;
use super::line::{Granted, Line, LineRow, Outcome, Settled, Verdict};
use super::model::{Cause, Review, Row, State};
use super::sql;
use crate::configuration::{Kind, People, changed, noting};
use crate::{
    Access, AccessError, AccessPeopleResource, AccessReviewLineResource, AccessReviewResource,
};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{CustomRoleId, OrgId, ReviewId, UserId};

/// Lines looked at in one go.
const BATCH: i64 = 200;
/// How often a withdrawal is tried when what it changes is changed by somebody else meanwhile.
const ATTEMPTS: u32 = 5;

/// What is to become of a line.
enum Due {
    /// It stays.
    Stays(Outcome),
    /// It goes.
    Goes(Outcome),
}

fn due(key: &TenantKey, stored: &LineRow, line: &Line, cause: Cause) -> Due {
    // Who decided is whose line it is, or somebody else than this program wrote it.
    let decision = stored.decision(key);
    let verdict = decision
        .filter(|it| Some(it.by) == line.reviewer)
        .map(|it| it.verdict);
    match (verdict, cause) {
        (Some(Verdict::Keep), _) => Due::Stays(Outcome::Kept),
        (Some(Verdict::Withdraw), _) => Due::Goes(Outcome::Withdrawn),
        (None, Cause::Deadline) if line.reviewer.is_some() => Due::Goes(Outcome::Lapsed),
        (None, Cause::Deadline) => Due::Stays(Outcome::NoReviewer),
        (None, Cause::Hand | Cause::Cancelled) => Due::Stays(Outcome::Undecided),
    }
}

impl Access {
    /// Goes on with every review: writes its lines, reminds, replaces reviewers who left, ends it in time and carries it
    /// out. Called again and again; returns how many lines this node settled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_reviews(&self) -> Result<u64, AccessError> {
        let store = self.store();
        if self.grants().is_none() {
            return Ok(0);
        }
        let mut settled = 0;
        let organisations = sql::organisations(&mut store.read().await?).await?;
        for org in organisations {
            let keeper = Self::keeper(org);
            let rows = sql::running(&mut store.read().await?, &keeper).await?;
            for row in rows {
                match self.keep_review(&keeper, &row).await {
                    Ok(count) => settled += count,
                    // What is wrong with one does not keep the others from being carried out.
                    Err(error) => {
                        tracing::warn!(%error, id = %row.id, "a review of access is carried on later");
                    }
                }
            }
        }
        Ok(settled)
    }

    async fn keep_review(&self, keeper: &Caller, row: &Row) -> Result<u64, AccessError> {
        let (org, store) = (keeper.org(), self.store());
        if row.state == State::Preparing {
            self.prepare_review(org, row.id).await?;
            return Ok(0);
        }
        let key = store.keys().get(store, org).await?;
        let review = Review::open(&key, row)?;
        let now = store.clock().now();
        let permit: Permit<actions::Update, _> =
            self.policy().permit(keeper, &facts(org, row.id))?;
        if row.state == State::Open && now < review.deadline {
            self.replace_leavers(keeper, row).await?;
            let due = review.remind_at < review.deadline && now >= review.remind_at;
            if due && !row.reminded {
                self.remind_reviewers(keeper, &permit, row, &review).await?;
            }
            return Ok(0);
        }
        if row.state == State::Open {
            let to = (State::Closing, Cause::Deadline);
            match self.stop_review(keeper, &permit, row, to, &CLOSE).await {
                // Another node, or the security administrator, was quicker.
                Err(AccessError::Problem(_)) => {}
                other => other?,
            }
        }
        self.settle_review(org, row.id).await
    }

    /// Who has lines of a review left to decide on.
    pub(super) async fn asked_still(
        &self,
        keeper: &Caller,
        id: ReviewId,
    ) -> Result<Vec<UserId>, AccessError> {
        let progress = sql::progress(&mut self.store().read().await?, keeper, id, None).await?;
        let open = progress
            .into_iter()
            .filter(|(_, decided, _)| decided == "open");
        Ok(open.filter_map(|(reviewer, _, _)| reviewer).collect())
    }

    async fn remind_reviewers(
        &self,
        keeper: &Caller,
        permit: &Permit<actions::Update, AccessReviewResource>,
        row: &Row,
        review: &Review,
    ) -> Result<(), AccessError> {
        let store = self.store();
        let reviewers = self.asked_still(keeper, row.id).await?;
        let mut tx = store.write(keeper).await?;
        if !sql::remind(&mut tx, permit).await? {
            return Ok(());
        }
        let event = Event::own::<AccessReviewResource>(keeper, &REMIND, Some(*row.id.as_bytes()));
        let mut events = vec![event.with("reviewers", Detail::count(reviewers.len() as u64))];
        for reviewer in reviewers {
            let told =
                self.tell_reviewer(&mut tx, keeper, reviewer, review, Template::ReviewReminder);
            events.extend(told.await?);
        }
        Ok(tx.finish_all(events).await?)
    }

    /// Carries a review out that nobody decides on any more.
    pub(super) async fn carry_review_out(
        &self,
        org: OrgId,
        id: ReviewId,
    ) -> Result<(), AccessError> {
        self.settle_review(org, id).await.map(|_| ())
    }

    async fn settle_review(&self, org: OrgId, id: ReviewId) -> Result<u64, AccessError> {
        let keeper = Self::keeper(org);
        let store = self.store();
        let key = store.keys().get(store, org).await?;
        let mut settled = 0;
        loop {
            let row = sql::one(&mut store.read().await?, &keeper, id).await?;
            let Some(row) = row.filter(|row| row.state == State::Closing) else {
                return Ok(settled);
            };
            let review = Review::open(&key, &row)?;
            let cause = review.end.as_ref().map_or(Cause::Hand, |end| end.cause);
            let lines = sql::unsettled(&mut store.read().await?, &keeper, id, BATCH).await?;
            if lines.is_empty() {
                self.finish_review(&keeper, &row, review).await?;
                return Ok(settled);
            }
            let mut staying = Vec::new();
            for stored in &lines {
                let Ok(line) = Line::open(&key, stored) else {
                    staying.push((stored, None, Outcome::Tampered));
                    continue;
                };
                match due(&key, stored, &line, cause) {
                    Due::Stays(outcome) => staying.push((stored, line.reviewer, outcome)),
                    Due::Goes(outcome) => {
                        settled += self
                            .withdraw_line(&keeper, id, stored, &line, outcome)
                            .await?;
                    }
                }
            }
            settled += self.keep_lines(&keeper, id, &staying).await?;
        }
    }

    async fn keep_lines(
        &self,
        keeper: &Caller,
        id: ReviewId,
        staying: &[(&LineRow, Option<UserId>, Outcome)],
    ) -> Result<u64, AccessError> {
        if staying.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store().write(keeper).await?;
        let mut kept = 0;
        for (stored, reviewer, outcome) in staying {
            kept += u64::from(
                self.settle(&mut tx, keeper, stored, *reviewer, *outcome)
                    .await?,
            );
        }
        if kept == 0 {
            return Ok(0);
        }
        let event = Event::own::<AccessReviewResource>(keeper, &KEEP, Some(*id.as_bytes()));
        tx.finish(event.with("lines", Detail::count(kept))).await?;
        Ok(kept)
    }

    async fn settle(
        &self,
        tx: &mut WriteTx<'_>,
        keeper: &Caller,
        stored: &LineRow,
        reviewer: Option<UserId>,
        outcome: Outcome,
    ) -> Result<bool, AccessError> {
        let (org, store) = (keeper.org(), self.store());
        let key = store.keys().get(store, org).await?;
        let permit: Permit<actions::Update, _> = self
            .policy()
            .permit(keeper, &line_facts(org, stored.id, reviewer))?;
        let at = store.clock().now();
        let sealed = Settled { outcome, at }.seal(&key, stored.id, store.random());
        Ok(sql::settle(tx, &permit, outcome.name(), sealed).await?)
    }

    /// Withdraws what a line is about, and notes what came of it; returns whether this did.
    async fn withdraw_line(
        &self,
        keeper: &Caller,
        id: ReviewId,
        stored: &LineRow,
        line: &Line,
        intended: Outcome,
    ) -> Result<u64, AccessError> {
        let mut attempt = 1;
        loop {
            match self.try_withdraw(keeper, id, stored, line, intended).await {
                Err(AccessError::Store(StoreError::Stale)) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    async fn try_withdraw(
        &self,
        keeper: &Caller,
        id: ReviewId,
        stored: &LineRow,
        line: &Line,
        intended: Outcome,
    ) -> Result<u64, AccessError> {
        let (org, store, grants) = (keeper.org(), self.store(), self.reviewed()?);
        // Read before the transaction, which waits for nobody.
        let people = match line.granted {
            Granted::OwnRole { .. } => Some(self.document::<People>(org, Kind::People).await?),
            _ => None,
        };
        let mut tx = store.write(keeper).await?;
        let withdrawal = match (&line.granted, people, line.to.person()) {
            (Granted::Role { role }, _, Some(user)) => {
                grants.withdraw_role(&mut tx, org, user, *role).await?
            }
            (Granted::OwnRole { id, .. }, Some(people), Some(user)) => {
                self.withdraw_own_role(&mut tx, keeper, people, (user, *id))
                    .await?
            }
            (Granted::Key { id, .. }, _, _) => grants.withdraw_key(&mut tx, org, *id).await?,
            (Granted::Share { .. }, _, _) => match line.share() {
                Some(share) => grants.withdraw_share(&mut tx, org, &share).await?,
                None => Withdrawal::Gone,
            },
            _ => Withdrawal::Gone,
        };
        let (outcome, done) = match withdrawal {
            Withdrawal::Done(event) => (intended, Some(*event)),
            Withdrawal::Gone => (Outcome::Gone, None),
            Withdrawal::Changed => (Outcome::Changed, None),
            Withdrawal::LastAdministrator => (Outcome::LastAdministrator, None),
        };
        if !self
            .settle(&mut tx, keeper, stored, line.reviewer, outcome)
            .await?
        {
            // Somebody else did meanwhile: nothing of this remains.
            return Ok(0);
        }
        let withdrawn = done.is_some();
        let event =
            Event::own::<AccessReviewLineResource>(keeper, &WITHDRAW, Some(*stored.id.as_bytes()))
                .with("review", Detail::id(*id.as_bytes()))
                .with("kind", Detail::code(line.granted.kind()))
                .with("of", Detail::id(*line.to.id()))
                .with("outcome", Detail::code(outcome.name()));
        tx.finish_all(done.into_iter().chain([event]).collect())
            .await?;
        if withdrawn {
            match (&line.granted, line.to.person()) {
                (Granted::Share { customer, .. }, _) => {
                    grants.customer_changed(org, *customer).await?;
                }
                (_, Some(user)) => grants.account_changed(org, user),
                (_, None) => {}
            }
        }
        Ok(1)
    }

    async fn withdraw_own_role(
        &self,
        tx: &mut WriteTx<'_>,
        keeper: &Caller,
        (mut people, version): (People, i64),
        (user, role): (UserId, CustomRoleId),
    ) -> Result<Withdrawal, AccessError> {
        let org = keeper.org();
        let Some(held) = people.people.get_mut(&user) else {
            return Ok(Withdrawal::Gone);
        };
        let before = held.custom_roles.clone();
        held.custom_roles.retain(|it| *it != role);
        let ids = changed(&before, &held.custom_roles, |role| *role.as_bytes());
        if ids.is_empty() {
            return Ok(Withdrawal::Gone);
        }
        let permit = |id: [u8; 16]| {
            let facts = Facts::<AccessPeopleResource>::shared(org, id, version);
            self.policy().permit::<actions::Update, _>(keeper, &facts)
        };
        let (document, of) = (permit(Kind::People.id())?, permit(*user.as_bytes())?);
        let made = self
            .replace_document(tx, Kind::People, &document, (version, &people))
            .await?;
        let event = noting(Event::of(&of), &ids)
            .with("generation", Detail::count(made.unsigned_abs()))
            .with("taken", Detail::count(ids.len() as u64));
        Ok(Withdrawal::Done(Box::new(event)))
    }

    /// Everything was carried out.
    async fn finish_review(
        &self,
        keeper: &Caller,
        row: &Row,
        mut review: Review,
    ) -> Result<(), AccessError> {
        let (org, store) = (keeper.org(), self.store());
        let key = store.keys().get(store, org).await?;
        let counts = sql::settled_counts(&mut store.read().await?, keeper, row.id).await?;
        let count = |names: &[Outcome]| {
            let of = counts
                .iter()
                .filter(|(name, _)| names.iter().any(|outcome| outcome.name() == name));
            Detail::count(of.map(|(_, count)| count).sum())
        };
        let report = self.make_report(keeper, row, &review).await?;
        review.report = Some(report.digest);
        let sealed = review.seal(&key, row.id, store.random());
        let permit: Permit<actions::Update, _> =
            self.policy().permit(keeper, &facts(org, row.id))?;
        let event = Event::own::<AccessReviewResource>(keeper, &END, Some(*row.id.as_bytes()))
            .with("report", Detail::digest(report.digest))
            .with("withdrawn", count(&[Outcome::Withdrawn]))
            .with("lapsed", count(&[Outcome::Lapsed]))
            .with("kept", count(&[Outcome::Kept]))
            .with(
                "not_done",
                count(&[
                    Outcome::LastAdministrator,
                    Outcome::Changed,
                    Outcome::Gone,
                    Outcome::NoReviewer,
                    Outcome::Undecided,
                    Outcome::Tampered,
                ]),
            );
        let mut tx = store.write(keeper).await?;
        let states = (State::Closing, State::Ended);
        if sql::change_state(&mut tx, &permit, states, sealed).await? {
            self.store_report(&mut tx, &key, &permit, &report).await?;
            tx.finish(event).await?;
        }
        Ok(())
    }
}
