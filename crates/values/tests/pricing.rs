//! What documents with lines add up to, against fractions worked out here.
#![allow(clippy::unwrap_used)]

use custos_values::{
    Amount, Currency, DocumentDiscount, Line, Percent, Priced, PricedLine, Pricing, Quantity,
    Rounding, RoundingMode, TaxOfRate,
};
use proptest::prelude::*;

const MILLION: i128 = 1_000_000;
const FINE: i128 = MILLION * MILLION;

fn cny(minor: i64) -> Amount {
    Amount {
        minor,
        currency: Currency::Cny,
    }
}

fn line(quantity: &str, minor: i64, discount: &str, tax: &str) -> Line {
    Line {
        quantity: quantity.parse().unwrap(),
        unit_price: cny(minor),
        discount: discount.parse().unwrap(),
        tax: tax.parse().unwrap(),
    }
}

fn pricing(rounding: Rounding, tax_included: bool) -> Pricing {
    Pricing {
        currency: Currency::Cny,
        rounding,
        mode: RoundingMode::HalfUp,
        tax_included,
        discount: None,
    }
}

fn percents(text: &str) -> Option<DocumentDiscount> {
    Some(DocumentDiscount::Percent(text.parse().unwrap()))
}

/// Subtotal, discount, net, tax and total in minor units.
fn totals(priced: &Priced) -> [i64; 5] {
    [
        priced.subtotal,
        priced.discount_total,
        priced.net_total,
        priced.tax_total,
        priced.total,
    ]
    .map(|amount| amount.minor)
}

fn columns(line: &PricedLine) -> [i64; 5] {
    [line.subtotal, line.discount, line.net, line.tax, line.gross].map(|amount| amount.minor)
}

#[test]
fn a_quotation_as_worked_out_by_hand() {
    // 3 × 199.00; 12.5 × 8.88 less 5 % = 105.45; 1 × 1,000.00 at 6 %.
    let lines = [
        line("3", 19_900, "0", "13"),
        line("12.5", 888, "5", "13"),
        line("1", 100_000, "0", "6"),
    ];
    let priced = pricing(Rounding::PerLine, false).price(&lines).unwrap();
    assert_eq!(
        columns(&priced.lines[1]),
        [11_100, 555, 10_545, 1_371, 11_916]
    );
    assert_eq!(totals(&priced), [170_800, 555, 170_245, 15_132, 185_377]);
    let rates: Vec<(String, i64, i64)> = priced
        .by_rate
        .iter()
        .map(|of| (of.rate.to_string(), of.net.minor, of.tax.minor))
        .collect();
    assert_eq!(
        rates,
        [("6".into(), 100_000, 6_000), ("13".into(), 70_245, 9_132)]
    );

    // A hundred yuan off the whole, prices with tax: 113.00 holds 13.00 of tax.
    let whole = Pricing {
        discount: Some(DocumentDiscount::Amount(cny(10_000))),
        ..pricing(Rounding::PerLine, true)
    };
    let priced = whole.price(&[line("1", 21_300, "0", "13")]).unwrap();
    assert_eq!(totals(&priced), [21_300, 10_000, 10_000, 1_300, 11_300]);
}

#[test]
fn rounding_once_and_line_by_line_differ() {
    // Three times a third of a fen more than a half.
    let lines = [line("0.5", 101, "0", "13"); 3];
    let by_line = pricing(Rounding::PerLine, false).price(&lines).unwrap();
    assert_eq!(totals(&by_line), [153, 0, 153, 21, 174]);
    let once = pricing(Rounding::PerDocument, false).price(&lines).unwrap();
    // 151.5 and 19.695.
    assert_eq!(totals(&once), [152, 0, 152, 20, 172]);
    let even = Pricing {
        mode: RoundingMode::HalfEven,
        ..pricing(Rounding::PerLine, false)
    };
    assert_eq!(totals(&even.price(&lines).unwrap()), [150, 0, 150, 18, 168]);
}

/// Why cutting a line in two may move a total by two when each line is rounded, net and tax: 7 fen at 13 % have 1 of
/// tax, twice 3.5 become twice 4 with twice 1.
#[test]
fn cutting_a_line_moves_net_and_tax_each() {
    let pricing = pricing(Rounding::PerLine, false);
    let whole = pricing.price(&[line("1", 7, "0", "13")]).unwrap();
    let cut = pricing.price(&[line("0.5", 7, "0", "13"); 2]).unwrap();
    assert_eq!(
        (totals(&whole), totals(&cut)),
        ([7, 0, 7, 1, 8], [8, 0, 8, 2, 10])
    );
}

