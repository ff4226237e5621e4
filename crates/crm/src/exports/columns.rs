//! The columns of an export and what a caller sees in them.

use crate::Crm;
use crate::customers::{Customer, StoredCustomer, open_fields};
use crate::fields::{CUSTOMER, FieldKind, FieldSpec, FieldValue, amount, display, mask};
use crate::{CrmError, crm::OrgKeys};
use custos_http::FieldProblem;
use custos_kernel::crypto::Disclosures;
use custos_kernel::policy::{Caller, Facts, FieldAccess, Marking, Permit, actions};
use custos_tabular::write::Cell;
use custos_values::{DepartmentId, UserId};
use std::collections::HashMap;
use std::sync::Arc;

/// Most columns of an export.
const MAX_COLUMNS: usize = 100;

/// One column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    Field(&'static FieldSpec),
    Owner,
    Department,
    CreatedAt,
    UpdatedAt,
}

impl Column {
    /// The column of a name.
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "owner" => Self::Owner,
            "department" => Self::Department,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            name => Self::Field(CUSTOMER.get(name)?),
        })
    }

    /// Its name in the API, the log and the locale files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Field(spec) => spec.name,
            Self::Owner => "owner",
            Self::Department => "department",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }
}

/// How a field of one customer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Hidden,
    Masked,
    Clear,
}

impl Crm {
    /// Checks the columns asked for.
    pub(super) fn export_columns(
        &self,
        caller: &Caller,
        names: &[String],
    ) -> Result<Vec<Column>, CrmError> {
        let problem =
            |code: &'static str| CrmError::Invalid(vec![FieldProblem::new("columns", code)]);
        if names.is_empty() {
            return Err(problem("field.required"));
        }
        if names.len() > MAX_COLUMNS {
            return Err(problem("export.too_many_columns"));
        }
        let hidden = |spec: &FieldSpec| {
            self.policy
                .field_access_ever::<Customer>(caller, spec.rule())
                == FieldAccess::Hidden
        };
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        let mut problems = Vec::new();
        for name in names {
            match Column::from_name(name) {
                // A hidden field is as good as none.
                Some(Column::Field(spec)) if hidden(spec) => {
                    problems.push(FieldProblem::new(
                        format!("columns.{name}"),
                        "field.unknown",
                    ));
                }
                None => problems.push(FieldProblem::new(
                    format!("columns.{name}"),
                    "field.unknown",
                )),
                Some(column) if columns.iter().any(|known| known.name() == column.name()) => {}
                Some(column) => columns.push(column),
            }
        }
        if problems.is_empty() {
            Ok(columns)
        } else {
            Err(CrmError::Invalid(problems))
        }
    }

    /// Whether any masked field among the columns leaves in clear for some customer: then the log names them.
    pub(super) fn revealed_columns(
        &self,
        caller: &Caller,
        columns: &[Column],
    ) -> Vec<&'static str> {
        if !self.policy.may_ever(caller, "customer", "reveal") {
            return Vec::new();
        }
        let masked = columns.iter().filter_map(|column| match column {
            Column::Field(spec) if spec.masked => Some(spec.name),
            _ => None,
        });
        masked.collect()
    }
}

/// What decisions about a customer depend on.
type Place = (Option<UserId>, Option<DepartmentId>, Option<Arc<Marking>>);

