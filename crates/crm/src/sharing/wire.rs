//! Shares and labels on the wire, and in entries.

use crate::CrmError;
use crate::customers::Reference;
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Compartments, Grantee, Label, Level, Share};
use custos_values::{DepartmentId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// With whom a record is shared.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordShare {
    /// `user`, `department` or `team`.
    pub kind: &'static str,
    /// With whom.
    pub grantee: Reference,
    /// `read` or `write`.
    pub share: &'static str,
    /// Until when; without end if missing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Whether that has passed.
    pub ended: bool,
    /// Who shared it.
    pub by: Option<Reference>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A label on the wire.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LabelBody {
    /// `public`, `internal`, `confidential`, `secret` or `top_secret`.
    pub level: &'static str,
    /// The numbers of its compartments.
    pub compartments: Vec<u8>,
}

impl From<Label> for LabelBody {
    fn from(label: Label) -> Self {
        Self {
            level: label.level.name(),
            compartments: label.compartments.iter().collect(),
        }
    }
}

/// Label and shares of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordAccess {
    /// The label.
    pub label: LabelBody,
    /// The shares, oldest first.
    pub shares: Vec<RecordShare>,
}

/// Somebody who may see a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Viewer {
    /// Who.
    pub user: Reference,
    /// Their department.
    pub department: Option<Reference>,
    /// `own`, `department`, `below` or `elsewhere`.
    pub relation: &'static str,
    /// How far it is shared with them.
    pub share: &'static str,
    /// Which of reading, updating and revealing they may do.
    pub actions: Vec<&'static str>,
    /// The rules by which they may read it.
    pub rules: Vec<String>,
}

/// A share to be made.
pub(super) struct NewShare {
    pub(super) grantee: Grantee,
    pub(super) share: Share,
    pub(super) until: Option<Timestamp>,
}

pub(super) fn grantee_id(grantee: &Grantee) -> &[u8; 16] {
    match grantee {
        Grantee::User(id) => id.as_bytes(),
        Grantee::Department(id) => id.as_bytes(),
        Grantee::Team(id) => id.as_bytes(),
    }
}

/// Says in an entry with whom it is about.
pub(crate) fn noting(event: Event, grantee: Grantee) -> Event {
    let key = match grantee {
        Grantee::User(_) => "user",
        Grantee::Department(_) => "department",
        Grantee::Team(_) => "team",
    };
    event.with(key, Detail::id(*grantee_id(&grantee)))
}

/// A label as an entry has it.
pub(crate) fn label_detail(label: Label) -> Detail {
    let compartments = label
        .compartments
        .iter()
        .map(|number| format!("compartment_{number}"));
    let names = [label.level.name().to_owned()]
        .into_iter()
        .chain(compartments);
    Detail::names(names.collect::<Vec<_>>().iter().map(String::as_str))
}

/// Reads a label from the wire.
pub(super) fn label_of(level: &str, compartments: &[u8]) -> Result<Label, CrmError> {
    let problem = |field: &'static str, code: &'static str| {
        CrmError::Invalid(vec![FieldProblem::new(field, code)])
    };
    let level = Level::from_name(level).ok_or_else(|| problem("level", "label.unknown"))?;
    let mut bits = 0;
    for number in compartments {
        if *number >= Compartments::MOST {
            return Err(problem("compartments", "label.compartment_unknown"));
        }
        bits |= 1 << number;
    }
    Ok(Label {
        level,
        compartments: Compartments::from_bits(bits),
    })
}

/// Reads a grantee from the wire.
pub(super) fn grantee_of(kind: &str, id: &str) -> Result<Grantee, CrmError> {
    let problem = |field: &'static str, code: &'static str| {
        CrmError::Invalid(vec![FieldProblem::new(field, code)])
    };
    let unknown = || problem("grantee_id", "share.unknown");
    match kind {
        "user" => Ok(Grantee::User(id.parse().map_err(|_| unknown())?)),
        "department" => {
            let id: DepartmentId = id.parse().map_err(|_| unknown())?;
            Ok(Grantee::Department(id))
        }
        "team" => Ok(Grantee::Team(id.parse().map_err(|_| unknown())?)),
        _ => Err(problem("kind", "share.kind")),
    }
}
