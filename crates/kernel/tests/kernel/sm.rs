//! SM2, SM3 and SM4 against the published vectors and against OpenSSL. Those of SM4 itself are beside the cipher.

use crate::support::Repeatable;
use custos_kernel::crypto::{Sm2Key, hmac_sm3, sm2_verify, sm3};
use custos_values::Random;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::sign::Signer;

/// Random cases compared with the other implementation.
const CASES: usize = 10_000;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

/// GB/T 32905-2016, appendix A.
#[test]
fn sm3_gives_the_published_digests() {
    assert_eq!(
        hex::encode(sm3(b"abc")),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    assert_eq!(
        hex::encode(sm3("abcd".repeat(16).as_bytes())),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

/// GM/T 0042-2015, appendix D.3.
#[test]
fn hmac_sm3_gives_the_published_tags() {
    let text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
    let counting = |to: u8| (1..=to).collect::<Vec<u8>>();
    assert_eq!(
        hex::encode(hmac_sm3(&counting(32), text.as_bytes())),
        "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
    );
    assert_eq!(
        hex::encode(hmac_sm3(&counting(37), &[0xCD; 50])),
        "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"
    );
}

/// GB/T 32918.5-2017, appendix A.2: key, message and a signature under the curve that the standard recommends.
#[test]
fn sm2_knows_the_published_key_and_signature() {
    let key = bytes("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
    let key = Sm2Key::from_bytes(key.try_into().unwrap()).unwrap();
    let public = key.public();
    assert_eq!(
        hex::encode(public),
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
         ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    );
    let mut signature = bytes(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
         b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    );
    assert!(sm2_verify(&public, b"message digest", &signature));
    assert!(!sm2_verify(&public, b"message digesT", &signature));
    signature[63] ^= 1;
    assert!(!sm2_verify(&public, b"message digest", &signature));
    assert!(Sm2Key::from_bytes([0; 32]).is_none());
    assert!(Sm2Key::from_bytes([0xFF; 32]).is_none());
}

fn some(random: &Repeatable, up_to: u16) -> Vec<u8> {
    let mut length = [0; 2];
    random.fill(&mut length);
    let mut out = vec![0; usize::from(u16::from_be_bytes(length) % up_to)];
    random.fill(&mut out);
    out
}

#[test]
fn sm3_and_its_keyed_hash_agree_with_openssl() {
    let random = Repeatable::new(3);
    for _ in 0..CASES {
        let (mut key, text) = (some(&random, 200), some(&random, 400));
        // OpenSSL takes no empty key.
        key.push(1);
        let theirs = hash(MessageDigest::sm3(), &text).unwrap();
        assert_eq!(sm3(&text), *theirs);
        let key_of_theirs = PKey::hmac(&key).unwrap();
        let mut signer = Signer::new(MessageDigest::sm3(), &key_of_theirs).unwrap();
        let theirs = signer.sign_oneshot_to_vec(&text).unwrap();
        assert_eq!(hmac_sm3(&key, &text).as_slice(), theirs);
    }
}

fn group() -> EcGroup {
    EcGroup::from_curve_name(Nid::SM2).unwrap()
}

fn key_of_theirs(secret: &[u8; 32], public: &[u8]) -> PKey<Private> {
    let (group, mut context) = (group(), BigNumContext::new().unwrap());
    let point = EcPoint::from_bytes(&group, public, &mut context).unwrap();
    let number = BigNum::from_slice(secret).unwrap();
    let key = EcKey::from_private_components(&group, &number, &point).unwrap();
    key.check_key().unwrap();
    PKey::from_ec_key(key).unwrap()
}

/// What is signed (GB/T 32918.2, sections 5.5 and 6.1): the digest of who signs and the message.
fn to_be_signed(public: &[u8], message: &[u8]) -> Vec<u8> {
    let (mut p, mut a, mut b) = (
        BigNum::new().unwrap(),
        BigNum::new().unwrap(),
        BigNum::new().unwrap(),
    );
    let (group, mut context) = (group(), BigNumContext::new().unwrap());
    group
        .components_gfp(&mut p, &mut a, &mut b, &mut context)
        .unwrap();
    let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
    let base = group
        .generator_opt()
        .unwrap()
        .to_bytes(&group, form, &mut context)
        .unwrap();
    let identity = b"1234567812345678";
    let mut who = vec![0, 128];
    who.extend_from_slice(identity);
    who.extend(a.to_vec_padded(32).unwrap());
    who.extend(b.to_vec_padded(32).unwrap());
    who.extend_from_slice(&base[1..]);
    who.extend_from_slice(&public[1..]);
    let mut signed = hash(MessageDigest::sm3(), &who).unwrap().to_vec();
    signed.extend_from_slice(message);
    hash(MessageDigest::sm3(), &signed).unwrap().to_vec()
}

/// Either verifies what the other signed, and refuses it for another message.
#[test]
fn sm2_agrees_with_openssl() {
    let random = Repeatable::new(4);
    for _ in 0..CASES {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        let Some(key) = Sm2Key::from_bytes(seed) else {
            continue;
        };
        let (public, message) = (key.public(), some(&random, 100));
        let theirs = key_of_theirs(&seed, &public);
        let digest = to_be_signed(&public, &message);
        let ours = key.sign(&message).unwrap();
        let (r, s) = ours.split_at(32);
        let der = EcdsaSig::from_private_components(
            BigNum::from_slice(r).unwrap(),
            BigNum::from_slice(s).unwrap(),
        )
        .and_then(|signature| signature.to_der())
        .unwrap();
        let mut context = PkeyCtx::new(&theirs).unwrap();
        context.verify_init().unwrap();
        assert!(context.verify(&digest, &der).unwrap());
        let mut context = PkeyCtx::new(&theirs).unwrap();
        context.sign_init().unwrap();
        let mut der = Vec::new();
        context.sign_to_vec(&digest, &mut der).unwrap();
        let signature = EcdsaSig::from_der(&der).unwrap();
        let mut fixed = signature.r().to_vec_padded(32).unwrap();
        fixed.extend(signature.s().to_vec_padded(32).unwrap());
        assert!(sm2_verify(&public, &message, &fixed));
        assert!(!sm2_verify(&public, b"something else", &fixed));
    }
}
