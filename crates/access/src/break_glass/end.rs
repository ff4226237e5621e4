//! Ending emergency access: by hand, and by its time.

use super::begin::facts;
use super::events::END;
use super::model::Row;
use super::sql;
use crate::{Access, AccessError, BreakGlassResource};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;
use custos_values::{EmergencyId, OrgId, Timestamp};

impl Access {
    /// Ends emergency access before its time: one's own, or as security administrator anybody's.
    ///
    /// # Errors
    /// 404 for what one may not end; 409 `break_glass.ended`.
    pub(super) async fn end_emergency(
        &self,
        caller: &Caller,
        id: EmergencyId,
    ) -> Result<(), AccessError> {
        let (org, store) = (caller.org(), self.store());
        let row = sql::one(&mut store.read().await?, caller, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        let permit: Permit<actions::Update, _> =
            self.policy().permit(caller, &facts(org, id, row.user))?;
        let now = store.clock().now();
        let mut tx = store.write(caller).await?;
        if !sql::end(&mut tx, &permit, now).await? {
            return Err(AccessError::conflict("break_glass.ended"));
        }
        let by = if now >= row.until { "time" } else { "hand" };
        let event = Event::own::<BreakGlassResource>(caller, &END, Some(*id.as_bytes()))
            .with("by", Detail::code(by));
        tx.finish(event).await?;
        self.emergencies().changed(org);
        Ok(())
    }

    /// Writes down, within a transaction, that the time of one has passed.
    pub(super) async fn end_within(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        row: &Row,
        now: Timestamp,
    ) -> Result<Option<Event>, AccessError> {
        let keeper = Self::keeper(org);
        let permit: Permit<actions::Update, _> = self
            .policy()
            .permit(&keeper, &facts(org, row.id, row.user))?;
        if !sql::end(tx, &permit, now).await? {
            return Ok(None);
        }
        let event = Event::own::<BreakGlassResource>(&keeper, &END, Some(*row.id.as_bytes()));
        Ok(Some(event.with("by", Detail::code("time"))))
    }

    /// Writes down the end of emergency access whose time has passed; returns of how many this node did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_emergencies(&self) -> Result<usize, AccessError> {
        let store = self.store();
        let organisations = sql::organisations(&mut store.read().await?).await?;
        let mut ended = 0;
        for org in organisations {
            let keeper = Self::keeper(org);
            let now = store.clock().now();
            let rows = sql::active(&mut store.read().await?, &keeper).await?;
            for row in rows.iter().filter(|row| row.until <= now) {
                let mut tx = store.write(&keeper).await?;
                if let Some(event) = self.end_within(&mut tx, org, row, now).await? {
                    tx.finish(event).await?;
                    self.emergencies().changed(org);
                    ended += 1;
                }
            }
        }
        Ok(ended)
    }
}
