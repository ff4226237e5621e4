//! What a document comes to: computed from its lines whenever it is written, so that no total can differ from them.

use crate::fields::{amount_text, read_lines, write_lines};
use crate::records::{Settling, Values, problem};
use crate::{Crm, CrmError};
use custos_values::{
    Currency, DocumentDiscount, FieldError, Percent, Pricing, Rounding, RoundingMode,
};
use futures::FutureExt;
use futures::future::BoxFuture;

const TOTALS: [&str; 4] = ["subtotal", "discount_total", "tax_total", "total"];

/// Adds up a document that is about to be written.
pub(crate) fn settle<'a>(
    _: &'a Crm,
    settling: &'a mut Settling<'_, '_>,
) -> BoxFuture<'a, Result<(), CrmError>> {
    async move { add_up(settling.after) }.boxed()
}

/// Adds up a document's values.
pub(crate) fn add_up(values: &mut Values) -> Result<(), CrmError> {
    let text = |values: &Values, name: &str| values.get(name).cloned().unwrap_or_default();
    if text(values, "tax").is_empty() {
        values.insert("tax", "excluded".to_owned());
    }
    let lines = read_lines(&text(values, "lines"));
    let Some(first) = lines.first() else {
        for total in TOTALS {
            values.remove(total);
        }
        return Ok(());
    };
    let refused = |error: FieldError| {
        let problem = problem("lines", error.code);
        let params = error.params.iter();
        CrmError::from(params.fold(problem, |problem, (name, value)| problem.with(name, value)))
    };
    let unreadable = || refused(FieldError::new("lines.unreadable"));
    let currency = Currency::from_code(&first.price.currency).ok_or_else(unreadable)?;
    let discount = match text(values, "discount").as_str() {
        "" => None,
        text => Some(DocumentDiscount::Percent(
            text.parse::<Percent>().map_err(refused)?,
        )),
    };
    let pricing = Pricing {
        currency,
        rounding: Rounding::PerLine,
        mode: RoundingMode::HalfUp,
        tax_included: text(values, "tax") == "included",
        discount,
    };
    let given = lines.iter().map(|line| line.priced_from());
    let given: Vec<_> = given.collect::<Option<_>>().ok_or_else(unreadable)?;
    let priced = pricing.price(&given).map_err(refused)?;
    let with_amounts = lines.into_iter().zip(&priced.lines);
    let lines: Vec<_> = with_amounts
        .map(|(line, priced)| line.coming_to(priced))
        .collect();
    values.insert("lines", write_lines(&lines));
    values.insert("subtotal", amount_text(priced.subtotal));
    values.insert("discount_total", amount_text(priced.discount_total));
    values.insert("tax_total", amount_text(priced.tax_total));
    values.insert("total", amount_text(priced.total));
    Ok(())
}
