//! Sessions: from a cookie to a caller, and their end.
//!
//! A session is looked up by the hash of its token. What is found is kept in memory for one second, so that the
//! database is asked once per session and second at most; changes made by this node count at once. So a session that was
//! ended is ended for every request that begins after the answer, and on other nodes a second later. When and from where
//! a session was last used is kept in memory and written down now and then; after a crash a session may therefore end a
//! little early, never late.
//!
//! For people to recognise their sessions, each keeps the network addresses it was made and last used from, and which
//! browser on which system made it: sealed, as they tell about a person, and gone with the session. An address is all
//! that is known of a place: nothing here looks addresses up.

mod agent;
pub(crate) mod cookie;
mod http;
mod lasting;
mod live;
mod memory;
mod operations;
mod overview;
mod overview_http;
mod risk;
pub(crate) mod sql;
mod working;

pub(crate) use agent::{Agent, Browser, System};
pub(crate) use live::LiveSession;
pub(crate) use memory::Sessions;
pub(crate) use operations::{csrf_of, csrf_token, longest_lag_ms};
pub(crate) use sql::{MIGRATION, SessionRow};

use crate::identity::Identity;
use custos_http::Operation;
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    let mut all = http::operations();
    all.extend(overview_http::operations());
    all.extend(working::operations());
    all
}
