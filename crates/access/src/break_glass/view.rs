//! Emergency access as people see it.

use super::model::{Grant, Review, Row, State};
use super::sql;
use crate::{Access, AccessError, BreakGlassResource};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Permit, Role, actions};
use custos_values::{EmergencyId, Timestamp};

/// Most that are looked at to count what waits.
const MOST: usize = 1000;

/// Which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that go on or wait for their review.
    Open,
    /// All.
    All,
}

/// One with all that is shown of it. What was tampered with has neither grant nor review.
pub(super) struct View {
    pub(super) row: Row,
    pub(super) grant: Option<Grant>,
    pub(super) review: Option<Review>,
    pub(super) actions: Vec<&'static str>,
    now: Timestamp,
}

impl View {
    /// `active`, `to_review` or `reviewed`: as it is now, also before its end was written down.
    pub(super) fn state(&self) -> &'static str {
        if self.review.is_some() && self.row.state == State::Reviewed {
            "reviewed"
        } else if self.running() {
            "active"
        } else {
            "to_review"
        }
    }

    fn running(&self) -> bool {
        self.row.state == State::Active && self.now < self.row.until
    }

    /// When it ended.
    pub(super) fn ended_at(&self) -> Option<Timestamp> {
        let by_time = (!self.running()).then_some(self.row.until);
        self.row
            .ended_at
            .map(|at| at.min(self.row.until))
            .or(by_time)
    }
}

/// What is shown beside every page.
pub(super) struct Standing {
    /// The caller's own that goes on, and until when.
    pub(super) own: Option<(EmergencyId, Timestamp)>,
    /// How many go on; of no interest to who does not watch over them.
    pub(super) active: usize,
    /// How many wait for their review; the same.
    pub(super) to_review: usize,
}

impl Access {
    /// What goes on, as far as the caller may know. Numbers only: it leaves no entry, and is looked at every few seconds.
    pub(super) async fn emergency_state(&self, caller: &Caller) -> Result<Standing, AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let facts = Facts::owned(caller.org(), *user.as_bytes(), 0, Some(user), None);
        let _: Permit<actions::List, BreakGlassResource> = self.policy().permit(caller, &facts)?;
        let store = self.store();
        let now = store.clock().now();
        let held = self.held(caller.org()).await?;
        let in_force = || held.iter().filter(|record| record.in_force(now));
        let own = in_force().find(|record| record.user == user);
        let own = own.map(|record| (record.id, record.until));
        let roles = caller.roles();
        if !roles.contains(Role::SecurityAdmin) && !roles.contains(Role::AuditAdmin) {
            return Ok(Standing {
                own,
                active: 0,
                to_review: 0,
            });
        }
        let waiting = sql::waiting(&mut store.read().await?, caller, now).await?;
        Ok(Standing {
            own,
            active: in_force().count(),
            to_review: usize::try_from(waiting).unwrap_or(0),
        })
    }

    /// The caller's own, or everybody's if they watch over it.
    pub(super) async fn list_emergencies(
        &self,
        caller: &Caller,
        which: Which,
        before: Option<EmergencyId>,
        limit: usize,
    ) -> Result<Vec<View>, AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let org = caller.org();
        let facts = Facts::owned(org, *user.as_bytes(), 0, Some(user), None);
        let permit: Permit<actions::List, BreakGlassResource> =
            self.policy().permit(caller, &facts)?;
        let roles = caller.roles();
        let watches = roles.contains(Role::SecurityAdmin) || roles.contains(Role::AuditAdmin);
        let of = (!watches).then_some(user);
        // A review the program did not write counts for nothing, so those said to be reviewed are looked at as well.
        let states = &State::ALL;
        let store = self.store();
        let now = store.clock().now();
        let most = if which == Which::Open { MOST } else { limit };
        let rows = sql::list(&mut store.read().await?, caller, of, states, before, most).await?;
        let key = store.keys().get(store, org).await?;
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let grant = Grant::open(&key, &row)
                .ok()
                .filter(|it| it.user == row.user);
            let review = Review::open(&key, &row);
            let mut view = View {
                row,
                grant,
                review,
                actions: Vec::new(),
                now,
            };
            if which == Which::Open && view.state() == "reviewed" {
                continue;
            }
            view.actions = self.actions_on_emergency(caller, &view);
            views.push(view);
        }
        views.truncate(limit);
        let shown = Detail::count(views.len() as u64);
        self.sink()
            .record(Event::of(&permit).with("shown", shown))
            .await?;
        Ok(views)
    }

    fn actions_on_emergency(&self, caller: &Caller, view: &View) -> Vec<&'static str> {
        let row = &view.row;
        let facts: Facts<BreakGlassResource> =
            Facts::owned(caller.org(), *row.id.as_bytes(), 0, Some(row.user), None);
        let allowed = self
            .policy()
            .permitted(caller, &facts, &["update", "verify"]);
        let state = view.state();
        let end = state == "active" && allowed.contains(&"update");
        let review = state == "to_review" && allowed.contains(&"verify") && view.grant.is_some();
        let actions = [end.then_some("end"), review.then_some("review")];
        actions.into_iter().flatten().collect()
    }
}
