//! Whose turn it is: a release begins as soon as everything that it needs is deployed, whatever else is still worked on.

use std::sync::{Condvar, Mutex, PoisonError};

/// The turns of a list of releases. Each waits only for ones before it in the list: whoever takes them in its order, on as
/// few threads as there may be, comes to its end.
pub struct Turns {
    /// For each, which it needs.
    needs: Vec<Vec<usize>>,
    /// For each that has ended, whether it went well.
    ended: Mutex<Vec<Option<bool>>>,
    changed: Condvar,
}

/// A turn that was taken; one that is dropped without a word went wrong.
pub struct Turn<'a> {
    turns: &'a Turns,
    at: usize,
    well: bool,
}

impl Turns {
    /// For releases of which each needs those ([`crate::state::State::needed`]).
    pub fn new(needs: Vec<Vec<usize>>) -> Self {
        let ended = Mutex::new(vec![None; needs.len()]);
        Self { needs, ended, changed: Condvar::new() }
    }

    /// Waits until everything that this one needs went well; `None` where something of it did not, or never began.
    pub fn take(&self, at: usize) -> Option<Turn<'_>> {
        let turn = Turn { turns: self, at, well: false };
        let needs = self.needs.get(at).map(Vec::as_slice).unwrap_or_default();
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let how = |needed: &usize| ended.get(*needed).copied().flatten();
            if needs.iter().any(|needed| how(needed) == Some(false)) {
                return None;
            }
            if needs.iter().all(|needed| how(needed) == Some(true)) {
                return Some(turn);
            }
            ended = self.changed.wait(ended).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Turn<'_> {
    /// It has ended, well or not.
    pub fn end(mut self, well: bool) {
        self.well = well;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut ended = self.turns.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = ended.get_mut(self.at) {
            *slot = Some(self.well);
        }
        self.turns.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::Turns;
    use crate::commands::path::in_order;

    /// Works on a list with those needs on some threads; gives what began, in order, and what did not.
    fn work(threads: usize, needs: &[&[usize]], bad: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let turns = Turns::new(needs.iter().map(|needs| needs.to_vec()).collect());
        let all: Vec<usize> = (0..needs.len()).collect();
        let begun = Mutex::new(Vec::new());
        let one = |at: &usize| {
            let turn = turns.take(*at)?;
            begun.lock().unwrap().push(*at);
            turn.end(!bad.contains(at));
            Some(())
        };
        let mut left = Vec::new();
        in_order(threads, &all.iter().collect::<Vec<_>>(), one, |at, done| left.extend(done.is_none().then_some(*at)));
        (begun.into_inner().unwrap(), left)
    }

    #[test]
    fn each_begins_after_what_it_needs() {
        for threads in 1..5 {
            let needs: [&[usize]; 5] = [&[], &[], &[0], &[1, 2], &[0]];
            let (begun, left) = work(threads, &needs, &[]);
            assert_eq!((begun.len(), left.len()), (5, 0));
            let place = |at: usize| begun.iter().position(|other| *other == at).unwrap();
            for (at, needs) in needs.iter().enumerate() {
                assert!(needs.iter().all(|needed| place(*needed) < place(at)), "{begun:?}");
            }
        }
    }

    #[test]
    fn what_needs_a_failure_is_not_begun_and_the_rest_is() {
        for threads in 1..5 {
            let (mut begun, left) = work(threads, &[&[], &[], &[0], &[2], &[1]], &[0]);
            begun.sort_unstable();
            assert_eq!((begun, left), (vec![0, 1, 4], vec![2, 3]));
        }
    }

    #[test]
    fn a_turn_that_was_lost_went_wrong() {
        let turns = Turns::new(vec![vec![], vec![0]]);
        drop(turns.take(0).unwrap());
        assert!(turns.take(1).is_none());
    }
}
