//! What an organisation has set, read and in memory.

use super::model::{People, Rules};
use super::sql::{self, Kind, SEALED};
use crate::sealed;
use custos_kernel::crypto::TenantKey;
use custos_kernel::policy::{Label, OrganisationRule, OrganisationRules, Policy};
use custos_store::{ReadTx, StoreError};
use custos_values::{CustomRoleId, OrgId, TeamId, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A document as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed<T> {
    pub(super) version: i64,
    pub(super) document: T,
}

/// What one person holds of what the organisation has set.
#[derive(Debug, Clone, Default)]
pub struct Assigned {
    /// Roles of the organisation's own.
    pub custom_roles: BTreeSet<CustomRoleId>,
    /// The highest label they may work at.
    pub clearance: Label,
    /// The teams they are in.
    pub teams: Arc<BTreeSet<TeamId>>,
}

/// Both documents at one moment.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The versions they have: rules, people. Together they say whether something changed.
    pub versions: (i64, i64),
    /// What is allowed.
    pub rules: Rules,
    /// Who holds what.
    pub people: People,
    /// Why nobody reaches what the rules are about, if so.
    pub locked: Option<&'static str>,
    teams: HashMap<UserId, Arc<BTreeSet<TeamId>>>,
}

impl Configuration {
    pub(crate) fn new(versions: (i64, i64), rules: Rules, people: People) -> Self {
        let mut teams: HashMap<UserId, BTreeSet<TeamId>> = HashMap::new();
        for team in &people.teams {
            for member in &team.members {
                teams.entry(*member).or_default().insert(team.id);
            }
        }
        let teams = teams.into_iter().map(|(user, set)| (user, Arc::new(set)));
        Self {
            versions,
            rules,
            people,
            locked: None,
            teams: teams.collect(),
        }
    }

    /// What a person holds. Who is not named holds nothing, and is cleared for the default label.
    pub fn assigned(&self, user: UserId) -> Assigned {
        let held = self.people.people.get(&user);
        let known = |role: &CustomRoleId| self.rules.roles.iter().any(|it| it.id == *role);
        let roles = held.map(|held| held.custom_roles.iter().copied().filter(known));
        Assigned {
            custom_roles: roles.into_iter().flatten().collect(),
            clearance: held.map_or_else(Label::default, |held| held.clearance.label()),
            teams: self.teams.get(&user).cloned().unwrap_or_default(),
        }
    }

    /// A team's name.
    pub fn team_name(&self, id: TeamId) -> Option<&str> {
        let mut teams = self.people.teams.iter();
        teams.find(|team| team.id == id).map(|it| it.name.as_str())
    }

    /// The ids of the organisation's own roles.
    pub fn role_ids(&self) -> BTreeSet<CustomRoleId> {
        self.rules.roles.iter().map(|role| role.id).collect()
    }

    /// What decisions and explanations cite, by name: `role/<id>/…`, `rule/<id>`, or a role's id alone.
    pub fn name_of(&self, cited: &str) -> Option<&str> {
        let mut parts = cited.split('/');
        let (first, second) = (parts.next()?, parts.next());
        let role = |id: &str| {
            let mut roles = self.rules.roles.iter();
            roles.find(|role| role.id.to_string() == id)
        };
        match (first, second) {
            ("rule", Some(id)) => {
                let mut rules = self.rules.rules.iter();
                let rule = rules.find(|rule| rule.id.to_string() == id)?;
                Some(&rule.name)
            }
            ("role", Some(id)) | (id, None) => role(id).map(|role| role.name.as_str()),
            _ => None,
        }
    }

    /// The names of whatever of these can be named.
    pub fn names_of<'a>(
        &self,
        cited: impl IntoIterator<Item = &'a str>,
    ) -> BTreeMap<String, String> {
        let named = cited.into_iter().filter_map(|cited| {
            let name = self.name_of(cited)?;
            Some((cited.to_owned(), name.to_owned()))
        });
        named.collect()
    }
}

/// Reading what is in force, for whoever keeps it in memory.
pub struct InForce;

impl InForce {
    /// The versions of the documents.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn versions(tx: &mut ReadTx, org: OrgId) -> Result<(i64, i64), StoreError> {
        sql::versions(tx, org).await
    }

    /// Reads the documents and puts the rules into the engine. What cannot be trusted, or does not compile, locks what rules
    /// may be about for everybody.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn adopt(
        tx: &mut ReadTx,
        org: OrgId,
        key: &TenantKey,
        policy: &Policy,
    ) -> Result<Configuration, StoreError> {
        let rules = read::<Rules>(tx, org, key, Kind::Rules).await?;
        let people = read::<People>(tx, org, key, Kind::People).await?;
        let untrusted = rules.is_none() || people.is_none();
        let (rules, rules_version) = rules.unwrap_or_default();
        let (people, people_version) = people.unwrap_or_default();
        let versions = (rules_version, people_version);
        let mut configuration = Configuration::new(versions, rules, people);
        if untrusted {
            configuration.locked = Some("log");
            tracing::error!(
                "what the organisation has set about access is not what the log says was set last; nobody reaches customers"
            );
        } else if policy.generation(org) == rules_version {
            return Ok(configuration);
        } else if let Err(problems) =
            policy.adopt(org, &configuration.rules.in_force(rules_version))
        {
            configuration.locked = Some("rules");
            tracing::error!(
                ?problems,
                "the organisation's rules do not compile; nobody reaches customers until they are changed"
            );
        }
        if configuration.locked.is_some() {
            lock(policy, org)?;
        }
        Ok(configuration)
    }
}

/// Forbids everything that rules of an organisation may be about.
fn lock(policy: &Policy, org: OrgId) -> Result<(), StoreError> {
    let actions = policy.grantable();
    let actions: Vec<String> = actions
        .iter()
        .map(|action| format!("Action::\"{action}\""))
        .collect();
    let text = format!(
        "forbid (principal is User, action in [{}], resource);",
        actions.join(", ")
    );
    let rule = OrganisationRule {
        id: "rule/locked".to_owned(),
        text,
    };
    let locked = OrganisationRules {
        generation: -1,
        rules: vec![rule],
        field_labels: Vec::new(),
    };
    policy
        .adopt(org, &locked)
        .map_err(|problems| StoreError::Corrupt(format!("rules: {problems:?}")))
}

/// A document and its version, the default if there never was one; none if it is older than the log says, or not as it was
/// sealed.
async fn read<T: DeserializeOwned + Default>(
    tx: &mut ReadTx,
    org: OrgId,
    key: &TenantKey,
    kind: Kind,
) -> Result<Option<(T, i64)>, StoreError> {
    // Read before the document: a change made in between makes the document newer than the log was, never older.
    let logged = sql::logged_version(tx, org, kind).await?;
    let stored = sql::document(tx, org, kind).await?;
    let opened = match stored {
        None => Some((T::default(), 0)),
        Some((sealed, version)) => open(key, kind, &sealed)
            .ok()
            .filter(|(_, sealed_version)| *sealed_version == version),
    };
    let Some((document, version)) = opened else {
        return Ok(None);
    };
    let current = u64::try_from(version).is_ok_and(|version| version >= logged);
    Ok(current.then_some((document, version)))
}

/// Opens a document.
pub(super) fn open<T: DeserializeOwned>(
    key: &TenantKey,
    kind: Kind,
    sealed: &[u8],
) -> Result<(T, i64), StoreError> {
    let opened: Sealed<T> = sealed::open(key, SEALED, &kind.id(), sealed)?;
    Ok((opened.document, opened.version))
}
