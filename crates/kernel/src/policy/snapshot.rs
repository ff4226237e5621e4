//! All rules that are in force for an organisation at one moment, with the decisions they led to.

use super::question::Question;
use super::{Decision, Label, Relation};
use cedar_policy::{
    ActionConstraint, Authorizer, Decision as CedarDecision, Effect, EntityUid,
    Policy as CedarPolicy, PolicySet,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::{PoisonError, RwLock};

/// Most decisions kept. What a record holds is part of a question when a rule asks for it, so that the space of
/// questions, though finite, may be large.
const MOST_DECISIONS: usize = 200_000;

/// Which of the things that few rules ask for any rule in force does ask for. The others do not enter questions, which
/// keeps the space of decisions small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Mentions {
    pub(super) attributes: bool,
    pub(super) moment: bool,
    pub(super) purpose: bool,
    pub(super) label: bool,
}

impl Mentions {
    /// Takes a rule's text. A word inside a text constant counts too: then a question says more than it needs to.
    fn take(&mut self, text: &str) {
        let used: BTreeSet<&str> = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .collect();
        let any = |words: &[&str]| words.iter().any(|word| used.contains(word));
        self.attributes |= any(&["region", "value", "status"]);
        self.moment |= any(&["weekday", "hour"]);
        self.purpose |= any(&["purpose"]);
        self.label |= any(&["label"]);
    }
}

#[derive(Default)]
struct Slice {
    rules: PolicySet,
    /// Whether a permit asks what a record holds: then it may reach records that no question without them shows.
    permits_by_attributes: bool,
}

/// The rules, sliced by the action they name.
pub(super) struct Snapshot {
    slices: HashMap<String, Slice>,
    field_labels: HashMap<(String, String), Label>,
    mentions: Mentions,
    generation: i64,
    authorizer: Authorizer,
    decided: RwLock<HashMap<Question, bool>>,
}

impl Snapshot {
    /// Rules with names of their own, each naming its actions.
    pub(super) fn new(
        rules: &[CedarPolicy],
        field_labels: HashMap<(String, String), Label>,
        generation: i64,
    ) -> Result<Self, String> {
        let mut slices: HashMap<String, Slice> = HashMap::new();
        let mut mentions = Mentions::default();
        for rule in rules {
            let mut own = Mentions::default();
            own.take(&without_annotations(rule));
            mentions = Mentions {
                attributes: mentions.attributes || own.attributes,
                moment: mentions.moment || own.moment,
                purpose: mentions.purpose || own.purpose,
                label: mentions.label || own.label,
            };
            for action in constrained_actions(rule) {
                let slice = slices.entry(action).or_default();
                slice.permits_by_attributes |= own.attributes && rule.effect() == Effect::Permit;
                slice.rules.add(rule.clone()).map_err(|e| e.to_string())?;
            }
        }
        Ok(Self {
            slices,
            field_labels,
            mentions,
            generation,
            authorizer: Authorizer::new(),
            decided: RwLock::default(),
        })
    }

    pub(super) fn mentions(&self) -> Mentions {
        self.mentions
    }

    pub(super) fn generation(&self) -> i64 {
        self.generation
    }

    pub(super) fn actions(&self) -> impl Iterator<Item = &String> {
        self.slices.keys()
    }

    pub(super) fn field_label(&self, resource: &str, field: &str) -> Label {
        if self.field_labels.is_empty() {
            return Label::of(super::Level::Public);
        }
        let key = (resource.to_owned(), field.to_owned());
        let lowest = Label::of(super::Level::Public);
        self.field_labels.get(&key).copied().unwrap_or(lowest)
    }

    /// The join of the labels of all fields of a type: the highest that something in a record of it can have.
    pub(super) fn highest_field_label(&self, resource: &str) -> Label {
        let of_type = self
            .field_labels
            .iter()
            .filter(|((of, _), _)| of == resource);
        of_type.fold(Label::of(super::Level::Public), |high, (_, label)| {
            high.join(*label)
        })
    }

    pub(super) fn permits_by_attributes(&self, resource: &str, action: &str) -> bool {
        self.mentions.attributes
            && self
                .slices
                .get(&format!("{resource}.{action}"))
                .is_some_and(|slice| slice.permits_by_attributes)
    }

    /// A decision, from the cache if it was taken before.
    pub(super) fn ask(&self, question: Question) -> bool {
        let known = self.decided.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(allowed) = known.get(&question) {
            return *allowed;
        }
        drop(known);
        let allowed = self.decide(&question).allowed;
        let mut known = self.decided.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_DECISIONS {
            known.clear();
        }
        known.insert(question, allowed);
        allowed
    }

    /// A decision with the rules that led to it.
    pub(super) fn decide(&self, question: &Question) -> Decision {
        let refused = Decision {
            allowed: false,
            rules: Vec::new(),
        };
        if question.relation == Relation::Foreign {
            return refused;
        }
        let Some(slice) = self.slices.get(&question.action_name()) else {
            return refused;
        };
        // Any failure to even put the question is a refusal.
        let Some((request, entities)) = question.to_cedar() else {
            return refused;
        };
        let response = self
            .authorizer
            .is_authorized(&request, &slice.rules, &entities);
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

/// A rule's text without its annotations, whose words nobody evaluates.
fn without_annotations(rule: &CedarPolicy) -> String {
    let text = rule.to_string();
    let effect = match rule.effect() {
        Effect::Permit => "permit",
        Effect::Forbid => "forbid",
    };
    let body = text.lines().skip_while(|line| !line.starts_with(effect));
    let body: String = body.collect::<Vec<_>>().join("\n");
    if body.is_empty() { text } else { body }
}

/// The actions a rule names in its scope, each once; none if it does not name them.
pub(super) fn constrained_actions(policy: &CedarPolicy) -> BTreeSet<String> {
    let name = |uid: &EntityUid| uid.id().unescaped().to_owned();
    match policy.action_constraint() {
        ActionConstraint::Any => BTreeSet::new(),
        ActionConstraint::Eq(uid) => BTreeSet::from([name(&uid)]),
        ActionConstraint::In(uids) => uids.iter().map(name).collect(),
    }
}
