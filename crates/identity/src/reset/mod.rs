//! A forgotten password: a link by mail, and with it a new password.
//!
//! Asking is answered before it is looked whether there is such an account: status, body and time of the answer can say
//! nothing. What follows is done behind the answer, one at a time. Asking again and again is slowed down per source and
//! account as in [`crate::sign_in`], with an allowance of five at once and one more every ten minutes per account for
//! everybody but the account's own devices, whether or not there is such an account; signing in is not affected.
//!
//! The link works once, for 30 minutes, and the one before it no longer. It sets the password and ends every session;
//! the second factor is still needed to sign in. Whose second factor is a code by mail gets no link: the mailbox alone
//! would open the account.

mod http;
mod operations;

pub(crate) use http::operations;
pub(crate) use operations::Resets;