/// Rates whose parts are less than a fen each, so that whole parts of the discount fall on some of them only.
#[test]
fn nothing_taxed_has_no_tax() {
    let lines = ["100", "99", "98", "97", "96"].map(|rate| line("0.4", 1, "0", rate));
    for mode in [RoundingMode::HalfUp, RoundingMode::HalfEven] {
        let whole = Pricing {
            mode,
            discount: percents("100"),
            ..pricing(Rounding::PerDocument, false)
        };
        assert_eq!(totals(&whole.price(&lines).unwrap()), [2, 2, 0, 0, 0]);
    }
}

/// The one fen of tax falls on the line taxed most, of whose 0.45 fen nothing is left.
#[test]
fn tax_of_less_than_a_fen_finds_its_line() {
    let lines = [
        line("0.9", 1, "0", "0"),
        line("0.45", 1, "0", "100"),
        line("0.46", 1, "0", "60"),
    ];
    let priced = pricing(Rounding::PerDocument, false).price(&lines).unwrap();
    assert_eq!(totals(&priced), [2, 0, 2, 1, 3]);
    let of = priced
        .lines
        .iter()
        .map(|line| (line.net.minor, line.tax.minor));
    assert_eq!(of.collect::<Vec<_>>(), [(1, 0), (0, 1), (1, 0)]);
}

/// Two of four equal lines are given away, and the tax is on the other two.
#[test]
fn no_tax_on_lines_given_away() {
    let whole = Pricing {
        discount: Some(DocumentDiscount::Amount(cny(2))),
        ..pricing(Rounding::PerDocument, true)
    };
    let priced = whole.price(&[line("1", 1, "0", "100"); 4]).unwrap();
    assert_eq!(totals(&priced), [4, 2, 1, 1, 2]);
    assert!(
        priced
            .lines
            .iter()
            .all(|line| line.tax.minor <= line.gross.minor)
    );
}

#[test]
fn defects() {
    let one = pricing(Rounding::PerLine, false);
    let code = |pricing: Pricing, lines: &[Line]| pricing.price(lines).unwrap_err().code;
    let dollars = Amount {
        minor: 1,
        currency: Currency::Usd,
    };
    let good = line("1", 100, "0", "13");
    let foreign = Line {
        unit_price: dollars,
        ..good
    };
    let error = one.price(&[good, foreign]).unwrap_err();
    assert_eq!(error.code, "lines.currency");
    assert_eq!(
        error.params,
        [("line", "2".to_owned()), ("currency", "CNY".to_owned())]
    );
    assert_eq!(
        code(one, &[line("1", -1, "0", "0")]),
        "lines.negative_price"
    );
    let off = |sum| Pricing {
        discount: Some(DocumentDiscount::Amount(sum)),
        ..one
    };
    assert_eq!(code(off(dollars), &[good]), "lines.discount_currency");
    assert_eq!(code(off(cny(-1)), &[good]), "lines.discount_negative");
    assert_eq!(code(off(cny(101)), &[good]), "lines.discount_too_large");
    assert!(off(cny(100)).price(&[good]).is_ok());

    let most = (1i64 << 53) - 1;
    for rounding in [Rounding::PerLine, Rounding::PerDocument] {
        let one = pricing(rounding, false);
        assert_eq!(totals(&one.price(&[]).unwrap()), [0; 5]);
        assert!(one.price(&[line("1", most, "0", "0")]).is_ok());
        for lines in [
            vec![line("1", most, "0", "0.0001")],
            vec![line("1.000001", most, "0", "0")],
            vec![line("1", most, "0", "0"), line("1", 1, "0", "0")],
            vec![line("1000000000", i64::MAX, "0", "100"); 3],
            vec![line("1", most, "0", "100"); 20_000],
        ] {
            assert_eq!(code(one, &lines), "amount.too_large");
        }
    }
}

#[test]
fn wire_form() {
    let line = line("1.5", 100, "0", "13");
    let text = r#"{"quantity":"1.5","unit_price":{"minor":100,"currency":"CNY"},"discount":"0","tax":"13"}"#;
    assert_eq!(serde_json::to_string(&line).unwrap(), text);
    assert_eq!(serde_json::from_str::<Line>(text).unwrap(), line);
    let pricing = Pricing {
        discount: percents("5"),
        ..pricing(Rounding::PerDocument, true)
    };
    let text = r#"{"currency":"CNY","rounding":"per_document","mode":"half_up","tax_included":true,"discount":{"percent":"5"}}"#;
    assert_eq!(serde_json::to_string(&pricing).unwrap(), text);
    assert_eq!(serde_json::from_str::<Pricing>(text).unwrap(), pricing);
}

