//! What is to be reviewed, page by page: roles, then keys of programs, then shares of customers.

use super::grants::{Grants, ProgramKey, SharedCustomer};
use super::line::{Granted, Line, To};
use super::model::Scope;
use super::reviewers::Roster;
use super::suggest::{NOTHING_KNOWN, holds_one};
use crate::AccessError;
use custos_kernel::policy::Role;
use custos_values::{DepartmentId, OrgId, ReviewId, Timestamp, UserId};

/// People looked at in one batch.
const PEOPLE: usize = 200;

/// Where the next batch begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) stage: i64,
    pub(super) after: Vec<u8>,
}

impl Place {
    const ROLES: i64 = 0;
    const KEYS: i64 = 1;
    const SHARES: i64 = 2;
    /// Everything is written.
    pub(super) const DONE: i64 = 3;

    fn stage(stage: i64) -> Self {
        Self {
            stage,
            after: Vec::new(),
        }
    }
}

/// Lines with when what they are about was last used as far as the feature it is of knows, and where to go on.
pub(super) struct Batch {
    pub(super) lines: Vec<(Line, Option<Timestamp>)>,
    pub(super) next: Place,
}

/// Whose grants are collected.
pub(super) struct Collecting<'a> {
    pub(super) grants: &'a dyn Grants,
    pub(super) org: OrgId,
    pub(super) review: ReviewId,
    pub(super) scope: &'a Scope,
    pub(super) roster: &'a Roster,
}

impl Collecting<'_> {
    /// The next batch that has something in it, or the last.
    pub(super) async fn next(&self, from: Place) -> Result<Batch, AccessError> {
        let mut place = from;
        loop {
            let batch = match place.stage {
                Place::ROLES if self.scope.roles => self.roles(&place.after),
                Place::ROLES => self.nothing(Place::KEYS),
                Place::KEYS if self.scope.api_keys => self.keys().await?,
                Place::KEYS => self.nothing(Place::SHARES),
                Place::SHARES if self.scope.shares => self.shares(&place.after).await?,
                _ => self.nothing(Place::DONE),
            };
            if !batch.lines.is_empty() || batch.next.stage == Place::DONE {
                return Ok(batch);
            }
            place = batch.next;
        }
    }

    fn nothing(&self, next: i64) -> Batch {
        Batch {
            lines: Vec::new(),
            next: Place::stage(next),
        }
    }

    fn line(&self, to: To, granted: Granted) -> Line {
        let (name, department) = match to {
            To::Person(id) => {
                let person = self.roster.people.get(&id);
                let name = person.map(|it| it.name.clone()).unwrap_or_default();
                (name, person.and_then(|it| it.department))
            }
            To::Department(id) => {
                let name = self.roster.names.get(&id).cloned().unwrap_or_default();
                (name, Some(id))
            }
            To::Team(id) => {
                let name = self.roster.configuration.team_name(id).unwrap_or_default();
                (name.to_owned(), None)
            }
        };
        let (last_use, suggestion) = NOTHING_KNOWN;
        Line {
            review: self.review,
            reviewer: None,
            to,
            name,
            department,
            granted,
            last_use,
            suggestion,
        }
    }

    /// Whether the scope includes what is granted to somebody, or to several.
    fn includes(&self, to: To) -> bool {
        match to {
            To::Person(user) => {
                let Some(someone) = self.roster.people.get(&user) else {
                    return false;
                };
                self.in_departments(someone.department)
                    && holds_one(someone.roles, &self.scope.holders)
            }
            To::Department(id) => self.scope.holders.is_empty() && self.in_departments(Some(id)),
            To::Team(id) => {
                let mut people = self.roster.people.iter();
                let member = |user: UserId| self.roster.in_team(id, user);
                self.scope.holders.is_empty()
                    && (self.scope.departments.is_empty()
                        || people
                            .any(|(user, it)| member(*user) && self.in_departments(it.department)))
            }
        }
    }

    fn in_departments(&self, department: Option<DepartmentId>) -> bool {
        let wanted = &self.scope.departments;
        let up = self.roster.up(department);
        wanted.is_empty() || up.iter().any(|id| wanted.contains(id))
    }

    fn roles(&self, after: &[u8]) -> Batch {
        let people = self.roster.people.iter();
        let people: Vec<_> = people
            .filter(|(id, _)| &id.as_bytes()[..] > after)
            .take(PEOPLE)
            .collect();
        let mut lines = Vec::new();
        for (user, someone) in &people {
            let to = To::Person(**user);
            // Who comes from outside has an end of their own, and nothing else.
            if !self.includes(to) || someone.roles.contains(Role::ExternalAuditor) {
                continue;
            }
            for role in someone.roles.iter() {
                lines.push((self.line(to, Granted::Role { role }), None));
            }
            let configuration = &self.roster.configuration;
            for id in configuration.assigned(**user).custom_roles {
                let name = configuration.name_of(&id.to_string()).unwrap_or_default();
                let name = name.to_owned();
                lines.push((self.line(to, Granted::OwnRole { id, name }), None));
            }
        }
        let next = match people.last() {
            Some((last, _)) if people.len() == PEOPLE => Place {
                stage: Place::ROLES,
                after: last.as_bytes().to_vec(),
            },
            _ => Place::stage(Place::KEYS),
        };
        Batch { lines, next }
    }

    async fn keys(&self) -> Result<Batch, AccessError> {
        let keys = self.grants.keys(self.org).await?.into_iter();
        let included = keys.filter(|key| self.includes(To::Person(key.user)));
        let line = |key: ProgramKey| {
            let granted = Granted::Key {
                id: key.id,
                name: key.name,
                made_by: key.created_by,
                expires_at: key.expires_at,
            };
            (self.line(To::Person(key.user), granted), key.last_used_at)
        };
        Ok(Batch {
            lines: included.map(line).collect(),
            next: Place::stage(Place::SHARES),
        })
    }

    async fn shares(&self, after: &[u8]) -> Result<Batch, AccessError> {
        let after = <[u8; 16]>::try_from(after).ok();
        let (shares, next) = self.grants.shares(self.org, after).await?;
        let included = shares
            .into_iter()
            .filter(|share| self.includes(share.grantee.into()));
        let line = |share: SharedCustomer| {
            let granted = Granted::Share {
                customer: share.customer,
                owner: share.owner,
                write: share.write,
                until: share.until,
                at: share.at,
            };
            (self.line(share.grantee.into(), granted), None)
        };
        Ok(Batch {
            lines: included.map(line).collect(),
            next: next.map_or_else(
                || Place::stage(Place::DONE),
                |last| Place {
                    stage: Place::SHARES,
                    after: last.to_vec(),
                },
            ),
        })
    }
}
