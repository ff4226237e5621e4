//! Beginning a review: what it would ask of whom, and writing its lines down.

use super::collect::{Collecting, Place};
use super::events::{COLLECT, OPEN};
use super::grants::Grants;
use super::line::{Granted, Line};
use super::model::{Review, Row, Scope, State};
use super::reviewers::{Bars, Roster};
use super::sql;
use crate::people::News;
use crate::{Access, AccessError, AccessReviewLineResource, AccessReviewResource};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, actions};
use custos_outbox::Template;
use custos_store::WriteTx;
use custos_values::{OrgId, ReviewId, ReviewLineId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Longest name, in characters.
const NAME: usize = 80;
/// Shortest and longest time to decide, in days.
const DAYS: (i64, i64) = (1, 90);
const DAY_MS: i64 = 86_400_000;

/// A review to be started.
pub(super) struct Start {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) days: i64,
    /// So many days before the end reviewers are reminded; 0 for never.
    pub(super) remind_days: i64,
}

/// What a review would ask of whom.
#[derive(Default)]
pub(super) struct Preview {
    pub(super) lines: u64,
    pub(super) kinds: BTreeMap<&'static str, u64>,
    /// Lines of each reviewer; of nobody where nobody may decide.
    pub(super) reviewers: BTreeMap<Option<UserId>, u64>,
}

pub(super) fn facts(org: OrgId, id: ReviewId) -> Facts<AccessReviewResource> {
    Facts::shared(org, *id.as_bytes(), 0)
}

pub(super) fn line_facts(
    org: OrgId,
    id: ReviewLineId,
    reviewer: Option<UserId>,
) -> Facts<AccessReviewLineResource> {
    Facts::owned(org, *id.as_bytes(), 0, reviewer, None)
}

impl Access {
    /// Who knows the grants.
    pub(super) fn reviewed(&self) -> Result<Arc<dyn Grants>, AccessError> {
        let missing = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        Ok(self.grants().ok_or_else(missing)?)
    }

    /// The people of an organisation as they are now.
    pub(super) async fn roster(&self, org: OrgId) -> Result<Roster, AccessError> {
        Ok(Roster {
            people: self.people().all(org).await?,
            tree: self.reviewed()?.tree(org).await?,
            names: self.people().departments(org).await?,
            configuration: self.people().configuration(org).await?,
        })
    }

    fn check_scope(&self, scope: &Scope, roster: &Roster) -> Result<(), AccessError> {
        if !(scope.roles || scope.shares || scope.api_keys) {
            return Err(AccessError::invalid(
                "scope",
                "access_review.nothing_chosen",
            ));
        }
        let known = |id| roster.tree.contains_key(id);
        if !scope.departments.iter().all(known) {
            return Err(AccessError::invalid("departments", "choice.unknown"));
        }
        Ok(())
    }

    /// What a review would ask of whom.
    ///
    /// # Errors
    /// Refused, or 422 naming the field.
    pub(super) async fn preview_review(
        &self,
        caller: &Caller,
        scope: &Scope,
    ) -> Result<(Preview, Roster), AccessError> {
        let org = caller.org();
        let permit: Permit<actions::List, AccessReviewResource> = self
            .policy()
            .permit(caller, &facts(org, ReviewId::from_bytes(*org.as_bytes())))?;
        let roster = self.roster(org).await?;
        self.check_scope(scope, &roster)?;
        let preview = self.count_review(caller, scope, &roster).await?;
        let event = Event::of(&permit)
            .with("preview", Detail::code("access_review"))
            .with("lines", Detail::count(preview.lines));
        self.sink().record(event).await?;
        Ok((preview, roster))
    }

    async fn count_review(
        &self,
        caller: &Caller,
        scope: &Scope,
        roster: &Roster,
    ) -> Result<Preview, AccessError> {
        let grants = self.reviewed()?;
        let collecting = Collecting {
            grants: &*grants,
            org: caller.org(),
            review: ReviewId::from_bytes([0; 16]),
            scope,
            roster,
        };
        let starter = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let same = BTreeSet::new();
        let bars = Bars {
            starter,
            same: &same,
        };
        let mut preview = Preview::default();
        let mut place = Place {
            stage: 0,
            after: Vec::new(),
        };
        while place.stage != Place::DONE {
            let batch = collecting.next(place).await?;
            for (line, _) in &batch.lines {
                preview.lines += 1;
                *preview.kinds.entry(line.granted.kind()).or_default() += 1;
                let reviewer = roster.reviewer_of(line, scope.by, &bars);
                *preview.reviewers.entry(reviewer).or_default() += 1;
            }
            place = batch.next;
        }
        Ok(preview)
    }

