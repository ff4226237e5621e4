//! Requests as people see them.

use super::consider::{facts, voters_of};
use super::decide::seat_of;
use super::model::{Ballot, Request, Row, State};
use super::sql;
use super::transfer::{Transfer, everybody, gone, successors};
use crate::{Access, AccessError, ApprovalResource, Someone};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{ApproverStanding, Caller, Denied, Permit, Progress, actions};
use custos_values::{ApprovalId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Most open requests looked at to find those somebody may decide.
const OPEN: usize = 500;

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those the caller asked for.
    Mine,
    /// Those the caller can decide now.
    ToDecide,
    /// Those that have ended and the caller took part in; all that there are, for administrators.
    History,
}

/// A request with all that is shown of it.
pub(super) struct View {
    pub(super) row: Row,
    pub(super) request: Request,
    pub(super) ballots: Vec<Ballot>,
    pub(super) transfers: Vec<Transfer>,
    /// To whom the caller could hand it on.
    pub(super) successors: BTreeSet<UserId>,
    pub(super) step: usize,
    pub(super) expired: bool,
    pub(super) decidable: bool,
    pub(super) own: bool,
}

impl View {
    /// The state as it is now, also before the sweep came by.
    pub(super) fn state(&self) -> State {
        if self.expired {
            State::Expired
        } else {
            self.row.state
        }
    }
}

/// What is needed of everybody to look at some requests.
struct Around {
    people: BTreeMap<UserId, Someone>,
    delegators: Vec<UserId>,
}

impl Access {
    async fn around(&self, caller: &Caller) -> Result<Around, AccessError> {
        let people = self.people().all(caller.org()).await?;
        let to_caller = |delegate| Some(delegate) == caller.user_id();
        let all = self.delegations(caller).await?;
        let delegators = all
            .into_iter()
            .filter(|(_, delegation)| to_caller(delegation.delegate))
            .map(|(user, _)| user)
            .collect();
        Ok(Around { people, delegators })
    }

    async fn view(&self, caller: &Caller, around: &Around, row: Row) -> Result<View, AccessError> {
        let (org, store) = (caller.org(), self.store());
        let key = store.keys().get(store, org).await?;
        let request = Request::open(&key, &row)?;
        let sealed = sql::votes(&mut store.read().await?, caller, row.id).await?;
        let opened = sealed.iter().map(|it| Ballot::open(&key, row.id, it));
        let mut ballots = opened.collect::<Result<Vec<_>, _>>()?;
        ballots.sort_by_key(|ballot| (ballot.at, ballot.voter));
        let expired = matches!(row.state, State::Open | State::Approved)
            && store.clock().now() >= row.expires_at;
        let leads = self.people().leads_of(org, request.requester).await?;
        let sealed = sql::transfers(&mut store.read().await?, caller, row.id).await?;
        let transfers = Transfer::open_all(&key, row.id, &sealed)?;
        let mut concerned = voters_of(&ballots);
        concerned.extend(caller.user_id());
        concerned.extend(&around.delegators);
        let standings = standings(&around.people, &leads, &concerned);
        let record = request.record((org, row.id), &ballots, standings, gone(&transfers));
        let step = match record.progress() {
            Progress::Waiting { step, .. } => step,
            Progress::Complete => request.steps.len(),
        };
        let grant: Result<Permit<actions::Grant, ApprovalResource>, Denied> = self
            .policy()
            .permit(caller, &facts(org, row.id, request.requester));
        // A factor can be proven again.
        let may = grant.is_ok() || grant.is_err_and(|denied| denied.remedy.is_some());
        let decidable = row.state == State::Open
            && !expired
            && may
            && caller.user_id().is_some_and(|user| {
                seat_of(&record, &ballots, user, step, &around.delegators).is_ok()
            });
        let own = caller.user_id() == Some(request.requester);
        let for_oneself = caller
            .user_id()
            .filter(|user| decidable && seat_of(&record, &ballots, *user, step, &[]).is_ok());
        let successors = for_oneself.map(|user| {
            let everybody = everybody(&around.people, &leads);
            successors(&record, (&ballots, &transfers), (user, step), &everybody)
        });
        Ok(View {
            transfers,
            successors: successors.unwrap_or_default(),
            row,
            request,
            ballots,
            step,
            expired,
            decidable,
            own,
        })
    }

    /// Whether somebody takes part in a request: may approve in one of its steps, or has voted.
    fn takes_part(
        &self,
        caller: &Caller,
        around: &Around,
        view: &View,
        leads: &BTreeSet<UserId>,
    ) -> bool {
        let Some(user) = caller.user_id().filter(|_| caller.is_person()) else {
            return false;
        };
        let mut concerned: BTreeSet<UserId> = around.delegators.iter().copied().collect();
        concerned.insert(user);
        let standings = standings(&around.people, leads, &concerned);
        let admitted = standings.iter().any(|(id, standing)| {
            view.request
                .steps
                .iter()
                .any(|step| step.admits(*id, standing))
        });
        let handed = |transfer: &Transfer| [transfer.from, transfer.to].contains(&user);
        admitted
            || view.ballots.iter().any(|ballot| ballot.voter == user)
            || view.transfers.iter().any(handed)
    }

