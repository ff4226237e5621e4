//! Two years of the demonstration organisation's sales: products, competitors, leads, and for the customers deals with
//! quotes, contracts, payments and invoices; the same every time.

use super::{DAY_MS, PEOPLE, pick};
use crate::competitors::Competitor;
use crate::contracts::Contract;
use crate::crm::OrgKeys;
use crate::fields::{LineInput, Money};
use crate::invoices::Invoice;
use crate::leads::Lead;
use crate::opportunities::Opportunity;
use crate::orders::Order;
use crate::payments::{Payment, PaymentPlan};
use crate::pipelines::Pipeline;
use crate::products::Product;
use crate::quotes::Quote;
use crate::records::{Belonging, Object, Values};
use crate::sharing::Access;
use crate::{Crm, CrmError, documents};
use custos_kernel::crypto::WrappedKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Permit, actions};
use custos_store::WriteTx;
use custos_values::{CustomerId, Date, RecordId, Timestamp, UserId};
use std::sync::Arc;

const PRODUCTS: &str = include_str!("data/products.csv");
const COMPETITORS: &str = include_str!("data/competitors.csv");
const DEALS: &str = include_str!("data/deals.csv");
/// How far back the history goes, in days.
const DAYS: i64 = 730;
/// How many leads there are that nobody has converted.
const LEADS: usize = 36;

/// A customer that deals are made with.
pub(super) struct Buyer {
    pub(super) id: CustomerId,
    pub(super) key: WrappedKey,
    pub(super) name: String,
    pub(super) access: Access,
    pub(super) abroad: bool,
}

/// Makes records of the past, one after the other.
pub(super) struct History<'a, 'tx> {
    pub(super) crm: &'a Crm,
    pub(super) tx: &'a mut WriteTx<'tx>,
    pub(super) caller: &'a Caller,
    pub(super) keys: Arc<OrgKeys>,
    pub(super) events: Vec<Event>,
    pub(super) now: Timestamp,
}

/// A product as lines name it.
struct Offered {
    id: RecordId,
    line: [&'static str; 8],
}

fn rows<const N: usize>(csv: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = csv.lines().skip(1);
    lines.filter_map(|line| line.split(',').collect::<Vec<_>>().try_into().ok())
}

fn money(minor: i64) -> String {
    format!("{minor} CNY")
}

impl History<'_, '_> {
    /// Everything.
    pub(super) async fn tell(
        mut self,
        owners: &[UserId],
        buyers: &[Buyer],
    ) -> Result<Vec<Event>, CrmError> {
        let mut offered = Vec::new();
        for line in rows::<8>(PRODUCTS) {
            let [code, name, _, unit, _, category, price, tax] = line;
            let values = [
                ("name", name.to_owned()),
                ("code", code.to_owned()),
                ("unit", unit.to_owned()),
                ("category", category.to_owned()),
                ("price", money(price.parse().unwrap_or_default())),
                ("tax_rate", tax.to_owned()),
                ("status", "on_sale".to_owned()),
            ];
            let id = self.put::<Product>(None, DAYS, values).await?;
            offered.push(Offered { id, line });
        }
        let mut rivals = Vec::new();
        for [name, website, strengths, weaknesses] in rows::<4>(COMPETITORS) {
            let values = [
                ("name", name.to_owned()),
                ("website", website.to_owned()),
                ("strengths", strengths.to_owned()),
                ("weaknesses", weaknesses.to_owned()),
            ];
            rivals.push(self.put::<Competitor>(None, DAYS, values).await?);
        }
        for number in 0..LEADS {
            self.lead(owners, number).await?;
        }
        for (number, buyer) in buyers.iter().enumerate() {
            for nth in 0..number % 3 {
                self.deal(buyer, number * 3 + nth, &offered, &rivals)
                    .await?;
            }
        }
        Ok(self.events)
    }

    fn day(&self, ago: i64) -> Date {
        self.now.plus_millis(-ago * DAY_MS).utc_date()
    }

    fn date(&self, ago: i64) -> String {
        self.day(ago).to_string()
    }

