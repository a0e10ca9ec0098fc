//! DSA keys of 2,048 and 256 bits, which only `genPrivateKey "dsa"` still makes.

use num_bigint::BigUint;

use super::der::{SEQUENCE, constructed, unsigned};
use crate::gotmpl::World;

/// Rounds of Miller and Rabin; an error is less likely than 4 to minus this.
const ROUNDS: usize = 32;
/// Candidates for a prime; one in a thousand is one, where the bytes are random.
const CANDIDATES: usize = 50_000;

/// A new key as OpenSSL writes it: 0, p, q, g, y, x.
///
/// # Errors
/// Where there is no randomness.
#[expect(clippy::arithmetic_side_effects, reason = "numbers grow as needed; p and q are primes, so one less is above 0")]
pub(super) fn generate(world: &dyn World) -> Result<Vec<u8>, String> {
    let small = small_primes();
    let q = (0..CANDIDATES).map(|_| random_bits(world, 256) | BigUint::from(1u8)).find(|candidate| is_prime(world, candidate, &small));
    let q = q.ok_or(NO_RANDOMNESS)?;
    let twice = &q * 2u8;
    let p = (0..CANDIDATES)
        .map(|_| random_bits(world, 2048))
        // made one more than a multiple of 2q
        .map(|candidate| &candidate - &candidate % &twice + 1u8)
        .find(|candidate| candidate.bits() == 2048 && is_prime(world, candidate, &small));
    let p = p.ok_or(NO_RANDOMNESS)?;
    let cofactor = (&p - 1u8) / &q;
    let one = BigUint::from(1u8);
    let g = (2u8..).map(|base| BigUint::from(base).modpow(&cofactor, &p)).find(|g| *g != one).ok_or("no generator")?;
    let x = random_bits(world, 320) % (&q - 1u8) + 1u8;
    let y = g.modpow(&x, &p);
    let numbers = [BigUint::ZERO, p, q, g, y, x].map(|number| unsigned(&number.to_bytes_be()));
    Ok(constructed(SEQUENCE, &numbers.each_ref().map(Vec::as_slice)))
}

/// What is said where no candidate is a prime.
const NO_RANDOMNESS: &str = "no randomness";

/// A number of exactly so many bits, a multiple of 8.
fn random_bits(world: &dyn World, bits: usize) -> BigUint {
    let mut bytes = vec![0; bits / 8];
    world.random(&mut bytes);
    if let Some(first) = bytes.first_mut() {
        *first |= 0x80;
    }
    BigUint::from_bytes_be(&bytes)
}

fn small_primes() -> Vec<u32> {
    let mut primes: Vec<u32> = Vec::new();
    for number in 3..8_192u32 {
        let mut possible = primes.iter().take_while(|prime| prime.saturating_mul(**prime) <= number);
        if !number.is_multiple_of(2) && possible.all(|prime| !number.is_multiple_of(*prime)) {
            primes.push(number);
        }
    }
    primes
}

/// Whether an odd number above 8,192 is prime.
#[expect(clippy::arithmetic_side_effects, reason = "numbers grow as needed; `number` has 256 bits or more, primes are not 0")]
fn is_prime(world: &dyn World, number: &BigUint, small: &[u32]) -> bool {
    if small.iter().any(|prime| number % prime == BigUint::ZERO) {
        return false;
    }
    let one = BigUint::from(1u8);
    let less = number - &one;
    let twos = less.trailing_zeros().unwrap_or(0);
    let odd = &less >> twos;
    for _ in 0..ROUNDS {
        let base = random_bits(world, 256) % (number - 3u8) + 2u8;
        let mut power = base.modpow(&odd, number);
        if power == one || power == less {
            continue;
        }
        let mut witness = true;
        for _ in 1..twos {
            power = power.modpow(&BigUint::from(2u8), number);
            if power == less {
                witness = false;
                break;
            }
        }
        if witness {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{is_prime, small_primes};
    use crate::gotmpl::funcs::sprig::tests::Fixed;
    use num_bigint::BigUint;

    #[test]
    fn primes_are_told_from_others() {
        let small = small_primes();
        let prime = |text: &str| is_prime(&Fixed, &text.parse::<BigUint>().unwrap(), &small);
        assert!(prime("170141183460469231731687303715884105727"));
        assert!(!prime("170141183460469231731687303715884105729"));
        // the square of a prime beyond the small ones
        assert!(!prime("67125249"));
    }
}
