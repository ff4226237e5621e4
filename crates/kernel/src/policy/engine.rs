//! The policy engine: Cedar behind a cache of whole decisions.

use super::asked::{Asked, Attained, Bearing};
use super::permit::action_name;
use super::question::{Flow, Principal, Question};
use super::snapshot::{Snapshot, constrained_actions};
use super::{
    Action, Attributes, Caller, Circumstances, DataScope, Denied, Facts, Level, OrganisationRules,
    Permit, Profile, Relation, Remedy, Resource, RoleSet, RuleProblem, Scope, Share, actions,
};
use cedar_policy::{Policy as CedarPolicy, PolicyId, PolicySet};
use custos_values::OrgId;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use thiserror::Error;

/// One feature's policy file.
#[derive(Debug, Clone)]
pub struct PolicySource {
    /// The feature, used as prefix of the rules' names.
    pub feature: &'static str,
    /// Cedar text; every rule carries an `@id("…")` annotation.
    pub text: Cow<'static, str>,
}

impl PolicySource {
    /// A feature's file.
    pub const fn new(feature: &'static str, text: &'static str) -> Self {
        Self {
            feature,
            text: Cow::Borrowed(text),
        }
    }
}

/// Why policies cannot be loaded.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The text is not valid Cedar.
    #[error("policy of {feature}: {reason}")]
    Syntax {
        /// The feature whose file it is.
        feature: &'static str,
        /// What Cedar says.
        reason: String,
    },
    /// A rule has no `@id`, or two have the same one.
    #[error("policy of {feature}: every rule needs an @id of its own")]
    Unnamed {
        /// The feature whose file it is.
        feature: &'static str,
    },
    /// A rule does not say which actions it is about, or is a template. Rules are found by their action, so it would
    /// be passed over, which must not happen to a `forbid`.
    #[error("policy of {feature}: every rule needs `action ==` or `action in` and no slots")]
    Unbounded {
        /// The feature whose file it is.
        feature: &'static str,
    },
}

/// What a caller may do with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FieldAccess {
    /// Not even its existence is shown.
    Hidden,
    /// Shown masked.
    Masked,
    /// Shown in clear.
    Read,
    /// Shown (masked if the field is) and may be changed.
    Write,
}

/// What a policy may know about a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldRule {
    /// The field's name.
    pub name: &'static str,
    /// `none`, `personal` or `sensitive`.
    pub category: &'static str,
    /// Whether it is shown masked unless revealed.
    pub masked: bool,
}

/// The outcome of one question, with the rules that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Allowed or not.
    pub allowed: bool,
    /// Names of the rules that matched, sorted.
    pub rules: Vec<String>,
}

/// All policies, decided by Cedar. Deny by default; a `forbid` always wins.
///
/// Rules of the features hold for everybody; an organisation can have more of its own, which take their place by
/// [`Self::adopt`].
pub struct Policy {
    features: Vec<CedarPolicy>,
    plain: Arc<Snapshot>,
    organisations: RwLock<HashMap<OrgId, Arc<Snapshot>>>,
}

