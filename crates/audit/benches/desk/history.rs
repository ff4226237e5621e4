//! More than a year of a company's work, as entries.

use custos_kernel::audit::Detail;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, DataScope, Denied, Job, Resource, Role};
use custos_testkit::Installation;
use custos_values::{Clock, Timestamp};
use futures::future::join_all;
use std::net::{IpAddr, Ipv4Addr};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Days the company works.
const DAYS: i64 = 400;
/// Between two groups of entries.
const STEP: i64 = HOUR / 4;
/// The desk's clock is ahead of UTC by so much.
const CHINA: i64 = 8 * HOUR;
const PEOPLE: usize = 300;
/// Customers of each.
const CUSTOMERS: u64 = 330;

const fn part(name: &'static str) -> EventName {
    EventName::declared(name, Occasion::Part)
}
const READ: EventName = part("customer.read");
const LIST: EventName = part("customer.list");
const UPDATE: EventName = part("customer.update");
const NOTE: EventName = part("activity.create");
const REVEAL: EventName = part("customer.reveal");
const EXPORT: EventName = part("customer.export");
const SIGN_IN: EventName = part("session.create");
const GRANT: EventName = part("user.grant");
const REINDEX: EventName = part("index.rebuild");

macro_rules! resources {
    ($($name:ident $kind:literal)*) => {$(
        enum $name {}
        impl Resource for $name {
            const TYPE: &'static str = $kind;
        }
    )*};
}
resources! { Customer "customer" Activity "activity" User "user" Session "session" Index "index" }

/// What there is to ask for.
pub struct History {
    /// Somebody with an average number of entries.
    pub somebody: String,
    /// Somebody who did three things, long ago.
    pub quiet: String,
    /// An address that was used like any other.
    pub address: String,
    /// A customer many had before them.
    pub customer: String,
    /// When it begins and ends.
    pub span: (Timestamp, Timestamp),
    /// Entries altogether.
    pub entries: usize,
}

/// SplitMix64: which customer is opened next is no secret.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

fn customer(number: u64) -> [u8; 16] {
    let mut id = [9; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id
}

fn spelled(id: [u8; 16]) -> String {
    custos_values::UserId::from_bytes(id).to_string()
}

/// How busy a moment is, by the company's clock.
fn weight(at: Timestamp) -> u64 {
    let local = at.millis() + CHINA;
    let hour = local.rem_euclid(DAY) / HOUR;
    let weekday = (local.div_euclid(DAY) + 3).rem_euclid(7);
    match (weekday, hour) {
        (0..=4, 9..=11 | 13..=17) => 100,
        (0..=4, 8 | 12 | 18..=20) => 25,
        (5, 9..=17) => 6,
        _ => 1,
    }
}

/// Writes so many entries, a few more at the most.
pub async fn live(installation: &Installation, entries: usize) -> History {
    let people: Vec<Caller> = (0..PEOPLE)
        .map(|nth| {
            let person = installation.person(Role::Sales, DataScope::All, None);
            let address = IpAddr::V4(Ipv4Addr::new(10, 1, (nth / 200) as u8, (nth % 200) as u8));
            person.sign_in_from(installation, person.standing(), address)
        })
        .collect();
    let start = installation.clock().now();
    let moments: Vec<Timestamp> = (0..DAYS * DAY / STEP)
        .map(|nth| start.plus_millis(nth * STEP))
        .collect();
    let total: u64 = moments.iter().map(|at| weight(*at)).sum();
    let mut dice = Dice(7);
    let (mut due, mut written) = (0.0, 0);
    let quiet = &people[PEOPLE - 1];
    for nth in 0..3 {
        let event = Event::own::<User>(quiet, &GRANT, Some(customer(nth)));
        installation.sink().record(event).await.unwrap();
    }
    for at in &moments {
        installation.clock().set(*at);
        due += weight(*at) as f64 * entries as f64 / total as f64;
        let (mut reads, mut changes) = (Vec::new(), Vec::new());
        while ((written + reads.len() + changes.len()) as f64) < due {
            one(&people[..PEOPLE - 1], &mut dice, &mut reads, &mut changes);
        }
        written += reads.len() + changes.len();
        let reads = reads
            .into_iter()
            .map(|event| installation.sink().record(event));
        for recorded in join_all(reads).await {
            recorded.unwrap();
        }
        if !changes.is_empty() {
            let tx = installation.store().write(&people[0]).await.unwrap();
            tx.finish_all(changes).await.unwrap();
        }
    }
    History {
        somebody: people[17].user_id().unwrap().to_string(),
        quiet: quiet.user_id().unwrap().to_string(),
        address: "10.1.0.17".to_owned(),
        customer: spelled(customer(17 * CUSTOMERS)),
        span: (start, installation.clock().now()),
        entries: written,
    }
}

/// One thing somebody does.
fn one(people: &[Caller], dice: &mut Dice, reads: &mut Vec<Event>, changes: &mut Vec<Event>) {
    let nth = dice.roll(people.len() as u64);
    let who = &people[nth as usize];
    // A few customers of each are opened most.
    let near = dice.roll(CUSTOMERS) * dice.roll(CUSTOMERS) / CUSTOMERS;
    let about = Some(customer(nth * CUSTOMERS + near));
    match dice.roll(10_000) {
        0..4_800 => reads.push(Event::own::<Customer>(who, &READ, about)),
        4_800..7_400 => {
            let event = Event::own::<Customer>(who, &LIST, None);
            reads.push(event.with("rows", Detail::count(dice.roll(50))));
        }
        7_400..8_300 => changes.push(
            Event::own::<Customer>(who, &UPDATE, about)
                .with_change("status", Detail::code("following"), Detail::code("won"))
                .with_change(
                    "phone",
                    Detail::keyed_hash([1; 32]),
                    Detail::keyed_hash([2; 32]),
                ),
        ),
        8_300..8_900 => changes.push(Event::own::<Activity>(who, &NOTE, about)),
        8_900..9_200 => changes.push(
            Event::own::<Customer>(who, &REVEAL, about)
                .with("field", Detail::code("phone"))
                .with("reason", Detail::sealed([5; 60])),
        ),
        9_200..9_750 => changes.push(Event::own::<Session>(who, &SIGN_IN, None)),
        9_750..9_890 => {
            let job = Caller::system(Job::Indexer, who.org());
            changes.push(Event::own::<Index>(&job, &REINDEX, None));
        }
        9_890..9_895 => changes.push(Event::own::<Customer>(who, &EXPORT, None)),
        _ => changes.push(Event::denied(&Denied {
            caller: Box::new(who.clone()),
            action: "customer.export".to_owned(),
            resource: "customer",
            record: None,
            visible: true,
            remedy: None,
        })),
    }
}
