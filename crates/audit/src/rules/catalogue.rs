//! Every rule.

use serde::Serialize;
use utoipa::ToSchema;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditSeverity)]
pub(crate) enum Severity {
    /// To be looked at today.
    High,
    /// To be looked at this week.
    Medium,
    /// To be looked at when there is time.
    Low,
}

impl Severity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditRuleKind)]
pub(crate) enum Kind {
    /// Something that is so: when it is no longer, the finding is resolved by itself.
    Condition,
    /// Something that happened: it stays until somebody has looked at it.
    Event,
}

/// A number that says from when on a rule finds something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) code: &'static str,
    pub(crate) value: i64,
    pub(crate) least: i64,
    pub(crate) most: i64,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Its number in the tables; never given to another.
    pub(crate) number: u8,
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) kind: Kind,
    pub(crate) parameters: &'static [Parameter],
}

impl Rule {
    pub(crate) fn by_code(code: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.code == code)
    }

    pub(crate) fn by_number(number: i64) -> Option<&'static Self> {
        RULES.iter().find(|rule| i64::from(rule.number) == number)
    }

    /// Whether it finds what is so, which may be so no longer.
    pub(crate) fn is_condition(&self) -> bool {
        self.kind == Kind::Condition
    }

    /// Its id as a record of the organisation.
    pub(crate) fn id(&self) -> [u8; 16] {
        let mut id = [0; 16];
        id[15] = self.number;
        id
    }
}

const fn parameter(code: &'static str, value: i64, least: i64, most: i64) -> Parameter {
    Parameter {
        code,
        value,
        least,
        most,
    }
}

const fn rule(
    number: u8,
    code: &'static str,
    severity: Severity,
    kind: Kind,
    parameters: &'static [Parameter],
) -> Rule {
    Rule {
        number,
        code,
        severity,
        kind,
        parameters,
    }
}

use Kind::{Condition, Event};
use Severity::{High, Low, Medium};

/// Days of the log that rules about what happened look at.
const WINDOW: Parameter = parameter("window_days", 7, 1, 90);

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    rule(
        1,
        "dormant_administrator",
        High,
        Condition,
        &[parameter("days", 30, 1, 365)],
    ),
    rule(
        2,
        "dormant_account",
        Medium,
        Condition,
        &[parameter("days", 90, 1, 730)],
    ),
    rule(
        3,
        "never_signed_in",
        Low,
        Condition,
        &[parameter("days", 14, 1, 365)],
    ),
    rule(4, "administrator_without_factor", High, Condition, &[]),
    rule(5, "account_without_factor", Medium, Condition, &[]),
    rule(6, "leaver_with_access", High, Condition, &[]),
    rule(
        7,
        "too_few_administrators",
        Medium,
        Condition,
        &[parameter("least", 2, 1, 10)],
    ),
    rule(
        8,
        "too_many_administrators",
        Medium,
        Condition,
        &[parameter("most", 3, 1, 50)],
    ),
    rule(
        9,
        "wide_reach",
        Medium,
        Condition,
        &[parameter("most", 3, 0, 500)],
    ),
    rule(
        10,
        "api_key_unused",
        Low,
        Condition,
        &[parameter("days", 30, 1, 365)],
    ),
    rule(
        11,
        "api_key_idle",
        Medium,
        Condition,
        &[parameter("days", 90, 1, 730)],
    ),
    rule(
        12,
        "api_key_long_lived",
        Medium,
        Condition,
        &[parameter("days", 365, 1, 3650)],
    ),
    rule(13, "api_key_anywhere", Low, Condition, &[]),
    rule(
        14,
        "export_at_night",
        Medium,
        Event,
        &[
            parameter("from_hour", 22, 0, 23),
            parameter("to_hour", 6, 0, 23),
            WINDOW,
        ],
    ),
    rule(
        15,
        "large_export",
        High,
        Event,
        &[parameter("customers", 1000, 1, 1_000_000), WINDOW],
    ),
    rule(
        16,
        "many_exports",
        Medium,
        Event,
        &[parameter("per_day", 5, 1, 1000), WINDOW],
    ),
    rule(
        17,
        "many_reveals",
        High,
        Event,
        &[parameter("per_day", 50, 1, 10_000), WINDOW],
    ),
    rule(
        18,
        "unusual_reader",
        Medium,
        Event,
        &[
            parameter("score_tenths", 35, 10, 1000),
            parameter("excess", 20, 1, 100_000),
            WINDOW,
        ],
    ),
    rule(
        19,
        "often_refused",
        Medium,
        Event,
        &[parameter("per_day", 20, 1, 10_000), WINDOW],
    ),
    rule(
        20,
        "failed_sign_ins",
        High,
        Event,
        &[parameter("per_day", 30, 1, 100_000), WINDOW],
    ),
    rule(
        21,
        "shared_address",
        Low,
        Event,
        &[parameter("accounts", 20, 2, 10_000)],
    ),
    rule(
        22,
        "many_addresses",
        Medium,
        Event,
        &[parameter("addresses", 5, 2, 1000)],
    ),
    rule(23, "factor_removed", High, Event, &[WINDOW]),
    rule(
        24,
        "roles_growing",
        Medium,
        Event,
        &[
            parameter("grants", 2, 1, 100),
            parameter("window_days", 90, 1, 365),
        ],
    ),
    rule(25, "self_approved", High, Event, &[WINDOW]),
    rule(26, "label_downgraded", High, Event, &[WINDOW]),
    rule(
        27,
        "emergency_unreviewed",
        High,
        Condition,
        &[parameter("days", 3, 1, 90)],
    ),
    rule(28, "session_stolen", High, Event, &[WINDOW]),
    rule(29, "security_settings_changed", Low, Event, &[WINDOW]),
    rule(
        30,
        "log_unverified",
        Medium,
        Condition,
        &[parameter("days", 30, 1, 365)],
    ),
    rule(
        31,
        "desk_unattended",
        Low,
        Condition,
        &[parameter("days", 14, 1, 365)],
    ),
    rule(32, "log_unwitnessed", Low, Condition, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rules_have_numbers_and_names_of_their_own_and_defaults_within_their_limits() {
        let numbers: BTreeSet<u8> = RULES.iter().map(|rule| rule.number).collect();
        let codes: BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!((numbers.len(), codes.len()), (RULES.len(), RULES.len()));
        for rule in RULES {
            for parameter in rule.parameters {
                assert!((parameter.least..=parameter.most).contains(&parameter.value));
            }
        }
    }
}
