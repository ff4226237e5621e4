//! Numbers for what decisions about records depend on beside owner and department, so that the index can keep
//! customers by it and a list decides once for each instead of once for each customer.

use crate::fields::FieldSpec;
use custos_kernel::policy::{
    Action, Caller, EmergencyReach, Level, Marking, Relations, Resource, Scope,
};
use custos_search::{MarkedReach, Within};
use parking_lot::RwLock;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The markings of one organisation's customers. A marking nobody has any more keeps its number until the next start.
#[derive(Default)]
pub(crate) struct Marks(RwLock<Known>);

#[derive(Default)]
struct Known {
    numbers: HashMap<Arc<Marking>, u32>,
    all: Vec<Arc<Marking>>,
}

impl Marks {
    /// The number of a marking, a new one if it is new.
    pub(crate) fn number(&self, marking: &Arc<Marking>) -> u32 {
        if let Some(number) = self.0.read().numbers.get(marking) {
            return *number;
        }
        let mut known = self.0.write();
        if let Some(number) = known.numbers.get(marking) {
            return *number;
        }
        let number = u32::try_from(known.all.len()).unwrap_or(u32::MAX);
        known.numbers.insert(Arc::clone(marking), number);
        known.all.push(Arc::clone(marking));
        number
    }

    /// The marking of a number.
    pub(crate) fn marking(&self, number: u32) -> Option<Arc<Marking>> {
        self.0.read().all.get(number as usize).cloned()
    }

    /// The highest level any of them has: no customer has a higher one.
    pub(crate) fn highest(&self) -> Level {
        let known = self.0.read();
        let levels = known.all.iter().map(|marking| marking.label.level);
        levels.max().unwrap_or_default()
    }

    /// A scope as the index understands it.
    pub(crate) fn reach<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
    ) -> custos_search::Scope {
        if scope.is_all() {
            return custos_search::Scope::All;
        }
        self.render(scope.caller(), |marking, emergency| match emergency {
            false => scope.relations(marking),
            true => scope.relations_in_emergency(marking),
        })
    }

    /// Where a scope's caller sees a field, be it masked.
    pub(crate) fn showing<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
        spec: &FieldSpec,
    ) -> custos_search::Scope {
        let rule = spec.rule();
        self.render(scope.caller(), |marking, emergency| {
            scope.relations_showing(marking, rule, emergency)
        })
    }

    /// Whether a field is shown on everything the scope reaches: only then may its values put customers in order.
    pub(crate) fn always_shown<A: Action, R: Resource>(
        &self,
        scope: &Scope<A, R>,
        spec: &FieldSpec,
    ) -> bool {
        let rule = spec.rule();
        let covers = |reached: Relations, shown: Relations| {
            let mut both = reached.iter().zip(shown);
            both.all(|(reached, shown)| !reached || shown)
        };
        let urgent = scope.caller().emergency().is_some();
        self.0.read().all.iter().all(|marking| {
            let plainly = scope.relations_showing(marking, rule, false);
            let urgently = || scope.relations_showing(marking, rule, true);
            covers(scope.relations(marking), plainly)
                && (!urgent || covers(scope.relations_in_emergency(marking), urgently()))
        })
    }

    /// What is reached as ever, and what emergency access reaches besides.
    fn render(
        &self,
        caller: &Caller,
        relations: impl Fn(&Marking, bool) -> Relations,
    ) -> custos_search::Scope {
        let mut reaches = self.reaches(caller, None, |marking| relations(marking, false));
        if let Some(emergency) = caller.emergency() {
            let within = match emergency.reach() {
                EmergencyReach::Record(id) => Within::Customer(id),
                EmergencyReach::Department(id) => Within::Department(*id.as_bytes()),
            };
            let urgent = |marking: &Marking| relations(marking, true);
            reaches.extend(self.reaches(caller, Some(within), urgent));
        }
        custos_search::Scope::Marked(reaches)
    }

    fn reaches(
        &self,
        caller: &Caller,
        within: Option<Within>,
        relations: impl Fn(&Marking) -> Relations,
    ) -> Vec<MarkedReach> {
        let mut by_reach: BTreeMap<Relations, Vec<u32>> = BTreeMap::new();
        for (number, marking) in (0u32..).zip(&self.0.read().all) {
            by_reach.entry(relations(marking)).or_default().push(number);
        }
        let alike = by_reach.len() == 1;
        let reached = by_reach
            .into_iter()
            .filter(|(reached, _)| reached.contains(&true));
        let reaches = reached.map(|(reached, marks)| MarkedReach {
            marks: (!alike).then_some(marks),
            owner: caller.user_id().map(|id| *id.as_bytes()),
            department: caller.department().map(|id| *id.as_bytes()),
            below: caller
                .departments_below()
                .iter()
                .map(|id| *id.as_bytes())
                .collect(),
            within,
            reached,
        });
        reaches.collect()
    }
}