    /// Starts a review; its lines are written down in batches, which goes on if the server stops meanwhile.
    ///
    /// # Errors
    /// Refused, or 422 naming the field.
    pub(super) async fn start_review(
        self: &Arc<Self>,
        caller: &Caller,
        start: Start,
    ) -> Result<ReviewId, AccessError> {
        let (org, store) = (caller.org(), self.store());
        let starter = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let id = ReviewId::new(store.clock(), store.random());
        let permit: Permit<actions::Create, _> = self.policy().permit(caller, &facts(org, id))?;
        let name = start.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            let problem = FieldProblem::new("name", "access_review.name").with("max", NAME);
            return Err(Problem::invalid(vec![problem]).into());
        }
        if !(DAYS.0..=DAYS.1).contains(&start.days) {
            let problem = FieldProblem::new("days", "number.out_of_range");
            let problem = problem.with("min", DAYS.0).with("max", DAYS.1);
            return Err(Problem::invalid(vec![problem]).into());
        }
        if !(0..start.days).contains(&start.remind_days) {
            return Err(AccessError::invalid("remind_days", "access_review.remind"));
        }
        let roster = self.roster(org).await?;
        self.check_scope(&start.scope, &roster)?;
        let preview = self.count_review(caller, &start.scope, &roster).await?;
        if preview.lines == 0 {
            return Err(AccessError::invalid("scope", "access_review.nothing_there"));
        }
        let now = store.clock().now();
        let deadline = now.plus_millis(start.days * DAY_MS);
        let review = Review {
            name,
            scope: start.scope,
            starter,
            started_at: now,
            deadline,
            remind_at: deadline.plus_millis(-start.remind_days * DAY_MS),
            lines: None,
            end: None,
            report: None,
        };
        let key = store.keys().get(store, org).await?;
        let sealed = review.seal(&key, id, store.random());
        let mut tx = store.write(caller).await?;
        sql::insert(&mut tx, &permit, sealed).await?;
        let kinds = preview.kinds.keys().copied();
        let event = Event::of(&permit)
            .with("kinds", Detail::names(kinds))
            .with("days", Detail::count(start.days.unsigned_abs()));
        tx.finish(event).await?;
        // Whoever asked need not wait for it to the end.
        let access = Arc::clone(self);
        let preparing = tokio::spawn(async move { access.prepare_review(org, id).await });
        match preparing.await {
            Ok(Err(error)) => {
                tracing::warn!(%error, %id, "the lines of a review are written later")
            }
            Err(error) => tracing::error!(%error, %id, "writing the lines of a review failed"),
            Ok(Ok(())) => {}
        }
        Ok(id)
    }

    /// Writes the lines of a review down, from where whoever began it came to.
    pub(super) async fn prepare_review(&self, org: OrgId, id: ReviewId) -> Result<(), AccessError> {
        let keeper = Self::keeper(org);
        let (store, grants) = (self.store(), self.reviewed()?);
        let roster = self.roster(org).await?;
        let moves = grants.moves(org).await?;
        let grounds = self.grounds(org, &roster, moves).await?;
        let key = store.keys().get(store, org).await?;
        let permit: Permit<actions::Update, _> = self.policy().permit(&keeper, &facts(org, id))?;
        loop {
            let row = sql::one(&mut store.read().await?, &keeper, id).await?;
            let Some(row) = row.filter(|row| row.state == State::Preparing) else {
                return Ok(());
            };
            let review = Review::open(&key, &row)?;
            if row.stage == Place::DONE {
                return self.open_review(&keeper, &row, review, &roster).await;
            }
            let collecting = Collecting {
                grants: &*grants,
                org,
                review: id,
                scope: &review.scope,
                roster: &roster,
            };
            let place = Place {
                stage: row.stage,
                after: row.place.clone(),
            };
            let batch = collecting.next(place).await?;
            // Read before the transaction, which waits for nobody.
            let mut seen = BTreeMap::new();
            for (line, _) in &batch.lines {
                if let (Granted::Share { .. }, Some(user)) = (&line.granted, line.to.person())
                    && !seen.contains_key(&user)
                {
                    seen.insert(user, grants.seen(org, user, grounds.from).await?);
                }
            }
            let mut tx = store.write(&keeper).await?;
            let to = (batch.next.stage, &batch.next.after[..]);
            if !sql::advance(&mut tx, &permit, (row.stage, &row.place), to).await? {
                continue;
            }
            let count = batch.lines.len() as u64;
            let mut same = BTreeSet::new();
            for (mut line, last_used) in batch.lines {
                let seen = line.to.person().and_then(|user| seen.get(&user));
                grounds.complete(&mut line, &roster, last_used, seen);
                line.reviewer = self
                    .ask_somebody(&mut tx, org, &line, &review, &roster, &mut same)
                    .await?;
                let line_id = ReviewLineId::new(store.clock(), store.random());
                let facts = line_facts(org, line_id, line.reviewer);
                let permit: Permit<actions::Create, _> = self.policy().permit(&keeper, &facts)?;
                let about = (id, line.reviewer, line.to.id());
                let sealed = line.seal(&key, line_id, store.random());
                sql::insert_line(&mut tx, &permit, about, sealed).await?;
            }
            let event = Event::own::<AccessReviewResource>(&keeper, &COLLECT, Some(*id.as_bytes()));
            tx.finish(event.with("lines", Detail::count(count))).await?;
        }
    }

    /// Who is asked about a line; nobody who is known to be the person it is about under another name.
    pub(super) async fn ask_somebody(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        line: &Line,
        review: &Review,
        roster: &Roster,
        same: &mut BTreeSet<(UserId, UserId)>,
    ) -> Result<Option<UserId>, AccessError> {
        loop {
            let bars = Bars {
                starter: review.starter,
                same,
            };
            let reviewer = roster.reviewer_of(line, review.scope.by, &bars);
            let (Some(found), Some(person)) = (reviewer, line.to.person()) else {
                return Ok(reviewer);
            };
            let among = BTreeSet::from([found]);
            let behind = self.people().behind(tx, org, person, &among).await?;
            if behind.is_empty() {
                return Ok(Some(found));
            }
            same.insert((person, found));
        }
    }

    /// Lets reviewers decide, and tells them.
    async fn open_review(
        &self,
        keeper: &Caller,
        row: &Row,
        mut review: Review,
        roster: &Roster,
    ) -> Result<(), AccessError> {
        let (org, store, id) = (keeper.org(), self.store(), row.id);
        let mut reading = store.read().await?;
        let lines = sql::count_lines(&mut reading, keeper, id).await?;
        let asked = sql::progress(&mut reading, keeper, id, None).await?;
        drop(reading);
        review.lines = Some(lines);
        let key = store.keys().get(store, org).await?;
        let sealed = review.seal(&key, id, store.random());
        let permit: Permit<actions::Update, _> = self.policy().permit(keeper, &facts(org, id))?;
        let mut tx = store.write(keeper).await?;
        let states = (State::Preparing, State::Open);
        if !sql::change_state(&mut tx, &permit, states, sealed).await? {
            return Ok(());
        }
        let event = Event::own::<AccessReviewResource>(keeper, &OPEN, Some(*id.as_bytes()));
        let mut events = vec![
            event
                .with("lines", Detail::count(lines))
                .with("reviewers", Detail::count(asked.len() as u64)),
        ];
        let reviewers = asked.iter().filter_map(|(reviewer, _, _)| *reviewer);
        for reviewer in reviewers.filter(|user| roster.reviewing(*user).is_some()) {
            let told =
                self.tell_reviewer(&mut tx, keeper, reviewer, &review, Template::ReviewAsked);
            events.extend(told.await?);
        }
        tx.finish_all(events).await?;
        Ok(())
    }

    /// Tells a reviewer what there is for them to decide on.
    pub(super) async fn tell_reviewer(
        &self,
        tx: &mut WriteTx<'_>,
        keeper: &Caller,
        reviewer: UserId,
        review: &Review,
        template: Template,
    ) -> Result<Option<Event>, AccessError> {
        let left = review.deadline.millis() - self.store().clock().now().millis();
        let days = (left + DAY_MS - 1).div_euclid(DAY_MS).max(1);
        let params = vec![("days", days.to_string()), ("link", "/reviews".to_owned())];
        let news = News { template, params };
        let told = self
            .people()
            .tell(tx, keeper.org(), reviewer, keeper.origin(), news);
        Ok(told.await?)
    }
}
