//! The rules of a kind: those of its template, in which only the name differs.

use super::{Belonging, ObjectSpec};
use custos_kernel::policy::PolicySource;

const OWNED: &str = include_str!("owned.cedar");
const CATALOGUE: &str = include_str!("catalogue.cedar");

/// The rules of a kind.
pub(super) fn source(spec: &ObjectSpec) -> PolicySource {
    let template = match spec.belonging {
        Belonging::Owned => OWNED,
        Belonging::Catalogue => CATALOGUE,
    };
    let mut text = template.replace("\"record.", &format!("\"{}.", spec.name));
    if !spec.has_secrets() {
        // Nothing is masked, so that there is nothing to reveal.
        text = text.replace(&format!("Action::\"{}.reveal\",", spec.name), "");
    }
    PolicySource {
        feature: spec.name,
        text: text.into(),
    }
}
