//! Who may take over from somebody.
//!
//! A colleague who may have customers (sales, or a lead of them), active, in the same organisation, and of the person's
//! department or one above or below it: what is handed over stays within the line it was in. Giving customers to another
//! line is an assignment, which is for the leads of both.

use super::model::Successors;
use crate::error::IdentityError;
use crate::organisation::{Directory, Person};
use custos_kernel::policy::Role;
use custos_values::{DepartmentId, UserId};

fn may_own(person: &Person) -> bool {
    let sells = person.roles.contains(Role::Sales) || person.roles.contains(Role::SalesLead);
    person.active && sells
}

fn in_line(directory: &Directory, one: Option<DepartmentId>, other: Option<DepartmentId>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        // Whoever is in no department stands beside none.
        return true;
    };
    one == other
        || directory.departments_below(one).contains(&other)
        || directory.departments_below(other).contains(&one)
}

/// Those one may choose from for somebody of a department.
pub(super) fn eligible(
    directory: &Directory,
    leaving: UserId,
    department: Option<DepartmentId>,
) -> Vec<UserId> {
    directory
        .people()
        .filter(|(id, person)| {
            *id != leaving && may_own(person) && in_line(directory, department, person.department)
        })
        .map(|(id, _)| id)
        .collect()
}

/// The leads of a department, or of the nearest above that has one.
pub(crate) fn leads(
    directory: &Directory,
    leaving: UserId,
    department: Option<DepartmentId>,
) -> Vec<UserId> {
    let mut next = department;
    while let Some(id) = next {
        let leads: Vec<UserId> = directory
            .people()
            .filter(|(user, person)| {
                *user != leaving
                    && person.active
                    && person.department == Some(id)
                    && person.roles.contains(Role::SalesLead)
            })
            .map(|(user, _)| user)
            .collect();
        if !leads.is_empty() {
            return leads;
        }
        next = directory.department(id).and_then(|it| it.parent);
    }
    Vec::new()
}

/// Those who take over.
///
/// # Errors
/// 422 naming `colleague_id` or `to`.
pub(super) fn chosen(
    directory: &Directory,
    leaving: UserId,
    department: Option<DepartmentId>,
    successors: Successors,
) -> Result<Vec<UserId>, IdentityError> {
    let refused = IdentityError::invalid_field;
    match successors {
        Successors::Leads => {
            let leads = leads(directory, leaving, department);
            if leads.is_empty() {
                return Err(refused("to", "handover.no_lead"));
            }
            Ok(leads)
        }
        Successors::Colleague(id) => {
            let Some(person) = directory.person(id) else {
                return Err(refused("colleague_id", "user.unknown"));
            };
            if id == leaving {
                Err(refused("colleague_id", "handover.oneself"))
            } else if !may_own(person) {
                Err(refused("colleague_id", "handover.not_sales"))
            } else if !in_line(directory, department, person.department) {
                Err(refused("colleague_id", "handover.elsewhere"))
            } else {
                Ok(vec![id])
            }
        }
    }
}