/// Turns customers into rows of cells for one caller. What the caller may do depends on owner, department and marking
/// only, so it is decided once for each.
pub(super) struct Rows<'a> {
    pub(super) crm: &'a Crm,
    pub(super) caller: &'a Caller,
    pub(super) keys: &'a OrgKeys,
    pub(super) columns: &'a [Column],
    pub(super) language: &'a str,
    shown: HashMap<Place, Vec<Shown>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        crm: &'a Crm,
        caller: &'a Caller,
        keys: &'a OrgKeys,
        columns: &'a [Column],
        language: &'a str,
    ) -> Self {
        Self {
            crm,
            caller,
            keys,
            columns,
            language,
            shown: HashMap::new(),
        }
    }

    /// The cells of a customer.
    pub(super) fn row(
        &mut self,
        permit: &Permit<actions::Export, Customer>,
        stored: &StoredCustomer,
    ) -> Result<Vec<Cell<'static>>, CrmError> {
        let facts = &stored.facts;
        let place = (facts.owner, facts.department, facts.marking.clone());
        if !self.shown.contains_key(&place) {
            self.shown.insert(place.clone(), self.decide(facts));
        }
        let shown = self
            .shown
            .get(&place)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let visible = |name: &str| {
            let mut columns = self.columns.iter().zip(shown);
            columns.any(|(column, shown)| column.name() == name && *shown != Shown::Hidden)
        };
        let key = self.keys.tenant.open_record_key(stored.id(), &stored.key)?;
        let opened = open_fields(permit, &key, CUSTOMER, &facts.id, &stored.fields, |spec| {
            visible(spec.name)
        })?;
        let mut cells = vec![Cell::EMPTY; self.columns.len()];
        // The log named the fields before; what is noted here is dropped with this.
        let mut disclosures = Disclosures::new();
        for (spec, plain) in opened.into_iter() {
            let at = self
                .columns
                .iter()
                .position(|column| column.name() == spec.name);
            let Some((cell, shown)) = at.and_then(|at| Some((cells.get_mut(at)?, *shown.get(at)?)))
            else {
                continue;
            };
            *cell = match shown {
                Shown::Masked => plain.mask(|text| mask(spec, text)).into_inner().into(),
                _ => self.clear(
                    spec,
                    plain.disclose(spec.name, &mut disclosures).into_inner(),
                ),
            };
        }
        for (column, cell) in self.columns.iter().zip(&mut cells) {
            let people = &self.crm.people;
            match column {
                Column::Field(_) => {}
                Column::Owner => {
                    let name = facts
                        .owner
                        .and_then(|owner| people.user_name(facts.org, owner));
                    *cell = name.map(|name| name.to_string()).unwrap_or_default().into();
                }
                Column::Department => {
                    let name = facts
                        .department
                        .and_then(|id| people.department_name(facts.org, id));
                    *cell = name.map(|name| name.to_string()).unwrap_or_default().into();
                }
                Column::CreatedAt => *cell = Cell::Moment(stored.created_at),
                Column::UpdatedAt => *cell = Cell::Moment(stored.updated_at),
            }
        }
        Ok(cells)
    }

    fn decide(&self, facts: &Facts<Customer>) -> Vec<Shown> {
        let policy = &self.crm.policy;
        let reveals = !policy.permitted(self.caller, facts, &["reveal"]).is_empty();
        let shown = |column: &Column| match column {
            Column::Field(spec) => match policy.field_access(self.caller, facts, spec.rule()) {
                FieldAccess::Hidden => Shown::Hidden,
                _ if spec.masked && !reveals => Shown::Masked,
                _ => Shown::Clear,
            },
            _ => Shown::Clear,
        };
        self.columns.iter().map(shown).collect()
    }

    fn clear(&self, spec: &FieldSpec, text: String) -> Cell<'static> {
        let typed = match spec.kind {
            FieldKind::Choice(_) => {
                return self
                    .crm
                    .words()
                    .choice(self.language, spec.name, &text)
                    .into();
            }
            FieldKind::Amount => amount(&text).map(Cell::Amount),
            FieldKind::Date => text.parse().ok().map(Cell::Date),
            _ => None,
        };
        typed.unwrap_or_else(|| match display(spec, &text) {
            FieldValue::Text(shown) | FieldValue::Masked { masked: shown } => shown.into(),
            FieldValue::Money { .. } | FieldValue::Reference { .. } | FieldValue::Lines { .. } => {
                text.into()
            }
        })
    }
}
