//! Primes for RSA keys: random starts, a sieve, Fermat's test as a filter, Miller and Rabin's for what is left.
//!
//! By FIPS 186-5, A.1.3: random primes whose product has the full size, not close to each other, and coprime to the public
//! exponent when less by one. A search goes up from a random start instead of drawing each candidate, as OpenSSL's and others
//! do. All cores search until together they have two primes; so a key isn't a function of the random bytes alone.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::lanes::{self, WIDTH};
use super::montgomery::{Modulus, Words, difference};
use crate::gotmpl::World;

/// The public exponent of all keys.
pub(super) const EXPONENT: u32 = 65_537;

/// The sieve's primes end here: where the division by more of them costs as much as the tests that they save.
const BOUND: usize = 1 << 16;
/// How many odd numbers a start covers. Of 1,024 bits every 355th is prime, so that few starts are in vain.
const SPAN: usize = 4096;
/// How many starts there are at most. Only randomness that is none comes to the end.
const STARTS: usize = 64;
/// How often a base is drawn again at most; at least every second fits.
const DRAWS: usize = 64;
/// Rounds of Miller and Rabin where they are done one by one: FIPS 186-5, table B.1, for primes of 1,024 bits and more.
const ROUNDS: usize = 5;

/// Two primes of `N` words of 64 bits (`L` limbs of 52 bits) whose two highest bits are set.
///
/// `None` where the random bytes aren't random.
pub(super) fn pair<const N: usize, const L: usize>(world: &dyn World) -> Option<[Words<N>; 2]> {
    static CORES: OnceLock<usize> = OnceLock::new();
    let cores = *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from));
    let search = Search::<N> { world, found: Mutex::new(Vec::new()), done: AtomicBool::new(false), starts: AtomicUsize::new(0) };
    std::thread::scope(|scope| {
        for _ in 1..cores.min(WIDTH) {
            scope.spawn(|| search.run::<L>());
        }
        search.run::<L>();
    });
    search.found.into_inner().unwrap_or_else(PoisonError::into_inner).try_into().ok()
}

/// The search for the primes of a key.
struct Search<'a, const N: usize> {
    world: &'a dyn World,
    found: Mutex<Vec<Words<N>>>,
    done: AtomicBool,
    starts: AtomicUsize,
}

