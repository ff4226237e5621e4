//! Every kind of record there is. To add one: its folder with a declaration, a line here, its words in `locales/`.

use crate::competitors::Competitor;
use crate::contracts::Contract;
use crate::invoices::Invoice;
use crate::leads::Lead;
use crate::opportunities::Opportunity;
use crate::orders::Order;
use crate::payments::{Payment, PaymentPlan};
use crate::products::Product;
use crate::quotes::Quote;
use crate::records::{Kind, Of};

/// The kinds, in the order of the sales chain.
pub(crate) static KINDS: &[&dyn Kind] = &[
    &Of::<Lead>::KIND,
    &Of::<Opportunity>::KIND,
    &Of::<Quote>::KIND,
    &Of::<Contract>::KIND,
    &Of::<Order>::KIND,
    &Of::<PaymentPlan>::KIND,
    &Of::<Payment>::KIND,
    &Of::<Invoice>::KIND,
    &Of::<Product>::KIND,
    &Of::<Competitor>::KIND,
];
