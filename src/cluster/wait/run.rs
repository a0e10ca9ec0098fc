//! The wait itself: takes what the feeds tell, judges, tells the listener, and knows when to end.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{BoxStream, SelectAll, StreamExt};
use tokio::time::{Instant, sleep, timeout_at};

use super::evidence::{Asked, tails};
use super::feed::{Change, Manner, Scope, changes};
use super::outcome::NotReady;
use super::reasons::{Cause, Finding, LogSource, Memory, findings};
use super::rules::{Goal, Verdict, is_looked_at, judge, runs_to_its_end};
use super::store::{Known, Seen, Store};
use super::{Strategy, Target, WaitOptions};
use crate::cluster::{Cluster, Event, Fault, Listener, ObjectState, Progress, Resource};
use crate::plan::Id;

/// How long helm 4 waits where it is told not to (helm pkg/kube/statuswait.go `DefaultStatusWatcherTimeout`).
const NO_TIMEOUT: Duration = Duration::from_secs(30);
/// How often what depends on time is looked at again.
const TICK: Duration = Duration::from_secs(1);
/// The shortest time between two tellings.
const PAUSE: Duration = Duration::from_millis(200);
/// How many logs are read for one wait.
const LOGS: usize = 5;

/// Waits for one goal; `told` is the release's name and who hears of it.
pub(super) async fn run(
    cluster: &Cluster,
    told: (&str, &dyn Listener),
    targets: &[Target],
    options: &WaitOptions,
    goal: Goal,
) -> Result<(), NotReady> {
    let timeout = if options.timeout.is_zero() && options.strategy == Strategy::Watcher { NO_TIMEOUT } else { options.timeout };
    let mut wait = Wait::new(cluster, told, targets, (options, goal));
    // A clock that can't count so far does not count.
    let far = Duration::from_secs(10 * 365 * 24 * 3600);
    let end = timeout_at(Instant::now() + timeout.min(far), wait.watch()).await;
    match end {
        Ok(End::Reached) => {
            wait.tell(true);
            Ok(())
        }
        Ok(End::Failed) => Err(wait.outcome(false, None).await),
        Ok(End::Refused(fault)) => Err(wait.outcome(false, Some(fault)).await),
        Err(_) => Err(wait.outcome(true, None).await),
    }
}

/// How a wait ends, other than by its time.
enum End {
    Reached,
    Failed,
    Refused(Fault),
}

/// What is known of one target.
struct Sight {
    /// Which feed shows it; `None` where nobody looks.
    feed: Option<usize>,
    verdict: Verdict,
    findings: Vec<Finding>,
    /// Since when each reason has been there.
    since: BTreeMap<(Cause, String), Instant>,
}

struct Wait<'a> {
    cluster: &'a Cluster,
    told: (&'a str, &'a dyn Listener),
    targets: &'a [Target],
    options: &'a WaitOptions,
    goal: Goal,
    feeds: SelectAll<BoxStream<'a, (usize, Change)>>,
    store: Store,
    sights: Vec<Sight>,
    memory: Memory,
    asked: Asked,
    /// What the listener was told last.
    shown: Vec<ObjectState>,
    told_at: Option<Instant>,
    /// Whether there is something to tell that came too soon after the last time.
    owes: bool,
}

