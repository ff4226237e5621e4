//! The demonstration organisation: customers and two years of sales, invented, believable, the same every time.

mod records;

use self::records::{Buyer, History};
use crate::customers::{Customer, NewCustomer, seal_field};
use crate::fields::{ACTIVITY, CUSTOMER, FieldKind, UsccCheck, check};
use crate::sharing::Access;
use crate::{Crm, CrmError, timeline};
use custos_kernel::policy::{Caller, Job, Permit, actions};
use custos_store::{SealedFields, StoreError, WriteTx};
use custos_values::{ActivityId, AmountUnit, CustomerId, OrgId, UserId};

const COMPANIES: &str = include_str!("data/companies.csv");
const PEOPLE: &str = include_str!("data/people.txt");
const PEOPLE_ABROAD: &str = include_str!("data/people_en.txt");
const TITLES: &str = include_str!("data/titles.txt");
const ACTIVITIES: &str = include_str!("data/activities.csv");
const DAY_MS: i64 = 86_400_000;
/// Ends the lines of companies at home, which come first in the list and appear again with a branch.
const AT_HOME: &str = "中国";

impl Crm {
    /// Fills an organisation with demonstration customers, spread over the given owners. Returns how many.
    ///
    /// # Errors
    /// [`CrmError`]; nothing remains of it then.
    pub async fn seed_demo(&self, org: OrgId, owners: &[UserId]) -> Result<usize, CrmError> {
        let caller = Caller::system(Job::Setup, org);
        let keys = self.keys(org).await?;
        let mut tx = self.store.write(&caller).await?;
        let mut events = Vec::new();
        let mut buyers = Vec::new();
        let at_home = COMPANIES
            .lines()
            .filter(|line| line.ends_with(AT_HOME))
            .count();
        for number in 0..COMPANIES.lines().skip(1).count() + at_home {
            let owner = (!owners.is_empty()).then(|| owners[number % owners.len()]);
            let department = owner.and_then(|owner| self.people.department_of(org, owner));
            let id = CustomerId::new(self.store.clock(), self.store.random());
            let access = Access::made_by(&caller, owner, department);
            let facts = access.facts(org, *id.as_bytes(), 0);
            let permit: Permit<actions::Create, Customer> = self.policy.permit(&caller, &facts)?;
            let fields = self.demo_fields(number)?;
            let new = NewCustomer { access, fields };
            let written = self.insert_customer(&mut tx, &keys, &permit, &new).await?;
            events.push(written.event);
            let name = new.fields.iter().find(|(field, _)| *field == "name");
            let name = name.map_or_else(String::new, |(_, name)| name.clone());
            buyers.push(Buyer {
                id,
                key: written.stored.key,
                abroad: !name.chars().any(|c| c > '\u{2e7f}'),
                name,
                access: new.access,
            });
            self.demo_activities(&mut tx, org, &permit, number).await?;
        }
        let count = events.len();
        let history = History {
            crm: self,
            tx: &mut tx,
            caller: &caller,
            keys,
            events: Vec::new(),
            now: self.store.clock().now(),
        };
        events.extend(history.tell(owners, &buyers).await?);
        tx.finish_all(events).await?;
        Ok(count)
    }

