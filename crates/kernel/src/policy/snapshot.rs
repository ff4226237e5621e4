//! All rules that are in force for an organisation at one moment, with the decisions they led to.

use super::question::Question;
use super::{Attributes, Decision, Label, Level, Relation};
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
    pub(super) emergency: bool,
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
        self.emergency |= any(&["emergency"]);
    }
}

#[derive(Default)]
struct Slice {
    rules: PolicySet,
    /// The same without what the organisation permits by itself: for whoever has a role that excludes all others, so that no
    /// rule of the organisation's gives them a second duty.
    for_exclusive: PolicySet,
    /// Records that rules which ask for their attributes or level may tell apart.
    told_apart: Vec<Known>,
    /// The rules that do.
    texts: Vec<String>,
    /// Whether a rule asks for emergency access.
    emergency: bool,
}

/// What a rule may know of a record beside how somebody stands to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    pub(super) attributes: Attributes,
    pub(super) level: Level,
}

/// The rules, sliced by the action they name.
pub(super) struct Snapshot {
    slices: HashMap<String, Slice>,
    field_labels: HashMap<(String, String), Label>,
    mentions: Mentions,
    generation: i64,
    own_text: String,
    authorizer: Authorizer,
    decided: RwLock<HashMap<Question, bool>>,
    ever: RwLock<HashMap<Question, bool>>,
}

impl Snapshot {
    /// Rules with names of their own, each naming its actions: those of the features, and the organisation's own.
    pub(super) fn new(
        features: &[CedarPolicy],
        own: &[CedarPolicy],
        field_labels: HashMap<(String, String), Label>,
        generation: i64,
    ) -> Result<Self, String> {
        let mut slices: HashMap<String, Slice> = HashMap::new();
        let mut mentions = Mentions::default();
        let features = features.iter().map(|rule| (rule, true));
        let own = own
            .iter()
            .map(|rule| (rule, rule.effect() == Effect::Forbid));
        for (rule, for_exclusive) in features.chain(own) {
            let text = without_annotations(rule);
            let mut own = Mentions::default();
            own.take(&text);
            mentions.take(&text);
            for action in constrained_actions(rule) {
                let slice = slices.entry(action).or_default();
                slice.rules.add(rule.clone()).map_err(|e| e.to_string())?;
                slice.emergency |= own.emergency;
                if for_exclusive {
                    let also = slice.for_exclusive.add(rule.clone());
                    also.map_err(|e| e.to_string())?;
                }
                if own.attributes || own.label {
                    slice.texts.push(text.clone());
                }
            }
        }
        for slice in slices.values_mut() {
            slice.told_apart = told_apart(&slice.texts);
        }
        Ok(Self {
            slices,
            field_labels,
            mentions,
            generation,
            own_text: String::new(),
            authorizer: Authorizer::new(),
            decided: RwLock::default(),
            ever: RwLock::default(),
        })
    }

    /// The same, knowing what the organisation's own rules among them say.
    pub(super) fn with_own_text(mut self, text: String) -> Self {
        self.own_text = text;
        self
    }

    pub(super) fn own_text(&self) -> &str {
        &self.own_text
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
        let lowest = Label::of(Level::Public);
        if self.field_labels.is_empty() {
            return lowest;
        }
        let key = (resource.to_owned(), field.to_owned());
        self.field_labels.get(&key).copied().unwrap_or(lowest)
    }

    /// The join of the labels of all fields of a type: the highest that something in a record of it can have.
    pub(super) fn highest_field_label(&self, resource: &str) -> Label {
        let of_type = self
            .field_labels
            .iter()
            .filter(|((of, _), _)| of == resource);
        of_type.fold(Label::of(Level::Public), |high, (_, label)| {
            high.join(*label)
        })
    }

    /// Whether emergency access makes a difference to an action.
    pub(super) fn asks_for_emergency(&self, resource: &str, action: &str) -> bool {
        let slice = self.slices.get(&format!("{resource}.{action}"));
        slice.is_some_and(|slice| slice.emergency)
    }

    /// Records that the rules about an action may tell apart by what they hold.
    pub(super) fn told_apart(&self, resource: &str, action: &str) -> &[Known] {
        if !self.mentions.attributes && !self.mentions.label {
            return &[];
        }
        self.slices
            .get(&format!("{resource}.{action}"))
            .map_or(&[], |slice| &slice.told_apart)
    }

    /// Whether something is ever allowed: found out once for each question that stands for all like it.
    pub(super) fn ever(&self, question: Question, find_out: impl FnOnce() -> bool) -> bool {
        remembered(&self.ever, question, |_| find_out())
    }

    /// A decision, from the cache if it was taken before.
    pub(super) fn ask(&self, question: Question) -> bool {
        remembered(&self.decided, question, |question| {
            self.decide(question).allowed
        })
    }

    /// A decision with the rules that led to it.
    pub(super) fn decide(&self, question: &Question) -> Decision {
        let refused = Decision {
            allowed: false,
            rules: Vec::new(),
        };
        if question.relation == Relation::Foreign || !question.within_reach() {
            return refused;
        }
        let Some(slice) = self.slices.get(&question.action_name()) else {
            return refused;
        };
        // Any failure to even put the question is a refusal.
        let Some((request, entities)) = question.to_cedar() else {
            return refused;
        };
        let rules = match question.is_exclusive() {
            true => &slice.for_exclusive,
            false => &slice.rules,
        };
        let response = self.authorizer.is_authorized(&request, rules, &entities);
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

/// The answer to a question, found out if it is not known, and kept.
fn remembered(
    known: &RwLock<HashMap<Question, bool>>,
    question: Question,
    find_out: impl FnOnce(&Question) -> bool,
) -> bool {
    let kept = known.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = kept.get(&question) {
        return *answer;
    }
    // Finding out may ask this cache again.
    drop(kept);
    let answer = find_out(&question);
    let mut kept = known.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST_DECISIONS {
        kept.clear();
    }
    kept.insert(question, answer);
    answer
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

/// Most kinds of record looked at to find out whether something is ever allowed. Beyond, few are missed: only where rules
/// that name hundreds of values permit something about some of them alone.
const MOST_TOLD_APART: usize = 2_000;

/// Records that hold the values rules name, and one that holds none of them, at every level: whatever equality and order
/// tell apart is among them.
fn told_apart(texts: &[String]) -> Vec<Known> {
    if texts.is_empty() {
        return Vec::new();
    }
    let mut values: BTreeSet<Option<Box<str>>> = BTreeSet::from([None, Some("\u{0}".into())]);
    for text in texts {
        // Every second piece between quotation marks is a constant; those after `::` name actions.
        let pieces: Vec<&str> = text.split('"').collect();
        for at in (1..pieces.len()).step_by(2) {
            if !pieces[at - 1].ends_with("::") {
                values.insert(Some(pieces[at].into()));
            }
        }
    }
    let asks = |word: &str| texts.iter().any(|text| text.contains(word));
    let of = |word: &str| match asks(word) {
        true => values.iter().cloned().collect(),
        false => vec![None],
    };
    let levels = match asks("label") {
        true => &Level::ALL[..],
        false => &[Level::Internal][..],
    };
    let (regions, worths, statuses) = (of("region"), of("value"), of("status"));
    let mut all = Vec::new();
    for region in &regions {
        for value in &worths {
            for status in &statuses {
                all.extend(levels.iter().map(|level| Known {
                    attributes: Attributes {
                        region: region.clone(),
                        value: value.clone(),
                        status: status.clone(),
                    },
                    level: *level,
                }));
                if all.len() >= MOST_TOLD_APART {
                    return all;
                }
            }
        }
    }
    all
}
