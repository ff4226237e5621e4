//! Moving to another department, and leaving.

use super::custody::{Custody, Reach};
use super::model::{Handover, Kind, Stage, Successors};
use super::{sql, takers};
use crate::accounts::sql as accounts;
use crate::accounts::{check_department, keep_administrators};
use crate::devices;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{Directory, Person, touch};
use crate::resources::UserResource;
use crate::sessions;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, DataScope, Facts, Permit, RoleSet, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{DepartmentId, UserId};
use std::sync::Arc;

/// What somebody reaches.
pub(super) struct Reached {
    /// Their department.
    pub(super) department: Option<DepartmentId>,
    /// The departments whose customers they reach besides their own customers, `None` for all.
    pub(super) departments: Option<Vec<DepartmentId>>,
    /// How many customers these are.
    pub(super) customers: u64,
}

/// What a move would change.
pub(super) struct MovePreview {
    pub(super) own_customers: u64,
    pub(super) before: Reached,
    pub(super) after: Reached,
    pub(super) takers: Vec<UserId>,
}

/// What leaving would end.
pub(super) struct LeavePreview {
    pub(super) own_customers: u64,
    pub(super) takers: Vec<UserId>,
    pub(super) leads: Vec<UserId>,
}

/// A handover and how far it has come.
pub(super) struct Progress {
    pub(super) handover: Handover,
    pub(super) left: u64,
}

fn reach(
    directory: &Directory,
    user: UserId,
    person: &Person,
    department: Option<DepartmentId>,
) -> Reach {
    let sells = !person.roles.iter().any(|role| role.is_administrator())
        && person.roles != RoleSet::default();
    let mut departments: Vec<DepartmentId> = Vec::new();
    if sells && person.data_scope != DataScope::Own {
        departments.extend(department);
    }
    if sells && person.data_scope == DataScope::DepartmentTree {
        let below = department.map(|id| directory.departments_below(id));
        departments.extend(below.iter().flat_map(|below| below.iter().copied()));
    }
    Reach {
        owner: user,
        departments,
        all: sells && person.data_scope == DataScope::All,
    }
}

impl Identity {
    fn custodian(&self) -> Result<Arc<dyn Custody>, IdentityError> {
        let missing = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        Ok(self.custody().map(Arc::clone).ok_or_else(missing)?)
    }

