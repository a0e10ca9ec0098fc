//! Private keys: made, read from PEM, written as PEM, and signing.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, RsaKeyPair,
};

use num_bigint::BigUint;

use super::der::{INTEGER, OCTET_STRING, Reader, SEQUENCE, constructed, element, read_pem, unsigned, write_pem};
use super::primes::EXPONENT;
use super::{euclid, keymaker, signing};
use crate::gotmpl::World;

/// What went wrong where nothing was said about it.
const UNKNOWN: &str = "crypto failure";

/// A private key.
#[derive(Debug)]
pub(super) enum PrivateKey {
    /// With its PKCS #1 form.
    Rsa(RsaKeyPair, Vec<u8>),
    /// With its SEC 1 form.
    Ecdsa(EcdsaKeyPair, Vec<u8>),
    /// With its PKCS #8 form.
    Ed25519(Ed25519KeyPair, Vec<u8>),
    /// As OpenSSL writes it; it signs nothing here.
    Dsa(Vec<u8>),
}

/// Algorithm identifiers of signatures.
const SHA256_WITH_RSA: &[u8] = &[0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0];
const ECDSA_WITH_SHA256: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_WITH_SHA384: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const ECDSA_WITH_SHA512: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
const ED25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];

/// The key inside PKCS #8, and the bytes of its algorithm's identifier.
fn unwrapped(pkcs8: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut inside = Reader(Reader(pkcs8).expect(SEQUENCE)?.content);
    inside.expect(INTEGER)?;
    let algorithm = inside.expect(SEQUENCE)?.content;
    Some((inside.expect(OCTET_STRING)?.content, algorithm))
}

/// Sizes of new RSA keys.
#[derive(Debug, Clone, Copy)]
pub(super) enum RsaSize {
    /// Of certificates.
    Bits2048,
    /// Of `genPrivateKey`.
    Bits4096,
}

/// The PKCS #1 form of the key of two primes, the private exponent by FIPS 186-5, A.1.1; `None` where that is too small.
#[expect(clippy::arithmetic_side_effects, reason = "numbers grow as needed; p and q are large primes, so nothing below them is 0")]
fn rsa_from([p, q]: [BigUint; 2]) -> Option<Vec<u8>> {
    let exponent = BigUint::from(EXPONENT);
    let [less_p, less_q] = [&p - 1u8, &q - 1u8];
    let private = exponent.modinv(&(&less_p / euclid::common_divisor(&less_p, &less_q) * &less_q))?;
    if private.bits() <= p.bits() {
        return None;
    }
    let (of_p, of_q, inverse) = (&private % less_p, &private % less_q, euclid::inverse(&q, &p)?);
    let numbers = [BigUint::ZERO, &p * &q, exponent, private, p, q, of_p, of_q, inverse];
    let numbers = numbers.map(|number| unsigned(&number.to_bytes_be()));
    Some(constructed(SEQUENCE, &numbers.each_ref().map(Vec::as_slice)))
}

impl PrivateKey {
    /// A new RSA key of that size. Not reproducible even from the same random bytes: threads race for its primes.
    ///
    /// # Errors
    /// Where the world's randomness is none.
    pub(super) fn new_rsa(world: &dyn World, size: RsaSize) -> Result<Self, String> {
        let random = |buffer: &mut [u8]| world.random(buffer);
        let key = match (size, world.key_maker()) {
            (RsaSize::Bits2048, Some(maker)) => maker.key(),
            (RsaSize::Bits2048, None) => keymaker::make::<16, 20>(&random),
            (RsaSize::Bits4096, _) => keymaker::make::<32, 40>(&random),
        };
        key.ok_or_else(|| UNKNOWN.to_owned())
    }

    /// The RSA key of two primes; `None` where they don't suit.
    pub(super) fn of_primes(primes: [BigUint; 2]) -> Option<Self> {
        Self::from_pkcs1(&rsa_from(primes)?).ok()
    }

