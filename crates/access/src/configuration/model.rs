//! The documents, as they are stored and as they travel.

use custos_kernel::policy::{Compartments, DataScope, Label, Level};
use custos_values::{CustomRoleId, DepartmentId, RuleId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A label on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessLabel)]
pub struct LabelBody {
    /// `public`, `internal`, `confidential`, `secret` or `top_secret`.
    #[schema(value_type = String)]
    pub level: Level,
    /// The numbers of its compartments, 0 to 61.
    #[serde(default)]
    pub compartments: Vec<u8>,
}

impl LabelBody {
    /// The label; numbers of compartments there cannot be do not count.
    pub fn label(&self) -> Label {
        let bits = self.compartments.iter();
        let bits = bits.filter(|bit| **bit < Compartments::MOST);
        Label {
            level: self.level,
            compartments: Compartments::from_bits(bits.fold(0, |all, bit| all | 1 << bit)),
        }
    }
}

impl From<Label> for LabelBody {
    fn from(label: Label) -> Self {
        Self {
            level: label.level,
            compartments: label.compartments.iter().collect(),
        }
    }
}

/// How far a role reaches into a field.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum FieldReach {
    /// Not even its existence is shown.
    #[default]
    Hidden,
    /// Shown; masked if the field is.
    Masked,
    /// Shown in clear.
    Read,
    /// Shown as by `masked`, and may be changed.
    Write,
}

/// What a role allows with one kind of record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessGrant)]
pub struct Grant {
    /// The kind of record, such as `customer`.
    pub object: String,
    /// `own`, `department`, `department_tree` or `all`.
    #[schema(value_type = String)]
    pub scope: DataScope,
    /// What may be done with a record.
    pub actions: Vec<String>,
    /// How far it reaches into each field.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, FieldReach>)]
    pub fields: BTreeMap<String, FieldReach>,
    /// How far it reaches into fields that are not named.
    #[serde(default)]
    pub other_fields: FieldReach,
}

/// A role of the organisation's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessRole)]
pub struct OwnRole {
    /// Its id, chosen by whoever makes it.
    #[schema(value_type = String, format = "uuid")]
    pub id: CustomRoleId,
    /// Its name, 1 to 60 characters.
    pub name: String,
    /// What it is for, at most 500 characters.
    #[serde(default)]
    pub description: String,
    /// What it allows.
    pub grants: Vec<Grant>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleEffect {
    /// It permits.
    Permit,
    /// It forbids, whatever permits.
    Forbid,
}

/// Under which conditions a rule holds: all that are given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AccessRuleWhen)]
pub struct RuleWhen {
    /// How the person stands to the record: `own`, `department`, `below`, `elsewhere`.
    pub relations: Vec<String>,
    /// How far it is shared with them: `none`, `read`, `write`.
    pub shares: Vec<String>,
    /// `inside` or `outside` the organisation's hours.
    pub hours: Vec<String>,
    /// `trusted` or `other`.
    pub networks: Vec<String>,
    /// `unknown`, `recognised`, `registered`.
    pub devices: Vec<String>,
    /// `single`, `multi`, `phishing_resistant`.
    pub assurances: Vec<String>,
    /// `low`, `raised`, `high`.
    pub risks: Vec<String>,
    /// What the request is said to be for.
    pub purposes: Vec<String>,
    /// Days of the week, 1 for Monday to 7 for Sunday.
    pub weekdays: Vec<u8>,
    /// From this hour on, 0 to 23.
    pub hour_from: Option<u8>,
    /// Up to this hour, 0 to 24; before `hour_from` it is over midnight.
    pub hour_to: Option<u8>,
    /// The record's region.
    pub regions: Vec<String>,
    /// The record's value.
    pub values: Vec<String>,
    /// The record's status.
    pub statuses: Vec<String>,
    /// Only records labelled at this level or above.
    #[schema(value_type = Option<String>)]
    pub label_from: Option<Level>,
}

/// A rule as a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessRuleForm)]
pub struct RuleForm {
    /// What it does.
    #[schema(inline)]
    pub effect: RuleEffect,
    /// The kind of record, such as `customer`.
    pub object: String,
    /// What it is about; of fields `field_read`, `field_write`, `field_clear`.
    pub actions: Vec<String>,
    /// Which fields; all if none is named.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whom: built-in roles by name, the organisation's own by id; everybody if none is named.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whom: people of these departments; of any if none is named.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub departments: Vec<DepartmentId>,
    /// Under which conditions.
    #[serde(default)]
    pub when: RuleWhen,
}

/// A rule, by form or as Cedar text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessRule)]
pub struct OwnRule {
    /// Its id, chosen by whoever makes it.
    #[schema(value_type = String, format = "uuid")]
    pub id: RuleId,
    /// Its name, 1 to 60 characters.
    pub name: String,
    /// What it is for, at most 500 characters.
    #[serde(default)]
    pub description: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// The form; either this or `text`.
    #[serde(default)]
    pub form: Option<RuleForm>,
    /// One Cedar policy.
    #[serde(default)]
    pub text: Option<String>,
}

/// A compartment's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessCompartment)]
pub struct Compartment {
    /// Its number, 0 to 61. It stands for the compartment in labels for good.
    pub bit: u8,
    /// Its name, 1 to 60 characters.
    pub name: String,
}

/// The label of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessFieldLabel)]
pub struct FieldLabel {
    /// The kind of record.
    pub object: String,
    /// The field.
    pub field: String,
    /// Its label.
    pub label: LabelBody,
}

/// What an organisation allows and forbids by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Its own roles.
    pub roles: Vec<OwnRole>,
    /// Its rules.
    pub rules: Vec<OwnRule>,
    /// Names of compartments.
    pub compartments: Vec<Compartment>,
    /// Labels of fields.
    pub field_labels: Vec<FieldLabel>,
}

/// What one person holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonAccess {
    /// Roles of the organisation's own.
    pub custom_roles: Vec<CustomRoleId>,
    /// The highest label they may work at.
    pub clearance: LabelBody,
}

/// A team: people of any departments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Its id, chosen by whoever makes it.
    pub id: TeamId,
    /// Its name, 1 to 60 characters.
    pub name: String,
    /// Who is in it.
    pub members: Vec<UserId>,
}

/// Who holds what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// What people hold; whoever is not named holds nothing and is cleared for `internal`.
    pub people: BTreeMap<UserId, PersonAccess>,
    /// The teams.
    pub teams: Vec<Team>,
}

impl People {
    /// The highest label somebody may work at.
    pub fn clearance_of(&self, user: UserId) -> Label {
        let held = self.people.get(&user);
        held.map_or_else(Label::default, |held| held.clearance.label())
    }
}