impl<'a> Wait<'a> {
    fn new(cluster: &'a Cluster, told: (&'a str, &'a dyn Listener), targets: &'a [Target], how: (&'a WaitOptions, Goal)) -> Self {
        let (options, goal) = how;
        let mut wait = Self {
            cluster,
            told,
            targets,
            options,
            goal,
            feeds: SelectAll::new(),
            store: Store::default(),
            sights: Vec::new(),
            memory: Memory::default(),
            asked: Asked::default(),
            shown: Vec::new(),
            told_at: None,
            owes: false,
        };
        let mut scopes: Vec<(String, Scope)> = Vec::new();
        for target in targets {
            let feed = is_looked_at(&target.resource, options, goal).then(|| place(&mut scopes, target, goal));
            let verdict = judge(target, Seen::NotYet, &Default::default(), how, 0);
            wait.sights.push(Sight { feed, verdict, findings: Vec::new(), since: BTreeMap::new() });
        }
        for (_, scope) in scopes {
            wait.open(scope);
        }
        wait
    }

    /// Begins to look at a scope: which feed it is.
    fn open(&mut self, scope: Scope) -> usize {
        let feed = self.store.known.len();
        self.store.known.push(Known::default());
        self.feeds.push(changes(self.cluster, scope).map(move |change| (feed, change)).boxed());
        feed
    }

    async fn watch(&mut self) -> End {
        loop {
            self.judge();
            self.look_closer();
            self.asked.update(self.cluster, &mut self.memory).await;
            self.explain();
            self.tell(false);
            if let Some(end) = self.end() {
                return end;
            }
            tokio::select! {
                biased; // in the same order each time
                Some((feed, change)) = self.feeds.next() => {
                    self.take(feed, change);
                    // What came meanwhile is judged together.
                    while let Some(Some((feed, change))) = self.feeds.next().now_or_never() {
                        self.take(feed, change);
                    }
                }
                () = sleep(if self.owes { PAUSE } else { TICK }) => {}
            }
        }
    }

    fn take(&mut self, feed: usize, change: Change) {
        if let (Change::Refused(fault), false) = (&change, self.is_target(feed)) {
            let message = format!("why objects are late can't be told in full: {fault}");
            self.told.1.event(Event::Warning { release: self.told.0.to_owned(), message });
        }
        self.store.known[feed].take(change);
    }

    /// Whether a feed shows what is waited for, and not only what may be the reason.
    fn is_target(&self, feed: usize) -> bool {
        self.sights.iter().any(|sight| sight.feed == Some(feed))
    }

    fn seen(&self, at: usize) -> Seen<'_> {
        let known = self.sights[at].feed.and_then(|feed| self.store.known.get(feed));
        known.map_or(Seen::NotYet, |known| known.get(&self.targets[at].name))
    }

    fn judge(&mut self) {
        let now = self.cluster.api().now();
        for (at, target) in self.targets.iter().enumerate() {
            let seen = self.seen(at);
            let by_offspring = self.options.strategy == Strategy::Legacy || target.resource.kind != "Deployment";
            let family = match seen {
                Seen::There(object) if by_offspring && has_pods(&target.resource) => self.store.family(object, &target.namespace),
                _ => Default::default(),
            };
            let mut verdict = judge(target, seen, &family, (self.options, self.goal), now);
            if self.options.strategy == Strategy::Legacy && self.goal == Goal::Ready && !self.offspring_is_known(target) {
                verdict.settled = false;
            }
            self.sights[at].verdict = verdict;
        }
    }

    /// Whether the pods by which helm's older rules judge some kinds have been read.
    fn offspring_is_known(&self, target: &Target) -> bool {
        let by_pods = matches!(target.resource.kind.as_str(), "ReplicaSet" | "ReplicationController");
        let read = |feed: &usize| self.store.known.get(*feed).is_some_and(|known| known.read);
        !by_pods || self.store.pods.get(&target.namespace).is_some_and(read)
    }

    /// Begins to look at the pods and ReplicaSets of workloads that are late.
    fn look_closer(&mut self) {
        if self.goal == Goal::Gone {
            return;
        }
        for at in 0..self.targets.len() {
            let target = &self.targets[at];
            if self.sights[at].verdict.settled || !matches!(self.seen(at), Seen::There(_)) || !has_pods(&target.resource) {
                continue;
            }
            let namespace = target.namespace.clone();
            let with_sets = target.resource.kind == "Deployment" && !self.store.sets.contains_key(&namespace);
            if with_sets && let Some(feed) = self.open_kind("apps/v1", "ReplicaSet", &namespace) {
                self.store.sets.insert(namespace.clone(), feed);
            }
            if !self.store.pods.contains_key(&namespace)
                && let Some(feed) = self.open_kind("v1", "Pod", &namespace)
            {
                self.store.pods.insert(namespace, feed);
            }
        }
    }

    fn open_kind(&mut self, version: &str, kind: &str, namespace: &str) -> Option<usize> {
        let resource = self.cluster.discovery().resource(version, kind).cloned()?;
        Some(self.open(Scope { resource, namespace: namespace.to_owned(), names: Vec::new(), manner: Manner::Watch }))
    }

