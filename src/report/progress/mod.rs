//! What happens on a cluster, on stderr: `events → a table that is drawn in place, or lines`.
//!
//! On a terminal stands a table of the releases that are worked on ([`table`]); elsewhere a line a step, and what is waited
//! for from time to time ([`lines`]). Every object has a line at debug level only.

mod lines;
mod table;
mod tally;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::{Level, Output, screen};
use crate::cluster::{Event, Listener, ObjectState, Progress as State};
use lines::Pace;
use tally::Tally;

/// How often the table is drawn again: ages are shown in seconds.
const TICK: Duration = Duration::from_millis(250);

/// Shows events until it is dropped.
pub struct Progress(Arc<Shown>);

struct Shown {
    output: Output,
    /// Whether there is a table.
    live: bool,
    releases: Mutex<Vec<Release>>,
}

/// A release that is worked on.
struct Release {
    name: String,
    begun: Instant,
    /// What is done now.
    step: String,
    objects: Vec<Watched>,
    tally: Tally,
    pace: Pace,
}

/// An object that is waited for, and since when it has been late.
struct Watched {
    state: ObjectState,
    since: Instant,
}

impl Progress {
    /// To that output; as a table where `terminal` says that stderr is a terminal that somebody looks at.
    pub fn new(output: &Output, terminal: bool) -> Self {
        // Lines at debug level are for reading afterwards, and below info nobody wants to know.
        let live = terminal && output.level == Level::Info;
        let shown = Arc::new(Shown { output: *output, live, releases: Mutex::default() });
        let weak = Arc::downgrade(&shown);
        // Without a thread to be had, things are shown when something happens.
        let _ = thread::Builder::new().name("progress".to_owned()).spawn(move || tick(&weak));
        Self(shown)
    }
}

fn tick(shown: &Weak<Shown>) {
    loop {
        thread::park_timeout(TICK);
        let Some(shown) = shown.upgrade() else { return };
        let mut releases = shown.lock();
        shown.show(&mut releases, Instant::now());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let mut releases = self.0.lock();
        for mut release in releases.drain(..) {
            self.0.tell_tally(&mut release);
        }
        self.0.draw(&releases, Instant::now());
    }
}

impl Listener for Progress {
    fn event(&self, event: Event) {
        let shown = &*self.0;
        let now = Instant::now();
        let mut releases = shown.lock();
        match event {
            Event::Begun { release } => drop(of(&mut releases, &release, now)),
            Event::Step { release, what } => {
                let line = format!("{release}: {what}");
                let release = of(&mut releases, &release, now);
                release.step = what;
                release.objects.clear();
                release.pace.begin(now);
                if !shown.live {
                    shown.tell_tally(release);
                    shown.output.info(&line);
                }
            }
            Event::Applied { release, id, outcome } => {
                shown.output.debug(&format!("{release}: {id} {outcome}"));
                of(&mut releases, &release, now).tally.add(outcome, id);
            }
            Event::Waiting { release, objects } => of(&mut releases, &release, now).see(objects, now),
            Event::Log { release, source, line } | Event::HookLog { release, source, line } => {
                if shown.output.level >= Level::Warn {
                    shown.output.log(&format!("{release}: {source} | {line}"));
                }
            }
            Event::Warning { release, message } if release.is_empty() => shown.output.warn(&message),
            Event::Warning { release, message } => shown.output.warn(&format!("{release}: {message}")),
            Event::Ended { release, failure } => {
                if let Some(at) = releases.iter().position(|known| known.name == release) {
                    let mut ended = releases.remove(at);
                    shown.tell_tally(&mut ended);
                    if let Some(failure) = failure {
                        let late = late(&ended.objects);
                        let why = match late.is_empty() {
                            true => failure.lines().next().unwrap_or_default().to_owned(),
                            false => lines::waiting(&late, ended.objects.len(), now),
                        };
                        shown.output.info(&format!("{release}: failed after {}: {why}", age(now - ended.begun)));
                    }
                }
            }
        }
        shown.show(&mut releases, now);
    }
}

/// The release of that name; a new one where it was not heard of.
fn of<'r>(releases: &'r mut Vec<Release>, name: &str, now: Instant) -> &'r mut Release {
    let at = releases.iter().position(|release| release.name == name).unwrap_or_else(|| {
        let (name, step) = (name.to_owned(), "getting ready".to_owned());
        releases.push(Release { name, begun: now, step, objects: Vec::new(), tally: Tally::default(), pace: Pace::new(now) });
        releases.len() - 1
    });
    &mut releases[at]
}

impl Release {
    /// Takes what is known of the objects that are waited for.
    fn see(&mut self, states: Vec<ObjectState>, now: Instant) {
        let before = std::mem::take(&mut self.objects);
        let since = |state: &ObjectState| before.iter().find(|old| old.state.id == state.id && !old.state.settled).map(|old| old.since);
        self.objects = states.into_iter().map(|state| Watched { since: since(&state).unwrap_or(now), state }).collect();
    }
}

/// Those that are waited for still; what failed comes first, then what has a reason.
fn late(objects: &[Watched]) -> Vec<&Watched> {
    let mut late: Vec<&Watched> = objects.iter().filter(|object| !object.state.settled).collect();
    late.sort_by_key(|object| (object.state.progress != State::Failed, object.state.reason.is_empty()));
    late
}

impl Shown {
    fn lock(&self) -> MutexGuard<'_, Vec<Release>> {
        self.releases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was made and changed since the last time, in one line.
    fn tell_tally(&self, release: &mut Release) {
        if let Some(text) = release.tally.take() {
            self.output.info(&format!("{}: {text}", release.name));
        }
    }

    fn show(&self, releases: &mut [Release], now: Instant) {
        if self.live {
            return self.draw(releases, now);
        }
        for release in releases {
            let late = late(&release.objects);
            if late.is_empty() || !release.pace.due(&late, now) {
                continue;
            }
            let line = lines::waiting(&late, release.objects.len(), now);
            self.tell_tally(release);
            self.output.info(&format!("{}: {line}", release.name));
        }
    }

    fn draw(&self, releases: &[Release], now: Instant) {
        if self.live {
            let (columns, rows) = screen::size();
            screen::draw(table::lines(releases, now, (columns, rows), self.output.colour), columns);
        }
    }
}

/// `35s`, `2m05s`, `1h02m`
fn age(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        seconds => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}
