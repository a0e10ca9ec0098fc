//! How a client reaches the server: with latency, with faults, and until it dies.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bkhelm::cluster::{Api, Call, Content, Fault, Method, WatchEvent};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::BoxStream;
use serde_json::Value as Json;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::Profile;
use super::random::Random;
use super::refusals;
use super::serving::asked;
use super::watching;
use super::world::{BEGINNING, World};

/// So many faults one after the other at most: clients give up after eight.
const FAULTS_IN_A_ROW: u32 = 4;
/// So many calls of a trace are kept.
const TRACE: usize = 5000;

/// At which side of a call's effect the client dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The server never hears of it.
    Before,
    /// It is done, and nobody learns of it.
    After,
}

/// One call, as it went.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Milliseconds since the beginning.
    pub at: u64,
    /// Who asked.
    pub actor: Arc<str>,
    /// What.
    pub method: Method,
    /// `apply`, where it is a patch.
    pub content: Content,
    /// Where.
    pub path: String,
    /// The status code, and what chance did to it.
    pub code: u16,
    /// What chance did: `lost answer`, `refused`, `crash before` …
    pub fate: &'static str,
}

/// What chance does to a call.
enum Fate {
    Answer,
    Before(Fault),
    Lost,
    Crash(Moment),
}

/// Chance, and what it did so far.
pub struct Fates {
    profile: Profile,
    random: Random,
    /// Calls so far.
    pub calls: u64,
    /// At which call the client dies.
    pub crash: Option<(u64, Moment)>,
    in_a_row: u32,
    /// The calls, the newest last.
    pub trace: Vec<Traced>,
}

impl Fates {
    /// Chance from a seed.
    pub fn new(seed: u64, profile: Profile) -> Self {
        Self { profile, random: Random::new(seed, 3), calls: 0, crash: None, in_a_row: 0, trace: Vec::new() }
    }

    /// Chance is that unkind from now on.
    pub fn change(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// What happens to the next call, and how long it is under way before and after it takes effect.
    fn draw(&mut self) -> (Fate, Duration, Duration, bool) {
        self.calls += 1;
        let (before, after) = (self.random.time(self.profile.latency), self.random.time(self.profile.latency));
        let meddled = self.random.chance(self.profile.people);
        let (refused, overloaded, lost) = (
            self.random.chance(self.profile.refused),
            self.random.chance(self.profile.overloaded),
            self.random.chance(self.profile.lost_answers),
        );
        let word = self.random.below(3);
        if let Some((_, moment)) = self.crash.filter(|(at, _)| *at == self.calls) {
            return (Fate::Crash(moment), before, after, meddled);
        }
        let fate = match (refused, overloaded, lost) {
            _ if self.in_a_row >= FAULTS_IN_A_ROW => Fate::Answer,
            (true, ..) => Fate::Before(Fault::unreachable("client error (Connect): connection refused")),
            (_, true, _) => Fate::Before(match word {
                0 => refusals::too_many_requests(),
                1 => refusals::internal_error(),
                _ => refusals::unavailable(),
            }),
            (_, _, true) => Fate::Lost,
            _ => Fate::Answer,
        };
        self.in_a_row = if matches!(fate, Fate::Answer) { 0 } else { self.in_a_row + 1 };
        (fate, before, after, meddled)
    }

    /// How long a watch lives, and whether it ends by a fault.
    fn draw_watch(&mut self) -> (Duration, bool) {
        (self.random.time(self.profile.watches), self.random.chance(300))
    }
}

/// What all connections share.
pub struct Shared {
    world: Mutex<World>,
    fates: Mutex<Fates>,
    /// A client died.
    pub crashed: Notify,
    /// The world's time when the run began, and the runtime's.
    epoch: Mutex<(u64, Instant)>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// A world and its chances.
    pub fn new(world: World, fates: Fates) -> Self {
        Self { world: Mutex::new(world), fates: Mutex::new(fates), crashed: Notify::new(), epoch: Mutex::new((0, Instant::now())) }
    }

    /// A run begins: the runtime's clock goes on where the world's stands.
    pub fn begin(&self) {
        *locked(&self.epoch) = (locked(&self.world).now, Instant::now());
    }

    /// The world as it is now: what is due is done first.
    pub fn world(&self) -> MutexGuard<'_, World> {
        let now = self.now();
        let mut world = locked(&self.world);
        world.advance(now);
        world
    }

