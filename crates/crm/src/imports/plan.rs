//! The mapping of columns to fields, checked once before any row is read.

use super::details::{Duplicates, ImportOptions, UsccOption};
use crate::fields::{CUSTOMER, FieldSpec, UsccCheck};
use custos_http::Problem;
use custos_tabular::mapping::{NameSource, name_source};
use custos_values::AmountUnit;
use http::StatusCode;
use std::collections::HashSet;

/// What a column fills.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Field(&'static FieldSpec, AmountUnit),
    FirstName,
    LastName,
    Owner,
}

/// How rows are read.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// For each column of the file what it fills.
    pub(super) targets: Vec<Option<Target>>,
    /// No column names the customer: it is the person.
    pub(super) named_by_contact: bool,
    pub(super) uscc: UsccCheck,
    pub(super) duplicates: Duplicates,
}

impl Plan {
    /// Checks options against a file of so many columns.
    ///
    /// # Errors
    /// 422 `import.mapping.column_unknown` {column}, `import.mapping.field_unknown` {field},
    /// `import.mapping.duplicate` {field}, `import.mapping.name_missing`.
    pub(super) fn new(options: &ImportOptions, columns: usize) -> Result<Self, Problem> {
        let refused = |code: &'static str| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code);
        let mut targets = vec![None; columns];
        let mut taken = HashSet::new();
        for mapping in &options.mapping {
            let slot = targets.get_mut(mapping.column).ok_or_else(|| {
                refused("import.mapping.column_unknown").with("column", mapping.column + 1)
            })?;
            if mapping.field == "ignore" {
                continue;
            }
            let target = target(&mapping.field).ok_or_else(|| {
                refused("import.mapping.field_unknown").with("field", &mapping.field)
            })?;
            let name = match target {
                Target::Field(spec, _) => spec.name,
                _ => mapping.field.as_str(),
            };
            if slot.replace(target).is_some() || !taken.insert(name) {
                return Err(refused("import.mapping.duplicate").with("field", name));
            }
        }
        let named_by_contact = match name_source(taken) {
            NameSource::Column => false,
            NameSource::Contact => true,
            NameSource::Missing => return Err(refused("import.mapping.name_missing")),
        };
        Ok(Self {
            targets,
            named_by_contact,
            uscc: match options.uscc_check {
                UsccOption::Reject => UsccCheck::Reject,
                UsccOption::Accept => UsccCheck::Accept,
            },
            duplicates: options.duplicates,
        })
    }

    /// The fields that may be written.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static FieldSpec> {
        self.targets
            .iter()
            .flatten()
            .filter_map(|target| match target {
                Target::Field(spec, _) => Some(*spec),
                Target::FirstName | Target::LastName => CUSTOMER.get("contact_name"),
                Target::Owner => None,
            })
    }
}

fn target(field: &str) -> Option<Target> {
    match field {
        "contact_first_name" => Some(Target::FirstName),
        "contact_last_name" => Some(Target::LastName),
        "owner_name" => Some(Target::Owner),
        "amount_10k" => Some(Target::Field(
            CUSTOMER.get("amount")?,
            AmountUnit::TenThousand,
        )),
        name => Some(Target::Field(CUSTOMER.get(name)?, AmountUnit::One)),
    }
}
