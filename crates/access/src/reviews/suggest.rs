//! What is known of the use of a grant, and what is suggested by it.

use super::line::{Granted, LastUse, Line, Reason, Suggestion};
use super::reviewers::Roster;
use crate::unused::{Names, Uses, made_at};
use crate::{Access, AccessError};
use custos_kernel::policy::{Role, RoleSet};
use custos_values::{CustomRoleId, CustomerId, DepartmentId, OrgId, Timestamp, UserId};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;
/// What was not used for so long is not needed.
const IDLE_DAYS: i64 = 90;
/// What ends within so long need not be ended.
const SOON_DAYS: i64 = 30;
/// Who is alone among fewer than so many others is no exception.
const FEW: usize = 3;

/// What suggestions are made from.
pub(super) struct Grounds {
    now: Timestamp,
    /// Since when use was looked at.
    pub(super) from: Timestamp,
    /// Since when the log can tell of it.
    known: Timestamp,
    /// Whether it reaches back so far.
    whole: bool,
    roles: BTreeMap<Role, Names>,
    own_roles: BTreeMap<CustomRoleId, Names>,
    used: BTreeMap<UserId, BTreeMap<String, Timestamp>>,
    moves: BTreeMap<UserId, Timestamp>,
    /// How many active people of each department there are, and hold each role.
    members: BTreeMap<DepartmentId, usize>,
    holders: BTreeMap<(DepartmentId, Held), usize>,
}

/// When somebody last had each customer before them; none if that is not all known.
pub(super) type Seen = Option<BTreeMap<CustomerId, Timestamp>>;

/// A role of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Built(Role),
    Own(CustomRoleId),
}

fn suggest(withdraw: bool, reason: Reason) -> Suggestion {
    Suggestion { withdraw, reason }
}

impl Access {
    /// Looks at what was used lately.
    pub(super) async fn grounds(
        &self,
        org: OrgId,
        roster: &Roster,
        moves: BTreeMap<UserId, Timestamp>,
    ) -> Result<Grounds, AccessError> {
        let now = self.store().clock().now();
        let from = now.plus_millis(-IDLE_DAYS * DAY_MS);
        let done = self.uses_since(org, from).await?;
        let (roles, everybodys) = self.granted_by_roles(org, now);
        let own_roles = self.granted_by_own(org, &roster.configuration, &everybodys, now);
        let mut grounds = Grounds {
            now,
            from,
            known: done.since.map_or(now, |since| since.max(from)),
            whole: done.since.is_some_and(|since| since <= from),
            roles,
            own_roles,
            used: self.last_uses(&done),
            moves,
            members: BTreeMap::new(),
            holders: BTreeMap::new(),
        };
        grounds.count(roster);
        Ok(grounds)
    }

    /// When each account last used each permission.
    fn last_uses(&self, done: &Uses) -> BTreeMap<UserId, BTreeMap<String, Timestamp>> {
        let telling = self.told_by_entries();
        let mut used: BTreeMap<UserId, BTreeMap<String, Timestamp>> = BTreeMap::new();
        for one in &done.uses {
            let of = used.entry(one.user).or_default();
            for name in telling.get(&one.action).into_iter().flatten() {
                let last = of.entry(name.clone()).or_insert(one.last);
                *last = (*last).max(one.last);
            }
        }
        used
    }
}

impl Grounds {
    fn count(&mut self, roster: &Roster) {
        let active = roster.people.iter();
        for (id, someone) in active.filter(|(_, it)| it.active && !it.service) {
            let Some(department) = someone.department else {
                continue;
            };
            *self.members.entry(department).or_default() += 1;
            let own = roster.configuration.assigned(*id).custom_roles;
            let own = own.into_iter().map(Held::Own);
            for held in someone.roles.iter().map(Held::Built).chain(own) {
                *self.holders.entry((department, held)).or_default() += 1;
            }
        }
    }

    fn names(&self, held: Held) -> Names {
        let found = match held {
            Held::Built(role) => self.roles.get(&role),
            Held::Own(id) => self.own_roles.get(&id),
        };
        found.cloned().unwrap_or_default()
    }

    fn last(&self, user: UserId, names: &Names) -> Option<Timestamp> {
        let used = self.used.get(&user)?;
        let of = used.iter().filter(|(name, _)| names.contains(*name));
        of.map(|(_, last)| *last).max()
    }

