//! A real directory server (OpenLDAP's slapd) with a few people, for as long as a test runs.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use custos_federation::LdapConfig;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

pub const SECRET: &str = "service-secret";
pub const PASSWORD: &str = "a right password";

pub struct Slapd {
    process: Child,
    port: u16,
    tls_port: u16,
    authority: String,
    _folder: TempDir,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // Best effort: it may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/libexec")])
        .map(|folder| folder.join("slapd"))
        .find(|file| file.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// An authority and a certificate for 127.0.0.1, written where slapd finds them.
fn certificates(folder: &Path) -> String {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    std::fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    authority.pem()
}

fn configuration(folder: &Path, tls: bool) -> String {
    let at = folder.display();
    let mut text = String::new();
    for schema in ["core", "cosine", "inetorgperson"] {
        writeln!(text, "include /etc/ldap/schema/{schema}.schema").unwrap();
    }
    // Two attributes of Active Directory.
    text.push_str(
        "attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' \
         SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )\n\
         attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' \
         SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n\
         objectclass ( 1.3.6.1.4.1.4203.666.1 NAME 'directoryUser' SUP top AUXILIARY \
         MAY ( userAccountControl $ objectGUID ) )\n\
         modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload memberof\n",
    );
    writeln!(text, "pidfile {at}/slapd.pid\nargsfile {at}/slapd.args").unwrap();
    if tls {
        writeln!(text, "TLSCACertificateFile {at}/authority.pem").unwrap();
        writeln!(text, "TLSCertificateFile {at}/certificate.pem").unwrap();
        writeln!(text, "TLSCertificateKeyFile {at}/key.pem").unwrap();
    }
    writeln!(
        text,
        "database mdb\nsuffix \"dc=example\"\nrootdn \"cn=custos,dc=example\"\nrootpw {SECRET}\n\
         directory {at}/data\noverlay memberof\n\
         access to attrs=userPassword by anonymous auth by * none\naccess to * by * read"
    )
    .unwrap();
    text
}

fn person(uid: &str, name: &str, mail: &str, more: &str) -> String {
    format!(
        "dn: uid={uid},ou=people,dc=example\nobjectClass: inetOrgPerson\nobjectClass: directoryUser\nuid: {uid}\n\
         cn: {name}\nsn: {name}\nmail: {mail}\nuserPassword: {PASSWORD}\n{more}\n"
    )
}

fn people() -> String {
    let mut text = String::from(
        "dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n\
         dn: ou=people,dc=example\nobjectClass: organizationalUnit\nou: people\n\n\
         dn: ou=groups,dc=example\nobjectClass: organizationalUnit\nou: groups\n\n",
    );
    // 6d2f… is a GUID that is no UTF-8.
    let guid = "objectGUID:: /+7dzLuqmYh3ZlVEMyIRAA==\n";
    text.push_str(&person("li.na", "Li Na", "li.na@example.com", guid));
    text.push_str(&person(
        "wang.fang",
        "Wang Fang",
        "shared@example.com",
        "userAccountControl: 512\n",
    ));
    text.push_str(&person(
        "zhao.lei",
        "Zhao Lei",
        "shared@example.com",
        "userAccountControl: 514\n",
    ));
    text.push_str(&person("a\\2ab", "Star", "star@example.com", ""));
    text.push_str(
        "dn: cn=elsewhere,ou=people,dc=example\nobjectClass: referral\nobjectClass: extensibleObject\n\
         cn: elsewhere\nref: ldap://127.0.0.1:1/ou=people,dc=example\n\n",
    );
    text
}

/// Written through the server, so that it keeps the other side (memberOf) itself.
const GROUPS: [(&str, &[&str]); 2] = [("sales", &["li.na", "wang.fang"]), ("leads", &["li.na"])];

impl Slapd {
    /// `None`, with a word on what is missing, on a machine without slapd; continuous integration must have it.
    pub async fn start(tls: bool) -> Option<Self> {
        let Some(program) = program() else {
            let missing = "slapd is missing: scripts/install test, or apt-get install slapd";
            assert!(std::env::var_os("CI").is_none(), "{missing}");
            eprintln!("skipped: {missing}");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let authority = certificates(folder.path());
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let config = folder.path().join("slapd.conf");
        std::fs::write(&config, configuration(folder.path(), tls)).unwrap();
        let ldif = folder.path().join("people.ldif");
        std::fs::write(&ldif, people()).unwrap();
        let added = Command::new(&program)
            .args(["-T", "add", "-f"])
            .arg(&config)
            .arg("-l")
            .arg(&ldif)
            .output()
            .unwrap();
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
        let (port, tls_port) = (free_port(), free_port());
        let mut urls = format!("ldap://127.0.0.1:{port}");
        if tls {
            write!(urls, " ldaps://127.0.0.1:{tls_port}").unwrap();
        }
        let process = Command::new(&program)
            .args(["-d", "0", "-h", &urls, "-f"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let slapd = Self {
            process,
            port,
            tls_port,
            authority,
            _folder: folder,
        };
        for _ in 0..400 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                slapd.add_groups().await;
                return Some(slapd);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("slapd does not listen");
    }

    async fn add_groups(&self) {
        let url = format!("ldap://127.0.0.1:{}", self.port);
        let (connection, mut ldap) = ldap3::LdapConnAsync::new(&url).await.unwrap();
        tokio::spawn(connection.drive());
        let bound = ldap.simple_bind("cn=custos,dc=example", SECRET).await;
        bound.unwrap().success().unwrap();
        for (group, members) in GROUPS {
            let members = members
                .iter()
                .map(|uid| format!("uid={uid},ou=people,dc=example"))
                .collect();
            let attributes = vec![
                ("objectClass".to_owned(), ["groupOfNames".to_owned()].into()),
                ("member".to_owned(), members),
            ];
            let dn = format!("cn={group},ou=groups,dc=example");
            ldap.add(&dn, attributes).await.unwrap().success().unwrap();
        }
    }

    pub fn config(&self) -> LdapConfig {
        LdapConfig {
            url: format!("ldap://127.0.0.1:{}", self.port),
            start_tls: false,
            authorities: None,
            bind_dn: "cn=custos,dc=example".into(),
            user_base: "ou=people,dc=example".into(),
            user_filter: "(&(objectClass=inetOrgPerson)(uid={login}))".into(),
            subject_attribute: "entryUUID".into(),
            login_attribute: "uid".into(),
            name_attribute: "cn".into(),
            mail_attribute: "mail".into(),
            groups_attribute: Some("memberOf".into()),
            group_base: None,
            group_filter: None,
        }
    }

    pub fn tls_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.tls_port)
    }

    pub fn authority(&self) -> &str {
        &self.authority
    }
}