impl<const N: usize> Search<'_, N> {
    /// Searches until there are two primes, here or elsewhere.
    fn run<const L: usize>(&self) {
        while !self.done.load(Ordering::Relaxed) && self.starts.fetch_add(1, Ordering::Relaxed) < STARTS {
            let mut start = self.random();
            start[0] |= 1;
            start[N - 1] |= 3 << 62;
            let Some(prime) = self.prime_from::<L>(&start) else { continue };
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            if found.len() < 2 && found.iter().all(|other| far_apart(other, &prime)) {
                found.push(prime);
            }
            if found.len() == 2 {
                self.done.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The first prime from a start on that suits [`EXPONENT`]; none where there is none near, or the search has ended.
    fn prime_from<const L: usize>(&self, start: &Words<N>) -> Option<Words<N>> {
        for offsets in survivors(start).chunks(WIDTH) {
            if self.done.load(Ordering::Relaxed) {
                return None;
            }
            let last = *offsets.last()?;
            let mut candidates = [*start; WIDTH];
            for (at, candidate) in candidates.iter_mut().enumerate() {
                *candidate = raised(start, offsets.get(at).copied().unwrap_or(last))?;
            }
            let passed = lanes::pass_fermat::<N, L>(&candidates)
                .unwrap_or_else(|| candidates.each_ref().map(|candidate| Modulus::new(*candidate).passes_fermat()));
            for (candidate, _) in candidates.iter().zip(passed).filter(|(_, passed)| *passed) {
                if remainder(candidate, EXPONENT) != 1 && self.passes_strong::<L>(candidate)? {
                    return Some(*candidate);
                }
            }
        }
        None
    }

    /// The test of Miller and Rabin to random bases.
    fn passes_strong<const L: usize>(&self, candidate: &Words<N>) -> Option<bool> {
        let mut bases = [[0; N]; WIDTH];
        for base in &mut bases {
            *base = self.base(candidate)?;
        }
        Some(lanes::passes_strong::<N, L>(candidate, &bases).unwrap_or_else(|| {
            let modulus = Modulus::new(*candidate);
            bases.iter().take(ROUNDS).all(|base| modulus.passes_strong(base))
        }))
    }

    /// A random number from 1 to below another. Multiplied by any power of two it is still that, so it may be in any form.
    fn base(&self, candidate: &Words<N>) -> Option<Words<N>> {
        let mut draws = (0..DRAWS).map(|_| self.random());
        draws.find(|base| *base != [0; N] && difference(base, candidate).1 == 1)
    }

    fn random(&self) -> Words<N> {
        let mut words = [0; N];
        for word in &mut words {
            let mut bytes = [0; 8];
            self.world.random(&mut bytes);
            *word = u64::from_le_bytes(bytes);
        }
        words
    }
}

/// Whether two numbers differ by more than 2^(64 N - 100).
fn far_apart<const N: usize>(one: &Words<N>, other: &Words<N>) -> bool {
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

/// The odd primes below [`BOUND`].
fn small_primes() -> &'static [u32] {
    static PRIMES: OnceLock<Vec<u32>> = OnceLock::new();
    PRIMES.get_or_init(|| {
        let mut composite = vec![false; BOUND];
        let mut primes = Vec::new();
        for number in (3..BOUND).step_by(2) {
            if !composite[number] {
                primes.push(number as u32);
                composite.iter_mut().skip(number * number).step_by(2 * number).for_each(|mark| *mark = true);
            }
        }
        primes
    })
}

/// What to add to an odd number for the odd numbers from there on that no small prime divides.
fn survivors<const N: usize>(start: &Words<N>) -> Vec<u64> {
    let mut composite = [false; SPAN];
    for primes in small_primes().chunks(WIDTH) {
        for (prime, rest) in primes.iter().zip(remainders(start, primes)) {
            // how many steps of two to the next multiple
            let (prime, missing) = (*prime as usize, (*prime - rest) as usize);
            let first = if rest == 0 { 0 } else { (missing + if missing % 2 == 1 { prime } else { 0 }) / 2 };
            composite.iter_mut().skip(first).step_by(prime).for_each(|mark| *mark = true);
        }
    }
    composite.iter().enumerate().filter(|(_, composite)| !**composite).map(|(at, _)| 2 * at as u64).collect()
}

/// A number modulo up to eight small primes at once.
///
/// In floating point, which processors do several of at once, and without a division: all numbers are whole and below 2^52, so
/// that nothing is rounded but the quotients; a quotient that is one off only leaves a remainder that is a prime off.
fn remainders<const N: usize>(number: &Words<N>, primes: &[u32]) -> [u32; WIDTH] {
    /// Added and taken away again it rounds to a whole number.
    const ROUNDING: f64 = 6_755_399_441_055_744.0;
    const HALF: f64 = 4_294_967_296.0;
    let primes: [f64; WIDTH] = std::array::from_fn(|at| f64::from(primes.get(at).copied().unwrap_or(3)));
    let inverses = primes.map(|prime| 1.0 / prime);
    let mut rests = [0.0; WIDTH];
    for word in number.iter().rev() {
        for half in [(word >> 32) as u32, *word as u32].map(f64::from) {
            for at in 0..WIDTH {
                let whole = rests[at] * HALF + half;
                let quotient = (whole * inverses[at] + ROUNDING) - ROUNDING;
                rests[at] = whole - quotient * primes[at];
            }
        }
    }
    std::array::from_fn(|at| {
        let (rest, prime) = (rests[at] as i64, primes[at] as i64);
        (rest + prime).rem_euclid(prime) as u32
    })
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{Modulus, WIDTH, Words, lanes, pair, remainder, remainders, small_primes, survivors};
    use crate::gotmpl::World;

    /// The system's randomness, or always the same byte.
    struct Random(Option<u8>);

    impl World for Random {
        fn now(&self) -> i128 {
            0
        }
        fn random(&self, buffer: &mut [u8]) {
            match self.0 {
                Some(byte) => buffer.fill(byte),
                None => aws_lc_rs::rand::fill(buffer).unwrap(),
            }
        }
        fn zone(&self) -> String {
            String::new()
        }
        fn variable(&self, _: &str) -> Option<String> {
            None
        }
    }

    fn number<const N: usize>(words: &Words<N>) -> BigUint {
        words.iter().rev().fold(BigUint::ZERO, |sum, word| (sum << 64u8) + *word)
    }

    fn words<const N: usize>(number: &BigUint) -> Words<N> {
        let digits = number.to_u64_digits();
        std::array::from_fn(|at| digits.get(at).copied().unwrap_or(0))
    }

    fn random<const N: usize>() -> Words<N> {
        std::array::from_fn(|_| {
            let mut bytes = [0; 8];
            Random(None).random(&mut bytes);
            u64::from_le_bytes(bytes)
        })
    }

    /// Both implementations, which must agree.
    fn fermat<const N: usize, const L: usize>(candidate: &Words<N>) -> bool {
        let one = Modulus::new(*candidate).passes_fermat();
        if let Some(lanes) = lanes::pass_fermat::<N, L>(&[*candidate; WIDTH]) {
            assert_eq!(lanes, [one; WIDTH]);
        }
        one
    }

    fn strong<const N: usize, const L: usize>(candidate: &Words<N>) -> bool {
        let mut base = random::<N>();
        base[N - 1] >>= 1;
        let one = Modulus::new(*candidate).passes_strong(&base);
        if let Some(lanes) = lanes::passes_strong::<N, L>(candidate, &[base; WIDTH]) {
            assert_eq!(lanes, one);
        }
        one
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
        let prime = (BigUint::from(1u8) << 1024) - 105u8;
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
        let small = small_primes();
        let mut seen = 0;
        for k in (150_000u64..290_000).rev() {
            let factors = [6 * k + 1, 12 * k + 1, 18 * k + 1];
            let product = factors.iter().map(|factor| u128::from(*factor)).product::<u128>();
            let prime = |n: &u64| small.iter().take_while(|p| u64::from(**p).pow(2) <= *n).all(|p| !n.is_multiple_of(u64::from(*p)));
            if product >> 63 == 1 && factors.iter().all(prime) {
                seen += 1;
                let candidate = [product as u64];
                assert!(fermat::<1, 2>(&candidate), "{product}");
                assert!((0..40).any(|_| !strong::<1, 2>(&candidate)), "{product}");
            }
        }
        assert!(seen > 5, "{seen}");
    }

    #[test]
    fn lanes_are_apart() {
        let prime = (BigUint::from(1u8) << 1024) - 105u8;
        let candidates: [Words<16>; WIDTH] = std::array::from_fn(|lane| words(&(&prime - 2 * (lane as u64 ^ 3))));
        if let Some(passed) = lanes::pass_fermat::<16, 20>(&candidates) {
            assert_eq!(passed, std::array::from_fn(|lane| lane == 3));
        }
    }

    #[test]
    fn the_sieve_leaves_what_no_small_prime_divides() {
        assert_eq!((small_primes().first(), small_primes().last(), small_primes().len()), (Some(&3), Some(&65_521), 6541));
        for start in [[u64::MAX; 4], [1, 0, 0, 1 << 63], random::<4>().map(|word| word | 1)] {
            for primes in small_primes().chunks(WIDTH) {
                for (prime, rest) in primes.iter().zip(remainders(&start, primes)) {
                    assert_eq!(u64::from(rest), remainder(&start, *prime));
                }
            }
            let left = survivors(&start);
            for offset in (0..400).step_by(2) {
                let number = number(&start) + offset;
                let divided = small_primes().iter().any(|prime| &number % *prime == BigUint::ZERO);
                assert_eq!(left.contains(&offset), !divided);
            }
        }
    }

    #[test]
    fn pairs_are_primes_that_suit() {
        let [p, q] = pair::<8, 10>(&Random(None)).unwrap().map(|prime| number(&prime));
        for prime in [&p, &q] {
            assert_eq!((prime >> 510u16).to_u64_digits(), [3]);
            assert_eq!(BigUint::from(3u8).modpow(&(prime - 1u8), prime), BigUint::from(1u8));
            assert_ne!(prime % 65_537u32, BigUint::from(1u8));
        }
        assert_ne!(p, q);
    }

    #[test]
    fn a_search_without_randomness_ends() {
        for byte in [0, 0xff] {
            assert!(pair::<2, 3>(&Random(Some(byte))).is_none());
        }
    }
}
