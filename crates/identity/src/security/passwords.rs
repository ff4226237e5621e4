//! New passwords held against the rules, and the ones before them.

use super::sql;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::UserResource;
use crate::sign_in::{field_problems, strength};
use custos_http::FieldProblem;
use custos_kernel::crypto::PasswordHash;
use custos_kernel::policy::{Permit, RoleSet, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{OrgId, UserId};

/// Passwords of an account that are kept: as many as the longest history, and the one in use.
const KEPT: i64 = 25;

impl Identity {
    /// Holds a new password against the rules for somebody of these roles, and hashes it. `known` is what a guesser knows
    /// about the person.
    ///
    /// # Errors
    /// 422 naming `field`.
    pub(crate) async fn new_password(
        &self,
        org: OrgId,
        roles: RoleSet,
        known: Vec<String>,
        field: &str,
        password: String,
    ) -> Result<PasswordHash, IdentityError> {
        let demands = self.rules(org).await?.demands(roles);
        let judged = password.clone();
        let judgement = self
            .hashing()
            .run(move |_| {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                strength(&judged, &known, demands)
            })
            .await?;
        let problems = field_problems(field, &judgement);
        if !problems.is_empty() {
            return Err(IdentityError::invalid(problems));
        }
        self.hashing().hash(password, self.store().random()).await
    }

    /// Refuses a password that is one of the last. Takes one verification for each that is remembered.
    ///
    /// # Errors
    /// 422 naming `field`.
    pub(crate) async fn refuse_reuse(
        &self,
        permit: &Permit<actions::Update, UserResource>,
        present: Option<&str>,
        field: &str,
        password: &str,
    ) -> Result<(), IdentityError> {
        let history = self.rules(permit.org()).await?.password().history;
        let mut tx = self.store().read().await?;
        let mut past = sql::password_hashes(&mut tx, permit, history).await?;
        drop(tx);
        // One set with the account stands in no list yet.
        if let Some(present) = present.filter(|present| !past.iter().any(|hash| hash == present)) {
            past.insert(0, present.to_owned());
        }
        past.truncate(usize::try_from(history).unwrap_or_default());
        for hash in past {
            let stored = Some(PasswordHash::from_stored(hash));
            if self.hashing().verify(password.to_owned(), stored).await? {
                let problem = FieldProblem::new(field, "password.reused");
                return Err(IdentityError::invalid(vec![problem.with("count", history)]));
            }
        }
        Ok(())
    }

    /// Notes within the transaction that a password takes the place of another, for its age and the history.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn note_password(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Update, UserResource>,
        before: Option<&str>,
        after: &PasswordHash,
    ) -> Result<(), StoreError> {
        let user = UserId::from_bytes(*permit.record());
        let now = self.store().clock().now();
        if let Some(before) = before
            && !sql::password_noted(tx, user).await?
        {
            sql::note_password(tx, permit, before, now.plus_millis(-1), KEPT).await?;
        }
        sql::note_password(tx, permit, after.as_str(), now, KEPT).await
    }
}
