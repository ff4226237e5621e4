//! Which actions a caller may take on a customer; sent with every record so that the web shows what it is told.

use super::model::Customer;
use crate::Crm;
use custos_kernel::policy::{Caller, Facts};

const VERBS: [(&str, &str); 8] = [
    ("update", "customer.update"),
    ("delete", "customer.delete"),
    ("erase", "customer.erase"),
    ("reveal", "customer.reveal"),
    ("assign", "customer.assign"),
    ("share", "customer.share"),
    ("classify", "customer.classify"),
    ("explain", "customer.explain"),
];

impl Crm {
    pub(crate) fn actions_on(&self, caller: &Caller, facts: &Facts<Customer>) -> Vec<&'static str> {
        let permitted = self
            .policy
            .permitted(caller, facts, &VERBS.map(|(verb, _)| verb));
        VERBS
            .iter()
            .filter(|(verb, _)| permitted.contains(verb))
            .map(|(_, name)| *name)
            .collect()
    }
}
