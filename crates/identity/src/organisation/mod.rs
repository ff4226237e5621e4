//! The organisation, its departments, and the directory of names.

mod directory;
mod http;
mod operations;
mod sql;

pub use directory::{Department, Directory, Person};
pub(crate) use directory::{Directories, open_text};
pub(crate) use http::operations;
pub(crate) use operations::{check_name, touch};
pub(crate) use sql::{
    MIGRATION, NewDepartmentRow, department_exists, insert_department, insert_organisation,
    language_within, other_organisation_exists,
};

/// The purpose under which an organisation's name is sealed.
pub(crate) const SEALED_NAME: &str = "organisation.name";
/// The purpose under which a department's name is sealed.
pub(crate) const SEALED_DEPARTMENT_NAME: &str = "department.name";
