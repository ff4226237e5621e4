//! The built-in fields. To add one: a line here and its label in `locales/*/fields.ftl`.

use super::spec::{FieldKind as Kind, FieldSpec};

/// The fields of one kind of record.
#[derive(Debug, Clone, Copy)]
pub struct FieldSet {
    /// The table the sealed fields live in; part of their additional data.
    pub table: &'static str,
    /// The fields, in the order of forms and exports.
    pub fields: &'static [FieldSpec],
}

impl FieldSet {
    /// A field by name.
    pub fn get(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields shown in lists.
    pub fn listed(&self) -> impl Iterator<Item = &'static FieldSpec> {
        self.fields.iter().filter(|field| field.in_list)
    }
}

const LEVELS: &[&str] = &["a", "b", "c", "d"];
const STATUSES: &[&str] = &["lead", "following", "won", "lost", "dormant"];
/// Where leads, customers and deals come from.
pub(crate) const SOURCES: &[&str] = &[
    "exhibition",
    "referral",
    "website",
    "advertisement",
    "cold_call",
    "social",
    "import",
    "other",
];
const ACTIVITY_KINDS: &[&str] = &["call", "visit", "message", "email", "note", "comment"];

/// 客户
pub const CUSTOMER: FieldSet = FieldSet {
    table: "customer",
    fields: &[
        FieldSpec::new("name", Kind::Name)
            .required()
            .personal()
            .listed()
            .searchable()
            .sortable()
            .blind("name"),
        FieldSpec::new("uscc", Kind::Uscc).max(18).blind("uscc"),
        FieldSpec::new("level", Kind::Choice(LEVELS))
            .listed()
            .sortable()
            .filterable(),
        FieldSpec::new("status", Kind::Choice(STATUSES))
            .listed()
            .sortable()
            .filterable(),
        FieldSpec::new("source", Kind::Choice(SOURCES))
            .listed()
            .filterable(),
        FieldSpec::new("industry", Kind::Text)
            .max(60)
            .listed()
            .filterable(),
        FieldSpec::new("contact_name", Kind::Name)
            .max(100)
            .personal()
            .listed()
            .searchable(),
        FieldSpec::new("contact_title", Kind::Text)
            .max(100)
            .personal(),
        FieldSpec::new("phone", Kind::Phone)
            .max(40)
            .personal()
            .masked()
            .listed()
            .blind("phone"),
        FieldSpec::new("landline", Kind::Phone)
            .max(40)
            .personal()
            .masked()
            .blind("phone"),
        FieldSpec::new("email", Kind::Email)
            .max(254)
            .personal()
            .masked()
            .listed()
            .blind("email"),
        FieldSpec::new("wechat", Kind::Text)
            .max(60)
            .personal()
            .masked()
            .blind("wechat"),
        FieldSpec::new("website", Kind::Text).max(300),
        FieldSpec::new("country", Kind::Text).max(80),
        FieldSpec::new("province", Kind::Text)
            .max(60)
            .listed()
            .filterable(),
        FieldSpec::new("city", Kind::Text).max(80).listed(),
        FieldSpec::new("address", Kind::Text).max(300).personal(),
        FieldSpec::new("id_number", Kind::IdNumber)
            .max(18)
            .sensitive()
            .masked()
            .blind("id_number"),
        FieldSpec::new("bank_account", Kind::BankAccount)
            .max(40)
            .sensitive()
            .masked()
            .blind("bank_account"),
        FieldSpec::new("amount", Kind::Amount)
            .max(40)
            .listed()
            .sortable(),
        FieldSpec::new("last_contact_at", Kind::Date)
            .max(10)
            .listed()
            .sortable(),
        FieldSpec::new("next_contact_at", Kind::Date)
            .max(10)
            .listed()
            .sortable(),
        FieldSpec::new("notes", Kind::LongText)
            .max(10_000)
            .personal(),
    ],
};

/// 联系人
pub const CONTACT: FieldSet = FieldSet {
    table: "contact",
    fields: &[
        FieldSpec::new("name", Kind::Name)
            .max(100)
            .required()
            .personal()
            .searchable(),
        FieldSpec::new("title", Kind::Text).max(100).personal(),
        FieldSpec::new("phone", Kind::Phone)
            .max(40)
            .personal()
            .masked()
            .blind("phone"),
        FieldSpec::new("landline", Kind::Phone)
            .max(40)
            .personal()
            .masked()
            .blind("phone"),
        FieldSpec::new("email", Kind::Email)
            .max(254)
            .personal()
            .masked()
            .blind("email"),
        FieldSpec::new("wechat", Kind::Text)
            .max(60)
            .personal()
            .masked()
            .blind("wechat"),
        FieldSpec::new("id_number", Kind::IdNumber)
            .max(18)
            .sensitive()
            .masked()
            .blind("id_number"),
        FieldSpec::new("notes", Kind::LongText)
            .max(4_000)
            .personal(),
    ],
};

/// 跟进
pub const ACTIVITY: FieldSet = FieldSet {
    table: "activity",
    fields: &[
        FieldSpec::new("kind", Kind::Choice(ACTIVITY_KINDS)).required(),
        FieldSpec::new("content", Kind::LongText)
            .max(10_000)
            .required()
            .personal(),
        FieldSpec::new("next_contact_at", Kind::Date).max(10),
    ],
};
