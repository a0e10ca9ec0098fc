//! `--timings`: where the time went.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A step of the path that is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// State files, bases, environments.
    State,
    /// A release's value layers.
    Values,
    /// Finding, downloading, unpacking and compiling charts.
    Charts,
    /// Running templates and sorting manifests.
    Render,
    /// Checking schemas and manifests.
    Check,
    /// Writing output.
    Write,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Phase::State => "state",
            Phase::Values => "values",
            Phase::Charts => "charts",
            Phase::Render => "render",
            Phase::Check => "check",
            Phase::Write => "write",
        }
    }
}

/// Sums of time by phase and by release.
#[derive(Debug, Default)]
struct Sums {
    phases: BTreeMap<Phase, Duration>,
    releases: BTreeMap<String, Duration>,
}

/// Collected times, shared between threads.
#[derive(Debug, Clone)]
pub struct Timings {
    started: Instant,
    sums: Arc<Mutex<Sums>>,
}

impl Timings {
    /// The clock starts now.
    pub fn start() -> Self {
        Self { started: Instant::now(), sums: Arc::default() }
    }

    /// Runs `work` and notes how long it took, for the phase and for the release it was done for.
    pub fn measure<T>(&self, phase: Phase, release: Option<&str>, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        *sums.phases.entry(phase).or_default() += took;
        if let Some(name) = release {
            *sums.releases.entry(name.to_owned()).or_default() += took;
        }
        result
    }

    /// A table: the phases' sums, then the releases, slowest first. Releases are worked on at the same time,
    /// so sums may exceed the wall time in the last line.
    pub fn table(&self) -> String {
        let sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        let mut releases: Vec<_> = sums.releases.iter().collect();
        releases.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let mut table = String::from("PHASE/RELEASE                    MILLISECONDS\n");
        for (phase, took) in &sums.phases {
            table.push_str(&row(phase.name(), *took));
        }
        for (name, took) in releases {
            table.push_str(&row(&format!("  {name}"), *took));
        }
        table.push_str(&row("wall time", self.started.elapsed()));
        table.trim_end().to_owned()
    }
}

fn row(name: &str, took: Duration) -> String {
    format!("{name:<32} {:>12.2}\n", took.as_secs_f64() * 1000.0)
}
