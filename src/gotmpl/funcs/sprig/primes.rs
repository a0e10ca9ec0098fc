//! Primes for RSA keys: random starts, a sieve, Fermat's test as a filter, Miller and Rabin's for what is left.
//!
//! By FIPS 186-5, A.1.3: random primes, coprime to the public exponent when less by one. A search goes up from a random start
//! instead of drawing each candidate, as OpenSSL's and others do; each prime has a start of its own. Who searches, and how two
//! primes become a key, is [`keymaker`](super::keymaker)'s matter.

use std::sync::OnceLock;

use super::lanes::{self, WIDTH};
use super::montgomery::{Modulus, Words, difference};

/// The public exponent of all keys.
pub(super) const EXPONENT: u32 = 65_537;

/// The sieve's primes end here: where the division by more of them costs as much as the tests that they save.
const BOUND: usize = 1 << 17;
/// How many odd numbers a start covers. Of 1,024 bits every 355th is prime, so that few starts are in vain.
const SPAN: usize = 4096;
/// How many starts there are at most before a prime that is of use. Only randomness that is none comes to the end.
const STARTS: usize = 64;
/// How often a base is drawn again at most; at least every second fits.
const DRAWS: usize = 64;
/// Rounds of Miller and Rabin where they are done one by one. FIPS 186-5, table B.1, asks for as many for primes of 1,024 bits
/// and for fewer where they are larger, and so does Go (`crypto/internal/fips140/rsa/keygen.go`).
const ROUNDS: usize = 5;

/// Where random bytes come from.
pub(super) type Random<'a> = dyn Fn(&mut [u8]) + Send + Sync + 'a;

/// A search for primes of `N` words of 64 bits (`L` limbs of 52 bits) whose two highest bits are set. It can be put aside
/// and taken up again.
#[derive(Debug, Default)]
pub(super) struct Search<const N: usize, const L: usize> {
    /// Each looks for a prime of its own: as many as are tested at a time, so that no test is in vain when one is found.
    tracks: Vec<Track<N>>,
    /// How many starts were made since [`Search::go_on`].
    starts: usize,
}

/// The way up from one start.
#[derive(Debug)]
struct Track<const N: usize> {
    start: Words<N>,
    /// What to add for the candidates that weren't tested yet.
    offsets: std::vec::IntoIter<u64>,
}

impl<const N: usize, const L: usize> Search<N, L> {
    /// Tests as many candidates as are tested at a time; adds to `found` what is prime.
    ///
    /// `None` where the random bytes aren't random.
    pub(super) fn step(&mut self, random: &Random<'_>, found: &mut Vec<Words<N>>) -> Option<()> {
        let width = if lanes::exist() { WIDTH } else { 1 };
        let mut candidates = Vec::with_capacity(width);
        for at in 0..width {
            candidates.push(self.candidate(at, random)?);
        }
        let passed: Vec<bool> = match candidates.first_chunk().and_then(lanes::pass_fermat::<N, L>) {
            Some(passed) => passed.to_vec(),
            None => candidates.iter().map(|candidate| Modulus::new(*candidate).passes_fermat()).collect(),
        };
        for (at, candidate) in candidates.into_iter().enumerate().rev() {
            if passed.get(at) == Some(&true) && remainder(&candidate, EXPONENT) != 1 && passes_strong::<N, L>(&candidate, random)? {
                found.push(candidate);
                self.tracks.swap_remove(at);
            }
        }
        Some(())
    }

    /// Allows for [`STARTS`] starts again.
    pub(super) fn go_on(&mut self) {
        self.starts = 0;
    }

    /// The next candidate of a track.
    fn candidate(&mut self, at: usize, random: &Random<'_>) -> Option<Words<N>> {
        loop {
            if let Some(track) = self.tracks.get_mut(at)
                && let Some(candidate) = track.offsets.next().and_then(|offset| raised(&track.start, offset))
            {
                return Some(candidate);
            }
            self.starts += 1;
            if self.starts > STARTS {
                return None;
            }
            let mut start = drawn(random);
            start[0] |= 1;
            start[N - 1] |= 3 << 62;
            let track = Track { start, offsets: survivors(&start).into_iter() };
            match self.tracks.get_mut(at) {
                Some(slot) => *slot = track,
                None => self.tracks.push(track),
            }
        }
    }
}

