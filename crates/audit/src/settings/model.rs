//! What is set.

use custos_http::FieldProblem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Settings of the desk and of the automated audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditSettings)]
pub(crate) struct Settings {
    /// Minutes by which the working day is ahead of UTC, -720 to 840: days and nights are counted by it. 480 in China.
    pub(crate) utc_offset_minutes: i64,
    /// Hours between runs of the automated audit, 1 to 168; 0 runs it on demand only.
    pub(crate) run_every_hours: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            utc_offset_minutes: 480,
            run_every_hours: 24,
        }
    }
}

impl Settings {
    /// Everything that cannot be accepted.
    pub(crate) fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut check = |field: &str, value: i64, least: i64, most: i64| {
            if !(least..=most).contains(&value) {
                let problem = FieldProblem::new(field, "number.out_of_range");
                problems.push(problem.with("min", least).with("max", most));
            }
        };
        check("utc_offset_minutes", self.utc_offset_minutes, -720, 840);
        check("run_every_hours", self.run_every_hours, 0, 168);
        problems
    }
}
