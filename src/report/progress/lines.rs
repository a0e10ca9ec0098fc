//! What is waited for, in lines: where nobody watches, but somebody may read it later.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::{Watched, age};
use crate::cluster::{ObjectState, Progress};

/// The shortest time between two lines of a release that say nothing new but how far it is.
const PAUSE: Duration = Duration::from_secs(10);
/// After that time it is said even where nothing changed.
const SILENCE: Duration = Duration::from_secs(60);
/// The longest list of objects in one line.
const SHOWN: usize = 5;

/// When something was said last of a release's waiting, and what.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    said_at: Instant,
    said: Vec<ObjectState>,
    /// Objects that were said to have a reason, or to have failed.
    reasons: BTreeSet<String>,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { said_at: now, said: Vec::new(), reasons: BTreeSet::new() }
    }

    /// Another step was said just now.
    pub(super) fn begin(&mut self, now: Instant) {
        *self = Self::new(now);
    }

    /// Whether to say something now, and if so, remembers that it was said.
    pub(super) fn due(&mut self, late: &[&Watched], now: Instant) -> bool {
        let reasons: BTreeSet<String> = late.iter().filter_map(|object| reason(&object.state)).collect();
        let states: Vec<ObjectState> = late.iter().map(|object| object.state.clone()).collect();
        let silent = now.duration_since(self.said_at);
        let due = !reasons.is_subset(&self.reasons) || silent >= SILENCE || (silent >= PAUSE && states != self.said);
        if due {
            self.said_at = now;
            self.said = states;
            self.reasons.extend(reasons);
        }
        due
    }
}

/// What is worth a line at once: that an object has a reason, or has failed. Other words of the same object can wait: those of
/// containers that start again and again change all the time.
fn reason(state: &ObjectState) -> Option<String> {
    let failed = state.progress == Progress::Failed;
    (failed || !state.reason.is_empty()).then(|| format!("{} {failed}", state.id))
}

/// `waiting for 2 of 7: Deployment/bk/web Available: 0/1, 35s (container web: ErrImagePull …)`
pub(super) fn waiting(late: &[&Watched], all: usize, now: Instant) -> String {
    let one = |object: &&Watched| {
        let ObjectState { id, message, reason, progress, .. } = &object.state;
        let message = if message.is_empty() { progress.word() } else { message };
        let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        format!("{id} {message}, {}{reason}", age(now.duration_since(object.since)))
    };
    let shown: Vec<String> = late.iter().take(SHOWN).map(one).collect();
    let more = late.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("waiting for {} of {all}: {}{more}", late.len(), shown.join("; "))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Pace, Watched, waiting};
    use crate::cluster::{ObjectState, Progress};
    use crate::plan::Id;

    fn object(begun: Instant, message: &str, reason: &str) -> Watched {
        let id = Id { group: "apps".into(), kind: "Deployment".into(), namespace: "bk".into(), name: "web".into() };
        let (message, reason) = (message.to_owned(), reason.to_owned());
        Watched { state: ObjectState { id, progress: Progress::InProgress, message, reason, settled: false }, since: begun }
    }

    #[test]
    fn progress_is_said_from_time_to_time_and_reasons_at_once() {
        let begun = Instant::now();
        let mut pace = Pace::new(begun);
        let mut due = |seconds, object: &Watched| pace.due(&[object], begun + Duration::from_secs(seconds));
        let (none, one) = (object(begun, "Available: 0/2", ""), object(begun, "Available: 1/2", ""));
        assert!(!due(1, &none) && due(10, &none));
        assert!(!due(15, &one) && due(20, &one));
        assert!(!due(79, &one) && due(80, &one));
        let crash = |count| object(begun, "Available: 1/2", &format!("container main: CrashLoopBackOff, {count} restarts"));
        assert!(due(81, &crash(1)) && !due(82, &crash(2)) && due(91, &crash(2)));
    }

    #[test]
    fn a_line_names_the_first_few() {
        let begun = Instant::now();
        let objects: Vec<Watched> = (0..7).map(|at| object(begun, "Available: 0/1", if at == 0 { "no image" } else { "" })).collect();
        let line = waiting(&objects.iter().collect::<Vec<_>>(), 9, begun + Duration::from_secs(65));
        assert!(line.starts_with("waiting for 7 of 9: Deployment/bk/web Available: 0/1, 1m05s (no image); Deployment/bk/web"), "{line}");
        assert!(line.ends_with("; and 2 more"), "{line}");
    }
}