    /// When the role was last used, and what is suggested.
    fn role(&self, user: UserId, held: Held, all: &[Held], line: &Line) -> (LastUse, Suggestion) {
        let names = self.names(held);
        let last = self.last(user, &names);
        let use_of = last.map_or(
            LastUse::NotSince(self.known.max(made_at(user))),
            LastUse::At,
        );
        let others = all.iter().filter(|other| **other != held);
        let elsewhere: Names = others.flat_map(|other| self.names(*other)).collect();
        let only_here = &names - &elsewhere;
        let alone = line.department.is_some_and(|id| {
            let holders = self.holders.get(&(id, held)).copied().unwrap_or(0);
            let members = self.members.get(&id).copied().unwrap_or(0);
            holders <= 1 && members > FEW
        });
        let administers = matches!(held, Held::Built(role) if role.is_administrator());
        let suggestion = if !names.is_empty() && only_here.is_empty() {
            suggest(true, Reason::Redundant)
        } else if self.last(user, &only_here).is_some() {
            suggest(
                alone && !administers,
                if alone && !administers {
                    Reason::Outlier
                } else {
                    Reason::Used
                },
            )
        } else if made_at(user) > self.from {
            suggest(false, Reason::New)
        } else if self.whole {
            suggest(true, Reason::Unused)
        } else {
            suggest(false, Reason::Unknown)
        };
        (use_of, suggestion)
    }

    fn share(&self, at: Timestamp, use_of: LastUse) -> Suggestion {
        match use_of {
            LastUse::At(_) => suggest(false, Reason::Used),
            LastUse::NotSince(_) if at > self.from => suggest(false, Reason::New),
            LastUse::NotSince(_) if self.whole => suggest(true, Reason::Unused),
            LastUse::NotSince(_) | LastUse::Unknown => suggest(false, Reason::Unknown),
        }
    }

    fn dated(&self, until: Option<Timestamp>) -> Option<Suggestion> {
        let until = until?;
        if until <= self.now {
            Some(suggest(true, Reason::Ended))
        } else if until < self.now.plus_millis(SOON_DAYS * DAY_MS) {
            Some(suggest(false, Reason::EndsSoon))
        } else {
            None
        }
    }

    /// Writes into a line what is known and suggested.
    pub(super) fn complete(
        &self,
        line: &mut Line,
        roster: &Roster,
        last_used: Option<Timestamp>,
        seen: Option<&Seen>,
    ) {
        let person = line
            .to
            .person()
            .and_then(|id| Some((id, roster.people.get(&id)?)));
        let (last_use, found) = match &line.granted {
            Granted::Role { .. } | Granted::OwnRole { .. } => {
                let held = match &line.granted {
                    Granted::OwnRole { id, .. } => Held::Own(*id),
                    Granted::Role { role } => Held::Built(*role),
                    Granted::Share { .. } | Granted::Key { .. } => return,
                };
                let Some((user, someone)) = person else {
                    return;
                };
                let own = roster.configuration.assigned(user).custom_roles;
                let all: Vec<Held> = someone
                    .roles
                    .iter()
                    .map(Held::Built)
                    .chain(own.into_iter().map(Held::Own))
                    .collect();
                self.role(user, held, &all, line)
            }
            Granted::Share { until, at, .. } => {
                let use_of = match (&line.granted, seen) {
                    (Granted::Share { customer, .. }, Some(Some(seen))) => {
                        let since = self.known.max(*at);
                        let last = seen.get(customer).copied();
                        last.map_or(LastUse::NotSince(since), LastUse::At)
                    }
                    _ => LastUse::Unknown,
                };
                let moved = line.to.person().and_then(|id| self.moves.get(&id));
                let suggestion = match self.dated(*until) {
                    Some(found) => found,
                    None if moved.is_some_and(|moved| moved > at) => suggest(true, Reason::Moved),
                    None => self.share(*at, use_of),
                };
                (use_of, suggestion)
            }
            Granted::Key { expires_at, .. } => {
                let suggestion = match (self.dated(Some(*expires_at)), last_used) {
                    (Some(found), _) => found,
                    (None, Some(at)) if at > self.from => suggest(false, Reason::Used),
                    (None, _) if key_made_at(line) > self.from => suggest(false, Reason::New),
                    (None, _) => suggest(true, Reason::Unused),
                };
                let never = LastUse::NotSince(key_made_at(line));
                (last_used.map_or(never, LastUse::At), suggestion)
            }
        };
        line.last_use = last_use;
        line.suggestion = match person {
            Some((_, someone)) if !someone.active => suggest(true, Reason::Disabled),
            _ => found,
        };
    }
}

/// When a key was made: its id tells.
fn key_made_at(line: &Line) -> Timestamp {
    match &line.granted {
        Granted::Key { id, .. } => made_at(UserId::from_bytes(*id.as_bytes())),
        _ => Timestamp::from_millis(0),
    }
}

/// What a line has before it is completed.
pub(super) const NOTHING_KNOWN: (LastUse, Suggestion) = (
    LastUse::Unknown,
    Suggestion {
        withdraw: false,
        reason: Reason::Unknown,
    },
);

/// Whether somebody holds one of the roles, or any if none is named.
pub(super) fn holds_one(roles: RoleSet, wanted: &[Role]) -> bool {
    wanted.is_empty() || wanted.iter().any(|role| roles.contains(*role))
}
