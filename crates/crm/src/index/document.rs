//! What of a record is indexed, and how.

use crate::fields::{FieldKind, FieldSet, FieldSpec, FieldTexts, sort_number};
use custos_search::{Document, IndexSchema};
use custos_values::{DepartmentId, Timestamp, UserId};

/// What the index keeps of a row beside its fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) id: [u8; 16],
    pub(crate) version: i64,
    /// Orders updates of the index.
    pub(crate) revision: i64,
    pub(crate) owner: Option<UserId>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// The number of the record's marking.
    pub(crate) mark: u32,
}

/// What a record is found by beside its own fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct Besides {
    /// Texts of what hangs on it, one for each name of [`Shape::besides`].
    pub(crate) texts: Vec<String>,
    /// Canonical telephone numbers of what hangs on it.
    pub(crate) phones: Vec<String>,
}

/// How records of one kind lie in an index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// The kind's fields.
    pub(crate) set: FieldSet,
    /// The text that names a record; hits are ranked and lists sorted by it.
    pub(crate) title: &'static str,
    /// The amount that is added up by currency.
    pub(crate) amount: Option<&'static str>,
    /// Searchable texts that are not the record's own.
    pub(crate) besides: &'static [&'static str],
}

/// The choice field with the currency of an amount.
pub(crate) fn currency_of(amount: &str) -> String {
    format!("{amount}.currency")
}

impl Shape {
    /// The names of the texts, the title first.
    fn texts(self) -> impl Iterator<Item = &'static FieldSpec> {
        let title = self
            .set
            .fields
            .iter()
            .filter(move |spec| spec.name == self.title);
        let others = self.set.fields.iter();
        title.chain(others.filter(move |spec| spec.searchable && spec.name != self.title))
    }

    fn choices(self) -> impl Iterator<Item = &'static FieldSpec> {
        let title = self.title;
        let indexed = move |spec: &&FieldSpec| match spec.kind {
            FieldKind::Choice(_) | FieldKind::Text | FieldKind::Pipeline | FieldKind::Stage => {
                (spec.filterable || spec.sortable) && spec.name != title
            }
            FieldKind::Reference(_) => true,
            _ => false,
        };
        self.set.fields.iter().filter(indexed)
    }

    fn numbers(self) -> impl Iterator<Item = &'static FieldSpec> {
        let numeric = |spec: &&FieldSpec| {
            spec.sortable && matches!(spec.kind, FieldKind::Date | FieldKind::Amount)
        };
        self.set.fields.iter().filter(numeric)
    }

    /// The schema the fields ask for.
    pub(crate) fn schema(self) -> IndexSchema {
        let mut schema = IndexSchema::new(self.title);
        for spec in self.texts().filter(|spec| spec.name != self.title) {
            schema = schema.text(spec.name, true, false);
        }
        for name in self.besides {
            schema = schema.text(name, true, false);
        }
        for spec in self.choices() {
            let codes = match spec.kind {
                FieldKind::Choice(codes) => codes,
                _ => &[],
            };
            schema = schema.choice(spec.name, codes, spec.sortable);
        }
        if let Some(amount) = self.amount {
            schema = schema.choice(&currency_of(amount), &[], false);
        }
        for spec in self.numbers() {
            schema = schema.number(spec.name, true);
        }
        schema
    }

    /// Whether a field is among the texts without being the title: then lists are not sorted by it.
    pub(crate) fn only_searched(self, name: &str) -> bool {
        name != self.title
            && (self.texts().any(|spec| spec.name == name) || self.besides.contains(&name))
    }

    /// The index's document of a record.
    pub(crate) fn document(
        self,
        head: &Head,
        opened: &impl FieldTexts,
        besides: Besides,
        row: Vec<u8>,
    ) -> Document {
        let text = |spec: &FieldSpec| opened.get(spec.name).unwrap_or_default().to_owned();
        let own_phones = self
            .set
            .fields
            .iter()
            .filter(|spec| spec.kind == FieldKind::Phone);
        let own_phones = own_phones.filter_map(|spec| opened.get(spec.name).map(digits));
        let phones = own_phones.chain(besides.phones.iter().map(|phone| digits(phone)));
        Document {
            id: head.id,
            version: head.revision,
            owner: head.owner.map(|owner| *owner.as_bytes()),
            department: head.department.map(|department| *department.as_bytes()),
            mark: head.mark,
            created_at: head.created_at.millis(),
            updated_at: head.updated_at.millis(),
            texts: self.texts().map(text).chain(besides.texts).collect(),
            choices: self
                .choices()
                .map(|spec| opened.get(spec.name).map(str::to_owned))
                .chain(self.amount.map(|amount| {
                    let (_, currency) = opened.get(amount)?.split_once(' ')?;
                    Some(currency.to_owned())
                }))
                .collect(),
            numbers: self
                .numbers()
                .map(|spec| sort_number(spec, opened.get(spec.name)?))
                .collect(),
            phones: phones.collect(),
            row: row.into(),
        }
    }
}

/// The digits of a canonical number without its extension.
fn digits(canonical: &str) -> String {
    let number = canonical.split(';').next().unwrap_or_default();
    number.chars().filter(char::is_ascii_digit).collect()
}
