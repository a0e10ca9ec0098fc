//! Deep recursion without a deep stack: work goes on on a thread of its own when this one's stack runs low.
//!
//! Go's stacks grow; ours don't. Every recursion of the parser, the printer and the executor asks [`Stack::is_low`] and
//! continues through [`deeper`] where it says so, on any thread that has [`FIRST`] bytes and some to spare.

use std::thread::Builder;

/// What we use of a stack that we did not make: threads have 2 MiB as a rule, and functions need some of it.
const FIRST: usize = 512 << 10;
/// The stacks we make; they cost only what is used of them.
const SEGMENT: usize = 128 << 20;
/// What functions may use of the stacks we make.
const SPARE: usize = 4 << 20;

/// Where the current stack began and how much of it may be used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stack {
    base: usize,
    budget: usize,
}

impl Stack {
    /// The current thread's stack, counted from here.
    #[inline(never)]
    pub(super) fn here() -> Self {
        Self { base: position(), budget: FIRST }
    }
    /// Whether recursion should go on elsewhere.
    #[inline]
    pub(super) fn is_low(&self) -> bool {
        self.base.abs_diff(position()) > self.budget
    }
}

#[inline(always)]
fn position() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(&marker).addr()
}

/// Who recurses and keeps its [`Stack`].
pub(super) trait Recursive: Send {
    /// Where it is kept.
    fn stack(&mut self) -> &mut Stack;
}

/// Runs `work` on a new stack and gives back what it gives; `None` where the system has no thread for us.
pub(super) fn deeper<T: Recursive + ?Sized, R: Send>(this: &mut T, work: impl FnOnce(&mut T) -> R + Send) -> Option<R> {
    let before = *this.stack();
    let result = elsewhere(|| {
        *this.stack() = Stack { base: Stack::here().base, budget: SEGMENT - SPARE };
        work(this)
    });
    *this.stack() = before;
    result
}

/// Runs `work` on a new, large stack; `None` where the system has no thread for us.
pub(super) fn elsewhere<R: Send>(work: impl FnOnce() -> R + Send) -> Option<R> {
    std::thread::scope(|scope| match Builder::new().stack_size(SEGMENT).spawn_scoped(scope, work).ok()?.join() {
        Ok(result) => Some(result),
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

#[cfg(test)]
mod tests {
    use super::{Recursive, Stack, deeper};

    struct Counter(Stack);
    impl Recursive for Counter {
        fn stack(&mut self) -> &mut Stack {
            &mut self.0
        }
    }
    fn count(counter: &mut Counter, to: u64) -> u64 {
        if to == 0 {
            return 0;
        }
        if counter.0.is_low() {
            return deeper(counter, |counter| count(counter, to)).unwrap_or_default();
        }
        count(counter, to.saturating_sub(1)).saturating_add(1)
    }

    #[test]
    fn a_million_levels_fit() {
        assert_eq!(count(&mut Counter(Stack::here()), 1_000_000), 1_000_000);
    }
}
