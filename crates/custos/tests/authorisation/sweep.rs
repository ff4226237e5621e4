//! The sweep.

use crate::browser::{Call, Reply, Sent};
use crate::cases::{About, about, call, marks};
use crate::expected::{CALLERS, Cell, Row, table};
use crate::kinds::{self, KINDS};
use crate::site::{Declared, Organisation, Person, Site, both, password, two_organisations};
use crate::target::{MISSING, Target};
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Whose record a call is about, by the letter of the table; `x` is another organisation's.
const WHOSE: [char; 4] = ['o', 'n', 'f', 'x'];

/// Roles and data scope of the callers with an account.
const ROLES: [(&str, &[&str], &str); 7] = [
    ("sales", &["sales"], "own"),
    ("lead", &["sales_lead"], "department"),
    ("chief", &["sales_lead"], "all"),
    ("system", &["system_admin"], "all"),
    ("security", &["security_admin"], "all"),
    ("audit", &["audit_admin"], "all"),
    ("none", &[], "all"),
];

/// What has to be in the log about a call.
struct Recorded {
    what: String,
    request: String,
    actor: Option<String>,
    outcome: &'static str,
    /// Any action for a refusal: a part of the operation may have been refused.
    action: Option<&'static str>,
}

struct Sweep<'s> {
    site: &'s Site<'s>,
    home: &'s Organisation,
    people: HashMap<&'static str, Person>,
    own: HashMap<&'static str, Target>,
    /// The owners of others' records, and the records, by letter.
    others: BTreeMap<char, (Person, Target)>,
    records: Vec<Recorded>,
    calls: usize,
    /// How often teams and what people hold were set: their version.
    assignments: i64,
    offences: Vec<String>,
}

