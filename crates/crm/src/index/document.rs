//! What of a customer is indexed, and how.

use crate::customers::StoredCustomer;
use crate::fields::{CUSTOMER, FieldKind, FieldSpec, FieldTexts, sort_number};
use custos_search::{Document, IndexSchema};

/// Searchable texts of contacts, beside those of the customer.
const CONTACTS: &str = "contacts";

fn texts() -> impl Iterator<Item = &'static FieldSpec> {
    CUSTOMER.fields.iter().filter(|spec| spec.searchable)
}

fn choices() -> impl Iterator<Item = &'static FieldSpec> {
    let indexed = |spec: &&FieldSpec| {
        matches!(spec.kind, FieldKind::Choice(_) | FieldKind::Text)
            && (spec.filterable || spec.sortable)
    };
    CUSTOMER.fields.iter().filter(indexed)
}

fn numbers() -> impl Iterator<Item = &'static FieldSpec> {
    CUSTOMER
        .fields
        .iter()
        .filter(|spec| spec.sortable && matches!(spec.kind, FieldKind::Date | FieldKind::Amount))
}

/// The index schema the field registry asks for. The name comes first.
pub(crate) fn schema() -> IndexSchema {
    let mut schema = IndexSchema::new("name");
    for spec in texts().filter(|spec| spec.name != "name") {
        schema = schema.text(spec.name, true, false);
    }
    schema = schema.text(CONTACTS, true, false);
    for spec in choices() {
        let codes = match spec.kind {
            FieldKind::Choice(codes) => codes,
            _ => &[],
        };
        schema = schema.choice(spec.name, codes, spec.sortable);
    }
    for spec in numbers() {
        schema = schema.number(spec.name, true);
    }
    schema
}

/// The position of a field among the texts.
pub(crate) fn text_position(name: &str) -> Option<usize> {
    texts()
        .map(|spec| spec.name)
        .chain([CONTACTS])
        .position(|text| text == name)
}

/// The index's document of a customer; `contacts` are names and phones of its contact records, `mark` is the number
/// of its marking.
pub(crate) fn document(
    stored: &StoredCustomer,
    opened: &impl FieldTexts,
    contacts: &[(String, Vec<String>)],
    row: Vec<u8>,
    mark: u32,
) -> Document {
    let text = |spec: &FieldSpec| opened.get(spec.name).unwrap_or_default().to_owned();
    let mut all_texts: Vec<String> = texts().map(text).collect();
    all_texts.push(
        contacts
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
    );
    let own_phones = CUSTOMER
        .fields
        .iter()
        .filter(|spec| spec.kind == FieldKind::Phone);
    let own_phones = own_phones.filter_map(|spec| opened.get(spec.name).map(digits));
    let phones = own_phones
        .chain(
            contacts
                .iter()
                .flat_map(|(_, phones)| phones.iter().map(|p| digits(p))),
        )
        .collect();
    Document {
        id: stored.facts.id,
        version: stored.revision,
        owner: stored.facts.owner.map(|owner| *owner.as_bytes()),
        department: stored
            .facts
            .department
            .map(|department| *department.as_bytes()),
        mark,
        created_at: stored.created_at.millis(),
        updated_at: stored.updated_at.millis(),
        texts: all_texts,
        choices: choices()
            .map(|spec| opened.get(spec.name).map(str::to_owned))
            .collect(),
        numbers: numbers()
            .map(|spec| {
                opened
                    .get(spec.name)
                    .and_then(|text| sort_number(spec, text))
            })
            .collect(),
        phones,
        row: row.into(),
    }
}

/// The digits of a canonical number without its extension.
fn digits(canonical: &str) -> String {
    canonical
        .split(';')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect()
}