    /// Whether somebody has an active account, within a transaction that gives them something: until it ends, nobody
    /// lets them leave.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stays(&self, tx: &mut WriteTx<'_>, user: UserId) -> Result<bool, StoreError> {
        accounts::stays(tx, user).await
    }

    /// Refuses those to take over who have left in the meantime.
    async fn keep_takers(
        &self,
        tx: &mut WriteTx<'_>,
        leaving: UserId,
        takers: &[UserId],
    ) -> Result<(), IdentityError> {
        for taker in takers.iter().filter(|taker| **taker != leaving) {
            if !self.stays(tx, *taker).await? {
                return Err(IdentityError::invalid_field(
                    "colleague_id",
                    "handover.not_sales",
                ));
            }
        }
        Ok(())
    }

    /// Decides on somebody, before a transaction.
    async fn person_permit<A: Action>(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<(Arc<Directory>, Person, Permit<A, UserResource>), IdentityError> {
        let directory = self.directory(caller.org()).await?;
        let person = directory.person(user).ok_or_else(Problem::not_found)?;
        let person = person.clone();
        let facts = Facts::owned(
            caller.org(),
            *user.as_bytes(),
            0,
            Some(user),
            person.department,
        );
        let permit = self.policy().permit(caller, &facts)?;
        Ok((directory, person, permit))
    }

    async fn reached(
        &self,
        caller: &Caller,
        directory: &Directory,
        (user, person): (UserId, &Person),
        department: Option<DepartmentId>,
    ) -> Result<Reached, IdentityError> {
        let reach = reach(directory, user, person, department);
        let departments = (!reach.all).then(|| reach.departments.clone());
        let customers = self.custodian()?.reached(caller.org(), reach).await;
        Ok(Reached {
            department,
            departments,
            customers: customers.map_err(Problem::internal)?,
        })
    }

    async fn owned(&self, caller: &Caller, user: UserId) -> Result<u64, IdentityError> {
        let own = Reach {
            owner: user,
            departments: Vec::new(),
            all: false,
        };
        let owned = self.custodian()?.reached(caller.org(), own).await;
        Ok(owned.map_err(Problem::internal)?)
    }

    /// What a move to another department would change.
    ///
    /// # Errors
    /// Refused, 404, or 422 naming `department_id`.
    pub(super) async fn preview_move(
        &self,
        caller: &Caller,
        user: UserId,
        department: Option<DepartmentId>,
    ) -> Result<MovePreview, IdentityError> {
        let (directory, person, permit) =
            self.person_permit::<actions::Update>(caller, user).await?;
        if department.is_some_and(|id| directory.department(id).is_none()) {
            return Err(IdentityError::invalid_field(
                "department_id",
                "choice.unknown",
            ));
        }
        let who = (user, &person);
        let preview = MovePreview {
            own_customers: self.owned(caller, user).await?,
            before: self
                .reached(caller, &directory, who, person.department)
                .await?,
            after: self.reached(caller, &directory, who, department).await?,
            takers: takers::eligible(&directory, user, person.department),
        };
        self.sink()
            .record(Event::of(&permit).with("preview", Detail::code("move")))
            .await?;
        Ok(preview)
    }

    /// What leaving would end, and who may take over.
    ///
    /// # Errors
    /// Refused, or 404.
    pub(super) async fn preview_leave(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<LeavePreview, IdentityError> {
        let (directory, person, permit) =
            self.person_permit::<actions::Delete>(caller, user).await?;
        let preview = LeavePreview {
            own_customers: self.owned(caller, user).await?,
            takers: takers::eligible(&directory, user, person.department),
            leads: takers::leads(&directory, user, person.department),
        };
        self.sink()
            .record(Event::of(&permit).with("preview", Detail::code("leave")))
            .await?;
        Ok(preview)
    }

    /// The last handover of somebody.
    ///
    /// # Errors
    /// Refused, or 404 also when there was none.
    pub(super) async fn handover(
        &self,
        caller: &Caller,
        user: UserId,
    ) -> Result<Progress, IdentityError> {
        if caller.user_id() == Some(user) {
            // Nobody lets themselves leave, nor follows it.
            self.person_permit::<actions::Delete>(caller, user).await?;
        }
        let (_, _, permit) = self.person_permit::<actions::Read>(caller, user).await?;
        let found = sql::of_user(&mut self.store().read().await?, &permit).await?;
        let handover = found.ok_or_else(Problem::not_found)?;
        let left = match handover.stage {
            Stage::Running => {
                let placing = self.placing(caller.org(), &handover).await?;
                let left = self.custodian()?.left(caller.org(), placing).await;
                left.map_err(Problem::internal)?
            }
            Stage::Waiting => self.owned(caller, user).await?,
            Stage::Ended => 0,
        };
        self.sink().record(Event::of(&permit)).await?;
        Ok(Progress { handover, left })
    }

    /// Moves somebody to another department as of a version. Their customers go along, or to a colleague.
    ///
    /// # Errors
    /// Refused, 404, 412, 409 `handover.running`, or 422 naming the field.
    pub(super) async fn move_person(
        &self,
        caller: &Caller,
        user: UserId,
        version: i64,
        department: Option<DepartmentId>,
        successors: Option<Successors>,
    ) -> Result<(), IdentityError> {
        let total = self.owned(caller, user).await?;
        let (directory, _, _) = self.person_permit::<actions::Assign>(caller, user).await?;
        if successors.is_some() {
            self.check_covered(caller, total)?;
        }
        let store = self.store();
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let (permit, facts) = self
            .account_permit::<actions::Update>(&mut tx, caller, user, Some(version))
            .await?;
        check_department(&mut tx, department).await?;
        let takers = match successors {
            Some(successors) => takers::chosen(&directory, user, facts.department, successors)?,
            None => vec![user],
        };
        self.keep_takers(&mut tx, user, &takers).await?;
        let now = store.clock().now();
        let update = accounts::AccountUpdate {
            name: None,
            department,
            active: facts.active,
            now,
        };
        accounts::update(&mut tx, &permit, update).await?;
        let handover = Handover {
            user,
            kind: Kind::Move,
            stage: Stage::Running,
            takers,
            total,
            begun_at: now,
            ended_at: None,
        };
        let event = begun(&mut tx, &permit, &handover).await?;
        tx.finish(event.with("changes", Detail::names(["department_id"])))
            .await?;
        self.account_changed(caller, user);
        self.carry_out(caller.org(), handover);
        Ok(())
    }

    /// Lets somebody leave as of a version: the account is disabled, its sessions, links and devices end, all at once. What
    /// they own stays with the account until somebody is named who takes over.
    ///
    /// # Errors
    /// Refused, 404, 412, or 409 `user.last_admin` or `handover.running`.
    pub(super) async fn let_leave(
        &self,
        caller: &Caller,
        user: UserId,
        version: i64,
    ) -> Result<(), IdentityError> {
        let store = self.store();
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let (leaving, facts) = self
            .account_permit::<actions::Delete>(&mut tx, caller, user, Some(version))
            .await?;
        let (permit, _) = self
            .account_permit::<actions::Update>(&mut tx, caller, user, Some(version))
            .await?;
        if facts.active {
            keep_administrators(&mut tx, facts.roles, RoleSet::default()).await?;
        }
        let now = store.clock().now();
        let update = accounts::AccountUpdate {
            name: None,
            department: facts.department,
            active: false,
            now,
        };
        // Waits for whoever is just being given something, and from here on nobody is: only now it can be counted.
        accounts::update(&mut tx, &permit, update).await?;
        let total = self.owned(caller, user).await?;
        let sessions = sessions::sql::delete_of_user(&mut tx, &leaving, None).await?;
        accounts::drop_link(&mut tx, &leaving).await?;
        let devices = devices::sql::end_of_user(&mut tx, &leaving, now).await?;
        let handover = Handover {
            user,
            kind: Kind::Leave,
            stage: match total {
                0 => Stage::Running,
                _ => Stage::Waiting,
            },
            takers: Vec::new(),
            total,
            begun_at: now,
            ended_at: None,
        };
        let event = begun(&mut tx, &leaving, &handover)
            .await?
            .with("sessions_ended", Detail::count(sessions))
            .with("devices_ended", Detail::count(devices));
        tx.finish(event).await?;
        self.account_changed(caller, user);
        self.carry_out(caller.org(), handover);
        Ok(())
    }
}

impl Identity {
    /// Names who takes over what somebody who left owns, and begins to hand it over.
    ///
    /// # Errors
    /// Refused, 404, 409 `handover.state`, or 422 naming the field.
    pub(super) async fn hand_over_to(
        &self,
        caller: &Caller,
        user: UserId,
        successors: Successors,
    ) -> Result<(), IdentityError> {
        let (directory, person, permit) =
            self.person_permit::<actions::Assign>(caller, user).await?;
        let wrong = || Problem::new(StatusCode::CONFLICT, "handover.state");
        let found = sql::of_user(&mut self.store().read().await?, &permit).await?;
        if found.is_none_or(|handover| handover.stage != Stage::Waiting) {
            return Err(wrong().into());
        }
        let takers = takers::chosen(&directory, user, person.department, successors)?;
        let total = self.owned(caller, user).await?;
        self.check_covered(caller, total)?;
        let store = self.store();
        let handover = Handover {
            user,
            kind: Kind::Leave,
            stage: Stage::Running,
            takers,
            total,
            begun_at: store.clock().now(),
            ended_at: None,
        };
        let mut tx = store.write(caller).await?;
        self.keep_takers(&mut tx, user, &handover.takers).await?;
        if !sql::name_takers(&mut tx, &permit, &handover).await? {
            return Err(wrong().into());
        }
        tx.finish(begun_event(&permit, &handover)).await?;
        self.carry_out(caller.org(), handover);
        Ok(())
    }

    /// Refuses more customers than were shown to those who approved, or than go without approval. Nobody is given any
    /// once they have left, so that what is counted is what goes.
    fn check_covered(&self, caller: &Caller, customers: u64) -> Result<(), IdentityError> {
        let scope = self
            .policy()
            .scope::<actions::Assign, UserResource>(caller)?;
        Ok(self.policy().covers(&scope, customers)?)
    }

    /// What a move or a handover would do: whose customers, how many, and who would have them.
    ///
    /// # Errors
    /// The handler's own.
    pub async fn foresee_handover(
        &self,
        caller: &Caller,
        user: UserId,
        body: &[u8],
        moves: bool,
    ) -> Result<HandoverForeseen, IdentityError> {
        let (directory, person, _) = self.person_permit::<actions::Assign>(caller, user).await?;
        let successors = super::http::successors_in(body, moves)?;
        let takers = match successors {
            Some(successors) => takers::chosen(&directory, user, person.department, successors)?,
            None => Vec::new(),
        };
        let customers = match takers.is_empty() {
            true => 0,
            false => self.owned(caller, user).await?,
        };
        let name = |id: UserId| directory.user_name(id).unwrap_or_default().to_owned();
        Ok(HandoverForeseen {
            name: name(user),
            customers,
            takers: takers.into_iter().map(name).collect(),
        })
    }
}

/// What a move or a handover would do.
#[derive(Debug, Clone)]
pub struct HandoverForeseen {
    /// Whose customers they are.
    pub name: String,
    /// How many go to others.
    pub customers: u64,
    /// Who would have them.
    pub takers: Vec<String>,
}

/// Writes a handover down, and makes the event of what it is part of.
async fn begun<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, UserResource>,
    handover: &Handover,
) -> Result<Event, IdentityError> {
    if !sql::begin(tx, permit, handover).await? {
        return Err(Problem::new(StatusCode::CONFLICT, "handover.running").into());
    }
    Ok(begun_event(permit, handover))
}

fn begun_event<A: Action>(permit: &Permit<A, UserResource>, handover: &Handover) -> Event {
    let event = Event::of(permit)
        .with("handover", Detail::code(handover.kind.name()))
        .with("customers", Detail::count(handover.total))
        .with("takers", Detail::count(handover.takers.len() as u64));
    match handover.takers.first() {
        Some(first) => event.with("taker", Detail::id(*first.as_bytes())),
        None => event,
    }
}
