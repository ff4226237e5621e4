//! One-time passwords.

use crate::support::Repeatable;
use custos_kernel::crypto::{TotpSecret, TotpStep};
use custos_values::Timestamp;

const SECRET: &[u8] = b"12345678901234567890";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// RFC 6238, appendix B, the SHA-1 column; six digits are the last six of the eight there.
const VECTORS: [(i64, &str); 6] = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
];

#[test]
fn accepts_the_published_codes_one_step_around_and_says_which_step() {
    let secret = TotpSecret::from_bytes(SECRET).unwrap();
    for (seconds, code) in VECTORS {
        let step = TotpStep(seconds / 30);
        for shift in [-30, 0, 30] {
            let answer = secret.check(code, at(seconds + shift), None);
            assert_eq!(answer, Some(step), "{seconds} {shift}");
        }
        for shift in [-60, 60] {
            assert_eq!(secret.check(code, at(seconds + shift), None), None);
        }
    }
}

#[test]
fn accepts_no_step_twice_nor_an_older_one() {
    let secret = TotpSecret::from_bytes(SECRET).unwrap();
    let (seconds, code) = VECTORS[3];
    let step = seconds / 30;
    let check = |last| secret.check(code, at(seconds), Some(TotpStep(last)));
    assert_eq!(check(step - 1), Some(TotpStep(step)));
    assert_eq!(check(step), None);
    assert_eq!(check(step + 1), None);
}

#[test]
fn refuses_what_is_not_six_digits() {
    let secret = TotpSecret::from_bytes(SECRET).unwrap();
    for code in [
        "",
        "28708",
        "2870820",
        "94287082",
        "28708x",
        " 287082",
        "２８７０８２",
    ] {
        assert_eq!(secret.check(code, at(59), None), None, "{code}");
    }
    assert_eq!(secret.check("287082", at(-59), None), None);
}

/// RFC 4648, section 10, "foobar" and its beginnings filled up with zero bytes; the symbols of the zeros follow.
#[test]
fn writes_base32_as_published() {
    let text = |begin: &[u8]| {
        let mut bytes = [0; 20];
        bytes[..begin.len()].copy_from_slice(begin);
        TotpSecret::from_bytes(&bytes).unwrap().to_base32()
    };
    assert_eq!(text(b"fooba"), format!("MZXW6YTB{}", "A".repeat(24)));
    assert_eq!(text(b"foobar"), format!("MZXW6YTBOI{}", "A".repeat(22)));
    assert_eq!(text(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(text(&[0xFF; 20]), "7".repeat(32));
}

#[test]
fn a_secret_has_twenty_bytes() {
    assert!(TotpSecret::from_bytes(&[0; 19]).is_none());
    assert!(TotpSecret::from_bytes(&[0; 21]).is_none());
    let secret = TotpSecret::generate(&Repeatable::new(1));
    assert_eq!(secret.as_bytes().len(), 20);
    assert_ne!(
        secret.as_bytes(),
        TotpSecret::generate(&Repeatable::new(2)).as_bytes()
    );
}
