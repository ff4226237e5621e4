//! Carrying handovers out: in the background, in batches, from the beginning again after a stop.
//!
//! That somebody leaves is decided and done in one transaction, which also writes the handover down. What follows only
//! moves things from one owner to another; each batch is whole, and what is left is always to be seen in the things
//! themselves. So a handover that was broken off begins again at the start of the server and finds the rest.

use super::custody::{Custody, CustodyError, Placing};
use super::model::{Handover, Kind, Stage};
use super::{sql, takers};
use crate::error::IdentityError;
use crate::events::HANDED_OVER;
use crate::identity::Identity;
use crate::organisation::Directory;
use crate::resources::UserResource;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Facts, Origin, Permit, actions};
use custos_values::{OrgId, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long to wait after a failure, first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

impl Identity {
    /// Carries on with what a stopped server left unfinished. Call at start, for each organisation; returns how many
    /// handovers go on.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub async fn resume_handovers(&self, org: OrgId) -> Result<usize, IdentityError> {
        let keeper = Self::keeper(org, Origin::default());
        let scope = self.policy().scope(&keeper)?;
        let left = sql::running(&mut self.store().read().await?, &scope).await?;
        let count = left.len();
        for (org, handover) in left {
            self.carry_out(org, handover);
        }
        Ok(count)
    }

    /// Begins to carry a handover out.
    pub(super) fn carry_out(&self, org: OrgId, handover: Handover) {
        let (Some(identity), Some(custody)) = (self.shared(), self.custody().map(Arc::clone))
        else {
            return;
        };
        tokio::spawn(async move {
            let mut pause = PAUSES.0;
            while let Err(error) = identity.try_carry_out(&*custody, org, &handover).await {
                tracing::warn!(%error, "a handover was broken off and is tried again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        });
    }

    async fn try_carry_out(
        &self,
        custody: &dyn Custody,
        org: OrgId,
        handover: &Handover,
    ) -> Result<(), CustodyError> {
        let user = handover.user;
        let stays = handover.takers.contains(&user);
        if !stays {
            custody.end_work(org, user).await?;
        }
        if handover.stage == Stage::Waiting {
            return Ok(());
        }
        loop {
            let mut after = None;
            loop {
                // Departments may change on the way: what is moved goes where its new owner is now.
                let placing = self.placing(org, handover).await?;
                match custody.hand_over(org, placing, after).await? {
                    Some(place) => after = Some(place),
                    None => break,
                }
            }
            let placing = self.placing(org, handover).await?;
            if custody.left(org, placing).await? == 0 {
                return Ok(self.end_handover(org, user, handover.total).await?);
            }
        }
    }

    pub(super) async fn placing(
        &self,
        org: OrgId,
        handover: &Handover,
    ) -> Result<Placing, IdentityError> {
        let directory = self.directory(org).await?;
        let takers = self.takers_now(org, &directory, handover).await?;
        let place = |id: &UserId| (*id, directory.person(*id).and_then(|it| it.department));
        Ok(Placing {
            from: handover.user,
            to: takers.iter().map(place).collect(),
        })
    }

    /// Who takes over as things are now: in the place of one who has left meanwhile, those who took over from them; if
    /// nobody is left, the leads.
    async fn takers_now(
        &self,
        org: OrgId,
        directory: &Directory,
        handover: &Handover,
    ) -> Result<Vec<UserId>, IdentityError> {
        let mut takers = BTreeSet::new();
        let mut asked = BTreeSet::new();
        let mut open = handover.takers.clone();
        while let Some(id) = open.pop() {
            let goes_along = handover.kind == Kind::Move && id == handover.user;
            if goes_along || directory.person(id).is_some_and(|person| person.active) {
                takers.insert(id);
            } else if asked.insert(id) {
                let permit = self.keeper_permit(org, id)?;
                let found = sql::of_user(&mut self.store().read().await?, &permit).await?;
                let left = found.filter(|own| own.kind == Kind::Leave);
                open.extend(left.into_iter().flat_map(|own| own.takers));
            }
        }
        if takers.is_empty() && !handover.takers.is_empty() {
            let person = directory.person(handover.user);
            let department = person.and_then(|person| person.department);
            takers.extend(takers::leads(directory, handover.user, department));
        }
        Ok(takers.into_iter().collect())
    }

    fn keeper_permit(
        &self,
        org: OrgId,
        user: UserId,
    ) -> Result<Permit<actions::Update, UserResource>, IdentityError> {
        let keeper = Self::keeper(org, Origin::default());
        let facts = Facts::<UserResource>::owned(org, *user.as_bytes(), 0, Some(user), None);
        Ok(self.policy().permit(&keeper, &facts)?)
    }

    async fn end_handover(
        &self,
        org: OrgId,
        user: UserId,
        total: u64,
    ) -> Result<(), IdentityError> {
        let keeper = Self::keeper(org, Origin::default());
        let permit = self.keeper_permit(org, user)?;
        let now = self.store().clock().now();
        let mut tx = self.store().write(&keeper).await?;
        // Another node may have carried it out, too.
        if sql::end(&mut tx, &permit, now).await? {
            let event = Event::own::<UserResource>(&keeper, &HANDED_OVER, Some(*user.as_bytes()))
                .with("customers", Detail::count(total));
            tx.finish(event).await?;
        }
        Ok(())
    }
}
