//! What a part of the cluster looks like, as it changes: list, then watch, or polling where that is not allowed.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use serde_json::Value as Json;
use tokio::time::{sleep, timeout};

use crate::cluster::api::Watch;
use crate::cluster::{Cluster, Fault, Resource};

/// How often a collection is read again where it can't be watched, and the longest pause between two looks at an object.
const POLL: Duration = Duration::from_secs(2);
/// The first pause between two looks at an object.
const SHORT: Duration = Duration::from_millis(250);
/// A watch that tells nothing for so long, not even a bookmark, is not trusted.
const SILENCE: Duration = Duration::from_secs(90);
/// How often in a row a watch may fail before the collection is listed again.
const FAILURES: u32 = 3;

/// What is looked at.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) resource: Resource,
    pub(super) namespace: String,
    /// Only these; all of the collection where there are none.
    pub(super) names: Vec<String>,
    /// How the names are looked at.
    pub(super) manner: Manner,
}

/// How the objects of a scope are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// The collection is listed and watched.
    Watch,
    /// One by one until each is there, then no more: kinds that are ready as soon as they exist, and can be large.
    UntilThere,
    /// One by one until each is gone.
    UntilGone,
}

/// What a look showed.
#[derive(Debug)]
pub(super) enum Change {
    /// The whole scope.
    All(Vec<Json>),
    /// Some objects; `None` where one is not there.
    Some(Vec<(String, Option<Json>)>),
    /// No answer for now: the next look may have one.
    Trouble(Fault),
    /// The server does not let us look: nothing more will come.
    Refused(Fault),
}

/// The changes of a scope; they only end when the server refuses.
pub(super) fn changes(cluster: &Cluster, scope: Scope) -> BoxStream<'_, Change> {
    let verb = |verb: &str| scope.resource.verbs.is_empty() || scope.resource.verbs.iter().any(|known| known == verb);
    let by_name = !scope.names.is_empty() && (scope.manner != Manner::Watch || !verb("list"));
    let step = if by_name { Step::Get } else { Step::List };
    let can_watch = verb("watch");
    let feed = Feed { cluster, left: scope.names.clone(), scope, step, can_watch, failures: 0, pause: Duration::ZERO };
    stream::unfold(feed, |mut feed| async move { feed.next().await.map(|change| (change, feed)) }).boxed()
}

enum Step {
    /// Reads the collection.
    List,
    /// Begins a watch from a resourceVersion on.
    Watch(String),
    /// Takes what the watch says; with the resourceVersion that it has reached.
    Listen(Watch, String),
    /// Reads the objects by name.
    Get,
    /// Nothing more.
    End,
}

struct Feed<'a> {
    cluster: &'a Cluster,
    scope: Scope,
    /// The names that are still looked at.
    left: Vec<String>,
    step: Step,
    can_watch: bool,
    failures: u32,
    /// How long to wait before the next step.
    pause: Duration,
}

