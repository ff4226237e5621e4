//! Setup as the first person does it.

use super::founding::{FirstAccount, FirstDepartment, Founding, done, found};
use crate::accounts::check_login;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::organisation::check_name;
use crate::security::Demands;
use crate::sign_in::{field_problems, strength};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::crypto::{constant_time_eq, sha256};
use custos_kernel::policy::{DataScope, Origin, Role, RoleSet};
use custos_values::OrgId;
use std::collections::HashSet;

/// Most accounts setup makes; the rest is the system administrator's work.
const MAX_USERS: usize = 20;
/// The languages there are words for, as BCP 47 tags.
pub(crate) const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// An organisation to set up.
pub struct NewOrganisation {
    /// Its name.
    pub name: String,
    /// Its language: `zh-CN` or `en`.
    pub language: String,
    /// The first accounts: each administrator once, at least one sales lead.
    pub users: Vec<NewUser>,
}

/// A first account.
pub struct NewUser {
    /// Its role.
    pub role: Role,
    /// The display name.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The password.
    pub password: String,
}

impl Identity {
    /// Whether there is no organisation yet.
    ///
    /// # Errors
    /// [`IdentityError::Store`].
    pub async fn setup_required(&self) -> Result<bool, IdentityError> {
        Ok(self.organisations().await?.is_empty())
    }

    /// Sets the installation up for somebody who knows the setup code.
    ///
    /// # Errors
    /// 409 `setup.done`, 403 `setup.code.wrong`, 422 naming the fields, 429.
    pub async fn set_up(
        &self,
        code: &str,
        new: NewOrganisation,
        origin: Origin,
    ) -> Result<OrgId, IdentityError> {
        if !self.setup_required().await? {
            return Err(done());
        }
        let now = self.store().clock().now();
        let attempt = self
            .throttles()
            .codes
            .begin_anonymous(origin.address, now)
            .map_err(|refusal| refusal.problem())?;
        // Hashed first, so that not even the length of the code shows in the time it takes.
        let right = self.setup_code().is_some_and(|expected| {
            constant_time_eq(
                &sha256(code.trim().as_bytes()),
                &sha256(expected.trim().as_bytes()),
            )
        });
        if !right {
            // There is no organisation, and so no log, to record it in.
            tracing::warn!(address = ?origin.address, "wrong setup code");
            return Err(Problem::new(StatusCode::FORBIDDEN, "setup.code.wrong").into());
        }
        self.throttles().codes.succeeded(attempt);
        let founding = self.checked(new).await?;
        Ok(found(self, founding, origin).await?.0)
    }

    /// Checks everything, then hashes the passwords.
    async fn checked(&self, new: NewOrganisation) -> Result<Founding, IdentityError> {
        let mut problems = Vec::new();
        let name = check_name(&new.name).unwrap_or_else(|code| {
            problems.push(FieldProblem::new("organisation_name", code));
            String::new()
        });
        if !LANGUAGES.contains(&new.language.as_str()) {
            problems.push(FieldProblem::new("language", "choice.unknown"));
        }
        if !complete(&new.users) {
            problems.push(FieldProblem::new("users", "setup.users.incomplete"));
        }
        let mut logins = HashSet::new();
        let mut accounts = Vec::new();
        let users: Vec<NewUser> = new.users.into_iter().take(MAX_USERS).collect();
        for (at, user) in users.iter().enumerate() {
            let field = |member: &str| format!("users[{at}].{member}");
            let person = check_name(&user.name)
                .map_err(|code| problems.push(FieldProblem::new(field("name"), code)));
            let login = check_login(&user.login)
                .map_err(|code| problems.push(FieldProblem::new(field("login"), code)));
            if let Ok(login) = &login
                && !logins.insert(login.clone())
            {
                problems.push(FieldProblem::new(field("login"), "user.login.taken"));
            }
            let password = user.password.clone();
            let known = [user.login.clone(), user.name.clone(), name.clone()];
            let judgement = self
                .hashing()
                .run(move |_| {
                    let known = known.each_ref().map(String::as_str);
                    strength(&password, &known, Demands::default())
                })
                .await?;
            problems.extend(field_problems(&field("password"), &judgement));
            if let (Ok(person), Ok(login)) = (person, login) {
                accounts.push((user, person, login));
            }
        }
        if !problems.is_empty() {
            return Err(IdentityError::invalid(problems));
        }
        let mut first = Vec::with_capacity(accounts.len());
        for (user, person, login) in accounts {
            let password = self
                .hashing()
                .hash(user.password.clone(), self.store().random())
                .await?;
            let sells = !user.role.is_administrator();
            first.push(FirstAccount {
                name: person,
                login,
                roles: RoleSet::new([user.role]).unwrap_or_default(),
                data_scope: match user.role {
                    Role::SalesLead => DataScope::DepartmentTree,
                    _ => DataScope::Own,
                },
                department: sells.then_some(0),
                password: Some(password),
            });
        }
        let root = FirstDepartment {
            name: name.clone(),
            parent: None,
        };
        Ok(Founding {
            name,
            language: new.language,
            departments: vec![root],
            accounts: first,
        })
    }
}

fn complete(users: &[NewUser]) -> bool {
    let count = |role| users.iter().filter(|user| user.role == role).count();
    let administrators = Role::ALL.into_iter().filter(|role| role.is_administrator());
    users.len() <= MAX_USERS
        && count(Role::ExternalAuditor) == 0
        && administrators.into_iter().all(|role| count(role) == 1)
        && count(Role::SalesLead) >= 1
}
