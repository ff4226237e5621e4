use super::*;
use crate::words::Language;
use proptest::prelude::*;
use std::path::Path;

fn with_file(text: &str) -> Result<Settings, ConfigError> {
    let mut layers = Layers::default();
    layers.file(Path::new("custos.toml"), text)?;
    Settings::of(&layers)
}

fn said(error: &ConfigError) -> String {
    crate::words::load(Language::English).say(&error.0)
}

#[test]
fn the_later_layer_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("custos.toml");
    std::fs::write(
        &file,
        "listen = \"file:1\"\ndemo = true\n[limits]\nconnections = 7\n",
    )
    .unwrap();
    let environment = |name: &str| match name {
        "CUSTOS_LISTEN" => Some("environment:2".to_owned()),
        "CUSTOS_TLS_MIN_VERSION" => Some("1.2".to_owned()),
        "CUSTOS_BINARY" => Some("is not ours to judge".to_owned()),
        _ => None,
    };
    let load = |flag: Option<&str>| {
        let flag = flag.map(str::to_owned);
        Settings::load(Some(&file), environment, |layers| {
            layers.flag("listen", flag)
        })
        .unwrap()
    };
    let settings = load(None);
    assert_eq!(settings.listen, "environment:2");
    assert_eq!(settings.tls.min_version, TlsVersion::V1_2);
    assert_eq!(settings.limits.connections, 7);
    assert!(settings.demo);
    assert_eq!(load(Some("flag:3")).listen, "flag:3");
}

#[test]
fn a_wrong_name_is_an_error_that_names_the_right_one() {
    for (text, wrong, right) in [
        ("listne = \"a:1\"", "listne", "listen"),
        ("min_version = \"1.2\"", "min_version", "tls.min_version"),
        (
            "[tls]\nminimum_version = \"1.2\"",
            "tls.minimum_version",
            "tls.min_version",
        ),
        (
            "[limit]\nconnections = 1",
            "limit.connections",
            "limits.connections",
        ),
        ("zzzzzzzz = 1", "zzzzzzzz", "database"),
    ] {
        let said = said(&with_file(text).unwrap_err());
        assert!(
            said.contains(wrong) && said.contains(right) && said.contains("custos.toml"),
            "{said}"
        );
    }
}

#[test]
fn a_wrong_value_is_an_error_that_names_the_place() {
    for (text, key) in [
        ("listen = \"nowhere\"", "listen"),
        ("listen = \"::1:8443\"", "listen"),
        ("public_url = \"http://crm.example.cn\"", "public_url"),
        ("public_url = \"https://crm.example.cn/path\"", "public_url"),
        ("public_url = \"https://me@crm.example.cn\"", "public_url"),
        ("demo = \"maybe\"", "demo"),
        ("[tls]\nmin_version = \"1.1\"", "tls.min_version"),
        ("[limits]\nconnections = 0", "limits.connections"),
        ("data = [1]", "data"),
    ] {
        let said = said(&with_file(text).unwrap_err());
        assert!(said.contains(key) && said.contains("custos.toml"), "{said}");
    }
    let one = with_file("[tls]\ncert = \"c.pem\"").unwrap_err();
    assert_eq!(one.0.id(), "config-tls-pair");
}

#[test]
fn secrets_are_not_shown() {
    let settings = with_file("database = \"postgres://u:hunter2@h/d\"").unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert_eq!(
        settings.database.unwrap().reveal(),
        "postgres://u:hunter2@h/d"
    );
    let wrong = said(&with_file("database = \"mysql://u:hunter2@h/d\"").unwrap_err());
    assert!(!wrong.contains("hunter2"), "{wrong}");
    let broken = said(&with_file("database = \"postgres://u:hunter2@h/d").unwrap_err());
    assert!(!broken.contains("hunter2"), "{broken}");
    let in_file = with_file("passphrase = \"hunter2\"").unwrap_err();
    assert_eq!(in_file.0.id(), "config-environment-only");
    assert!(!said(&in_file).contains("hunter2"));
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(text in "\\PC{0,200}") {
        let _ = with_file(&text);
    }

    #[test]
    fn every_key_is_read_from_the_environment(index in 0..KEYS.len()) {
        let key = KEYS[index];
        let value = match key.name {
            "database" => "postgres://h/d",
            "listen" => "h:1",
            "demo" => "true",
            "tls.min_version" => "1.2",
            "database_connections" | "limits.connections" => "5",
            "limits.header_seconds" | "limits.idle_seconds" => "20",
            _ => "info",
        };
        let mut layers = Layers::default();
        layers.environment(|name| (name == key.variable()).then(|| value.to_owned()));
        prop_assert_eq!(layers.text(key.name), Some(value));
    }
}
