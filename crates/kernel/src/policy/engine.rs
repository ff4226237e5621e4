//! The policy engine: Cedar behind a cache of whole decisions.

use super::permit::action_name;
use super::{
    Action, Caller, CallerKind, Circumstances, Denied, Facts, Permit, Relation, Remedy, Resource,
    RoleSet, Scope, actions,
};
use super::{DataScope, Job};
use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityUid,
    Policy as CedarPolicy, PolicyId, PolicySet, Request, RestrictedExpression,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{PoisonError, RwLock};
use thiserror::Error;

/// One feature's policy file.
#[derive(Debug, Clone, Copy)]
pub struct PolicySource {
    /// The feature, used as prefix of the rules' names.
    pub feature: &'static str,
    /// Cedar text; every rule carries an `@id("…")` annotation.
    pub text: &'static str,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Principal {
    User(RoleSet, DataScope),
    Service(RoleSet, DataScope),
    Provider,
    System(Job),
}

impl Principal {
    fn of(caller: &Caller) -> Self {
        match caller.kind() {
            CallerKind::User { .. } => Self::User(caller.roles(), caller.data_scope()),
            CallerKind::Key { .. } => Self::Service(caller.roles(), caller.data_scope()),
            CallerKind::Provider { .. } => Self::Provider,
            CallerKind::System(job) => Self::System(job),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    principal: Principal,
    resource: &'static str,
    action: &'static str,
    relation: Relation,
    circumstances: Option<Circumstances>,
    field: Option<FieldRule>,
}

/// With which freshness a question is put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    /// As it is.
    Actual,
    /// As it will be when the caller has proven a factor again: for what buttons and forms show.
    Attainable,
}

/// All policies, decided by Cedar. Deny by default; a `forbid` always wins.
pub struct Policy {
    slices: HashMap<String, PolicySet>,
    authorizer: Authorizer,
    // Finite: roles × scopes × actions × relations × circumstances × declared fields. Nothing a client sends enters the
    // key.
    decided: RwLock<HashMap<Question, bool>>,
}

impl Policy {
    /// Loads the policies of all features.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn load(sources: &[PolicySource]) -> Result<Self, PolicyError> {
        let mut seen = HashSet::new();
        let mut slices: HashMap<String, PolicySet> = HashMap::new();
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
                let policy = policy.new_id(PolicyId::new(&id));
                let actions = constrained_actions(&policy);
                if actions.is_empty() {
                    return Err(unbounded());
                }
                for action in actions {
                    let slice = slices.entry(action).or_default();
                    slice
                        .add(policy.clone())
                        .map_err(|e| syntax(e.to_string()))?;
                }
            }
        }
        Ok(Self {
            slices,
            authorizer: Authorizer::new(),
            decided: RwLock::default(),
        })
    }

    /// Every action a permit or a scope can ever be for, as `resource.verb`: those the rules name. Rules about fields
    /// decide a part of a record and never make a permit.
    pub fn actions(&self) -> BTreeSet<String> {
        let permits = |action: &&String| {
            let verb = action.rsplit('.').next().unwrap_or_default();
            actions::VERBS.contains(&verb)
        };
        self.slices.keys().filter(permits).cloned().collect()
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
        let relation = Relation::of(caller, facts);
        if self.ask(caller, R::TYPE, A::NAME, relation, None, Freshness::Actual) {
            return Ok(Permit::new(caller, facts));
        }
        let attainable = |action| {
            self.ask(
                caller,
                R::TYPE,
                action,
                relation,
                None,
                Freshness::Attainable,
            )
        };
        let visible = attainable(actions::Read::NAME);
        let remedy = attainable(A::NAME).then_some(Remedy::StepUp);
        Err(denied::<A, R>(caller, Some(facts.id), visible, remedy))
    }

    /// Decides which records of a type an action may reach.
    ///
    /// A scope can say "own", then departments on top, then all. From policies that permit otherwise it takes what
    /// it can say, so a list never shows more than single decisions would permit.
    ///
    /// # Errors
    /// [`Denied`] when it may reach none.
    pub fn scope<A: Action, R: Resource>(&self, caller: &Caller) -> Result<Scope<A, R>, Denied> {
        let relations = |freshness| {
            Relation::WITHIN
                .map(|relation| self.ask(caller, R::TYPE, A::NAME, relation, None, freshness))
        };
        Scope::new(caller, relations(Freshness::Actual)).ok_or_else(|| {
            let attainable = Scope::<A, R>::new(caller, relations(Freshness::Attainable));
            let remedy = attainable.map(|_| Remedy::StepUp);
            denied::<A, R>(caller, None, true, remedy)
        })
    }

    /// Whether a caller may take an action on any record at all, if need be after proving a factor again: the gate of a
    /// route and the list of permissions the web shows buttons by. Names come from the operation registry.
    pub fn may_ever(&self, caller: &Caller, resource: &'static str, action: &'static str) -> bool {
        Relation::WITHIN.iter().any(|relation| {
            self.ask(
                caller,
                resource,
                action,
                *relation,
                None,
                Freshness::Attainable,
            )
        })
    }

    /// Which of some actions the caller may take on one record, if need be after proving a factor again, so that the web
    /// can show what it is told.
    pub fn permitted<R: Resource>(
        &self,
        caller: &Caller,
        facts: &Facts<R>,
        actions: &[&'static str],
    ) -> Vec<&'static str> {
        let relation = Relation::of(caller, facts);
        actions
            .iter()
            .copied()
            .filter(|action| {
                self.ask(
                    caller,
                    R::TYPE,
                    action,
                    relation,
                    None,
                    Freshness::Attainable,
                )
            })
            .collect()
    }

    /// One decision about a person with a bare combination of roles, with the rules that led to it, for the
    /// authorisation matrix.
    pub fn explain_role(
        &self,
        (roles, scope): (RoleSet, DataScope),
        resource: &'static str,
        action: &'static str,
        relation: Relation,
        circumstances: Circumstances,
    ) -> Decision {
        let principal = Principal::User(roles, scope);
        self.decide(&Question {
            principal,
            resource,
            action,
            relation,
            circumstances: Some(circumstances),
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
        let relation = Relation::of(caller, facts);
        self.field_access_at(caller, R::TYPE, relation, field)
    }

    /// What a caller may do with a field on any record within reach, for forms and lists.
    pub fn field_access_ever<R: Resource>(&self, caller: &Caller, field: FieldRule) -> FieldAccess {
        let reach = Relation::WITHIN
            .into_iter()
            .map(|r| self.field_access_at(caller, R::TYPE, r, field));
        reach.max().unwrap_or(FieldAccess::Hidden)
    }

    fn field_access_at(
        &self,
        caller: &Caller,
        resource: &'static str,
        relation: Relation,
        field: FieldRule,
    ) -> FieldAccess {
        let ask = |action| {
            self.ask(
                caller,
                resource,
                action,
                relation,
                Some(field),
                Freshness::Actual,
            )
        };
        if ask("field_write") {
            FieldAccess::Write
        } else if !ask("field_read") {
            FieldAccess::Hidden
        } else if field.masked {
            FieldAccess::Masked
        } else {
            FieldAccess::Read
        }
    }

    fn ask(
        &self,
        caller: &Caller,
        resource: &'static str,
        action: &'static str,
        relation: Relation,
        field: Option<FieldRule>,
        freshness: Freshness,
    ) -> bool {
        // Another organisation's records are out of reach whatever the policies say, and so is what a key was not made
        // for. Fields belong to the record, for which the key was asked already.
        if relation == Relation::Foreign || (field.is_none() && !caller.reaches(resource, action)) {
            return false;
        }
        let circumstances = caller
            .circumstances()
            .copied()
            .map(|actual| match freshness {
                Freshness::Actual => actual,
                Freshness::Attainable => actual.made_fresh(),
            });
        let question = Question {
            principal: Principal::of(caller),
            resource,
            action,
            relation,
            circumstances,
            field,
        };
        if let Some(allowed) = self
            .decided
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&question)
        {
            return *allowed;
        }
        let allowed = self.decide(&question).allowed;
        self.decided
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(question, allowed);
        allowed
    }

    fn decide(&self, question: &Question) -> Decision {
        let refused = Decision {
            allowed: false,
            rules: Vec::new(),
        };
        if question.relation == Relation::Foreign {
            return refused;
        }
        let action = format!("{}.{}", question.resource, question.action);
        let Some(slice) = self.slices.get(&action) else {
            return refused;
        };
        // Any failure to even put the question is a refusal.
        let Some((request, entities)) = cedar_question(&action, question) else {
            return refused;
        };
        let response = self.authorizer.is_authorized(&request, slice, &entities);
        if response.diagnostics().errors().next().is_some() {
            return refused;
        }
        let mut rules: Vec<String> = response
            .diagnostics()
            .reason()
            .map(ToString::to_string)
            .collect();
        rules.sort();
        Decision {
            allowed: response.decision() == CedarDecision::Allow,
            rules,
        }
    }
}

