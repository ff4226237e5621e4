//! A pipeline and its stages.

use crate::fields::FieldSet;
use crate::records::StateKind;
use custos_http::FieldProblem;
use custos_values::RecordId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most stages of a pipeline.
const MOST_STAGES: usize = 20;
/// Most characters of a name.
const LONGEST_NAME: usize = 40;
/// Most days before a deal counts as stagnant.
const LONGEST_REST: u32 = 3_650;

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its id, unique in the organisation.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// Its name; one that comes with the product has a code instead, for which the page has the word.
    pub name: Option<String>,
    /// The code of a stage that comes with the product.
    pub code: Option<String>,
    /// `open`, `won` or `lost`.
    pub kind: String,
    /// How likely a deal in it is won, in percent.
    pub win_rate: u8,
    /// After how many days in it a deal counts as stagnant.
    pub stagnant_days: Option<u32>,
    /// Fields of an opportunity that must be filled in it.
    pub needs: Vec<String>,
}

impl Stage {
    /// What it means.
    pub(crate) fn kind(&self) -> StateKind {
        StateKind::from_name(&self.kind).unwrap_or(StateKind::Open)
    }
}

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pipeline {
    pub(crate) id: RecordId,
    pub(crate) version: i64,
    /// None for the one that comes with the product, for which the page has a word.
    pub(crate) name: Option<String>,
    pub(crate) stages: Vec<Stage>,
}

/// What is sealed of a pipeline. Members are added at the end only.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) name: Option<String>,
    pub(super) stages: Vec<Stage>,
}

/// The stages of the pipeline that comes with the product: code, meaning, win rate, days of rest, needs.
type BuiltIn = (
    &'static str,
    StateKind,
    u8,
    Option<u32>,
    &'static [&'static str],
);
const BUILT_IN: [BuiltIn; 6] = [
    ("contact", StateKind::Open, 10, Some(14), &[]),
    ("need", StateKind::Open, 30, Some(14), &["amount"]),
    (
        "proposal",
        StateKind::Open,
        50,
        Some(21),
        &["amount", "close_at"],
    ),
    (
        "negotiation",
        StateKind::Open,
        80,
        Some(14),
        &["amount", "close_at"],
    ),
    ("won", StateKind::Won, 100, None, &["amount"]),
    ("lost", StateKind::Lost, 0, None, &["lost_reason"]),
];

/// Ids of what comes with the product: the same everywhere, of no moment and no chance.
const fn built_in_id(number: u8) -> RecordId {
    let mut bytes = [0; 16];
    bytes[6] = 0x80;
    bytes[8] = 0x80;
    bytes[15] = number;
    RecordId::from_bytes(bytes)
}

impl Pipeline {
    /// The pipeline an organisation has until it makes one of its own.
    pub(crate) fn built_in() -> Self {
        let stages = (1u8..).zip(BUILT_IN);
        let stage = |(number, (code, kind, win_rate, stagnant_days, needs)): (u8, BuiltIn)| Stage {
            id: built_in_id(number),
            name: None,
            code: Some(code.to_owned()),
            kind: kind.name().to_owned(),
            win_rate,
            stagnant_days,
            needs: needs.iter().map(|field| (*field).to_owned()).collect(),
        };
        Self {
            id: built_in_id(0),
            version: 0,
            name: None,
            stages: stages.map(stage).collect(),
        }
    }

    /// A stage by its id as text.
    pub(crate) fn stage(&self, id: &str) -> Option<&Stage> {
        let id: RecordId = id.parse().ok()?;
        self.stages.iter().find(|stage| stage.id == id)
    }
}

/// What is wrong with a pipeline somebody sent: at least one open stage, one won and one lost, names and rates within
/// bounds, needs that are fields.
pub(super) fn problems(name: &str, stages: &[Stage], fields: FieldSet) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut check = |field: String, code: &'static str, holds: bool| {
        if !holds {
            problems.push(FieldProblem::new(field, code));
        }
    };
    let named = |name: &str| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
    check("name".to_owned(), "pipeline.name", named(name));
    check(
        "stages".to_owned(),
        "pipeline.too_many",
        stages.len() <= MOST_STAGES,
    );
    for kind in [StateKind::Open, StateKind::Won, StateKind::Lost] {
        let there = stages.iter().any(|stage| stage.kind == kind.name());
        check("stages".to_owned(), "pipeline.kinds", there);
    }
    let first_open = stages
        .first()
        .is_some_and(|stage| stage.kind() == StateKind::Open);
    check("stages".to_owned(), "pipeline.first_open", first_open);
    for (at, stage) in stages.iter().enumerate() {
        let place = |member: &str| format!("stages.{at}.{member}");
        let has_name = stage.name.as_deref().map_or(stage.code.is_some(), named);
        check(place("name"), "pipeline.stage_name", has_name);
        let known = StateKind::from_name(&stage.kind).is_some();
        check(place("kind"), "pipeline.stage_kind", known);
        check(
            place("win_rate"),
            "pipeline.win_rate",
            stage.win_rate <= 100,
        );
        let rest = stage
            .stagnant_days
            .is_none_or(|days| (1..=LONGEST_REST).contains(&days));
        check(place("stagnant_days"), "pipeline.stagnant_days", rest);
        let needs = stage.needs.iter();
        let writable = |name: &String| fields.get(name).is_some_and(|spec| !spec.computed);
        check(place("needs"), "field.unknown", needs.clone().all(writable));
        let twice = stages.iter().filter(|other| other.id == stage.id).count() > 1;
        check(place("id"), "pipeline.stage_twice", !twice);
    }
    problems
}
