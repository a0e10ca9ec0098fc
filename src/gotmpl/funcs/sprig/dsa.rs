//! DSA keys of 2,048 and 256 bits, which only `genPrivateKey "dsa"` still makes.

use aws_lc_rs::rand;
use num_bigint::BigUint;

use super::der::{SEQUENCE, constructed, unsigned};

/// Rounds of Miller and Rabin; an error is less likely than 4 to minus this.
const ROUNDS: usize = 32;

/// A new key as OpenSSL writes it: 0, p, q, g, y, x.
///
/// # Errors
/// Where there is no randomness.
pub(super) fn generate() -> Result<Vec<u8>, String> {
    let small = small_primes();
    let q = loop {
        let candidate = random_bits(256)? | BigUint::from(1u8);
        if is_prime(&candidate, &small)? {
            break candidate;
        }
    };
    let twice = &q * 2u8;
    let p = loop {
        let candidate = random_bits(2048)?;
        // made one more than a multiple of 2q
        let candidate = &candidate - &candidate % &twice + 1u8;
        if candidate.bits() == 2048 && is_prime(&candidate, &small)? {
            break candidate;
        }
    };
    let cofactor = (&p - 1u8) / &q;
    let one = BigUint::from(1u8);
    let g = (2u8..).map(|base| BigUint::from(base).modpow(&cofactor, &p)).find(|g| *g != one).ok_or("no generator")?;
    let x = random_bits(320)? % (&q - 1u8) + 1u8;
    let y = g.modpow(&x, &p);
    let numbers = [BigUint::ZERO, p, q, g, y, x].map(|number| unsigned(&number.to_bytes_be()));
    Ok(constructed(SEQUENCE, &numbers.each_ref().map(Vec::as_slice)))
}

/// A number of exactly so many bits, a multiple of 8.
fn random_bits(bits: usize) -> Result<BigUint, String> {
    let mut bytes = vec![0; bits / 8];
    rand::fill(&mut bytes).map_err(|_| "no randomness")?;
    if let Some(first) = bytes.first_mut() {
        *first |= 0x80;
    }
    Ok(BigUint::from_bytes_be(&bytes))
}

fn small_primes() -> Vec<u32> {
    let mut primes: Vec<u32> = Vec::new();
    for number in 3..8_192 {
        if number % 2 == 1 && primes.iter().take_while(|prime| *prime * *prime <= number).all(|prime| number % prime != 0) {
            primes.push(number);
        }
    }
    primes
}

/// Whether an odd number above 8,192 is prime.
fn is_prime(number: &BigUint, small: &[u32]) -> Result<bool, String> {
    if small.iter().any(|prime| number % prime == BigUint::ZERO) {
        return Ok(false);
    }
    let one = BigUint::from(1u8);
    let less = number - &one;
    let twos = less.trailing_zeros().unwrap_or(0);
    let odd = &less >> twos;
    for _ in 0..ROUNDS {
        let base = random_bits(256)? % (number - 3u8) + 2u8;
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
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{is_prime, small_primes};
    use num_bigint::BigUint;

    #[test]
    fn primes_are_told_from_others() {
        let small = small_primes();
        let prime = |text: &str| is_prime(&text.parse::<BigUint>().unwrap(), &small).unwrap();
        assert!(prime("170141183460469231731687303715884105727"));
        assert!(!prime("170141183460469231731687303715884105729"));
        // the square of a prime beyond the small ones
        assert!(!prime("67125249"));
    }
}
