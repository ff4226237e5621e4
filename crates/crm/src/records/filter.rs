//! Filters as people put them together: groups of conditions of which all, any or none hold.

use super::Object;
use crate::CrmError;
use crate::fields::FieldKind;
use custos_http::Problem;
use custos_search::{Condition, FieldId, Index, RangeFilter};
use custos_values::Date;
use serde::Deserialize;

/// Most characters of a filter.
const LONGEST: usize = 8_000;
/// Most conditions.
const MOST: usize = 100;
/// Most levels of groups.
const DEEPEST: usize = 6;

/// A filter as it arrives.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Given {
    All {
        all: Vec<Given>,
    },
    Any {
        any: Vec<Given>,
    },
    Not {
        not: Box<Given>,
    },
    In {
        field: String,
        r#in: Vec<Option<String>>,
    },
    Range {
        field: String,
        from: Option<Bound>,
        to: Option<Bound>,
    },
}

/// An end of a range: a date, or a number such as minor units.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Bound {
    Number(i64),
    Text(String),
}

/// A filter with the names of the fields it asks for.
pub(super) struct Filter {
    pub(super) condition: Condition,
    pub(super) fields: Vec<String>,
}

/// Reads a filter of a kind's records.
///
/// # Errors
/// `list.filter_malformed`, `list.filter_unknown` with the field.
pub(super) fn read<R: Object>(index: &Index, text: &str) -> Result<Filter, CrmError> {
    let malformed = || CrmError::from(Problem::bad_request("list.filter_malformed"));
    if text.len() > LONGEST {
        return Err(malformed());
    }
    let given: Given = serde_json::from_str(text).map_err(|_| malformed())?;
    let mut reading = Reading::<R> {
        index,
        fields: Vec::new(),
        left: MOST,
        kind: std::marker::PhantomData,
    };
    let condition = reading.condition(&given, DEEPEST)?;
    Ok(Filter {
        condition,
        fields: reading.fields,
    })
}

struct Reading<'i, R> {
    index: &'i Index,
    fields: Vec<String>,
    left: usize,
    kind: std::marker::PhantomData<R>,
}

impl<R: Object> Reading<'_, R> {
    fn condition(&mut self, given: &Given, levels: usize) -> Result<Condition, CrmError> {
        let malformed = || Problem::bad_request("list.filter_malformed");
        let below = levels.checked_sub(1).ok_or_else(malformed)?;
        self.left = self.left.checked_sub(1).ok_or_else(malformed)?;
        let mut all = |parts: &[Given]| -> Result<Vec<Condition>, CrmError> {
            let parts = parts.iter();
            parts.map(|part| self.condition(part, below)).collect()
        };
        match given {
            Given::All { all: parts } => Ok(Condition::All(all(parts)?)),
            Given::Any { any: parts } => Ok(Condition::Any(all(parts)?)),
            Given::Not { not } => Ok(Condition::Not(Box::new(self.condition(not, below)?))),
            Given::In { field, r#in } => self.among(field, r#in),
            Given::Range { field, from, to } => {
                let id = self.field(field)?;
                let bound = |bound: &Option<Bound>, end| match bound {
                    None => Ok(None),
                    Some(bound) => number(id, bound, end).ok_or_else(malformed).map(Some),
                };
                Ok(Condition::Range(RangeFilter {
                    field: id,
                    from: bound(from, false)?,
                    to: bound(to, true)?,
                }))
            }
        }
    }

    fn among(&mut self, field: &str, codes: &[Option<String>]) -> Result<Condition, CrmError> {
        if codes.len() > MOST {
            return Err(Problem::bad_request("list.filter_malformed").into());
        }
        let ids = || -> Result<Vec<Option<[u8; 16]>>, CrmError> {
            let malformed = |_| Problem::bad_request("list.filter_malformed").with("field", field);
            let id = |code: &Option<String>| match code {
                None => Ok(None),
                Some(text) => {
                    let id: custos_values::RecordId = text.parse().map_err(malformed)?;
                    Ok(Some(*id.as_bytes()))
                }
            };
            codes.iter().map(id).collect()
        };
        match field {
            "owner_id" => return Ok(Condition::Owner(ids()?)),
            "department_id" => return Ok(Condition::Department(ids()?)),
            _ => {}
        }
        match self.field(field)? {
            id @ FieldId::Choice(_) => Ok(Condition::Choice(id, codes.to_vec())),
            _ => Err(unknown(field)),
        }
    }

    /// A field the index knows; those of the kind are remembered, so that they must be shown where they are asked for.
    fn field(&mut self, name: &str) -> Result<FieldId, CrmError> {
        let spec = R::SPEC.fields.get(name);
        let usable = spec.is_none_or(|spec| {
            spec.filterable || spec.sortable || matches!(spec.kind, FieldKind::Reference(_))
        });
        let id = self.index.schema().field(name).filter(|_| usable);
        let id = id.filter(|id| !matches!(id, FieldId::Text(_)));
        self.fields.push(name.to_owned());
        id.ok_or_else(|| unknown(name))
    }
}

fn unknown(field: &str) -> CrmError {
    let unknown = Problem::bad_request("list.filter_unknown");
    unknown.with("field", field).into()
}

/// An end of a range as the index keeps the field: dates as days, times as milliseconds.
fn number(field: FieldId, bound: &Bound, end: bool) -> Option<i64> {
    match bound {
        Bound::Number(number) => Some(*number),
        Bound::Text(text) => {
            let date: Date = text.parse().ok()?;
            match field {
                FieldId::CreatedAt | FieldId::UpdatedAt if end => {
                    Some(date.plus_days(1)?.start_utc().millis() - 1)
                }
                FieldId::CreatedAt | FieldId::UpdatedAt => Some(date.start_utc().millis()),
                _ => Some(date.days_since_epoch().into()),
            }
        }
    }
}
