//! What somebody proves who they are by, beside a password: authenticator apps and passkeys, up to ten per account, each
//! with a name; and the recovery codes that stand in for them.
//!
//! An account that has a factor keeps at least one: the last cannot be removed by its owner, and no setting changes
//! that, so that an administrator never is without an app or a passkey. Adding, renaming and removing need a factor
//! proven a short while ago; that is policy. Somebody who lost every factor is let in anew by the security
//! administrator, who takes the factors away: the sessions end and the next sign-in sets one up.
//!
//! # Challenges
//!
//! What a passkey has to sign is given out sealed under the organisation's key, bound to its purpose, to the session (if
//! there is one yet) and to five minutes; the answer hands it back. So asking costs no row, whoever asks and however
//! often, and any node takes the answer. What makes it good for one use only is a row written in the transaction of
//! that use.

mod challenge;
mod http;
mod model;
mod own;
mod passkey;
mod reset;
mod sql;
mod totp;

pub(crate) use challenge::{Challenge, Purpose};
pub(crate) use http::{PasskeyChallenge, operations};
pub(crate) use passkey::{Assertion, RelyingParty, Verdict};
pub(crate) use sql::{
    MIGRATION, NewFactor, by_credential, insert_first, kinds_of_all, of_user, of_user_within,
    use_challenge, use_passkey, use_totp_step,
};
pub(crate) use totp::{Setup, open_totp, seal_totp};