    /// A new ECDSA key on P-256.
    ///
    /// # Errors
    /// Where the world's randomness is none.
    pub(super) fn new_ecdsa(world: &dyn World) -> Result<Self, String> {
        const P256: &[u8] = &[0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
        // Nearly every number of 32 bytes is a private key; the library refuses the others.
        for _ in 0..100 {
            let mut scalar = [0; 32];
            world.random(&mut scalar);
            let sec1 = constructed(SEQUENCE, &[&[INTEGER, 1, 1], &element(OCTET_STRING, &scalar), P256]);
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, &sec1) {
                return Self::of_ecdsa(pair);
            }
        }
        Err(UNKNOWN.to_owned())
    }

    fn of_ecdsa(pair: EcdsaKeyPair) -> Result<Self, String> {
        let sec1 = pair.private_key().as_der().map_err(|_| UNKNOWN)?.as_ref().to_vec();
        Ok(PrivateKey::Ecdsa(pair, sec1))
    }

    /// A new Ed25519 key.
    ///
    /// # Errors
    /// Where the library fails.
    pub(super) fn new_ed25519(world: &dyn World) -> Result<Self, String> {
        let mut seed = [0; 32];
        world.random(&mut seed);
        Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| UNKNOWN.to_owned()).and_then(Self::of_ed25519)
    }

    fn of_ed25519(pair: Ed25519KeyPair) -> Result<Self, String> {
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| UNKNOWN)?.as_ref().to_vec();
        Ok(PrivateKey::Ed25519(pair, pkcs8))
    }

    /// The key in PEM.
    ///
    /// # Errors
    /// Sprig's texts; the causes inside PKCS #1, SEC 1 and PKCS #8 are not worded as Go's.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, String> {
        let block = read_pem(text).ok_or("no PEM data in input")?;
        if block.label == "PRIVATE KEY" {
            return Self::from_pkcs8(&block.bytes).map_err(|cause| format!("decoding PEM as PKCS#8: {cause}"));
        }
        let Some(kind) = block.label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {}", block.label));
        };
        match kind {
            "RSA" => Self::from_pkcs1(&block.bytes).map_err(|cause| format!("parsing RSA private key from PEM: {cause}")),
            "EC" => Self::from_ec(&block.bytes).map_err(|cause| format!("parsing EC private key from PEM: {cause}")),
            "DSA" => match Reader(&block.bytes).expect(SEQUENCE) {
                Some(_) => Ok(PrivateKey::Dsa(block.bytes)),
                None => Err("parsing DSA private key from PEM: asn1: structure error: tags don't match".to_owned()),
            },
            other => Err(format!("invalid private key type {other}")),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, String> {
        let pair = RsaKeyPair::from_der(der).map_err(|error| format!("x509: failed to parse private key: {error}"))?;
        Ok(PrivateKey::Rsa(pair, der.to_vec()))
    }

    fn from_ec(der: &[u8]) -> Result<Self, String> {
        let curves = [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING];
        let pair = curves.iter().find_map(|curve| EcdsaKeyPair::from_private_key_der(curve, der).ok());
        pair.ok_or_else(|| "x509: failed to parse EC private key".to_owned()).and_then(Self::of_ecdsa)
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, String> {
        const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        let (inside, algorithm) = unwrapped(der).ok_or("asn1: structure error: tags don't match")?;
        if algorithm.starts_with(RSA) {
            return Self::from_pkcs1(inside);
        }
        match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            Ok(pair) => Self::of_ed25519(pair),
            Err(_) => Self::from_ec(der),
        }
    }

    /// The key in PEM, each kind in the form that Sprig writes it in.
    pub(super) fn to_pem(&self) -> String {
        match self {
            PrivateKey::Rsa(_, der) => write_pem("RSA PRIVATE KEY", der),
            PrivateKey::Ecdsa(_, der) => write_pem("EC PRIVATE KEY", der),
            PrivateKey::Ed25519(_, der) => write_pem("PRIVATE KEY", der),
            PrivateKey::Dsa(der) => write_pem("DSA PRIVATE KEY", der),
        }
    }

    /// The public key with its algorithm: `SubjectPublicKeyInfo`. `None` for DSA.
    pub(super) fn public_key(&self) -> Option<Vec<u8>> {
        let der: PublicKeyX509Der<'_> = match self {
            PrivateKey::Rsa(pair, _) => pair.public_key().as_der(),
            PrivateKey::Ecdsa(pair, _) => pair.public_key().as_der(),
            PrivateKey::Ed25519(pair, _) => pair.public_key().as_der(),
            PrivateKey::Dsa(_) => return None,
        }
        .ok()?;
        Some(der.as_ref().to_vec())
    }

    /// The identifier of the algorithm that [`PrivateKey::sign`] uses.
    pub(super) fn signature_algorithm(&self) -> &'static [u8] {
        match self {
            PrivateKey::Rsa(..) => SHA256_WITH_RSA,
            PrivateKey::Ecdsa(pair, _) if pair.algorithm() == &ECDSA_P384_SHA384_ASN1_SIGNING => ECDSA_WITH_SHA384,
            PrivateKey::Ecdsa(pair, _) if pair.algorithm() == &ECDSA_P521_SHA512_ASN1_SIGNING => ECDSA_WITH_SHA512,
            PrivateKey::Ecdsa(..) => ECDSA_WITH_SHA256,
            PrivateKey::Ed25519(..) | PrivateKey::Dsa(_) => ED25519,
        }
    }

    /// The signature of a message. ECDSA needs a random number for it, which the library takes from nobody.
    ///
    /// # Errors
    /// DSA keys sign nothing.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            PrivateKey::Rsa(pair, der) => {
                if let Some(signature) = signing::signature(der, message) {
                    return Ok(signature?);
                }
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).map_err(|_| UNKNOWN)?;
                Ok(signature)
            }
            PrivateKey::Ecdsa(pair, _) => Ok(pair.sign(&SystemRandom::new(), message).map_err(|_| UNKNOWN)?.as_ref().to_vec()),
            PrivateKey::Ed25519(pair, _) => Ok(pair.sign(message).as_ref().to_vec()),
            PrivateKey::Dsa(_) => Err(NO_SIGNER.to_owned()),
        }
    }
}

