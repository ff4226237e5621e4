//! Inviting external auditors, and ending what they were invited for.

use super::model::{ExternalAuditor, NewExternalAuditor, check};
use super::{SEALED_FIRM, sql};
use crate::accounts::sql::{self as accounts, LinkPurpose};
use crate::accounts::{SEALED_LOGIN, SEALED_NAME, check_login, login_hash};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::{check_name, open_text, touch};
use crate::resources::{ExternalAuditorResource, UserResource};
use crate::sessions;
use crate::sign_in::{LINK_LIFE_MS, LinkToken};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Action, Caller, DataScope, Engagement, Facts, Permit, Role, RoleSet, Scope, actions,
};
use custos_store::{StoreError, WriteTx};
use custos_values::UserId;

/// What an entry says of an engagement.
fn told(event: Event, engagement: &Engagement) -> Event {
    let time = |at: custos_values::Timestamp| Detail::count(at.millis().unsigned_abs());
    event
        .with("from", time(engagement.from))
        .with("to", time(engagement.to))
        .with("ends_at", time(engagement.ends_at))
}

impl Identity {
    /// Everybody who was invited from outside, newest first.
    ///
    /// # Errors
    /// Refused unless the caller may list them.
    pub(super) async fn external_auditors(
        &self,
        caller: &Caller,
    ) -> Result<Vec<ExternalAuditor>, IdentityError> {
        let scope: Scope<actions::List, ExternalAuditorResource> = self.policy().scope(caller)?;
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let rows = sql::list(&mut store.read().await?, &scope).await?;
        let directory = self.directory(caller.org()).await?;
        let now = store.clock().now();
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(person) = directory.person(row.id) else {
                continue;
            };
            found.push(ExternalAuditor {
                name: person.name.clone(),
                login: person.login.clone(),
                firm: open_text(&key, SEALED_FIRM, row.id.as_bytes(), &row.firm)?,
                active: person.active && now < row.engagement.ends_at,
                engagement: row.engagement,
                invited_by: row.invited_by,
                created_at: row.created_at,
                version: row.version,
                id: row.id,
            });
        }
        let event = Event::of_scope(&scope).with("rows", Detail::count(found.len() as u64));
        self.sink().record(event).await?;
        Ok(found)
    }

    /// The firm somebody from outside comes from.
    pub(crate) async fn firm_of(&self, caller: &Caller) -> Result<Option<String>, IdentityError> {
        let (Some(user), true) = (caller.user_id(), caller.is_external()) else {
            return Ok(None);
        };
        let store = self.store();
        let sealed = sql::firm(&mut store.read().await?, caller.org(), user).await?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let key = store.keys().get(store, caller.org()).await?;
        Ok(Some(open_text(
            &key,
            SEALED_FIRM,
            user.as_bytes(),
            &sealed,
        )?))
    }

    /// Makes the account of an external auditor, with the one-time link for its owner.
    ///
    /// # Errors
    /// Refused, or 422 naming the fields.
    pub(crate) async fn invite_external_auditor(
        &self,
        caller: &Caller,
        new: NewExternalAuditor,
    ) -> Result<(UserId, LinkToken), IdentityError> {
        let store = self.store();
        let id = UserId::new(store.clock(), store.random());
        let (inviter, facts) = (caller.user_id(), self.engagement_facts(caller, id, 0));
        let permit: Permit<actions::Create, _> = self.policy().permit(caller, &facts)?;
        let inviter = inviter.ok_or_else(Problem::not_found)?;
        let now = store.clock().now();
        let texts = [
            ("name", check_name(&new.name)),
            ("login", check_login(&new.login)),
            ("firm", check_name(&new.firm)),
        ];
        let [name, login, firm] = match texts {
            [(_, Ok(name)), (_, Ok(login)), (_, Ok(firm))] => [name, login, firm],
            wrong => {
                let problem = |(field, text): (&'static str, Result<_, &'static str>)| {
                    text.err().map(|code| FieldProblem::new(field, code))
                };
                let problems = wrong.into_iter().filter_map(problem).collect();
                return Err(IdentityError::invalid(problems));
            }
        };
        check(&new.engagement, now)?;
        let key = store.keys().get(store, caller.org()).await?;
        let hash = login_hash(&key, &login);
        let seal = |purpose: &str, text: &str| {
            key.seal_secret(purpose, id.as_bytes(), text.as_bytes(), store.random())
        };
        // The row of the account is written by the job that keeps accounts: the audit administrator makes no others.
        let keeper = Self::keeper(caller.org(), caller.origin().clone());
        let account = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(id), None);
        let account: Permit<actions::Create, UserResource> =
            self.policy().permit(&keeper, &account)?;
        let row = accounts::NewAccountRow {
            name: seal(SEALED_NAME, &name),
            login: seal(SEALED_LOGIN, &login),
            login_hash: hash,
            roles: RoleSet::new([Role::ExternalAuditor]).unwrap_or_default(),
            data_scope: DataScope::Own,
            department: None,
            password: None,
            now,
        };
        let taken = || IdentityError::invalid_field("login", "user.login.taken");
        let mut tx = store.write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        if accounts::login_taken(&mut tx, hash).await? {
            return Err(taken());
        }
        match accounts::insert(&mut tx, &account, row).await {
            Err(StoreError::Duplicate) => return Err(taken()),
            other => other?,
        }
        let firm = seal(SEALED_FIRM, &firm);
        sql::insert(&mut tx, &permit, firm, &new.engagement, inviter, now).await?;
        let link = LinkToken::new(Token::generate(store.random()));
        let until = now.plus_millis(LINK_LIFE_MS).min(new.engagement.ends_at);
        let token = link.token().hash();
        accounts::put_link(&mut tx, &account, LinkPurpose::SignIn, &token, until).await?;
        tx.finish(told(Event::of(&permit), &new.engagement)).await?;
        self.directories().changed(caller.org());
        Ok((id, link))
    }

    /// Sets what an external auditor looks at, and until when. One whose time is over is invited anew.
    ///
    /// # Errors
    /// Refused, 404, 412, 409 `external_auditor.ended`, or 422 naming the fields.
    pub(crate) async fn change_engagement(
        &self,
        caller: &Caller,
        id: UserId,
        version: i64,
        engagement: Engagement,
    ) -> Result<(), IdentityError> {
        let now = self.store().clock().now();
        check(&engagement, now)?;
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let (permit, row) = self
            .engagement_permit::<actions::Update>(&mut tx, caller, id, Some(version))
            .await?;
        refuse_ended(&mut tx, &row, now).await?;
        sql::update(&mut tx, &permit, &engagement).await?;
        tx.finish(told(Event::of(&permit), &engagement)).await?;
        self.account_changed(caller, id);
        Ok(())
    }

    /// Makes a new one-time link for an external auditor; the one before no longer works.
    ///
    /// # Errors
    /// Refused, 404, 409 `external_auditor.ended`.
    pub(crate) async fn link_external_auditor(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<LinkToken, IdentityError> {
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        let (permit, row) = self
            .engagement_permit::<actions::Update>(&mut tx, caller, id, None)
            .await?;
        refuse_ended(&mut tx, &row, now).await?;
        let account = self.credential_permit(caller.org(), id, caller.origin())?;
        let link = LinkToken::new(Token::generate(self.store().random()));
        let until = now.plus_millis(LINK_LIFE_MS).min(row.engagement.ends_at);
        let token = link.token().hash();
        accounts::put_link(&mut tx, &account, LinkPurpose::SignIn, &token, until).await?;
        let event = Event::of(&permit).with("changes", Detail::names(["sign_in_link"]));
        tx.finish(event).await?;
        Ok(link)
    }

    /// Ends an external auditor's time now, with all their sessions.
    ///
    /// # Errors
    /// Refused, 404, 409 `external_auditor.ended`.
    pub(crate) async fn end_engagement(
        &self,
        caller: &Caller,
        id: UserId,
    ) -> Result<(), IdentityError> {
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        touch(self, &mut tx, caller.org()).await?;
        let (permit, row) = self
            .engagement_permit::<actions::Delete>(&mut tx, caller, id, None)
            .await?;
        refuse_ended(&mut tx, &row, now).await?;
        let ended = Engagement {
            ends_at: now,
            ..row.engagement
        };
        sql::update(&mut tx, &permit, &ended).await?;
        let account = self.credential_permit(caller.org(), id, caller.origin())?;
        let sessions = sessions::sql::delete_of_user(&mut tx, &account, None).await?;
        accounts::drop_link(&mut tx, &account).await?;
        let event = Event::of(&permit).with("sessions_ended", Detail::count(sessions));
        tx.finish(event).await?;
        self.account_changed(caller, id);
        Ok(())
    }

    fn engagement_facts(
        &self,
        caller: &Caller,
        id: UserId,
        version: i64,
    ) -> Facts<ExternalAuditorResource> {
        Facts::owned(caller.org(), *id.as_bytes(), version, Some(id), None)
    }

    async fn engagement_permit<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        id: UserId,
        version: Option<i64>,
    ) -> Result<(Permit<A, ExternalAuditorResource>, sql::EngagementRow), IdentityError> {
        let row = sql::one(tx, id).await?.ok_or_else(Problem::not_found)?;
        let facts = self.engagement_facts(caller, id, version.unwrap_or(row.version));
        Ok((self.policy().permit(caller, &facts)?, row))
    }
}

/// Refuses what would bring back somebody whose time is over, or whose account the system administrator has disabled.
async fn refuse_ended(
    tx: &mut WriteTx<'_>,
    row: &sql::EngagementRow,
    now: custos_values::Timestamp,
) -> Result<(), IdentityError> {
    let account = accounts::facts(tx, row.id).await?;
    if now < row.engagement.ends_at && account.is_some_and(|account| account.active) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::CONFLICT, "external_auditor.ended").into())
}