impl Policy {
    /// Loads the policies of all features.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn load(sources: &[PolicySource]) -> Result<Self, PolicyError> {
        let mut seen = HashSet::new();
        let mut features = Vec::new();
        for source in sources {
            let syntax = |reason: String| PolicyError::Syntax {
                feature: source.feature,
                reason,
            };
            let set: PolicySet = source
                .text
                .parse()
                .map_err(|e: cedar_policy::ParseErrors| syntax(e.to_string()))?;
            let unbounded = || PolicyError::Unbounded {
                feature: source.feature,
            };
            if set.templates().next().is_some() {
                return Err(unbounded());
            }
            for policy in set.policies() {
                let unnamed = PolicyError::Unnamed {
                    feature: source.feature,
                };
                let name = policy.annotation("id").ok_or(unnamed)?;
                let id = format!("{}/{name}", source.feature);
                if !seen.insert(id.clone()) {
                    return Err(PolicyError::Unnamed {
                        feature: source.feature,
                    });
                }
                if constrained_actions(policy).is_empty() {
                    return Err(unbounded());
                }
                features.push(policy.new_id(PolicyId::new(&id)));
            }
        }
        let plain = Snapshot::new(&features, &[], HashMap::new(), 0).map_err(|reason| {
            PolicyError::Syntax {
                feature: "all",
                reason,
            }
        })?;
        Ok(Self {
            features,
            plain: Arc::new(plain),
            organisations: RwLock::default(),
        })
    }

    /// Puts an organisation's own rules beside those of the features, in place of what it had before. Decisions from
    /// now on are taken by them; those under way end by the old ones. Of two that arrive at once the newer generation stays;
    /// a generation below 0 is none, and gives way to any.
    ///
    /// # Errors
    /// What is wrong with the rules; then the old ones stay.
    pub fn adopt(&self, org: OrgId, own: &OrganisationRules) -> Result<(), Vec<RuleProblem>> {
        let snapshot = Arc::new(self.compile(own)?);
        let mut organisations = self
            .organisations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let known = organisations.get(&org).map_or(-1, |it| it.generation());
        if own.generation < 0 || known <= own.generation {
            organisations.insert(org, snapshot);
        }
        Ok(())
    }

    /// The texts of an organisation's own rules in force, each after its name; empty if it has none.
    pub fn own_text(&self, org: OrgId) -> String {
        self.of(org).own_text().to_owned()
    }

    /// The generation of the rules an organisation has adopted; 0 if it has none of its own.
    pub fn generation(&self, org: OrgId) -> i64 {
        self.of(org).generation()
    }

    /// A policy for trying rules out: decisions of this organisation are taken by the rules given, and nobody else sees it.
    ///
    /// # Errors
    /// What is wrong with the rules.
    pub fn proposed(&self, org: OrgId, own: &OrganisationRules) -> Result<Self, Vec<RuleProblem>> {
        let snapshot = Arc::new(self.compile(own)?);
        Ok(Self {
            features: self.features.clone(),
            plain: Arc::clone(&self.plain),
            organisations: RwLock::new(HashMap::from([(org, snapshot)])),
        })
    }

    fn compile(&self, own: &OrganisationRules) -> Result<Snapshot, Vec<RuleProblem>> {
        let rules = own.checked(&self.features)?;
        let labels = own.field_labels.iter().cloned().collect();
        let snapshot = Snapshot::new(&self.features, &rules, labels, own.generation)
            .map_err(|reason| vec![RuleProblem::whole(reason)])?;
        Ok(snapshot.with_own_text(own.text()))
    }

    /// The actions (`resource.verb`) that an organisation's own rules may be about.
    pub fn grantable(&self) -> BTreeSet<String> {
        super::organisation_rules::grantable(&self.features)
    }

    pub(super) fn of(&self, org: OrgId) -> Arc<Snapshot> {
        let organisations = self
            .organisations
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(organisations.get(&org).unwrap_or(&self.plain))
    }

    /// Every action a permit or a scope can ever be for, as `resource.verb`: those the rules name. Rules about fields
    /// decide a part of a record and never make a permit.
    pub fn actions(&self) -> BTreeSet<String> {
        let permits = |action: &&String| {
            let verb = action.rsplit('.').next().unwrap_or_default();
            actions::VERBS.contains(&verb)
        };
        self.plain.actions().filter(permits).cloned().collect()
    }

    /// Decides one action on one record.
    ///
    /// # Errors
    /// [`Denied`], which also says whether the caller may know that the record exists.
    pub fn permit<A: Action, R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
    ) -> Result<Permit<A, R>, Denied> {
        let snapshot = self.of(caller.org());
        let asked = Asked::of(&snapshot, caller);
        let bearing = Bearing::of(caller, facts);
        if asked.about(R::TYPE, A::NAME, bearing, Attained::NOTHING) {
            let only = asked.only_in_emergency(R::TYPE, A::NAME, bearing);
            return Ok(Permit::new(caller, facts, only));
        }
        let visible = asked.about(R::TYPE, actions::Read::NAME, bearing, Attained::EVERYTHING);
        let remedy = asked.remedy(R::TYPE, A::NAME, bearing);
        Err(denied::<A, R>(caller, Some(facts.id), visible, remedy))
    }

    /// Decides which records of a type an action may reach.
    ///
    /// # Errors
    /// [`Denied`] when it may reach none.
    pub fn scope<A: Action, R: Resource>(&self, caller: &Caller) -> Result<Scope<A, R>, Denied> {
        let snapshot = self.of(caller.org());
        if R::MARKED && caller.user_id().is_some() {
            let asked = Asked::of(&snapshot, caller);
            if asked.ever(R::TYPE, A::NAME, Attained::NOTHING) {
                return Ok(Scope::marked(caller, snapshot));
            }
            let remedy = Remedy::found(|attained| asked.ever(R::TYPE, A::NAME, attained));
            return Err(denied::<A, R>(caller, None, true, remedy));
        }
        let relations = |attained| {
            let asked = Asked::of(&snapshot, caller);
            Relation::WITHIN
                .map(|relation| asked.about(R::TYPE, A::NAME, Bearing::plain(relation), attained))
        };
        Scope::new(caller, &snapshot, relations(Attained::NOTHING)).ok_or_else(|| {
            let remedy = Remedy::found(|attained| {
                Scope::<A, R>::new(caller, &snapshot, relations(attained)).is_some()
            });
            denied::<A, R>(caller, None, true, remedy)
        })
    }

    /// Whether a caller may take an action on any record at all, if need be after proving a factor again: the gate of a
    /// route and the list of permissions the web shows buttons by. Names come from the operation registry.
    pub fn may_ever(&self, caller: &Caller, resource: &'static str, action: &'static str) -> bool {
        Asked::of(&self.of(caller.org()), caller).ever(resource, action, Attained::EVERYTHING)
    }

    /// Which of some actions the caller may take on one record, if need be after proving a factor again, so that the web
    /// can show what it is told.
    pub fn permitted<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        actions: &[&'static str],
    ) -> Vec<&'static str> {
        let snapshot = self.of(caller.org());
        let asked = Asked::of(&snapshot, caller);
        let bearing = Bearing::of(caller, facts);
        let fresh = Attained {
            label: false,
            ..Attained::EVERYTHING
        };
        actions
            .iter()
            .copied()
            .filter(|action| asked.about(R::TYPE, action, bearing, fresh))
            .collect()
    }

    /// One decision about a person with a bare combination of roles, with the rules that led to it, for the
    /// authorisation matrix.
    pub fn explain_role(
        &self,
        who: (RoleSet, DataScope),
        resource: &'static str,
        action: &'static str,
        relation: Relation,
        circumstances: Circumstances,
    ) -> Decision {
        let around = (Level::default(), circumstances);
        self.explain_approved(who, (resource, action), relation, around, true)
    }

    /// As [`Self::explain_role`], about records of a level, with or without the approval of others.
    pub(super) fn explain_approved(
        &self,
        (roles, data_scope): (RoleSet, DataScope),
        (resource, action): (&'static str, &'static str),
        relation: Relation,
        (level, circumstances): (Level, Circumstances),
        approved: bool,
    ) -> Decision {
        let profile = Profile {
            roles,
            data_scope,
            ..Profile::default()
        };
        self.plain.decide(&Question {
            principal: Principal::User(Arc::new(profile)),
            resource,
            action,
            relation,
            share: Share::None,
            emergency: false,
            flow: Flow::default(),
            level,
            attributes: Attributes::default(),
            circumstances: Some(circumstances),
            approved,
            field: None,
        })
    }

    /// What a caller may do with one field of a record.
    pub fn field_access<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        field: FieldRule,
    ) -> FieldAccess {
        let snapshot = self.of(caller.org());
        Asked::of(&snapshot, caller).field(R::TYPE, Bearing::of(caller, facts), field)
    }

    /// Whether a caller sees a masked field of a record in clear without asking for it.
    pub fn field_in_clear<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        field: FieldRule,
    ) -> bool {
        let snapshot = self.of(caller.org());
        let bearing = Bearing::of(caller, facts);
        Asked::of(&snapshot, caller).field_action(R::TYPE, "field_clear", bearing, field)
    }

    /// What a caller may do with a field on any record within reach, for forms and lists.
    pub fn field_access_ever<R: Resource>(&self, caller: &Caller, field: FieldRule) -> FieldAccess {
        let snapshot = self.of(caller.org());
        let asked = Asked::of(&snapshot, caller);
        let shares = if R::MARKED {
            &Share::ALL[..]
        } else {
            &Share::ALL[..1]
        };
        let bearings = asked.bearings(R::TYPE, "field_read", shares).into_iter();
        let reach = bearings.map(|bearing| asked.field(R::TYPE, bearing, field));
        reach.max().unwrap_or(FieldAccess::Hidden)
    }
}

pub(super) fn denied<A: Action, R: Resource>(
    caller: &Caller,
    record: Option<[u8; 16]>,
    visible: bool,
    remedy: Option<Remedy>,
) -> Denied {
    Denied {
        action: action_name::<A, R>(),
        resource: R::TYPE,
        record,
        visible,
        remedy,
        caller: Box::new(caller.clone()),
    }
}