    /// Looks for the reasons why objects are late.
    fn explain(&mut self) {
        let now = Instant::now();
        for (at, target) in self.targets.iter().enumerate() {
            let feed = self.sights[at].feed.and_then(|feed| self.store.known.get(feed));
            let sight = &mut self.sights[at];
            let mut found = Vec::new();
            match feed.map(|known| known.get(&target.name)) {
                Some(Seen::There(object)) if !sight.verdict.settled => {
                    let family = self.store.family(object, &target.namespace);
                    found = findings(object, &family, &sight.verdict.status, self.goal, &mut self.memory);
                }
                Some(Seen::Gone | Seen::Never) if !sight.verdict.settled => found.push(missing()),
                _ => {}
            }
            let mut since = std::mem::take(&mut sight.since);
            for one in &found {
                let key = (one.cause, one.subject.clone());
                let first = since.remove(&key).or_else(|| sight.since.get(&key).copied()).unwrap_or(now);
                sight.since.insert(key, first);
            }
            sight.findings = found;
        }
    }

    /// The reason by which an object has failed: it has persisted for as long as it may.
    fn fatal<'s>(&self, sight: &'s Sight) -> Option<&'s Finding> {
        let now = Instant::now();
        let expired = |one: &&Finding| {
            let since = sight.since.get(&(one.cause, one.subject.clone())).copied().unwrap_or(now);
            one.holds && one.patience.is_some_and(|times| now.duration_since(since) >= self.options.grace * times)
        };
        if sight.verdict.settled { None } else { sight.findings.iter().find(expired) }
    }

    /// What is known of all objects, in their order.
    fn states(&self) -> Vec<ObjectState> {
        let state = |(target, sight): (&Target, &Sight)| {
            let fatal = self.fatal(sight).filter(|_| self.options.fail_fast);
            let trouble = sight.feed.and_then(|feed| self.store.known.get(feed)?.trouble.as_ref());
            let reason = match (fatal.or(sight.findings.first()), trouble) {
                _ if sight.verdict.settled => String::new(),
                (Some(finding), _) => finding.text.clone(),
                (None, Some(trouble)) if trouble.is_refusal() => trouble.to_string(),
                (None, Some(trouble)) => format!("the server did not answer: {trouble}"),
                (None, None) => String::new(),
            };
            ObjectState {
                id: target.id.clone(),
                progress: if fatal.is_some() { Progress::Failed } else { sight.verdict.status.progress },
                message: sight.verdict.status.message.clone(),
                reason,
                settled: sight.verdict.settled,
            }
        };
        self.targets.iter().zip(&self.sights).map(state).collect()
    }

    /// Tells how far the objects are, where it changed and everything has been looked at; a moment later where it was told
    /// just now, other than at the `last` time.
    fn tell(&mut self, last: bool) {
        let unread = |sight: &Sight| {
            sight.feed.and_then(|feed| self.store.known.get(feed)).is_some_and(|known| !known.read && known.trouble.is_none())
        };
        if self.sights.iter().any(unread) {
            return;
        }
        let states = self.states();
        let changed = states != self.shown;
        self.owes = changed && !last && self.told_at.is_some_and(|at| at.elapsed() < PAUSE);
        if changed && !self.owes {
            self.shown.clone_from(&states);
            self.told_at = Some(Instant::now());
            self.told.1.event(Event::Waiting { release: self.told.0.to_owned(), objects: states });
        }
    }

    fn end(&self) -> Option<End> {
        let refused = |feed: usize| {
            let trouble = self.store.known.get(feed)?.trouble.as_ref()?;
            (trouble.is_refusal() || trouble.code == 405).then(|| trouble.clone())
        };
        let late: Vec<&Sight> = self.sights.iter().filter(|sight| !sight.verdict.settled).collect();
        if late.is_empty() {
            return Some(End::Reached);
        }
        // Helm's older rules can't do without the offspring.
        let offspring = self.store.sets.values().chain(self.store.pods.values()).copied();
        let offspring = offspring.filter(|_| self.options.strategy == Strategy::Legacy && self.goal == Goal::Ready);
        if let Some(fault) = late.iter().filter_map(|sight| sight.feed).chain(offspring).find_map(refused) {
            return Some(End::Refused(fault));
        }
        if late.iter().any(|sight| sight.verdict.words.is_some()) {
            return Some(End::Failed);
        }
        if self.goal == Goal::Gone {
            return None;
        }
        if self.options.fail_fast {
            return self.failed_for_good(&late).then_some(End::Failed);
        }
        // Helm pkg/kube/statuswait.go `statusObserver`: what failed is not waited for, the rest is.
        let all_failed = late.iter().all(|sight| sight.verdict.status.progress == Progress::Failed);
        (all_failed && self.options.strategy == Strategy::Watcher).then_some(End::Failed)
    }

    /// Whether an object has failed, and no other is about to: so that one run tells of all.
    fn failed_for_good(&self, late: &[&Sight]) -> bool {
        let now = Instant::now();
        let about_to = |sight: &&&Sight| {
            self.fatal(sight).is_none()
                && sight.findings.iter().any(|one| {
                    let since = sight.since.get(&(one.cause, one.subject.clone())).copied().unwrap_or(now);
                    // What takes longer than two graces from its first sight is not waited for.
                    one.holds && one.patience.is_some_and(|times| times <= 2) && now.duration_since(since) < self.options.grace * 2
                })
        };
        late.iter().any(|sight| self.fatal(sight).is_some()) && late.iter().find(about_to).is_none()
    }

    /// What is said at the end, with logs of the containers that are the reason.
    async fn outcome(&mut self, timed_out: bool, fault: Option<Fault>) -> NotReady {
        let objects = self.states();
        let mut sources: Vec<(Id, LogSource)> = Vec::new();
        for (target, sight) in self.targets.iter().zip(&self.sights).filter(|(_, sight)| !sight.verdict.settled) {
            let source = sight.findings.iter().find_map(|one| one.log.clone());
            sources.extend(source.map(|source| (target.id.clone(), source)));
        }
        sources.truncate(LOGS);
        let logs = tails(self.cluster, &sources).await;
        self.tell(true);
        for tail in &logs {
            for line in &tail.lines {
                let (release, source, line) = (self.told.0.to_owned(), tail.source.clone(), line.clone());
                self.told.1.event(Event::Log { release, source, line });
            }
        }
        let words = self.sights.iter().filter_map(|sight| sight.verdict.words.clone());
        let words = if self.goal == Goal::Done { words.collect() } else { words.take(1).collect() };
        let (strategy, goal) = (self.options.strategy, self.goal);
        NotReady { objects, logs, timed_out, fault: fault.map(Box::new), words, strategy, goal }
    }
}

