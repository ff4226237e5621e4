//! The operations for trying a draft.

use super::bench::{Case, Verdicts};
use super::past::{Shift, Trial};
use crate::configuration::{LabelBody, RulesInput, Supposed, read_draft};
use crate::{Access as State_, AccessError, AccessRulesResource, ExplanationBody};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, FieldProblem, JsonBody, Operation, Problem};
use custos_kernel::policy::{
    Assurance, Attributes, Circumstances, DeviceStanding, Hours, Moment, NetworkZone, Purpose,
    Relation, Risk, Share, actions,
};
use custos_values::{OrgId, Timestamp, UserId};
use http::Method;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

const DAY_MS: i64 = 86_400_000;

/// A draft to try on the past.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessTrialInput)]
struct TrialInput {
    /// The draft.
    draft: RulesInput,
    /// How many days to look back, 1 to 90.
    days: u8,
}

/// How many records of one kind of access one person would lose or gain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessShift)]
struct ShiftBody {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    user_id: UserId,
    /// Their name.
    user_name: String,
    /// The action, such as `customer.read`.
    action: String,
    /// Of how many records.
    records: u64,
    /// When they last asked for one.
    #[schema(value_type = String, format = "date-time")]
    last_at: Timestamp,
}

/// What a draft would change, by what was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessTrial)]
struct TrialBody {
    /// How many accesses were considered: different people, actions and records.
    considered: u64,
    /// Whether these are all of the time.
    complete: bool,
    /// When the oldest was.
    #[schema(value_type = Option<String>, format = "date-time")]
    since: Option<Timestamp>,
    /// How many people would lose something.
    people_losing: usize,
    /// How many accesses would be lost.
    accesses_lost: u64,
    /// How many people would gain something.
    people_gaining: usize,
    /// How many accesses that were refused would be allowed.
    accesses_gained: u64,
    /// Who would lose what, the most first.
    lost: Vec<ShiftBody>,
    /// Who would gain what, the most first.
    gained: Vec<ShiftBody>,
}

/// A record there might be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessSupposedRecord)]
struct RecordInput {
    /// How the person stands to it: `own`, `department`, `below`, `elsewhere`.
    relation: String,
    /// How far it is shared with them: `none`, `read`, `write`.
    share: String,
    /// Its label.
    label: LabelBody,
    /// Its region; empty for none.
    #[serde(default)]
    region: String,
    /// Its value; empty for none.
    #[serde(default)]
    value: String,
    /// Its status; empty for none.
    #[serde(default)]
    status: String,
}

/// Circumstances there might be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessSupposedCircumstances)]
struct CircumstancesInput {
    /// Whether a factor was proven just now.
    fresh: bool,
    /// `single`, `multi`, `phishing_resistant`.
    assurance: String,
    /// `unknown`, `recognised`, `registered`.
    device: String,
    /// `trusted`, `other`.
    network: String,
    /// `inside`, `outside`.
    hours: String,
    /// `low`, `raised`, `high`.
    risk: String,
    /// 1 for Monday to 7 for Sunday.
    weekday: u8,
    /// 0 to 23.
    hour: u8,
    /// What it is said to be for.
    purpose: String,
}

/// A case to decide.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccessCaseInput)]
struct CaseInput {
    /// A draft to decide it by, beside what is in force.
    #[serde(default)]
    draft: Option<RulesInput>,
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    user_id: UserId,
    /// The kind of record.
    object: String,
    /// What they would do; of a field `field_read`, `field_write` or `field_clear`.
    action: String,
    /// The field, if it is about one.
    #[serde(default)]
    field: Option<String>,
    /// The record.
    record: RecordInput,
    /// The circumstances.
    circumstances: CircumstancesInput,
    /// The label they would work at; theirs if none.
    #[serde(default)]
    working: Option<LabelBody>,
}

/// A case decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessCaseDecided)]
struct CaseBody {
    /// By what is in force.
    now: ExplanationBody,
    /// By the draft.
    draft: Option<ExplanationBody>,
}

pub(crate) fn operations() -> Vec<Operation<Arc<State_>>> {
    vec![
        Operation::new(
            Method::POST,
            "/access/rules/trial",
            "access_rules_trial",
            Access::to::<actions::Explain, AccessRulesResource>(),
            trial,
        )
        .body::<TrialInput>()
        .answers::<TrialBody>(200),
        Operation::new(
            Method::POST,
            "/access/rules/bench",
            "access_rules_bench",
            Access::to::<actions::Explain, AccessRulesResource>(),
            bench,
        )
        .body::<CaseInput>()
        .answers::<CaseBody>(200),
    ]
}

