//! What this crate asks of whoever keeps the things people own. Implemented by the binary over the customer features.

use custos_values::{DepartmentId, OrgId, UserId};
use std::future::Future;
use std::pin::Pin;

/// Why it could not be done. It is tried again.
pub type CustodyError = Box<dyn std::error::Error + Send + Sync>;
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, CustodyError>> + Send + 'a>>;

/// Where what somebody owns is to be.
#[derive(Debug, Clone)]
pub struct Placing {
    /// Whose it is.
    pub from: UserId,
    /// Who has it afterwards, each with their department; several share it. May be the person, who then takes it into
    /// another department.
    pub to: Vec<(UserId, Option<DepartmentId>)>,
}

/// Which customers somebody reaches.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Whose own they are.
    pub owner: UserId,
    /// The departments whose customers they reach besides.
    pub departments: Vec<DepartmentId>,
    /// Whether they reach all.
    pub all: bool,
}

/// Keeps what people own.
pub trait Custody: Send + Sync + 'static {
    /// How many things are not yet where they are to be.
    fn left(&self, org: OrgId, placing: Placing) -> Answer<'_, u64>;

    /// Moves the next batch after a place, in one transaction with an entry for each thing, and tells the next place;
    /// `None` at the end. May be broken off and begun again at any moment.
    fn hand_over(
        &self,
        org: OrgId,
        placing: Placing,
        after: Option<[u8; 16]>,
    ) -> Answer<'_, Option<[u8; 16]>>;

    /// Ends what the person has running.
    fn end_work(&self, org: OrgId, user: UserId) -> Answer<'_, u64>;

    /// How many customers somebody reaches.
    fn reached(&self, org: OrgId, reach: Reach) -> Answer<'_, u64>;
}