fn quantity() -> impl Strategy<Value = Quantity> {
    prop_oneof![
        (0i64..20).prop_map(|n| n * 1_000_000),
        (0i64..20).prop_map(|n| n * 100_000),
        (0i64..2_000).prop_map(|n| n * 10_000),
        0i64..5_000_000,
        0i64..1_000_000_000_000,
    ]
    .prop_map(|millionths| Quantity::from_millionths(millionths).unwrap())
}

fn percent() -> impl Strategy<Value = Percent> {
    prop_oneof![
        4 => Just(0),
        2 => (0i64..=100).prop_map(|n| n * 10_000),
        1 => 0i64..=1_000_000,
        1 => Just(1_000_000),
    ]
    .prop_map(|parts| Percent::from_ten_thousandths(parts).unwrap())
}

/// Below a half, as taxes on sales are.
fn rate() -> impl Strategy<Value = Percent> {
    prop_oneof![
        8 => prop::sample::select(vec![0, 10_000, 30_000, 60_000, 90_000, 130_000, 88_750]),
        1 => 0i64..500_000,
    ]
    .prop_map(|parts| Percent::from_ten_thousandths(parts).unwrap())
}

fn any_line() -> impl Strategy<Value = Line> {
    let price = prop_oneof![0i64..4, 0i64..20, 0i64..100_000, 0i64..1_000_000_000];
    (quantity(), price, percent(), rate()).prop_map(|(quantity, minor, discount, tax)| Line {
        quantity,
        unit_price: cny(minor),
        discount,
        tax,
    })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    // Lines given more than once are equal, and still each has its own place.
    prop::collection::vec((any_line(), 1usize..3), 0..8).prop_map(|lines| {
        lines
            .into_iter()
            .flat_map(|(line, times)| vec![line; times])
            .collect()
    })
}

fn any_pricing() -> impl Strategy<Value = Pricing> {
    let discount = prop_oneof![
        Just(None),
        percent().prop_map(|percent| Some(DocumentDiscount::Percent(percent))),
        (0i64..3_000).prop_map(|minor| Some(DocumentDiscount::Amount(cny(minor)))),
    ];
    (any::<[bool; 3]>(), discount).prop_map(|([once, even, tax_included], discount)| Pricing {
        currency: Currency::Cny,
        rounding: if once {
            Rounding::PerDocument
        } else {
            Rounding::PerLine
        },
        mode: if even {
            RoundingMode::HalfEven
        } else {
            RoundingMode::HalfUp
        },
        tax_included,
        discount,
    })
}

/// The document added up; a discount of more than there is becomes one of less.
fn added_up(pricing: &mut Pricing, lines: &[Line]) -> Priced {
    if let Some(DocumentDiscount::Amount(sum)) = pricing.discount {
        let whole = Pricing {
            discount: None,
            ..*pricing
        };
        let before = whole.price(lines).unwrap();
        let most = before.subtotal.minor - before.discount_total.minor;
        pricing.discount = Some(DocumentDiscount::Amount(cny(sum.minor % (most + 1))));
    }
    pricing.price(lines).unwrap()
}

/// What a line's own discount leaves, over [`FINE`].
fn left(line: &Line) -> i128 {
    i128::from(line.quantity.millionths())
        * i128::from(line.unit_price.minor)
        * (MILLION - i128::from(line.discount.ten_thousandths()))
}

fn millionths(rate: Percent) -> i128 {
    i128::from(rate.ten_thousandths())
}

/// The nearest whole number, worked out with remainders doubled and halves told apart.
fn rounded(mode: RoundingMode, numerator: i128, denominator: i128) -> i128 {
    let below = numerator.div_euclid(denominator);
    let twice = 2 * (numerator - below * denominator);
    let up = twice > denominator
        || (twice == denominator && (mode == RoundingMode::HalfUp || below % 2 != 0));
    if up { below + 1 } else { below }
}

