//! Shares, the label, and everybody who may see a record.

use super::wire::{NewShare, RecordAccess, RecordShare, Viewer, grantee_id, label_detail, noting};
use super::{Access, Held, Labelled, Shared};
use crate::customers::{self, Reference};
use crate::{Crm, CrmError, records};
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Action, Caller, Circumstances, Grantee, Label, Permit, Share, ShareGrant, Subject, actions,
};
use custos_values::{OrgId, RecordId, UserId};

/// Most shares of one record.
const MOST: usize = 100;

impl Crm {
    /// Label and shares.
    pub(super) async fn access_of<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
    ) -> Result<RecordAccess, CrmError> {
        let (held, permit) = self.held::<actions::Read, R>(caller, id).await?;
        self.record_read(Event::of(&permit).with("part", Detail::code("access")))
            .await?;
        Ok(self.access_record(caller.org(), &held.access))
    }

    /// Shares a record, or changes how far and until when it is shared with somebody.
    pub(super) async fn share_record<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
        new: &NewShare,
    ) -> Result<RecordAccess, CrmError> {
        // What is wrong with the share is told to whoever may share the record only.
        let _ = self.held::<actions::Share, R>(caller, id).await?;
        self.check_grantee(caller, new)?;
        let by = caller.user_id().ok_or(CrmError::NotFound)?;
        let at = self.store.clock().now();
        self.change_access::<actions::Share, R>(caller, id, |access, event| {
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

    /// Ends the sharing of a record with somebody; whether or not it was shared with them, it is not afterwards.
    pub(super) async fn unshare_record<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
        grantee: [u8; 16],
    ) -> Result<RecordAccess, CrmError> {
        self.change_access::<actions::Share, R>(caller, id, |access, event| {
            access
                .shares
                .retain(|shared| *grantee_id(&shared.grant.grantee) != grantee);
            Ok(event
                .with("grantee", Detail::id(grantee))
                .with("share", Detail::code(Share::None.name())))
        })
        .await
    }

    /// Sets a record's label. Raising it is one action, anything else another: information may flow upwards only. Never
    /// is it below that of the customer the record hangs on, and what hangs on a customer rises with it.
    pub(super) async fn label_record<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
        label: Label,
    ) -> Result<RecordAccess, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let found = R::find(&mut self.store.read().await?, &keys, caller, id).await?;
        let before = found.access.label;
        let change = |access: &mut Access, event: Event| {
            // Which action it is was decided on the label it had.
            if access.label != before {
                return Err(CrmError::Stale);
            }
            access.label = label;
            Ok(event
                .with("from", label_detail(before))
                .with("to", label_detail(label)))
        };
        if !label.dominates(before) {
            return self
                .change_access::<actions::Declassify, R>(caller, id, change)
                .await;
        }
        let _: Permit<actions::Classify, R> = self.policy.permit(caller, &found.facts)?;
        let profile = caller.profile();
        let administers = profile.roles.iter().any(|role| role.is_administrator());
        if !administers && !profile.clearance.dominates(label) {
            let beyond = FieldProblem::new("level", "label.beyond_clearance");
            return Err(CrmError::Invalid(vec![beyond]));
        }
        self.change_access::<actions::Classify, R>(caller, id, change)
            .await
    }

    /// Everybody who may see a record, and by which rules.
    pub(super) async fn audience<R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
    ) -> Result<Vec<Viewer>, CrmError> {
        let (held, permit) = self.held::<actions::Explain, R>(caller, id).await?;
        let org = caller.org();
        let now = self.store.clock().now();
        let mut viewers = Vec::new();
        for (user, standing) in self.people.everybody(org) {
            let department = standing.profile.department;
            let subject = Subject::new(org, user, standing, Circumstances::ORDINARY, now);
            let reading = self.policy.decision(&subject, "read", &held.facts);
            if !reading.allowed {
                continue;
            }
            let more = ["update", "reveal"].into_iter().filter(|action| {
                let decision = self.policy.decision(&subject, action, &held.facts);
                decision.allowed
            });
            let (relation, share) = subject.bearing(&held.facts);
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

    /// Reads a record for an action, deciding on the action.
    pub(super) async fn held<A: Action, R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
    ) -> Result<(Held<R>, Permit<A, R>), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let held = R::find(&mut self.store.read().await?, &keys, caller, id).await?;
        let permit = self.policy.permit(caller, &held.facts)?;
        Ok((held, permit))
    }

    /// Changes who may see a record, deciding on the action, and says in the entry what was changed.
    async fn change_access<A: Action + Send + Sync, R: Labelled>(
        &self,
        caller: &Caller,
        id: RecordId,
        change: impl FnOnce(&mut Access, Event) -> Result<Event, CrmError>,
    ) -> Result<RecordAccess, CrmError> {
        let keys = self.keys(caller.org()).await?;
        let mut tx = self.store.write(caller).await?;
        let held = R::hold(&mut tx, &keys, caller, id).await?;
        let permit: Permit<A, R> = self.policy.permit(caller, &held.facts)?;
        let mut access = held.access.clone();
        let mut events = vec![change(&mut access, Event::of(&permit))?];
        let relabelled = access.label != held.access.label;
        if let Some(customer) = held.customer.filter(|_| relabelled) {
            // Kept until the transaction ends: whoever raises the customer's label waits, and finds the record's new one.
            let customer = customers::sql::keep(&mut tx, &keys, caller, customer).await?;
            if !access.label.dominates(customer.access.label) {
                return Err(FieldProblem::new("level", "label.below_customer").into());
            }
        }
        let now = self.store.clock().now();
        let sealed = access.seal::<R>(&keys, id.as_bytes(), self.store.random());
        R::place(&mut tx, &permit, &sealed, now).await?;
        drop(sealed);
        let mut followed = Vec::new();
        if relabelled {
            for record in R::follow_label(self, &mut tx, &permit, access.label).await? {
                events.push(record.event);
                followed.push((record.object, record.id));
            }
        }
        tx.finish_all(events).await?;
        let org = caller.org();
        R::reindex(self, org, id).await?;
        for (object, id) in followed {
            records::reindex(self, org, &object, id).await?;
        }
        Ok(self.access_record(org, &access))
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

    fn access_record(&self, org: OrgId, access: &Access) -> RecordAccess {
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
            Some(RecordShare {
                kind,
                grantee: grantee?,
                share: shared.grant.share.name(),
                until: shared.grant.until,
                ended: shared.grant.until.is_some_and(|until| until <= now),
                by: self.owner_reference(org, Some(shared.by)),
                at: shared.at,
            })
        };
        RecordAccess {
            label: access.label.into(),
            shares: access.shares.iter().filter_map(share).collect(),
        }
    }

    fn person(&self, org: OrgId, user: UserId) -> Reference {
        self.owner_reference(org, Some(user)).unwrap_or(Reference {
            id: user.to_string(),
            name: None,
        })
    }
}
