//! A simulated API server: `seed → a world that answers, fails and lets its clients die, the same for the same seed`.
//!
//! [`Simulation`] holds a server in memory ([`world`], [`serving`], [`writing`]) with slow controllers ([`controllers`])
//! and other people ([`people`]). A client reaches it by [`Simulation::api`]; chance ([`connection`]) delays its calls,
//! loses their answers, breaks its watches, and [`Simulation::crash_at`] kills it at any call. Time is virtual: a run of
//! hours takes milliseconds, and nothing but the seed decides what happens. What has to hold after every change is an
//! [`Simulation::invariant`]. [`recorded`] compares the server with a real one; [`driver`] shows how a client is tested.
//!
//! Beyond the real server: none of its admission but namespaces, no schemas (unknown fields are kept), one version a kind.

mod connection;
mod controllers;
mod defaults;
mod driver;
mod engine;
mod engine_charts;
mod engine_rules;
mod fields;
mod invariants;
mod kinds;
mod machinery;
mod managers;
mod patches;
mod people;
mod random;
mod recorded;
mod refusals;
mod rules;
mod selectors;
mod serving;
mod shape;
mod watching;
mod world;
mod writing;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bkhelm::cluster::Api;
use serde_json::Value as Json;
use tokio::time::sleep;

use connection::{Connection, Fates, Shared};
use world::World;

pub use connection::Moment;
pub use controllers::{BEHAVE, CONTROLLER};
pub use people::PERSON;
pub use random::Random;
pub use world::{Change, owners};

/// How long a run may take, in virtual time.
const LIMIT: Duration = Duration::from_secs(6 * 3600);

/// How rough a world is. Chances are in a thousand calls.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// How long a call is under way, before it takes effect and after.
    pub latency: (Duration, Duration),
    /// Connections that are refused.
    pub refused: u32,
    /// Answers 429, 500 and 503.
    pub overloaded: u32,
    /// Calls that are done and whose answer never comes.
    pub lost_answers: u32,
    /// Calls before which somebody else changes something.
    pub people: u32,
    /// How long a controller takes for each step.
    pub controllers: (Duration, Duration),
    /// How long a watch lives.
    pub watches: (Duration, Duration),
    /// How many changes are remembered: older ones can't be watched from.
    pub history: usize,
}

impl Profile {
    /// Nothing goes wrong.
    pub fn calm() -> Self {
        let milliseconds = |from, to| (Duration::from_millis(from), Duration::from_millis(to));
        Self {
            latency: milliseconds(1, 5),
            refused: 0,
            overloaded: 0,
            lost_answers: 0,
            people: 0,
            controllers: milliseconds(5, 200),
            watches: (Duration::from_secs(300), Duration::from_secs(600)),
            history: 10_000,
        }
    }

