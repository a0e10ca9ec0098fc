//! Chance that a seed repeats.

use crate::harness::random;

/// A stream of numbers, the same for the same seed.
pub struct Random(u64);

impl Random {
    /// The stream of one case of one seed.
    pub fn new(seed: u64, case: u64) -> Self {
        let mut random = Random(seed);
        let start = random.next();
        Random(start ^ case.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }
    pub fn next(&mut self) -> u64 {
        random::next(&mut self.0)
    }
    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
    /// Whether something with that many chances in a hundred happens.
    pub fn percent(&mut self, chances: u32) -> bool {
        self.below(100) < chances as usize
    }
    /// One of them.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}
