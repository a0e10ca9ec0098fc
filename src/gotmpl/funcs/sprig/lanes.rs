//! Powers modulo eight numbers at a time, on processors that multiply eight pairs of 52 bits at once (AVX-512 IFMA).
//!
//! What [`primes`](super::primes) tests with and what [`signing`](super::signing) signs with. Powers to different exponents take
//! the same time, and read the same memory, whatever the numbers are.
//!
//! Numbers stand in `L` limbs of 52 bits, limb by limb: one vector holds the same limb of eight numbers. A number stands for
//! itself times 2^(52 L), after Montgomery. `52 L` is at least 8 bits more than a number has, so that nothing is ever brought
//! below the modulus on the way: a product of numbers below 4 n is below n + n/16.

#[cfg(target_arch = "x86_64")]
use archmage::prelude::*;

use super::montgomery::Words;
#[cfg(target_arch = "x86_64")]
use super::montgomery::{Modulus, negative_inverse, shifted_down, twos};

/// How many numbers are tested at a time.
pub(super) const WIDTH: usize = 8;

/// Whether the processor has such instructions.
pub(super) fn exist() -> bool {
    #[cfg(target_arch = "x86_64")]
    return X64V4xToken::summon().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Which of eight numbers pass Fermat's test to base 2. The numbers are odd, their highest bits are set.
///
/// `None` where the processor has no such instructions.
pub(super) fn pass_fermat<const N: usize, const L: usize>(numbers: &[Words<N>; WIDTH]) -> Option<[bool; WIDTH]> {
    #[cfg(target_arch = "x86_64")]
    return Some(fermat::<N, L>(X64V4xToken::summon()?, numbers));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// Which of eight numbers pass the test of Miller and Rabin, each to a base of its own below it. The numbers are odd, their
/// highest bits are set.
///
/// `None` where the processor has no such instructions.
pub(super) fn pass_strong<const N: usize, const L: usize>(numbers: &[Words<N>; WIDTH], bases: &[Words<N>; WIDTH]) -> Option<[bool; WIDTH]> {
    #[cfg(target_arch = "x86_64")]
    return Some(strong::<N, L>(X64V4xToken::summon()?, numbers, bases));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// Eight powers: of bases below odd moduli whose highest bits are set. The modulus itself may stand for zero.
///
/// `None` where the processor has no such instructions.
pub(super) fn powers<const N: usize, const L: usize>(
    bases: &[Words<N>; WIDTH],
    exponents: &[Words<N>; WIDTH],
    moduli: &[Words<N>; WIDTH],
) -> Option<[Words<N>; WIDTH]> {
    #[cfg(target_arch = "x86_64")]
    return Some(raised::<N, L>(X64V4xToken::summon()?, bases, exponents, moduli));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

/// Runs something compiled for wide vectors, where the processor has them: loops over floating-point numbers gain most.
///
/// `None` where the processor has no such instructions.
pub(super) fn widely<T>(work: impl FnOnce() -> T) -> Option<T> {
    #[cfg(target_arch = "x86_64")]
    return Some(wide(X64V4xToken::summon()?, work));
    #[cfg(not(target_arch = "x86_64"))]
    None
}

#[cfg(target_arch = "x86_64")]
#[arcane]
fn wide<T>(_: X64V4xToken, work: impl FnOnce() -> T) -> T {
    work()
}

/// A loop from 0 on, written out up to 2,048 bits: only so do eight numbers stay in registers, which takes half the time.
#[cfg(target_arch = "x86_64")]
macro_rules! each {
    ($at:ident < $end:expr => $body:expr) => {
        each!(@ $at < $end => $body; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39)
    };
    (@ $at:ident < $end:expr => $body:expr; $($number:literal)*) => {
        if $end <= 40 {
            $(if $number < $end {
                let $at: usize = $number;
                $body;
            })*
        } else {
            for $at in 0..$end {
                $body;
            }
        }
    };
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

/// How many bits of an exponent are taken at a time.
#[cfg(target_arch = "x86_64")]
const WINDOW: usize = 4;

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

/// The opposite of [`split`].
#[cfg(target_arch = "x86_64")]
fn joined<const N: usize, const L: usize>(limbs: &Plain<L>) -> [Words<N>; WIDTH] {
    let mut out = [[0; N]; WIDTH];
    for (lane, words) in out.iter_mut().enumerate() {
        for (at, limb) in limbs.iter().enumerate() {
            let wide = (limb[lane] as u128) << (at * LIMB_BITS % 64);
            let at = at * LIMB_BITS / 64;
            for (word, part) in words.iter_mut().skip(at).zip([wide as u64, (wide >> 64) as u64]) {
                *word |= part;
            }
        }
    }
    out
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

    /// The squares, times two to the power of each `shift`: 0 or 1.
    #[rite(v4x, import_intrinsics)]
    fn squared(&self, number: &[Limb; L], shift: Limb) -> [Limb; L] {
        let zero = _mm512_setzero_si512();
        let mut wide = [[zero; L]; 2];
        let sums = wide.as_flattened_mut();
        each!(column < 2 * L => {
            let (mut low, mut high) = (zero, zero);
            // pairs of different limbs stand twice in a square
            for at in column.saturating_sub(L - 1)..column.div_ceil(2) {
                low = _mm512_madd52lo_epu64(low, number[at], number[column - at]);
            }
            for at in column.saturating_sub(L)..column / 2 {
                high = _mm512_madd52hi_epu64(high, number[at], number[column.wrapping_sub(at + 1)]);
            }
            let once = _mm512_add_epi64(low, high);
            let twice = _mm512_add_epi64(once, once);
            let middle = number[column / 2];
            sums[column] = match column % 2 {
                0 => _mm512_madd52lo_epu64(twice, middle, middle),
                _ => _mm512_madd52hi_epu64(twice, middle, middle),
            };
        });
        self.reduced(&wide, shift)
    }

    /// The products of eight pairs.
    #[rite(v4x, import_intrinsics)]
    fn product(&self, left: &[Limb; L], right: &[Limb; L]) -> [Limb; L] {
        let zero = _mm512_setzero_si512();
        let mut wide = [[zero; L]; 2];
        let sums = wide.as_flattened_mut();
        each!(column < 2 * L => {
            let (mut low, mut high) = (zero, zero);
            for at in column.saturating_sub(L - 1)..(column + 1).min(L) {
                low = _mm512_madd52lo_epu64(low, left[at], right[column - at]);
            }
            for at in column.saturating_sub(L)..column.min(L) {
                high = _mm512_madd52hi_epu64(high, left[at], right[column.wrapping_sub(at + 1)]);
            }
            sums[column] = _mm512_add_epi64(low, high);
        });
        self.reduced(&wide, zero)
    }

    /// Twice as many limbs as a number has, brought back by a division by 2^(52 L), times two to the power of each `shift`.
    ///
    /// A limb is a sum of up to 2 L products of 52 bits; as many are added here. All that fits into 64 bits.
    #[rite(v4x, import_intrinsics)]
    fn reduced(&self, wide: &[[Limb; L]; 2], shift: Limb) -> [Limb; L] {
        let zero = _mm512_setzero_si512();
        let mask = _mm512_set1_epi64(MASK);
        let [lower, upper] = wide;
        let mut sum = *lower;
        for next in upper {
            // else the compiler holds the limbs of the moduli in registers, and the sums, which change, in memory
            let limbs = std::hint::black_box(&self.limbs);
            // a multiple of the modulus makes the lowest limb zero; the rest moves down by one limb
            let quotient = _mm512_madd52lo_epu64(zero, sum[0], self.inverse);
            let carry = _mm512_srli_epi64::<52>(_mm512_add_epi64(sum[0], mask));
            sum[0] = _mm512_add_epi64(sum[1], carry);
            each!(at < L - 1 => {
                let limb = if at == 0 { sum[0] } else { sum[at + 1] };
                sum[at] = _mm512_madd52hi_epu64(_mm512_madd52lo_epu64(limb, quotient, limbs[at + 1]), quotient, limbs[at]);
            });
            sum[L - 1] = _mm512_madd52hi_epu64(*next, quotient, limbs[L - 1]);
        }
        let mut carry = zero;
        for limb in &mut sum {
            let whole = _mm512_add_epi64(_mm512_sllv_epi64(*limb, shift), carry);
            *limb = _mm512_and_si512(whole, mask);
            carry = _mm512_srli_epi64::<52>(whole);
        }
        sum
    }

    /// The powers of eight bases, in Montgomery's form, as the result.
    #[rite(v4x, import_intrinsics)]
    fn power<const N: usize>(&self, base: &[Limb; L], exponents: &[Words<N>; WIDTH]) -> [Limb; L] {
        let zero = _mm512_setzero_si512();
        let mut powers = [self.one; 1 << WINDOW];
        for at in 1..powers.len() {
            powers[at] = self.product(&powers[at - 1], base);
        }
        let same = exponents.iter().all(|exponent| *exponent == exponents[0]);
        let mut out = self.one;
        for at in (0..64 * N / WINDOW).rev() {
            for _ in 0..WINDOW {
                out = self.squared(&out, zero);
            }
            let low = at * WINDOW;
            let digits = exponents.each_ref().map(|words| (words[low / 64] >> (low % 64)) as i64 & ((1 << WINDOW) - 1));
            if same {
                out = self.product(&out, &powers[digits[0] as usize]);
                continue;
            }
            let digits = _mm512_loadu_epi64(&digits);
            let mut factor = [zero; L];
            for (digit, power) in powers.iter().enumerate() {
                let lanes = _mm512_cmpeq_epi64_mask(digits, _mm512_set1_epi64(digit as i64));
                for (to, limb) in factor.iter_mut().zip(power) {
                    *to = _mm512_mask_mov_epi64(*to, lanes, *limb);
                }
            }
            out = self.product(&out, &factor);
        }
        out
    }

    /// Numbers in Montgomery's form.
    #[rite(v4x, import_intrinsics)]
    fn formed(&self, numbers: &[Limb; L]) -> [Limb; L] {
        // the form of 2^(52 L): a number times that, divided by it once, is the form of the number
        let mut form = self.one;
        for at in (0..usize::BITS).rev() {
            form = self.squared(&form, _mm512_set1_epi64(((LIMB_BITS * L) >> at & 1) as i64));
        }
        self.product(numbers, &form)
    }

    /// The numbers that are meant, each below its modulus but for zero.
    #[rite(v4x, import_intrinsics)]
    fn meant(&self, numbers: &[Limb; L]) -> Plain<L> {
        let mut unit = [_mm512_setzero_si512(); L];
        unit[0] = _mm512_set1_epi64(1);
        let mut out = [[0; WIDTH]; L];
        for (to, limb) in out.iter_mut().zip(&self.product(numbers, &unit)) {
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

/// In which lanes two rows of numbers are equal.
#[cfg(target_arch = "x86_64")]
fn equal<const L: usize>(left: &Plain<L>, right: &Plain<L>) -> [bool; WIDTH] {
    std::array::from_fn(|lane| left.iter().zip(right).all(|(left, right)| left[lane] == right[lane]))
}

#[cfg(target_arch = "x86_64")]
#[arcane(import_intrinsics)]
fn fermat<const N: usize, const L: usize>(_: X64V4xToken, numbers: &[Words<N>; WIDTH]) -> [bool; WIDTH] {
    let moduli = Moduli::<L>::new(numbers);
    let mut power = moduli.one;
    for at in (0..64 * N).rev() {
        // the exponents, n-1, have the bits of n but for the lowest
        let bits = _mm512_srlv_epi64(moduli.limbs[at / LIMB_BITS], _mm512_set1_epi64((at % LIMB_BITS) as i64));
        power = moduli.squared(&power, _mm512_and_si512(bits, _mm512_set1_epi64(i64::from(at > 0))));
    }
    equal(&moduli.meant(&power), &split::<1, L>(&[[1]; WIDTH]))
}

#[cfg(target_arch = "x86_64")]
#[arcane(import_intrinsics)]
fn strong<const N: usize, const L: usize>(_: X64V4xToken, numbers: &[Words<N>; WIDTH], bases: &[Words<N>; WIDTH]) -> [bool; WIDTH] {
    let moduli = Moduli::<L>::new(numbers);
    // n - 1 is 2^twos times an odd number: the exponent
    let twos = numbers.each_ref().map(twos);
    let exponents = std::array::from_fn(|lane| shifted_down(&numbers[lane], twos[lane]));
    let minus_one = split::<N, L>(&numbers.each_ref().map(|number| {
        let mut less = *number;
        less[0] -= 1;
        less
    }));
    let mut power = moduli.power(&moduli.formed(&loaded(&split(bases))), &exponents);
    let result = moduli.meant(&power);
    let (ones, others) = (equal(&result, &split::<1, L>(&[[1]; WIDTH])), equal(&result, &minus_one));
    let mut passed = std::array::from_fn(|lane| ones[lane] || others[lane]);
    for round in 1..twos.into_iter().max().unwrap_or(0) {
        power = moduli.squared(&power, _mm512_setzero_si512());
        let others = equal(&moduli.meant(&power), &minus_one);
        for (lane, passed) in passed.iter_mut().enumerate() {
            *passed |= round < twos[lane] && others[lane];
        }
    }
    passed
}

#[cfg(target_arch = "x86_64")]
#[arcane(import_intrinsics)]
fn raised<const N: usize, const L: usize>(
    _: X64V4xToken,
    bases: &[Words<N>; WIDTH],
    exponents: &[Words<N>; WIDTH],
    moduli: &[Words<N>; WIDTH],
) -> [Words<N>; WIDTH] {
    let moduli = Moduli::<L>::new(moduli);
    joined(&moduli.meant(&moduli.power(&moduli.formed(&loaded(&split(bases))), exponents)))
}
