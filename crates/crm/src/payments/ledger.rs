//! What was paid of a plan and of a contract: the sum of the confirmed payments that name it, kept with every change of one.

use super::PaymentPlan;
use super::receipt::{PAYMENT, Payment};
use crate::contracts::Contract;
use crate::fields::{amount, amount_text};
use crate::records::{Also, Following, Object, Values, sql, values};
use crate::{Crm, CrmError};
use custos_http::FieldProblem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Job, Permit, actions};
use custos_store::WriteTx;
use custos_values::{Amount, OrgId, RecordId};
use std::collections::BTreeSet;

/// The fields of a payment that what it says counts for.
const COUNTED: [&str; 4] = ["contract", "plan", "amount", "status"];

/// Keeps plans and contracts in step with a payment that was just written or removed.
pub(super) async fn follow_up(
    crm: &Crm,
    following: &mut Following<'_, '_>,
) -> Result<Vec<Also>, CrmError> {
    let (before, after) = (following.before, following.after);
    let text = |values: Option<&Values>, name: &str| values.and_then(|it| it.get(name).cloned());
    let same = |name: &&str| text(before, name) == text(after, name);
    if COUNTED.iter().all(same) {
        return Ok(Vec::new());
    }
    let named = |field: &str| {
        let ids = [text(before, field), text(after, field)].into_iter();
        ids.filter_map(|id| id?.parse().ok())
            .collect::<BTreeSet<RecordId>>()
    };
    let mut also = Vec::new();
    for plan in named("plan") {
        also.extend(settle_up::<PaymentPlan>(crm, following.tx, following.org, plan).await?);
    }
    for contract in named("contract") {
        also.extend(settle_up::<Contract>(crm, following.tx, following.org, contract).await?);
    }
    Ok(also)
}

/// Sets what was paid of a plan or contract; none if nothing changes, or if it is gone.
async fn settle_up<R: Object>(
    crm: &Crm,
    tx: &mut WriteTx<'_>,
    org: OrgId,
    id: RecordId,
) -> Result<Option<Also>, CrmError> {
    let caller = Caller::system(Job::Scheduler, org);
    let keys = crm.keys(org).await?;
    // Whoever counts another payment of it waits until this transaction ends.
    let stored = match sql::keep::<R>(tx, &keys, &caller, id).await {
        Err(CrmError::NotFound) => return Ok(None),
        found => found?,
    };
    let permit: Permit<actions::Update, R> = crm.policy.permit(&caller, &stored.facts)?;
    let before = values(&stored.open(&keys, &permit)?);
    let paid = paid_of(crm, tx, org, id).await?;
    let due = before.get("amount").and_then(|text| amount(text));
    if paid
        .zip(due)
        .is_some_and(|(paid, due)| paid.currency != due.currency)
    {
        return Err(FieldProblem::new("fields.amount", "payment.currency").into());
    }
    let mut after = before.clone();
    after.remove("paid");
    if let Some(paid) = paid {
        after.insert("paid", amount_text(paid));
    }
    if R::TYPE == super::PAYMENT_PLAN.name
        && let Some(state) = state_of(before.get("status"), paid, due)
    {
        after.insert("status", state.to_owned());
    }
    if before == after {
        return Ok(None);
    }
    let event = Event::of(&permit).with("because", Detail::code(PAYMENT.name));
    let access = stored.access.clone();
    let (_, event) = crm
        .write_values(tx, &keys, &permit, stored, access, [&before, &after], event)
        .await?;
    Ok(Some(Also {
        kind: R::TYPE,
        id,
        event,
    }))
}

/// The state of a plan by what was paid of it; none if it stays as it is.
fn state_of(
    state: Option<&String>,
    paid: Option<Amount>,
    due: Option<Amount>,
) -> Option<&'static str> {
    if state.map(String::as_str) == Some("void") {
        return None;
    }
    let paid = paid.map_or(0, |paid| paid.minor);
    let due = due.map_or(i64::MAX, |due| due.minor);
    Some(match paid {
        0 => "planned",
        paid if paid < due => "partial",
        _ => "paid",
    })
}

/// The sum of the confirmed payments that name a record; none if there are none.
async fn paid_of(
    crm: &Crm,
    tx: &mut WriteTx<'_>,
    org: OrgId,
    id: RecordId,
) -> Result<Option<Amount>, CrmError> {
    let caller = Caller::system(Job::Indexer, org);
    let keys = crm.keys(org).await?;
    let mut sum: Option<Amount> = None;
    for payment in sql::referring(tx, id, ["plan", "contract"]).await? {
        let stored = match sql::find::<Payment>(tx, &keys, &caller, payment).await {
            // Something else than a payment names it.
            Err(CrmError::NotFound) => continue,
            found => found?,
        };
        let permit: Permit<actions::Index, Payment> = crm.policy.permit(&caller, &stored.facts)?;
        let says = values(&stored.open(&keys, &permit)?);
        let confirmed = says
            .get("status")
            .is_some_and(|status| status == "confirmed");
        let Some(part) = says
            .get("amount")
            .and_then(|text| amount(text))
            .filter(|_| confirmed)
        else {
            continue;
        };
        let total = match sum {
            None => Some(part.minor),
            Some(sum) if sum.currency == part.currency => sum.minor.checked_add(part.minor),
            Some(_) => return Err(FieldProblem::new("fields.amount", "payment.currency").into()),
        };
        let minor = total.ok_or_else(|| FieldProblem::new("fields.amount", "amount.too_large"))?;
        sum = Some(Amount {
            minor,
            currency: part.currency,
        });
    }
    Ok(sum)
}
