//! Who else may see a customer: shares, the label, and everybody's reach with its reasons.

use super::model::{Customer, StoredCustomer};
use super::record::Reference;
use super::sql;
use crate::sharing::{Access, Shared};
use crate::{Crm, CrmError};
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Action, Caller, Circumstances, Compartments, Grantee, Label, Level, Permit, Share, ShareGrant,
    Subject, actions,
};
use custos_values::{CustomerId, DepartmentId, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// Most shares of one customer.
const MOST: usize = 100;

/// With whom a customer is shared.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerShare {
    /// `user`, `department` or `team`.
    pub kind: &'static str,
    /// With whom.
    pub grantee: Reference,
    /// `read` or `write`.
    pub share: &'static str,
    /// Until when; without end if missing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Whether that has passed.
    pub ended: bool,
    /// Who shared it.
    pub by: Option<Reference>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A label on the wire.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LabelBody {
    /// `public`, `internal`, `confidential`, `secret` or `top_secret`.
    pub level: &'static str,
    /// The numbers of its compartments.
    pub compartments: Vec<u8>,
}

impl From<Label> for LabelBody {
    fn from(label: Label) -> Self {
        Self {
            level: label.level.name(),
            compartments: label.compartments.iter().collect(),
        }
    }
}

/// Label and shares of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerAccess {
    /// The label.
    pub label: LabelBody,
    /// The shares, oldest first.
    pub shares: Vec<CustomerShare>,
}

/// Somebody who may see a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Viewer {
    /// Who.
    pub user: Reference,
    /// Their department.
    pub department: Option<Reference>,
    /// `own`, `department`, `below` or `elsewhere`.
    pub relation: &'static str,
    /// How far it is shared with them.
    pub share: &'static str,
    /// Which of reading, updating and revealing they may do.
    pub actions: Vec<&'static str>,
    /// The rules by which they may read it.
    pub rules: Vec<String>,
}

/// A share to be made.
pub(super) struct NewShare {
    pub(super) grantee: Grantee,
    pub(super) share: Share,
    pub(super) until: Option<Timestamp>,
}

impl Crm {
    /// Label and shares.
    pub(super) async fn access_of(
        &self,
        caller: &Caller,
        id: CustomerId,
    ) -> Result<CustomerAccess, CrmError> {
        let (stored, permit) = self.readable(caller, id).await?;
        self.record_read(Event::of(&permit).with("part", Detail::code("access")))
            .await?;
        Ok(self.access_record(&stored))
    }

    /// Shares a customer, or changes how far and until when it is shared with somebody.
    pub(super) async fn share_customer(
        &self,
        caller: &Caller,
        id: CustomerId,
        new: &NewShare,
    ) -> Result<CustomerAccess, CrmError> {
        // What is wrong with the share is told to whoever may share the customer only.
        let _ = self.permitted_to::<actions::Share>(caller, id).await?;
        self.check_grantee(caller, new)?;
        let by = caller.user_id().ok_or(CrmError::NotFound)?;
        let at = self.store.clock().now();
        self.change_access::<actions::Share>(caller, id, |access, event| {
            access
                .shares
                .retain(|shared| shared.grant.grantee != new.grantee);
            if access.shares.len() >= MOST {
                let full = FieldProblem::new("grantee_id", "share.too_many").with("max", MOST);
                return Err(CrmError::Invalid(vec![full]));
            }
            let grant = ShareGrant {
                grantee: new.grantee,
                share: new.share,
                until: new.until,
            };
            access.shares.push(Shared { grant, by, at });
            let event = noting(event, new.grantee).with("share", Detail::code(new.share.name()));
            Ok(match new.until {
                Some(until) => event.with("until", Detail::count(until.millis().unsigned_abs())),
                None => event,
            })
        })
        .await
    }

    /// Ends the sharing of a customer with somebody; whether or not it was shared with them, it is not afterwards.
    pub(super) async fn unshare_customer(
        &self,
        caller: &Caller,
        id: CustomerId,
        grantee: [u8; 16],
    ) -> Result<CustomerAccess, CrmError> {
        self.change_access::<actions::Share>(caller, id, |access, event| {
            access
                .shares
                .retain(|shared| *grantee_id(&shared.grant.grantee) != grantee);
            Ok(event
                .with("grantee", Detail::id(grantee))
                .with("share", Detail::code(Share::None.name())))
        })
        .await
    }

