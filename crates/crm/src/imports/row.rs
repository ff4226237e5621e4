//! One row of a file as the fields of a customer.

use super::choices;
use super::plan::{Plan, Target};
use crate::fields::{CUSTOMER, Checked, FieldKind, FieldSpec, UsccCheck, check};
use custos_tabular::mapping::full_name;
use custos_values::{AmountUnit, FieldError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// How much a note weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something was put right.
    Repair,
    /// Something is doubtful; the row is taken.
    Warning,
    /// The row is not taken.
    Error,
}

/// A remark about a value or a row: codes and parameters, never the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) field: Cow<'static, str>,
    pub(super) code: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) params: Vec<(Cow<'static, str>, String)>,
    pub(super) severity: Severity,
}

impl Note {
    pub(super) fn new(field: &'static str, code: &'static str, severity: Severity) -> Self {
        Self {
            field: Cow::Borrowed(field),
            code: Cow::Borrowed(code),
            params: Vec::new(),
            severity,
        }
    }

    pub(super) fn with_params(mut self, params: Vec<(&'static str, String)>) -> Self {
        self.params = params
            .into_iter()
            .map(|(name, value)| (Cow::Borrowed(name), value))
            .collect();
        self
    }

    fn of(field: &'static str, error: FieldError, severity: Severity) -> Self {
        Self::new(field, error.code, severity).with_params(error.params)
    }
}

/// The field of notes that are about the row as a whole.
pub(super) const ROW: &str = "row";
/// The field of notes about the column that names the person responsible.
pub(super) const OWNER: &str = "owner_name";

/// A row as read.
#[derive(Debug, Default)]
pub(super) struct ReadRow {
    /// Fields with canonical texts, empty ones left out, in the registry's order.
    pub(super) fields: Vec<(&'static FieldSpec, String)>,
    /// Who is to be responsible, by name.
    pub(super) owner_name: Option<String>,
    /// Repairs, warnings and errors.
    pub(super) notes: Vec<Note>,
}

impl ReadRow {
    /// Whether it cannot be taken.
    pub(super) fn is_rejected(&self) -> bool {
        self.notes
            .iter()
            .any(|note| note.severity == Severity::Error)
    }

    /// A field's text.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(spec, _)| spec.name == name)
            .map(|(_, text)| text.as_str())
    }

    fn take(&mut self, spec: &'static FieldSpec, text: &str, uscc: UsccCheck, unit: AmountUnit) {
        match checked(spec, text, uscc, unit) {
            Ok((
                Checked {
                    canonical,
                    repairs,
                    warnings,
                },
                doubt,
            )) => {
                self.notes.extend(doubt);
                let repairs = repairs.into_iter().map(|repair| {
                    Note::new(spec.name, repair.code, Severity::Repair).with_params(repair.params)
                });
                self.notes.extend(repairs);
                let warnings = warnings
                    .into_iter()
                    .map(|error| Note::of(spec.name, error, Severity::Warning));
                self.notes.extend(warnings);
                if !canonical.is_empty() {
                    self.fields.push((spec, canonical));
                }
            }
            Err(error) => self.notes.push(Note::of(spec.name, error, Severity::Error)),
        }
    }
}

fn checked(
    spec: &'static FieldSpec,
    text: &str,
    uscc: UsccCheck,
    unit: AmountUnit,
) -> Result<(Checked, Option<Note>), FieldError> {
    if matches!(spec.kind, FieldKind::Choice(_)) && !text.is_empty() {
        // A word nobody has declared is no reason to lose the customer.
        let (code, known) = choices::code(spec.name, text);
        let doubt =
            (!known).then(|| Note::new(spec.name, "choice.unrecognised", Severity::Warning));
        let checked = Checked {
            canonical: code.unwrap_or_default().to_owned(),
            ..Checked::default()
        };
        return Ok((checked, doubt));
    }
    Ok((check(spec, text, uscc, unit)?, None))
}

/// Reads a row under a plan.
pub(super) fn read_row(plan: &Plan, cells: &[String], notes: Vec<FieldError>) -> ReadRow {
    let mut row = ReadRow {
        notes: notes
            .into_iter()
            .map(|note| Note::of(ROW, note, Severity::Warning))
            .collect(),
        ..ReadRow::default()
    };
    let (mut first, mut last) = ("", "");
    for (cell, target) in cells.iter().zip(&plan.targets) {
        let text = cell.trim();
        match target {
            None => {}
            Some(Target::FirstName) => first = text,
            Some(Target::LastName) => last = text,
            Some(Target::Owner) => row.owner_name = (!text.is_empty()).then(|| text.to_owned()),
            // The name is checked even if empty: it must be there.
            Some(Target::Field(spec, unit)) if !text.is_empty() || spec.required => {
                row.take(spec, text, plan.uscc, *unit);
            }
            Some(Target::Field(..)) => {}
        }
    }
    let merged = full_name(first, last);
    if !merged.is_empty()
        && row.get("contact_name").is_none()
        && let Some(spec) = CUSTOMER.get("contact_name")
    {
        row.take(spec, &merged, plan.uscc, AmountUnit::One);
    }
    if plan.named_by_contact
        && let Some(spec) = CUSTOMER.get("name")
    {
        let person = row.get("contact_name").unwrap_or_default().to_owned();
        let notes = row.notes.len();
        row.take(spec, &person, plan.uscc, AmountUnit::One);
        // What was repaired in the person's name was said there.
        if !person.is_empty() {
            row.notes.truncate(notes);
        }
    }
    row
}