pub async fn people(site: &Site<'_>, home: &Organisation) -> HashMap<&'static str, Person> {
    let mut people = HashMap::new();
    for (name, _, _) in ROLES {
        people.insert(name, site.sales_person(home, 0).await);
    }
    people
}

pub async fn grant_roles(site: &Site<'_>, home: &Organisation, people: &HashMap<&str, Person>) {
    for (name, roles, scope) in ROLES {
        site.grant(home, &people[name].id, roles, scope).await;
    }
}

impl<'s> Sweep<'s> {
    async fn new(site: &'s Site<'s>, home: &'s Organisation, foreign: &Organisation) -> Self {
        let mut people = people(site, home).await;
        let mut own = HashMap::new();
        for (name, person) in &people {
            let mut target = site.target(person, &home.departments[0]).await;
            for kind in KINDS.iter().filter(|kind| kind.owned) {
                kinds::make(&person.browser, kind, &mut target).await;
            }
            own.insert(*name, target);
        }
        let mut others = BTreeMap::new();
        for (letter, at, department) in [('n', home, 0), ('f', home, 1), ('x', foreign, 0)] {
            let owner = site.sales_person(at, department).await;
            let mut target = site.target(&owner, &at.departments[department]).await;
            for kind in KINDS.iter().filter(|kind| kind.owned) {
                kinds::make(&owner.browser, kind, &mut target).await;
            }
            others.insert(letter, (owner, target));
        }
        grant_roles(site, home, &people).await;
        // What is nobody's own is made by leads.
        let keeper = site.sales_person(foreign, 0).await;
        site.grant(foreign, &keeper.id, &["sales_lead"], "all")
            .await;
        let at_home = own.values_mut().map(|target| (&people["chief"], target));
        let elsewhere = others.iter_mut().map(|(letter, (_, target))| match letter {
            'x' => (&keeper, target),
            _ => (&people["chief"], target),
        });
        for (keeper, target) in at_home.chain(elsewhere) {
            for kind in KINDS.iter().filter(|kind| !kind.owned) {
                kinds::make(&keeper.browser, kind, target).await;
            }
        }
        let nobody = Person {
            id: MISSING.to_owned(),
            login: String::new(),
            browser: site.browser(),
        };
        people.insert("pending", site.pending(home, 0).await);
        people.insert("nobody", nobody);
        Self {
            site,
            home,
            people,
            own,
            others,
            records: Vec::new(),
            calls: 0,
            assignments: 0,
            offences: Vec::new(),
        }
    }

    /// Notes what does not hold, so that one run tells all of it.
    fn hold(&mut self, holds: bool, offence: impl FnOnce() -> String) {
        if !holds {
            self.offences.push(offence());
        }
    }

    async fn operation(&mut self, operation: &Declared, row: &Row) {
        let about = about(operation)
            .unwrap_or_else(|| panic!("say in cases.rs what {} is about", operation.id));
        assert_eq!(
            about == About::Record,
            operation.path.contains("{id}"),
            "{}",
            operation.id
        );
        for caller in CALLERS {
            let cell = &row.cells[caller];
            let what = format!("{} as {caller}", operation.id);
            match (cell, about) {
                (Cell::Status(status), _) => {
                    let reply = self.try_out(operation, caller, &Target::missing()).await;
                    self.hold(reply.status.as_u16() == *status, || {
                        format!("{what}: {} {}", reply.status, reply.text())
                    });
                }
                (Cell::Allowed, _) => {
                    let reply = self.try_out(operation, caller, &Target::missing()).await;
                    self.allowed(&what, caller, row, &reply);
                }
                (Cell::Refused, About::Nothing | About::Many) => {
                    let reply = self.try_out(operation, caller, &Target::missing()).await;
                    self.refused(&what, caller, &reply, true);
                }
                (Cell::Refused, About::Record) => self.records(operation, caller, row, "").await,
                (Cell::On(letters), About::Record) => {
                    self.records(operation, caller, row, letters).await;
                    if letters.contains('o') && operation.path.contains("{contact_id}") {
                        self.contact_of_another(operation, caller).await;
                    }
                }
                (Cell::On(letters), _) => self.listing(operation, caller, row, letters).await,
            }
        }
    }

    /// An operation on a record of everybody's, and on one that is not there.
    async fn records(&mut self, operation: &Declared, caller: &str, row: &Row, letters: &str) {
        let missing = self.try_out(operation, caller, &Target::missing()).await;
        assert!(!missing.status.is_success(), "{} of nothing", operation.id);
        for whose in WHOSE {
            let what = format!("{} as {caller} on {whose}", operation.id);
            let signed_in = self.own.contains_key(caller);
            if letters.contains(whose) {
                let target = self.fresh(operation, caller, whose).await;
                let reply = self.try_out(operation, caller, &target).await;
                self.allowed(&what, caller, row, &reply);
            } else if signed_in || whose != 'o' {
                let target = self.standing(caller, whose).clone();
                let reply = self.try_out(operation, caller, &target).await;
                // Another organisation's record is not found, as if it were not there; there is nothing to refuse.
                let known = letters.is_empty() || whose != 'x';
                self.refused(&what, caller, &reply, known);
                if whose != 'o' {
                    self.hold(reply.essence() == missing.essence(), || {
                        format!(
                            "{what} tells that it is there: {:?}, of nothing {:?}",
                            reply.essence(),
                            missing.essence()
                        )
                    });
                }
            }
        }
    }

    /// A contact of somebody else below one's own customer.
    async fn contact_of_another(&mut self, operation: &Declared, caller: &str) {
        let own = self.fresh(operation, caller, 'o').await;
        let with = |contact: &str| Target {
            contact: contact.to_owned(),
            ..own.clone()
        };
        let missing = self.try_out(operation, caller, &with(MISSING)).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{}", operation.id);
        for whose in ['n', 'f', 'x'] {
            let contact = self.standing(caller, whose).contact.clone();
            let reply = self.try_out(operation, caller, &with(&contact)).await;
            let what = format!("{} as {caller} on a contact of {whose}", operation.id);
            self.hold(reply.essence() == missing.essence(), || what);
        }
    }

    /// An operation that shows many records: exactly those within reach.
    async fn listing(&mut self, operation: &Declared, caller: &str, row: &Row, letters: &str) {
        for whose in WHOSE {
            let what = format!("{} as {caller}, showing {whose}", operation.id);
            let target = self.standing(caller, whose).clone();
            let reply = self.try_out(operation, caller, &target).await;
            self.allowed(&what, caller, row, &reply);
            let shown = marks(operation, &target)
                .iter()
                .any(|mark| contains(&reply.body, mark.as_bytes()));
            self.hold(shown == letters.contains(whose), || {
                format!("{what}: shown {shown}")
            });
        }
    }

    fn standing(&self, caller: &str, whose: char) -> &Target {
        match whose {
            'o' => &self.own[caller],
            other => &self.others[&other].1,
        }
    }

    /// A target that may be changed, prepared for the operation.
    async fn fresh(&self, operation: &Declared, caller: &str, whose: char) -> Target {
        let standing = self.standing(caller, whose).clone();
        if operation.id.starts_with("user_session_end")
            || operation.id.starts_with("user_factor")
            || operation.id == "user_leave"
        {
            // Of somebody who is not needed any more.
            let department = usize::from(whose == 'f');
            let owner = self.site.sales_person(self.home, department).await;
            return Target {
                session: self.site.session_of(&owner).await,
                owner: owner.id,
                ..standing
            };
        }
        if operation.id.starts_with("user_device_") && operation.method != http::Method::GET {
            let department = usize::from(whose == 'f');
            let owner = match whose {
                'o' => self.people[caller].clone(),
                _ => self.site.sales_person(self.home, department).await,
            };
            return Target {
                device: self.site.device_of(&owner).await,
                owner: owner.id,
                ..standing
            };
        }
        if operation.path.starts_with("/jobs/") {
            return Target {
                job: self.site.job(&self.home.system).await,
                ..standing
            };
        }
        if operation.path.starts_with("/outbox/") {
            return Target {
                message: self.site.message(&self.home.system).await,
                ..standing
            };
        }
        let accounts = operation.path.starts_with("/users/");
        if accounts || operation.method == http::Method::GET && operation.id != "imports_rejected" {
            return standing;
        }
        // Who cannot make any more of their own tries what they have from before.
        if whose == 'o' && !matches!(caller, "sales" | "lead" | "chief") {
            return standing;
        }
        let owner = match whose {
            'o' => &self.people[caller],
            other => &self.others[&other].0,
        };
        let mut target = self
            .site
            .target_with(owner, &standing.department, standing.device)
            .await;
        if let Some(kind) = kinds::of_path(&operation.path) {
            let keeper = if kind.owned {
                owner
            } else {
                &self.people["chief"]
            };
            kinds::make(&keeper.browser, kind, &mut target).await;
        }
        self.site.prepare_import(operation.id, owner, &target).await;
        target
    }

    /// Makes the call, with what depends on caller and version.
    async fn try_out(&mut self, operation: &Declared, caller: &str, target: &Target) -> Reply {
        self.calls += 1;
        let makes_record =
            operation.method == http::Method::POST && about(operation) == Some(About::Nothing);
        let target = match kinds::of_path(&operation.path).filter(|_| makes_record) {
            // What is made hangs on a customer of one's own.
            Some(_) => self.own.get(caller).unwrap_or(target),
            None => target,
        };
        let mut call = call(self.site, operation, target);
        let mut browser = self.people[caller].browser.clone();
        match operation.id {
            "user_update" | "user_access" | "user_move" => {
                let known = ['n', 'f'].map(|whose| self.others[&whose].0.id.clone());
                let version = match known.contains(&target.owner) {
                    true => self.site.version_of_user(self.home, &target.owner).await,
                    false => 1,
                };
                call = call.with("if-match", format!("\"{version}\""));
            }
            // That of an account which was made and granted a role.
            "user_leave" => call = call.with("if-match", "\"2\""),
            "customers_update" | "customers_delete" | "customers_erase" => {
                call = call.with("if-match", format!("\"{}\"", target.version));
            }
            "contacts_update" | "contacts_delete" => call = call.with("if-match", "\"1\""),
            "session_federation" | "me_identity_create" => {
                call = call.with("host", "localhost");
            }
            id if id.starts_with("identity_provider_") => {
                call = call.with("if-match", "\"1\"");
            }
            // Nobody has changed them yet.
            "security_settings_update" | "approval_rules_update" | "access_rules_update" => {
                call = call.with("if-match", "\"0\"")
            }
            "access_teams_update" | "access_people_update" => {
                let version = self.assignments;
                call = call.with("if-match", format!("\"{version}\""));
            }
            "session_link" => {
                let link = self.fresh_link().await;
                call.body = Sent::Json(json!({ "token": link }));
            }
            "session_password_update" => {
                let login = &self.people[caller].login;
                call.body = Sent::Json(json!({ "current": null, "new": password(login) }));
            }
            "session_totp_enrolment" | "session_totp_confirmation" if caller == "pending" => {
                browser = self.site.pending(self.home, 0).await.browser;
            }
            _ => {}
        }
        if operation.id == "session_totp_confirmation" {
            let code = match caller {
                "pending" => self.site.begin_enrolment(&browser).await,
                _ => "000000".to_owned(),
            };
            call.body = Sent::Json(json!({ "code": code }));
        }
        let reply = browser.send(call).await;
        if operation.id.starts_with("access_") && reply.status == 204 {
            self.assignments += 1;
        }
        reply
    }

    async fn fresh_link(&self) -> String {
        let user = &self.others[&'n'].0.id;
        let call = Call::post(&format!("/users/{user}/sign-in-link"), json!({}));
        let made = self.home.system.send(call).await.expect(200);
        made["sign_in_link"]
            .as_str()
            .unwrap()
            .split_once('#')
            .unwrap()
            .1
            .to_owned()
    }

    fn allowed(&mut self, what: &str, caller: &str, row: &Row, reply: &Reply) {
        self.hold(reply.status.is_success(), || {
            format!("{what}: {} {}", reply.status, reply.text())
        });
        if let Some(action) = row.entry {
            let before_sign_in = action.starts_with("session.")
                && !matches!(
                    action,
                    "session.read"
                        | "session.list"
                        | "session.end"
                        | "session.revoke"
                        | "session.delete"
                );
            self.records.push(Recorded {
                what: what.to_owned(),
                request: reply.request_id(),
                actor: (!before_sign_in).then(|| self.people[caller].id.clone()),
                outcome: "allowed",
                action: Some(action),
            });
        }
    }

    fn refused(&mut self, what: &str, caller: &str, reply: &Reply, recorded: bool) {
        if matches!(caller, "pending" | "nobody") {
            self.hold(reply.status == StatusCode::UNAUTHORIZED, || {
                format!("{what}: {}", reply.status)
            });
            return;
        }
        let refusal = matches!(reply.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
        self.hold(refusal, || {
            format!("{what}: {} {}", reply.status, reply.text())
        });
        if recorded {
            self.records.push(Recorded {
                what: what.to_owned(),
                request: reply.request_id(),
                actor: Some(self.people[caller].id.clone()),
                outcome: "denied",
                action: None,
            });
        }
    }

    /// Everything that had to be recorded was, and nothing is in the log that the catalogue does not know.
    async fn check_log(&mut self) {
        let mut by_request: HashMap<String, Vec<Value>> = HashMap::new();
        let mut actions = BTreeSet::new();
        for entry in self.site.log().await {
            actions.insert(entry["action"].as_str().unwrap().to_owned());
            if let Some(request) = entry["request_id"].as_str() {
                by_request
                    .entry(request.to_owned())
                    .or_default()
                    .push(entry);
            }
        }
        for record in std::mem::take(&mut self.records) {
            let entries = by_request
                .get(&record.request)
                .map_or(&[][..], Vec::as_slice);
            let found = entries.iter().any(|entry| {
                let actor = entry["actor"]["id"].as_str().map(plain);
                entry["outcome"] == record.outcome
                    && record.action.is_none_or(|action| entry["action"] == action)
                    && record
                        .actor
                        .as_deref()
                        .is_none_or(|id| actor == Some(plain(id)))
            });
            self.hold(found, || {
                format!("{} left no entry: {entries:?}", record.what)
            });
        }
        let unknown: Vec<_> = actions.difference(&self.site.catalogue).collect();
        assert!(
            unknown.is_empty(),
            "not in the catalogue of events: {unknown:?}"
        );
    }

    async fn others_as_seen(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for (owner, target) in self.others.values() {
            seen.extend(self.site.snapshot(owner, target).await);
        }
        seen
    }
}

fn plain(id: &str) -> String {
    id.replace('-', "")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_everybody_as_the_table_says() {
    both(async |installation| {
        let site = Site::new(installation).await;
        let table = table();
        let registered: BTreeSet<_> = site.operations.iter().map(|o| o.id).collect();
        let expected: BTreeSet<_> = table.keys().copied().collect();
        assert_eq!(
            registered, expected,
            "every operation needs its line in expected.rs"
        );

        let [home, foreign] = two_organisations(&site).await;
        let mut sweep = Sweep::new(&site, &home, &foreign).await;
        let before = sweep.others_as_seen().await;
        // What somebody asked about at the desk is in the log from then on, another organisation's id too: the log is
        // taken out before. Signing out comes last.
        let turn = |operation: &&Declared| match operation.id {
            "audit_export_read" => 0,
            "session_delete" => 2,
            _ => 1,
        };
        let mut operations: Vec<&Declared> = site.operations.iter().collect();
        operations.sort_by_key(turn);
        for operation in operations {
            sweep.operation(operation, &table[operation.id]).await;
        }
        for (after, before) in sweep.others_as_seen().await.iter().zip(&before) {
            assert_eq!(after, before, "somebody else's record changed");
        }
        sweep.check_log().await;
        assert!(sweep.calls > 1000, "{}", sweep.calls);
        let offences = sweep.offences.join("\n");
        assert!(offences.is_empty(), "{offences}");
        site.features.crm.stop_imports().await;
    })
    .await;
}
