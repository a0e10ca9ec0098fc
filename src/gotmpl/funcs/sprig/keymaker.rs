//! New RSA keys: on all cores, and ahead of the templates that will ask for more.
//!
//! A key is two primes (FIPS 186-5, A.1.3) and what follows from them. Whoever asks for one searches for primes too, until there
//! are two; so a key isn't a function of the random bytes alone. Primes that were found too many wait for the next key.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use super::keys::PrivateKey;
use super::montgomery::Words;
use super::primes::{Random, Search, far_apart};
use super::signing::number_of;

/// How many keys are made ahead at most: what is made for nobody costs as much as the rest.
const AHEAD: usize = 2;
/// How many threads help at most.
const HELPERS: usize = 7;

/// Where keys are made: by those who ask, and by others who help.
#[derive(Default)]
struct Workshop<const N: usize, const L: usize> {
    stock: Mutex<Stock<N, L>>,
    /// Told when there is something to do, and when there will never be again.
    changed: Condvar,
}

#[derive(Default)]
struct Stock<const N: usize, const L: usize> {
    primes: Vec<Words<N>>,
    keys: Vec<PrivateKey>,
    /// How many keys are being made of two primes.
    making: usize,
    /// How many wait for a key.
    asking: usize,
    /// How many keys were given.
    given: usize,
    /// Searches of those who got a key.
    searches: Vec<Search<N, L>>,
    closed: bool,
}

/// What to do next.
enum Next<const N: usize> {
    Nothing,
    Assemble([Words<N>; 2]),
    Search,
}

impl<const N: usize, const L: usize> Stock<N, L> {
    fn next(&mut self) -> Next<N> {
        let wanted = self.asking.saturating_add(self.given.min(AHEAD));
        if self.keys.len().saturating_add(self.making) >= wanted {
            return Next::Nothing;
        }
        if let [one, other, ..] = self.primes[..] {
            self.primes.drain(..2);
            self.making = self.making.saturating_add(1);
            return Next::Assemble([one, other]);
        }
        Next::Search
    }
}

impl<const N: usize, const L: usize> Drop for Stock<N, L> {
    fn drop(&mut self) {
        self.primes.fill([0; N]);
        std::hint::black_box(&self.primes);
    }
}

impl<const N: usize, const L: usize> Workshop<N, L> {
    fn stock(&self) -> MutexGuard<'_, Stock<N, L>> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is next. `None` where the random bytes aren't random.
    fn work(&self, next: Next<N>, search: &mut Search<N, L>, random: &Random<'_>) -> Option<()> {
        match next {
            Next::Nothing => {}
            Next::Assemble(primes) => {
                let key = PrivateKey::of_primes(primes.each_ref().map(number_of));
                let mut stock = self.stock();
                stock.making = stock.making.saturating_sub(1);
                stock.keys.extend(key);
                drop(stock);
                self.changed.notify_all();
            }
            Next::Search => {
                let mut found = Vec::new();
                search.step(random, &mut found)?;
                let mut stock = self.stock();
                for prime in found {
                    if stock.primes.iter().all(|other| far_apart(other, &prime)) {
                        stock.primes.push(prime);
                        search.go_on();
                    }
                }
            }
        }
        Some(())
    }

    /// A new key. `None` where the random bytes aren't random.
    fn key(&self, random: &Random<'_>) -> Option<PrivateKey> {
        let mut stock = self.stock();
        stock.asking = stock.asking.saturating_add(1);
        self.changed.notify_all();
        let mut search = stock.searches.pop().unwrap_or_default();
        let key = loop {
            if let Some(key) = stock.keys.pop() {
                stock.given = stock.given.saturating_add(1);
                stock.searches.push(search);
                break Some(key);
            }
            let next = stock.next();
            if matches!(next, Next::Nothing) {
                stock = self.changed.wait(stock).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            drop(stock);
            let done = self.work(next, &mut search, random);
            stock = self.stock();
            if done.is_none() {
                break None;
            }
        };
        stock.asking = stock.asking.saturating_sub(1);
        key
    }

    /// Works as long as there is something to do, until the workshop closes.
    fn help(&self, random: &Random<'_>) {
        let mut search = Search::default();
        loop {
            let mut stock = self.stock();
            if stock.closed {
                return;
            }
            let next = stock.next();
            if matches!(next, Next::Nothing) {
                drop(self.changed.wait(stock).unwrap_or_else(PoisonError::into_inner));
                continue;
            }
            drop(stock);
            if self.work(next, &mut search, random).is_none() {
                return;
            }
        }
    }

    fn close(&self) {
        self.stock().closed = true;
        self.changed.notify_all();
    }
}

/// How many threads help the one that asks.
fn helpers() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    CORES.get_or_init(|| thread::available_parallelism().map_or(1, usize::from)).saturating_sub(1).min(HELPERS)
}

/// A new key of two primes of `N` words (`L` limbs of 52 bits), made by all cores. `None` where the random bytes aren't random.
pub(super) fn make<const N: usize, const L: usize>(random: &Random<'_>) -> Option<PrivateKey> {
    let workshop = Workshop::<N, L>::default();
    thread::scope(|scope| {
        for _ in 0..helpers() {
            scope.spawn(|| workshop.help(random));
        }
        let key = workshop.key(random);
        workshop.close();
        key
    })
}

/// Makes RSA keys of 2,048 bits, from the first that is asked for until it is dropped.
///
/// After each it goes on, on cores that have nothing else to do, until some are ready: charts that ask for one ask for several.
/// A key is given once; what is left is forgotten.
pub struct KeyMaker {
    workshop: Arc<Workshop<16, 20>>,
    random: Arc<Random<'static>>,
    helpers: OnceLock<Vec<JoinHandle<()>>>,
}

impl KeyMaker {
    /// With a source of random bytes. Nothing is made yet.
    pub fn new(random: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self { workshop: Arc::default(), random: Arc::new(random), helpers: OnceLock::new() }
    }

    /// A new key. `None` where the random bytes aren't random.
    pub(super) fn key(&self) -> Option<PrivateKey> {
        self.helpers.get_or_init(|| {
            let start = |_| {
                let (workshop, random) = (self.workshop.clone(), self.random.clone());
                // without a thread the one that asks does all
                thread::Builder::new().spawn(move || workshop.help(&*random)).ok()
            };
            (0..helpers()).filter_map(start).collect()
        });
        self.workshop.key(&*self.random)
    }
}

impl Drop for KeyMaker {
    fn drop(&mut self) {
        self.workshop.close();
        for helper in self.helpers.take().unwrap_or_default() {
            // one that panicked said so itself
            drop(helper.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::{KeyMaker, make};

    fn system(buffer: &mut [u8]) {
        getrandom::fill(buffer).unwrap();
    }

    #[test]
    fn keys_are_given_once() {
        let maker = KeyMaker::new(system);
        let keys: HashSet<String> = (0..3).map(|_| maker.key().unwrap().to_pem()).collect();
        assert_eq!(keys.len(), 3);
    }

    #[test]
    fn nobody_works_on_after_the_end() {
        let maker = KeyMaker::new(system);
        assert!(maker.key().is_some());
        let workshop = Arc::downgrade(&maker.workshop);
        drop(maker);
        assert!(workshop.upgrade().is_none());
    }

    #[test]
    fn without_randomness_there_is_no_key() {
        for byte in [0, 0xff] {
            assert!(make::<2, 3>(&move |buffer: &mut [u8]| buffer.fill(byte)).is_none());
        }
    }
}
