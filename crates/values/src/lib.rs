//! Values parsed once and then carried as types: ids, phones, e-mail addresses, money, time. And what adds money up.
//!
//! Every parser takes text as people type or export it and answers with [`Parsed`]: the value, what was repaired on
//! the way, and what is doubtful but acceptable. What cannot be accepted is a [`FieldError`]. All three carry codes and
//! parameters only; the words live in the locale files.
//!
//! Personal values ([`Phone`], [`Email`], [`IdNumber`], [`BankAccount`]) print masked in `Debug` and implement neither
//! `Display` nor `Serialize`, so that they cannot reach a log or an answer by accident.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod amount;
mod bank_account;
mod company_name;
mod date_parse;
mod decimal;
mod email;
mod id_number;
mod ids;
mod mask;
mod number_pattern;
mod parsed;
mod phone;
mod pricing;
mod random;
mod time;
mod uscc;
mod width;

pub use amount::{Amount, AmountUnit, Currency};
pub use bank_account::BankAccount;
pub use company_name::CompanyName;
pub use decimal::{Percent, Quantity};
pub use email::Email;
pub use id_number::IdNumber;
pub use ids::{
    ActivityId, ApiKeyId, ApprovalId, AuditFindingId, AuditQuestionId, AuditRunId, CommentId,
    ContactId, CustomRoleId, CustomerId, DepartmentId, DeviceId, EmergencyId, EventId, FactorId,
    GroupId, ImportId, JobId, MessageId, OrgId, ProviderId, ReassignmentId, RecordId, ReviewId,
    ReviewLineId, RuleId, ScheduleId, SessionId, TeamId, UserId,
};
pub use mask::mask_text;
pub use number_pattern::{NumberPattern, ResetPeriod};
pub use parsed::{FieldError, Parsed, Repair};
pub use phone::Phone;
pub use pricing::{
    DocumentDiscount, Line, Priced, PricedLine, Pricing, Rounding, RoundingMode, TaxOfRate,
};
pub use random::Random;
pub use time::{Clock, Date, Timestamp};
pub use uscc::Uscc;