/// The test of Miller and Rabin to random bases.
fn passes_strong<const N: usize, const L: usize>(candidate: &Words<N>, random: &Random<'_>) -> Option<bool> {
    let mut bases = [[0; N]; WIDTH];
    for base in &mut bases {
        *base = base_for(candidate, random)?;
    }
    Some(match lanes::pass_strong::<N, L>(&[*candidate; WIDTH], &bases) {
        Some(passed) => passed == [true; WIDTH],
        None => {
            let modulus = Modulus::new(*candidate);
            bases.iter().take(ROUNDS).all(|base| modulus.passes_strong(base))
        }
    })
}

/// A random number from 2 to two below another.
fn base_for<const N: usize>(candidate: &Words<N>, random: &Random<'_>) -> Option<Words<N>> {
    let mut largest = *candidate;
    largest[0] -= 1;
    let mut smallest = [0; N];
    smallest[0] = 1;
    (0..DRAWS).map(|_| drawn(random)).find(|base| difference(&smallest, base).1 == 1 && difference(base, &largest).1 == 1)
}

fn drawn<const N: usize>(random: &Random<'_>) -> Words<N> {
    let mut bytes = [[0; 8]; N];
    random(bytes.as_flattened_mut());
    bytes.map(u64::from_le_bytes)
}

/// Whether two numbers differ by more than 2^(64 N - 100): FIPS 186-5, A.1.3, step 5.5.
pub(super) fn far_apart<const N: usize>(one: &Words<N>, other: &Words<N>) -> bool {
    let (less, negative) = difference(one, other);
    let distance = if negative == 1 { difference(other, one).0 } else { less };
    let highest = u128::from(distance[N - 1]) << 64 | u128::from(distance[N - 2]);
    highest >> 28 != 0
}

/// The sum; none where it has more words.
fn raised<const N: usize>(number: &Words<N>, by: u64) -> Option<Words<N>> {
    let mut out = *number;
    let mut carry = by;
    for word in &mut out {
        let (sum, over) = word.overflowing_add(carry);
        (*word, carry) = (sum, u64::from(over));
    }
    (carry == 0).then_some(out)
}

/// A number modulo a small one.
fn remainder<const N: usize>(number: &Words<N>, by: u32) -> u64 {
    number.iter().rev().fold(0, |rest, word| ((u128::from(rest) << 64 | u128::from(*word)) % u128::from(by)) as u64)
}

/// Small primes, several at a time.
struct Divisors {
    primes: [u32; GROUP],
    /// The same.
    divisors: [f64; GROUP],
    /// One over each.
    inverses: [f64; GROUP],
}

/// How many small primes are divided by at a time: enough to keep a processor busy that waits four cycles for each product.
const GROUP: usize = 64;

/// The odd primes below [`BOUND`]. The last group is filled up with threes.
fn small_primes() -> &'static [Divisors] {
    static PRIMES: OnceLock<Vec<Divisors>> = OnceLock::new();
    PRIMES.get_or_init(|| {
        // the odd numbers: 1, 3, 5 ...
        let mut composite = vec![false; BOUND / 2];
        let mut primes = Vec::new();
        for at in 1..BOUND / 2 {
            if !composite[at] {
                let prime = 2 * at + 1;
                primes.push(prime as u32);
                composite.iter_mut().skip(prime * prime / 2).step_by(prime).for_each(|mark| *mark = true);
            }
        }
        let groups = primes.chunks(GROUP).map(|chunk| std::array::from_fn(|at| chunk.get(at).copied().unwrap_or(3)));
        groups
            .map(|primes: [u32; GROUP]| {
                let divisors = primes.map(f64::from);
                Divisors { primes, divisors, inverses: divisors.map(|divisor| 1.0 / divisor) }
            })
            .collect()
    })
}

/// What to add to an odd number for the odd numbers from there on that no small prime divides.
fn survivors<const N: usize>(start: &Words<N>) -> Vec<u64> {
    // the last mark is for multiples that come later
    let mut composite = [false; SPAN + 1];
    let groups = small_primes();
    let widely = lanes::widely(|| mark_multiples::<N, true>(start, groups, &mut composite));
    widely.unwrap_or_else(|| mark_multiples::<N, false>(start, groups, &mut composite));
    composite.iter().take(SPAN).enumerate().filter(|(_, composite)| !**composite).map(|(at, _)| 2 * at as u64).collect()
}

