//! Actions and resource types as marker types, so that a permit for one cannot stand in for another.

/// Something a caller may be permitted to do. Implemented by the types in [`actions`] only.
pub trait Action: sealed::Closed + 'static {
    /// The verb, such as `read`. Policies see it behind the resource type: `customer.read`.
    const NAME: &'static str;
}

/// A kind of record that policies speak about. Implemented by each feature for a type without values.
pub trait Resource: 'static {
    /// The type's name in policies, audit entries and the authorisation matrix, such as `customer`.
    const TYPE: &'static str;
    /// Whether its records carry labels, attributes and shares. Lists of such records are not answered from columns of
    /// owner and department alone.
    const MARKED: bool = false;
}

mod sealed {
    pub trait Closed {}
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $verb:literal),+ $(,)?) => {
        /// The closed list of verbs.
        pub mod actions {
            use super::{Action, sealed::Closed};
            $($(#[$doc])* #[derive(Debug)] pub enum $name {}
              impl Closed for $name {}
              impl Action for $name { const NAME: &'static str = $verb; })+

            /// Every verb.
            pub const VERBS: &[&str] = &[$($verb),+];
        }
    };
}

actions! {
    /// See that records exist and their list columns.
    List = "list",
    /// See one record, sensitive fields masked.
    Read = "read",
    /// Make a record.
    Create = "create",
    /// Change a record.
    Update = "update",
    /// Remove a record.
    Delete = "delete",
    /// Give a record to another owner.
    Assign = "assign",
    /// See one masked field in clear, with a reason.
    Reveal = "reveal",
    /// Take many records out as a file.
    Export = "export",
    /// Bring many records in from a file.
    Import = "import",
    /// Change who may do what.
    Grant = "grant",
    /// Let others read or write one record.
    Share = "share",
    /// Ask why somebody may or may not do something with a record, and who may.
    Explain = "explain",
    /// Raise the label of a record.
    Classify = "classify",
    /// Lower the label of a record.
    Declassify = "declassify",
    /// Check the integrity of the log.
    Verify = "verify",
    /// Seal a record anew, or replace a key, while keys are rotated.
    Rotate = "rotate",
    /// Destroy a record for good, in every copy there is.
    Erase = "erase",
    /// Keep the index over sealed fields up to date.
    Index = "index",
}