fn denied<A: Action, R: Resource>(
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

/// The actions a rule names in its scope, each once.
fn constrained_actions(policy: &CedarPolicy) -> Vec<String> {
    let name = |uid: &EntityUid| uid.id().unescaped().to_owned();
    match policy.action_constraint() {
        cedar_policy::ActionConstraint::Any => Vec::new(),
        cedar_policy::ActionConstraint::Eq(uid) => vec![name(&uid)],
        cedar_policy::ActionConstraint::In(uids) => {
            let names: BTreeSet<String> = uids.iter().map(name).collect();
            names.into_iter().collect()
        }
    }
}

fn cedar_question(action: &str, question: &Question) -> Option<(Request, Entities)> {
    let text = |value: &str| RestrictedExpression::new_string(value.to_owned());
    let (kind, roles, scope) = match question.principal {
        Principal::User(roles, scope) => ("user", roles, scope.name()),
        Principal::Service(roles, scope) => ("service", roles, scope.name()),
        Principal::Provider => ("provider", RoleSet::default(), "none"),
        Principal::System(job) => (job.name(), RoleSet::default(), "none"),
    };
    let roles = RestrictedExpression::new_set(roles.iter().map(|role| text(role.name())));
    let principal_type = match question.principal {
        Principal::User(..) | Principal::Service(..) => "User",
        Principal::Provider => "Provisioner",
        Principal::System(_) => "Job",
    };
    let principal = uid(principal_type, kind)?;
    let attributes = HashMap::from([
        ("roles".to_owned(), roles),
        ("data_scope".to_owned(), text(scope)),
        ("kind".to_owned(), text(kind)),
    ]);
    let entity = Entity::new(principal.clone(), attributes, HashSet::new()).ok()?;
    let mut context = vec![("relation".to_owned(), text(question.relation.name()))];
    if let Some(around) = question.circumstances {
        let fresh = RestrictedExpression::new_bool(around.fresh);
        context.push(("fresh".to_owned(), fresh));
        context.push(("assurance".to_owned(), text(around.assurance.name())));
        context.push(("device".to_owned(), text(around.device.name())));
        context.push(("network".to_owned(), text(around.network.name())));
        context.push(("hours".to_owned(), text(around.hours.name())));
        context.push(("risk".to_owned(), text(around.risk.name())));
    }
    if let Some(field) = question.field {
        context.push(("field".to_owned(), text(field.name)));
        context.push(("category".to_owned(), text(field.category)));
        context.push((
            "masked".to_owned(),
            RestrictedExpression::new_bool(field.masked),
        ));
    }
    let context = Context::from_pairs(context).ok()?;
    let resource = uid("Resource", question.resource)?;
    let request = Request::new(principal, uid("Action", action)?, resource, context, None).ok()?;
    let entities = Entities::from_entities([entity], None).ok()?;
    Some((request, entities))
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    Some(EntityUid::from_type_name_and_id(
        kind.parse().ok()?,
        cedar_policy::EntityId::new(id),
    ))
}
