//! LDAP and Active Directory as a source of passwords: search, then bind.
//!
//! | step | as whom | what |
//! |---|---|---|
//! | 1 | the service | bind, then search the one entry a login belongs to |
//! | 2 | the service | search its groups |
//! | 3 | the person | bind with the password |
//!
//! Each step is done for every login: for one that is unknown, or whose password is not to be shown to the directory, the
//! groups of a name nobody has are searched and a bind under it is tried, so that neither the steps nor their time
//! tell whether the login exists.
//!
//! Never asked: a bind without name or without password, which directories answer with success (RFC 4513, 5.1.1 and
//! 5.1.2). Never followed: referrals. Never taken: one of several entries.

mod config;
mod tls;

pub use config::LdapConfig;

use std::time::Duration;

use config::{Groups, Transport, group_filter_for};
use ldap3::{
    DerefAliases, Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchEntry, SearchOptions,
};
use thiserror::Error;

use crate::{ClaimedAssurance, ExternalIdentity};

/// Longest time for everything.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Shortest time for the same: longer than a directory nearby takes, whoever it is asked about.
const LEAST: Duration = Duration::from_millis(300);
/// Longest time for a connection, and for one operation.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
/// Most groups of a person. With more, nobody can tell which the directory left out, so it is an error.
const MAX_GROUPS: i32 = 1000;
const MAX_LOGIN: usize = 256;
const MAX_PASSWORD: usize = 1024;
/// ACCOUNTDISABLE in Active Directory's userAccountControl (MS-ADTS 2.2.16).
const ACCOUNT_DISABLED: u32 = 0x2;
const ACCOUNT_CONTROL: &str = "userAccountControl";

/// Why a directory gives no answer. Nothing is to be concluded about the login or the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LdapError {
    /// The configuration cannot be used.
    #[error("the configuration cannot be used")]
    Configuration,
    /// No connection, no valid certificate, or no answer in time.
    #[error("the directory cannot be reached")]
    Unreachable,
    /// The directory does not let the service in.
    #[error("the directory refuses the service")]
    ServiceRefused,
    /// The search failed, or found more than can be taken.
    #[error("the search failed")]
    Search,
}

/// What a directory says about a login and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LdapAnswer {
    /// The password is right.
    Accepted(ExternalIdentity),
    /// The password is right, and the account is disabled there.
    Disabled,
    /// No such login, or another password; the directory does not say which.
    Refused,
}

impl LdapConfig {
    /// Asks whether a password is right. `secret` is the password of the service. With no password, the answer is
    /// [`LdapAnswer::Refused`], after the same steps.
    ///
    /// # Errors
    /// [`LdapError`].
    pub async fn check_password(
        &self,
        secret: &str,
        login: &str,
        password: Option<&str>,
    ) -> Result<LdapAnswer, LdapError> {
        if !self.problems().is_empty() || secret.is_empty() {
            return Err(LdapError::Configuration);
        }
        let asked = tokio::time::timeout(TIMEOUT, self.ask(secret, login, password));
        // What a directory is quick to deny would tell who is in it.
        let (answer, ()) = tokio::join!(asked, tokio::time::sleep(LEAST));
        answer.map_err(|_| LdapError::Unreachable)?
    }

    /// Connects and binds as the service, to tell an administrator whether that works.
    ///
    /// # Errors
    /// [`LdapError`].
    pub async fn check_service(&self, secret: &str) -> Result<(), LdapError> {
        self.check_password(secret, "", None).await.map(|_| ())
    }

    async fn ask(
        &self,
        secret: &str,
        login: &str,
        password: Option<&str>,
    ) -> Result<LdapAnswer, LdapError> {
        let mut ldap = self.connect().await?;
        if !bind(&mut ldap, &self.bind_dn, secret).await? {
            return Err(LdapError::ServiceRefused);
        }
        let nobody = format!("cn=custos-nobody,{}", self.user_base);
        let entry = self.find(&mut ldap, login).await?;
        let dn = entry.as_ref().map_or(nobody.as_str(), |entry| &entry.dn);
        let groups = self.groups(&mut ldap, entry.as_ref(), dn).await?;
        let password = password.filter(|text| (1..=MAX_PASSWORD).contains(&text.len()));
        let right = match (&entry, password) {
            (Some(entry), Some(password)) => bind(&mut ldap, &entry.dn, password).await?,
            _ => {
                bind(&mut ldap, &nobody, "custos").await?;
                false
            }
        };
        // Best effort: the answer is known.
        let _ = ldap.unbind().await;
        match entry.filter(|_| right) {
            None => Ok(LdapAnswer::Refused),
            Some(entry) if is_disabled(&entry) => Ok(LdapAnswer::Disabled),
            Some(entry) => self
                .identity(&entry, groups)
                .map(LdapAnswer::Accepted)
                .ok_or(LdapError::Configuration),
        }
    }

    async fn connect(&self) -> Result<Ldap, LdapError> {
        let transport = self.transport().ok_or(LdapError::Configuration)?;
        let mut settings = LdapConnSettings::new()
            .set_conn_timeout(STEP_TIMEOUT)
            .set_starttls(transport == Transport::StartTls);
        if let Some(config) = tls::authorities(self)? {
            settings = settings.set_config(config);
        }
        let (connection, ldap) = LdapConnAsync::with_settings(settings, &self.url)
            .await
            .map_err(|_| LdapError::Unreachable)?;
        // It ends with the last handle.
        tokio::spawn(connection.drive());
        Ok(ldap)
    }

