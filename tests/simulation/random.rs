//! Chance from a seed: the same seed, the same world.

use std::time::Duration;

use crate::harness::random;

/// A generator of the SplitMix64 kind: one number of state, good enough to choose schedules.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Two seeds that differ in one bit give streams that have nothing in common; `stream` tells users of one seed apart.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random.next();
        random
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        random::next(&mut self.0)
    }

    /// A number below `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }

    /// True in so many of a thousand cases.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < u64::from(per_mille)
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        among.get(usize::try_from(self.below(among.len() as u64)).unwrap_or_default())
    }

    /// A time between the two, in whole milliseconds: most are short, some long.
    pub fn time(&mut self, (shortest, longest): (Duration, Duration)) -> Duration {
        let span = u64::try_from(longest.saturating_sub(shortest).as_millis()).unwrap_or_default();
        let drawn = self.below(span + 1);
        shortest + Duration::from_millis(if self.chance(750) { drawn / 8 } else { drawn })
    }
}