fn sum(amounts: impl Iterator<Item = Amount>) -> i64 {
    amounts.map(|amount| amount.minor).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn everything_adds_up(lines in lines(), mut pricing in any_pricing()) {
        let priced = added_up(&mut pricing, &lines);
        prop_assert_eq!(priced.lines.len(), lines.len());
        for at in 0..5 {
            let column: i64 = priced.lines.iter().map(|line| columns(line)[at]).sum();
            prop_assert_eq!(column, totals(&priced)[at]);
        }
        prop_assert_eq!(sum(priced.by_rate.iter().map(|of| of.net)), priced.net_total.minor);
        prop_assert_eq!(sum(priced.by_rate.iter().map(|of| of.tax)), priced.tax_total.minor);
        for of in &priced.by_rate {
            let of_rate = || priced.lines.iter().zip(&lines).filter(|(_, line)| line.tax == of.rate);
            prop_assert_eq!(sum(of_rate().map(|(line, _)| line.net)), of.net.minor);
            prop_assert_eq!(sum(of_rate().map(|(line, _)| line.tax)), of.tax.minor);
        }
        for (priced, line) in priced.lines.iter().zip(&lines) {
            let [subtotal, discount, net, tax, gross] = columns(priced);
            prop_assert_eq!(net + tax, gross);
            prop_assert_eq!(subtotal - discount, if pricing.tax_included { gross } else { net });
            prop_assert!(columns(priced).iter().all(|minor| *minor >= 0), "{:?} of {:?}", priced, line);
            prop_assert!(line.tax != Percent::ZERO || tax == 0);
        }
    }

    #[test]
    fn each_line_can_be_checked_by_hand(lines in lines(), mut pricing in any_pricing()) {
        pricing.rounding = Rounding::PerLine;
        pricing.discount = None;
        let priced = pricing.price(&lines).unwrap();
        for (priced, line) in priced.lines.iter().zip(&lines) {
            let amount = rounded(pricing.mode, left(line), FINE);
            let rate = millionths(line.tax);
            let (net, tax) = if pricing.tax_included {
                let net = rounded(pricing.mode, amount * MILLION, MILLION + rate);
                (net, amount - net)
            } else {
                (amount, rounded(pricing.mode, amount * rate, MILLION))
            };
            prop_assert_eq!((i128::from(priced.net.minor), i128::from(priced.tax.minor)), (net, tax));
        }
    }

    #[test]
    fn rounding_once_is_near_what_is_exact(lines in lines(), mut pricing in any_pricing()) {
        pricing.rounding = Rounding::PerDocument;
        let priced = added_up(&mut pricing, &lines);
        let all: i128 = lines.iter().map(left).sum();
        let before = rounded(pricing.mode, all, FINE);
        let off = match pricing.discount {
            None => 0,
            Some(DocumentDiscount::Amount(sum)) => i128::from(sum.minor),
            Some(DocumentDiscount::Percent(percent)) =>
                rounded(pricing.mode, all * millionths(percent), FINE * MILLION).min(before),
        };
        // Over FINE times MILLION, to the half of a minor unit.
        let unit = FINE * MILLION;
        let near = |minor: i64, exact: i128, room: i128| (i128::from(minor) * unit - exact).abs() <= room;
        let amount = if pricing.tax_included { priced.total } else { priced.net_total };
        prop_assert_eq!(i128::from(amount.minor), before - off);
        prop_assert!(near(amount.minor, (all - off * FINE) * MILLION, unit / 2));
        if !pricing.tax_included {
            // Less than one away even so, but for halves that meet.
            let tax: i128 = lines.iter().map(|line| left(line) * millionths(line.tax)).sum();
            if off == 0 {
                prop_assert!(near(priced.tax_total.minor, tax, unit / 2));
                let room = if (2 * all * MILLION) % unit == 0 && (2 * tax) % unit == 0 { unit } else { unit - 1 };
                prop_assert!(near(priced.total.minor, all * MILLION + tax, room));
            } else {
                let kept = 1.0 - (off * FINE) as f64 / all as f64;
                let away = priced.tax_total.minor as f64 - tax as f64 / unit as f64 * kept.max(0.0);
                prop_assert!(away.abs() < 0.501, "{}", away);
            }
        }
    }

    #[test]
    fn order_does_not_matter(lines in lines(), mut pricing in any_pricing(), seed: u64) {
        let priced = added_up(&mut pricing, &lines);
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let shuffled: Vec<Line> = order.iter().map(|at| lines[*at]).collect();
        let again = pricing.price(&shuffled).unwrap();
        prop_assert_eq!(totals(&again), totals(&priced));
        prop_assert_eq!(&again.by_rate, &priced.by_rate);
        let sorted = |lines: &[Line], priced: &Priced| {
            let mut all: Vec<(Line, [i64; 5])> = lines.iter().copied().zip(priced.lines.iter().map(columns)).collect();
            all.sort_unstable();
            all
        };
        prop_assert_eq!(sorted(&shuffled, &again), sorted(&lines, &priced));
    }

    #[test]
    fn cutting_a_line_in_two_moves_little(lines in lines(), which: prop::sample::Index, mut pricing in any_pricing()) {
        if lines.is_empty() {
            return Ok(());
        }
        let mut whole = lines;
        let at = which.index(whole.len());
        let half = Quantity::from_millionths(whole[at].quantity.millionths() / 2).unwrap();
        whole[at].quantity = Quantity::from_millionths(half.millionths() * 2).unwrap();
        let mut cut = whole.clone();
        cut[at].quantity = half;
        cut.push(cut[at]);
        if pricing.rounding == Rounding::PerLine {
            pricing.discount = None;
        }
        let (whole, cut) = (added_up(&mut pricing, &whole), pricing.price(&cut).unwrap());
        if pricing.rounding == Rounding::PerDocument {
            prop_assert_eq!(totals(&whole), totals(&cut));
            prop_assert_eq!(whole.by_rate, cut.by_rate);
        } else {
            let moved = |a: Amount, b: Amount| (a.minor - b.minor).abs();
            prop_assert!(moved(whole.subtotal, cut.subtotal) <= 1);
            prop_assert!(moved(whole.tax_total, cut.tax_total) <= 1);
            // What is rounded first moves by one at most; see above why their sum can move by two.
            if pricing.tax_included {
                prop_assert!(moved(whole.total, cut.total) <= 1);
            } else {
                prop_assert!(moved(whole.net_total, cut.net_total) <= 1);
            }
        }
    }

    #[test]
    fn a_discount_of_the_whole_is_cut_exactly(lines in lines(), mut pricing in any_pricing(), part in 0.0f64..=1.0) {
        pricing.discount = None;
        let before = pricing.price(&lines).unwrap();
        let most = (before.subtotal.minor - before.discount_total.minor) as f64;
        let off = (most * part) as i64;
        pricing.discount = Some(DocumentDiscount::Amount(cny(off)));
        let after = pricing.price(&lines).unwrap();
        prop_assert_eq!(after.subtotal, before.subtotal);
        prop_assert_eq!(after.discount_total.minor - before.discount_total.minor, off);
        for (before, after) in before.lines.iter().zip(&after.lines) {
            let more = after.discount.minor - before.discount.minor;
            let left = before.subtotal.minor - before.discount.minor;
            prop_assert!(0 <= more && more <= left);
            // In proportion: less than one away from what is exact.
            if pricing.rounding == Rounding::PerLine {
                prop_assert!((more as f64 - left as f64 * off as f64 / most.max(1.0)).abs() < 1.001);
            }
        }
    }

    #[test]
    fn a_discount_of_everything_leaves_nothing(lines in lines(), mut pricing in any_pricing()) {
        pricing.discount = percents("100");
        let priced = pricing.price(&lines).unwrap();
        prop_assert_eq!(priced.total.minor, 0);
        prop_assert!(priced.lines.iter().all(|line| line.gross.minor == 0 && line.discount == line.subtotal));
    }

    #[test]
    fn never_panics(
        lines in prop::collection::vec((0..=Quantity::MAX.millionths(), any::<i64>(), 0i64..=1_000_000, 0i64..=1_000_000), 0..6),
        mut pricing in any_pricing(),
        off in prop::option::of(any::<i64>()),
    ) {
        let lines: Vec<Line> = lines.into_iter().map(|(quantity, minor, discount, tax)| Line {
            quantity: Quantity::from_millionths(quantity).unwrap(),
            unit_price: cny(minor),
            discount: Percent::from_ten_thousandths(discount).unwrap(),
            tax: Percent::from_ten_thousandths(tax).unwrap(),
        }).collect();
        if let Some(off) = off {
            pricing.discount = Some(DocumentDiscount::Amount(cny(off)));
        }
        if let Ok(Priced { total, .. }) = pricing.price(&lines) {
            prop_assert!((0..1 << 53).contains(&total.minor));
        }
    }
}

/// As large as amounts get, with everything that multiplies.
#[test]
fn the_largest_amounts_stay_exact() {
    let most = (1i64 << 53) - 1;
    for rounding in [Rounding::PerLine, Rounding::PerDocument] {
        for tax_included in [false, true] {
            let whole = Pricing {
                discount: percents("50.0001"),
                ..pricing(rounding, tax_included)
            };
            let lines = [
                line("0.5", most, "0.0001", "99.9999"),
                line("0.499999", most, "0", "100"),
            ];
            let priced = whole.price(&lines).unwrap();
            let TaxOfRate { net, tax, .. } = priced.by_rate[1];
            let gross = i128::from(net.minor) + i128::from(tax.minor);
            assert!((gross - 2 * i128::from(net.minor)).abs() <= 1);
            assert_eq!(
                priced.total.minor,
                priced.net_total.minor + priced.tax_total.minor
            );
        }
    }
}
