//! The declaration of a field.

use custos_kernel::policy::FieldRule;

/// What a field holds, which decides how it is parsed, masked and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Text with line breaks.
    LongText,
    /// The name of a company or person, with a normal form for the duplicate check.
    Name,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// 统一社会信用代码
    Uscc,
    /// 居民身份证号码
    IdNumber,
    /// A bank account or card number.
    BankAccount,
    /// One of a list of codes.
    Choice(&'static [&'static str]),
    /// A civil date.
    Date,
    /// An amount of money.
    Amount,
    /// A percentage.
    Percent,
    /// The lines of a document.
    Lines,
    /// Another record, of the named kind, by its id.
    Reference(&'static str),
    /// One of the organisation's pipelines, by its id.
    Pipeline,
    /// A stage of a pipeline, by its id.
    Stage,
}

/// How personal the content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Not about a person.
    None,
    /// Personal information.
    Personal,
    /// Sensitive personal information (PIPL article 28).
    Sensitive,
}

impl Category {
    /// The name in policies and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Personal => "personal",
            Self::Sensitive => "sensitive",
        }
    }
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Its name in storage, API, policies and locale files.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether a record must have it.
    pub required: bool,
    /// Longest accepted text, in characters.
    pub max_length: usize,
    /// Shown masked unless revealed.
    pub masked: bool,
    /// How personal it is.
    pub category: Category,
    /// Why it is kept, as a code of the processing register.
    pub purpose: &'static str,
    /// On which legal basis, as a code.
    pub legal_basis: &'static str,
    /// How long after the end of the relationship, in months.
    pub retention_months: u16,
    /// Part of list rows.
    pub in_list: bool,
    /// Found by any part of it.
    pub searchable: bool,
    /// Lists can be sorted by it.
    pub sortable: bool,
    /// Lists can be filtered by it.
    pub filterable: bool,
    /// The server fills it in; nobody writes it.
    pub computed: bool,
    /// Set once, when the record is made.
    pub fixed: bool,
    /// Name of the blind index it goes into, which several fields may share (mobile and landline).
    pub blind: Option<&'static str>,
}

impl FieldSpec {
    /// A field with nothing but a name and a kind: plain text of a company, not searchable.
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            kind,
            required: false,
            max_length: 200,
            masked: false,
            category: Category::None,
            purpose: "sales",
            legal_basis: "contract",
            retention_months: 36,
            in_list: false,
            searchable: false,
            sortable: false,
            filterable: false,
            computed: false,
            fixed: false,
            blind: None,
        }
    }

    /// Must be filled in.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Longest accepted text, in characters.
    pub const fn max(mut self, characters: usize) -> Self {
        self.max_length = characters;
        self
    }

    /// Personal information.
    pub const fn personal(mut self) -> Self {
        self.category = Category::Personal;
        self
    }

    /// Sensitive personal information, kept for as short as can be.
    pub const fn sensitive(mut self) -> Self {
        self.category = Category::Sensitive;
        self.legal_basis = "consent";
        self.retention_months = 12;
        self
    }

    /// Shown masked unless revealed.
    pub const fn masked(mut self) -> Self {
        self.masked = true;
        self
    }

    /// Part of list rows.
    pub const fn listed(mut self) -> Self {
        self.in_list = true;
        self
    }

    /// Found by any part.
    pub const fn searchable(mut self) -> Self {
        self.searchable = true;
        self
    }

    /// Lists can be sorted by it.
    pub const fn sortable(mut self) -> Self {
        self.sortable = true;
        self
    }

    /// Lists can be filtered by it.
    pub const fn filterable(mut self) -> Self {
        self.filterable = true;
        self
    }

    /// Filled in by the server.
    pub const fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// Set once, when the record is made.
    pub const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// Found by equality through the named blind index.
    pub const fn blind(mut self, index: &'static str) -> Self {
        self.blind = Some(index);
        self
    }

    /// What policies may know about it.
    pub const fn rule(&self) -> FieldRule {
        let category = match self.category {
            Category::None => "none",
            Category::Personal => "personal",
            Category::Sensitive => "sensitive",
        };
        FieldRule {
            name: self.name,
            category,
            masked: self.masked,
        }
    }
}
