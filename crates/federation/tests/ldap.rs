//! Passwords asked of a real directory.
#![allow(clippy::unwrap_used)]

mod slapd;

use std::net::{Ipv4Addr, TcpListener};

use custos_federation::{ExternalIdentity, LdapAnswer, LdapConfig, LdapError};
use slapd::{PASSWORD, SECRET, Slapd};

async fn ask(config: &LdapConfig, login: &str, password: &str) -> Result<LdapAnswer, LdapError> {
    config.check_password(SECRET, login, Some(password)).await
}

async fn accepted(config: &LdapConfig, login: &str) -> ExternalIdentity {
    match ask(config, login, PASSWORD).await.unwrap() {
        LdapAnswer::Accepted(who) => who,
        other => panic!("{login}: {other:?}"),
    }
}

#[tokio::test]
async fn a_right_password_tells_who_it_is() {
    let Some(slapd) = Slapd::start(false).await else {
        return;
    };
    let mut config = slapd.config();
    let who = accepted(&config, "li.na").await;
    assert_eq!(who.subject.len(), 36, "{}", who.subject);
    assert_eq!(who.login.as_deref(), Some("li.na"));
    assert_eq!(who.name.as_deref(), Some("Li Na"));
    assert_eq!(who.mail.as_deref(), Some("li.na@example.com"));
    let mut groups = who.groups.unwrap();
    groups.sort();
    assert_eq!(
        groups,
        [
            "cn=leads,ou=groups,dc=example",
            "cn=sales,ou=groups,dc=example"
        ]
    );
    // As the directory compares, not as we would: the same person.
    assert_eq!(accepted(&config, "LI.NA").await.subject, who.subject);

    config.groups_attribute = None;
    config.group_base = Some("ou=groups,dc=example".into());
    config.group_filter = Some("(&(objectClass=groupOfNames)(member={dn}))".into());
    let mut found = accepted(&config, "li.na").await.groups.unwrap();
    found.sort();
    assert_eq!(found, groups);
    assert_eq!(
        accepted(&config, "wang.fang").await.groups.unwrap().len(),
        1
    );
    config.group_base = None;
    config.group_filter = None;
    assert_eq!(accepted(&config, "li.na").await.groups, None);

    config.subject_attribute = "objectGUID".into();
    let who = accepted(&config, "li.na").await;
    assert_eq!(
        who.subject,
        "ffeeddccbbaa9988776655443322110 0".replace(' ', "")
    );
    // An entry that lacks it cannot be told from others.
    assert_eq!(
        ask(&config, "wang.fang", PASSWORD).await,
        Err(LdapError::Configuration)
    );
}

#[tokio::test]
async fn everything_else_is_refused_alike() {
    let Some(slapd) = Slapd::start(false).await else {
        return;
    };
    let config = slapd.config();
    let long = "x".repeat(2000);
    for (login, password) in [
        ("li.na", "wrong"),
        ("nobody", PASSWORD),
        // A bind without password is a success to the directory.
        ("li.na", ""),
        ("", PASSWORD),
        ("", ""),
        ("nobody", ""),
        ("li.na", "a right password\0"),
        ("li.na", long.as_str()),
        (long.as_str(), PASSWORD),
        // Filters.
        ("*", PASSWORD),
        ("li.n*", PASSWORD),
        ("li.na)(uid=*", PASSWORD),
        ("li.na)(|(uid=*))", PASSWORD),
        ("*)(objectClass=*", PASSWORD),
        ("li.na\0", PASSWORD),
        ("li.na\\", PASSWORD),
        ("elsewhere", PASSWORD),
    ] {
        assert_eq!(
            ask(&config, login, password).await,
            Ok(LdapAnswer::Refused),
            "{login:?} {password:?}"
        );
    }
    let unasked = config.check_password(SECRET, "li.na", None).await;
    assert_eq!(unasked, Ok(LdapAnswer::Refused));
    // A login with a star in it is a login.
    assert_eq!(accepted(&config, "a*b").await.name.as_deref(), Some("Star"));
}