/// What Go says of a key that can't sign.
pub(super) const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};

    use super::{PrivateKey, RsaSize, signing, write_pem};
    use crate::gotmpl::funcs::sprig::tests::Fixed;

    #[test]
    fn rsa_keys_sign_what_their_public_half_verifies() {
        let key = PrivateKey::new_rsa(&Fixed, RsaSize::Bits2048).unwrap();
        let signature = key.sign(b"message").unwrap();
        let PrivateKey::Rsa(pair, _) = &key else { panic!("another kind") };
        assert_eq!(pair.public_modulus_len(), 256);
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key()).verify(b"message", &signature).unwrap();
    }

    #[test]
    fn signatures_are_those_of_the_library() {
        for size in [KeySize::Rsa2048, KeySize::Rsa3072, KeySize::Rsa4096] {
            let pair = RsaKeyPair::generate(size).unwrap();
            let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
            let key = PrivateKey::from_pem(write_pem("PRIVATE KEY", pkcs8.as_ref()).as_bytes()).unwrap();
            let PrivateKey::Rsa(_, pkcs1) = &key else { panic!("another kind") };
            for message in [&b""[..], b"message"] {
                let mut wanted = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut wanted).unwrap();
                assert_eq!(signing::signature(pkcs1, message), Some(Ok(wanted)));
            }
        }
    }

    #[test]
    fn keys_are_read_back() {
        for key in [PrivateKey::new_rsa(&Fixed, RsaSize::Bits2048), PrivateKey::new_ecdsa(&Fixed), PrivateKey::new_ed25519(&Fixed)] {
            let key = key.unwrap();
            let again = PrivateKey::from_pem(key.to_pem().as_bytes()).unwrap();
            assert_eq!(key.to_pem(), again.to_pem());
            assert_eq!(key.public_key(), again.public_key());
        }
    }

    #[test]
    fn what_is_no_key_says_so() {
        let error = |text: &str| PrivateKey::from_pem(text.as_bytes()).err().unwrap();
        assert_eq!(error("x"), "no PEM data in input");
        assert_eq!(error("-----BEGIN X-----\nAAAA\n-----END X-----\n"), "no private key data in PEM block of type X");
        assert_eq!(error("-----BEGIN X PRIVATE KEY-----\nAAAA\n-----END X PRIVATE KEY-----\n"), "invalid private key type X");
    }
}