/// The scope that shows a target: one a kind and namespace.
fn place(scopes: &mut Vec<(String, Scope)>, target: &Target, goal: Goal) -> usize {
    let Target { resource, namespace, name, .. } = target;
    let key = resource.collection(namespace);
    if let Some(at) = scopes.iter().position(|(known, _)| *known == key) {
        scopes[at].1.names.push(name.clone());
        return at;
    }
    let manner = match goal {
        Goal::Gone => Manner::UntilGone,
        Goal::Done if !runs_to_its_end(resource) => Manner::UntilThere,
        Goal::Ready if is_plain(resource) => Manner::UntilThere,
        _ => Manner::Watch,
    };
    let scope = Scope { resource: resource.clone(), namespace: namespace.clone(), names: vec![name.clone()], manner };
    scopes.push((key, scope));
    scopes.len() - 1
}

/// Kinds without status: there is nothing to see after they exist.
fn is_plain(resource: &Resource) -> bool {
    match resource.group.as_str() {
        "" => matches!(resource.kind.as_str(), "ConfigMap" | "Secret" | "ServiceAccount" | "LimitRange"),
        group => matches!(group, "rbac.authorization.k8s.io" | "scheduling.k8s.io"),
    }
}

/// Kinds whose pods say why they are late.
fn has_pods(resource: &Resource) -> bool {
    match resource.group.as_str() {
        "" => resource.kind == "ReplicationController",
        group => matches!(group, "apps" | "extensions") || (group == "batch" && resource.kind == "Job"),
    }
}

fn missing() -> Finding {
    let text = "it is not there".to_owned();
    Finding { cause: Cause::Missing, subject: String::new(), text, patience: Some(4), holds: true, log: None }
}