    /// One record as it is today, made some days ago. What hangs on a customer is in the hands the customer is in.
    async fn put<R: Object>(
        &mut self,
        on: Option<&Buyer>,
        ago: i64,
        values: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<RecordId, CrmError> {
        let access = on.map_or_else(
            || Access::made_by(self.caller, None, None),
            |buyer| buyer.access.clone(),
        );
        self.put_as::<R>(access, on, ago, values).await
    }

    async fn put_as<R: Object>(
        &mut self,
        access: Access,
        on: Option<&Buyer>,
        ago: i64,
        values: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<RecordId, CrmError> {
        let org = self.caller.org();
        let id = RecordId::new(self.crm.store.clock(), self.crm.store.random());
        let access = match R::SPEC.belonging {
            Belonging::Owned => access,
            Belonging::Catalogue => Access::made_by(self.caller, None, None),
        };
        let facts = access.facts::<R>(org, *id.as_bytes(), 0);
        let permit: Permit<actions::Create, R> = self.crm.policy.permit(self.caller, &facts)?;
        let mut values: Values = values
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        if let Some(buyer) = on {
            values.insert("customer", buyer.id.to_string());
        }
        let at = self.now.plus_millis(-ago * DAY_MS);
        if let Some(number) = crate::records::next_number(self.tx, &permit, at.utc_date()).await? {
            values.insert("number", number);
        }
        let on = on.map(|buyer| (buyer.id, buyer.key.clone()));
        let made = self
            .crm
            .insert_record(self.tx, &self.keys, &permit, access, (on, at), &values)
            .await?;
        self.events.push(made.1);
        Ok(id)
    }

    async fn lead(&mut self, owners: &[UserId], number: usize) -> Result<(), CrmError> {
        let owner = owners.get(number % owners.len().max(1)).copied();
        let org = self.caller.org();
        let department = owner.and_then(|owner| self.crm.people.department_of(org, owner));
        let access = Access::made_by(self.caller, owner, department);
        let city = ["苏州", "宁波", "佛山", "武汉", "成都", "青岛"][number % 6];
        let trade = ["精密机械", "新材料", "电子科技", "自动化设备"][number % 4];
        let word = ["恒", "锐", "启", "盛", "远", "泰", "鼎"][number % 7];
        let status = ["new", "following", "following", "invalid"][number % 4];
        let reason = if status == "invalid" {
            "已有供应商，暂无需求"
        } else {
            ""
        };
        let values = [
            ("name", format!("{city}{word}达{trade}有限公司")),
            ("contact_name", pick(PEOPLE, number * 5 + 3).to_owned()),
            (
                "phone",
                format!("+86137{:08}", 20_300_405 + number * 517_331 % 70_000_000),
            ),
            (
                "source",
                ["exhibition", "website", "referral", "cold_call"][number % 4].to_owned(),
            ),
            ("need", "希望了解产线数据采集方案".to_owned()),
            ("status", status.to_owned()),
            ("invalid_reason", reason.to_owned()),
            ("next_contact_at", self.date(-((number % 9) as i64) + 2)),
        ];
        let ago = (number as i64 * 7) % 90;
        self.put_as::<Lead>(access, None, ago, values).await?;
        Ok(())
    }

    async fn deal(
        &mut self,
        buyer: &Buyer,
        number: usize,
        offered: &[Offered],
        rivals: &[RecordId],
    ) -> Result<(), CrmError> {
        let ago = (number as i64 * 37 + 11) % DAYS;
        let lines = self.lines(buyer, number, offered);
        let amount = total_of(&lines)?;
        let stages = Pipeline::built_in();
        let closed = ago > 75;
        let place = match closed {
            true if number % 3 == 1 => 5,
            true => 4,
            false => number % 4,
        };
        let stage = stages.stages.get(place).ok_or(CrmError::NotFound)?;
        let [name, name_en] = rows::<2>(DEALS).nth(number % 8).unwrap_or_default();
        let name = if buyer.abroad { name_en } else { name };
        let since = if closed {
            ago - 60
        } else {
            (number as i64 * 5) % 30
        };
        let lost = stage.kind == "lost";
        let rival = rivals.get(number % rivals.len().max(1));
        let deal = [
            ("name", name.to_owned()),
            ("pipeline", stages.id.to_string()),
            ("stage", stage.id.to_string()),
            ("outcome", stage.kind.clone()),
            ("amount", money(amount)),
            (
                "close_at",
                self.date(if closed {
                    since
                } else {
                    -((number as i64 * 13) % 90)
                }),
            ),
            ("stage_since", self.date(since)),
            (
                "closed_at",
                if closed {
                    self.date(since)
                } else {
                    String::new()
                },
            ),
            (
                "kind",
                ["new_business", "renewal", "upsell"][number % 3].to_owned(),
            ),
            (
                "source",
                ["referral", "exhibition", "website", "cold_call"][number % 4].to_owned(),
            ),
            (
                "lost_reason",
                if lost {
                    ["price", "competitor", "timing"][number % 3].to_owned()
                } else {
                    String::new()
                },
            ),
            (
                "competitor",
                rival
                    .filter(|_| lost)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ),
        ];
        let deal = self.put::<Opportunity>(Some(buyer), ago, deal).await?;
        if place < 2 {
            return Ok(());
        }
        let quote = self
            .quote(buyer, (name, ago - 20), &lines, deal, place)
            .await?;
        if stage.kind == "won" {
            self.sold(buyer, (name, since), &lines, [deal, quote])
                .await?;
        }
        Ok(())
    }

    /// Lines of products, priced.
    fn lines(&self, buyer: &Buyer, number: usize, offered: &[Offered]) -> Vec<LineInput> {
        let line = |nth: usize| {
            let at = (number * 3 + nth * 7) % offered.len().max(1);
            let Offered { id, line } = offered.get(at)?;
            let [_, name, name_en, unit, unit_en, _, price, tax] = *line;
            let (name, unit) = if buyer.abroad {
                (name_en, unit_en)
            } else {
                (name, unit)
            };
            Some(LineInput {
                product: Some(id.to_string()),
                name: name.to_owned(),
                unit: Some(unit.to_owned()),
                quantity: ["2", "10", "1", "5", "20"][(number + nth) % 5].to_owned(),
                price: Money {
                    minor: price.parse().unwrap_or_default(),
                    currency: "CNY".to_owned(),
                },
                discount: Some(["0", "5", "10"][(number + nth) % 3].to_owned()),
                tax_rate: Some(tax.to_owned()),
            })
        };
        (0..1 + number % 3).filter_map(line).collect()
    }

    async fn quote(
        &mut self,
        buyer: &Buyer,
        (name, ago): (&str, i64),
        lines: &[LineInput],
        deal: RecordId,
        place: usize,
    ) -> Result<RecordId, CrmError> {
        let status = match place {
            4 => "accepted",
            5 => "declined",
            3 => "sent",
            _ => "draft",
        };
        let mut values = document(lines)?;
        values.extend([
            ("name", name.to_owned()),
            ("opportunity", deal.to_string()),
            ("status", status.to_owned()),
            ("valid_until", self.date(ago - 30)),
        ]);
        self.put::<Quote>(Some(buyer), ago.max(0), values).await
    }

    /// What follows on a deal that was won.
    async fn sold(
        &mut self,
        buyer: &Buyer,
        (name, ago): (&str, i64),
        lines: &[LineInput],
        [deal, quote]: [RecordId; 2],
    ) -> Result<(), CrmError> {
        let amount = total_of(lines)?;
        let status = if ago > 400 { "completed" } else { "active" };
        // Two fifths in advance, the rest after acceptance: together exactly what was agreed.
        let advance = amount * 2 / 5;
        let parts = [
            ("预付款", advance, ago - 10, ago > 10),
            ("验收款", amount - advance, ago - 90, ago > 110),
        ];
        let paid: i64 = parts.iter().filter(|part| part.3).map(|part| part.1).sum();
        let contract = [
            ("paid", if paid > 0 { money(paid) } else { String::new() }),
            ("name", name.to_owned()),
            ("opportunity", deal.to_string()),
            ("quote", quote.to_string()),
            ("status", status.to_owned()),
            ("amount", money(amount)),
            ("signed_at", self.date(ago)),
            ("start_at", self.date(ago - 5)),
            ("end_at", self.date(ago - 365)),
        ];
        let contract = self.put::<Contract>(Some(buyer), ago, contract).await?;
        let mut order = document(lines)?;
        let shipped = if ago > 60 { "completed" } else { "confirmed" };
        order.extend([
            ("name", name.to_owned()),
            ("contract", contract.to_string()),
            ("quote", quote.to_string()),
            ("status", shipped.to_owned()),
            ("ordered_at", self.date(ago - 3)),
            ("deliver_at", self.date(ago - 40)),
        ]);
        self.put::<Order>(Some(buyer), ago - 3, order).await?;
        for (name, minor, due, paid) in parts {
            let plan = [
                ("name", name.to_owned()),
                ("contract", contract.to_string()),
                ("amount", money(minor)),
                ("due_at", self.date(due)),
                ("status", if paid { "paid" } else { "planned" }.to_owned()),
                ("paid", if paid { money(minor) } else { String::new() }),
            ];
            let plan = self.put::<PaymentPlan>(Some(buyer), ago, plan).await?;
            if !paid {
                continue;
            }
            let late = minor % 9;
            let payment = [
                ("contract", contract.to_string()),
                ("plan", plan.to_string()),
                ("amount", money(minor)),
                ("paid_at", self.date(due - late)),
                ("method", "transfer".to_owned()),
                ("status", "confirmed".to_owned()),
            ];
            self.put::<Payment>(Some(buyer), (due - late).max(0), payment)
                .await?;
            let invoice = [
                ("contract", contract.to_string()),
                ("kind", "vat_special".to_owned()),
                ("title", buyer.name.clone()),
                ("amount", money(minor)),
                ("status", "issued".to_owned()),
                (
                    "invoice_number",
                    format!("{:08}", 31_000_000 + minor % 9_999_991),
                ),
                ("issued_at", self.date(due - late)),
            ];
            self.put::<Invoice>(Some(buyer), (due - late).max(0), invoice)
                .await?;
        }
        Ok(())
    }
}

/// The fields of a document with these lines, with their totals.
fn document(lines: &[LineInput]) -> Result<Values, CrmError> {
    let checked = crate::fields::check_lines(lines);
    let checked = checked.map_err(|error| crate::records::problem("lines", error.code))?;
    let mut values = Values::from([("lines", checked), ("tax", "included".to_owned())]);
    documents::add_up(&mut values)?;
    Ok(values)
}

fn total_of(lines: &[LineInput]) -> Result<i64, CrmError> {
    let values = document(lines)?;
    let total = values.get("total").and_then(|text| text.split_once(' '));
    Ok(total
        .and_then(|(minor, _)| minor.parse().ok())
        .unwrap_or_default())
}