async fn trial(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<TrialInput>,
) -> Result<Json<TrialBody>, AccessError> {
    if !(1..=90).contains(&body.days) {
        let days = FieldProblem::new("days", "number.range");
        let days = days.with("min", 1).with("max", 90);
        return Err(Problem::invalid(vec![days]).into());
    }
    let now = access.store().clock().now();
    let since = now.plus_millis(-i64::from(body.days) * DAY_MS);
    let draft = read_draft(body.draft);
    let tried = access.try_out(&caller, &draft, since).await?;
    Ok(Json(access.trial_body(caller.org(), tried).await?))
}

impl State_ {
    async fn trial_body(&self, org: OrgId, tried: Trial) -> Result<TrialBody, AccessError> {
        let accounts = self.people().all(org).await?;
        let people = |shifts: &[Shift]| {
            let people: BTreeSet<UserId> = shifts.iter().map(|shift| shift.user).collect();
            people.len()
        };
        let accesses = |shifts: &[Shift]| shifts.iter().map(|shift| shift.records).sum();
        let shown = |shifts: Vec<Shift>| {
            let shown = shifts.into_iter().map(|shift| ShiftBody {
                user_id: shift.user,
                user_name: accounts
                    .get(&shift.user)
                    .map(|it| it.name.clone())
                    .unwrap_or_default(),
                action: shift.action,
                records: shift.records,
                last_at: shift.last_at,
            });
            shown.collect()
        };
        Ok(TrialBody {
            considered: tried.considered,
            complete: tried.complete,
            since: tried.since,
            people_losing: people(&tried.lost),
            accesses_lost: accesses(&tried.lost),
            people_gaining: people(&tried.gained),
            accesses_gained: accesses(&tried.gained),
            lost: shown(tried.lost),
            gained: shown(tried.gained),
        })
    }
}

async fn bench(
    State(access): State<Arc<State_>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<CaseInput>,
) -> Result<Json<CaseBody>, AccessError> {
    let draft = body.draft.map(read_draft);
    let case = Case {
        user: body.user_id,
        object: body.object,
        action: body.action,
        field: body.field.filter(|field| !field.is_empty()),
        record: body.record.read()?,
        circumstances: body.circumstances.read()?,
        working: body.working.as_ref().map(LabelBody::label),
    };
    let Verdicts { now, draft } = access.suppose(&caller, draft, &case).await?;
    Ok(Json(CaseBody { now, draft }))
}

fn chosen<T: Copy>(
    field: &str,
    text: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, AccessError> {
    let mut all = all.iter().copied();
    all.find(|it| name(*it) == text)
        .ok_or_else(|| AccessError::invalid(field, "choice.unknown"))
}

impl RecordInput {
    fn read(self) -> Result<Supposed, AccessError> {
        let given = |text: String| Some(text).filter(|it| !it.is_empty()).map(Into::into);
        Ok(Supposed {
            relation: chosen(
                "record.relation",
                &self.relation,
                &Relation::WITHIN,
                Relation::name,
            )?,
            share: chosen("record.share", &self.share, &Share::ALL, Share::name)?,
            label: self.label.label(),
            attributes: Attributes {
                region: given(self.region),
                value: given(self.value),
                status: given(self.status),
            },
        })
    }
}

impl CircumstancesInput {
    fn read(&self) -> Result<Circumstances, AccessError> {
        if !(1..=7).contains(&self.weekday) {
            return Err(AccessError::invalid(
                "circumstances.weekday",
                "choice.unknown",
            ));
        }
        if self.hour > 23 {
            return Err(AccessError::invalid("circumstances.hour", "choice.unknown"));
        }
        Ok(Circumstances {
            assurance: chosen(
                "circumstances.assurance",
                &self.assurance,
                &Assurance::ALL,
                Assurance::name,
            )?,
            fresh: self.fresh,
            device: chosen(
                "circumstances.device",
                &self.device,
                &DeviceStanding::ALL,
                DeviceStanding::name,
            )?,
            network: chosen(
                "circumstances.network",
                &self.network,
                &NetworkZone::ALL,
                NetworkZone::name,
            )?,
            hours: chosen("circumstances.hours", &self.hours, &Hours::ALL, Hours::name)?,
            risk: chosen("circumstances.risk", &self.risk, &Risk::ALL, Risk::name)?,
            moment: Moment {
                weekday: self.weekday,
                hour: self.hour,
            },
            purpose: chosen(
                "circumstances.purpose",
                &self.purpose,
                &Purpose::ALL,
                Purpose::name,
            )?,
        })
    }
}