#[tokio::test]
async fn one_of_several_and_a_disabled_account_are_not_taken() {
    let Some(slapd) = Slapd::start(false).await else {
        return;
    };
    let mut config = slapd.config();
    assert_eq!(
        ask(&config, "zhao.lei", PASSWORD).await,
        Ok(LdapAnswer::Disabled)
    );
    assert_eq!(
        ask(&config, "zhao.lei", "wrong").await,
        Ok(LdapAnswer::Refused)
    );
    config.user_filter = "(mail={login})".into();
    assert_eq!(
        ask(&config, "shared@example.com", PASSWORD).await,
        Ok(LdapAnswer::Refused)
    );
    assert!(matches!(
        ask(&config, "li.na@example.com", PASSWORD).await,
        Ok(LdapAnswer::Accepted(_))
    ));
    // The person found is a reference to another server: nothing is asked there.
    config.user_filter = "(cn={login})".into();
    assert_eq!(
        ask(&config, "elsewhere", PASSWORD).await,
        Ok(LdapAnswer::Refused)
    );
}

#[tokio::test]
async fn the_service_needs_its_password_and_a_sound_configuration() {
    let Some(slapd) = Slapd::start(false).await else {
        return;
    };
    let config = slapd.config();
    assert_eq!(config.check_service(SECRET).await, Ok(()));
    assert_eq!(
        config.check_service("wrong").await,
        Err(LdapError::ServiceRefused)
    );
    assert_eq!(
        config.check_service("").await,
        Err(LdapError::Configuration)
    );
    let unprotected = LdapConfig {
        url: "http://127.0.0.1".into(),
        ..config.clone()
    };
    assert_eq!(
        unprotected.check_service(SECRET).await,
        Err(LdapError::Configuration)
    );
    let absent = LdapConfig {
        user_base: "dc=absent".into(),
        ..config.clone()
    };
    assert_eq!(
        ask(&absent, "li.na", PASSWORD).await,
        Ok(LdapAnswer::Refused)
    );
}

#[tokio::test]
async fn only_a_trusted_certificate_is_spoken_to() {
    let Some(slapd) = Slapd::start(true).await else {
        return;
    };
    let trusted = |url: String, start_tls: bool, authority: Option<&str>| LdapConfig {
        url,
        start_tls,
        authorities: authority.map(str::to_owned),
        ..slapd.config()
    };
    let ours = Some(slapd.authority());
    let plain = slapd.config().url;
    for config in [
        trusted(slapd.tls_url(), false, ours),
        trusted(plain.clone(), true, ours),
    ] {
        assert_eq!(
            accepted(&config, "li.na").await.login.as_deref(),
            Some("li.na")
        );
    }
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let other = other.cert.pem();
    for config in [
        trusted(slapd.tls_url(), false, None),
        trusted(slapd.tls_url(), false, Some(&other)),
        trusted(plain.clone(), true, None),
        trusted(plain.clone(), true, Some(&other)),
        // The name is not the certificate's.
        trusted(
            slapd.tls_url().replace("127.0.0.1", "localhost"),
            false,
            ours,
        ),
    ] {
        assert_eq!(
            ask(&config, "li.na", PASSWORD).await,
            Err(LdapError::Unreachable),
            "{}",
            config.url
        );
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let Some(slapd) = Slapd::start(false).await else {
        return;
    };
    let config = LdapConfig {
        start_tls: true,
        authorities: Some(slapd.authority().to_owned()),
        ..slapd.config()
    };
    assert_eq!(
        ask(&config, "li.na", PASSWORD).await,
        Err(LdapError::Unreachable)
    );
}

#[tokio::test]
async fn a_silent_directory_is_given_up() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let config: LdapConfig = serde_json::from_value(serde_json::json!({
        "url": format!("ldap://{}", listener.local_addr().unwrap()), "bind_dn": "cn=custos,dc=example",
        "user_base": "dc=example", "user_filter": "(uid={login})", "subject_attribute": "entryUUID",
        "login_attribute": "uid", "name_attribute": "cn", "mail_attribute": "mail",
    }))
    .unwrap();
    assert_eq!(
        ask(&config, "li.na", PASSWORD).await,
        Err(LdapError::Unreachable)
    );
    drop(listener);
    assert_eq!(
        ask(&config, "li.na", PASSWORD).await,
        Err(LdapError::Unreachable)
    );
}
