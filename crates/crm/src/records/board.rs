//! Boards: the records of each state with how many there are and what they amount to.

use super::Object;
use super::list::RecordQuery;
use super::record::Record;
use crate::customers::query_problem;
use crate::pipelines;
use crate::{Crm, CrmError};
use custos_http::Problem;
use custos_kernel::policy::{Scope, actions};
use custos_search::{Condition, FieldId, GroupKey, Grouping, TotalsQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Cards of a column unless asked otherwise.
const CARDS: usize = 20;
/// Most columns with currencies; a board has a state's table or a pipeline's stages.
const MOST_GROUPS: usize = 2_000;

/// What a board shows.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Which of the pipelines; the usual one if not given.
    pub pipeline: Option<String>,
    /// Filter, search text, order, and cards per column.
    #[serde(flatten)]
    #[param(ignore)]
    pub records: RecordQuery,
}

/// An amount in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrencyTotal {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A state and its records.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardColumn {
    /// The state's code, or the stage's id.
    pub code: String,
    /// How many records are in it.
    pub count: u64,
    /// What they amount to, as far as the amounts are shown to the caller.
    pub totals: Vec<CurrencyTotal>,
    /// The first of them.
    pub items: Vec<Record>,
    /// Whether there are more.
    pub more: bool,
}

/// A board.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    /// The columns in the order of the states.
    pub columns: Vec<BoardColumn>,
}

impl Crm {
    /// The board of a kind with states.
    pub(super) async fn board<R: Object>(
        &self,
        scope: &Scope<actions::List, R>,
        query: &BoardQuery,
    ) -> Result<(Board, u64), CrmError> {
        let none = || CrmError::from(Problem::bad_request("board.none"));
        let states = R::SPEC.states.ok_or_else(none)?;
        let (codes, only) = if states.table.is_empty() {
            let pipeline = self
                .pipeline_or_usual(scope.caller(), query.pipeline.as_deref())
                .await?;
            let stages = pipeline.stages.iter();
            let codes: Vec<String> = stages.map(|stage| stage.id.to_string()).collect();
            (codes, Some(pipeline.id.to_string()))
        } else {
            let codes = states.table.iter().map(|state| state.code.to_owned());
            (codes.collect(), None)
        };
        let shared = self.indexes_of(R::TYPE).ready(scope.org())?;
        let marks = self.indexes_of(R::TYPE).marks(scope.org());
        let limit = query.records.limit(CARDS);
        let mut found = Vec::with_capacity(codes.len());
        let mut shown = 0;
        {
            let index = shared.read();
            let mut request = self.record_query::<R>(&index, scope, &query.records)?;
            let by = index.schema().field(states.field).ok_or_else(none)?;
            // A column tells the state of what is in it: it must be shown there.
            let spec = R::SPEC.fields.get(states.field).ok_or_else(none)?;
            request.also.push(marks.showing(scope, spec));
            if let Some(pipeline) = &only {
                let field = index.schema().field(pipelines::FIELD).ok_or_else(none)?;
                narrow(&mut request.condition, choice(field, pipeline));
            }
            let counts = index
                .totals(&TotalsQuery {
                    scope: request.scope.clone(),
                    also: request.also.clone(),
                    filters: request.filters.clone(),
                    condition: request.condition.clone(),
                    text: request.text.clone(),
                    groups: vec![Grouping::Choice(by)],
                    measure: None,
                    limit: MOST_GROUPS,
                })
                .map_err(query_problem)?;
            let sums = match R::SPEC.amount {
                None => None,
                Some(amount) => {
                    let fields = index
                        .schema()
                        .field(amount)
                        .zip(index.schema().field(&crate::index::currency_of(amount)));
                    let (measure, currency) = fields.ok_or_else(none)?;
                    let spec = R::SPEC.fields.get(amount).ok_or_else(none)?;
                    let mut also = request.also.clone();
                    also.push(marks.showing(scope, spec));
                    Some(
                        index
                            .totals(&TotalsQuery {
                                scope: request.scope.clone(),
                                also,
                                filters: request.filters.clone(),
                                condition: request.condition.clone(),
                                text: request.text.clone(),
                                groups: vec![Grouping::Choice(by), Grouping::Choice(currency)],
                                measure: Some(measure),
                                limit: MOST_GROUPS,
                            })
                            .map_err(query_problem)?,
                    )
                }
            };
            for code in codes {
                let mut of_column = request.clone();
                of_column.limit = limit;
                narrow(&mut of_column.condition, choice(by, &code));
                let page = index.query(&of_column).map_err(query_problem)?;
                let key = Some(GroupKey::Code(code.clone()));
                let count = counts
                    .groups
                    .iter()
                    .find(|group| group.keys.first() == Some(&key))
                    .map_or(0, |group| group.total.count);
                let sums = sums.iter().flat_map(|sums| &sums.groups);
                let of_state = sums.filter(|group| group.keys.first() == Some(&key));
                let totals = of_state.filter_map(|group| match group.keys.get(1) {
                    Some(Some(GroupKey::Code(currency))) => Some(CurrencyTotal {
                        minor: i64::try_from(group.total.sum).unwrap_or(i64::MAX),
                        currency: currency.clone(),
                    }),
                    _ => None,
                });
                shown += page.hits.len() as u64;
                found.push((code, count, totals.collect(), page));
            }
        }
        let mut columns = Vec::with_capacity(found.len());
        for (code, count, totals, page) in found {
            columns.push(BoardColumn {
                code,
                count,
                totals,
                items: self.list_items::<R>(scope.caller(), &page.hits)?,
                more: page.next.is_some(),
            });
        }
        Ok((Board { columns }, shown))
    }
}

fn choice(field: FieldId, code: &str) -> Condition {
    Condition::Choice(field, vec![Some(code.to_owned())])
}

fn narrow(condition: &mut Option<Condition>, by: Condition) {
    *condition = Some(match condition.take() {
        None => by,
        Some(other) => Condition::All(vec![other, by]),
    });
}