    /// Everything goes wrong now and then.
    pub fn rough() -> Self {
        let milliseconds = |from, to| (Duration::from_millis(from), Duration::from_millis(to));
        Self {
            latency: milliseconds(1, 500),
            refused: 20,
            overloaded: 20,
            lost_answers: 30,
            people: 0,
            controllers: milliseconds(5, 20_000),
            watches: milliseconds(100, 120_000),
            history: 60,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended<T> {
    /// The client came to its end.
    Done(T),
    /// It was killed.
    Crashed,
}

/// A world and its clients.
pub struct Simulation {
    seed: u64,
    shared: Arc<Shared>,
}

impl Simulation {
    /// A fresh server.
    pub fn new(seed: u64, profile: Profile) -> Self {
        Self { seed, shared: Arc::new(Shared::new(World::new(seed, profile), Fates::new(seed, profile))) }
    }

    /// Its seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The connection of a client named `bkhelm`.
    pub fn api(&self) -> Arc<dyn Api> {
        self.client("bkhelm")
    }

    /// The connection of another client: two of them in one run are two programs at once.
    pub fn client(&self, name: &str) -> Arc<dyn Api> {
        Arc::new(Connection { name: name.into(), shared: self.shared.clone() })
    }

    /// Kills the client at its `call`-th call from now on (1 is the next), at that side of its effect.
    pub fn crash_at(&self, call: u64, moment: Moment) {
        let mut fates = self.shared.fates();
        fates.crash = Some((fates.calls + call, moment));
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        self.shared.fates().calls
    }

    /// Drives a client to its end or its death; all tasks that it spawned end with it, the server stays.
    ///
    /// # Panics
    /// It does not end within hours of virtual time, or an invariant broke: with the trace and how to see it again.
    pub fn run<F: Future>(&self, client: F) -> Ended<F::Output> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let ended = runtime.block_on(async {
            self.shared.begin();
            tokio::select! {
                biased;
                output = client => Some(Ended::Done(output)),
                () = self.shared.crashed.notified() => Some(Ended::Crashed),
                () = self.shared.pump() => None,
                () = sleep(LIMIT) => None,
            }
        });
        runtime.block_on(async { drop(self.shared.world()) });
        self.shared.fates().crash = None;
        let violations = std::mem::take(&mut self.shared.still().violations);
        assert!(violations.is_empty(), "{}", self.story(&violations.join("\n")));
        ended.unwrap_or_else(|| panic!("{}", self.story("the client does not come to an end")))
    }

    /// Lets time pass, so that controllers come to rest.
    pub fn rest(&self, time: Duration) {
        self.run(async move { sleep(time).await });
    }

    /// What has to hold after every change; it says what does not.
    pub fn invariant(&self, name: &str, invariant: impl FnMut(&Change) -> Result<(), String> + Send + 'static) {
        self.shared.still().invariants.push((name.to_owned(), Box::new(invariant)));
    }

    /// The world is that rough from now on.
    pub fn change(&self, profile: Profile) {
        self.shared.still().profile = profile;
        self.shared.fates().change(profile);
    }

    /// Release records: the release, and its revisions with the status of each, in order.
    pub fn records(&self, namespace: &str) -> Vec<(String, (u64, String))> {
        let world = self.shared.still();
        let secrets = world.of_kind(world.kinds.named("Secret"), namespace);
        let mut records: Vec<_> = secrets
            .filter(|(key, _)| key.name.starts_with("sh.helm.release.v1."))
            .map(|(_, stored)| {
                let labels = &stored.body["metadata"]["labels"];
                let text = |label: &str| labels[label].as_str().unwrap_or_default().to_owned();
                (text("name"), (text("version").parse().unwrap_or_default(), text("status")))
            })
            .collect();
        records.sort();
        records
    }

    /// One object of the server's own kinds.
    pub fn object(&self, kind: &str, namespace: &str, name: &str) -> Option<Json> {
        let world = self.shared.still();
        Some(world.get(&world.key(kind, namespace, name))?.shown())
    }

    /// All objects that people and programs made, as `Kind/namespace/name`, without what differs from run to run: uids,
    /// versions, times, managers, status, addresses, and what controllers made.
    pub fn objects(&self) -> BTreeMap<String, Json> {
        let world = self.shared.still();
        let made = world.objects.iter().filter(|(_, stored)| owners(&stored.body).next().is_none());
        let named = made.map(|(key, stored)| {
            let mut body = stored.body.clone();
            for field in ["uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp"] {
                body["metadata"].as_object_mut().and_then(|metadata| metadata.remove(field));
            }
            body.as_object_mut().and_then(|body| body.remove("status"));
            for field in ["clusterIP", "clusterIPs"] {
                body.get_mut("spec").and_then(Json::as_object_mut).and_then(|spec| spec.remove(field));
            }
            controllers::unmark(&mut body);
            (format!("{}/{}/{}", world.kinds.get(key.kind).kind, key.namespace, key.name), body)
        });
        named.collect()
    }

    /// The calls so far, one a line.
    pub fn trace(&self) -> String {
        self.shared.fates().trace.iter().map(|traced| format!("{traced}\n")).collect()
    }

    /// What went wrong, what was called before, and how to see it again.
    pub fn story(&self, wrong: &str) -> String {
        format!("{wrong}\n{}again: BKHELM_SEED={} cargo test --test all simulation", self.trace(), self.seed)
    }
}

/// The seeds to run: that one in `BKHELM_SEED`, so many as `BKHELM_SEEDS` says (or from..to of them), or so many as usual.
fn wanted(usual: u64) -> std::ops::Range<u64> {
    let number = |text: &str| text.parse::<u64>().expect("a number");
    if let Ok(seed) = std::env::var("BKHELM_SEED") {
        return number(&seed)..number(&seed) + 1;
    }
    match std::env::var("BKHELM_SEEDS") {
        Ok(text) => text.split_once("..").map_or_else(|| 0..number(&text), |(first, end)| number(first)..number(end)),
        Err(_) => 0..usual,
    }
}

/// As [`seeds`], on all processors; `schedule` says itself what it thinks of a seed.
pub fn seeds_at_once(usual: u64, schedule: impl Fn(u64) + Sync) {
    let seeds = wanted(usual);
    let next = std::sync::atomic::AtomicU64::new(seeds.start);
    let work = || loop {
        let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if seed >= seeds.end {
            return;
        }
        if seed.is_multiple_of(1000) && seed > seeds.start {
            println!("{seed} of {}", seeds.end);
        }
        schedule(seed);
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}

/// Runs `schedule` for so many seeds, or for those that the environment names; a failure says which seed it was.
///
/// # Panics
/// As `schedule` does.
pub fn seeds(usual: u64, schedule: impl Fn(u64)) {
    for seed in wanted(usual) {
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| schedule(seed)));
        if let Err(panic) = ran {
            eprintln!("seed {seed}; again: BKHELM_SEED={seed} cargo test --test all simulation");
            std::panic::resume_unwind(panic);
        }
    }
}
