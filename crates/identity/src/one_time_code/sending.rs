//! Making, sending and using codes.

use super::sql::{self, NewCode};
use crate::contact::language_within;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::UserResource;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Origin, Permit, actions};
use custos_outbox::{Draft, Recipient, Template};
use custos_store::WriteTx;
use custos_values::{OrgId, Random, SessionId, UserId};

/// How long a code works, in minutes.
pub(crate) const LIFE_MIN: i64 = 10;
/// Wrong tries after which it is gone.
const TRIES: i64 = 5;
/// Pause between two codes of one account, in milliseconds.
pub(crate) const PAUSE_MS: i64 = 30_000;
/// Codes per account, and per destination, within a day.
const PER_DAY: i64 = 10;
const DAY_MS: i64 = 24 * 3_600_000;

/// What a code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// That a mail address is one's own.
    ContactMail,
    /// That a mobile number is one's own.
    ContactMobile,
    /// The second factor of a sign-in, or of a step-up within its session.
    SignIn,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::ContactMail => "contact.mail",
            Self::ContactMobile => "contact.mobile",
            Self::SignIn => "sign_in",
        }
    }

    fn template(self) -> Template {
        match self {
            Self::ContactMail | Self::ContactMobile => Template::ContactCode,
            Self::SignIn => Template::SignInCode,
        }
    }
}

/// Why no code is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeError {
    /// Not before so many seconds.
    TooSoon(u64),
}

impl From<CodeError> for IdentityError {
    fn from(error: CodeError) -> Self {
        let CodeError::TooSoon(seconds) = error;
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "session.throttled")
            .with("seconds", seconds)
            .retry_after(seconds)
            .into()
    }
}

/// Six digits, each as likely as any other.
fn six_digits(random: &dyn Random) -> String {
    // The largest multiple of a million that 32 bits hold: what is above would make small codes likelier.
    const FAIR: u32 = u32::MAX / 1_000_000 * 1_000_000;
    loop {
        let mut bytes = [0; 4];
        random.fill(&mut bytes);
        let number = u32::from_be_bytes(bytes);
        if number < FAIR {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

fn hash(key: &TenantKey, user: UserId, purpose: Purpose, code: &str) -> i64 {
    let text = format!("{user}/{}/{code}", purpose.name());
    key.lasting_index("one_time_code").hash(&text)
}

/// The digits of what somebody typed, who may have put blanks between them.
fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whose code it is.
pub(crate) struct Holder<'a> {
    pub(crate) org: OrgId,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) origin: &'a Origin,
}

impl Identity {
    /// Makes a code and queues its message, within a transaction that is to be finished with the event. `value` is what the
    /// code proves, sealed.
    ///
    /// # Errors
    /// 429 within the pause or above a daily limit.
    pub(crate) async fn send_code(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Update, UserResource>,
        holder: &Holder<'_>,
        purpose: Purpose,
        recipient: Recipient,
        value: Option<Vec<u8>>,
    ) -> Result<Event, IdentityError> {
        let store = self.store();
        let key = store.keys().get(store, holder.org).await?;
        let now = store.clock().now();
        let destination = match &recipient {
            Recipient::Mail(address) => address.match_key(),
            Recipient::Mobile(number) => number.number().to_owned(),
        };
        let destination = key.lasting_index("one_time_code.to").hash(&destination);
        let since = now.plus_millis(-DAY_MS);
        let (last, of_user, of_destination) =
            sql::sent_since(tx, holder.user, destination, since).await?;
        if of_user >= PER_DAY || of_destination >= PER_DAY {
            return Err(CodeError::TooSoon(3600).into());
        }
        if let Some(last) = last {
            let wait = last.millis() + PAUSE_MS - now.millis();
            if wait > 0 {
                let seconds = u64::try_from(wait / 1000 + 1).unwrap_or(1);
                return Err(CodeError::TooSoon(seconds).into());
            }
        }
        let code = six_digits(store.random());
        let new = NewCode {
            purpose: purpose.name(),
            session: holder.session,
            code: hash(&key, holder.user, purpose, &code),
            value,
            expires_at: now.plus_millis(LIFE_MIN * 60_000),
        };
        sql::put(tx, permit, new).await?;
        sql::count(tx, permit, destination, now, since).await?;
        let draft = Draft {
            template: purpose.template(),
            recipient,
            language: language_within(tx, &key, holder.user).await?,
            params: vec![("code", code), ("minutes", LIFE_MIN.to_string())],
            life_ms: LIFE_MIN * 60_000,
        };
        let queued = self.queue().enqueue(tx, holder.org, holder.origin, &draft);
        Ok(queued.await?)
    }

    /// Uses a code up within a transaction: what it proves if it was the right one, and the first time. Otherwise the
    /// wrong try is counted, and the transaction is to be finished all the same.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn take_code(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<actions::Update, UserResource>,
        holder: &Holder<'_>,
        purpose: Purpose,
        typed: &str,
    ) -> Result<Option<Option<Vec<u8>>>, IdentityError> {
        let store = self.store();
        let key = store.keys().get(store, holder.org).await?;
        let now = store.clock().now();
        let code = hash(&key, holder.user, purpose, &digits(typed));
        let value = sql::value(tx, holder.user, purpose.name()).await?;
        if sql::take(tx, permit, purpose.name(), holder.session, code, now).await? {
            return Ok(Some(value));
        }
        sql::count_failure(tx, permit, purpose.name(), TRIES).await?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use proptest::prelude::*;

    struct Bytes(Mutex<Vec<[u8; 4]>>);
    impl Random for Bytes {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.copy_from_slice(&self.0.lock().pop().unwrap());
        }
    }

    proptest! {
        #[test]
        fn codes_have_six_digits(number: u32) {
            let random = Bytes(Mutex::new(vec![[0, 0, 0, 7], number.to_be_bytes()]));
            let code = six_digits(&random);
            prop_assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
            if number >= 4_294_000_000 {
                prop_assert_eq!(code, "000007");
            }
        }
    }

    #[test]
    fn blanks_do_not_matter() {
        assert_eq!(digits(" 012 345\u{3000}"), "012345");
    }
}
