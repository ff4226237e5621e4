//! Reviews as people see them.

use super::begin::facts;
use super::line::{Decision, Line, Settled};
use super::model::{Review, Row, State};
use super::sql::{self, LinesOf};
use crate::{Access, AccessError, AccessReviewLineResource};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, Role, actions};
use custos_values::{CustomerId, ReviewId, ReviewLineId, UserId};
use std::collections::BTreeMap;

/// Most reviews listed.
const MOST: i64 = 200;

/// How much is decided.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) open: u64,
    pub(super) keep: u64,
    pub(super) withdraw: u64,
}

impl Count {
    fn add(&mut self, decided: &str, count: u64) {
        match decided {
            "keep" => self.keep += count,
            "withdraw" => self.withdraw += count,
            _ => self.open += count,
        }
    }
}

/// A review with how far it is.
pub(super) struct View {
    pub(super) id: ReviewId,
    pub(super) state: State,
    pub(super) review: Review,
    pub(super) count: Count,
    /// By reviewer; nobody where nobody may decide.
    pub(super) reviewers: BTreeMap<Option<UserId>, Count>,
    /// What came of how many lines.
    pub(super) outcomes: Vec<(String, u64)>,
    /// Whether lines were taken away or added by somebody else than this program.
    pub(super) tampered: bool,
    /// What the caller can do with it.
    pub(super) actions: Vec<&'static str>,
}

/// A line as it is shown.
pub(super) struct LineView {
    pub(super) id: ReviewLineId,
    pub(super) line: Line,
    /// The customer's name, for whoever may read it.
    pub(super) customer: Option<String>,
    pub(super) decision: Option<Decision>,
    pub(super) settled: Option<Settled>,
    /// Whether the caller can decide on it now.
    pub(super) mine: bool,
}

/// Lines, and where the next page begins.
pub(super) struct Lines {
    pub(super) lines: Vec<LineView>,
    pub(super) next: Option<([u8; 16], [u8; 16])>,
}

fn watches(caller: &Caller) -> bool {
    let roles = caller.roles();
    roles.contains(Role::SecurityAdmin) || roles.contains(Role::AuditAdmin)
}

impl Access {
    /// All reviews, newest first.
    pub(super) async fn list_reviews(&self, caller: &Caller) -> Result<Vec<View>, AccessError> {
        let org = caller.org();
        let about = facts(org, ReviewId::from_bytes(*org.as_bytes()));
        let permit: Permit<actions::List, _> = self.policy().permit(caller, &about)?;
        let store = self.store();
        let rows = sql::list(&mut store.read().await?, caller, MOST).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in &rows {
            views.push(self.review_view(caller, row, None).await?);
        }
        let shown = Detail::count(views.len() as u64);
        self.sink()
            .record(Event::of(&permit).with("shown", shown))
            .await?;
        Ok(views)
    }

    /// One, with how far each reviewer is.
    pub(super) async fn read_review(
        &self,
        caller: &Caller,
        id: ReviewId,
    ) -> Result<View, AccessError> {
        let permit: Permit<actions::Read, _> =
            self.policy().permit(caller, &facts(caller.org(), id))?;
        let store = self.store();
        let row = sql::one(&mut store.read().await?, caller, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let view = self.review_view(caller, &row, None).await?;
        self.sink().record(Event::of(&permit)).await?;
        Ok(view)
    }

    /// Those that go on and ask the caller for something.
    pub(super) async fn own_reviews(&self, caller: &Caller) -> Result<Vec<View>, AccessError> {
        let (permit, user) = self.listing(caller)?;
        let store = self.store();
        let rows = sql::running(&mut store.read().await?, caller).await?;
        let mut views = Vec::new();
        for row in rows.iter().filter(|row| row.state == State::Open) {
            let view = self.review_view(caller, row, Some(user)).await?;
            let Count {
                open,
                keep,
                withdraw,
            } = view.count;
            if open + keep + withdraw > 0 {
                views.push(view);
            }
        }
        let shown = Detail::count(views.len() as u64);
        self.sink()
            .record(Event::of(&permit).with("shown", shown))
            .await?;
        Ok(views)
    }

    fn listing(
        &self,
        caller: &Caller,
    ) -> Result<(Permit<actions::List, AccessReviewLineResource>, UserId), AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let facts = Facts::owned(caller.org(), *user.as_bytes(), 0, Some(user), None);
        Ok((self.policy().permit(caller, &facts)?, user))
    }