    /// Sets a customer's label. Raising it is one action, anything else another: information may flow upwards only.
    pub(super) async fn label_customer(
        &self,
        caller: &Caller,
        id: CustomerId,
        label: Label,
    ) -> Result<CustomerAccess, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let found = sql::find(&mut self.store.read().await?, &keys, caller, id).await?;
        let before = found.access.label;
        let change = |access: &mut Access, event: Event| {
            // Which action it is was decided on the label it had.
            if access.label != before {
                return Err(CrmError::Stale);
            }
            access.label = label;
            Ok(event.with("from", named(before)).with("to", named(label)))
        };
        if !label.dominates(before) {
            return self
                .change_access::<actions::Declassify>(caller, id, change)
                .await;
        }
        let _: Permit<actions::Classify, Customer> = self.policy.permit(caller, &found.facts)?;
        let profile = caller.profile();
        let administers = profile.roles.iter().any(|role| role.is_administrator());
        if !administers && !profile.clearance.dominates(label) {
            let beyond = FieldProblem::new("level", "label.beyond_clearance");
            return Err(CrmError::Invalid(vec![beyond]));
        }
        self.change_access::<actions::Classify>(caller, id, change)
            .await
    }

    /// Everybody who may see a customer, and by which rules.
    pub(super) async fn audience(
        &self,
        caller: &Caller,
        id: CustomerId,
    ) -> Result<Vec<Viewer>, CrmError> {
        let (stored, permit) = self.permitted_to::<actions::Explain>(caller, id).await?;
        let org = caller.org();
        let now = self.store.clock().now();
        let mut viewers = Vec::new();
        for (user, standing) in self.people.everybody(org) {
            let department = standing.profile.department;
            let subject = Subject::new(org, user, standing, Circumstances::ORDINARY, now);
            let reading = self.policy.decision(&subject, "read", &stored.facts);
            if !reading.allowed {
                continue;
            }
            let more = ["update", "reveal"].into_iter().filter(|action| {
                let decision = self.policy.decision(&subject, action, &stored.facts);
                decision.allowed
            });
            let (relation, share) = subject.bearing(&stored.facts);
            viewers.push(Viewer {
                user: self.person(org, user),
                department: self.department_reference(org, department),
                relation: relation.name(),
                share: share.name(),
                actions: ["read"].into_iter().chain(more).collect(),
                rules: reading.rules,
            });
        }
        let shown = Detail::count(viewers.len() as u64);
        self.record_read(Event::of(&permit).with("shown", shown))
            .await?;
        Ok(viewers)
    }

    /// Changes who may see a customer, deciding on the action, and says in the entry what was changed.
    async fn change_access<A: Action>(
        &self,
        caller: &Caller,
        id: CustomerId,
        change: impl FnOnce(&mut Access, Event) -> Result<Event, CrmError>,
    ) -> Result<CustomerAccess, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let stored = sql::find(&mut tx, &keys, caller, id).await?;
        let permit: Permit<A, Customer> = self.policy.permit(caller, &stored.facts)?;
        let mut access = stored.access.clone();
        let event = change(&mut access, Event::of(&permit))?;
        let now = self.store.clock().now();
        let sealed = access.seal::<Customer>(&keys, id.as_bytes(), self.store.random());
        sql::place(&mut tx, &permit, &sealed, now).await?;
        drop(sealed);
        tx.finish(event).await?;
        let system = self.index_scope(caller.org())?;
        self.reindex(system.caller(), id).await?;
        Ok(self.access_record(&StoredCustomer { access, ..stored }))
    }

    fn check_grantee(&self, caller: &Caller, new: &NewShare) -> Result<(), CrmError> {
        let org = caller.org();
        let known = match new.grantee {
            Grantee::User(user) => self.people.standing(org, user).is_some(),
            Grantee::Department(id) => self.people.department_name(org, id).is_some(),
            Grantee::Team(id) => self.people.configuration(org).team_name(id).is_some(),
        };
        let problem = |field: &'static str, code: &'static str| {
            Err(CrmError::Invalid(vec![FieldProblem::new(field, code)]))
        };
        if !known {
            return problem("grantee_id", "share.unknown");
        }
        if new
            .until
            .is_some_and(|until| until <= self.store.clock().now())
        {
            return problem("until", "share.past");
        }
        Ok(())
    }

    fn access_record(&self, stored: &StoredCustomer) -> CustomerAccess {
        let org = stored.facts.org;
        let now = self.store.clock().now();
        let teams = self.people.configuration(org);
        let share = |shared: &Shared| {
            let (kind, grantee) = match shared.grant.grantee {
                Grantee::User(user) => ("user", Some(self.person(org, user))),
                Grantee::Department(id) => ("department", self.department_reference(org, Some(id))),
                Grantee::Team(id) => {
                    let team = Reference {
                        id: id.to_string(),
                        name: teams.team_name(id).map(Into::into),
                    };
                    ("team", Some(team))
                }
            };
            Some(CustomerShare {
                kind,
                grantee: grantee?,
                share: shared.grant.share.name(),
                until: shared.grant.until,
                ended: shared.grant.until.is_some_and(|until| until <= now),
                by: self.owner_reference(org, Some(shared.by)),
                at: shared.at,
            })
        };
        CustomerAccess {
            label: stored.access.label.into(),
            shares: stored.access.shares.iter().filter_map(share).collect(),
        }
    }

    pub(super) fn person(&self, org: custos_values::OrgId, user: UserId) -> Reference {
        self.owner_reference(org, Some(user)).unwrap_or(Reference {
            id: user.to_string(),
            name: None,
        })
    }
}

