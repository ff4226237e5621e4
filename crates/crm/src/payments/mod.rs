//! Payments 回款: what a contract says is due when (payment plans), and what came in.

mod ledger;
mod plan;
mod receipt;

pub use plan::{PAYMENT_PLAN, PaymentPlan};
pub use receipt::{PAYMENT, Payment};