    async fn review_view(
        &self,
        caller: &Caller,
        row: &Row,
        of: Option<UserId>,
    ) -> Result<View, AccessError> {
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let review = Review::open(&key, row)?;
        let mut reading = store.read().await?;
        let asked = sql::progress(&mut reading, caller, row.id, of).await?;
        let settled = matches!(row.state, State::Closing | State::Ended);
        let outcomes = match settled && of.is_none() {
            true => sql::settled_counts(&mut reading, caller, row.id).await?,
            false => Vec::new(),
        };
        drop(reading);
        let mut count = Count::default();
        let mut reviewers: BTreeMap<Option<UserId>, Count> = BTreeMap::new();
        let mut lines = 0;
        for (reviewer, decided, number) in asked {
            count.add(&decided, number);
            reviewers.entry(reviewer).or_default().add(&decided, number);
            lines += number;
        }
        let tampered = of.is_none() && review.lines.is_some_and(|written| written != lines);
        let about = facts(caller.org(), row.id);
        let allowed = self
            .policy()
            .permitted(caller, &about, &["update", "export"]);
        let manage = allowed.contains(&"update");
        let actions = [
            (row.state == State::Open && manage).then_some("reassign"),
            (row.state == State::Open && manage).then_some("end"),
            (matches!(row.state, State::Preparing | State::Open) && manage).then_some("cancel"),
            (row.state == State::Ended && review.report.is_some() && allowed.contains(&"export"))
                .then_some("report"),
        ];
        Ok(View {
            id: row.id,
            state: row.state,
            review,
            count,
            reviewers,
            outcomes,
            tampered,
            actions: actions.into_iter().flatten().collect(),
        })
    }

    /// Lines of a review: one's own, or for whoever watches over reviews all, or those of one reviewer.
    pub(super) async fn review_lines(
        &self,
        caller: &Caller,
        mut of: LinesOf,
        own: bool,
    ) -> Result<Lines, AccessError> {
        let (permit, user) = self.listing(caller)?;
        let (org, store) = (caller.org(), self.store());
        if own || !watches(caller) {
            of.reviewer = Some(user);
        }
        let row = sql::one(&mut store.read().await?, caller, of.review).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let key = store.keys().get(store, org).await?;
        let review = Review::open(&key, &row)?;
        let limit = of.limit;
        of.limit += 1;
        let mut found = sql::lines_of(&mut store.read().await?, caller, &of).await?;
        let more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(0));
        let last = found.last().filter(|_| more);
        let next = last.map(|(subject, row)| (*subject, *row.id.as_bytes()));
        let deciding = row.state == State::Open && store.clock().now() < review.deadline;
        let mut lines = Vec::with_capacity(found.len());
        for (_, stored) in found {
            let line = Line::open(&key, &stored)?;
            if line.review != of.review || of.reviewer.is_some_and(|it| line.reviewer != Some(it)) {
                // Somebody else than this program brought it here.
                continue;
            }
            lines.push(LineView {
                id: stored.id,
                mine: deciding && line.reviewer == Some(user),
                decision: stored.decision(&key),
                settled: stored.settled(&key),
                customer: None,
                line,
            });
        }
        if lines.is_empty() && !watches(caller) {
            let mut reading = store.read().await?;
            let asked = sql::progress(&mut reading, caller, of.review, Some(user)).await?;
            if asked.is_empty() {
                // Who has nothing to do with it does not learn that there is one.
                return Err(Problem::not_found().into());
            }
        }
        let customers: Vec<CustomerId> = lines
            .iter()
            .filter_map(|view| view.line.share().map(|share| share.customer))
            .collect();
        if !customers.is_empty() {
            let titles = self.reviewed()?.titles(caller, &customers).await?;
            for view in &mut lines {
                let share = view.line.share();
                view.customer = share.and_then(|it| titles.get(&it.customer).cloned());
            }
        }
        let event = Event::of(&permit)
            .with("review", Detail::id(*of.review.as_bytes()))
            .with("shown", Detail::count(lines.len() as u64));
        self.sink().record(event).await?;
        Ok(Lines { lines, next })
    }
}
