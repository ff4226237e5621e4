//! Keys of devices against the examples of RFC 6979 (A.2.5) and RFC 7515 (A.3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_kernel::crypto::DeviceKey;
use proptest::prelude::*;

const X: &str = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
const Y: &str = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const SAMPLE: &str = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                      f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
const TEST: &str = "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367\
                    019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
/// The order of the group.
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

fn point(x: &str, y: &str) -> Vec<u8> {
    hex::decode(format!("04{x}{y}")).unwrap()
}

fn key() -> DeviceKey {
    DeviceKey::parse(&point(X, Y)).unwrap()
}

#[test]
fn examples_of_rfc_6979() {
    assert!(key().verify(b"sample", &hex::decode(SAMPLE).unwrap()));
    assert!(key().verify(b"test", &hex::decode(TEST).unwrap()));
    assert!(!key().verify(b"test", &hex::decode(SAMPLE).unwrap()));
    assert_eq!(key().as_bytes(), point(X, Y), "stored as it was given");
}

#[test]
fn example_of_rfc_7515() {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let mut bytes = vec![4];
    bytes.extend(decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"));
    bytes.extend(decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
    let signed = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y\
                  b290Ijp0cnVlfQ";
    let signature = decode(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );
    let key = DeviceKey::parse(&bytes).unwrap();
    assert!(key.verify(signed.as_bytes(), &signature));
}

#[test]
fn only_points_of_the_curve_in_one_spelling() {
    let good = point(X, Y);
    let mut elsewhere = good.clone();
    elsewhere[64] ^= 1;
    assert_eq!(DeviceKey::parse(&elsewhere), None);
    let mut compressed = good[..33].to_vec();
    compressed[0] = 3;
    assert_eq!(DeviceKey::parse(&compressed), None);
    for head in [0, 2, 3, 5, 6, 7] {
        let mut other = good.clone();
        other[0] = head;
        assert_eq!(DeviceKey::parse(&other), None, "{head}");
    }
    assert_eq!(DeviceKey::parse(&[]), None);
    assert_eq!(DeviceKey::parse(&[0]), None);
}

/// r and s must be between 1 and the order less 1 (FIPS 186-5, section 6.4.2).
#[test]
fn numbers_out_of_range_sign_nothing() {
    let half = |hex: &str| hex::decode(hex).unwrap();
    let (r, s) = (half(&SAMPLE[..64]), half(&SAMPLE[64..]));
    let zero = vec![0; 32];
    for (r, s) in [
        (&zero, &zero),
        (&zero, &s),
        (&r, &zero),
        (&half(ORDER), &s),
        (&r, &half(ORDER)),
        (&half(ORDER), &half(ORDER)),
    ] {
        assert!(!key().verify(b"sample", &[r.clone(), s.clone()].concat()));
    }
    let mut der = vec![0x30, 0x44, 2, 32];
    der.extend(&r);
    der.extend([2, 32]);
    der.extend(&s);
    assert!(!key().verify(b"sample", &der), "one form of signature only");
}

proptest! {
    #[test]
    fn a_flipped_bit_anywhere_is_seen(bit in 0usize..512, message in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut signature = hex::decode(SAMPLE).unwrap();
        prop_assert!(message == b"sample" || !key().verify(&message, &signature));
        signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!key().verify(b"sample", &signature));
    }
}