    /// Field texts of customer `number`, checked like anybody else's.
    fn demo_fields(&self, number: usize) -> Result<Vec<(&'static str, String)>, CrmError> {
        let companies = COMPANIES.lines().count() - 1;
        let row: Vec<&str> = COMPANIES
            .lines()
            .nth(1 + number % companies)
            .unwrap_or_default()
            .split(',')
            .collect();
        let [name, industry, province, city, country] = row[..] else {
            return Err(StoreError::Corrupt("demonstration data".to_owned()).into());
        };
        let abroad = province.is_empty() || !name.chars().any(|c| c > '\u{2e7f}');
        let branch = number / companies;
        let name = match branch {
            0 => name.to_owned(),
            _ => format!("{name}华南分公司"),
        };
        let people = if abroad { PEOPLE_ABROAD } else { PEOPLE };
        let person = pick(people, number * 7 + branch);
        let phone = if abroad {
            format!("+44 20 7946 {:04}", number * 13 % 10_000)
        } else {
            format!(
                "1{}{:08}",
                [38, 39, 50, 86, 77, 99][number % 6],
                10_020_304 + number * 614_657 % 89_000_000
            )
        };
        let mail = format!(
            "contact{}@customer{}.example.com",
            number + 1,
            number % companies + 1
        );
        let today = self.store.clock().now();
        let past = today
            .plus_millis(-DAY_MS * (number as i64 * 3 % 60))
            .utc_date()
            .to_string();
        let coming = today
            .plus_millis(DAY_MS * (number as i64 * 5 % 30 + 1))
            .utc_date()
            .to_string();
        let mut texts = vec![
            ("name", name),
            ("industry", industry.to_owned()),
            ("province", province.to_owned()),
            ("city", city.to_owned()),
            ("country", country.to_owned()),
            ("contact_name", person.to_owned()),
            (
                "contact_title",
                if abroad {
                    "Purchasing manager".to_owned()
                } else {
                    pick(TITLES, number).to_owned()
                },
            ),
            ("phone", phone),
            ("email", mail),
            (
                "amount",
                format!("{}", (number as i64 * 37_733 % 980 + 12) * 1_000),
            ),
            ("last_contact_at", past),
            ("next_contact_at", coming),
        ];
        for (field, salt) in [("level", 3), ("status", 5), ("source", 7)] {
            if let Some(FieldKind::Choice(codes)) = CUSTOMER.get(field).map(|spec| spec.kind) {
                texts.push((
                    field,
                    codes[(number * salt + number / 4) % codes.len()].to_owned(),
                ));
            }
        }
        let mut fields = Vec::new();
        for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            let spec = CUSTOMER.get(field).ok_or(CrmError::NotFound)?;
            let checked = check(spec, &text, UsccCheck::Reject, AmountUnit::One);
            let checked = checked.map_err(|e| {
                StoreError::Corrupt(format!("demonstration data: {field} {}", e.code))
            })?;
            fields.push((spec.name, checked.canonical));
        }
        Ok(fields)
    }

    async fn demo_activities(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        permit: &Permit<actions::Create, Customer>,
        number: usize,
    ) -> Result<(), CrmError> {
        let keys = self.keys(org).await?;
        let customer = CustomerId::from_bytes(*permit.record());
        let stored = crate::customers::sql::key_of(tx, permit).await?;
        let key = keys.tenant.open_record_key(customer, &stored)?;
        let now = self.store.clock().now();
        for step in 0..number % 4 {
            let line = ACTIVITIES
                .lines()
                .nth(1 + (number * 3 + step) % (ACTIVITIES.lines().count() - 1));
            let Some((kind, content)) = line.and_then(|line| line.split_once(',')) else {
                continue;
            };
            let id = ActivityId::new(self.store.clock(), self.store.random());
            let mut sealed = SealedFields::new();
            for (name, text) in [("kind", kind), ("content", content)] {
                let spec = ACTIVITY.get(name).ok_or(CrmError::NotFound)?;
                sealed.set(
                    name,
                    seal_field(
                        &key,
                        ACTIVITY,
                        id.as_bytes(),
                        spec,
                        text,
                        self.store.random(),
                    ),
                );
            }
            let at = now.plus_millis(-DAY_MS * (step as i64 * 6 + number as i64 % 5) - 3_600_000);
            timeline::sql::insert(tx, permit, id, at, now, &sealed).await?;
        }
        Ok(())
    }
}

fn pick(lines: &'static str, number: usize) -> &'static str {
    lines
        .lines()
        .nth(number % lines.lines().count())
        .unwrap_or_default()
}