fn grantee_id(grantee: &Grantee) -> &[u8; 16] {
    match grantee {
        Grantee::User(id) => id.as_bytes(),
        Grantee::Department(id) => id.as_bytes(),
        Grantee::Team(id) => id.as_bytes(),
    }
}

pub(super) fn noting(event: Event, grantee: Grantee) -> Event {
    let key = match grantee {
        Grantee::User(_) => "user",
        Grantee::Department(_) => "department",
        Grantee::Team(_) => "team",
    };
    event.with(key, Detail::id(*grantee_id(&grantee)))
}

fn named(label: Label) -> Detail {
    let compartments = label
        .compartments
        .iter()
        .map(|number| format!("compartment_{number}"));
    let names = [label.level.name().to_owned()]
        .into_iter()
        .chain(compartments);
    Detail::names(names.collect::<Vec<_>>().iter().map(String::as_str))
}

/// Reads a label from the wire.
pub(super) fn label_of(level: &str, compartments: &[u8]) -> Result<Label, CrmError> {
    let problem = |field: &'static str, code: &'static str| {
        CrmError::Invalid(vec![FieldProblem::new(field, code)])
    };
    let level = Level::from_name(level).ok_or_else(|| problem("level", "label.unknown"))?;
    let mut bits = 0;
    for number in compartments {
        if *number >= Compartments::MOST {
            return Err(problem("compartments", "label.compartment_unknown"));
        }
        bits |= 1 << number;
    }
    Ok(Label {
        level,
        compartments: Compartments::from_bits(bits),
    })
}

/// Reads a grantee from the wire.
pub(super) fn grantee_of(kind: &str, id: &str) -> Result<Grantee, CrmError> {
    let problem = |field: &'static str, code: &'static str| {
        CrmError::Invalid(vec![FieldProblem::new(field, code)])
    };
    let unknown = || problem("grantee_id", "share.unknown");
    match kind {
        "user" => Ok(Grantee::User(id.parse().map_err(|_| unknown())?)),
        "department" => {
            let id: DepartmentId = id.parse().map_err(|_| unknown())?;
            Ok(Grantee::Department(id))
        }
        "team" => Ok(Grantee::Team(id.parse().map_err(|_| unknown())?)),
        _ => Err(problem("kind", "share.kind")),
    }
}
