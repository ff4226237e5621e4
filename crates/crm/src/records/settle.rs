//! What a record will be, before it is written: the states' table is kept, and the kind has its say.

use super::{Object, State};
use crate::CrmError;
use crate::fields::FieldTexts;
use custos_http::FieldProblem;
use custos_kernel::policy::Caller;
use custos_store::WriteTx;
use std::collections::BTreeMap;

/// Canonical texts by field name; empty ones are left out.
pub(crate) type Values = BTreeMap<&'static str, String>;

impl FieldTexts for Values {
    fn get(&self, name: &str) -> Option<&str> {
        BTreeMap::get(self, name).map(String::as_str)
    }
}

/// A change before it is written.
pub(crate) struct Settling<'a, 'tx> {
    /// Who makes it.
    pub(crate) caller: &'a Caller,
    /// The transaction it will be part of.
    pub(crate) tx: &'a mut WriteTx<'tx>,
    /// What the record was; none for a new one.
    pub(crate) before: Option<&'a Values>,
    /// What it will be.
    pub(crate) after: &'a mut Values,
}

impl Settling<'_, '_> {
    /// A text of what it will be; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        FieldTexts::get(self.after, name).unwrap_or_default()
    }

    /// A text of what it was.
    pub(crate) fn former(&self, name: &str) -> &str {
        self.before
            .and_then(|before| FieldTexts::get(before, name))
            .unwrap_or_default()
    }

    /// Whether a field is about to change.
    pub(crate) fn changes(&self, name: &str) -> bool {
        self.text(name) != self.former(name)
    }

    /// Sets a computed field.
    pub(crate) fn set(&mut self, name: &'static str, text: String) {
        if text.is_empty() {
            self.after.remove(name);
        } else {
            self.after.insert(name, text);
        }
    }
}

/// A problem of one field.
pub(crate) fn problem(name: &str, code: &'static str) -> FieldProblem {
    FieldProblem::new(format!("fields.{name}"), code)
}

/// The fields a state needs and the record has not.
pub(crate) fn missing<'a>(
    needs: impl IntoIterator<Item = &'a str>,
    after: &Values,
) -> Vec<FieldProblem> {
    needs
        .into_iter()
        .filter(|name| !after.contains_key(*name))
        .map(|name| problem(name, "field.required"))
        .collect()
}

/// Keeps the kind's table of states: a new record begins in the first, moves are those of the table, and what a state
/// needs is there.
pub(crate) fn keep_states<R: Object>(
    before: Option<&Values>,
    after: &mut Values,
) -> Result<(), CrmError> {
    let Some(states) = R::SPEC.states else {
        return Ok(());
    };
    let Some(first) = states.table.first() else {
        return Ok(());
    };
    let code = after
        .entry(states.field)
        .or_insert_with(|| first.code.to_owned())
        .clone();
    let unknown = || CrmError::from(problem(states.field, "choice.unknown"));
    let state: &State = states.get(&code).ok_or_else(unknown)?;
    let former = before.and_then(|before| FieldTexts::get(before, states.field));
    match former {
        Some(former) if former != code => {
            let from = states.get(former);
            if !from.is_some_and(|from| from.next.contains(&state.code)) {
                let refused = problem(states.field, "state.no_such_move");
                return Err(refused.with("from", former).with("to", &code).into());
            }
        }
        None if code != first.code => {
            return Err(problem(states.field, "state.not_at_first")
                .with("first", first.code)
                .into());
        }
        _ => {}
    }
    let missing = missing(state.needs.iter().copied(), after);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(CrmError::Invalid(missing))
    }
}
