//! Test installations on both engines: real stores, a settable clock, and callers ready to act.
//!
//! ```ignore
//! #[tokio::test(flavor = "multi_thread")]
//! async fn a_customer_can_be_read_back() {
//!     custos_testkit::both(&[MIGRATIONS], async |installation| { … }).await;
//! }
//! ```
//!
//! PostgreSQL is the one named by `CUSTOS_TEST_POSTGRES` (see `scripts/with-postgres`).

mod clock;
mod device;
mod engines;
mod installation;
mod people;
mod random;

pub use clock::TestClock;
pub use device::DeviceSigner;
pub use engines::both;
pub use installation::Installation;
pub use people::Person;
pub use random::TestRandom;
