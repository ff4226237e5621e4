//! What the clients ask for.

use crate::Outcome;
use crate::client::Answer;
use crate::data::{Customer, FIELDS};
use crate::load::Traffic;
use crate::random::Random;
use crate::session::{Session, refuse_failure};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What all connections of a run know.
pub struct Known {
    pub session: Session,
    /// Ids of all customers.
    pub ids: Vec<String>,
    /// Their versions, as far as they were changed here.
    pub versions: Vec<AtomicU64>,
    /// Cursors of the pages by name.
    pub cursors: Vec<String>,
    /// How many generated customers were imported.
    pub imported: usize,
    /// The next generated customer that was not made yet.
    pub next: AtomicUsize,
}

/// The operations, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Get,
    List,
    Phone,
    LastFour,
    PartOfName,
    Create,
    Update,
}

impl Operation {
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::List,
        Self::Phone,
        Self::LastFour,
        Self::PartOfName,
        Self::Create,
        Self::Update,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get one",
            Self::List => "list 50 by name",
            Self::Phone => "search exact phone",
            Self::LastFour => "search last four",
            Self::PartOfName => "search part of name",
            Self::Create => "create",
            Self::Update => "update one field",
        }
    }

    /// The traffic of each of `count` connections.
    pub fn traffic(self, known: &Arc<Known>, count: usize) -> Vec<Box<dyn Traffic>> {
        let one = |i: usize| {
            let asking = Asking {
                known: Arc::clone(known),
                random: Random::new(i as u64 + 1),
                operation: self,
            };
            match self {
                Self::Update => {
                    // Each connection changes records of its own, so that nothing it knows is stale.
                    Box::new(Updating {
                        asking,
                        first: i,
                        step: count,
                        at: 0,
                    }) as Box<dyn Traffic>
                }
                _ => Box::new(asking),
            }
        };
        (0..count).map(one).collect()
    }
}

struct Asking {
    known: Arc<Known>,
    random: Random,
    operation: Operation,
}

impl Traffic for Asking {
    fn next(&mut self, request: &mut Vec<u8>) {
        let Self {
            known,
            random,
            operation,
        } = self;
        let session = &known.session;
        let somebody = Customer::new(random.below(known.imported));
        let search = |q: &str| format!("/api/v1/customers?limit=50&q={}", percent_encoded(q));
        let path = match operation {
            Operation::Get => format!("/api/v1/customers/{}", random.one_of(&known.ids)),
            Operation::List => format!(
                "/api/v1/customers?limit=50&sort=name&cursor={}",
                random.one_of(&known.cursors)
            ),
            Operation::Phone => search(&somebody.phone()),
            Operation::LastFour => search(&somebody.last_four()),
            Operation::PartOfName => search(&somebody.part_of_name(random)),
            Operation::Create | Operation::Update => {
                let new = Customer::new(known.next.fetch_add(1, Ordering::Relaxed));
                let mut key = [0; 16];
                random.fill(&mut key);
                let headers = format!(
                    "Content-Type: application/json\r\nIdempotency-Key: {:032x}\r\n",
                    u128::from_be_bytes(key)
                );
                return session.write(
                    request,
                    "POST",
                    "/api/v1/customers",
                    &headers,
                    &created(&new),
                );
            }
        };
        session.write(request, "GET", &path, "", b"");
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Outcome<()> {
        refuse_failure(answer, "", self.operation.name())
    }
}

/// The body that makes a generated customer.
pub fn created(customer: &Customer) -> Vec<u8> {
    let fields: Map<String, Value> = FIELDS
        .iter()
        .zip(customer.values())
        .map(|(name, value)| ((*name).to_owned(), value.into()))
        .collect();
    json!({ "fields": fields }).to_string().into_bytes()
}

struct Updating {
    asking: Asking,
    /// The first of its records, and how far it is to the next.
    first: usize,
    step: usize,
    /// The record being changed.
    at: usize,
}

impl Traffic for Updating {
    fn next(&mut self, request: &mut Vec<u8>) {
        let Asking { known, random, .. } = &mut self.asking;
        let own = (known.ids.len() - self.first).div_ceil(self.step);
        self.at = self.first + self.step * random.below(own);
        let id = &known.ids[self.at];
        let version = known.versions[self.at].load(Ordering::Relaxed);
        let headers = format!("Content-Type: application/json\r\nIf-Match: \"{version}\"\r\n");
        let address = format!("Renmin Road {}", random.below(1_000_000));
        let body = json!({"fields": {"address": address}}).to_string();
        known.session.write(
            request,
            "PATCH",
            &format!("/api/v1/customers/{id}"),
            &headers,
            body.as_bytes(),
        );
    }

    fn answered(&mut self, answer: &Answer<'_>) -> Outcome<()> {
        refuse_failure(answer, "PATCH", "a customer")?;
        let version = answer
            .header("etag")
            .and_then(|tag| tag.trim_matches('"').parse().ok());
        let version = version.ok_or("no entity tag")?;
        self.asking.known.versions[self.at].store(version, Ordering::Relaxed);
        Ok(())
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
