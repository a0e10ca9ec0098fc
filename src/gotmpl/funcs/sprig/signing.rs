//! RSA signatures: PKCS #1 v1.5 with SHA-256 (RFC 8017, 8.2), by the remainders modulo the key's two primes.
//!
//! What [`keys`](super::keys) signs with. AWS-LC blinds each signature with randomness of its own, and gathers 40 ms for it
//! before the first one: longer than most renderings take.

use aws_lc_rs::digest::{SHA256, digest};
use num_bigint::BigUint;

use super::der::{INTEGER, Reader, SEQUENCE};
use super::lanes::{self, WIDTH};
use super::montgomery::{Modulus, Words};

/// The algorithm in front of a digest of SHA-256 (RFC 8017, 9.2, note 1).
const SHA256_PREFIX: &[u8] = &[0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 32];

/// The numbers of a private key (RFC 8017, A.1.2), without the private exponent itself.
struct Numbers {
    modulus: BigUint,
    public: BigUint,
    /// Two primes of the same size.
    primes: [BigUint; 2],
    exponents: [BigUint; 2],
    /// One over the second prime, modulo the first.
    coefficient: BigUint,
}

impl Numbers {
    fn read(pkcs1: &[u8]) -> Option<Self> {
        let mut fields = Reader(Reader(pkcs1).expect(SEQUENCE)?.content);
        let mut next = || Some(BigUint::from_bytes_be(fields.expect(INTEGER)?.content));
        let (_version, modulus, public, _private) = (next()?, next()?, next()?, next()?);
        Some(Self { modulus, public, primes: [next()?, next()?], exponents: [next()?, next()?], coefficient: next()? })
    }

    /// A number to the power of the private exponent.
    fn raised<const N: usize, const L: usize>(&self, number: &BigUint) -> BigUint {
        let moduli = self.primes.each_ref().map(words::<N>);
        let exponents = self.exponents.each_ref().map(words::<N>);
        let bases = self.primes.each_ref().map(|prime| words::<N>(&(number % prime)));
        let lanes = lanes::powers::<N, L>(&spread(&bases), &spread(&exponents), &spread(&moduli));
        let [of_first, of_second] = match lanes {
            Some([first, second, ..]) => [first, second],
            None => std::array::from_fn(|at| Modulus::new(moduli[at]).power(&bases[at], &exponents[at])),
        }
        .map(|words| number_of(&words));
        let [first, second] = &self.primes;
        let difference = of_first + first - &of_second % first;
        of_second + difference * &self.coefficient % first * second
    }

    /// Whether the public exponent leads from a signature back to what was signed. It is short: squares and remainders are
    /// faster than what a power would prepare.
    fn undoes(&self, signature: &BigUint, signed: &BigUint) -> bool {
        let mut power = BigUint::from(1u8);
        for at in (0..self.public.bits()).rev() {
            power = &power * &power % &self.modulus;
            if self.public.bit(at) {
                power = power * signature % &self.modulus;
            }
        }
        power == *signed
    }
}

/// The signature of a message by a key in PKCS #1; `None` for keys whose primes aren't two of 1,024, 1,536 or 2,048 bits.
///
/// # Errors
/// Where the key's numbers don't belong together.
pub(super) fn signature(pkcs1: &[u8], message: &[u8]) -> Option<Result<Vec<u8>, &'static str>> {
    let numbers = Numbers::read(pkcs1)?;
    let size = usize::try_from(numbers.modulus.bits()).ok()? / 8;
    if numbers.primes.iter().any(|prime| !prime.bit(0) || prime.bits() != size as u64 * 4) {
        return None;
    }
    let digest = digest(&SHA256, message);
    let filler = vec![0xff; size.checked_sub(3 + SHA256_PREFIX.len() + digest.as_ref().len())?];
    let padded = [&[0, 1], filler.as_slice(), &[0], SHA256_PREFIX, digest.as_ref()].concat();
    let padded = BigUint::from_bytes_be(&padded);
    let signature = match size {
        256 => numbers.raised::<16, 20>(&padded),
        384 => numbers.raised::<24, 30>(&padded),
        512 => numbers.raised::<32, 40>(&padded),
        _ => return None,
    };
    // a signature that is wrong for one prime only gives the key away
    if !numbers.undoes(&signature, &padded) {
        return Some(Err("rsa: internal error"));
    }
    let bytes = signature.to_bytes_be();
    Some(Ok([vec![0; size.saturating_sub(bytes.len())], bytes].concat()))
}

fn words<const N: usize>(number: &BigUint) -> Words<N> {
    let mut digits = number.iter_u64_digits();
    std::array::from_fn(|_| digits.next().unwrap_or(0))
}

/// The number of some words.
pub(super) fn number_of<const N: usize>(words: &Words<N>) -> BigUint {
    BigUint::from_bytes_le(words.map(u64::to_le_bytes).as_flattened())
}

/// Two numbers in eight lanes.
fn spread<const N: usize>(two: &[Words<N>; 2]) -> [Words<N>; WIDTH] {
    std::array::from_fn(|lane| two[lane % 2])
}