impl Feed<'_> {
    async fn next(&mut self) -> Option<Change> {
        loop {
            sleep(std::mem::take(&mut self.pause)).await;
            let change = match std::mem::replace(&mut self.step, Step::End) {
                Step::List => Some(self.list().await),
                Step::Watch(since) => self.watch(since).await,
                Step::Listen(watch, since) => self.listen(watch, since).await,
                Step::Get => self.get().await,
                Step::End => return None,
            };
            if change.is_some() {
                return change;
            }
        }
    }

    async fn list(&mut self) -> Change {
        let query = match self.scope.names.as_slice() {
            [name] => vec![("fieldSelector", format!("metadata.name={name}"))],
            _ => Vec::new(),
        };
        match self.cluster.list_at(&self.scope.resource, &self.scope.namespace, &query).await {
            Ok((objects, since)) => {
                self.failures = 0;
                self.step = if self.can_watch { Step::Watch(since) } else { Step::List };
                self.pause = if self.can_watch { Duration::ZERO } else { POLL };
                Change::All(objects)
            }
            Err(fault) if matches!(fault.code, 403 | 405) && !self.scope.names.is_empty() => {
                self.step = Step::Get;
                Change::Some(Vec::new())
            }
            // The kind went away, with all its objects.
            Err(fault) if fault.is_not_found() => {
                (self.step, self.pause) = (Step::List, POLL);
                Change::All(Vec::new())
            }
            Err(fault) if fault.is_refusal() || fault.code == 405 => Change::Refused(fault),
            Err(fault) => {
                (self.step, self.pause) = (Step::List, POLL);
                Change::Trouble(fault)
            }
        }
    }

    async fn watch(&mut self, since: String) -> Option<Change> {
        let name = if let [name] = self.scope.names.as_slice() { name.as_str() } else { "" };
        match self.cluster.watch(&self.scope.resource, &self.scope.namespace, name, &since).await {
            Ok(watch) => self.step = Step::Listen(watch, since),
            Err(fault) if matches!(fault.code, 401 | 403 | 404 | 405) => {
                self.can_watch = false;
                (self.step, self.pause) = (Step::List, POLL);
            }
            Err(fault) => self.again(&fault, since),
        }
        None
    }

    /// After a watch that broke: goes on where it was, or from the start where that is too long ago.
    fn again(&mut self, fault: &Fault, since: String) {
        self.failures += 1;
        if fault.code == 410 || self.failures >= FAILURES {
            // A server that says 410 each time is not asked all the time.
            self.pause = if self.failures > 1 { POLL } else { Duration::ZERO };
            self.step = Step::List;
        } else {
            (self.step, self.pause) = (Step::Watch(since), SHORT);
        }
    }

    async fn listen(&mut self, mut watch: Watch, since: String) -> Option<Change> {
        let event = match timeout(SILENCE, watch.next()).await {
            Err(_) => {
                self.step = Step::List;
                return None;
            }
            Ok(None) => {
                (self.step, self.pause) = (Step::Watch(since), SHORT);
                return None;
            }
            Ok(Some(Err(fault))) => {
                self.again(&fault, since);
                return None;
            }
            Ok(Some(Ok(event))) => event,
        };
        if event.kind == "ERROR" {
            let code = event.object.get("code").and_then(Json::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or_default();
            self.again(&Fault::of_answer(code, None, event.object.to_string().as_bytes()), since);
            return None;
        }
        self.failures = 0;
        let text = |path: &str| event.object.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (name, reached) = (text("/metadata/name"), text("/metadata/resourceVersion"));
        self.step = Step::Listen(watch, if reached.is_empty() { since } else { reached });
        match event.kind.as_str() {
            "ADDED" | "MODIFIED" => Some(Change::Some(vec![(name, Some(event.object))])),
            "DELETED" => Some(Change::Some(vec![(name, None)])),
            _ => None,
        }
    }

    async fn get(&mut self) -> Option<Change> {
        let Scope { resource, namespace, manner, .. } = &self.scope;
        let cluster = self.cluster;
        let one = |name: String| async move { (cluster.get(resource, namespace, &name).await, name) };
        let answers: Vec<_> = stream::iter(self.left.clone()).map(one).buffered(8).collect().await;
        let mut seen = Vec::new();
        for (answer, name) in answers {
            match answer {
                Ok(object) => seen.push((name, object)),
                Err(fault) if fault.is_refusal() => return Some(Change::Refused(fault)),
                Err(fault) => {
                    (self.step, self.pause) = (Step::Get, POLL);
                    return Some(Change::Trouble(fault));
                }
            }
        }
        let settled = |object: &Option<Json>| match (manner, object) {
            (Manner::UntilThere, Some(object)) => object.pointer("/metadata/deletionTimestamp").is_none(),
            (Manner::UntilGone, None) => true,
            _ => false,
        };
        self.left.retain(|name| !seen.iter().any(|(seen, object)| seen == name && settled(object)));
        self.failures = (self.failures + 1).min(3);
        if !self.left.is_empty() {
            (self.step, self.pause) = (Step::Get, SHORT * (1 << self.failures));
        }
        Some(Change::Some(seen))
    }
}
