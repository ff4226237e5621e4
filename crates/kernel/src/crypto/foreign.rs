//! Digests and signatures of documents that others made: SAML responses. Verified here, never made here.

use aws_lc_rs::{digest, signature};

use super::CryptoError;

/// A digest a foreign document may name. SHA-1 is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignDigest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl ForeignDigest {
    /// The digest of `data`.
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, data).as_ref().to_vec()
    }
}

/// A public-key signature a foreign document may carry. There is no symmetric one, so that a public key can never be
/// taken for a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignSignature {
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 8192 bits.
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384, keys of 2048 to 8192 bits.
    RsaSha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512, keys of 2048 to 8192 bits.
    RsaSha512,
    /// ECDSA on P-256 with SHA-256; the signature is r and s, 32 bytes each.
    EcdsaP256Sha256,
}

impl ForeignSignature {
    /// Verifies `signature` over `message` with the key of a DER SubjectPublicKeyInfo (RFC 5280).
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when the signature is not by this key, or the key is of another kind or too short.
    pub fn verify(self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let algorithm: &dyn signature::VerificationAlgorithm = match self {
            Self::RsaSha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::RsaSha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::RsaSha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            Self::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_FIXED,
        };
        signature::UnparsedPublicKey::new(algorithm, key)
            .verify(message, signature)
            .map_err(|_| CryptoError::DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// RFC 7515, appendix A.2.
    const RSA_MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const RSA_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const RSA_MESSAGE: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    fn rsa_key() -> Vec<u8> {
        let mut key =
            hex::decode("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
                .unwrap();
        key.extend(URL_SAFE_NO_PAD.decode(RSA_MODULUS).unwrap());
        key.extend([2, 3, 1, 0, 1]);
        key
    }

    /// RFC 6979, appendix A.2.5: message "sample" with SHA-256.
    fn ec_key() -> Vec<u8> {
        hex::decode(concat!(
            "3059301306072a8648ce3d020106082a8648ce3d030107034200",
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        ))
        .unwrap()
    }

    fn ec_signature() -> Vec<u8> {
        hex::decode(concat!(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ))
        .unwrap()
    }

    #[test]
    fn official_vectors_verify() {
        let signature = URL_SAFE_NO_PAD.decode(RSA_SIGNATURE).unwrap();
        ForeignSignature::RsaSha256
            .verify(&rsa_key(), RSA_MESSAGE, &signature)
            .unwrap();
        ForeignSignature::EcdsaP256Sha256
            .verify(&ec_key(), b"sample", &ec_signature())
            .unwrap();
    }

    #[test]
    fn another_message_key_algorithm_or_signature_does_not() {
        let rsa = URL_SAFE_NO_PAD.decode(RSA_SIGNATURE).unwrap();
        let refused =
            |algorithm: ForeignSignature, key: &[u8], message: &[u8], signature: &[u8]| {
                algorithm.verify(key, message, signature).is_err()
            };
        assert!(refused(ForeignSignature::RsaSha256, &rsa_key(), b"x", &rsa));
        assert!(refused(
            ForeignSignature::RsaSha512,
            &rsa_key(),
            RSA_MESSAGE,
            &rsa
        ));
        assert!(refused(
            ForeignSignature::RsaSha256,
            &ec_key(),
            RSA_MESSAGE,
            &rsa
        ));
        assert!(refused(
            ForeignSignature::EcdsaP256Sha256,
            &rsa_key(),
            b"sample",
            &ec_signature()
        ));
        assert!(refused(
            ForeignSignature::EcdsaP256Sha256,
            &ec_key(),
            b"sample",
            &[0; 64]
        ));
        assert!(refused(
            ForeignSignature::EcdsaP256Sha256,
            &ec_key(),
            b"sample",
            &[]
        ));
    }

    /// FIPS 180-4, message "abc".
    #[test]
    fn digests_of_abc() {
        let text = |digest: ForeignDigest| hex::encode(digest.of(b"abc"));
        assert_eq!(
            text(ForeignDigest::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            text(ForeignDigest::Sha384),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        );
        assert_eq!(
            text(ForeignDigest::Sha512),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
    }
}
