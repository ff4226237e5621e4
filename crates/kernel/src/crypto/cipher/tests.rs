use super::*;

/// RFC 8998, appendix A.1.
#[test]
fn sm4_gcm_gives_the_published_ciphertext() {
    let hex = |text: &str| hex::decode(text).unwrap();
    let key: [u8; 16] = hex("0123456789abcdeffedcba9876543210").try_into().unwrap();
    let nonce: [u8; 12] = hex("00001234567800000000abcd").try_into().unwrap();
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let plain = hex(concat!(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd",
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    ));
    let cipher = Cipher::sm4(&key);
    let mut text = plain.clone();
    let tag = cipher.seal(&nonce, &aad, &mut text);
    assert_eq!(
        hex::encode(&text),
        concat!(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        )
    );
    assert_eq!(hex::encode(tag), "83de3541e4c2b58177e065a9bf7b62ec");
    text.extend(tag);
    assert_eq!(cipher.open(&nonce, &aad, &text), Some(plain));
    text[3] ^= 1;
    assert_eq!(cipher.open(&nonce, &aad, &text), None);
}

/// GB/T 32907-2016, appendix A.1 and A.2.
#[test]
fn sm4_gives_the_published_blocks() {
    use sm4::cipher::BlockCipherEncrypt;
    let key: [u8; 16] = hex::decode("0123456789abcdeffedcba9876543210")
        .unwrap()
        .try_into()
        .unwrap();
    let cipher = Sm4::new(&key.into());
    let mut block = key.into();
    cipher.encrypt_block(&mut block);
    assert_eq!(hex::encode(block), "681edf34d206965e86b3e94f536e4246");
    for _ in 1..1_000_000 {
        cipher.encrypt_block(&mut block);
    }
    assert_eq!(hex::encode(block), "595298c7c6fd271f0402f804c33d3f66");
}

/// GHASH as NIST SP 800-38D, section 6.4, writes it: bit by bit.
fn ghash(h: u128, data: &[u8]) -> u128 {
    data.chunks(16).fold(0, |state, chunk| {
        let mut block = [0; 16];
        block[..chunk.len()].copy_from_slice(chunk);
        let x = state ^ u128::from_be_bytes(block);
        let (mut z, mut v) = (0, h);
        for i in 0..128 {
            if (x >> (127 - i)) & 1 == 1 {
                z ^= v;
            }
            let low = v & 1;
            v >>= 1;
            if low == 1 {
                v ^= 0xE1 << 120;
            }
        }
        z
    })
}

/// OpenSSL 3.0 has SM4 in counter mode but not in Galois/counter mode: the ciphertext and the cipher within the tag are
/// theirs, the hash within the tag is that of the standard's text.
#[test]
fn sm4_gcm_agrees_with_openssl_on_ten_thousand_cases() {
    use openssl::symm::{Cipher as Theirs, encrypt};
    let mut state = 5_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize
    };
    for _ in 0..10_000 {
        let mut some = |length: usize| (0..length).map(|_| next() as u8).collect::<Vec<u8>>();
        let key: [u8; 16] = some(16).try_into().unwrap();
        let nonce: [u8; 12] = some(12).try_into().unwrap();
        let lengths = some(2);
        let (aad, plain) = (some(lengths[0].into()), some(lengths[1].into()));
        let mut ours = plain.clone();
        let tag = Cipher::sm4(&key).seal(&nonce, &aad, &mut ours);

        let block = |count: u32| [&nonce[..], &count.to_be_bytes()].concat();
        let theirs = encrypt(Theirs::sm4_ctr(), &key, Some(&block(2)), &plain).unwrap();
        assert_eq!(ours, theirs);
        let one = |iv: &[u8]| {
            let out = encrypt(Theirs::sm4_ctr(), &key, Some(iv), &[0; 16]).unwrap();
            u128::from_be_bytes(out.try_into().unwrap())
        };
        let mut hashed = aad.clone();
        hashed.resize(aad.len().next_multiple_of(16), 0);
        hashed.extend_from_slice(&theirs);
        hashed.resize(hashed.len().next_multiple_of(16), 0);
        hashed.extend((aad.len() as u64 * 8).to_be_bytes());
        hashed.extend((plain.len() as u64 * 8).to_be_bytes());
        let expected = ghash(one(&[0; 16]), &hashed) ^ one(&block(1));
        assert_eq!(tag, expected.to_be_bytes());
    }
}
