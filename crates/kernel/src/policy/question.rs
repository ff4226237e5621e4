//! One question to the policies: everything a decision depends on, as a value that decisions are cached by.

use super::engagement::outsiders_reach;
use super::{
    Attributes, Caller, CallerKind, Circumstances, FieldRule, Job, Label, Level, Profile, Relation,
    Role, Share,
};
use cedar_policy::{Context, Entities, Entity, EntityId, EntityUid, Request, RestrictedExpression};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Who asks, as far as policies know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Principal {
    User(Arc<Profile>),
    Service(Arc<Profile>),
    Provider,
    System(Job),
}

impl Principal {
    pub(super) fn of(caller: &Caller) -> Self {
        match caller.kind() {
            CallerKind::User { .. } => Self::User(Arc::clone(caller.profile())),
            CallerKind::Key { .. } => Self::Service(Arc::clone(caller.profile())),
            CallerKind::Provider { .. } => Self::Provider,
            CallerKind::System(job) => Self::System(job),
        }
    }

    pub(super) fn profile(&self) -> Option<&Arc<Profile>> {
        match self {
            Self::User(profile) | Self::Service(profile) => Some(profile),
            Self::Provider | Self::System(_) => None,
        }
    }

    /// The same with another profile.
    pub(super) fn with(&self, profile: Profile) -> Self {
        match self {
            Self::User(_) => Self::User(Arc::new(profile)),
            Self::Service(_) => Self::Service(Arc::new(profile)),
            Self::Provider | Self::System(_) => self.clone(),
        }
    }

    /// The label it works at: never above its clearance. Jobs of the server are trusted subjects and have none.
    fn working(&self) -> Option<Label> {
        let profile = self.profile()?;
        Some(profile.working.meet(profile.clearance))
    }
}

/// In which direction information would flow if the action were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Flow {
    /// From above the working label: reading it would be reading up.
    pub(super) up: bool,
    /// To below the working label: writing it would be writing down.
    pub(super) down: bool,
}

impl Flow {
    pub(super) fn between(principal: &Principal, record: Label) -> Self {
        principal
            .working()
            .map_or_else(Self::default, |working| Self {
                up: !working.dominates(record),
                down: !record.dominates(working),
            })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) principal: Principal,
    pub(super) resource: &'static str,
    pub(super) action: &'static str,
    pub(super) relation: Relation,
    pub(super) share: Share,
    /// Whether emergency access reaches it.
    pub(super) emergency: bool,
    pub(super) flow: Flow,
    pub(super) level: Level,
    pub(super) attributes: Attributes,
    pub(super) circumstances: Option<Circumstances>,
    /// Whether the approval of others is there, or not needed.
    pub(super) approved: bool,
    pub(super) field: Option<FieldRule>,
}

impl Question {
    /// Whether what is asked can be permitted by a rule at all: to somebody from outside, little can.
    pub(super) fn within_reach(&self) -> bool {
        let outside = |profile: &Arc<Profile>| profile.roles.contains(Role::ExternalAuditor);
        !self.principal.profile().is_some_and(outside)
            || self.field.is_none() && outsiders_reach(self.resource, self.action)
    }

    /// Whether whoever asks has a role that excludes all others.
    pub(super) fn is_exclusive(&self) -> bool {
        let profile = self.principal.profile();
        profile.is_some_and(|profile| profile.roles.iter().any(Role::is_exclusive))
    }

    pub(super) fn action_name(&self) -> String {
        format!("{}.{}", self.resource, self.action)
    }

    /// As Cedar takes it; `None` if it cannot even be put.
    pub(super) fn to_cedar(&self) -> Option<(Request, Entities)> {
        let nobody = Profile::default();
        let profile = self.principal.profile().map_or(&nobody, |profile| profile);
        let (principal_type, kind) = match &self.principal {
            Principal::User(_) => ("User", "user"),
            Principal::Service(_) => ("User", "service"),
            Principal::Provider => ("Provisioner", "provider"),
            Principal::System(job) => ("Job", job.name()),
        };
        let scope = match self.principal {
            Principal::User(_) | Principal::Service(_) => profile.data_scope.name(),
            Principal::Provider | Principal::System(_) => "none",
        };
        let built_in = profile.roles.iter().map(|role| text(role.name()));
        let own = profile.custom_roles.iter().map(|id| text(&id.to_string()));
        let department = profile.department.map(|id| id.to_string());
        let attributes = HashMap::from([
            (
                "roles".to_owned(),
                RestrictedExpression::new_set(built_in.chain(own)),
            ),
            ("data_scope".to_owned(), text(scope)),
            ("kind".to_owned(), text(kind)),
            (
                "department".to_owned(),
                text(department.as_deref().unwrap_or_default()),
            ),
            ("clearance".to_owned(), number(profile.clearance.level)),
        ]);
        let principal = uid(principal_type, kind)?;
        let entity = Entity::new(principal.clone(), attributes, HashSet::new()).ok()?;
        let request = Request::new(
            principal,
            uid("Action", &self.action_name())?,
            uid("Resource", self.resource)?,
            Context::from_pairs(self.context()).ok()?,
            None,
        );
        let entities = Entities::from_entities([entity], None).ok()?;
        Some((request.ok()?, entities))
    }

    fn context(&self) -> Vec<(String, RestrictedExpression)> {
        let attribute = |value: &Option<Box<str>>| text(value.as_deref().unwrap_or_default());
        let mut context = vec![
            ("relation", text(self.relation.name())),
            ("share", text(self.share.name())),
            ("emergency", RestrictedExpression::new_bool(self.emergency)),
            ("approved", RestrictedExpression::new_bool(self.approved)),
            ("reads_up", RestrictedExpression::new_bool(self.flow.up)),
            (
                "writes_down",
                RestrictedExpression::new_bool(self.flow.down),
            ),
            ("label", number(self.level)),
            ("region", attribute(&self.attributes.region)),
            ("value", attribute(&self.attributes.value)),
            ("status", attribute(&self.attributes.status)),
        ];
        if let Some(around) = self.circumstances {
            let long = |value: u8| RestrictedExpression::new_long(i64::from(value));
            context.extend([
                ("fresh", RestrictedExpression::new_bool(around.fresh)),
                ("assurance", text(around.assurance.name())),
                ("device", text(around.device.name())),
                ("network", text(around.network.name())),
                ("hours", text(around.hours.name())),
                ("risk", text(around.risk.name())),
                ("weekday", long(around.moment.weekday)),
                ("hour", long(around.moment.hour)),
                ("purpose", text(around.purpose.name())),
            ]);
        }
        if let Some(field) = self.field {
            context.extend([
                ("field", text(field.name)),
                ("category", text(field.category)),
                ("masked", RestrictedExpression::new_bool(field.masked)),
            ]);
        }
        let owned = context
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        owned.collect()
    }
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn number(level: Level) -> RestrictedExpression {
    RestrictedExpression::new_long(level as i64)
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(
        kind.parse().ok()?,
        EntityId::new(id),
    ))
}
