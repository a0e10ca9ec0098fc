//! Tests of primality eight at a time, on processors that multiply eight pairs of 52 bits at once (AVX-512 IFMA).
//!
//! Numbers stand in `L` limbs of 52 bits, limb by limb: one vector holds the same limb of eight numbers. A number stands for
//! itself times 2^(52 L), after Montgomery. `52 L` is at least 8 bits more than a number has, so that nothing is ever brought
//! below the modulus on the way: a product of numbers below 4 n is below n + n/16.

#[cfg(target_arch = "x86_64")]
use archmage::prelude::*;

use super::montgomery::Words;
#[cfg(target_arch = "x86_64")]
use super::montgomery::{Modulus, negative_inverse, twos};

/// How many numbers are tested at a time.
pub(super) const WIDTH: usize = 8;

/// Which of eight numbers pass Fermat's test to base 2. The numbers are odd, their highest bits are set.
///
/// `None` where the processor has no such instructions.
pub(super) fn pass_fermat<const N: usize, const L: usize>(numbers: &[Words<N>; WIDTH]) -> Option<[bool; WIDTH]> {
    #[cfg(target_arch = "x86_64")]
    return Some(fermat::<N, L>(X64V4xToken::summon()?, numbers));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// Whether a number passes the test of Miller and Rabin to all eight bases, which are given times a power of two, in
/// Montgomery's form. The number is odd, its highest bit is set.
///
/// `None` where the processor has no such instructions.
pub(super) fn passes_strong<const N: usize, const L: usize>(number: &Words<N>, bases: &[Words<N>; WIDTH]) -> Option<bool> {
    #[cfg(target_arch = "x86_64")]
    return Some(strong::<N, L>(X64V4xToken::summon()?, number, bases));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// A limb of eight numbers.
#[cfg(target_arch = "x86_64")]
type Limb = __m512i;

/// Eight numbers in 52-bit limbs, the lowest first.
#[cfg(target_arch = "x86_64")]
type Plain<const L: usize> = [[i64; WIDTH]; L];

#[cfg(target_arch = "x86_64")]
const LIMB_BITS: usize = 52;

#[cfg(target_arch = "x86_64")]
const MASK: i64 = (1 << LIMB_BITS) - 1;

#[cfg(target_arch = "x86_64")]
fn split<const N: usize, const L: usize>(numbers: &[Words<N>; WIDTH]) -> Plain<L> {
    std::array::from_fn(|limb| {
        let (at, shift) = (limb * LIMB_BITS / 64, limb * LIMB_BITS % 64);
        numbers.each_ref().map(|words| {
            let word = |at: usize| u128::from(words.get(at).copied().unwrap_or(0));
            ((word(at) | word(at + 1) << 64) >> shift) as i64 & MASK
        })
    })
}

/// One, in Montgomery's form of 2^(52 L).
#[cfg(target_arch = "x86_64")]
fn one<const N: usize, const L: usize>(number: &Words<N>) -> Words<N> {
    const { assert!(LIMB_BITS * L >= 64 * N + 8) };
    let modulus = Modulus::new(*number);
    (64 * N..LIMB_BITS * L).fold(modulus.one(), |one, _| modulus.doubled(&one))
}

/// Eight moduli.
#[cfg(target_arch = "x86_64")]
struct Moduli<const L: usize> {
    limbs: [Limb; L],
    /// Minus one over each, modulo 2^52.
    inverse: Limb,
    /// One in Montgomery's form.
    one: [Limb; L],
}

#[cfg(target_arch = "x86_64")]
impl<const L: usize> Moduli<L> {
    #[rite(v4x, import_intrinsics)]
    fn new<const N: usize>(numbers: &[Words<N>; WIDTH]) -> Self {
        Self {
            limbs: loaded(&split(numbers)),
            inverse: _mm512_loadu_epi64(&numbers.each_ref().map(|words| negative_inverse(words[0]) as i64 & MASK)),
            one: loaded(&split(&numbers.each_ref().map(one::<N, L>))),
        }
    }

    /// The products of eight pairs, times two to the power of each `shift`: 0 or 1.
    #[rite(v4x, import_intrinsics)]
    fn product(&self, left: &[Limb; L], right: &[Limb; L], shift: Limb) -> [Limb; L] {
        let zero = _mm512_setzero_si512();
        let mut sum = [zero; L];
        // 4 L products of 52 bits fit into 64
        for factor in left {
            for at in 0..L {
                sum[at] = _mm512_madd52lo_epu64(sum[at], *factor, right[at]);
            }
            // a multiple of the modulus makes the lowest limb zero; the rest moves down by one limb
            let quotient = _mm512_madd52lo_epu64(zero, sum[0], self.inverse);
            let carry = _mm512_srli_epi64::<52>(_mm512_madd52lo_epu64(sum[0], quotient, self.limbs[0]));
            for at in 0..L {
                let above = if at + 1 < L { _mm512_madd52lo_epu64(sum[at + 1], quotient, self.limbs[at + 1]) } else { zero };
                let above = _mm512_madd52hi_epu64(above, *factor, right[at]);
                sum[at] = _mm512_madd52hi_epu64(above, quotient, self.limbs[at]);
            }
            sum[0] = _mm512_add_epi64(sum[0], carry);
        }
        let mask = _mm512_set1_epi64(MASK);
        let mut carry = zero;
        for limb in &mut sum {
            let whole = _mm512_add_epi64(_mm512_sllv_epi64(*limb, shift), carry);
            *limb = _mm512_and_si512(whole, mask);
            carry = _mm512_srli_epi64::<52>(whole);
        }
        sum
    }

    /// The numbers that are meant, each below its modulus but for zero.
    #[rite(v4x, import_intrinsics)]
    fn meant(&self, numbers: &[Limb; L]) -> Plain<L> {
        let zero = _mm512_setzero_si512();
        let mut unit = [zero; L];
        unit[0] = _mm512_set1_epi64(1);
        let mut out = [[0; WIDTH]; L];
        for (to, limb) in out.iter_mut().zip(&self.product(numbers, &unit, zero)) {
            _mm512_storeu_epi64(to, *limb);
        }
        out
    }
}

#[cfg(target_arch = "x86_64")]
#[rite(v4x, import_intrinsics)]
fn loaded<const L: usize>(numbers: &Plain<L>) -> [Limb; L] {
    let mut out = [_mm512_setzero_si512(); L];
    for (to, limb) in out.iter_mut().zip(numbers) {
        *to = _mm512_loadu_epi64(limb);
    }
    out
}

#[cfg(target_arch = "x86_64")]
#[arcane(import_intrinsics)]
fn fermat<const N: usize, const L: usize>(_: X64V4xToken, numbers: &[Words<N>; WIDTH]) -> [bool; WIDTH] {
    let moduli = Moduli::<L>::new(numbers);
    let mut power = moduli.one;
    for at in (0..64 * N).rev() {
        // the exponents, n-1, have the bits of n but for the lowest
        let bits = numbers.each_ref().map(|words| if at == 0 { 0 } else { (words[at / 64] >> (at % 64) & 1) as i64 });
        power = moduli.product(&power, &power, _mm512_loadu_epi64(&bits));
    }
    let results = moduli.meant(&power);
    std::array::from_fn(|lane| results.iter().enumerate().all(|(at, limb)| limb[lane] == i64::from(at == 0)))
}

#[cfg(target_arch = "x86_64")]
#[arcane(import_intrinsics)]
fn strong<const N: usize, const L: usize>(_: X64V4xToken, number: &Words<N>, bases: &[Words<N>; WIDTH]) -> bool {
    let zero = _mm512_setzero_si512();
    let moduli = Moduli::<L>::new(&[*number; WIDTH]);
    let bases = loaded(&split(bases));
    let mut powers = [moduli.one; 16];
    for at in 1..powers.len() {
        powers[at] = moduli.product(&powers[at - 1], &bases, zero);
    }
    // n - 1 is 2^twos times an odd number: the exponent, read by four bits
    let twos = twos(number);
    let mut power = moduli.one;
    for at in (0..16 * N).rev() {
        for _ in 0..4 {
            power = moduli.product(&power, &power, zero);
        }
        let low = 4 * at + twos;
        let bits = (0..4).rev().fold(0, |bits, bit| {
            let word = number.get((low + bit) / 64).copied().unwrap_or(0);
            bits << 1 | (word >> ((low + bit) % 64) & 1) as usize
        });
        power = moduli.product(&power, &powers[bits], zero);
    }
    let minus_one = {
        let mut less = *number;
        less[0] -= 1;
        split::<N, L>(&[less; WIDTH])
    };
    let mut results = moduli.meant(&power);
    let mut passed: [bool; WIDTH] = std::array::from_fn(|lane| {
        let equals_one = results.iter().enumerate().all(|(at, limb)| limb[lane] == i64::from(at == 0));
        equals_one || results.iter().zip(&minus_one).all(|(limb, wanted)| limb[lane] == wanted[lane])
    });
    for _ in 1..twos {
        power = moduli.product(&power, &power, zero);
        results = moduli.meant(&power);
        for (lane, passed) in passed.iter_mut().enumerate() {
            *passed |= results.iter().zip(&minus_one).all(|(limb, wanted)| limb[lane] == wanted[lane]);
        }
    }
    passed.iter().all(|passed| *passed)
}