    /// The one entry a login belongs to.
    async fn find(&self, ldap: &mut Ldap, login: &str) -> Result<Option<SearchEntry>, LdapError> {
        let login = match login.len() <= MAX_LOGIN {
            true => login,
            false => "",
        };
        let mut attributes = vec![
            self.subject_attribute.as_str(),
            &self.login_attribute,
            &self.name_attribute,
            &self.mail_attribute,
            ACCOUNT_CONTROL,
        ];
        if let Some(Groups::Attribute(name)) = self.group_source() {
            attributes.push(name);
        }
        let filter = self.user_filter_for(login);
        let mut found = search(ldap, &self.user_base, &filter, &attributes, 2).await?;
        // An entry without a name would be bound to as nobody.
        let one = (found.len() == 1 && !login.is_empty()).then(|| found.remove(0));
        Ok(one.filter(|entry| !entry.dn.trim().is_empty()))
    }

    async fn groups(
        &self,
        ldap: &mut Ldap,
        entry: Option<&SearchEntry>,
        dn: &str,
    ) -> Result<Option<Vec<String>>, LdapError> {
        match self.group_source().ok_or(LdapError::Configuration)? {
            Groups::Untold => Ok(None),
            Groups::Attribute(name) => Ok(entry.map(|entry| texts(entry, name).to_vec())),
            Groups::Search { base, filter } => {
                let filter = group_filter_for(filter, dn);
                // 1.1 asks for no attributes (RFC 4511, 4.5.1.8).
                let found = search(ldap, base, &filter, &["1.1"], MAX_GROUPS).await?;
                match found.len() < MAX_GROUPS as usize {
                    true => Ok(Some(found.into_iter().map(|entry| entry.dn).collect())),
                    false => Err(LdapError::Search),
                }
            }
        }
    }

    /// `None` if the entry lacks the attribute that tells people apart.
    fn identity(
        &self,
        entry: &SearchEntry,
        groups: Option<Vec<String>>,
    ) -> Option<ExternalIdentity> {
        let first = |name: &str| texts(entry, name).first().cloned();
        // objectGUID is 16 bytes, which may or may not happen to be text.
        let binary = values(&entry.bin_attrs, &self.subject_attribute)
            .first()
            .map(hex::encode);
        let guid = self.subject_attribute.eq_ignore_ascii_case("objectGUID");
        let subject = match (binary, first(&self.subject_attribute)) {
            (Some(bytes), _) => bytes,
            (None, Some(text)) if guid => hex::encode(text),
            (None, Some(text)) => text,
            (None, None) => return None,
        };
        Some(ExternalIdentity {
            subject,
            login: first(&self.login_attribute),
            name: first(&self.name_attribute),
            mail: first(&self.mail_attribute),
            groups,
            assurance: ClaimedAssurance::Single,
            session_index: None,
        })
    }
}

/// Whether name and password are right.
async fn bind(ldap: &mut Ldap, dn: &str, password: &str) -> Result<bool, LdapError> {
    if dn.trim().is_empty() || password.is_empty() {
        return Ok(false);
    }
    let answer = ldap
        .with_timeout(STEP_TIMEOUT)
        .simple_bind(dn, password)
        .await
        .map_err(|_| LdapError::Unreachable)?;
    Ok(answer.rc == 0)
}

/// Entries below a name, references to other servers left out. At most `limit`; the server is told to stop there.
async fn search(
    ldap: &mut Ldap,
    base: &str,
    filter: &str,
    attributes: &[&str],
    limit: i32,
) -> Result<Vec<SearchEntry>, LdapError> {
    /// RFC 4511, appendix A: there is more than was asked for; no such base.
    const SIZE_LIMIT_EXCEEDED: u32 = 4;
    const NO_SUCH_OBJECT: u32 = 32;
    let seconds = i32::try_from(STEP_TIMEOUT.as_secs()).unwrap_or(i32::MAX);
    let options = SearchOptions::new()
        .deref(DerefAliases::Never)
        .sizelimit(limit)
        .timelimit(seconds);
    let answer = ldap
        .with_search_options(options)
        .with_timeout(STEP_TIMEOUT)
        .search(base, Scope::Subtree, filter, attributes)
        .await
        .map_err(|_| LdapError::Unreachable)?;
    match answer.1.rc {
        0 | SIZE_LIMIT_EXCEEDED => Ok(answer
            .0
            .into_iter()
            .filter(|entry| !entry.is_ref() && !entry.is_intermediate())
            .map(SearchEntry::construct)
            .collect()),
        NO_SUCH_OBJECT => Ok(Vec::new()),
        _ => Err(LdapError::Search),
    }
}

fn is_disabled(entry: &SearchEntry) -> bool {
    texts(entry, ACCOUNT_CONTROL).iter().any(|flags| {
        // A flag that cannot be read is no reason to let anybody in.
        flags
            .parse::<i64>()
            .map_or(true, |flags| flags as u32 & ACCOUNT_DISABLED != 0)
    })
}

fn texts<'e>(entry: &'e SearchEntry, name: &str) -> &'e [String] {
    values(&entry.attrs, name)
}

/// The values of an attribute; servers spell names as they like.
fn values<'e, T>(attributes: &'e std::collections::HashMap<String, Vec<T>>, name: &str) -> &'e [T] {
    attributes
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or(&[], |(_, values)| values)
}
