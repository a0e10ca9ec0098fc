//! Asking again where a fault may pass: how often, after how long, and that it is said when it takes long.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Event, Fault, Listener};

/// How often a passing fault is met before it is given up, and the longest wait between two tries.
const TRIES: u32 = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// After that long, nobody should wonder any more why nothing happens.
const SILENCE: Duration = Duration::from_secs(3);
/// How long it is not said again: many questions may meet the same fault.
const PAUSE: Duration = Duration::from_secs(30);

/// Who is told that the server has to be asked again. Cheap to clone.
#[derive(Clone)]
pub(super) struct Told {
    listener: Arc<dyn Listener>,
    last: Arc<Mutex<Option<Instant>>>,
}

impl Told {
    pub(super) fn new(listener: Arc<dyn Listener>) -> Self {
        Self { listener, last: Arc::default() }
    }

    fn say(&self, address: &str, fault: &Fault) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= PAUSE) {
            *last = Some(Instant::now());
            let message = format!("{address} can't answer just now and is asked again: {fault}");
            self.listener.event(Event::Warning { release: String::new(), message });
        }
    }
}

/// How often a question was asked, and how long was waited.
#[derive(Default)]
pub(super) struct Tries {
    asked: u32,
    waited: Duration,
}

impl Tries {
    /// Waits twice as long each time, or as long as the server says; `false` when it was tried often enough. Says once that it
    /// takes long.
    pub(super) async fn again(&mut self, fault: &Fault, address: &str, told: &Told) -> bool {
        self.asked += 1;
        if self.asked >= TRIES {
            return false;
        }
        let wait = fault.retry_after.unwrap_or(Duration::from_millis(100 << self.asked.min(7))).min(LONGEST_WAIT);
        let before = self.waited;
        self.waited += wait;
        if before <= SILENCE && self.waited > SILENCE {
            told.say(address, fault);
        }
        tokio::time::sleep(wait).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use tokio::time::Instant;

    use super::super::{Event, Fault, Listener};
    use super::{Told, Tries};

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Listener for Heard {
        fn event(&self, event: Event) {
            if let Event::Warning { message, .. } = event {
                self.0.lock().expect("no test panics with it").push(message);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_asked_again_for_long_is_named_once() {
        let heard = Arc::new(Heard::default());
        let told = Told::new(heard.clone());
        let said = || heard.0.lock().expect("no test panics with it").clone();
        let fault = Fault::of_answer(503, None, b"");
        let begun = Instant::now();
        let (mut one, mut other) = (Tries::default(), Tries::default());
        for _ in 0..4 {
            assert!(one.again(&fault, "https://it", &told).await && other.again(&fault, "https://it", &told).await);
        }
        assert_eq!(said(), Vec::<String>::new());
        while one.again(&fault, "https://it", &told).await {
            assert!(begun.elapsed() < Duration::from_secs(60));
        }
        assert!(other.again(&fault, "https://it", &told).await);
        assert_eq!(said(), ["https://it can't answer just now and is asked again: the server answered 503"]);
        // The server says itself how long.
        let busy = Fault::of_answer(429, Some(Duration::from_secs(5)), b"");
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!(Tries::default().again(&busy, "https://it", &told).await);
        assert_eq!(said().len(), 2);
    }
}