    /// One request.
    ///
    /// # Errors
    /// 404 unless the caller asked for it, takes part in it, or reads all.
    pub(super) async fn approval(
        &self,
        caller: &Caller,
        id: ApprovalId,
    ) -> Result<View, AccessError> {
        let row = sql::one(&mut self.store().read().await?, caller, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let around = self.around(caller).await?;
        let facts = facts(caller.org(), id, row.requester);
        let read: Result<Permit<actions::Read, _>, Denied> = self.policy().permit(caller, &facts);
        let view = self.view(caller, &around, row).await?;
        let leads = self
            .people()
            .leads_of(caller.org(), view.request.requester)
            .await?;
        let event = match read {
            Ok(permit) => Event::of(&permit),
            Err(denied) if self.takes_part(caller, &around, &view, &leads) => {
                // Approvers read by what the steps say, which the policies do not know.
                let scope = self
                    .policy()
                    .scope::<actions::List, ApprovalResource>(caller)
                    .map_err(|_| denied)?;
                Event::of_scope(&scope).with("approval", Detail::id(*id.as_bytes()))
            }
            Err(_) => return Err(Problem::not_found().into()),
        };
        self.sink().record(event).await?;
        self.named(caller, view).await
    }

    /// The same with the names of customers, as far as the caller may read them.
    async fn named(&self, caller: &Caller, mut view: View) -> Result<View, AccessError> {
        for change in &mut view.request.described.changes {
            if let Some(id) = change.customer.take()
                && let Some(name) = self.customer_name(caller, id, change.contact).await?
            {
                change.after = vec![name];
                change.customer = Some(id);
            }
        }
        Ok(view)
    }

    /// Some requests, newest first, before one.
    ///
    /// # Errors
    /// Refused.
    pub(super) async fn approvals(
        &self,
        caller: &Caller,
        which: Which,
        before: Option<ApprovalId>,
        limit: usize,
    ) -> Result<Vec<View>, AccessError> {
        let scope = self
            .policy()
            .scope::<actions::List, ApprovalResource>(caller)?;
        let found = self.found(caller, which, before, limit).await?;
        let count = Detail::count(found.len() as u64);
        self.sink()
            .record(Event::of_scope(&scope).with("rows", count))
            .await?;
        Ok(found)
    }

    async fn found(
        &self,
        caller: &Caller,
        which: Which,
        before: Option<ApprovalId>,
        limit: usize,
    ) -> Result<Vec<View>, AccessError> {
        let around = self.around(caller).await?;
        let everything = facts(
            caller.org(),
            ApprovalId::from_bytes([0; 16]),
            UserId::from_bytes([0; 16]),
        );
        let reads_all = self
            .policy()
            .permit::<actions::Read, _>(caller, &everything)
            .is_ok();
        let ended = [
            State::Refused,
            State::Withdrawn,
            State::Expired,
            State::Executing,
            State::Executed,
            State::Failed,
        ];
        let user = caller.user_id();
        let (of, states, most) = match which {
            Which::Mine => (user, &State::ALL[..], limit),
            Which::ToDecide => (None, &[State::Open][..], OPEN),
            Which::History if reads_all => (None, &State::ALL[..], limit),
            Which::History => (None, &ended[..], OPEN),
        };
        let mut tx = self.store().read().await?;
        let rows = sql::list(&mut tx, caller, of, states, before, most).await?;
        drop(tx);
        let mut found = Vec::new();
        for row in rows {
            let view = self.view(caller, &around, row).await?;
            let wanted = match which {
                Which::Mine => true,
                Which::ToDecide => view.decidable,
                Which::History => {
                    let voted = view.ballots.iter().any(|it| Some(it.voter) == user);
                    reads_all || view.own || voted
                }
            };
            if wanted {
                found.push(view);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// How many requests the caller can decide, and how many of their own they can carry out.
    ///
    /// # Errors
    /// Refused.
    pub(super) async fn approval_counts(
        &self,
        caller: &Caller,
    ) -> Result<(usize, usize), AccessError> {
        let scope = self
            .policy()
            .scope::<actions::List, ApprovalResource>(caller)?;
        let to_decide = self.found(caller, Which::ToDecide, None, OPEN).await?;
        let mut tx = self.store().read().await?;
        let (own, approved) = (caller.user_id(), &[State::Approved]);
        let rows = sql::list(&mut tx, caller, own, approved, None, OPEN).await?;
        drop(tx);
        let now = self.store().clock().now();
        let ready = rows.iter().filter(|row| now < row.expires_at).count();
        self.sink()
            .record(Event::of_scope(&scope).with("view", Detail::code("counts")))
            .await?;
        Ok((to_decide.len(), ready))
    }

    /// Names of everybody, for what is shown of requests.
    pub(crate) async fn names(
        &self,
        caller: &Caller,
    ) -> Result<BTreeMap<UserId, String>, AccessError> {
        let people = self.people().all(caller.org()).await?;
        Ok(people.into_iter().map(|(id, it)| (id, it.name)).collect())
    }
}

fn standings(
    people: &BTreeMap<UserId, Someone>,
    leads: &BTreeSet<UserId>,
    of: &BTreeSet<UserId>,
) -> BTreeMap<UserId, ApproverStanding> {
    let standing = |id: &UserId| {
        let someone = people.get(id)?;
        let standing = ApproverStanding {
            active: someone.active && !someone.service,
            roles: someone.roles,
            leads: leads.contains(id),
        };
        Some((*id, standing))
    };
    of.iter().filter_map(standing).collect()
}
