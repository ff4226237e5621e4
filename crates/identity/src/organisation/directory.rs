//! The directory: who and which departments there are, opened once and kept until something changes.

use super::{SEALED_DEPARTMENT_NAME, SEALED_NAME, sql};
use crate::accounts;
use crate::devices::{self, BoundRoles};
use crate::error::IdentityError;
use crate::external;
use crate::security::{self, Rules};
use custos_access::{Configuration, InForce};
use custos_kernel::policy::{
    DataScope, Engagement, Label, Policy, Profile, Role, RoleSet, Standing,
};
use custos_store::{Store, StoreError};
use custos_values::{DepartmentId, OrgId, Timestamp, UserId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Longest time a change made by another node or the command line stays unnoticed, in milliseconds. What is read then takes
/// a while too: together less than a second.
pub(crate) const STALENESS_MS: i64 = 500;

/// A person of the organisation.
#[derive(Clone)]
pub struct Person {
    /// The display name.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The department, if any.
    pub department: Option<DepartmentId>,
    /// Whether the account may be used.
    pub active: bool,
    /// The roles held.
    pub roles: RoleSet,
    /// Which customers the roles reach.
    pub data_scope: DataScope,
    /// Whether it is the account of a program, which comes with a key and never signs in.
    pub service: bool,
    /// For whom comes from outside: what they were asked to look at, and until when.
    pub engagement: Option<Engagement>,
    /// When the password was set; none where there is none.
    pub password_set_at: Option<Timestamp>,
}

impl Person {
    /// Whether the account may be used at a moment.
    pub(crate) fn usable(&self, now: Timestamp) -> bool {
        self.active && self.engagement.is_none_or(|it| now < it.ends_at)
    }
}

/// A department of the organisation.
#[derive(Clone)]
pub struct Department {
    /// The name.
    pub name: String,
    /// The department above, if any.
    pub parent: Option<DepartmentId>,
    /// The row's version.
    pub version: i64,
    below: Arc<BTreeSet<DepartmentId>>,
}

/// Names of one organisation at one moment. Not to be kept longer than a request.
pub struct Directory {
    generation: i64,
    organisation: String,
    language: String,
    people: BTreeMap<UserId, Person>,
    departments: BTreeMap<DepartmentId, Department>,
    rules: Arc<Rules>,
    bound_roles: BoundRoles,
    access: Arc<Configuration>,
}

impl Directory {
    /// What the organisation has set about access itself.
    pub fn access(&self) -> &Arc<Configuration> {
        &self.access
    }

    /// The rules about passwords, sessions, networks and hours.
    pub(crate) fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The organisation's name.
    pub fn organisation_name(&self) -> &str {
        &self.organisation
    }

    /// The organisation's language, a BCP 47 tag.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// A person, also one whose account is disabled.
    pub fn person(&self, id: UserId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// Everybody, oldest account first.
    pub fn people(&self) -> impl Iterator<Item = (UserId, &Person)> {
        self.people.iter().map(|(id, person)| (*id, person))
    }

    /// A person's name.
    pub fn user_name(&self, id: UserId) -> Option<&str> {
        self.people.get(&id).map(|person| person.name.as_str())
    }

    /// A department.
    pub fn department(&self, id: DepartmentId) -> Option<&Department> {
        self.departments.get(&id)
    }

    /// The roles that count on registered devices only.
    pub(crate) fn bound_roles(&self) -> &BoundRoles {
        &self.bound_roles
    }

    /// All departments, oldest first.
    pub fn departments(&self) -> impl Iterator<Item = (DepartmentId, &Department)> {
        self.departments
            .iter()
            .map(|(id, department)| (*id, department))
    }

    /// A department's name.
    pub fn department_name(&self, id: DepartmentId) -> Option<&str> {
        self.departments
            .get(&id)
            .map(|department| department.name.as_str())
    }

    /// What a person may do who holds these roles now. Administrators, and who comes from outside, hold no roles of the
    /// organisation's own, whatever is stored: they see no customers.
    pub fn standing(&self, id: UserId, person: &Person, roles: RoleSet) -> Standing {
        let below = person.department.map(|id| self.departments_below(id));
        let mut assigned = self.access.assigned(id);
        if person.roles.iter().any(Role::is_exclusive) {
            assigned.custom_roles.clear();
        }
        let profile = Profile {
            roles,
            custom_roles: assigned.custom_roles,
            data_scope: person.data_scope,
            department: person.department,
            clearance: assigned.clearance,
            working: Label::default(),
        };
        let mut within = BTreeSet::new();
        let mut next = person.department;
        while let Some(id) = next.filter(|id| within.insert(*id)) {
            next = self.departments.get(&id).and_then(|it| it.parent);
        }
        Standing {
            profile: Arc::new(profile),
            below: below.unwrap_or_default(),
            within: Arc::new(within),
            engagement: person.engagement,
            teams: assigned.teams,
        }
    }

    /// What a person may do if nothing about the request holds their roles back.
    pub fn usual_standing(&self, id: UserId, person: &Person, now: Timestamp) -> Standing {
        self.standing(id, person, self.rules.roles_in_force(person, now))
    }

    /// The departments below one, at any depth, without it.
    pub fn departments_below(&self, id: DepartmentId) -> Arc<BTreeSet<DepartmentId>> {
        self.departments
            .get(&id)
            .map_or_else(Arc::default, |department| Arc::clone(&department.below))
    }

    /// The active person a cell of an import means: by login, or by name if only one has it. Case and surrounding
    /// blanks do not matter.
    pub fn user_by_login_or_name(&self, text: &str) -> Option<UserId> {
        let wanted = text.trim().to_lowercase();
        if wanted.is_empty() {
            return None;
        }
        let active = || self.people().filter(|(_, person)| person.active);
        if let Some((id, _)) = active().find(|(_, person)| person.login == wanted) {
            return Some(id);
        }
        let mut named = active().filter(|(_, person)| person.name.to_lowercase() == wanted);
        match (named.next(), named.next()) {
            (Some((id, _)), None) => Some(id),
            _ => None,
        }
    }

    async fn load(store: &Store, policy: &Policy, org: OrgId) -> Result<Self, IdentityError> {
        let key = store.keys().get(store, org).await?;
        let mut tx = store.read().await?;
        // Before everything else: what is read after it may be newer than it says, never older.
        let head = sql::organisation(&mut tx, org)
            .await?
            .ok_or_else(|| StoreError::Corrupt("no such organisation".to_owned()))?;
        let open =
            |purpose: &str, row: &[u8; 16], sealed: &[u8]| open_text(&key, purpose, row, sealed);
        let rows = sql::departments(&mut tx, org).await?;
        let below = descendants(&rows);
        let mut departments = BTreeMap::new();
        for row in rows {
            let department = Department {
                name: open(SEALED_DEPARTMENT_NAME, row.id.as_bytes(), &row.name)?,
                parent: row.parent,
                version: row.version,
                below: below.get(&row.id).cloned().unwrap_or_default(),
            };
            departments.insert(row.id, department);
        }
        let mut people = accounts::people(&mut tx, org, &key).await?;
        for (id, engagement) in external::sql::engagements(&mut tx, org).await? {
            if let Some(person) = people.get_mut(&id) {
                person.engagement = Some(engagement);
            }
        }
        Ok(Self {
            generation: head.generation,
            organisation: open(SEALED_NAME, org.as_bytes(), &head.name)?,
            language: head.language,
            people,
            departments,
            rules: security::load(&mut tx, org).await?,
            bound_roles: devices::sql::bound_roles(&mut tx, org).await?,
            access: Arc::new(InForce::adopt(&mut tx, org, &key, policy).await?),
        })
    }
}

/// Opens a sealed name.
pub(crate) fn open_text(
    key: &custos_kernel::crypto::TenantKey,
    purpose: &str,
    row: &[u8; 16],
    sealed: &[u8],
) -> Result<String, StoreError> {
    let bytes = key.open_secret(purpose, row, sealed)?;
    std::str::from_utf8(&bytes)
        .map(str::to_owned)
        .map_err(|_| StoreError::Corrupt(format!("{purpose} is not text")))
}

/// For every department, those below it. A circle, which no operation makes, ends where it closes.
fn descendants(rows: &[sql::DepartmentRow]) -> HashMap<DepartmentId, Arc<BTreeSet<DepartmentId>>> {
    let parents: HashMap<DepartmentId, DepartmentId> = rows
        .iter()
        .filter_map(|row| Some((row.id, row.parent?)))
        .collect();
    let mut below: HashMap<DepartmentId, BTreeSet<DepartmentId>> = HashMap::new();
    for row in rows {
        let mut above = row.id;
        while let Some(parent) = parents.get(&above) {
            if *parent == row.id || !below.entry(*parent).or_default().insert(row.id) {
                break;
            }
            above = *parent;
        }
    }
    below
        .into_iter()
        .map(|(id, set)| (id, Arc::new(set)))
        .collect()
}

/// What is kept of one organisation.
struct Kept {
    directory: Arc<Directory>,
    checked_at: Timestamp,
}

#[derive(Default)]
struct State {
    kept: HashMap<OrgId, Kept>,
    /// Grows with every change made here, so that a reading begun before a change is not kept after it.
    changes: u64,
}

/// The directories in memory.
#[derive(Default)]
pub(crate) struct Directories(Mutex<State>);

impl Directories {
    /// The organisation's directory, at most [`STALENESS_MS`] older than the database.
    pub(crate) async fn get(
        &self,
        store: &Store,
        policy: &Policy,
        org: OrgId,
    ) -> Result<Arc<Directory>, IdentityError> {
        let now = store.clock().now();
        let (known, changes) = {
            let state = self.0.lock();
            let known = state.kept.get(&org);
            if let Some(kept) = known
                && (0..STALENESS_MS).contains(&(now.millis() - kept.checked_at.millis()))
            {
                return Ok(Arc::clone(&kept.directory));
            }
            (known.map(|kept| Arc::clone(&kept.directory)), state.changes)
        };
        let directory = match known {
            Some(known) if self.current(store, org, &known).await? => known,
            _ => Arc::new(Directory::load(store, policy, org).await?),
        };
        let mut state = self.0.lock();
        if state.changes == changes {
            let kept = Kept {
                directory: Arc::clone(&directory),
                checked_at: now,
            };
            state.kept.insert(org, kept);
        }
        Ok(directory)
    }

    async fn current(
        &self,
        store: &Store,
        org: OrgId,
        known: &Directory,
    ) -> Result<bool, StoreError> {
        let mut tx = store.read().await?;
        let head = sql::organisation(&mut tx, org).await?;
        Ok(head.is_some_and(|head| head.generation == known.generation)
            && InForce::versions(&mut tx, org).await? == known.access.versions)
    }

    /// Forgets what a change just committed here has made old.
    pub(crate) fn changed(&self, org: OrgId) {
        let mut state = self.0.lock();
        state.changes += 1;
        state.kept.remove(&org);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> DepartmentId {
        DepartmentId::from_bytes([n; 16])
    }

    fn row(n: u8, parent: Option<u8>) -> sql::DepartmentRow {
        sql::DepartmentRow {
            id: id(n),
            parent: parent.map(id),
            name: Vec::new(),
            version: 1,
        }
    }

    #[test]
    fn below_means_at_any_depth_and_never_oneself() {
        // A row may come before the one above it.
        let rows = [
            row(4, Some(2)),
            row(2, Some(1)),
            row(1, None),
            row(3, Some(1)),
        ];
        let below = descendants(&rows);
        assert_eq!(*below[&id(1)], BTreeSet::from([id(2), id(3), id(4)]));
        assert_eq!(*below[&id(2)], BTreeSet::from([id(4)]));
        assert!(!below.contains_key(&id(3)));
    }

    #[test]
    fn a_circle_ends() {
        let below = descendants(&[row(1, Some(2)), row(2, Some(1)), row(3, Some(3))]);
        assert_eq!(*below[&id(1)], BTreeSet::from([id(2)]));
        assert!(!below.contains_key(&id(3)));
    }
}