/// Marks those of the odd numbers from a start on that small primes divide.
#[inline(always)]
fn mark_multiples<const N: usize, const FUSED: bool>(start: &Words<N>, groups: &[Divisors], composite: &mut [bool; SPAN + 1]) {
    for group in groups {
        for (prime, first) in group.primes.iter().zip(first_multiples::<N, FUSED>(start, group)) {
            let (prime, first) = (*prime as usize, first as usize);
            if prime < SPAN {
                composite.iter_mut().skip(first).step_by(prime).for_each(|mark| *mark = true);
            } else {
                composite[first.min(SPAN)] = true;
            }
        }
    }
}

/// How many steps of two it is from a number to the next odd multiple of each small prime.
///
/// In floating point, which processors do several of at once, and without a division: all numbers are whole and below 2^52, so
/// that nothing is rounded but the quotients; a quotient that is one off only leaves a remainder that is a prime off. Where the
/// processor multiplies and adds at once, it is asked to.
#[inline(always)]
fn first_multiples<const N: usize, const FUSED: bool>(number: &Words<N>, group: &Divisors) -> [u32; GROUP] {
    /// Added and taken away again it rounds to a whole number.
    const ROUNDING: f64 = 6_755_399_441_055_744.0;
    const HALF: f64 = 4_294_967_296.0;
    let sum = |one: f64, other: f64, more: f64| if FUSED { one.mul_add(other, more) } else { one * other + more };
    let mut rests = [0.0; GROUP];
    for word in number.iter().rev() {
        for half in [(word >> 32) as u32, *word as u32].map(f64::from) {
            for (at, rest) in rests.iter_mut().enumerate() {
                let whole = sum(*rest, HALF, half);
                let quotient = sum(whole, group.inverses[at], ROUNDING) - ROUNDING;
                *rest = sum(-quotient, group.divisors[at], whole);
            }
        }
    }
    std::array::from_fn(|at| {
        // with that added, the lowest bits are those of the whole number
        let rest = (rests[at] + ROUNDING).to_bits() as u32;
        let missing = if rest as i32 > 0 { group.primes[at].wrapping_sub(rest) } else { rest.wrapping_neg() };
        (missing + (missing & 1) * group.primes[at]) / 2
    })
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::super::signing::number_of as number;
    use super::{BOUND, Modulus, SPAN, Search, WIDTH, Words, far_apart, lanes, remainder, small_primes, survivors};

    fn system(buffer: &mut [u8]) {
        getrandom::fill(buffer).unwrap();
    }

    fn words<const N: usize>(number: &BigUint) -> Words<N> {
        let digits = number.to_u64_digits();
        std::array::from_fn(|at| digits.get(at).copied().unwrap_or(0))
    }

    fn random<const N: usize>() -> Words<N> {
        super::drawn(&system)
    }

    /// An odd number whose highest bit is set.
    fn odd<const N: usize>() -> Words<N> {
        let mut words = random::<N>();
        words[0] |= 1;
        words[N - 1] |= 1 << 63;
        words
    }

    /// Both implementations, which must agree.
    fn fermat<const N: usize, const L: usize>(candidate: &Words<N>) -> bool {
        let one = Modulus::new(*candidate).passes_fermat();
        if let Some(lanes) = lanes::pass_fermat::<N, L>(&[*candidate; WIDTH]) {
            assert_eq!(lanes, [one; WIDTH]);
        }
        one
    }

    fn strong_to<const N: usize, const L: usize>(candidate: &Words<N>, bases: &[Words<N>; WIDTH]) -> [bool; WIDTH] {
        let modulus = Modulus::new(*candidate);
        let passed = bases.each_ref().map(|base| modulus.passes_strong(base));
        if let Some(lanes) = lanes::pass_strong::<N, L>(&[*candidate; WIDTH], bases) {
            assert_eq!(lanes, passed);
        }
        passed
    }

    /// To eight random bases.
    fn strong<const N: usize, const L: usize>(candidate: &Words<N>) -> bool {
        let bases = std::array::from_fn(|_| words(&(number(&random::<N>()) % number(candidate))));
        strong_to::<N, L>(candidate, &bases) == [true; WIDTH]
    }

    #[test]
    fn products_are_those_of_large_numbers() {
        for round in 0..50 {
            let mut modulus = if round == 0 { [u64::MAX; 4] } else { random::<4>() };
            modulus[0] |= 1;
            modulus[3] |= 1 << 63;
            let (n, arithmetic) = (number(&modulus), Modulus::new(modulus));
            let edges = [[0; 4], arithmetic.one(), words(&(&n - 1u8)), words(&(BigUint::from_bytes_be(&[1]) << 128u8))];
            let all = edges.into_iter().chain([random::<4>(), random::<4>()].map(|drawn| words(&(number(&drawn) % &n))));
            let all: Vec<Words<4>> = all.collect();
            let form = BigUint::from(1u8) << 256;
            for left in &all {
                assert_eq!(number(&arithmetic.doubled(left)), number(left) * 2u8 % &n);
                for right in &all {
                    let product = number(&arithmetic.product(left, right));
                    assert!(product < n);
                    assert_eq!(product * &form % &n, number(left) * number(right) % &n);
                }
            }
        }
    }

    #[test]
    fn primes_are_told_from_composites() {
        // 2^1024 - 105 is prime
        let prime: BigUint = (BigUint::from(1u8) << 1024u32) - 105u8;
        assert!(fermat::<16, 20>(&words(&prime)) && strong::<16, 20>(&words(&prime)));
        for off in [2u8, 4, 6, 8, 20, 103] {
            let composite = words(&(&prime + off));
            assert!(!fermat::<16, 20>(&composite) && !strong::<16, 20>(&composite));
        }
        // 2^64 - 59 is prime, and 1 modulo 4; 2^128 - 159 is prime
        assert!(fermat::<1, 2>(&[u64::MAX - 58]) && strong::<1, 2>(&[u64::MAX - 58]));
        let two: Words<2> = words(&((BigUint::from(1u8) << 128) - 159u8));
        assert!(fermat::<2, 3>(&two) && strong::<2, 3>(&two));
    }

    #[test]
    fn what_fools_fermat_fools_only_fermat() {
        // numbers of Carmichael: (6k+1)(12k+1)(18k+1), each factor prime
        let small = primes();
        let mut seen = 0;
        for k in (150_000u64..290_000).rev() {
            let factors = [6 * k + 1, 12 * k + 1, 18 * k + 1];
            let product = factors.iter().map(|factor| u128::from(*factor)).product::<u128>();
            let prime = |n: &u64| small.iter().take_while(|p| p.pow(2) <= *n).all(|p| !n.is_multiple_of(*p));
            if product >> 63 == 1 && factors.iter().all(prime) {
                seen += 1;
                let candidate = [product as u64];
                assert!(fermat::<1, 2>(&candidate), "{product}");
                assert!((0..5).any(|_| !strong::<1, 2>(&candidate)), "{product}");
            }
        }
        assert!(seen > 5, "{seen}");
    }

    #[test]
    fn lanes_are_apart() {
        let prime: BigUint = (BigUint::from(1u8) << 1024u32) - 105u8;
        let candidates: [Words<16>; WIDTH] = std::array::from_fn(|lane| words(&(&prime - 2 * (lane as u64 ^ 3))));
        if let Some(passed) = lanes::pass_fermat::<16, 20>(&candidates) {
            assert_eq!(passed, std::array::from_fn(|lane| lane == 3));
        }
    }

    #[test]
    fn strong_pseudoprimes_fool_some_bases_only() {
        let bases = |bases: [u64; WIDTH]| bases.map(|base| std::array::from_fn(|at| if at == 0 { base } else { 0 }));
        // of 64 bits
        for (number, bases, fooled) in [
            (18_446_744_066_047_760_377u64, [2, 3, 5, 7, 11, 13, 17, 19], 1),
            (10_507_863_093_446_805_661, [2, 3, 5, 7, 11, 13, 17, 19], 3),
            (10_509_133_897_398_869_461, [2, 3, 5, 17, 19, 7, 11, 13], 5),
        ] {
            let passed = strong_to::<1, 2>(&[number], &bases.map(|base| [base]));
            assert_eq!(passed, std::array::from_fn(|at| at < fooled), "{number}");
            assert!((0..5).any(|_| !strong::<1, 2>(&[number])), "{number}");
        }
        // of 1,024 bits: p (2 p - 1), both factors prime
        let p = b"8fafaf8f179030da98910052cebcc1ba943863a59c842b6a8b525b4f19d7b4035596dfde3eefe7344d84e990ebddb098e4bc6e829439c746d8ddd2efcaf0b585";
        let p = BigUint::parse_bytes(p, 16).unwrap();
        let candidate = words::<16>(&(&p * (&p * 2u8 - 1u8)));
        assert!(fermat::<16, 20>(&candidate));
        let passed = strong_to::<16, 20>(&candidate, &bases([2, 3, 11, 13, 17, 29, 5, 7]));
        assert_eq!(passed, std::array::from_fn(|at| at < 6));
        assert!((0..5).any(|_| !strong::<16, 20>(&candidate)));
    }

    #[test]
    fn powers_are_those_of_large_numbers() {
        let moduli: [Words<8>; WIDTH] = std::array::from_fn(|lane| if lane == 0 { [u64::MAX; 8] } else { odd() });
        let bases = moduli.each_ref().map(|modulus| words::<8>(&(number(&random::<8>()) % number(modulus))));
        let mut exponents: [Words<8>; WIDTH] = std::array::from_fn(|_| random());
        for round in 0..3 {
            match round {
                0 => {}
                1 => exponents = [exponents[0]; WIDTH],
                _ => exponents = std::array::from_fn(|lane| words(&BigUint::from(lane))),
            }
            let wanted = std::array::from_fn(|lane| {
                let [base, exponent, modulus] = [&bases, &exponents, &moduli].map(|numbers| number(&numbers[lane]));
                words::<8>(&base.modpow(&exponent, &modulus))
            });
            for lane in 0..WIDTH {
                assert_eq!(Modulus::new(moduli[lane]).power(&bases[lane], &exponents[lane]), wanted[lane]);
            }
            if let Some(powers) = lanes::powers::<8, 10>(&bases, &exponents, &moduli) {
                assert_eq!(powers, wanted);
            }
        }
    }

    /// The odd primes below [`BOUND`].
    fn primes() -> Vec<u64> {
        let mut primes: Vec<u64> = small_primes().iter().flat_map(|group| group.primes.map(u64::from)).collect();
        while primes.last() == Some(&3) {
            primes.pop();
        }
        primes
    }

    #[test]
    fn the_sieve_leaves_what_no_small_prime_divides() {
        let small = primes();
        // OEIS A007053: 12,251 primes below 2^17
        assert_eq!((small.first(), small.last(), small.len(), BOUND), (Some(&3), Some(&131_071), 12_250, 1 << 17));
        for start in [[u64::MAX; 4], [1, 0, 0, 1 << 63], odd::<4>()] {
            let left = survivors(&start);
            let rests: Vec<_> = small.iter().map(|prime| (*prime, remainder(&start, *prime as u32))).collect();
            for offset in (0..2 * SPAN as u64).step_by(2) {
                let divided = rests.iter().any(|(prime, rest)| (rest + offset).is_multiple_of(*prime));
                assert_eq!(left.contains(&offset), !divided);
            }
        }
    }

    #[test]
    fn searches_find_primes_that_suit() {
        let (mut search, mut found) = (Search::<8, 10>::default(), Vec::new());
        while found.len() < 8 {
            search.step(&system, &mut found).unwrap();
            search.go_on();
        }
        for prime in &found {
            let prime = number(prime);
            assert_eq!((&prime >> 510u16).to_u64_digits(), [3]);
            assert_eq!(BigUint::from(3u8).modpow(&(&prime - 1u8), &prime), BigUint::from(1u8));
            assert_ne!(&prime % 65_537u32, BigUint::from(1u8));
        }
        for (at, prime) in found.iter().enumerate() {
            assert!(found.iter().skip(at + 1).all(|other| far_apart(prime, other)));
        }
    }

    #[test]
    fn a_search_without_randomness_ends() {
        for byte in [0, 0xff] {
            let (mut search, mut found) = (Search::<2, 3>::default(), Vec::new());
            let same = move |buffer: &mut [u8]| buffer.fill(byte);
            assert!((0..100_000).any(|_| search.step(&same, &mut found).is_none()));
        }
    }
}
