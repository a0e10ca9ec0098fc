//! Greatest common divisors and inverses of large numbers, after Lehmer (Knuth, TAOCP 2, 4.5.2, algorithm L): most steps are
//! done on the leading 62 bits alone. For RSA keys it takes a fifth of the time of a step by step division.

use num_bigint::{BigInt, BigUint};

/// How many leading bits the steps are done on; so nothing below leaves 64 bits.
const LEADING: u64 = 62;

/// What some steps of Euclid's make of two numbers `a` and `b`: `[a of the first, b of the first], [a of the second ...]`.
type Steps = [[i64; 2]; 2];

/// The greatest common divisor.
pub(super) fn common_divisor(one: &BigUint, other: &BigUint) -> BigUint {
    divisor_and_factor(one, other).0
}

/// One over a number modulo another; `None` where there is none.
pub(super) fn inverse(number: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    let (divisor, factor) = divisor_and_factor(modulus, number);
    if divisor != BigUint::from(1u8) {
        return None;
    }
    let modulus = BigInt::from(modulus.clone());
    ((factor % &modulus + &modulus) % &modulus).to_biguint()
}

/// The greatest common divisor, and by what the second number leads to it, up to multiples of the first.
fn divisor_and_factor(first: &BigUint, second: &BigUint) -> (BigUint, BigInt) {
    let (mut a, mut b) = (BigInt::from(first.clone()), BigInt::from(second.clone()));
    let (mut of_a, mut of_b) = (BigInt::ZERO, BigInt::from(1u8));
    while b != BigInt::ZERO {
        match leading_steps(&a, &b) {
            Some([[p, q], [r, s]]) => {
                (a, b) = (&a * p + &b * q, &a * r + &b * s);
                (of_a, of_b) = (&of_a * p + &of_b * q, &of_a * r + &of_b * s);
            }
            None => {
                let quotient = &a / &b;
                (a, b) = (b.clone(), a - &quotient * b);
                (of_a, of_b) = (of_b.clone(), of_a - quotient * of_b);
            }
        }
    }
    (a.into_parts().1, of_a)
}

/// The steps that don't depend on the bits left out; `None` where there is none such.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a step is only taken while its cofactors are below b, so that sums and products are below 2^63"
)]
fn leading_steps(a: &BigInt, b: &BigInt) -> Option<Steps> {
    let shift = a.bits().max(b.bits()).checked_sub(LEADING)?;
    let (mut a, mut b) = (i64::try_from(a >> shift).ok()?, i64::try_from(b >> shift).ok()?);
    let mut steps: Steps = [[1, 0], [0, 1]];
    loop {
        let [[p, q], [r, s]] = steps;
        // the quotients at both ends of what the bits left out may be
        let (Some(low), Some(high)) = ((a + p).checked_div(b + r), (a + q).checked_div(b + s)) else { break };
        if low != high {
            break;
        }
        steps = [[r, s], [p - low * r, q - low * s]];
        (a, b) = (b, a - low * b);
    }
    (steps[0][1] != 0).then_some(steps)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{common_divisor, inverse};

    fn random(bits: usize) -> BigUint {
        let mut bytes = vec![0; bits / 8];
        getrandom::fill(&mut bytes).unwrap();
        BigUint::from_bytes_le(&bytes)
    }

    fn step_by_step(mut one: BigUint, mut other: BigUint) -> BigUint {
        while other != BigUint::ZERO {
            (one, other) = (other.clone(), std::ops::Rem::rem(one, &other));
        }
        one
    }

    #[test]
    fn divisors_and_inverses_are_those_of_plain_division() {
        let edges = [0u128, 1, 2, 3, u128::from(u64::MAX), 1 << 62, 1 << 63, 1 << 64, u128::MAX].map(BigUint::from);
        let sizes = [8, 56, 64, 72, 128, 512, 1024].into_iter().cycle().take(100).map(random);
        let numbers: Vec<BigUint> = edges.into_iter().chain(sizes).collect();
        for one in &numbers {
            for other in &numbers {
                let wanted = step_by_step(one.clone(), other.clone());
                assert_eq!(common_divisor(one, other), wanted, "{one} {other}");
                if *other > BigUint::from(1u8) {
                    assert_eq!(inverse(one, other), one.modinv(other), "{one} {other}");
                }
            }
        }
    }

    #[test]
    fn common_factors_are_found() {
        for _ in 0..50 {
            let (factor, one, other) = (random(512), random(512), random(512));
            let wanted = &factor * step_by_step(one.clone(), other.clone());
            assert_eq!(common_divisor(&(&factor * one), &(factor * other)), wanted);
        }
    }
}