    /// The world as it was when it was looked at last: outside of runs, where no time passes.
    pub fn still(&self) -> MutexGuard<'_, World> {
        locked(&self.world)
    }

    /// Chance.
    pub fn fates(&self) -> MutexGuard<'_, Fates> {
        locked(&self.fates)
    }

    /// Milliseconds since the beginning.
    pub fn now(&self) -> u64 {
        let (base, started) = *locked(&self.epoch);
        base + u64::try_from(started.elapsed().as_millis()).unwrap_or_default()
    }

    /// When the world's clock will show that.
    pub fn instant(&self, milliseconds: u64) -> Instant {
        let (base, started) = *locked(&self.epoch);
        started + Duration::from_millis(milliseconds.saturating_sub(base))
    }

    /// Does what is due when it is due, for ever.
    pub async fn pump(&self) {
        let hurry = self.still().hurry.clone();
        loop {
            let due = self.still().next_due();
            let Some(due) = due else {
                hurry.notified().await;
                continue;
            };
            tokio::select! {
                () = sleep_until(self.instant(due)) => drop(self.world()),
                () = hurry.notified() => {}
            }
        }
    }
}

/// A client's connection.
pub struct Connection {
    /// The client's name, for traces and invariants.
    pub name: Arc<str>,
    /// The server behind it.
    pub shared: Arc<Shared>,
}

impl Connection {
    /// Lets `answer` happen to the call as chance will have it.
    async fn through<T>(&self, call: Call, answer: impl FnOnce(&mut World, &Call) -> Result<T, Fault> + Send) -> Result<T, Fault> {
        let (fate, before, after, meddled) = self.shared.fates().draw();
        sleep(before).await;
        let dies = |word: &'static str, code: u16| {
            self.trace(&call, code, word);
            self.shared.crashed.notify_one();
        };
        match fate {
            Fate::Crash(Moment::Before) => {
                dies("crash before", 0);
                return std::future::pending().await;
            }
            Fate::Before(fault) => {
                self.trace(&call, fault.code, if fault.code == 0 { "refused" } else { "overloaded" });
                sleep(after).await;
                return Err(fault);
            }
            _ => {}
        }
        let result = {
            let mut world = self.shared.world();
            if meddled {
                world.meddle();
            }
            answer(&mut world, &call)
        };
        let code = result.as_ref().err().map_or(200, |fault| fault.code);
        match fate {
            Fate::Crash(_) => {
                dies("crash after", code);
                std::future::pending().await
            }
            Fate::Lost => {
                self.trace(&call, code, "answer lost");
                sleep(after).await;
                Err(Fault::unreachable("client error (SendRequest): connection closed before message completed"))
            }
            _ => {
                self.trace(&call, code, if meddled { "meddled" } else { "" });
                sleep(after).await;
                result
            }
        }
    }

    fn trace(&self, call: &Call, code: u16, fate: &'static str) {
        let at = self.shared.now();
        let mut fates = self.shared.fates();
        if fates.trace.len() < TRACE {
            let traced =
                Traced { at, actor: self.name.clone(), method: call.method, content: call.content, path: call.path.clone(), code, fate };
            fates.trace.push(traced);
        }
    }
}

impl Api for Connection {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Json, Fault>> {
        self.through(call, |world, call| world.answer(&self.name, call)).boxed()
    }

    fn text(&self, call: Call) -> BoxFuture<'_, Result<String, Fault>> {
        self.through(call, |world, call| world.log(call)).boxed()
    }

    fn watch(&self, call: Call) -> BoxFuture<'_, Result<BoxStream<'static, Result<WatchEvent, Fault>>, Fault>> {
        async move {
            let begun = self.through(call, |world, call| watching::begin(world, call)).await?;
            let (life, breaks) = self.shared.fates().draw_watch();
            Ok(watching::stream(self.shared.clone(), begun, Instant::now() + life, breaks))
        }
        .boxed()
    }

    fn now(&self) -> i128 {
        i128::from(BEGINNING) * 1_000_000_000 + i128::from(self.shared.now()) * 1_000_000
    }

    fn address(&self) -> String {
        "https://simulation:6443".to_owned()
    }
}

impl std::fmt::Display for Traced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verb = match self.content {
            Content::Apply => "APPLY".to_owned(),
            _ => format!("{:?}", self.method).to_uppercase(),
        };
        write!(f, "{:>9} ms  {} {verb} {} → {} {}", self.at, self.actor, self.path, self.code, self.fate)
    }
}

/// Whether the query asks for bookmarks.
pub fn wants_bookmarks(call: &Call) -> bool {
    asked(call, "allowWatchBookmarks") == "true"
}
