//! What an index knows about its customers' fields.

/// The 16 bytes of a customer's, user's or department's id.
pub type Id = [u8; 16];

/// A field of the schema, or one of the two times every document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldId {
    /// Text field by its place in the schema; 0 is the primary one, the name.
    Text(u16),
    /// Choice field by its place in the schema.
    Choice(u16),
    /// Number (or date, amount) field by its place in the schema.
    Number(u16),
    /// When the customer was made.
    CreatedAt,
    /// When the customer was last changed.
    UpdatedAt,
}

#[derive(Debug, Clone)]
pub(crate) struct TextField {
    pub(crate) name: String,
    pub(crate) searchable: bool,
    pub(crate) sortable: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ChoiceField {
    pub(crate) name: String,
    pub(crate) codes: Vec<String>,
    pub(crate) sortable: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct NumberField {
    pub(crate) name: String,
    pub(crate) sortable: bool,
}

/// The fields of an index, in the order in which documents give their values.
#[derive(Debug, Clone)]
pub struct IndexSchema {
    pub(crate) texts: Vec<TextField>,
    pub(crate) choices: Vec<ChoiceField>,
    pub(crate) numbers: Vec<NumberField>,
}

impl IndexSchema {
    /// A schema with the primary text field: the name, searchable and sortable, by which hits are ranked.
    #[must_use]
    pub fn new(primary: &str) -> Self {
        let schema = Self {
            texts: Vec::new(),
            choices: Vec::new(),
            numbers: Vec::new(),
        };
        schema.text(primary, true, true)
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(mut self, name: &str, searchable: bool, sortable: bool) -> Self {
        self.texts.push(TextField {
            name: name.to_owned(),
            searchable,
            sortable,
        });
        self
    }

    /// Adds a choice field. The codes' order is their order in a sorted list; codes not named here may still occur
    /// (an industry, a province) and sort after them, all alike.
    #[must_use]
    pub fn choice(mut self, name: &str, codes: &[&str], sortable: bool) -> Self {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        self.choices.push(ChoiceField {
            name: name.to_owned(),
            codes,
            sortable,
        });
        self
    }

    /// Adds a field of whole numbers: a date, a time, an amount.
    #[must_use]
    pub fn number(mut self, name: &str, sortable: bool) -> Self {
        self.numbers.push(NumberField {
            name: name.to_owned(),
            sortable,
        });
        self
    }

    /// The field of this name; `created_at` and `updated_at` are always there.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldId> {
        let at = |place: Option<usize>| place.and_then(|place| u16::try_from(place).ok());
        at(self.texts.iter().position(|f| f.name == name))
            .map(FieldId::Text)
            .or_else(|| at(self.choices.iter().position(|f| f.name == name)).map(FieldId::Choice))
            .or_else(|| at(self.numbers.iter().position(|f| f.name == name)).map(FieldId::Number))
            .or(match name {
                "created_at" => Some(FieldId::CreatedAt),
                "updated_at" => Some(FieldId::UpdatedAt),
                _ => None,
            })
    }

    /// Whether a field has numbers of its own: a number field there is, or a time.
    pub(crate) fn is_number(&self, field: FieldId) -> bool {
        match field {
            FieldId::Number(n) => usize::from(n) < self.numbers.len(),
            FieldId::CreatedAt | FieldId::UpdatedAt => true,
            FieldId::Text(_) | FieldId::Choice(_) => false,
        }
    }

    /// The fields by which a list can be sorted.
    pub(crate) fn sortable(&self) -> Vec<FieldId> {
        let texts = (0u16..)
            .zip(&self.texts)
            .filter(|(_, f)| f.sortable)
            .map(|(at, _)| FieldId::Text(at));
        let choices = (0u16..)
            .zip(&self.choices)
            .filter(|(_, f)| f.sortable)
            .map(|(at, _)| FieldId::Choice(at));
        let numbers = (0u16..)
            .zip(&self.numbers)
            .filter(|(_, f)| f.sortable)
            .map(|(at, _)| FieldId::Number(at));
        texts
            .chain(choices)
            .chain(numbers)
            .chain([FieldId::CreatedAt, FieldId::UpdatedAt])
            .collect()
    }
}
