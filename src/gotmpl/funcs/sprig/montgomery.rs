//! Arithmetic modulo an odd number of `N` words of 64 bits, after Montgomery: a number stands for itself times 2^(64 N).
//!
//! What [`primes`](super::primes) tests with where the processor has nothing wider (see [`lanes`](super::lanes)).

/// A number: its words, the lowest first.
pub(super) type Words<const N: usize> = [u64; N];

/// An odd modulus whose highest bit is set.
#[derive(Debug, Clone)]
pub(super) struct Modulus<const N: usize> {
    words: Words<N>,
    /// Minus one over the modulus, modulo 2^64.
    inverse: u64,
}

impl<const N: usize> Modulus<N> {
    /// Of a number that is odd and whose highest bit is set.
    pub(super) fn new(words: Words<N>) -> Self {
        Self { words, inverse: negative_inverse(words[0]) }
    }

    /// One in Montgomery's form: 2^(64 N) less the modulus.
    pub(super) fn one(&self) -> Words<N> {
        difference(&[0; N], &self.words).0
    }

    /// Twice a number.
    pub(super) fn doubled(&self, number: &Words<N>) -> Words<N> {
        let mut twice = [0; N];
        let mut above = 0;
        for (to, word) in twice.iter_mut().zip(number) {
            *to = word << 1 | above;
            above = word >> 63;
        }
        self.brought_below(&twice, above)
    }

    /// The product of two numbers.
    #[inline]
    pub(super) fn product(&self, left: &Words<N>, right: &Words<N>) -> Words<N> {
        let mut sum = [0; N];
        let mut above = 0;
        for word in left {
            let mut carry = 0;
            for at in 0..N {
                (sum[at], carry) = multiplied(sum[at], *word, right[at], carry);
            }
            // a multiple of the modulus makes the lowest word zero; the rest moves down by one word
            let quotient = sum[0].wrapping_mul(self.inverse);
            let mut second = multiplied(sum[0], quotient, self.words[0], 0).1;
            for at in 1..N {
                (sum[at - 1], second) = multiplied(sum[at], quotient, self.words[at], second);
            }
            let top = u128::from(above) + u128::from(carry) + u128::from(second);
            sum[N - 1] = top as u64;
            above = (top >> 64) as u64;
        }
        self.brought_below(&sum, above)
    }

    /// A number below the modulus to the power of another.
    pub(super) fn power(&self, base: &Words<N>, exponent: &Words<N>) -> Words<N> {
        let base = self.formed(base);
        let mut power = self.one();
        for at in (0..64 * N).rev() {
            power = self.product(&power, &power);
            let times = self.product(&power, &base);
            if exponent[at / 64] >> (at % 64) & 1 == 1 {
                power = times;
            }
        }
        let mut unit = [0; N];
        unit[0] = 1;
        self.product(&power, &unit)
    }

    /// A number in Montgomery's form.
    fn formed(&self, number: &Words<N>) -> Words<N> {
        (0..64 * N).fold(*number, |number, _| self.doubled(&number))
    }

    /// Whether the modulus passes Fermat's test to base 2: 2^(n-1) is one modulo n.
    pub(super) fn passes_fermat(&self) -> bool {
        let one = self.one();
        let mut power = one;
        for at in (0..64 * N).rev() {
            power = self.product(&power, &power);
            // the exponent, n-1, has the bits of n but for the lowest
            if at > 0 && self.words[at / 64] >> (at % 64) & 1 == 1 {
                power = self.doubled(&power);
            }
        }
        power == one
    }

    /// Whether the modulus passes the test of Miller and Rabin to a base below it.
    pub(super) fn passes_strong(&self, base: &Words<N>) -> bool {
        let base = &self.formed(base);
        let one = self.one();
        let minus_one = difference(&self.words, &one).0;
        let twos = twos(&self.words);
        let mut power = one;
        for at in (twos..64 * N).rev() {
            power = self.product(&power, &power);
            if self.words[at / 64] >> (at % 64) & 1 == 1 {
                power = self.product(&power, base);
            }
        }
        if power == one || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = self.product(&power, &power);
            power == minus_one
        })
    }

    /// A number below twice the modulus, its word `N` given apart, brought below the modulus.
    fn brought_below(&self, number: &Words<N>, above: u64) -> Words<N> {
        let (less, borrow) = difference(number, &self.words);
        if above < borrow { *number } else { less }
    }
}

/// How often two divides an odd number less one.
pub(super) fn twos<const N: usize>(odd: &Words<N>) -> usize {
    let mut words = odd.iter().enumerate().map(|(at, word)| (at, if at == 0 { word - 1 } else { *word }));
    words.find(|(_, word)| *word != 0).map_or(0, |(at, word)| 64 * at + word.trailing_zeros() as usize)
}

/// A number divided by a power of two below 2^(64 N).
#[cfg(target_arch = "x86_64")]
pub(super) fn shifted_down<const N: usize>(number: &Words<N>, bits: usize) -> Words<N> {
    std::array::from_fn(|at| {
        let word = |at: usize| u128::from(number.get(at + bits / 64).copied().unwrap_or(0));
        ((word(at) | word(at + 1) << 64) >> (bits % 64)) as u64
    })
}

/// `sum + left * right + carry`: its low and its high word.
#[inline]
fn multiplied(sum: u64, left: u64, right: u64, carry: u64) -> (u64, u64) {
    let all = u128::from(left) * u128::from(right) + u128::from(sum) + u128::from(carry);
    (all as u64, (all >> 64) as u64)
}

/// The difference modulo 2^(64 N), and 1 where the right number is the larger one.
#[inline]
pub(super) fn difference<const N: usize>(left: &Words<N>, right: &Words<N>) -> (Words<N>, u64) {
    let mut out = [0; N];
    let mut borrow = false;
    for (to, (left, right)) in out.iter_mut().zip(left.iter().zip(right)) {
        (*to, borrow) = left.borrowing_sub(*right, borrow);
    }
    (out, u64::from(borrow))
}

/// Minus one over an odd number, modulo 2^64. An odd number is its own inverse modulo 8; each step of Newton's doubles the bits.
pub(super) fn negative_inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}
